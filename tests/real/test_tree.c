/* Our tree against QOM itself, on a zoo of machines: every device that sits on a bus is in the
 * tree, at its path, with its driver, address and hotpluggability; none is missing, none is
 * invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/inventory.h"
#include "tests/support/real_qemu.h"

/* --- our side -------------------------------------------------------------------------------- */

typedef struct {
    Monitor *monitor;
    Inventory *inventory;
    Guest *guest;
    gboolean over;
} Reading;

static void on_guest(Guest *guest, const GError *error, gpointer data)
{
    Reading *reading = data;
    if (error)
        fail_msg("reading the guest: %s", error->message);
    reading->guest = guest_ref(guest);
    reading->over = TRUE;
}

static void on_ready(Monitor *monitor, gpointer data)
{
    Reading *reading = data;
    reading->inventory = inventory_new(monitor);
    inventory_read(reading->inventory, INVENTORY_ALL, on_guest, reading);
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
    fail_msg("the connection closed: %s", error->message);
}

static gboolean is_over(gpointer data)
{
    return ((Reading *)data)->over;
}

/* Connects and reads once. */
static void reading_start(Reading *reading, RealQemu *qemu)
{
    static const MonitorListener listener = { .ready = on_ready, .closed = on_closed };
    g_autoptr(Target) target = target_parse(real_qemu_target(qemu), NULL);
    reading->monitor = monitor_open(target, &listener, reading);
    assert_true(wait_until(is_over, reading, REAL_QEMU_PATIENCE_MS));
}

static void reading_again(Reading *reading)
{
    reading->over = FALSE;
    guest_unref(g_steal_pointer(&reading->guest));
    inventory_read(reading->inventory, INVENTORY_TREE, on_guest, reading);
    assert_true(wait_until(is_over, reading, REAL_QEMU_PATIENCE_MS));
}

static void reading_end(Reading *reading)
{
    guest_unref(reading->guest);
    inventory_free(reading->inventory);
    monitor_free(reading->monitor);
}

/* --- QOM's side ------------------------------------------------------------------------------ */

static json_t *get_property(RealQemu *qemu, const char *path, const char *property)
{
    g_autofree char *error = NULL;
    return real_qemu_try(qemu, "qom-get",
                         json_pack("{s:s, s:s}", "path", path, "property", property), &error);
}

static gboolean is_on_bus(RealQemu *qemu, const char *path)
{
    json_t *bus = get_property(qemu, path, "parent_bus");
    gboolean on_bus = bus && *json_string_value(bus);
    json_decref(bus);
    return on_bus;
}

/* Adds path -> driver of every device on a bus below an object. */
static void walk(RealQemu *qemu, const char *path, GHashTable *found)
{
    gsize i;
    json_t *property;
    json_t *properties = real_qemu_ask(qemu, "qom-list", json_pack("{s:s}", "path", path));
    json_array_foreach (properties, i, property) {
        const char *type = json_string_value(json_object_get(property, "type"));
        if (!g_str_has_prefix(type, "child<") || strstr(type, "memory-region"))
            continue;
        g_autofree char *child =
            g_strdup_printf("%s/%s", path, json_string_value(json_object_get(property, "name")));
        if (is_on_bus(qemu, child))
            g_hash_table_insert(found, g_strdup(child), g_strndup(type + 6, strlen(type) - 7));
        walk(qemu, child, found);
    }
    json_decref(properties);
}

/* Devices that the tree shows as part of the one that made them. */
static gboolean is_folded(const char *path)
{
    const char *suffixes[] = { "/virtio-backend", "/legacy[0]" };
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (g_str_has_suffix(path, suffixes[i]))
            return TRUE;
    }
    return FALSE;
}

static void check_hotpluggable(RealQemu *qemu, const Device *device)
{
    json_t *value = get_property(qemu, device->path, "hotpluggable");
    if (value && json_is_true(value) != device->hotpluggable)
        fail_msg("%s (%s) is %shotpluggable", device->path, device->driver,
                 json_is_true(value) ? "" : "not ");
    json_decref(value);
}

static void check_address(RealQemu *qemu, const Device *device)
{
    if (device->address.type != ADDRESS_PCI)
        return;
    json_t *value = get_property(qemu, device->path, "legacy-addr");
    g_autofree char *ours = address_to_short_text(&device->address);
    if (value)
        assert_string_equal(ours, json_string_value(value));
    json_decref(value);
}

static int by_number(gconstpointer a, gconstpointer b)
{
    const char *const *first = a, *const *second = b;
    return (int)(strtol(*first + strlen("child["), NULL, 10) -
                 strtol(*second + strlen("child["), NULL, 10));
}

