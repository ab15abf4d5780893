/* Attach plans and refusals on guests built by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/allocate.h"
#include "tests/unit/engine/plan_guest.h"

#define IMAGE(file, form, bytes, behind)                                                           \
    {                                                                                              \
        .path = (char *)(file), .real = (char *)(file), .format = (char *)(form), .size = (bytes), \
        .backing = (char *)(behind), .writable = TRUE                                              \
    }

static const Image images[] = {
    IMAGE("/images/new.qcow2", "qcow2", 1 << 30, NULL),
    IMAGE("/images/a.qcow2", "qcow2", 1 << 30, NULL),
    IMAGE("/images/b.qcow2", "qcow2", 1 << 30, NULL),
    IMAGE("/images/over.qcow2", "qcow2", 1 << 30, "a.qcow2"),
    IMAGE("/images/raw.img", "raw", 1 << 30, NULL),
    IMAGE("/images/luks.img", "luks", 1 << 30, NULL),
    IMAGE("/images/bad.dmg", "dmg", -1, NULL),
};

static const Image *find_image(const Request *request)
{
    const char *file = request_get(request, "file");
    for (gsize i = 0; file != NULL && i < G_N_ELEMENTS(images); i++) {
        if (strcmp(images[i].path, file) == 0) {
            return &images[i];
        }
    }
    return NULL;
}

static GHashTable *make_drivers(void)
{
    GHashTable *drivers =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)json_decref);
    g_hash_table_insert(drivers, (gpointer) "nope", json_null());
    g_hash_table_insert(
        drivers, (gpointer) "virtio-rng-pci",
        json_loads("[{\"name\":\"max-bytes\",\"type\":\"uint64\"},{\"name\":\"romfile\",\"type\":"
                   "\"str\"},{\"name\":\"multifunction\",\"type\":\"bool\"},{\"name\":\"bytes\","
                   "\"type\":\"size\"},{\"name\":\"level\",\"type\":\"int8\"}]",
                   0, NULL));
    g_hash_table_insert(drivers, (gpointer) "my-card",
                        json_loads("[{\"name\":\"romfile\",\"type\":\"str\"}]", 0, NULL));
    return drivers;
}

/* The plan as text, or the refusal after "! ". (transfer full) */
static char *try(Guest *guest, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(parts[0], (const char *const *)parts + 1, &error);
    if (request == NULL) {
        return g_strconcat("! ", error->message, NULL);
    }
    g_autoptr(GHashTable) drivers = make_drivers();
    g_autoptr(GError) missing =
        g_error_new(ENGINE_ERROR, ENGINE_ERROR_INPUT, "/images/gone does not exist");
    HotplugFacts facts = { guest, drivers, find_image(request), NULL };
    facts.image_error = facts.image == NULL ? missing : NULL;
    g_autoptr(Plan) plan = hotplug_plan_attach(&facts, request, &error);
    return plan != NULL ? plan_text(plan) : g_strconcat("! ", error->message, NULL);
}

static void check(Guest *guest, const char *words, const char *expected)
{
    g_autofree char *got = try(guest, words);
    if (!g_pattern_match_simple(expected, got)) {
        fail_msg("%s\ngave      %s\nexpected  %s", words, got, expected);
    }
}

typedef struct {
    const char *words, *expected;
} Case;

