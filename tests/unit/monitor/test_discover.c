/* Guests found in a /proc that is made up of plain files and links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "monitor/discover.h"
#include "monitor/error.h"
#include "monitor/discover_target.h"

#define QEMU "/usr/bin/qemu-system-x86_64"
#define NOBODY 65534

typedef struct {
    char *folder; /* of all: short, since sockets are in it */
    char *proc;
    GArray *listeners; /* (int) */
    GHashTable *pairs;
    GPtrArray *guests; /* found last */
} Host;

/* --- making a host --------------------------------------------------------------------------- */

static void put(const Host *host, gint pid, const char *name, const char *bytes, gsize length)
{
    g_autofree char *path = pid ? g_strdup_printf("%s/%d/%s", host->proc, pid, name)
                                : g_build_filename(host->proc, "self", name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

static void put_link_in(const char *folder, const char *name, const char *target)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
    g_remove(path);
    assert_int_equal(symlink(target, path), 0);
}

static void put_link(const Host *host, gint pid, const char *name, const char *target)
{
    g_autofree char *folder = g_strdup_printf("%s/%d", host->proc, pid);

    put_link_in(folder, name, target);
}

/* words: with a bar between them. */
static void put_arguments(const Host *host, gint pid, const char *words)
{
    g_autofree char *bytes = g_strdup(words);
    gsize length = strlen(words);

    for (char *at = bytes; (at = strchr(at, '|'));)
        *at++ = '\0';
    put(host, pid, "cmdline", bytes, length + 1);
}

static void put_socket(const Host *host, gint pid, gint fd, guint inode)
{
    g_autofree char *name = g_strdup_printf("fd/%d", fd);
    g_autofree char *target = g_strdup_printf("socket:[%u]", inode);

    put_link(host, pid, name, target);
}

/* A process in our name spaces with a working folder and no sockets yet. */
static void put_process(const Host *host, gint pid, const char *exe, const char *words)
{
    put_arguments(host, pid, words);
    if (exe)
        put_link(host, pid, "exe", exe);
    put_link(host, pid, "cwd", host->folder);
    put_link(host, pid, "root", "/");
    put_link(host, pid, "ns/mnt", "mnt:[1]");
    put_link(host, pid, "ns/net", "net:[1]");
    put_link(host, pid, "fd/0", "/dev/null");
}

/* The rows of net/unix; %s in it is our folder. */
static void put_unix_rows(const Host *host, gint pid, const char *rows)
{
    g_autoptr(GString) text =
        g_string_new("Num       RefCount Protocol Flags    Type St Inode Path\n");

    g_string_append(text, rows);
    g_string_replace(text, "%s", host->folder, 0);
    put(host, pid, "net/unix", text->str, text->len);
}

/* A socket that is there. (transfer full) */
static char *listen_at(Host *host, const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    g_array_append_val(host->listeners, fd);
    return path;
}

static int set_up(void **state)
{
    Host *host = g_new0(Host, 1);
    g_autofree char *self = NULL;

    host->folder = g_dir_make_tmp("host-XXXXXX", NULL);
    assert_int_equal(g_chmod(host->folder, 0755), 0);
    host->proc = g_build_filename(host->folder, "proc", NULL);
    self = g_build_filename(host->proc, "self", NULL);
    put_link_in(self, "ns/mnt", "mnt:[1]");
    put_link_in(self, "ns/net", "net:[1]");
    host->listeners = g_array_new(FALSE, FALSE, sizeof(int));
    host->pairs = g_hash_table_new(NULL, NULL);
    *state = host;
    return 0;
}

static void remove_all(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);

        remove_all(inner);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static int tear_down(void **state)
{
    Host *host = *state;

    for (guint i = 0; i < host->listeners->len; i++)
        close(g_array_index(host->listeners, int, i));
    remove_all(host->folder);
    g_array_unref(host->listeners);
    g_hash_table_unref(host->pairs);
    g_clear_pointer(&host->guests, g_ptr_array_unref);
    g_free(host->folder);
    g_free(host->proc);
    g_free(host);
    return 0;
}

static void look(Host *host)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *guests;

    guests = discover_guests(host->proc, host->pairs, host->guests, &error);
    assert_null(error);
    g_clear_pointer(&host->guests, g_ptr_array_unref);
    host->guests = guests;
}

