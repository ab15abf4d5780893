/* What backplane refuses to send to QEMU 0.10 to 0.14, because it ends that QEMU, hangs it, or
 * loses its disks: the reason is said, and nothing was typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/old/old_bench.h"
#include "tests/support/real_plan.h"

static const char *const versions[] = { "0.10", "0.11", "0.12", "0.13", "0.14" };

#define ALL 31
#define V10 1
#define V11 2
#define V12 4
#define V13 8
#define V14 16
#define TREE (V12 | V13 | V14)

/* An attach that is refused; FILE stands for an image. */
static const struct {
    guint versions; /* bit n: versions[n] */
    const char *kind;
    const char *options[5];
    const char *reason;
} attaches[] = {
    { ALL, "controller", { "model=lsi53c895a", "address=05" }, "in use by" },
    { ALL, "controller", { "model=lsi53c895a", "address=01" }, "in use by" },
    { ALL, "controller", { "model=lsi53c895a", "address=20" }, "20" },
    { ALL, "controller", { "model=lsi53c895a", "address=0d.1" }, "" },
    { ALL, "controller", { "model=lsi53c895a", "address=00:01:05.0" }, "" },
    { ALL, "controller", { "model=virtio-scsi-pci" }, "" },
    { ALL, "disk", { "FILE", "bus=virtio", "address=03" }, "in use by" },
    { ALL, "nic", { "model=ne2k_isa" }, "" },
    { TREE, "disk", { "FILE", "bus=scsi", "controller=00:0a.0", "target=5" }, "SCSI id 5" },
    { TREE, "disk", { "FILE", "bus=scsi", "controller=00:0a.0", "target=7" }, "7" },
    { V11, "disk", { "FILE", "bus=scsi", "controller=00:0b.0", "target=5" }, "SCSI id 5" },
    { ALL, "disk", { "FILE", "bus=scsi", "controller=00:02.0" }, "" },
    { ALL, "disk", { "FILE", "bus=scsi", "controller=00:05.0" }, "" },
    { V13 | V14, "nic", { "model=e1000" }, "pc-0.11" },
};

static const struct {
    guint versions;
    const char *name, *reason;
} detaches[] = {
    { ALL, "00:00.0", "" },
    { ALL, "00:01.0", "" },
    { ALL, "00:01.1", "" },
    { ALL, "00:02.0", "" },
    { V11, "00:03.0", "" }, /* the watchdog: 0.11 ends */
    { TREE, "0:0:5", "cannot be unplugged alone" },
};

static gboolean is_meant(guint bits, gsize version)
{
    return bits >> version & 1;
}

static void assert_reason(const char *refusal, const char *reason, const char *version,
                          const char *what)
{
    if (!refusal || !strstr(refusal, reason))
        fail_msg("%s: %s: \"%s\" does not say \"%s\"", version, what,
                 refusal ? refusal : "(accepted)", reason);
}

static void test_deadly_attaches_are_refused(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        OldBench *bench = old_bench_new(versions[i], NULL);
        g_autofree char *file = g_strdup_printf("file=%s/x1.qcow2", bench->directory);
        for (gsize j = 0; j < G_N_ELEMENTS(attaches); j++) {
            if (!is_meant(attaches[j].versions, i))
                continue;
            const char *options[G_N_ELEMENTS(attaches[j].options) + 1] = { NULL };
            for (gsize k = 0; k < G_N_ELEMENTS(attaches[j].options); k++)
                options[k] =
                    g_strcmp0(attaches[j].options[k], "FILE") == 0 ? file : attaches[j].options[k];
            g_autofree char *refusal = old_bench_refused_attach(bench, attaches[j].kind, options);
            assert_reason(refusal, attaches[j].reason, versions[i],
                          options[1] ? options[1] : options[0]);
        }
        old_bench_free(bench);
    }
}

static void test_deadly_detaches_are_refused(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        OldBench *bench = old_bench_new(versions[i], NULL);
        for (gsize j = 0; j < G_N_ELEMENTS(detaches); j++) {
            if (!is_meant(detaches[j].versions, i))
                continue;
            g_autofree char *refusal = old_bench_refused_detach(bench, detaches[j].name);
            assert_reason(refusal, detaches[j].reason, versions[i], detaches[j].name);
        }
        old_bench_free(bench);
    }
}

static void test_a_full_bus_takes_no_card(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        OldBench *bench = old_bench_new(versions[i], NULL);
        OldMachine *machine = old_monitor_machine(bench->monitor);
        for (int slot = 0; slot < 32; slot++)
            if (!old_pci_device(machine, slot << 3))
                old_device_add(machine, "AC97", NULL, slot << 3);
        static const char *const options[] = { "model=lsi53c895a", NULL };
        g_autofree char *refusal = old_bench_refused_attach(bench, "controller", options);
        assert_reason(refusal, "full", versions[i], "a full bus");
        old_bench_free(bench);
    }
}

/* Somebody else takes the slot between the plan and its run: it is looked at once more. */
static void test_a_slot_that_was_taken_meanwhile_is_not_asked_for(void **state)
{
    static const char *const options[] = { "model=lsi53c895a", NULL };
    for (gsize i = 1; i < G_N_ELEMENTS(versions); i++) {
        OldBench *bench = old_bench_new(versions[i], NULL);
        Plan *plan = real_plan_attach(bench->session, "controller", options, NULL);
        int slot = i == 1 ? 0xe : 0xd;
        old_device_add(old_monitor_machine(bench->monitor), "AC97", NULL, slot << 3);
        g_autofree char *error = old_bench_run(bench, plan, OUTCOME_ROLLED_BACK);
        assert_non_null(error);
        assert_int_equal(old_monitor_count(bench->monitor, "pci_add"), 0);
        old_bench_free(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deadly_attaches_are_refused),
        cmocka_unit_test(test_deadly_detaches_are_refused),
        cmocka_unit_test(test_a_full_bus_takes_no_card),
        cmocka_unit_test(test_a_slot_that_was_taken_meanwhile_is_not_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
