/* Domains that never ran, given addresses, started, and looked at: every device is where it was
 * put, as the matching reads it and as QEMU itself tells it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

#include "engine/assign.h"
#include "engine/domain_edit.h"
#include "engine/launch.h"
#include "engine/match.h"
#include "tests/support/random_domain.h"
#include "tests/support/real_guest.h"
#include "tests/support/temp.h"

#define RANDOM_DOMAINS 200
#define BOOTED_DOMAINS 6
#define DISKS_MOST 250
#define IMAGE_BYTES 1474560 /* a floppy's */

/* --- images ---------------------------------------------------------------------------------- */

static char *folder;

static int make_images(void **state)
{
    folder = temp_directory();
    for (guint i = 0; i < DISKS_MOST; i++) {
        g_autofree char *name = g_strdup_printf("%u.img", i);
        g_autofree char *path = temp_file(folder, name, "");
        assert_int_equal(truncate(path, IMAGE_BYTES), 0);
    }
    return 0;
}

static int remove_images(void **state)
{
    temp_directory_remove(folder);
    return 0;
}

/* --- one domain ------------------------------------------------------------------------------ */

static Domain *assign(const char *text, guint spare)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(Domain) domain = domain_parse("guest.xml", bytes, &error);
    Domain *assigned = domain ? domain_assign(domain, spare, NULL, &error) : NULL;
    if (!assigned)
        fail_msg("%s\n%s", error->message, text);
    return assigned;
}

/* QEMU listens before it has made its devices, and greets when it has. */
static void await_monitor(RealQemu *qemu)
{
    char byte;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(real_qemu_socket(qemu));
    g_socket_client_set_timeout(client, REAL_QEMU_PATIENCE_MS / 1000);
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
    assert_non_null(connection);
    GInputStream *stream = g_io_stream_get_input_stream(G_IO_STREAM(connection));
    assert_int_equal(g_input_stream_read(stream, &byte, 1, NULL, NULL), 1);
}

static RealQemu *start(const Domain *domain, RealQemuFlags flags)
{
    g_autoptr(GError) error = NULL;
    const LaunchOptions options = { 0 };
    g_autoptr(Launch) launch = launch_plan(domain, &options, &error);
    if (!launch)
        fail_msg("%s", error->message);
    RealQemu *qemu =
        real_qemu_start(domain->machine, flags, (const char *const *)launch->arguments->pdata);
    await_monitor(qemu);
    return qemu;
}

static G_NORETURN void fail_for(const Domain *domain, const char *name, const char *what,
                                const char *more)
{
    fail_msg("%s: %s %s\n%s", name, what, more, xml_document_text(domain->document));
    abort();
}

static void check_match(const Domain *domain, RealQemu *qemu)
{
    g_autoptr(Guest) guest = real_guest_read(qemu);
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];
        if (!pair->configured || pair->state == MATCH_SAME)
            continue;
        g_autofree char *name = domain_device_name(pair->configured);
        g_autofree char *found = address_to_text(&pair->place);
        fail_for(domain, name, match_state_name(pair->state), pair->reason ? pair->reason : found);
    }
}

static json_t *get(RealQemu *qemu, const char *id, const char *property)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);
    return real_qemu_ask(qemu, "qom-get",
                         json_pack("{s:s, s:s}", "path", path, "property", property));
}

static void check_function(const Domain *domain, RealQemu *qemu, const DomainDevice *device,
                           const char *id)
{
    const Address *place = &device->address.place;
    g_autofree char *name = domain_device_name(device);
    const DomainDevice *bridge;
    BusFamily family = domain_pci_bus(domain, place->pci.bus, &bridge);
    g_autofree char *expected = place->pci.bus ? launch_device_id(bridge)
                                               : g_strdup(family == BUS_PCIE ? "pcie.0" : "pci.0");
    json_t *bus = get(qemu, id, "parent_bus"), *addr = get(qemu, id, "addr");
    g_autofree char *got = g_path_get_basename(json_string_value(bus));
    if (strcmp(got, expected) != 0)
        fail_for(domain, name, "is on", got);
    if (json_integer_value(addr) != (place->pci.slot << 3 | place->pci.function))
        fail_for(domain, name, "is in another slot of", got);
    json_decref(bus);
    json_decref(addr);
}

