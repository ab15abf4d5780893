/* Passing on what is meant for the dialog above. */
#include "tui/inner_dialog.h"

static void on_told(Dialog *inner, DialogEffect effect, gpointer data)
{
    dialog_tell(data, DIALOG_STAYS);
}

void inner_dialog_open(Dialog **inner, Dialog *outer, Dialog *opened)
{
    g_clear_pointer(inner, dialog_free);
    *inner = opened;
    opened->listener = on_told;
    opened->listener_data = outer;
}

gboolean inner_dialog_paint(Dialog *inner, Dialog *outer, const Canvas *screen)
{
    if (!inner)
        return FALSE;
    inner->class->paint(inner, screen);
    outer->cursor_row = inner->cursor_row;
    outer->cursor_column = inner->cursor_column;
    return TRUE;
}

static void take(Dialog **inner, DialogEffect effect)
{
    if (effect == DIALOG_CLOSES)
        g_clear_pointer(inner, dialog_free);
}

gboolean inner_dialog_key(Dialog **inner, Key key)
{
    if (!*inner)
        return FALSE;
    take(inner, (*inner)->class->key(*inner, key));
    return TRUE;
}

gboolean inner_dialog_click(Dialog **inner, int row, int column)
{
    if (!*inner)
        return FALSE;
    if ((*inner)->class->click)
        take(inner, (*inner)->class->click(*inner, row, column));
    return TRUE;
}

gboolean inner_dialog_scroll(Dialog *inner, int lines)
{
    if (inner)
        dialog_scroll(inner, lines);
    return inner != NULL;
}
