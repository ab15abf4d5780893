/* The picker on terminals in memory: what it paints, and what its keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <locale.h>

#include "tests/support/golden.h"
#include "tests/support/screen.h"
#include "tui/picker_private.h"

#define DOWN "\033OB"
#define FIRST_PAINT_MAX 8192

typedef struct {
    Screen *screen;
    Picker *picker;
    GPtrArray *guests;
} Stage;

typedef struct {
    int rows, columns;
    const char *style; /* "utf8", "ascii", "mono" */
} Shape;

/* --- guests made by hand --------------------------------------------------------------------- */

static void free_monitor(gpointer data)
{
    FoundMonitor *monitor = data;

    g_free(monitor->kind);
    g_free(monitor->target);
    socket_holder_free(monitor->holder);
    g_free(monitor);
}

static FoundGuest *add_guest(GPtrArray *guests, gint pid, const char *name, const char *machine)
{
    FoundGuest *guest = g_new0(FoundGuest, 1);

    guest->pid = pid;
    guest->name = g_strdup(name);
    guest->image = name ? NULL : g_strdup("rescue.iso");
    guest->program = g_strdup("qemu-system-x86_64");
    guest->machine = g_strdup(machine);
    guest->accelerator = g_strdup(pid % 2 ? "kvm" : "tcg");
    guest->monitors = g_ptr_array_new_with_free_func(free_monitor);
    g_ptr_array_add(guests, guest);
    return guest;
}

static FoundMonitor *add_monitor(FoundGuest *guest, gboolean qmp, FoundState state,
                                 const char *target)
{
    FoundMonitor *monitor = g_new0(FoundMonitor, 1);

    monitor->qmp = qmp;
    monitor->state = state;
    monitor->kind = g_strdup(target ? "unix" : "stdio");
    monitor->target = g_strdup(target);
    g_ptr_array_add(guest->monitors, monitor);
    return monitor;
}

static void add_holder(FoundMonitor *monitor, const char *program, gint pid)
{
    monitor->holder = g_new0(SocketHolder, 1);
    monitor->holder->program = g_strdup(program);
    monitor->holder->pid = pid;
}

static GPtrArray *no_guests(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)found_guest_free);
}

/* One of every kind, with names that would harm a terminal. */
static GPtrArray *some_guests(void)
{
    GPtrArray *guests = no_guests();
    FoundGuest *guest = add_guest(guests, 812, "db02", "pc-q35-7.2");

    add_holder(add_monitor(guest, TRUE, FOUND_HELD, "unix:/var/lib/libvirt/qemu/1/monitor.sock"),
               "virtqemud", 640);
    guest = add_guest(guests, 2300, "old \033[31mred\xff", "pc");
    add_monitor(guest, FALSE, FOUND_NO_SOCKET, NULL);
    guest = add_guest(guests, 911, "others", "q35");
    add_monitor(guest, TRUE, FOUND_DENIED, "unix:/run/user/1001/vm.sock");
    guest = add_guest(guests, 1234, "web01", "pc-i440fx-7.2");
    add_monitor(guest, FALSE, FOUND_FREE, "unix:/run/web01.hmp");
    add_monitor(guest, TRUE, FOUND_FREE, "unix:/run/web01.sock");
    guest = add_guest(guests, 31337, "\xe4\xbd\x9c\xe6\xa5\xad", "microvm");
    guest = add_guest(guests, 4040, NULL, "pc");
    add_monitor(guest, TRUE, FOUND_FREE, "tcp:localhost:4444");
    return guests;
}

/* --- the stage ------------------------------------------------------------------------------- */

static Stage open_stage(const Shape *shape, GPtrArray *guests)
{
    Stage stage = { .screen = screen_new(shape->rows, shape->columns), .guests = guests };
    PickerSettings settings = { .terminal = "xterm-256color",
                                .out = screen_out(stage.screen),
                                .in = screen_in(stage.screen),
                                .ascii = g_str_equal(shape->style, "ascii") };

    if (g_str_equal(shape->style, "mono"))
        g_setenv("NO_COLOR", "1", TRUE);
    stage.picker = picker_new(&settings, NULL);
    assert_non_null(stage.picker);
    if (guests)
        picker_take(stage.picker, guests, NULL);
    picker_paint(stage.picker);
    return stage;
}

