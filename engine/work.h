/* One action of a plan, from its command to its end: the reply, the guest's letting go, and what to
 * make of a refusal. */
#ifndef BACKPLANE_WORK_H
#define BACKPLANE_WORK_H

#include "engine/plan.h"
#include "monitor/monitor.h"

typedef struct Work Work;

typedef enum {
    WORK_LEAVING, /* accepted; now the guest has to let go. At most once, and an end follows */
    WORK_DONE,    /* last */
    WORK_REFUSED, /* message: QEMU's sentence, or why the file cannot be changed; last */
    WORK_LOST,    /* no connection; whether it was done is not known; last */
} WorkNews;

/* May free the work. */
typedef void (*WorkFn)(WorkNews news, const char *message, gpointer data);

/* Looks whether what the action requires holds, sends the command, and looks whether what it is to
 * bring about is so; or does what is to be done with `file`, which a command needs not. action,
 * purpose (of its commands, as the trace tells it) and file must live as long. patient: a device
 * went just before without DEVICE_DELETED, so that QEMU may refuse for a moment to remove what it
 * held. deleted: array of the payloads of DEVICE_DELETED so far, which the owner fills and keeps as
 * long. (transfer full) */
Work *work_new(Monitor *monitor, const Action *action, const char *purpose, FileChange *file,
               gboolean patient, json_t *deleted, WorkFn told, gpointer data);
/* Stops listening. */
void work_free(Work *work);

void work_event(Work *work, const char *name, json_t *payload);
/* Sends the command that waits once more, if what it requires still holds. */
void work_ask_again(Work *work);

/* The action while it waits for the guest to let go, else NULL. */
const Action *work_leaving(const Work *work);
/* The device it removed went without DEVICE_DELETED. */
gboolean work_silent(const Work *work);

/* What a refused command left in QEMU all the same, in words; NULL for nothing. */
const char *work_left(const Work *work);
/* Whether one action uses the back end that another one removes. */
gboolean work_uses(const Action *user, const Action *removal);

/* The name of the back end that this action removes; NULL when it removes none. */
const char *work_removes(const Action *action);

#endif
