/* The one-shot commands on domain XML: match and dumpxml look at a guest as well, pin and assign at
 * the file alone. */
#include "tui/once.h"

#include <string.h>

#include "engine/assign.h"
#include "engine/describe.h"
#include "engine/domain_edit.h"
#include "tui/domain_output.h"
#include "tui/once_loop.h"
#include "tui/report.h"
#include "tui/report_json.h"
#include "tui/report_match.h"

static int fail(const GError *error)
{
    report_complain("%s", error->message);
    return exit_status_from_error(error);
}

/* What the file holds beyond what we understand: kept, and told. */
static void tell_notes(const Domain *domain)
{
    for (guint i = 0; i < domain->notes->len; i++) {
        const DomainNote *note = domain->notes->pdata[i];

        report_complain("%s:%u: not understood, and kept: %s", xml_document_name(domain->document),
                        note->line, note->text);
    }
}

static Domain *load(const char *path, GError **error)
{
    Domain *domain = domain_load(path, error);

    if (domain)
        tell_notes(domain);
    return domain;
}

/* Tells all that breaks a rule. */
static gboolean check(const Domain *domain)
{
    g_autoptr(GPtrArray) problems = domain_check(domain);

    domain_complain(problems);
    return problems->len == 0;
}

/* ---- pin, assign ---- */

int once_pin(const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = load(options->target, &error);
    g_autoptr(Domain) pinned = NULL;

    if (!domain)
        return fail(error);
    if (!check(domain))
        return EXIT_USAGE;
    pinned = domain_pin(domain, NULL, &error);
    return pinned ? domain_output(options, options->target, domain, pinned) : fail(error);
}

int once_assign(const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Domain) domain = load(options->target, &error);
    g_autoptr(Domain) assigned = NULL;

    if (!domain)
        return fail(error);
    if (!check(domain))
        return EXIT_USAGE;
    assigned = domain_assign(domain, options->spare, notes, &error);
    if (!assigned)
        return fail(error);
    domain_complain(notes);
    return domain_output(options, options->target, domain, assigned);
}

/* ---- match ---- */

static void match_live(Once *once)
{
    const Domain *domain = once->data;
    guint evidence = once->options->info_pci ? EVIDENCE_INFO_PCI : EVIDENCE_ALL;
    g_autoptr(Match) match = match_new(domain, session_guest(once->session), evidence);

    once_answer(once,
                once->options->json ? report_finish_json(report_match_json(match))
                                    : report_match_text(match, once->options->ascii),
                match_agrees(match) ? EXIT_DONE : EXIT_REFUSED);
}

int once_match(const Options *options)
{
    static const OnceTask task = { .live = match_live };
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = load(options->arguments[0], &error);

    if (!domain)
        return fail(error);
    check(domain); /* one wrong device does not keep the others from being found */
    return once_run(options, options->target, &task, domain);
}

/* ---- dumpxml ---- */

/* The guest in words of our own. */
static void on_whole_guest(Session *session, const GError *failure, gpointer data)
{
    Once *once = data;
    g_autofree char *text = describe_guest(session_guest(session));
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_parse("the guest's description", bytes, &error);

    if (!domain)
        once_fail(once, error);
    else
        once_end(once, domain_output(once->options, NULL, NULL, domain));
}

static void dump_guest(Once *once)
{
    session_read(once->session, INVENTORY_ALL, on_whole_guest, once);
}

/* The user's file with the addresses that its devices have now. What could not be told for certain
 * is told, and is a difference. */
static void dump_file(Once *once)
{
    const Domain *domain = once->data;
    g_autoptr(Match) match = match_new(domain, session_guest(once->session), EVIDENCE_ALL);
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) filled = match_fill(match, NULL, left, &error);
    int status;

    if (!filled) {
        once_fail(once, error);
        return;
    }
    domain_complain(left);
    status = domain_output(once->options, once->options->arguments[0], domain, filled);
    once_end(once, status == EXIT_DONE && left->len ? EXIT_REFUSED : status);
}

int once_dumpxml(const Options *options)
{
    static const OnceTask whole = { .live = dump_guest }, file = { .live = dump_file };
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = NULL;

    if (!options->arguments[0])
        return once_run(options, options->target, &whole, NULL);
    domain = load(options->arguments[0], &error);
    return domain ? once_run(options, options->target, &file, domain) : fail(error);
}