static const Case pc_plans[] = {
    { "disk file=/images/new.qcow2", "attach disk sd0 at 0:0:1\n"
                                     "blockdev-add node-name=sd0-fmt driver=qcow2 file.driver=file "
                                     "file.filename=/images/new.qcow2\n"
                                     "  undo blockdev-del node-name=sd0-fmt\n"
                                     "device_add driver=scsi-hd id=sd0 drive=sd0-fmt serial=sd0 "
                                     "bus=lsi0.0 channel=0 scsi-id=1 lun=0\n"
                                     "  undo device_del id=sd0" },
    { "disk file=/images/new.qcow2 bus=virtio address=9 id=disk2 cache=none aio=io_uring "
      "discard=unmap",
      "attach disk disk2 at 00:09.0\n"
      "blockdev-add node-name=disk2-fmt driver=qcow2 discard=unmap cache.direct=true "
      "cache.no-flush=false file.driver=file file.filename=/images/new.qcow2 file.aio=io_uring\n"
      "  undo blockdev-del node-name=disk2-fmt\n"
      "device_add driver=virtio-blk-pci id=disk2 drive=disk2-fmt serial=disk2 bus=pci.0 addr=09.0\n"
      "  undo device_del id=disk2" },
    { "disk file=/images/raw.img bus=nvme serial=N1 aio=native",
      "attach disk nvme0 at 00:03.0\n"
      "blockdev-add node-name=nvme0-fmt driver=raw cache.direct=true cache.no-flush=false "
      "file.driver=file file.filename=/images/raw.img file.aio=native\n"
      "  undo blockdev-del node-name=nvme0-fmt\n"
      "device_add driver=nvme id=nvme0 drive=nvme0-fmt serial=N1 bus=pci.0 addr=03.0\n"
      "  undo device_del id=nvme0" },
    { "disk file=/images/raw.img bus=usb cache=writethrough",
      "attach disk usbdisk0 at usb 0.1\n"
      "blockdev-add node-name=usbdisk0-fmt driver=raw file.driver=file "
      "file.filename=/images/raw.img\n"
      "  undo blockdev-del node-name=usbdisk0-fmt\n"
      "device_add driver=qemu-xhci id=usb0 bus=pci.0 addr=03.0\n"
      "  undo device_del id=usb0\n"
      "device_add driver=usb-storage id=usbdisk0 drive=usbdisk0-fmt write-cache=off "
      "serial=usbdisk0 bus=usb0.0 port=1\n"
      "  undo device_del id=usbdisk0" },
    { "cdrom", "attach cdrom cd0 at 0:0:1\n"
               "device_add driver=scsi-cd id=cd0 serial=cd0 bus=lsi0.0 channel=0 scsi-id=1 lun=0\n"
               "  undo device_del id=cd0" },
    { "disk file=/images/b.qcow2 readonly=on", "attach disk sd0 at 0:0:1\n*read-only=true*" },
    { "disk file=/images/bad.dmg", "*driver=dmg read-only=true*" },
    { "disk file=/images/new.qcow2 format=raw", "*driver=raw*" },
    { "disk file=/elsewhere/x.qcow2 format=qcow2", "*filename=/elsewhere/x.qcow2*" },
    { "nic model=e1000 mac=52-54-00-AA-BB-CC hostfwd=tcp::2222-:22,udp::53-:53 restrict=on",
      "attach nic net1 at 00:03.0\n"
      "netdev_add type=user id=net1-user "
      "hostfwd=[{\"str\":\"tcp::2222-:22\"},{\"str\":\"udp::53-:53\"}] "
      "restrict=true\n"
      "  undo netdev_del id=net1-user\n"
      "device_add driver=e1000 id=net1 netdev=net1-user mac=52:54:00:aa:bb:cc bus=pci.0 addr=03.0\n"
      "  undo device_del id=net1" },
    { "nic backend=tap ifname=tap7", "*netdev_add type=tap id=net1-tap ifname=tap7 script=no "
                                     "downscript=no\n*driver=virtio-net-pci*" },
    { "nic backend=bridge br=br1", "*netdev_add type=bridge id=net1-bridge br=br1\n*" },
    { "nic backend=socket listen=:1234", "*netdev_add type=socket id=net1-socket listen=:1234\n*" },
    { "nic backend=spare", "attach nic net1 at 00:03.0\ndevice_add * netdev=spare *" },
    { "controller model=lsi",
      "attach controller scsi0 at 00:03.0\ndevice_add driver=lsi53c895a *" },
    { "controller model=pci-bridge", "*driver=pci-bridge id=pci0 chassis_nr=1 bus=pci.0*" },
    { "device driver=virtio-rng-pci max-bytes=0x10 multifunction=on bytes=64M level=-3 addr=1f",
      "attach virtio-rng-pci rng1 at 00:1f.0\n"
      "device_add driver=virtio-rng-pci id=rng1 bytes=67108864 level=-3 max-bytes=16 "
      "multifunction=true bus=pci.0 addr=1f.0\n"
      "  undo device_del id=rng1" },
    { "device driver=my-card", "attach my-card dev0 at 00:03.0\n*" },
};

