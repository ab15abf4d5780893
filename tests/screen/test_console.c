/* The console painted into a terminal in memory: golden pictures, budgets of bytes, keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"
#include "tui/hints.h"

/* Bytes that must do: measured on peers, 80x24. */
#define FIRST_PAINT_MAX 8192
#define CURSOR_MOVE_MAX 512

/* --- golden pictures ------------------------------------------------------------------------- */

static const Shape shapes[] = {
    { 24, 80, "utf8" },  { 24, 80, "ascii" },  { 24, 80, "mono" },
    { 40, 120, "utf8" }, { 40, 120, "ascii" }, { 40, 120, "mono" },
    { 60, 200, "utf8" }, { 8, 40, "utf8" },    { 7, 39, "utf8" },
};

static void main_view(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01());

        select_device(&stage, "disk1");
        compare(&stage, &shapes[i], "main");
        stage_close(&stage);
    }
}

static void attach_view(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Session *session = web01();
        Stage stage;

        session->image = (Image){ .path = (char *)"/srv/vm/data2.qcow2",
                                  .format = (char *)"qcow2",
                                  .size = G_GINT64_CONSTANT(64) << 30,
                                  .used = 200704,
                                  .writable = TRUE };
        stage = shape_open(&shapes[i], session);
        press(&stage, "a/srv/vm/data2.qcow2");
        compare(&stage, &shapes[i], "attach");
        stage_close(&stage);
    }
}

static void detach_view(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01());

        select_device(&stage, "sd0");
        press(&stage, "d");
        assert_string_equal(stage.session->asked, "detach /machine/peripheral/sd0");
        hand_session_answer(stage.session, detach_plan(), NULL);
        compare(&stage, &shapes[i], "detach");
        stage_close(&stage);
    }
}

static void lost_view(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01());

        stage.session->state = SESSION_LOST;
        stage.session->lost_at = HAND_NOW;
        stage.session->error =
            g_error_new(MONITOR_ERROR, MONITOR_ERROR_CLOSED, "guest shut down (guest-shutdown)");
        hand_session_change(stage.session, SESSION_STATE_CHANGED);
        select_device(&stage, "net0");
        compare(&stage, &shapes[i], "lost");
        stage_close(&stage);
    }
}

static void connecting_view(void **state)
{
    Stage stage = shape_open(&shapes[0], hand_session_new(NULL));

    compare(&stage, &shapes[0], "connecting");
    stage_close(&stage);
}

static void help_view(void **state)
{
    for (gsize i = 0; i < 2; i++) {
        Stage stage = shape_open(&shapes[i], web01());

        press(&stage, "?");
        compare(&stage, &shapes[i], "help");
        stage_close(&stage);
    }
}

static void q35_view(void **state)
{
    Stage stage = shape_open(&shapes[0], hand_session_new(hand_guest_q35()));

    select_device(&stage, "rp2");
    compare(&stage, &shapes[0], "q35");
    stage_close(&stage);
}

static void hostile_view(void **state)
{
    Stage stage = shape_open(&shapes[0], hand_session_new(hand_guest_hostile()));

    press(&stage, "jj");
    compare(&stage, &shapes[0], "hostile");
    stage_close(&stage);
}

/* --- budgets --------------------------------------------------------------------------------- */

static void frames_are_small(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);
    gsize first = screen_take(stage.screen), moved = 0;

    console_paint(stage.console);
    assert_int_equal(screen_take(stage.screen), 0);
    for (int i = 0; i < 12; i++) {
        gsize bytes = press(&stage, "j");
        print_message("%d ", (int)bytes);
        moved = MAX(moved, bytes);
    }
    print_message("first paint %d bytes, cursor move at most %d\n", (int)first, (int)moved);
    assert_true(first <= FIRST_PAINT_MAX);
    assert_true(moved <= CURSOR_MOVE_MAX);
    stage_close(&stage);
}

static void nothing_ticks_without_an_age(void **state)
{
    Stage stage = stage_open(24, 80, hand_session_new(hand_guest_q35()), FALSE);

    assert_int_equal(stage.console->tick_source, 0);
    stage_close(&stage);
    stage = stage_open(24, 80, web01(), FALSE);
    assert_int_not_equal(stage.console->tick_source, 0);
    stage_close(&stage);
}

