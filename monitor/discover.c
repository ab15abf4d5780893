/* From a process to a guest. A process is a QEMU by its executable, not by what it calls itself:
 * where the executable is not ours to see, by the first word of its command line. */
#include "monitor/discover_private.h"

#include <string.h>

#include "monitor/proc.h"

/* --- which processes ------------------------------------------------------------------------- */

/* "qemu-system-x86_64", ".qemu-system-x86_64-wrapped", what distributions call it, and before 0.15
 * the x86 one. */
static gboolean is_emulator(const char *program)
{
    static const char *const names[] = { "qemu-kvm", "kvm", "qemu", NULL };

    return strstr(program, "qemu-system-") || g_strv_contains(names, program);
}

/* The base name of its executable where that is a QEMU. (transfer full) */
static char *emulator_of(const char *proc, gint pid)
{
    g_autofree char *program = proc_program(proc, pid);
    g_autoptr(GPtrArray) words = NULL;

    if (!program) { /* it is not ours to see, or a thread of the kernel */
        words = proc_arguments(proc, pid);
        program = words ? g_path_get_basename(words->pdata[0]) : NULL;
    }
    return program && is_emulator(program) ? g_steal_pointer(&program) : NULL;
}

/* --- a guest --------------------------------------------------------------------------------- */

static void take_file(gint fd, const char *link, gpointer data)
{
    DiscoverLook *look = data;
    DiscoverFile one = { fd, proc_socket_inode(link) };

    if (one.inode) {
        g_hash_table_add(look->inodes, GSIZE_TO_POINTER(one.inode));
        g_array_append_val(look->fds, one);
    }
    look->kvm = look->kvm || g_str_equal(link, "anon_inode:kvm-vm");
}

/* Guests of one name space share what was read of it. */
static const NetSockets *sockets_of(DiscoverScan *scan, gint pid)
{
    char *space = proc_link(scan->proc, pid, "ns/net");
    NetSockets *sockets;

    if (!space)
        space = g_strdup_printf("%d", pid);
    sockets = g_hash_table_lookup(scan->spaces, space);
    if (!sockets) {
        sockets = net_sockets_read(scan->proc, pid);
        g_hash_table_insert(scan->spaces, g_steal_pointer(&space), sockets);
    }
    g_free(space);
    return sockets;
}

/* FALSE where the name space is not ours, or not ours to see. */
static gboolean same_space(const DiscoverScan *scan, gint pid, const char *name)
{
    g_autofree char *its = proc_link(scan->proc, pid, name);
    g_autofree char *ours = proc_link(scan->proc, 0, name);

    return its && ours && g_str_equal(its, ours);
}

static void look_around(DiscoverLook *look)
{
    g_autofree char *root = proc_link(look->scan->proc, look->pid, "root");
    g_autofree char *network = proc_link(look->scan->proc, look->pid, "ns/net");

    look->sockets = sockets_of(look->scan, look->pid);
    look->ours = sockets_of(look->scan, 0);
    look->same_files = g_strcmp0(root, "/") == 0 && same_space(look->scan, look->pid, "ns/mnt");
    look->same_network = !network || same_space(look->scan, look->pid, "ns/net");
    if (!proc_each_file(look->scan->proc, look->pid, take_file, look))
        look->inodes = NULL;
}

/* What QEMU takes where nothing is said; other architectures have none. */
static const char *default_machine(const char *program)
{
    gboolean other =
        strstr(program, "qemu-system-") && !strstr(program, "x86_64") && !strstr(program, "i386");

    return other ? NULL : "pc";
}

/* Of several to try it is known which one it became only where KVM can be seen. (transfer full) */
static char *accelerator_of(const DiscoverLook *look, const char *program)
{
    const char *asked = look->arguments->accelerator;

    if (look->kvm)
        return g_strdup("kvm");
    if (!asked)
        return g_strdup(strstr(program, "kvm") && !look->inodes ? "kvm" : "tcg");
    if (look->inodes && g_str_has_prefix(asked, "kvm:"))
        asked += strlen("kvm:");
    return g_strdup(asked);
}

static FoundGuest *look_at(DiscoverScan *scan, gint pid, const char *program)
{
    g_autoptr(GPtrArray) words = proc_arguments(scan->proc, pid);
    g_autoptr(GHashTable) inodes = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(DiscoverFile));
    g_autoptr(QemuArguments) arguments = NULL;
    QemuArguments none = { NULL };
    DiscoverLook look = {
        .scan = scan, .pid = pid, .arguments = &none, .inodes = inodes, .fds = fds
    };
    FoundGuest *guest;

    if (!words) /* it is about to end */
        return NULL;
    look_around(&look);
    arguments = qemu_arguments_parse(words, discover_read_config, &look);
    look.arguments = arguments;
    guest = g_new0(FoundGuest, 1);
    guest->pid = pid;
    guest->program = g_strdup(program);
    guest->name = g_strdup(arguments->name);
    guest->image = arguments->image ? g_path_get_basename(arguments->image) : NULL;
    guest->machine = g_strdup(arguments->machine ? arguments->machine : default_machine(program));
    guest->accelerator = accelerator_of(&look, program);
    guest->monitors = g_ptr_array_new_with_free_func(found_monitor_free);
    for (guint i = 0; i < arguments->monitors->len; i++)
        g_ptr_array_add(guest->monitors, discover_monitor(&look, arguments->monitors->pdata[i]));
    return guest;
}

