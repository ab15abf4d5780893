/* Replies of recorded guests -> the tree, and what happens when replies lack, lie or never come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/inventory.h"
#include "tests/support/fake_monitor.h"

#define FIXTURES SRCDIR "/tests/fixtures/"

/* One connection to a fake guest. */
typedef struct {
    FakeMonitor *fake;
    Monitor *monitor;
    Inventory *inventory;
    gboolean ready, over;
    guint answers;
    Guest *guest; /* of the latest read */
    GError *error;
} Watch;

static void on_ready(Monitor *monitor, gpointer data)
{
    ((Watch *)data)->ready = TRUE;
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
}

static void on_guest(Guest *guest, const GError *error, gpointer data)
{
    Watch *watch = data;
    watch->over = TRUE;
    watch->answers++;
    guest_unref(watch->guest);
    g_clear_error(&watch->error);
    watch->guest = guest ? guest_ref(guest) : NULL;
    watch->error = error ? g_error_copy(error) : NULL;
}

static Watch *watch_new(const char *fixture)
{
    static const MonitorListener listener = { .ready = on_ready, .closed = on_closed };
    Watch *watch = g_new0(Watch, 1);
    g_autofree char *file = g_strconcat(FIXTURES, fixture, ".json", NULL);
    watch->fake = fake_monitor_new();
    fake_monitor_load(watch->fake, file);
    g_autoptr(Target) target = target_parse(fake_monitor_path(watch->fake), NULL);
    watch->monitor = monitor_open(target, &listener, watch);
    fake_wait(watch->ready);
    watch->inventory = inventory_new(watch->monitor);
    return watch;
}

