/* Asks QEMU whether conditions hold, one after the other, each question once. */
#ifndef BACKPLANE_LOOKS_H
#define BACKPLANE_LOOKS_H

#include "engine/condition.h"
#include "monitor/monitor.h"

typedef struct Looks Looks;

typedef enum {
    LOOKS_HOLD,
    LOOKS_OBJECT, /* message: what is so instead, or QEMU's refusal to answer */
    LOOKS_LOST,   /* message: why there is no connection */
} LooksNews;

/* Once; may free the looks. */
typedef void (*LooksFn)(LooksNews news, const char *message, gpointer data);

/* conditions: an array that lives as long. (transfer full) */
Looks *looks_new(Monitor *monitor, const char *purpose, const json_t *conditions, LooksFn told,
                 gpointer data);
void looks_free(Looks *looks);

/* The latest answer to query-block; NULL where it was not asked. (borrowed) */
json_t *looks_blocks(const Looks *looks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Looks, looks_free)

#endif
