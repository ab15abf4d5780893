/* Why things are as they are, in plain sentences: the texts of engine/why.ini, which is compiled
 * in, and what they say of a device, a place, a bus, a refusal. */
#ifndef BACKPLANE_WHY_H
#define BACKPLANE_WHY_H

#include "engine/match.h"
#include "engine/plan.h"

/* ("state", "leaving"); NULL when there is no such text. (transfer none) */
const char *why_text(const char *group, const char *key);
/* What a device of this driver is; NULL where only its kind tells. (transfer none) */
const char *why_driver(const char *driver);
/* What is behind a sentence that refuses, ours or QEMU's; never NULL. (transfer none) */
const char *why_refusal(const char *sentence);
/* The name of the entry that says so; NULL where there is none. (transfer none) */
const char *why_refusal_name(const char *sentence);
/* The text with ${name} replaced; names: name, value, name, value, ..., up to a NULL. (transfer
 * full) */
char *why_fill(const char *text, const char *const *names);

/* One thing that is told: "unplug", and its sentences. */
typedef struct {
    const char *label;
    char *text;
} WhyPart;

/* What is known beside the device itself. */
typedef struct {
    const MatchPair *pair;   /* with the domain file; NULL */
    const char *explanation; /* session_explain_leaving of a leaving device; NULL */
    const Plan *plan;        /* that plugged it from here; NULL */
    gboolean all_placed;     /* by the command line with which we started the guest */
} WhyFacts;

/* (transfer full) (WhyPart), the first says what it is. */
GPtrArray *why_device(const Device *device, const WhyFacts *facts);
/* Of a device that the file has and the guest has not. */
GPtrArray *why_absent(const MatchPair *pair);
/* Of so many free places, from this one on; place NULL: one that has no address. */
GPtrArray *why_place(const Bus *bus, const Address *place, guint count);
GPtrArray *why_bus(const Bus *bus);
/* Devices of the chipset that are folded into one row. */
GPtrArray *why_group(void);

#endif
