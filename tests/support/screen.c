#include "tests/support/screen.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <vterm.h>

struct Screen {
    VTerm *vterm;
    VTermScreen *cells;
    FILE *out, *in;
    int taken; /* read end of what the program sends */
    int typed; /* write end of what it reads */
    int rows, columns;
};

static FILE *open_pipe(gboolean for_writing, int *other)
{
    int ends[2];
    int mine = for_writing ? 1 : 0;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return NULL;
    *other = ends[1 - mine];
    if (for_writing) {
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20); /* a frame is never waited for */
    }
    return fdopen(ends[mine], for_writing ? "w" : "r");
}

Screen *screen_new(int rows, int columns)
{
    Screen *screen = g_new0(Screen, 1);
    g_autofree char *lines = g_strdup_printf("%d", rows);
    g_autofree char *width = g_strdup_printf("%d", columns);

    g_setenv("LINES", lines, TRUE); /* a pipe has no size to ask for */
    g_setenv("COLUMNS", width, TRUE);
    screen->rows = rows;
    screen->columns = columns;
    screen->out = open_pipe(TRUE, &screen->taken);
    screen->in = open_pipe(FALSE, &screen->typed);
    screen->vterm = vterm_new(rows, columns);
    vterm_set_utf8(screen->vterm, 1);
    screen->cells = vterm_obtain_screen(screen->vterm);
    vterm_screen_enable_altscreen(screen->cells, 1);
    vterm_screen_reset(screen->cells, 1);
    return screen;
}

void screen_free(Screen *screen)
{
    vterm_free(screen->vterm);
    fclose(screen->out);
    fclose(screen->in);
    close(screen->taken);
    close(screen->typed);
    g_free(screen);
}

FILE *screen_out(const Screen *screen)
{
    return screen->out;
}

FILE *screen_in(const Screen *screen)
{
    return screen->in;
}

void screen_type(Screen *screen, const char *bytes)
{
    gssize written = write(screen->typed, bytes, strlen(bytes));

    g_assert(written == (gssize)strlen(bytes));
}

void screen_resize(Screen *screen, int rows, int columns)
{
    screen->rows = rows;
    screen->columns = columns;
    vterm_set_size(screen->vterm, rows, columns);
}

gsize screen_take(Screen *screen)
{
    char buffer[4096];
    gsize total = 0;
    gssize count;

    fflush(screen->out);
    while ((count = read(screen->taken, buffer, sizeof(buffer))) > 0) {
        vterm_input_write(screen->vterm, buffer, (gsize)count);
        total += (gsize)count;
    }
    return total;
}

static VTermScreenCell cell_at(Screen *screen, int row, int column)
{
    VTermScreenCell cell;
    VTermPos position = { .row = row, .col = column };

    memset(&cell, 0, sizeof(cell));
    vterm_screen_get_cell(screen->cells, position, &cell);
    return cell;
}

static void end_line(GString *text, gsize start)
{
    while (text->len > start && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    g_string_append_c(text, '\n');
}

char *screen_text(Screen *screen)
{
    GString *text = g_string_new(NULL);

    for (int row = 0; row < screen->rows; row++) {
        gsize start = text->len;

        for (int column = 0; column < screen->columns;) {
            VTermScreenCell cell = cell_at(screen, row, column);

            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
                g_string_append_unichar(text, cell.chars[i]);
            if (!cell.chars[0])
                g_string_append_c(text, ' ');
            column += MAX(cell.width, 1);
        }
        end_line(text, start);
    }
    return g_string_free(text, FALSE);
}

static void append_colour(GString *text, const char *name, VTermColor colour, gboolean is_default)
{
    if (is_default)
        return;
    if (VTERM_COLOR_IS_INDEXED(&colour))
        g_string_append_printf(text, " %s %u", name, colour.indexed.idx);
    else
        g_string_append_printf(text, " %s #%02x%02x%02x", name, colour.rgb.red, colour.rgb.green,
                               colour.rgb.blue);
}

static char *describe(const VTermScreenCell *cell)
{
    GString *text = g_string_new(NULL);

    append_colour(text, "fg", cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg));
    append_colour(text, "bg", cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg));
    g_string_append(text, cell->attrs.bold ? " bold" : "");
    g_string_append(text, cell->attrs.underline ? " underline" : "");
    g_string_append(text, cell->attrs.reverse ? " reverse" : "");
    return g_string_free(text, FALSE);
}

/* The letter of a look, a new one for a look not seen yet. The plain one is a blank. */
static char letter_for(GPtrArray *looks, const char *look)
{
    guint index;

    if (!*look)
        return ' ';
    if (!g_ptr_array_find_with_equal_func(looks, look, g_str_equal, &index)) {
        index = looks->len;
        g_ptr_array_add(looks, g_strdup(look));
    }
    return (char)(index < 26 ? 'a' + (int)index : 'A' + (int)index - 26);
}

char *screen_looks(Screen *screen)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) looks = g_ptr_array_new_with_free_func(g_free);

    for (int row = 0; row < screen->rows; row++) {
        gsize start = text->len;

        for (int column = 0; column < screen->columns; column++) {
            VTermScreenCell cell = cell_at(screen, row, column);
            g_autofree char *look = describe(&cell);

            g_string_append_c(text, letter_for(looks, look));
        }
        end_line(text, start);
    }
    for (guint i = 0; i < looks->len; i++)
        g_string_append_printf(text, "%c%s\n", i < 26 ? 'a' + (int)i : 'A' + (int)i - 26,
                               (const char *)looks->pdata[i]);
    return g_string_free(text, FALSE);
}
