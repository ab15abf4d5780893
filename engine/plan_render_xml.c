/* What a plan plugs and unplugs as elements of domain XML. */
#include <string.h>

#include "engine/describe.h"
#include "engine/plan_render_private.h"
#include "monitor/text.h"

/* No comment may hold two hyphens in a row. */
static void add_comment(GString *text, const char *comment)
{
    g_autofree char *printable = text_printable(comment, -1, 0);
    g_autoptr(GString) safe = g_string_new(printable);

    while (g_string_replace(safe, "--", "- -", 0))
        ;
    g_string_append_printf(text, "<!-- %s -->\n", safe->str);
}

static void add_element(GString *text, const char *element)
{
    g_string_append(text, element);
    if (!g_str_has_suffix(element, "\n"))
        g_string_append_c(text, '\n');
}

/* --- what comes ------------------------------------------------------------------------------ */

static const Device *find_device(const Guest *guest, const PlanSubject *subject)
{
    return subject->path ? guest_find_path(guest, subject->path) : NULL;
}

/* One of the plan's that are plugged; NULL for none. */
static const PlanSubject *first_plugged(const Plan *plan)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];

        if (subject->verb == PLAN_ATTACH)
            return subject;
    }
    return NULL;
}

static void add_device(GString *text, const Match *match, const Device *device)
{
    g_autofree char *element = describe_device(match->guest, match->numbering, NULL, device);

    add_element(text, element);
}

/* Of a plan that was run, as the guest has them. */
static void add_present(GString *text, const Plan *plan, const Match *match)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        const Device *device = find_device(match->guest, subject);

        if (subject->verb == PLAN_ATTACH && device)
            add_device(text, match, device);
    }
}

static void add_planned(GString *text, const Plan *plan, const Match *match)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) elements = describe_plan(plan, match, &error);

    if (!elements)
        add_comment(text, error->message);
    for (guint i = 0; elements && i < elements->len; i++)
        add_element(text, elements->pdata[i]);
}

/* --- what goes ------------------------------------------------------------------------------- */

static void add_leaving(GString *text, const PlanSubject *subject, const Match *match)
{
    const Device *device = find_device(match->guest, subject);
    g_autofree char *name = plan_subject_name(subject);
    g_autofree char *gone =
        g_strdup_printf("the element of %s%s%s, which has left the guest",
                        subject->id ? subject->driver : "", subject->id ? " " : "", name);

    if (device)
        add_device(text, match, device);
    else
        add_comment(text, gone);
}

static void add_unplugged(GString *text, const Plan *plan, const Match *match)
{
    gboolean told = FALSE;

    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];

        if (subject->verb != PLAN_DETACH)
            continue;
        if (!told)
            add_comment(text, "take these out of the devices:");
        told = TRUE;
        add_leaving(text, subject, match);
    }
}

/* The device stays: its <source> is another, or there is none. */
static void add_media(GString *text, const Plan *plan)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        g_autofree char *name = plan_subject_name(subject);
        g_autofree char *words = g_strdup_printf(
            "the <source> of %s is another one: domain files are not changed by it", name);

        if (subject->verb == PLAN_MEDIUM)
            add_comment(text, words);
    }
}

/* --- all ------------------------------------------------------------------------------------- */

static void add_all(GString *text, const Plan *plan, const Match *match)
{
    const PlanSubject *plugged = first_plugged(plan);

    if (plugged) {
        add_comment(text, "put these into the devices:");
        (find_device(match->guest, plugged) ? add_present : add_planned)(text, plan, match);
    }
    add_unplugged(text, plan, match);
    add_media(text, plan);
    if (!plan->subjects->len)
        add_comment(text, "this changes back ends alone, which domain XML has no elements for");
}

/* Without a domain file the guest itself tells which numbers and names are taken. */
static void add_matched(GString *text, const Plan *plan, const Guest *guest)
{
    g_autofree char *described = describe_guest(guest);
    g_autoptr(GBytes) bytes = g_bytes_new(described, strlen(described));
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_parse("guest", bytes, &error);
    g_autoptr(Match) match = domain ? match_new(domain, guest, EVIDENCE_ALL) : NULL;

    if (match)
        add_all(text, plan, match);
    else
        add_comment(text, error->message);
}

void plan_render_xml(GString *text, const Plan *plan, const Guest *guest, const Match *match)
{
    if (!guest)
        add_comment(text, "the guest has not been read yet");
    else if (match)
        add_all(text, plan, match);
    else
        add_matched(text, plan, guest);
}
