/* Which option of -drive says what of a node: one table (qemu_drive_opts and the block layer's own
 * options of QEMU 1.0 to 2.8). */
#include "monitor/qmp_drive.h"

#include <string.h>

#include "monitor/hmp_line.h"
#include "monitor/hmp_reply.h"

gboolean qmp_drive_needed(json_t *commands)
{
    size_t index;
    json_t *command;

    json_array_foreach (commands, index, command) {
        const char *name = json_string_value(json_object_get(command, "name"));

        if (g_strcmp0(name, "blockdev-del") == 0)
            return FALSE;
    }
    return json_is_array(commands);
}

/* --- a node's options as a drive's ----------------------------------------------------------- */

/* The host's cache: FALSE where a drive has no such mode. */
static gboolean put_cache(json_t *options, json_t *cache)
{
    gboolean direct = json_is_true(json_object_get(cache, "direct"));
    gboolean no_flush = json_is_true(json_object_get(cache, "no-flush"));

    if (direct && no_flush)
        return FALSE;
    if (direct || no_flush)
        json_object_set_new(options, "cache", json_string(direct ? "none" : "unsafe"));
    return TRUE;
}

/* FALSE where what is below the format is no plain file or device of the host. */
static gboolean put_file(json_t *options, json_t *file)
{
    const char *driver = json_string_value(json_object_get(file, "driver"));
    const char *key;
    json_t *value;

    if (g_strcmp0(driver, "file") != 0 && g_strcmp0(driver, "host_device") != 0)
        return FALSE;
    json_object_foreach (file, key, value) {
        if (strcmp(key, "filename") == 0)
            json_object_set(options, "file", value);
        else if (strcmp(key, "aio") == 0)
            json_object_set(options, key, value);
        else if (strcmp(key, "driver") != 0)
            return FALSE;
    }
    return json_object_get(options, "file") != NULL;
}

/* Names of a node's option and of the drive's. */
static const char *const same[][2] = {
    { "node-name", "id" },
    { "driver", "format" },
    { "read-only", "readonly" },
    { "discard", "discard" },
    { "detect-zeroes", "detect-zeroes" },
};

static gboolean put_option(json_t *options, const char *key, json_t *value)
{
    if (strcmp(key, "file") == 0)
        return put_file(options, value);
    if (strcmp(key, "cache") == 0)
        return put_cache(options, value);
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
        if (strcmp(key, same[i][0]) == 0)
            return json_object_set(options, same[i][1], value) == 0;
    }
    return FALSE;
}

static char *add_line(json_t *node)
{
    json_t *options = json_pack("{s:s}", "if", "none");
    const char *key;
    json_t *value;
    gboolean possible = json_object_get(node, "node-name") && json_object_get(node, "file");
    char *line;

    json_object_foreach (node, key, value)
        possible = possible && put_option(options, key, value);
    line = possible ? hmp_line_drive(options) : NULL;
    json_decref(options);
    return line;
}

char *qmp_drive_line(const char *command, json_t *arguments)
{
    if (g_strcmp0(command, "blockdev-add") == 0)
        return add_line(arguments);
    return g_strcmp0(command, "blockdev-del") == 0 ? hmp_line(command, arguments) : NULL;
}

json_t *qmp_drive_reply(const char *command, const char *text, GError **error)
{
    gboolean adds = g_strcmp0(command, "blockdev-add") == 0;

    return hmp_reply(adds ? "drive_add" : command, NULL, text, error);
}
