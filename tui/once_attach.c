/* attach: makes the plan, prints or runs it, looks again where the device came to be. */
#include "tui/once.h"

#include "engine/session_domain.h"
#include "tui/once_outcome.h"
#include "tui/report.h"
#include "tui/report_json.h"
#include "tui/report_plan.h"

/* How long the tree may take to show what was attached. */
#define VERIFY_MS 5000

typedef struct {
    Request *request;
    const Transaction *transaction; /* while it runs */
    Plan *after;                    /* as it was when it ended, while the device is looked for */
    guint timeout;
} Attach;

static void attach_clear(Attach *attach)
{
    g_clear_pointer(&attach->request, request_free);
    g_clear_pointer(&attach->after, plan_free);
    if (attach->timeout)
        g_source_remove(attach->timeout);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Attach, attach_clear)

/* The bus by name as well: controllers are counted by address, and one that came along may have
 * changed their numbers. */
static gboolean is_where_promised(const Device *device, const PlanSubject *subject)
{
    g_autofree char *is = address_to_short_text(&device->address);
    g_autofree char *promised = address_to_short_text(&subject->address);

    if (subject->bus && (!device->bus || !g_str_equal(device->bus->name, subject->bus)))
        return FALSE;
    return subject->address.type == ADDRESS_NONE || g_str_equal(is, promised);
}

/* Puts what the tree says in place of what was promised. FALSE while something is not there. */
static gboolean plan_read_back(Plan *plan, const Guest *guest, gboolean *promised)
{
    *promised = TRUE;
    for (guint i = 0; i < plan->subjects->len; i++) {
        PlanSubject *subject = plan->subjects->pdata[i];
        const Device *device;

        if (!subject->path)
            continue; /* an old QEMU does not tell where it is; that it is there was looked at */
        device = guest_find_path(guest, subject->path);
        if (!device)
            return FALSE;
        *promised = *promised && is_where_promised(device, subject);
        subject->address = device->address;
    }
    return TRUE;
}

static void attach_verify(Once *once)
{
    Attach *attach = once->data;
    gboolean promised;

    if (!attach->after || !plan_read_back(attach->after, session_guest(once->session), &promised))
        return;
    if (!promised) {
        g_autofree char *where = report_attached_text(attach->after);

        report_complain("QEMU put it elsewhere than was asked for: %s", g_strchomp(where));
    }
    once_answer(once,
                once->options->json ? report_attach_json(attach->after)
                                    : report_attached_text(attach->after),
                promised ? EXIT_DONE : EXIT_REFUSED);
}

static gboolean on_verify_late(gpointer data)
{
    Once *once = data;
    Attach *attach = once->data;

    attach->timeout = 0;
    report_complain("QEMU accepted every step of \"%s\", but the device is not in its tree",
                    attach->after->title);
    once_end(once, EXIT_REFUSED);
    return G_SOURCE_REMOVE;
}

static void on_attached(Session *session, const Transaction *transaction, gpointer data)
{
    Once *once = data;
    Attach *attach = once->data;

    attach->transaction = NULL;
    if (!once_outcome_is_done(once, transaction))
        return;
    attach->after = plan_copy(transaction_plan(transaction));
    attach->timeout = g_timeout_add(VERIFY_MS, on_verify_late, once);
    attach_verify(once);
}

static void on_attach_plan(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Once *once = data;
    Attach *attach = once->data;
    g_autoptr(Plan) owned = plan;
    g_autoptr(GError) refusal = NULL;

    if (!plan)
        once_fail(once, error);
    else if (once->options->in_place && !session_domain_carry(session, plan, &refusal))
        once_fail(once, refusal);
    else if (once->options->dry_run)
        once_answer(once,
                    once->options->json ? report_attach_json(plan)
                                        : report_plan_text(plan, once->options->ascii),
                    EXIT_DONE);
    else
        attach->transaction = session_run(session, g_steal_pointer(&owned), on_attached, once);
}

static void attach_live(Once *once)
{
    Attach *attach = once->data;

    session_plan_attach(once->session, attach->request, on_attach_plan, once);
}

static char *attach_pending(Once *once)
{
    Attach *attach = once->data;
    GString *words;
    guint done = 0;
    const Plan *plan;

    if (!attach->transaction)
        return NULL;
    plan = transaction_plan(attach->transaction);
    words = g_string_new(NULL);
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        if (step->state == STEP_DONE)
            g_string_append_printf(words, "%s%s", done++ ? ", " : "; already there: ", step->words);
    }
    g_string_prepend(words, plan->title);
    g_string_append(words, done ? "" : ": nothing of it is there yet");
    return g_string_free(words, FALSE);
}

/* Whole or not at all: what is under way goes back; what is done is there. */
static gboolean attach_interrupted(Once *once)
{
    const Attach *attach = once->data;

    return attach->transaction && session_cancel(once->session, attach->transaction);
}

int once_attach(const Options *options)
{
    static const OnceTask task = { .live = attach_live,
                                   .tree = attach_verify,
                                   .pending = attach_pending,
                                   .interrupted = attach_interrupted };
    g_auto(Attach) attach = { 0 };
    g_autoptr(GError) error = NULL;

    attach.request =
        request_parse(options->arguments[0], (const char *const *)options->arguments + 1, &error);
    if (!attach.request) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    return once_run(options, options->target, &task, &attach);
}
