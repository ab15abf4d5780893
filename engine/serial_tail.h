/* What a guest says on its serial console, as lines of text: the end of the file that QEMU writes
 * it to. Reading the file disturbs nobody who has the line itself. */
#ifndef BACKPLANE_SERIAL_TAIL_H
#define BACKPLANE_SERIAL_TAIL_H

#include <glib.h>

typedef struct SerialTail SerialTail;

/* So many lines are kept, and so many bytes of each. */
#define SERIAL_TAIL_LINES 2000
#define SERIAL_TAIL_LINE_BYTES 1000
/* When all of it was read, a file longer than this is emptied: QEMU appends to it for as long as
 * the guest runs. */
#define SERIAL_TAIL_FILE_BYTES (1 << 20)

/* changed: told when there is more; not before this returned. The file need not be there yet.
 * (transfer full) */
SerialTail *serial_tail_new(const char *path, void (*changed)(gpointer data), gpointer data);
void serial_tail_free(SerialTail *tail);

/* Looks five times a second, else every few seconds. */
void serial_tail_watch(SerialTail *tail, gboolean closely);
/* Reads what there is, at once; TRUE when that was something. */
gboolean serial_tail_read(SerialTail *tail);

/* Lines so far, the one that is being written included; how many were let go before the first. */
guint serial_tail_length(const SerialTail *tail);
guint serial_tail_dropped(const SerialTail *tail);
/* Valid UTF-8 or not, without control characters. (transfer none) */
const char *serial_tail_line(const SerialTail *tail, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SerialTail, serial_tail_free)

#endif