static const Case pc_refusals[] = {
    { "disk", "! no image is given: name it as file=PATH" },
    { "disk file=/images/gone", "! /images/gone does not exist" },
    { "disk file=/images/a.qcow2", "! /images/a.qcow2 is in use by scsi-hd sda of this guest; *" },
    { "disk file=/images/b.qcow2", "! /images/b.qcow2 is in use by scsi-hd sdb of this guest; *" },
    { "disk file=/images/over.qcow2",
      "! /images/over.qcow2 has the backing file /images/a.qcow2, which scsi-hd sda of this guest "
      "writes to; *" },
    { "disk file=/images/luks.img", "! /images/luks.img is encrypted (luks) *" },
    { "disk file=/images/raw.img format=qcow2",
      "! /images/raw.img is not in qcow2 format: it has no header, so it is raw; *" },
    { "disk file=/images/new.qcow2 format=vmdk",
      "! /images/new.qcow2 is not in vmdk format: its header says qcow2; *" },
    { "disk file=/images/new.qcow2 bus=ide", "! bus=ide takes no hotplug in any guest; *" },
    { "disk file=/images/new.qcow2 bus=scsy",
      "! bus=scsy is not known; it is one of scsi, *; did you mean \"scsi\"?" },
    { "disk file=/images/new.qcow2 target=3",
      "! the bay at id 3 lun 0 of lsi0.0 is in use by scsi-hd sdb; free places: *" },
    { "disk file=/images/new.qcow2 target=9", "! lsi53c895a takes SCSI ids 0 to 7, not 9; *" },
    { "disk file=/images/new.qcow2 target=1 lun=1",
      "! lsi53c895a takes luns 0 to 0 of each id, not 1; *" },
    { "disk file=/images/new.qcow2 target=x", "! target=x is not a number; *" },
    { "disk file=/images/new.qcow2 controller=lsi9",
      "! there is no bus or controller \"lsi9\"; *" },
    { "disk file=/images/new.qcow2 bus=virtio target=1", "! target= is for devices on a bus of *" },
    { "disk file=/images/new.qcow2 id=sda",
      "! id sda is in use by the scsi-hd at 0:0:0; sda0 is free" },
    { "disk file=/images/new.qcow2 id=sdb-fmt", "! id sdb-fmt is in use by a block node; *" },
    { "disk file=/images/new.qcow2 id=spare", "! id spare is in use by a netdev; *" },
    { "disk file=/images/new.qcow2 id=serial0",
      "! id serial0 is in use by a character device; serial1 *" },
    { "disk file=/images/new.qcow2 id=rng0", "! id rng0 is in use by an object; rng1 is free" },
    { "disk file=/images/new.qcow2 id=a/b", "! \"a/b\" cannot be an id: *" },
    { "disk file=/images/new.qcow2 id=a2345678901234567890123456789",
      "! \"a2*\" cannot be an id: *" },
    { "disk file=/images/new.qcow2 serial=123456789012345678901",
      "! serial=* has 21 characters; *" },
    { "disk file=/images/new.qcow2 cache=writeback aio=native", "! aio=native goes around *" },
    { "disk file=/images/new.qcow2 bus=virtio address=5",
      "! slot 05.0 of pci.0 is in use by e1000 net0; *" },
    { "disk file=/images/new.qcow2 bus=virtio address=6.1",
      "! slot 06.1 of pci.0 cannot be plugged alone: *" },
    { "cdrom bus=virtio", "! there is no CD drive for bus=virtio; *" },
    { "cdrom bus=usb", "! no image is given, and a USB drive cannot be empty: *" },
    { "nic address=07:05.0", "! 07:05.0 is not on pci.0, *; free places: *" },
    { "nic address=0001:00:07.0", "! 0001:00:07.0 is not on pci.0, *" },
    { "nic address=00:07.0 bus=lsi0", "! virtio-net-pci needs a bus of family *" },
    { "nic model=scsi-hd", "! model=scsi-hd is not a NIC; *" },
    { "nic mac=53:54:00:00:00:01", "! mac=53:54:00:00:00:01 is a multicast address *" },
    { "nic mac=52:54:00:00:00", "! mac=52:54:00:00:00 is not six octets in hex; *" },
    { "nic mac=00:00:00:00:00:00", "! mac=00:00:00:00:00:00 is no address; *" },
    { "nic mac=52:54:00:00:00:05", "! MAC 52:54:00:00:00:05 is in use by net0 of this guest; *" },
    { "nic backend=n0", "! netdev n0 is in use by net0; *" },
    { "nic backend=tab",
      "! backend=tab: the guest has no netdev of that name; *; did you mean \"tap\"?" },
    { "nic ifname=tap0", "! ifname= belongs to backend=tap, not to user; *" },
    { "nic backend=socket", "! backend=socket needs one of listen=*, and none is given" },
    { "nic hostfwd=80", "! hostfwd=80 is no rule; *" },
    { "nic model=i82551",
      "! i82551 cannot be plugged into a running guest: QEMU ends *; * can be plugged" },
    { "controller", "! model= is missing; *" },
    { "controller model=e1000", "! model=e1000 is not a controller; *" },
    { "device", "! driver= is missing; *" },
    { "device driver=nope", "! this QEMU (7.2.22) has no driver \"nope\"*" },
    { "device driver=cirrus-vga", "! cirrus-vga cannot be plugged into a running guest; *" },
    { "device driver=ide-hd", "! ide-hd *" },
    { "device driver=isa-serial", "! isa-serial *" },
    { "device driver=scsi-hd", "! scsi-hd needs drive=; *" },
    { "device driver=virtio-rng-pci maxbytes=1",
      "! virtio-rng-pci has no property \"maxbytes\"; did you mean \"max-bytes\"?" },
    { "device driver=virtio-rng-pci max-bytes=many", "! max-bytes=many: this property *" },
    { "device driver=virtio-rng-pci multifunction=maybe",
      "! multifunction=maybe: *; give on or off" },
    { "device driver=virtio-rng-pci level=200", "! level=200: *" },
    { "device driver=virtio-rng-pci bus=lsi0.0", "! virtio-rng-pci needs a bus of family *" },
    { "device driver=virtserialport", "! virtserialport cannot be plugged: *virtio-serial-pci" },
    { "device driver=usb-tablet", "! usb-tablet cannot be plugged: *model=qemu-xhci" },
};

