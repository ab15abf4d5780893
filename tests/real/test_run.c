/* Guests started from domain XML: every class of device that is translated runs and is where the
 * file says, whatever its files are called. QEMU itself is asked, past the program under test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/describe.h"
#include "engine/domain_edit.h"
#include "engine/launch.h"
#include "engine/xml_edit.h"
#include "tests/support/real_domain.h"
#include "tests/support/real_guest.h"
#include "tests/support/temp.h"

#define NVDIMM_BYTES (64 << 20)
#define SHARED_MEMORY "/dev/shm/backplane-test"

/* ---- files and guests ---- */

static char *folder;

static int make_folder(void **state)
{
    folder = temp_directory();
    return 0;
}

static int remove_folder(void **state)
{
    temp_directory_remove(folder);
    g_unlink(SHARED_MEMORY);
    return 0;
}

/* A fixture in the folder of its files, drives placed. */
static Domain *prepare(const char *name)
{
    g_autofree char *from = g_build_filename(SRCDIR, "tests", "fixtures", "run", name, NULL);
    g_autofree char *to = g_build_filename(folder, name, NULL);
    g_autofree char *text = NULL;
    g_autofree char *nvdimm = g_build_filename(folder, "nv.img", NULL);
    assert_true(g_file_get_contents(from, &text, NULL, NULL));
    assert_true(g_file_set_contents(to, text, -1, NULL));
    g_autoptr(Domain) domain = real_domain_load(to);
    real_domain_make_images(domain, folder);
    real_domain_make_image(nvdimm, NVDIMM_BYTES);
    return domain_place_drives(domain, MODE_STATIC, NULL);
}

/* ---- what QEMU says of a device ---- */

static json_t *get(RealQemu *qemu, const char *id, const char *property)
{
    g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);
    g_autofree char *why = NULL;
    json_t *value = real_qemu_try(
        qemu, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", property), &why);
    if (!value)
        fail_msg("%s of %s: %s", property, id, why);
    return value;
}

static void check_number(RealQemu *qemu, const char *id, const char *property, guint expected)
{
    json_t *value = get(qemu, id, property);
    if (json_integer_value(value) != expected)
        fail_msg("%s of %s is %d, not %u", property, id, (int)json_integer_value(value), expected);
    json_decref(value);
}

static void check_string(RealQemu *qemu, const char *id, const char *property, const char *expected)
{
    json_t *value = get(qemu, id, property);
    if (g_strcmp0(json_string_value(value), expected) != 0)
        fail_msg("%s of %s is %s, not %s", property, id, json_string_value(value), expected);
    json_decref(value);
}

static void check_bus(RealQemu *qemu, const char *id, const char *expected)
{
    json_t *value = get(qemu, id, "parent_bus");
    g_autofree char *name = g_path_get_basename(json_string_value(value));
    if (strcmp(name, expected) != 0)
        fail_msg("%s is on %s, not on %s", id, name, expected);
    json_decref(value);
}

/* "scsi" and 1 -> "scsi1" and the number of its bus. */
static void check_bus_of(RealQemu *qemu, const char *id, const char *controller, guint index,
                         guint bus)
{
    g_autofree char *name = g_strdup_printf("%s%u.%u", controller, index, bus);
    check_bus(qemu, id, name);
}

static void check_pci(RealQemu *qemu, const DomainDevice *device, const char *id)
{
    const Address *place = &device->address.place;
    gboolean q35 = device->domain->family == MACHINE_Q35;
    check_number(qemu, id, "addr", place->pci.slot << 3 | place->pci.function);
    g_autofree char *bus =
        g_strdup_printf(q35 && place->pci.bus == 0 ? "pcie.%d" : "pci.%d", place->pci.bus);
    check_bus(qemu, id, bus);
}

static void check_drive(RealQemu *qemu, const DomainDevice *device, const char *id)
{
    gboolean q35 = device->domain->family == MACHINE_Q35;
    Address place;
    assert_true(domain_qemu_place(device, &place));
    if (strcmp(device->bus, "scsi") == 0) {
        check_bus_of(qemu, id, "scsi", place.drive.controller, 0);
        check_number(qemu, id, "scsi-id", place.drive.target);
        check_number(qemu, id, "lun", place.drive.unit);
    } else if (strcmp(device->bus, "sata") == 0) {
        g_autofree char *builtin = g_strdup_printf("ide.%u", place.drive.unit);
        if (q35 && place.drive.controller == 0)
            check_bus(qemu, id, builtin);
        else
            check_bus_of(qemu, id, "sata", place.drive.controller, place.drive.unit);
    } else {
        check_number(qemu, id, "unit", place.drive.unit);
    }
    if (strcmp(device->bus, "ide") == 0)
        check_bus(qemu, id, place.drive.bus ? "ide.1" : "ide.0");
}