void found_guest_free(FoundGuest *guest)
{
    if (!guest)
        return;
    g_free(guest->name);
    g_free(guest->image);
    g_free(guest->program);
    g_free(guest->machine);
    g_free(guest->accelerator);
    g_ptr_array_unref(guest->monitors);
    g_free(guest);
}

/* --- all of them ----------------------------------------------------------------------------- */

static int compare_guests(gconstpointer a, gconstpointer b)
{
    const FoundGuest *first = *(FoundGuest *const *)a, *second = *(FoundGuest *const *)b;
    int names = g_strcmp0(first->name, second->name);

    if (!first->name != !second->name)
        return first->name ? -1 : 1;
    return names ? names : first->pid - second->pid;
}

/* (gint) who held a monitor then. (transfer full) */
static GArray *holders_before(const GPtrArray *before)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint));

    for (guint i = 0; before && i < before->len; i++) {
        const GPtrArray *monitors = ((const FoundGuest *)before->pdata[i])->monitors;

        for (guint j = 0; j < monitors->len; j++) {
            const SocketHolder *holder = ((const FoundMonitor *)monitors->pdata[j])->holder;

            if (holder)
                g_array_append_val(pids, holder->pid);
        }
    }
    return pids;
}

static void name_holders(DiscoverScan *scan, const GPtrArray *before, const GArray *pids)
{
    g_autoptr(GArray) likely = holders_before(before);

    socket_holders_find(scan->proc, likely, scan->wanted, 0);
    socket_holders_find(scan->proc, pids, scan->wanted, 0);
    for (guint i = 0; i < scan->holding->len; i++) {
        FoundMonitor *found = scan->holding->pdata[i];
        gsize inode = g_array_index(scan->clients, guint64, i);
        gpointer pid = g_hash_table_lookup(scan->wanted, GSIZE_TO_POINTER(inode));

        if (pid)
            found->holder = socket_holder_new(scan->proc, GPOINTER_TO_INT(pid));
    }
}

GPtrArray *discover_guests(const char *proc, GHashTable *pairs, const GPtrArray *before,
                           GError **error)
{
    g_autoptr(GArray) pids = proc_list(proc, error);
    g_autoptr(GHashTable) spaces =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)net_sockets_free);
    g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) holding = g_ptr_array_new();
    g_autoptr(GArray) clients = g_array_new(FALSE, FALSE, sizeof(guint64));
    DiscoverScan scan = { proc, pairs, spaces, wanted, holding, clients };
    GPtrArray *guests;

    if (!pids)
        return NULL;
    guests = g_ptr_array_new_with_free_func((GDestroyNotify)found_guest_free);
    for (guint i = 0; i < pids->len; i++) {
        gint pid = g_array_index(pids, gint, i);
        g_autofree char *program = emulator_of(proc, pid);
        FoundGuest *guest = program ? look_at(&scan, pid, program) : NULL;

        if (guest)
            g_ptr_array_add(guests, guest);
    }
    name_holders(&scan, before, pids);
    g_ptr_array_sort(guests, compare_guests);
    return guests;
}

/* --- what was found -------------------------------------------------------------------------- */

const FoundMonitor *found_guest_best(const FoundGuest *guest)
{
    const FoundMonitor *best = NULL;

    for (guint i = 0; i < guest->monitors->len; i++) {
        const FoundMonitor *one = guest->monitors->pdata[i];

        if (!best || one->state < best->state ||
            (one->state == best->state && one->qmp && !best->qmp))
            best = one;
    }
    return best;
}

static gboolean monitors_equal(const FoundMonitor *a, const FoundMonitor *b)
{
    gint first = a->holder ? a->holder->pid : 0, second = b->holder ? b->holder->pid : 0;

    return a->qmp == b->qmp && a->state == b->state && a->waiting == b->waiting &&
           first == second && g_str_equal(a->kind, b->kind) && g_strcmp0(a->target, b->target) == 0;
}

static gboolean guests_equal(const FoundGuest *a, const FoundGuest *b)
{
    gboolean equal =
        a->pid == b->pid && g_strcmp0(a->name, b->name) == 0 &&
        g_str_equal(a->program, b->program) && g_strcmp0(a->machine, b->machine) == 0 &&
        g_str_equal(a->accelerator, b->accelerator) && a->monitors->len == b->monitors->len;

    for (guint i = 0; equal && i < a->monitors->len; i++)
        equal = monitors_equal(a->monitors->pdata[i], b->monitors->pdata[i]);
    return equal;
}

gboolean found_guests_equal(const GPtrArray *a, const GPtrArray *b)
{
    gboolean equal = a->len == b->len;

    for (guint i = 0; equal && i < a->len; i++)
        equal = guests_equal(a->pdata[i], b->pdata[i]);
    return equal;
}
