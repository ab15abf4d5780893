/* QEMUs started in the many ways there are, and what is found of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "monitor/discover.h"
#include "monitor/discover_target.h"
#include "monitor/sock_diag.h"
#include "monitor/target.h"
#include "tests/support/program.h"
#include "tests/support/real_qemu.h"
#include "tests/support/temp.h"

#define GIVEN_FD 26

typedef struct {
    char *directory;
    GPtrArray *processes; /* (GSubprocess) */
    GArray *sockets;      /* (int) of ours */
    GPtrArray *guests;    /* found last */
} Host;

/* --- starting -------------------------------------------------------------------------------- */

static void child_setup(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static const char *emulator(void)
{
    const char *program = g_getenv("BACKPLANE_TEST_QEMU");

    return program ? program : "qemu-system-x86_64";
}

/* words: what stands behind -name NAME, parted by blanks; %s is our folder. QEMU makes nothing by
 * itself: it would look for displays in modules, which may be of another build (T1). folder: to
 * start in; NULL: our own. fd: that it gets as GIVEN_FD; -1. */
static gint start_in(Host *host, const char *folder, int fd, const char *program, const char *name,
                     const char *words)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr(GString) line = g_string_new(NULL);
    g_auto(GStrv) arguments = NULL;
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    g_string_printf(line,
                    "%s -name %s -no-user-config -nodefaults -machine none -display none -accel "
                    "tcg %s",
                    program, name, words);
    g_string_replace(line, "%s", host->directory, 0);
    arguments = g_strsplit(line->str, " ", -1);
    g_subprocess_launcher_set_cwd(launcher, folder ? folder : host->directory);
    g_subprocess_launcher_set_child_setup(launcher, child_setup, NULL, NULL);
    if (fd >= 0)
        g_subprocess_launcher_take_fd(launcher, fd, GIVEN_FD);
    process = g_subprocess_launcher_spawnv(launcher, (const char *const *)arguments, &error);
    if (!process)
        fail_msg("%s: %s", line->str, error->message);
    g_ptr_array_add(host->processes, process);
    return atoi(g_subprocess_get_identifier(process));
}

static gint start(Host *host, const char *name, const char *words)
{
    return start_in(host, NULL, -1, emulator(), name, words);
}

/* A shell, which becomes something else. */
static gint start_shell(Host *host, const char *script)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    g_subprocess_launcher_set_cwd(launcher, host->directory);
    g_subprocess_launcher_set_child_setup(launcher, child_setup, NULL, NULL);
    process = g_subprocess_launcher_spawn(launcher, &error, "bash", "-c", script, NULL);
    assert_non_null(process);
    g_ptr_array_add(host->processes, process);
    return atoi(g_subprocess_get_identifier(process));
}

static int set_up(void **state)
{
    Host *host = g_new0(Host, 1);

    host->directory = temp_directory();
    host->processes = g_ptr_array_new_with_free_func(g_object_unref);
    host->sockets = g_array_new(FALSE, FALSE, sizeof(int));
    *state = host;
    return 0;
}

static int tear_down(void **state)
{
    Host *host = *state;

    for (guint i = 0; i < host->processes->len; i++) {
        g_subprocess_force_exit(host->processes->pdata[i]);
        g_subprocess_wait(host->processes->pdata[i], NULL, NULL);
    }
    for (guint i = 0; i < host->sockets->len; i++)
        close(g_array_index(host->sockets, int, i));
    g_ptr_array_unref(host->processes);
    g_array_unref(host->sockets);
    g_clear_pointer(&host->guests, g_ptr_array_unref);
    temp_directory_remove(host->directory);
    g_free(host);
    return 0;
}

/* --- looking --------------------------------------------------------------------------------- */

static void look(Host *host)
{
    g_autoptr(GHashTable) pairs = sock_diag_pairs();
    GPtrArray *guests = discover_guests("/proc", pairs, host->guests, NULL);

    g_clear_pointer(&host->guests, g_ptr_array_unref);
    host->guests = guests;
}

static const FoundGuest *find(const Host *host, gint pid)
{
    for (guint i = 0; i < host->guests->len; i++)
        if (((const FoundGuest *)host->guests->pdata[i])->pid == pid)
            return host->guests->pdata[i];
    return NULL;
}

