/* Configured devices <-> the guest's devices, with the evidence for each pair. A pure function of
 * both. */
#ifndef BACKPLANE_MATCH_H
#define BACKPLANE_MATCH_H

#include "engine/domain.h"
#include "engine/guest.h"
#include "engine/numbering.h"

/* Strongest first. */
typedef enum {
    EVIDENCE_NONE,
    EVIDENCE_ID, /* qdev id = alias, or the id that libvirt or `run` derives for it */
    EVIDENCE_MAC,
    EVIDENCE_FILE, /* image file */
    EVIDENCE_SERIAL,
    EVIDENCE_BUILTIN, /* the machine has exactly one of it */
    EVIDENCE_ADDRESS, /* a static address */
    EVIDENCE_MODEL,   /* same driver, n-th of its kind in the order of the file */
    EVIDENCE_PCI_ID,  /* same vendor:product in that order: the proposal's way */
    EVIDENCES,
} Evidence;

#define EVIDENCE_ALL ((1u << EVIDENCES) - 1)
/* What `info pci` alone allows. */
#define EVIDENCE_INFO_PCI (1u << EVIDENCE_PCI_ID)

/* "qdev id", "MAC", "image file", ... */
const char *evidence_name(Evidence evidence);

typedef enum {
    MATCH_SAME,      /* found, at the place that the file says */
    MATCH_FOUND,     /* found; the file says no place */
    MATCH_DIFFERS,   /* found elsewhere than the file says */
    MATCH_ABSENT,    /* configured, not in the guest */
    MATCH_IMPLICIT,  /* in the guest, not configured: the machine brings it */
    MATCH_UNMANAGED, /* in the guest, not configured: came some other way */
} MatchState;

const char *match_state_name(MatchState state);

typedef struct {
    const DomainDevice *configured; /* NULL: implicit or unmanaged */
    const Device *device;           /* NULL: absent */
    MatchState state;
    Evidence evidence;
    guint alternatives; /* in how many other ways the evidence would have allowed it; 0: certain */
    gboolean interchangeable; /* those others say the same of themselves: any of them is as true */
    Address place; /* where the device is, in the file's words; ADDRESS_NONE: XML cannot say */
    char *reason;  /* a sentence: why absent, what speaks against the pair, how ambiguous; NULL */
} MatchPair;

typedef struct {
    const Domain *domain;
    const Guest *guest;
    GPtrArray *pairs; /* (MatchPair) configured ones in the order of the file, then the guest's */
    Numbering *numbering;
    guint counts[MATCH_UNMANAGED + 1];
    guint ambiguous;
} Match;

/* evidence: bits 1 << Evidence that may be used. Both must outlive the match. O(n log n).
 * (transfer full) */
Match *match_new(const Domain *domain, const Guest *guest, guint evidence);
void match_free(Match *match);
/* (transfer none), NULL when there is none. */
const MatchPair *match_of_device(const Match *match, const Device *device);
const MatchPair *match_of_configured(const Match *match, const DomainDevice *configured);
/* No pair is absent, differs or is unmanaged, and none is ambiguous without being interchangeable.
 */
gboolean match_agrees(const Match *match);

/* The domain with the found addresses written into it: of these devices (DomainDevice), NULL: of
 * all. An address that is static in the file and differs stays static; others become dynamic. Pairs
 * that could have been others are left alone unless interchangeable, and named in left (char *),
 * which may be NULL. (transfer full) */
Domain *match_fill(const Match *match, const GPtrArray *devices, GPtrArray *left, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Match, match_free)

#endif