static const Case q35_cases[] = {
    { "nic", "attach nic net1 at 02:00.0\n*bus=rp2 addr=00.0\n*" },
    { "nic model=e1000", "attach nic net1 at 04:01.0\n*bus=conv addr=01.0\n*" },
    { "nic model=e1000 bus=rp2", "*bus=rp2 addr=00.0\n*" },
    { "nic bus=pcie.0",
      "! pcie.0 takes no hotplug; free places: 00.0 on rp2, 01.0 on conv and 30 more" },
    { "nic bus=rp1", "! rp1 is full: all of it is taken by net0; free places: *" },
    { "nic bus=rp1 address=1",
      "! slot 01.0 of rp1 cannot be used: behind a port there is slot 00 alone; *" },
    { "nic bus=conv address=0", "! slot 00.0 of conv cannot be used: the hotplug controller *" },
    { "nic address=04:05.0", "*bus=conv addr=05.0\n*" },
    { "disk file=/images/new.qcow2 bus=virtio controller=rp2", "*bus=rp2 addr=00.0\n*" },
    { "controller model=pcie-root-port", "! pcie-root-port cannot be plugged: *" },
};

/* QEMU takes them all; no guest would find them. */
static const Case switch_cases[] = {
    { "nic", "*bus=dn addr=00.0\n*" },
    { "nic bus=up",
      "! up is no place for virtio-net-pci: inside a switch *; free places: 00.0 on dn" },
    { "nic address=02:05.0", "! up is no place for virtio-net-pci: *" },
    { "controller model=xio3130-downstream bus=up",
      "! up is no place for xio3130-downstream: inside a switch *" },
    { "controller model=xio3130-downstream bus=dn",
      "! dn is no place for xio3130-downstream: such a port belongs inside a switch; *" },
    { "controller model=pcie-root-port bus=dn",
      "! dn is no place for pcie-root-port: a root port belongs to the root complex; *" },
};

/* Two ports, 0 for a console. */
static const Case serial_cases[] = {
    { "device driver=virtserialport", "*nr=1*" },
    { "device driver=virtserialport nr=0", "*nr=0*" },
    { "device driver=virtserialport nr=2", "! vs.0 has no port 2: its ports are 0 to 1; *" },
    { "device driver=virtserialport nr=x", "! nr=x is not a number; *" },
};

static void check_all(Guest *guest, const Case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        check(guest, cases[i].words, cases[i].expected);
    }
}

static void test_pc_plans(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    check_all(guest, pc_plans, G_N_ELEMENTS(pc_plans));
}

