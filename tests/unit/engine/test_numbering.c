/* Indexes of buses as domain XML counts them: by file, machine, id, the guest's numbers, or free.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "engine/numbering.h"
#include "tests/unit/engine/fixture_guest.h"

/* --- guests by hand -------------------------------------------------------------------------- */

static Bus *add_bus(Device *owner, const char *name, const char *type)
{
    Bus *bus = bus_new(name, type);
    bus->owner = owner;
    g_ptr_array_add(owner->buses, bus);
    return bus;
}

static Device *add_device(Bus *bus, const char *driver, const char *id)
{
    Device *device = device_new(driver);
    device->id = g_strdup(id);
    device->path = g_strdup_printf("/machine/peripheral/%s", id ? id : driver);
    device->bus = bus;
    device->implicit = !id;
    g_ptr_array_add(bus->devices, device);
    return device;
}

static Device *add_pci(Bus *bus, guint slot, const char *driver, const char *id)
{
    Device *device = add_device(bus, driver, id);
    device->pci = g_new0(PciFacts, 1);
    device->address = (Address){ .type = ADDRESS_PCI, .pci = { .bus = bus->number, .slot = slot } };
    return device;
}

/* A bridge and the bus behind it, which bears its id. */
static Bus *add_bridge(Bus *bus, guint slot, const char *id, int number)
{
    Bus *behind = add_bus(add_pci(bus, slot, "pci-bridge", id), id, "PCI");
    behind->number = number;
    return behind;
}

static Bus *add_root(Guest *guest)
{
    guest->root = bus_new("main-system-bus", "System");
    Bus *root = add_bus(add_device(guest->root, "i440FX-pcihost", NULL), "pci.0", "PCI");
    root->number = 0;
    return root;
}

static void assert_index(const Guest *guest, const Numbering *numbering, const char *bus,
                         int expected)
{
    Bus *found = guest_find_bus(guest, bus, NULL);
    assert_non_null(found);
    if (numbering_index(numbering, found) != expected)
        fail_msg("%s has the index %d, not %d", bus, numbering_index(numbering, found), expected);
}

/* --- indexes --------------------------------------------------------------------------------- */

static void test_guest_numbers(void **state)
{
    g_autoptr(Guest) guest = guest_new();
    Bus *root = add_root(guest);
    add_bridge(add_bridge(root, 3, "a", 4), 1, "b", 7);
    add_bridge(root, 5, "c", 9);
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    assert_index(guest, numbering, "pci.0", 0);
    assert_index(guest, numbering, "a", 4);
    assert_index(guest, numbering, "b", 7);
    assert_index(guest, numbering, "c", 9);
    assert_int_equal(numbering_index(numbering, guest->root), -1);
    assert_int_equal(numbering_index(numbering, NULL), -1);
}

/* Before the firmware ran no bus has a number; still an index is above that of the bus it is on. */
static void test_not_numbered(void **state)
{
    g_autoptr(Guest) guest = guest_new();
    Bus *root = add_root(guest);
    add_bridge(add_bridge(root, 3, "pci.5", PCI_BUS_UNKNOWN), 1, "inner", PCI_BUS_UNKNOWN);
    add_bridge(root, 4, "next", PCI_BUS_UNKNOWN);
    add_bridge(root, 6, "pci.70000", PCI_BUS_UNKNOWN);
    add_bridge(root, 7, "pci.2", PCI_BUS_UNKNOWN);
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    assert_index(guest, numbering, "pci.5", 5);
    assert_index(guest, numbering, "inner", 6);
    assert_index(guest, numbering, "next", 1);
    assert_index(guest, numbering, "pci.2", 2);
    assert_index(guest, numbering, "pci.70000", 3);
}

/* What a file says counts before ids, and ids before the guest's numbers. */
static void test_order_of_rules(void **state)
{
    g_autoptr(Guest) guest = guest_new();
    Bus *root = add_root(guest);
    Bus *said = add_bridge(root, 3, "pci.4", 1);
    add_bridge(root, 4, "pci.1", 2);
    add_bridge(root, 5, "plain", 4);
    add_bridge(root, 6, "other", 1);
    g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(known, said, GINT_TO_POINTER(7));
    g_hash_table_insert(known, guest->root, GINT_TO_POINTER(2)); /* no bus that is counted */
    g_autoptr(Numbering) numbering = numbering_new(guest, known);
    assert_index(guest, numbering, "pci.4", 7);
    assert_index(guest, numbering, "pci.1", 1);
    assert_index(guest, numbering, "plain", 4);
    assert_index(guest, numbering, "other", 2);
    assert_int_equal(numbering_free_index(numbering, BUS_PCIE, 0), 3);
    assert_int_equal(numbering_free_index(numbering, BUS_PCI, 4), 5);
    assert_int_equal(numbering_free_index(numbering, BUS_USB, 0), 0);
}

