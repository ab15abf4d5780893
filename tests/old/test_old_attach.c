/* backplane's plans on QEMU 0.10 to 0.14: what is attached is there, what is detached leaves
 * nothing behind, and what fails half way is taken back. Nothing that was sent hurt any of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/old/old_bench.h"
#include "tests/support/real_plan.h"

static const char *const versions[] = { "0.10", "0.11", "0.12", "0.13", "0.14" };

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const OldMachineOptions on_pc = { .pc = TRUE };

/* 0.11 has one card more at the start. */
static const char *first_vacant(const char *version)
{
    return g_str_equal(version, "0.11") ? "00:0e.0" : "00:0d.0";
}

static const char *boot_adapter(const char *version)
{
    return g_str_equal(version, "0.11") ? "00:0b.0" : "00:0a.0";
}

/* A VLAN that was ever named stays in the list, without anything on it. */
static char *state_without_vlans(const OldBench *bench)
{
    g_autofree char *state = old_bench_state(bench);
    g_auto(GStrv) lines = g_strsplit(state, "\n", -1);
    GString *text = g_string_new(NULL);
    for (gsize i = 0; lines[i]; i++) {
        gboolean empty = g_str_has_prefix(lines[i], "VLAN ") && lines[i + 1] &&
                         !g_str_has_prefix(lines[i + 1], "  ");
        if (!empty)
            g_string_append_printf(text, "%s\n", lines[i]);
    }
    return g_string_free(text, FALSE);
}

static void assert_state(const OldBench *bench, const char *before)
{
    g_autofree char *state = state_without_vlans(bench);
    g_auto(GStrv) were = g_strsplit(before, "\n", -1);
    g_auto(GStrv) are = g_strsplit(state, "\n", -1);
    for (gsize i = 0; were[i] || are[i]; i++)
        if (g_strcmp0(were[i], are[i]) != 0)
            fail_msg("%s: \"%s\" is not \"%s\", as it was", old_bench_guest(bench)->qemu,
                     are[i] ? are[i] : "(end)", were[i] ? were[i] : "(end)");
}

static void assert_there(const OldBench *bench, const char *place, const char *driver)
{
    assert_string_equal(old_bench_device(bench, place)->driver, driver);
}

/* --- there and back ----------------------------------------------------------------------------
 */

typedef struct {
    const char *kind;
    const char *option, *driver;
    gboolean image;
} Card;

static const Card cards[] = {
    { "controller", "model=lsi53c895a", "lsi53c895a", FALSE },
    { "disk", "bus=virtio", "virtio-blk-pci", TRUE },
    { "nic", "model=e1000", "e1000", FALSE },
    { "nic", "model=virtio-net-pci", "virtio-net-pci", FALSE },
};

static void attach_card(OldBench *bench, const Card *card)
{
    g_autofree char *file = g_strdup_printf("file=%s/x1.qcow2", bench->directory);
    if (card->image)
        old_bench_attach(bench, card->kind, OPTIONS(card->option, file, "format=qcow2"));
    else
        old_bench_attach(bench, card->kind, OPTIONS(card->option));
}

static void there_and_back(const char *version, const Card *card)
{
    OldBench *bench = old_bench_new(version, &on_pc);
    g_autofree char *before = state_without_vlans(bench);
    attach_card(bench, card);
    assert_there(bench, first_vacant(version), card->driver);
    assert_int_equal(old_monitor_count(bench->monitor, "pci_add pci_addr="), 1);
    old_bench_detach(bench, first_vacant(version));
    /* 0.10 and 0.11 do not tell which card a NIC's side of the host belongs to: it stays. */
    gboolean nic = g_str_equal(card->kind, "nic");
    if (!nic || old_bench_guest(bench)->can.device_add)
        assert_state(bench, before);
    old_bench_free(bench);
}

static void test_a_card_comes_and_goes_without_a_trace(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(cards); j++)
            there_and_back(versions[i], &cards[j]);
}

static void test_a_disk_goes_behind_an_adapter(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        OldBench *bench = old_bench_new(versions[i], NULL);
        g_autofree char *file = g_strdup_printf("file=%s/x1.qcow2", bench->directory);
        g_autofree char *adapter = g_strdup_printf("controller=%s", boot_adapter(versions[i]));
        old_bench_attach(bench, "disk",
                         OPTIONS(file, "format=qcow2", "bus=scsi", adapter, "target=2"));
        const OldDrive *drive = old_drive_find(old_monitor_machine(bench->monitor), "scsi0-hd2");
        assert_non_null(drive);
        assert_true(g_str_has_suffix(drive->file, "/x1.qcow2"));
        assert_int_equal(old_monitor_count(bench->monitor, "drive_add pci_addr="), 1);
        old_bench_free(bench);
    }
}

