/* See tests/screen/stage.h: this file is included, not linked, as hand_session.c is. */
#include "tests/screen/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <locale.h>

#include "tests/screen/hand_session.c"
#include "tests/support/golden.h"

static gint64 hand_now(void)
{
    return HAND_NOW;
}

Stage stage_open_on(const char *type, int rows, int columns, Session *session, gboolean ascii)
{
    Stage stage = { .screen = screen_new(rows, columns), .session = session };
    ConsoleSettings settings = {
        .terminal = type,
        .out = screen_out(stage.screen),
        .in = screen_in(stage.screen),
        .ascii = ascii,
        .now = hand_now,
    };

    stage.console = console_new(session, &settings, NULL);
    assert_non_null(stage.console);
    console_paint(stage.console);
    return stage;
}

Stage stage_open(int rows, int columns, Session *session, gboolean ascii)
{
    return stage_open_on("xterm-256color", rows, columns, session, ascii);
}

void stage_close(Stage *stage)
{
    console_free(stage->console);
    session_free(stage->session);
    screen_free(stage->screen);
    g_unsetenv("NO_COLOR");
}

gsize press(Stage *stage, const char *keys)
{
    gsize bytes;

    screen_type(stage->screen, keys);
    console_input(stage->console);
    bytes = screen_take(stage->screen);
    console_paint(stage->console); /* what waits for the cursor to rest */
    stage->rest = screen_take(stage->screen);
    return bytes;
}

void add_entry(Session *session, int seconds_ago, DeviceState state, const char *subject,
               const char *text, const char *outcome, gint64 elapsed)
{
    JournalEntry *entry;

    journal_add(session->journal, state, subject, text, outcome, elapsed);
    entry = (JournalEntry *)journal_entry(session->journal, journal_length(session->journal) - 1);
    entry->at = HAND_NOW - seconds_ago * G_USEC_PER_SEC;
}

/* The guest of the pictures, disk1 under the cursor. */
Session *web01(void)
{
    Session *session = hand_session_new(hand_guest_web01());

    add_entry(session, 209, STATE_PRESENT, "web01", "connected to QEMU 7.2.22: 31 devices", NULL,
              -1);
    add_entry(session, 42, STATE_ADDED, "net1", "netdev_add id=net1 type=user", "-> {}", 1000);
    add_entry(session, 42, STATE_ADDED, "net1",
              "device_add driver=virtio-net-pci id=net1 bus=pci.0 addr=06.0", "-> {}", 4000);
    add_entry(session, 42, STATE_ADDED, "net1", "is at 06.0", NULL, -1);
    add_entry(session, 7, STATE_LEAVING, "disk1", "device_del id=disk1", "-> {}", 1000);
    add_entry(session, 7, STATE_LEAVING, "disk1", "waiting for the guest to release 05.0", NULL,
              -1);
    return session;
}

void select_key(Stage *stage, const char *key)
{
    assert_true(console_select(stage->console, key));
    console_paint(stage->console);
}

void select_device(Stage *stage, const char *id)
{
    g_autofree char *key = g_strdup_printf("/machine/peripheral/%s", id);

    select_key(stage, key);
}

Stage shape_open(const Shape *shape, Session *session)
{
    if (g_str_equal(shape->style, "mono"))
        g_setenv("NO_COLOR", "1", TRUE);
    return stage_open(shape->rows, shape->columns, session, g_str_equal(shape->style, "ascii"));
}

/* The text, and where colours matter the looks. */
void compare(Stage *stage, const Shape *shape, const char *situation)
{
    g_autofree char *name =
        g_strdup_printf("%s-%dx%d.%s.txt", situation, shape->columns, shape->rows, shape->style);
    g_autofree char *looks_name =
        g_strdup_printf("%s-%dx%d.%s.looks", situation, shape->columns, shape->rows, shape->style);
    g_autofree char *text = NULL, *looks = NULL;

    console_paint(stage->console);
    screen_take(stage->screen);
    text = screen_text(stage->screen);
    looks = screen_looks(stage->screen);
    assert_golden(name, text);
    if (!g_str_equal(shape->style, "ascii") && shape->columns <= 80)
        assert_golden(looks_name, looks);
}

gboolean shows(Stage *stage, const char *text)
{
    g_autofree char *screen = NULL;

    screen_take(stage->screen);
    screen = screen_text(stage->screen);
    return strstr(screen, text) != NULL;
}

const char *cursor_key(const Stage *stage)
{
    return console_row(stage->console)->key;
}

Plan *detach_plan(void)
{
    Plan *plan = plan_new(PLAN_DETACH, "detach disk sd0 from 0:0:0");
    char **leaves = g_strsplit("/machine/peripheral/sd0", " ", -1);
    PlanSubject *subject;

    plan_add(plan, "device sd0", action_new("device_del", json_pack("{s:s}", "id", "sd0"), leaves),
             NULL);
    plan_add(plan, "block node home",
             action_new("blockdev-del", json_pack("{s:s}", "node-name", "home"), NULL), NULL);
    plan_add_check(plan, FALSE, "qom-list", "sd0 is there and can be unplugged");
    plan_add_check(plan, TRUE, NULL, "the guest may refuse while the disk is in use");
    subject = plan_add_subject(plan);
    subject->path = g_strdup("/machine/peripheral/sd0");
    subject->id = g_strdup("sd0");
    subject->driver = g_strdup("scsi-hd");
    subject->bus = g_strdup("scsi0.0");
    subject->address = (Address){ .type = ADDRESS_DRIVE, .drive.scsi = TRUE };
    return plan;
}

int stage_set_up(void **state)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_setenv("TZ", "UTC", TRUE);
    g_setenv("BACKPLANE_THEMES", SRCDIR "/themes", TRUE);
    g_unsetenv("NO_COLOR");
    return 0;
}
