/* A NIC: the host's side of a VLAN of its own, and the card on it. */
#include <string.h>

#include "engine/allocate.h"
#include "engine/old_attach.h"
#include "engine/old_command.h"

/* nd_table of QEMU, those of the start included. */
#define NICS_MOST 8

/* Models of 0.10 to 0.14, as pci_add calls them. 0.10 ends when it is told another. */
static const struct {
    const char *driver, *name;
} models[] = {
    { "virtio-net-pci", "virtio" }, { "e1000", "e1000" },       { "rtl8139", "rtl8139" },
    { "pcnet", "pcnet" },           { "ne2k_pci", "ne2k_pci" }, { "i82551", "i82551" },
    { "i82557b", "i82557b" },       { "i82559er", "i82559er" },
};

/* Options of the host's side, as -net of then calls them. */
static const char *const host_options[] = { "ifname",  "script", "downscript", "listen",
                                            "connect", "mcast",  "hostfwd" };

/* --- whether it can be ----------------------------------------------------------------------- */

const char *old_nic_model(const char *driver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(models); i++) {
        if (strcmp(models[i].driver, driver) == 0)
            return models[i].name;
    }
    return NULL;
}

static guint count_nics(const Guest *guest)
{
    guint count = 0;

    for (guint i = 0; i < guest->devices->len; i++)
        count += ((const Device *)guest->devices->pdata[i])->kind == KIND_NIC;
    return count;
}

/* 0.13 and 0.14 end when a card with a ROM comes later to a machine whose cards have theirs in the
 * firmware's place, which is what rombar=0 says: pc-0.11 and older. Earlier ones have no rombar. */
gboolean old_roms_are_fixed(const Guest *guest)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];

        if (device->pci && g_strcmp0(device_property(device, "rombar"), "0") == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean check_nic(const Attach *attach, GError **error)
{
    if (!old_nic_model(attach->driver))
        return old_refuse(
            error,
            "this QEMU has no NIC %s, and may end when it is told one; give model=e1000, "
            "rtl8139, pcnet, ne2k_pci, i82551, i82557b, i82559er or virtio-net-pci",
            attach->driver);
    if (count_nics(attach->guest) >= NICS_MOST)
        return old_refuse(error, "the guest has %u NICs, and this QEMU can have no more",
                          NICS_MOST);
    if (old_roms_are_fixed(attach->guest))
        return old_refuse(error,
                          "this QEMU would end: its machine is pc-0.11 or older, whose NICs must "
                          "be there from the start; start the guest with -M pc, or with the NIC");
    return TRUE;
}

/* --- the host's side ------------------------------------------------------------------------- */

static gboolean choose_vlan(const Guest *guest, guint *vlan, GError **error)
{
    for (*vlan = 0; *vlan < GUEST_HUBS; (*vlan)++) {
        if (!(guest->hubs >> *vlan & 1))
            return TRUE;
    }
    return old_refuse(error, "the guest has %d networks (VLANs), and no further one is free",
                      GUEST_HUBS);
}

static gboolean check_backend(const Attach *attach, const char *backend, GError **error)
{
    static const char *const known[] = { "user", "tap", "socket", NULL };

    if (g_strv_contains(known, backend))
        return attach_check_backend(attach, backend, error);
    return old_refuse(error, "this QEMU can make no backend=%s; give user, tap or socket", backend);
}

static json_t *host_options_of(const Attach *attach, guint vlan, const char *name)
{
    json_t *options = json_pack("{s:i, s:s}", "vlan", (int)vlan, "name", name);

    for (gsize i = 0; i < G_N_ELEMENTS(host_options); i++) {
        const char *value = request_get(attach->request, host_options[i]);

        if (value)
            json_object_set_new(options, host_options[i], json_string(value));
    }
    /* An interface that is there already needs no script. */
    if (request_get(attach->request, "ifname") && !request_get(attach->request, "script"))
        json_object_set_new(options, "script", json_string("no"));
    return options;
}

/* After the card's; another where one of that name was left behind: 0.10 and 0.11 do not tell which
 * card was on it. 0.10 removes a host's side only where its name begins with its type. (transfer
 * full) */
static char *host_side_name(const Attach *attach, const char *backend)
{
    g_autofree char *name = g_strdup_printf("%s-%s", backend, attach->id);
    g_autofree char *prefix = g_strdup_printf("%s-net", backend);

    return guest_find_netdev(attach->guest, name) ? allocate_id(attach->guest, prefix)
                                                  : g_steal_pointer(&name);
}

static void add_host_side(Attach *attach, const char *backend, guint vlan)
{
    g_autofree char *name = host_side_name(attach, backend);
    g_autofree char *words = g_strdup_printf("%s on VLAN %u", name, vlan);

    plan_add(attach->plan, words,
             old_action_host_net_add(backend, host_options_of(attach, vlan, name)),
             old_action_host_net_remove(vlan, name));
    plan_choose(attach->plan, "backend", backend);
}

/* --- the card -------------------------------------------------------------------------------- */

static gboolean choose_name(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "id");

    if (stated && !allocate_check_id(attach->guest, stated, error))
        return FALSE;
    attach->id = stated ? g_strdup(stated) : allocate_id(attach->guest, "net");
    plan_choose(attach->plan, "id", attach->id);
    return TRUE;
}

static void add_card(Attach *attach, guint vlan)
{
    const Model *model = model_find(attach->driver);
    g_autofree char *ids = model ? old_ids(model->vendor, model->device) : NULL;
    const char *mac = json_string_value(json_object_get(attach->device, "mac"));
    json_t *options = json_pack("{s:s, s:s, s:i, s:s}", "model", old_nic_model(attach->driver),
                                "macaddr", mac, "vlan", (int)vlan, "name", attach->id);

    old_add_card(attach, "nic", options, ids, NULL);
    plan_choose(attach->plan, "model", attach->driver);
    plan_add_check(attach->plan, FALSE, "info network",
                   "VLAN %u and the name %s are free, and there are fewer than %u NICs", vlan,
                   attach->id, NICS_MOST);
}

gboolean old_attach_nic(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "backend");
    const char *backend = stated ? stated : "user";
    guint vlan;

    attach->device = json_object();
    if (!check_nic(attach, error) || !check_backend(attach, backend, error) ||
        !choose_vlan(attach->guest, &vlan, error) || !choose_name(attach, error) ||
        !old_choose_slot(attach, error) || !attach_put_mac(attach, error))
        return FALSE;
    add_host_side(attach, backend, vlan);
    add_card(attach, vlan);
    return TRUE;
}
