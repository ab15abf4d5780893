/* VLANs, NICs and netdevs: what is connected to what, and the commands that change it. */
#include <stdio.h>
#include <string.h>

#include "tests/old/old_commands.h"

#define NICS 8 /* MAX_NICS */

/* --- VLANs and what is on them -----------------------------------------------------------------
 */

void old_client_free(OldClient *client)
{
    g_free(client->name);
    g_free(client->model);
    g_free(client->info);
    g_free(client->peer);
    g_free(client);
}

void old_vlan_free(OldVlan *vlan)
{
    g_ptr_array_unref(vlan->clients);
    g_free(vlan);
}

/* Makes it when there is none, as any mention of a VLAN does. */
OldVlan *old_vlan(OldMachine *machine, guint64 id)
{
    for (guint i = 0; i < machine->vlans->len; i++) {
        OldVlan *vlan = g_ptr_array_index(machine->vlans, i);
        if (vlan->id == id)
            return vlan;
    }
    OldVlan *vlan = g_new0(OldVlan, 1);
    vlan->id = id;
    vlan->clients = g_ptr_array_new_with_free_func((GDestroyNotify)old_client_free);
    g_ptr_array_add(machine->vlans, vlan);
    return vlan;
}

void old_client_remove(OldMachine *machine, OldClient *client)
{
    if (client->slot >= 0 && machine->version < 12)
        machine->nics[client->slot] = FALSE; /* later versions do not give it back */
    for (guint i = 0; i < machine->devices->len; i++) {
        OldDevice *device = g_ptr_array_index(machine->devices, i);
        if (device->client == client)
            device->client = NULL;
    }
    for (guint i = 0; i < machine->vlans->len; i++)
        if (g_ptr_array_remove(((OldVlan *)g_ptr_array_index(machine->vlans, i))->clients, client))
            return;
    g_ptr_array_remove(machine->netdevs, client);
}

static OldClient *find_in(const GPtrArray *clients, const char *name)
{
    for (guint i = 0; i < clients->len; i++) {
        OldClient *client = g_ptr_array_index(clients, i);
        if (g_str_equal(client->name, name))
            return client;
    }
    return NULL;
}

static OldClient *find_client(const OldMachine *machine, const char *name)
{
    for (guint i = 0; i < machine->vlans->len; i++) {
        const OldVlan *vlan = g_ptr_array_index(machine->vlans, i);
        OldClient *client = find_in(vlan->clients, name);
        if (client)
            return client;
    }
    return find_in(machine->netdevs, name);
}

/* "e1000.2": as many of this model as there are. */
static char *default_name(const OldMachine *machine, const char *model)
{
    guint count = 0;
    for (guint i = 0; i < machine->vlans->len; i++) {
        const OldVlan *vlan = g_ptr_array_index(machine->vlans, i);
        for (guint j = 0; j < vlan->clients->len; j++)
            count += g_str_equal(((OldClient *)g_ptr_array_index(vlan->clients, j))->model, model);
    }
    return g_strdup_printf("%s.%u", model, count);
}

static OldClient *client_new(OldMachine *machine, const char *model, const char *name,
                             const char *info)
{
    OldClient *client = g_new0(OldClient, 1);
    client->model = g_strdup(model);
    client->name = name ? g_strdup(name) : default_name(machine, model);
    client->info = g_strdup(info);
    client->slot = -1;
    return client;
}

static void read_client(OldMachine *machine, OldVlan *vlan, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, ": ", 2);
    g_auto(GStrv) name = g_strsplit(parts[0], ".", 2);
    gboolean virtio = g_str_equal(name[0], "virtio");
    const char *model = virtio && machine->version >= 12 ? "virtio-net-pci" : name[0];
    OldClient *client = client_new(machine, model, parts[0], parts[1]);
    client->nic = !g_str_equal(model, "user");
    g_ptr_array_add(vlan->clients, client);
    if (!client->nic)
        return;
    const char *device_model = virtio ? "virtio-net-pci" : model;
    for (guint i = 0; i < machine->pci->len; i++) {
        OldDevice *device = g_ptr_array_index(machine->pci, i);
        if (g_strcmp0(device->model, device_model) == 0)
            device->client = client;
    }
    for (client->slot = 0; machine->nics[client->slot];)
        client->slot++;
    machine->nics[client->slot] = TRUE;
}

