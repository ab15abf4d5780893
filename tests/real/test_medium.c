/* Media of real drives: changed, ejected, taken back and done again; a tray that the guest holds
 * locked (the test plays the guest, through QEMU's test interface for devices); and how fast a
 * drive is read. */
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

#define ISO_BYTES (4 << 20)
#define FLOPPY_BYTES (1440 << 10)

/* The human monitor knows a drive by the name of its -drive. */
static const char *const node_drive[] = {
    "-blockdev", "raw,node-name=isob,read-only=on,file.driver=file,file.filename=b.iso", NULL
};
static const char *const named_drive[] = { "-drive",
                                           "if=none,id=isob,media=cdrom,file=b.iso,format=raw",
                                           NULL };

static const char *const devices[] = {
    "-drive",     "if=none,id=cda,media=cdrom,file=a.iso,format=raw",
    "-device",    "ide-cd,drive=cda,bus=ide.0,unit=0",
    "-device",    "ide-cd,drive=isob,id=cdb,bus=ide.1,unit=0",
    "-device",    "virtio-scsi-pci,id=s0",
    "-device",    "scsi-cd,id=empty,bus=s0.0",
    "-drive",     "if=none,id=dc,media=cdrom,file=c.iso,format=raw",
    "-device",    "scsi-cd,id=sce,drive=dc,bus=s0.0",
    "-drive",     "if=none,id=fda,file=f.img,format=raw",
    "-device",    "floppy,drive=fda,unit=0",
    "-device",    "qemu-xhci,id=x",
    "-drive",     "if=none,id=us,file=u.img,format=raw",
    "-device",    "usb-storage,id=usb1,drive=us,removable=on,bus=x.0",
    "-qtest",     "unix:play,server=on,wait=off",
    "-qtest-log", "none",
    NULL,
};

/* name: the id, or the name of its -drive; old: in it at the start, NULL for none. */
static const struct {
    const char *name, *old, *fresh;
    gboolean tray;
    gboolean same; /* what comes back has the name of the node that it had */
} drives[] = {
    { "cda", "a.iso", "n.iso", TRUE, FALSE },  { "cdb", "b.iso", "n.iso", TRUE, TRUE },
    { "empty", NULL, "n.iso", TRUE, TRUE },    { "sce", "c.iso", "n.iso", TRUE, FALSE },
    { "fda", "f.img", "g.img", FALSE, FALSE }, { "usb1", "u.img", "h.img", TRUE, FALSE },
};

typedef struct {
    RealQemu *qemu;
    Session *session;
    int play;
} Fixture;

static void add(RealQemu *qemu, const char *const *arguments)
{
    for (; *arguments; arguments++)
        real_qemu_add(qemu, *arguments, NULL);
}

static int set_up(void **state)
{
    static const char *const images[] = { "a.iso", "b.iso", "c.iso", "n.iso", "gone.iso",
                                          "f.img", "g.img", "u.img", "h.img" };
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->qemu = real_qemu_new("pc", REAL_QEMU_STOPPED);
    for (gsize i = 0; i < G_N_ELEMENTS(images); i++)
        real_qemu_image(fixture->qemu, images[i], "raw",
                        g_str_has_suffix(images[i], "iso") ? ISO_BYTES : FLOPPY_BYTES);
    add(fixture->qemu, real_qemu_is_human() ? named_drive : node_drive);
    add(fixture->qemu, devices);
    real_qemu_launch(fixture->qemu);
    fixture->session = real_plan_session(fixture->qemu);
    fixture->play = -1;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;

    if (fixture->play >= 0)
        close(fixture->play);
    session_free(fixture->session);
    real_qemu_stop(fixture->qemu);
    g_free(fixture);
    return 0;
}

/* --- looking --------------------------------------------------------------------------------- */

static const Device *find(const Fixture *fixture, const char *name)
{
    const Guest *guest = session_guest(fixture->session);

    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];

        if (device->drive &&
            (g_strcmp0(device->id, name) == 0 || g_strcmp0(device->drive->backend, name) == 0))
            return device;
    }
    fail_msg("no drive %s", name);
    return NULL;
}

