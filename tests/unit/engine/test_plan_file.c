/* Plans that carry their change into a file: what they look like, and their way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/plan.h"

#define PATH "/srv/vm/web01.xml"

static FileChange *make_change(const char *path)
{
    g_autoptr(GBytes) before = g_bytes_new_static("old", 3);
    g_autoptr(GBytes) after = g_bytes_new_static("newer", 5);
    return file_change_new(path, before, after, FALSE);
}

/* A NIC and its back end. */
static Plan *make_plan(void)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach nic d");
    char **leaves = g_strsplit("/machine/peripheral/d", " ", -1);
    plan_add(plan, "netdev n", action_new("netdev_add", json_pack("{s:s}", "id", "n"), NULL),
             action_new("netdev_del", json_pack("{s:s}", "id", "n"), NULL));
    plan_add(plan, "e1000 d",
             action_new("device_add", json_pack("{s:s, s:s}", "driver", "x", "id", "d"), NULL),
             action_new("device_del", json_pack("{s:s}", "id", "d"), leaves));
    return plan;
}

static Plan *make_carrying(const char *path)
{
    Plan *plan = make_plan();
    plan_carry(plan, make_change(path));
    return plan;
}

/* "write device_add replace" */
static char *commands_of(const Plan *plan)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        const Action *undo = step->undo->pdata[0];
        g_string_append_printf(text, "%s%s/%s", i ? " " : "", step->action->command, undo->command);
    }
    return g_strdup(text->str);
}

static void assert_holds(GBytes *bytes, const char *text)
{
    assert_int_equal(g_bytes_get_size(bytes), strlen(text));
    assert_memory_equal(g_bytes_get_data(bytes, NULL), text, strlen(text));
}

static void test_file_first_and_last(void **state)
{
    g_autoptr(Plan) plan = make_carrying(PATH);
    g_autofree char *commands = commands_of(plan);
    assert_string_equal(commands, "write/discard netdev_add/netdev_del device_add/device_del "
                                  "replace/restore");
    const Step *first = plan->steps->pdata[0], *last = plan->steps->pdata[3];
    assert_string_equal(first->words, "new version of web01.xml");
    assert_string_equal(last->words, "change to web01.xml");
    assert_int_equal(first->action->kind, ACTION_WRITE);
    assert_int_equal(((const Action *)last->undo->pdata[0])->kind, ACTION_RESTORE);
}

static void test_text_and_json(void **state)
{
    static const char *const texts[] = {
        "write the new " PATH " beside the old one",
        "discard the new " PATH,
        "replace " PATH " by the new one",
        "restore the old " PATH,
    };
    g_autoptr(Plan) plan = make_carrying(PATH);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        const Step *step = plan->steps->pdata[i / 2 ? plan->steps->len - 1 : 0];
        g_autofree char *text = action_to_text(i % 2 ? step->undo->pdata[0] : step->action);
        assert_string_equal(text, texts[i]);
    }
    g_autofree char *qmp = action_to_qmp(((const Step *)plan->steps->pdata[0])->action);
    assert_string_equal(qmp, "{\"file\": \"" PATH "\", \"action\": \"write\"}");
    json_t *json = plan_to_json(plan);
    json_t *expected = json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "file", PATH, "action", "replace",
                                 "undo", "file", PATH, "action", "restore");
    assert_true(json_equal(json_array_get(json, 3), expected));
    assert_non_null(json_object_get(json_array_get(json, 1), "execute"));
    json_decref(expected);
    json_decref(json);
}

/* A name that is no text is still a name. */
static void test_names_that_are_not_utf8(void **state)
{
    g_autoptr(Plan) plan = make_carrying("/srv/\xff\x1b[2J.xml");
    const Step *step = plan->steps->pdata[0];
    g_autofree char *text = action_to_text(step->action);
    json_t *json = plan_to_json(plan);
    assert_true(g_utf8_validate(text, -1, NULL));
    assert_null(strchr(text, '\x1b'));
    assert_null(strchr(step->words, '\x1b'));
    assert_int_equal(json_array_size(json), 4);
    assert_string_equal(plan->file->path, "/srv/\xff\x1b[2J.xml");
    json_decref(json);
}

/* The way back writes first and replaces last as well. */
static void test_inverse(void **state)
{
    g_autoptr(Plan) plan = make_carrying(PATH);
    g_autoptr(Plan) inverse = plan_invert(plan, NULL);
    g_autofree char *commands = commands_of(inverse);
    assert_string_equal(commands, "write/discard device_del/device_add netdev_del/netdev_add "
                                  "replace/restore");
    assert_holds(inverse->file->before, "newer");
    assert_holds(inverse->file->after, "old");
    g_autoptr(Plan) again = plan_again(plan, NULL);
    assert_holds(again->file->before, "old");
    assert_holds(again->file->after, "newer");
    json_t *one = plan_to_json(plan), *two = plan_to_json(again);
    assert_true(json_equal(one, two));
    json_decref(one);
    json_decref(two);
}

/* A controller and its disk, which were one step, stay one with the file around them. */
static void test_inverse_of_several(void **state)
{
    g_autoptr(Plan) plan = plan_new(PLAN_DETACH, "detach hba");
    char **leaves = g_strsplit("/machine/peripheral/hba /machine/peripheral/d1", " ", -1);
    Step *step =
        plan_add(plan, "hba", action_new("device_del", json_pack("{s:s}", "id", "hba"), leaves),
                 action_new("device_add", json_pack("{s:s}", "id", "hba"), NULL));
    g_ptr_array_add(step->undo, action_new("device_add", json_pack("{s:s}", "id", "d1"), NULL));
    plan_carry(plan, make_change(PATH));
    g_autoptr(Plan) inverse = plan_invert(plan, NULL);
    assert_int_equal(inverse->steps->len, 4);
    g_autoptr(Plan) again = plan_again(plan, NULL);
    g_autofree char *commands = commands_of(again);
    assert_string_equal(commands, "write/discard device_del/device_add replace/restore");
}

static void test_copy(void **state)
{
    g_autoptr(Plan) plan = make_carrying(PATH);
    g_autoptr(Plan) copy = plan_copy(plan);
    g_autofree char *commands = commands_of(copy);
    g_autofree char *expected = commands_of(plan);
    assert_string_equal(commands, expected);
    assert_int_equal(((const Step *)copy->steps->pdata[3])->action->kind, ACTION_REPLACE);
    assert_ptr_not_equal(copy->file, plan->file);
    assert_holds(copy->file->after, "newer");
}

static void test_no_way_back(void **state)
{
    g_autoptr(Plan) plan = make_plan();
    plan_add(plan, "netdev m", action_new("netdev_del", json_pack("{s:s}", "id", "m"), NULL), NULL);
    plan_carry(plan, make_change(PATH));
    g_autoptr(GError) error = NULL;
    assert_null(plan_invert(plan, &error));
    assert_non_null(strstr(error->message, "no way back for netdev m"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_first_and_last),
        cmocka_unit_test(test_text_and_json),
        cmocka_unit_test(test_names_that_are_not_utf8),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_inverse_of_several),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_no_way_back),
    };
    return cmocka_run_group_tests_name("plans with a file", tests, NULL, NULL);
}
