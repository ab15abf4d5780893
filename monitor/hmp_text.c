/* The short replies: a line, or a line a thing. */
#include "monitor/hmp_text.h"

#include <string.h>

#include "monitor/hmp_lines.h"

static void set_new(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

/* What follows prefix in the first line that begins so, NULL where none does. Text that QEMU tells
 * at any time may stand before the answer. */
static const char *find_after(HmpLines *lines, const char *prefix)
{
    const char *line, *rest = NULL;

    while (!rest && (line = hmp_lines_next(lines)) != NULL)
        rest = hmp_after(line, prefix);
    return rest;
}

/* --- the guest as a whole -------------------------------------------------------------------- */

/* "VM status: paused (prelaunch)"; what is in brackets is QMP's word. */
json_t *hmp_text_status(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    const char *word, *open;
    gboolean running;

    hmp_lines_init(&lines, text);
    word = find_after(&lines, "VM status: ");
    if (!word)
        return json_object();
    running = strncmp(word, "running", strlen("running")) == 0;
    open = strchr(word, '(');
    if (open && g_str_has_suffix(word, ")"))
        return json_pack("{s:b, s:o}", "running", running, "status",
                         hmp_string(open + 1, (gssize)strlen(open) - 2));
    return json_pack("{s:b, s:o}", "running", running, "status",
                     hmp_string(word, (gssize)strcspn(word, " ")));
}

/* "7.2.22Debian 1:7.2+dfsg-7" */
json_t *hmp_text_version(const char *text)
{
    static const char *const names[] = { "major", "minor", "micro" };
    g_auto(HmpLines) lines = { 0 };
    const char *at;
    json_t *qemu = json_object();

    hmp_lines_init(&lines, text);
    do
        at = hmp_lines_next(&lines);
    while (at && !g_ascii_isdigit(*at));
    for (gsize i = 0; at && i < G_N_ELEMENTS(names); i++) {
        gint64 number;

        if (!hmp_number(&at, &number))
            break;
        set_new(qemu, names[i], json_integer(number));
        at += i + 1 < G_N_ELEMENTS(names) && *at == '.' ? 1 : 0;
    }
    return json_pack("{s:o, s:o}", "qemu", qemu, "package", hmp_string(at ? at : "", -1));
}

json_t *hmp_text_name(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    const char *line;

    hmp_lines_init(&lines, text);
    line = hmp_lines_next(&lines);
    return line && *line ? json_pack("{s:o}", "name", hmp_string(line, -1)) : json_object();
}

/* "* CPU #0: thread_id=2439"; up to 0.14 "* CPU #0: pc=0x0000000000007c05 (halted)". */
json_t *hmp_text_cpus(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *cpus = json_array();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *at = strlen(line) > 2 ? hmp_after(line + 2, "CPU #") : NULL;
        gint64 index, thread;
        json_t *cpu;

        if (!at || !hmp_number(&at, &index))
            continue;
        cpu = json_pack("{s:I}", "cpu-index", (json_int_t)index);
        json_array_append_new(cpus, cpu);
        at = hmp_after(at, ": thread_id=");
        if (at && hmp_number(&at, &thread))
            set_new(cpu, "thread-id", json_integer(thread));
    }
    return cpus;
}

/* --- memory ---------------------------------------------------------------------------------- */

/* "base memory: 268435456" */
json_t *hmp_text_memory_size(const char *text)
{
    static const struct {
        const char *prefix, *name;
    } sizes[] = { { "base memory: ", "base-memory" }, { "plugged memory: ", "plugged-memory" } };
    g_auto(HmpLines) lines = { 0 };
    json_t *memory = json_object();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
            const char *at = hmp_after(line, sizes[i].prefix);
            gint64 size;

            if (at && hmp_number(&at, &size))
                set_new(memory, sizes[i].name, json_integer(size));
        }
    }
    return memory;
}

