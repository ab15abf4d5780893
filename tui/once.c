/* The one-shot commands that only look: tree, show, demo; and the way into the console. */
#include "tui/once.h"

#include <string.h>
#include <unistd.h>

#include "engine/demo.h"
#include "tui/console.h"
#include "tui/once_loop.h"
#include "tui/report.h"
#include "tui/report_json.h"

/* How long the demonstration guest's QEMU may take to answer on a busy host. */
#define DEMO_PATIENCE_US (20 * G_USEC_PER_SEC)

/* ---- tree, show ---- */

static void tree_live(Once *once)
{
    const Guest *guest = session_guest(once->session);

    once_answer(once,
                once->options->json ? report_tree_json(guest)
                                    : report_tree_text(guest, NULL, once->options->ascii),
                EXIT_DONE);
}

int once_tree(const Options *options)
{
    static const OnceTask task = { .live = tree_live };

    return once_run(options, options->target, &task, NULL);
}

static void show_live(Once *once)
{
    g_autoptr(GError) error = NULL;
    const Device *device =
        guest_find(session_guest(once->session), once->options->arguments[0], &error);

    if (!device)
        once_fail(once, error);
    else
        once_answer(once,
                    once->options->json ? report_device_json(device)
                                        : report_device_text(device, once->options->ascii),
                    EXIT_DONE);
}

int once_show(const Options *options)
{
    static const OnceTask task = { .live = show_live };

    return once_run(options, options->target, &task, NULL);
}

/* ---- the console ---- */

static gboolean can_draw(void)
{
    const char *term = g_getenv("TERM");

    return term && *term && strcmp(term, "dumb") != 0 && isatty(STDIN_FILENO) &&
           isatty(STDOUT_FILENO);
}

static int watch(const Options *options, const char *target)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Session) session = session_new(target, SESSION_WATCH, &error);

    if (session)
        return console_run(session, options);
    report_complain("%s", error->message);
    return exit_status_from_error(error);
}

int once_console(const Options *options)
{
    return can_draw() ? watch(options, options->target) : once_tree(options);
}

/* ---- demo ---- */

typedef struct {
    Demo *demo;
    gint64 deadline;
} DemoTask;

/* A QEMU that is slow to start does not greet in time: it is ours, so that is no reason to give up.
 */
static gboolean demo_lost(Once *once)
{
    DemoTask *task = once->data;
    g_autoptr(GError) error = NULL;

    if (!demo_check(task->demo, &error)) {
        once_fail(once, error);
        return TRUE;
    }
    if (once->begun || g_get_monotonic_time() > task->deadline)
        return FALSE;
    session_reconnect(once->session);
    return TRUE;
}

static int demo_tree(const Options *options, Demo *demo)
{
    static const OnceTask task = { .live = tree_live, .lost = demo_lost };
    DemoTask data = { demo, g_get_monotonic_time() + DEMO_PATIENCE_US };

    return once_run(options, demo_target(demo), &task, &data);
}

int once_demo(const Options *options)
{
    g_autofree char *note = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Demo) demo = demo_start(&note, &error);

    if (!demo) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    if (note)
        report_complain("%s", note);
    if (options->json || !can_draw())
        return demo_tree(options, demo);
    return watch(options, demo_target(demo));
}