static const FoundGuest *guest_at(const Host *host, guint index)
{
    assert_true(index < host->guests->len);
    return host->guests->pdata[index];
}

/* The state of the only monitor of the only guest. */
static const FoundMonitor *only_monitor(Host *host)
{
    look(host);
    assert_int_equal(host->guests->len, 1);
    assert_int_equal(guest_at(host, 0)->monitors->len, 1);
    return guest_at(host, 0)->monitors->pdata[0];
}

static void assert_monitor(Host *host, FoundState state, const char *text, const char *target)
{
    const FoundMonitor *monitor = only_monitor(host);
    g_autofree char *words = found_monitor_text(monitor);
    g_autofree char *expected = target && *target == '*'
                                    ? g_strconcat("unix:", host->folder, target + 1, NULL)
                                    : g_strdup(target);

    assert_int_equal(monitor->state, state);
    assert_string_equal(words, text);
    if (target)
        assert_string_equal(monitor->target, expected);
    else
        assert_null(monitor->target);
}

/* --- which processes ------------------------------------------------------------------------- */

static void test_who_is_a_guest(void **state)
{
    static const struct {
        const char *exe, *words; /* exe NULL: not ours to see */
        gboolean guest;
    } processes[] = {
        { QEMU, "qemu-system-x86_64|-name|n", TRUE },
        { QEMU, "web01", TRUE }, /* exec -a */
        { QEMU " (deleted)", QEMU, TRUE },
        { "/nix/store/x-qemu/bin/.qemu-system-aarch64-wrapped", "qemu-system-aarch64", TRUE },
        { "/usr/libexec/qemu-kvm", "/usr/libexec/qemu-kvm", TRUE },
        { NULL, "/usr/bin/qemu-system-x86_64|-S", TRUE },
        { "/usr/bin/dash", "/bin/sh|/usr/local/bin/qemu-system-x86_64|-S", FALSE },
        { "/usr/bin/grep", "grep|qemu-system-x86_64", FALSE },
        { "/usr/bin/sleep", "qemu-system-x86_64|100", FALSE }, /* exec -a */
        { "/usr/bin/qemu-img", "qemu-img|convert", FALSE },
        { "/usr/bin/qemu-x86_64-static", "qemu-x86_64|/bin/true", FALSE },
        { NULL, "/usr/bin/vim|qemu-system-x86_64", FALSE },
        { NULL, "", FALSE }, /* a thread of the kernel */
    };
    Host *host = *state;
    guint guests = 0;

    for (guint i = 0; i < G_N_ELEMENTS(processes); i++)
        put_process(host, (gint)i + 10, processes[i].exe, processes[i].words);
    put_arguments(host, 99, "");
    look(host);
    for (guint i = 0; i < G_N_ELEMENTS(processes); i++) {
        gint pid = (gint)i + 10;
        gboolean found = FALSE;

        for (guint j = 0; j < host->guests->len; j++)
            found = found || guest_at(host, j)->pid == pid;
        if (found != processes[i].guest)
            fail_msg("%s %s", processes[i].exe, processes[i].words);
        guests += processes[i].guest;
    }
    assert_int_equal(host->guests->len, guests);
}

static void test_no_proc(void **state)
{
    g_autoptr(GError) error = NULL;

    assert_null(discover_guests("/nowhere", NULL, NULL, &error));
    assert_non_null(error);
}