/* "Memory device [dimm]: \"dimm1\"" -> an entry with the id; NULL for another line. */
static json_t *memory_device(const char *line)
{
    const char *type = hmp_after(line, "Memory device [");
    const char *end = type ? strstr(type, "]: \"") : NULL;
    const char *id = end ? end + strlen("]: \"") : NULL;

    if (!id || !g_str_has_suffix(id, "\""))
        return NULL;
    return json_pack("{s:o, s:{s:o}}", "type", hmp_string(type, end - type), "data", "id",
                     hmp_string(id, (gssize)strlen(id) - 1));
}

/* Numbers are decimal but for the address, and what is neither number nor truth is a name. */
static json_t *memory_value(const char *text)
{
    const char *at = text;
    gint64 number;

    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return json_boolean(*text == 't');
    if (g_str_has_prefix(text, "0x"))
        return json_integer((json_int_t)g_ascii_strtoull(text, NULL, 16));
    if (hmp_number(&at, &number) && !*at)
        return json_integer(number);
    return hmp_string(text, -1);
}

json_t *hmp_text_memory_devices(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *devices = json_array(), *data = NULL;

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        json_t *device = memory_device(line);
        const char *colon = strstr(line, ": ");

        if (device) {
            json_array_append_new(devices, device);
            data = json_object_get(device, "data");
        } else if (data && colon && hmp_after(line, "  ")) {
            g_autofree char *name = g_strndup(line + 2, MAX(colon - line - 2, 0));

            if (g_utf8_validate(name, -1, NULL))
                set_new(data, name, memory_value(colon + 2));
        }
    }
    return devices;
}

/* --- back ends ------------------------------------------------------------------------------- */

/* "serial0: filename=file:serial.log" */
json_t *hmp_text_chardev(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *chardevs = json_array();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *mark = strstr(line, ": filename=");

        if (mark)
            json_array_append_new(
                chardevs, json_pack("{s:o, s:o}", "label", hmp_string(line, mark - line),
                                    "filename", hmp_string(mark + strlen(": filename="), -1)));
    }
    return chardevs;
}

static json_t *block_counters(const char *text)
{
    json_t *stats = json_object();

    for (const char *at = text; *at; at += *at == ' ') {
        gsize length = strcspn(at, "= ");
        g_autofree char *name = g_strndup(at, length);
        gint64 count;

        at += length;
        if (*at != '=') {
            at += strcspn(at, " ");
            continue;
        }
        at++;
        if (hmp_number(&at, &count) && g_utf8_validate(name, -1, NULL))
            set_new(stats, name, json_integer(count));
        at += strcspn(at, " ");
    }
    return stats;
}

/* "drive-sda: rd_bytes=0 wr_bytes=0 rd_operations=0 ...". Drives without a name have none here, so
 * nobody can tell whose counters those are. */
json_t *hmp_text_block_stats(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *all = json_array();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *mark = strstr(line, ": rd_bytes=");

        if (mark)
            json_array_append_new(all,
                                  json_pack("{s:o, s:o}", "device", hmp_string(line, mark - line),
                                            "stats", block_counters(mark + 2)));
    }
    return all;
}

/* --- QOM ------------------------------------------------------------------------------------- */

/* "scsi0 (child<lsi53c895a>)" */
json_t *hmp_text_qom_list(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *list = json_array();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *open = g_strrstr(line, " (");

        if (open && open > line && g_str_has_suffix(line, ")"))
            json_array_append_new(list, json_pack("{s:o, s:o}", "name",
                                                  hmp_string(line, open - line), "type",
                                                  hmp_string(open + 2, (gssize)strlen(open) - 3)));
    }
    return list;
}

