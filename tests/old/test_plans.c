/* Whole plans against the emulated monitors of 0.10 to 0.14: what is sent, what comes of it, and
 * that nothing is sent that kills such a QEMU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/plan_render.h"
#include "engine/session.h"
#include "tests/old/old_monitor.h"
#include "tests/support/fake_monitor.h"
#include "tests/support/temp.h"

static const char *const versions[] = { "0.10", "0.11", "0.12", "0.13", "0.14" };

typedef struct {
    OldMonitor *monitor;
    Session *session;
    char *folder; /* of images */
    Plan *plan;
    GError *refusal;
    gboolean answered, finished;
    Outcome outcome;
    char *error;
    char **left;
} Old;

static void old_open(Old *old, const char *version, gboolean pc, OldGuest guest)
{
    OldMachineOptions options = { .version = version, .pc = pc, .guest = guest };
    g_autoptr(GError) error = NULL;

    old->folder = temp_directory();
    options.directory = old->folder;
    old->monitor = old_monitor_new(&options, NULL);
    old->session = session_new(old_monitor_path(old->monitor), SESSION_ONCE, &error);
    g_assert_no_error(error);
    fake_wait(session_state(old->session) != SESSION_CONNECTING &&
              session_state(old->session) != SESSION_READING);
    if (session_state(old->session) == SESSION_LOST)
        fail_msg("%s", session_error(old->session)->message);
}

static void old_clear(Old *old)
{
    session_free(old->session);
    assert_null(old_monitor_killed_by(old->monitor));
    old_monitor_free(old->monitor);
    plan_free(old->plan);
    g_clear_error(&old->refusal);
    g_free(old->error);
    g_strfreev(old->left);
    temp_directory_remove(old->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Old, old_clear)

/* --- planning and running -------------------------------------------------------------------- */

static void on_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Old *old = data;

    old->plan = plan;
    old->refusal = error ? g_error_copy(error) : NULL;
    old->answered = TRUE;
}

static void old_forget(Old *old)
{
    g_clear_pointer(&old->plan, plan_free);
    g_clear_error(&old->refusal);
    old->answered = FALSE;
}

/* words: KIND KEY=VALUE ..., parted by blanks. */
static void plan_attach(Old *old, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(parts[0], (const char *const *)parts + 1, &error);

    g_assert_no_error(error);
    old_forget(old);
    session_plan_attach(old->session, request, on_planned, old);
    fake_wait(old->answered);
}

static void plan_detach(Old *old, const char *name)
{
    const char *const names[] = { name, NULL };

    old_forget(old);
    session_plan_detach(old->session, names, on_planned, old);
    fake_wait(old->answered);
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    Old *old = data;

    old->outcome = transaction_outcome(transaction);
    g_free(old->error);
    old->error = g_strdup(transaction_error(transaction));
    g_strfreev(old->left);
    old->left = transaction_leftovers(transaction);
    old->finished = TRUE;
}

static void old_run(Old *old)
{
    if (!old->plan)
        fail_msg("%s", old->refusal->message);
    old->finished = FALSE;
    session_run(old->session, g_steal_pointer(&old->plan), on_finished, old);
    fake_wait(old->finished);
}

static void old_do(Old *old)
{
    old_run(old);
    if (old->outcome != OUTCOME_DONE)
        fail_msg("outcome %d: %s", (int)old->outcome, old->error ? old->error : "");
}

static const Device *find(const Old *old, const char *name)
{
    return guest_find(session_guest(old->session), name, NULL);
}

static char *image(const Old *old, const char *name)
{
    char *path = g_build_filename(old->folder, name, NULL);

    assert_true(g_file_set_contents(path, "nothing in particular", -1, NULL));
    return path;
}

static gboolean sent(const Old *old, const char *line)
{
    const GPtrArray *lines = old_monitor_lines(old->monitor);

    for (guint i = 0; i < lines->len; i++) {
        if (strcmp(lines->pdata[i], line) == 0)
            return TRUE;
    }
    return FALSE;
}

/* --- the matrix ------------------------------------------------------------------------------ */

