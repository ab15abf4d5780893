/* What is said of guests and monitors that were found. */
#include "monitor/discover.h"

#include <string.h>

#include "monitor/text.h"

#define SECOND_MONITOR "-qmp unix:PATH,server=on,wait=off"

static const char *const names[FOUND_STATES] = {
    [FOUND_FREE] = "free",           [FOUND_QUEUED] = "queued",
    [FOUND_HELD] = "held",           [FOUND_DENIED] = "no permission",
    [FOUND_ELSEWHERE] = "elsewhere", [FOUND_GONE] = "gone",
    [FOUND_CLIENT] = "not a server", [FOUND_NO_SOCKET] = "not a socket",
};

const char *found_state_name(FoundState state)
{
    return names[state];
}

char *found_guest_title(const FoundGuest *guest)
{
    const char *title = guest->name ? guest->name : guest->image ? guest->image : guest->program;

    return text_printable(title, -1, 0);
}

const char *found_monitor_dialect(const FoundMonitor *monitor)
{
    return monitor->qmp ? "qmp" : "hmp";
}

char *found_monitor_text(const FoundMonitor *monitor)
{
    g_autofree char *kind = text_printable(monitor->kind, -1, 0);
    g_autofree char *waiting =
        monitor->waiting ? g_strdup_printf(", %u waiting", monitor->waiting) : g_strdup("");

    switch (monitor->state) {
    case FOUND_QUEUED:
        return g_strdup_printf("not accepting%s", waiting);
    case FOUND_HELD:
        return monitor->holder ? g_strdup_printf("held by %s (%d)%s", monitor->holder->program,
                                                 monitor->holder->pid, waiting)
                               : g_strdup_printf("held by another program%s", waiting);
    case FOUND_ELSEWHERE:
        return g_strdup("in another network");
    case FOUND_NO_SOCKET:
        return g_strdup_printf("no socket (%s)", kind);
    default:
        return g_strdup(names[monitor->state]);
    }
}

/* --- what to do ------------------------------------------------------------------------------ */

static gboolean is_libvirt(const SocketHolder *holder)
{
    static const char *const programs[] = { "libvirtd", "virtqemud", NULL };

    return holder && g_strv_contains(programs, holder->program);
}

/* (transfer full) */
static char *held_advice(const FoundGuest *guest, const FoundMonitor *monitor)
{
    g_autofree char *name = found_guest_title(guest);

    if (is_libvirt(monitor->holder))
        return g_strdup_printf("libvirt holds its monitor (%s, pid %d): use virsh "
                               "qemu-monitor-command %s, or give the guest a second one (%s in "
                               "qemu:commandline of its domain XML)",
                               monitor->holder->program, monitor->holder->pid, name,
                               SECOND_MONITOR);
    if (monitor->holder)
        return g_strdup_printf("%s (pid %d) holds its monitor: close it there, or start the guest "
                               "with a second one (%s)",
                               monitor->holder->program, monitor->holder->pid, SECOND_MONITOR);
    return g_strdup("another program holds its monitor: close it there, or start the guest with a "
                    "second one (" SECOND_MONITOR ")");
}

/* (transfer full) */
static char *socket_advice(const FoundMonitor *monitor)
{
    g_autofree char *kind = text_printable(monitor->kind, -1, 0);

    return g_strdup_printf("its monitor is no socket (%s), so nobody can connect to it: start the "
                           "guest with %s as well",
                           kind, SECOND_MONITOR);
}

char *found_guest_advice(const FoundGuest *guest)
{
    const FoundMonitor *best = found_guest_best(guest);

    if (!best)
        return g_strdup("it has no monitor: start it with " SECOND_MONITOR);
    switch (best->state) {
    case FOUND_HELD:
        return held_advice(guest, best);
    case FOUND_NO_SOCKET:
        return socket_advice(best);
    case FOUND_QUEUED:
        return g_strdup("its QEMU accepts nobody at the moment, and others wait already: it is "
                        "stopped, or waits for a file; look at its process");
    case FOUND_DENIED:
        return g_strdup("you may not connect to its monitor: run this as the user who runs the "
                        "guest, or as root");
    case FOUND_ELSEWHERE:
        return g_strdup_printf("its monitor is in another network name space: use nsenter --net "
                               "--target %d backplane %s",
                               guest->pid, best->target);
    case FOUND_GONE:
        return g_strdup("the socket of its monitor has gone, something has removed it, and QEMU "
                        "makes no other: start the guest again");
    case FOUND_CLIENT:
        return g_strdup("its monitor connects to another program and takes no clients "
                        "(server=off): start the guest with " SECOND_MONITOR " as well");
    case FOUND_FREE:
    case FOUND_STATES:
        break;
    }
    return NULL;
}
