/* The rows of the plan view: headings, plans, their steps, sentences. Knows no terminal. */
#ifndef BACKPLANE_PLAN_ROWS_H
#define BACKPLANE_PLAN_ROWS_H

#include "engine/session.h"
#include "tui/draw.h"

typedef enum { SECTION_RUNNING, SECTION_STAGED, SECTION_HISTORY, SECTIONS } PlanSection;

typedef enum {
    PLAN_ROW_HEADING,
    PLAN_ROW_PLAN,
    PLAN_ROW_STEP,
    PLAN_ROW_TEXT, /* of a plan: what is in its way, QEMU's sentence; of a section: what it is for
                    */
} PlanRowKind;

typedef struct {
    PlanRowKind kind;
    PlanSection section;
    gconstpointer about; /* Transaction, StagedPlan or HistoryEntry; NULL: of the section */
    const Plan *plan;    /* of it */
    guint index; /* of a plan in its section, as the session counts; of a step in its plan */
    gboolean folded;
    DeviceState state; /* as a glyph and a colour */
    char *word;        /* "done", "leaving"; "" */
    char *text;        /* the title, the command, the sentence, the heading */
    char *count;       /* "3 commands", "2 of 5"; of a heading; "" */
    char *time;        /* how long: "12 ms", "7s"; "" */
    char *clock;       /* when it ended or was staged: "12:04:31"; "" */
    const char *mark;  /* which key takes it: "u", "U"; "" */
    int indent;        /* of PLAN_ROW_TEXT */
    Element element;   /* of the text */
} PlanRow;

/* toggled: what is not folded as it is by itself, by `about`. columns: what sentences are broken
 * to. (transfer full) (PlanRow) */
GPtrArray *plan_rows_new(Session *session, GHashTable *toggled, int columns);

/* The step that has begun and is not over; NULL between two. */
const Step *plan_step_under_way(const Plan *plan);

/* "0.4 ms", "12 ms", "3.4 s". (transfer full) */
char *plan_time_text(gint64 microseconds);

#endif
