/* One table of commands and how their replies are judged. Most commands print nothing where they
 * succeed; drive_add prints nothing where it fails. */
#include "monitor/hmp_reply.h"

#include <stdio.h>
#include <string.h>

#include "monitor/hmp_lines.h"
#include "monitor/hmp_text.h"

#define NO_REASON "QEMU wrote the reason to its standard error only: see the guest's log"

/* Of an answer that is no error in general; NULL where it is a refusal. (transfer full) */
typedef json_t *(*HmpJudge)(const char *text);

typedef struct {
    const char *command;
    HmpJudge judge;
} ReplyRow;

/* --- what says that nothing came of it ------------------------------------------------------- */

static gboolean is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static gboolean is_hint(const char *line)
{
    return g_str_has_prefix(line, "Try \"help ");
}

/* QEMU's lines as one, without its "Error: " and without the hint to its help; "" where nothing is
 * left. (transfer full) */
static char *refusal_text(const char *text)
{
    g_autoptr(GString) message = g_string_new(NULL);
    g_auto(HmpLines) lines = { 0 };

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *rest = hmp_after(line, "Error: ");

        if (is_blank(line) || is_hint(line))
            continue;
        if (message->len)
            g_string_append(message, "; ");
        g_string_append(message, rest ? rest : line);
    }
    return g_utf8_make_valid(message->str, (gssize)message->len);
}

/* "Device 'x' not found" (0.12 to 10.0), "The x device has not been found" (0.12), "device not
 * found" (0.11), "slot 28 empty" (pci_del). */
static gboolean is_missing_device(const char *message)
{
    return (g_str_has_prefix(message, "Device '") && g_str_has_suffix(message, "' not found")) ||
           (g_str_has_prefix(message, "The ") &&
            g_str_has_suffix(message, " device has not been found")) ||
           strcmp(message, "device not found") == 0 ||
           (g_str_has_prefix(message, "slot ") && g_str_has_suffix(message, " empty"));
}

/* To device_add the device that is not there is a model. */
static MonitorError refusal_code(const char *command, const char *message)
{
    if (g_str_has_prefix(message, "unknown command: '"))
        return MONITOR_ERROR_COMMAND_NOT_FOUND;
    if (g_strcmp0(command, "device_add") != 0 && is_missing_device(message))
        return MONITOR_ERROR_DEVICE_NOT_FOUND;
    return MONITOR_ERROR_GENERIC;
}

/* pci_add always ends with "failed to add ..."; where that is all, the reason went elsewhere. */
static GError *refusal(const char *command, const char *text)
{
    g_autofree char *message = refusal_text(text);
    MonitorError code = refusal_code(command, message);

    if (!*message)
        return g_error_new_literal(MONITOR_ERROR, code, NO_REASON);
    if (g_str_has_prefix(message, "failed to add "))
        return g_error_new(MONITOR_ERROR, code, "%s: %s", message, NO_REASON);
    return g_error_new_literal(MONITOR_ERROR, code, message);
}

/* --- judges ---------------------------------------------------------------------------------- */

static json_t *judge_silence(const char *text)
{
    return is_blank(text) ? json_object() : NULL;
}

/* Calls `read` with each line until it gives something. */
static json_t *judge_lines(const char *text, json_t *(*read)(const char *line))
{
    g_auto(HmpLines) lines = { 0 };
    json_t *result = NULL;

    hmp_lines_init(&lines, text);
    for (const char *line; !result && (line = hmp_lines_next(&lines)) != NULL;)
        result = read(line);
    return result;
}

static json_t *read_pci_place(const char *line)
{
    int domain, bus, slot, function, end = 0;

    if (sscanf(line, "OK domain %4d, bus %3d, slot %2d, function %1d%n", &domain, &bus, &slot,
               &function, &end) != 4 ||
        !end || line[end])
        return NULL;
    return json_pack("{s:i, s:i, s:i, s:i}", "domain", domain, "bus", bus, "slot", slot, "function",
                     function);
}

static json_t *judge_pci_add(const char *text)
{
    return judge_lines(text, read_pci_place);
}

