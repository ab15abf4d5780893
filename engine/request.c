/* The table of options of attach, and requests read against it. What a value means for a guest is
 * hotplug.c's business; its form is checked here. */
#include "engine/request.h"

#include <string.h>

#include "engine/nearest.h"

#define DISK (1u << REQUEST_DISK)
#define CDROM (1u << REQUEST_CDROM)
#define DRIVE (DISK | CDROM)
#define NIC (1u << REQUEST_NIC)
#define CONTROLLER (1u << REQUEST_CONTROLLER)
#define DEVICE (1u << REQUEST_DEVICE)
#define ANY (DRIVE | NIC | CONTROLLER | DEVICE)

/* values: words in lower case parted by '|' are all there are; N is a number, anything else is for
 * people to read. */
static const RequestOption options[] = {
    { "file", DRIVE, "PATH", "image file or host block device" },
    { "format", DRIVE, "raw|qcow|qcow2|qed|vmdk|vdi|vhdx|vpc|luks|parallels|bochs|cloop|dmg",
      "format of the image; read from its header when left out" },
    { "bus", DRIVE, "scsi|virtio|usb|nvme", "what the drive is plugged to" },
    { "bus", NIC | CONTROLLER | DEVICE, "BUS", "bus by its name, or the device that offers it" },
    { "controller", DRIVE, "ID", "controller, or bus, that it is plugged to" },
    { "target", DRIVE | DEVICE, "N", "SCSI id" },
    { "lun", DRIVE | DEVICE, "N", "SCSI logical unit" },
    { "address", ANY, "SS.F", "PCI slot and function" },
    { "port", DRIVE | CONTROLLER | DEVICE, "PORT", "USB port: 2, behind hubs 2.1" },
    { "serial", DRIVE, "TEXT", "serial number, at most 20 characters" },
    { "readonly", DISK, "on|off", "the guest cannot write" },
    { "cache", DRIVE, "none|writeback|writethrough|directsync|unsafe", "host cache mode" },
    { "aio", DRIVE, "threads|native|io_uring", "how QEMU does its input and output" },
    { "discard", DRIVE, "unmap|ignore", "what becomes of the guest's discards" },
    { "model", NIC, "MODEL", "e1000, virtio-net-pci, rtl8139, ..." },
    { "model", CONTROLLER, "MODEL", "virtio-scsi-pci, lsi53c895a, qemu-xhci, pci-bridge, ..." },
    { "backend", NIC, "user|tap|bridge|socket|NETDEV-ID", "where its packets go" },
    { "mac", NIC, "MAC", "hardware address" },
    { "ifname", NIC, "NAME", "tap: interface of the host" },
    { "script", NIC, "PATH", "tap: run when it comes up; no for none" },
    { "downscript", NIC, "PATH", "tap: run when it goes down; no for none" },
    { "vhost", NIC, "on|off", "tap: packets pass through the host's kernel" },
    { "br", NIC, "NAME", "bridge: bridge of the host" },
    { "helper", NIC, "PATH", "bridge, tap: program that opens it" },
    { "hostfwd", NIC, "RULE,...", "user: tcp::2222-:22, several parted by commas" },
    { "restrict", NIC, "on|off", "user: the guest cannot reach outside" },
    { "listen", NIC, "HOST:PORT", "socket: wait for another QEMU" },
    { "connect", NIC, "HOST:PORT", "socket: go to another QEMU" },
    { "mcast", NIC, "ADDRESS:PORT", "socket: share a multicast group" },
    { "driver", DEVICE, "NAME", "any driver that QEMU has; its PROPERTY=VALUE may follow" },
    { "id", ANY, "ID", "name that the device gets" },
};

static const char *const kind_names[] = { "disk", "cdrom", "nic", "controller", "device" };

const char *request_kind_name(RequestKind kind)
{
    return kind_names[kind];
}

const RequestOption *request_options(gsize *count)
{
    *count = G_N_ELEMENTS(options);
    return options;
}

static const RequestOption *find_option(RequestKind kind, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if ((options[i].kinds & (1u << kind)) != 0 && strcmp(options[i].name, name) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static gboolean find_kind(const char *name, RequestKind *kind, GError **error)
{
    for (guint i = 0; i < REQUEST_KINDS; i++) {
        if (g_strcmp0(name, kind_names[i]) == 0) {
            *kind = (RequestKind)i;
            return TRUE;
        }
    }
    g_autofree char *hint =
        nearest_hint(name != NULL ? name : "", kind_names, REQUEST_KINDS, sizeof(char *));
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "\"%s\" cannot be attached; give one of disk, cdrom, nic, controller, device%s",
                name != NULL ? name : "", hint);
    return FALSE;
}

/* "file, format and bus": what a kind takes. */
static char *list_options(RequestKind kind)
{
    GString *list = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if ((options[i].kinds & (1u << kind)) != 0) {
            g_string_append_printf(list, "%s%s", list->len == 0 ? "" : ", ", options[i].name);
        }
    }
    return g_string_free(list, FALSE);
}

