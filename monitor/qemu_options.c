/* KEY=VALUE lists as QEMU reads them. */
#include "monitor/qemu_options.h"

#include <jansson.h>
#include <string.h>

#define DEPTH_MAX 16

QemuOptions *qemu_options_new(void)
{
    QemuOptions *options = g_new0(QemuOptions, 1);

    options->keys = g_ptr_array_new_with_free_func(g_free);
    options->values = g_ptr_array_new_with_free_func(g_free);
    return options;
}

void qemu_options_free(QemuOptions *options)
{
    if (!options)
        return;
    g_ptr_array_unref(options->keys);
    g_ptr_array_unref(options->values);
    g_free(options);
}

void qemu_options_add(QemuOptions *options, const char *key, const char *value)
{
    g_ptr_array_add(options->keys, g_strdup(key));
    g_ptr_array_add(options->values, g_strdup(value));
}

/* Up to a comma that is not doubled; *rest goes behind it. (transfer full) */
static char *take_part(const char **rest)
{
    GString *part = g_string_new(NULL);
    const char *at = *rest;

    for (; *at && (*at != ',' || at[1] == ','); at += 1 + (*at == ','))
        g_string_append_c(part, *at);
    *rest = *at ? at + 1 : at;
    return g_string_free(part, FALSE);
}

static void add_bare(QemuOptions *options, const char *word, const char *first)
{
    if (first)
        qemu_options_add(options, first, word);
    else if (g_str_has_prefix(word, "no"))
        qemu_options_add(options, word + strlen("no"), "off");
    else
        qemu_options_add(options, word, "on");
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void add_json(QemuOptions *options, const char *key, const json_t *value, int depth)
{
    const char *inner;
    json_t *part;

    if (json_is_string(value))
        qemu_options_add(options, key, json_string_value(value));
    else if (json_is_boolean(value))
        qemu_options_add(options, key, json_is_true(value) ? "on" : "off");
    else if (json_is_integer(value)) {
        g_autofree char *digits =
            g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
        qemu_options_add(options, key, digits);
    } else if (json_is_object(value) && depth < DEPTH_MAX) {
        json_object_foreach ((json_t *)value, inner, part)
            add_json(options, inner, part, depth + 1);
    }
}

static QemuOptions *parse_json(const char *text)
{
    QemuOptions *options = qemu_options_new();
    json_t *value = json_loads(text, 0, NULL);

    if (value)
        add_json(options, "", value, 0);
    json_decref(value);
    return options;
}

QemuOptions *qemu_options_parse(const char *text, const char *first)
{
    QemuOptions *options;

    if (*text == '{')
        return parse_json(text);
    options = qemu_options_new();
    while (*text) {
        g_autofree char *part = take_part(&text);
        char *equals = strchr(part, '=');

        if (equals)
            *equals = '\0';
        if (equals)
            qemu_options_add(options, part, equals + 1);
        else
            add_bare(options, part, first);
        first = NULL;
    }
    return options;
}

const char *qemu_options_find(const QemuOptions *options, const char *key)
{
    for (guint i = options->keys->len; i-- > 0;)
        if (g_str_equal(options->keys->pdata[i], key))
            return options->values->pdata[i];
    return NULL;
}

gboolean qemu_options_is_on(const QemuOptions *options, const char *key)
{
    static const char *const words[] = { "on", "yes", "true", "y", NULL };
    const char *value = qemu_options_find(options, key);

    return value && g_strv_contains(words, value);
}
