/* What was typed in the attach dialog and what the plan makes of it. No painting, no keys. */
#ifndef BACKPLANE_ATTACH_FORM_H
#define BACKPLANE_ATTACH_FORM_H

#include "engine/session_domain.h"
#include "tui/attach_fields.h"
#include "tui/line_edit.h"
#include "tui/outline.h"

typedef struct {
    Session *session;
    RequestKind kind;
    LineEdit *edits;        /* one for each row of the table; empty: left to the plan */
    GArray *shown;          /* (guint) the rows of the table that belong to the kind, in order */
    Plan *plan;             /* NULL: refused, or facts are missing */
    GHashTable *chosen;     /* option -> value of the latest plan; NULL before the first */
    GError *refusal;        /* NULL: facts are missing */
    char *note;             /* what is known of the image; NULL */
    gboolean configured;    /* the domain file has the device already */
    GPtrArray *diff;        /* what the plan changes in the domain file; NULL */
    SessionFactsFn changed; /* called when facts have come, with data */
    gpointer data;
} AttachForm;

void attach_form_init(AttachForm *form, Session *session, const OutlineRow *row);
void attach_form_clear(AttachForm *form);

/* Sets the field that an option has with this kind, as if it had been typed; nothing where there is
 * no such field or value is NULL. */
void attach_form_state(AttachForm *form, RequestKind kind, const char *option, const char *value);

/* Value of an option: stated, else chosen by the plan; NULL. */
const char *attach_form_value(const AttachForm *form, const char *option);
/* Of a row of the table; *proposed when the plan chose it. "" for none. */
const char *attach_form_field_value(const AttachForm *form, guint field, gboolean *proposed);
GPtrArray *attach_form_choices(const AttachForm *form, guint field);

/* NULL with an error when the words do not make a request. (transfer full) */
Request *attach_form_request(const AttachForm *form, GError **error);

/* The plan shall change the domain file along. */
gboolean attach_form_carries(const AttachForm *form);

/* What is to be given first, as long as it is not; else NULL. */
const char *attach_form_prompt(const AttachForm *form);

/* Plans anew; to be called after every change. */
void attach_form_plan(AttachForm *form);

/* Sets a chooser to the next or previous of its choices. */
void attach_form_step(AttachForm *form, guint field, int direction);
/* The next choice that begins with this character. */
void attach_form_jump(AttachForm *form, guint field, gunichar c);

/* The bus on whose strip a slot is picked; NULL when it is not there yet. */
const Bus *attach_form_slot_bus(const AttachForm *form);

#endif
