/* Hints side by side: the key, the word. */
#include "tui/hints.h"

#include "tui/keymap.h"

#define GAP 2

static int hint_columns(const Command *command, gboolean ascii)
{
    return text_columns(keymap_label(command, ascii)) + 1 + text_columns(command->hint);
}

/* Help and quit are always told; of the rest the last are left out until the line fits. */
static GPtrArray *fitting(const GPtrArray *commands, int columns, gboolean ascii)
{
    GPtrArray *kept = g_ptr_array_new();
    int used = 1;

    for (guint i = 0; i < commands->len; i++) {
        const Command *command = commands->pdata[i];

        g_ptr_array_add(kept, (gpointer)command);
        used += hint_columns(command, ascii) + GAP;
    }
    for (guint i = kept->len; i-- > 0 && used - GAP > columns;) {
        const Command *command = kept->pdata[i];

        if (command->group == GROUP_PROGRAM)
            continue;
        used -= hint_columns(command, ascii) + GAP;
        g_ptr_array_remove_index(kept, i);
    }
    return kept;
}

GArray *hints_draw(const GPtrArray *commands, const Console *console, const Canvas *canvas, int row,
                   int column)
{
    gboolean ascii = canvas->look->ascii;
    g_autoptr(GPtrArray) kept = fitting(commands, canvas->columns - column + 1, ascii);
    GArray *hints = g_array_new(FALSE, FALSE, sizeof(Hint));
    int at = column;

    for (guint i = 0; i < kept->len; i++) {
        const Command *command = kept->pdata[i];
        Hint hint = { at, hint_columns(command, ascii), command };

        gboolean applies = !command->applies || command->applies(console);

        at += draw_text(canvas, row, at, canvas->columns - at, applies ? ELEMENT_KEY : ELEMENT_DIM,
                        keymap_label(command, ascii)) +
              1;
        at += draw_text(canvas, row, at, canvas->columns - at, ELEMENT_DIM, command->hint) + GAP;
        g_array_append_val(hints, hint);
    }
    return hints;
}

const Command *hints_find(const GArray *hints, int column)
{
    for (guint i = 0; hints && i < hints->len; i++) {
        const Hint *hint = &g_array_index(hints, Hint, i);

        if (column >= hint->column && column < hint->column + hint->columns)
            return hint->command;
    }
    return NULL;
}