/* The links of a bus to devices of a driver, in ascending order. (transfer full) */
static GPtrArray *list_links(RealQemu *qemu, const Bus *bus, const char *driver)
{
    gsize i;
    json_t *property;
    GPtrArray *links = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *type = g_strdup_printf("link<%s>", driver);
    json_t *properties = real_qemu_ask(qemu, "qom-list", json_pack("{s:s}", "path", bus->path));
    json_array_foreach (properties, i, property) {
        const char *name = json_string_value(json_object_get(property, "name"));
        if (g_str_has_prefix(name, "child[") &&
            strcmp(json_string_value(json_object_get(property, "type")), type) == 0)
            g_ptr_array_add(links, g_strdup(name));
    }
    g_ptr_array_sort(links, by_number);
    json_decref(properties);
    return links;
}

/* Devices without an address are in order of creation: twins are not taken for each other. */
static void check_twins(RealQemu *qemu, const Device *device)
{
    guint place = 0, i = 0;
    if (device->id || device->address.type != ADDRESS_NONE)
        return;
    for (const Device *other; (other = device->bus->devices->pdata[i]) != device; i++)
        place += strcmp(other->driver, device->driver) == 0;
    g_autoptr(GPtrArray) links = list_links(qemu, device->bus, device->driver);
    assert_true(place < links->len);
    json_t *path = get_property(qemu, device->bus->path, links->pdata[place]);
    assert_string_equal(device->path, json_string_value(path));
    json_decref(path);
}

static void compare(RealQemu *qemu, const Guest *guest)
{
    GHashTableIter iter;
    gpointer path, driver;
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    walk(qemu, "/machine", found);
    print_message("%u devices on buses in QOM, %u in the tree\n", g_hash_table_size(found),
                  guest->devices->len);
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &path, &driver)) {
        const Device *device = guest_find_path(guest, path);
        if (!device && !is_folded(path))
            fail_msg("the tree lacks %s (%s)", (char *)path, (char *)driver);
        if (device)
            assert_string_equal(device->driver, driver);
    }
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        if (!g_hash_table_contains(found, device->path))
            fail_msg("the tree invents %s (%s)", device->path, device->driver);
        check_hotpluggable(qemu, device);
        check_address(qemu, device);
        check_twins(qemu, device);
    }
}

/* --- the zoo --------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *machine;
    RealQemuFlags flags;
    const char *arguments; /* of the shell's form */
    const char *qemu;      /* NULL: the one under test */
} Animal;

#define NULL_DRIVE(id) " -blockdev null-co,node-name=" id
#define BRIDGES                                                                                    \
    "-device pcie-root-port,id=rp1,slot=1,bus=pcie.0"                                              \
    " -device pcie-root-port,slot=2,chassis=3,bus=pcie.0"                                          \
    " -device pcie-root-port,id=rp3,slot=4,chassis=4,bus=pcie.0,hotplug=off"                       \
    " -device x3130-upstream,bus=rp1,id=up -device xio3130-downstream,bus=up,id=dn,chassis=9"      \
    " -device e1000e,bus=dn -device pcie-pci-bridge,id=ppb,bus=pcie.0"                             \
    " -device pci-bridge,bus=ppb,addr=2,chassis_nr=4,id=pb -device rtl8139,bus=pb,addr=3"          \
    " -device pxb-pcie,id=px,bus_nr=32,bus=pcie.0"                                                 \
    " -device pcie-root-port,bus=px,slot=5,chassis=7,id=pxrp -device virtio-rng-pci,bus=pxrp"      \
    " -device pxb-pcie,id=py,bus_nr=64,bus=pcie.0 -device i82801b11-bridge,id=dmi,bus=pcie.0"
#define PC_BRIDGES                                                                                 \
    "-device pci-bridge,chassis_nr=1 -device e1000,bus=pci.1,addr=3"                               \
    " -device pxb,id=px,bus_nr=9,bus=pci.0 -device pxb,bus_nr=20,bus=pci.0"                        \
    " -device e1000,bus=px,addr=1 -device virtio-balloon-pci,bus=pci.0"
#define STORAGE                                                                                    \
    NULL_DRIVE("n1")                                                                               \
    NULL_DRIVE("n2")                                                                               \
    NULL_DRIVE("n3")                                                                               \
    NULL_DRIVE("n4")                                                                               \
    NULL_DRIVE("n5")                                                                               \
    " -device virtio-scsi-pci,id=h1 -device scsi-hd,drive=n1,bus=h1.0"                             \
    " -device qemu-xhci,id=x -device usb-storage,drive=n2,bus=x.0 -device usb-hub,id=hb,bus=x.0"   \
    " -device usb-bot,id=bot,bus=x.0 -device usb-uas,id=uas,bus=x.0"                               \
    " -device scsi-hd,bus=uas.0,drive=n5 -device usb-tablet,bus=x.0,port=2.1"                      \
    " -device virtio-serial-pci -chardev null,id=c -device virtserialport,chardev=c"               \
    " -device nvme,serial=a,drive=n3 -device virtio-blk-pci,drive=n4 -device intel-hda"            \
    " -device hda-duplex,audiodev=a0 -audiodev none,id=a0 -device usb-ccid,bus=x.0"

