/* The table of models: searchable, consistent, complete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/model.h"

static void test_order(void **state)
{
    gsize count;
    const Model *models = model_all(&count);
    assert_true(count > 200);
    for (gsize i = 0; i < count; i++) {
        if (i)
            assert_true(g_ascii_strcasecmp(models[i - 1].driver, models[i].driver) < 0);
        assert_ptr_equal(model_find(models[i].driver), &models[i]);
    }
}

static gboolean is_drive_bus(BusFamily family)
{
    return family == BUS_SCSI || family == BUS_IDE || family == BUS_SATA || family == BUS_FLOPPY;
}

static void test_rows(void **state)
{
    gsize count;
    const Model *models = model_all(&count);
    for (gsize i = 0; i < count; i++) {
        const Model *model = &models[i];
        assert_true(strlen(model->words) > 1 && strlen(model->words) < 30);
        if (is_drive_bus(model->offers) && (!model->targets || !model->luns))
            fail_msg("%s offers places without a number", model->driver);
        if (model->vendor && model->plugs != BUS_PCI && model->plugs != BUS_PCIE)
            fail_msg("%s has PCI ids on another bus", model->driver);
        if (model->reserved != G_MAXUINT)
            assert_true(model->reserved < model->targets);
    }
}

static void test_aliases(void **state)
{
    assert_string_equal(model_find("lsi")->driver, "lsi53c895a");
    assert_string_equal(model_find("virtio-net")->driver, "virtio-net-pci");
    assert_string_equal(model_find("e1000-82540em")->driver, "e1000");
    assert_string_equal(model_find("ac97")->driver, "AC97");
    assert_null(model_find("vga")); /* VGA is the name */
    assert_null(model_find(""));
    assert_null(model_find("no-such-device"));
}

static void test_facts(void **state)
{
    const Model *lsi = model_find("lsi53c895a");
    assert_int_equal(lsi->vendor, 0x1000);
    assert_int_equal(lsi->device, 0x0012);
    assert_int_equal(lsi->targets, 8);
    assert_int_equal(lsi->luns, 1);
    assert_int_equal(lsi->reserved, 7);
    assert_int_equal(model_find("virtio-scsi-pci")->targets, 256);
    assert_int_equal(model_find("xio3130-downstream")->kind, KIND_BRIDGE);
    assert_int_equal(model_find("virtio-blk-pci")->kind, KIND_DISK);
    assert_int_equal(model_find("ich9-ahci")->offers, BUS_SATA);
    assert_false(model_find("cirrus-vga")->hotpluggable);
    assert_true(model_find("e1000")->hotpluggable);
}

static void test_names(void **state)
{
    for (int kind = KIND_DISK; kind <= KIND_OTHER; kind++)
        assert_non_null(device_kind_name(kind));
    for (int family = BUS_SYSTEM; family <= BUS_OTHER; family++)
        assert_non_null(bus_family_name(family));
    assert_int_equal(bus_family_from_type("usb-bus"), BUS_USB);
    assert_int_equal(bus_family_from_type("pxb-pcie-bus"), BUS_PCIE);
    assert_int_equal(bus_family_from_type("something"), BUS_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order), cmocka_unit_test(test_rows),  cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_facts), cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
