/* Whole plans against the emulated monitors of 0.10 to 0.14: what is sent, what comes of it, and
 * that nothing is sent that kills such a QEMU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

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
    old_do(old);
    check_sent(old, "host_net_add user vlan=5,name=user-net7");
    check_sent(
        old, "pci_add pci_addr=0:%02x nic model=rtl8139,macaddr=52:54:00:00:00:07,vlan=5,name=net7",
        slot);
    assert_string_equal(find(old, address)->driver, "rtl8139");
    plan_detach(old, address);
    old_do(old);
    assert_null(find(old, address));
    check_sent(old, "host_net_remove 5 user-net7");
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

/* --- what must not be sent ------------------------------------------------------------------- */

static void check_refused(Old *old, const char *words, const char *reason)
{
    guint lines = old_monitor_lines(old->monitor)->len;

    plan_attach(old, words);
    if (old->plan)
        fail_msg("planned: %s", words);
    if (!strstr(old->refusal->message, reason))
        fail_msg("%s: %s", words, old->refusal->message);
    for (guint i = lines; i < old_monitor_lines(old->monitor)->len; i++) {
        const char *line = old_monitor_lines(old->monitor)->pdata[i];

        /* The dialect parts answers by lines that are no commands. */
        if (!g_str_has_prefix(line, "info ") && *line != '#')
            fail_msg("sent: %s", line);
    }
}

static void dangers(Old *old, const char *version)
{
    gboolean ignores = strcmp(version, "0.10") == 0;
    g_autofree char *file = image(old, "d.img");
    g_autofree char *taken = g_strdup_printf("disk bus=scsi target=5 file=%s", file);
    g_autofree char *vga = g_strdup_printf("disk controller=00:02.0 file=%s", file);

    check_refused(old, "controller model=lsi53c895a address=03.0", "is in use by");
    check_refused(old, "controller model=lsi53c895a address=20.0", "slot");
    check_refused(old, "controller model=lsi53c895a address=01:05.0", "first PCI bus");
    check_refused(old, "controller model=lsi53c895a address=1c.1", "whole slots");
    check_refused(old, "controller model=virtio-scsi-pci", "no virtio-scsi-pci");
    check_refused(old, "nic model=vmxnet3", "no NIC vmxnet3");
    check_refused(old, "device driver=intel-hda", "no intel-hda");
    check_refused(old, taken, "would destroy");
    check_refused(old, vga, "no SCSI adapter");
    if (ignores)
        check_refused(old, "controller model=lsi53c895a address=1c.0", "ignores the slot");
}

static void test_dangers(void **state)
{
    each(dangers);
}

static void chipset(Old *old, const char *version)
{
    static const char *const names[] = { "00:00.0", "00:01.0", "00:01.1",
                                         "00:01.2", "00:02.0", "0:1:0" };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        plan_detach(old, names[i]);
        assert_null(old->plan);
    }
    assert_int_equal(old_monitor_count(old->monitor, "pci_del"), 0);
}

static void test_chipset(void **state)
{
    each(chipset);
}

/* Cards of these machines have their ROMs in the firmware's place. */
static void test_machine(void **state)
{
    static const char *const late[] = { "0.13", "0.14" };

    for (gsize i = 0; i < G_N_ELEMENTS(late); i++) {
        g_auto(Old) old = { 0 };

        old_open(&old, late[i], FALSE, OLD_GUEST_EJECTS);
        check_refused(&old, "nic model=e1000", "this QEMU would end");
    }
    g_auto(Old) old = { 0 };
    old_open(&old, "0.12", FALSE, OLD_GUEST_EJECTS);
    plan_attach(&old, "nic model=e1000");
    assert_non_null(old.plan);
}

/* --- failures -------------------------------------------------------------------------------- */

/* The image goes after it was looked at: the command fails, and all that was done is taken back.
 * The name that QEMU keeps is told. */
