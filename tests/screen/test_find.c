/* Searching and filtering in the tree of the console. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"
#include "tests/support/temp.h"

static const char *cursor_id(const Stage *stage)
{
    const OutlineRow *row = console_row(stage->console);

    return row ? row->id : NULL;
}

static void typing_goes_to_the_first_match(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "g/VIRTIO-net");
    assert_string_equal(cursor_id(&stage), "net0");
    assert_true(shows(&stage, "1 of 2"));
    press(&stage, "\r");
    assert_true(shows(&stage, "/VIRTIO-net  1 of 2"));
    assert_string_equal(cursor_id(&stage), "net0");
    stage_close(&stage);
}

static void matches_are_gone_through_round_the_end(void **state)
{
    static const struct {
        const char *key, *id;
    } steps[] = { { "n", "net1" }, { "n", "net0" }, { "N", "net1" }, { "N", "net0" } };
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "g/virtio-net\r");
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        press(&stage, steps[i].key);
        assert_string_equal(cursor_id(&stage), steps[i].id);
    }
    stage_close(&stage);
}

static void what_is_not_there_moves_nothing(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "net1");
    press(&stage, "/zzz");
    assert_true(shows(&stage, "nothing found"));
    assert_string_equal(cursor_id(&stage), "net1");
    press(&stage, "\r");
    assert_true(shows(&stage, "Nothing here has \"zzz\" in it."));
    assert_string_equal(cursor_id(&stage), "net1");
    stage_close(&stage);
}

static void giving_up_goes_back(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "net1");
    press(&stage, "/vga");
    assert_string_equal(cursor_id(&stage), "vga0");
    press(&stage, "\033");
    assert_string_equal(cursor_id(&stage), "net1");
    press(&stage, "n");
    assert_true(shows(&stage, "Nothing was searched yet"));
    stage_close(&stage);
}

static void what_is_folded_is_found(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "scsi0");
    press(&stage, "h");
    assert_false(shows(&stage, "home.qcow2"));
    press(&stage, "/home.qcow2\r");
    assert_string_equal(cursor_id(&stage), "sd0");
    assert_true(shows(&stage, "home.qcow2"));
    stage_close(&stage);
}

/* Matches on the way there are not left open. */
static void what_searching_unfolds_it_folds_again(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "scsi0");
    press(&stage, "h");
    press(&stage, "/home");
    assert_true(shows(&stage, "home.qcow2"));
    press(&stage, "\025net1\r");
    assert_string_equal(cursor_id(&stage), "net1");
    assert_false(shows(&stage, "home.qcow2"));
    stage_close(&stage);
}

static void a_filter_leaves_what_has_the_text(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "&qcow2");
    assert_true(shows(&stage, "of "));
    assert_true(shows(&stage, "home.qcow2"));
    assert_true(shows(&stage, "virtio-scsi")); /* what it hangs on */
    assert_false(shows(&stage, "virtio-net"));
    press(&stage, "\r");
    assert_true(shows(&stage, "&qcow2"));
    assert_false(shows(&stage, "virtio-net"));
    press(&stage, "\033");
    assert_true(shows(&stage, "virtio-net"));
    assert_false(shows(&stage, "&qcow2"));
    stage_close(&stage);
}

static void the_filter_before_comes_back(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "&disk\r");
    press(&stage, "&\025net");
    assert_true(shows(&stage, "virtio-net"));
    press(&stage, "\033");
    assert_false(shows(&stage, "virtio-net"));
    assert_true(shows(&stage, "&disk"));
    stage_close(&stage);
}

static void the_filtered_tree_is_drawn(void **state)
{
    static const Shape shapes[] = { { 24, 80, "utf8" }, { 24, 80, "ascii" }, { 40, 120, "utf8" } };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01());

        press(&stage, "&vacant\r");
        press(&stage, "/bay");
        compare(&stage, &shapes[i], "filter");
        stage_close(&stage);
    }
}

static int set_up(void **state)
{
    *state = temp_directory();
    g_setenv("XDG_STATE_HOME", *state, TRUE);
    return stage_set_up(NULL);
}

static int tear_down(void **state)
{
    temp_directory_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_goes_to_the_first_match),
        cmocka_unit_test(matches_are_gone_through_round_the_end),
        cmocka_unit_test(what_is_not_there_moves_nothing),
        cmocka_unit_test(giving_up_goes_back),
        cmocka_unit_test(what_is_folded_is_found),
        cmocka_unit_test(what_searching_unfolds_it_folds_again),
        cmocka_unit_test(a_filter_leaves_what_has_the_text),
        cmocka_unit_test(the_filter_before_comes_back),
        cmocka_unit_test(the_filtered_tree_is_drawn),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
