/* Target names and the bays they mean. */
#include "domain_text.h"

#include "engine/domain_edit.h"

/* --- names ----------------------------------------------------------------------------------- */

static void test_names_there_and_back(void **state)
{
    static const char *const prefixes[] = { "fd", "hd", "vd", "sd", "xvd", "ubd" };
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        for (guint number = 0; number <= 20000; number++) {
            guint index = G_MAXUINT;
            gsize length = 0;
            g_autofree char *name = target_name(prefixes[i], number);
            assert_true(target_index(name, &length, &index));
            assert_int_equal(index, number);
            assert_int_equal(length, strlen(prefixes[i]));
        }
    }
}

static void test_known_names(void **state)
{
    static const struct {
        const char *name;
        guint index;
    } names[] = {
        { "sda", 0 },    { "hdc", 2 },
        { "sdz", 25 },   { "sdaa", 26 },
        { "sdaz", 51 },  { "vdba", 52 },
        { "sdzz", 701 }, { "sdaaa", 702 },
        { "xvdb", 1 },   { "ubda", 0 },
        { "fdb", 1 },    { "hda1", 0 },
        { "sdf15", 5 },  { "sdabc", 26 * 26 + 2 * 26 + 2 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        guint index = G_MAXUINT;
        assert_true(target_index(names[i].name, NULL, &index));
        if (names[i].index != index)
            fail_msg("%s is %u", names[i].name, index);
    }
}

static void test_no_names(void **state)
{
    static const char *const names[] = { "",
                                         "sd",
                                         "sdA",
                                         "sda01",
                                         "sda1b",
                                         "sd1",
                                         "nvme0n1",
                                         "SDA",
                                         " sda",
                                         "sda ",
                                         "vdz-",
                                         "mmcblk0",
                                         "sdzzzzzzzzzzzzzzzz",
                                         "hd\xc3\xa4" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        guint index = 77;
        if (target_index(names[i], NULL, &index))
            fail_msg("\"%s\" is %u", names[i], index);
        assert_int_equal(index, 77);
    }
}

static void test_next_name(void **state)
{
    g_autoptr(Domain) domain =
        domain_of("pc", "<disk><target dev='sda'/></disk><disk><target dev='sdc'/></disk>"
                        "<disk><target dev='vdb' bus='virtio'/></disk>"
                        "<interface><target dev='sdb'/></interface>");
    g_autofree char *sd = domain_next_target(domain, "sd");
    g_autofree char *vd = domain_next_target(domain, "vd");
    g_autofree char *xvd = domain_next_target(domain, "xvd");
    assert_string_equal(sd, "sdb");
    assert_string_equal(vd, "vda");
    assert_string_equal(xvd, "xvda");
}

/* --- bays ------------------------------------------------------------------------------------ */

/* devices: without addresses; bays: "sda 0:0:0 sdh 1:0:0" of the disks; controllers: those of the
 * result, "scsi 0, scsi 1". */
static void check_bays(const char *machine, const char *devices, const char *bays,
                       const char *controllers)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_of(machine, devices);
    g_autoptr(Domain) placed = domain_place_drives(domain, MODE_STATIC, &error);
    if (!placed)
        fail_msg("%s", error->message);
    GString *found = g_string_new(NULL);
    GString *added = g_string_new(NULL);
    for (guint i = 0; i < placed->devices->len; i++) {
        const DomainDevice *device = placed->devices->pdata[i];
        g_autofree char *text = address_to_text(&device->address.place);
        if (strcmp(device->element, "disk") == 0)
            g_string_append_printf(found, "%s%s %s", found->len ? " " : "", device->target, text);
        else if (strcmp(device->element, "controller") == 0)
            g_string_append_printf(added, "%s%s %d%s%s", added->len ? ", " : "", device->type,
                                   device->index, device->xml_model ? " " : "",
                                   device->xml_model ? device->xml_model : "");
    }
    assert_string_equal(found->str, bays);
    assert_string_equal(added->str, controllers);
    g_string_free(found, TRUE);
    g_string_free(added, TRUE);
    g_autoptr(GPtrArray) problems = domain_check(placed);
    if (problems->len)
        fail_msg("%s", (char *)problems->pdata[0]);
    /* Nothing is left to do. */
    g_autoptr(Domain) again = domain_place_drives(placed, MODE_STATIC, &error);
    assert_ptr_equal(again, placed);
}