/* QEMU's own answer on the drive. (transfer full) */
static json_t *ask(const Fixture *fixture, const char *name)
{
    const char *qdev = find(fixture, name)->drive->qdev;
    json_t *blocks = real_qemu_ask(fixture->qemu, "query-block", NULL), *block, *found = NULL;
    size_t i;

    json_array_foreach (blocks, i, block) {
        if (g_strcmp0(json_string_value(json_object_get(block, "qdev")), qdev) == 0)
            found = json_incref(block);
    }
    json_decref(blocks);
    assert_non_null(found);
    return found;
}

/* QEMU and our tree have this file in the drive, NULL for none. */
static void assert_medium(const Fixture *fixture, const char *name, const char *file)
{
    const Drive *drive = find(fixture, name)->drive;
    json_t *block = ask(fixture, name);
    const char *has =
        json_string_value(json_object_get(json_object_get(block, "inserted"), "file"));

    if (file) {
        assert_non_null(has);
        assert_true(g_str_has_suffix(has, file));
        assert_true(drive->inserted && g_str_has_suffix(drive->file, file));
    } else {
        assert_null(has);
        assert_false(drive->inserted);
    }
    json_decref(block);
}

static gboolean tray_is_open(const Fixture *fixture, const char *name)
{
    json_t *block = ask(fixture, name);
    gboolean open = json_is_true(json_object_get(block, "tray_open"));

    json_decref(block);
    assert_int_equal(find(fixture, name)->drive->tray_open, open);
    return open;
}

/* --- changing -------------------------------------------------------------------------------- */

/* file: in QEMU's folder; NULL ejects. (transfer full) */
static Plan *plan(const Fixture *fixture, const char *name, const char *file, gboolean force)
{
    g_autofree char *path =
        file ? g_build_filename(real_qemu_directory(fixture->qemu), file, NULL) : NULL;
    const MediumChange change = { .file = path, .force = force };

    return real_plan_medium(fixture->session, find(fixture, name)->path, &change, NULL);
}

static void back(const Fixture *fixture)
{
    real_plan_run(fixture->session, real_plan_history(fixture->session, session_plan_undo));
}

static void again(const Fixture *fixture)
{
    real_plan_run(fixture->session, real_plan_history(fixture->session, session_plan_redo));
}

/* A drive that has no name is beyond the human monitor. */
static gboolean is_beyond(gsize which)
{
    return real_qemu_is_human() && strcmp(drives[which].name, "empty") == 0;
}

static void assert_beyond(const Fixture *fixture, gsize which)
{
    g_autofree char *path =
        g_build_filename(real_qemu_directory(fixture->qemu), drives[which].fresh, NULL);
    const MediumChange change = { .file = path };
    g_autofree char *refusal = NULL;

    assert_null(real_plan_medium(fixture->session, find(fixture, drives[which].name)->path, &change,
                                 &refusal));
    assert_non_null(strstr(refusal, "has a drive without a name"));
}

static void check_back(const Fixture *fixture, gsize which, const char *state)
{
    assert_medium(fixture, drives[which].name, drives[which].old);
    assert_false(tray_is_open(fixture, drives[which].name));
    if (drives[which].same && !real_qemu_is_human())
        real_plan_assert_state(fixture->qemu, state, "taken back");
}

static void test_changes_and_goes_back(void **state)
{
    const Fixture *fixture = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(drives); i++) {
        const char *name = drives[i].name;
        g_autofree char *before = real_qemu_state(fixture->qemu);

        if (is_beyond(i)) {
            assert_beyond(fixture, i);
            continue;
        }
        if (!real_qemu_is_human()) /* which tells of a tray that is locked or open only */
            assert_int_equal(find(fixture, name)->drive->has_tray, drives[i].tray);
        assert_medium(fixture, name, drives[i].old);
        real_plan_run(fixture->session, plan(fixture, name, drives[i].fresh, FALSE));
        assert_medium(fixture, name, drives[i].fresh);
        assert_false(tray_is_open(fixture, name));
        back(fixture);
        check_back(fixture, i, before);
        again(fixture);
        assert_medium(fixture, name, drives[i].fresh);
        back(fixture);
        check_back(fixture, i, before);
    }
}