/* What a machine brings by default, spelled out: QEMU's own defaults depend on its build. */
#define ONBOARD                                                                                    \
    "-nic user,model=e1000 -drive if=ide,index=2,media=cdrom -vga std"                             \
    " -drive if=floppy,file=null-co://,format=raw"

static const Animal zoo[] = {
    { "pc", "pc", REAL_QEMU_BARE, ONBOARD },
    { "pc stopped", "pc", REAL_QEMU_STOPPED, PC_BRIDGES },
    { "pc with bridges", "pc", REAL_QEMU_BARE, PC_BRIDGES },
    { "pc with storage", "pc", REAL_QEMU_STOPPED, STORAGE },
    { "q35", "q35", REAL_QEMU_BARE, ONBOARD },
    { "q35 with bridges", "q35", REAL_QEMU_BARE, BRIDGES },
    { "q35 stopped with bridges", "q35", REAL_QEMU_STOPPED, BRIDGES },
    { "q35 with storage", "q35", REAL_QEMU_STOPPED, STORAGE },
    { "q35 native hotplug", "q35", REAL_QEMU_STOPPED,
      BRIDGES " -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off" },
    { "microvm", "microvm", REAL_QEMU_STOPPED,
      "-netdev user,id=n -device virtio-net-device,netdev=n,id=net0" },
    { "isapc", "isapc", REAL_QEMU_STOPPED, "-drive if=ide,file=null-co://,format=raw" },
    { "none", "none", REAL_QEMU_STOPPED, "" },
    { "virt", "virt", REAL_QEMU_STOPPED,
      "-cpu cortex-a57 -netdev user,id=n -device virtio-net-device,netdev=n,id=net0"
      " -device pcie-root-port,id=rp1 -device virtio-rng-pci,bus=rp1 -device virtio-gpu-pci",
      "qemu-system-aarch64" },
};

static void test_animal(void **state)
{
    const Animal *animal = *state;
    g_auto(GStrv) arguments = NULL;
    g_autofree char *kept = g_strdup(g_getenv("BACKPLANE_TEST_QEMU"));
    if (animal->qemu)
        g_setenv("BACKPLANE_TEST_QEMU", animal->qemu, TRUE);
    if (*animal->arguments)
        assert_true(g_shell_parse_argv(animal->arguments, NULL, &arguments, NULL));
    g_autoptr(RealQemu) qemu =
        real_qemu_start(animal->machine, animal->flags, (const char *const *)arguments);
    if (animal->qemu && kept)
        g_setenv("BACKPLANE_TEST_QEMU", kept, TRUE);
    else if (animal->qemu)
        g_unsetenv("BACKPLANE_TEST_QEMU");
    Reading reading = { 0 };
    reading_start(&reading, qemu);
    compare(qemu, reading.guest);
    reading_again(&reading); /* from what is remembered */
    compare(qemu, reading.guest);
    reading_end(&reading);
}

/* --- anonymous devices that come and go ------------------------------------------------------ */

static void add_anonymous(RealQemu *qemu)
{
    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s, s:s, s:i}", "driver", "scsi-cd", "bus", "h.0", "scsi-id", 3));
}

static char *anonymous_path(const Guest *guest)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        if (strcmp(device->driver, "scsi-cd") == 0)
            return g_strdup(device->path);
    }
    fail_msg("the tree lacks the drive");
    return NULL;
}

/* One drive leaves and another like it takes its place between two reads: the tree looks the same,
 * and the path must be the new one's. */
static void test_replaced_device(void **state)
{
    static const char *const arguments[] = { "-device", "virtio-scsi-pci,id=h", NULL };
    Reading reading = { 0 };
    g_autoptr(RealQemu) qemu = real_qemu_start("pc", REAL_QEMU_STOPPED, arguments);
    add_anonymous(qemu);
    reading_start(&reading, qemu);
    compare(qemu, reading.guest);
    g_autofree char *first = anonymous_path(reading.guest);
    real_qemu_tell(qemu, "device_del", json_pack("{s:s}", "id", first));
    json_decref(real_qemu_wait_event(qemu, "DEVICE_DELETED", NULL));
    add_anonymous(qemu);
    reading_again(&reading);
    g_autofree char *second = anonymous_path(reading.guest);
    assert_string_not_equal(first, second);
    compare(qemu, reading.guest);
    reading_end(&reading);
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(zoo) + 1] = { cmocka_unit_test(test_replaced_device) };
    for (gsize i = 0; i < G_N_ELEMENTS(zoo); i++)
        tests[i + 1] = (struct CMUnitTest){ zoo[i].name, test_animal, NULL, NULL, (void *)&zoo[i] };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
