/* The inside of the console, shared by its files and its tests. */
#ifndef BACKPLANE_CONSOLE_PRIVATE_H
#define BACKPLANE_CONSOLE_PRIVATE_H

#include "tui/console.h"
#include "tui/dialog.h"
#include "tui/header.h"
#include "tui/prompt.h"
#include "tui/replay_bar.h"
#include "tui/tty.h"
#include "tui/view.h"

/* Smallest screen that is painted. */
#define CONSOLE_ROWS_MIN 8
#define CONSOLE_COLUMNS_MIN 40

typedef enum { FOCUS_VIEW, FOCUS_DETAILS, FOCUS_EVENTS, FOCUSES } Focus;

typedef struct {
    const char *terminal; /* type; NULL: $TERM */
    FILE *out, *in;
    gboolean ascii;
    const char *theme;      /* NULL: the default */
    gint64 (*now)(void);    /* g_get_real_time, or the clock of a test or a recording */
    Replay *replay;         /* the session is of this one; NULL: it is a guest's */
    const TourGuide *guide; /* NULL: no tour */
    gboolean guests;        /* another guest can be chosen: CONSOLE_GUESTS */
} ConsoleSettings;          /* those of settings.h come on top */

/* Where the panes are; a pane without rows or columns is not shown. */
typedef struct {
    Canvas screen, header, view, details, events, tour;
    int hint_row;
    int replay_row; /* of the player; -1 for none */
    int bar;        /* column between view and details; -1 for none */
} Layout;

struct Console {
    Session *session;
    Tty *tty;
    Look look;
    Theme *theme;
    gboolean ascii;   /* whatever the settings say */
    char *theme_name; /* as asked for: another than theme's where that could not be had */
    gint64 (*now)(void);

    ViewHost host;
    View *views[VIEWS];   /* NULL: there is none of this session */
    ViewId view;          /* that is on the screen */
    char *key;            /* of the row that the cursor of a view was on last */
    GHashTable *marks;    /* (char) keys of rows */
    char *find;           /* what was searched last; NULL */
    guint find_from;      /* where the cursor was when a search began */
    char *filters[VIEWS]; /* what is shown alone in each view; NULL: all is */
    HeaderCounts counts;
    Focus focus;
    gboolean zoomed;
    char *told_key; /* the row that the facts on the screen are of, and detail_top */
    int detail_top;
    Canvas facts;           /* where they stand */
    gboolean facts_clear;   /* nothing stood upon them in the latest frame */
    gboolean facts_waiting; /* they are of the row that the cursor has left */
    gint64 moving_until;    /* monotonic; so long they may wait */
    int events_back;
    Dialog *dialog;
    Prompt *prompt; /* has the last line and all keys; NULL: none is open */
    char *message;  /* in place of the hints, until the next key */
    Element message_element;
    char *refusal;    /* what the message refused, while the next key is handled; NULL */
    gboolean asking;  /* a plan was asked for, and has not come */
    guint quit_asked; /* how many of the reasons to stay were looked at */
    char *awaited;    /* QOM path of what the user attached: the cursor goes there; NULL for none */

    Replay *replay;       /* NULL: the session is a guest's */
    gint64 replay_second; /* of its clock, when the views were told of it last */
    ReplayBar replay_bar; /* where it stands */

    Layout layout;        /* of the latest frame */
    GArray *hints, *tabs; /* (Hint) where they stand */
    gint64 click_at;      /* monotonic time of the latest click, to find double ones */
    int click_row, click_column;

    Tour *tour; /* NULL: there is none */

    gboolean has_guests; /* as in the settings */
    gboolean to_guests;  /* the user leaves for them */
    GMainLoop *loop;
    int end_signal; /* that ended it; 0 for none */
    guint paint_source, tick_source;
    gint64 painted_at; /* monotonic */
};

/* Errors: those of tty_open. (transfer full) */
Console *console_new(Session *session, const ConsoleSettings *settings, GError **error);
void console_free(Console *console);

/* As console_run; now and replay: as in the settings. */
int console_run_with(Session *session, const Options *options, gint64 (*now)(void), Replay *replay,
                     const TourGuide *guide);

/* Paints all there is now. */
void console_paint(Console *console);
/* The same, but while the cursor moves what tells of its row waits. */
void console_paint_frame(Console *console);
/* That frame now, on a slow line as soon as that has carried what came before. */
void console_paint_now(Console *console);
/* That frame after this many microseconds, unless one is due before. */
void console_paint_within(Console *console, gint64 time);
/* Paints soon, however often it is called: events come faster than eyes. A Console, as the data of
 * whoever wants it painted. */
