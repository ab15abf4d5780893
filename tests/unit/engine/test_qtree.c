/* The parser of `info qtree`: order, values, line ends, hostile strings (trap T11), size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "engine/device.h"
#include "engine/qtree.h"
#include "monitor/error.h"

#define TOP "bus: main-system-bus\r\n  type System\r\n"
#define HOST "  dev: host, id \"\"\r\n    bus: scsi.0\r\n      type SCSI\r\n"

static QtreeDevice *device_at(const QtreeBus *bus, guint index)
{
    assert_true(index < bus->devices->len);
    return bus->devices->pdata[index];
}

static const char *value_of(const QtreeDevice *device, const char *name)
{
    for (guint i = 0; i < device->properties->len; i++) {
        const Property *property = device->properties->pdata[i];
        if (strcmp(property->name, name) == 0)
            return property->value;
    }
    return NULL;
}

static QtreeBus *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    QtreeBus *root = qtree_parse(text, &error);
    if (!root)
        fail_msg("%s", error->message);
    return root;
}

static const char small[] = TOP "  dev: b, id \"\"\r\n"
                                "    gpio-out \"\" 1\r\n"
                                "  dev: a, id \"x\"\r\n"
                                "    number = 4 (0x4)\r\n"
                                "    text = \"t\"\r\n"
                                "    empty = \"\"\r\n"
                                "    class USB controller, addr 00:01.2, pci id 8086:7020\r\n"
                                "    bus: two\r\n      type T\r\n"
                                "    bus: one\r\n      type O\r\n"
                                "      dev: c, id \"\"\r\n";

static void check_small(const char *text)
{
    g_autoptr(QtreeBus) root = parse(text);
    assert_string_equal(root->name, "main-system-bus");
    assert_string_equal(root->type, "System");
    assert_int_equal(root->devices->len, 2);
    const QtreeDevice *a = device_at(root, 0), *b = device_at(root, 1);
    assert_string_equal(a->driver, "a");
    assert_string_equal(a->id, "x");
    assert_string_equal(value_of(a, "number"), "4 (0x4)");
    assert_string_equal(value_of(a, "text"), "t");
    assert_string_equal(value_of(a, "empty"), "");
    assert_int_equal(a->lines->len, 1);
    assert_string_equal(b->driver, "b");
    assert_null(b->id);
    assert_string_equal(b->lines->pdata[0], "gpio-out \"\" 1");
    assert_int_equal(a->buses->len, 2);
    const QtreeBus *one = a->buses->pdata[0];
    assert_string_equal(one->name, "one");
    assert_string_equal(one->type, "O");
    assert_int_equal(one->devices->len, 1);
}

static void test_small(void **state)
{
    check_small(small);
}

static void test_plain_line_ends(void **state)
{
    g_auto(GStrv) lines = g_strsplit(small, "\r\n", -1);
    g_autofree char *text = g_strjoinv("\n", lines);
    check_small(text);
}

/* A disk whose serial is hostile, an honest disk before and after it; what follows the serial must
 * belong to the disk that it is a property of. */
static QtreeBus *parse_serial(const char *serial)
{
    g_autofree char *text = g_strconcat(
        TOP HOST "      dev: disk, id \"new\"\r\n        lun = 3 (0x3)\r\n"
                 "      dev: disk, id \"evil\"\r\n        serial = \"",
        serial,
        "\"\r\n        lun = 2 (0x2)\r\n      dev: disk, id \"old\"\r\n        lun = 1 (0x1)\r\n",
        NULL);
    return parse(text);
}

static void check_harmless(const char *serial)
{
    g_autoptr(QtreeBus) root = parse_serial(serial);
    assert_int_equal(root->devices->len, 1);
    const QtreeBus *bus = device_at(root, 0)->buses->pdata[0];
    assert_int_equal(bus->devices->len, 3);
    const QtreeDevice *evil = device_at(bus, 1);
    assert_string_equal(evil->id, "evil");
    assert_string_equal(value_of(evil, "lun"), "2 (0x2)");
    g_auto(GStrv) lines = g_strsplit(serial, "\r\n", -1);
    g_autofree char *expected = g_strjoinv("\n", lines);
    assert_string_equal(value_of(evil, "serial"), expected);
}

