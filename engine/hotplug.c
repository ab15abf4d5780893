/* A wish to attach -> a plan: which driver it means, what refuses it outright, and the order of the
 * steps. Places, properties and back ends are in attach_*.c; detaching is in detach.c. */
#include "engine/hotplug.h"

#include <string.h>

#include "engine/allocate.h"
#include "engine/attach.h"
#include "engine/old_attach.h"
#include "engine/quirk.h"

/* Where a drive can be plugged, the one preferred first where nothing says which. */
static const DriveBus drive_buses[] = {
    { "scsi", "scsi-hd", "scsi-cd", "sd" },
    { "virtio", "virtio-blk-pci", NULL, "disk" },
    { "usb", "usb-storage", "usb-storage", "usbdisk" },
    { "nvme", "nvme", NULL, "nvme" },
};

#define DEFAULT_NIC "virtio-net-pci"
#define OLD_CONTROLLER "lsi53c895a" /* the only one that pci_add has */

/* --- the driver ------------------------------------------------------------------------------ */

static const DriveBus *find_drive_bus(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drive_buses); i++) {
        if (strcmp(drive_buses[i].name, name) == 0) {
            return &drive_buses[i];
        }
    }
    return NULL;
}

/* Options that tell the bus. */
static const struct {
    const char *option, *bus;
} drive_hints[] = {
    { "target", "scsi" },
    { "lun", "scsi" },
    { "port", "usb" },
    { "address", "virtio" },
};

static const char *hinted_bus(const Guest *guest, const Request *request)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drive_hints); i++) {
        if (request_get(request, drive_hints[i].option) != NULL) {
            return drive_hints[i].bus;
        }
    }
    const char *controller = request_get(request, "controller");
    const Bus *bus = controller != NULL ? guest_find_bus(guest, controller, NULL) : NULL;
    const Device *device = controller != NULL ? guest_find_id(guest, controller) : NULL;
    if (bus == NULL && device != NULL && device->buses->len > 0) {
        bus = device->buses->pdata[0];
    }
    if (bus != NULL) {
        return bus->family == BUS_USB                              ? "usb"
               : bus->family == BUS_PCI || bus->family == BUS_PCIE ? "virtio"
                                                                   : "scsi";
    }
    /* A CD drive is a SCSI drive; where there is no controller, one comes along. */
    return controller != NULL || request->kind == REQUEST_CDROM ? "scsi" : NULL;
}

const DriveBus *attach_drive_bus(const Guest *guest, const Request *request)
{
    const char *name = request_get(request, "bus");
    if (name == NULL) {
        name = hinted_bus(guest, request);
    }
    if (name != NULL) {
        return find_drive_bus(name);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(drive_buses); i++) {
        if (allocate_bus(guest, model_find(drive_buses[i].disk), NULL) != NULL) {
            return &drive_buses[i];
        }
    }
    return find_drive_bus("virtio"); /* whose refusal tells what the guest lacks */
}

static const char *named_driver(const Guest *guest, const Request *request)
{
    switch (request->kind) {
    case REQUEST_DISK:
    case REQUEST_CDROM: {
        const DriveBus *row = attach_drive_bus(guest, request);
        return row == NULL ? NULL : request->kind == REQUEST_DISK ? row->disk : row->cdrom;
    }
    case REQUEST_NIC: {
        const char *model = request_get(request, "model");
        return model != NULL ? model : DEFAULT_NIC;
    }
    case REQUEST_CONTROLLER: {
        const char *model = request_get(request, "model");
        return model != NULL || !guest->can.pci_add ? model : OLD_CONTROLLER;
    }
    default:
        return request_get(request, "driver");
    }
}

static char *find_driver(const Guest *guest, const Request *request)
{
    const char *name = named_driver(guest, request);
    const Model *model = name != NULL ? model_find(name) : NULL;
    return g_strdup(model != NULL ? model->driver : name);
}

/* One that has pci_add cannot be asked for properties. */
char *hotplug_driver(const Guest *guest, const Request *request)
{
    return guest->can.pci_add ? NULL : find_driver(guest, request);
}

static gboolean refuse_no_driver(const Request *request, GError **error)
{
    if (request->kind == REQUEST_CDROM) {
        g_set_error(
            error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
            "there is no CD drive for bus=%s; give bus=scsi or bus=usb, or attach the image "
            "as a disk with readonly=on",
            request_get(request, "bus"));
        return FALSE;
    }
    gboolean controller = request->kind == REQUEST_CONTROLLER;
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "%s= is missing; give %s",
                controller ? "model" : "driver",
                controller ? "model=virtio-scsi-pci, lsi53c895a, qemu-xhci, pci-bridge, ..."
                           : "driver=NAME, one of QEMU's -device drivers");
    return FALSE;
}

