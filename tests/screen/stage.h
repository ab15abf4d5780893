/* A console on a terminal in memory, for the tests of what it paints. stage.c is included by the
 * test program, along with hand_session.c, so that the session made by hand stands in for the real
 * one. */
#ifndef BACKPLANE_TESTS_STAGE_H
#define BACKPLANE_TESTS_STAGE_H

#include "tests/support/hand_session.h"
#include "tests/support/screen.h"
#include "tui/console_private.h"

typedef struct {
    Screen *screen;
    Session *session;
    Console *console;
    gsize rest; /* bytes */
} Stage;

/* One of the screens that a situation is painted on. */
typedef struct {
    int rows, columns;
    const char *style; /* "utf8", "ascii", "mono" */
} Shape;

/* For cmocka_run_group_tests. */
int stage_set_up(void **state);

/* session: (transfer full). */
Stage stage_open_on(const char *type, int rows, int columns, Session *session, gboolean ascii);
Stage stage_open(int rows, int columns, Session *session, gboolean ascii);
Stage shape_open(const Shape *shape, Session *session);
void stage_close(Stage *stage);

/* Gives how many bytes were painted at once; those that waited for the cursor to rest are in
 * stage->rest. */
gsize press(Stage *stage, const char *keys);
gboolean shows(Stage *stage, const char *text);
/* The golden text SITUATION-COLUMNSxROWS.STYLE.txt, and where colours matter the looks. */
void compare(Stage *stage, const Shape *shape, const char *situation);
/* The cursor on the row with this key of the outline, or on the device with this id. */
void select_key(Stage *stage, const char *key);
void select_device(Stage *stage, const char *id);
const char *cursor_key(const Stage *stage);

/* The guest of the pictures with its events. */
Session *web01(void);
void add_entry(Session *session, int seconds_ago, DeviceState state, const char *subject,
               const char *text, const char *outcome, gint64 elapsed);
/* Detaches sd0 of it. */
Plan *detach_plan(void);

#endif