#define DISK(name) "<disk><target dev='" name "'/></disk>\n"
#define DISK_ON(name, bus) "<disk><target dev='" name "' bus='" bus "'/></disk>\n"
#define AT(name, controller, unit)                                                                 \
    "<disk><target dev='" name "'/><address type='drive' controller='" controller                  \
    "' bus='0' unit='" unit "'/></disk>\n"

static void test_formulas(void **state)
{
    check_bays("pc", DISK("hda") DISK("hdb") DISK("hdc") DISK("hdd"),
               "hda 0:0:0 hdb 0:0:1 hdc 0:1:0 hdd 0:1:1", "ide 0");
    check_bays("pc", DISK("sda") DISK("sdf") DISK("sdg") DISK("sdh"),
               "sda 0:0:0 sdf 0:0:5 sdg 0:0:6 sdh 1:0:0", "scsi 0, scsi 1");
    check_bays("pc", DISK("sdaa") DISK("sdaz"), "sdaa 3:0:5 sdaz 7:0:2", "scsi 3, scsi 7");
    check_bays("q35", DISK_ON("sda", "sata") DISK_ON("sdf", "sata") DISK_ON("sdg", "sata"),
               "sda 0:0:0 sdf 0:0:5 sdg 1:0:0", "sata 0, sata 1");
    check_bays("pc", DISK("fda") DISK("fdb"), "fda 0:0:0 fdb 0:0:1", "fdc 0");
    check_bays("pc", DISK("vda") DISK_ON("sda", "usb"), "vda  sda ", "");
}

#define SCSI(index, model) "<controller type='scsi' index='" index "' model='" model "'/>\n"

static void test_models(void **state)
{
    check_bays("pc", SCSI("0", "virtio-scsi") DISK("sda") DISK("sdh") DISK("sdaz"),
               "sda 0:0:0 sdh 0:0:0:7 sdaz 0:0:0:51", "scsi 0 virtio-scsi");
    check_bays("pc", SCSI("0", "lsisas1068") DISK("sdb") DISK("sdh") DISK("sdi"),
               "sdb 0:0:1 sdh 0:0:7 sdi 1:0:0", "scsi 0 lsisas1068, scsi 1 lsisas1068");
    check_bays("pc", SCSI("0", "lsisas1078") DISK("sdbl") DISK("sdbm"), "sdbl 0:0:63 sdbm 1:0:0",
               "scsi 0 lsisas1078, scsi 1 lsisas1078");
    check_bays("pc", SCSI("0", "am53c974") DISK("sdg") DISK("sdh"), "sdg 0:0:6 sdh 1:0:0",
               "scsi 0 am53c974, scsi 1 am53c974");
    /* Each takes what it has; a missing one is as the last. */
    check_bays("pc",
               SCSI("0", "lsilogic") SCSI("2", "lsisas1068") DISK("sdg") DISK("sdh") DISK("sdo")
                   DISK("sdp") DISK("sdw") DISK("sdx"),
               "sdg 0:0:6 sdh 1:0:0 sdo 1:0:7 sdp 2:0:0 sdw 2:0:7 sdx 3:0:0",
               "scsi 0 lsilogic, scsi 2 lsisas1068, scsi 1 lsisas1068, scsi 3 lsisas1068");
    check_bays("pc", SCSI("1", "virtio-scsi") SCSI("0", "lsilogic") DISK("sdg") DISK("sdh"),
               "sdg 0:0:6 sdh 1:0:0", "scsi 1 virtio-scsi, scsi 0 lsilogic");
}

/* libvirt's formula, for all names that are likely. */
static void test_narrow(void **state)
{
    for (guint index = 0; index < 800; index++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *name = target_name("sd", index);
        g_autofree char *disk = g_strdup_printf("<disk><target dev='%s'/></disk>", name);
        g_autoptr(Domain) domain = domain_of("pc", disk);
        g_autoptr(Domain) placed = domain_place_drives(domain, MODE_STATIC, &error);
        const Address *place = &domain_device(placed, 0)->address.place;
        assert_int_equal(place->drive.controller, index / 7);
        assert_int_equal(place->drive.bus, 0);
        assert_int_equal(place->drive.target, 0);
        assert_int_equal(place->drive.unit, index % 7);
    }
}

