/* Ordered steps from what a guest has to what it shall have, each with the way back. A plan is
 * plain data: it can be shown, rendered, inverted and run, and knows nothing of a monitor. */
#ifndef BACKPLANE_PLAN_H
#define BACKPLANE_PLAN_H

#include <jansson.h>

#include "engine/address.h"
#include "engine/file_change.h"

typedef enum {
    ACTION_COMMAND, /* a QMP command */
    /* What is done with the file that the plan carries its change into: */
    ACTION_WRITE,   /* the new version, beside the file */
    ACTION_REPLACE, /* the file by that version */
    ACTION_DISCARD, /* that version, before it is in place */
    ACTION_RESTORE, /* the old version, after the new one was in place */
} ActionKind;

/* How it is sent, and told. */
typedef enum {
    FORM_QMP,
    FORM_LINE,  /* as a line of the human monitor */
    FORM_DRIVE, /* over a QMP without block nodes: what is about one as a line about a drive */
} ActionForm;

/* One command or deed. A device_del whose device is not there (any more) is done, not failed: the
 * eject of a slot takes functions along whose own device_del comes later. */
typedef struct {
    ActionKind kind;
    char *command;     /* of a file action "write", "replace", "discard", "restore" */
    json_t *arguments; /* an object, never NULL; of a file action {"file": PATH} */
    ActionForm form;
    char **leaves; /* of an unplug: paths that must be gone before it counts as done; else NULL */
    /* Of a command to an old QEMU (condition.h): what must hold, or it is not sent; what must hold
     * after it was accepted, or it has failed. NULL: nothing. */
    json_t *before, *after;
} Action;

typedef enum {
    STEP_WAITING,
    STEP_RUNNING, /* sent, no answer yet */
    STEP_LEAVING, /* accepted; the guest has not let go yet */
    STEP_DONE,
    STEP_FAILED,
    STEP_UNDOING,
    STEP_UNDONE,
    STEP_LEFT, /* was done and could not be taken back */
} StepState;

typedef struct {
    Action *action;
    GPtrArray *undo; /* (Action) in the order they run; empty where there is nothing to take back */
    char *words;     /* the thing this step makes or takes away: "block node disk2-fmt" */
    guint group;     /* of an inverted plan: steps of the same group were one step; 0 for none */
    guint subject;   /* index of the subject that it is for, if it names none itself */
    StepState state;
    gint64 started, ended; /* g_get_monotonic_time() microseconds, 0 before */
    char *error;           /* QEMU's own sentence, or the system's on a file; NULL */
} Step;

/* A condition that was looked at before anything is sent. Only those that hold stand in a plan: one
 * that does not is a GError instead of a plan. */
typedef struct {
    gboolean caution; /* it works, but the user should know */
    char *text;
    char *evidence; /* "query-pci"; NULL */
} PlanCheck;

typedef enum {
    PLAN_ATTACH,
    PLAN_DETACH,
    PLAN_MEDIUM, /* the device stays, another medium is in it; no domain file is changed */
} PlanVerb;

/* A device that a plan attaches or detaches. */
typedef struct {
    PlanVerb verb; /* the plan's, unless several were joined */
    char *path;    /* QOM path, known beforehand */
    char *id;      /* NULL for none */
    char *driver;
    char *bus; /* bus name */
    Address address;
} PlanSubject;

typedef struct {
    PlanVerb verb;       /* of several joined plans that of the first */
    char *title;         /* "attach disk sd3 at 0:0:3" */
    GPtrArray *steps;    /* (Step) */
    GPtrArray *checks;   /* (PlanCheck) */
    GPtrArray *subjects; /* (PlanSubject) the first is the one that was asked for */
    GHashTable *chosen;  /* option name -> value, those that the user left out included */
    FileChange *file;    /* what the file actions are about; NULL for a plan without them */
} Plan;

Plan *plan_new(PlanVerb verb, const char *title);
void plan_free(Plan *plan);

/* How all of its commands will be sent. */
void plan_set_form(Plan *plan, ActionForm form);
gboolean plan_is_human(const Plan *plan);

/* arguments, leaves: (transfer full). */
Action *action_new(const char *command, json_t *arguments, char **leaves);
/* Both take a condition (transfer full) and give the action back. */
Action *action_require(Action *action, json_t *condition);
Action *action_verify(Action *action, json_t *condition);
Action *action_copy(const Action *action);
void action_free(Action *action);

/* Appends a step; action (transfer full); undo (transfer full) may be NULL. Where it takes more
 * than one command to take the step back, the caller appends them to step->undo: a controller and
 * then the disks that left with it, functions 2 and 1 of a slot and then function 0. */
Step *plan_add(Plan *plan, const char *words, Action *action, Action *undo);
void plan_add_check(Plan *plan, gboolean caution, const char *evidence, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
PlanSubject *plan_add_subject(Plan *plan);
/* "sd3", else "e1000 at 00:05.0". (transfer full) */
char *plan_subject_name(const PlanSubject *subject);
void plan_choose(Plan *plan, const char *option, const char *value);

/* Moves the steps, checks and subjects of `more` (transfer full), which has no file, behind those
 * of the plan. */
void plan_join(Plan *plan, Plan *more);

/* Makes the plan, which is complete by now, carry a change of a file (transfer full): a new first
 * step writes the new version beside the file, a new last one puts it in place. So whatever can
 * fail with the file fails before the guest is changed, and the file is not changed before the
 * guest has been. Once for a plan. */
void plan_carry(Plan *plan, FileChange *change);
/* Takes that back; nothing happens to a plan without a file. */
void plan_drop_file(Plan *plan);

/* A new plan with the same steps, none run. (transfer full) */
Plan *plan_copy(const Plan *plan);
/* The same with what came of its steps so far. (transfer full) */
Plan *plan_copy_run(const Plan *plan);

/* The plan that takes this one back; inverting that gives this one again. Errors:
 * ENGINE_ERROR_REFUSED naming the step that has no way back. (transfer full) */
Plan *plan_invert(const Plan *plan, GError **error);
/* The plan that does it once more after it was taken back. Not a mere copy: where the way back made
 * a block node in place of a -drive back end, that node has to go as well. (transfer full) */
Plan *plan_again(const Plan *plan, GError **error);

/* {"execute": ..., "arguments": ...} on one line; {"file": ..., "action": ...} where no command is
 * sent. (transfer full) */
char *action_to_qmp(const Action *action);
/* As it is sent: the line of the human monitor, or the JSON object. (transfer full) */
char *action_to_sent(const Action *action);
/* That line, or "device_add driver=e1000 id=net1 bus=pci.0 addr=06.0", nested members dotted;
 * "replace /srv/web01.xml by the new one". (transfer full) */
char *action_to_text(const Action *action);
/* [{"execute": ..., "arguments": ..., "undo": [...]}, ...], file actions as above; conditions as
 * "before" and "after". (transfer full) */
json_t *plan_to_json(const Plan *plan);

const char *step_state_name(StepState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Action, action_free)

#endif