static gboolean refuse_option(RequestKind kind, const char *name, GError **error)
{
    const char *names[G_N_ELEMENTS(options)];
    gsize count = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if ((options[i].kinds & (1u << kind)) != 0) {
            names[count++] = options[i].name;
        }
    }
    g_autofree char *hint = nearest_hint(name, names, count, sizeof(char *));
    g_autofree char *all = list_options(kind);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "a %s has no option \"%s\"; its options are %s%s", kind_names[kind], name, all,
                hint);
    return FALSE;
}

static gboolean is_choice(const char *values)
{
    if (strchr(values, '|') == NULL) {
        return FALSE;
    }
    for (const char *c = values; *c != '\0'; c++) {
        if (g_ascii_isupper(*c)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Buses of drives that QEMU has, and cannot plug to. */
static const char *const fixed_buses[] = { "ide", "sata", "ahci", "fdc", "floppy", "sd", NULL };

static gboolean check_choice(const RequestOption *option, const char *value, GError **error)
{
    if (strcmp(option->name, "bus") == 0 && g_strv_contains(fixed_buses, value)) {
        g_set_error(
            error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
            "bus=%s takes no hotplug in any guest; give bus=scsi, or the drive to QEMU when "
            "it starts",
            value);
        return FALSE;
    }
    g_auto(GStrv) choices = g_strsplit(option->values, "|", 0);
    if (g_strv_contains((const char *const *)choices, value)) {
        return TRUE;
    }
    g_autofree char *hint = nearest_hint(value, choices, g_strv_length(choices), sizeof(char *));
    g_autofree char *all = g_strjoinv(", ", choices);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "%s=%s is not known; it is one of %s%s",
                option->name, value, all, hint);
    return FALSE;
}

static gboolean check_number(const RequestOption *option, const char *value, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT, NULL, &why)) {
        return TRUE;
    }
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "%s=%s is not a number; give %s (%s) as a whole number from 0", option->name, value,
                option->name, option->help);
    return FALSE;
}

static gboolean check_value(const RequestOption *option, const char *value, GError **error)
{
    if (value[0] == '\0') {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s= has no value; give %s=%s (%s) or leave it out", option->name, option->name,
                    option->values, option->help);
        return FALSE;
    }
    if (is_choice(option->values)) {
        return check_choice(option, value, error);
    }
    return strcmp(option->values, "N") != 0 || check_number(option, value, error);
}

static gboolean check_option(RequestKind kind, const char *name, const char *value, GError **error)
{
    const RequestOption *option = find_option(kind, name);
    if (!g_utf8_validate(value, -1, NULL)) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "the value of %s= is not UTF-8, which is all that QEMU's monitor takes; "
                    "rename it or make a link to it",
                    name);
        return FALSE;
    }
    if (option != NULL) {
        return check_value(option, value, error);
    }
    return kind == REQUEST_DEVICE || refuse_option(kind, name, error);
}

gboolean request_check(const Request *request, GError **error)
{
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, request->options);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        if (!check_option(request->kind, name, value, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean parse_pair(Request *request, const char *pair, GError **error)
{
    const char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "\"%s\" is not KEY=VALUE; options are given like %s", pair,
                    request->kind <= REQUEST_CDROM ? "file=/images/a.qcow2" : "id=name1");
        return FALSE;
    }
    g_autofree char *name = g_strndup(pair, (gsize)(equals - pair));
    if (request_get(request, name) != NULL) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s= is given twice (\"%s\" and \"%s\"); give it once", name,
                    request_get(request, name), equals + 1);
        return FALSE;
    }
    if (!check_option(request->kind, name, equals + 1, error)) {
        return FALSE;
    }
    request_set(request, name, equals + 1);
    return TRUE;
}

Request *request_parse(const char *kind, const char *const *key_values, GError **error)
{
    RequestKind found;
    if (!find_kind(kind, &found, error)) {
        return NULL;
    }
    g_autoptr(Request) request = request_new(found);
    for (; key_values != NULL && *key_values != NULL; key_values++) {
        if (!parse_pair(request, *key_values, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&request);
}

Request *request_new(RequestKind kind)
{
    Request *request = g_new0(Request, 1);
    request->kind = kind;
    request->options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return request;
}

Request *request_copy(const Request *request)
{
    Request *copy = request_new(request->kind);
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, request->options);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        request_set(copy, name, value);
    }
    return copy;
}

const char *request_get(const Request *request, const char *option)
{
    return g_hash_table_lookup(request->options, option);
}

void request_set(Request *request, const char *option, const char *value)
{
    if (value == NULL) {
        g_hash_table_remove(request->options, option);
    } else {
        g_hash_table_replace(request->options, g_strdup(option), g_strdup(value));
    }
}

void request_free(Request *request)
{
    if (request != NULL) {
        g_hash_table_unref(request->options);
        g_free(request);
    }
}