static void check_usb(RealQemu *qemu, const DomainDevice *device, const char *id)
{
    check_string(qemu, id, "port", device->address.place.usb.port);
    check_bus_of(qemu, id, "usb", device->address.place.usb.bus, 0);
}

static void check_place(RealQemu *qemu, const DomainDevice *device, const char *id)
{
    switch (device->address.place.type) {
    case ADDRESS_PCI:
        check_pci(qemu, device, id);
        break;
    case ADDRESS_DRIVE:
        check_drive(qemu, device, id);
        break;
    case ADDRESS_USB:
        check_usb(qemu, device, id);
        break;
    case ADDRESS_SERIAL:
        check_number(qemu, id, "nr", device->address.place.serial.port);
        break;
    default:
        json_decref(get(qemu, id, "type")); /* it is there */
    }
}

/* Those that the fixtures have to show that they are left out. */
static gboolean is_left_out(const DomainDevice *device)
{
    return strcmp(device->element, "tpm") == 0 || g_strcmp0(device->target, "vdz") == 0;
}

/* Gives how many places were looked at. */
static guint check_places(RealQemu *qemu, const Domain *domain)
{
    guint checked = 0;
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        g_autofree char *id = launch_device_id(device);
        if (!id || is_left_out(device))
            continue;
        check_place(qemu, device, id);
        checked++;
    }
    return checked;
}

/* ---- every class ---- */

typedef struct {
    const char *id, *property;
    const char *value; /* JSON */
} Expected;

static void check_properties(RealQemu *qemu, const Expected *expected, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        json_t *value = get(qemu, expected[i].id, expected[i].property);
        g_autofree char *text = json_dumps(value, JSON_ENCODE_ANY);
        if (strcmp(text, expected[i].value) != 0)
            fail_msg("%s of %s is %s, not %s", expected[i].property, expected[i].id, text,
                     expected[i].value);
        json_decref(value);
    }
}

static const Expected pc_properties[] = {
    { "ua-first", "serial", "\"S1,2 3\"" },
    { "ua-first", "bootindex", "1" },
    { "ua-first", "write-cache", "\"on\"" },
    { "ua-first", "werror", "\"stop\"" },
    { "scsi0-0-3-2", "wwn", "5764824127192592813" },
    { "scsi0-0-3-2", "vendor", "\"ACME\"" },
    { "scsi0-0-3-2", "rotation_rate", "7200" },
    { "scsi0-0-3-2", "write-cache", "\"off\"" },
    { "scsi1-0-2", "share-rw", "true" },
    { "usb-disk3", "removable", "true" },
    { "net0", "romfile", "\"\"" },
    { "net0", "bootindex", "2" },
    { "net1", "mac", "\"52:54:00:00:00:01\"" },
    { "net1", "host_mtu", "1400" },
    { "net1", "csum", "false" },
    { "pci.1", "chassis_nr", "1" },
    { "pci.2", "bus_nr", "200" },
    { "scsi0", "num_queues", "2" },
    { "virtio-serial0", "max_ports", "16" },
    { "video0", "vgamem_mb", "16" },
    { "video0", "xres", "1024" },
    { "video1", "vgamem", "16777216" },
    { "balloon0", "deflate-on-oom", "true" },
    { "balloon0", "free-page-reporting", "true" },
    { "rng0", "max-bytes", "1024" },
    { "rng0", "period", "1000" },
    { "channel0", "name", "\"org.qemu.guest_agent.0\"" },
    { "serial1", "iobase", "760" },
    { "serial1", "irq", "3" },
    { "panic0", "ioport", "1285" },
    { "dimm0", "slot", "2" },
    { "dimm0", "addr", "4294967296" },
    { "fs0", "mount_tag", "\"tag\"" },
};

