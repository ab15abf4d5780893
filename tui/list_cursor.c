/* Where the cursor of a list goes, and which rows are on the screen for it. */
#include "tui/list_cursor.h"

#define FAR (G_MAXINT / 4) /* farther than any list is long */

static void clamp_top(ListCursor *cursor)
{
    guint last = cursor->length > cursor->page ? cursor->length - cursor->page : 0;

    cursor->top = MIN(cursor->top, last);
}

/* A third of a page at a time: repainting rows beside a pane that stays costs a frame. */
static void show(ListCursor *cursor)
{
    guint third = cursor->page / 3;

    if (cursor->at < cursor->top)
        cursor->top = cursor->at > third ? cursor->at - third : 0;
    else if (cursor->page && cursor->at >= cursor->top + cursor->page)
        cursor->top = cursor->at - cursor->page + 1 + third;
    clamp_top(cursor);
}

void list_cursor_go(ListCursor *cursor, guint index)
{
    cursor->at = cursor->length ? MIN(index, cursor->length - 1) : 0;
    show(cursor);
}

void list_cursor_update(ListCursor *cursor, guint length, guint at)
{
    if (at > cursor->at || cursor->at - at <= cursor->top)
        cursor->top = cursor->top + at - cursor->at;
    cursor->length = length;
    clamp_top(cursor);
    list_cursor_go(cursor, at);
}

void list_cursor_set_page(ListCursor *cursor, int rows)
{
    cursor->page = (guint)MAX(rows, 1);
    show(cursor);
}

gboolean list_cursor_move(ListCursor *cursor, ViewMove move)
{
    static const struct {
        int rows, halves; /* how far it goes: rows and half pages */
    } moves[] = {
        [MOVE_UP] = { -1, 0 },       [MOVE_DOWN] = { 1, 0 },     [MOVE_PAGE_UP] = { 0, -2 },
        [MOVE_PAGE_DOWN] = { 0, 2 }, [MOVE_HALF_UP] = { 0, -1 }, [MOVE_HALF_DOWN] = { 0, 1 },
        [MOVE_TOP] = { -FAR, 0 },    [MOVE_BOTTOM] = { FAR, 0 },
    };
    int half = (int)MAX(cursor->page / 2, 1), distance;

    if (move >= G_N_ELEMENTS(moves) || (!moves[move].rows && !moves[move].halves))
        return FALSE;
    distance = moves[move].rows + moves[move].halves * half;
    list_cursor_go(cursor, (guint)MAX((gint64)cursor->at + distance, 0));
    return TRUE;
}

void list_cursor_scroll(ListCursor *cursor, int lines)
{
    cursor->top = (guint)MAX((gint64)cursor->top + lines, 0);
    clamp_top(cursor);
    list_cursor_go(cursor, CLAMP(cursor->at, cursor->top, cursor->top + MAX(cursor->page, 1) - 1));
}

void list_cursor_scroll_following(ListCursor *cursor, int lines)
{
    list_cursor_scroll(cursor, lines);
    if (lines > 0 && cursor->top + cursor->page >= cursor->length)
        list_cursor_go(cursor, G_MAXUINT);
}

guint list_cursor_row_on(const ListCursor *cursor, int line)
{
    guint index = cursor->top + (guint)line;

    return line >= 0 && (guint)line < cursor->page && index < cursor->length ? index : G_MAXUINT;
}