/* By name, then by pid; those without a name last. */
static void test_facts_and_order(void **state)
{
    Host *host = *state;

    put_process(host, 12, QEMU, "q|-name|web01|-machine|q35,accel=kvm:tcg");
    put_process(host, 9, QEMU, "q|-name|web01");
    put_process(host, 3, QEMU, "q|/srv/old.img");
    put_process(host, 40, "/usr/bin/qemu-system-arm", "q|-name|a|-nodefaults");
    put_link(host, 12, "fd/12", "anon_inode:kvm-vm");
    look(host);
    assert_int_equal(host->guests->len, 4);
    assert_string_equal(guest_at(host, 0)->name, "a");
    assert_null(guest_at(host, 0)->machine);
    assert_int_equal(guest_at(host, 0)->monitors->len, 0);
    assert_int_equal(guest_at(host, 1)->pid, 9);
    assert_string_equal(guest_at(host, 1)->machine, "pc");
    assert_string_equal(guest_at(host, 1)->accelerator, "tcg");
    assert_int_equal(guest_at(host, 2)->pid, 12);
    assert_string_equal(guest_at(host, 2)->machine, "q35");
    assert_string_equal(guest_at(host, 2)->accelerator, "kvm");
    assert_null(guest_at(host, 3)->name);
    assert_string_equal(guest_at(host, 3)->image, "old.img");
    put_link(host, 12, "fd/12", "/dev/null"); /* KVM could not be had */
    look(host);
    assert_string_equal(guest_at(host, 2)->accelerator, "tcg");
}

/* --- monitors -------------------------------------------------------------------------------- */

static void put_guest(Host *host, const char *words)
{
    g_autofree char *all = g_strconcat("qemu|", words, NULL);
    g_autoptr(GString) text = g_string_new(all);

    g_string_replace(text, "%s", host->folder, 0);
    put_process(host, 7, QEMU, text->str);
    put_socket(host, 7, 11, 500);
}

#define ROW(flags, state, inode, path)                                                             \
    "0000000000000000: 00000002 00000000 " flags " 0001 " state " " inode " " path "\n"
#define LISTENER(inode, path) ROW("00010000", "01", inode, path)
#define CLIENT(inode, path) ROW("00000000", "03", inode, path)
#define WAITING(path) ROW("00000000", "02", "0", path)

static void test_free_monitor(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");

    put_guest(host, "-qmp|unix:%s/q,server");
    put_unix_rows(host, 7, LISTENER("500", "%s/q"));
    assert_monitor(host, FOUND_FREE, "free", "*/q");
}

static void test_held(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");
    const FoundMonitor *monitor;

    put_guest(host, "-qmp|unix:%s/q,server");
    put_socket(host, 7, 12, 501);
    put_process(host, 812, "/usr/sbin/virtqemud", "virtqemud");
    put_socket(host, 812, 20, 900);
    put_unix_rows(host, 7,
                  LISTENER("500", "%s/q") CLIENT("501", "%s/q") WAITING("%s/q") WAITING("%s/q"));
    assert_monitor(host, FOUND_HELD, "held by another program, 2 waiting", "*/q");
    g_hash_table_insert(host->pairs, GSIZE_TO_POINTER(501), GSIZE_TO_POINTER(900));
    assert_monitor(host, FOUND_HELD, "held by virtqemud (812), 2 waiting", "*/q");
    monitor = only_monitor(host);
    assert_int_equal(monitor->holder->pid, 812);
}

static void test_queued(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");

    put_guest(host, "-qmp|unix:%s/q,server");
    put_unix_rows(host, 7, LISTENER("500", "%s/q") WAITING("%s/q"));
    assert_monitor(host, FOUND_QUEUED, "not accepting, 1 waiting", "*/q");
}

static void test_gone(void **state)
{
    Host *host = *state;
    g_autofree char *path = NULL;

    put_guest(host, "-qmp|unix:%s/q,server");
    put_unix_rows(host, 7, LISTENER("500", "%s/q"));
    assert_monitor(host, FOUND_GONE, "gone", "*/q");
    path = listen_at(host, host->folder, "q");
    put_unix_rows(host, 7, LISTENER("777", "%s/q")); /* another guest's */
    assert_monitor(host, FOUND_GONE, "gone", "*/q");
}

