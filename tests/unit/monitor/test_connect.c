/* Connecting: the sentence for each way in which it fails, and that it fails in time. */
#include "monitor/monitor.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "monitor/discover.h"
#include "tests/support/fake_monitor.h"

#define QMP_OPTION "-qmp unix:PATH,server=on,wait=off"

typedef struct {
    char *directory, *path;
    FakeMonitor *fake;
    GError *error;
    gboolean ready;
    gint64 took; /* microseconds until ready or closed */
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->directory = g_dir_make_tmp("backplane-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "x", NULL);
    fixture->fake = fake_monitor_new();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_free(fixture->fake);
    g_remove(fixture->path);
    g_rmdir(fixture->directory);
    g_clear_error(&fixture->error);
    g_free(fixture->directory);
    g_free(fixture->path);
    g_free(fixture);
    return 0;
}

/* --- trying ---------------------------------------------------------------------------------- */

static void on_ready(Monitor *monitor, gpointer data)
{
    ((Fixture *)data)->ready = TRUE;
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
    ((Fixture *)data)->error = g_error_copy(error);
}

/* Opens, waits for an outcome, frees. */
static void try_open(Fixture *fixture, const char *text)
{
    static const MonitorListener listener = { .ready = on_ready, .closed = on_closed };
    g_autoptr(Target) target = target_parse(text, NULL);
    gint64 started = g_get_monotonic_time();
    g_autoptr(Monitor) monitor = NULL;

    g_clear_error(&fixture->error);
    monitor = monitor_open(target, &listener, fixture);
    assert_null(fixture->error);
    fake_wait_within(fixture->ready || fixture->error, 2000);
    fixture->took = g_get_monotonic_time() - started;
}

G_GNUC_PRINTF(4, 5)
static void assert_fails(Fixture *fixture, const char *text, MonitorError code, const char *format,
                         ...)
{
    va_list arguments;
    g_autofree char *sentence = NULL;

    va_start(arguments, format);
    sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    try_open(fixture, text);
    assert_non_null(fixture->error);
    assert_string_equal(fixture->error->message, sentence);
    assert_true(g_error_matches(fixture->error, MONITOR_ERROR, (int)code));
    assert_true(monitor_error_is_connection(fixture->error));
}

/* --- paths ----------------------------------------------------------------------------------- */

static int listen_unix(const char *path, int type, int backlog)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    if (backlog >= 0)
        assert_int_equal(listen(fd, backlog), 0);
    return fd;
}

