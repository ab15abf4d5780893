/* Detach plans, their way back and that of the way back, on guests built by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/engine/plan_guest.h"

/* (transfer full) */
static Plan *plan_for(Guest *guest, const char *names, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(names, " ", -1);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    for (char **name = parts; *name != NULL; name++) {
        Device *device = guest_find(guest, *name, NULL);
        assert_non_null(device);
        g_ptr_array_add(devices, device);
    }
    HotplugFacts facts = { guest, NULL, NULL, NULL };
    return hotplug_plan_detach(&facts, devices, error);
}

static void assert_plan(const Plan *plan, const char *expected)
{
    g_autofree char *text = plan_text(plan);
    assert_string_equal(text, expected);
}

static void test_disk(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan = plan_for(guest, "sdb", NULL);
    assert_plan(plan, "detach disk sdb at 0:0:3\n"
                      "device_del id=sdb\n"
                      "  undo device_add driver=scsi-hd id=sdb drive=sdb-fmt bus=lsi0.0 channel=0 "
                      "scsi-id=3 lun=0 serial=S2\n"
                      "  leaves /machine/peripheral/sdb\n"
                      "blockdev-del node-name=sdb-fmt\n"
                      "  undo blockdev-add node-name=sdb-fmt driver=qcow2 file.driver=file "
                      "file.filename=/images/b.qcow2 read-only=true");
    g_autoptr(Plan) inverse = plan_invert(plan, NULL);
    assert_plan(inverse, "undo: detach disk sdb at 0:0:3\n"
                         "blockdev-add node-name=sdb-fmt driver=qcow2 file.driver=file "
                         "file.filename=/images/b.qcow2 read-only=true\n"
                         "  undo blockdev-del node-name=sdb-fmt\n"
                         "device_add driver=scsi-hd id=sdb drive=sdb-fmt bus=lsi0.0 channel=0 "
                         "scsi-id=3 lun=0 serial=S2\n"
                         "  undo device_del id=sdb");
    g_autoptr(Plan) again = plan_again(plan, NULL);
    g_autofree char *one = plan_text(plan), *two = plan_text(again);
    assert_string_equal(one, two);
}

/* Its disks go with it and come back after it; the -drive back end comes back as a node. */
static void test_controller(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan = plan_for(guest, "lsi0", NULL);
    g_autofree char *text = plan_text(plan);
    assert_non_null(strstr(text, "detach controller lsi0 at 00:0a.0 and 2 more\n"));
    assert_non_null(strstr(text, "  undo device_add driver=lsi53c895a id=lsi0 bus=pci.0 addr=0a.0\n"
                                 "  undo blockdev-add node-name=sda-fmt "));
    assert_non_null(strstr(text, "leaves /machine/peripheral/lsi0\n"
                                 "  leaves /machine/peripheral/sda\n"
                                 "  leaves /machine/peripheral/sdb\n"
                                 "blockdev-del node-name=sdb-fmt\n"));
    assert_null(strstr(text, "\nblockdev-del node-name=sda-fmt"));
    assert_int_equal(plan->subjects->len, 3);
    /* Done once more, the node made for sda goes as well. */
    g_autoptr(Plan) again = plan_again(plan, NULL);
    g_autofree char *redone = plan_text(again);
    assert_non_null(strstr(redone, "device_del id=lsi0\n"));
    assert_null(strstr(redone, "device_del id=sda\n"));
    assert_non_null(strstr(redone, "\nblockdev-del node-name=sda-fmt\n"));
}

/* T3: every function of the slot, and back with function 0 last. */
static void test_slot(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan = plan_for(guest, "f1", NULL);
    assert_plan(plan, "detach rng f1 at 00:0c.1 and 2 more\n"
                      "device_del id=f0\n"
                      "  undo device_add driver=virtio-rng-pci id=f2 bus=pci.0 addr=0c.2\n"
                      "  undo device_add driver=virtio-rng-pci id=f1 bus=pci.0 addr=0c.1\n"
                      "  undo device_add driver=virtio-rng-pci id=f0 bus=pci.0 addr=0c.0\n"
                      "  leaves /machine/peripheral/f0\n"
                      "  leaves /machine/peripheral/f1\n"
                      "  leaves /machine/peripheral/f2");
    guint cautions = 0;
    for (guint i = 0; i < plan->checks->len; i++) {
        const PlanCheck *check = plan->checks->pdata[i];
        cautions += check->caution && strstr(check->text, "takes all functions of a slot") != NULL;
    }
    assert_int_equal(cautions, 2);
    /* A plan of all three is the same but for its name. */
    g_autoptr(Plan) all = plan_for(guest, "f0 f1 f2", NULL);
    assert_int_equal(all->steps->len, 1);
}

