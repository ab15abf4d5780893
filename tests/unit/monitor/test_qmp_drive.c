/* Nodes as drives, for QMPs of before 2.9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/qmp_drive.h"

static json_t *json_from(const char *text)
{
    g_autofree char *quoted = g_strdup(text);
    json_t *json;

    g_strdelimit(quoted, "'", '"');
    json = json_loads(quoted, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    return json;
}

static const struct {
    const char *command, *arguments, *line;
} lines[] = {
    { "blockdev-add",
      "{'node-name':'d-fmt','driver':'qcow2','file':{'driver':'file','filename':'/srv/d.img'}}",
      "drive_add 0 if=none,id=d-fmt,format=qcow2,file=/srv/d.img" },
    { "blockdev-add",
      "{'node-name':'d','driver':'raw','read-only':true,'discard':'unmap','cache':{'direct':true,"
      "'no-flush':false},'file':{'driver':'host_device','filename':'/dev/a, b','aio':'native'}}",
      "drive_add 0 \"if=none,id=d,format=raw,readonly=on,discard=unmap,cache=none,"
      "file=/dev/a,, b,aio=native\"" },
    { "blockdev-add",
      "{'node-name':'d','driver':'raw','cache':{'no-flush':true},'file':{'driver':'file',"
      "'filename':'a'}}",
      "drive_add 0 if=none,id=d,format=raw,cache=unsafe,file=a" },
    { "blockdev-add",
      "{'node-name':'d','driver':'raw','cache':{'direct':true,'no-flush':true},'file':{"
      "'driver':'file','filename':'a'}}",
      NULL },
    { "blockdev-add", "{'node-name':'d','driver':'raw','file':'other-node'}", NULL },
    { "blockdev-add", "{'node-name':'d','driver':'raw','file':{'driver':'nbd','host':'h'}}", NULL },
    { "blockdev-add", "{'node-name':'d','driver':'file','filename':'a'}", NULL },
    { "blockdev-add", "{'driver':'raw','file':{'driver':'file','filename':'a'}}", NULL },
    { "blockdev-add",
      "{'node-name':'d','driver':'qcow2','backing':'x','file':{'driver':'file','filename':'a'}}",
      NULL },
    { "blockdev-add", "{}", NULL },
    { "blockdev-del", "{'node-name':'d-fmt'}", "drive_del d-fmt" },
    { "blockdev-del", "{}", NULL },
    { "device_add", "{'driver':'e1000'}", NULL },
};

static void test_lines(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        json_t *arguments = json_from(lines[i].arguments);
        g_autofree char *line = qmp_drive_line(lines[i].command, arguments);

        assert_string_equal(line ? line : "none", lines[i].line ? lines[i].line : "none");
        json_decref(arguments);
    }
}

static void test_replies(void **state)
{
    g_autoptr(GError) error = NULL;
    json_t *added = qmp_drive_reply("blockdev-add", "OK\r\n", NULL);
    json_t *removed = qmp_drive_reply("blockdev-del", "", NULL);

    assert_true(json_is_object(added) && json_is_object(removed));
    assert_null(qmp_drive_reply("blockdev-add", "could not open disk image x\r\n", &error));
    assert_string_equal(error->message, "could not open disk image x");
    g_clear_error(&error);
    assert_null(qmp_drive_reply("blockdev-add", "", &error));
    assert_int_equal(error->code, MONITOR_ERROR_GENERIC);
    g_clear_error(&error);
    /* It left with its device. */
    assert_null(qmp_drive_reply("blockdev-del", "Device 'd' not found\r\n", &error));
    assert_int_equal(error->code, MONITOR_ERROR_DEVICE_NOT_FOUND);
    json_decref(added);
    json_decref(removed);
}

static void test_need(void **state)
{
    static const struct {
        const char *commands;
        gboolean needed;
    } rows[] = {
        { "[{'name':'device_add'},{'name':'blockdev-add'},{'name':'blockdev-del'}]", FALSE },
        { "[{'name':'device_add'},{'name':'blockdev-add'},{'name':'x-blockdev-del'}]", TRUE },
        { "[{'name':'device_add'}]", TRUE },
        { "{}", FALSE },
        { "null", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *commands = json_from(rows[i].commands);

        assert_int_equal(qmp_drive_needed(commands), rows[i].needed);
        json_decref(commands);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_need),
    };

    return cmocka_run_group_tests_name("nodes as drives", tests, NULL, NULL);
}