static void test_pc_refusals(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    check_all(guest, pc_refusals, G_N_ELEMENTS(pc_refusals));
}

/* T6: behind a port there is one place. */
static void test_switch(void **state)
{
    g_autoptr(Guest) guest = make_q35(TRUE);
    Bus *port = guest_find_id(guest, "rp1")->buses->pdata[0];
    g_ptr_array_set_size(port->owner->bus->devices, 1);
    g_ptr_array_set_size(port->devices, 0);
    Bus *up = offer_bus(add_pci(port, 0, 0, "x3130-upstream", "up"), "up", "PCIE", TRUE);
    up->number = 2;
    offer_bus(add_pci(up, 0, 0, "xio3130-downstream", "dn"), "dn", "PCIE", TRUE)->number = 3;
    guest_index(guest);
    check_all(guest, switch_cases, G_N_ELEMENTS(switch_cases));
    g_autoptr(GArray) inside = allocate_vacant(up);
    assert_int_equal(inside->len, 0);
}

static void test_serial(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    Device *card = add_pci(guest_find_bus(guest, "pci.0", NULL), 14, 0, "virtio-serial-pci", "vs");
    add_property(card, "max_ports", "2 (0x2)");
    offer_bus(card, "vs.0", "virtio-serial-bus", TRUE);
    guest_index(guest);
    check_all(guest, serial_cases, G_N_ELEMENTS(serial_cases));
}

static void test_q35(void **state)
{
    g_autoptr(Guest) guest = make_q35(TRUE), bare = make_q35(FALSE);
    check_all(guest, q35_cases, G_N_ELEMENTS(q35_cases));
    check(bare, "nic", "! virtio-net-pci cannot be plugged: *pcie-root-port devices");
    g_autoptr(Guest) none = new_guest("none");
    check(none, "nic", "! virtio-net-pci cannot be plugged: *; this machine has no PCI bus: *");
}

/* Names of files reach QEMU as they are. */
static void test_hostile_names(void **state)
{
    static const char *const names[] = { "/i/a,b.img", "/i/a\"b'.img", "/i/a\nb.img",
                                         "/i/\xc5\x9b \\.img", "/i/json:{}.img" };
    g_autoptr(Guest) guest = make_pc();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Request) request = request_new(REQUEST_DISK);
        request_set(request, "file", names[i]);
        request_set(request, "format", "raw");
        HotplugFacts facts = { guest, NULL, NULL, NULL };
        g_autoptr(Plan) plan = hotplug_plan_attach(&facts, request, NULL);
        assert_non_null(plan);
        const Step *step = plan->steps->pdata[0];
        json_t *file = json_object_get(step->action->arguments, "file");
        assert_string_equal(json_string_value(json_object_get(file, "filename")), names[i]);
        g_autofree char *text = action_to_text(step->action);
        assert_null(strchr(text, '\n'));
    }
    g_autoptr(Request) latin = request_new(REQUEST_DISK);
    request_set(latin, "file", "/i/\xe9.img");
    HotplugFacts facts = { guest, NULL, NULL, NULL };
    g_autoptr(GError) error = NULL;
    assert_null(hotplug_plan_attach(&facts, latin, &error));
    assert_non_null(strstr(error->message, "not UTF-8"));
}

/* The MAC that a plan made again shows is the same; ids count on. */
static void test_allocation(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autofree char *one = allocate_mac(guest), *two = allocate_mac(guest);
    assert_string_equal(one, two);
    assert_true(g_str_has_prefix(one, "52:54:00:"));
    g_autofree char *id = allocate_id(guest, "net"), *rng = allocate_id(guest, "rng");
    assert_string_equal(id, "net1");
    assert_string_equal(rng, "rng1");
    g_autoptr(GArray) bays = allocate_vacant(guest_find_bus(guest, "lsi0.0", NULL));
    const Model *lsi = model_find("lsi53c895a");
    assert_int_equal(bays->len, lsi->targets - 2 - (lsi->reserved < lsi->targets));
    g_autoptr(GArray) slots = allocate_vacant(guest_find_bus(guest, "pci.0", NULL));
    assert_int_equal(slots->len, 32 - 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pc_plans),   cmocka_unit_test(test_pc_refusals),
        cmocka_unit_test(test_q35),        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_allocation), cmocka_unit_test(test_switch),
        cmocka_unit_test(test_serial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