/* --- what a model refuses -------------------------------------------------------------------- */

/* A model of the same kind that can be plugged; NULL for none. */
static const Model *similar_model(const Model *model)
{
    gsize count;
    const Model *models = model_all(&count);
    for (gsize i = 0; i < count; i++) {
        if (models[i].kind == model->kind && models[i].hotpluggable &&
            quirk_attach(models[i].driver) == NULL &&
            (models[i].plugs == BUS_PCI || models[i].plugs == BUS_PCIE) &&
            models[i].offers == model->offers) {
            return &models[i];
        }
    }
    return NULL;
}

static gboolean check_hotpluggable(const Attach *attach, GError **error)
{
    const char *quirk = quirk_attach(attach->driver);
    if (attach->model.hotpluggable && quirk == NULL) {
        return TRUE;
    }
    const Model *similar = similar_model(&attach->model);
    g_autofree char *remedy =
        similar != NULL ? g_strdup_printf("%s can be plugged", similar->driver)
                        : g_strdup_printf("start the guest with -device %s", attach->driver);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s cannot be plugged into a running guest%s%s; %s", attach->driver,
                quirk != NULL ? ": " : "", quirk != NULL ? quirk : "", remedy);
    return FALSE;
}

/* The model is of the kind that was asked for. */
static gboolean check_kind(const Attach *attach, GError **error)
{
    if (attach->request->kind == REQUEST_NIC && attach->model.kind != KIND_NIC) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "model=%s is not a NIC; give model=virtio-net-pci, e1000, rtl8139, ..., or "
                    "attach it with: attach device driver=%s",
                    attach->driver, attach->driver);
        return FALSE;
    }
    if (attach->request->kind == REQUEST_CONTROLLER && attach->model.offers == BUS_SYSTEM &&
        attach->model.kind != KIND_HUB) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "model=%s is not a controller; give model=virtio-scsi-pci, qemu-xhci, "
                    "pci-bridge, ..., or attach it with: attach device driver=%s",
                    attach->driver, attach->driver);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_single(const Attach *attach, GError **error)
{
    for (guint i = 0; attach->model.kind == KIND_BALLOON && i < attach->guest->devices->len; i++) {
        const Device *device = attach->guest->devices->pdata[i];
        if (device->kind == KIND_BALLOON) {
            g_autofree char *name = device_display_name(device);
            g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                        "a guest can have one balloon, and this one has %s; detach that first",
                        name);
            return FALSE;
        }
    }
    return TRUE;
}

/* What a device needs that `attach device` does not make. */
static const struct {
    DeviceKind kind;
    const char *property, *remedy;
} needs[] = {
    { KIND_DISK, "drive", "use attach disk file=PATH, or give drive=NODE" },
    { KIND_NIC, "netdev", "use attach nic, or give netdev=ID" },
};

static gboolean check_needs(const Attach *attach, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(needs) && attach->request->kind == REQUEST_DEVICE; i++) {
        const char *name = request_get(attach->request, needs[i].property);
        if (attach->model.kind != needs[i].kind) {
            continue;
        }
        if (name == NULL && needs[i].kind == KIND_DISK) {
            g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "%s needs %s=; %s", attach->driver,
                        needs[i].property, needs[i].remedy);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean check_model(Attach *attach, GError **error)
{
    return attach_check_driver(attach, error) && check_kind(attach, error) &&
           check_hotpluggable(attach, error) && check_single(attach, error) &&
           check_needs(attach, error);
}

/* --- ids ------------------------------------------------------------------------------------- */

static const char *const kind_stems[] = {
    [KIND_DISK] = "disk",       [KIND_CDROM] = "cd",       [KIND_FLOPPY] = "floppy",
    [KIND_NIC] = "net",         [KIND_CONTROLLER] = "ctl", [KIND_BRIDGE] = "pci",
    [KIND_VIDEO] = "video",     [KIND_SOUND] = "sound",    [KIND_WATCHDOG] = "watchdog",
    [KIND_BALLOON] = "balloon", [KIND_RNG] = "rng",        [KIND_SERIAL] = "serial",
    [KIND_INPUT] = "input",     [KIND_HUB] = "hub",        [KIND_USB] = "usbdev",
    [KIND_MEMORY] = "mem",      [KIND_OTHER] = "dev",
};

static const char *id_stem(const Attach *attach)
{
    if (attach->request->kind == REQUEST_DISK) {
        return attach_drive_bus(attach->guest, attach->request)->stem;
    }
    switch (attach->model.offers) {
    case BUS_SCSI:
        return "scsi";
    case BUS_USB:
        return "usb";
    case BUS_NVME:
        return "nvme";
    default:
        return kind_stems[attach->model.kind];
    }
}

static gboolean choose_id(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "id");
    if (stated != NULL && !allocate_check_id(attach->guest, stated, error)) {
        return FALSE;
    }
    attach->id = stated != NULL ? g_strdup(stated) : allocate_id(attach->guest, id_stem(attach));
    plan_choose(attach->plan, "id", attach->id);
    return TRUE;
}