void old_network_read(OldMachine *machine, const TranscriptEntry *entry)
{
    OldVlan *vlan = NULL;
    for (guint i = 0; i < entry->lines->len; i++) {
        const char *line = g_ptr_array_index(entry->lines, i);
        guint id = 0;
        if (sscanf(line, "VLAN %u devices:", &id) == 1)
            vlan = old_vlan(machine, id);
        else if (g_str_has_prefix(line, "  "))
            read_client(machine, vlan, line + strlen("  "));
    }
}

void old_info_network(OldMachine *machine, char **arguments)
{
    for (guint i = 0; i < machine->vlans->len; i++) {
        const OldVlan *vlan = g_ptr_array_index(machine->vlans, i);
        old_print(machine, "VLAN %" G_GUINT64_FORMAT " devices:\n", vlan->id);
        for (guint j = 0; j < vlan->clients->len; j++) {
            const OldClient *client = g_ptr_array_index(vlan->clients, j);
            old_print(machine, "  %s: %s\n", client->name, client->info);
        }
    }
    if (machine->version >= 13)
        old_print(machine, "Devices not on any VLAN:\n");
    for (guint i = 0; i < machine->netdevs->len; i++) {
        const OldClient *client = g_ptr_array_index(machine->netdevs, i);
        old_print(machine, "  %s: %s", client->name, client->info);
        gboolean shown =
            client->peer && (find_in(machine->netdevs, client->peer) || machine->version >= 14);
        if (shown)
            old_print(machine, " peer=%s", client->peer);
        old_print(machine, "\n");
    }
}

/* --- pci_add ADDRESS nic -----------------------------------------------------------------------
 */

static gboolean number_is_good(OldMachine *machine, const char *options, const char *key)
{
    g_autofree char *value = old_option(options, key);
    char *end = NULL;
    if (!value || machine->version < 12 || (g_ascii_strtoull(value, &end, 0), *end == '\0'))
        return TRUE;
    if (machine->version >= 13)
        old_print(machine, "Parameter '%s' expects a number\n", key);
    return FALSE;
}

static gboolean options_are_known(OldMachine *machine, const char *options, const char *known)
{
    g_autofree char *unknown = old_option_unknown(options, known);
    if (unknown && machine->version >= 13)
        old_print(machine, "Invalid parameter '%s'\n", unknown);
    else if (unknown && machine->version == 11)
        old_print(machine, "invalid parameter '%s' in '%s'\n", unknown, options);
    return !unknown && number_is_good(machine, options, "vlan");
}

static gboolean mac_is_good(const char *mac)
{
    guint parts[6];
    return sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x", &parts[0], &parts[1], &parts[2], &parts[3],
                  &parts[4], &parts[5]) == 6;
}

/* The place that a NIC takes of QEMU's eight, and keeps even if nothing comes of it. */
static int take_slot(OldMachine *machine, const char *mac)
{
    int slot = 0;
    while (slot < NICS && machine->nics[slot])
        slot++;
    if (slot == NICS) {
        old_print(machine, "Too Many NICs\n");
        return -1;
    }
    if (mac && !mac_is_good(mac)) {
        old_print(machine, "invalid syntax for ethernet address\n");
        return -1;
    }
    machine->nics[slot] = TRUE;
    return slot;
}

static gboolean model_is_known(OldMachine *machine, const char *model)
{
    static const char *const known[] = { "ne2k_pci", "rtl8139", "e1000", "pcnet", "virtio", NULL };
    if (g_strv_contains(known, model))
        return TRUE;
    if (machine->version < 12)
        old_die(machine, 1, "qemu: Unsupported NIC model: %s", model);
    else
        old_print(machine, "qemu: Unsupported NIC model: %s\n", model);
    return FALSE;
}

