/* What of an old guest can leave, by which command, and how it comes back. */
#include "engine/old_detach.h"

#include <string.h>

#include "engine/condition.h"
#include "engine/old_command.h"

typedef struct {
    const Guest *guest;
    Plan *plan;
    GPtrArray *leaving; /* (const Device) */
} Leave;

/* --- refusals -------------------------------------------------------------------------------- */

static gboolean refuse_fixed(const Device *device, GError **error)
{
    g_autofree char *name = device_display_name(device);

    if (device->implicit)
        return old_refuse(error, "%s is a part of the machine and cannot be unplugged", name);
    if (device->drive && !device->bus)
        return old_refuse(error,
                          "%s cannot be unplugged: this QEMU does not say where it is; detach its "
                          "controller, or stop the guest",
                          name);
    if (device->kind == KIND_HUB)
        return old_refuse(error,
                          "%s stays as long as its devices: QEMU put it there by itself, for those "
                          "behind it; detach them",
                          name);
    if (device->pci)
        return old_refuse(error,
                          "%s must not be unplugged: QEMU of this age can end when a card leaves "
                          "that pci_add cannot plug; stop the guest to take it out",
                          name);
    return old_refuse(error,
                      "%s cannot be unplugged: its bus %s takes no hotplug; stop the guest "
                      "to take it out",
                      name, device->bus ? device->bus->name : "");
}

static gboolean check_card(const Device *device, GError **error)
{
    g_autoptr(GPtrArray) mates = device_slot_mates(device);
    g_autofree char *name = device_display_name(device);

    return mates->len == 1 ||
           old_refuse(error,
                      "%s shares its slot, and this QEMU unplugs whole slots only; stop the "
                      "guest to take it out",
                      name);
}

static gboolean check_disk(const Leave *leave, const Device *device, GError **error)
{
    const Device *controller = device_parent(device);
    g_autofree char *name = device_display_name(device);
    g_autofree char *other = controller ? device_display_name(controller) : g_strdup("");

    if (leave->guest->can.device_add && device->id &&
        guest_find_id(leave->guest, device->id) == device)
        return TRUE;
    return old_refuse(error,
                      "%s cannot be unplugged alone: this QEMU has no command for it%s; detach %s, "
                      "with which it goes, or stop the guest",
                      name, leave->guest->can.device_add ? " where the disk has no id" : "", other);
}

/* Several devices that the guest has not numbered have one address, and the first would go. */
static gboolean check_usb(const Leave *leave, const Device *device, GError **error)
{
    g_autofree char *name = device_display_name(device);
    guint same = 0;

    for (guint i = 0; i < leave->guest->devices->len; i++) {
        const Device *other = leave->guest->devices->pdata[i];

        same += device->usb_address && g_strcmp0(other->usb_address, device->usb_address) == 0;
    }
    if (same == 1)
        return TRUE;
    return old_refuse(error,
                      "%s cannot be named to QEMU: %u USB devices have the address %s as long as "
                      "the guest has not numbered them; wait for the guest, or restart it",
                      name, same, device->usb_address ? device->usb_address : "?");
}

static gboolean check_leaves(const Leave *leave, const Device *device, GError **error)
{
    g_autofree char *name = device_display_name(device);

    if (device->state == STATE_LEAVING)
        return old_refuse(error,
                          "%s is leaving already: the guest was asked, and has not released it "
                          "yet; wait, or ask it again",
                          name);
    if (!device->hotpluggable)
        return refuse_fixed(device, error);
    if (device->bus->family == BUS_SCSI)
        return check_disk(leave, device, error);
    return device->bus->family == BUS_USB ? check_usb(leave, device, error)
                                          : check_card(device, error);
}

/* --- the way back ---------------------------------------------------------------------------- */

/* Of the VLAN that the card is on: its number, FALSE where nothing tells it. */
static gboolean vlan_of(const Device *device, guint *vlan)
{
    const char *port = device->nic ? device->nic->netdev : NULL;
    guint64 number;
    g_autofree char *digits = NULL;

    if (!port || !g_str_has_prefix(port, "hub"))
        return FALSE;
    digits = g_strndup(port + strlen("hub"), strspn(port + strlen("hub"), "0123456789"));
    if (!g_ascii_string_to_unsigned(digits, 10, 0, G_MAXINT, &number, NULL))
        return FALSE;
    *vlan = (guint)number;
    return TRUE;
}