static void test_nic(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan = plan_for(guest, "net0", NULL);
    assert_plan(plan, "detach nic net0 at 00:05.0\n"
                      "device_del id=net0\n"
                      "  undo device_add driver=e1000 id=net0 bus=pci.0 addr=05.0 netdev=n0 "
                      "mac=52:54:00:00:00:05\n"
                      "  leaves /machine/peripheral/net0\n"
                      "netdev_del id=n0\n"
                      "  undo netdev_add type=user id=n0 restrict=true");
}

/* Where QEMU tells too little, the plan says so and cannot be inverted. */
static void test_no_way_back(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    Netdev *netdev = guest_find_netdev(guest, "n0");
    g_free(netdev->details);
    netdev->details = g_strdup("net=192.168.7.0,restrict=off");
    g_autoptr(Plan) plan = plan_for(guest, "net0", NULL);
    assert_non_null(plan);
    g_autoptr(GError) error = NULL;
    assert_null(plan_invert(plan, &error));
    assert_int_equal(error->code, ENGINE_ERROR_REFUSED);
    assert_non_null(strstr(error->message, "no way back for netdev n0"));
}

static void test_shared_node(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    guest->graph =
        json_loads("{\"nodes\":[{\"id\":1,\"name\":\"sdb-fmt\",\"type\":\"block-driver\"},"
                   "{\"id\":2,\"name\":\"\",\"type\":\"block-backend\"},"
                   "{\"id\":3,\"name\":\"job0\",\"type\":\"block-job\"}],"
                   "\"edges\":[{\"name\":\"root\",\"parent\":2,\"child\":1},"
                   "{\"name\":\"main node\",\"parent\":3,\"child\":1}]}",
                   0, NULL);
    g_autoptr(Plan) plan = plan_for(guest, "sdb", NULL);
    assert_int_equal(plan->steps->len, 1); /* the node stays */
}

/* The device left after the command had given up: what it was plugged with is found by its name,
 * unless somebody uses it. */
static void test_orphans(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    HotplugFacts facts = { guest, NULL, NULL, NULL };
    g_autoptr(Plan) none = hotplug_plan_orphans(&facts, "gone");
    assert_null(none);
    add_netdev(guest, "gone-user", "user", "net=10.0.2.0,restrict=off", NULL);
    add_netdev(guest, "gone-tap", "tap", "ifname=tap0", "net9");
    json_array_append_new(guest->nodes,
                          json_loads("{\"node-name\":\"gone-fmt\",\"drv\":\"raw\",\"file\":"
                                     "\"/images/c.img\",\"ro\":false}",
                                     0, NULL));
    g_autoptr(Plan) plan = hotplug_plan_orphans(&facts, "gone");
    assert_plan(plan, "detach the back ends of gone\n"
                      "blockdev-del node-name=gone-fmt\n"
                      "  undo blockdev-add node-name=gone-fmt driver=raw file.driver=file "
                      "file.filename=/images/c.img\n"
                      "netdev_del id=gone-user\n"
                      "  undo netdev_add type=user id=gone-user");
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        assert_true(hotplug_is_own_back_end(step->action, "gone"));
        assert_false(hotplug_is_own_back_end(step->action, "gon"));
    }
}

/* T5: a netdev removed under its NIC stays shown; its name may be another one's now. */
static void test_two_netdevs_of_a_name(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    add_netdev(guest, "n0", "user", "net=10.0.2.0,restrict=off", "net9");
    g_autoptr(Plan) plan = plan_for(guest, "net0", NULL);
    assert_int_equal(plan->steps->len, 1);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *name, *why;
    } refused[] = {
        { "vga", "cirrus-vga does not support hotplugging" },
        { "cd", "IDE bus" },
        { "00:01.0", "a part of the machine" },
    };
    g_autoptr(Guest) guest = make_pc();
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(plan_for(guest, refused[i].name, &error));
        if (strstr(error->message, refused[i].why) == NULL) {
            fail_msg("%s: %s", refused[i].name, error->message);
        }
    }
    guest_find_id(guest, "sda")->state = STATE_LEAVING;
    g_autoptr(GError) error = NULL;
    assert_null(plan_for(guest, "sda", &error));
    assert_non_null(strstr(error->message, "is leaving already"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disk),
        cmocka_unit_test(test_controller),
        cmocka_unit_test(test_slot),
        cmocka_unit_test(test_nic),
        cmocka_unit_test(test_no_way_back),
        cmocka_unit_test(test_shared_node),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_orphans),
        cmocka_unit_test(test_two_netdevs_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
