/* A view: one of the pictures of the guest that the number keys choose between. Views draw from the
 * session and own no facts; what they keep is where the cursor is and what is folded. The console
 * calls them through their class and knows nothing else of them. */
#ifndef BACKPLANE_VIEW_H
#define BACKPLANE_VIEW_H

#include "engine/session.h"
#include "tui/draw.h"
#include "tui/outline.h"

typedef enum {
    VIEW_TREE,
    VIEW_SLOTS,
    VIEW_DRIVES,
    VIEW_EVENTS,
    VIEW_PLAN,
    VIEW_GUEST,
    VIEWS,
} ViewId;

/* For Command.views. */
#define IN_VIEW(id) (1u << (id))

typedef enum {
    MOVE_UP,
    MOVE_DOWN,
    MOVE_LEFT, /* in lists: fold, or to the parent */
    MOVE_RIGHT,
    MOVE_PAGE_UP,
    MOVE_PAGE_DOWN,
    MOVE_HALF_UP,
    MOVE_HALF_DOWN,
    MOVE_TOP,
    MOVE_BOTTOM,
    MOVE_NEXT_VACANT,
    MOVE_NEXT_BUS,
    MOVE_PARENT,
    MOVE_NEXT_OF_KIND, /* the next device of the kind of this one, round the end */
} ViewMove;

/* What a view gets to know of the console. */
typedef struct {
    Session *session;
    const Look *look;
    gint64 (*now)(void); /* as session_now */
    GHashTable *marks;   /* (char) keys of the rows that are marked */
    /* What it shows has changed, without the session: paint soon. */
    void (*repaint)(gpointer data);
    gpointer data;
} ViewHost;

typedef struct View View;

typedef struct {
    const char *name; /* on its tab; in lower case what :view takes */
    gboolean details; /* has the details of its row beside it, where there is room */
    gboolean events;  /* has the latest lines of the journal below it */

    View *(*new)(const ViewHost *host); /* host: outlives the view */
    void (*free)(View *view);
    /* Whether there is such a view of this session; NULL: always. */
    gboolean (*exists)(Session *session);
    /* It comes on the screen, or leaves it: what costs the guest something begins and ends here;
     * NULL: nothing does. An update follows the coming. */
    void (*show)(View *view, gboolean shown);
    /* The session has changed so, or time has passed (SESSION_TREE_CHANGED). Only while the view is
     * on the screen: one that comes on it is told SESSION_TREE_CHANGED. Rows told before are not
     * valid any more. The cursor stays on what it is on, or goes to what is nearest. */
    void (*update)(View *view, SessionChange change);
    /* Microseconds from now until what it shows is another without any change of the session ("42s"
     * becomes "43s"), G_MAXINT64 for never; NULL: never. */
    gint64 (*next)(const View *view);

    /* Where the cursor is, as a row of an outline: what attach, detach, details and others act on.
     * NULL: on nothing of the guest. Valid until the next call that is not const. */
    const OutlineRow *(*row)(const View *view);
    /* Puts the cursor on the row with this key, unfolding what it takes; FALSE where there is none.
     * NULL: rows of other views mean nothing here. */
    gboolean (*select)(View *view, const char *key);
    /* FALSE: the view has no such move, or there is nowhere to go. */
    gboolean (*move)(View *view, ViewMove move);
    /* Enter: opens what the cursor is on. FALSE where nothing opens; NULL: nothing does. */
    gboolean (*enter)(View *view);
    /* A click at this place of its canvas puts the cursor there; FALSE where nothing is. */
    gboolean (*click)(View *view, int line, int column);
    void (*scroll)(View *view, int lines);

    /* What / looks at: so many texts, in the order in which they stand; where the cursor is among
     * them (G_MAXUINT: nowhere); the cursor goes to one, unfolding what it takes. NULL, all of
     * them: nothing can be found here. text: (transfer full). */
    guint (*length)(View *view);
    char *(*text)(View *view, guint index);
    guint (*index)(View *view);
    void (*go)(View *view, guint index);
    /* What & asks for: shows only what has this text in it, whatever the case, and what that hangs
     * on. NULL: everything again. The function NULL: there is no such thing here. */
    void (*filter)(View *view, const char *text);

    /* Paints all of it. Gives where the hardware cursor belongs: the first cell of what is
     * selected, on the canvas; -1 in *line where nothing is. */
    void (*draw)(View *view, const Canvas *canvas, int *line, int *column);
    /* After it: the part of the canvas that tells of the row under the cursor; NULL: none does. */
    Canvas (*facts)(const View *view, const Canvas *canvas);
} ViewClass;

/* Views begin with this. */
struct View {
    const ViewClass *class;
    const ViewHost *host;
};

/* NULL for one that is not there. */
const ViewClass *view_class(ViewId id);
/* By the name on its tab, in lower case. Errors: ENGINE_ERROR_INPUT. */
gboolean view_find(const char *name, ViewId *id, GError **error);

#endif
