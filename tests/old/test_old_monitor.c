/* The emulated monitor as a server: who is served, what it survives, and what it tells about
 * itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/old/old_monitor.h"

#define WAIT_US (10 * G_USEC_PER_SEC)

typedef struct {
    int fd;
    GString *got;
    gboolean closed;
} Client;

static int dial(const OldMonitor *monitor)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, old_monitor_path(monitor), sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static Client *client_new(const OldMonitor *monitor)
{
    Client *client = g_new0(Client, 1);
    client->fd = dial(monitor);
    client->got = g_string_new(NULL);
    assert_true(client->fd >= 0);
    return client;
}

static void client_free(Client *client)
{
    close(client->fd);
    g_string_free(client->got, TRUE);
    g_free(client);
}

static void client_read(Client *client)
{
    char bytes[4096];
    ssize_t length = recv(client->fd, bytes, sizeof bytes, 0);
    if (length > 0)
        g_string_append_len(client->got, bytes, length);
    else if (length == 0 || errno == ECONNRESET)
        client->closed = TRUE;
}

static void client_type(Client *client, const char *text)
{
    assert_int_equal(send(client->fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Turns the main loop until what came ends so, or until the monitor hung up (NULL). */
static void wait_for(Client *client, const char *end)
{
    gint64 until = g_get_monotonic_time() + WAIT_US;
    while (end ? !g_str_has_suffix(client->got->str, end) : !client->closed) {
        if (g_get_monotonic_time() > until)
            fail_msg("\"%s\" did not come: %s", end ? end : "(end)", client->got->str);
        g_main_context_iteration(NULL, FALSE);
        client_read(client);
    }
}

/* What follows the echo of a command; up to the next call. */
static const char *ask(Client *client, const char *line)
{
    g_string_truncate(client->got, 0);
    client_type(client, line);
    client_type(client, "\r");
    gint64 until = g_get_monotonic_time() + WAIT_US;
    const char *reply = NULL;
    while (!reply || !g_str_has_suffix(client->got->str, "(qemu) ")) {
        if (g_get_monotonic_time() > until)
            fail_msg("no answer to \"%s\": %s", line, client->got->str);
        g_main_context_iteration(NULL, FALSE);
        client_read(client);
        reply = strstr(client->got->str, "\033[K\r\n");
    }
    return reply + strlen("\033[K\r\n");
}

static OldMonitor *monitor_of(const char *version)
{
    OldMachineOptions options = { .version = version };
    return old_monitor_new(&options, NULL);
}

static void turn(guint times)
{
    for (guint i = 0; i < times; i++)
        g_main_context_iteration(NULL, FALSE);
}

static void test_one_client_is_served_at_a_time(void **state)
{
    OldMonitor *monitor = monitor_of("0.12");
    Client *first = client_new(monitor);
    wait_for(first, "0.12.0 monitor - type 'help' for more information\r\n(qemu) ");
    Client *second = client_new(monitor);
    client_type(second, "info status\r");
    assert_string_equal(ask(first, "info version"), "0.12.0\r\n(qemu) ");
    client_read(second);
    assert_int_equal(second->got->len, 0);

    client_free(first);
    wait_for(second, "info status\033[K\r\nVM status: running\r\n(qemu) ");
    assert_true(g_str_has_prefix(second->got->str, "QEMU 0.12.0 monitor"));
    client_free(second);
    old_monitor_free(monitor);
}

static void test_a_partial_line_waits_for_the_next_client(void **state)
{
    static const struct {
        const char *version, *reply;
    } rows[] = {
        { "0.10", "unknown command: 'sion'\r\n(qemu) " },
        { "0.11", "0.10.90\r\n(qemu) " },
        { "0.14", "0.13.90\r\n(qemu) " },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        OldMonitor *monitor = monitor_of(rows[i].version);
        Client *client = client_new(monitor);
        wait_for(client, "(qemu) ");
        client_type(client, "info ver");
        wait_for(client, "info ver\033[K");
        client_free(client);
        client = client_new(monitor);
        wait_for(client, "(qemu) ");
        assert_string_equal(ask(client, "sion"), rows[i].reply);
        client_free(client);
        old_monitor_free(monitor);
    }
}

static void test_a_deadly_command_closes_everything(void **state)
{
    OldMonitor *monitor = monitor_of("0.11");
    Client *client = client_new(monitor);
    wait_for(client, "(qemu) ");
    assert_null(old_monitor_killed_by(monitor));
    client_type(client, "pci_add 0:3 storage if=scsi\r");
    wait_for(client, NULL);
    assert_true(g_str_has_suffix(client->got->str, "if=scsi\033[K\r\n"));
    assert_true(g_str_has_prefix(old_monitor_killed_by(monitor),
                                 "pci_add 0:3 storage if=scsi: pci_qdev_init: Assertion"));
    assert_int_equal(dial(monitor), -1);
    client_free(client);
    old_monitor_free(monitor);
}

