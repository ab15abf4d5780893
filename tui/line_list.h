/* Lines of labelled text that scroll: the detail pane, the help and the texts of dialogs. */
#ifndef BACKPLANE_LINE_LIST_H
#define BACKPLANE_LINE_LIST_H

#include "tui/draw.h"

typedef struct LineList LineList;

/* columns: the width that texts are broken to. label_columns: of the left column. */
LineList *line_list_new(int columns, int label_columns);
/* For the lines that follow: room for labels of so many columns, at most half of the line. */
void line_list_widen_labels(LineList *list, int label_columns);
void line_list_free(LineList *list);

/* "slot      pci.0 05.0": a long value goes on in further lines. */
void line_list_field(LineList *list, const char *label, Element element, const char *value);
void line_list_field_format(LineList *list, const char *label, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void line_list_text(LineList *list, Element element, const char *text);
/* A line of a diff, valid UTF-8: its sign, and what follows in as many lines as it needs, below one
 * another; else (not whole) cut where it is drawn. */
void line_list_diff(LineList *list, Element element, const char *text, gboolean whole);
/* A key and what it does: "r ask again". */
void line_list_key(LineList *list, const char *key, const char *what);
/* Two texts, the second at the right end of the first line. */
void line_list_pair(LineList *list, Element element, const char *left, const char *right);
/* Titles may be NULL. */
void line_list_rule(LineList *list, const char *title, const char *count);
void line_list_blank(LineList *list);

int line_list_length(const LineList *list);
/* Draws the lines from top on; top is clamped to what there is to scroll. */
void line_list_draw(const LineList *list, const Canvas *canvas, int *top);
/* The same inside a box: its rules join the sides. canvas: as wide as the box. */
void line_list_draw_boxed(const LineList *list, const Canvas *canvas, int *top);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineList, line_list_free)

#endif
