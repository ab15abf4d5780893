/* Reports of a small guest that was put together here: text and JSON, hostile names included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "engine/plan.h"
#include "tui/report.h"
#include "tui/report_journal.h"
#include "tui/report_json.h"
#include "tui/report_plan.h"

/* What a guest can put into the name of a file or a serial number. */
#define HOSTILE "evil\x1b[2J\n  dev: e1000, id \"\"\xe2\x80\xae"

static Device *add_device(Bus *bus, const char *driver, const char *id, DeviceKind kind)
{
    Device *device = device_new(driver);

    device->path = g_strdup_printf("/machine/peripheral/%s", id ? id : driver);
    device->id = g_strdup(id);
    device->kind = kind;
    device->bus = bus;
    device->state = STATE_PRESENT;
    device->hotpluggable = TRUE;
    g_ptr_array_add(bus->devices, device);
    return device;
}

static Bus *add_bus(Device *owner, const char *name, const char *type)
{
    Bus *bus = bus_new(name, type);

    bus->family = bus_family_from_type(type);
    bus->owner = owner;
    bus->hotpluggable = TRUE;
    g_ptr_array_add(owner->buses, bus);
    return bus;
}

static void add_property(Device *device, const char *name, const char *value)
{
    Property *property = g_new0(Property, 1);

    property->name = g_strdup(name);
    property->value = g_strdup(value);
    g_ptr_array_add(device->properties, property);
}

static void make_nic(Bus *pci)
{
    Device *nic = add_device(pci, "e1000", "net0", KIND_NIC);

    nic->address = (Address){ .type = ADDRESS_PCI, .pci = { 0, 0, 5, 0 } };
    nic->pci = g_new0(PciFacts, 1);
    nic->pci->vendor = 0x8086;
    nic->pci->device = 0x100e;
    nic->pci->class_code = 0x0200;
    nic->pci->irq = -1;
    nic->nic = g_new0(Nic, 1);
    nic->nic->mac = g_strdup("52:54:00:f7:c5:0e");
    nic->nic->netdev = g_strdup("n0");
    nic->nic->backend = g_strdup("user");
    nic->nic->link = -1;
}

static void make_disk(Bus *pci)
{
    Device *controller = add_device(pci, "lsi53c895a", "scsi0", KIND_CONTROLLER);
    Bus *scsi = add_bus(controller, "scsi0.0", "SCSI");
    Device *disk = add_device(scsi, "scsi-hd", "sdf", KIND_DISK);

    controller->address = (Address){ .type = ADDRESS_PCI, .pci = { 0, 0, 10, 0 } };
    disk->address = (Address){ .type = ADDRESS_DRIVE, .drive = { 0, 0, 5, 0, TRUE } };
    disk->drive = g_new0(Drive, 1);
    disk->drive->file = g_strdup("/images/" HOSTILE);
    disk->drive->size = -1;
    disk->drive->used = -1;
    disk->drive->inserted = TRUE;
    add_property(disk, "serial", HOSTILE);
}

static Guest *make_guest(void)
{
    Guest *guest = guest_new();
    Device *host;
    Bus *pci;

    guest->name = g_strdup(HOSTILE);
    guest->qemu = g_strdup("7.2.22");
    guest->status = g_strdup("running");
    guest->dialect = g_strdup("qmp");
    guest->root = bus_new("main-system-bus", "System");
    host = add_device(guest->root, "i440FX-pcihost", NULL, KIND_BRIDGE);
    pci = add_bus(host, "pci.0", "PCI");
    make_nic(pci);
    make_disk(pci);
    guest_index(guest);
    return guest;
}

/* Neither escapes nor lines that a guest has made up. */
static void assert_tame(const char *text)
{
    assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *c = text; *c; c = g_utf8_next_char(c))
        assert_true(*c == '\n' || g_unichar_isprint(g_utf8_get_char(c)));
    assert_null(strstr(text, "\n  dev:"));
    assert_true(g_str_has_suffix(text, "\n"));
}

static void tree_text(void **state)
{
    g_autoptr(Guest) guest = make_guest();

    for (int ascii = 0; ascii < 2; ascii++) {
        g_autofree char *text = report_tree_text(guest, NULL, ascii);

        assert_tame(text);
        assert_true(!ascii || g_str_is_ascii(text));
        assert_non_null(strstr(text, "net0"));
        assert_non_null(strstr(text, "05.0"));
        assert_null(strstr(text, " \n"));
    }
}