static json_t *read_drive_place(const char *line)
{
    int bus, unit, end = 0;

    if (strcmp(line, "OK") == 0)
        return json_object();
    if (sscanf(line, "OK bus %9d, unit %9d%n", &bus, &unit, &end) != 2 || !end || line[end])
        return NULL;
    return json_pack("{s:i, s:i}", "bus", bus, "unit", unit);
}

static json_t *judge_drive_add(const char *text)
{
    return judge_lines(text, read_drive_place);
}

/* A tap made of a descriptor that is none prints this, and is there all the same (0.12). */
static json_t *read_real_refusal(const char *line)
{
    return is_blank(line) || g_str_has_prefix(line, "TUNGETIFF ioctl() failed") ? NULL
                                                                                : json_true();
}

static json_t *judge_host_net_add(const char *text)
{
    return judge_lines(text, read_real_refusal) ? NULL : json_object();
}

/* --- the table ------------------------------------------------------------------------------- */

static const ReplyRow rows[] = {
    { "blockdev-add", judge_silence },
    { "blockdev-change-medium", judge_silence },
    { "blockdev-del", judge_silence },
    { "chardev-remove", judge_silence },
    { "cont", judge_silence },
    { "device-list-properties", hmp_text_properties },
    { "device_add", judge_silence },
    { "device_del", judge_silence },
    { "drive_add", judge_drive_add },
    { "eject", judge_silence },
    { "host_net_add", judge_host_net_add },
    { "host_net_remove", judge_silence },
    { "info usb", hmp_text_usb },
    { "netdev_add", judge_silence },
    { "netdev_del", judge_silence },
    { "object-add", judge_silence },
    { "object-del", judge_silence },
    { "pci_add", judge_pci_add },
    { "pci_del", judge_silence },
    { "qom-get", hmp_text_value },
    { "qom-list", hmp_text_qom_list },
    { "query-block", hmp_text_block },
    { "query-blockstats", hmp_text_block_stats },
    { "query-chardev", hmp_text_chardev },
    { "query-cpus-fast", hmp_text_cpus },
    { "query-memory-devices", hmp_text_memory_devices },
    { "query-memory-size-summary", hmp_text_memory_size },
    { "query-name", hmp_text_name },
    { "query-named-block-nodes", hmp_text_nodes },
    { "query-pci", hmp_text_pci },
    { "query-status", hmp_text_status },
    { "query-version", hmp_text_version },
    { "set_link", judge_silence },
    { "stop", judge_silence },
    { "system_powerdown", judge_silence },
    { "system_reset", judge_silence },
    { "system_wakeup", judge_silence },
    { "usb_add", judge_silence },
    { "usb_del", judge_silence },
};

static const ReplyRow *find_row(const char *command)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_strcmp0(command, rows[i].command) == 0)
            return &rows[i];
    }
    return NULL;
}

/* The text itself; two questions have no other answer and are read in the form of 7.2. */
static json_t *judge_human(json_t *arguments, const char *text)
{
    const char *line = json_string_value(json_object_get(arguments, "command-line"));
    g_autofree char *modern = NULL;

    if (g_strcmp0(line, "info qtree") == 0)
        modern = hmp_text_modern_qtree(text);
    else if (g_strcmp0(line, "info network") == 0)
        modern = hmp_text_modern_network(text);
    return hmp_string(modern ? modern : text, -1);
}

/* Of commands that print something where they succeed. */
static gboolean is_error_line(const char *text)
{
    return g_str_has_prefix(text, "Error: ") || g_str_has_prefix(text, "unknown command: '");
}

json_t *hmp_reply(const char *command, json_t *arguments, const char *text, GError **error)
{
    const ReplyRow *row = find_row(command);
    json_t *result = NULL;

    if (g_strcmp0(command, "human-monitor-command") == 0)
        return judge_human(arguments, text);
    if (row && !is_error_line(text))
        result = row->judge(text);
    if (!result)
        g_propagate_error(error, refusal(command, text));
    return result;
}