/* --- the steps ------------------------------------------------------------------------------- */

static char *peripheral_path(const char *id)
{
    return g_strconcat("/machine/peripheral/", id, NULL);
}

static void add_subject(Plan *plan, const Attach *attach)
{
    PlanSubject *subject = plan_add_subject(plan);
    subject->path = peripheral_path(attach->id);
    subject->id = g_strdup(attach->id);
    subject->driver = g_strdup(attach->driver);
    subject->bus = g_strdup(attach->bus_name);
    subject->address = attach->address;
}

static void add_device_step(Plan *plan, const Attach *attach)
{
    g_autofree char *words = g_strdup_printf("%s %s", attach->driver, attach->id);
    char **leaves = g_new0(char *, 2);
    leaves[0] = peripheral_path(attach->id);
    plan_add(plan, words, action_new("device_add", json_incref(attach->device), NULL),
             action_new("device_del", json_pack("{s:s}", "id", attach->id), leaves));
    add_subject(plan, attach);
}

/* Bridges tell each other apart by a number that must be unique and not 0. */
static void put_chassis(Attach *attach)
{
    if (!g_str_has_prefix(attach->driver, "pci-bridge")) {
        return;
    }
    guint64 highest = 0;
    for (guint i = 0; i < attach->guest->devices->len; i++) {
        const char *value = device_property(attach->guest->devices->pdata[i], "chassis_nr");
        highest = MAX(highest, value != NULL ? g_ascii_strtoull(value, NULL, 10) : 0);
    }
    if (highest < G_MAXUINT8) {
        json_object_set_new(attach->device, "chassis_nr", json_integer((json_int_t)highest + 1));
    }
}

static gboolean add_backend(Attach *attach, GError **error)
{
    switch (attach->request->kind) {
    case REQUEST_DISK:
    case REQUEST_CDROM:
        return attach_add_image(attach, error);
    case REQUEST_NIC:
        plan_choose(attach->plan, "model", attach->driver);
        return attach_add_netdev(attach, error);
    case REQUEST_CONTROLLER:
        plan_choose(attach->plan, "model", attach->driver);
        put_chassis(attach);
        if (strcmp(attach->driver, "nvme") == 0) { /* which insists on one */
            json_object_set_new(attach->device, "serial", json_string(attach->id));
        }
        return TRUE;
    default:
        plan_choose(attach->plan, "driver", attach->driver);
        return TRUE;
    }
}

static void add_brought(Attach *attach)
{
    Attach *brought = attach->brought;
    if (brought == NULL) {
        return;
    }
    brought->device = json_pack("{s:s, s:s}", "driver", brought->driver, "id", brought->id);
    attach_put_place(brought);
    add_device_step(attach->plan, brought);
    g_autofree char *where = address_to_text(&brought->address);
    plan_add_check(attach->plan, TRUE, NULL,
                   "the guest has no controller with room for it: %s %s comes along, at %s",
                   brought->driver, brought->id, where);
}

/* The device that was asked for is the first subject, though its controller is plugged before it.
 */
static void put_subject_first(Plan *plan)
{
    guint last = plan->subjects->len - 1;
    gpointer asked = plan->subjects->pdata[last];
    memmove(plan->subjects->pdata + 1, plan->subjects->pdata, last * sizeof(gpointer));
    plan->subjects->pdata[0] = asked;
}

/* --- what stands beside the plan ------------------------------------------------------------- */

static void set_title(Attach *attach)
{
    g_autofree char *where = address_to_text(&attach->address);
    const char *what = attach->request->kind == REQUEST_DEVICE
                           ? attach->driver
                           : request_kind_name(attach->request->kind);
    g_free(attach->plan->title);
    attach->plan->title = g_strdup_printf("attach %s %s%s%s", what, attach->id,
                                          where[0] != '\0' ? " at " : "", where);
}

