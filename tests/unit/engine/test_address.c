/* Addresses: every text form there and back, every wrong part named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/address.h"

static void check_round_trip(const char *text, const char *printed)
{
    Address address, again;
    g_autoptr(GError) error = NULL;
    if (!address_parse(text, &address, &error))
        fail_msg("%s: %s", text, error->message);
    g_autofree char *back = address_to_text(&address);
    assert_string_equal(back, printed);
    assert_true(address_parse(back, &again, NULL));
    assert_true(address_equal(&address, &again));
}

static void test_forms(void **state)
{
    check_round_trip("05.0", "00:05.0");
    check_round_trip("1f.7", "00:1f.7");
    check_round_trip("00:05.0", "00:05.0");
    check_round_trip("0000:20:05.0", "20:05.0");
    check_round_trip("0001:ff:1f.7", "0001:ff:1f.7");
    check_round_trip("??:05.0", "??:05.0");
    check_round_trip("0:0:3", "0:0:3");
    check_round_trip("1:0:255:16383", "1:0:255:16383");
    check_round_trip("usb 1.2", "usb 1.2");
    check_round_trip("usb 0.2.1.10", "usb 0.2.1.10");
    check_round_trip("serial 0.31", "serial 0.31");
}

static void check_refused(const char *text, const char *words)
{
    Address address = { .type = ADDRESS_USB };
    g_autoptr(GError) error = NULL;
    assert_false(address_parse(text, &address, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
    if (!strstr(error->message, words))
        fail_msg("\"%s\" does not name \"%s\"", error->message, words);
    assert_int_equal(address.type, ADDRESS_USB); /* untouched */
}

static void test_wrong_parts(void **state)
{
    check_refused("", "\"\" is no address");
    check_refused("5", "\"5\" is no address");
    check_refused("net0", "net0");
    check_refused("20.0", "slot 20 is out of range: 0 to 1f");
    check_refused("05.8", "function 8 is out of range: 0 to 7");
    check_refused("05.", "function \"\"");
    check_refused(".0", "slot \"\"");
    check_refused("05.-1", "function \"-1\"");
    check_refused("+5.0", "slot \"+5\"");
    check_refused("100:05.0", "PCI bus 100 is out of range: 0 to ff");
    check_refused("10000:00:05.0", "PCI domain 10000");
    check_refused("00:00:00:05.0", "lun \"05.0\"");
    check_refused("0x5.0", "slot \"0x5\"");
    check_refused("0:0:256", "unit 256 is out of range: 0 to 255");
    check_refused("0:0:1:16384", "lun 16384 is out of range");
    check_refused("a:0:1", "controller \"a\"");
    check_refused("0:0:99999999999999999999", "unit");
    check_refused("usb 1", "has no port");
    check_refused("usb 1.0", "ports count from 1");
    check_refused("usb 1.1.1.1.1.1.1.1", "more than 5 hubs");
    check_refused("usb 1.256", "USB port 256");
    check_refused("serial 1", "has no port");
    check_refused("serial 0.512", "virtio-serial port 512");
}

static void test_slots(void **state)
{
    guint slot, function;
    assert_true(address_parse_slot("5", &slot, &function, NULL));
    assert_int_equal(slot, 5);
    assert_int_equal(function, 0);
    assert_true(address_parse_slot("1f.7", &slot, &function, NULL));
    assert_int_equal(slot, 31);
    assert_int_equal(function, 7);
    assert_false(address_parse_slot("", &slot, &function, NULL));
    assert_false(address_parse_slot("5.", &slot, &function, NULL));
}

static void test_order(void **state)
{
    static const char *const ordered[] = { "??:05.0",    "00:05.0",    "00:05.1",  "00:0a.0",
                                           "01:00.0",    "0:0:0",      "0:0:3",    "0:0:3:1",
                                           "0:0:10",     "1:0:0",      "usb 0.1",  "usb 0.2",
                                           "usb 0.2.1",  "usb 0.2.10", "usb 0.10", "serial 0.2",
                                           "serial 0.10" };
    for (gsize i = 0; i < G_N_ELEMENTS(ordered); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(ordered); j++) {
            Address a, b;
            assert_true(address_parse(ordered[i], &a, NULL));
            assert_true(address_parse(ordered[j], &b, NULL));
            int order = address_compare(&a, &b);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

static void test_short_text_and_json(void **state)
{
    static const char *const cases[][3] = {
        { "00:05.0", "05.0",
          "{\"type\":\"pci\",\"domain\":0,\"bus\":0,\"slot\":5,\"function\":0}" },
        { "??:05.0", "05.0",
          "{\"type\":\"pci\",\"domain\":0,\"bus\":null,\"slot\":5,\"function\":0}" },
        { "0:0:3:2", "0:3:2",
          "{\"type\":\"drive\",\"controller\":0,\"bus\":0,\"target\":3,\"unit\":2}" },
        { "0:1:0", "1:0",
          "{\"type\":\"drive\",\"controller\":0,\"bus\":1,\"target\":0,\"unit\":0}" },
        { "usb 1.2.1", "2.1", "{\"type\":\"usb\",\"bus\":1,\"port\":\"2.1\"}" },
        { "serial 0.3", "3", "{\"type\":\"serial\",\"controller\":0,\"port\":3}" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Address address;
        assert_true(address_parse(cases[i][0], &address, NULL));
        g_autofree char *text = address_to_short_text(&address);
        assert_string_equal(text, cases[i][1]);
        json_t *json = address_to_json(&address);
        char *dumped = json_dumps(json, JSON_COMPACT);
        assert_string_equal(dumped, cases[i][2]);
        free(dumped);
        json_decref(json);
    }
    Address none = { 0 };
    g_autofree char *empty = address_to_text(&none);
    assert_string_equal(empty, "");
    assert_true(json_is_null(address_to_json(&none)));
}

/* "0:0:3" names the SCSI disk at id 3, lun 0 as well as unit 3 elsewhere. */
static void test_scsi_by_unit(void **state)
{
    Address parsed, scsi = { .type = ADDRESS_DRIVE };
    scsi.drive.scsi = TRUE;
    scsi.drive.target = 3;
    assert_true(address_parse("0:0:3", &parsed, NULL));
    assert_true(address_equal(&parsed, &scsi));
    scsi.drive.unit = 1;
    assert_false(address_equal(&parsed, &scsi));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),        cmocka_unit_test(test_wrong_parts),
        cmocka_unit_test(test_slots),        cmocka_unit_test(test_order),
        cmocka_unit_test(test_scsi_by_unit), cmocka_unit_test(test_short_text_and_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
