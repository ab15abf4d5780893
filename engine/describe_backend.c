/* What is behind a drive, a NIC or a port, as far as QEMU tells, in libvirt's words. */
#include "engine/describe_item.h"

#include <string.h>

/* --- images ---------------------------------------------------------------------------------- */

/* Protocols that libvirt (9.0) has; QEMU's names are theirs. */
static const char *const protocols[] = {
    "ftp", "ftps", "gluster",  "http", "https", "iscsi", "nbd",
    "nfs", "rbd",  "sheepdog", "ssh",  "tftp",  "vxhs",  NULL
};

/* A path, as opposed to "nbd://host/name" and "null-co:". */
static gboolean is_path(const char *file)
{
    gsize scheme = strcspn(file, ":/");
    return file[scheme] != ':';
}

/* NULL for what is no URI of these protocols. "nbd+unix" is nbd. (transfer full) */
static GUri *parse_uri(const char *file, char **protocol)
{
    g_autoptr(GUri) uri = is_path(file) ? NULL : g_uri_parse(file, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    g_autofree char *name = g_strndup(scheme, strcspn(scheme, "+"));
    if (!g_strv_contains(protocols, name))
        return NULL;
    *protocol = g_steal_pointer(&name);
    return g_steal_pointer(&uri);
}

static const char *drive_file(const Device *device)
{
    return device->drive && device->drive->inserted ? device->drive->file : NULL;
}

const char *describe_drive_type(const Device *device)
{
    const char *file = drive_file(device);
    g_autofree char *protocol = NULL;
    g_autoptr(GUri) uri = file ? parse_uri(file, &protocol) : NULL;
    return uri ? "network" : file && g_str_has_prefix(file, "/dev/") ? "block" : "file";
}

static void write_uri(GUri *uri, const char *protocol, DescribeText *text)
{
    const char *path = g_uri_get_path(uri);
    const char *query = g_uri_get_query(uri);
    const char *host = g_uri_get_host(uri);
    const char *socket = query ? strstr(query, "socket=") : NULL;
    g_autofree char *port =
        g_uri_get_port(uri) > 0 ? g_strdup_printf("%d", g_uri_get_port(uri)) : NULL;
    describe_text_open(text, "source", "protocol", protocol, "name",
                       path[0] == '/' ? path + 1 : path, NULL);
    if (socket)
        describe_text_leaf(text, "host", NULL, "transport", "unix", "socket",
                           socket + strlen("socket="), NULL);
    else if (host && *host)
        describe_text_leaf(text, "host", NULL, "name", host, "port", port, NULL);
    describe_text_close(text);
}

void describe_drive_source(const Device *device, DescribeText *text)
{
    const char *file = drive_file(device);
    g_autofree char *protocol = NULL;
    g_autoptr(GUri) uri = file ? parse_uri(file, &protocol) : NULL;
    gboolean block = strcmp(describe_drive_type(device), "block") == 0;
    if (uri)
        write_uri(uri, protocol, text);
    else if (file && is_path(file))
        describe_text_leaf(text, "source", NULL, block ? "dev" : "file", file, NULL);
}

/* --- NICs ------------------------------------------------------------------------------------ */

/* The value of "br=" in "helper=/usr/lib/qemu/qemu-bridge-helper,br=br0". (transfer full), NULL for
 * none. */
static char *detail(const Nic *nic, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(nic->details ? nic->details : "", ",", -1);
    gsize length = strlen(name);
    for (char **part = parts; *part; part++) {
        if (strncmp(*part, name, length) == 0 && (*part)[length] == '=')
            return g_strdup(*part + length + 1);
    }
    return NULL;
}

/* QEMU's option of a socket back end and libvirt's word for it. */
static const struct {
    const char *option, *type;
} sockets[] = {
    { "listen", "server" },
    { "connect", "client" },
    { "mcast", "mcast" },
};

/* "127.0.0.1:5558" behind one of the options; type NULL where there is none. (transfer full) */
static char *socket_address(const Nic *nic, const char **type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sockets); i++) {
        char *value = detail(nic, sockets[i].option);
        *type = sockets[i].type;
        if (value && strchr(value, ':'))
            return value;
        g_free(value);
    }
    *type = NULL;
    return NULL;
}

