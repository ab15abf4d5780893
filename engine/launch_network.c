/* The netdev behind a NIC. */
#include "engine/launch_private.h"

#include <string.h>

/* ---- what QEMU has itself ---- */

/* <ip family='ipv4' address='172.17.2.0' prefix='24'/> */
static void put_user(LaunchPlan *plan, const XmlNode *nic, GString *netdev)
{
    for (guint i = 0; i < nic->children->len; i++) {
        const XmlNode *ip = nic->children->pdata[i];
        const char *address = strcmp(ip->name, "ip") == 0 ? launch_get(plan, ip, "address") : NULL;
        const char *prefix = address ? launch_get(plan, ip, "prefix") : NULL;

        if (!address)
            continue;
        launch_say(plan, ip);
        option_putf(netdev, launch_is(plan, ip, "family", "ipv6") ? "ipv6-net" : "net", "%s%s%s",
                    address, prefix ? "/" : "", prefix ? prefix : "");
        launch_is(plan, ip, "family", "ipv4");
    }
}

static void put_bridge(LaunchPlan *plan, const XmlNode *nic, GString *netdev)
{
    option_put(netdev, "br", launch_child_get(plan, nic, "source", "bridge"));
}

/* A tap device that is there, or that we may make. A program that a file names is not run for it:
 * its <script> stays listed. */
static void put_tap(LaunchPlan *plan, const XmlNode *nic, GString *netdev)
{
    const XmlNode *target = launch_child(plan, nic, "target");

    option_put(netdev, "ifname", launch_get(plan, target, "dev"));
    launch_is(plan, target, "managed", "no");
    option_put(netdev, "script", "no");
    option_put(netdev, "downscript", "no");
}

/* "192.168.0.1:5558" of <source address= port=>. (transfer full) */
static char *endpoint(LaunchPlan *plan, const XmlNode *source)
{
    const char *address = launch_get(plan, source, "address");
    const char *port = launch_get(plan, source, "port");

    return g_strdup_printf("%s:%s", address ? address : "", port ? port : "");
}

static void put_socket(LaunchPlan *plan, const XmlNode *nic, GString *netdev)
{
    const char *type = xml_node_get(nic, "type");
    const char *role = strcmp(type, "server") == 0   ? "listen"
                       : strcmp(type, "client") == 0 ? "connect"
                                                     : type;
    const XmlNode *source = launch_child(plan, nic, "source");
    const XmlNode *local = launch_child(plan, source, "local");
    g_autofree char *here = local ? endpoint(plan, local) : NULL;
    g_autofree char *there = endpoint(plan, source);

    option_put(netdev, role, there);
    option_put(netdev, "localaddr", here);
}

static const struct NetdevType {
    const char *type;   /* of the interface */
    const char *netdev; /* of QEMU */
    void (*put)(LaunchPlan *plan, const XmlNode *nic, GString *netdev);
} types[] = {
    { "user", "user", put_user },       { "bridge", "bridge", put_bridge },
    { "ethernet", "tap", put_tap },     { "server", "socket", put_socket },
    { "client", "socket", put_socket }, { "mcast", "socket", put_socket },
    { "udp", "socket", put_socket },
};
typedef struct NetdevType NetdevType;

/* The first row stands for what QEMU cannot do by itself: the card and its address are there, and
 * something is behind it. */
static const NetdevType *type_of(LaunchPlan *plan, const DomainDevice *nic)
{
    g_autofree char *name = domain_device_name(nic);
    const XmlNode *source = xml_node_child(nic->node, "source");

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_strcmp0(types[i].type, nic->type) == 0)
            return &types[i];
    launch_miss(plan, "%s: its network is of type %s; it gets QEMU's user network", name,
                nic->type ? nic->type : "unknown");
    if (source)
        launch_say_all(plan, source);
    return &types[0];
}

/* ---- the whole ---- */

/* libvirt gives names of this form by itself and writes them into running guests' files. */
static void say_own_target(LaunchPlan *plan, const XmlNode *nic)
{
    const char *name = xml_node_child_get(nic, "target", "dev");

    if (name && g_str_has_prefix(name, "vnet"))
        launch_child_get(plan, nic, "target", "dev");
}

static void add_netdev(LaunchPlan *plan, const DomainDevice *nic, const char *id, GString *option)
{
    const NetdevType *type = type_of(plan, nic);
    g_autoptr(GString) netdev = g_string_new(type->netdev);

    option_putf(netdev, "id", "host%s", id);
    say_own_target(plan, nic->node);
    type->put(plan, nic->node, netdev);
    launch_add(plan, "-netdev", netdev->str);
    option_putf(option, "netdev", "host%s", id);
}

static void put_link(LaunchPlan *plan, const XmlNode *nic, const char *id)
{
    const XmlNode *link = launch_child(plan, nic, "link");

    launch_is(plan, link, "state", "up");
    if (launch_is(plan, link, "state", "down"))
        g_ptr_array_add(plan->down, g_strdup(id));
}

void launch_put_netdev(LaunchPlan *plan, const DomainDevice *nic, const char *id, GString *option)
{
    /* A NIC that is connected to nothing (since libvirt 8.7.0). */
    if (g_strcmp0(nic->type, "null") != 0)
        add_netdev(plan, nic, id, option);
    put_link(plan, nic->node, id);
    launch_child_get(plan, nic->node, "mac", "address");
    option_put(option, "mac", nic->mac);
}
