/* A cursor in a list of rows of which a page is on the screen: for the views that are lists. */
#ifndef BACKPLANE_LIST_CURSOR_H
#define BACKPLANE_LIST_CURSOR_H

#include "tui/view.h"

/* Zeroed is an empty list. */
typedef struct {
    guint length; /* rows there are */
    guint page;   /* rows on the screen when it was last drawn; 0 before */
    guint at;     /* the row that the cursor is on; 0 in an empty list */
    guint top;    /* the first row on the screen */
} ListCursor;

/* The list has so many rows now, and what the cursor was on is row `at` of them: it stays on its
 * line of the screen. */
void list_cursor_update(ListCursor *cursor, guint length, guint at);
/* Before drawing: so many rows fit. */
void list_cursor_set_page(ListCursor *cursor, int rows);

/* G_MAXUINT: to the last row. */
void list_cursor_go(ListCursor *cursor, guint index);
/* Up, down, pages, top and bottom; FALSE for other moves. */
gboolean list_cursor_move(ListCursor *cursor, ViewMove move);
/* The cursor goes along where its row would leave the screen. */
void list_cursor_scroll(ListCursor *cursor, int lines);
/* The same in a list that follows what comes: down to its end the cursor goes to the last row. */
void list_cursor_scroll_following(ListCursor *cursor, int lines);
/* The row on this line of the page; G_MAXUINT where there is none. */
guint list_cursor_row_on(const ListCursor *cursor, int line);

#endif
