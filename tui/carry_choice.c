/* Two choices side by side, the chosen one marked. */
#include "tui/carry_choice.h"

#define GAP 3
#define AROUND 15 /* columns of "(x) now and in " */

static int draw_one(const Canvas *canvas, int row, int column, int columns, const char *text,
                    gboolean chosen)
{
    return draw_format(canvas, row, column, columns, chosen ? ELEMENT_CHOICE : ELEMENT_DIM,
                       "(%s) %s", chosen ? "x" : " ", text);
}

void carry_choice_draw(const Canvas *canvas, int row, int column, int columns, const char *path,
                       gboolean carry)
{
    int alone = text_columns("( ) now only") + GAP;
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *fitted = text_fit(name, MAX(columns - alone - AROUND, 1), canvas->look->ascii);
    g_autofree char *both = g_strdup_printf("now and in %s", fitted);
    int used = draw_one(canvas, row, column, columns, both, carry) + GAP;

    draw_one(canvas, row, column + used, columns - used, "now only", !carry);
}
