/* The table between the words of domain XML and QEMU's drivers: both directions agree, and the
 * drivers are those that the engine knows. */
#include "domain_text.h"

#include "engine/domain_model.h"

/* Drivers of other machines than a PC, which engine/model.c has no rows for, and two that QEMU
 * builds only with others. */
static const char *const not_modelled[] = {
    "spapr-vscsi",
    "esp",
    "spapr-vlan",
    "diag288",
    "spapr-vty",
    "sclpconsole",
    "sclplmconsole",
    "tpm-spapr",
    "spapr-tpm-proxy",
    "spapr-nvram",
    "vt82c686b-usb-uhci",
    "vhost-vsock-pci-transitional",
    "vhost-vsock-pci-non-transitional",
};

static const MachineFamily families[] = { MACHINE_PC, MACHINE_Q35, MACHINE_OTHER };

static gboolean is_exception(const char *driver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(not_modelled); i++) {
        if (strcmp(not_modelled[i], driver) == 0)
            return TRUE;
    }
    return FALSE;
}

static void test_drivers(void **state)
{
    gsize count;
    const DomainModel *rows = domain_model_all(&count);
    assert_true(count > 150);
    for (gsize i = 0; i < count; i++) {
        if (rows[i].driver && !model_find(rows[i].driver) == !is_exception(rows[i].driver))
            fail_msg("%s %s: driver %s", rows[i].element, rows[i].model, rows[i].driver);
    }
}

/* The words of any row find a row of the same words, of that driver when asked by its name. */
static void check_row(MachineFamily family, const DomainModel *row)
{
    const DomainModel *found = domain_model_find(family, row->element, row->type, row->model);
    assert_non_null(found);
    assert_string_equal(found->element, row->element);
    if (row->model && g_strcmp0(found->model, row->model) != 0)
        fail_msg("%s %s %s finds %s", row->element, row->type, row->model, found->model);
    if (row->model && row->driver)
        assert_string_equal(domain_model_named(family, found, row->driver)->driver, row->driver);
    if (!row->driver)
        return;
    const DomainModel *back = domain_model_of_driver(family, row->driver);
    assert_string_equal(back->driver, row->driver);
}

static void test_both_directions(void **state)
{
    gsize count;
    const DomainModel *rows = domain_model_all(&count);
    for (gsize f = 0; f < G_N_ELEMENTS(families); f++) {
        for (gsize i = 0; i < count; i++) {
            if (rows[i].families & 1u << families[f])
                check_row(families[f], &rows[i]);
        }
    }
}

static const char *driver_of(MachineFamily family, const char *element, const char *type,
                             const char *model)
{
    const DomainModel *row = domain_model_find(family, element, type, model);
    return row ? row->driver : "nothing";
}

