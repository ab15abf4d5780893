/* Writing XML: indentation, quotes, and where a tag ends. */
#include "engine/describe_text.h"

#include "engine/xml_edit.h"

struct DescribeText {
    GString *text;
    GPtrArray *open; /* (const char *) names of elements */
    gboolean in_tag; /* the latest one's start tag may still become an empty element */
};

DescribeText *describe_text_new(void)
{
    DescribeText *text = g_new0(DescribeText, 1);
    text->text = g_string_new(NULL);
    text->open = g_ptr_array_new();
    return text;
}

static void start_line(DescribeText *text)
{
    if (text->in_tag)
        g_string_append(text->text, ">\n");
    text->in_tag = FALSE;
    for (guint i = 0; i < text->open->len; i++)
        g_string_append(text->text, "  ");
}

static void put_attribute(DescribeText *text, const char *name, const char *value)
{
    g_autofree char *escaped = value ? xml_escape(value) : NULL;
    if (value)
        g_string_append_printf(text->text, " %s='%s'", name, escaped);
}

static void put_start(DescribeText *text, const char *name, va_list pairs)
{
    const char *attribute;
    start_line(text);
    g_string_append_printf(text->text, "<%s", name);
    while ((attribute = va_arg(pairs, const char *)))
        put_attribute(text, attribute, va_arg(pairs, const char *));
}

void describe_text_open(DescribeText *text, const char *name, ...)
{
    va_list pairs;
    va_start(pairs, name);
    put_start(text, name, pairs);
    va_end(pairs);
    g_ptr_array_add(text->open, (gpointer)name);
    text->in_tag = TRUE;
}

void describe_text_close(DescribeText *text)
{
    g_return_if_fail(text->open->len);
    const char *name = g_ptr_array_steal_index(text->open, text->open->len - 1);
    if (text->in_tag) {
        g_string_append(text->text, "/>\n");
        text->in_tag = FALSE;
        return;
    }
    start_line(text);
    g_string_append_printf(text->text, "</%s>\n", name);
}

void describe_text_leaf(DescribeText *text, const char *name, const char *content, ...)
{
    va_list pairs;
    g_autofree char *escaped = content ? xml_escape(content) : NULL;
    va_start(pairs, content);
    put_start(text, name, pairs);
    va_end(pairs);
    if (content)
        g_string_append_printf(text->text, ">%s</%s>\n", escaped, name);
    else
        g_string_append(text->text, "/>\n");
}

void describe_text_pairs(DescribeText *text, const char *name, const char *const *pairs)
{
    start_line(text);
    g_string_append_printf(text->text, "<%s", name);
    for (; *pairs; pairs += 2)
        put_attribute(text, pairs[0], pairs[1]);
    g_string_append(text->text, "/>\n");
}

void describe_text_comment(DescribeText *text, const char *words)
{
    start_line(text);
    g_string_append_printf(text->text, "<!-- %s -->\n", words);
}

char *describe_text_end(DescribeText *text)
{
    g_return_val_if_fail(!text->open->len, NULL);
    char *result = g_string_free(text->text, FALSE);
    g_ptr_array_unref(text->open);
    g_free(text);
    return result;
}