static void watch_free(Watch *watch)
{
    inventory_free(watch->inventory);
    monitor_free(watch->monitor);
    fake_monitor_free(watch->fake);
    guest_unref(watch->guest);
    g_clear_error(&watch->error);
    g_free(watch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_free)

static const Guest *read_again(Watch *watch)
{
    watch->over = FALSE;
    inventory_read(watch->inventory, INVENTORY_ALL, on_guest, watch);
    fake_wait(watch->over);
    if (!watch->guest)
        fail_msg("%s", watch->error->message);
    return watch->guest;
}

/* --- what a guest must hold ------------------------------------------------------------------ */

typedef struct {
    const char *name; /* as guest_find takes it */
    const char *path, *driver, *address, *words;
    DeviceKind kind;
    gboolean implicit, hotpluggable;
} Expected;

static void check_device(const Guest *guest, const Expected *expected)
{
    g_autoptr(GError) error = NULL;
    const Device *device = guest_find(guest, expected->name, &error);
    if (!device)
        fail_msg("%s: %s", expected->name, error->message);
    g_autofree char *address = address_to_text(&device->address);
    if (expected->path)
        assert_string_equal(device->path, expected->path);
    assert_string_equal(device->driver, expected->driver);
    assert_string_equal(address, expected->address);
    assert_string_equal(device->words, expected->words);
    assert_int_equal(device->kind, expected->kind);
    assert_int_equal(device->implicit, expected->implicit);
    assert_int_equal(device->hotpluggable, expected->hotpluggable);
    assert_int_equal(device->state, expected->hotpluggable ? STATE_PRESENT : STATE_FIXED);
    if (device->id)
        assert_ptr_equal(guest_find_id(guest, device->id), device);
    assert_ptr_equal(guest_find_path(guest, device->path), device);
}

#define P "/machine/peripheral/"

static const Expected demo[] = {
    { "00:00.0", NULL, "i440FX", "00:00.0", "host bridge i440FX", KIND_BRIDGE, TRUE, FALSE },
    { "01.0", NULL, "PIIX3", "00:01.0", "ISA bridge PIIX3", KIND_BRIDGE, TRUE, FALSE },
    { "01.1", NULL, "piix3-ide", "00:01.1", "IDE controller", KIND_CONTROLLER, TRUE, FALSE },
    { "usb", P "usb", "piix3-usb-uhci", "00:01.2", "USB UHCI", KIND_CONTROLLER, FALSE, TRUE },
    { "tablet0", P "tablet0", "usb-tablet", "usb 0.1", "tablet", KIND_INPUT, FALSE, TRUE },
    { "vga0", P "vga0", "cirrus-vga", "00:02.0", "VGA cirrus", KIND_VIDEO, FALSE, FALSE },
    { "net0", P "net0", "ne2k_pci", "00:03.0", "ne2k_pci", KIND_NIC, FALSE, TRUE },
    { "net1", P "net1", "virtio-net-pci", "00:04.0", "virtio-net", KIND_NIC, FALSE, TRUE },
    { "0000:00:05.0", P "net2", "e1000", "00:05.0", "e1000", KIND_NIC, FALSE, TRUE },
    { "sound1", P "sound1", "ES1370", "00:09.0", "ES1370", KIND_SOUND, FALSE, TRUE },
    { "0:0:3", P "sdd", "scsi-hd", "0:0:3", "disk", KIND_DISK, FALSE, TRUE },
    { P "sdf", P "sdf", "scsi-hd", "0:0:5", "disk", KIND_DISK, FALSE, TRUE },
    { "vda", P "vda", "virtio-blk-pci", "00:0b.0", "virtio-blk", KIND_DISK, FALSE, TRUE },
    { "0:1:0", P "hdc", "ide-cd", "0:1:0", "cdrom", KIND_CDROM, FALSE, FALSE },
    { "balloon0", P "balloon0", "virtio-balloon-pci", "00:0d.0", "virtio-balloon", KIND_BALLOON,
      FALSE, TRUE },
};

static void check_drive(const Guest *guest, const char *id, const char *file, gint64 size)
{
    const Device *device = guest_find_id(guest, id);
    assert_non_null(device->drive);
    assert_string_equal(device->drive->file, file);
    assert_int_equal(device->drive->size, size);
    assert_true(device->drive->inserted);
}

static void check_demo(const char *fixture)
{
    g_autoptr(Watch) watch = watch_new(fixture);
    const Guest *guest = read_again(watch);
    assert_string_equal(guest->name, "plain");
    assert_string_equal(guest->status, "running");
    assert_string_equal(guest->dialect, "qmp");
    assert_true(g_str_has_prefix(guest->machine, "pc-i440fx-"));
    assert_int_equal(guest->vcpus, 1);
    assert_int_equal(guest->memory, 64 << 20);
    for (gsize i = 0; i < G_N_ELEMENTS(demo); i++)
        check_device(guest, &demo[i]);
    check_drive(guest, "sdf", "f.qcow2", 64 << 20);
    check_drive(guest, "vda", "v.qcow2", 64 << 20); /* T14: its qdev ends in /virtio-backend */
    check_drive(guest, "hdc", "cd.iso", 1 << 20);
    assert_true(guest_find_id(guest, "hdc")->drive->readonly);
    assert_string_equal(guest_find_id(guest, "sda")->drive->backend, "drive-sda");
    const Nic *nic = guest_find_id(guest, "net2")->nic;
    assert_string_equal(nic->mac, "52:54:00:c7:0e:05");
    assert_string_equal(nic->netdev, "n2");
    assert_string_equal(nic->backend, "user");
    assert_int_equal(nic->link, -1);
    assert_int_equal(guest->netdevs->len, 5);
    assert_string_equal(guest_find_netdev(guest, "n1")->peer, "net1");
    assert_true(json_is_array(guest->nodes) && json_is_array(guest->chardevs));
}

static void test_demo(void **state)
{
    check_demo("demo");
}

static void test_demo_on_10(void **state)
{
    check_demo("demo-10");
}

static void test_pci_facts(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");
    const Guest *guest = read_again(watch);
    const Device *device = guest_find_id(guest, "net2");
    assert_int_equal(device->pci->vendor, 0x8086);
    assert_int_equal(device->pci->device, 0x100e);
    assert_int_equal(device->pci->subvendor, 0x1af4);
    assert_int_equal(device->pci->class_code, 0x0200);
    assert_int_equal(device->pci->interrupt, 'A');
    assert_true(device->pci->irq > 0);
    assert_non_null(strstr(device->pci->regions, "BAR 0 mem "));
    assert_non_null(strstr(device->pci->regions, "BAR 1 io "));
    assert_non_null(device_label(device));
    assert_null(guest_find_id(guest, "sda")->pci);
}

static void check_sorted(const Bus *bus)
{
    for (guint i = 1; i < bus->devices->len; i++) {
        const Device *a = bus->devices->pdata[i - 1], *b = bus->devices->pdata[i];
        assert_true(address_compare(&a->address, &b->address) <= 0);
    }
}

static void test_order(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");
    const Guest *guest = read_again(watch);
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    for (guint i = 0; i < buses->len; i++)
        check_sorted(buses->pdata[i]);
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        const Device *parent = device_parent(device);
        guint place;
        if (parent) {
            assert_true(g_ptr_array_find(guest->devices, parent, &place));
            assert_true(place < i);
        }
    }
}

