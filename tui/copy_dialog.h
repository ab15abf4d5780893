/* One command in the words of three tools, to be taken to one of them. */
#ifndef BACKPLANE_COPY_DIALOG_H
#define BACKPLANE_COPY_DIALOG_H

#include "monitor/trace.h"
#include "tui/dialog.h"

/* Sends a text to the clipboard; FALSE when it is too long for that. NULL: there is none. */
typedef gboolean (*CopyFn)(const char *text, gpointer data);

/* guest: its name, for virsh. (transfer full) */
Dialog *copy_dialog_new(const TraceMessage *command, const char *guest, CopyFn copy, gpointer data);

#endif
