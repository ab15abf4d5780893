/* Requests read from words: what is taken, and the sentence for what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/request.h"

static const struct {
    const char *words, *expected; /* pattern */
} refusals[] = {
    { "dsik", "\"dsik\" cannot be attached; give one of *; did you mean \"disk\"?" },
    { "disk fiel=/a",
      "a disk has no option \"fiel\"; its options are file, *; did you mean \"file\"?" },
    { "disk file", "\"file\" is not KEY=VALUE; *" },
    { "disk =x", "\"=x\" is not KEY=VALUE; *" },
    { "disk file=", "file= has no value; *" },
    { "disk file=/a file=/b", "file= is given twice *" },
    { "disk cache=nope", "cache=nope is not known*; it is one of none, *" },
    { "disk readonly=yes", "readonly=yes is not known*on, off" },
    { "disk lun=-1", "lun=-1 is not a number; *" },
    { "disk target=99999999999", "target=99999999999 is not a number; *" },
    { "nic file=/a", "a nic has no option \"file\"*" },
    { "cdrom readonly=on", "a cdrom has no option \"readonly\"*" },
    { "disk bus=sata", "bus=sata takes no hotplug in any guest; *" },
};

static void test_refusals(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_auto(GStrv) words = g_strsplit(refusals[i].words, " ", -1);
        g_autoptr(GError) error = NULL;
        assert_null(request_parse(words[0], (const char *const *)words + 1, &error));
        if (!g_pattern_match_simple(refusals[i].expected, error->message)) {
            fail_msg("%s: %s", refusals[i].words, error->message);
        }
    }
}

static void test_values(void **state)
{
    const char *const words[] = { "file=/a=b,c d", "format=qcow2", "lun=4294967295", NULL };
    g_autoptr(Request) request = request_parse("disk", words, NULL);
    assert_non_null(request);
    assert_string_equal(request_get(request, "file"), "/a=b,c d");
    assert_null(request_get(request, "id"));
    request_set(request, "id", "x");
    g_autoptr(Request) copy = request_copy(request);
    request_set(request, "id", NULL);
    assert_null(request_get(request, "id"));
    assert_string_equal(request_get(copy, "id"), "x");
    assert_true(request_check(copy, NULL));
    request_set(copy, "cache", "nope");
    assert_false(request_check(copy, NULL));
}

/* A device takes any property; the planner asks QEMU about it. */
static void test_device(void **state)
{
    const char *const words[] = { "driver=edu", "x-any.thing=1", NULL };
    g_autoptr(Request) request = request_parse("device", words, NULL);
    assert_non_null(request);
    assert_string_equal(request_get(request, "x-any.thing"), "1");
}

/* Help and completion are made from the table: every row has what they need. */
static void test_table(void **state)
{
    gsize count;
    const RequestOption *options = request_options(&count);
    for (gsize i = 0; i < count; i++) {
        assert_true(options[i].kinds != 0 && options[i].kinds < 1u << REQUEST_KINDS);
        assert_true(options[i].values[0] != '\0' && options[i].help[0] != '\0');
        for (gsize j = 0; j < i; j++) {
            assert_false(strcmp(options[i].name, options[j].name) == 0 &&
                         (options[i].kinds & options[j].kinds) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
