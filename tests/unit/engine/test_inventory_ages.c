/* QMP of every age: what a QEMU has is told by query-commands, and the tree is the same whether it
 * is asked the new way or the old one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/inventory.h"
#include "tests/support/fake_monitor.h"

#define FIXTURES SRCDIR "/tests/fixtures/"

typedef struct {
    FakeMonitor *fake;
    Monitor *monitor;
    Inventory *inventory;
    json_t *recorded; /* the fixture */
    gboolean ready, over;
    Guest *guest;
} Watch;

static void on_ready(Monitor *monitor, gpointer data)
{
    ((Watch *)data)->ready = TRUE;
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
}

static void on_guest(Guest *guest, const GError *error, gpointer data)
{
    Watch *watch = data;

    if (error)
        fail_msg("%s", error->message);
    watch->over = TRUE;
    guest_unref(watch->guest);
    watch->guest = guest_ref(guest);
}

static Watch *watch_new(const char *fixture)
{
    static const MonitorListener listener = { .ready = on_ready, .closed = on_closed };
    Watch *watch = g_new0(Watch, 1);
    g_autofree char *file = g_strconcat(FIXTURES, fixture, ".json", NULL);
    g_autoptr(Target) target = NULL;

    watch->fake = fake_monitor_new();
    watch->recorded = json_load_file(file, 0, NULL);
    fake_monitor_load(watch->fake, file);
    target = target_parse(fake_monitor_path(watch->fake), NULL);
    watch->monitor = monitor_open(target, &listener, watch);
    fake_wait(watch->ready);
    watch->inventory = inventory_new(watch->monitor);
    return watch;
}

static void watch_free(Watch *watch)
{
    inventory_free(watch->inventory);
    monitor_free(watch->monitor);
    fake_monitor_free(watch->fake);
    guest_unref(watch->guest);
    json_decref(watch->recorded);
    g_free(watch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_free)

static const Guest *read_guest(Watch *watch)
{
    watch->over = FALSE;
    inventory_read(watch->inventory, INVENTORY_TREE, on_guest, watch);
    fake_wait(watch->over);
    return watch->guest;
}

/* names: "device_add qom-list ..." */
static void has_commands(const Watch *watch, const char *names)
{
    g_auto(GStrv) words = g_strsplit(names, " ", -1);
    json_t *commands = json_array();
    char *text;

    for (gsize i = 0; words[i]; i++)
        json_array_append_new(commands, json_pack("{s:s}", "name", words[i]));
    text = json_dumps(commands, 0);
    fake_monitor_reply(watch->fake, "query-commands", text);
    json_decref(commands);
    free(text);
}

#define SINCE_2_9 "qom-list qom-get device_add device_del blockdev-add blockdev-del"

/* --- qom-list-get ---------------------------------------------------------------------------- */

/* The properties of a recorded object with their values, as 10.1 lists them. */
static json_t *with_values(json_t *recorded, const char *path)
{
    g_autofree char *list_key = g_strconcat("qom-list:", path, NULL);
    json_t *properties = json_deep_copy(json_object_get(recorded, list_key)), *property;
    size_t index;

    json_array_foreach (properties, index, property) {
        const char *name = json_string_value(json_object_get(property, "name"));
        g_autofree char *key = g_strconcat("qom-get:", path, ":", name, NULL);
        json_t *value = json_object_get(recorded, key);

        if (value)
            json_object_set(property, "value", value);
    }
    return properties ? properties : json_array();
}

static json_t *on_list_get(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    json_t *paths = json_object_get(arguments, "paths"), *path, *all = json_array();
    size_t index;

    json_array_foreach (paths, index, path)
        json_array_append_new(
            all, json_pack("{s:o}", "properties",
                           with_values(((Watch *)data)->recorded, json_string_value(path))));
    return all;
}

static void check_same(const Guest *guest, const Guest *other)
{
    assert_int_equal(guest->devices->len, other->devices->len);
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i], *twin = other->devices->pdata[i];

        assert_string_equal(device->path, twin->path);
        assert_int_equal(device->path[0], '/');
        assert_int_equal(device->hotpluggable, twin->hotpluggable);
    }
}

