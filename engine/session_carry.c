/* What a domain file says to a guest: the journal's lines on the first match, devices by the names
 * that the file gives them, and the change of the file that a plan carries along. */
#include "engine/describe.h"
#include "engine/domain_edit.h"
#include "engine/session_private.h"

/* More lines than these would push everything else out of sight. */
#define ANNOUNCED_MOST 20

/* --- the journal ----------------------------------------------------------------------------- */

char *session_domain_summary(const Session *session)
{
    const Match *match = session_match(session);
    guint configured, absent;

    if (!match)
        return NULL;
    configured = match->domain->devices->len;
    absent = match->counts[MATCH_ABSENT];
    return g_strdup_printf("%u configured, %u matched", configured, configured - absent);
}

/* "sdf", as users call it. (transfer full) */
static char *configured_name(const DomainDevice *configured)
{
    const char *name = configured->target ? configured->target : configured->alias;

    return name ? g_strdup(name) : domain_device_name(configured);
}

/* An image that is not there explains more than how the device was looked for; on another host
 * the path means nothing. (transfer full) */
static char *absent_text(const Session *session, const MatchPair *pair)
{
    const char *source = pair->configured->source;
    gboolean here = target_kind(session->target) != TARGET_TCP;

    if (source && here && !g_file_test(source, G_FILE_TEST_EXISTS))
        return g_strdup_printf("is configured but absent: missing %s", source);
    return g_strdup_printf("is configured but absent%s%s", pair->reason ? ": " : "",
                           pair->reason ? pair->reason : "");
}

/* NULL where the file and the guest agree. (transfer full) */
static char *pair_text(const Session *session, const MatchPair *pair)
{
    const char *reason = pair->reason ? pair->reason : "configured elsewhere";
    g_autofree char *place = NULL;

    switch (pair->state) {
    case MATCH_ABSENT:
        return absent_text(session, pair);
    case MATCH_UNMANAGED:
        return g_strdup("is live but not configured");
    case MATCH_DIFFERS:
        place = address_to_text(&pair->place);
        return g_strdup_printf("%s%s: %s", *place ? "is at " : "differs", place, reason);
    case MATCH_SAME:
    case MATCH_FOUND:
    case MATCH_IMPLICIT:
    default:
        return NULL;
    }
}

static void announce_pair(Session *session, const MatchPair *pair, const char *text)
{
    static const DeviceState states[] = {
        [MATCH_ABSENT] = STATE_ABSENT,
        [MATCH_UNMANAGED] = STATE_UNMANAGED,
        [MATCH_DIFFERS] = STATE_DIFFERS,
    };
    g_autofree char *name =
        pair->configured ? configured_name(pair->configured) : device_display_name(pair->device);

    journal_add(session->journal, states[pair->state], name, text, NULL, -1);
}

/* How many there are. */
static guint announce_differences(Session *session, const Match *match)
{
    guint told = 0;

    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];
        g_autofree char *text = pair_text(session, pair);

        if (text && told++ < ANNOUNCED_MOST)
            announce_pair(session, pair, text);
    }
    if (told > ANNOUNCED_MOST) {
        g_autofree char *more = g_strdup_printf("%u more devices are absent, not configured, or at "
                                                "another place",
                                                told - ANNOUNCED_MOST);

        journal_add(session->journal, STATE_ABSENT, session_name(session), more, NULL, -1);
    }
    return told;
}

void session_domain_tell_differences(Session *session)
{
    const Match *match = session_match(session);

    if (match && announce_differences(session, match))
        session_notify(session, SESSION_JOURNAL_GREW);
}

void session_domain_announce(Session *session)
{
    g_autofree char *summary = session_domain_summary(session);
    g_autofree char *text = g_strdup_printf("compared with %s%s%s", session_domain_path(session),
                                            summary ? ": " : "", summary ? summary : "");

    journal_add(session->journal, STATE_PRESENT, session_name(session), text, NULL, -1);
    session_domain_tell_differences(session);
}

/* --- devices by the file's names ------------------------------------------------------------- */

/* Among those that the file describes alike, any one is as true. */
static gboolean pair_is_certain(const MatchPair *pair)
{
    return match_pair_is_certain(pair) || (pair->interchangeable && !pair->contradicted);
}

const char *session_domain_find(const Session *session, const char *name, GError **error)
{
    const Match *match = session_match(session);
    const DomainDevice *configured = match ? domain_find(match->domain, name, error) : NULL;
    const MatchPair *pair = configured ? match_of_configured(match, configured) : NULL;

    if (!pair)
        return NULL;
    if (pair->device && pair_is_certain(pair))
        return pair->device->path;
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                pair->device ? "%s of %s cannot be told for certain in the guest (%s): name the "
                               "device by its id or its address"
                             : "%s of %s is not in the guest (%s)",
                name, session_domain_path(session), pair->reason ? pair->reason : "no evidence");
    return NULL;
}

/* --- the change of a plan -------------------------------------------------------------------- */