static void columns_are_aligned(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    g_autofree char *text = report_tree_text(guest, NULL, TRUE);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *heading = strstr(lines[1], " ID ");

    assert_non_null(heading);
    for (char **line = lines + 2; *line; line++) {
        const char *id = strstr(*line, "net0");

        if (id)
            assert_int_equal(id - *line, heading + 1 - lines[1]);
    }
}

static void device_text(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    g_autofree char *nic = report_device_text(guest_find_id(guest, "net0"), NULL, FALSE);
    g_autofree char *disk = report_device_text(guest_find_id(guest, "sdf"), NULL, TRUE);

    assert_non_null(strstr(nic, "\naddress     00:05.0\n"));
    assert_non_null(strstr(nic, "\nPCI         8086:100e "));
    assert_non_null(strstr(nic, "\nMAC         52:54:00:f7:c5:0e\n"));
    assert_tame(disk);
    assert_true(g_str_is_ascii(disk));
    assert_non_null(strstr(disk, "address     0:0:5\n"));
}

static json_t *load(char *text)
{
    json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    assert_true(g_str_is_ascii(text));
    g_free(text);
    return json;
}

/* Has exactly these members of these types; "s", "i", "b", "o", "a", "n". */
static void assert_shape(json_t *json, const char *const *members)
{
    static const char letters[] = "oasirbbn"; /* in the order of json_type; a real is "r" */

    assert_true(json_is_object(json));
    for (; members[0]; members += 2) {
        json_t *member = json_object_get(json, members[0]);

        if (!member || letters[json_typeof(member)] != *members[1])
            fail_msg("%s is %s, not \"%s\"", members[0], member ? "of another type" : "missing",
                     members[1]);
    }
}

static void tree_json_keeps_the_contract(void **state)
{
    static const char *const guest_members[] = { "name",   "s", "qemu",    "s", "machine", "n",
                                                 "status", "s", "dialect", "s", NULL };
    static const char *const nic_members[] = {
        "path",     "s", "id",           "s", "driver",     "s", "kind",  "s", "label", "s",
        "parent",   "s", "bus",          "s", "address",    "o", "pci",   "o", "nic",   "o",
        "implicit", "b", "hotpluggable", "b", "hotplugged", "b", "state", "s", NULL,
    };
    static const char *const disk_drive[] = { "node",  "n",    "file", "s",        "format",
                                              "n",     "size", "n",    "readonly", "b",
                                              "media", "s",    NULL };
    static const char *const nic_nic[] = { "mac", "s", "netdev", "s", "link", "n", NULL };
    g_autoptr(Guest) guest = make_guest();
    json_t *json = load(report_tree_json(guest, NULL));
    json_t *devices = json_object_get(json, "devices");
    json_t *nic = json_array_get(devices, 1);
    json_t *disk = json_array_get(devices, 3);

    assert_shape(json_object_get(json, "guest"), guest_members);
    assert_int_equal(json_array_size(devices), 4);
    assert_shape(nic, nic_members);
    assert_shape(json_object_get(nic, "nic"), nic_nic);
    assert_null(json_object_get(nic, "drive"));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(nic, "pci"), "vendor")),
                     32902);
    assert_shape(json_object_get(disk, "drive"), disk_drive);
    assert_string_equal(json_string_value(json_object_get(disk, "parent")),
                        "/machine/peripheral/scsi0");
    assert_string_equal(json_string_value(json_object_get(json_object_get(disk, "drive"), "file")),
                        "/images/" HOSTILE);
    json_decref(json);
}

static void vacant_places_are_listed(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    json_t *json = load(report_tree_json(guest, NULL));
    json_t *vacant = json_object_get(json, "vacant");
    json_t *first = json_array_get(vacant, 0);

    assert_true(json_array_size(vacant) > 30);
    assert_string_equal(json_string_value(json_object_get(first, "bus")), "pci.0");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(first, "address"), "type")), "pci");
    json_decref(json);
}

static void properties_are_in_show_json(void **state)
{
    g_autoptr(Guest) guest = make_guest();
    json_t *json = load(report_device_json(guest_find_id(guest, "sdf"), NULL));
    json_t *properties = json_object_get(json, "properties");

    assert_string_equal(json_string_value(json_object_get(properties, "serial")), HOSTILE);
    json_decref(json);
}

/* ---- plans ---- */

