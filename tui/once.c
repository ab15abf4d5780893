/* The one-shot commands that only look: tree, show, demo; and the way into the console. */
#include "tui/once.h"

#include <glib/gstdio.h>

#include "engine/demo.h"
#include "engine/session_domain.h"
#include "tui/console.h"
#include "tui/once_own.h"
#include "tui/picker.h"
#include "tui/report.h"
#include "tui/report_json.h"
#include "tui/report_linear.h"

/* ---- tree, show ---- */

static void tree_live(Once *once)
{
    const Guest *guest = session_guest(once->session);
    const Match *match = session_match(once->session);

    once_answer(once,
                once->options->json     ? report_tree_json(guest, match)
                : once->options->linear ? report_tree_linear(guest, match, once->options->ascii)
                                        : report_tree_text(guest, match, once->options->ascii),
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
    const Match *match = session_match(once->session);
    const Device *device = session_find(once->session, session_guest(once->session),
                                        once->options->arguments[0], &error);

    if (!device)
        once_fail(once, error);
    else
        once_answer(once,
                    once->options->json ? report_device_json(device, match)
                                        : report_device_text(device, match, once->options->ascii),
                    EXIT_DONE);
}

int once_show(const Options *options)
{
    static const OnceTask task = { .live = show_live };

    return once_run(options, options->target, &task, NULL);
}

/* ---- the console, the demonstration ---- */

/* One guest after the other, as often as the user goes back to choose. */
static int choose(const Options *options)
{
    Options chosen = *options;
    gint pid = 0;
    int status;

    do {
        g_autofree char *target = picker_run(options, &pid, &status);

        chosen.target = target;
        if (target)
            status = once_own_console(&chosen, target, NULL);
    } while (status == CONSOLE_GUESTS);
    return status;
}

int once_console(const Options *options)
{
    int status;

    if (!once_own_screen(options))
        return options->target ? once_tree(options) : once_list(options);
    if (!options->target)
        return options->linear ? once_list(options) : choose(options);
    status = once_own_console(options, options->target, NULL);
    return status == CONSOLE_GUESTS ? choose(options) : status;
}

static void tell_demo(const char *word, gpointer data)
{
    demo_tell(data, word);
}

/* What was named from the folder that we are in goes on to mean the same. */
static void go_into(const char *folder)
{
    const char *themes = g_getenv("BACKPLANE_THEMES");
    g_autofree char *absolute = themes ? g_canonicalize_filename(themes, NULL) : NULL;

    if (absolute)
        g_setenv("BACKPLANE_THEMES", absolute, TRUE);
    if (g_chdir(folder) != 0)
        report_complain("cannot go to %s: name the images with their whole paths", folder);
}

/* In the folder of the images, so that they have short names, and with a domain file. */
static int tour_demo(const Options *options, Demo *demo)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *domain = demo_write_domain(demo, &error);
    g_autofree char *record =
        options->record ? g_canonicalize_filename(options->record, NULL) : NULL;
    const TourGuide guide = { tell_demo, demo };
    Options tour = *options;

    if (!domain) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    tour.domain = domain;
    tour.record = record;
    go_into(demo_folder(demo));
    return once_own_console(&tour, demo_target(demo),
                            &(OnceStarted){ TRUE, demo_serial(demo), &guide });
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
    if (once_own_screen(options) && options->tour)
        return tour_demo(options, demo);
    if (once_own_screen(options))
        return once_own_console(options, demo_target(demo),
                                &(OnceStarted){ TRUE, demo_serial(demo), NULL });
    return once_own_look(options, demo_process(demo), tree_live, NULL);
}
