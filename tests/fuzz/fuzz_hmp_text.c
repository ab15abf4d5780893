/* Replies of a human monitor, which hold names that guests and files chose: every reader takes
 * every text. The first byte says which. What is read is JSON that can be written, and what is
 * brought into the form of 7.2 stays as it is when that is done again. */
#include <string.h>

#include "monitor/hmp_line.h"
#include "monitor/hmp_reply.h"
#include "monitor/hmp_text.h"
#include "tests/fuzz/fuzz.h"

static const char *const commands[] = {
    "query-pci",
    "query-block",
    "query-named-block-nodes",
    "query-blockstats",
    "query-chardev",
    "query-cpus-fast",
    "query-memory-devices",
    "query-memory-size-summary",
    "query-name",
    "query-status",
    "query-version",
    "qom-get",
    "qom-list",
    "device-list-properties",
    "info usb",
    "pci_add",
    "drive_add",
    "host_net_add",
    "device_add",
    "human-monitor-command",
};

/* Two of these are brought into another form. */
static const char *const human_lines[] = { "info qtree", "info network", "info mice" };

static void must_be_json(json_t *result)
{
    g_autofree char *text = json_dumps(result, JSON_ENCODE_ANY);

    g_assert_nonnull(text);
    json_decref(result);
}

static void read_reply(const char *command, json_t *arguments, const char *text)
{
    g_autoptr(GError) error = NULL;
    json_t *result = hmp_reply(command, arguments, text, &error);

    g_assert_true((result == NULL) == (error != NULL));
    if (result)
        must_be_json(result);
    else
        g_assert_true(g_utf8_validate(error->message, -1, NULL) && *error->message);
}

static void read_human(const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(human_lines); i++) {
        json_t *arguments = json_pack("{s:s}", "command-line", human_lines[i]);

        read_reply("human-monitor-command", arguments, text);
        json_decref(arguments);
    }
}

static void read_help(const char *text)
{
    json_t *help = hmp_text_help(text);

    must_be_json(hmp_line_commands(help));
    must_be_json(help);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autofree char *text = size ? g_strndup((const char *)data + 1, size - 1) : NULL;
    gsize which = size ? data[0] % (G_N_ELEMENTS(commands) + 1) : 0;

    if (!text)
        return 0;
    if (which == G_N_ELEMENTS(commands))
        read_help(text);
    else if (strcmp(commands[which], "human-monitor-command") == 0)
        read_human(text);
    else
        read_reply(commands[which], NULL, text);
    return 0;
}