/* Each type of controller counts for itself; the board's own SATA is 0 wherever it sits. */
static void test_controllers(void **state)
{
    g_autoptr(Guest) guest = guest_new();
    Bus *root = add_root(guest);
    add_bus(add_pci(root, 2, "lsi53c895a", "hba"), "hba.0", "SCSI");
    add_bus(add_pci(root, 8, "virtio-serial-pci", "ports"), "ports.0", "virtio-serial-bus");
    add_bus(add_pci(root, 3, "virtio-scsi-pci", "scsi0"), "scsi0.0", "SCSI");
    add_bus(add_pci(root, 4, "qemu-xhci", "usb"), "usb.0", "usb-bus");
    add_bus(add_pci(root, 5, "qemu-xhci", "usb3"), "usb3.0", "usb-bus");
    add_bus(add_pci(root, 6, "ich9-ahci", "sata0"), "sata0.0", "IDE")->family = BUS_SATA;
    Device *board = add_pci(root, 31, "ich9-ahci", NULL);
    add_bus(board, "ide.0", "IDE")->family = BUS_SATA;
    add_bus(board, "ide.1", "IDE")->family = BUS_SATA;
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    assert_index(guest, numbering, "hba.0", 1);
    assert_index(guest, numbering, "scsi0.0", 0);
    assert_index(guest, numbering, "ports.0", 0);
    assert_index(guest, numbering, "usb.0", 0);
    assert_index(guest, numbering, "usb3.0", 3);
    assert_index(guest, numbering, "ide.0", 0);
    assert_index(guest, numbering, "ide.1", 0);
    assert_index(guest, numbering, "sata0.0", 1);
}

/* --- which bus a controller means ------------------------------------------------------------ */

static void test_bus_of(void **state)
{
    g_autoptr(Guest) guest = fixture_guest("q35-10");
    static const struct {
        const char *device, *bus;
    } expected[] = {
        { "px", "px" }, { "rp1", "rp1" }, { "up", "up" }, { "ppb", "ppb" }, { "00:1f.2", "ide.0" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        const Device *device = guest_find(guest, expected[i].device, NULL);
        const Bus *bus = numbering_bus_of(guest, device);
        assert_non_null(bus);
        assert_string_equal(bus->name, expected[i].bus);
    }
    const Device *host = guest_find(guest, "00:00.0", NULL);
    assert_string_equal(host->driver, "mch");
    assert_ptr_equal(numbering_bus_of(guest, host), host->bus);
    assert_null(numbering_bus_of(guest, guest_find(guest, "net0", NULL)));
    assert_null(numbering_bus_of(guest, guest_find(guest, "00:1f.3", NULL)));
}

/* The conventional expander's cards are behind a bridge of its own. */
static void test_expander(void **state)
{
    g_autoptr(Guest) guest = fixture_guest("prelaunch");
    const Bus *behind = guest_find_bus(guest, "px", NULL);
    const Device *expander = guest_find_path(guest, "/machine/peripheral/px");
    assert_string_equal(expander->driver, "pxb");
    assert_ptr_equal(numbering_bus_of(guest, expander), behind);
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    const Bus *root = behind->owner->bus;
    assert_int_equal(numbering_index(numbering, root), root->number);
    assert_true(numbering_index(numbering, behind) > root->number);
}

static Bus *add_expander(Guest *guest, Bus *root, guint slot, const char *id)
{
    Device *expander = add_pci(root, slot, "pxb-pcie", id);
    Property *property = g_new0(Property, 1);
    property->name = g_strdup("bus_nr");
    property->value = g_strdup("32 (0x20)");
    g_ptr_array_add(expander->properties, property);
    return add_bus(add_device(guest->root, "pxb-host", NULL), id ? id : "pxb-pcie-bus.0",
                   "pxb-pcie-bus");
}

/* Nothing tells which root bus an expander without an id has while that is empty, but each has one.
 */
static void test_empty_expanders(void **state)
{
    g_autoptr(Guest) guest = guest_new();
    Bus *root = add_root(guest);
    Bus *first = add_expander(guest, root, 3, NULL);
    Bus *named = add_expander(guest, root, 4, "px");
    Bus *second = add_expander(guest, root, 5, NULL);
    guest_index(guest);
    const Bus *expected[] = { first, named, second };
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        assert_ptr_equal(numbering_bus_of(guest, root->devices->pdata[i]), expected[i]);
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    assert_int_equal(numbering_index(numbering, first), 1);
    assert_int_equal(numbering_index(numbering, second), 3);
}

static void test_companion(void **state)
{
    g_autoptr(Guest) guest = guest_new();
    Bus *root = add_root(guest);
    Device *companion = add_pci(root, 3, "ich9-usb-uhci1", "u1");
    Property *property = g_new0(Property, 1);
    property->name = g_strdup("masterbus");
    property->value = g_strdup("e.0");
    g_ptr_array_add(companion->properties, property);
    Bus *bus = add_bus(add_pci(root, 4, "ich9-usb-ehci1", "e"), "e.0", "usb-bus");
    assert_ptr_equal(numbering_bus_of(guest, companion), bus);
}

/* --- places ---------------------------------------------------------------------------------- */

static BusFamily family_of(const Device *device)
{
    return device->bus->family;
}

/* Every place of every device leads back to its bus, and to where it is on it. */
static void assert_round_trip(const Guest *guest)
{
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    guint places = 0;
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        Address place, qemu;
        if (!numbering_place(numbering, device, &place))
            continue;
        Bus *bus = numbering_bus(numbering, family_of(device), &place, &qemu);
        g_autofree char *back = address_to_text(&qemu);
        g_autofree char *there = address_to_text(&device->address);
        if (bus != device->bus || !address_equal(&qemu, &device->address))
            fail_msg("%s at %s leads to %s of %s", device->driver, there, back,
                     bus ? bus->name : "no bus");
        places++;
    }
    assert_true(places > 0);
}

