/* `run`: starts the guest that a domain file describes and leaves it running. */
#include "tui/once.h"

#include <string.h>

#include "engine/emulator.h"
#include "engine/launch.h"
#include "tui/once_own.h"
#include "tui/report.h"
#include "tui/report_json.h"

#define PTY "pty:" /* of query-chardev's file names */

typedef struct {
    Domain *domain;
    Emulator *emulator;
    Launch *launch;
} RunPlan;

static void run_plan_clear(RunPlan *plan)
{
    g_clear_pointer(&plan->launch, launch_free);
    g_clear_pointer(&plan->emulator, emulator_free);
    g_clear_pointer(&plan->domain, domain_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunPlan, run_plan_clear)

static int fail(const GError *error)
{
    report_complain("%s", error->message);
    return exit_status_from_error(error);
}

/* ---- what will run ---- */

static gboolean make_plan(const Options *options, RunPlan *plan, GError **error)
{
    LaunchOptions launch = { .extra = (const char *const *)options->arguments };

    plan->domain = domain_load(options->target, error);
    plan->emulator = plan->domain ? emulator_find(plan->domain, options->emulator, error) : NULL;
    if (!plan->emulator)
        return FALSE;
    launch.machine = plan->emulator->machine;
    launch.kvm = plan->emulator->kvm;
    plan->launch = launch_plan(plan->domain, &launch, error);
    return plan->launch != NULL;
}

static void tell_all(const char *before, const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        report_complain("%s%s", before, (const char *)sentences->pdata[i]);
}

/* FALSE when the user wants all of the file or nothing. */
static gboolean tell_plan(const Options *options, const RunPlan *plan)
{
    tell_all("", plan->emulator->notes);
    tell_all("", plan->launch->notes);
    tell_all("not translated: ", plan->launch->missing);
    if (!options->strict || plan->launch->missing->len == 0)
        return TRUE;
    report_complain("%s is not translated wholly, and --strict was given: nothing was started",
                    options->target);
    return FALSE;
}

static int print_line(const RunPlan *plan)
{
    g_autofree char *text = launch_to_text(plan->emulator->program, plan->launch);

    return report_print(text) ? EXIT_DONE : EXIT_REFUSED;
}

/* ---- the guest that runs ---- */

/* Which terminals its ports became: id of the port -> "/dev/pts/5". (transfer full) */
static json_t *terminals(const Guest *guest)
{
    json_t *found = json_object();
    size_t index;
    json_t *chardev;

    json_array_foreach (guest->chardevs, index, chardev) {
        const char *label = json_string_value(json_object_get(chardev, "label"));
        const char *file = json_string_value(json_object_get(chardev, "filename"));

        if (label && file && g_str_has_prefix(label, LAUNCH_CHARDEV) && g_str_has_prefix(file, PTY))
            json_object_set_new(found, label + strlen(LAUNCH_CHARDEV),
                                report_string_json(file + strlen(PTY)));
    }
    return found;
}

static char *running_text(const Guest *guest, const GuestProcess *process, json_t *ports)
{
    GString *text = g_string_new(NULL);
    const char *id;
    json_t *terminal;

    g_string_append_printf(text, "%s runs, its monitor is %s, its process %d\n", guest->name,
                           guest_process_target(process), guest_process_pid(process));
    json_object_foreach (ports, id, terminal)
        g_string_append_printf(text, "%s is %s\n", id, json_string_value(terminal));
    return g_string_free(text, FALSE);
}

static void append_sentences(json_t *array, const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        json_array_append_new(array, report_string_json(sentences->pdata[i]));
}

static char *running_json(const Guest *guest, const OnceOwn *own, json_t *ports)
{
    const RunPlan *plan = own->data;
    json_t *missing = json_array();
    json_t *notes = json_array();

    append_sentences(missing, plan->launch->missing);
    append_sentences(notes, plan->emulator->notes);
    append_sentences(notes, plan->launch->notes);
    return report_finish_json(json_pack(
        "{s:o, s:o, s:i, s:o, s:O, s:o, s:o}", "name", report_string_json(guest->name), "monitor",
        report_string_json(guest_process_target(own->process)), "pid",
        guest_process_pid(own->process), "program", report_string_json(plan->emulator->program),
        "terminals", ports, "missing", missing, "notes", notes));
}

/* All is as the file says: the guest is the user's from now on. */
static void on_read(Session *session, const GError *error, gpointer data)
{
    Once *once = data;
    const OnceOwn *own = once->data;
    const Guest *guest = session_guest(session);
    json_t *ports = terminals(guest);

    guest_process_keep(own->process);
    if (once_own_screen(once->options))
        once_end(once, EXIT_DONE);
    else
        once_answer(once,
                    once->options->json ? running_json(guest, own, ports)
                                        : running_text(guest, own->process, ports),
                    EXIT_DONE);
    json_decref(ports);
}

static void on_links(Session *session, const Transaction *transaction, gpointer data)
{
    Once *once = data;

    if (transaction_outcome(transaction) == OUTCOME_DONE) {
        session_read(session, INVENTORY_ALL, on_read, once);
    } else {
        report_complain("a link could not be taken down: %s", transaction_error(transaction));
        once_end(once, EXIT_REFUSED);
    }
}

/* (transfer full) */
static Plan *take_down(const GPtrArray *nics)
{
    Plan *plan = plan_new(PLAN_ATTACH, "take links down");

    for (guint i = 0; i < nics->len; i++) {
        const char *id = nics->pdata[i];

        plan_add(plan, id,
                 action_new("set_link", json_pack("{s:s, s:b}", "name", id, "up", FALSE), NULL),
                 NULL);
    }
    return plan;
}

/* What no argument of QEMU says is said to its monitor. */
static void run_live(Once *once)
{
    const OnceOwn *own = once->data;
    const RunPlan *run = own->data;

    if (run->launch->down->len == 0)
        session_read(once->session, INVENTORY_ALL, on_read, once);
    else
        session_run(once->session, take_down(run->launch->down), on_links, once);
}

/* The guest runs on when the console is left, unless it has ended by itself. */
static int run_console(const Options *options, const RunPlan *plan, GuestProcess *process,
                       const char *serial)
{
    Options with_file = *options;
    int status;
    g_autoptr(GError) error = NULL;

    with_file.domain = options->target;
    status = once_own_console(&with_file, guest_process_target(process),
                              &(OnceStarted){ FALSE, serial, NULL });
    if (!guest_process_check(process, &error))
        return fail(error);
    report_complain("%s runs on: backplane %s shows it, kill %d ends it",
                    plan->domain->name ? plan->domain->name : "the guest",
                    guest_process_target(process), guest_process_pid(process));
    return status;
}

/* For the guest view; the folder goes with the guest. NULL: there is none. (transfer full) */
static char *log_serial(RunPlan *plan, const GuestProcess *process)
{
    char *path = g_build_filename(guest_process_folder(process), "serial.log", NULL);

    if (!launch_log_serial(plan->launch, path))
        g_clear_pointer(&path, g_free);
    return path;
}

static int start(const Options *options, RunPlan *plan)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GuestProcess) process = guest_process_new(GUEST_PROCESS_LASTS, &error);
    g_autofree char *serial = NULL;
    int status;

    if (process && once_own_screen(options))
        serial = log_serial(plan, process);
    if (!process ||
        !guest_process_start(process, plan->emulator->program,
                             (const char *const *)plan->launch->arguments->pdata, &error))
        return fail(error);
    status = once_own_look(options, process, run_live, plan);
    return status == EXIT_DONE && once_own_screen(options)
               ? run_console(options, plan, process, serial)
               : status;
}

int once_run_domain(const Options *options)
{
    g_auto(RunPlan) plan = { NULL };
    g_autoptr(GError) error = NULL;

    if (!make_plan(options, &plan, &error))
        return fail(error);
    if (!tell_plan(options, &plan))
        return EXIT_REFUSED;
    return options->print ? print_line(&plan) : start(options, &plan);
}