/* The companions of a USB controller have no id. */
static void check_companions(RealQemu *qemu)
{
    g_autofree char *text = real_qemu_hmp(qemu, "info qtree");
    assert_non_null(strstr(text, "dev: ich9-usb-uhci1, id \"\""));
    assert_non_null(strstr(text, "masterbus = \"usb.0\""));
    assert_non_null(strstr(text, "firstport = 2"));
}

static void check_machine(RealQemu *qemu)
{
    json_t *name = real_qemu_ask(qemu, "query-name", NULL);
    json_t *uuid = real_qemu_ask(qemu, "query-uuid", NULL);
    json_t *cpus = real_qemu_ask(qemu, "query-hotpluggable-cpus", NULL);
    json_t *threads = real_qemu_ask(qemu, "query-iothreads", NULL);
    assert_string_equal(json_string_value(json_object_get(name, "name")), "every, class");
    assert_string_equal(json_string_value(json_object_get(uuid, "UUID")),
                        "c7a1edbd-edaf-9455-926a-d65c16db1809");
    assert_int_equal(json_array_size(cpus), 2);
    assert_int_equal(json_array_size(threads), 2);
    json_decref(name);
    json_decref(uuid);
    json_decref(cpus);
    json_decref(threads);
}

static void every_class_runs_on_pc(void **state)
{
    g_autoptr(Domain) domain = prepare("pc.xml");
    g_autoptr(RealQemu) qemu = real_domain_start(domain, REAL_QEMU_STOPPED);
    g_autofree char *vnc = g_build_filename(folder, "vnc.sock", NULL);
    g_autofree char *serial = g_build_filename(folder, "serial, 1.sock", NULL);

    assert_int_equal(check_places(qemu, domain), 50);
    check_properties(qemu, pc_properties, G_N_ELEMENTS(pc_properties));
    check_companions(qemu);
    check_machine(qemu);
    assert_true(g_file_test(vnc, G_FILE_TEST_EXISTS));
    assert_true(g_file_test(serial, G_FILE_TEST_EXISTS));
}

static const Expected q35_properties[] = {
    { "pci.1", "chassis", "1" },        { "pci.1", "port", "16" },
    { "pci.2", "chassis", "2" },        { "pci.3", "chassis", "3" },
    { "pci.9", "chassis", "9" },        { "pci.10", "bus_nr", "200" },
    { "iommu0", "intremap", "\"on\"" }, { "iommu0", "caching-mode", "true" },
    { "video0", "max_outputs", "2" },   { "fdc0", "bootindexA", "1" },
    { "dimm0", "slot", "0" },
};

static void every_class_runs_on_q35(void **state)
{
    g_autoptr(Domain) domain = prepare("q35.xml");
    g_autoptr(RealQemu) qemu = real_domain_start(domain, REAL_QEMU_STOPPED);

    assert_int_equal(check_places(qemu, domain), 36);
    check_properties(qemu, q35_properties, G_N_ELEMENTS(q35_properties));
}

/* ---- a guest that nobody wrote a file for ---- */

/* The devices of a guest and their places as `info qtree` has them, sorted, but for those that a
 * property of the machine brings. (transfer full) */
static char *shape_of(RealQemu *qemu)
{
    g_autofree char *text = real_qemu_hmp(qemu, "info qtree");
    g_autoptr(GRegex) line =
        g_regex_new("^ *(dev: (?!vmmouse|vmport|hpet)|addr = |scsi-id = |lun = |port = |unit = "
                    "|class .*, addr )",
                    0, 0, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; lines[i]; i++)
        if (g_regex_match(line, lines[i], 0, NULL))
            g_ptr_array_add(kept, g_strdup(lines[i]));
    return real_qemu_join_sorted(kept);
}

static void assert_same_lines(const char *text, const char *expected)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_auto(GStrv) others = g_strsplit(expected, "\n", -1);
    for (guint i = 0; lines[i] || others[i]; i++)
        if (g_strcmp0(lines[i], others[i]) != 0)
            fail_msg("\"%s\" instead of \"%s\"", lines[i], others[i]);
}

typedef gboolean (*DeviceIs)(const DomainDevice *device);

static Domain *without_those(const Domain *domain, DeviceIs is)
{
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    for (guint i = 0; i < domain->devices->len; i++)
        if (is(domain->devices->pdata[i]))
            domain_edit_remove(edit, domain->devices->pdata[i]);
    return domain_edit_apply(edit, NULL);
}

/* The serial line of the test itself, which every guest gets. */
static gboolean is_own_line(const DomainDevice *device)
{
    return strcmp(device->element, "serial") == 0 && !device->alias;
}

