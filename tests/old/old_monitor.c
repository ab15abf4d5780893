#include "tests/old/old_monitor.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "tests/old/old_console.h"

#define FULL                                                                                       \
    (1 << 20) /* bytes that wait for the client: nothing more is read until they are gone */
#define HUSB_MS 2000

struct OldMonitor {
    OldMachine *machine;
    OldConsole *console;
    char *version, *devices, *directory; /* what the options point to */
    char *folder;                        /* private, NULL: the path was given */
    char *path;
    GSocket *listener, *client;
    GSource *accepting, *reading, *writing;
    GByteArray *in, *out;
    gsize chunk;
    guint ejection, husb;
    GPtrArray *lines;
    char *killed_by;
};

static void listen_again(OldMonitor *monitor);
static void work(OldMonitor *monitor);

/* --- the record --------------------------------------------------------------------------------
 */

static void line_typed(const char *line, gboolean password, gpointer data)
{
    OldMonitor *monitor = data;
    g_ptr_array_add(monitor->lines, g_strdup(password ? "(password)" : line));
}

static void note_harm(OldMonitor *monitor)
{
    const OldMachine *machine = monitor->machine;
    const char *why =
        machine->damage->len > 0 ? g_ptr_array_index(machine->damage, 0) : machine->died;
    if (!why || monitor->killed_by)
        return;
    const GPtrArray *lines = monitor->lines;
    const char *last = lines->len > 0 ? g_ptr_array_index(lines, lines->len - 1) : "";
    monitor->killed_by = g_strdup_printf("%s: %s", last, why);
}

const GPtrArray *old_monitor_lines(const OldMonitor *monitor)
{
    return monitor->lines;
}

guint old_monitor_count(const OldMonitor *monitor, const char *beginning)
{
    guint count = 0;
    for (guint i = 0; i < monitor->lines->len; i++)
        count += g_str_has_prefix(g_ptr_array_index(monitor->lines, i), beginning);
    return count;
}

const char *old_monitor_killed_by(const OldMonitor *monitor)
{
    return monitor->killed_by;
}

gboolean old_monitor_is_gone(const OldMonitor *monitor)
{
    const OldMachine *machine = monitor->machine;
    return machine->died || machine->hangs || machine->quit;
}

/* --- the client --------------------------------------------------------------------------------
 */