/* x1 to x4 take the ids that the guest's one adapter has left. */
static void fill_adapter(OldBench *bench)
{
    for (guint i = 1; i <= 4; i++) {
        g_autofree char *file = g_strdup_printf("file=%s/x%u.qcow2", bench->directory, i);
        old_bench_attach(bench, "disk",
                         OPTIONS(file, "format=qcow2", "bus=scsi", "controller=00:0a.0"));
    }
}

static void test_a_disk_brings_its_adapter(void **state)
{
    static const char *const with_tree[] = { "0.12", "0.13", "0.14" };
    for (gsize i = 0; i < G_N_ELEMENTS(with_tree); i++) {
        OldBench *bench = old_bench_new(with_tree[i], NULL);
        g_autofree char *file = g_strdup_printf("file=%s/x5.qcow2", bench->directory);
        fill_adapter(bench);
        g_autofree char *before = state_without_vlans(bench);
        old_bench_attach(bench, "disk", OPTIONS(file, "format=qcow2", "bus=scsi"));
        assert_there(bench, "00:0d.0", "lsi53c895a");
        old_bench_detach(bench, "00:0d.0");
        assert_state(bench, before);
        old_bench_free(bench);
    }
}

/* --- taken back --------------------------------------------------------------------------------
 */

/* The host's side is there, and then QEMU takes no NIC any more. */
static void test_a_failing_nic_leaves_nothing(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        OldBench *bench = old_bench_new(versions[i], &on_pc);
        Plan *plan = real_plan_attach(bench->session, "nic", OPTIONS("model=e1000"), NULL);
        OldMachine *machine = old_monitor_machine(bench->monitor);
        g_autofree char *before = state_without_vlans(bench);
        memset(machine->nics, 0xff, sizeof machine->nics);
        g_autofree char *error = old_bench_run(bench, plan, OUTCOME_ROLLED_BACK);
        assert_non_null(strstr(error, "Too Many NICs"));
        assert_state(bench, before);
        assert_int_equal(old_monitor_count(bench->monitor, "host_net_remove "), 1);
        old_bench_free(bench);
    }
}

/* The image goes between plan and run: of what was plugged only the drive without a medium stays,
 * which these QEMUs keep for good. */
static void test_a_failing_disk_takes_its_adapter_back(void **state)
{
    static const char *const with_tree[] = { "0.12", "0.13", "0.14" };
    for (gsize i = 0; i < G_N_ELEMENTS(with_tree); i++) {
        OldBench *bench = old_bench_new(with_tree[i], NULL);
        g_autofree char *image = old_bench_image(bench, "x5.qcow2");
        g_autofree char *file = g_strdup_printf("file=%s", image);
        fill_adapter(bench);
        Plan *plan = real_plan_attach(bench->session, "disk",
                                      OPTIONS(file, "format=qcow2", "bus=scsi"), NULL);
        g_unlink(image);
        g_autofree char *said = old_bench_run(bench, plan, OUTCOME_LEFTOVERS);
        assert_non_null(strstr(said, "; drive name scsi"));
        assert_null(old_pci_device(old_monitor_machine(bench->monitor), 0xd << 3));
        old_bench_free(bench);
    }
}

static void test_a_deaf_guest_keeps_its_card(void **state)
{
    const OldMachineOptions deaf = { .guest = OLD_GUEST_DEAF };
    OldBench *bench = old_bench_new("0.12", &deaf);
    Plan *plan = real_plan_detach(bench->session, "00:05.0", NULL);
    session_run(bench->session, plan, NULL, NULL);
    while (old_monitor_count(bench->monitor, "pci_del pci_addr=") == 0)
        g_main_context_iteration(NULL, TRUE);
    assert_there(bench, "00:05.0", "e1000");
    old_bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_card_comes_and_goes_without_a_trace),
        cmocka_unit_test(test_a_disk_goes_behind_an_adapter),
        cmocka_unit_test(test_a_disk_brings_its_adapter),
        cmocka_unit_test(test_a_failing_nic_leaves_nothing),
        cmocka_unit_test(test_a_failing_disk_takes_its_adapter_back),
        cmocka_unit_test(test_a_deaf_guest_keeps_its_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
