/* Random requests to backplane on QEMU 0.10 to 0.14, with somebody else who changes the guest
 * between a plan and its run: none of them may ever kill, hang or damage it.
 *
 * BACKPLANE_SEED and BACKPLANE_DEEDS choose another run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <stdlib.h>

#include "tests/old/old_bench.h"
#include "tests/old/old_commands.h"
#include "tests/support/real_qemu.h"

#define PATIENCE_MS 30000

static const char *const versions[] = { "0.10", "0.11", "0.12", "0.13", "0.14" };

typedef struct {
    GRand *random;
    OldBench *bench;
    Plan *plan;
    Outcome outcome;
    gboolean over;
    guint plans, done, refused;
} Chaos;

static const char *pick(Chaos *chaos, const char *const *words)
{
    return words[g_rand_int_range(chaos->random, 0, (gint32)g_strv_length((char **)words))];
}

static gboolean sometimes(Chaos *chaos, gint32 of)
{
    return g_rand_int_range(chaos->random, 0, of) == 0;
}

/* --- what is asked for -------------------------------------------------------------------------
 */

static char *random_address(Chaos *chaos, const char *key)
{
    static const char *const wild[] = { "20", "1f.3", "00:01:05.0", "xyz", "0:ff", NULL };
    if (sometimes(chaos, 8))
        return g_strdup_printf("%s=%s", key, pick(chaos, wild));
    return g_strdup_printf("%s=00:%02x.0", key, g_rand_int_range(chaos->random, 0, 32));
}

static char *random_image(Chaos *chaos)
{
    static const char *const names[] = { "x1.qcow2", "x2.qcow2", "x3.qcow2",
                                         "da.qcow2", "gone.img", NULL };
    return g_strdup_printf("file=%s/%s", chaos->bench->directory, pick(chaos, names));
}

static GPtrArray *random_options(Chaos *chaos, const char *kind)
{
    static const char *const buses[] = { "bus=scsi", "bus=scsi", "bus=virtio",
                                         "bus=usb",  "bus=ide",  NULL };
    static const char *const nics[] = { "model=e1000",    "model=virtio-net-pci",
                                        "model=rtl8139",  "model=pcnet",
                                        "model=ne2k_pci", "model=ne2k_isa",
                                        "model=bogus",    NULL };
    static const char *const drivers[] = { "driver=usb-tablet",
                                           "driver=usb-mouse",
                                           "driver=usb-kbd",
                                           "driver=e1000",
                                           "driver=scsi-disk",
                                           "driver=cirrus-vga",
                                           NULL };
    GPtrArray *options = g_ptr_array_new_with_free_func(g_free);
    if (g_str_equal(kind, "disk") || g_str_equal(kind, "cdrom")) {
        g_ptr_array_add(options, random_image(chaos));
        g_ptr_array_add(options, g_strdup("format=qcow2"));
        g_ptr_array_add(options, g_strdup(pick(chaos, buses)));
        if (sometimes(chaos, 2))
            g_ptr_array_add(options, random_address(chaos, "controller"));
        if (sometimes(chaos, 2))
            g_ptr_array_add(options,
                            g_strdup_printf("target=%d", g_rand_int_range(chaos->random, 0, 10)));
    } else if (g_str_equal(kind, "nic")) {
        g_ptr_array_add(options, g_strdup(pick(chaos, nics)));
    } else if (g_str_equal(kind, "controller")) {
        g_ptr_array_add(options, g_strdup("model=lsi53c895a"));
    } else {
        g_ptr_array_add(options, g_strdup(pick(chaos, drivers)));
    }
    if (!g_str_equal(kind, "device") && sometimes(chaos, 2))
        g_ptr_array_add(options, random_address(chaos, "address"));
    g_ptr_array_add(options, NULL);
    return options;
}

static void on_plan(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Chaos *chaos = data;
    chaos->plan = plan;
    chaos->refused += plan == NULL;
    chaos->over = TRUE;
}

static gboolean is_over(gpointer data)
{
    return ((Chaos *)data)->over;
}

static void ask_attach(Chaos *chaos)
{
    static const char *const kinds[] = { "disk",       "disk",   "cdrom", "nic",
                                         "controller", "device", NULL };
    const char *kind = pick(chaos, kinds);
    g_autoptr(GPtrArray) options = random_options(chaos, kind);
    g_autoptr(Request) request = request_parse(kind, (const char *const *)options->pdata, NULL);
    if (!request)
        return;
    chaos->over = FALSE;
    session_plan_attach(chaos->bench->session, request, on_plan, chaos);
    assert_true(wait_until(is_over, chaos, PATIENCE_MS));
}

