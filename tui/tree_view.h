/* The tree of devices with its cursor. Draws from an outline; owns no facts: what it keeps is where
 * the cursor is and what is folded, by the keys of the rows. */
#ifndef BACKPLANE_TREE_VIEW_H
#define BACKPLANE_TREE_VIEW_H

#include "tui/draw.h"
#include "tui/outline.h"

typedef struct TreeView TreeView;

TreeView *tree_view_new(gboolean ascii);
void tree_view_free(TreeView *view);

/* Lays the tree out anew; guest and match may be NULL. match must last until the next update. The
 * cursor stays on its row, and on its line of the
 * screen; where that row has gone, on the nearest one. */
void tree_view_update(TreeView *view, Guest *guest, const Match *match, gint64 now);

/* Where the cursor is; NULL in an empty tree. Valid until the next change. */
const OutlineRow *tree_view_row(const TreeView *view);

void tree_view_move(TreeView *view, int rows);
void tree_view_page(TreeView *view, int halves); /* 2: a page down, -1: half a page up */
void tree_view_go(TreeView *view, guint index);  /* G_MAXUINT: the last */
/* Puts the cursor on the row with this key; FALSE when there is none. */
gboolean tree_view_select(TreeView *view, const char *key);
/* The same for a device that may be inside of folded branches: they unfold. */
gboolean tree_view_reveal(TreeView *view, const char *path);
/* A click on a line of the canvas; FALSE when there is no row. */
gboolean tree_view_click(TreeView *view, int line);
void tree_view_scroll(TreeView *view, int lines);

/* Fold: or to the parent. Unfold: or to the first row inside. Toggle: FALSE where nothing folds. */
void tree_view_fold(TreeView *view);
void tree_view_unfold(TreeView *view);
gboolean tree_view_toggle(TreeView *view);
/* Free places one by one, or as runs. */
void tree_view_toggle_vacant(TreeView *view);

/* Column heads on line 0, rows below. Gives the line that the cursor is on, -1 for none. */
int tree_view_draw(TreeView *view, const Canvas *canvas);

#endif