static void add_leaving(Plan *plan, const char *id, StepState state)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);
    char **leaves = g_strsplit(path, "|", -1);
    PlanSubject *subject = plan_add_subject(plan);
    Step *step =
        plan_add(plan, id, action_new("device_del", json_pack("{s:s}", "id", id), leaves), NULL);

    subject->id = g_strdup(id);
    subject->path = g_strdup(path);
    step->state = state;
}

static const char *only_id(json_t *json, const char *list)
{
    json_t *array = json_object_get(json, list);

    assert_int_equal(json_array_size(array), 1);
    return json_string_value(json_object_get(json_array_get(array, 0), "id"));
}

static void fates_of_a_detach(void **state)
{
    g_autoptr(Plan) plan = plan_new(PLAN_DETACH, "detach");
    g_autofree char *text = NULL;
    json_t *json;

    add_leaving(plan, "a", STEP_DONE);
    add_leaving(plan, "b", STEP_LEAVING);
    add_leaving(plan, "c", STEP_WAITING);
    text = report_detached_text(plan);
    assert_string_equal(text, "a detached\n");
    json = load(report_detach_json(plan));
    assert_string_equal(only_id(json, "detached"), "a");
    assert_string_equal(only_id(json, "leaving"), "b");
    assert_string_equal(only_id(json, "kept"), "c");
    json_decref(json);
}

static Plan *make_attach(void)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach disk sd3 at 0:0:3");
    PlanSubject *subject = plan_add_subject(plan);

    subject->id = g_strdup("sd3");
    subject->path = g_strdup("/machine/peripheral/sd3");
    subject->address = (Address){ .type = ADDRESS_DRIVE, .drive = { 0, 0, 3, 0, TRUE } };
    plan_add(plan, "block node",
             action_new("blockdev-add", json_pack("{s:s}", "node-name", "n"), NULL),
             action_new("blockdev-del", json_pack("{s:s}", "node-name", "n"), NULL));
    plan_add_check(plan, TRUE, "query-pci", "%s", HOSTILE);
    return plan;
}

static void attached_text(void **state)
{
    g_autoptr(Plan) plan = make_attach();
    g_autofree char *text = report_attached_text(plan);

    assert_string_equal(text, "sd3 at 0:0:3\n");
}

static void journal_lines(void **state)
{
    const JournalEntry entry = { .at = 1700000000120999,
                                 .state = STATE_REFUSED,
                                 .subject = (char *)"rng0",
                                 .text = (char *)"device_add id=\xc3\xa9",
                                 .outcome = (char *)"no\033[2J",
                                 .elapsed = 1600 };
    g_autofree char *text = report_journal_text(&entry, TRUE);
    json_t *json = load(report_journal_json(&entry));

    assert_tame(text);
    assert_non_null(strstr(text, ":20.120 ! rng0  device_add id=\\u00e9  no\\x1b[2J  2 ms\n"));
    assert_string_equal(json_string_value(json_object_get(json, "time")),
                        "2023-11-14T22:13:20.120999Z");
    assert_string_equal(json_string_value(json_object_get(json, "state")), "refused");
    assert_true(json_real_value(json_object_get(json, "elapsed_ms")) == 1.6);
    json_decref(json);
}

static void dry_run_shows_steps_undo_and_checks(void **state)
{
    g_autoptr(Plan) plan = make_attach();
    g_autofree char *text = report_plan_text(plan, TRUE);
    json_t *json = load(report_attach_json(plan));

    assert_tame(text);
    assert_non_null(strstr(text, "  1  blockdev-add node-name=n\n"));
    assert_non_null(strstr(text, "undo: blockdev-del node-name=n\n"));
    assert_non_null(strstr(text, "\n  ! evil"));
    assert_string_equal(json_string_value(json_object_get(json, "id")), "sd3");
    assert_int_equal(json_array_size(json_object_get(json, "plan")), 1);
    assert_int_equal(json_array_size(json_object_get(json, "with")), 0);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_text),
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(device_text),
        cmocka_unit_test(tree_json_keeps_the_contract),
        cmocka_unit_test(vacant_places_are_listed),
        cmocka_unit_test(properties_are_in_show_json),
        cmocka_unit_test(fates_of_a_detach),
        cmocka_unit_test(attached_text),
        cmocka_unit_test(dry_run_shows_steps_undo_and_checks),
        cmocka_unit_test(journal_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
