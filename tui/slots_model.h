/* What the slots view shows, without places on a screen: pages of blocks of cards. Every device,
 * free place and absent device of an outline is on exactly one card. */
#ifndef BACKPLANE_SLOTS_MODEL_H
#define BACKPLANE_SLOTS_MODEL_H

#include "tui/outline.h"

/* In the order in which a page has them. */
typedef enum {
    SLOTS_CHASSIS, /* a PCI bus with a card for each slot */
    SLOTS_PORTS,   /* the buses of the ports on a PCI bus, one card each */
    SLOTS_BAYS,    /* a strip: the places for drives of one controller */
    SLOTS_ABSENT,  /* configured devices that no place was found for */
    SLOTS_SOCKETS, /* a strip: USB and serial ports of one controller */
    SLOTS_BOARD,   /* a strip: what sits on one of the other buses */
} SlotsKind;

typedef struct SlotsPage SlotsPage;
typedef struct SlotsBlock SlotsBlock;

/* What takes one place on the screen. */
typedef struct {
    const SlotsBlock *block;
    const Bus *bus;  /* that it is a place on; NULL for DIMMs and devices with no bus here */
    guint slot;      /* of a chassis */
    GPtrArray *rows; /* (const OutlineRow) functions of a slot, places of a run; else one */
    gboolean closed; /* vacant, and nothing can be plugged there while the guest runs */
    gboolean run;    /* free bays in a row: one card, too many to have one each */
} SlotsCard;

struct SlotsBlock {
    const SlotsPage *page;
    SlotsKind kind;
    const Bus *bus;       /* the chassis, or the bus that the ports are on; else NULL */
    const Device *owner;  /* of a strip: the controller; NULL for the board itself */
    char *name, *address; /* of a strip: what stands before it */
    char *title, *usage;  /* "pci.0  i440FX root bus", "9 of 32 used"; of a strip that of all its
                           * kind on the page */
    GPtrArray *cards;     /* (SlotsCard, owned) */
};

/* What is shown at one time: the root buses with all that is plugged to them and to their ports; or
 * a bus behind a bridge, with the same. */
struct SlotsPage {
    const Bus *bus;    /* NULL: the root buses */
    GPtrArray *blocks; /* (SlotsBlock, owned) */
};

/* A row and its card. */
typedef struct {
    const OutlineRow *row;
    const SlotsCard *card;
    guint index; /* of the row among those of the card */
} SlotsSpot;

typedef struct {
    GPtrArray *pages;   /* (SlotsPage, owned) the root buses first, then in the order of the tree */
    GArray *spots;      /* (SlotsSpot) in the order of pages, blocks, cards */
    GHashTable *by_key; /* key (of the row) -> position in spots, plus 1 */
    GPtrArray *extra;   /* (OutlineRow) slots that the tree does not list: see slots_model_new */
} SlotsModel;

/* outline: one with nothing folded; must outlive the model. It has no rows for slots of buses that
 * take no hotplug, and for that of an empty port: they get rows here, vacant ones, with keys as
 * other free places have them. */
SlotsModel *slots_model_new(const Outline *outline);
void slots_model_free(SlotsModel *model);

/* NULL where there is none. */
const SlotsSpot *slots_model_find(const SlotsModel *model, const char *key);
const SlotsSpot *slots_model_spot(const SlotsModel *model, guint position);
/* The position of a spot of this model. */
guint slots_model_position(const SlotsModel *model, const SlotsSpot *spot);
/* The first spot of a card; NULL for one without rows. */
const SlotsSpot *slots_model_card_spot(const SlotsModel *model, const SlotsCard *card);

/* The PCI bus behind a device: of a bridge, a port, an expander; NULL for none. */
const Bus *slots_model_bus_of(const SlotsModel *model, const Device *device);
/* The first card of a PCI bus; NULL for none. */
const SlotsCard *slots_model_bus_card(const SlotsModel *model, const Bus *bus);
/* The first card of the strip of a controller; NULL for none. */
const SlotsCard *slots_model_strip_card(const SlotsModel *model, const Device *owner);

/* It has a device, as opposed to being vacant or for an absent one. */
gboolean slots_card_is_taken(const SlotsCard *card);
gboolean slots_card_is_vacant(const SlotsCard *card);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SlotsModel, slots_model_free)

#endif
