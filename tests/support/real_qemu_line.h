/* The test's end of a guest's serial line: text in, cut into lines that are found once. */
#ifndef BACKPLANE_TEST_REAL_QEMU_LINE_H
#define BACKPLANE_TEST_REAL_QEMU_LINE_H

#include <glib.h>

typedef struct RealQemuLine RealQemuLine;

/* Takes over a connected socket. (transfer full) */
RealQemuLine *real_qemu_line_new(int fd);
void real_qemu_line_free(RealQemuLine *line);

/* The next line that holds text among those that have arrived; the ones before it are passed over.
 * NULL for none. (transfer none, until the next call) */
const char *real_qemu_line_find(RealQemuLine *line, const char *text);
/* FALSE when the guest's side is closed. */
gboolean real_qemu_line_send(RealQemuLine *line, const char *text);
/* Everything the guest said. */
const char *real_qemu_line_transcript(const RealQemuLine *line);

#endif
