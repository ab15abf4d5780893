/* Diffs: by example, and by putting them back together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/line_diff.h"

static const struct {
    const char *before, *after, *diff;
} examples[] = {
    { "", "", "" },
    { "a\nb\n", "a\nb\n", "" },
    { "a\n", "b\n", "@@ -1,1 +1,1 @@\n-a\n+b" },
    { "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b" },
    { "a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b" },
    { "a\n", "a\nb\n", "@@ -1,1 +1,2 @@\n a\n+b" },
    { "a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b" },
    { "a\nb", "x\nb", "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file" },
    { "a\r\nb\r\n", "a\r\nc\r\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c" },
    { "a\r\n", "a\n", "@@ -1,1 +1,1 @@\n-a\n+a" },
    /* three lines around, and no more */
    { "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
      "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8" },
    /* six equal lines between two changes join them, seven do not */
    { "a\n1\n2\n3\n4\n5\n6\nb\n", "x\n1\n2\n3\n4\n5\n6\ny\n",
      "@@ -1,8 +1,8 @@\n-a\n+x\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+y" },
    { "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "x\n1\n2\n3\n4\n5\n6\n7\ny\n",
      "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+y" },
    /* an element comes and goes whole, wherever equal lines would let the change stand */
    { " <d>\n  <a/>\n </d>\n <d>\n  <b/>\n </d>\n <d>\n  <c/>\n </d>\n",
      " <d>\n  <a/>\n </d>\n <d>\n  <c/>\n </d>\n",
      "@@ -1,9 +1,6 @@\n  <d>\n   <a/>\n  </d>\n- <d>\n-  <b/>\n- </d>\n  <d>\n   <c/>\n  </d>" },
    { " <d>\n  <a/>\n </d>\n</x>\n", " <d>\n  <a/>\n </d>\n <d>\n  <b/>\n </d>\n</x>\n",
      "@@ -1,4 +1,7 @@\n  <d>\n   <a/>\n  </d>\n+ <d>\n+  <b/>\n+ </d>\n </x>" },
    { "<a/>\n\n<b/>\n", "<a/>\n\n<c/>\n\n<b/>\n", "@@ -1,3 +1,5 @@\n <a/>\n \n+<c/>\n+\n <b/>" },
    { "a\nb\nc\n", "c\nb\na\n", "@@ -1,3 +1,3 @@\n-a\n-b\n c\n+b\n+a" },
};

static char *joined(const char *before, const char *after)
{
    g_autoptr(GPtrArray) lines = line_diff(before, after);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static void test_examples(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(examples); i++) {
        g_autofree char *diff = joined(examples[i].before, examples[i].after);
        assert_string_equal(diff, examples[i].diff);
    }
}

/* --- put back together ----------------------------------------------------------------------- */

/* The lines of `before` up to `line` (1..) that were not yet taken. */
static void take_until(GString *output, char **before, guint *taken, guint line)
{
    while (*taken + 1 < line) {
        g_string_append_printf(output, "%s\n", before[(*taken)++]);
    }
}

/* What a diff makes of a text, all of whose lines end in \n. changes: lines taken and added. */
static char *patched(const char *text, const GPtrArray *diff, guint *changes)
{
    g_auto(GStrv) before = g_strsplit(text, "\n", -1);
    GString *output = g_string_new(NULL);
    guint taken = 0, from, length;
    *changes = 0;
    for (guint i = 0; i < diff->len; i++) {
        const char *line = diff->pdata[i];
        switch (line[0]) {
        case '@':
            assert_int_equal(sscanf(line, "@@ -%u,%u", &from, &length), 2);
            take_until(output, before, &taken, from + (length == 0));
            break;
        case '+':
            g_string_append_printf(output, "%s\n", line + 1);
            (*changes)++;
            break;
        default:
            assert_string_equal(line + 1, before[taken]);
            taken++;
            if (line[0] == ' ') {
                g_string_append_printf(output, "%s\n", line + 1);
            } else {
                (*changes)++;
            }
        }
    }
    take_until(output, before, &taken, g_strv_length(before));
    return g_string_free(output, FALSE);
}

static guint check(const char *before, const char *after)
{
    guint changes;
    g_autoptr(GPtrArray) diff = line_diff(before, after);
    g_autofree char *result = patched(before, diff, &changes);
    assert_string_equal(result, after);
    return changes;
}

#define LONGEST 30

/* The fewest lines to take and add, the slow way. */
static guint fewest(const char *before, const char *after)
{
    guint cost[LONGEST + 1][LONGEST + 1];
    guint n = (guint)strlen(before) / 2, m = (guint)strlen(after) / 2;
    for (guint i = 0; i <= n; i++) {
        for (guint j = 0; j <= m; j++) {
            cost[i][j] = i == 0 ? j : j == 0 ? i : MIN(cost[i - 1][j], cost[i][j - 1]) + 1;
            if (i > 0 && j > 0 && before[2 * i - 2] == after[2 * j - 2]) {
                cost[i][j] = MIN(cost[i][j], cost[i - 1][j - 1]);
            }
        }
    }
    return cost[n][m];
}

/* Lines of one letter out of a few. */
static char *random_text(GRand *random, guint letters)
{
    GString *text = g_string_new(NULL);
    for (int i = g_rand_int_range(random, 0, LONGEST + 1); i > 0; i--) {
        g_string_append_printf(text, "%c\n", 'a' + g_rand_int_range(random, 0, (gint32)letters));
    }
    return g_string_free(text, FALSE);
}

static void test_by_chance(void **state)
{
    GRand *random = g_rand_new_with_seed(7);
    for (guint i = 0; i < 3000; i++) {
        guint letters = 1 + i % 8;
        g_autofree char *before = random_text(random, letters);
        g_autofree char *after = random_text(random, letters);
        assert_int_equal(check(before, after), fewest(before, after));
    }
    g_rand_free(random);
}

static char *repeat(const char *form, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(text, "%s %u\n", form, i);
    }
    return g_string_free(text, FALSE);
}

/* More changes than one step of the comparison looks at. */
static void test_many_changes(void **state)
{
    GString *before = g_string_new(NULL), *after = g_string_new(NULL);
    for (guint i = 0; i < 5000; i++) {
        g_string_append_printf(before, "<disk>\n<target dev='vd%u'/>\n</disk>\n", i);
        g_string_append_printf(after,
                               "<disk>\n<target dev='vd%u'/>\n<address type='pci'/>\n</disk>\n", i);
    }
    assert_int_equal(check(before->str, after->str), 5000);
    assert_int_equal(check(after->str, before->str), 5000);
    g_autofree char *one = repeat("one", 3000);
    g_autofree char *other = repeat("other", 4000);
    assert_int_equal(check(one, other), 7000);
    g_string_free(before, TRUE);
    g_string_free(after, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_by_chance),
        cmocka_unit_test(test_many_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