static void test_virtio_scsi(void **state)
{
    g_autoptr(Watch) watch = watch_new("web01");
    const Guest *guest = read_again(watch);
    const Bus *bus = guest_find_bus(guest, "scsi0.0", NULL);
    assert_string_equal(bus->path, P "scsi0/virtio-backend/scsi0.0");
    assert_string_equal(bus->owner->id, "scsi0");
    assert_true(bus->hotpluggable);
    assert_int_equal(bus_capacity(bus), 256);
    check_drive(guest, "sd0", "home.qcow2", (gint64)80 << 30);
    check_drive(guest, "disk1", "data1.qcow2", (gint64)40 << 30);
    const Drive *empty = guest_find_id(guest, "cd0")->drive;
    assert_non_null(empty);
    assert_false(empty->inserted);
    assert_null(empty->file);
    assert_int_equal(empty->size, -1);
    /* Two SCSI and IDE disks at 0:0:0: the sentence names both. */
    g_autoptr(GError) error = NULL;
    assert_null(guest_find(guest, "0:0:0", &error));
    assert_non_null(strstr(error->message, "hd0"));
    assert_non_null(strstr(error->message, "sd0"));
}

static int bus_number(const Guest *guest, const char *name)
{
    const Bus *bus = guest_find_bus(guest, name, NULL);
    assert_non_null(bus);
    return bus->number;
}

static gboolean takes_hotplug(const Guest *guest, const char *name)
{
    return guest_find_bus(guest, name, NULL)->hotpluggable;
}

