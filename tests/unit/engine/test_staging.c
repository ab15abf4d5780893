/* Changes put aside: each is planned for the guest as those before it leave it, looked at again
 * when the guest is another, and joined to one plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/guest_after.h"
#include "engine/history.h"
#include "engine/staging.h"
#include "tests/unit/engine/plan_guest.h"

typedef struct {
    Guest *guest;
    Staging *staging;
    GHashTable *drivers;
} Bench;

static int setup(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    bench->guest = make_pc();
    bench->staging = staging_new();
    bench->drivers = g_hash_table_new(g_str_hash, g_str_equal);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    Bench *bench = *state;
    staging_free(bench->staging);
    guest_unref(bench->guest);
    g_hash_table_unref(bench->drivers);
    g_free(bench);
    return 0;
}

static HotplugFacts facts_of(Bench *bench)
{
    static const Image image = { .path = (char *)"/images/new.qcow2",
                                 .real = (char *)"/images/new.qcow2",
                                 .format = (char *)"qcow2",
                                 .size = 1 << 30,
                                 .writable = TRUE };
    return (HotplugFacts){ staging_after(bench->staging, bench->guest), bench->drivers, &image,
                           NULL };
}

static Plan *plan_attach(Bench *bench, const char *words, GError **error)
{
    HotplugFacts facts = facts_of(bench);
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    g_autoptr(Request) request = request_parse(parts[0], (const char *const *)parts + 1, error);
    return request != NULL ? hotplug_plan_attach(&facts, request, error) : NULL;
}

static Plan *plan_detach(Bench *bench, const char *id)
{
    HotplugFacts facts = facts_of(bench);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(devices, guest_find_id(facts.guest, id));
    Plan *plan = hotplug_plan_detach(&facts, devices, &error);
    assert_null(error);
    return plan;
}

static void stage(Bench *bench, Plan *plan)
{
    g_autoptr(GError) error = NULL;
    gboolean staged = staging_add(bench->staging, bench->guest, plan, FALSE, &error);
    assert_null(error);
    assert_true(staged);
}

/* Stages the attach, and gives the title of its plan. */
static const char *attach(Bench *bench, const char *words)
{
    g_autoptr(GError) error = NULL;
    Plan *plan = plan_attach(bench, words, &error);
    if (plan == NULL) {
        fail_msg("%s: %s", words, error->message);
    }
    stage(bench, plan);
    return plan->title;
}

static void refuse(Bench *bench, const char *words, const char *pattern)
{
    g_autoptr(GError) error = NULL;
    assert_null(plan_attach(bench, words, &error));
    if (!g_pattern_match_simple(pattern, error->message)) {
        fail_msg("%s\ngave      %s\nexpected  %s", words, error->message, pattern);
    }
}

static const char *problem(Bench *bench, guint index)
{
    const GPtrArray *entries = staging_entries(bench->staging, bench->guest);
    return ((const StagedPlan *)entries->pdata[index])->problem;
}

/* The same with one more device. */
static void put_another_guest(Bench *bench, guint slot, const char *driver, const char *id)
{
    guest_unref(bench->guest);
    bench->guest = make_pc();
    add_pci(guest_find_bus(bench->guest, "pci.0", NULL), slot, 0, driver, id);
    guest_index(bench->guest);
}

/* --- the guest as it will be ----------------------------------------------------------------- */

static void test_a_copy_is_the_same_and_another(void **state)
{
    Bench *bench = *state;
    g_autoptr(Guest) copy = guest_copy(bench->guest);
    assert_int_equal(copy->devices->len, bench->guest->devices->len);
    for (guint i = 0; i < copy->devices->len; i++) {
        const Device *was = bench->guest->devices->pdata[i], *is = copy->devices->pdata[i];
        assert_ptr_not_equal(was, is);
        assert_string_equal(was->path, is->path);
        assert_string_equal(was->driver, is->driver);
        assert_true(address_equal(&was->address, &is->address) ||
                    was->address.type == ADDRESS_NONE);
        assert_int_equal(was->properties->len, is->properties->len);
        assert_string_equal(was->bus->name, is->bus->name);
        assert_ptr_not_equal(was->bus, is->bus);
    }
    assert_string_equal(guest_find_id(copy, "net0")->nic->mac, "52:54:00:00:00:05");
    assert_string_equal(guest_find_id(copy, "sda")->drive->file, "/images/a.qcow2");
    assert_string_equal(device_property(guest_find_id(copy, "sdb"), "serial"), "S2");
    assert_string_equal(guest_find_netdev(copy, "n0")->peer, "net0");
    assert_true(json_equal(copy->nodes, bench->guest->nodes));
}