static void add_place_check(Attach *attach)
{
    g_autofree char *where = address_to_short_text(&attach->address);
    if (attach->bus != NULL && where[0] != '\0') {
        plan_add_check(attach->plan, FALSE, "info qtree", "%s on %s is vacant and takes hotplug",
                       where, attach->bus_name);
    }
    plan_add_check(attach->plan, FALSE, "qom-list", "id %s is unused", attach->id);
    json_t *known = attach->facts->drivers == NULL
                        ? NULL
                        : g_hash_table_lookup(attach->facts->drivers, attach->driver);
    if (known != NULL) {
        plan_add_check(attach->plan, FALSE, "device-list-properties",
                       "this QEMU has %s with every property given", attach->driver);
    }
}

/* What can keep the guest from using it at once. */
static void add_cautions(Attach *attach)
{
    const char *status = attach->guest->status;
    if (strstr(attach->driver, "virtio") != NULL) {
        plan_add_check(attach->plan, TRUE, NULL,
                       "the guest shows it only once its virtio driver loads");
    }
    if (g_strcmp0(status, "paused") == 0) {
        plan_add_check(attach->plan, TRUE, "query-status",
                       "the guest is paused: it notices the device when it runs again");
    } else if (g_strcmp0(status, "prelaunch") == 0) {
        plan_add_check(attach->plan, TRUE, "query-status",
                       "the guest has not started yet: it finds the device when it does");
    }
}

/* --- attach ---------------------------------------------------------------------------------- */

/* QEMU's own names of two options. */
static void resolve_aliases(Request *request)
{
    static const struct {
        const char *property, *option;
    } aliases[] = { { "addr", "address" }, { "scsi-id", "target" } };
    for (gsize i = 0; i < G_N_ELEMENTS(aliases); i++) {
        const char *value = request_get(request, aliases[i].property);
        if (value != NULL && request_get(request, aliases[i].option) == NULL) {
            request_set(request, aliases[i].option, value);
            request_set(request, aliases[i].property, NULL);
        }
    }
}

static Model make_model(const HotplugFacts *facts, const char *driver)
{
    return (Model){ .driver = driver,
                    .kind = KIND_OTHER,
                    .plugs = attach_guess_family(facts, driver),
                    .hotpluggable = TRUE,
                    .reserved = G_MAXUINT };
}

static void attach_free(Attach *attach)
{
    if (attach == NULL) {
        return;
    }
    attach_free(attach->brought);
    g_clear_pointer(&attach->request, request_free);
    plan_free(attach->plan);
    g_free(attach->driver);
    g_free(attach->id);
    g_free(attach->bus_name);
    json_decref(attach->device);
    g_free(attach);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attach, attach_free)

static Attach *attach_new(const HotplugFacts *facts, const Request *request, GError **error)
{
    if (!request_check(request, error)) {
        return NULL;
    }
    g_autoptr(Attach) attach = g_new0(Attach, 1);
    attach->facts = facts;
    attach->guest = facts->guest;
    attach->request = request_copy(request);
    resolve_aliases(attach->request);
    attach->driver = find_driver(facts->guest, attach->request);
    if (attach->driver == NULL) {
        refuse_no_driver(attach->request, error);
        return NULL;
    }
    const Model *model = model_find(attach->driver);
    attach->model = model != NULL ? *model : make_model(facts, attach->driver);
    attach->plan = plan_new(PLAN_ATTACH, "attach");
    return g_steal_pointer(&attach);
}

ActionForm hotplug_form(const Guest *guest)
{
    if (g_strcmp0(guest->dialect, "hmp") == 0) {
        return FORM_LINE;
    }
    return guest->can.known && !guest->can.nodes ? FORM_DRIVE : FORM_QMP;
}

Plan *hotplug_plan_attach(const HotplugFacts *facts, const Request *request, GError **error)
{
    g_autoptr(Attach) attach = attach_new(facts, request, error);
    if (attach != NULL && facts->guest->can.pci_add) {
        return old_attach(attach, error) ? g_steal_pointer(&attach->plan) : NULL;
    }
    if (attach == NULL || !check_model(attach, error) || !choose_id(attach, error) ||
        !attach_choose_place(attach, error)) {
        return NULL;
    }
    attach->device = json_pack("{s:s, s:s}", "driver", attach->driver, "id", attach->id);
    add_place_check(attach);
    if (!add_backend(attach, error) || !attach_put_properties(attach, error)) {
        return NULL;
    }
    const DriveBus *row =
        request->kind <= REQUEST_CDROM ? attach_drive_bus(attach->guest, attach->request) : NULL;
    attach_put_place(attach);
    if (row != NULL) {
        plan_choose(attach->plan, "bus", row->name);
    }
    add_brought(attach);
    add_device_step(attach->plan, attach);
    put_subject_first(attach->plan);
    set_title(attach);
    add_cautions(attach);
    plan_set_form(attach->plan, hotplug_form(attach->guest));
    return g_steal_pointer(&attach->plan);
}
