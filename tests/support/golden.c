#include "tests/support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

static void print_difference(const char *expected, const char *text)
{
    g_auto(GStrv) wanted = g_strsplit(expected, "\n", -1);
    g_auto(GStrv) got = g_strsplit(text, "\n", -1);
    guint line = 0;

    while (wanted[line] && got[line] && g_str_equal(wanted[line], got[line]))
        line++;
    print_error("line %u\nwanted %s\ngot    %s\n", line + 1, wanted[line] ? wanted[line] : "(end)",
                got[line] ? got[line] : "(end)");
}

void assert_golden(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(SRCDIR, "tests", "screens", name, NULL);
    g_autofree char *expected = NULL;

    if (g_getenv("UPDATE_GOLDEN")) {
        assert_true(g_file_set_contents(path, text, -1, NULL));
        return;
    }
    if (!g_file_get_contents(path, &expected, NULL, NULL))
        fail_msg("%s is missing: run with UPDATE_GOLDEN=1, then look at it", path);
    if (!g_str_equal(expected, text)) {
        print_difference(expected, text);
        fail_msg("%s differs", path);
    }
}