static void test_a_hanging_command_is_never_answered(void **state)
{
    OldMonitor *monitor = monitor_of("0.13");
    Client *client = client_new(monitor);
    wait_for(client, "(qemu) ");
    client_type(client, "device_add lsi,addr=0x20\rinfo version\r");
    wait_for(client, "addr=0x20\033[K\r\n");
    turn(20);
    client_read(client);
    assert_true(g_str_has_suffix(client->got->str, "addr=0x20\033[K\r\n"));
    assert_false(client->closed);
    assert_true(old_monitor_is_gone(monitor));
    assert_non_null(old_monitor_killed_by(monitor));
    client_free(client);
    old_monitor_free(monitor);
}

static void test_quit_is_no_death(void **state)
{
    OldMonitor *monitor = monitor_of("0.12");
    Client *client = client_new(monitor);
    wait_for(client, "(qemu) ");
    client_type(client, "quit\r");
    wait_for(client, NULL);
    assert_true(g_str_has_suffix(client->got->str, "quit\033[K\r\n"));
    assert_null(old_monitor_killed_by(monitor));
    assert_true(old_monitor_is_gone(monitor));
    client_free(client);
    old_monitor_free(monitor);
}

static void test_lost_data_is_told(void **state)
{
    OldMonitor *monitor = monitor_of("0.12");
    Client *client = client_new(monitor);
    wait_for(client, "(qemu) ");
    ask(client, "drive_add 0:a file=/dev/null,if=scsi,bus=1,unit=5");
    assert_string_equal(old_monitor_killed_by(monitor),
                        "drive_add 0:a file=/dev/null,if=scsi,bus=1,unit=5: the disk with SCSI id "
                        "5 was replaced by another");
    assert_int_equal(old_monitor_count(monitor, "drive_add "), 1);
    client_free(client);
    old_monitor_free(monitor);
}

static void test_the_guest_ejects_at_once_later_or_never(void **state)
{
    static const struct {
        OldGuest guest;
        guint delay;
        gboolean goes;
    } rows[] = { { OLD_GUEST_EJECTS, 0, TRUE },
                 { OLD_GUEST_EJECTS, 30, TRUE },
                 { OLD_GUEST_DEAF, 0, FALSE } };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        OldMachineOptions options = { .version = "0.12",
                                      .guest = rows[i].guest,
                                      .eject_delay = rows[i].delay };
        OldMonitor *monitor = old_monitor_new(&options, NULL);
        Client *client = client_new(monitor);
        wait_for(client, "(qemu) ");
        assert_string_equal(ask(client, "pci_del pci_addr=0:5"), "(qemu) ");
        if (rows[i].delay)
            assert_string_equal(ask(client, "pci_del pci_addr=0:5"), "(qemu) ");
        gint64 until = g_get_monotonic_time() + (rows[i].goes ? WAIT_US : 0);
        while (old_pci_device(old_monitor_machine(monitor), 5 << 3) &&
               g_get_monotonic_time() < until)
            g_main_context_iteration(NULL, FALSE);
        assert_string_equal(ask(client, "pci_del pci_addr=0:5"),
                            rows[i].goes ? "slot 5 empty\r\n(qemu) " : "(qemu) ");
        client_free(client);
        old_monitor_free(monitor);
    }
}

static void test_text_comes_by_itself_and_in_pieces(void **state)
{
    OldMonitor *monitor = monitor_of("0.14");
    Client *client = client_new(monitor);
    wait_for(client, "(qemu) ");
    old_monitor_chunks(monitor, 3);
    old_monitor_say(monitor, "husb: unable to access USB devices\n");
    wait_for(client, "(qemu) husb: unable to access USB devices\r\n");
    assert_string_equal(ask(client, "info version"), "0.13.90\r\n(qemu) ");
    client_free(client);
    old_monitor_free(monitor);
}

static void test_an_encrypted_drive_asks_for_its_password(void **state)
{
    OldMachineOptions options = { .version = "0.12", .devices = "encrypted" };
    OldMonitor *monitor = old_monitor_new(&options, NULL);
    Client *client = client_new(monitor);
    wait_for(client, "(qemu) ");
    client_type(client, "cont\r");
    wait_for(client, "ide0-hd0 (enc.qcow2) is encrypted.\r\nPassword: ");
    client_type(client, "ab\r");
    wait_for(client, "*\033[K\033[D**\033[K\r\n(qemu) ");
    const GPtrArray *lines = old_monitor_lines(monitor);
    assert_string_equal(g_ptr_array_index(lines, 1), "(password)");
    client_free(client);
    old_monitor_free(monitor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_client_is_served_at_a_time),
        cmocka_unit_test(test_a_partial_line_waits_for_the_next_client),
        cmocka_unit_test(test_a_deadly_command_closes_everything),
        cmocka_unit_test(test_a_hanging_command_is_never_answered),
        cmocka_unit_test(test_quit_is_no_death),
        cmocka_unit_test(test_lost_data_is_told),
        cmocka_unit_test(test_the_guest_ejects_at_once_later_or_never),
        cmocka_unit_test(test_text_comes_by_itself_and_in_pieces),
        cmocka_unit_test(test_an_encrypted_drive_asks_for_its_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
