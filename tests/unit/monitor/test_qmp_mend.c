/* Answers of QEMU 0.14's QMP as they were recorded, and what is made of them; those of today stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/qmp_mend.h"
#include "tests/old/transcript.h"

static json_t *json_from(const char *text)
{
    g_autofree char *quoted = g_strdup(text);
    json_t *json;

    g_strdelimit(quoted, "'", '"');
    json = json_loads(quoted, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    return json;
}

/* expected: NULL for the same */
static void check(const char *command, const char *arguments, const char *text,
                  const char *expected)
{
    json_t *told = json_from(text), *wanted = json_from(expected ? expected : text);
    json_t *with = arguments ? json_from(arguments) : NULL;
    json_t *mended = qmp_mend(command, with, told);

    assert_true(json_equal(mended, wanted));
    assert_int_equal(mended == told, expected == NULL);
    json_decref(mended);
    json_decref(told);
    json_decref(wanted);
    json_decref(with);
}

#define BUS(ids)                                                                                   \
    "[{'bus':0,'devices':[{'slot':0,'function':0,'id':{" ids "}},"                                 \
    "{'slot':1,'function':1,'id':{'device':32902,'vendor':28688}}]}]"

static void test_pci_ids(void **state)
{
    check("query-pci", NULL,
          "[{'bus':0,'devices':[{'slot':0,'function':0,'id':{'device':32902,'vendor':4663}},"
          "{'slot':1,'function':1,'id':{'device':32902,'vendor':28688},'pci_bridge':{'devices':"
          "[{'slot':0,'function':0,'id':{'device':6900,'vendor':4096}}]}}]}]",
          "[{'bus':0,'devices':[{'slot':0,'function':0,'id':{'device':4663,'vendor':32902}},"
          "{'slot':1,'function':1,'id':{'device':28688,'vendor':32902},'pci_bridge':{'devices':"
          "[{'slot':0,'function':0,'id':{'device':4096,'vendor':6900}}]}}]}]");
    check("query-pci", NULL, BUS("'device':4663,'vendor':32902"), NULL);
    check("query-pci", NULL, "[]", NULL);
    check("query-pci", NULL, "5", NULL);
    check("query-block", NULL, BUS("'device':32902,'vendor':4663"), NULL);
}

static void test_status(void **state)
{
    check("query-status", NULL, "{'singlestep':false,'running':true}",
          "{'singlestep':false,'running':true,'status':'running'}");
    check("query-status", NULL, "{'singlestep':false,'running':false}",
          "{'singlestep':false,'running':false,'status':'paused'}");
    check("query-status", NULL, "{'running':false,'status':'prelaunch'}", NULL);
    check("query-status", NULL, "{}", NULL);
}

static void test_texts(void **state)
{
    g_autoptr(Transcript) transcript = transcript_load("0.14", "basic");
    g_autofree char *old = transcript_entry_text(transcript_find(transcript, "info qtree", 1));
    json_t *arguments = json_pack("{s:s}", "command-line", "info qtree");
    json_t *told = json_string(old), *mended;

    mended = qmp_mend("human-monitor-command", arguments, told);
    assert_non_null(strstr(json_string_value(mended), "        addr = 0a.0\r\n"));
    assert_null(strstr(json_string_value(mended), "bus-prop"));
    json_decref(mended);
    json_decref(told);
    json_decref(arguments);
    check("human-monitor-command", "{'command-line':'info network'}", "'VLAN 0 devices:\\r\\n'",
          "'hub 0\\r\\n'");
    check("human-monitor-command", "{'command-line':'info network'}",
          "'n1: index=0,type=user,net=10.0.2.0,restrict=off\\r\\n'", NULL);
    check("human-monitor-command", "{'command-line':'info mice'}", "'VLAN 0 devices:\\r\\n'", NULL);
    check("human-monitor-command", "{'command-line':'info qtree'}", "5", NULL);
    check("human-monitor-command", NULL, "'VLAN 0 devices:\\r\\n'", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pci_ids),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests_name("answers of old QMPs", tests, NULL, NULL);
}
