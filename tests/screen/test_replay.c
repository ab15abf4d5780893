/* A recording in the console: a real session, shown moment by moment, forwards and backwards. The
 * recording was made with `backplane --record`: connected, a disk attached, a card refused by QEMU,
 * a card that the guest let go late; all but the first rounds of polling were taken out, and images
 * moved to /srv/vm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <locale.h>

#include "tests/support/golden.h"
#include "tests/support/screen.h"
#include "tui/console_private.h"

#define RECORDING "tests/fixtures/web01.record" /* its name is on the screen */

typedef struct {
    Replay *replay;
    Screen *screen;
    Console *console;
} Show;

static Show show; /* one console at a time */

static gint64 moment_now(void)
{
    return session_now(replay_session(show.replay));
}

static void open_show(int rows, int columns, const char *style)
{
    g_autoptr(GError) error = NULL;
    ConsoleSettings settings = { .terminal = "xterm-256color", .now = moment_now };

    if (g_str_equal(style, "mono"))
        g_setenv("NO_COLOR", "1", TRUE);
    show.replay = replay_new(RECORDING, &error);
    g_assert_no_error(error);
    show.screen = screen_new(rows, columns);
    settings.out = screen_out(show.screen);
    settings.in = screen_in(show.screen);
    settings.ascii = g_str_equal(style, "ascii");
    settings.replay = show.replay;
    show.console = console_new(replay_session(show.replay), &settings, NULL);
    assert_non_null(show.console);
    console_paint(show.console);
}

static void close_show(void)
{
    console_free(show.console);
    replay_free(show.replay);
    screen_free(show.screen);
    g_unsetenv("NO_COLOR");
}

static void press(const char *keys)
{
    screen_type(show.screen, keys);
    console_input(show.console);
    screen_take(show.screen);
}

/* (transfer full) */
static char *picture(void)
{
    console_paint(show.console);
    screen_take(show.screen);
    return screen_text(show.screen);
}

static gboolean shows(const char *text)
{
    g_autofree char *screen = picture();

    return strstr(screen, text) != NULL;
}

/* --- the film -------------------------------------------------------------------------------- */

/* The places in the recording differ by how one came there only in the word at the end. */
static void the_film_runs_both_ways(void **state)
{
    g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) film = g_string_new(NULL);

    open_show(24, 80, "utf8");
    for (guint i = 0; i <= replay_moments(show.replay); i++) {
        g_ptr_array_add(frames, picture());
        g_string_append_printf(film, "=== moment %u\n%s", i, (char *)frames->pdata[i]);
        press(".");
        assert_int_equal(replay_moments_passed(show.replay),
                         MIN(i + 1, replay_moments(show.replay)));
    }
    assert_true(shows("this is the end of the recording"));
    assert_golden("replay-film-80x24.utf8.txt", film->str);
    for (guint i = replay_moments(show.replay); i-- > 0;) {
        g_autofree char *again = NULL;

        press(",");
        again = picture();
        assert_string_equal(again, frames->pdata[i]);
    }
    press(",");
    assert_true(shows("this is the beginning of the recording"));
    close_show();
}

static void it_tells_what_happened(void **state)
{
    open_show(24, 80, "utf8");
    press("$");
    assert_false(shows("e1000 nic"));
    assert_true(shows("has left 00:03.0"));
    press(",,,,");
    assert_true(shows("leaving 0s"));
    press("0");
    assert_true(shows("moment 0 of"));
    close_show();
}

/* --- the player ------------------------------------------------------------------------------ */

