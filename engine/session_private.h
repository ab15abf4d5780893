/* What the parts of the session share. Nobody but session*.c includes it. */
#ifndef BACKPLANE_SESSION_PRIVATE_H
#define BACKPLANE_SESSION_PRIVATE_H

#include "engine/inventory.h"
#include "engine/marks.h"
#include "engine/session_domain.h"

/* Where a plan that runs came from: what it means when it is done. */
typedef enum { RUN_NEW, RUN_STAGED, RUN_UNDO, RUN_REDO } RunKind;

typedef struct Run Run;
typedef struct Query Query;
typedef struct ImageProbe ImageProbe;
typedef struct Watch Watch;
typedef struct DomainFile DomainFile;
typedef struct SessionRecord SessionRecord;
typedef struct SessionReplay SessionReplay;
typedef struct Matching Matching;
typedef struct RatesWatch RatesWatch;

/* Shared by reference counting: what comes from the main loop holds a reference, so that listeners
 * may free the session. A freed or lost session has no monitor. */
struct Session {
    Target *target; /* NULL in a replay */
    SessionMode mode;
    SessionState state;
    GError *error;
    gint64 lost_at;
    gboolean paused;
    gboolean freed;
    gboolean read_only;   /* the user wants nothing changed */
    GPtrArray *listeners; /* (Listener) */

    Trace *trace;
    Monitor *monitor;
    Inventory *inventory;
    gint64 latency; /* of the connection before */
    char *farewell; /* what a SHUTDOWN event said */
    guint retry;    /* timer */
    guint retries;

    Guest *guest;
    guint trees; /* of this connection */
    Journal *journal;
    Marks *marks;
    Watch *watch;
    GPtrArray *reads; /* (Read) asked for */
    RatesWatch *rates;

    GPtrArray *runs;    /* (Run) not yet told to be over */
    GPtrArray *running; /* (Transaction) of those, pending ones */
    History *history;
    gboolean all_placed; /* by the command line with which it was started */
    char *serial;        /* file; NULL */
    Staging *staging;
    const Plan *offered; /* the plan that was given away last, only to be compared with */
    json_t *offered_content;
    RunKind offered_kind;
    const Plan *offered_from; /* and the plan of the history that it came from; NULL */

    GPtrArray *queries; /* (Query) */
    GHashTable
        *drivers; /* driver -> json_t of its properties, null where QEMU knows no such driver */
    GHashTable *asked;   /* drivers whose properties are on their way */
    GPtrArray *watchers; /* (FactsWatcher) live dialogs that miss something */
    ImageProbe *image;   /* of the request of the latest live dialog */
    gboolean facts_read; /* a complete read for dialogs is under way */

    DomainFile *domain_file; /* NULL without */

    SessionRecord *record; /* NULL while nothing is recorded */
    SessionReplay *replay; /* NULL in a live session */
};

/* --- session.c ------------------------------------------------------------------------------- */

void session_unref(Session *session);

/* Without a connection, and nothing begins. (transfer full) */
Session *session_new_idle(SessionMode mode);
void session_notify(Session *session, SessionChange change);
void session_log(Session *session, DeviceState state, const char *subject, const char *text,
                 const char *outcome, gint64 elapsed);
/* The guest's name, or the target before it is known. */
const char *session_name(const Session *session);
/* There is a guest, or there may be: it is no replay. Errors: ENGINE_ERROR_REFUSED. */
gboolean session_check_live(const Session *session, GError **error);
/* There is no connection any more, or none that is of use. */
void session_lose(Session *session, const GError *error);
/* The guest has been read for the first time since the connection stands. */
void session_enter_live(Session *session);

/* What is asked again and again is for: session_is_polling. */
#define PURPOSE_POLL "poll"
#define PURPOSE_RATES "drive rates"

/* --- session_watch.c ------------------------------------------------------------------------- */

Watch *watch_new(Session *session);
void watch_free(Watch *watch);
/* The connection stands: reads, and from then on polls. */
void watch_start(Watch *watch);
/* The connection is gone. */
void watch_stop(Watch *watch);
/* Nobody looks, or somebody does again. */
void watch_pause(Watch *watch, gboolean pause);
/* Something changed: reads the tree again. Many calls make two reads at most. */
void watch_refresh(Watch *watch);
/* The guest was reset: its firmware will number buses, and nobody will tell. */
void watch_unsettle(Watch *watch);
/* Asks for the run state alone. */
void watch_status(Watch *watch);

void session_drop_reads(Session *session);
/* As session_forget. */
void session_reads_forget(Session *session, gpointer data);
void session_show_marks(Session *session);

/* --- session_rates.c ------------------------------------------------------------------------- */

RatesWatch *rates_watch_new(Session *session);
void rates_watch_free(RatesWatch *watch);
/* QEMU can be asked, or cannot or shall not any more. */
void rates_watch_start(RatesWatch *watch);
void rates_watch_stop(RatesWatch *watch);

/* --- session_events.c ------------------------------------------------------------------------ */

