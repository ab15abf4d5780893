/* The text of `info network`, the only place where QEMU says which NIC is connected to which back
 * end and of which type that is; no QMP command has it. */
#include "engine/inventory_bare.h"
#include "engine/inventory_join.h"

#include <string.h>

/* "NAME: index=0,type=user,net=10.0.2.0,restrict=off" taken apart; FALSE where the line is none. */
static gboolean split_client(const char *line, char **name, char **type, char **details)
{
    const char *index = strstr(line, ": index=");
    const char *kind = index ? strstr(index, ",type=") : NULL;
    if (!kind)
        return FALSE;
    kind += strlen(",type=");
    gsize length = strcspn(kind, ",");
    *name = g_strndup(line, index - line);
    *type = g_strndup(kind, length);
    *details = g_strdup(kind[length] ? kind + length + 1 : "");
    return TRUE;
}

static Netdev *add_client(Guest *guest, const char *line)
{
    g_autofree char *name = NULL, *type = NULL, *details = NULL;
    if (!split_client(line, &name, &type, &details))
        return NULL;
    Netdev *netdev = g_new0(Netdev, 1);
    netdev->id = g_steal_pointer(&name);
    netdev->type = g_steal_pointer(&type);
    netdev->details = g_steal_pointer(&details);
    g_ptr_array_add(guest->netdevs, netdev);
    return netdev;
}

#define PEER_PREFIX " \\ "

/* "hub0port1: #net251: index=0,..." -> what is behind the port's name. */
static const char *skip_port(const char *line)
{
    const char *colon = strstr(line, ": ");
    return g_str_has_prefix(line, "hub") && colon && !g_str_has_prefix(colon, ": index=")
               ? colon + strlen(": ")
               : line;
}

/* "hub 5": it is there whether anybody is on it or not. */
static void take_hub(Guest *guest, const char *line)
{
    guint64 number;
    if (g_str_has_prefix(line, "hub ") &&
        g_ascii_string_to_unsigned(line + strlen("hub "), 10, 0, GUEST_HUBS - 1, &number, NULL))
        guest->hubs |= G_GUINT64_CONSTANT(1) << number;
}

/* Adds every client, the NICs among them, with its peer. In a hub the peer is the hub's port. */
static void read_clients(Guest *guest, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Netdev *above = NULL;
    for (gsize i = 0; lines[i]; i++) {
        const char *line = g_strchomp(lines[i]);
        gboolean below = g_str_has_prefix(line, PEER_PREFIX);
        take_hub(guest, line);
        line += below ? strlen(PEER_PREFIX) : 0;
        const char *client = skip_port(line);
        Netdev *netdev = add_client(guest, client);
        if (netdev && client != line) {
            netdev->peer = g_strndup(line, client - line - strlen(": "));
        } else if (netdev && below && above) {
            netdev->peer = g_strdup(above->id);
            g_free(above->peer);
            above->peer = g_strdup(netdev->id);
        }
        if (!below)
            above = netdev;
    }
}

/* --- NICs ------------------------------------------------------------------------------------ */

static char *copy_filled(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

/* The back end in the same hub as the port: "hub0port0" and "hub0port1" are of hub 0. */
static const Netdev *find_in_hub(const Guest *guest, const char *port)
{
    const char *number = g_str_has_prefix(port, "hub") ? strstr(port, "port") : NULL;
    for (guint i = 0; number && i < guest->netdevs->len; i++) {
        const Netdev *netdev = guest->netdevs->pdata[i];
        if (netdev->peer && strcmp(netdev->type, "nic") != 0 &&
            strncmp(netdev->peer, port, number - port + strlen("port")) == 0)
            return netdev;
    }
    return NULL;
}

static void connect_nic(const Guest *guest, Nic *nic)
{
    const Netdev *netdev = nic->netdev ? guest_find_netdev(guest, nic->netdev) : NULL;
    if (nic->netdev && (!netdev || strcmp(netdev->type, "hubport") == 0)) {
        const Netdev *behind = find_in_hub(guest, nic->netdev);
        netdev = behind ? behind : netdev;
    }
    if (!netdev)
        return;
    nic->backend = g_strdup(netdev->type);
    nic->details = copy_filled(netdev->details);
}

/* A NIC of QEMU 0.12 to 0.14 says which VLAN it is on: hub of that number, in the words of now. */
static char *hub_of(const Device *device)
{
    const char *vlan = device_property(device, "vlan");
    guint64 number;
    return vlan && g_ascii_string_to_unsigned(vlan, 10, 0, G_MAXINT, &number, NULL)
               ? g_strdup_printf("hub%uport", (guint)number)
               : NULL;
}

static void make_nic(Device *device)
{
    const char *mac = device_property(device, "mac");
    const char *netdev = device_property(device, "netdev");
    if (!mac || !netdev)
        return;
    device->nic = g_new0(Nic, 1);
    device->nic->mac = copy_filled(mac);
    device->nic->netdev = strcmp(netdev, "<null>") == 0 ? NULL : copy_filled(netdev);
    device->nic->link = -1;
    if (!device->nic->netdev)
        device->nic->netdev = hub_of(device);
}

static void remove_nics(GPtrArray *clients)
{
    for (guint i = clients->len; i > 0; i--) {
        const Netdev *client = clients->pdata[i - 1];
        if (strcmp(client->type, "nic") == 0)
            g_ptr_array_remove_index(clients, i - 1);
    }
}

void inventory_join_network(Guest *guest, const char *text, GHashTable *learned)
{
    if (text)
        read_clients(guest, text);
    for (guint i = 0; i < guest->devices->len; i++)
        make_nic(guest->devices->pdata[i]);
    if (!guest->can.qom)
        inventory_bare_nics(guest, learned);
    for (guint i = 0; i < guest->devices->len; i++) {
        Device *device = guest->devices->pdata[i];
        if (device->nic)
            connect_nic(guest, device->nic);
    }
    remove_nics(guest->netdevs);
}
