/* Devices and guests as plain data: capacities, slot mates, finding by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/guest.h"

static Device *add_device(Bus *bus, const char *driver, const char *id, const char *address)
{
    Device *device = device_new(driver);
    device->bus = bus;
    device->id = g_strdup(id);
    device->path = g_strdup_printf("/machine/x/%s%s", driver, address);
    if (*address)
        assert_true(address_parse(address, &device->address, NULL));
    g_ptr_array_add(bus->devices, device);
    return device;
}

static Bus *add_bus(Device *owner, const char *name, const char *type)
{
    Bus *bus = bus_new(name, type);
    bus->owner = owner;
    bus->path = g_strdup_printf("%s/%s", owner->path, name);
    g_ptr_array_add(owner->buses, bus);
    return bus;
}

/* host > pci.0 > (e1000 x3 at 05.0, 05.1, 06.0; lsi at 0a.0 > two disks; two ports) */
static Guest *make_guest(void)
{
    Guest *guest = guest_new();
    guest->root = bus_new("main-system-bus", "System");
    Bus *pci = add_bus(add_device(guest->root, "i440FX-pcihost", NULL, ""), "pci.0", "PCI");
    add_device(pci, "e1000", "net0", "05.0");
    add_device(pci, "e1000", "net1", "05.1");
    add_device(pci, "e1000", NULL, "06.0");
    Bus *scsi = add_bus(add_device(pci, "lsi53c895a", "scsi0", "0a.0"), "scsi0.0", "SCSI");
    add_device(scsi, "scsi-hd", "sda", "0:0:0:0");
    add_device(scsi, "scsi-hd", "sdb", "0:0:1:0");
    add_bus(add_device(pci, "pcie-root-port", NULL, "0b.0"), "pcie.0", "PCIE");
    add_bus(add_device(pci, "pcie-root-port", NULL, "0c.0"), "pcie.0", "PCIE");
    guest_index(guest);
    return guest;
}

static guint capacity(const char *driver, const char *type)
{
    g_autoptr(Guest) guest = guest_new();
    guest->root = bus_new("main-system-bus", "System");
    Bus *bus = add_bus(add_device(guest->root, driver, NULL, ""), "b", type);
    if (strcmp(driver, "ich9-ahci") == 0)
        bus->family = BUS_SATA;
    return bus_capacity(bus);
}

static void test_capacity(void **state)
{
    assert_int_equal(capacity("i440FX-pcihost", "PCI"), 32);
    assert_int_equal(capacity("pcie-root-port", "PCIE"), 1);
    assert_int_equal(capacity("xio3130-downstream", "PCIE"), 1);
    assert_int_equal(capacity("x3130-upstream", "PCIE"), 32);
    assert_int_equal(capacity("lsi53c895a", "SCSI"), 7); /* id 7 is the adapter's own */
    assert_int_equal(capacity("virtio-scsi-pci", "SCSI"), 256);
    assert_int_equal(capacity("piix3-ide", "IDE"), 2);
    assert_int_equal(capacity("ich9-ahci", "IDE"), 1);
    assert_int_equal(capacity("isa-fdc", "floppy-bus"), 2);
    assert_int_equal(capacity("piix3-usb-uhci", "usb-bus"), 2);
    assert_int_equal(capacity("qemu-xhci", "usb-bus"), 4);
    assert_int_equal(capacity("virtio-serial-pci", "virtio-serial-bus"), 31);
    assert_int_equal(capacity("PIIX3", "ISA"), 0);
    assert_int_equal(capacity("unheard-of", "SCSI"), 0);
}

static void test_slot_mates(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    g_autoptr(GPtrArray) two = device_slot_mates(guest_find_id(guest, "net1"));
    assert_int_equal(two->len, 2);
    assert_string_equal(((Device *)two->pdata[0])->id, "net0");
    g_autoptr(GPtrArray) one = device_slot_mates(guest_find_id(guest, "sda"));
    assert_int_equal(one->len, 1);
    g_autoptr(GPtrArray) disks = device_descendants(guest_find_id(guest, "scsi0"));
    assert_int_equal(disks->len, 2);
}

static void check_refusal(const Guest *guest, const char *text, const char *words)
{
    g_autoptr(GError) error = NULL;
    assert_null(guest_find(guest, text, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
    if (!strstr(error->message, words))
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

static void test_find(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    assert_string_equal(guest_find(guest, "net1", NULL)->id, "net1");
    assert_string_equal(guest_find(guest, "00:05.1", NULL)->id, "net1");
    assert_string_equal(guest_find(guest, "0:0:1", NULL)->id, "sdb");
    assert_string_equal(guest_find(guest, "/machine/x/lsi53c895a0a.0", NULL)->id, "scsi0");
    check_refusal(guest, "net2", "did you mean \"net");
    check_refusal(guest, "scsi", "did you mean \"scsi0\"?");
    check_refusal(guest, "completely-different", "has no device");
    check_refusal(guest, "1f.0", "has no device");
    check_refusal(guest, "", "has no device");
    g_autofree char *long_name = g_strnfill(100000, 'x');
    check_refusal(guest, long_name, "has no device");
}

static void test_ambiguous(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    g_autoptr(GError) error = NULL;
    add_device(guest->root, "e1000", "other", "05.0");
    guest_index(guest);
    check_refusal(guest, "05.0", "means 2 devices: net0 (e1000), other (e1000)");
    assert_string_equal(guest_find_bus(guest, "scsi0.0", NULL)->type, "SCSI");
    assert_null(guest_find_bus(guest, "nope", &error));
    assert_null(error);
    assert_null(guest_find_bus(guest, "pcie.0", &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
}

static void test_names(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    g_autofree char *with_id = device_display_name(guest_find_id(guest, "net0"));
    g_autofree char *without = device_display_name(guest_find(guest, "06.0", NULL));
    assert_string_equal(with_id, "net0");
    assert_string_equal(without, "e1000 at 00:06.0");
    assert_string_equal(device_label(guest_find_id(guest, "sda")), "disk");
    for (int state_number = STATE_FIXED; state_number < DEVICE_STATES; state_number++)
        assert_non_null(device_state_name(state_number));
}

/* A device's place is printed after its strings, so the last property of a name counts (T11). */
static void test_property(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    Device *device = guest_find_id(guest, "sda");
    for (int i = 0; i < 2; i++) {
        Property *property = g_new0(Property, 1);
        property->name = g_strdup("lun");
        property->value = g_strdup(i ? "1" : "forged");
        g_ptr_array_add(device->properties, property);
    }
    assert_string_equal(device_property(device, "lun"), "1");
    assert_null(device_property(device, "nope"));
}

/* A line that no firmware wrote down is not known. */
static void test_irq(void **state)
{
    static const struct {
        int told, known;
    } rows[] = { { 11, 11 }, { 0, -1 }, { 255, -1 }, { -1, -1 } };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        PciFacts facts = { .irq = rows[i].told };
        const Device device = { .pci = &facts };
        assert_int_equal(device_irq(&device), rows[i].known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capacity), cmocka_unit_test(test_slot_mates),
        cmocka_unit_test(test_find),     cmocka_unit_test(test_ambiguous),
        cmocka_unit_test(test_names),    cmocka_unit_test(test_property),
        cmocka_unit_test(test_irq),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