void session_handle_event(Session *session, const char *name, json_t *payload);

/* --- session_run.c --------------------------------------------------------------------------- */

void session_runs_lost(Session *session, const GError *error);
void session_runs_event(Session *session, const char *name, json_t *payload);
void session_runs_mark(Session *session);
void session_runs_free(Session *session);
void session_runs_forget(Session *session, gpointer data);
gboolean session_awaits(const Session *session, const Device *device);
/* This plan is given to a user: when it runs it is of this kind. from: of the history. */
void session_offer(Session *session, const Plan *plan, RunKind kind, const Plan *from);

/* --- session_plan.c -------------------------------------------------------------------------- */

void session_queries_start(Session *session);
void session_queries_advance(Session *session);
void session_queries_lost(Session *session, const GError *error);
void session_queries_free(Session *session);

/* --- session_stage.c ------------------------------------------------------------------------- */

/* What a new plan is made for: this guest with all that is staged. (transfer none, until the guest
 * or the stage is another) */
Guest *session_stage_after(Session *session, Guest *guest);
/* As session_find, of that one. Errors: ENGINE_ERROR_REFUSED: it is only staged, or leaves with a
 * staged change already. */
Device *session_stage_find(Session *session, Guest *guest, const char *name, GError **error);
/* Whether all that the plan takes away is in the guest itself. Errors: the same. */
gboolean session_stage_lets_go(Session *session, Guest *guest, const Plan *plan, GError **error);
/* All that is staged as one plan, with the change of the domain file. Errors: those of staging_join
 * and session_domain_carry. */
Plan *session_stage_join(Session *session, Guest *guest, GError **error);

/* --- session_facts.c ------------------------------------------------------------------------- */

/* Whether the driver's properties are known; asks for them if not. */
gboolean session_know_driver(Session *session, const char *driver);
void session_facts_init(Session *session);
void session_facts_clear(Session *session);
void session_facts_forget(Session *session, gpointer data);
/* The header of an image, once it is read. */
ImageProbe *image_probe_new(Session *session, const char *path);
void image_probe_free(ImageProbe *probe);
gboolean image_probe_is_for(const ImageProbe *probe, const char *path);
gboolean image_probe_is_over(const ImageProbe *probe);
void image_probe_facts(const ImageProbe *probe, HotplugFacts *facts);
/* The path of the image that a request names; NULL for none. */
const char *request_image(const Request *request);

/* --- session_domain.c ------------------------------------------------------------------------ */

void domain_file_free(DomainFile *file);
/* Matches again: the guest or the domain is another. Gives back what was before, for whoever still
 * looks at it. (transfer full) NULL for none */
Matching *session_domain_rematch(Session *session);
void matching_free(Matching *matching);
/* Others than this session may have changed the file: it is looked at with the next tree. */
void session_domain_touched(Session *session);
/* Whether there is a domain file that no plan is changing just now. Errors: ENGINE_ERROR_REFUSED.
 */
gboolean session_domain_check_free(const Session *session, GError **error);
/* Whether memory holds nothing that a plan which changes the file would leave behind. Errors: the
 * same. */
gboolean session_domain_check_saved(const Session *session, GError **error);

/* As the file was read, or saved last; NULL without one. */
const Domain *session_domain_saved(const Session *session);
/* In a replay: the domain file is this now, none where domain is NULL. Tells nobody, and gives the
 * one before, for whoever still looks at it. (transfer full) */
DomainFile *session_domain_show(Session *session, const char *name, Domain *saved, Domain *domain);

/* --- session_record.c ------------------------------------------------------------------------ */

/* A plan is over that was "new", "undo" or "redo". */
void session_record_ended(Session *session, const Transaction *transaction, const char *kind);
const char *session_state_name(SessionState state);
const char *session_outcome_name(Outcome outcome);

/* --- session_replay.c ------------------------------------------------------------------------ */

void session_replay_free(SessionReplay *replay);
const char *session_replay_path(const SessionReplay *replay);
gint64 session_replay_now(const SessionReplay *replay);
gint64 session_replay_clock(const SessionReplay *replay);
gint64 session_replay_silence(const SessionReplay *replay);

/* --- session_carry.c ------------------------------------------------------------------------- */

/* As session_domain_carry: what `change` changes is carried by the plan. */
gboolean session_carry_change(Session *session, Plan *plan, const Plan *change, GError **error);

/* "15 configured, 14 matched"; NULL without a domain. (transfer full) */
char *session_domain_summary(const Session *session);
/* Writes into the journal what is absent, unmanaged or elsewhere. */
void session_domain_tell_differences(Session *session);
/* The same, and before it what is compared. */
void session_domain_announce(Session *session);
/* The QOM path of the device that the domain file calls so ("sdf"). NULL, with an error that says
 * why: ENGINE_ERROR_REFUSED: it is absent, or it is not certain which one it is; INPUT as
 * domain_find; or without an error: there is no such. (transfer none) */
const char *session_domain_find(const Session *session, const char *name, GError **error);

#endif