static void check_q35(const char *fixture)
{
    g_autoptr(Watch) watch = watch_new(fixture);
    g_autoptr(GError) error = NULL;
    const Guest *guest = read_again(watch);
    assert_int_equal(bus_number(guest, "rp1"), 1);
    assert_int_equal(bus_number(guest, "up"), 2);
    assert_int_equal(bus_number(guest, "dn"), 3);
    assert_int_equal(bus_number(guest, "px"), 32);
    assert_int_equal(bus_number(guest, "pxrp"), 33);
    assert_true(takes_hotplug(guest, "rp1"));
    assert_false(takes_hotplug(guest, "rp3")); /* hotplug=off */
    assert_true(takes_hotplug(guest, "ppb"));
    assert_int_equal(bus_capacity(guest_find_bus(guest, "rp1", NULL)), 1);
    assert_int_equal(bus_capacity(guest_find_bus(guest, "up", NULL)), 32);
    const Expected net0 = { "03:00.0", P "net0", "e1000e", "03:00.0",
                            "e1000e",  KIND_NIC, FALSE,    TRUE };
    check_device(guest, &net0);
    /* T4: the port without an id calls its bus like the root. */
    assert_null(guest_find_bus(guest, "pcie.0", &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
    const Device *mch = guest_find(guest, "00:00.0", NULL);
    assert_false(mch->bus->hotpluggable);
    g_autoptr(GPtrArray) below = device_descendants(guest_find_id(guest, "rp1"));
    assert_int_equal(below->len, 3);
}

static void test_q35(void **state)
{
    check_q35("q35");
    check_q35("q35-10");
}

/* T13: before the firmware query-pci leaves out what is behind a bridge; nothing may vanish. */
static void test_prelaunch(void **state)
{
    g_autoptr(Watch) watch = watch_new("prelaunch");
    const Guest *guest = read_again(watch);
    assert_string_equal(guest->name, "Guest");
    assert_string_equal(guest->status, "prelaunch");
    const Device *nic = guest_find(guest, "??:03.0", NULL);
    assert_non_null(nic);
    assert_string_equal(nic->driver, "e1000");
    assert_true(g_str_has_prefix(nic->path, "/machine/peripheral-anon/"));
    assert_int_equal(nic->pci->class_code, 0x0200);
    assert_string_equal(nic->nic->backend, "user");
    assert_int_equal(nic->bus->number, PCI_BUS_UNKNOWN);
    /* The expander and its inner bridge bear the same id; each has its own path. */
    assert_string_equal(guest_find(guest, "px", NULL)->driver, "pxb");
    assert_string_equal(guest_find_id(guest, "px")->driver, "pxb");
    assert_string_equal(guest_find_bus(guest, "px", NULL)->owner->driver, "pci-bridge");
}

/* SeaBIOS has begun to number, and reached none of the bridges yet. */
static void test_numbering_begun(void **state)
{
    g_autoptr(Watch) watch = watch_new("prelaunch");
    json_t *fixture = json_load_file(FIXTURES "prelaunch.json", 0, NULL);
    char *text = json_dumps(json_object_get(fixture, "query-pci"), JSON_COMPACT);
    g_auto(GStrv) parts = g_strsplit(text, "\"secondary\":0", -1);
    g_autofree char *begun = g_strjoinv("\"secondary\":255", parts);

    assert_true(g_strv_length(parts) > 1);
    fake_monitor_reply(watch->fake, "query-pci", begun);
    assert_int_equal(bus_number(read_again(watch), "pci.1"), PCI_BUS_UNKNOWN);
    free(text);
    json_decref(fixture);
}

static void test_usb(void **state)
{
    static const Expected expected[] = {
        { "hub0", P "hub0", "usb-hub", "usb 0.1", "USB hub", KIND_HUB, FALSE, TRUE },
        { "tab0", P "tab0", "usb-tablet", "usb 0.1.2", "tablet", KIND_INPUT, FALSE, TRUE },
        { "us0", P "us0", "usb-storage", "usb 0.2", "disk", KIND_DISK, FALSE, TRUE },
        { "uas0", P "uas0", "usb-uas", "usb 0.4", "USB SCSI, UAS", KIND_CONTROLLER, FALSE, TRUE },
        { "usd1", P "usd1", "scsi-hd", "1:0:0:1", "disk", KIND_DISK, FALSE, TRUE },
    };
    g_autoptr(Watch) watch = watch_new("usb");
    const Guest *guest = read_again(watch);
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++)
        check_device(guest, &expected[i]);
    /* T14: the drive of the hidden disk is the stick's. */
    check_drive(guest, "us0", "a.qcow2", 64 << 20);
    assert_int_equal(guest_find_id(guest, "us0")->buses->len, 0);
    assert_string_equal(guest_find_id(guest, "tab0")->attached, "name QEMU USB Tablet, speed 12");
}

static void test_virt(void **state)
{
    g_autoptr(Watch) watch = watch_new("virt");
    const Guest *guest = read_again(watch);
    assert_string_equal(guest_find_id(guest, "net0")->nic->backend, "user");
    assert_int_equal(guest_find_id(guest, "vda")->kind, KIND_DISK);
    check_drive(guest, "vda", "d.raw", 16 << 20);
    assert_string_equal(device_parent(guest_find_id(guest, "vda"))->driver, "virtio-mmio");
    assert_string_equal(device_parent(guest_find_id(guest, "rng0"))->id, "rp1");
}

/* --- replies that lack, lie or never come ---------------------------------------------------- */

static void test_missing_commands(void **state)
{
    static const char *const lacking[] = { "query-pci",
                                           "query-block",
                                           "hmp:info network",
                                           "query-name",
                                           "query-cpus-fast",
                                           "query-memory-devices",
                                           "query-memory-size-summary",
                                           "qom-get:/machine:type",
                                           "x-debug-query-block-graph",
                                           "query-chardev" };
    g_autoptr(Watch) watch = watch_new("demo");
    for (gsize i = 0; i < G_N_ELEMENTS(lacking); i++)
        fake_monitor_fail(watch->fake, lacking[i], "CommandNotFound", "has not been found");
    const Guest *guest = read_again(watch);
    assert_null(guest->machine);
    assert_null(guest->graph);
    assert_int_equal(guest->vcpus, 0);
    const Device *nic = guest_find_id(guest, "net2");
    assert_int_equal(nic->pci->device, 0x100e);
    assert_int_equal(nic->address.pci.bus, 0);
    assert_null(nic->nic->backend);
    assert_string_equal(nic->nic->mac, "52:54:00:c7:0e:05");
}

static void test_wrong_shapes(void **state)
{
    static const char *const shapes[] = {
        "null", "[]", "{}", "7", "\"text\"", "[null,[],{\"bus\":0,\"devices\":[5,{\"id\":3}]}]"
    };
    static const char *const keys[] = { "query-pci",
                                        "query-block",
                                        "query-name",
                                        "query-status",
                                        "query-cpus-fast",
                                        "query-memory-devices",
                                        "qom-list:/machine/peripheral-anon" };
    g_autoptr(Watch) watch = watch_new("demo");
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(keys); j++)
            fake_monitor_reply(watch->fake, keys[j], shapes[i]);
        const Guest *guest = read_again(watch);
        assert_string_equal(guest_find_id(guest, "net2")->path, P "net2");
    }
}