static void close_stage(Stage *stage)
{
    picker_free(stage->picker);
    screen_free(stage->screen);
    g_clear_pointer(&stage->guests, g_ptr_array_unref);
    g_unsetenv("NO_COLOR");
}

static gsize press(Stage *stage, const char *keys)
{
    screen_take(stage->screen);
    screen_type(stage->screen, keys);
    picker_input(stage->picker);
    return screen_take(stage->screen);
}

/* Counted from 1, as terminals do. */
static void click(Stage *stage, int column, int row)
{
    g_autofree char *bytes =
        g_strdup_printf("\033[<0;%d;%dM\033[<0;%d;%dm", column, row, column, row);

    press(stage, bytes);
}

static gboolean shows(Stage *stage, const char *text)
{
    g_autofree char *screen = NULL;

    screen_take(stage->screen);
    screen = screen_text(stage->screen);
    return strstr(screen, text) != NULL;
}

static void compare(Stage *stage, const Shape *shape, const char *situation)
{
    g_autofree char *name =
        g_strdup_printf("%s-%dx%d.%s.txt", situation, shape->columns, shape->rows, shape->style);
    g_autofree char *looks_name =
        g_strdup_printf("%s-%dx%d.%s.looks", situation, shape->columns, shape->rows, shape->style);
    g_autofree char *text = NULL, *looks = NULL;

    screen_take(stage->screen);
    text = screen_text(stage->screen);
    looks = screen_looks(stage->screen);
    assert_golden(name, text);
    if (!g_str_equal(shape->style, "ascii") && shape->columns <= 80)
        assert_golden(looks_name, looks);
}

static const char *at(const Stage *stage)
{
    return picker_guest(stage->picker)->name;
}

/* Replaces what there is, as the watch does. */
static void take(Stage *stage, GPtrArray *guests)
{
    picker_take(stage->picker, guests, NULL);
    picker_paint(stage->picker);
    g_ptr_array_unref(stage->guests);
    stage->guests = guests;
}

/* --- screens --------------------------------------------------------------------------------- */

static const Shape shapes[] = { { 24, 80, "utf8" },  { 24, 80, "ascii" }, { 24, 80, "mono" },
                                { 40, 120, "utf8" }, { 60, 200, "utf8" }, { 8, 40, "utf8" },
                                { 16, 60, "ascii" }, { 7, 39, "utf8" } };

static void test_screens(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = open_stage(&shapes[i], some_guests());

        compare(&stage, &shapes[i], "picker");
        close_stage(&stage);
        stage = open_stage(&shapes[i], no_guests());
        compare(&stage, &shapes[i], "picker-empty");
        close_stage(&stage);
    }
}

/* Before the first look, and where there is nothing to look at. */
static void test_waiting_and_trouble(void **state)
{
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, 0, "no /proc here");
    Stage stage = open_stage(&shapes[0], NULL);

    assert_true(shows(&stage, "looking for guests"));
    picker_take(stage.picker, NULL, error);
    picker_paint(stage.picker);
    assert_true(shows(&stage, "no /proc here"));
    press(&stage, "\r" DOWN "G");
    assert_null(stage.picker->chosen);
    close_stage(&stage);
}