/* The companions of a USB controller have no id that QEMU could be asked by. */
static void check_functions(const Domain *domain, RealQemu *qemu)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        g_autofree char *id = launch_device_id(device);
        if (device->address.place.type == ADDRESS_PCI && id)
            check_function(domain, qemu, device, id);
    }
}

/* What the guest has is what was assigned. asks: QEMU as well, device by device. */
static void check(const char *text, guint spare, gboolean asks)
{
    g_autoptr(Domain) domain = assign(text, spare);
    g_autoptr(RealQemu) qemu = start(domain, REAL_QEMU_STOPPED);
    check_match(domain, qemu);
    if (asks)
        check_functions(domain, qemu);
}

/* --- the trials ------------------------------------------------------------------------------ */

/* Half of them with the installed QEMU, the other half with the second one: each start takes QEMU
 * a tenth of a second or more. */
static void test_random_domains(void **state)
{
    for (guint seed = g_getenv("BACKPLANE_TEST_QEMU") ? 2 : 1; seed <= RANDOM_DOMAINS; seed += 2) {
        g_autofree char *text = random_domain(seed, folder, RANDOM_STATIC);
        check(text, seed % 3, seed % 8 < 2);
    }
}

/* The firmware has numbered the buses, and a kernel runs. */
static void test_booted(void **state)
{
    for (guint seed = 1; seed <= BOOTED_DOMAINS; seed++) {
        g_autofree char *text = random_domain(seed, folder, RANDOM_STATIC);
        g_autoptr(Domain) domain = assign(text, 1);
        g_autoptr(RealQemu) qemu = start(domain, REAL_QEMU_GUEST);
        real_qemu_serial_wait(qemu, "ready");
        check_match(domain, qemu);
    }
}

static char *add_disks(const char *machine, const char *others, guint count)
{
    g_autoptr(GString) text = g_string_new(others);
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = target_name("vd", i);
        g_string_append_printf(text,
                               "<disk type='file'><driver type='raw'/><source file='%s/%u.img'/>"
                               "<target dev='%s' bus='virtio'/></disk>\n",
                               folder, i, name);
    }
    return random_domain_text(machine, text->str);
}

/* More than the root bus holds: bridges. */
static void test_many_on_pc(void **state)
{
    g_autofree char *text = add_disks("pc", "<video><model type='vga'/></video>\n", 70);
    check(text, 0, TRUE);
}

/* More than the root bus has room for ports: a switch. */
static void test_switch(void **state)
{
    g_autoptr(GString) cards = g_string_new(NULL);
    for (guint slot = 1; slot < 0x1e; slot++)
        g_string_append_printf(cards,
                               "<interface type='user'><mac address='52:54:00:00:00:%02x'/>"
                               "<model type='e1000e'/><address type='pci' slot='0x%02x'/>"
                               "</interface>\n",
                               slot, slot);
    g_autofree char *text = add_disks("q35", cards->str, 12);
    check(text, 2, TRUE);
}

/* QEMU 10 takes half a minute to build this machine, however it is described. */
static void test_most_on_q35(void **state)
{
    RealQemu *qemu = real_qemu_start("q35", REAL_QEMU_STOPPED, NULL);
    gboolean quick = real_qemu_version(qemu) < 1000;
    real_qemu_stop(qemu);
    g_autofree char *text = add_disks("q35", "", quick ? DISKS_MOST : DISKS_MOST / 4);
    check(text, 1, FALSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_on_pc),     cmocka_unit_test(test_switch),
        cmocka_unit_test(test_most_on_q35),    cmocka_unit_test(test_booted),
        cmocka_unit_test(test_random_domains),
    };
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    return cmocka_run_group_tests(tests, make_images, remove_images);
}
