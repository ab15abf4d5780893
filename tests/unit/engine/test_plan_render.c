/* Plans as commands of both monitors, as domain XML and as arguments of QEMU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/plan_render.h"
#include "tests/unit/engine/plan_guest.h"

static Plan *plan_attach(Guest *guest, const char *words)
{
    static const Image image = { .path = (char *)"/images/new disk.qcow2",
                                 .real = (char *)"/images/new disk.qcow2",
                                 .format = (char *)"qcow2",
                                 .size = 1 << 30,
                                 .writable = TRUE };
    HotplugFacts facts = { guest, NULL, &image, NULL };
    g_auto(GStrv) parts = g_strsplit(words, "|", -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(parts[0], (const char *const *)parts + 1, &error);
    assert_null(error);
    Plan *plan = hotplug_plan_attach(&facts, request, &error);
    assert_null(error);
    return plan;
}

static Plan *plan_detach(Guest *guest, const char *id)
{
    HotplugFacts facts = { .guest = guest };
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(devices, guest_find_id(guest, id));
    Plan *plan = hotplug_plan_detach(&facts, devices, &error);
    assert_null(error);
    return plan;
}

static void check(const Plan *plan, const Guest *guest, PlanRendering rendering,
                  const char *expected)
{
    g_autofree char *text = plan_render(plan, rendering, guest, NULL);
    assert_string_equal(text, expected);
}

static void test_a_disk_comes(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan =
        plan_attach(guest, "disk|file=/images/new disk.qcow2|target=5|cache=none|serial=S5");
    check(plan, guest, RENDER_QMP,
          "{\"execute\": \"blockdev-add\", \"arguments\": {\"node-name\": \"sd0-fmt\", \"driver\": "
          "\"qcow2\", \"cache\": {\"direct\": true, \"no-flush\": false}, \"file\": {\"driver\": "
          "\"file\", \"filename\": \"/images/new disk.qcow2\"}}}\n"
          "{\"execute\": \"device_add\", \"arguments\": {\"driver\": \"scsi-hd\", \"id\": \"sd0\", "
          "\"drive\": \"sd0-fmt\", \"serial\": \"S5\", \"bus\": \"lsi0.0\", \"channel\": 0, "
          "\"scsi-id\": 5, \"lun\": 0}}\n");
    check(plan, guest, RENDER_HMP,
          "drive_add -n 0 \"node-name=sd0-fmt,driver=qcow2,cache.direct=on,cache.no-flush=off,"
          "file.driver=file,file.filename=/images/new disk.qcow2\"\n"
          "device_add scsi-hd,id=sd0,drive=sd0-fmt,serial=S5,bus=lsi0.0,channel=0,scsi-id=5,"
          "lun=0\n");
    check(plan, guest, RENDER_LINE,
          "# start QEMU with these as well:\n"
          "-blockdev 'node-name=sd0-fmt,driver=qcow2,cache.direct=on,cache.no-flush=off,"
          "file.driver=file,file.filename=/images/new disk.qcow2'\n"
          "-device scsi-hd,id=sd0,drive=sd0-fmt,serial=S5,bus=lsi0.0,channel=0,scsi-id=5,lun=0\n");
    check(plan, guest, RENDER_XML,
          "<!-- put these into the devices: -->\n"
          "<disk type='file' device='disk'>\n"
          "  <driver name='qemu' type='qcow2' cache='none'/>\n"
          "  <source file='/images/new disk.qcow2'/>\n"
          "  <target dev='sdf' bus='scsi'/>\n"
          "  <serial>S5</serial>\n"
          "  <alias name='sd0'/>\n"
          "  <address type='drive' mode='static' controller='0' bus='0' unit='5'/>\n"
          "</disk>\n");
    check(plan, NULL, RENDER_XML, "<!-- the guest has not been read yet -->\n");
}

static void test_a_nic_goes(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan = plan_detach(guest, "net0");
    check(plan, guest, RENDER_QMP,
          "{\"execute\": \"device_del\", \"arguments\": {\"id\": \"net0\"}}\n"
          "# then wait until the guest has let go: DEVICE_DELETED\n"
          "{\"execute\": \"netdev_del\", \"arguments\": {\"id\": \"n0\"}}\n");
    check(plan, guest, RENDER_HMP,
          "device_del net0\n"
          "# then wait until info qtree does not list it any more\n"
          "netdev_del n0\n");
    check(plan, guest, RENDER_LINE,
          "# start QEMU without these:\n"
          "-device e1000,id=net0,bus=pci.0,addr=05.0,netdev=n0,mac=52:54:00:00:00:05\n"
          "-netdev user,id=n0,restrict=on\n");
    g_autofree char *xml = plan_render(plan, RENDER_XML, guest, NULL);
    assert_true(g_pattern_match_simple("<!-- take these out of the devices: -->\n*"
                                       "<mac address='52:54:00:00:00:05'/>*slot='0x05'*",
                                       xml));
    /* Once it has left nobody knows more of it. */
    guest_unref(guest);
    guest = make_pc();
    Device *net0 = guest_find_id(guest, "net0");
    g_ptr_array_remove(net0->bus->devices, net0);
    guest_index(guest);
    check(plan, guest, RENDER_XML,
          "<!-- take these out of the devices: -->\n"
          "<!-- the element of e1000 net0, which has left the guest -->\n");
}