static void test_ejects_and_goes_back(void **state)
{
    const Fixture *fixture = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(drives); i++) {
        const char *name = drives[i].name;
        g_autofree char *before = real_qemu_state(fixture->qemu);

        if (!drives[i].old)
            continue;
        real_plan_run(fixture->session, plan(fixture, name, NULL, FALSE));
        assert_medium(fixture, name, NULL);
        assert_int_equal(tray_is_open(fixture, name), drives[i].tray);
        back(fixture);
        check_back(fixture, i, before);
        again(fixture);
        assert_medium(fixture, name, NULL);
        /* Into the open tray. */
        real_plan_run(fixture->session, plan(fixture, name, drives[i].fresh, FALSE));
        assert_medium(fixture, name, drives[i].fresh);
        assert_false(tray_is_open(fixture, name));
    }
}

static gboolean has_node(const Fixture *fixture, const char *name)
{
    json_t *nodes = real_qemu_ask(fixture->qemu, "query-named-block-nodes", NULL), *node;
    gboolean found = FALSE;
    size_t i;

    json_array_foreach (nodes, i, node)
        found |= g_strcmp0(json_string_value(json_object_get(node, "node-name")), name) == 0;
    json_decref(nodes);
    return found;
}

/* A drive of -drive that has another disc by now: the disc's node goes with it, and comes back. */
static void test_detaches_with_another_disc(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *node = g_strdup(find(fixture, "sce")->drive->node);

    assert_medium(fixture, "sce", "n.iso");
    assert_true(has_node(fixture, node));
    real_plan_run(fixture->session, real_plan_detach(fixture->session, "sce", NULL));
    assert_false(has_node(fixture, node));
    back(fixture);
    if (node[0] != '#')
        assert_true(has_node(fixture, node));
    assert_medium(fixture, "sce", "n.iso");
}

/* The file has gone since the plan was made: nothing has happened to the drive. */
static void test_keeps_the_old_one_on_a_refusal(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *before = real_qemu_state(fixture->qemu);
    g_autofree char *file = g_build_filename(real_qemu_directory(fixture->qemu), "gone.iso", NULL);
    Plan *planned = plan(fixture, "cdb", "gone.iso", FALSE);
    g_autofree char *error = NULL;

    assert_int_equal(unlink(file), 0);
    error = real_plan_run_to(fixture->session, planned, OUTCOME_ROLLED_BACK);
    assert_non_null(strstr(error, "No such file"));
    real_plan_assert_state(fixture->qemu, before, "refused");
    assert_false(tray_is_open(fixture, "cdb"));
}

/* --- a guest that locks the tray ------------------------------------------------------------- */

static void play(Fixture *fixture, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void play(Fixture *fixture, const char *format, ...)
{
    g_autofree char *command = NULL;
    char answer[64];
    va_list arguments;

    va_start(arguments, format);
    command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    assert_int_equal(write(fixture->play, command, strlen(command)), strlen(command));
    assert_true(read(fixture->play, answer, sizeof answer) > 2);
    assert_memory_equal(answer, "OK", 2);
}

/* An ATAPI command without data to the master of the second IDE channel. */
static void atapi(Fixture *fixture, guint8 command, guint8 argument)
{
    const guint16 words[6] = { command, 0, argument };

    play(fixture, "outb 0x176 0xa0\n");
    play(fixture, "outb 0x174 0xff\n");
    play(fixture, "outb 0x177 0xa0\n");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        play(fixture, "outw 0x170 0x%x\n", words[i]);
}

static void play_open(Fixture *fixture)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_autofree char *path = g_build_filename(real_qemu_directory(fixture->qemu), "play", NULL);

    assert_true(g_strlcpy(address.sun_path, path, sizeof address.sun_path) <
                sizeof address.sun_path);
    fixture->play = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fixture->play, (struct sockaddr *)&address, sizeof address), 0);
}

#define TEST_UNIT_READY 0
#define REQUEST_SENSE 3
#define SENSE_BYTES 18
#define PREVENT_REMOVAL 0x1e
#define START_STOP 0x1b
#define EJECT 2

/* A drive with another medium says so, and does nothing else before it was heard. */
static void hear(Fixture *fixture)
{
    atapi(fixture, TEST_UNIT_READY, 0);
    atapi(fixture, REQUEST_SENSE, SENSE_BYTES);
    for (int i = 0; i < SENSE_BYTES / 2; i++)
        play(fixture, "inw 0x170\n");
}

