/* Plans for media, their way back and that of the way back, on drives built by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/history.h"
#include "engine/medium.h"
#include "tests/unit/engine/plan_guest.h"

/* A SCSI CD-ROM drive with a disc that blockdev-add opened; a test makes it another. */
typedef struct {
    Guest *guest;
    Device *device;
    Drive *drive;
    Image image;
} Bench;

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    Bus *bus;

    bench->guest = make_pc();
    bus = guest_find_bus(bench->guest, "lsi0.0", NULL);
    bench->device = add_disk(bus, 5, "cd0", NULL, "iso", "/images/a.iso");
    bench->device->kind = KIND_CDROM;
    bench->drive = bench->device->drive;
    bench->drive->removable = bench->drive->has_tray = bench->drive->readonly = TRUE;
    bench->drive->qdev = g_strdup("cd0");
    json_array_append_new(bench->guest->nodes,
                          json_pack("{s:s,s:s,s:s,s:b}", "node-name", "iso", "drv", "raw", "file",
                                    "/images/a.iso", "ro", TRUE));
    guest_index(bench->guest);
    bench->image = (Image){ .path = (char *)"/images/new.iso",
                            .real = (char *)"/images/new.iso",
                            .format = (char *)"raw",
                            .size = 4096 };
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;

    guest_unref(bench->guest);
    g_free(bench);
    return 0;
}

static Plan *plan_for(const Bench *bench, const char *file, gboolean force, GError **error)
{
    const HotplugFacts facts = { bench->guest, NULL, &bench->image, NULL };
    const MediumChange change = { .file = file, .force = force };

    return medium_plan(&facts, bench->device, &change, error);
}

static void assert_plan(const Plan *plan, const char *expected)
{
    g_autofree char *text = plan_text(plan);

    assert_string_equal(text, expected);
}

