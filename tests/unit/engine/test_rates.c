/* Rates out of counters: what is known when, by which name a drive is found, and counters that
 * begin anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/rates.h"

#define SECOND G_USEC_PER_SEC

static void take(Rates *rates, double seconds, const char *text)
{
    json_t *reply = json_loads(text, 0, NULL);

    assert_non_null(reply);
    rates_take(rates, reply, 1000000 + (gint64)(seconds * SECOND));
    json_decref(reply);
}

static Device *drive_new(const char *path, const char *id, const char *backend, const char *node)
{
    Device *device = device_new("scsi-hd");

    device->path = g_strdup(path);
    device->id = g_strdup(id);
    device->drive = g_new0(Drive, 1);
    device->drive->backend = g_strdup(backend);
    device->drive->node = g_strdup(node);
    return device;
}

static void assert_rate(const Rates *rates, const Device *device, gint64 read, gint64 written)
{
    Rate rate;

    assert_true(rates_of(rates, device, &rate));
    assert_int_equal(rate.read, read);
    assert_int_equal(rate.written, written);
}

static void assert_unknown(const Rates *rates, const Device *device)
{
    Rate rate;

    assert_false(rates_of(rates, device, &rate));
}

#define STATS(read, written)                                                                       \
    "\"stats\":{\"rd_bytes\":" #read ",\"wr_bytes\":" #written ",\"rd_operations\":1}"
#define SDA(read, written) "{\"device\":\"\",\"qdev\":\"sda\"," STATS(read, written) "}"

static void test_takes_two_looks(void **state)
{
    g_autoptr(Rates) rates = rates_new();
    Device *sda = drive_new("/machine/peripheral/sda", "sda", NULL, "n");

    assert_unknown(rates, sda);
    take(rates, 0, "[" SDA(1000000, 5) "]");
    assert_unknown(rates, sda);
    take(rates, 2, "[" SDA(3000000, 5) "]");
    assert_rate(rates, sda, 1000000, 0);
    take(rates, 2.5, "[" SDA(3000000, 105) "]");
    assert_rate(rates, sda, 0, 200);
    device_free(sda);
}

/* QEMU was replaced, or the device was, behind the same name. */
static void test_counters_begin_anew(void **state)
{
    g_autoptr(Rates) rates = rates_new();
    Device *sda = drive_new("/machine/peripheral/sda", "sda", NULL, "n");

    take(rates, 0, "[" SDA(4000, 4000) "]");
    take(rates, 1, "[" SDA(5000, 5000) "]");
    assert_rate(rates, sda, 1000, 1000);
    take(rates, 2, "[" SDA(9000, 4999) "]");
    assert_unknown(rates, sda);
    take(rates, 3, "[" SDA(9001, 5001) "]");
    assert_rate(rates, sda, 1, 2);
    take(rates, 3, "[" SDA(9001, 5001) "]"); /* no time between: no rate */
    assert_unknown(rates, sda);
    take(rates, 4, "[]");
    assert_unknown(rates, sda);
    take(rates, 5, "[" SDA(9001, 5001) "]");
    assert_unknown(rates, sda);
    rates_clear(rates);
    take(rates, 6, "[" SDA(9001, 5001) "]");
    assert_unknown(rates, sda);
    device_free(sda);
}

/* As QEMU 7.2 and 10.0 say it; the last without "qdev", as before 2.12. */
#define ALL(read)                                                                                  \
    "[{\"device\":\"cda\",\"node-name\":\"#block1\",\"qdev\":\"/machine/unattached/"               \
    "device[20]\"," STATS(                                                                         \
        read, 0) "},"                                                                              \
                 "{\"device\":\"\",\"node-name\":\"vd0-fmt\",\"qdev\":\"/machine/peripheral/vd0/"  \
                 "virtio-backend\"," STATS(                                                        \
                     read, 1) "},"                                                                 \
                              "{\"device\":\"us\",\"node-name\":\"#block3\",\"qdev\":\"/machine/"  \
                              "peripheral/us1/us1.0/"                                              \
                              "legacy[0]\"," STATS(                                                \
                                  read,                                                            \
                                  2) "},"                                                          \
                                     "{\"device\":\"\",\"node-name\":\"un\",\"qdev\":\"/machine/"  \
                                     "peripheral/us2/us2.0/legacy[0]\"," STATS(                    \
                                         read,                                                     \
                                         3) "},"                                                   \
                                            "{\"device\":\"old\"," STATS(                          \
                                                read,                                              \
                                                4) "},"                                            \
                                                   "{\"stats\":{}},{\"qdev\":\"bad\",\"stats\":{"  \
                                                   "\"rd_bytes\":\"1\",\"wr_bytes\":2}},7]"

static void test_finds_drives_by_their_names(void **state)
{
    g_autoptr(Rates) rates = rates_new();
    Device *drives[] = {
        drive_new("/machine/unattached/device[20]", NULL, "cda", "#block1"),
        drive_new("/machine/peripheral/vd0", "vd0", NULL, "vd0-fmt"),
        drive_new("/machine/peripheral/us1", "us1", "us", "#block3"),
        drive_new("/machine/peripheral/us2", "us2", NULL, "un"),
        drive_new("/machine/unattached/device[7]", NULL, "old", "#block9"),
    };
    Device *other = drive_new("/machine/peripheral/cda", "cda", NULL, "us1");
    Device *bad = drive_new("/machine/peripheral/bad", "bad", NULL, NULL);

    take(rates, 0, ALL(0));
    take(rates, 1, ALL(7));
    for (gsize i = 0; i < G_N_ELEMENTS(drives); i++) {
        assert_rate(rates, drives[i], 7, 0);
        device_free(drives[i]);
    }
    assert_unknown(rates, other); /* its id is the name of another's -drive */
    assert_unknown(rates, bad);
    device_free(other);
    device_free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_two_looks),
        cmocka_unit_test(test_counters_begin_anew),
        cmocka_unit_test(test_finds_drives_by_their_names),
    };

    return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
