/* Parsing of what a user types for a monitor. */
#include "monitor/target.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

#include "monitor/error.h"
#include "monitor/text.h"

/* unix(7): sun_path holds 108 bytes, the last for the NUL. */
#define UNIX_PATH_MAX_BYTES (sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)

struct Target {
    TargetKind kind;
    char *text;
    char *name; /* path, abstract name without its '@', or host */
    guint16 port;
};

__attribute__((format(printf, 2, 3))) static Target *target_refuse(GError **error,
                                                                   const char *format, ...)
{
    va_list arguments;
    g_autofree char *message = NULL;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, MONITOR_ERROR, MONITOR_ERROR_TARGET, message);
    return NULL;
}

static Target *target_new(TargetKind kind, const char *text, char *name, guint16 port)
{
    Target *target = g_new0(Target, 1);

    target->kind = kind;
    target->text = g_strdup(text);
    target->name = name;
    target->port = port;
    return target;
}

static Target *parse_unix(const char *text, const char *path, GError **error)
{
    gboolean abstract = path[0] == '@';
    const char *name = path + abstract;

    if (*name == '\0')
        return target_refuse(error,
                             "'%s' names no socket: give the path of the guest's QMP socket, "
                             "as in unix:/run/guest.sock",
                             text);
    if (strlen(name) > UNIX_PATH_MAX_BYTES) {
        g_autofree char *shown = text_printable(name, -1, 60);
        return target_refuse(error,
                             "the socket path '%s' is %zu bytes long and the system allows "
                             "%zu: change to its directory and give the relative path",
                             shown, strlen(name), UNIX_PATH_MAX_BYTES);
    }
    return target_new(abstract ? TARGET_ABSTRACT : TARGET_UNIX, text, g_strdup(name), 0);
}

/* HOST:PORT -> the two, FALSE if there is no such split. A host with colons wants brackets. */
static gboolean split_host_port(const char *address, char **host, const char **port)
{
    const char *colon = strrchr(address, ':');
    const char *end = colon;

    if (!colon)
        return FALSE;
    if (*address == '[') {
        address++;
        end = colon - 1;
        if (end < address || *end != ']')
            return FALSE;
    } else if (memchr(address, ':', end - address)) {
        return FALSE;
    }
    /* QEMU writes tcp::4444 for "any address of this host". */
    *host = end == address ? g_strdup("localhost") : g_strndup(address, end - address);
    *port = colon + 1;
    return TRUE;
}

static Target *parse_tcp(const char *text, const char *address, GError **error)
{
    g_autofree char *host = NULL;
    const char *digits;
    guint64 port;

    if (!split_host_port(address, &host, &digits))
        return target_refuse(error,
                             "'%s' is not tcp:HOST:PORT: give host and port, as in "
                             "tcp:localhost:4444 or tcp:[::1]:4444",
                             text);
    if (!g_ascii_string_to_unsigned(digits, 10, 1, G_MAXUINT16, &port, NULL))
        return target_refuse(error, "'%s' is not a port of '%s': give a number from 1 to 65535",
                             digits, text);
    return target_new(TARGET_TCP, text, g_steal_pointer(&host), (guint16)port);
}

/* What stands behind -qmp on QEMU's command line is often copied whole. */
static gboolean has_server_option(const char *text)
{
    return strstr(text, ",server") || strstr(text, ",wait=") || strstr(text, ",nowait");
}

/* The server of a telnet monitor begins with options of its protocol, which are answered. */
static gboolean names_port(const char *text)
{
    return g_str_has_prefix(text, "tcp:") || g_str_has_prefix(text, "telnet:");
}

static Target *parse_kind(const char *text, GError **error)
{
    if (*text == '\0')
        return target_refuse(error, "no monitor is named: give the path of the guest's QMP socket, "
                                    "or tcp:HOST:PORT");
    if (!g_str_has_prefix(text, "unix:") && !names_port(text))
        return parse_unix(text, text, error);
    if (has_server_option(text))
        return target_refuse(error, "'%s' has options that are QEMU's: give only '%.*s'", text,
                             (int)strcspn(text, ","), text);
    if (*text == 'u')
        return parse_unix(text, text + strlen("unix:"), error);
    return parse_tcp(text, strchr(text, ':') + 1, error);
}

Target *target_parse(const char *text, GError **error)
{
    g_autoptr(GError) raw = NULL;
    g_autofree char *message = NULL;
    Target *target = parse_kind(text, &raw);

    if (target)
        return target;
    message = text_printable(raw->message, -1, 0);
    return target_refuse(error, "%s", message);
}

void target_free(Target *target)
{
    if (!target)
        return;
    g_free(target->text);
    g_free(target->name);
    g_free(target);
}

const char *target_text(const Target *target)
{
    return target->text;
}

TargetKind target_kind(const Target *target)
{
    return target->kind;
}

const char *target_path(const Target *target)
{
    return target->kind == TARGET_UNIX ? target->name : NULL;
}

GSocketConnectable *target_connectable(const Target *target)
{
    switch (target->kind) {
    case TARGET_ABSTRACT:
        return G_SOCKET_CONNECTABLE(
            g_unix_socket_address_new_with_type(target->name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT));
    case TARGET_TCP:
        return g_network_address_new(target->name, target->port);
    case TARGET_UNIX:
    default:
        return G_SOCKET_CONNECTABLE(g_unix_socket_address_new(target->name));
    }
}