static void test_round_trip(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixture_names); i++) {
        g_autoptr(Guest) guest = fixture_guest(fixture_names[i]);
        assert_round_trip(guest);
    }
}

typedef struct {
    const char *device, *place;
} Placed;

static void assert_places(const Guest *guest, const Placed *placed, gsize count)
{
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    for (gsize i = 0; i < count; i++) {
        Address place;
        const Device *device = guest_find(guest, placed[i].device, NULL);
        assert_true(numbering_place(numbering, device, &place));
        g_autofree char *text = address_to_text(&place);
        assert_string_equal(text, placed[i].place);
    }
}

/* A narrow adapter's ids are units in the file. */
static void test_places(void **state)
{
    static const Placed demo[] = {
        { "sdf", "0:0:5" },   { "hdc", "0:1:0" },       { "tablet0", "usb 0.1" },
        { "vda", "00:0b.0" }, { "00:00.0", "00:00.0" },
    };
    g_autoptr(Guest) guest = fixture_guest("demo");
    assert_places(guest, demo, G_N_ELEMENTS(demo));
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    Address place;
    numbering_place(numbering, guest_find(guest, "sdf", NULL), &place);
    assert_int_equal(place.drive.unit, 5);
    assert_int_equal(place.drive.target, 0);
    assert_false(numbering_place(numbering, guest->devices->pdata[0], &place));
}

/* Addresses that mean nothing here. */
static void test_no_such_bus(void **state)
{
    static const Address drive = { .type = ADDRESS_DRIVE, .drive = { .controller = 0, .unit = 9 } };
    static const Address pci = { .type = ADDRESS_PCI, .pci = { .bus = 200 } };
    static const Address none = { .type = ADDRESS_NONE };
    g_autoptr(Guest) guest = fixture_guest("q35-10");
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    assert_null(numbering_bus(numbering, BUS_SATA, &drive, NULL)); /* the tenth port */
    assert_null(numbering_bus(numbering, BUS_IDE, &drive, NULL));
    assert_null(numbering_bus(numbering, BUS_PCI, &pci, NULL));
    assert_null(numbering_bus(numbering, BUS_PCI, &none, NULL));
    assert_null(numbering_bus(numbering, BUS_ISA, &pci, NULL));
}

/* --- size ------------------------------------------------------------------------------------ */

/* Of the processor, so that a busy host makes no difference. */
static gint64 time_numbering(guint controllers)
{
    g_autoptr(Guest) guest = guest_new();
    Bus *root = add_root(guest);
    for (guint i = 0; i < controllers; i++)
        add_bus(add_pci(root, i % 32, "lsi53c895a", NULL), "x", "SCSI");
    clock_t start = clock();
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    gint64 time = clock() - start;
    assert_int_equal(numbering_free_index(numbering, BUS_SCSI, 0), controllers);
    return time;
}

static gint64 best_of(guint controllers)
{
    gint64 best = G_MAXINT64;
    for (guint i = 0; i < 5; i++)
        best = MIN(best, time_numbering(controllers));
    return best;
}

/* 10 times the controllers: 10 times the time would be linear, 100 times quadratic. */
static void test_size(void **state)
{
    gint64 few = MAX(best_of(4000), 1), many = best_of(40000);
    print_message("4,000 controllers %" G_GINT64_FORMAT " us, 40,000 %" G_GINT64_FORMAT " us\n",
                  few, many);
    assert_true(many < 30 * few);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guest_numbers),  cmocka_unit_test(test_not_numbered),
        cmocka_unit_test(test_order_of_rules), cmocka_unit_test(test_controllers),
        cmocka_unit_test(test_bus_of),         cmocka_unit_test(test_expander),
        cmocka_unit_test(test_companion),      cmocka_unit_test(test_empty_expanders),
        cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_places),
        cmocka_unit_test(test_no_such_bus),    cmocka_unit_test(test_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