static void lock_tray(Fixture *fixture)
{
    json_t *block;

    if (fixture->play < 0)
        play_open(fixture);
    for (int i = 0; i < 3; i++)
        hear(fixture);
    atapi(fixture, PREVENT_REMOVAL, 1);
    block = ask(fixture, "cdb");
    assert_true(json_is_true(json_object_get(block, "locked")));
    json_decref(block);
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    *(Outcome *)data = transaction_outcome(transaction);
}

static gboolean waits(gpointer session)
{
    const GPtrArray *running = session_running(session);
    const Plan *planned = running->len ? transaction_plan(running->pdata[0]) : NULL;

    for (guint i = 0; planned && i < planned->steps->len; i++) {
        if (((const Step *)planned->steps->pdata[i])->state == STEP_LEAVING)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_over(gpointer outcome)
{
    return *(Outcome *)outcome != OUTCOME_PENDING;
}

static void test_waits_for_a_locked_tray(void **state)
{
    Fixture *fixture = *state;
    Outcome outcome = OUTCOME_PENDING;

    lock_tray(fixture);
    session_run(fixture->session, plan(fixture, "cdb", "b.iso", FALSE), on_finished, &outcome);
    assert_true(wait_until(waits, fixture->session, REAL_QEMU_PATIENCE_MS));
    assert_int_equal(outcome, OUTCOME_PENDING);
    atapi(fixture, PREVENT_REMOVAL, 0);
    atapi(fixture, START_STOP, EJECT);
    assert_true(wait_until(is_over, &outcome, REAL_QEMU_PATIENCE_MS));
    assert_int_equal(outcome, OUTCOME_DONE);
    assert_medium(fixture, "cdb", "b.iso");
}

static void test_opens_a_locked_tray_by_force(void **state)
{
    Fixture *fixture = *state;
    Plan *planned;

    lock_tray(fixture);
    planned = plan(fixture, "cdb", NULL, TRUE);
    assert_true(((const PlanCheck *)planned->checks->pdata[0])->caution);
    assert_non_null(strstr(((const PlanCheck *)planned->checks->pdata[0])->text, "by force"));
    real_plan_run(fixture->session, planned);
    assert_medium(fixture, "cdb", NULL);
}

/* --- rates ----------------------------------------------------------------------------------- */

static gboolean rate_is_known(gpointer data)
{
    const Fixture *fixture = data;
    Rate rate;

    return session_rate(fixture->session, find(fixture, "cdb"), &rate);
}

static gboolean rate_is_seen(gpointer data)
{
    const Fixture *fixture = data;
    Rate rate;

    return session_rate(fixture->session, find(fixture, "cdb"), &rate) && rate.read > 0;
}

/* qemu-io counts as the guest's own reading does, unlike its plain "read". */
static void test_tells_rates(void **state)
{
    Fixture *fixture = *state;
    Rate rate;

    session_watch_rates(fixture->session, TRUE);
    assert_true(wait_until(rate_is_known, fixture, REAL_QEMU_PATIENCE_MS));
    for (gsize i = 0; i < G_N_ELEMENTS(drives); i++) {
        if (is_beyond(i))
            continue;
        assert_true(session_rate(fixture->session, find(fixture, drives[i].name), &rate));
        assert_int_equal(rate.read, 0);
        assert_int_equal(rate.written, 0);
    }
    g_free(real_qemu_hmp(fixture->qemu, "qemu-io -d cdb \"aio_read 0 1M\""));
    assert_true(wait_until(rate_is_seen, fixture, REAL_QEMU_PATIENCE_MS));
    assert_true(session_rate(fixture->session, find(fixture, "cdb"), &rate));
    assert_in_range(rate.read, 1 << 16, 1 << 19);
    assert_true(session_rate(fixture->session, find(fixture, "sce"), &rate));
    assert_int_equal(rate.read, 0);
    session_watch_rates(fixture->session, FALSE);
}

/* One QEMU for all: each test says what it finds in the drives. */
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_and_goes_back),
        cmocka_unit_test(test_keeps_the_old_one_on_a_refusal),
        cmocka_unit_test(test_tells_rates),
        cmocka_unit_test(test_ejects_and_goes_back),
        cmocka_unit_test(test_detaches_with_another_disc),
        cmocka_unit_test(test_waits_for_a_locked_tray),
        cmocka_unit_test(test_opens_a_locked_tray_by_force),
    };

    return cmocka_run_group_tests_name("medium", tests, set_up, tear_down);
}
