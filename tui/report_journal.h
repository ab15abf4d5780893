/* Lines of the journal as text and as JSON, for commands that print what happens. */
#ifndef BACKPLANE_REPORT_JOURNAL_H
#define BACKPLANE_REPORT_JOURNAL_H

#include "engine/journal.h"

/* "12:04:24.120 ▼ disk1  device_del id=disk1  → {}  1 ms", with a line break. (transfer full) */
char *report_journal_text(const JournalEntry *entry, gboolean ascii);

/* {"time", "state", "subject", "text", "outcome", "elapsed_ms"} on one line, with a line break.
 * (transfer full) */
char *report_journal_json(const JournalEntry *entry);

#endif
