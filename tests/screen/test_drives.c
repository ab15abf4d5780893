/* The drives view: its screens at every size and state, its orders, and what it costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"
#include "tests/support/hand_guest.h"

#define GIGABYTE (G_GINT64_CONSTANT(1) << 30)

/* Two disks at work, one at rest; the others are not known yet. */
static gboolean busy(const Device *device, Rate *rate)
{
    static const struct {
        const char *id;
        Rate rate;
    } rates[] = { { "hd0", { 1300000, 348160 } },
                  { "sd0", { 940, 0 } },
                  { "disk1", { 0, 0 } },
                  { "h2", { G_GINT64_CONSTANT(3) << 30, 64 << 20 } } };

    for (gsize i = 0; i < G_N_ELEMENTS(rates); i++) {
        if (g_strcmp0(device->id, rates[i].id) == 0) {
            *rate = rates[i].rate;
            return TRUE;
        }
    }
    return FALSE;
}

static void shape(Session *session, const char *situation, const Shape *form)
{
    Stage stage = shape_open(form, session);

    press(&stage, "3");
    compare(&stage, form, situation);
    stage_close(&stage);
}

static const Shape shapes[] = {
    { 24, 80, "utf8" },  { 24, 80, "ascii" },  { 24, 80, "mono" }, { 40, 120, "utf8" },
    { 60, 200, "utf8" }, { 60, 200, "ascii" }, { 8, 40, "utf8" },
};

static void test_web01(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Session *session = web01();

        session->rate = busy;
        shape(session, "drives", &shapes[i]);
    }
}

static void test_q35(void **state)
{
    const Shape form = { 40, 120, "utf8" };

    shape(hand_session_new(hand_guest_q35()), "drives-q35", &form);
}

static void test_hostile_names(void **state)
{
    const Shape form = { 24, 80, "utf8" };

    shape(hand_session_new(hand_guest_hostile()), "drives-hostile", &form);
}

static void test_nothing_to_show(void **state)
{
    const Shape form = { 24, 80, "utf8" };
    Guest *guest = guest_new();

    guest->name = g_strdup("bare");
    guest->machine = g_strdup("microvm");
    guest->dialect = g_strdup("qmp");
    guest->status = g_strdup("running");
    guest->root = bus_new("main-system-bus", "System");
    guest->root->path = g_strdup("/machine/unattached/sysbus");
    shape(hand_session_new(guest), "drives-none", &form);
}

/* --- what it does ---------------------------------------------------------------------------- */

static Stage open_drives(Session *session, int rows, int columns)
{
    Stage stage = stage_open(rows, columns, session, FALSE);

    session->rate = busy;
    press(&stage, "3");
    return stage;
}

static void test_watches_rates_while_it_is_shown(void **state)
{
    Session *session = web01();
    Stage stage = stage_open(24, 80, session, FALSE);

    assert_int_equal(session->rate_watchers, 0);
    press(&stage, "3");
    assert_int_equal(session->rate_watchers, 1);
    press(&stage, "3");
    assert_int_equal(session->rate_watchers, 1);
    press(&stage, "1");
    assert_int_equal(session->rate_watchers, 0);
    press(&stage, "3");
    console_free(stage.console);
    assert_int_equal(session->rate_watchers, 0);
    session_free(session);
    screen_free(stage.screen);
}

static void test_the_cursor_stays_with_its_device(void **state)
{
    Stage stage = open_drives(web01(), 24, 80);

    select_device(&stage, "sd0");
    for (int i = 0; i < 5; i++) {
        press(&stage, "S");
        assert_string_equal(cursor_key(&stage), "/machine/peripheral/sd0");
    }
    press(&stage, "1");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/sd0");
    select_device(&stage, "net0");
    press(&stage, "3"); /* there is no such row here */
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/sd0");
    stage_close(&stage);
}

static void test_orders(void **state)
{
    static const struct {
        const char *first, *title;
    } orders[] = {
        { "sd0", "SIZE↓" }, { "hd0", "READ↓" }, { "hd0", "WRITE↓" }, { "hd0", "FILE↓" }
    };
    Stage stage = open_drives(web01(), 24, 80);

    for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
        g_autofree char *key = g_strdup_printf("/machine/peripheral/%s", orders[i].first);

        press(&stage, "S");
        press(&stage, "g");
        assert_string_equal(cursor_key(&stage), key);
        assert_true(shows(&stage, orders[i].title));
    }
    stage_close(&stage);
}

static void test_goes_through_bays(void **state)
{
    Stage stage = open_drives(web01(), 24, 80);

    press(&stage, "g");
    assert_non_null(strstr(cursor_key(&stage), "ide0"));
    press(&stage, "v");
    assert_int_equal(console_row(stage.console)->kind, ROW_VACANT);
    press(&stage, "h");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/ide0");
    press(&stage, "b");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/scsi0");
    press(&stage, "G");
    press(&stage, "b"); /* round the end */
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/ide0");
    stage_close(&stage);
}

/* A place inside of a run is the run's. */
static void test_finds_a_place_in_a_run(void **state)
{
    Stage stage = open_drives(web01(), 24, 80);

    assert_true(console_select(stage.console, "/machine/peripheral/scsi0/scsi0.0/vacant/0:9"));
    assert_non_null(strstr(cursor_key(&stage), "scsi0.0/vacant/0:1"));
    assert_false(console_select(stage.console, "/machine/peripheral/scsi0/scsi0.0/vacant/0:0"));
    stage_close(&stage);
}

/* New rates change their cells alone. */
static void test_rates_cost_little(void **state)
{
    Session *session = web01();
    Stage stage = open_drives(session, 24, 80);
    gsize bytes;

    session->rate = NULL;
    hand_session_change(session, SESSION_RATES_CHANGED);
    console_paint(stage.console);
    screen_take(stage.screen);
    session->rate = busy;
    hand_session_change(session, SESSION_RATES_CHANGED);
    console_paint(stage.console);
    bytes = screen_take(stage.screen);
    assert_in_range(bytes, 1, 512);
    hand_session_change(session, SESSION_RATES_CHANGED);
    console_paint(stage.console);
    assert_int_equal(screen_take(stage.screen), 0);
    assert_in_range(press(&stage, "j"), 1, 512);
    stage_close(&stage);
}

/* 400 disks on 200 controllers: nothing is slow, and the last can be reached. */
static void test_many_drives(void **state)
{
    Stage stage = open_drives(hand_session_new(hand_guest_large(400)), 24, 80);
    gint64 began = g_get_monotonic_time();

    press(&stage, "G");
    press(&stage, "S");
    press(&stage, "g");
    assert_true(g_get_monotonic_time() - began < 2 * G_USEC_PER_SEC);
    assert_non_null(console_row(stage.console));
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_web01),
        cmocka_unit_test(test_q35),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_nothing_to_show),
        cmocka_unit_test(test_watches_rates_while_it_is_shown),
        cmocka_unit_test(test_the_cursor_stays_with_its_device),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_goes_through_bays),
        cmocka_unit_test(test_finds_a_place_in_a_run),
        cmocka_unit_test(test_rates_cost_little),
        cmocka_unit_test(test_many_drives),
    };

    return cmocka_run_group_tests_name("drives", tests, stage_set_up, NULL);
}
