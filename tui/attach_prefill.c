/* What the row under the cursor says of a device to attach: where it is to be, or, for one that the
 * domain file has and the guest has not, what it is. */
#include "tui/attach_prefill.h"

#include <string.h>

#include "engine/allocate.h"

static void take_pci_place(AttachForm *form, const Bus *bus, const char *address)
{
    static const RequestKind others[] = { REQUEST_NIC, REQUEST_CONTROLLER, REQUEST_DEVICE };

    attach_form_state(form, REQUEST_DISK, "bus", "virtio");
    attach_form_state(form, REQUEST_DISK, "controller", bus->name);
    attach_form_state(form, REQUEST_DISK, "address", address);
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        attach_form_state(form, others[i], "bus", bus->name);
        attach_form_state(form, others[i], "address", address);
    }
}

static void take_drive_place(AttachForm *form, const Bus *bus, const char *family,
                             const char *option, const char *value)
{
    static const RequestKind kinds[] = { REQUEST_DISK, REQUEST_CDROM };

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        attach_form_state(form, kinds[i], "bus", family);
        attach_form_state(form, kinds[i], "controller", bus->name);
        if (value)
            attach_form_state(form, kinds[i], option, value);
    }
}

/* place: NULL: anywhere on this bus. */
static void take_place(AttachForm *form, const Bus *bus, const Address *place)
{
    g_autofree char *text = place ? address_to_short_text(place) : NULL;
    g_autofree char *target = place ? g_strdup_printf("%u", place->drive.target) : NULL;

    switch (bus->family) {
    case BUS_PCI:
    case BUS_PCIE:
        take_pci_place(form, bus, text);
        break;
    case BUS_SCSI:
        take_drive_place(form, bus, "scsi", "target", target);
        break;
    case BUS_USB:
        take_drive_place(form, bus, "usb", "port", text);
        break;
    case BUS_VIRTIO_SERIAL:
        form->kind = REQUEST_DEVICE;
        attach_form_state(form, REQUEST_DEVICE, "driver", "virtserialport");
        attach_form_state(form, REQUEST_DEVICE, "bus", bus->name);
        break;
    default:
        break;
    }
}

/* --- what the domain file says --------------------------------------------------------------- */

static RequestKind request_kind_of(const DomainDevice *configured)
{
    switch (configured->kind) {
    case KIND_DISK:
        return REQUEST_DISK;
    case KIND_CDROM:
        return REQUEST_CDROM;
    case KIND_NIC:
        return REQUEST_NIC;
    case KIND_CONTROLLER:
    case KIND_BRIDGE:
        return REQUEST_CONTROLLER;
    default:
        return REQUEST_DEVICE;
    }
}

/* Where its packets go, as far as a request can say it. */
static void take_backend(AttachForm *form, const DomainDevice *configured)
{
    static const struct {
        const char *type, *backend;
    } backends[] = { { "user", "user" }, { "ethernet", "tap" }, { "bridge", "bridge" } };

    for (gsize i = 0; i < G_N_ELEMENTS(backends); i++)
        if (g_strcmp0(configured->type, backends[i].type) == 0)
            attach_form_state(form, REQUEST_NIC, "backend", backends[i].backend);
    attach_form_state(form, REQUEST_NIC, "ifname", configured->target);
    attach_form_state(form, REQUEST_NIC, "br",
                      xml_node_child_get(configured->node, "source", "bridge"));
}

static void add_word(GString *words, const char *option, const char *value)
{
    if (value && *value && !strpbrk(value, " \t\n"))
        g_string_append_printf(words, "%s%s=%s", words->len ? " " : "", option, value);
}

/* Options without a field of their own. */
static void take_more(AttachForm *form, const DomainDevice *configured, const Address *place)
{
    gboolean scsi = place->type == ADDRESS_DRIVE && place->drive.scsi && place->drive.unit;
    g_autofree char *lun = scsi ? g_strdup_printf("%u", place->drive.unit) : NULL;
    g_autoptr(GString) words = g_string_new(NULL);
    gsize count;
    const AttachField *fields = attach_fields(&count);

    add_word(words, "format", configured->format);
    add_word(words, "serial", configured->serial);
    add_word(words, "lun", lun);
    for (gsize i = 0; i < count; i++)
        if (fields[i].type == FIELD_OPTIONS)
            line_edit_set(&form->edits[i], words->str);
}

/* An id that this guest cannot take is left to the plan. */
static void take_configured(AttachForm *form, const OutlineRow *row)
{
    const DomainDevice *configured = row->pair->configured;
    const Guest *guest = session_guest_planned(form->session);
    RequestKind kind = request_kind_of(configured);
    const struct {
        const char *option, *value;
    } fields[] = { { "file", configured->source },
                   { "model", configured->driver },
                   { "driver", configured->driver },
                   { "mac", configured->mac } };

    form->kind = kind;
    form->configured = TRUE;
    if (row->bus && row->place.type != ADDRESS_NONE)
        take_place(form, row->bus, &row->place);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        attach_form_state(form, kind, fields[i].option, fields[i].value);
    if (kind == REQUEST_NIC)
        take_backend(form, configured);
    if (kind == REQUEST_DISK || kind == REQUEST_CDROM) {
        attach_form_state(form, kind, "bus", configured->bus);
        take_more(form, configured, &row->place);
    }
    if (configured->alias && guest && allocate_check_id(guest, configured->alias, NULL))
        attach_form_state(form, kind, "id", configured->alias);
}

void attach_prefill(AttachForm *form, const OutlineRow *row)
{
    const Bus *bus;

    if (row->kind == ROW_ABSENT)
        take_configured(form, row);
    if (row->kind == ROW_VACANT && row->bus->hotpluggable)
        take_place(form, row->bus, &row->place);
    if (row->kind != ROW_DEVICE || !row->device->buses->len)
        return;
    bus = row->device->buses->pdata[0];
    if (bus->hotpluggable && (bus->family != BUS_PCIE || bus->devices->len == 0))
        take_place(form, bus, NULL);
}
