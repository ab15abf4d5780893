/* info pci: a flat list in which the devices behind a bridge follow it, so that bus numbers tell
 * what belongs where (hmp_info_pci_device of QEMU). Bridges that no firmware has numbered have
 * nothing behind them here, though they may have devices. BARs are not read: those that are not
 * mapped have addresses that mean nothing. */
#include <stdio.h>
#include <string.h>

#include "monitor/hmp_lines.h"
#include "monitor/hmp_text.h"

/* Bridges below bridges: bus numbers end at 255. */
#define DEPTH_MOST 256

typedef struct {
    int number;      /* of the bus */
    int last;        /* slot and function that came last, -1 before the first */
    json_t *devices; /* (borrowed) */
} OpenBus;

typedef struct {
    json_t *roots;
    OpenBus open[DEPTH_MOST]; /* a root, and the buses below it down to the latest device's */
    guint depth;
    json_t *device; /* (borrowed) the latest; NULL before the first */
} PciText;

static void set_new(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

/* --- where a device belongs ------------------------------------------------------------------ */

static void open_bus(PciText *pci, int number, json_t *devices)
{
    pci->open[pci->depth++] = (OpenBus){ .number = number, .last = -1, .devices = devices };
}

static void open_root(PciText *pci, int number)
{
    json_t *devices = json_array();

    pci->depth = 0;
    json_array_append_new(pci->roots, json_pack("{s:i, s:o}", "bus", number, "devices", devices));
    open_bus(pci, number, devices);
}

/* The bus behind the latest device, where that is a bridge and this is its number. */
static gboolean open_secondary(PciText *pci, int number)
{
    json_t *bridge = pci->device ? json_object_get(pci->device, "pci_bridge") : NULL;
    json_t *bus = json_object_get(bridge, "bus");
    json_t *devices;

    if (!number || json_integer_value(json_object_get(bus, "secondary")) != number ||
        pci->depth == DEPTH_MOST)
        return FALSE;
    devices = json_array();
    set_new(bridge, "devices", devices);
    open_bus(pci, number, devices);
    return TRUE;
}

/* Devices of a bus come in the order of their places, so one that does not starts another root of
 * the same number. */
static void find_bus(PciText *pci, int number, int place)
{
    if (open_secondary(pci, number))
        return;
    for (guint i = pci->depth; i > 0; i--) {
        if (pci->open[i - 1].number != number)
            continue;
        if (pci->open[i - 1].last >= place)
            break;
        pci->depth = i;
        return;
    }
    open_root(pci, number);
}

static gboolean begin_device(PciText *pci, const char *line)
{
    int bus, slot, function, end = 0;

    if (sscanf(line, " Bus %3d, device %3d, function %1d:%n", &bus, &slot, &function, &end) != 3 ||
        !end || line[end] || bus < 0 || bus > 255 || slot < 0 || slot > 31 || function < 0 ||
        function > 7)
        return FALSE;
    find_bus(pci, bus, slot * 8 + function);
    pci->open[pci->depth - 1].last = slot * 8 + function;
    pci->device = json_pack("{s:i, s:i, s:i, s:i}", "bus", bus, "slot", slot, "function", function,
                            "irq_pin", 0);
    json_array_append_new(pci->open[pci->depth - 1].devices, pci->device);
    return TRUE;
}

/* --- what is said of it ---------------------------------------------------------------------- */

/* "1af4:1100", and nothing behind it. */
static gboolean read_pair(const char *text, guint *vendor, guint *device)
{
    int end = 0;

    return strlen(text) == 9 && sscanf(text, "%4x:%4x%n", vendor, device, &end) == 2 && end == 9;
}

/* "    Ethernet controller: PCI device 10ec:8029". A class that QEMU has no words for is a number,
 * hexadecimal up to 0.12 and decimal since, so it is not told. */
static gboolean read_identity(json_t *device, const char *line)
{
    const char *mark = strstr(line, ": PCI device ");
    guint vendor, model;
    json_t *class;

    if (!mark || !hmp_after(line, "    ") ||
        !read_pair(mark + strlen(": PCI device "), &vendor, &model))
        return FALSE;
    line += strlen("    ");
    class = json_object();
    if (!hmp_after(line, "Class "))
        set_new(class, "desc", hmp_string(line, mark - line));
    set_new(device, "class_info", class);
    set_new(device, "id", json_pack("{s:i, s:i}", "vendor", (int)vendor, "device", (int)model));
    return TRUE;
}

static void read_subsystem(json_t *device, const char *rest)
{
    json_t *id = json_object_get(device, "id");
    guint vendor, model;

    if (!id || !read_pair(rest, &vendor, &model))
        return;
    set_new(id, "subsystem-vendor", json_integer(vendor));
    set_new(id, "subsystem", json_integer(model));
}

/* "11." up to 0.14, where the pin is not told; "11, pin A" since. */
static void read_irq(json_t *device, const char *rest)
{
    gint64 irq;

    if (!hmp_number(&rest, &irq) || irq > 255)
        return;
    if (strcmp(rest, ".") == 0)
        json_object_del(device, "irq_pin");
    else if (g_str_has_prefix(rest, ", pin ") && rest[6] >= 'A' && rest[6] <= 'D' && !rest[7])
        set_new(device, "irq_pin", json_integer(rest[6] - 'A' + 1));
    else
        return;
    set_new(device, "irq", json_integer(irq));
}

static void read_bus_number(json_t *device, const char *name, const char *rest)
{
    json_t *bridge = json_object_get(device, "pci_bridge");
    gint64 number;

    if (!hmp_number(&rest, &number) || strcmp(rest, ".") != 0 || number > 255)
        return;
    if (!bridge) {
        bridge = json_pack("{s:{}}", "bus");
        set_new(device, "pci_bridge", bridge);
    }
    set_new(json_object_get(bridge, "bus"), name, json_integer(number));
}

/* The last line of a device since 0.11; an id with a line break in it is told up to there. */
static void read_id(json_t *device, const char *rest)
{
    gsize length = strlen(rest);

    if (length && rest[length - 1] == '"')
        length--;
    set_new(device, "qdev_id", hmp_string(rest, length));
}

static void read_fact(json_t *device, const char *line)
{
    static const struct {
        const char *prefix, *name;
    } numbers[] = { { "      BUS ", "number" },
                    { "      secondary bus ", "secondary" },
                    { "      subordinate bus ", "subordinate" } };
    const char *rest;

    if ((rest = hmp_after(line, "      PCI subsystem ")))
        read_subsystem(device, rest);
    else if ((rest = hmp_after(line, "      IRQ ")))
        read_irq(device, rest);
    else if ((rest = hmp_after(line, "      id \"")))
        read_id(device, rest);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if ((rest = hmp_after(line, numbers[i].prefix)))
            read_bus_number(device, numbers[i].name, rest);
    }
}

json_t *hmp_text_pci(const char *text)
{
    PciText pci = { .roots = json_array() };
    g_auto(HmpLines) lines = { 0 };

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        if (begin_device(&pci, line) || !pci.device)
            continue;
        if (!read_identity(pci.device, line))
            read_fact(pci.device, line);
    }
    return pci.roots;
}