/* "qmp free unix:PATH; ...", our folder as %s. (transfer full) */
static char *describe(const Host *host, const FoundGuest *guest)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; guest && i < guest->monitors->len; i++) {
        const FoundMonitor *monitor = guest->monitors->pdata[i];
        g_autofree char *state = found_monitor_text(monitor);

        g_string_append_printf(text, "%s%s %s", i ? "; " : "", found_monitor_dialect(monitor),
                               state);
        if (monitor->target)
            g_string_append_printf(text, " %s", monitor->target);
    }
    g_string_replace(text, host->directory, "%s", 0);
    return g_string_free(text, FALSE);
}

typedef struct {
    Host *host;
    gint pid;
    const char *text;
    char *seen;
} Wanted;

static gboolean is_so(gpointer data)
{
    Wanted *wanted = data;

    look(wanted->host);
    g_free(wanted->seen);
    wanted->seen = describe(wanted->host, find(wanted->host, wanted->pid));
    return g_str_equal(wanted->seen, wanted->text);
}

/* QEMU needs some time to listen; PID stands for the guest's. */
static void assert_monitors(Host *host, gint pid, const char *text)
{
    g_autoptr(GString) expected = g_string_new(text);
    g_autofree char *digits = g_strdup_printf("%d", pid);
    Wanted wanted = { host, pid, NULL, NULL };

    g_string_replace(expected, "PID", digits, 0);
    wanted.text = expected->str;
    if (!wait_until(is_so, &wanted, REAL_QEMU_PATIENCE_MS))
        fail_msg("wanted %s\nfound %s", expected->str, wanted.seen);
    g_free(wanted.seen);
}

/* A client of a target. */
static int connect_to(Host *host, const char *target)
{
    g_autoptr(Target) parsed = target_parse(target, NULL);
    g_autoptr(GSocketConnectable) address = target_connectable(parsed);
    struct sockaddr_un name;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(g_socket_address_to_native(G_SOCKET_ADDRESS(address), &name, sizeof name, NULL));
    assert_int_equal(
        connect(fd, (struct sockaddr *)&name,
                (socklen_t)g_socket_address_get_native_size(G_SOCKET_ADDRESS(address))),
        0);
    g_array_append_val(host->sockets, fd);
    return fd;
}

/* What the best monitor of a guest says first. */
static void assert_greets(Host *host, gint pid, const char *sign)
{
    const FoundMonitor *best = found_guest_best(find(host, pid));
    int fd = connect_to(host, best->target);
    char text[256] = "";

    assert_true(recv(fd, text, sizeof text - 1, 0) > 0);
    assert_non_null(strstr(text, sign));
}