static void the_player_on_all_screens(void **state)
{
    static const struct {
        int rows, columns;
        const char *style;
    } shapes[] = {
        { 24, 80, "ascii" }, { 24, 80, "mono" }, { 40, 120, "utf8" },
        { 60, 200, "utf8" }, { 8, 40, "utf8" },  { 8, 40, "ascii" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autofree char *name = g_strdup_printf("replay-%dx%d.%s.txt", shapes[i].columns,
                                                shapes[i].rows, shapes[i].style);
        g_autofree char *text = NULL;

        open_show(shapes[i].rows, shapes[i].columns, shapes[i].style);
        press("]");
        text = picture();
        assert_golden(name, text);
        close_show();
    }
}

static void it_plays_at_any_speed(void **state)
{
    gint64 before;

    open_show(24, 80, "utf8");
    press(" ");
    assert_true(shows("playing"));
    press(">>");
    assert_true(shows("speed 5"));
    before = replay_position(show.replay);
    replay_advance(show.replay, G_USEC_PER_SEC);
    assert_int_equal(replay_position(show.replay), before + 5 * G_USEC_PER_SEC);
    press("<");
    assert_true(shows("speed 2"));
    press(" ");
    assert_true(shows("paused"));
    press("<<<<<<<<<<");
    assert_true(shows("speed 0.1"));
    assert_true(shows("paused"));
    press(">>>>>>>>>>>>>>> ");
    assert_true(shows("speed 100"));
    replay_advance(show.replay, G_TIME_SPAN_HOUR);
    assert_true(shows("the end"));
    press(" "); /* from the beginning again */
    assert_true(shows("playing"));
    assert_int_equal(replay_position(show.replay), 0);
    close_show();
}

static void ages_are_those_of_the_moment(void **state)
{
    open_show(24, 80, "utf8");
    while (!shows("leaving 0s"))
        press(".");
    press(" ");
    replay_advance(show.replay, 2 * G_USEC_PER_SEC);
    assert_true(shows("leaving 2s"));
    close_show();
}

static void leaps_of_ten(void **state)
{
    open_show(24, 80, "utf8");
    press("]");
    assert_int_equal(replay_moments_passed(show.replay), 10);
    press("]");
    assert_true(shows("the end"));
    press("[");
    assert_int_equal(replay_moments_passed(show.replay), replay_moments(show.replay) - 10);
    press("[[");
    assert_int_equal(replay_position(show.replay), 0);
    close_show();
}

static void click(int column)
{
    MEVENT mouse = { .x = column, .y = show.console->layout.replay_row, .bstate = BUTTON1_PRESSED };

    console_mouse(show.console, &mouse);
}

static void clicks_go_there(void **state)
{
    open_show(24, 80, "utf8");
    click(78); /* the last cell of the progress */
    assert_true(shows("the end"));
    click(60);
    assert_true(replay_position(show.replay) > 0);
    assert_true(replay_position(show.replay) < replay_length(show.replay));
    click(2);
    assert_true(shows("playing"));
    click(2);
    assert_true(shows("paused"));
    close_show();
}

static void nothing_is_changed(void **state)
{
    static const char *const keys[] = { "a", "d", "u", "U" };

    open_show(24, 80, "utf8");
    press("$");
    assert_false(shows("a attach "));
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        press(keys[i]);
        assert_null(show.console->dialog);
        assert_true(shows("this is a recording of what was"));
    }
    close_show();
}

static void the_messages_are_those_of_the_moment(void **state)
{
    g_autofree char *text = NULL;

    open_show(24, 80, "utf8");
    press("$4vvk");
    text = picture();
    assert_golden("replay-events-80x24.utf8.txt", text);
    press("0");
    assert_false(shows("device_add"));
    press("$G");
    assert_true(shows("following"));
    close_show();
}

static int set_up(void **state)
{
    setlocale(LC_ALL, "C.UTF-8");
    assert_int_equal(g_chdir(SRCDIR), 0);
    g_setenv("TZ", "UTC", TRUE);
    g_setenv("BACKPLANE_THEMES", SRCDIR "/themes", TRUE);
    g_unsetenv("NO_COLOR");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_film_runs_both_ways),
        cmocka_unit_test(it_tells_what_happened),
        cmocka_unit_test(the_player_on_all_screens),
        cmocka_unit_test(it_plays_at_any_speed),
        cmocka_unit_test(ages_are_those_of_the_moment),
        cmocka_unit_test(leaps_of_ten),
        cmocka_unit_test(clicks_go_there),
        cmocka_unit_test(nothing_is_changed),
        cmocka_unit_test(the_messages_are_those_of_the_moment),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
