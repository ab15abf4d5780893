/* The facts of one row as labelled lines. Only what QEMU told: what it did not is left out. */
#include "tui/detail_pane.h"

#include <string.h>

#include "engine/model.h"
#include "tui/detail_domain.h"
#include "tui/keymap.h"

#define LABEL_COLUMNS 10
#define LABEL_COLUMNS_NARROW 7 /* leaves room for a MAC address */
#define NARROW 30

void detail_add_key(LineList *list, const char *command, const char *what)
{
    line_list_key(list, keymap_label(command_find(command), FALSE), what);
}

/* --- devices --------------------------------------------------------------------------------- */

static const char *place_label(const Device *device)
{
    switch (device->address.type) {
    case ADDRESS_PCI:
        return "slot";
    case ADDRESS_DRIVE:
        return "bay";
    case ADDRESS_USB:
    case ADDRESS_SERIAL:
        return "port";
    default:
        return "bus";
    }
}

static void add_place(LineList *list, const Device *device, gboolean narrow)
{
    g_autofree char *address = address_to_short_text(&device->address);
    const char *plug = device->hotpluggable ? "hotpluggable" : "fixed";
    gboolean usual = narrow && device->hotpluggable;

    if (!device->bus)
        line_list_field(list, "plug", ELEMENT_TEXT, plug);
    else
        line_list_field_format(list, place_label(device), "%s%s%s%s%s", device->bus->name,
                               *address ? " " : "", address, usual ? "" : ", ", usual ? "" : plug);
}

/* "BAR 0 io c000, 128 bytes": two words that name it, then what it is. */
static void add_regions(LineList *list, const char *regions)
{
    g_auto(GStrv) lines = g_strsplit(regions ? regions : "", "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        char *blank = strchr(lines[i], ' ');
        char *end = blank ? strchr(blank + 1, ' ') : NULL;

        if (!end)
            continue;
        *end = '\0';
        line_list_field(list, lines[i], ELEMENT_TEXT, end + 1);
    }
}

static void add_pci(LineList *list, const Device *device, gboolean narrow)
{
    const PciFacts *pci = device->pci;

    if (pci && narrow)
        line_list_field_format(list, "PCI", "%04x:%04x", pci->vendor, pci->device);
    else if (pci)
        line_list_field_format(list, "PCI", "%04x:%04x class %04x", pci->vendor, pci->device,
                               pci->class_code);
}

static void add_resources(LineList *list, const Device *device)
{
    const PciFacts *pci = device->pci;
    int irq = device_irq(device);

    if (!pci)
        return;
    if (pci->interrupt && irq >= 0)
        line_list_field_format(list, "interrupt", "INT%c → %d", pci->interrupt, irq);
    else if (pci->interrupt)
        line_list_field_format(list, "interrupt", "INT%c", pci->interrupt);
    add_regions(list, pci->regions);
}

static void add_size(LineList *list, const Drive *drive, gboolean narrow)
{
    g_autofree char *size = size_to_text(drive->size);
    g_autofree char *used = size_to_text(drive->used);

    if (drive->size < 0)
        return;
    if (drive->used < 0 || narrow)
        line_list_field(list, "size", ELEMENT_TEXT, size);
    else
        line_list_field_format(list, "size", "%s, %s on disk", size, used);
    if (drive->used >= 0 && narrow)
        line_list_field(list, "used", ELEMENT_TEXT, used);
}

static void add_drive(LineList *list, const Drive *drive, gboolean narrow)
{
    const char *name;

    if (!drive)
        return;
    name = drive->node ? drive->node : drive->backend;
    if (!drive->inserted && drive->removable) {
        line_list_field(list, "drive", ELEMENT_TEXT, drive->tray_open ? "tray open" : "no medium");
        return;
    }
    if (name || drive->format)
        line_list_field_format(
            list, "drive", "%s%s%s%s", name ? name : "", name && drive->format ? ", " : "",
            drive->format ? drive->format : "", drive->readonly ? ", read-only" : "");
    if (drive->file)
        line_list_field(list, "file", ELEMENT_TEXT, drive->file);
    add_size(list, drive, narrow);
    if (drive->removable)
        line_list_field(list, "tray", ELEMENT_TEXT,
                        drive->tray_open ? "open"
                        : drive->locked  ? "locked by the guest"
                                         : "closed");
}