static char *nic_info(const OldMachine *machine, const char *model, const char *mac)
{
    if (machine->version == 11 && g_str_equal(model, "pcnet"))
        return g_strdup("");
    return g_strdup_printf("model=%s,macaddr=%s", model, mac);
}

/* 0.13 and 0.14 as pc-0.11 load the boot ROM of a NIC, which they can do only when they start. */
static gboolean rom_is_late(OldMachine *machine)
{
    if (machine->version < 13 || machine->options.pc)
        return FALSE;
    old_die(machine, -6, "qemu: hardware error: ROM images must be loaded at startup");
    return TRUE;
}

static const char *client_model(const OldMachine *machine, const char *model)
{
    return g_str_equal(model, "virtio") && machine->version >= 12 ? "virtio-net-pci" : model;
}

static void plug_nic(OldMachine *machine, int devfn, const char *options, int slot)
{
    g_autofree char *given = old_option(options, "model");
    const char *model = given ? given : "rtl8139";
    const char *qdev = g_str_equal(model, "virtio") ? "virtio-net-pci" : model;
    g_autofree char *name = old_option(options, "name");
    g_autofree char *mac = old_option(options, "macaddr");
    if (!mac)
        mac = g_strdup_printf("52:54:00:12:34:%02x", 0x56 + (guint)slot);
    gboolean keeps_name = machine->version <= 12;
    OldDevice *device = old_device_add(machine, qdev, machine->version == 12 ? name : NULL, devfn);
    const char *shown = client_model(machine, model);
    g_autofree char *info = nic_info(machine, shown, mac);
    OldClient *client = client_new(machine, shown, keeps_name ? name : NULL, info);
    client->nic = TRUE;
    client->slot = slot;
    guint64 vlan = (guint64)old_option_number(options, "vlan", 0);
    g_ptr_array_add(old_vlan(machine, vlan)->clients, client);
    device->client = client;
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, vlan);
    old_device_set(device, "dev-prop: mac = ", mac);
    old_device_set(device, "dev-prop: vlan = ", number);
    old_print(machine, "OK domain 0, bus 0, slot %d, function 0\n", devfn >> 3);
}

static int nic_init(OldMachine *machine, const char *options)
{
    if (!options_are_known(machine, options, "type vlan macaddr model name addr vectors netdev id"))
        return -1;
    old_vlan(machine, (guint64)old_option_number(options, "vlan", 0));
    g_autofree char *mac = old_option(options, "macaddr");
    int slot = take_slot(machine, mac);
    if (slot < 0 && machine->version >= 13)
        old_print(machine, "Device 'nic' could not be initialized\n");
    g_autofree char *address = old_option(options, "addr");
    if (slot < 0 || !address)
        return slot;
    old_print(machine, "Parameter addr not supported\n");
    return -1;
}

void old_pci_add_nic(OldMachine *machine, const char *address, const char *options)
{
    /* 0.11 looks at the address only when it is too late. */
    int wanted = -1, devfn = -1;
    gboolean early = machine->version != 11;
    if (early && !old_pci_wants(machine, address, "", &wanted))
        return;
    int slot = nic_init(machine, options);
    if (slot < 0)
        return;
    g_autofree char *given = old_option(options, "model");
    const char *model = given ? given : "rtl8139";
    const char *qdev = g_str_equal(model, "virtio") ? "virtio-net-pci" : model;
    if (model_is_known(machine, model) &&
        (early || old_pci_wants(machine, address, qdev, &wanted)) &&
        old_pci_place(machine, wanted, qdev, &devfn) && !rom_is_late(machine))
        plug_nic(machine, devfn, options, slot);
}

/* --- host_net_add, host_net_remove -------------------------------------------------------------
 */

static gboolean type_is_known(const OldMachine *machine, const char *type)
{
    static const char *const types[] = { "tap", "user", "socket", NULL };
    return g_strv_contains(types, type) || (machine->version >= 11 && g_str_equal(type, "dump"));
}

