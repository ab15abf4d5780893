/* Ways to a human monitor: over telnet, on a line that a serial port shares, behind a client that
 * left half a line; and two consoles at the two monitors of one guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/real_plan.h"

/* How soon each sees what the other one changed. */
#define SEEN_MS 2000

typedef struct {
    RealQemu *qemu;
    Session *one, *other;
    Outcome outcomes[2];
    const char *id; /* that is waited for */
} Bench;

/* One QEMU for all tests, with a QMP monitor, and these human ones. */
static const char *const monitors[] = {
    "-chardev", "socket,id=plain,path=plain,server=on,wait=off",
    "-mon",     "plain",
    "-chardev", "socket,id=telnet,path=telnet,server=on,wait=off,telnet=on",
    "-mon",     "telnet",
    "-chardev", "socket,id=shared,path=shared,server=on,wait=off,mux=on",
    "-mon",     "shared",
    "-serial",  "chardev:shared",
    "-device",  "lsi53c895a,id=scsi0",
    NULL,
};

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);

    g_unsetenv("BACKPLANE_TEST_DIALECT");
    bench->qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    for (guint i = 0; monitors[i]; i++)
        real_qemu_add(bench->qemu, monitors[i], NULL);
    real_qemu_launch(bench->qemu);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;

    real_qemu_stop(bench->qemu);
    g_free(bench);
    return 0;
}

/* --- sessions -------------------------------------------------------------------------------- */

static gboolean is_live(gpointer session)
{
    return session_state(session) == SESSION_LIVE || session_state(session) == SESSION_LOST;
}

static Session *watch(const char *target)
{
    Session *session = session_new(target, SESSION_WATCH, NULL);

    assert_true(wait_until(is_live, session, REAL_QEMU_PATIENCE_MS));
    if (session_error(session))
        fail_msg("%s", session_error(session)->message);
    return session;
}

static Session *watch_human(const Bench *bench, const char *socket)
{
    g_autofree char *target =
        g_strdup_printf("unix:%s/%s", real_qemu_directory(bench->qemu), socket);
    Session *session = watch(target);

    assert_string_equal(session_guest(session)->dialect, "hmp");
    return session;
}

/* --- other ways ------------------------------------------------------------------------------ */

static int open_socket(const Bench *bench, const char *socket_name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s",
               real_qemu_directory(bench->qemu), socket_name);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Sends it, and waits until that comes. */
static void type(int fd, const char *keys, const char *answer)
{
    g_autoptr(GString) said = g_string_new(NULL);

    assert_int_equal(write(fd, keys, strlen(keys)), strlen(keys));
    while (!strstr(said->str, answer)) {
        char bytes[4096];
        ssize_t length = read(fd, bytes, sizeof(bytes));

        assert_true(length > 0);
        g_string_append_len(said, bytes, length);
    }
}

static void assert_same_guest(const Bench *bench, const char *socket)
{
    Session *qmp = watch(real_qemu_target(bench->qemu)), *human = watch_human(bench, socket);

    assert_int_equal(session_guest(qmp)->devices->len, session_guest(human)->devices->len);
    assert_string_equal(session_guest(qmp)->qemu, session_guest(human)->qemu);
    session_free(qmp);
    session_free(human);
}

static void test_over_telnet(void **state)
{
    assert_same_guest(*state, "telnet");
}

/* Ctrl-A c gives the line to the monitor, and there it stays when the client leaves. */
static void test_on_a_shared_line(void **state)
{
    const Bench *bench = *state;
    int fd = open_socket(bench, "shared");

    type(fd,
         "\x01"
         "c",
         "(qemu) ");
    close(fd);
    assert_same_guest(bench, "shared");
}

static void test_after_half_a_line(void **state)
{
    const Bench *bench = *state;
    int fd = open_socket(bench, "plain");

    type(fd, "", "(qemu) ");
    type(fd, "quit", "quit");
    close(fd);
    assert_same_guest(bench, "plain");
}

/* --- two consoles ---------------------------------------------------------------------------- */

static gboolean has(Session *session, const char *id)
{
    const GPtrArray *devices = session_guest(session)->devices;

    for (guint i = 0; i < devices->len; i++) {
        if (g_strcmp0(((const Device *)devices->pdata[i])->id, id) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean other_has_it(gpointer data)
{
    const Bench *bench = data;

    return has(bench->other, bench->id);
}

static gboolean nobody_has_it(gpointer data)
{
    const Bench *bench = data;

    return !has(bench->one, bench->id) && !has(bench->other, bench->id);
}

static gboolean both_are_over(gpointer data)
{
    const Bench *bench = data;

    return bench->outcomes[0] != OUTCOME_PENDING && bench->outcomes[1] != OUTCOME_PENDING;
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    *(Outcome *)data = transaction_outcome(transaction);
}

static void detach_from_both(Bench *bench, const char *id)
{
    Plan *one = real_plan_detach(bench->one, id, NULL);
    Plan *other = real_plan_detach(bench->other, id, NULL);

    bench->id = id;
    bench->outcomes[0] = bench->outcomes[1] = OUTCOME_PENDING;
    session_run(bench->one, one, on_finished, &bench->outcomes[0]);
    session_run(bench->other, other, on_finished, &bench->outcomes[1]);
    assert_true(wait_until(both_are_over, bench, REAL_QEMU_PATIENCE_MS));
    assert_int_equal(bench->outcomes[0], OUTCOME_DONE);
    assert_int_equal(bench->outcomes[1], OUTCOME_DONE);
    assert_true(wait_until(nobody_has_it, bench, SEEN_MS));
}

static void attach(Bench *bench, Session *by, Session *seen_by, const char *kind,
                   const char *option)
{
    const char *const options[] = { option, NULL };
    Session *one = bench->one, *other = bench->other;

    real_plan_run(by, real_plan_attach(by, kind, options, NULL));
    bench->one = by;
    bench->other = seen_by;
    bench->id = strchr(option, '=') + 1;
    assert_true(wait_until(other_has_it, bench, SEEN_MS));
    bench->one = one;
    bench->other = other;
}

/* Each sees what the other one does, and both may let go of the same device. */
static void test_two_consoles(void **state)
{
    Bench *bench = *state;
    g_autofree char *before = NULL;

    bench->one = watch(real_qemu_target(bench->qemu));
    bench->other = watch_human(bench, "plain");
    before = real_qemu_state(bench->qemu);
    attach(bench, bench->one, bench->other, "nic", "id=by-qmp");
    attach(bench, bench->other, bench->one, "nic", "id=by-hmp");
    detach_from_both(bench, "by-qmp");
    detach_from_both(bench, "by-hmp");
    real_plan_assert_state(bench->qemu, before, "of both");
    session_free(bench->one);
    session_free(bench->other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_over_telnet),
        cmocka_unit_test(test_on_a_shared_line),
        cmocka_unit_test(test_after_half_a_line),
        cmocka_unit_test(test_two_consoles),
    };

    return cmocka_run_group_tests_name("human", tests, set_up, tear_down);
}
