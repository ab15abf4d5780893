/* The tree as rows of text: what the tree view paints and what `backplane tree` prints. Knows no
 * terminal and no colours. Every text is safe to print as it is (monitor/text.h). */
#ifndef BACKPLANE_OUTLINE_H
#define BACKPLANE_OUTLINE_H

#include "engine/match.h"

typedef enum {
    ROW_BUS, /* a root bus, with its strip of slots */
    ROW_DEVICE,
    ROW_ABSENT, /* configured in the domain file, not in the guest */
    ROW_VACANT, /* one free place, or a folded run of them */
    ROW_GROUP,  /* devices nobody looks at folded into one row: "14 ISA devices" */
} RowKind;

typedef struct {
    RowKind kind;
    char *key;             /* stable across re-reads: QOM path, bus path, bus path + place */
    const Bus *bus;        /* ROW_ABSENT: NULL where the guest has none for it */
    const Device *device;  /* NULL for rows that are none */
    const MatchPair *pair; /* of the device, or of the absent one; NULL without a domain file */
    Address place;         /* ROW_VACANT: the (first) free place; ROW_ABSENT: ADDRESS_NONE or
                            * where the file wants it */
    guint count;           /* ROW_VACANT, ROW_GROUP: how many are folded into it */
    DeviceState state;
    char *address; /* "05.0", "0:1–7", "pci.0" */
    char *lines;   /* "│ ├─┬ " */
    char *name;    /* "virtio-blk" */
    char *backend; /* "data1.qcow2", "user, 10.0.2.0/24"; "" for none */
    char *id;
    char *status;      /* "20.0G", "leaving 7s", "2 of 4" */
    gboolean foldable; /* has rows below it */
    gboolean folded;
    guint depth; /* 0 at the top; the parent of a row is the nearest row above of a lower depth */
} OutlineRow;

typedef struct Outline Outline;

typedef struct {
    const Match *match;  /* with a domain file; NULL. Must outlive the outline. */
    GHashTable *toggled; /* keys whose fold is not the default; NULL for none */
    GHashTable *only;    /* keys of the rows to show (outline_find_text); NULL: all */
    gboolean ascii;
    gboolean vacant; /* show free places one by one rather than as runs */
    gboolean all;    /* nothing is folded, free places stand one by one */
    gint64 now;      /* g_get_real_time(), for the ages */
} OutlineOptions;

/* guest: NULL gives an outline without rows; else it must outlive the outline. */
Outline *outline_new(const Guest *guest, const OutlineOptions *options);
void outline_free(Outline *outline);
guint outline_length(const Outline *outline);
const OutlineRow *outline_row(const Outline *outline, guint index);
/* G_MAXUINT when no row has that key. */
guint outline_find(const Outline *outline, const char *key);

/* What of a row can be searched: its cells, and the driver of its device. (transfer full) */
char *outline_row_text(const OutlineRow *row);
/* Keys of the rows with this text in them, whatever the case, and of those that they hang on.
 * (transfer full) (char) */
GHashTable *outline_find_text(const Outline *outline, const char *text);

/* The glyph of a state, one column wide: "■", or "#" in ASCII. */
const char *state_glyph(DeviceState state, gboolean ascii);

/* "64.0M", "1.5T"; "" for negative sizes. (transfer full) */
char *size_to_text(gint64 bytes);
/* "7s", "42s", "3m", "2h". (transfer full) */
char *age_to_text(gint64 microseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outline, outline_free)

#endif