static void test_what_is_planned_is_in_it(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) plan = plan_attach(bench, "nic model=e1000 backend=spare", &error);
    g_autoptr(Guest) after = guest_after(bench->guest, plan);
    const Device *net1 = guest_find_id(after, "net1");
    assert_true(net1->planned);
    assert_int_equal(net1->kind, KIND_NIC);
    assert_int_equal(net1->address.pci.slot, 3);
    assert_string_equal(net1->bus->name, "pci.0");
    assert_string_equal(guest_find_netdev(after, "spare")->peer, "net1");
    assert_null(guest_find_id(bench->guest, "net1"));
    assert_null(guest_find_netdev(bench->guest, "spare")->peer);
    g_autofree char *name = device_display_name(net1);
    assert_string_equal(name, "net1 (staged)");
}

static void test_what_is_unplugged_is_not(void **state)
{
    Bench *bench = *state;
    g_autoptr(Plan) plan = plan_detach(bench, "lsi0");
    g_autoptr(Guest) after = guest_after(bench->guest, plan);
    assert_null(guest_find_id(after, "lsi0"));
    assert_null(guest_find_id(after, "sda"));
    assert_null(guest_find_bus(after, "lsi0.0", NULL));
    assert_int_equal(json_array_size(after->nodes), 0); /* with those below, and that of -drive */
    assert_int_equal(json_array_size(bench->guest->nodes), 4);
    g_autoptr(Plan) nic = plan_detach(bench, "net0");
    g_autoptr(Guest) without = guest_after(bench->guest, nic);
    assert_null(guest_find_netdev(without, "n0"));
}

/* Another medium is behind the drive for whoever plans next. */
static void test_another_medium_is_in_it(void **state)
{
    Bench *bench = *state;
    g_autoptr(Plan) plan = plan_new(PLAN_MEDIUM, "change");
    Device *cd = guest_find_id(bench->guest, "cd");
    cd->drive = g_new0(Drive, 1);
    cd->drive->inserted = TRUE;
    cd->drive->node = g_strdup("old");
    cd->drive->file = g_strdup("/images/old.iso");
    plan_add(plan, "medium",
             action_new("blockdev-remove-medium", json_pack("{s:s}", "id", "cd"), NULL), NULL);
    g_autoptr(Guest) empty = guest_after(bench->guest, plan);
    assert_false(guest_find_id(empty, "cd")->drive->inserted);
    assert_null(guest_find_id(empty, "cd")->drive->file);
    plan_add(plan, "node",
             action_new("blockdev-add",
                        json_pack("{s:s, s:s, s:b, s:{s:s}}", "node-name", "new", "driver", "raw",
                                  "read-only", TRUE, "file", "filename", "/images/new.iso"),
                        NULL),
             NULL);
    plan_add(plan, "medium",
             action_new("blockdev-insert-medium",
                        json_pack("{s:s, s:s}", "id", "cd", "node-name", "new"), NULL),
             NULL);
    g_autoptr(Guest) after = guest_after(bench->guest, plan);
    assert_true(guest_find_id(after, "cd")->drive->inserted);
    assert_string_equal(guest_find_id(after, "cd")->drive->node, "new");
    assert_string_equal(guest_find_id(after, "cd")->drive->file, "/images/new.iso");
    assert_string_equal(cd->drive->file, "/images/old.iso");
}

/* --- staged one after the other -------------------------------------------------------------- */

static void test_places_and_names_are_taken(void **state)
{
    Bench *bench = *state;
    assert_string_equal(attach(bench, "nic model=e1000"), "attach nic net1 at 00:03.0");
    assert_string_equal(attach(bench, "nic model=e1000"), "attach nic net2 at 00:04.0");
    refuse(bench, "nic address=03.0",
           "slot 03.0 of pci.0 is in use by e1000 net1 (staged); free places: *");
    refuse(bench, "controller model=lsi53c895a id=net2",
           "id net2 is in use by the e1000 at 00:04.0*");
    attach(bench, "nic backend=spare mac=52:54:00:00:00:99");
    refuse(bench, "nic backend=spare", "netdev spare is in use by net3; *");
    refuse(bench, "nic mac=52:54:00:00:00:99",
           "MAC 52:54:00:00:00:99 is in use by net3 (staged) of this guest; *");
    attach(bench, "disk file=/images/new.qcow2");
    refuse(bench, "disk file=/images/new.qcow2",
           "/images/new.qcow2 is in use by scsi-hd sd0 (staged) of this guest; *");
    assert_int_equal(staging_entries(bench->staging, bench->guest)->len, 4);
}

static void test_a_disk_on_a_staged_controller(void **state)
{
    Bench *bench = *state;
    attach(bench, "controller model=virtio-scsi-pci id=scsi9");
    assert_string_equal(attach(bench, "disk file=/images/new.qcow2 controller=scsi9 target=3"),
                        "attach disk sd0 at 1:0:3");
    assert_null(problem(bench, 1));
    /* Without the controller the disk has no place. */
    assert_true(staging_remove(bench->staging, 0));
    assert_string_equal(problem(bench, 0),
                        "bus scsi9.0 is not there any more: attach sd0 to another one");
    assert_false(staging_remove(bench->staging, 1));
}

