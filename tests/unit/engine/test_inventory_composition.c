/* Texts of `info qom-tree` -> objects by type; and texts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/inventory_composition.h"

static const char tree[] = "/machine (pc-i440fx-7.2-machine)\r\n"
                           "  /i440fx (i440FX-pcihost)\r\n"
                           "    /pci.0 (PCI)\r\n"
                           "  /peripheral (container)\r\n"
                           "    /a (b) (e1000)\r\n"
                           "      /mmio[0] (memory-region)\r\n"
                           "  /peripheral-anon (container)\r\n"
                           "    /device[0] (e1000)\r\n"
                           "    /device[1] (scsi-hd)\r\n"
                           "    /device[2] (scsi-hd)\r\n"
                           "  /unattached (container)\r\n"
                           "    /device[10] (smbus-eeprom)\r\n"
                           "    /device[3] (PIIX3)\r\n"
                           "      /dma[0] (i8257)\r\n"
                           "      /dma[1] (i8257)\r\n"
                           "    /device[9] (smbus-eeprom)\r\n";

static void test_paths(void **state)
{
    static const struct {
        const char *type;
        const char *path;
    } cases[] = {
        { "pc-i440fx-7.2-machine", "/machine" },
        { "PCI", "/machine/i440fx/pci.0" },
        { "PIIX3", "/machine/unattached/device[3]" },
        { "e1000", "/machine/peripheral-anon/device[0]" }, /* the other one has an id */
        { "memory-region", "/machine/peripheral/a (b)/mmio[0]" },
        { "smbus-eeprom", NULL }, /* there are two of each of these */
        { "i8257", NULL },
        { "scsi-hd", NULL },
        { "nothing", NULL },
    };
    g_autoptr(Composition) composition = composition_parse(tree);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *path = composition_only(composition, cases[i].type);
        if (cases[i].path)
            assert_string_equal(path, cases[i].path);
        else
            assert_null(path);
    }
}

static void test_no_tree(void **state)
{
    static const char *const wrong[] = { "",
                                         "unknown command: 'info qom-tree'\r\n",
                                         "machine (m)",
                                         "/machine",
                                         "/machine (m",
                                         "  /machine (m)",
                                         "/machine (m)\n   /x (y)",
                                         "/machine (m)\n    /x (y)",
                                         "/machine (m)\n\n  /x (y)",
                                         "/machine (m)\r\n  ",
                                         "/machine (m)\r\n  /a\r\n  /x (y)\r\n",
                                         " (m)" };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Composition) composition = composition_parse(wrong[i]);
        assert_null(composition_only(composition, "m"));
        assert_null(composition_only(composition, "y"));
    }
}

/* Cut off anywhere, it is no tree or one without what is missing. */
static void test_cut_off(void **state)
{
    for (gsize length = 0; length < strlen(tree); length++) {
        g_autofree char *text = g_strndup(tree, length);
        g_autoptr(Composition) composition = composition_parse(text);
        const char *path = composition_only(composition, "PIIX3");
        assert_true(!path || strcmp(path, "/machine/unattached/device[3]") == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_no_tree),
        cmocka_unit_test(test_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