/* Non-blocking; -1 when the backlog is full. */
static int connect_unix(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void test_no_socket(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *below = NULL;

    assert_fails(
        fixture, fixture->path, MONITOR_ERROR_MISSING,
        "there is no socket at %s: check the path, and that the guest runs with " QMP_OPTION,
        fixture->path);
    g_file_set_contents(fixture->path, "", 0, NULL);
    below = g_build_filename(fixture->path, "y", NULL);
    assert_fails(fixture, below, MONITOR_ERROR_MISSING,
                 "there is no socket at %s, a part of its path is not a directory: check the path",
                 below);
}

static void test_not_a_socket(void **state)
{
    Fixture *fixture = *state;

    assert_fails(fixture, fixture->directory, MONITOR_ERROR_NOT_MONITOR,
                 "%s is a directory, not a socket: give the path of the guest's QMP socket",
                 fixture->directory);
    assert_fails(fixture, "/dev/null", MONITOR_ERROR_NOT_MONITOR,
                 "/dev/null is a device, not a socket: give the path of the guest's QMP socket");
    g_file_set_contents(fixture->path, "", 0, NULL);
    assert_fails(fixture, fixture->path, MONITOR_ERROR_NOT_MONITOR,
                 "%s is a regular file, not a socket: give the path of the guest's QMP socket",
                 fixture->path);
    g_remove(fixture->path);
    assert_int_equal(mkfifo(fixture->path, 0600), 0);
    assert_fails(fixture, fixture->path, MONITOR_ERROR_NOT_MONITOR,
                 "%s is a pipe, not a socket: give the path of the guest's QMP socket",
                 fixture->path);
}

static void test_stale_socket(void **state)
{
    Fixture *fixture = *state;

    close(listen_unix(fixture->path, SOCK_STREAM, 1));
    assert_fails(fixture, fixture->path, MONITOR_ERROR_REFUSED,
                 "nobody listens at %s, its guest has ended and left the socket behind: start the "
                 "guest again",
                 fixture->path);
}

static void test_datagram_socket(void **state)
{
    Fixture *fixture = *state;
    int fd = listen_unix(fixture->path, SOCK_DGRAM, -1);

    try_open(fixture, fixture->path);
    assert_true(g_error_matches(fixture->error, MONITOR_ERROR, MONITOR_ERROR_REFUSED));
    assert_true(
        g_str_has_suffix(fixture->error->message, "): check that it is the guest's QMP socket"));
    close(fd);
}

/* As another user: root may connect to everything. */
static void test_no_permission(void **state)
{
    Fixture *fixture = *state;
    int fd = listen_unix(fixture->path, SOCK_STREAM, 1);

    chmod(fixture->directory, 0755);
    chmod(fixture->path, 0);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    assert_fails(fixture, fixture->path, MONITOR_ERROR_DENIED,
                 "no permission to connect to %s: run this as the user who runs the guest, or as "
                 "root",
                 fixture->path);
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    close(fd);
}

static void test_control_characters_in_the_path(void **state)
{
    assert_fails(*state, "/nope\x1b[2J", MONITOR_ERROR_MISSING,
                 "there is no socket at /nope\\x1b[2J: check the path, and that the guest runs "
                 "with " QMP_OPTION);
}

static void test_abstract(void **state)
{
    assert_fails(
        *state, "@backplane-nobody", MONITOR_ERROR_REFUSED,
        "nobody listens at @backplane-nobody: check the name, and that the guest runs with "
        "-qmp unix:NAME,abstract=on,server=on,wait=off");
}

/* --- tcp ------------------------------------------------------------------------------------- */

/* A port of this host that is bound and so cannot be another's; *listening or refusing. */
static int bind_tcp(gboolean listening, char **text)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    if (listening)
        assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *text = g_strdup_printf("tcp:127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

static void test_tcp_refused(void **state)
{
    g_autofree char *text = NULL;
    int fd = bind_tcp(FALSE, &text);

    assert_fails(*state, text, MONITOR_ERROR_REFUSED,
                 "nobody listens at %s: check the port, and that the guest runs with "
                 "-qmp tcp:HOST:PORT,server=on,wait=off",
                 text);
    close(fd);
}

/* Where no name server answers either, the deadline comes first. */
static void test_tcp_unknown_host(void **state)
{
    Fixture *fixture = *state;

    try_open(fixture, "tcp:nobody.invalid:4444");
    assert_true(g_error_matches(fixture->error, MONITOR_ERROR, MONITOR_ERROR_MISSING));
    if (!strstr(fixture->error->message, "does not answer"))
        assert_string_equal(fixture->error->message, "the host of tcp:nobody.invalid:4444 is not "
                                                     "known: check its name");
}

/* With its backlog full, Linux drops what comes in: like a host behind a firewall. */
static void test_tcp_without_answer(void **state)
{
    g_autofree char *text = NULL;
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    int fd = bind_tcp(TRUE, &text), waiting[4];

    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    for (int i = 0; i < 4; i++) {
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert_true(connect(waiting[i], (struct sockaddr *)&address, size) == 0 ||
                    errno == EINPROGRESS);
    }
    assert_fails(*state, text, MONITOR_ERROR_MISSING,
                 "%s does not answer: check the host's name, the port and the network", text);
    for (int i = 0; i < 4; i++)
        close(waiting[i]);
    close(fd);
}

static void test_tcp_silent(void **state)
{
    g_autofree char *text = NULL;
    int fd = bind_tcp(TRUE, &text);

    assert_fails(*state, text, MONITOR_ERROR_BUSY,
                 "the monitor %s does not greet: it is in use by another program, or its QEMU is "
                 "stopped, or it is no monitor; close it there, or give the guest a second -qmp "
                 "socket",
                 text);
    close(fd);
}

/* --- greetings ------------------------------------------------------------------------------- */

static void assert_greeting(Fixture *fixture, const char *greeting, const char *clause)
{
    fake_monitor_greeting(fixture->fake, greeting);
    assert_fails(fixture, fake_monitor_path(fixture->fake), MONITOR_ERROR_NOT_MONITOR, "%s %s",
                 fake_monitor_path(fixture->fake), clause);
    fake_wait(!fake_monitor_connected(fixture->fake));
}

#define OTHER_CLAUSE(shown)                                                                        \
    "is not a QEMU monitor, it says '" shown "': give the guest's QMP socket (" QMP_OPTION ")"

static void test_greetings_of_others(void **state)
{
    Fixture *fixture = *state;

    assert_greeting(fixture, "(qemu) ", OTHER_CLAUSE("(qemu)"));
    assert_greeting(fixture, "SSH-2.0-OpenSSH_9.2p1\r\n",
                    "is an SSH server: give the guest's QMP socket (" QMP_OPTION ")");
    assert_greeting(fixture, "HTTP/1.1 408 Request Timeout\r\n\r\n",
                    "is a web server: give the guest's QMP socket (" QMP_OPTION ")");
    assert_greeting(fixture, "RFB 003.008\n",
                    "is a VNC display: give the guest's QMP socket (" QMP_OPTION ")");
    assert_greeting(fixture, "220 mail.example ESMTP\r\n", OTHER_CLAUSE("220 mail.example ESMTP"));
    assert_greeting(fixture, "\x16\x03\x01\x1b[2J\n", OTHER_CLAUSE("\\x16\\x03\\x01\\x1b[2J"));
    assert_greeting(fixture, "{\"hello\":\"world\"}", OTHER_CLAUSE("{\"hello\":\"world\"}"));
    assert_greeting(fixture, "{\"QMP\":1}", OTHER_CLAUSE("{\"QMP\":1}"));
    assert_greeting(fixture, "{]", OTHER_CLAUSE("{]"));
    assert_greeting(fixture, "[1]\n", OTHER_CLAUSE("[1]"));
}

/* A banner that comes in bits is known by its whole line. */
static void test_banner_in_pieces(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_pieces(fixture->fake, 1);
    assert_greeting(fixture, "SSH-2.0-OpenSSH_9.2p1\r\n",
                    "is an SSH server: give the guest's QMP socket (" QMP_OPTION ")");
}

static void test_long_banner_is_cut(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *banner = g_strnfill(100000, 'b');
    g_autofree char *shown = g_strnfill(57, 'b');
    g_autofree char *clause = g_strdup_printf(OTHER_CLAUSE("%s..."), shown);

    assert_greeting(fixture, banner, clause);
}

static void test_end_before_greeting(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_greeting(fixture->fake, "{\"QM");
    fake_monitor_cut(fixture->fake, 4);
    assert_fails(fixture, fake_monitor_path(fixture->fake), MONITOR_ERROR_CLOSED,
                 "%s closed the connection without a greeting: check that this is the monitor of "
                 "a guest that still runs",
                 fake_monitor_path(fixture->fake));
}

static void test_negotiation_refused(void **state)
{
    Fixture *fixture = *state;

    assert_greeting(
        fixture,
        "{\"QMP\":{\"capabilities\":[]}}{\"error\":{\"class\":\"CommandNotFound\","
        "\"desc\":\"no \\u001b such\"},\"id\":0}",
        "does not negotiate QMP ('no \\x1b such'): connect to its human monitor instead");
}

static void test_greets_and_stops(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_silent(fixture->fake);
    assert_fails(fixture, fake_monitor_path(fixture->fake), MONITOR_ERROR_BUSY,
                 "the monitor %s greets and then does not answer: try again when the guest's host "
                 "has less to do",
                 fake_monitor_path(fixture->fake));
}

/* --- in use ---------------------------------------------------------------------------------- */

/* A process of its own that is connected to path; it waits to be ended. */
static pid_t fork_client(const char *path)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void end_client(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* T18 */
static void test_in_use_with_holder(void **state)
{
    Fixture *fixture = *state;
    const char *path = fake_monitor_path(fixture->fake);
    pid_t pid = fork_client(path);

    fake_wait(fake_monitor_connected(fixture->fake));
    assert_fails(fixture, path, MONITOR_ERROR_BUSY,
                 "the monitor %s is in use by test_connect (pid %d): close it there, or give the "
                 "guest a second -qmp socket",
                 path, pid);
    end_client(pid);
    fixture->ready = FALSE;
    try_open(fixture, path);
    assert_true(fixture->ready);
}

/* T18: there connect itself would block. */
static void test_backlog_full(void **state)
{
    Fixture *fixture = *state;
    int listener = listen_unix(fixture->path, SOCK_STREAM, 0), waiting[8], count = 0;

    while (count < 8 && (waiting[count] = connect_unix(fixture->path)) >= 0)
        count++;
    assert_true(count > 0 && count < 8);
    assert_fails(fixture, fixture->path, MONITOR_ERROR_BUSY,
                 "the monitor %s does not greet: it is in use by another program, or its QEMU is "
                 "stopped, or it is no monitor; close it there, or give the guest a second -qmp "
                 "socket",
                 fixture->path);
    assert_true(fixture->took >= MONITOR_GREETING_MS * 1000);
    while (count)
        close(waiting[--count]);
    close(listener);
}

/* --- holders --------------------------------------------------------------------------------- */

static void assert_no_holder(const char *path)
{
    g_autoptr(SocketHolder) holder = discover_socket_holder(path);

    assert_null(holder);
}

static void test_no_holder(void **state)
{
    Fixture *fixture = *state;
    const char *path = fake_monitor_path(fixture->fake);
    int ours = connect_unix(path);

    fake_wait(fake_monitor_connected(fixture->fake));
    assert_no_holder(path); /* it is us */
    close(ours);
    assert_no_holder("/nope");
    assert_no_holder("");
    assert_no_holder(fixture->directory);
}

/* A client in the backlog holds nothing. */
static void test_waiting_client_is_no_holder(void **state)
{
    Fixture *fixture = *state;
    int listener = listen_unix(fixture->path, SOCK_STREAM, 1);
    pid_t pid = fork_client(fixture->path);

    assert_no_holder(fixture->path);
    end_client(pid);
    close(listener);
}

/* QEMU started with a relative path names it so; the file's identity tells, not the name. */
static void test_holder_of_relative_and_linked_path(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *here = g_get_current_dir();
    g_autofree char *link = g_strconcat(fixture->directory, "/link", NULL);
    int listener, client;
    pid_t pid;

    assert_int_equal(chdir(fixture->directory), 0);
    listener = listen_unix("x", SOCK_STREAM, 1);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(symlink("x", link), 0);
    pid = fork_client(fixture->path);
    client = accept(listener, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        g_autoptr(SocketHolder) holder = discover_socket_holder(i ? link : fixture->path);

        assert_non_null(holder);
        assert_int_equal(holder->pid, pid);
        assert_string_equal(holder->program, "test_connect");
    }
    end_client(pid);
    g_remove(link);
    close(client);
    close(listener);
}

#define CONNECT_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONNECT_TEST(test_no_socket),
        CONNECT_TEST(test_not_a_socket),
        CONNECT_TEST(test_stale_socket),
        CONNECT_TEST(test_datagram_socket),
        CONNECT_TEST(test_no_permission),
        CONNECT_TEST(test_control_characters_in_the_path),
        CONNECT_TEST(test_abstract),
        CONNECT_TEST(test_tcp_refused),
        CONNECT_TEST(test_tcp_unknown_host),
        CONNECT_TEST(test_tcp_without_answer),
        CONNECT_TEST(test_tcp_silent),
        CONNECT_TEST(test_greetings_of_others),
        CONNECT_TEST(test_banner_in_pieces),
        CONNECT_TEST(test_long_banner_is_cut),
        CONNECT_TEST(test_end_before_greeting),
        CONNECT_TEST(test_negotiation_refused),
        CONNECT_TEST(test_greets_and_stops),
        CONNECT_TEST(test_in_use_with_holder),
        CONNECT_TEST(test_backlog_full),
        CONNECT_TEST(test_no_holder),
        CONNECT_TEST(test_waiting_client_is_no_holder),
        CONNECT_TEST(test_holder_of_relative_and_linked_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