static void test_given_addresses(void **state)
{
    /* One that has an address keeps it, and its controller is added. */
    check_bays("pc", AT("sda", "3", "6") DISK("sdb"), "sda 3:0:6 sdb 0:0:1", "scsi 3, scsi 0");
    check_bays("pc", "<disk><target dev='sdc'/><address type='drive' mode='dynamic'/></disk>",
               "sdc 0:0:2", "scsi 0");
}

static void check_refused(const char *machine, const char *devices, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_of(machine, devices);
    assert_null(domain_place_drives(domain, MODE_STATIC, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
    assert_string_equal(error->message, message);
}

static void test_refusals(void **state)
{
    check_refused("pc", DISK("sdb") AT("sdx", "0", "1"),
                  "test.xml:4: disk sdb: its bay 0:0:1 is taken by disk sdx (line 5): give one of "
                  "them another target name or an address");
    check_refused("pc", DISK("sda1") DISK("sda2"),
                  "test.xml:5: disk sda2: its bay 0:0:0 is taken by disk sda1 (line 4): give one "
                  "of them another target name or an address");
    check_refused("pc", AT("sda", "0", "1") AT("sdb", "0", "1"),
                  "test.xml:5: disk sdb: its bay 0:0:1 is taken by disk sda (line 4): give one of "
                  "them another target name or an address");
    check_refused("pc", DISK("hde"),
                  "test.xml:4: disk hde: a machine has one IDE controller, for hda to hdd");
    check_refused("pc", DISK("fdc"),
                  "test.xml:4: disk fdc: a machine has one floppy controller, for fda and fdb");
    check_refused("q35", DISK("hda"),
                  "test.xml:4: disk hda: a q35 machine has SATA in place of IDE: give it "
                  "bus='sata'");
    check_refused("pc", DISK_ON("nvme0n1", "scsi"),
                  "test.xml:4: disk nvme0n1: its target name tells no bay: give it one such as "
                  "sda, or an <address type='drive' .../>");
}

/* The proposal's example without the addresses of its drives gets them back. */
static void test_proposal(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_of_fixture("proposal.xml");
    g_auto(GStrv) lines = g_strsplit(xml_document_text(domain->document), "\n", -1);
    GString *bare = g_string_new(NULL);
    for (guint i = 0; lines[i]; i++) {
        if (!strstr(lines[i], "type='drive'"))
            g_string_append_printf(bare, "%s%s", i ? "\n" : "", lines[i]);
    }
    g_autoptr(Domain) without = domain_of_text(bare->str);
    g_string_free(bare, TRUE);
    g_autoptr(Domain) placed = domain_place_drives(without, MODE_DYNAMIC, &error);
    assert_non_null(placed);
    assert_string_equal(xml_document_text(placed->document), xml_document_text(domain->document));
}

static gint64 time_of(guint count)
{
    GString *devices = g_string_new(SCSI("30", "lsilogic"));
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = target_name("sd", i);
        g_string_append_printf(devices, "<disk><target dev='%s'/></disk>\n", name);
    }
    g_autoptr(Domain) domain = domain_of("pc", devices->str);
    g_string_free(devices, TRUE);
    gint64 start = g_get_monotonic_time();
    g_autoptr(Domain) placed = domain_place_drives(domain, MODE_STATIC, NULL);
    assert_int_equal(placed->devices->len, count + (count + 6) / 7 + 1 - (count > 210));
    return g_get_monotonic_time() - start;
}

static void test_size(void **state)
{
    gint64 small = MIN(time_of(500), time_of(500)), large = time_of(5000);
    if (large > 40 * small)
        fail_msg("500 drives took %" G_GINT64_FORMAT " us, 5,000 %" G_GINT64_FORMAT, small, large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_there_and_back),
        cmocka_unit_test(test_known_names),
        cmocka_unit_test(test_no_names),
        cmocka_unit_test(test_next_name),
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_given_addresses),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_proposal),
        cmocka_unit_test(test_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