static void test_no_tree(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");
    fake_monitor_reply_text(watch->fake, "hmp:info qtree", "unknown command: 'info qtree'\r\n");
    inventory_read(watch->inventory, INVENTORY_TREE, on_guest, watch);
    fake_wait(watch->over);
    assert_null(watch->guest);
    assert_true(g_error_matches(watch->error, MONITOR_ERROR, MONITOR_ERROR_GARBAGE));
}

static void test_lost_connection(void **state)
{
    for (gsize bytes = 0; bytes < 60000; bytes += 3000) {
        g_autoptr(Watch) watch = watch_new("demo");
        fake_monitor_cut(watch->fake, bytes);
        inventory_read(watch->inventory, INVENTORY_TREE, on_guest, watch);
        fake_wait(watch->over);
        assert_int_equal(watch->answers, 1);
        assert_true((watch->guest != NULL) != (watch->error != NULL));
        if (watch->error)
            assert_true(monitor_error_is_connection(watch->error));
    }
}

static void test_free_in_the_middle(void **state)
{
    static const char *const stages[] = { "hmp:info qtree", "hmp:info qom-tree",
                                          "qom-list:/machine/unattached/sysbus", "qom-get" };
    for (gsize i = 0; i < G_N_ELEMENTS(stages); i++) {
        g_autoptr(Watch) watch = watch_new("demo");
        fake_monitor_hold(watch->fake, stages[i]);
        inventory_read(watch->inventory, INVENTORY_TREE, on_guest, watch);
        fake_wait(fake_monitor_count(watch->fake, stages[i]));
        g_clear_pointer(&watch->inventory, inventory_free);
        fake_monitor_release(watch->fake);
        fake_settle();
        assert_int_equal(watch->answers, 0);
    }
}

static void test_reads_queue(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");
    inventory_read(watch->inventory, INVENTORY_TREE, on_guest, watch);
    inventory_read(watch->inventory, INVENTORY_ALL, on_guest, watch);
    inventory_read(watch->inventory, INVENTORY_TREE, on_guest, watch);
    fake_wait(watch->answers == 3);
    assert_int_equal(fake_monitor_count(watch->fake, "hmp:info qtree"), 3);
    assert_int_equal(fake_monitor_count(watch->fake, "query-chardev"), 1);
}

/* Paths are asked for once; as long as no anonymous device comes or goes, a read is one write. */
static void test_memory(void **state)
{
    g_autoptr(Watch) watch = watch_new("prelaunch");
    read_again(watch);
    guint lists = fake_monitor_count(watch->fake, "qom-list");
    guint gets = fake_monitor_count(watch->fake, "qom-get");
    const Guest *guest = read_again(watch);
    assert_int_equal(fake_monitor_count(watch->fake, "qom-list"), lists + 3);
    assert_int_equal(fake_monitor_count(watch->fake, "qom-get"), gets + 1);
    assert_non_null(guest_find(guest, "??:03.0", NULL));
    fake_monitor_reply(watch->fake, "qom-list:/machine/peripheral-anon", "[]");
    read_again(watch);
    assert_true(fake_monitor_count(watch->fake, "qom-list") > lists + 6);
    assert_int_equal(fake_monitor_count(watch->fake, "qom-get"), gets + 2); /* links are known */
}

/* --- what the composition proves ------------------------------------------------------------- */

static guint count_links(const Watch *watch)
{
    return fake_monitor_count(watch->fake, "qom-get") -
           fake_monitor_count(watch->fake, "qom-get:/machine:type");
}

static void check_same_paths(const Guest *guest, const Guest *other)
{
    assert_int_equal(guest->devices->len, other->devices->len);
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        assert_string_equal(device->path, ((Device *)other->devices->pdata[i])->path);
        assert_int_equal(device->path[0], '/');
    }
}

