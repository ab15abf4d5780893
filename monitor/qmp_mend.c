/* One row a command whose answer was another once (recorded of QEMU 0.13 and 0.14). */
#include "monitor/qmp_mend.h"

#include <string.h>

#include "monitor/hmp_text.h"

/* The host bridge that every guest of those versions has at 00:00.0. */
#define I440FX_VENDOR 0x8086
#define I440FX_DEVICE 0x1237

static json_int_t member(json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* --- query-pci: "vendor" has the device, and "device" the vendor ----------------------------- */

static gboolean is_swapped(json_t *buses)
{
    json_t *devices = json_object_get(json_array_get(buses, 0), "devices");
    json_t *first = json_array_get(devices, 0), *id = json_object_get(first, "id");

    return member(first, "slot") == 0 && member(first, "function") == 0 &&
           member(id, "vendor") == I440FX_DEVICE && member(id, "device") == I440FX_VENDOR;
}

static void swap_ids(json_t *devices)
{
    size_t index;
    json_t *device;

    json_array_foreach (devices, index, device) {
        json_t *id = json_object_get(device, "id");
        json_t *vendor = json_incref(json_object_get(id, "vendor"));

        json_object_set(id, "vendor", json_object_get(id, "device"));
        json_object_set_new(id, "device", vendor);
        swap_ids(json_object_get(json_object_get(device, "pci_bridge"), "devices"));
    }
}

static json_t *mend_pci(json_t *arguments, json_t *result)
{
    size_t index;
    json_t *copy, *bus;

    if (!is_swapped(result))
        return NULL;
    copy = json_deep_copy(result);
    json_array_foreach (copy, index, bus)
        swap_ids(json_object_get(bus, "devices"));
    return copy;
}

/* --- query-status: whether it runs, and no word for it --------------------------------------- */

static json_t *mend_status(json_t *arguments, json_t *result)
{
    json_t *running = json_object_get(result, "running");
    json_t *copy;

    if (!json_is_boolean(running) || json_object_get(result, "status"))
        return NULL;
    copy = json_copy(result);
    json_object_set_new(copy, "status", json_string(json_is_true(running) ? "running" : "paused"));
    return copy;
}

/* --- texts of the human monitor -------------------------------------------------------------- */

static json_t *mend_text(json_t *arguments, json_t *result)
{
    const char *line = json_string_value(json_object_get(arguments, "command-line"));
    const char *text = json_string_value(result);
    g_autofree char *modern = NULL;

    if (text && g_strcmp0(line, "info qtree") == 0)
        modern = hmp_text_modern_qtree(text);
    else if (text && g_strcmp0(line, "info network") == 0)
        modern = hmp_text_modern_network(text);
    return modern && strcmp(modern, text) != 0 ? json_string(modern) : NULL;
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct {
    const char *command;
    json_t *(*mend)(json_t *arguments, json_t *result); /* NULL: it is as it should be */
} rows[] = {
    { "human-monitor-command", mend_text },
    { "query-pci", mend_pci },
    { "query-status", mend_status },
};

json_t *qmp_mend(const char *command, json_t *arguments, json_t *result)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *mended =
            g_strcmp0(command, rows[i].command) == 0 ? rows[i].mend(arguments, result) : NULL;

        if (mended)
            return mended;
    }
    return json_incref(result);
}