const char *describe_nic_type(const Device *device)
{
    const Nic *nic = device->nic;
    const char *backend = nic ? nic->backend : NULL;
    const char *type;
    if (g_strcmp0(backend, "user") == 0)
        return "user";
    if (g_strcmp0(backend, "socket") == 0) {
        g_autofree char *address = socket_address(nic, &type);
        return address ? type : "null";
    }
    if (g_strcmp0(backend, "tap") != 0 && g_strcmp0(backend, "bridge") != 0)
        return "null"; /* connected to nothing that we could name */
    g_autofree char *bridge = detail(nic, "br");
    return bridge ? "bridge" : "ethernet";
}

static void write_socket(const Nic *nic, DescribeText *text)
{
    const char *type;
    g_autofree char *address = socket_address(nic, &type);
    char *colon = address ? strrchr(address, ':') : NULL;
    if (!colon)
        return;
    *colon = '\0';
    describe_text_leaf(text, "source", NULL, "address", *address ? address : NULL, "port",
                       colon + 1, NULL);
}

void describe_nic_source(const Device *device, DescribeText *text)
{
    const char *type = describe_nic_type(device);
    if (strcmp(type, "user") == 0 || strcmp(type, "null") == 0)
        return;
    g_autofree char *bridge = detail(device->nic, "br");
    g_autofree char *interface = detail(device->nic, "ifname");
    if (strcmp(type, "bridge") == 0)
        describe_text_leaf(text, "source", NULL, "bridge", bridge, NULL);
    else if (strcmp(type, "ethernet") != 0)
        write_socket(device->nic, text);
    if (interface)
        describe_text_leaf(text, "target", NULL, "dev", interface, NULL);
}

/* --- character devices ----------------------------------------------------------------------- */

/* How query-chardev's "filename" begins (QEMU 7.2, chardev/), and libvirt's type. */
static const struct {
    const char *prefix, *type;
} chardevs[] = {
    { "pty:", "pty" },    { "unix:", "unix" }, { "tcp:", "tcp" },  { "telnet:", "tcp" },
    { "stdio", "stdio" }, { "vc", "vc" },      { "null", "null" }, { "spicevmc", "spicevmc" },
};

/* Without what says that nobody is connected. NULL where QEMU was not asked. */
static const char *chardev_filename(const DescribeItem *item)
{
    gsize i;
    json_t *entry;
    const char *label = device_property(item->device, "chardev");
    const char *filename = NULL;
    json_array_foreach (item->guest->chardevs, i, entry) {
        if (label && g_strcmp0(json_string_value(json_object_get(entry, "label")), label) == 0)
            filename = json_string_value(json_object_get(entry, "filename"));
    }
    return filename && g_str_has_prefix(filename, "disconnected:")
               ? filename + strlen("disconnected:")
               : filename;
}

const char *describe_chardev_type(const DescribeItem *item)
{
    const char *label = device_property(item->device, "chardev");
    const char *filename = chardev_filename(item);
    for (gsize i = 0; filename && i < G_N_ELEMENTS(chardevs); i++) {
        if (g_str_has_prefix(filename, chardevs[i].prefix))
            return chardevs[i].type;
    }
    return label && *label ? "pty" : "null";
}

/* "127.0.0.1:4444,server=on <-> 127.0.0.1:33012": what stands before the options. (transfer full)
 */
static char *chardev_address(const char *filename, gboolean *server)
{
    const char *rest = strchr(filename, ':') + 1;
    *server = strstr(rest, ",server") != NULL;
    return g_strndup(rest, strcspn(rest, ", "));
}

static void write_tcp(const char *filename, char *address, const char *mode, DescribeText *text)
{
    char *colon = strrchr(address, ':');
    if (colon)
        *colon = '\0';
    describe_text_leaf(text, "source", NULL, "mode", mode, "host", address, "service",
                       colon ? colon + 1 : NULL, NULL);
    describe_text_leaf(text, "protocol", NULL, "type",
                       g_str_has_prefix(filename, "telnet:") ? "telnet" : "raw", NULL);
}

void describe_chardev_source(const DescribeItem *item, DescribeText *text)
{
    gboolean server;
    const char *filename = chardev_filename(item);
    const char *type = describe_chardev_type(item);
    if (!filename || !strchr(filename, ':'))
        return;
    g_autofree char *address = chardev_address(filename, &server);
    const char *mode = server ? "bind" : "connect";
    if (strcmp(type, "tcp") == 0)
        write_tcp(filename, address, mode, text);
    else if (strcmp(type, "unix") == 0)
        describe_text_leaf(text, "source", NULL, "mode", mode, "path", address, NULL);
    else if (strcmp(type, "pty") == 0 && g_str_has_prefix(filename, "pty:"))
        describe_text_leaf(text, "source", NULL, "path", address, NULL);
}