static Action *replug_nic(const Device *device, const char *ids)
{
    const char *model = old_nic_model(device->driver);
    guint vlan;
    json_t *options;

    if (!model || !vlan_of(device, &vlan) || !device->nic->mac)
        return NULL;
    options = json_pack("{s:s, s:s, s:i, s:s*}", "model", model, "macaddr", device->nic->mac,
                        "vlan", (int)vlan, "name", device->id);
    return old_action_pci_add(device->address.pci.slot, "nic", options, ids);
}

/* A card without anything behind it whose options are known: an adapter, or a NIC with its MAC. */
static Action *replug(const Leave *leave, const Device *device, const GPtrArray *carried)
{
    guint slot = device->address.pci.slot;
    g_autofree char *ids = old_ids(device->pci->vendor, device->pci->device);

    if (carried->len == 0 && old_is_adapter(device))
        return old_action_pci_add(slot, "storage", json_pack("{s:s}", "if", "scsi"), ids);
    if (device->kind == KIND_NIC && !old_roms_are_fixed(leave->guest))
        return replug_nic(device, ids);
    return NULL;
}

static void tell_no_way_back(Leave *leave, const Device *device)
{
    g_autofree char *name = device_display_name(device);

    plan_add_check(leave->plan, TRUE, NULL,
                   "%s cannot be plugged back by an undo: this QEMU does not tell enough of it",
                   name);
}

/* --- steps ----------------------------------------------------------------------------------- */

static char **paths_of(const Device *device, const GPtrArray *carried)
{
    char **paths = g_new0(char *, carried->len + 2);

    paths[0] = g_strdup(device->path);
    for (guint i = 0; i < carried->len; i++)
        paths[i + 1] = g_strdup(((const Device *)carried->pdata[i])->path);
    return paths;
}

static void leave_with(Leave *leave, const Device *device, const GPtrArray *carried)
{
    g_ptr_array_add(leave->leaving, (gpointer)device);
    for (guint i = 0; i < carried->len; i++) {
        g_autofree char *name = device_display_name(carried->pdata[i]);

        g_ptr_array_add(leave->leaving, carried->pdata[i]);
        plan_add_check(leave->plan, TRUE, "info block",
                       "%s goes as well: it is plugged to what leaves", name);
    }
}

static void add_step(Leave *leave, const Device *device, Action *action, Action *back)
{
    g_autofree char *words = device_display_name(device);

    plan_add(leave->plan, words, action, back);
    if (!back)
        tell_no_way_back(leave, device);
}

static gboolean is_on_vlan(const char *port, guint vlan)
{
    g_autofree char *prefix = g_strdup_printf("hub%uport", vlan);

    return port && g_str_has_prefix(port, prefix);
}

static gboolean has_other_nic(const Leave *leave, const Device *device, guint vlan)
{
    for (guint i = 0; i < leave->guest->devices->len; i++) {
        const Device *other = leave->guest->devices->pdata[i];

        if (other != device && other->nic && is_on_vlan(other->nic->netdev, vlan) &&
            !g_ptr_array_find(leave->leaving, other, NULL))
            return TRUE;
    }
    return FALSE;
}

/* With user networking as it is by itself; of others QEMU does not tell enough. */
static Action *remake_host_side(const Netdev *netdev, guint vlan)
{
    if (strcmp(netdev->type, "user") != 0)
        return NULL;
    return old_action_host_net_add("user",
                                   json_pack("{s:i, s:s}", "vlan", (int)vlan, "name", netdev->id));
}

/* Its host's side stays when the card goes, and is removed after it: with the card still there the
 * guest would lose its network for nothing. */
static void add_host_side(Leave *leave, const Device *device)
{
    guint vlan;
    g_autofree char *name = device_display_name(device);

    if (!vlan_of(device, &vlan) || has_other_nic(leave, device, vlan)) {
        plan_add_check(leave->plan, TRUE, "info network", "the host's side of %s stays: %s", name,
                       vlan_of(device, &vlan) ? "another NIC is on its VLAN"
                                              : "QEMU does not say which it is");
        return;
    }
    for (guint i = 0; i < leave->guest->netdevs->len; i++) {
        const Netdev *netdev = leave->guest->netdevs->pdata[i];
        g_autofree char *words = g_strdup_printf("%s on VLAN %u", netdev->id, vlan);

        if (is_on_vlan(netdev->peer, vlan))
            plan_add(leave->plan, words, old_action_host_net_remove(vlan, netdev->id),
                     remake_host_side(netdev, vlan));
    }
}