static void ask_detach(Chaos *chaos)
{
    const GPtrArray *devices = old_bench_guest(chaos->bench)->devices;
    const Device *device =
        g_ptr_array_index(devices, (guint)g_rand_int_range(chaos->random, 0, (gint32)devices->len));
    const char *const names[] = { device->path, NULL };
    chaos->over = FALSE;
    session_plan_detach(chaos->bench->session, names, on_plan, chaos);
    assert_true(wait_until(is_over, chaos, PATIENCE_MS));
}

/* --- what somebody else does meanwhile ---------------------------------------------------------
 */

static OldMachine *machine_of(const Chaos *chaos)
{
    return old_monitor_machine(chaos->bench->monitor);
}

/* The slot that a plan most likely chose. */
static void take_a_slot(Chaos *chaos)
{
    OldMachine *machine = machine_of(chaos);
    int slot = 0;
    while (slot < 31 && old_pci_device(machine, slot << 3))
        slot++;
    if (!old_pci_device(machine, slot << 3))
        old_device_add(machine, sometimes(chaos, 2) ? "lsi53c895a" : "AC97", NULL, slot << 3);
}

/* The card that came last, which a plan may want to take away. */
static void free_a_slot(Chaos *chaos)
{
    OldMachine *machine = machine_of(chaos);
    OldDevice *last = g_ptr_array_index(machine->pci, machine->pci->len - 1);
    if (last->devfn > 0xe << 3)
        old_device_remove(machine, last);
}

/* The SCSI id that a plan most likely chose, while the guest's first adapter is there. */
static void take_an_id(Chaos *chaos)
{
    OldMachine *machine = machine_of(chaos);
    int slot = machine->version == 11 ? 0xb : 0xa;
    const OldDevice *adapter = old_pci_device(machine, slot << 3);
    if (!adapter || g_strcmp0(adapter->model, "lsi53c895a") != 0)
        return;
    g_autofree char *image = old_bench_image(chaos->bench, "x4.qcow2");
    g_autofree char *line = g_strdup_printf("drive_add pci_addr=0:%x file=%s,if=scsi", slot, image);
    old_run_line(machine, line);
}

static void take_usb(Chaos *chaos)
{
    old_run_line(machine_of(chaos), "usb_add tablet");
}

static void take_nics(Chaos *chaos)
{
    OldMachine *machine = machine_of(chaos);
    machine->nics[g_rand_int_range(chaos->random, 0, G_N_ELEMENTS(machine->nics))] = TRUE;
}

static void take_a_name(Chaos *chaos)
{
    old_run_line(machine_of(chaos), "host_net_add user vlan=5,name=user-net0");
}

static void interfere(Chaos *chaos)
{
    static void (*const deeds[])(Chaos *) = { take_a_slot, take_a_slot, free_a_slot, take_an_id,
                                              take_an_id,  take_usb,    take_nics,   take_a_name };
    deeds[g_rand_int_range(chaos->random, 0, G_N_ELEMENTS(deeds))](chaos);
}

/* --- a deed ------------------------------------------------------------------------------------
 */

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    Chaos *chaos = data;
    chaos->outcome = transaction_outcome(transaction);
    chaos->over = TRUE;
}

static void run_plan(Chaos *chaos)
{
    if (sometimes(chaos, 2))
        interfere(chaos);
    chaos->over = FALSE;
    chaos->plans++;
    session_run(chaos->bench->session, g_steal_pointer(&chaos->plan), on_finished, chaos);
    assert_true(wait_until(is_over, chaos, PATIENCE_MS));
    chaos->done += chaos->outcome == OUTCOME_DONE;
}

static void check_alive(const Chaos *chaos, guint32 seed, const char *version)
{
    const char *killed_by = old_monitor_killed_by(chaos->bench->monitor);
    if (killed_by)
        fail_msg("%s, BACKPLANE_SEED=%u: %s", version, seed, killed_by);
    assert_int_equal(session_state(chaos->bench->session), SESSION_LIVE);
}

static void play(const char *version, guint32 seed, guint deeds)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    const OldMachineOptions options = { .pc = g_rand_boolean(random) };
    Chaos chaos = { .random = random, .bench = old_bench_new(version, &options) };
    for (guint i = 0; i < deeds; i++) {
        if (sometimes(&chaos, 3))
            ask_detach(&chaos);
        else
            ask_attach(&chaos);
        if (chaos.plan)
            run_plan(&chaos);
        check_alive(&chaos, seed, version);
    }
    print_message("%s: %u of %u plans done, %u wishes refused\n", version, chaos.done, chaos.plans,
                  chaos.refused);
    assert_true(chaos.done > 0);
    old_bench_free(chaos.bench);
}

static guint number_from(const char *variable, guint standard)
{
    const char *text = g_getenv(variable);
    return text ? (guint)strtoul(text, NULL, 10) : standard;
}

static void test_no_request_ever_kills_the_guest(void **state)
{
    guint seed = number_from("BACKPLANE_SEED", 1), deeds = number_from("BACKPLANE_DEEDS", 40);
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        play(versions[i], seed, deeds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_request_ever_kills_the_guest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
