/* The two ways to name a character device: the short one of -qmp and -monitor, and -chardev. As
 * chardev/char.c and chardev/char-socket.c of QEMU 7.2 read them. */
#include "monitor/qemu_monitor.h"

#include <string.h>

static QemuMonitor *monitor_new(QemuMonitorKind kind, const char *backend)
{
    QemuMonitor *monitor = g_new0(QemuMonitor, 1);

    monitor->kind = kind;
    monitor->backend = g_strdup(backend);
    monitor->fd = -1;
    return monitor;
}

QemuMonitor *qemu_monitor_other(const char *backend)
{
    return monitor_new(QEMU_MONITOR_OTHER, backend);
}

/* "vc:80Cx24C" is a vc. */
static QemuMonitor *other(const char *text)
{
    g_autofree char *word = g_strndup(text, strcspn(text, ":,"));

    return monitor_new(QEMU_MONITOR_OTHER, *text == '/' ? "serial" : word);
}

/* What speaks something else before the monitor does. */
static const char *wrapping(const QemuOptions *options)
{
    const char *tls = qemu_options_find(options, "tls-creds");

    return qemu_options_is_on(options, "websocket") ? "websocket" : tls && *tls ? "tls" : NULL;
}

static QemuMonitor *from_socket(const QemuOptions *options)
{
    const char *path = qemu_options_find(options, "path");
    const char *port = qemu_options_find(options, "port");
    const char *host = qemu_options_find(options, "host");
    const char *fd = qemu_options_find(options, "fd");
    const char *wrapped = wrapping(options);
    gboolean telnet = qemu_options_is_on(options, "telnet");
    QemuMonitor *monitor;
    gint64 number;

    if (!fd)
        fd = qemu_options_find(options, "str"); /* its name in JSON */
    if (wrapped)
        return monitor_new(QEMU_MONITOR_OTHER, wrapped);
    monitor = path   ? monitor_new(QEMU_MONITOR_UNIX, "unix")
              : port ? monitor_new(QEMU_MONITOR_TCP, telnet ? "telnet" : "tcp")
              : fd   ? monitor_new(QEMU_MONITOR_FD, "fd")
                     : monitor_new(QEMU_MONITOR_OTHER, "socket");
    monitor->server = qemu_options_is_on(options, "server");
    monitor->abstract = qemu_options_is_on(options, "abstract");
    monitor->path = g_strdup(path);
    monitor->port = g_strdup(port);
    monitor->host = port ? g_strdup(host ? host : "") : NULL;
    if (fd && g_ascii_string_to_signed(fd, 10, 0, G_MAXINT, &number, NULL))
        monitor->fd = (gint)number;
    return monitor;
}

/* "tcp:HOST:PORT,server": qemu_chr_parse_compat (chardev/char.c). */
static QemuMonitor *from_address(const char *text, gboolean telnet)
{
    g_autofree char *address = g_strndup(text, strcspn(text, ","));
    g_autoptr(QemuOptions) options =
        qemu_options_parse(text + strlen(address) + (text[strlen(address)] != '\0'), NULL);
    char *colon = strrchr(address, ':');

    if (!colon)
        return other("tcp");
    *colon = '\0';
    qemu_options_add(options, "host", address);
    qemu_options_add(options, "port", colon + 1);
    if (telnet)
        qemu_options_add(options, "telnet", "on");
    return from_socket(options);
}

QemuMonitor *qemu_monitor_from_text(const char *text)
{
    if (g_str_has_prefix(text, "unix:")) {
        g_autoptr(QemuOptions) options = qemu_options_parse(text + strlen("unix:"), "path");
        return from_socket(options);
    }
    if (g_str_has_prefix(text, "tcp:"))
        return from_address(text + strlen("tcp:"), FALSE);
    if (g_str_has_prefix(text, "telnet:"))
        return from_address(text + strlen("telnet:"), TRUE);
    return other(text);
}

QemuMonitor *qemu_monitor_from_chardev(const QemuOptions *options)
{
    static const char *const sockets[] = { "socket", "unix", "inet", "fd", NULL };
    const char *backend = options ? qemu_options_find(options, "backend") : NULL;

    if (options && !backend)
        backend = qemu_options_find(options, "type"); /* JSON */
    if (!backend)
        return other("unknown");
    return g_strv_contains(sockets, backend) ? from_socket(options) : other(backend);
}

void qemu_monitor_free(QemuMonitor *monitor)
{
    if (!monitor)
        return;
    g_free(monitor->backend);
    g_free(monitor->path);
    g_free(monitor->host);
    g_free(monitor->port);
    g_free(monitor);
}
