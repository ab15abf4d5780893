/* A terminal in memory: what the program sends goes into libvterm, and what a person would see
 * comes out as text and as a plane of attributes. Counts bytes, so that output has budgets. */
#ifndef BACKPLANE_TESTS_SCREEN_H
#define BACKPLANE_TESTS_SCREEN_H

#include <stdio.h>

#include <glib.h>

typedef struct Screen Screen;

Screen *screen_new(int rows, int columns);
void screen_free(Screen *screen);

/* What the program under test gets for its terminal. */
FILE *screen_out(const Screen *screen);
FILE *screen_in(const Screen *screen);

/* Bytes as typed. */
void screen_type(Screen *screen, const char *bytes);
void screen_resize(Screen *screen, int rows, int columns);

/* Takes what was sent since the last time; gives how many bytes it was. */
gsize screen_take(Screen *screen);

/* One line a row, without blanks at the ends. (transfer full) */
char *screen_text(Screen *screen);
/* The same shape: a letter for each cell's look, and below what each letter is. (transfer full) */
char *screen_looks(Screen *screen);

#endif
