/* A guest and what happens to it in words alone, one thing a line, most important first: for screen
 * readers and logs. Every text ends with a line break and is safe to print. */
#ifndef BACKPLANE_REPORT_LINEAR_H
#define BACKPLANE_REPORT_LINEAR_H

#include "engine/journal.h"
#include "engine/match.h"

/* "web01: running, pc-i440fx-7.2, 4 vCPU, 4.0G, QEMU 7.2.22", then each row of the tree as "04.0
 * 0:0: disk, home.qcow2, sd0, 80.0G". match: with a domain file; NULL. (transfer full) */
char *report_tree_linear(const Guest *guest, const Match *match, gboolean ascii);

/* "12:04:24: disk1, leaving: device_del id=disk1, -> {}". (transfer full) */
char *report_journal_linear(const JournalEntry *entry, gboolean ascii);

#endif
