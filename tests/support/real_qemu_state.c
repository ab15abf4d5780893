/* The picture of a guest by which a test tells that nothing was left behind. */
#include "tests/support/real_qemu.h"

#include <string.h>

static const char *member(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "-";
}

static void G_GNUC_PRINTF(2, 3) note(GPtrArray *lines, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(lines, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static void note_children(GPtrArray *lines, RealQemu *qemu, const char *path)
{
    json_t *children = real_qemu_ask(qemu, "qom-list", json_pack("{s:s}", "path", path)), *child;
    size_t i;

    json_array_foreach (children, i, child) {
        if (g_str_has_prefix(member(child, "type"), "child<"))
            note(lines, "%s/%s %s", path, member(child, "name"), member(child, "type"));
    }
    json_decref(children);
}

static void note_nodes(GPtrArray *lines, RealQemu *qemu)
{
    json_t *nodes = real_qemu_ask(qemu, "query-named-block-nodes", NULL), *node;
    size_t i;

    json_array_foreach (nodes, i, node) {
        note(lines, "node %s %s %s", member(node, "node-name"), member(node, "drv"),
             member(node, "file"));
    }
    json_decref(nodes);
}

static void note_drives(GPtrArray *lines, RealQemu *qemu)
{
    json_t *drives = real_qemu_ask(qemu, "query-block", NULL), *drive;
    size_t i;

    json_array_foreach (drives, i, drive) {
        json_t *inserted = json_object_get(drive, "inserted");

        note(lines, "drive %s of %s: %s %s", member(drive, "device"), member(drive, "qdev"),
             member(inserted, "node-name"), member(inserted, "file"));
    }
    json_decref(drives);
}

static void note_character_devices(GPtrArray *lines, RealQemu *qemu)
{
    json_t *devices = real_qemu_ask(qemu, "query-chardev", NULL), *device;
    size_t i;

    json_array_foreach (devices, i, device) {
        note(lines, "chardev %s", member(device, "label"));
    }
    json_decref(devices);
}

static void note_network(GPtrArray *lines, RealQemu *qemu)
{
    g_autofree char *text = real_qemu_hmp(qemu, "info network");
    g_auto(GStrv) split = g_strsplit(text, "\n", -1);

    for (char **line = split; *line != NULL; line++)
        if (*g_strstrip(*line) != '\0')
            note(lines, "network %s", *line);
}

static void note_functions(GPtrArray *lines, json_t *functions)
{
    json_t *function;
    size_t i;

    json_array_foreach (functions, i, function) {
        int bus = 0, slot = 0, number = 0, vendor = 0, device = 0;

        json_unpack(function, "{s:i, s:i, s:i, s:{s:i, s:i}}", "bus", &bus, "slot", &slot,
                    "function", &number, "id", "vendor", &vendor, "device", &device);
        note(lines, "pci %02x:%02x.%d %04x:%04x %s", bus, slot, number, vendor, device,
             member(function, "qdev_id"));
        note_functions(lines, json_object_get(json_object_get(function, "pci_bridge"), "devices"));
    }
}

static void note_pci(GPtrArray *lines, RealQemu *qemu)
{
    json_t *buses = real_qemu_ask(qemu, "query-pci", NULL), *bus;
    size_t i;

    json_array_foreach (buses, i, bus) {
        note_functions(lines, json_object_get(bus, "devices"));
    }
    json_decref(buses);
}

static int compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *real_qemu_join_sorted(GPtrArray *lines)
{
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

char *real_qemu_state(RealQemu *qemu)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    note_children(lines, qemu, "/machine/peripheral");
    note_children(lines, qemu, "/machine/peripheral-anon");
    note_children(lines, qemu, "/objects");
    note_nodes(lines, qemu);
    note_drives(lines, qemu);
    note_character_devices(lines, qemu);
    note_network(lines, qemu);
    note_pci(lines, qemu);
    return real_qemu_join_sorted(lines);
}