/* What is behind it is on the host, and no monitor tells. */
static gboolean is_of_host(const DomainDevice *device)
{
    return strcmp(device->element, "filesystem") == 0 || strcmp(device->element, "shmem") == 0;
}

static Domain *describe(RealQemu *qemu)
{
    g_autoptr(Guest) guest = real_guest_read(qemu);
    g_autofree char *text = describe_guest(guest);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) described = domain_parse("guest.xml", bytes, &error);
    if (!described)
        fail_msg("%s\n%s", error->message, text);
    g_autoptr(Domain) pinned = domain_pin(described, NULL, NULL);
    return without_those(pinned, is_own_line);
}

/* Described, pinned and started again, it is the same guest. */
static void a_described_guest_runs_again(void **state)
{
    g_autoptr(Domain) all = prepare("pc.xml");
    g_autoptr(Domain) domain = without_those(all, is_of_host);
    RealQemu *qemu = real_domain_start(domain, REAL_QEMU_STOPPED);
    g_autoptr(Domain) described = describe(qemu);
    g_autofree char *before = shape_of(qemu);

    real_qemu_stop(qemu); /* it holds the images */
    g_autoptr(RealQemu) again = real_domain_start(described, REAL_QEMU_STOPPED);
    g_autofree char *after = shape_of(again);
    assert_same_lines(after, before);
}

/* ---- names of files ---- */

static const char *const hostile_names[] = {
    "a,b.img",
    "a,,b,.img",
    " leading and trailing ",
    "quote'double\"back\\slash",
    "-dash=value,id=x",
    "json:{\"driver\":\"null-co\"}",
    "fat:rw:x",
    "file:x",
    "nbd+unix:x?y#z",
    "new\nline\ttab",
    "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x92\xbe",
    "$(reboot);`x`&|<>*?~!%s%n",
    "\xe2\x80\xae"
    "bidi",
    "{folder}",
};

/* Each of another size, by which QEMU shows that it opened that one. */
static guint64 size_of(gsize i)
{
    return (i + 1) * 4096;
}

static Domain *domain_of_names(void)
{
    g_autoptr(GString) text = g_string_new("<domain type='qemu'><memory>65536</memory>"
                                           "<os><type machine='pc'>hvm</type></os><devices>");
    for (gsize i = 0; i < G_N_ELEMENTS(hostile_names); i++) {
        g_autofree char *path = g_build_filename(folder, hostile_names[i], NULL);
        g_autofree char *value = xml_escape(hostile_names[i]);
        real_domain_make_image(path, size_of(i));
        g_string_append_printf(text,
                               "<disk><source file='%s'/><target dev='vd%c' bus='virtio'/></disk>",
                               value, 'a' + (char)i);
    }
    g_string_append(text, "</devices></domain>");
    g_autofree char *file = temp_file(folder, "names, \"all\".xml", text->str);
    return real_domain_load(file);
}

static void check_node(RealQemu *qemu, gsize i)
{
    json_t *nodes = real_qemu_ask(qemu, "query-named-block-nodes", NULL);
    g_autofree char *name = g_strdup_printf("disk-vd%c", 'a' + (char)i);
    g_autofree char *path = g_build_filename(folder, hostile_names[i], NULL);
    gboolean found = FALSE;
    size_t index;
    json_t *node;
    json_array_foreach (nodes, index, node) {
        if (g_strcmp0(json_string_value(json_object_get(node, "node-name")), name) != 0)
            continue;
        json_t *image = json_object_get(node, "image");
        found = TRUE;
        assert_string_equal(json_string_value(json_object_get(node, "file")), path);
        assert_int_equal(json_integer_value(json_object_get(image, "virtual-size")), size_of(i));
    }
    assert_true(found);
    json_decref(nodes);
}

static void every_name_of_a_file_works(void **state)
{
    g_autoptr(Domain) domain = domain_of_names();
    g_autoptr(RealQemu) qemu = real_domain_start(domain, REAL_QEMU_STOPPED);
    for (gsize i = 0; i < G_N_ELEMENTS(hostile_names); i++)
        check_node(qemu, i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_runs_on_pc),
        cmocka_unit_test(every_class_runs_on_q35),
        cmocka_unit_test(a_described_guest_runs_again),
        cmocka_unit_test(every_name_of_a_file_works),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