void console_paint_soon(gpointer console);

/* What the command of a key does, unless the guest may not be changed and it does that. */
void console_act(Console *console, const Command *command);
void console_key(Console *console, Key key);
void console_mouse(Console *console, const MEVENT *mouse);
/* Reads and handles all keys that are there, then paints. */
void console_input(Console *console);

/* Opens a dialog (transfer full) in place of the one that is open. */
void console_open(Console *console, Dialog *dialog);
void console_close_dialog(Console *console);
void console_do(Console *console, DialogEffect effect);

gboolean console_is_live(const Console *console);

/* Looks like this theme from the next frame on; where it is bad, says why and looks like the one
 * that stands in. name NULL: the default. */
void console_take_theme(Console *console, const char *name);

/* A key was pressed: what was said has been read. */
void console_forget_message(Console *console);
void console_say(Console *console, Element element, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Counts anew what the session has now, and lets the view take it. */
void console_take_tree(Console *console);

/* --- console_prompt.c ------------------------------------------------------------------------- */

/* Opens a prompt in the last line in place of the one that is open; use and initial as in
 * prompt_new. */
void console_prompt(Console *console, const PromptUse *use, const char *initial, gpointer data);
void console_prompt_key(Console *console, Key key);
/* All keys that were there have been told. */
void console_prompt_settle(Console *console);
/* As Escape does; nothing where there is none. */
void console_prompt_give_up(Console *console);
/* A click was elsewhere: what is seen at once as it is typed is kept as by Enter, since it is what
 * was clicked on; anything else is given up. */
void console_prompt_leave(Console *console);

/* --- console_line.c --------------------------------------------------------------------------- */

/* Does what a line says; what is wrong with it is told. */
void console_run_line(Console *console, const char *line);
void console_run_words(Console *console, char **words);
/* Obeys the settings as they are now, but the theme. */
void console_take_settings(Console *console);

/* --- console_plans.c -------------------------------------------------------------------------- */

/* Asks for a plan and shows it to be confirmed. */
void console_ask_attach(Console *console, const Request *request);
/* names: as in session_plan_detach. */
void console_ask_detach(Console *console, const char *const *names);

/* --- console_views.c ------------------------------------------------------------------------- */

void console_make_views(Console *console);
void console_free_views(Console *console);
View *console_view(const Console *console);
/* Where the cursor of the view is; NULL: on nothing of the guest. */
const OutlineRow *console_row(const Console *console);
/* The cursor goes there; FALSE where the view has no such row. */
gboolean console_select(Console *console, const char *key);
/* --- console_marks.c ------------------------------------------------------------------------- */

/* FALSE where nothing was marked. */
gboolean console_unmark_all(Console *console);
/* Takes the marks of devices away that have gone. */
void console_drop_marks(Console *console);
/* The devices to act on: the marked ones in the order of the tree, or where there are none the one
 * under the cursor. (transfer container) (const Device) */
GPtrArray *console_chosen(const Console *console);

/* --- console_find.c -------------------------------------------------------------------------- */

/* What is shown alone in the view; NULL: all is. */
const char *console_filter_text(const Console *console);
/* Shows all again; FALSE where it did. */
gboolean console_filter_none(Console *console);

/* Whether a command is there now: in this view, of this session. */
gboolean console_has(const Console *console, const Command *command);

/* Follows where the recording is. */
void console_watch_replay(Console *console);

Layout console_layout(const Console *console);
/* Commands whose hints stand in the last line. (transfer container) (const Command) */
GPtrArray *console_hints(const Console *console);

/* Lets the cursor go to this device once it is in the tree; NULL: nowhere. Whoever asked for it
 * wants to see it come; a key or a click in the meantime cancels that. */
void console_await(Console *console, const char *path);
void console_run_plan(Console *console, Plan *plan);
/* FALSE when a plan cannot be asked for now; else one has been, and console_confirm is called when
 * it has come. */
gboolean console_begin_asking(Console *console);
/* A plan (transfer full) to be confirmed, or a reason why there is none. fresh: as in
 * confirm_dialog.h. */
void console_confirm(Console *console, const char *verb, gboolean fresh, Plan *plan,
                     const GError *error);

/* --- console_stage.c ------------------------------------------------------------------------- */

/* plan: (transfer full) */
void console_stage_plan(Console *console, Plan *plan);
guint console_staged_count(const Console *console);

#endif