static void add_nic(LineList *list, const Nic *nic)
{
    if (!nic)
        return;
    if (nic->mac)
        line_list_field(list, "mac", ELEMENT_TEXT, nic->mac);
    if (nic->netdev || nic->backend)
        line_list_field_format(list, "netdev", "%s%s%s", nic->netdev ? nic->netdev : "",
                               nic->netdev && nic->backend ? ", " : "",
                               nic->backend ? nic->backend : "");
    else
        line_list_field(list, "netdev", ELEMENT_TEXT, "none: not connected");
    if (nic->details && *nic->details)
        line_list_field(list, "", ELEMENT_DIM, nic->details);
    if (nic->link >= 0)
        line_list_field(list, "link", ELEMENT_TEXT, nic->link ? "up" : "down");
}

static void add_buses(LineList *list, const Device *device)
{
    for (guint i = 0; device->buses && i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];

        line_list_field_format(list, i == 0 ? "offers" : "", "%s (%s)%s", bus->name, bus->type,
                               bus->hotpluggable ? "" : ", no hotplug");
    }
}

static int longest_name(const GPtrArray *properties)
{
    int longest = 0;

    for (guint i = 0; i < properties->len; i++)
        longest = MAX(longest, text_columns(((const Property *)properties->pdata[i])->name));
    return longest;
}

static void add_properties(LineList *list, const Device *device)
{
    if (!device->properties || !device->properties->len)
        return;
    line_list_rule(list, "properties", NULL);
    line_list_widen_labels(list, longest_name(device->properties) + 1);
    for (guint i = 0; i < device->properties->len; i++) {
        const Property *property = device->properties->pdata[i];

        line_list_field(list, property->name, ELEMENT_TEXT, property->value ? property->value : "");
    }
}

/* Between rules: the state that one waits for to end. */
static void add_leaving(LineList *list, const DetailFacts *facts, gboolean ascii, gboolean narrow)
{
    const Device *device = facts->row->device;
    g_autofree char *head = NULL, *asked = NULL;

    if (device->state != STATE_LEAVING)
        return;
    line_list_rule(list, NULL, NULL);
    head = g_strdup_printf("%s leaving", state_glyph(STATE_LEAVING, ascii));
    line_list_text(list, ELEMENT_LEAVING, head);
    if (device->since) {
        g_autofree char *age = age_to_text(facts->now - device->since);

        asked = g_strdup_printf("Unplug was asked %s ago.", age);
        line_list_text(list, ELEMENT_TEXT, asked);
    }
    if (facts->explanation)
        line_list_text(list, ELEMENT_TEXT, facts->explanation);
    if (facts->connected) {
        if (!narrow)
            line_list_blank(list);
        detail_add_key(list, "ask-again", "ask again");
    }
    line_list_rule(list, NULL, NULL);
}

/* An empty port is a vacant place itself. */
static void add_free_port(LineList *list, const DetailFacts *facts)
{
    const OutlineRow *row = facts->row;
    const Bus *bus = row->device->buses->len == 1 ? row->device->buses->pdata[0] : NULL;

    if (!bus || row->foldable || bus->devices->len || !bus->hotpluggable || !facts->connected)
        return;
    line_list_blank(list);
    detail_add_key(list, "attach", "attach here");
    line_list_blank(list);
}

/* What one looks for first stands first. Where there is little room the state comes before what
 * only an expert asks for. */
static void add_device(LineList *list, const DetailFacts *facts, gboolean ascii, gboolean narrow)
{
    const Device *device = facts->row->device;

    add_place(list, device, narrow);
    add_free_port(list, facts);
    add_pci(list, device, narrow);
    if (!narrow)
        add_resources(list, device);
    add_drive(list, device->drive, narrow);
    add_nic(list, device->nic);
    add_leaving(list, facts, ascii, narrow);
    detail_domain_add(list, facts);
    if (device->label && *device->label)
        line_list_field(list, "name", ELEMENT_TEXT, device->label);
    if (narrow)
        add_resources(list, device);
    if (device->attached)
        line_list_field(list, "attached", ELEMENT_TEXT, device->attached);
    add_buses(list, device);
    if (device->implicit)
        line_list_field(list, "origin", ELEMENT_TEXT, "the machine brings it");
    add_properties(list, device);
}

/* --- places, groups, buses ------------------------------------------------------------------- */