/* A guest tells the same whether it knows the command or not, and takes far fewer questions. */
static void test_composition(void **state)
{
    static const char *const fixtures[] = { "demo",   "demo-10",   "web01", "q35",
                                            "q35-10", "prelaunch", "usb",   "virt" };
    for (gsize i = 0; i < G_N_ELEMENTS(fixtures); i++) {
        g_autoptr(Watch) watch = watch_new(fixtures[i]), old = watch_new(fixtures[i]);
        fake_monitor_fail(old->fake, "hmp:info qom-tree", "CommandNotFound", "not found");
        check_same_paths(read_again(watch), read_again(old));
        assert_int_equal(fake_monitor_count(watch->fake, "hmp:info qtree"), 1);
        assert_true(count_links(watch) + 5 < count_links(old));
        read_again(watch);
        assert_int_equal(fake_monitor_count(watch->fake, "hmp:info qom-tree"), 1);
    }
}

/* Reads the demo guest with another composition; the paths stay the same. */
static guint count_links_with(const char *composition)
{
    g_autoptr(Watch) watch = watch_new("demo"), old = watch_new("demo");
    fake_monitor_reply_text(watch->fake, "hmp:info qom-tree", composition);
    fake_monitor_fail(old->fake, "hmp:info qom-tree", "CommandNotFound", "not found");
    check_same_paths(read_again(watch), read_again(old));
    return count_links(watch);
}

/* What is there twice is asked; so is everything where the text is not a tree. */
static void test_doubtful_composition(void **state)
{
    json_t *all = json_load_file(FIXTURES "demo.json", 0, NULL);
    const char *text = json_string_value(json_object_get(all, "hmp:info qom-tree"));
    g_autofree char *another = g_strconcat(text, "  /x (PIIX3)\r\n", NULL);
    g_autofree char *broken = g_strconcat(text, "unknown\r\n", NULL);
    guint links = count_links_with(text);
    assert_int_equal(links, 13); /* pci.0's handler, and the chips that the board has several of */
    assert_int_equal(count_links_with(another), links + 1);
    assert_int_equal(count_links_with(broken), 32);
    assert_int_equal(count_links_with(""), 32);
    json_decref(all);
}

/* An id that could forge lines of it, or ids that are not known: the command is not used. */
static void test_hostile_composition(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo"), blind = watch_new("demo");
    json_t *all = json_load_file(FIXTURES "demo.json", 0, NULL);
    json_t *list = json_object_get(all, "qom-list:/machine/peripheral");
    json_array_append_new(
        list, json_pack("{s:s, s:s}", "name", "a\r\n  /x (PIIX3)", "type", "child<pc-dimm>"));
    g_autofree char *text = json_dumps(list, 0);
    fake_monitor_reply(watch->fake, "qom-list:/machine/peripheral", text);
    read_again(watch);
    assert_int_equal(fake_monitor_count(watch->fake, "hmp:info qom-tree"), 0);
    fake_monitor_fail(blind->fake, "qom-list:/machine/peripheral", "GenericError", "no");
    read_again(blind);
    assert_int_equal(fake_monitor_count(blind->fake, "hmp:info qom-tree"), 0);
    json_decref(all);
}

/* Where its sorting would take longer than the questions it saves. */
static void test_costly_composition(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");
    json_t *list = json_array();
    for (guint i = 0; i < 500; i++) {
        g_autofree char *name = g_strdup_printf("device[%u]", i);
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", name, "type", "child<x>"));
    }
    g_autofree char *text = json_dumps(list, 0);
    fake_monitor_reply(watch->fake, "qom-list:/machine/peripheral-anon", text);
    read_again(watch);
    assert_int_equal(fake_monitor_count(watch->fake, "hmp:info qom-tree"), 0);
    json_decref(list);
}

/* Puts a text before the first occurrence of another in the recorded qtree. */
static void forge(Watch *watch, const char *before, const char *text)
{
    json_t *all = json_load_file(FIXTURES "demo.json", 0, NULL);
    const char *tree = json_string_value(json_object_get(all, "hmp:info qtree"));
    const char *place = strstr(tree, before);
    assert_non_null(place);
    g_autofree char *head = g_strndup(tree, place - tree);
    g_autofree char *forged = g_strconcat(head, text, place, NULL);
    fake_monitor_reply_text(watch->fake, "hmp:info qtree", forged);
    json_decref(all);
}

static const Device *find_forged(const Guest *guest, const char *driver, const char *real_id)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        if (strcmp(device->driver, driver) == 0 && g_strcmp0(device->id, real_id) != 0)
            return device;
    }
    return NULL;
}