/* The file says which devices there are, and they stay. */
static gboolean changes_media_only(const Plan *plan)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        if (((const PlanSubject *)plan->subjects->pdata[i])->verb != PLAN_MEDIUM)
            return FALSE;
    }
    return plan->verb == PLAN_MEDIUM;
}

static gboolean plugs(const Plan *plan)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        if (((const PlanSubject *)plan->subjects->pdata[i])->verb == PLAN_ATTACH)
            return TRUE;
    }
    return plan->verb == PLAN_ATTACH;
}

static gboolean add_elements(DomainEdit *edit, const Plan *plan, const Match *match, GError **error)
{
    g_autoptr(GPtrArray) elements = NULL;

    if (!plugs(plan))
        return TRUE;
    elements = describe_plan(plan, match, error);
    if (!elements)
        return FALSE;
    for (guint i = 0; i < elements->len; i++)
        domain_edit_add(edit, elements->pdata[i]);
    return TRUE;
}

static gboolean refuse_uncertain(const PlanSubject *subject, const MatchPair *pair, GError **error)
{
    g_autofree char *name = plan_subject_name(subject);
    g_autofree char *element =
        pair->configured ? domain_device_name(pair->configured) : g_strdup("in the domain file");

    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "it is not certain that %s is %s%s%s%s: detach it without the file, and change the "
                "file by hand",
                name, element, pair->reason ? " (" : "", pair->reason ? pair->reason : "",
                pair->reason ? ")" : "");
    return FALSE;
}

/* What is not in the file needs nothing. */
static gboolean remove_element(DomainEdit *edit, const PlanSubject *subject, const Match *match,
                               GError **error)
{
    const Device *device = subject->path ? guest_find_path(match->guest, subject->path) : NULL;
    const MatchPair *pair = device ? match_of_device(match, device) : NULL;

    if (!pair || (!pair->configured && pair->alternatives == 0))
        return TRUE;
    if (!pair->configured || !pair_is_certain(pair))
        return refuse_uncertain(subject, pair, error);
    domain_edit_remove(edit, pair->configured);
    return TRUE;
}

static gboolean remove_elements(DomainEdit *edit, const Plan *plan, const Match *match,
                                GError **error)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];

        if (subject->verb == PLAN_DETACH && !remove_element(edit, subject, match, error))
            return FALSE;
    }
    return TRUE;
}

/* The domain as it shall be: what a plan leaves behind in the file has to be whole. */
static Domain *changed_domain(const Session *session, const DomainEdit *edit, GError **error)
{
    g_autoptr(Domain) domain = domain_edit_apply(edit, error);
    g_autoptr(GError) invalid = NULL;

    if (!domain || domain_is_valid(domain, &invalid))
        return g_steal_pointer(&domain);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s would not be valid with this change: %s", session_domain_path(session),
                invalid->message);
    return NULL;
}

static gboolean check_carry(const Session *session, GError **error)
{
    if (!session_domain_check_free(session, error))
        return FALSE;
    if (!session_match(session)) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "the guest has not been read yet: wait until it is");
        return FALSE;
    }
    return session_domain_check_saved(session, error);
}

static void add_check(Plan *plan, const Domain *before, const Domain *after, const char *path)
{
    guint old = before->devices->len, new = after->devices->len;
    gboolean more = new > old;
    guint count = more ? new - old : old - new;

    plan_add_check(plan, FALSE, path, "the domain file stays valid with %u device%s %s", count,
                   count == 1 ? "" : "s", more ? "more" : "less");
}

gboolean session_carry_change(Session *session, Plan *plan, const Plan *change, GError **error)
{
    const char *path = session_domain_path(session);
    const Domain *domain = session_domain(session);
    g_autoptr(DomainEdit) edit = NULL;
    g_autoptr(Domain) after = NULL;

    if (plan->file || changes_media_only(plan))
        return TRUE;
    if (!check_carry(session, error))
        return FALSE;
    edit = domain_edit_new(domain);
    if (!add_elements(edit, change, session_match(session), error) ||
        !remove_elements(edit, change, session_match(session), error))
        return FALSE;
    if (domain_edit_is_empty(edit))
        return TRUE;
    after = changed_domain(session, edit, error);
    if (!after)
        return FALSE;
    add_check(plan, domain, after, path);
    plan_carry(plan, file_change_new(path, xml_document_bytes(domain->document),
                                     xml_document_bytes(after->document), FALSE));
    return TRUE;
}

gboolean session_domain_carry(Session *session, Plan *plan, GError **error)
{
    return session_carry_change(session, plan, plan, error);
}

Device *session_find(const Session *session, const Guest *guest, const char *name, GError **error)
{
    g_autoptr(GError) unknown = NULL, domain_error = NULL;
    Device *device = guest_find(guest, name, &unknown);
    const char *path = device ? NULL : session_domain_find(session, name, &domain_error);

    if (path)
        device = guest_find_path(guest, path);
    if (!device)
        g_propagate_error(error, domain_error ? g_steal_pointer(&domain_error)
                                              : g_steal_pointer(&unknown));
    return device;
}