/* What it costs a slow line. */
static void test_budgets(void **state)
{
    Stage stage = open_stage(&shapes[0], some_guests());

    assert_in_range(screen_take(stage.screen), 1, FIRST_PAINT_MAX);
    assert_in_range(press(&stage, "j"), 1, 1024); /* the facts below are those of another guest */
    picker_take(stage.picker, stage.guests, NULL);
    picker_paint(stage.picker);
    assert_in_range(screen_take(stage.screen), 0, 16); /* the cursor alone */
    close_stage(&stage);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void test_choosing(void **state)
{
    Stage stage = open_stage(&shapes[0], some_guests());

    press(&stage, "jjj");
    assert_string_equal(at(&stage), "web01");
    press(&stage, "\r");
    assert_string_equal(stage.picker->chosen, "unix:/run/web01.sock"); /* QMP before HMP */
    close_stage(&stage);
}

static void test_what_cannot_be_opened(void **state)
{
    Stage stage = open_stage(&shapes[5], some_guests());

    press(&stage, "\r");
    assert_null(stage.picker->chosen);
    assert_true(shows(&stage, "Not possible"));
    assert_true(shows(&stage, "virtqemud"));
    press(&stage, "\033");
    assert_false(shows(&stage, "Not possible"));
    press(&stage, DOWN DOWN DOWN DOWN "\r"); /* without any monitor */
    assert_true(shows(&stage, "(pid 31337)"));
    close_stage(&stage);
}

static void test_moving(void **state)
{
    Stage stage = open_stage(&shapes[0], some_guests());

    press(&stage, "G");
    assert_null(at(&stage));
    press(&stage, "k");
    assert_string_equal(at(&stage), "\xe4\xbd\x9c\xe6\xa5\xad");
    press(&stage, "gk");
    assert_string_equal(at(&stage), "db02");
    press(&stage, "\033[<65;5;5M"); /* the wheel: all are in sight */
    assert_string_equal(at(&stage), "db02");
    close_stage(&stage);
}

static void test_mouse(void **state)
{
    Stage stage = open_stage(&shapes[0], some_guests());

    click(&stage, 8, 4); /* the second row */
    assert_int_equal(picker_guest(stage.picker)->pid, 2300);
    click(&stage, 8, 6);
    assert_string_equal(at(&stage), "web01");
    assert_null(stage.picker->chosen);
    click(&stage, 8, 6);
    assert_non_null(stage.picker->chosen);
    close_stage(&stage);
    stage = open_stage(&shapes[0], some_guests());
    click(&stage, 8, 15); /* below them */
    assert_string_equal(at(&stage), "db02");
    click(&stage, 3, 24); /* the hint of Enter */
    assert_true(shows(&stage, "Not possible"));
    close_stage(&stage);
}

/* More than fit: the wheel scrolls, and the cursor goes along. */
static void test_many(void **state)
{
    GPtrArray *guests = no_guests();
    Stage stage;

    for (gint i = 0; i < 500; i++) {
        g_autofree char *name = g_strdup_printf("guest%03d", i);

        add_monitor(add_guest(guests, 1000 + i, name, "pc"), TRUE, FOUND_FREE, "unix:/x");
    }
    stage = open_stage(&shapes[0], guests);
    press(&stage, "\033[<65;5;5M\033[<65;5;5M");
    assert_string_equal(at(&stage), "guest006");
    assert_true(shows(&stage, "guest006"));
    assert_false(shows(&stage, "guest005"));
    press(&stage, "G");
    assert_true(shows(&stage, "guest499"));
    close_stage(&stage);
}

/* --- guests come and go ---------------------------------------------------------------------- */

static void test_cursor_stays_on_its_guest(void **state)
{
    Stage stage = open_stage(&shapes[0], some_guests());
    GPtrArray *others = some_guests();

    press(&stage, "jjj");
    assert_string_equal(at(&stage), "web01");
    g_ptr_array_remove_index(others, 0);
    g_ptr_array_remove_index(others, 0);
    take(&stage, others);
    assert_string_equal(at(&stage), "web01");
    take(&stage, some_guests());
    assert_string_equal(at(&stage), "web01");
    others = some_guests();
    g_ptr_array_remove_index(others, 3); /* it ends */
    take(&stage, others);
    assert_string_equal(at(&stage), "\xe4\xbd\x9c\xe6\xa5\xad");
    take(&stage, no_guests());
    assert_true(shows(&stage, "backplane demo"));
    take(&stage, some_guests());
    assert_string_equal(at(&stage), "db02");
    close_stage(&stage);
}

static int set_up(void **state)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_unsetenv("NO_COLOR");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_waiting_and_trouble),
        cmocka_unit_test(test_budgets),
        cmocka_unit_test(test_choosing),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_moving),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_cursor_stays_on_its_guest),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