/* Two guests in two folders have sockets of the same relative name. */
static void test_relative(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");

    put_guest(host, "-qmp|unix:q,server");
    put_unix_rows(host, 7,
                  LISTENER("500", "q") LISTENER("600", "q") CLIENT("601", "q") WAITING("q"));
    assert_monitor(host, FOUND_FREE, "free", "*/q");
}

/* -daemonize goes to /. */
static void test_relative_of_a_daemon(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");
    g_autoptr(GString) environ = g_string_new(NULL);

    put_guest(host, "-qmp|unix:q,server|-daemonize");
    put_link(host, 7, "cwd", "/");
    put_unix_rows(host, 7, LISTENER("500", "q"));
    assert_monitor(host, FOUND_GONE, "gone", "unix:/q");
    g_string_append_len(environ, "HOME=/x", 8);
    g_string_append_printf(environ, "PWD=%s", host->folder);
    put(host, 7, "environ", environ->str, environ->len + 1);
    assert_monitor(host, FOUND_FREE, "free", "*/q");
}

/* Its files are others than ours: a container, or libvirt's private /dev. */
static void test_other_files(void **state)
{
    Host *host = *state;
    g_autofree char *inner = g_build_filename(host->folder, "inner", NULL);
    g_autofree char *path = NULL;

    assert_int_equal(g_mkdir(inner, 0755), 0);
    path = listen_at(host, inner, "q");
    put_guest(host, "-qmp|unix:/q,server");
    put_link(host, 7, "root", inner);
    put_link(host, 7, "ns/mnt", "mnt:[2]");
    put_link(host, 7, "ns/net", "net:[2]");
    put_unix_rows(host, 7, LISTENER("500", "/q"));
    assert_monitor(host, FOUND_FREE, "free", "*/proc/7/root/q");
    /* relative, and held by a client of its own network */
    put_arguments(host, 7, "qemu|-monitor|unix:q,server");
    put_link(host, 7, "cwd", inner);
    put_socket(host, 7, 12, 501);
    put_unix_rows(host, 7, LISTENER("500", "q") CLIENT("501", "q"));
    assert_monitor(host, FOUND_HELD, "held by another program", "*/proc/7/cwd/q");
    /* and by one of ours */
    g_hash_table_insert(host->pairs, GSIZE_TO_POINTER(501), GSIZE_TO_POINTER(900));
    put_process(host, 812, "/usr/bin/socat", "socat");
    put_socket(host, 812, 20, 900);
    put_unix_rows(host, 7, LISTENER("500", "q"));
    put_unix_rows(host, 0, CLIENT("501", "q"));
    assert_monitor(host, FOUND_HELD, "held by socat (812)", "*/proc/7/cwd/q");
}

static void test_abstract(void **state)
{
    Host *host = *state;

    put_guest(host, "-qmp|unix:name,abstract=on,server=on");
    put_unix_rows(host, 7, LISTENER("500", "@name"));
    assert_monitor(host, FOUND_FREE, "free", "unix:@name");
    put_link(host, 7, "ns/net", "net:[2]");
    assert_monitor(host, FOUND_ELSEWHERE, "in another network", "unix:@name");
}

/* As libvirt does it. */
static void test_given_socket(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");

    put_guest(host, "-chardev|socket,id=charmonitor,fd=11,server=on,wait=off|"
                    "-mon|chardev=charmonitor,id=monitor,mode=control");
    put_unix_rows(host, 7, LISTENER("500", "%s/q"));
    put_link(host, 7, "ns/mnt", "mnt:[2]"); /* its own /dev */
    assert_monitor(host, FOUND_FREE, "free", "*/q");
    put_arguments(host, 7, "qemu|-chardev|socket,id=c,fd=99,server=on|-mon|c");
    assert_monitor(host, FOUND_NO_SOCKET, "no socket (fd)", NULL);
    put_arguments(host, 7, "qemu|-chardev|socket,id=c,fd=11|-mon|c");
    assert_monitor(host, FOUND_CLIENT, "not a server", NULL);
}

#define TCP_ROW(local, remote, state, inode)                                                       \
    "   0: " local " " remote " " state                                                            \
    " 00000000:00000000 00:00000000 00000000     0        0 " inode " 1 0000000000000000 100 0\n"

