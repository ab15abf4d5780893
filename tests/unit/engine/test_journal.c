/* The ring of lines: order, bound, and that nothing in it can move a cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/journal.h"

static void add_number(Journal *journal, guint number)
{
    g_autofree char *text = g_strdup_printf("line %u", number);

    journal_add(journal, STATE_PRESENT, "net0", text, NULL, -1);
}

static void test_keeps_order_and_fields(void **state)
{
    Journal *journal = journal_new();
    gint64 before = g_get_real_time();
    const JournalEntry *entry;

    journal_add(journal, STATE_ADDED, "net1", "device_add driver=e1000", "-> {}", 4000);
    add_number(journal, 1);
    assert_int_equal(journal_length(journal), 2);
    entry = journal_entry(journal, 0);
    assert_true(entry->at >= before && entry->at <= g_get_real_time());
    assert_int_equal(entry->state, STATE_ADDED);
    assert_string_equal(entry->subject, "net1");
    assert_string_equal(entry->text, "device_add driver=e1000");
    assert_string_equal(entry->outcome, "-> {}");
    assert_int_equal(entry->elapsed, 4000);
    assert_null(journal_entry(journal, 1)->outcome);
    journal_free(journal);
}

static void test_drops_the_oldest(void **state)
{
    Journal *journal = journal_new();

    for (guint i = 0; i < JOURNAL_ENTRIES + 7; i++)
        add_number(journal, i);
    assert_int_equal(journal_length(journal), JOURNAL_ENTRIES);
    assert_string_equal(journal_entry(journal, 0)->text, "line 7");
    assert_string_equal(journal_entry(journal, JOURNAL_ENTRIES - 8)->text, "line 999");
    assert_string_equal(journal_entry(journal, JOURNAL_ENTRIES - 1)->text, "line 1006");
    journal_free(journal);
}

static void test_makes_text_printable(void **state)
{
    Journal *journal = journal_new();
    const JournalEntry *entry;

    journal_add(journal, STATE_REFUSED, "a\033[2Jb", "one\ntwo", "bad \xff byte", -1);
    entry = journal_entry(journal, 0);
    assert_null(strchr(entry->subject, '\033'));
    assert_null(strchr(entry->text, '\n'));
    assert_true(g_utf8_validate(entry->outcome, -1, NULL));
    journal_free(journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keeps_order_and_fields),
        cmocka_unit_test(test_drops_the_oldest),
        cmocka_unit_test(test_makes_text_printable),
    };

    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
