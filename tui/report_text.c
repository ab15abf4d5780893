/* Cells and columns of plain text. */
#include "tui/report_text.h"

#include "monitor/text.h"
#include "tui/draw.h"
#include "tui/outline.h"

static char *to_ascii(const char *text)
{
    GString *ascii = g_string_new(NULL);

    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        if (c < 0x80)
            g_string_append_c(ascii, (char)c);
        else
            g_string_append_printf(ascii, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
    }
    return g_string_free(ascii, FALSE);
}

char *report_printable(const char *text, gboolean ascii)
{
    g_autofree char *safe = text_printable(text ? text : "", -1, 0);

    return ascii ? to_ascii(safe) : g_steal_pointer(&safe);
}

void report_pad(GString *line, const char *text, int width)
{
    int columns = text_columns(text);

    g_string_append(line, text);
    while (columns++ < width)
        g_string_append_c(line, ' ');
}

void report_end_line(GString *text)
{
    while (text->len && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    g_string_append_c(text, '\n');
}

void report_add_table(GString *text, const GPtrArray *cells, guint columns)
{
    g_autofree int *widths = g_new0(int, columns);

    for (guint i = 0; i < cells->len; i++)
        widths[i % columns] = MAX(widths[i % columns], text_columns(cells->pdata[i]));
    for (guint i = 0; i < cells->len; i++) {
        report_pad(text, cells->pdata[i], widths[i % columns] + 2);
        if (i % columns == columns - 1)
            report_end_line(text);
    }
}

char **report_guest_facts(const Guest *guest, gboolean ascii)
{
    g_autofree char *memory = guest->memory ? size_to_text((gint64)guest->memory) : NULL;
    g_autofree char *qemu = guest->qemu ? g_strconcat("QEMU ", guest->qemu, NULL) : NULL;
    g_autofree char *vcpus = guest->vcpus ? g_strdup_printf("%u vCPU", guest->vcpus) : NULL;
    const char *facts[] = { guest->name, guest->status, guest->machine, vcpus, memory, qemu };
    g_autoptr(GStrvBuilder) known = g_strv_builder_new();

    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        g_autofree char *fact = report_printable(facts[i], ascii);

        if (*fact)
            g_strv_builder_add(known, fact);
    }
    return g_strv_builder_end(known);
}
