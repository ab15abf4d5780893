/* A relay between programs under test and a monitor, in a thread of its own, that keeps every
 * command that goes through. It serves one client after the other, as QEMU does. */
#ifndef BACKPLANE_TEST_RECORDER_H
#define BACKPLANE_TEST_RECORDER_H

#include <glib.h>
#include <jansson.h>

typedef struct Recorder Recorder;

/* Listens at path and passes on to the monitor at that other path. (transfer full) */
Recorder *recorder_new(const char *path, const char *monitor);
/* Ends the connection. NULL is fine. */
void recorder_free(Recorder *recorder);

/* All commands up to now, the negotiation included: an array of the objects as they were sent. What
 * is no JSON fails the test. (transfer full) */
json_t *recorder_commands(Recorder *recorder);
/* How many bytes have been sent to the monitor. */
gsize recorder_bytes(Recorder *recorder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)

#endif