/* --- behaviour ------------------------------------------------------------------------------- */

static void the_cursor_stays_on_its_device(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "bal0");
    press(&stage, "v"); /* many more rows, below and above */
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/bal0");
    press(&stage, "v");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/bal0");
    hand_session_set_guest(stage.session, hand_guest_q35()); /* it is not there */
    assert_non_null(console_row(stage.console));
    stage_close(&stage);
}

static void escape_never_quits(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    stage.console->loop = g_main_loop_new(NULL, FALSE);
    press(&stage, "a\033");
    assert_null(stage.console->dialog);
    press(&stage, "\033");
    press(&stage, "?\033");
    assert_null(stage.console->dialog);
    assert_null(stage.session->asked);
    g_clear_pointer(&stage.console->loop, g_main_loop_unref);
    stage_close(&stage);
}

static void detaching_asks_and_cancels_by_default(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "sd0");
    press(&stage, "d");
    hand_session_answer(stage.session, detach_plan(), NULL);
    press(&stage, "\r");
    assert_null(stage.console->dialog);
    assert_null(stage.session->ran);
    press(&stage, "d");
    hand_session_answer(stage.session, detach_plan(), NULL);
    press(&stage, "\t\r");
    assert_non_null(stage.session->ran);
    stage_close(&stage);
}

static void attaching_plans_anew_and_runs(void **state)
{
    Session *session = web01();
    Stage stage;

    session->image = (Image){ .path = (char *)"/srv/vm/data2.qcow2",
                              .format = (char *)"qcow2",
                              .size = 1 << 30,
                              .used = -1 };
    stage = stage_open(24, 80, session, FALSE);
    press(&stage, "a/srv/vm/data2.qcow2\r");
    assert_null(session->asked); /* Enter in a field only goes to the button */
    press(&stage, "\r");
    assert_string_equal(session->asked, "attach /srv/vm/data2.qcow2");
    assert_null(session->ran);
    hand_session_answer(session, detach_plan(), NULL);
    assert_non_null(session->ran);
    assert_null(stage.console->dialog);
    stage_close(&stage);
}

static void a_vacant_place_is_filled_in(void **state)
{
    Stage stage = stage_open(24, 80, hand_session_new(hand_guest_q35()), FALSE);
    g_autofree char *text = NULL;

    select_device(&stage, "rp2");
    press(&stage, "\r\033OAn"); /* Enter attaches; up to the kind; n: nic */
    screen_take(stage.screen);
    text = screen_text(stage.screen);
    assert_non_null(strstr(text, "[nic]"));
    assert_non_null(strstr(text, "[rp2]"));
    assert_non_null(strstr(text, "00.0 on rp2"));
    stage_close(&stage);
}

static Plan *attach_plan(const char *id)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach");
    PlanSubject *subject = plan_add_subject(plan);

    subject->path = g_strdup_printf("/machine/peripheral/%s", id);
    return plan;
}

/* It goes to what the user attached, also into a folded branch, and to nothing else. */
static void the_cursor_goes_to_what_was_asked_for(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "scsi0");
    press(&stage, "\r"); /* folds it */
    select_device(&stage, "net0");
    console_run_plan(stage.console, attach_plan("sd0"));
    hand_session_set_guest(stage.session, hand_guest_web01());
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/sd0");
    select_device(&stage, "net0");
    hand_session_set_guest(stage.session, hand_guest_web01());
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/net0");
    stage_close(&stage);
}

static void a_key_in_the_meantime_keeps_the_cursor(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "net0");
    console_run_plan(stage.console, attach_plan("sd0"));
    press(&stage, "k");
    hand_session_set_guest(stage.session, hand_guest_web01());
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/vga0");
    stage_close(&stage);
}