static int listen_at(Host *host, const char *name)
{
    g_autofree char *path = g_build_filename(host->directory, name, NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* --- forms of the command line --------------------------------------------------------------- */

static void test_forms(void **state)
{
    static const struct {
        const char *words, *monitors;
    } cases[] = {
        { "-qmp unix:%s/a,server=on,wait=off", "qmp free unix:%s/a" },
        { "--monitor unix:%s/b,server,nowait", "hmp free unix:%s/b" },
        { "-qmp-pretty unix:rel,server=on,wait=off", "qmp free unix:%s/rel" },
        { "-mon c,mode=control -chardev socket,id=c,path=%s/d,,e,server=on,wait=off",
          "qmp free unix:%s/d,e" },
        { "-chardev socket,id=c,path=%s/f,server=on,wait=off -mon chardev=c,mode=readline",
          "hmp free unix:%s/f" },
        { "-readconfig %s/config", "qmp free unix:%s/g" },
        { "-S", "" },
        { "-monitor none -S", "" },
        { "-monitor stdio", "hmp no socket (stdio)" },
        { "-monitor pty", "hmp no socket (pty)" },
        { "-qmp unix:%s/ours", "qmp not a server" },
        { "-qmp unix:%s/h,server=on,wait=off -monitor unix:%s/i,server=on,wait=off",
          "qmp free unix:%s/h; hmp free unix:%s/i" },
        { "-qmp unix:%s/w,server=on", "qmp free unix:%s/w" }, /* waits for its first client */
    };
    Host *host = *state;
    gint pids[G_N_ELEMENTS(cases)];
    g_autofree char *config = NULL, *text = NULL;
    int ours = listen_at(host, "ours");

    g_array_append_val(host->sockets, ours);
    text = g_strdup_printf("[chardev \"c\"]\n  backend = \"socket\"\n  path = \"%s/g\"\n"
                           "  server = \"on\"\n  wait = \"off\"\n"
                           "[mon \"m\"]\n  mode = \"control\"\n  chardev = \"c\"\n",
                           host->directory);
    config = temp_file(host->directory, "config", text);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("form%d", (int)i);

        pids[i] = start(host, name, cases[i].words);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("form%d", (int)i);

        assert_monitors(host, pids[i], cases[i].monitors);
        assert_string_equal(find(host, pids[i])->name, name);
        assert_string_equal(find(host, pids[i])->machine, "none");
        assert_string_equal(find(host, pids[i])->accelerator, "tcg");
    }
    assert_greets(host, pids[2], "QMP");
    assert_greets(host, pids[4], "monitor");
}

/* Two guests, two folders, one relative name; one of them is held. */
static void test_relative_twins(void **state)
{
    Host *host = *state;
    g_autofree char *first = g_build_filename(host->directory, "1", NULL);
    g_autofree char *second = g_build_filename(host->directory, "2", NULL);
    g_autofree char *held =
        g_strdup_printf("qmp held by test_discover (%d) unix:%%s/1/q", getpid());
    gint pids[2];

    assert_int_equal(g_mkdir(first, 0700), 0);
    assert_int_equal(g_mkdir(second, 0700), 0);
    pids[0] = start_in(host, first, -1, emulator(), "twin", "-qmp unix:q,server=on,wait=off");
    pids[1] = start_in(host, second, -1, emulator(), "twin", "-qmp unix:q,server=on,wait=off");
    assert_monitors(host, pids[0], "qmp free unix:%s/1/q");
    assert_monitors(host, pids[1], "qmp free unix:%s/2/q");
    assert_greets(host, pids[0], "QMP");
    assert_monitors(host, pids[0], held);
    assert_monitors(host, pids[1], "qmp free unix:%s/2/q");
}

static void test_abstract(void **state)
{
    Host *host = *state;
    g_autofree char *words = g_strdup_printf("-qmp unix:backplane-%d,abstract=on,server=on,"
                                             "wait=off",
                                             getpid());
    g_autofree char *free = g_strdup_printf("qmp free unix:@backplane-%d", getpid());
    g_autofree char *held =
        g_strdup_printf("qmp held by test_discover (%d) unix:@backplane-%d", getpid(), getpid());
    gint pid = start(host, "abstract", words);

    assert_monitors(host, pid, free);
    assert_greets(host, pid, "QMP");
    assert_monitors(host, pid, held);
}

/* As libvirt starts it, with the socket open already. */
static void test_given_socket(void **state)
{
    Host *host = *state;
    gint pid = start_in(host, NULL, listen_at(host, "given"), emulator(), "guest=given,process=xy",
                        "-chardev socket,id=charmonitor,fd=26,server=on,wait=off "
                        "-mon chardev=charmonitor,id=monitor,mode=control");

    assert_monitors(host, pid, "qmp free unix:%s/given");
    assert_greets(host, pid, "QMP");
    assert_string_equal(find(host, pid)->name, "given");
}

static guint free_port(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET };
    socklen_t length = sizeof any;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &length), 0);
    close(fd);
    return ntohs(any.sin_port);
}

static void test_tcp(void **state)
{
    Host *host = *state;
    guint port = free_port();
    g_autofree char *words =
        g_strdup_printf("-monitor telnet:127.0.0.1:%u,server=on,wait=off", port);
    g_autofree char *free = g_strdup_printf("hmp free tcp:127.0.0.1:%u", port);
    g_autofree char *held =
        g_strdup_printf("hmp held by test_discover (%d) tcp:127.0.0.1:%u", getpid(), port);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) connection = NULL;
    gint pid = start(host, "telnet", words);

    assert_monitors(host, pid, free);
    connection = g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)port, NULL, NULL);
    assert_non_null(connection);
    assert_monitors(host, pid, held);
}

/* --- who is there ---------------------------------------------------------------------------- */

/* One client in, one behind it, and a QEMU that accepts nobody. */
static void test_held_and_queued(void **state)
{
    Host *host = *state;
    gint pid = start(host, "busy", "-qmp unix:%s/q,server=on,wait=off");
    g_autofree char *target = g_strdup_printf("unix:%s/q", host->directory);
    g_autofree char *held =
        g_strdup_printf("qmp held by test_discover (%d), 1 waiting unix:%%s/q", getpid());

    assert_monitors(host, pid, "qmp free unix:%s/q");
    kill(pid, SIGSTOP);
    connect_to(host, target);
    assert_monitors(host, pid, "qmp not accepting, 1 waiting unix:%s/q");
    kill(pid, SIGCONT);
    connect_to(host, target);
    assert_monitors(host, pid, held);
}

