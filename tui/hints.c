/* Hints side by side: the key, the word. */
#include "tui/hints.h"

#include "tui/keymap.h"

#define GAP 2

static int hint_columns(const Command *command, gboolean ascii)
{
    return text_columns(keymap_label(command, ascii)) + 1 + text_columns(command->hint);
}

static int columns_of(const GPtrArray *commands, gboolean ascii)
{
    int columns = 0;

    for (guint i = 0; i < commands->len; i++)
        columns += hint_columns(commands->pdata[i], ascii) + GAP;
    return columns;
}

/* In which order hints stand: what is always there keeps its place on the left whatever comes and
 * goes behind it, so that moving the cursor repaints little; those of the program end the line. */
typedef enum { PART_STEADY, PART_OCCASIONAL, PART_PROGRAM, PARTS } Part;

static Part part_of(const Command *command)
{
    if (command->group == GROUP_PROGRAM)
        return PART_PROGRAM;
    return command->occasional ? PART_OCCASIONAL : PART_STEADY;
}

/* What does not fit goes: of the steady ones the last first, since there is always help for them,
 * then of the occasional ones. */
static void drop_until_fit(GPtrArray *parts[PARTS], int columns, gboolean ascii)
{
    int used = -GAP;

    for (Part part = 0; part < PARTS; part++)
        used += columns_of(parts[part], ascii);
    for (Part part = PART_STEADY; part < PART_PROGRAM; part++) {
        while (used > columns && parts[part]->len) {
            const Command *last = parts[part]->pdata[parts[part]->len - 1];

            used -= hint_columns(last, ascii) + GAP;
            g_ptr_array_set_size(parts[part], (gint)parts[part]->len - 1);
        }
    }
}

static int draw_hint(const Command *command, const Console *console, const Canvas *canvas, int row,
                     int at, GArray *hints)
{
    gboolean ascii = canvas->look->ascii;
    gboolean applies = !command->applies || command->applies(console);
    Hint hint = { at, hint_columns(command, ascii), command };

    at += draw_text(canvas, row, at, canvas->columns - at, applies ? ELEMENT_KEY : ELEMENT_DIM,
                    keymap_label(command, ascii)) +
          1;
    at += draw_text(canvas, row, at, canvas->columns - at, ELEMENT_DIM, command->hint) + GAP;
    g_array_append_val(hints, hint);
    return at;
}

GArray *hints_draw(const GPtrArray *commands, const Console *console, const Canvas *canvas, int row,
                   int column)
{
    gboolean ascii = canvas->look->ascii;
    g_autoptr(GPtrArray) steady = g_ptr_array_new();
    g_autoptr(GPtrArray) occasional = g_ptr_array_new();
    g_autoptr(GPtrArray) program = g_ptr_array_new();
    GPtrArray *parts[PARTS] = { steady, occasional, program };
    GArray *hints = g_array_new(FALSE, FALSE, sizeof(Hint));
    int at = column, right = canvas->columns - 1;

    for (guint i = 0; i < commands->len; i++)
        g_ptr_array_add(parts[part_of(commands->pdata[i])], commands->pdata[i]);
    drop_until_fit(parts, right - column, ascii);
    for (Part part = 0; part < PARTS; part++) {
        if (part == PART_PROGRAM)
            at = MAX(at, right - columns_of(program, ascii) + GAP);
        for (guint i = 0; i < parts[part]->len; i++)
            at = draw_hint(parts[part]->pdata[i], console, canvas, row, at, hints);
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