/* Where it cannot: FALSE. Then 0.11 and 0.13 say so once more. */
static gboolean listen_at(OldMachine *machine, const char *options)
{
    char *address = old_option(options, "listen");
    if (!address)
        return TRUE;
    for (guint i = 0; i < machine->listening->len; i++) {
        if (g_str_equal(g_ptr_array_index(machine->listening, i), address)) {
            g_free(address);
            return machine->version == 10; /* it did not tell */
        }
    }
    g_ptr_array_add(machine->listening, address);
    return TRUE;
}

static gboolean tap_is_good(OldMachine *machine, const char *descriptor)
{
    if (!descriptor || machine->version < 12)
        return TRUE;
    if (g_ascii_isdigit(*descriptor)) {
        old_print(machine, "TUNGETIFF ioctl() failed: Inappropriate ioctl for device\n");
        return TRUE;
    }
    old_print(machine, "No file descriptor named %s found%s", descriptor,
              machine->version >= 13 ? "\n" : "");
    return FALSE;
}

static char *tap_info(const OldMachine *machine, const char *options, const char *descriptor)
{
    if (descriptor)
        return g_strdup_printf("fd=%" G_GINT64_FORMAT, g_ascii_strtoll(descriptor, NULL, 10));
    g_autofree char *interface = old_option(options, "ifname");
    g_autofree char *script = old_option(options, "script");
    gboolean none = machine->version < 12 && g_strcmp0(script, "no") == 0;
    return g_strdup_printf("ifname=%s,script=%s,downscript=/etc/qemu-ifdown",
                           interface ? interface : "tap0",
                           none     ? ""
                           : script ? script
                                    : "/etc/qemu-ifup");
}

/* What `info network` says of it; NULL: it adds nothing to the list yet. */
static char *host_info(const OldMachine *machine, const char *type, const char *options)
{
    if (g_str_equal(type, "user"))
        return g_strdup(machine->version >= 11 ? "net=10.0.2.0, restricted=n" : "");
    g_autofree char *file = old_option(options, "file");
    if (g_str_equal(type, "dump"))
        return g_strdup_printf("dump to %s (len=65536)", file ? file : "qemu-vlan0.pcap");
    g_autofree char *descriptor = old_option(options, "fd");
    return g_str_equal(type, "tap") ? tap_info(machine, options, descriptor) : NULL;
}

#define HOST_OPTIONS                                                                               \
    "vlan name hostname restrict ip net host tftp bootfile dhcpstart dns smb smbserver hostfwd "   \
    "guestfwd fd ifname script downscript sndbuf listen connect mcast localaddr file len id"

static gboolean host_net_init(OldMachine *machine, const char *type, const char *options)
{
    if (machine->version >= 11 && !options_are_known(machine, options, HOST_OPTIONS))
        return FALSE;
    OldVlan *vlan = old_vlan(machine, (guint64)old_option_number(options, "vlan", 0));
    g_autofree char *descriptor = old_option(options, "fd");
    if (!listen_at(machine, options) || !tap_is_good(machine, descriptor)) {
        if (machine->version >= 13)
            old_print(machine, "Device '%s' could not be initialized\n", type);
        else if (machine->version == 11)
            old_print(machine, "Could not initialize device '%s'\n", type);
        return FALSE;
    }
    g_autofree char *info = host_info(machine, type, options);
    g_autofree char *name = old_option(options, "name");
    if (info)
        g_ptr_array_add(vlan->clients, client_new(machine, type, name, info));
    return TRUE;
}

void old_host_net_add(OldMachine *machine, char **arguments)
{
    if (!type_is_known(machine, arguments[0]))
        old_print(machine, "invalid host network device %s\n", arguments[0]);
    else if (!host_net_init(machine, arguments[0], arguments[1] ? arguments[1] : ""))
        old_print(machine, "adding host network device %s failed\n", arguments[0]);
}

