/* The drives of a guest as lines: controllers with their bays, or all drives in another order.
 * Chosen from the rows of an outline, so that keys and texts are those of the tree. */
#ifndef BACKPLANE_DRIVES_MODEL_H
#define BACKPLANE_DRIVES_MODEL_H

#include "engine/session.h"
#include "tui/outline.h"

typedef enum {
    DRIVES_BY_BAY, /* below their controllers, with vacant bays; the other orders have drives only
                    */
    DRIVES_BY_SIZE,
    DRIVES_BY_READ,
    DRIVES_BY_WRITE,
    DRIVES_BY_FILE,
    DRIVES_ORDERS,
} DrivesOrder;

typedef struct {
    const OutlineRow *row;
    guint from, to; /* where it is in the outline, and the last of a run of vacant bays */
    guint count;    /* bays in the run, else 1 */
    gboolean head;  /* a controller: its bays follow */
    gboolean below; /* a bay of the controller above */
    gboolean known; /* the rate is */
    Rate rate;
} DrivesLine;

typedef struct DrivesModel DrivesModel;

typedef struct {
    const Session *session; /* whose rates these are */
    DrivesOrder order;
    const char *filter; /* only lines with this text in them; NULL: all */
} DrivesOptions;

/* rows: a whole outline, nothing folded; outlives the model. */
DrivesModel *drives_model_new(const Outline *rows, const DrivesOptions *options);
void drives_model_free(DrivesModel *model);

guint drives_model_length(const DrivesModel *model);
/* NULL behind the last. */
const DrivesLine *drives_model_line(const DrivesModel *model, guint index);
/* The line of the row with this key, or that has it in its run; G_MAXUINT for none. */
guint drives_model_find(const DrivesModel *model, const char *key);

/* The last place of a run, else the only one. */
const Address *drives_model_last_place(const DrivesModel *model, const DrivesLine *line);
/* Its path as QEMU or the domain file has it; NULL for none. */
const char *drives_line_file(const DrivesLine *line);
/* What can be searched. (transfer full) */
char *drives_line_text(const DrivesLine *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DrivesModel, drives_model_free)

#endif