static void test_a_staged_detach_makes_room(void **state)
{
    Bench *bench = *state;
    stage(bench, plan_detach(bench, "net0"));
    assert_string_equal(attach(bench, "nic model=rtl8139 id=net0 address=05.0"),
                        "attach nic net0 at 00:05.0");
    assert_null(problem(bench, 0));
    assert_null(problem(bench, 1));
    assert_true(staging_remove(bench->staging, 0));
    assert_string_equal(problem(bench, 0),
                        "the id net0 has been taken by another device: detach that first");
}

static void test_the_guest_changes_below(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) carried = NULL;
    attach(bench, "nic model=e1000");
    attach(bench, "nic model=e1000");
    put_another_guest(bench, 4, "rtl8139", "other");
    assert_null(problem(bench, 0));
    assert_string_equal(problem(bench, 1),
                        "00:04.0 has been taken by other: detach that first, or attach to another "
                        "place");
    assert_null(staging_join(bench->staging, bench->guest, &carried, &error));
    assert_string_equal(error->message,
                        "nothing was sent, since the guest has changed under the staged changes: "
                        "\"attach nic net2 at 00:04.0\": 00:04.0 has been taken by other: detach "
                        "that first, or attach to another place");
    /* What it does not take is not in what will be. */
    assert_non_null(guest_find_id(staging_after(bench->staging, bench->guest), "net1"));
    assert_null(guest_find_id(staging_after(bench->staging, bench->guest), "net2"));
}

/* --- as one ---------------------------------------------------------------------------------- */

static void test_joined(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) carried = NULL;
    assert_null(staging_join(bench->staging, bench->guest, &carried, &error));
    assert_non_null(strstr(error->message, "nothing is staged"));
    g_clear_error(&error);
    attach(bench, "controller model=virtio-scsi-pci id=scsi9");
    attach(bench, "disk file=/images/new.qcow2 controller=scsi9 target=3");
    stage(bench, plan_detach(bench, "net0"));
    g_autoptr(Plan) joined = staging_join(bench->staging, bench->guest, &carried, &error);
    assert_null(error);
    assert_null(carried);
    assert_string_equal(joined->title, "apply 3 changes: scsi9, sd0, net0");
    static const struct {
        const char *command, *subject;
        PlanVerb verb;
    } expected[] = {
        { "device_add", "scsi9", PLAN_ATTACH }, { "blockdev-add", "sd0", PLAN_ATTACH },
        { "device_add", "sd0", PLAN_ATTACH },   { "device_del", "net0", PLAN_DETACH },
        { "netdev_del", "net0", PLAN_DETACH },
    };
    assert_int_equal(joined->steps->len, G_N_ELEMENTS(expected));
    g_autoptr(Plan) back = plan_invert(joined, &error);
    assert_null(error);
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        const Step *step = joined->steps->pdata[i];
        const PlanSubject *subject = joined->subjects->pdata[step->subject];
        assert_string_equal(step->action->command, expected[i].command);
        assert_string_equal(subject->id, expected[i].subject);
        assert_int_equal(subject->verb, expected[i].verb);
        const Step *undo = back->steps->pdata[back->steps->len - 1 - i];
        const PlanSubject *undone = back->subjects->pdata[undo->subject];
        assert_string_equal(undone->id, expected[i].subject);
        assert_int_not_equal(undone->verb, expected[i].verb);
    }
    assert_true(history_check_plan(joined, bench->guest, &error));
}

static void test_applied(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) carried = NULL;
    attach(bench, "nic model=e1000");
    staging_begin(bench->staging);
    assert_true(staging_is_applied(bench->staging));
    assert_false(staging_remove(bench->staging, 0));
    assert_null(staging_join(bench->staging, bench->guest, &carried, &error));
    /* What is not there any more by its own doing is no problem of it. */
    put_another_guest(bench, 3, "e1000", "net1");
    assert_null(problem(bench, 0));
    staging_end(bench->staging, FALSE);
    assert_int_equal(staging_entries(bench->staging, bench->guest)->len, 1);
    assert_non_null(problem(bench, 0));
    staging_begin(bench->staging);
    staging_end(bench->staging, TRUE);
    assert_int_equal(staging_entries(bench->staging, bench->guest)->len, 0);
}

static void test_carried(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) carried = NULL;
    attach(bench, "nic model=e1000");
    Plan *plan = plan_attach(bench, "nic model=rtl8139", &error);
    assert_true(staging_add(bench->staging, bench->guest, plan, TRUE, &error));
    g_autoptr(Plan) joined = staging_join(bench->staging, bench->guest, &carried, &error);
    assert_int_equal(joined->subjects->len, 2);
    assert_int_equal(carried->subjects->len, 1);
    assert_string_equal(((PlanSubject *)carried->subjects->pdata[0])->id, "net2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_copy_is_the_same_and_another, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_planned_is_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_unplugged_is_not, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_medium_is_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_places_and_names_are_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_disk_on_a_staged_controller, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_staged_detach_makes_room, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_guest_changes_below, setup, teardown),
        cmocka_unit_test_setup_teardown(test_joined, setup, teardown),
        cmocka_unit_test_setup_teardown(test_applied, setup, teardown),
        cmocka_unit_test_setup_teardown(test_carried, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