static void test_defaults(void **state)
{
    static const struct {
        const char *element, *type, *driver;
    } rows[] = {
        { "interface", NULL, "rtl8139" },
        { "controller", "scsi", "lsi53c895a" },
        { "controller", "usb", "piix3-usb-uhci" },
        { "controller", "ide", "piix3-ide" },
        { "controller", "sata", "ich9-ahci" },
        { "controller", "fdc", "isa-fdc" },
        { "controller", "virtio-serial", "virtio-serial-pci" },
        { "video", "primary", "cirrus-vga" },
        { "memballoon", NULL, "virtio-balloon-pci" },
        { "watchdog", NULL, "i6300esb" },
        { "input", "tablet", "usb-tablet" },
        { "input", "mouse", "ps2-mouse" },
        { "filesystem", NULL, "virtio-9p-pci" },
        { "disk", "scsi", "scsi-hd" },
        { "disk", "fdc", "floppy" },
        { "serial", NULL, "isa-serial" },
        { "tpm", NULL, "tpm-tis" },
        { "panic", NULL, "pvpanic" },
        { "rng", NULL, "virtio-rng-pci" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_string_equal(driver_of(MACHINE_PC, rows[i].element, rows[i].type, NULL),
                            rows[i].driver);
        assert_string_equal(driver_of(MACHINE_Q35, rows[i].element, rows[i].type, NULL),
                            rows[i].driver);
    }
    assert_null(driver_of(MACHINE_OTHER, "serial", NULL, NULL));
    assert_string_equal(driver_of(MACHINE_PC, "interface", NULL, "netfront"), "nothing");
    assert_string_equal(driver_of(MACHINE_PC, "controller", "scsi", "buslogic"), "nothing");
}

/* What a machine brings and what is chosen by it. */
static void test_families(void **state)
{
    assert_string_equal(driver_of(MACHINE_PC, "controller", "isa", NULL), "PIIX3");
    assert_string_equal(driver_of(MACHINE_Q35, "controller", "isa", NULL), "ICH9-LPC");
    assert_string_equal(driver_of(MACHINE_PC, "controller", "pci", "pci-root"), "i440FX");
    assert_string_equal(driver_of(MACHINE_Q35, "controller", "pci", "pcie-root"), "mch");
    assert_string_equal(driver_of(MACHINE_PC, "controller", "pci", "pcie-root"), "nothing");
    assert_null(domain_model_of_driver(MACHINE_PC, "ICH9-LPC"));
    assert_null(domain_model_of_driver(MACHINE_PC, "PIIX4_PM"));
    assert_true(domain_model_is_builtin(MACHINE_PC, "PIIX4_PM"));
    assert_false(domain_model_is_builtin(MACHINE_Q35, "PIIX4_PM"));
    assert_true(domain_model_is_builtin(MACHINE_PC, "isa-fdc"));
    assert_false(domain_model_is_builtin(MACHINE_Q35, "isa-fdc"));
    assert_false(domain_model_is_builtin(MACHINE_OTHER, "i8042"));
    assert_false(domain_model_is_builtin(MACHINE_PC, "e1000"));
    assert_false(domain_model_is_builtin(MACHINE_PC, NULL));
}

static void test_fixed_places(void **state)
{
    Address place;
    assert_true(domain_model_fixed_place(MACHINE_PC, "piix3-ide", &place));
    assert_int_equal(place.pci.slot, 1);
    assert_int_equal(place.pci.function, 1);
    assert_true(domain_model_fixed_place(MACHINE_Q35, "ich9-ahci", &place));
    assert_int_equal(place.pci.slot, 0x1f);
    assert_false(domain_model_fixed_place(MACHINE_PC, "ich9-ahci", &place));
    assert_string_equal(domain_model_fixed_at(MACHINE_PC, 1, 3), "PIIX4_PM");
    assert_null(domain_model_fixed_at(MACHINE_PC, 1, 2));
    assert_null(domain_model_fixed_at(MACHINE_OTHER, 0, 0));
}

/* <model name=...> of a controller and 3D acceleration choose among rows of the same words. */
static void test_named(void **state)
{
    const DomainModel *port = domain_model_find(MACHINE_Q35, "controller", "pci", "pcie-root-port");
    assert_string_equal(port->driver, "pcie-root-port");
    assert_string_equal(domain_model_named(MACHINE_Q35, port, "ioh3420")->driver, "ioh3420");
    assert_ptr_equal(domain_model_named(MACHINE_Q35, port, "pxb"), port);
    assert_ptr_equal(domain_model_named(MACHINE_Q35, port, NULL), port);
    assert_string_equal(domain_model_of_driver(MACHINE_Q35, "ioh3420")->model, "pcie-root-port");
}

static void check_video(const char *videos, guint position, const char *driver)
{
    g_autoptr(Domain) domain = domain_of("q35", videos);
    assert_string_equal(domain_device(domain, position)->driver, driver);
}

static void test_videos(void **state)
{
    static const char three_d[] =
        "<video><model type='virtio'><acceleration accel3d='yes'/></model></video>"
        "<video><model type='virtio'><acceleration accel3d='yes'/></model></video>"
        "<video><model type='qxl'/></video>";
    check_video(three_d, 0, "virtio-vga-gl");
    check_video(three_d, 1, "virtio-gpu-gl-pci");
    check_video(three_d, 2, "qxl");
    check_video("<video><model type='qxl'/></video>", 0, "qxl-vga");
    check_video("<video><model type='virtio'/></video>", 0, "virtio-vga");
    check_video("<video/>", 0, "cirrus-vga");
    /* It has no other driver for 3D. */
    check_video("<video><model type='qxl'><acceleration accel3d='yes'/></model></video>", 0,
                "qxl-vga");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drivers),      cmocka_unit_test(test_both_directions),
        cmocka_unit_test(test_defaults),     cmocka_unit_test(test_families),
        cmocka_unit_test(test_fixed_places), cmocka_unit_test(test_named),
        cmocka_unit_test(test_videos),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
