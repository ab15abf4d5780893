/* Text on the terminal: safe whatever the bytes, exact to the column, in the colours of the theme.
 * The only place that hands strings to ncurses. */
#ifndef BACKPLANE_DRAW_H
#define BACKPLANE_DRAW_H

#define NCURSES_NOMACROS 1 /* erase, clear, move are words of ours too */
#include <ncurses.h>

#include "tui/theme.h"

/* --- text ------------------------------------------------------------------------------------ */

/* Columns that a text takes when it is drawn, what must not reach a terminal counted as escapes. */
int text_columns(const char *text);

/* The text cut to so many columns, the cut marked by "…" ("~" in ASCII). In ASCII everything else
 * is shown as "?". keep_end cuts at the front: for file names. (transfer full) */
char *text_fit(const char *text, int columns, gboolean ascii);
char *text_fit_end(const char *text, int columns, gboolean ascii);

/* Lines of at most so many columns, broken at blanks where there are any. (transfer full) (char) */
GPtrArray *text_wrap(const char *text, int columns);

/* --- glyphs ---------------------------------------------------------------------------------- */

typedef enum {
    GLYPH_CURSOR, /* ► */
    GLYPH_BAR,    /* │ */
    GLYPH_RULE,   /* ─ */
    GLYPH_TOP_LEFT,
    GLYPH_TOP_RIGHT,
    GLYPH_BOTTOM_LEFT,
    GLYPH_BOTTOM_RIGHT,
    GLYPH_LEFT_TEE,   /* ├ */
    GLYPH_RIGHT_TEE,  /* ┤ */
    GLYPH_UP_TEE,     /* ┴ */
    GLYPH_ARROW,      /* → */
    GLYPH_LEFT_RIGHT, /* ←→ */
    GLYPH_MORE_ABOVE, /* ↑ */
    GLYPH_MORE_BELOW, /* ↓ */
    GLYPH_MARK,       /* √ */
    GLYPH_INSIDE,     /* »: more is inside */
    GLYPHS,
} Glyph;

const char *glyph_text(Glyph glyph, gboolean ascii);

/* --- painting -------------------------------------------------------------------------------- */

typedef struct {
    const Theme *theme;
    gboolean ascii;
    gboolean mono; /* no colours, or NO_COLOR */
} Look;

/* A rectangle of a window to paint in; positions count from its upper left corner and nothing is
 * painted outside of it. */
typedef struct {
    WINDOW *window;
    const Look *look;
    int top, left;
    int rows, columns;
    gboolean selected; /* paint on the background of the selection */
    gboolean fresh;    /* everything in bold: it has changed just now */
    gboolean greyed;   /* everything as ELEMENT_GONE: the guest is no more */
} Canvas;

Canvas canvas_part(const Canvas *canvas, int top, int left, int rows, int columns);
void canvas_erase(const Canvas *canvas);
/* What stands there, to be put back in the same place of a later frame; NULL where that has no
 * cell, or the window has become too small for it. (transfer full: delwin) */
WINDOW *canvas_copy(const Canvas *canvas);
void canvas_paste(const Canvas *canvas, WINDOW *copy);
/* Whether this place of the screen belongs to it. */
gboolean canvas_has(const Canvas *canvas, int row, int column);
/* Begins a frame: the whole window blank, on the background of the theme. */
void canvas_background(const Canvas *canvas);

/* Once, on a terminal with colours, before anything is drawn. */
void draw_init_colours(void);

/* Draws at most so many columns, cut where there is more; gives the columns drawn. */
int draw_text(const Canvas *canvas, int row, int column, int columns, Element element,
              const char *text);
int draw_format(const Canvas *canvas, int row, int column, int columns, Element element,
                const char *format, ...) G_GNUC_PRINTF(6, 7);
/* Ends at the last of the columns given. */
void draw_right(const Canvas *canvas, int row, int column, int columns, Element element,
                const char *text);
int draw_glyph(const Canvas *canvas, int row, int column, Element element, Glyph glyph);
/* Blanks, in the colours of the selection where the canvas is selected. */
void draw_blank(const Canvas *canvas, int row, int column, int columns);

/* "─ Events ─────────── following ─" over the whole row; either text may be NULL. */
void draw_rule(const Canvas *canvas, int row, const char *title, const char *count);

/* A box around the canvas with its title, and a rule that joins its sides. */
void draw_box(const Canvas *canvas, const char *title, const char *count);
void draw_box_rule(const Canvas *canvas, int row, const char *title, const char *count);

#endif