static void test_socket_removed(void **state)
{
    Host *host = *state;
    g_autofree char *path = g_build_filename(host->directory, "q", NULL);
    gint pid = start(host, "removed", "-qmp unix:%s/q,server=on,wait=off");

    assert_monitors(host, pid, "qmp free unix:%s/q");
    assert_int_equal(g_unlink(path), 0);
    assert_monitors(host, pid, "qmp gone unix:%s/q");
}

/* --- which processes ------------------------------------------------------------------------- */

/* The emulator itself, where what the test is given is a script. (transfer full) */
static char *executable(gint pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/exe", pid);
    char *target = g_file_read_link(path, NULL);

    assert_non_null(target);
    return target;
}

/* Debian's QEMU looks for its modules beside itself: where the accelerator of this one came from.
 * (transfer full) */
static char *module_folder(gint pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", pid);
    g_autofree char *maps = NULL;
    g_auto(GStrv) lines = NULL;

    assert_true(g_file_get_contents(path, &maps, NULL, NULL));
    lines = g_strsplit(maps, "\n", -1);
    for (char **line = lines; *line; line++)
        if (strstr(*line, "/accel-tcg-"))
            return g_path_get_dirname(strchr(*line, '/'));
    return g_strdup("");
}

static void test_deleted_and_renamed(void **state)
{
    Host *host = *state;
    gint first = start(host, "first", "-qmp unix:%s/a,server=on,wait=off"), deleted, renamed;
    g_autofree char *program = NULL, *copy = NULL, *script = NULL, *modules = NULL;

    assert_monitors(host, first, "qmp free unix:%s/a");
    program = executable(first);
    modules = module_folder(first);
    g_setenv("QEMU_MODULE_DIR", modules, TRUE);
    copy = g_build_filename(host->directory, "qemu-system-x86_64", NULL);
    script = g_strdup_printf("exec -a web-renamed %s -machine none -display none -nodefaults -qmp "
                             "unix:c,server=on,wait=off",
                             program);
    renamed = start_shell(host, script);
    {
        g_autofree char *line = g_strdup_printf("cp %s %s", program, copy);
        assert_int_equal(system(line), 0);
    }
    deleted = start_in(host, NULL, -1, copy, "deleted", "-qmp unix:%s/b,server=on,wait=off");
    g_unsetenv("QEMU_MODULE_DIR");
    assert_monitors(host, deleted, "qmp free unix:%s/b");
    assert_int_equal(g_unlink(copy), 0);
    assert_monitors(host, deleted, "qmp free unix:%s/b");
    assert_string_equal(find(host, deleted)->program, "qemu-system-x86_64");
    assert_monitors(host, renamed, "qmp free unix:%s/c");
}

static void test_lookalikes(void **state)
{
    Host *host = *state;
    g_autofree char *script = g_build_filename(host->directory, "qemu-system-x86_64", NULL);
    gint pids[3];
    gint last;

    assert_true(g_file_set_contents(script, "#!/bin/sh\nread a\nsleep 60\n", -1, NULL));
    g_chmod(script, 0700);
    pids[0] = start_shell(host, "exec -a qemu-system-x86_64 sleep 60");
    pids[1] = start_shell(host, "exec ./qemu-system-x86_64 -qmp unix:x,server=on < <(sleep 60)");
    pids[2] = start_shell(host, "exec grep -r qemu-system-x86_64 <(sleep 60)");
    last = start(host, "true", "-qmp unix:%s/q,server=on,wait=off");
    assert_monitors(host, last, "qmp free unix:%s/q");
    for (gsize i = 0; i < G_N_ELEMENTS(pids); i++)
        assert_null(find(host, pids[i]));
}

/* A mount and a network name space of its own, as in a container. */
static void test_name_spaces(void **state)
{
    Host *host = *state;
    g_autofree char *script = g_strdup_printf(
        "exec unshare %s-m -n bash -c 'mount -t tmpfs none %s && cd %s && exec %s -machine none "
        "-display none -nodefaults -name inner -qmp unix:%s/q,server=on,wait=off -monitor "
        "unix:rel,server=on,wait=off -monitor unix:abs,abstract=on,server=on,wait=off'",
        geteuid() ? "-r " : "", host->directory, host->directory, emulator(), host->directory);
    gint pid = start_shell(host, script);
    g_autofree char *path = g_build_filename(host->directory, "q", NULL);
    g_autofree char *held =
        g_strdup_printf("qmp held by test_discover (%d) unix:/proc/PID/root%%s/q; hmp free "
                        "unix:/proc/PID/cwd/rel; hmp in another network unix:@abs",
                        getpid());

    assert_monitors(host, pid,
                    "qmp free unix:/proc/PID/root%s/q; hmp free unix:/proc/PID/cwd/rel; "
                    "hmp in another network unix:@abs");
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS)); /* not to be seen from here */
    assert_greets(host, pid, "QMP");
    assert_monitors(host, pid, held);
}

