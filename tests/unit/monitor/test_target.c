/* target_parse: what is accepted, and the sentence for what is not. */
#include "monitor/target.h"

#include <gio/gunixsocketaddress.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/error.h"

static void test_unix(void **state)
{
    static const struct {
        const char *text, *path;
    } cases[] = {
        { "/run/a.sock", "/run/a.sock" },
        { "unix:/run/a.sock", "/run/a.sock" },
        { "a.sock", "a.sock" },
        { "unix:rel/a.sock", "rel/a.sock" },
        { "/run/with:colon", "/run/with:colon" },
        { "/run/with,server", "/run/with,server" },
        { "@abstract", NULL },
        { "unix:@abstract", NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Target) target = target_parse(cases[i].text, &error);
        g_autoptr(GSocketConnectable) address = NULL;

        assert_null(error);
        assert_string_equal(target_text(target), cases[i].text);
        assert_int_equal(g_strcmp0(target_path(target), cases[i].path), 0);
        address = target_connectable(target);
        assert_true(G_IS_UNIX_SOCKET_ADDRESS(address));
        assert_int_equal(g_unix_socket_address_get_address_type(G_UNIX_SOCKET_ADDRESS(address)),
                         cases[i].path ? G_UNIX_SOCKET_ADDRESS_PATH
                                       : G_UNIX_SOCKET_ADDRESS_ABSTRACT);
    }
}

static void test_tcp(void **state)
{
    static const struct {
        const char *text, *host;
        int port;
    } cases[] = {
        { "tcp:localhost:4444", "localhost", 4444 }, { "telnet:localhost:4444", "localhost", 4444 },
        { "tcp:192.0.2.7:1", "192.0.2.7", 1 },       { "tcp:[::1]:65535", "::1", 65535 },
        { "tcp::4444", "localhost", 4444 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Target) target = target_parse(cases[i].text, NULL);
        g_autoptr(GSocketConnectable) address = target_connectable(target);

        assert_null(target_path(target));
        assert_true(G_IS_NETWORK_ADDRESS(address));
        assert_string_equal(g_network_address_get_hostname(G_NETWORK_ADDRESS(address)),
                            cases[i].host);
        assert_int_equal(g_network_address_get_port(G_NETWORK_ADDRESS(address)), cases[i].port);
    }
}

static void assert_refused(const char *text, const char *sentence)
{
    g_autoptr(GError) error = NULL;

    assert_null(target_parse(text, &error));
    assert_true(g_error_matches(error, MONITOR_ERROR, MONITOR_ERROR_TARGET));
    assert_string_equal(error->message, sentence);
    assert_false(monitor_error_is_connection(error));
}

#define NOT_TCP                                                                                    \
    " is not tcp:HOST:PORT: give host and port, as in tcp:localhost:4444 or tcp:[::1]:4444"

static void test_refusals(void **state)
{
    assert_refused("", "no monitor is named: give the path of the guest's QMP socket, or "
                       "tcp:HOST:PORT");
    assert_refused("unix:", "'unix:' names no socket: give the path of the guest's QMP socket, as "
                            "in unix:/run/guest.sock");
    assert_refused("@", "'@' names no socket: give the path of the guest's QMP socket, as in "
                        "unix:/run/guest.sock");
    assert_refused("unix:/run/q,server=on,wait=off",
                   "'unix:/run/q,server=on,wait=off' has options that are QEMU's: give only "
                   "'unix:/run/q'");
    assert_refused("tcp:localhost", "'tcp:localhost'" NOT_TCP);
    assert_refused("tcp:", "'tcp:'" NOT_TCP);
    assert_refused("tcp:::1:4444", "'tcp:::1:4444'" NOT_TCP);
    assert_refused("tcp:[::1:4444", "'tcp:[::1:4444'" NOT_TCP);
    assert_refused("tcp:[:1", "'tcp:[:1'" NOT_TCP);
    assert_refused("tcp:\x1b[2J", "'tcp:\\x1b[2J'" NOT_TCP);
}

static void test_ports(void **state)
{
    static const char *const ports[] = { "",   "0",  "65536", "-1",
                                         "1x", " 1", "0x10",  "99999999999999999999" };

    for (gsize i = 0; i < G_N_ELEMENTS(ports); i++) {
        g_autofree char *text = g_strdup_printf("tcp:h:%s", ports[i]);
        g_autofree char *sentence = g_strdup_printf(
            "'%s' is not a port of '%s': give a number from 1 to 65535", ports[i], text);
        assert_refused(text, sentence);
    }
}

static void test_path_length(void **state)
{
    g_autofree char *fits = g_strnfill(107, 'p');
    g_autofree char *over = g_strnfill(108, 'p');
    g_autofree char *shown = g_strnfill(57, 'p');
    g_autofree char *sentence = g_strdup_printf(
        "the socket path '%s...' is 108 bytes long and the system allows 107: change to its "
        "directory and give the relative path",
        shown);
    g_autoptr(Target) target = target_parse(fits, NULL);

    assert_non_null(target);
    assert_refused(over, sentence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unix),        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_ports),
        cmocka_unit_test(test_path_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
