/* Configured devices <-> the guest's devices, with the evidence for each pair. A pure function of
 * both.
 *
 * Evidence that names one device on either side comes first: id, MAC, image file, serial; then what
 * the machine has one of, and static addresses, from the root bus down, since an address behind a
 * bridge means something only when it is known which bridge that is. What is left is paired by
 * driver in order, and only there can a pair be another one: it is certain when one is left on each
 * side, and says how many it could be otherwise. A stronger evidence that both sides have and that
 * differs forbids a weaker one. Dynamic addresses in the file are no evidence: they are of another
 * start. Nor is an id that libvirt would derive from the order of the file ("net1"): it chooses
 * among equal devices, but does not make the choice certain. */
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
    EVIDENCE_BUILTIN,  /* the machine has exactly one of it */
    EVIDENCE_ADDRESS,  /* a static address */
    EVIDENCE_CHILDREN, /* the static addresses of devices that were found on it */
    EVIDENCE_MODEL,    /* same driver, n-th of its kind in the order of the file */
    EVIDENCE_PCI_ID,   /* same vendor:product in that order: the proposal's way */
    EVIDENCES,
} Evidence;

#define EVIDENCE_ALL ((1u << EVIDENCES) - 1)
/* What `info pci` alone allows. The guest's ids and drivers count as not known then. */
#define EVIDENCE_INFO_PCI (1u << EVIDENCE_PCI_ID)

/* "qdev id", "MAC", "image file", ... */
const char *evidence_name(Evidence evidence);

typedef enum {
    MATCH_SAME,      /* found, at the place that the file says; or XML has no words for a place */
    MATCH_FOUND,     /* found; the file says no place */
    MATCH_DIFFERS,   /* found elsewhere than the file says, or as something else */
    MATCH_ABSENT,    /* configured, not in the guest */
    MATCH_IMPLICIT,  /* in the guest, not configured: the machine brings it */
    MATCH_UNMANAGED, /* in the guest, not configured: came some other way */
} MatchState;

const char *match_state_name(MatchState state);

typedef struct {
    const DomainDevice *configured; /* NULL: implicit or unmanaged */
    const Device *device; /* NULL: absent, or (MATCH_SAME) built in and not listed by QEMU */
    MatchState state;
    Evidence evidence;
    guint alternatives; /* in how many other ways the evidence would have allowed it; of an absent
                         * or unmanaged one: how many it might be */
    gboolean interchangeable; /* those others say the same of themselves: any of them is as true */
    gboolean contradicted;    /* found by one evidence while another speaks against it */
    Address place; /* where the device is, in the file's words; ADDRESS_NONE: XML cannot say */
    char *reason;  /* a sentence: why absent, what speaks against the pair, how ambiguous; NULL */
} MatchPair;

typedef struct {
    const Domain *domain;
    const Guest *guest;
    GPtrArray *pairs; /* (MatchPair) configured ones in the order of the file, then the guest's */
    Numbering *numbering;
    guint counts[MATCH_UNMANAGED + 1];
    guint ambiguous;       /* configured devices with alternatives that are not interchangeable */
    GHashTable *by_device; /* Device -> MatchPair; NULL until match_of_device */
    MatchPair *all;        /* what pairs holds */
} Match;

/* evidence: bits 1 << Evidence that may be used. Both must outlive the match. O(n log n). One
 * device that cannot be found does not stop the others. (transfer full) */
Match *match_new(const Domain *domain, const Guest *guest, guint evidence);
void match_free(Match *match);
/* Found, and it can be no other one: no alternatives and no contradiction. Where one of a driver is
 * left on each side, that is certain as well. */
gboolean match_pair_is_certain(const MatchPair *pair);
/* (transfer none), NULL when there is none. */
const MatchPair *match_of_device(const Match *match, const Device *device);
const MatchPair *match_of_configured(const Match *match, const DomainDevice *configured);
/* No pair is absent, differs or is unmanaged, and none is ambiguous without being interchangeable.
 */
gboolean match_agrees(const Match *match);

/* The domain with the found addresses written into it: of these devices (DomainDevice), NULL: of
 * all. An address that is static in the file and differs stays static; others become dynamic. Left
 * alone, and named in left (char *: "interface 2 (e1000): why"), which may be NULL, are devices
 * that could be others unless interchangeable, contradicted ones, and those whose found address
 * another device of the file has and keeps. (transfer full) */
Domain *match_fill(const Match *match, const GPtrArray *devices, GPtrArray *left, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Match, match_free)

#endif