static void drop(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static void watch(OldMonitor *monitor, GSource **source, GSocket *socket, GIOCondition condition,
                  GSocketSourceFunc callback)
{
    if (*source)
        return;
    *source = g_socket_create_source(socket, condition, NULL);
    g_source_set_callback(*source, G_SOURCE_FUNC(callback), monitor, NULL);
    g_source_attach(*source, NULL);
}

static void close_client(OldMonitor *monitor)
{
    drop(&monitor->reading);
    drop(&monitor->writing);
    if (monitor->client) {
        g_socket_close(monitor->client, NULL);
        g_clear_object(&monitor->client);
        old_console_close(monitor->console);
    }
    g_byte_array_set_size(monitor->in, 0);
    g_byte_array_set_size(monitor->out, 0);
}

/* A QEMU that ended closes everything; one that hangs keeps it open, and is silent. */
static void end(OldMonitor *monitor)
{
    drop(&monitor->accepting);
    if (monitor->listener)
        g_socket_close(monitor->listener, NULL);
    g_clear_object(&monitor->listener);
    if (monitor->out->len == 0)
        close_client(monitor);
}

static gboolean ended(const OldMonitor *monitor)
{
    return monitor->machine->died || monitor->machine->quit;
}

static gboolean can_write(GSocket *socket, GIOCondition condition, gpointer data)
{
    OldMonitor *monitor = data;
    gsize length = monitor->chunk ? MIN(monitor->chunk, monitor->out->len) : monitor->out->len;
    gssize sent = g_socket_send(socket, (char *)monitor->out->data, length, NULL, NULL);
    if (sent > 0)
        g_byte_array_remove_range(monitor->out, 0, (guint)sent);
    if (monitor->out->len == 0)
        drop(&monitor->writing);
    if (sent < 0 && (condition & (G_IO_HUP | G_IO_ERR))) {
        close_client(monitor);
        listen_again(monitor);
    } else {
        work(monitor);
    }
    return monitor->writing != NULL;
}

static gboolean can_read(GSocket *socket, GIOCondition condition, gpointer data)
{
    OldMonitor *monitor = data;
    guint8 bytes[4096];
    gssize length = g_socket_receive(socket, (char *)bytes, sizeof bytes, NULL, NULL);
    if (length <= 0) {
        close_client(monitor);
        listen_again(monitor);
        return G_SOURCE_REMOVE;
    }
    g_byte_array_append(monitor->in, bytes, (guint)length);
    work(monitor);
    return monitor->reading != NULL;
}

static gboolean can_accept(GSocket *socket, GIOCondition condition, gpointer data)
{
    OldMonitor *monitor = data;
    monitor->client = g_socket_accept(socket, NULL, NULL);
    if (!monitor->client)
        return G_SOURCE_CONTINUE;
    g_socket_set_blocking(monitor->client, FALSE);
    drop(&monitor->accepting);
    old_console_open(monitor->console, monitor->out);
    work(monitor);
    return G_SOURCE_REMOVE;
}

static void listen_again(OldMonitor *monitor)
{
    if (ended(monitor))
        end(monitor);
    else
        watch(monitor, &monitor->accepting, monitor->listener, G_IO_IN, can_accept);
}

/* --- the guest ---------------------------------------------------------------------------------
 */

void old_monitor_eject(OldMonitor *monitor)
{
    if (monitor->ejection)
        g_source_remove(monitor->ejection);
    monitor->ejection = 0;
    old_eject_now(monitor->machine);
    note_harm(monitor);
    if (ended(monitor))
        end(monitor);
}

static gboolean eject_later(gpointer data)
{
    OldMonitor *monitor = data;
    monitor->ejection = 0;
    old_monitor_eject(monitor);
    return G_SOURCE_REMOVE;
}

static void let_guest_act(OldMonitor *monitor)
{
    const OldMachine *machine = monitor->machine;
    if (machine->options.guest != OLD_GUEST_EJECTS || machine->ejecting->len == 0)
        return;
    if (machine->options.eject_delay == 0)
        old_monitor_eject(monitor);
    else if (!monitor->ejection)
        monitor->ejection = g_timeout_add(machine->options.eject_delay, eject_later, monitor);
}

void old_monitor_say(OldMonitor *monitor, const char *text)
{
    if (!monitor->client)
        return;
    old_console_print(monitor->console, text, monitor->out);
    work(monitor);
}

static gboolean complain_of_usb(gpointer data)
{
    old_monitor_say(data, "husb: unable to access USB devices\n");
    return G_SOURCE_CONTINUE;
}

/* --- all together ------------------------------------------------------------------------------
 */

/* Runs up to one line of what was read. */
static void run_line(OldMonitor *monitor)
{
    gsize length = 0;
    while (length < monitor->in->len && monitor->in->data[length] != '\r' &&
           monitor->in->data[length] != '\n')
        length++;
    gsize used = old_console_input(monitor->console, monitor->in->data,
                                   MIN(length + 1, monitor->in->len), monitor->out);
    g_byte_array_remove_range(monitor->in, 0, (guint)used);
    note_harm(monitor);
    let_guest_act(monitor);
}

static void work(OldMonitor *monitor)
{
    while (monitor->client && monitor->in->len > 0 && monitor->out->len < FULL &&
           !old_monitor_is_gone(monitor))
        run_line(monitor);
    if (monitor->machine->husb && !monitor->husb)
        monitor->husb = g_timeout_add(HUSB_MS, complain_of_usb, monitor);
    if (ended(monitor))
        end(monitor);
    if (!monitor->client)
        return;
    if (monitor->out->len > 0)
        watch(monitor, &monitor->writing, monitor->client, G_IO_OUT, can_write);
    if (monitor->in->len == 0)
        watch(monitor, &monitor->reading, monitor->client, G_IO_IN, can_read);
    else
        drop(&monitor->reading);
}

void old_monitor_chunks(OldMonitor *monitor, gsize bytes)
{
    monitor->chunk = bytes;
}

const char *old_monitor_path(const OldMonitor *monitor)
{
    return monitor->path;
}

OldMachine *old_monitor_machine(OldMonitor *monitor)
{
    return monitor->machine;
}

static void open_socket(OldMonitor *monitor)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(monitor->path);
    monitor->listener =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
    if (monitor->listener)
        g_socket_set_listen_backlog(monitor->listener, 1);
    if (!monitor->listener || !g_socket_bind(monitor->listener, address, TRUE, &error) ||
        !g_socket_listen(monitor->listener, &error))
        g_error("%s: %s", monitor->path, error->message);
    listen_again(monitor);
}

OldMonitor *old_monitor_new(const OldMachineOptions *options, const char *path)
{
    OldMonitor *monitor = g_new0(OldMonitor, 1);
    OldMachineOptions own = *options;
    own.version = monitor->version = g_strdup(options->version);
    own.devices = monitor->devices = g_strdup(options->devices);
    own.directory = monitor->directory = g_strdup(options->directory);
    monitor->machine = old_machine_new(&own);
    monitor->console = old_console_new(monitor->machine, line_typed, monitor);
    monitor->in = g_byte_array_new();
    monitor->out = g_byte_array_new();
    monitor->lines = g_ptr_array_new_with_free_func(g_free);
    if (!path)
        monitor->folder = g_dir_make_tmp("old-monitor-XXXXXX", NULL);
    monitor->path = path ? g_strdup(path) : g_build_filename(monitor->folder, "hmp", NULL);
    open_socket(monitor);
    return monitor;
}

void old_monitor_free(OldMonitor *monitor)
{
    if (!monitor)
        return;
    guint *const timers[] = { &monitor->ejection, &monitor->husb };
    for (gsize i = 0; i < G_N_ELEMENTS(timers); i++)
        if (*timers[i])
            g_source_remove(*timers[i]);
    close_client(monitor);
    drop(&monitor->accepting);
    g_clear_object(&monitor->listener);
    g_unlink(monitor->path);
    if (monitor->folder)
        g_rmdir(monitor->folder);
    old_console_free(monitor->console);
    old_machine_free(monitor->machine);
    g_byte_array_unref(monitor->in);
    g_byte_array_unref(monitor->out);
    g_ptr_array_unref(monitor->lines);
    char *const texts[] = { monitor->version, monitor->devices, monitor->directory,
                            monitor->folder,  monitor->path,    monitor->killed_by };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(monitor);
}