static void lost_image(Old *old, const char *version)
{
    g_autofree char *file = image(old, "gone.img");
    g_autofree char *words = g_strdup_printf("disk bus=scsi file=%s", file);
    g_autofree char *before = NULL, *after = NULL;

    plan_attach(old, words);
    assert_non_null(old->plan);
    assert_int_equal(g_unlink(file), 0);
    old_run(old);
    print_message("%s: %d %s, left %s\n", version, (int)old->outcome, old->error,
                  old->left[0] ? old->left[0] : "-");
    assert_true(old->outcome == OUTCOME_ROLLED_BACK || old->outcome == OUTCOME_LEFTOVERS);
    assert_int_equal(old->outcome == OUTCOME_LEFTOVERS, old->left[0] != NULL);
    assert_null(find(old, "0:0:1"));
    /* Another one gets another name. */
    g_autofree char *other = image(old, "other.img");
    g_autofree char *again = g_strdup_printf("disk bus=scsi target=1 file=%s", other);
    plan_attach(old, again);
    old_do(old);
    assert_non_null(find(old, "0:0:1"));
}

static void test_lost_image(void **state)
{
    each(lost_image);
}

/* Somebody else takes the slot between plan and command. */
static void taken_meanwhile(Old *old, const char *version)
{
    Plan *first;

    plan_attach(old, "controller model=lsi53c895a");
    first = g_steal_pointer(&old->plan);
    plan_attach(old, "controller model=lsi53c895a");
    old_do(old);
    plan_free(old->plan);
    old->plan = first;
    old_run(old);
    assert_int_equal(old->outcome, OUTCOME_ROLLED_BACK);
    assert_non_null(strstr(old->error, "holds 1000:0012 by now"));
    assert_int_equal(old_monitor_count(old->monitor, "pci_add"), 1);
}

static void test_taken_meanwhile(void **state)
{
    each(taken_meanwhile);
}

/* Two adapters, a disk on each: their keys differ, and each is where it was put. */
static void two_adapters(Old *old, const char *version)
{
    g_autofree char *a = image(old, "a.img"), *b = image(old, "b.img");
    guint slot = first_slot(version);
    g_autofree char *onto = g_strdup_printf("disk controller=00:%02x.0 target=5 file=%s", slot, a);
    g_autofree char *path = g_strdup_printf("pci 00:%02x.0/scsi 5", slot);

    plan_attach(old, "controller model=lsi53c895a");
    old_do(old);
    plan_attach(old, onto);
    if (strcmp(version, "0.10") == 0 || strcmp(version, "0.11") == 0) {
        /* The disks of the start may be on either by now. */
        assert_non_null(strstr(old->refusal->message, "may be in use"));
        g_free(onto);
        onto = g_strdup_printf("disk controller=00:%02x.0 target=4 file=%s", slot, a);
        g_free(path);
        path = g_strdup_printf("pci 00:%02x.0/scsi 4", slot);
        plan_attach(old, onto);
    }
    old_do(old);
    assert_non_null(guest_find_path(session_guest(old->session), path));
    assert_string_equal(guest_find_path(session_guest(old->session), path)->drive->file, a);
}

static void test_two_adapters(void **state)
{
    each(two_adapters);
}

/* A guest that does not let go: the card stays, and the plan waits. */
static void test_deaf(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_auto(Old) old = { 0 };

        old_open(&old, versions[i], TRUE, OLD_GUEST_DEAF);
        plan_detach(&old, strcmp(versions[i], "0.11") == 0 ? "00:04.0" : "00:03.0");
        assert_non_null(old.plan);
        const Transaction *transaction =
            session_run(old.session, g_steal_pointer(&old.plan), on_finished, &old);
        fake_wait(transaction_leaving(transaction));
        assert_false(old.finished);
        old_monitor_eject(old.monitor);
        fake_wait(old.finished);
        assert_int_equal(old.outcome, OUTCOME_DONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_controller),   cmocka_unit_test(test_virtio_disk),
        cmocka_unit_test(test_scsi_disk),    cmocka_unit_test(test_nic),
        cmocka_unit_test(test_usb),          cmocka_unit_test(test_dangers),
        cmocka_unit_test(test_chipset),      cmocka_unit_test(test_machine),
        cmocka_unit_test(test_lost_image),   cmocka_unit_test(test_taken_meanwhile),
        cmocka_unit_test(test_two_adapters), cmocka_unit_test(test_deaf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