/* Where the focus is and what Enter does there is told in words, not by colours alone. */
static void the_focus_is_told(void **state)
{
    Session *session = web01();
    Stage stage;

    session->image =
        (Image){ .path = (char *)"/a.img", .format = (char *)"raw", .size = 1 << 30, .used = -1 };
    stage = stage_open(24, 80, session, FALSE);
    press(&stage, "a");
    assert_true(shows(&stage, "Give the image to attach"));
    assert_true(shows(&stage, "[scsi0.0]")); /* proposed before there is an image */
    assert_true(shows(&stage, "file   ►"));
    press(&stage, "/a.img");
    assert_true(shows(&stage, "Enter to Attach"));
    press(&stage, "\r");
    assert_true(shows(&stage, "►[ Attach ]"));
    assert_true(shows(&stage, "Enter attach"));
    press(&stage, "\t");
    assert_true(shows(&stage, "►[ Stage ]"));
    press(&stage, "\t\t");
    assert_true(shows(&stage, "►[ Cancel ]"));
    stage_close(&stage);
}

/* The dialog keeps its place while one types. */
static void the_dialog_does_not_jump(void **state)
{
    static const int sizes[][2] = { { 24, 80 }, { 40, 120 } };

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Session *session = web01();
        Stage stage;
        int row;

        session->image = (Image){
            .path = (char *)"/a.img", .format = (char *)"raw", .size = 1 << 30, .used = -1
        };
        stage = stage_open(sizes[i][0], sizes[i][1], session, FALSE);
        press(&stage, "a");
        row = stage.console->dialog->cursor_row;
        press(&stage, "/a.img");
        assert_int_equal(stage.console->dialog->cursor_row, row);
        stage_close(&stage);
    }
}

/* As many as it has; none is no reason to fail. */
static void every_terminal_gets_its_colours(void **state)
{
    static const struct {
        const char *type, *look;
    } cases[] = {
        { "xterm-256color", "246" },
        { "xterm", "bg 4" },
        { "linux", NULL },
        { "vt100", NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Stage stage = stage_open_on(cases[i].type, 24, 80, web01(), FALSE);
        g_autofree char *looks = NULL;

        assert_true(shows(&stage, "i440FX"));
        looks = screen_looks(stage.screen);
        if (cases[i].look && !strstr(looks, cases[i].look))
            fail_msg("%s: no %s in\n%s", cases[i].type, cases[i].look, looks);
        stage_close(&stage);
    }
}

static void a_flood_of_text_stays_in_its_field(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);
    g_autofree char *flood = g_strnfill(1000, 'x');

    press(&stage, "a");
    for (int i = 0; i < 10; i++)
        press(&stage, flood);
    assert_non_null(stage.console->dialog);
    assert_true(shows(&stage, "xxxx"));
    press(&stage, "\x15");
    assert_false(shows(&stage, "xxxx"));
    stage_close(&stage);
}

static void a_refusal_is_told(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);
    g_autoptr(GError) error =
        g_error_new(ENGINE_ERROR, ENGINE_ERROR_REFUSED, "VGA cannot be unplugged.");

    select_device(&stage, "vga0");
    press(&stage, "d");
    hand_session_answer(stage.session, NULL, error);
    assert_null(stage.console->dialog);
    assert_string_equal(stage.console->message, "VGA cannot be unplugged.");
    stage_close(&stage);
}

static void a_long_refusal_is_told_whole(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);
    g_autoptr(GError) error = g_error_new(ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                                          "VGA at 00:02.0 cannot be unplugged: its class does not "
                                          "let it; stop the guest and start it "
                                          "without the device.");
    g_autofree char *text = NULL;

    select_device(&stage, "vga0");
    press(&stage, "d");
    hand_session_answer(stage.session, NULL, error);
    console_paint(stage.console);
    screen_take(stage.screen);
    text = screen_text(stage.screen);
    assert_non_null(strstr(text, "without the device."));
    stage_close(&stage);
}

static void a_click_on_a_hint_acts(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);
    MEVENT mouse = { .x = 2, .y = 23, .bstate = BUTTON1_PRESSED };

    console_mouse(stage.console, &mouse); /* "a attach" stands first */
    assert_non_null(stage.console->dialog);
    stage_close(&stage);
}