/* The first vacant slot of the proposal's guest. */
static guint first_slot(const char *version)
{
    return strcmp(version, "0.11") == 0 ? 0xe : 0xd;
}

static void check_sent(const Old *old, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void check_sent(const Old *old, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    if (!sent(old, line))
        fail_msg("not sent: %s", line);
}

static void controller(Old *old, const char *version)
{
    guint slot = first_slot(version);
    g_autofree char *address = g_strdup_printf("00:%02x.0", slot);

    plan_attach(old, "controller model=lsi53c895a");
    old_do(old);
    check_sent(old, "pci_add pci_addr=0:%02x storage if=scsi", slot);
    assert_string_equal(find(old, address)->driver, "lsi53c895a");
    plan_detach(old, address);
    old_do(old);
    check_sent(old, "pci_del pci_addr=0:%02x", slot);
    assert_null(find(old, address));
}

static void virtio_disk(Old *old, const char *version)
{
    guint slot = first_slot(version);
    g_autofree char *file = image(old, "v.img");
    g_autofree char *words = g_strdup_printf("disk bus=virtio file=%s", file);
    g_autofree char *address = g_strdup_printf("00:%02x.0", slot);

    plan_attach(old, words);
    old_do(old);
    check_sent(old, "pci_add pci_addr=0:%02x storage file=%s,format=raw,if=virtio", slot, file);
    assert_string_equal(find(old, address)->driver, "virtio-blk-pci");
    plan_detach(old, address);
    old_do(old);
    assert_null(find(old, address));
}

static void scsi_disk(Old *old, const char *version)
{
    g_autofree char *file = image(old, "s.img");
    g_autofree char *words = g_strdup_printf("disk bus=scsi file=%s", file);
    guint adapter = strcmp(version, "0.11") == 0 ? 0xb : 0xa;

    plan_attach(old, words);
    old_do(old);
    check_sent(old, "drive_add pci_addr=0:%02x file=%s,format=raw,if=scsi,bus=0,unit=1", adapter,
               file);
    assert_string_equal(find(old, "0:0:1")->drive->file, file);
    plan_detach(old, "0:0:1");
    assert_non_null(strstr(old->refusal->message, "cannot be unplugged alone"));
}

static void nic(Old *old, const char *version)
{
    guint slot = first_slot(version);
    g_autofree char *address = g_strdup_printf("00:%02x.0", slot);

    plan_attach(old, "nic model=rtl8139 id=net7 mac=52:54:00:00:00:07");
    if (strcmp(version, "0.13") == 0 || strcmp(version, "0.14") == 0) {
        /* The emulated guest of these is read as pc-0.11. */
        if (!old->plan) {
            assert_non_null(strstr(old->refusal->message, "this QEMU would end"));
            return;
        }
    }
    old_do(old);
    check_sent(old, "host_net_add user vlan=5,name=net7-user");
    check_sent(
        old, "pci_add pci_addr=0:%02x nic model=rtl8139,macaddr=52:54:00:00:00:07,vlan=5,name=net7",
        slot);
    assert_string_equal(find(old, address)->driver, "rtl8139");
    plan_detach(old, address);
    old_do(old);
    assert_null(find(old, address));
}

static void usb(Old *old, const char *version)
{
    plan_attach(old, "device driver=usb-tablet");
    old_do(old);
    check_sent(old, "usb_add tablet");
}

static void each(void (*check)(Old *old, const char *version))
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_auto(Old) old = { 0 };

        print_message("%s\n", versions[i]);
        old_open(&old, versions[i], TRUE, OLD_GUEST_EJECTS);
        check(&old, versions[i]);
    }
}

static void test_controller(void **state)
{
    each(controller);
}

static void test_virtio_disk(void **state)
{
    each(virtio_disk);
}

static void test_scsi_disk(void **state)
{
    each(scsi_disk);
}

static void test_nic(void **state)
{
    each(nic);
}

static void test_usb(void **state)
{
    each(usb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_controller), cmocka_unit_test(test_virtio_disk),
        cmocka_unit_test(test_scsi_disk),  cmocka_unit_test(test_nic),
        cmocka_unit_test(test_usb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
