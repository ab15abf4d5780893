/* Which command a wish means, its slot, adapters and virtio disks. */
#include "engine/old_attach.h"

#include <string.h>

#include "engine/allocate.h"
#include "engine/old_command.h"
#include "engine/place.h"

#define ADAPTER "lsi53c895a"
#define VIRTIO_DISK "virtio-blk-pci"

/* --- options that these commands have -------------------------------------------------------- */

static const char *const disk_options[] = { "file",    "format",   "bus",   "controller", "target",
                                            "address", "readonly", "cache", "serial",     NULL };
static const char *const nic_options[] = { "model",      "backend", "mac",     "ifname", "script",
                                           "downscript", "listen",  "connect", "mcast",  "hostfwd",
                                           "address",    "id",      NULL };
static const char *const controller_options[] = { "model", "address", NULL };
static const char *const device_options[] = { "driver", NULL };

static const char *const *const known_options[REQUEST_KINDS] = {
    [REQUEST_DISK] = disk_options,     [REQUEST_CDROM] = disk_options,
    [REQUEST_NIC] = nic_options,       [REQUEST_CONTROLLER] = controller_options,
    [REQUEST_DEVICE] = device_options,
};

static gboolean check_options(const Attach *attach, GError **error)
{
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, attach->request->options);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        if (!g_strv_contains(known_options[attach->request->kind], name))
            return old_refuse(
                error,
                "%s= cannot be given to a QEMU as old as this one: its commands have no "
                "such option; leave it out",
                (const char *)name);
    }
    return TRUE;
}

/* --- the slot -------------------------------------------------------------------------------- */

static gboolean parse_slot(const char *text, Address *address, GError **error)
{
    if (!strchr(text, ':')) {
        address->type = ADDRESS_PCI;
        return address_parse_slot(text, &address->pci.slot, &address->pci.function, error);
    }
    if (!address_parse(text, address, error))
        return FALSE;
    if (address->type == ADDRESS_PCI && address->pci.domain == 0 && address->pci.bus == 0)
        return TRUE;
    return old_refuse(
        error, "%s is not on the first PCI bus, the only one that this QEMU can plug to", text);
}

/* Any card in the slot counts, whatever its function. */
static gboolean check_slot(const Attach *attach, const Address *first, GError **error)
{
    const Address *address = &attach->address;
    const Device *occupant = allocate_occupant(attach->bus, address);
    g_autofree char *name = occupant ? device_display_name(occupant) : NULL;

    if (address->pci.function != 0)
        return old_refuse(error, "this QEMU plugs whole slots: give function 0, like %02x.0",
                          address->pci.slot);
    if (occupant)
        return old_refuse(error, "slot %02x of %s is in use by %s; %02x is vacant",
                          address->pci.slot, attach->bus->name, name, first->pci.slot);
    if (!attach->guest->can.slots && address->pci.slot != first->pci.slot)
        return old_refuse(
            error,
            "this QEMU ignores the slot that it is told and takes the first vacant one, "
            "which is %02x; leave address= out",
            first->pci.slot);
    return TRUE;
}

gboolean old_choose_slot(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "address");
    Address first;

    attach->bus = old_pci_bus(attach->guest);
    if (!attach->bus || !allocate_place(attach->bus, &first))
        return old_refuse(error,
                          "the PCI bus is full: all of its 32 slots are taken; detach a card "
                          "first, or give the disk to a SCSI controller");
    attach->address = first;
    if (stated &&
        (!parse_slot(stated, &attach->address, error) || !check_slot(attach, &first, error)))
        return FALSE;
    attach->address.pci.bus = attach->bus->number;
    g_autofree char *slot = g_strdup_printf("%02x.0", attach->address.pci.slot);
    plan_choose(attach->plan, "address", slot);
    plan_add_check(attach->plan, FALSE, "info pci",
                   "slot %02x is vacant; looked at again right before", attach->address.pci.slot);
    if (!attach->guest->can.slots)
        plan_add_check(attach->plan, TRUE, NULL,
                       "this QEMU chooses the slot itself: only its reply tells where the card is");
    return TRUE;
}

/* --- a card ---------------------------------------------------------------------------------- */

PlanSubject *old_add_subject(Attach *attach, const char *place, const char *driver)
{
    PlanSubject *subject = plan_add_subject(attach->plan);

    subject->path = g_strdup(place);
    subject->driver = g_strdup(driver);
    subject->address = attach->address;
    return subject;
}

void old_add_card(Attach *attach, const char *type, json_t *options, const char *ids,
                  const char *id)
{
    g_autofree char *place = place_of_pci(&attach->address);
    g_autofree char *where = address_to_text(&attach->address);
    g_autofree char *words = g_strdup_printf("%s at %s", attach->driver, where);
    guint slot = attach->address.pci.slot;
    PlanSubject *subject = old_add_subject(attach, place, attach->driver);

    subject->id = g_strdup(id);
    subject->bus = g_strdup(attach->bus->name);
    plan_add(attach->plan, words, old_action_pci_add(slot, type, options, ids),
             old_action_pci_del(slot, ids, old_leaves(place, NULL)));
}