static void add_card(Leave *leave, const Device *device)
{
    g_autoptr(GPtrArray) carried = device_descendants(device);
    g_autofree char *ids = old_ids(device->pci->vendor, device->pci->device);

    leave_with(leave, device, carried);
    add_step(leave, device,
             old_action_pci_del(device->address.pci.slot, ids, paths_of(device, carried)),
             replug(leave, device, carried));
    if (device->kind == KIND_NIC)
        add_host_side(leave, device);
}

static void add_disk(Leave *leave, const Device *device)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    const char *backend = device->drive ? device->drive->backend : NULL;
    Action *action =
        action_new("device_del", json_pack("{s:s}", "id", device->id), paths_of(device, none));

    if (backend)
        action_verify(action, condition_drive(backend, FALSE));
    leave_with(leave, device, none);
    add_step(leave, device, action, NULL);
}

/* The name that `info usb` has for it. (transfer full) */
static char *product_of(const Device *device)
{
    const char *words = device->attached ? strstr(device->attached, "name ") : NULL;

    if (!words)
        return g_strdup("");
    words += strlen("name ");
    return g_strndup(words, strcspn(words, ",("));
}

static void add_usb(Leave *leave, const Device *device)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autofree char *product = product_of(device);
    Action *action =
        old_action_usb_del(device->usb_address, product, old_usb_count(leave->guest, product));

    action->leaves = paths_of(device, none);
    leave_with(leave, device, none);
    add_step(leave, device, action, NULL);
}

/* --- the plan -------------------------------------------------------------------------------- */

/* With its card, which is one of the devices. */
static gboolean is_carried(const GPtrArray *devices, const Device *device)
{
    for (const Device *parent = device_parent(device); parent; parent = device_parent(parent)) {
        if (g_ptr_array_find((GPtrArray *)devices, parent, NULL))
            return TRUE;
    }
    return FALSE;
}

static void add_device(Leave *leave, const Device *device)
{
    if (device->bus->family == BUS_SCSI)
        add_disk(leave, device);
    else if (device->bus->family == BUS_USB)
        add_usb(leave, device);
    else
        add_card(leave, device);
}

static void add_subjects(Leave *leave)
{
    for (guint i = 0; i < leave->leaving->len; i++) {
        const Device *device = leave->leaving->pdata[i];
        PlanSubject *subject = plan_add_subject(leave->plan);

        subject->path = g_strdup(device->path);
        subject->id = g_strdup(device->id);
        subject->driver = g_strdup(device->driver);
        subject->bus = g_strdup(device->bus->name);
        subject->address = device->address;
    }
}

static void set_title(Leave *leave)
{
    const Device *first = leave->leaving->pdata[0];
    g_autofree char *name = device_display_name(first);
    guint others = leave->leaving->len - 1;

    g_free(leave->plan->title);
    leave->plan->title = others ? g_strdup_printf("detach %s and %u more", name, others)
                                : g_strdup_printf("detach %s", name);
}

static void add_checks(Leave *leave)
{
    const Device *first = leave->leaving->pdata[0];

    plan_add_check(leave->plan, FALSE, "info pci",
                   "what leaves is looked at again right before the command");
    if (device_needs_guest(first))
        plan_add_check(leave->plan, TRUE, NULL,
                       "QEMU only asks the guest, which may keep it: the slot is watched until it "
                       "is empty");
    if (g_strcmp0(leave->guest->status, "paused") == 0)
        plan_add_check(leave->plan, TRUE, "query-status",
                       "the guest is paused: it releases PCI devices when it runs again");
}

Plan *old_detach(const Guest *guest, const GPtrArray *devices, GError **error)
{
    g_autoptr(Plan) plan = plan_new(PLAN_DETACH, "detach");
    g_autoptr(GPtrArray) leaving = g_ptr_array_new();
    Leave leave = { .guest = guest, .plan = plan, .leaving = leaving };

    for (guint i = 0; i < devices->len; i++) {
        if (!is_carried(devices, devices->pdata[i]) &&
            !check_leaves(&leave, devices->pdata[i], error))
            return NULL;
    }
    for (guint i = 0; i < devices->len; i++) {
        if (!is_carried(devices, devices->pdata[i]))
            add_device(&leave, devices->pdata[i]);
    }
    add_checks(&leave);
    add_subjects(&leave);
    set_title(&leave);
    return g_steal_pointer(&plan);
}