/* It has left the folder that the name counts from. */
static void test_daemon(void **state)
{
    Host *host = *state;
    g_autofree char *path = g_build_filename(host->directory, "pid", NULL);
    g_autofree char *script = g_strdup_printf(
        "PWD=%s %s -machine none -display none -nodefaults -daemonize -pidfile pid -qmp "
        "unix:q,server=on,wait=off",
        host->directory, emulator());
    g_autofree char *text = NULL;
    gint pid;

    start_shell(host, script);
    assert_true(g_subprocess_wait_check(host->processes->pdata[0], NULL, NULL));
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    pid = atoi(text);
    assert_monitors(host, pid, "qmp free unix:%s/q");
    kill(pid, SIGKILL);
}

/* --- the program ----------------------------------------------------------------------------- */

static json_t *entry_of(json_t *list, gint pid)
{
    json_t *entry;
    size_t index;

    json_array_foreach (list, index, entry)
        if (json_integer_value(json_object_get(entry, "pid")) == pid)
            return entry;
    fail_msg("it is not listed");
    return NULL;
}

/* A guest by its name, by its pid, and by a name that two have. */
static void test_program(void **state)
{
    Host *host = *state;
    g_autoptr(RealQemu) qemu = real_qemu_new("pc", REAL_QEMU_BARE);
    g_autofree char *name = g_strdup_printf("shown%d", getpid());
    g_autofree char *twins = g_strdup_printf("%s-t", name);
    g_autofree char *digits = NULL;
    gint first, second;
    json_t *list;

    real_qemu_add(qemu, "-name", name, NULL);
    real_qemu_launch(qemu);
    first = start(host, twins, "-S");
    second = start(host, twins, "-S");
    assert_monitors(host, first, "");
    assert_monitors(host, second, "");
    digits = g_strdup_printf("%d", real_qemu_pid(qemu));
    {
        g_autoptr(Run) run = program_run((const char *const[]){ "list", "--json", NULL });

        assert_int_equal(run->status, 0);
        list = run_json(run);
        assert_string_equal(
            json_string_value(json_object_get(entry_of(list, real_qemu_pid(qemu)), "target")),
            real_qemu_target(qemu));
        assert_true(json_is_null(json_object_get(entry_of(list, first), "target")));
        json_decref(list);
    }
    {
        g_autoptr(Run) run = program_run((const char *const[]){ "tree", name, NULL });

        assert_string_equal(run->err, "");
        assert_non_null(strstr(run->out, "i440FX"));
    }
    {
        g_autoptr(Run) run = program_run((const char *const[]){ digits, NULL });

        assert_non_null(strstr(run->out, "i440FX")); /* no terminal: the tree */
    }
    {
        g_autoptr(Run) run = program_run((const char *const[]){ "tree", twins, NULL });

        assert_int_equal(run->status, 2);
        assert_complaint(run, "2 guests are called");
    }
    {
        g_autofree char *pid = g_strdup_printf("%d", first);
        g_autoptr(Run) run = program_run((const char *const[]){ "tree", pid, NULL });

        assert_int_equal(run->status, 3);
        assert_complaint(run, "it has no monitor: start it with -qmp");
    }
    {
        g_autoptr(Run) run = program_run((const char *const[]){ "tre", NULL });

        assert_int_equal(run->status, 2);
        assert_complaint(run, "did you mean \"tree\"?");
    }
    {
        g_autoptr(Run) run = program_run((const char *const[]){ NULL }); /* no terminal: the list */

        assert_int_equal(run->status, 0);
        assert_non_null(strstr(run->out, name));
    }
}

#define DISCOVER_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISCOVER_TEST(test_forms),
        DISCOVER_TEST(test_relative_twins),
        DISCOVER_TEST(test_abstract),
        DISCOVER_TEST(test_given_socket),
        DISCOVER_TEST(test_tcp),
        DISCOVER_TEST(test_held_and_queued),
        DISCOVER_TEST(test_socket_removed),
        DISCOVER_TEST(test_deleted_and_renamed),
        DISCOVER_TEST(test_lookalikes),
        DISCOVER_TEST(test_name_spaces),
        DISCOVER_TEST(test_daemon),
        DISCOVER_TEST(test_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
