/* backplane on the human monitors of QEMU 0.10 to 0.14: what the tree shows of the proposal's
 * guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/old/old_bench.h"

static const char *const versions[] = { "0.10", "0.11", "0.12", "0.13", "0.14" };

/* 0.11 has the watchdog in slot 3, and all that follows it one slot further. */
static guint shift(const char *version)
{
    return g_str_equal(version, "0.11");
}

static void assert_driver_at(const OldBench *bench, guint slot, const char *driver)
{
    g_autofree char *place = g_strdup_printf("00:%02x.0", slot);
    assert_string_equal(old_bench_device(bench, place)->driver, driver);
}

static void test_every_card_is_in_its_slot(void **state)
{
    static const char *const cards[] = { "ne2k_pci", "virtio-net-pci", "e1000",
                                         "pcnet",    "rtl8139",        "AC97",
                                         "ES1370",   "lsi53c895a",     "virtio-blk-pci" };
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        OldBench *bench = old_bench_new(versions[i], NULL);
        for (guint j = 0; j < G_N_ELEMENTS(cards); j++)
            assert_driver_at(bench, 3 + shift(versions[i]) + j, cards[j]);
        assert_string_equal(old_bench_guest(bench)->dialect, "hmp");
        assert_string_equal(old_bench_guest(bench)->name, "plain");
        assert_string_equal(old_bench_guest(bench)->status, "running");
        assert_int_equal(old_bench_changes(bench), 0);
        old_bench_free(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_card_is_in_its_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
