/* Plans as data: rendering, copying, and the way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/plan.h"

static void test_rendering(void **state)
{
    g_autoptr(Action) action =
        action_new("blockdev-add",
                   json_pack("{s:s, s:{s:b, s:s}, s:i, s:s}", "node-name", "a", "file", "direct", 1,
                             "filename", "/a \"b\"\n\t[1m", "lun", 3, "empty", ""),
                   NULL);
    g_autofree char *text = action_to_text(action), *qmp = action_to_qmp(action);
    assert_string_equal(text, "blockdev-add node-name=a file.direct=true "
                              "file.filename=\"/a \\\"b\\\"\\n\\t[1m\" lun=3 empty=\"\"");
    assert_string_equal(qmp,
                        "{\"execute\": \"blockdev-add\", \"arguments\": {\"node-name\": \"a\", "
                        "\"file\": {\"direct\": true, \"filename\": "
                        "\"/a \\\"b\\\"\\n\\t[1m\"}, \"lun\": 3, \"empty\": \"\"}}");
}

static Plan *make_plan(void)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach disk d");
    char **leaves = g_strsplit("/machine/peripheral/d", " ", -1);
    plan_add(plan, "block node n",
             action_new("blockdev-add", json_pack("{s:s}", "node-name", "n"), NULL),
             action_new("blockdev-del", json_pack("{s:s}", "node-name", "n"), NULL));
    plan_add(plan, "disk d",
             action_new("device_add", json_pack("{s:s, s:s}", "driver", "x", "id", "d"), NULL),
             action_new("device_del", json_pack("{s:s}", "id", "d"), leaves));
    plan_add_subject(plan)->id = g_strdup("d");
    plan_choose(plan, "id", "d");
    return plan;
}

static void test_inverse(void **state)
{
    g_autoptr(Plan) plan = make_plan();
    g_autoptr(Plan) inverse = plan_invert(plan, NULL);
    assert_int_equal(inverse->verb, PLAN_DETACH);
    assert_string_equal(inverse->title, "undo: attach disk d");
    const Step *first = inverse->steps->pdata[0];
    assert_string_equal(first->action->command, "device_del");
    assert_string_equal(first->action->leaves[0], "/machine/peripheral/d");
    assert_string_equal(first->words, "disk d");
    assert_string_equal(((const PlanSubject *)inverse->subjects->pdata[0])->id, "d");
    assert_string_equal(g_hash_table_lookup(inverse->chosen, "id"), "d");
    g_autoptr(Plan) again = plan_invert(inverse, NULL);
    assert_string_equal(again->title, plan->title);
    json_t *one = plan_to_json(plan), *two = plan_to_json(again);
    assert_true(json_equal(one, two));
    json_decref(one);
    json_decref(two);
}

/* A rollback half-way must be able to take back each of the commands; done again they are one. */
static void test_several(void **state)
{
    g_autoptr(Plan) plan = plan_new(PLAN_DETACH, "detach hba");
    char **leaves = g_strsplit("/machine/peripheral/hba /machine/peripheral/d1", " ", -1);
    Step *step =
        plan_add(plan, "hba", action_new("device_del", json_pack("{s:s}", "id", "hba"), leaves),
                 action_new("device_add", json_pack("{s:s}", "id", "hba"), NULL));
    g_ptr_array_add(step->undo, action_new("device_add", json_pack("{s:s}", "id", "d1"), NULL));
    g_autoptr(Plan) inverse = plan_invert(plan, NULL);
    assert_int_equal(inverse->steps->len, 2);
    for (guint i = 0; i < 2; i++) {
        const Step *back = inverse->steps->pdata[i];
        const Action *undo = back->undo->pdata[0];
        assert_string_equal(back->action->command, "device_add");
        assert_string_equal(undo->command, "device_del");
        assert_non_null(undo->leaves[0]);
        assert_null(undo->leaves[1]);
    }
    g_autoptr(Plan) again = plan_again(plan, NULL);
    assert_int_equal(again->steps->len, 1);
    step = again->steps->pdata[0];
    assert_int_equal(g_strv_length(step->action->leaves), 2);
    assert_int_equal(step->undo->len, 2);
}

static void test_no_way_back(void **state)
{
    g_autoptr(Plan) plan = make_plan();
    plan_add(plan, "netdev n", action_new("netdev_del", json_pack("{s:s}", "id", "n"), NULL), NULL);
    g_autoptr(GError) error = NULL;
    assert_null(plan_invert(plan, &error));
    assert_int_equal(error->code, ENGINE_ERROR_REFUSED);
    assert_non_null(strstr(error->message, "no way back for netdev n"));
}

static void test_copy(void **state)
{
    g_autoptr(Plan) plan = make_plan();
    plan_add_check(plan, TRUE, NULL, "%s", "100% sure");
    ((Step *)plan->steps->pdata[0])->state = STEP_DONE;
    g_autoptr(Plan) copy = plan_copy(plan);
    assert_int_equal(((const Step *)copy->steps->pdata[0])->state, STEP_WAITING);
    assert_string_equal(((const PlanCheck *)copy->checks->pdata[0])->text, "100% sure");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rendering), cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_several),   cmocka_unit_test(test_no_way_back),
        cmocka_unit_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