static void put_tcp_rows(const Host *host, const char *rows)
{
    g_autofree char *text = g_strconcat("  sl  local_address rem_address   st ...\n", rows, NULL);

    put(host, 7, "net/tcp", text, strlen(text));
}

static void test_tcp(void **state)
{
    Host *host = *state;

    put_guest(host, "-monitor|telnet::4444,server,nowait");
    put_tcp_rows(host, TCP_ROW("00000000:115C", "00000000:0000", "0A", "500"));
    assert_monitor(host, FOUND_FREE, "free", "tcp:localhost:4444");
    put_socket(host, 7, 12, 501);
    put_process(host, 50, "/usr/bin/telnet", "telnet");
    put_socket(host, 50, 3, 77);
    put_tcp_rows(host, TCP_ROW("00000000:115C", "00000000:0000", "0A", "500")
                           TCP_ROW("0100007F:115C", "0100007F:8001", "01", "501")
                               TCP_ROW("0100007F:8001", "0100007F:115C", "01", "77")
                                   TCP_ROW("0100007F:115C", "0100007F:8002", "01", "0"));
    assert_monitor(host, FOUND_HELD, "held by telnet (50), 1 waiting", "tcp:localhost:4444");
    put_tcp_rows(host, "");
    assert_monitor(host, FOUND_GONE, "gone", "tcp:localhost:4444");
    put_link(host, 7, "ns/net", "net:[2]");
    assert_monitor(host, FOUND_ELSEWHERE, "in another network", "tcp:localhost:4444");
    put_arguments(host, 7, "qemu|-monitor|tcp:::1:5,server");
    assert_monitor(host, FOUND_ELSEWHERE, "in another network", "tcp:[::1]:5");
}

static FoundState state_of(const Host *host, guint guest)
{
    return ((const FoundMonitor *)guest_at(host, guest)->monitors->pdata[0])->state;
}

/* Nothing but the command line of another user's guest is ours to read. */
static void test_without_rights(void **state)
{
    Host *host = *state;
    g_autofree char *closed = g_build_filename(host->folder, "closed", NULL);
    g_autofree char *path = NULL, *words = NULL;
    gboolean root = geteuid() == 0;

    assert_int_equal(g_mkdir(closed, 0700), 0);
    path = listen_at(host, closed, "q");
    words = g_strdup_printf(QEMU "|-qmp|unix:%s,server", path);
    put_arguments(host, 7, words);
    put_arguments(host, 8, QEMU "|-chardev|socket,id=c,fd=3,server=on|-mon|c");
    g_chmod(closed, 0);
    if (root)
        assert_int_equal(seteuid(NOBODY), 0);
    look(host);
    if (root)
        assert_int_equal(seteuid(0), 0);
    prctl(PR_SET_DUMPABLE, 1); /* the leak checker reads our memory */
    g_chmod(closed, 0700);
    assert_int_equal(host->guests->len, 2);
    assert_int_equal(state_of(host, 0), FOUND_DENIED);
    assert_int_equal(state_of(host, 1), FOUND_DENIED);
}

/* --- names ----------------------------------------------------------------------------------- */

static void assert_chosen(const Host *host, const char *text, const char *target)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *chosen = discover_choose(host->guests, text, &error);

    assert_null(error);
    assert_string_equal(chosen, target);
}

static void assert_not_chosen(const Host *host, const char *text, int code, const char *message)
{
    g_autoptr(GError) error = NULL;

    assert_null(discover_choose(host->guests, text, &error));
    assert_true(g_error_matches(error, MONITOR_ERROR, code));
    assert_string_equal(error->message, message);
}