static void assert_refused(const Bench *bench, const char *file, const char *why)
{
    g_autoptr(GError) error = NULL;

    assert_null(plan_for(bench, file, FALSE, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
    assert_non_null(strstr(error->message, why));
}

static gboolean cautions(const Plan *plan, const char *text)
{
    for (guint i = 0; i < plan->checks->len; i++) {
        const PlanCheck *check = plan->checks->pdata[i];

        if (check->caution && strstr(check->text, text))
            return TRUE;
    }
    return FALSE;
}

#define NEW_NODE                                                                                   \
    "blockdev-add node-name=cd0-medium0 driver=raw read-only=true file.driver=file "               \
    "file.filename=/images/new.iso\n"
#define OLD_NODE                                                                                   \
    "blockdev-add node-name=iso driver=raw file.driver=file file.filename=/images/a.iso "          \
    "read-only=true"

static void test_changes_a_disc(void **state)
{
    const Bench *bench = *state;
    g_autoptr(Plan) plan = plan_for(bench, "/images/new.iso", FALSE, NULL);
    g_autoptr(Plan) undo = plan_invert(plan, NULL);
    g_autoptr(Plan) again = plan_again(plan, NULL);
    g_autofree char *one = plan_text(plan), *two = plan_text(again);

    assert_int_equal(plan->verb, PLAN_MEDIUM);
    assert_int_equal(undo->verb, PLAN_MEDIUM);
    assert_string_equal(((const PlanSubject *)plan->subjects->pdata[0])->id, "cd0");
    assert_plan(plan,
                "put new.iso into cd0\n" NEW_NODE "  undo blockdev-del node-name=cd0-medium0\n"
                "blockdev-open-tray id=cd0\n"
                "  undo blockdev-close-tray id=cd0\n"
                "blockdev-remove-medium id=cd0\n"
                "  undo blockdev-insert-medium id=cd0 node-name=iso\n"
                "blockdev-insert-medium id=cd0 node-name=cd0-medium0\n"
                "  undo blockdev-remove-medium id=cd0\n"
                "blockdev-close-tray id=cd0\n"
                "  undo blockdev-open-tray id=cd0\n"
                "blockdev-del node-name=iso\n"
                "  undo " OLD_NODE);
    assert_non_null(undo);
    assert_string_equal(one, two);
}

/* A -drive's node dies when it is taken out: it comes back under a name of its own, and is removed
 * when the disc is changed again. */
static void test_the_disc_of_a_drive_option(void **state)
{
    const Bench *bench = *state;
    Drive *drive = bench->drive;
    g_autoptr(Plan) plan = NULL, undo = NULL, again = NULL;

    drive->backend = g_strdup("cda");
    g_free(drive->node);
    drive->node = g_strdup("#block9");
    json_array_append_new(bench->guest->nodes,
                          json_pack("{s:s,s:s,s:s,s:b}", "node-name", "#block9", "drv", "raw",
                                    "file", "/images/a.iso", "ro", TRUE));
    plan = plan_for(bench, NULL, FALSE, NULL);
    assert_plan(plan, "eject a.iso from cd0\n"
                      "blockdev-open-tray id=cd0\n"
                      "  undo blockdev-close-tray id=cd0\n"
                      "blockdev-remove-medium id=cd0\n"
                      "  undo blockdev-add node-name=cd0-before0 driver=raw file.driver=file "
                      "file.filename=/images/a.iso read-only=true\n"
                      "  undo blockdev-insert-medium id=cd0 node-name=cd0-before0");
    undo = plan_invert(plan, NULL);
    assert_plan(undo, "undo: eject a.iso from cd0\n"
                      "blockdev-add node-name=cd0-before0 driver=raw file.driver=file "
                      "file.filename=/images/a.iso read-only=true\n"
                      "  undo blockdev-del node-name=cd0-before0\n"
                      "blockdev-insert-medium id=cd0 node-name=cd0-before0\n"
                      "  undo blockdev-remove-medium id=cd0\n"
                      "blockdev-close-tray id=cd0\n"
                      "  undo blockdev-open-tray id=cd0");
    again = plan_again(plan, NULL);
    assert_plan(again, "eject a.iso from cd0\n"
                       "blockdev-open-tray id=cd0\n"
                       "  undo blockdev-close-tray id=cd0\n"
                       "blockdev-remove-medium id=cd0\n"
                       "  undo blockdev-insert-medium id=cd0 node-name=cd0-before0\n"
                       "blockdev-del node-name=cd0-before0\n"
                       "  undo blockdev-add node-name=cd0-before0 driver=raw file.driver=file "
                       "file.filename=/images/a.iso read-only=true");
}

static void test_fills_an_open_tray(void **state)
{
    const Bench *bench = *state;
    g_autoptr(Plan) plan = NULL;

    bench->drive->inserted = FALSE;
    bench->drive->tray_open = TRUE;
    plan = plan_for(bench, "/images/new.iso", FALSE, NULL);
    assert_plan(plan,
                "put new.iso into cd0\n" NEW_NODE "  undo blockdev-del node-name=cd0-medium0\n"
                "blockdev-insert-medium id=cd0 node-name=cd0-medium0\n"
                "  undo blockdev-remove-medium id=cd0\n"
                "blockdev-close-tray id=cd0\n"
                "  undo blockdev-open-tray id=cd0");
    assert_refused(bench, NULL, "nothing to eject");
}

/* It has no tray, no lock, and is written to. */
static void test_ejects_a_floppy(void **state)
{
    const Bench *bench = *state;
    Drive *drive = bench->drive;
    g_autoptr(Plan) plan = NULL;

    bench->device->kind = KIND_FLOPPY;
    g_clear_pointer(&bench->device->id, g_free);
    g_free(drive->qdev);
    drive->qdev = g_strdup("/machine/unattached/device[13]");
    drive->has_tray = drive->readonly = FALSE;
    plan = plan_for(bench, NULL, FALSE, NULL);
    assert_plan(plan, "eject a.iso from scsi-hd at 0:0:5\n"
                      "blockdev-remove-medium id=/machine/unattached/device[13]\n"
                      "  undo blockdev-insert-medium id=/machine/unattached/device[13] "
                      "node-name=iso\n"
                      "blockdev-del node-name=iso\n"
                      "  undo " OLD_NODE);
    assert_true(cautions(plan, "not asked"));
}

static void test_tells_of_a_locked_tray(void **state)
{
    const Bench *bench = *state;
    g_autoptr(Plan) asked = NULL, forced = NULL;
    json_t *arguments;

    bench->drive->locked = TRUE;
    asked = plan_for(bench, NULL, FALSE, NULL);
    assert_true(cautions(asked, "it is asked to open it"));
    forced = plan_for(bench, NULL, TRUE, NULL);
    assert_true(cautions(forced, "by force"));
    arguments = ((const Step *)forced->steps->pdata[0])->action->arguments;
    assert_true(json_is_true(json_object_get(arguments, "force")));
}

/* The human monitor has one command for it, and no name for every drive. */
static void test_changes_as_a_whole(void **state)
{
    Bench *bench = *state;
    g_autoptr(Plan) plan = NULL, eject = NULL;

    bench->guest->can = (Capabilities){ .known = TRUE, .qom = TRUE, .device_add = TRUE };
    assert_refused(bench, "/images/new.iso", "has a drive without a name");
    bench->drive->backend = g_strdup("cd");
    g_free(bench->drive->format);
    bench->drive->format = g_strdup("raw");
    plan = plan_for(bench, "/images/new.iso", FALSE, NULL);
    assert_plan(plan, "put new.iso into cd0\n"
                      "blockdev-change-medium device=cd filename=/images/new.iso format=raw "
                      "read-only-mode=read-only\n"
                      "  undo blockdev-change-medium device=cd filename=/images/a.iso format=raw "
                      "read-only-mode=read-only");
    assert_false(plan_is_human(plan));
    plan_set_form(plan, FORM_LINE);
    assert_true(plan_is_human(plan));
    assert_plan(plan, "put new.iso into cd0\n"
                      "change cd /images/new.iso raw read-only\n"
                      "  undo change cd /images/a.iso raw read-only");
    eject = plan_for(bench, NULL, TRUE, NULL);
    plan_set_form(eject, FORM_LINE);
    assert_plan(eject, "eject a.iso from cd0\n"
                       "eject -f cd\n"
                       "  undo change cd /images/a.iso raw read-only");
}

static void test_refusals(void **state)
{
    const Bench *bench = *state;
    g_autoptr(GError) error = NULL;
    Device *hard = guest_find_id(bench->guest, "sda");
    const HotplugFacts facts = { bench->guest, NULL, &bench->image, NULL };
    const MediumChange change = { .file = "/images/new.iso" };

    assert_null(medium_plan(&facts, hard, &change, &error));
    assert_non_null(strstr(error->message, "sda keeps its medium"));
    g_clear_error(&error);
    assert_null(medium_plan(&facts, guest_find_id(bench->guest, "net0"), &change, &error));
    assert_non_null(strstr(error->message, "net0 is no drive"));
    assert_refused(bench, "/images/a.qcow2", "in use by scsi-hd sda");
}

/* The drive came by -drive, its disc by blockdev-add: that node stays behind unless it is removed,
 * and comes back once. */
static void test_detaches_with_another_disc(void **state)
{
    const Bench *bench = *state;
    Drive *drive = bench->drive;
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    const HotplugFacts facts = { bench->guest, NULL, NULL, NULL };
    g_autoptr(Plan) plan = NULL;

    drive->backend = g_strdup("cda");
    g_free(drive->node);
    drive->node = g_strdup("cd0-medium0");
    json_array_append_new(bench->guest->nodes,
                          json_pack("{s:s,s:s,s:s,s:b}", "node-name", "cd0-medium0", "drv", "raw",
                                    "file", "/images/new.iso", "ro", TRUE));
    g_ptr_array_add(devices, bench->device);
    plan = hotplug_plan_detach(&facts, devices, NULL);
    assert_non_null(plan);
    assert_plan(plan, "detach cdrom cd0 at 0:0:5\n"
                      "device_del id=cd0\n"
                      "  undo device_add driver=scsi-hd id=cd0 drive=cd0-medium0 bus=lsi0.0 "
                      "channel=0 scsi-id=5 lun=0\n"
                      "  leaves /machine/peripheral/cd0\n"
                      "blockdev-del node-name=cd0-medium0\n"
                      "  undo blockdev-add node-name=cd0-medium0 driver=raw file.driver=file "
                      "file.filename=/images/new.iso read-only=true");
}

/* The guest went on: another disc is in the drive, or none, or the drive has gone. */
static void test_history_looks_at_the_disc(void **state)
{
    const Bench *bench = *state;
    Drive *drive = bench->drive;
    g_autoptr(Plan) eject = plan_for(bench, NULL, FALSE, NULL);
    g_autoptr(Plan) undo = plan_invert(eject, NULL);
    g_autoptr(GError) error = NULL;

    assert_true(history_check_plan(eject, bench->guest, NULL));
    assert_false(history_check_plan(undo, bench->guest, &error));
    json_array_remove(bench->guest->nodes, json_array_size(bench->guest->nodes) - 1);
    g_clear_error(&error);
    assert_false(history_check_plan(undo, bench->guest, &error));
    assert_non_null(strstr(error->message, "the medium of cd0 is another one now"));
    drive->inserted = FALSE;
    assert_true(history_check_plan(undo, bench->guest, NULL));
    assert_false(history_check_plan(eject, bench->guest, NULL));
    drive->inserted = TRUE;
    g_free(drive->node);
    drive->node = g_strdup("other");
    assert_false(history_check_plan(eject, bench->guest, NULL));
    g_free(drive->qdev);
    drive->qdev = g_strdup("cd1");
    g_clear_pointer(&bench->device->id, g_free);
    g_free(bench->device->path);
    bench->device->path = g_strdup("/machine/peripheral/cd1");
    g_clear_error(&error);
    assert_false(history_check_plan(undo, bench->guest, &error));
    assert_non_null(strstr(error->message, "not there any more"));
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_changes_a_disc),
        WITH_BENCH(test_the_disc_of_a_drive_option),
        WITH_BENCH(test_fills_an_open_tray),
        WITH_BENCH(test_ejects_a_floppy),
        WITH_BENCH(test_tells_of_a_locked_tray),
        WITH_BENCH(test_detaches_with_another_disc),
        WITH_BENCH(test_changes_as_a_whole),
        WITH_BENCH(test_refusals),
        WITH_BENCH(test_history_looks_at_the_disc),
    };

    return cmocka_run_group_tests_name("medium", tests, NULL, NULL);
}
