/* Editing a line. */
#include "tui/line_edit.h"

#include <string.h>

void line_edit_init(LineEdit *edit)
{
    edit->text = g_string_new(NULL);
    edit->cursor = 0;
}

void line_edit_clear(LineEdit *edit)
{
    g_string_free(edit->text, TRUE);
    edit->text = NULL;
}

void line_edit_set(LineEdit *edit, const char *text)
{
    g_string_assign(edit->text, text);
    edit->cursor = edit->text->len;
}

static gsize before(const LineEdit *edit)
{
    const char *text = edit->text->str;
    const char *previous = g_utf8_find_prev_char(text, text + edit->cursor);

    return previous ? (gsize)(previous - text) : 0;
}

static gsize after(const LineEdit *edit)
{
    const char *at = edit->text->str + edit->cursor;

    return *at ? (gsize)(g_utf8_next_char(at) - edit->text->str) : edit->cursor;
}

/* Where the word ends that is left of the cursor, at its front. */
static gsize word_before(const LineEdit *edit)
{
    const char *text = edit->text->str;
    gsize at = edit->cursor;

    while (at > 0 && strchr(" /,=", text[at - 1]))
        at--;
    while (at > 0 && !strchr(" /,=", text[at - 1]))
        at--;
    return at;
}

static void cut(LineEdit *edit, gsize from, gsize to)
{
    g_string_erase(edit->text, (gssize)from, (gssize)(to - from));
    edit->cursor = from;
}

static gboolean insert(LineEdit *edit, gunichar c)
{
    char bytes[6];
    int length = g_unichar_to_utf8(c, bytes);

    if (!g_unichar_isprint(c) || edit->text->len + (gsize)length > LINE_EDIT_MAX)
        return FALSE;
    g_string_insert_len(edit->text, (gssize)edit->cursor, bytes, length);
    edit->cursor += (gsize)length;
    return TRUE;
}

static gboolean function_key(LineEdit *edit, wint_t code)
{
    switch (code) {
    case KEY_LEFT:
        edit->cursor = before(edit);
        return TRUE;
    case KEY_RIGHT:
        edit->cursor = after(edit);
        return TRUE;
    case KEY_HOME:
        edit->cursor = 0;
        return TRUE;
    case KEY_END:
        edit->cursor = edit->text->len;
        return TRUE;
    case KEY_DC:
        cut(edit, edit->cursor, after(edit));
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean line_edit_key(LineEdit *edit, Key key)
{
    if (key.function)
        return function_key(edit, key.code);
    switch (key.code) {
    case KEY_CODE_RUBOUT:
        cut(edit, before(edit), edit->cursor);
        return TRUE;
    case CONTROL('A'):
        return function_key(edit, KEY_HOME);
    case CONTROL('E'):
        return function_key(edit, KEY_END);
    case CONTROL('U'):
        cut(edit, 0, edit->cursor);
        return TRUE;
    case CONTROL('K'):
        cut(edit, edit->cursor, edit->text->len);
        return TRUE;
    case CONTROL('W'):
        cut(edit, word_before(edit), edit->cursor);
        return TRUE;
    default:
        return key.code >= ' ' && insert(edit, key.code);
    }
}

int line_edit_draw(const LineEdit *edit, const Canvas *canvas, int row, int column, int columns,
                   Element element)
{
    const char *start = edit->text->str;
    g_autofree char *head = g_strndup(start, edit->cursor);
    int offset = text_columns(head);

    draw_blank(canvas, row, column, columns);
    while (offset >= columns && *start) { /* the cursor stays in sight */
        g_autofree char *first = g_strndup(start, (gsize)(g_utf8_next_char(start) - start));

        offset -= text_columns(first);
        start = g_utf8_next_char(start);
    }
    draw_text(canvas, row, column, columns, element, start);
    return column + offset;
}
