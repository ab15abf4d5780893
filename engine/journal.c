/* A ring of lines: the oldest goes when a new one comes. Text from a guest or a peer is made
 * printable here, once, so that every view may print what it finds. */
#include "engine/journal.h"

#include "monitor/text.h"

struct Journal {
    GPtrArray *entries; /* (JournalEntry) a ring once it is full */
    guint oldest;
    guint64 count; /* ever added */
};

void journal_entry_free(JournalEntry *entry)
{
    g_free(entry->subject);
    g_free(entry->text);
    g_free(entry->outcome);
    g_free(entry);
}

static JournalEntry *entry_new(DeviceState state, const char *subject, const char *text,
                               const char *outcome, gint64 elapsed)
{
    JournalEntry *entry = g_new0(JournalEntry, 1);

    entry->at = g_get_real_time();
    entry->state = state;
    entry->subject = text_printable(subject ? subject : "", -1, 0);
    entry->text = text_printable(text, -1, 0);
    entry->outcome = outcome ? text_printable(outcome, -1, 0) : NULL;
    entry->elapsed = elapsed;
    return entry;
}

Journal *journal_new(void)
{
    Journal *journal = g_new0(Journal, 1);

    journal->entries = g_ptr_array_new_with_free_func((GDestroyNotify)journal_entry_free);
    return journal;
}

void journal_free(Journal *journal)
{
    if (!journal)
        return;
    g_ptr_array_unref(journal->entries);
    g_free(journal);
}

static void journal_push(Journal *journal, JournalEntry *entry)
{
    journal->count++;
    if (journal->entries->len < JOURNAL_ENTRIES) {
        g_ptr_array_add(journal->entries, entry);
        return;
    }
    journal_entry_free(journal->entries->pdata[journal->oldest]);
    journal->entries->pdata[journal->oldest] = entry;
    journal->oldest = (journal->oldest + 1) % JOURNAL_ENTRIES;
}

void journal_add(Journal *journal, DeviceState state, const char *subject, const char *text,
                 const char *outcome, gint64 elapsed)
{
    journal_push(journal, entry_new(state, subject, text, outcome, elapsed));
}

void journal_restore(Journal *journal, const JournalEntry *entry)
{
    JournalEntry *copy = g_memdup2(entry, sizeof *entry);

    copy->subject = g_strdup(entry->subject);
    copy->text = g_strdup(entry->text);
    copy->outcome = g_strdup(entry->outcome);
    journal_push(journal, copy);
}

void journal_clear(Journal *journal)
{
    g_ptr_array_set_size(journal->entries, 0);
    journal->oldest = 0;
    journal->count = 0;
}

guint64 journal_count(const Journal *journal)
{
    return journal->count;
}

guint journal_length(const Journal *journal)
{
    return journal->entries->len;
}

const JournalEntry *journal_entry(const Journal *journal, guint index)
{
    g_return_val_if_fail(index < journal->entries->len, NULL);
    return journal->entries->pdata[(journal->oldest + index) % journal->entries->len];
}
