/* Real sessions recorded and shown again: every picture is the one that was. And what a killed
 * program leaves can be shown. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "monitor/hmp_line.h"
#include "tests/support/real_plan.h"
#include "tests/support/session_film.h"
#include "tests/support/temp.h"

typedef struct {
    RealQemu *qemu;
    Session *session;
    SessionFilm *film;
    const char *id;
    DeviceState state;
    guint finished;
} Bench;

static Device *device(const Bench *bench)
{
    const Guest *guest = session_guest(bench->session);

    return guest ? guest_find_id(guest, bench->id) : NULL;
}

static gboolean is_live(gpointer data)
{
    return session_state(((Bench *)data)->session) == SESSION_LIVE;
}

static gboolean is_lost(gpointer data)
{
    return session_state(((Bench *)data)->session) == SESSION_LOST;
}

static gboolean is_there(gpointer data)
{
    return device(data) != NULL;
}

static gboolean is_in_state(gpointer data)
{
    const Bench *bench = data;
    const Device *found = device(bench);

    return found && found->state == bench->state;
}

static gboolean is_finished(gpointer data)
{
    return ((Bench *)data)->finished > 0;
}

static void await(Bench *bench, gboolean (*condition)(gpointer data), const char *id)
{
    bench->id = id;
    if (!wait_until(condition, bench, REAL_QEMU_PATIENCE_MS))
        fail_msg("waited in vain for %s", id ? id : "the session");
}

static Bench *bench_new(const char *machine)
{
    Bench *bench = g_new0(Bench, 1);

    bench->qemu = real_qemu_new(machine, REAL_QEMU_GUEST);
    if (strcmp(machine, "q35") == 0)
        real_qemu_add(bench->qemu, "-device", "pcie-root-port,id=rp1,slot=1", "-device",
                      "pcie-root-port,id=rp2,slot=2", "-device", "virtio-scsi-pci,id=scsi0", NULL);
    else
        real_qemu_add(bench->qemu, "-device", "lsi53c895a,id=scsi0,bus=pci.0,addr=0a.0", "-device",
                      "e1000,id=net0,bus=pci.0,addr=14.0", NULL);
    real_qemu_launch(bench->qemu);
    real_qemu_serial_wait(bench->qemu, "ready");
    bench->session = session_new(real_qemu_target(bench->qemu), SESSION_WATCH, NULL);
    bench->film = session_film_new(bench->session);
    await(bench, is_live, NULL);
    return bench;
}

/* The recorded session has to be there until the film has ended. */
static void bench_check_and_free(Bench *bench)
{
    session_film_end(bench->film);
    session_film_check(bench->film);
    session_film_free(bench->film);
    session_free(bench->session);
    real_qemu_stop(bench->qemu);
    g_free(bench);
}

/* --- stories --------------------------------------------------------------------------------- */

static void attach_disk(Bench *bench, const char *name)
{
    const char *image = real_qemu_image(bench->qemu, name, "qcow2", 1 << 20);
    g_autofree char *file = g_strconcat("file=", image, NULL);
    g_autofree char *id = g_strconcat("id=", name, NULL);
    const char *const options[] = { file, id, "bus=scsi", NULL };

    real_plan_run(bench->session, real_plan_attach(bench->session, "disk", options, NULL));
}

static void attach_nic(Bench *bench, const char *bus)
{
    const char *const options[] = { "model=e1000", "backend=user", "id=net1", bus, NULL };

    real_plan_run(bench->session, real_plan_attach(bench->session, "nic", options, NULL));
}

static void detach(Bench *bench, const char *name)
{
    real_plan_run(bench->session, real_plan_detach(bench->session, name, NULL));
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    ((Bench *)data)->finished++;
}

static void detach_from_a_stubborn_guest(Bench *bench, const char *name)
{
    real_qemu_serial_send(bench->qemu, "stubborn");
    real_qemu_serial_wait(bench->qemu, "now stubborn");
    session_run(bench->session, real_plan_detach(bench->session, name, NULL), on_finished, bench);
    bench->state = STATE_LEAVING;
    await(bench, is_in_state, name);
    real_qemu_serial_wait(bench->qemu, "stubborn: keeping");
    assert_true(session_ask_again(bench->session, device(bench)));
    real_qemu_serial_send(bench->qemu, "willing");
    await(bench, is_finished, name);
}

static void lose(Bench *bench)
{
    real_qemu_tell(bench->qemu, "quit", NULL);
    await(bench, is_lost, NULL);
}