static gboolean attach_controller(Attach *attach, GError **error)
{
    if (strcmp(attach->driver, ADAPTER) != 0)
        return old_refuse(error,
                          "this QEMU can plug no %s: the only controller that it can plug is a "
                          "SCSI adapter, model=" ADAPTER,
                          attach->driver);
    if (!old_choose_slot(attach, error))
        return FALSE;
    plan_choose(attach->plan, "model", attach->driver);
    old_add_card(attach, "storage", json_pack("{s:s}", "if", "scsi"), OLD_SCSI_IDS, NULL);
    return TRUE;
}

/* --- images ---------------------------------------------------------------------------------- */

/* "none" and the like, as -drive of then calls them. */
static gboolean put_cache(const Attach *attach, json_t *options, GError **error)
{
    static const char *const known[] = { "none", "writeback", "writethrough", NULL };
    const char *cache = request_get(attach->request, "cache");

    if (cache && !g_strv_contains(known, cache))
        return old_refuse(error,
                          "cache=%s is not known to this QEMU; give none, writeback or "
                          "writethrough",
                          cache);
    if (cache)
        json_object_set_new(options, "cache", json_string(cache));
    return TRUE;
}

static gboolean put_file(Attach *attach, json_t *options, GError **error)
{
    const char *file = request_get(attach->request, "file");
    g_autofree char *path = file ? g_canonicalize_filename(file, NULL) : NULL;
    gboolean readonly;
    const char *format = path ? attach_check_image(attach, path, &readonly, error) : NULL;

    if (!path)
        return old_refuse(error,
                          "no image is given, and this QEMU plugs no empty drive: name one as "
                          "file=PATH");
    if (!format)
        return FALSE;
    if (readonly && attach->request->kind != REQUEST_CDROM)
        return old_refuse(error,
                          "this QEMU cannot open a disk for reading only; leave readonly= out, "
                          "or attach the image as a CD with attach cdrom");
    json_object_set_new(options, "file", json_string(path));
    json_object_set_new(options, "format", json_string(format));
    plan_choose(attach->plan, "file", path);
    plan_choose(attach->plan, "format", format);
    return TRUE;
}

json_t *old_image_options(Attach *attach, const char *interface, GError **error)
{
    json_t *options = json_object();
    const char *serial = request_get(attach->request, "serial");

    if (!put_file(attach, options, error) || !put_cache(attach, options, error)) {
        json_decref(options);
        return NULL;
    }
    json_object_set_new(options, "if", json_string(interface));
    if (attach->request->kind == REQUEST_CDROM)
        json_object_set_new(options, "media", json_string("cdrom"));
    if (serial)
        json_object_set_new(options, "serial", json_string(serial));
    plan_choose(attach->plan, "bus", interface);
    return options;
}

static gboolean attach_virtio(Attach *attach, GError **error)
{
    const Model *model = model_find(VIRTIO_DISK);
    g_autofree char *ids = old_ids(model->vendor, model->device);
    json_t *options =
        old_choose_slot(attach, error) ? old_image_options(attach, "virtio", error) : NULL;

    if (!options)
        return FALSE;
    old_add_card(attach, "storage", options, ids, NULL);
    return TRUE;
}

static gboolean attach_drive(Attach *attach, GError **error)
{
    switch (attach->model.plugs) {
    case BUS_SCSI:
        return old_attach_scsi(attach, error);
    case BUS_USB:
        return old_attach_usb(attach, error);
    default:
        break;
    }
    if (strcmp(attach->driver, VIRTIO_DISK) == 0)
        return attach_virtio(attach, error);
    return old_refuse(error, "this QEMU plugs no %s drive; give bus=scsi, bus=virtio or bus=usb",
                      attach->driver);
}

/* --- all ------------------------------------------------------------------------------------- */

static void set_title(Attach *attach)
{
    PlanSubject *subject = attach->plan->subjects->pdata[0];
    g_autofree char *name = plan_subject_name(subject);
    const char *what =
        attach->request->kind == REQUEST_DEVICE ? "" : request_kind_name(attach->request->kind);

    g_free(attach->plan->title);
    attach->plan->title = g_strdup_printf("attach %s%s%s", what, *what ? " " : "", name);
}

static void add_cautions(Attach *attach)
{
    plan_add_check(attach->plan, TRUE, NULL,
                   "QEMU of this age tells the reason of a failure on its own output, not here");
    if (g_strcmp0(attach->guest->status, "paused") == 0)
        plan_add_check(attach->plan, TRUE, "query-status",
                       "the guest is paused: it notices the device when it runs again");
}

gboolean old_attach(Attach *attach, GError **error)
{
    static gboolean (*const kinds[REQUEST_KINDS])(Attach *, GError **) = {
        [REQUEST_DISK] = attach_drive,     [REQUEST_CDROM] = attach_drive,
        [REQUEST_NIC] = old_attach_nic,    [REQUEST_CONTROLLER] = attach_controller,
        [REQUEST_DEVICE] = old_attach_usb,
    };

    if (!check_options(attach, error) || !kinds[attach->request->kind](attach, error))
        return FALSE;
    set_title(attach);
    add_cautions(attach);
    return TRUE;
}
