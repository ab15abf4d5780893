/* What happened, one line an entry, for the Events pane and for reports. A ring of bounded size. */
#ifndef BACKPLANE_JOURNAL_H
#define BACKPLANE_JOURNAL_H

#include "engine/device.h"

typedef struct {
    gint64 at;         /* g_get_real_time() */
    DeviceState state; /* the glyph that the line carries */
    char *subject;     /* device id or name, or the guest's */
    char *text;
    char *outcome;  /* "-> {}", "waiting for the guest", QEMU's refusal; NULL */
    gint64 elapsed; /* microseconds, -1 for none */
} JournalEntry;

void journal_entry_free(JournalEntry *entry);

typedef struct Journal Journal;

#define JOURNAL_ENTRIES 1000

Journal *journal_new(void);
void journal_free(Journal *journal);
/* text and outcome are made printable. outcome may be NULL. */
void journal_add(Journal *journal, DeviceState state, const char *subject, const char *text,
                 const char *outcome, gint64 elapsed);
/* An entry as it was once: the texts are printable already (copied). */
void journal_restore(Journal *journal, const JournalEntry *entry);
void journal_clear(Journal *journal);

guint journal_length(const Journal *journal);
/* How many were ever added: another number means that something came. */
guint64 journal_count(const Journal *journal);
/* 0 is the oldest. */
const JournalEntry *journal_entry(const Journal *journal, guint index);

#endif