/* The second click comes before the frame that would show what the first one did. */
static void a_hint_of_another_view_does_nothing(void **state)
{
    Stage stage = stage_open(40, 120, web01(), FALSE);
    MEVENT tab = { .x = 2, .y = 1, .bstate = BUTTON1_PRESSED };
    MEVENT sort = { .y = 39, .bstate = BUTTON1_PRESSED };

    press(&stage, "3");
    while (sort.x < 120 &&
           (!hints_find(stage.console->hints, sort.x) ||
            hints_find(stage.console->hints, sort.x) != command_find("sort-drives")))
        sort.x++;
    assert_int_not_equal(sort.x, 120);
    console_mouse(stage.console, &tab);
    assert_int_equal(stage.console->view, VIEW_TREE);
    console_mouse(stage.console, &sort);
    assert_null(stage.console->message);
    stage_close(&stage);
}

static void a_click_selects_and_two_fold(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);
    MEVENT mouse = { .x = 20, .y = 3, .bstate = BUTTON1_PRESSED };

    press(&stage, "G");
    press(&stage, "g");
    mouse.y = 5; /* ISA bridge */
    console_mouse(stage.console, &mouse);
    assert_int_equal(console_row(stage.console)->device->address.pci.slot, 1);
    console_mouse(stage.console, &mouse);
    assert_true(console_row(stage.console)->folded);
    stage_close(&stage);
}

static void marked_devices_leave_together(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "net0");
    press(&stage, " ");
    select_device(&stage, "sd0");
    press(&stage, " d");
    assert_true(shows(&stage, "√ 2"));
    assert_string_equal(stage.session->asked,
                        "detach /machine/peripheral/net0 /machine/peripheral/sd0");
    press(&stage, "\033");
    press(&stage, "\033");
    assert_false(shows(&stage, "√"));
    stage_close(&stage);
}

static void marks_go_with_their_devices(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);
    Guest *fewer = hand_guest_web01();

    select_device(&stage, "disk1");
    press(&stage, " ");
    assert_true(shows(&stage, "√ 1"));
    g_ptr_array_remove(guest_find_id(fewer, "disk1")->bus->devices, guest_find_id(fewer, "disk1"));
    guest_index(fewer);
    hand_session_set_guest(stage.session, fewer);
    console_paint(stage.console);
    assert_false(shows(&stage, "√"));
    stage_close(&stage);
}

static void nothing_changes_when_read_only(void **state)
{
    Stage stage;
    Session *session = web01();

    session->read_only = TRUE;
    stage = stage_open(24, 80, session, FALSE);
    select_device(&stage, "sd0");
    for (const char *key = "adurUw "; *key; key++) {
        char keys[] = { *key, '\0' };

        press(&stage, keys);
        assert_null(stage.console->dialog);
        assert_null(stage.session->asked);
    }
    assert_false(shows(&stage, "attach"));
    assert_false(shows(&stage, "detach"));
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marked_devices_leave_together),
        cmocka_unit_test(marks_go_with_their_devices),
        cmocka_unit_test(nothing_changes_when_read_only),
        cmocka_unit_test(main_view),
        cmocka_unit_test(attach_view),
        cmocka_unit_test(detach_view),
        cmocka_unit_test(lost_view),
        cmocka_unit_test(connecting_view),
        cmocka_unit_test(help_view),
        cmocka_unit_test(q35_view),
        cmocka_unit_test(hostile_view),
        cmocka_unit_test(frames_are_small),
        cmocka_unit_test(nothing_ticks_without_an_age),
        cmocka_unit_test(the_cursor_stays_on_its_device),
        cmocka_unit_test(escape_never_quits),
        cmocka_unit_test(detaching_asks_and_cancels_by_default),
        cmocka_unit_test(attaching_plans_anew_and_runs),
        cmocka_unit_test(a_vacant_place_is_filled_in),
        cmocka_unit_test(the_cursor_goes_to_what_was_asked_for),
        cmocka_unit_test(a_key_in_the_meantime_keeps_the_cursor),
        cmocka_unit_test(the_focus_is_told),
        cmocka_unit_test(the_dialog_does_not_jump),
        cmocka_unit_test(every_terminal_gets_its_colours),
        cmocka_unit_test(a_flood_of_text_stays_in_its_field),
        cmocka_unit_test(a_refusal_is_told),
        cmocka_unit_test(a_long_refusal_is_told_whole),
        cmocka_unit_test(a_click_on_a_hint_acts),
        cmocka_unit_test(a_hint_of_another_view_does_nothing),
        cmocka_unit_test(a_click_selects_and_two_fold),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
