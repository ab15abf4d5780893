/* What the files of match.h share among themselves: both sides as items, and the buses that the
 * file numbers. */
#ifndef BACKPLANE_MATCH_PRIVATE_H
#define BACKPLANE_MATCH_PRIVATE_H

#include "engine/match.h"

typedef struct Item Item;
typedef struct FileBus FileBus;

/* A place on a bus; the number of the bus in it is 0. */
typedef struct {
    gconstpointer bus; /* Bus of the guest, or FileBus */
    Address place;
} Spot;

/* A device of either side, with what may be used to tell it. There are as many as devices, so it is
 * kept small. */
struct Item {
    const DomainDevice *configured; /* one of both is NULL */
    const Device *device;
    Item *partner;
    const char
        *sort; /* driver, "ide-hd (SATA)": equal ones are the same pointer; NULL: not known */
    const char *facts[EVIDENCE_SERIAL + 1]; /* id, MAC, file, serial; NULL: none, or masked */
    const char *duplicate;                  /* a fact that it shares with others of its sort */
    guint32 pci_id; /* vendor and device as on a conventional bus; 0: none known */
    guint order;    /* in its list */
    guint alternatives;
    guint16 contradictions; /* bits 1 << Evidence that speak against the pair */
    guint16 depth;          /* of devices: how many others they sit behind */
    guint8 found_by;        /* Evidence that made the pair */
    guint8 evidence;        /* the strongest that holds of it */
    guint8 known;           /* of KNOWLEDGE of match_order.c, in the group it is in */
    gboolean interchangeable : 1;

    /* Of configured ones. */
    const char *derived; /* the id that libvirt derives where the file has none; NULL */
    FileBus *offers;     /* whose element it is */
    const Spot *spot;    /* the static address of the file; NULL: none */
};

/* "scsi 1", "pci 3": a bus or controller that the file has an index for. */
struct FileBus {
    BusFamily family;
    guint index;
    Item *controller;   /* its element; NULL: the file has none */
    Bus *bus;           /* in the guest; NULL: not found */
    Item *via;          /* the configured item by whose pair it was found; NULL: it is sure */
    GPtrArray *waiting; /* (Item) configured, static addresses on it */
    Bus *voted;         /* where the devices on it were found */
    gboolean disputed;  /* not all at one bus */
};

typedef struct {
    const Domain *domain;
    const Guest *guest;
    guint mask;
    Item *configured, *devices;
    guint configured_count, device_count;
    GPtrArray *wanted, *there; /* (Item) of either that had no partner when it was looked last */
    GStringChunk *texts;
    GPtrArray *owners;      /* (Item) of devices that offer buses, depth first */
    GHashTable *by_device;  /* Device of owners -> Item */
    GHashTable *by_alias;   /* -> Item, configured; NULL until somebody asks */
    GHashTable *by_id;      /* -> Item, device; likewise */
    GHashTable *file_buses; /* family and index -> FileBus */
    GHashTable *holders;    /* Bus -> FileBus that was found to be it */
    GHashTable *votes;      /* Bus -> FileBus whose devices were found on it */
    GHashTable *spots;      /* Spot of a device -> Item; likewise */
    GHashTable *claims;     /* Spot of the file -> how many */
    Spot *places;           /* of configured items, by their order */
    Spot *device_spots;     /* likewise, with spots */
    GPtrArray *fresh;       /* (Item) configured, paired, and not followed yet */
    GPtrArray *elections;   /* (FileBus) with new votes */
    GPtrArray *found;       /* (FileBus) found, and nobody looked yet who is on them */
    gboolean ids_agree;     /* a device was found by an alias: the file's ids are the guest's */
} Matching;

/* --- match_items.c: what is known of each side ------------------------------------------------ */

void match_items_read(Matching *matching);
void match_items_free(Matching *matching);
/* Who has the id; NULL: nobody. */
Item *match_items_with_alias(Matching *matching, const char *alias);
Item *match_items_with_id(Matching *matching, const char *id);
/* The ids that libvirt would give to those that are left. */
void match_items_derive(Matching *matching);
gboolean match_may_use(const Matching *matching, Evidence evidence);

/* --- match_fit.c: whether two can be one ------------------------------------------------------ */

gboolean match_is_drive(DeviceKind kind);
/* Its medium comes and goes. */
gboolean match_is_removable(DeviceKind kind);
/* The same driver, or nothing against it being so. */
gboolean match_same_sort(const Item *configured, const Item *device);
/* Whether a pair is thinkable at all: the same driver, or at least the same kind of thing. */
gboolean match_fits(const Item *configured, const Item *device);
/* Bits 1 << Evidence that both sides have and that differ. An id does where those of the file are
 * the guest's. */
guint match_contradictions(Matching *matching, const Item *configured, const Item *device);
/* The file gives it an id, and the device has another one or none. What the machine brings has
 * none. */
gboolean match_is_named_otherwise(const Item *configured, const Item *device);

/* --- match_buses.c: from the numbers of the file to buses of the guest ------------------------ */

void match_buses_init(Matching *matching);
/* Reads which bus the element is and where its static address is. */
void match_buses_add(Matching *matching, Item *configured);
/* Buses that are known without any evidence. */
void match_buses_find_machine(Matching *matching);
void match_buses_free(Matching *matching);
/* Where a device is; bus NULL: nowhere that can be said. */
Spot match_buses_spot(const Device *device);
/* Who is at a place of the guest; NULL: nobody. */
Item *match_buses_occupant(Matching *matching, const Spot *spot);
/* Finds what follows from the pairs made: buses, controllers by the devices on them and, if asked
 * for, devices by their static addresses. */
void match_buses_settle(Matching *matching, gboolean addresses);
/* Of an item that was found by its address: in how many other ways its bus could have been. */
guint match_buses_doubt(const Item *configured);

/* --- match_evidence.c: evidence that names one device ----------------------------------------- */

void match_evidence(Matching *matching);
void match_pair_up(Matching *matching, Item *configured, Item *device, Evidence evidence);

/* --- match_order.c: what is left, in order ---------------------------------------------------- */

void match_order(Matching *matching);

/* --- match_reason.c ----------------------------------------------------------------------------
 */

/* Why the pair is as it is; state and place are known. NULL: nothing to say. (transfer full) */
char *match_reason(Matching *matching, const MatchPair *pair, const Item *item);

#endif