static void test_hostile_strings(void **state)
{
    check_harmless("a\r\n      dev: x, id ");
    check_harmless("a\r\n      dev: disk, id \"fake\" ");
    check_harmless("a\r\n  dev: x\r\nbus: y\r\n  type Z\r\n");
    check_harmless("\r\n        lun = 7 (0x7)");
    check_harmless("a\"\r\nb");                   /* closes, and goes on where no line fits */
    check_harmless("a\"\r\n   dev: odd");         /* odd indentation */
    check_harmless("a\"\r\n          type SCSI"); /* no bus is open */
    check_harmless("\"");
    check_harmless("\"\"\"");
    check_harmless("a \"b");
    check_harmless("");
}

/* A complete forgery cannot be told from the text: it must neither crash nor hide other devices.
 * The number of children in QOM gives it away (test_inventory). */
static void test_perfect_forgery(void **state)
{
    g_autoptr(QtreeBus) root = parse_serial("a\"\r\n      dev: disk, id \"fake");
    const QtreeBus *bus = device_at(root, 0)->buses->pdata[0];
    assert_int_equal(bus->devices->len, 4);
    assert_string_equal(device_at(bus, 0)->id, "old");
    assert_string_equal(device_at(bus, 3)->id, "new");
}

static void test_hostile_ids_and_names(void **state)
{
    g_autoptr(QtreeBus) root = parse(TOP "  dev: a, id \"x\r\n  dev: b, id \"\r\n\"\r\n"
                                         "    bus: n\r\n  dev: c\r\n      type T\r\n");
    assert_int_equal(root->devices->len, 1);
    const QtreeDevice *a = device_at(root, 0);
    assert_string_equal(a->id, "x\n  dev: b, id \"\n");
    assert_int_equal(a->buses->len, 1);
    assert_string_equal(((QtreeBus *)a->buses->pdata[0])->name, "n\n  dev: c");
}

static void test_garbage(void **state)
{
    static const char *const texts[] = { "", "hello", "dev: x, id \"\"", "  bus: x", "\r\n\r\n" };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(qtree_parse(texts[i], &error));
        assert_true(g_error_matches(error, MONITOR_ERROR, MONITOR_ERROR_GARBAGE));
    }
}

/* Any prefix of a real text parses, or is refused; nothing is read past its end. */
static void test_cut_off(void **state)
{
    for (gsize length = 0; length < strlen(small); length++) {
        g_autofree char *text = g_strndup(small, length);
        g_autoptr(QtreeBus) root = qtree_parse(text, NULL);
        if (root) {
            assert_non_null(root->name);
            assert_non_null(root->type);
        }
    }
}

static void test_many(void **state)
{
    enum { DEVICES = 16000 };
    g_autoptr(GString) text = g_string_new(TOP HOST);
    for (guint i = 0; i < DEVICES; i++)
        g_string_append_printf(text,
                               "      dev: scsi-hd, id \"d%u\"\r\n        serial = \"a\r\nb\"\r\n"
                               "        lun = %u (0x%x)\r\n",
                               DEVICES - 1 - i, i, i);
    clock_t started = clock();
    g_autoptr(QtreeBus) root = parse(text->str);
    assert_true(clock() - started < 2 * CLOCKS_PER_SEC); /* of the processor, whatever else runs */
    const QtreeBus *bus = device_at(root, 0)->buses->pdata[0];
    assert_int_equal(bus->devices->len, DEVICES);
    assert_string_equal(device_at(bus, 0)->id, "d0");
}

/* Deeper than anything QEMU makes: text, not recursion without end. */
static void test_deep(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int level = 0; level < 4000; level += 2)
        g_string_append_printf(text, "%*sbus: b\r\n%*stype T\r\n%*sdev: d, id \"\"\r\n", level * 2,
                               "", level * 2 + 2, "", level * 2 + 2, "");
    g_autoptr(QtreeBus) root = parse(text->str);
    assert_int_equal(root->devices->len, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_plain_line_ends),
        cmocka_unit_test(test_hostile_strings),
        cmocka_unit_test(test_perfect_forgery),
        cmocka_unit_test(test_hostile_ids_and_names),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