json_t *hmp_text_value(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    return json_loads(valid, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

/* "Slot and optional function number (default: -1)": QEMU prints the default as JSON. */
static void take_description(json_t *property, const char *said)
{
    const char *begin = g_strrstr(said, "(default: ");
    const char *value = begin ? begin + strlen("(default: ") : NULL;
    json_t *usual = value && g_str_has_suffix(value, ")")
                        ? json_loadb(value, strlen(value) - 1, JSON_DECODE_ANY, NULL)
                        : NULL;

    if (usual)
        set_new(property, "default-value", usual);
    while (usual && begin > said && begin[-1] == ' ')
        begin--;
    set_new(property, "description", hmp_string(said, usual ? begin - said : -1));
}

/* "  addr=<int32>           - Slot and optional function number (default: -1)" */
json_t *hmp_text_properties(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *list = json_array();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *name = hmp_after(line, "  ");
        const char *type = name ? strstr(name, "=<") : NULL;
        const char *end = type ? strchr(type, '>') : NULL;
        const char *said = end ? strstr(end, "- ") : NULL;
        json_t *property;

        if (!end || type == name)
            continue;
        property = json_pack("{s:o, s:o}", "name", hmp_string(name, type - name), "type",
                             hmp_string(type + 2, end - type - 2));
        json_array_append_new(list, property);
        if (said)
            take_description(property, said + 2);
    }
    return list;
}

/* --- USB ------------------------------------------------------------------------------------- */

/* "12 Mb/s" of "  Device 0.0, Port 1, Speed 12 Mb/s, Product QEMU USB Tablet, ID: tablet0". */
static void take_part(json_t *device, const char *line, const char *mark, const char *end,
                      const char *name)
{
    const char *at = strstr(line, mark);
    const char *stop = at ? strstr(at + strlen(mark), end) : NULL;

    if (!at)
        return;
    at += strlen(mark);
    set_new(device, name, hmp_string(at, stop ? stop - at : -1));
}

json_t *hmp_text_usb(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *devices = json_array();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *address = hmp_after(line, "  Device ");
        json_t *device;

        if (!address)
            continue;
        device = json_pack("{s:o}", "address", hmp_string(address, (gssize)strcspn(address, ",")));
        json_array_append_new(devices, device);
        take_part(device, line, ", Port ", ", ", "port");
        take_part(device, line, ", Speed ", " Mb/s", "speed");
        take_part(device, line, ", Product ", ", ID: ", "product");
        take_part(device, line, ", ID: ", "\n", "id");
    }
    return devices;
}

/* --- help ------------------------------------------------------------------------------------ */

/* What follows "info" in `help info`; NULL for "info [subcommand]" of `help`, and for others. */
static const char *has_subcommand(const char *line)
{
    const char *word = hmp_after(line, "info ");

    return word && *word != '[' && !hmp_after(word, "subcommand") ? word : NULL;
}

/* Each of "q|quit" gets the synopsis. */
static void take_names(json_t *help, const char *names, const char *synopsis)
{
    const char *info = has_subcommand(names);
    g_auto(GStrv) parts = g_strsplit(info ? info : names, "|", -1);

    for (gsize i = 0; parts[i]; i++) {
        g_autofree char *name = g_strconcat(info ? "info " : "", parts[i], NULL);

        if (*parts[i] && g_utf8_validate(name, -1, NULL))
            set_new(help, name, hmp_string(synopsis, -1));
    }
}

/* "drive_add [-n] [[<domain>:]<bus>:]<slot>", the words of a command that begins at a line's start.
 * Its explanation, and the synopsis of drive_add, go on over lines that begin with a tab or "[". */
static void help_line(json_t *help, const char *line)
{
    const char *info = has_subcommand(line);
    const char *mark = strstr(line, " -- ");
    gsize name = strcspn(info ? info : line, " ") + (info ? strlen("info ") : 0);
    g_autofree char *names = NULL, *synopsis = NULL;

    if (!g_ascii_isalpha(*line))
        return;
    names = g_strndup(line, name);
    line += name;
    synopsis = mark && mark >= line ? g_strndup(line, mark - line) : g_strdup(line);
    take_names(help, names, g_strstrip(synopsis));
}

json_t *hmp_text_help(const char *text)
{
    g_auto(HmpLines) lines = { 0 };
    json_t *help = json_object();

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;)
        help_line(help, line);
    return help;
}