static void test_a_day_on_pc(void **state)
{
    Bench *bench = bench_new("pc");

    attach_disk(bench, "sda");
    attach_nic(bench, NULL);
    detach(bench, "sda");
    real_plan_run(bench->session, real_plan_history(bench->session, session_plan_undo));
    real_qemu_tell(bench->qemu, "stop", NULL);
    real_qemu_tell(bench->qemu, "cont", NULL);
    real_qemu_tell(bench->qemu, "device_add",
                   json_pack("{s:s,s:s,s:s}", "driver", "qemu-xhci", "bus", "pci.0", "id", "x"));
    await(bench, is_there, "x");
    detach_from_a_stubborn_guest(bench, "net0");
    lose(bench);
    bench_check_and_free(bench);
}

/* Root ports, devices without ids, and a reset in between, after which buses are numbered anew. */
static void test_a_day_on_q35(void **state)
{
    Bench *bench = bench_new("q35");

    attach_disk(bench, "sda");
    attach_nic(bench, "bus=rp1");
    real_qemu_tell(bench->qemu, "device_add",
                   json_pack("{s:s,s:s}", "driver", "virtio-rng-pci", "bus", "rp2"));
    real_qemu_tell(bench->qemu, "system_reset", NULL);
    real_qemu_serial_wait(bench->qemu, "ready");
    detach(bench, "sda");
    real_plan_run(bench->session, real_plan_history(bench->session, session_plan_undo));
    lose(bench);
    bench_check_and_free(bench);
}

/* --- a killed program ------------------------------------------------------------------------ */

static void record_until_killed(const char *target, const char *path)
{
    Session *session = session_new(target, SESSION_WATCH, NULL);

    if (!session_record(session, path, NULL))
        _exit(1);
    for (;;)
        g_main_context_iteration(NULL, TRUE);
}

static gboolean tells_that_it_is_live(gpointer data)
{
    g_autofree char *contents = NULL;

    return g_file_get_contents(data, &contents, NULL, NULL) &&
           strstr(contents, "\"connected to QEMU") != NULL;
}

static void test_killed(void **state)
{
    RealQemu *qemu = real_qemu_start("pc", REAL_QEMU_GUEST, NULL);
    char *directory = temp_directory();
    g_autofree char *path = g_build_filename(directory, "killed.recording", NULL);
    g_autoptr(GError) error = NULL;
    pid_t child = fork();
    Replay *replay;

    if (child == 0)
        record_until_killed(real_qemu_target(qemu), path);
    assert_true(wait_until(tells_that_it_is_live, path, REAL_QEMU_PATIENCE_MS));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    replay = replay_new(path, &error);
    g_assert_no_error(error);
    replay_seek(replay, replay_length(replay));
    assert_int_equal(session_state(replay_session(replay)), SESSION_LIVE);
    assert_true(session_guest(replay_session(replay))->devices->len > 5);
    replay_free(replay);
    temp_directory_remove(directory);
    real_qemu_stop(qemu);
}

/* --- lines of the human monitor -------------------------------------------------------------- */

/* What the table says is there, for the QEMU at hand. */
static void test_the_human_monitor_knows_the_lines(void **state)
{
    static const char *const queries[] = {
        "query-block",
        "query-block-jobs",
        "query-blockstats",
        "query-chardev",
        "query-cpus-fast",
        "query-hotpluggable-cpus",
        "query-iothreads",
        "query-kvm",
        "query-memdev",
        "query-memory-devices",
        "query-memory-size-summary",
        "query-mice",
        "query-migrate",
        "query-name",
        "query-named-block-nodes",
        "query-pci",
        "query-status",
        "query-uuid",
        "query-version",
        "stop",
        "cont",
    };
    static const char *const changes[][2] = {
        { "netdev_add", "{\"type\":\"user\",\"id\":\"n1\"}" },
        { "device_add",
          "{\"driver\":\"e1000\",\"id\":\"net1\",\"netdev\":\"n1\",\"addr\":\"15.0\"}" },
        { "set_link", "{\"name\":\"n1\",\"up\":false}" },
        { "device_del", "{\"id\":\"net1\"}" },
        { "object-add", "{\"qom-type\":\"secret\",\"id\":\"s1\",\"data\":\"a, \\\"b\\\"\"}" },
        { "object-del", "{\"id\":\"s1\"}" },
    };
    RealQemu *qemu = real_qemu_start("pc", REAL_QEMU_STOPPED, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autofree char *line = hmp_line(queries[i], NULL);
        g_autofree char *said = real_qemu_hmp(qemu, line);

        if (strstr(said, "unknown command") || strstr(said, "Error"))
            fail_msg("%s: %s", line, said);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        json_t *arguments = json_loads(changes[i][1], 0, NULL);
        g_autofree char *line = hmp_line(changes[i][0], arguments);
        g_autofree char *said = real_qemu_hmp(qemu, line);

        json_decref(arguments);
        assert_string_equal(said, "");
    }
    real_qemu_stop(qemu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_on_pc),
        cmocka_unit_test(test_a_day_on_q35),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_the_human_monitor_knows_the_lines),
    };

    return cmocka_run_group_tests_name("recordings of real guests", tests, NULL, NULL);
}