/* What no language has a word for is said, not made up. */
static void test_no_words(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan = plan_new(PLAN_ATTACH, "odd");
    plan_add(plan, "chardev c",
             action_new("chardev-add", json_pack("{s:s, s:{s:[i]}}", "id", "c", "x", "y", 1), NULL),
             NULL);
    plan_add(plan, "disk",
             action_new("device_del", json_pack("{s:s}", "id", "d"),
                        g_strdupv((char *[]){ (char *)"/d", NULL })),
             NULL);
    check(plan, guest, RENDER_HMP,
          "# the human monitor has no command for this: chardev-add id=c x.y=[1]\n"
          "device_del d\n"
          "# then wait until info qtree does not list it any more\n");
    check(plan, guest, RENDER_LINE,
          "# start QEMU with these as well:\n"
          "# no argument does this: chardev-add id=c x.y=[1]\n"
          "# start QEMU without these:\n"
          "# what made the disk\n");
    check(plan, guest, RENDER_XML,
          "<!-- this changes back ends alone, which domain XML has no elements for -->\n");
}

/* Several changes as one: what comes and what goes is told apart, in order. */
static void test_joined(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Plan) plan =
        plan_attach(guest, "nic|model=e1000|mac=52:54:00:00:00:07|hostfwd=tcp::2222-:22");
    plan_join(plan, plan_detach(guest, "net0"));
    check(plan, guest, RENDER_LINE,
          "# start QEMU with these as well:\n"
          "-netdev user,id=net1-user,hostfwd=tcp::2222-:22\n"
          "-device e1000,id=net1,netdev=net1-user,mac=52:54:00:00:00:07,bus=pci.0,addr=03.0\n"
          "# start QEMU without these:\n"
          "-device e1000,id=net0,bus=pci.0,addr=05.0,netdev=n0,mac=52:54:00:00:00:05\n"
          "-netdev user,id=n0,restrict=on\n");
    g_autofree char *xml = plan_render(plan, RENDER_XML, guest, NULL);
    assert_true(g_pattern_match_simple(
        "<!-- put these into the devices: -->\n*<mac address='52:54:00:00:00:07'/>*slot='0x03'*"
        "<!-- take these out of the devices: -->\n*<mac address='52:54:00:00:00:05'/>*",
        xml));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_disk_comes),
        cmocka_unit_test(test_a_nic_goes),
        cmocka_unit_test(test_no_words),
        cmocka_unit_test(test_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