static void test_lists_with_values(void **state)
{
    static const char *const fixtures[] = { "demo",   "demo-10",   "web01", "q35",
                                            "q35-10", "prelaunch", "usb",   "virt" };

    for (gsize i = 0; i < G_N_ELEMENTS(fixtures); i++) {
        g_autoptr(Watch) watch = watch_new(fixtures[i]), old = watch_new(fixtures[i]);

        has_commands(watch, SINCE_2_9 " qom-list-get");
        has_commands(old, SINCE_2_9);
        fake_monitor_handle(watch->fake, "qom-list-get", on_list_get, watch);
        check_same(read_guest(watch), read_guest(old));
        /* peripheral, peripheral-anon; the machine */
        assert_int_equal(fake_monitor_count(watch->fake, "qom-list"), 2);
        assert_int_equal(fake_monitor_count(watch->fake, "qom-get"), 1);
        assert_int_equal(fake_monitor_count(watch->fake, "hmp:info qom-tree"), 0);
        assert_int_equal(fake_monitor_count(old->fake, "qom-list-get"), 0);
        read_guest(watch);
        assert_int_equal(fake_monitor_count(watch->fake, "query-commands"), 1);
    }
}

/* The answer lies, or a device left in between: no path is made up. */
static void test_lists_with_bad_values(void **state)
{
    static const char *const answers[] = { "[]", "{}", "null", "[{\"properties\":5}]", "[[]]" };

    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autoptr(Watch) watch = watch_new("demo");
        guint paths = 0;

        has_commands(watch, SINCE_2_9 " qom-list-get");
        fake_monitor_reply(watch->fake, "qom-list-get", answers[i]);
        read_guest(watch);
        for (guint j = 0; j < watch->guest->devices->len; j++) {
            const Device *device = watch->guest->devices->pdata[j];

            paths += device->path[0] == '/' && !g_str_has_prefix(device->path, "/machine/periph");
        }
        assert_int_equal(paths, 0);
    }
}

/* --- drives ---------------------------------------------------------------------------------- */

/* Before 2.10 or so query-block did not say whose a drive is: its name does. */
static void test_drives_by_name(void **state)
{
    static const char *const ids[] = { "sda", "sdd", "sdf", "vda", "hdc" };
    g_autoptr(Watch) watch = watch_new("demo"), old = watch_new("demo");
    json_t *blocks = json_deep_copy(json_object_get(old->recorded, "query-block")), *block;
    size_t index;
    char *text;

    json_array_foreach (blocks, index, block)
        json_object_del(block, "qdev");
    text = json_dumps(blocks, 0);
    fake_monitor_reply(old->fake, "query-block", text);
    read_guest(watch);
    read_guest(old);
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        const Device *device = guest_find_id(watch->guest, ids[i]);
        const Device *twin = guest_find_id(old->guest, ids[i]);

        assert_non_null(device->drive);
        assert_non_null(twin->drive);
        assert_string_equal(twin->drive->file, device->drive->file);
        assert_string_equal(twin->drive->backend, device->drive->backend);
    }
    json_decref(blocks);
    free(text);
}

/* --- no round trip more ---------------------------------------------------------------------- */

/* It is asked together with what comes before and after it, before anything is answered. */
static void test_asks_in_the_same_write(void **state)
{
    g_autoptr(Watch) watch = watch_new("demo");

    has_commands(watch, SINCE_2_9);
    fake_monitor_hold(watch->fake, "qom-list");
    inventory_read(watch->inventory, INVENTORY_TREE, on_guest, watch);
    fake_wait(fake_monitor_count(watch->fake, "query-memory-devices"));
    fake_settle();
    assert_int_equal(fake_monitor_count(watch->fake, "query-commands"), 1);
    fake_monitor_release(watch->fake);
    fake_wait(watch->over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_with_values),
        cmocka_unit_test(test_lists_with_bad_values),
        cmocka_unit_test(test_drives_by_name),
        cmocka_unit_test(test_asks_in_the_same_write),
    };

    return cmocka_run_group_tests_name("QMP of every age", tests, NULL, NULL);
}