/* T11: a forgery that no parser can tell is found by counting; it gets no path, and the read was
 * tried twice. */
static void test_forged_device(void **state)
{
    static const char *const forgeries[] = {
        "      dev: i6300esb, id \"\"\r\n        addr = 1f.0\r\n",
        "      dev: i6300esb, id \"evil\"\r\n        addr = 1f.0\r\n",
        "      dev: i6300esb, id \"net2\"\r\n        addr = 1f.0\r\n", /* an id that exists */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(forgeries); i++) {
        g_autoptr(Watch) watch = watch_new("demo");
        forge(watch, "      dev: virtio-balloon-pci", forgeries[i]);
        const Guest *guest = read_again(watch);
        assert_int_equal(fake_monitor_count(watch->fake, "hmp:info qtree"), 2);
        const Device *forged = find_forged(guest, "i6300esb", "watchdog0");
        assert_non_null(forged);
        assert_int_equal(forged->path[0], '?');
        assert_string_equal(guest_find_id(guest, "vda")->path, P "vda");
        for (guint j = 0; j < guest->devices->len; j++)
            assert_non_null(((Device *)guest->devices->pdata[j])->path);
    }
}

/* A complex node's json:{...} name becomes the file in it. */
static void test_json_file_name(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");
    fake_monitor_reply(
        watch->fake, "query-block",
        "[{\"device\":\"drive-sda\",\"qdev\":\"\",\"inserted\":{\"node-name\":\"n\",\"drv\":"
        "\"qcow2\","
        "\"image\":{\"filename\":\"json:{\\\"driver\\\":\\\"qcow2\\\",\\\"file\\\":{\\\"driver\\\":"
        "\\\"file\\\",\\\"filename\\\":\\\"/srv/a b.qcow2\\\"}}\",\"virtual-size\":5}}},"
        "{\"device\":\"drive-sdd\",\"inserted\":{\"file\":\"json:{broken\"}}]");
    const Guest *guest = read_again(watch);
    check_drive(guest, "sda", "/srv/a b.qcow2", 5); /* found by the drive's name: no qdev */
    check_drive(guest, "sdd", "json:{broken", -1);
    assert_null(guest_find_id(guest, "sdf")->drive);
}

static void test_network_forms(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");
    fake_monitor_reply_text(watch->fake, "hmp:info network",
                            "hub 0\r\n \\ hub0port1: #net251: index=0,type=user,net=10.0.2.0\r\n"
                            " \\ hub0port0: net2: index=0,type=nic,model=e1000,macaddr=x\r\n"
                            "net0: index=0,type=nic,model=ne2k_pci,macaddr=y\r\n"
                            " \\ n0: index=0,type=tap,ifname=t0,script=no\r\n"
                            "spare: index=0,type=user,net=10.0.3.0\r\nnonsense\r\n\r\n");
    const Guest *guest = read_again(watch);
    assert_int_equal(guest->netdevs->len, 3);
    assert_string_equal(guest_find_netdev(guest, "#net251")->peer, "hub0port1");
    assert_null(guest_find_netdev(guest, "spare")->peer);
    assert_string_equal(guest_find_id(guest, "net0")->nic->backend, "tap");
    assert_string_equal(guest_find_id(guest, "net0")->nic->details, "ifname=t0,script=no");
    assert_null(guest_find_id(guest, "net1")->nic->backend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo),
        cmocka_unit_test(test_demo_on_10),
        cmocka_unit_test(test_pci_facts),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_virtio_scsi),
        cmocka_unit_test(test_q35),
        cmocka_unit_test(test_prelaunch),
        cmocka_unit_test(test_numbering_begun),
        cmocka_unit_test(test_usb),
        cmocka_unit_test(test_virt),
        cmocka_unit_test(test_missing_commands),
        cmocka_unit_test(test_wrong_shapes),
        cmocka_unit_test(test_no_tree),
        cmocka_unit_test(test_lost_connection),
        cmocka_unit_test(test_free_in_the_middle),
        cmocka_unit_test(test_reads_queue),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_composition),
        cmocka_unit_test(test_doubtful_composition),
        cmocka_unit_test(test_hostile_composition),
        cmocka_unit_test(test_costly_composition),
        cmocka_unit_test(test_forged_device),
        cmocka_unit_test(test_json_file_name),
        cmocka_unit_test(test_network_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