static void test_names(void **state)
{
    Host *host = *state;

    put_process(host, 12, QEMU,
                "q|-name|web01|-nodefaults|-monitor|unix:h,abstract=on,server|"
                "-qmp|unix:q,abstract=on,server");
    put_socket(host, 12, 3, 1);
    put_socket(host, 12, 4, 2);
    put_unix_rows(host, 12, LISTENER("1", "@h") LISTENER("2", "@q"));
    put_process(host, 34, QEMU, "q|-name|twin|-nodefaults");
    put_process(host, 35, QEMU, "q|-name|twin|-nodefaults");
    put_process(host, 36, QEMU, "q|-name|12|-nodefaults");
    look(host);
    assert_chosen(host, "web01", "unix:@q"); /* QMP before HMP */
    assert_not_chosen(host, "twin", MONITOR_ERROR_TARGET,
                      "2 guests are called twin: pid 34 and 35; give the pid of the one that you "
                      "mean");
    assert_not_chosen(host, "12", MONITOR_ERROR_TARGET,
                      "2 guests are called 12: pid 36 and 12; give the pid of the one that you "
                      "mean");
    assert_not_chosen(host, "web02", MONITOR_ERROR_MISSING,
                      "there is no guest and no socket called web02: there are the guests 12, "
                      "twin, twin, web01");
    assert_not_chosen(host, "34", MONITOR_ERROR_MISSING,
                      "the guest 34 (pid 34) cannot be reached, it has no monitor: start it with "
                      "-qmp unix:PATH,server=on,wait=off");
    put_arguments(host, 36, "q|-name|x");
    put_socket(host, 12, 5, 3);
    put_unix_rows(host, 12, LISTENER("1", "@h") LISTENER("2", "@q") CLIENT("3", "@q"));
    look(host);
    assert_chosen(host, "12", "unix:@h"); /* the free one */
}

/* libvirt has the only monitor. */
static void test_advice(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");

    put_guest(host, "-name|guest=db02|-qmp|unix:%s/q,server");
    put_socket(host, 7, 12, 501);
    put_process(host, 812, "/usr/sbin/libvirtd", "libvirtd");
    put_socket(host, 812, 20, 900);
    put_unix_rows(host, 7, LISTENER("500", "%s/q") CLIENT("501", "%s/q"));
    g_hash_table_insert(host->pairs, GSIZE_TO_POINTER(501), GSIZE_TO_POINTER(900));
    look(host);
    assert_not_chosen(host, "db02", MONITOR_ERROR_BUSY,
                      "the guest db02 (pid 7) cannot be reached, libvirt holds its monitor "
                      "(libvirtd, pid 812): use virsh qemu-monitor-command db02, or give the guest "
                      "a second one (-qmp unix:PATH,server=on,wait=off in qemu:commandline of its "
                      "domain XML)");
}

/* What a person sees is compared, all of it. */
static void test_equal(void **state)
{
    Host *host = *state;
    g_autofree char *path = listen_at(host, host->folder, "q");
    g_autoptr(GPtrArray) before = NULL, after = NULL;

    put_guest(host, "-qmp|unix:%s/q,server");
    put_unix_rows(host, 7, LISTENER("500", "%s/q"));
    before = discover_guests(host->proc, NULL, NULL, NULL);
    after = discover_guests(host->proc, NULL, NULL, NULL);
    assert_true(found_guests_equal(before, after));
    g_ptr_array_unref(after);
    put_unix_rows(host, 7, LISTENER("500", "%s/q") WAITING("%s/q"));
    after = discover_guests(host->proc, NULL, NULL, NULL);
    assert_false(found_guests_equal(before, after));
}

#define HOST_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(test_who_is_a_guest),
        HOST_TEST(test_no_proc),
        HOST_TEST(test_facts_and_order),
        HOST_TEST(test_free_monitor),
        HOST_TEST(test_held),
        HOST_TEST(test_queued),
        HOST_TEST(test_gone),
        HOST_TEST(test_relative),
        HOST_TEST(test_relative_of_a_daemon),
        HOST_TEST(test_other_files),
        HOST_TEST(test_abstract),
        HOST_TEST(test_given_socket),
        HOST_TEST(test_tcp),
        HOST_TEST(test_without_rights),
        HOST_TEST(test_names),
        HOST_TEST(test_advice),
        HOST_TEST(test_equal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