void old_host_net_remove(OldMachine *machine, char **arguments)
{
    guint64 id = g_ascii_strtoull(arguments[0], NULL, 0);
    const char *name = arguments[1];
    /* 0.10 takes what the name begins with for the type. */
    gboolean typed = g_str_has_prefix(name, "tap") || g_str_has_prefix(name, "user") ||
                     g_str_has_prefix(name, "socket");
    OldVlan *vlan = NULL;
    for (guint i = 0; i < machine->vlans->len; i++)
        if (((OldVlan *)g_ptr_array_index(machine->vlans, i))->id == id)
            vlan = g_ptr_array_index(machine->vlans, i);
    OldClient *client = vlan ? find_in(vlan->clients, name) : NULL;
    if (machine->version == 10 && !typed)
        old_print(machine, "invalid host network device %s\n", name);
    else if (!vlan)
        old_print(machine, "unknown VLAN %" G_GUINT64_FORMAT "\n", id);
    else if (!client)
        old_print(machine, "can't find device %s on VLAN %" G_GUINT64_FORMAT "\n", name, id);
    else if (client->nic)
        old_print(machine, "invalid host network device %s\n", name);
    else
        old_client_remove(machine, client);
}

/* --- netdevs (0.13 and later) ------------------------------------------------------------------
 */

gboolean old_netdev_exists(const OldMachine *machine, const char *name)
{
    const OldClient *client = find_in(machine->netdevs, name);
    return client && !client->nic;
}

void old_netdev_add(OldMachine *machine, char **arguments)
{
    const char *options = arguments[0] ? arguments[0] : "";
    g_autofree char *type = g_strndup(options, strcspn(options, ","));
    g_autofree char *id = old_option(options, "id");
    if (id && old_netdev_exists(machine, id)) {
        old_print(machine, "Duplicate ID '%s' for netdev\n", id);
    } else if (!g_str_equal(type, "user") && !g_str_equal(type, "tap")) {
        old_print(machine, "Parameter 'type' expects a netdev backend type\n");
    } else if (!id) {
        old_print(machine, "Parameter 'id' is missing\n");
    } else {
        g_autofree char *info = host_info(machine, type, options);
        g_ptr_array_add(machine->netdevs, client_new(machine, type, id, info));
    }
}

void old_netdev_del(OldMachine *machine, char **arguments)
{
    OldClient *client = find_in(machine->netdevs, arguments[0]);
    if (client && !client->nic)
        old_client_remove(machine, client);
    else
        old_print(machine, "Device '%s' not found\n", arguments[0]);
}

void old_nic_connect(OldMachine *machine, OldDevice *device, const char *mac, guint64 vlan,
                     const char *netdev)
{
    g_autofree char *address = g_strdup(mac);
    if (!address)
        address = g_strdup_printf("52:54:00:12:34:%02x", 0x56 + machine->macs++);
    g_autofree char *info = nic_info(machine, device->model, address);
    const char *name = *device->id ? device->id : NULL;
    OldClient *client = client_new(machine, device->model, name, info);
    client->nic = TRUE;
    client->peer = g_strdup(netdev);
    device->client = client;
    OldClient *host = netdev ? find_in(machine->netdevs, netdev) : NULL;
    if (host) {
        g_free(host->peer);
        host->peer = g_strdup(client->name);
    }
    g_ptr_array_add(netdev ? machine->netdevs : old_vlan(machine, vlan)->clients, client);
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, vlan);
    old_device_set(device, "dev-prop: mac = ", address);
    old_device_set(device, "dev-prop: vlan = ", netdev ? "<null>" : number);
    old_device_set(device, "dev-prop: netdev = ", netdev ? netdev : "<null>");
}

void old_set_link(OldMachine *machine, char **arguments)
{
    const char *state = arguments[1];
    if (machine->version >= 13) {
        if (!g_str_equal(state, "on") && !g_str_equal(state, "off"))
            old_print(machine, "Expected 'on' or 'off'\n");
        else if (!find_client(machine, arguments[0]))
            old_print(machine, "Device '%s' not found\n", arguments[0]);
    } else if (!find_client(machine, arguments[0])) {
        old_print(machine, "could not find network device '%s'%s", arguments[0],
                  machine->version == 12 ? "\n" : "");
    } else if (!g_str_equal(state, "up") && !g_str_equal(state, "down")) {
        old_print(machine, "invalid link status '%s'; only 'up' or 'down' valid\n", state);
    }
}