static const char *what_fits(BusFamily family)
{
    switch (family) {
    case BUS_PCI:
        return "Network cards, disk and USB controllers, virtio disks, sound, ...";
    case BUS_PCIE:
        return "PCI Express cards: network, NVMe, controllers, virtio, ...";
    case BUS_SCSI:
        return "SCSI disks and CD-ROMs.";
    case BUS_USB:
        return "USB disks, hubs, tablets, ...";
    case BUS_VIRTIO_SERIAL:
        return "Serial ports of the guest agent and the like.";
    default:
        return NULL;
    }
}

static void add_vacant(LineList *list, const Bus *bus, const Address *place, gboolean connected)
{
    g_autofree char *address = place ? address_to_short_text(place) : g_strdup("");

    line_list_field_format(list, "place", "%s%s%s", bus->name, *address ? " " : "", address);
    if (!bus->hotpluggable) {
        line_list_text(
            list, ELEMENT_TEXT,
            "This bus takes no hotplug: a device comes here only with a start of the guest.");
        return;
    }
    if (what_fits(bus->family))
        line_list_text(list, ELEMENT_TEXT, what_fits(bus->family));
    line_list_blank(list);
    if (connected)
        detail_add_key(list, "attach", "attach here");
}

static void add_bus(LineList *list, const Bus *bus)
{
    g_autofree char *usage =
        g_strdup_printf("%u devices, %u places", bus->devices->len, bus_capacity(bus));

    line_list_field(list, "bus", ELEMENT_TEXT, bus->name);
    line_list_field(list, "type", ELEMENT_TEXT, bus->type);
    line_list_field(list, "taken", ELEMENT_TEXT, usage);
    line_list_field(list, "plug", ELEMENT_TEXT,
                    bus->hotpluggable ? "hotplug" : "none: devices stay as started");
    if (bus->owner) {
        line_list_field(list, "host", ELEMENT_TEXT, bus->owner->driver);
        add_properties(list, bus->owner);
    }
}

static void add_row(LineList *list, const DetailFacts *facts, gboolean ascii, gboolean narrow)
{
    const OutlineRow *row = facts->row;

    switch (row->kind) {
    case ROW_DEVICE:
        add_device(list, facts, ascii, narrow);
        break;
    case ROW_ABSENT:
        detail_domain_add_absent(list, facts);
        break;
    case ROW_VACANT:
        add_vacant(list, row->bus, &row->place, facts->connected);
        break;
    case ROW_BUS:
        add_bus(list, row->bus);
        break;
    case ROW_GROUP:
        line_list_text(list, ELEMENT_TEXT, "Parts of the chipset that are rarely looked at.");
        line_list_blank(list);
        detail_add_key(list, "toggle", row->folded ? "show them" : "fold them");
        break;
    }
}

static void draw_title(const Canvas *canvas, const OutlineRow *row)
{
    const char *name = row->kind == ROW_BUS ? row->address : *row->id ? row->id : row->name;
    int used = draw_text(canvas, 1, 0, canvas->columns, ELEMENT_TITLE, name);
    int at = MAX(used + 2, LABEL_COLUMNS);

    const char *kind = row->kind == ROW_DEVICE   ? row->device->driver
                       : row->kind == ROW_ABSENT ? row->pair->configured->driver
                       : row->kind == ROW_BUS    ? row->backend
                                                 : NULL;

    if (kind)
        draw_text(canvas, 1, at, canvas->columns - at, ELEMENT_TEXT, kind);
    draw_rule(canvas, 2, NULL, NULL);
}

void detail_pane_draw(const DetailFacts *facts, const Canvas *canvas, gboolean focused, int *top)
{
    gboolean narrow = canvas->columns < NARROW;
    g_autoptr(LineList) list =
        line_list_new(canvas->columns - 1, narrow ? LABEL_COLUMNS_NARROW : LABEL_COLUMNS);
    Canvas body = canvas_part(canvas, 3, 0, canvas->rows - 3, canvas->columns);

    draw_text(canvas, 0, 0, canvas->columns, focused ? ELEMENT_TAB : ELEMENT_HEADING,
              focused ? "[DETAILS]" : "DETAILS");
    if (!facts->row)
        return;
    draw_title(canvas, facts->row);
    add_row(list, facts, canvas->look->ascii, narrow);
    line_list_draw(list, &body, top);
}
