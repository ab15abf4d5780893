/* A tiny QMP client for tests, with nothing of monitor/ in it: what it says about a guest does not
 * depend on the code under test. */
#ifndef BACKPLANE_TEST_REAL_QEMU_CLIENT_H
#define BACKPLANE_TEST_REAL_QEMU_CLIENT_H

#include <glib.h>
#include <jansson.h>

typedef struct RealQemuClient RealQemuClient;

/* Takes over a connected socket. (transfer full) */
RealQemuClient *real_qemu_client_new(int fd);
void real_qemu_client_free(RealQemuClient *client);

/* Reads the greeting and negotiates; gives its "version" object, NULL when QEMU does not answer.
 * (transfer full) */
json_t *real_qemu_client_greet(RealQemuClient *client);

/* Sends a command and waits for the whole reply message; arguments (transfer full) may be NULL.
 * NULL when QEMU does not answer. (transfer full) */
json_t *real_qemu_client_call(RealQemuClient *client, const char *command, json_t *arguments);

/* The first kept event that fits; take: it is no longer kept. device NULL: any. Reads what has
 * arrived, does not wait. NULL for none. (transfer full) */
json_t *real_qemu_client_event(RealQemuClient *client, const char *name, const char *device,
                               gboolean take);

#endif
