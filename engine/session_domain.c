/* The file is read and written here, at once: it is small. What a plan changes in it is prepared in
 * session_carry.c, and done by the plan. */
#include "engine/domain_edit.h"
#include "engine/line_diff.h"
#include "engine/session_private.h"

/* A domain against a guest. It holds both, so that listeners may still look at the one before while
 * they are told of the next. */
struct Matching {
    Domain *domain;
    Guest *guest;
    Match *match; /* NULL while there is no guest */
};

struct DomainFile {
    char *path;
    Domain *saved;  /* as the file was read */
    Domain *domain; /* with the changes in memory: the same where there are none */
    Matching *matching;
    gboolean stale; /* a plan may have changed the file: it is read again with the next tree */
};

/* --- matching -------------------------------------------------------------------------------- */

static Matching *matching_new(Domain *domain, Guest *guest)
{
    Matching *matching = g_new0(Matching, 1);

    matching->domain = domain_ref(domain);
    if (guest) {
        matching->guest = guest_ref(guest);
        matching->match = match_new(domain, guest, EVIDENCE_ALL);
    }
    return matching;
}

void matching_free(Matching *matching)
{
    if (!matching)
        return;
    match_free(matching->match);
    g_clear_pointer(&matching->guest, guest_unref);
    domain_unref(matching->domain);
    g_free(matching);
}

static DomainFile *domain_file_new(const char *path, Domain *domain)
{
    DomainFile *file = g_new0(DomainFile, 1);

    file->path = g_strdup(path);
    file->saved = domain_ref(domain);
    file->domain = domain_ref(domain);
    return file;
}

void domain_file_free(DomainFile *file)
{
    if (!file)
        return;
    matching_free(file->matching);
    domain_unref(file->domain);
    domain_unref(file->saved);
    g_free(file->path);
    g_free(file);
}

static void set_domain(Domain **place, Domain *domain)
{
    Domain *old = *place;

    *place = domain_ref(domain);
    domain_unref(old);
}

/* --- reading --------------------------------------------------------------------------------- */

static GBytes *domain_bytes(const Domain *domain)
{
    return xml_document_bytes(domain->document);
}

static Domain *read_domain(const char *path, GError **error)
{
    g_autoptr(Domain) domain = domain_load(path, error);

    return domain && domain_is_valid(domain, error) ? g_steal_pointer(&domain) : NULL;
}

/* A plan wrote the file, or the connection was away: unless changes in memory hang on the old
 * version, which saving then says. */
static void domain_file_refresh(Session *session)
{
    DomainFile *file = session->domain_file;
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = NULL;

    file->stale = FALSE;
    if (session_domain_is_changed(session))
        return;
    domain = read_domain(file->path, &error);
    if (!domain) {
        journal_add(session->journal, STATE_REFUSED, session_name(session),
                    "the domain file cannot be read again", error->message, -1);
        return;
    }
    if (g_bytes_equal(domain_bytes(domain), domain_bytes(file->saved)))
        return;
    set_domain(&file->saved, domain);
    set_domain(&file->domain, domain);
}

Matching *session_domain_rematch(Session *session)
{
    DomainFile *file = session->domain_file;
    Matching *old;

    if (!file)
        return NULL;
    if (file->stale)
        domain_file_refresh(session);
    old = file->matching;
    file->matching = matching_new(file->domain, session->guest);
    return old;
}

void session_domain_touched(Session *session)
{
    if (session->domain_file)
        session->domain_file->stale = TRUE;
}

/* The domain in memory, or the file, is another. */
static void domain_changed(Session *session)
{
    Matching *old;

    g_rc_box_acquire(session);
    old = session_domain_rematch(session);
    session_notify(session, SESSION_TREE_CHANGED);
    matching_free(old);
    session_unref(session);
}

gboolean session_domain_open(Session *session, const char *path, GError **error)
{
    gboolean live = session_check_live(session, error);
    g_autoptr(Domain) domain = live ? read_domain(path, error) : NULL;
    DomainFile *old = session->domain_file;

    if (!domain)
        return FALSE;
    session->domain_file = domain_file_new(path, domain);
    g_rc_box_acquire(session);
    domain_changed(session);
    domain_file_free(old);
    if (!session->freed && session->state == SESSION_LIVE)
        session_domain_announce(session);
    session_unref(session);
    return TRUE;
}

DomainFile *session_domain_show(Session *session, const char *name, Domain *saved, Domain *domain)
{
    DomainFile *old = session->domain_file;

    session->domain_file = domain ? domain_file_new(name, domain) : NULL;
    if (saved)
        set_domain(&session->domain_file->saved, saved);
    matching_free(session_domain_rematch(session));
    return old;
}

/* --- what it is ------------------------------------------------------------------------------ */

const char *session_domain_path(const Session *session)
{
    return session->domain_file ? session->domain_file->path : NULL;
}

const Domain *session_domain(const Session *session)
{
    return session->domain_file ? session->domain_file->domain : NULL;
}

const Domain *session_domain_saved(const Session *session)
{
    return session->domain_file ? session->domain_file->saved : NULL;
}

const Match *session_match(const Session *session)
{
    const DomainFile *file = session->domain_file;

    return file && file->matching ? file->matching->match : NULL;
}

gboolean session_domain_is_changed(const Session *session)
{
    const DomainFile *file = session->domain_file;

    return file && file->domain != file->saved &&
           !g_bytes_equal(domain_bytes(file->domain), domain_bytes(file->saved));
}

GPtrArray *session_domain_diff(const Session *session)
{
    const DomainFile *file = session->domain_file;

    return file ? line_diff(xml_document_text(file->saved->document),
                            xml_document_text(file->domain->document))
                : g_ptr_array_new_with_free_func(g_free);
}

/* --- changes --------------------------------------------------------------------------------- */

gboolean session_domain_check_free(const Session *session, GError **error)
{
    const DomainFile *file = session->domain_file;

    if (!session_allows_changes(session, error))
        return FALSE;
    if (!file) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "there is no domain file: start with --domain FILE");
        return FALSE;
    }
    for (guint i = 0; i < session->running->len; i++) {
        const Plan *plan = transaction_plan(session->running->pdata[i]);

        if (!plan->file)
            continue;
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "\"%s\" is changing %s: wait until it is over", plan->title, file->path);
        return FALSE;
    }
    return TRUE;
}

gboolean session_domain_check_saved(const Session *session, GError **error)
{
    if (!session_domain_is_changed(session))
        return TRUE;
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s has changes that are not saved: save or drop them first",
                session_domain_path(session));
    return FALSE;
}

/* domain: (transfer full), NULL where it could not be made. */
static gboolean domain_put(Session *session, Domain *domain)
{
    if (!domain)
        return FALSE;
    set_domain(&session->domain_file->domain, domain);
    domain_unref(domain);
    domain_changed(session);
    return TRUE;
}

gboolean session_domain_fill(Session *session, const GPtrArray *devices, GPtrArray *left,
                             GError **error)
{
    const Match *match = session_match(session);

    if (!session_domain_check_free(session, error))
        return FALSE;
    if (!match) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "the guest has not been read yet: there are no addresses to write");
        return FALSE;
    }
    return domain_put(session, match_fill(match, devices, left, error));
}

gboolean session_domain_pin(Session *session, const GPtrArray *devices, GError **error)
{
    return session_domain_check_free(session, error) &&
           domain_put(session, domain_pin(session->domain_file->domain, devices, error));
}

gboolean session_domain_revert(Session *session, GError **error)
{
    DomainFile *file = session->domain_file;
    g_autoptr(Domain) domain = NULL;

    if (!session_domain_check_free(session, error))
        return FALSE;
    domain = read_domain(file->path, error);
    if (!domain)
        return FALSE;
    set_domain(&file->saved, domain);
    return domain_put(session, g_steal_pointer(&domain));
}

gboolean session_domain_save(Session *session, gboolean backup, GError **error)
{
    DomainFile *file = session->domain_file;
    g_autoptr(FileChange) change = NULL;
    g_autofree char *text = NULL;

    if (!session_domain_check_free(session, error))
        return FALSE;
    if (!session_domain_is_changed(session))
        return TRUE;
    change =
        file_change_new(file->path, domain_bytes(file->saved), domain_bytes(file->domain), backup);
    if (!file_change_prepare(change, error) || !file_change_commit(change, error))
        return FALSE;
    set_domain(&file->saved, file->domain);
    text = g_strdup_printf("%s is saved", file->path);
    g_rc_box_acquire(session);
    session_log(session, STATE_PRESENT, session_name(session), text, NULL, -1);
    if (!session->freed)
        session_notify(session, SESSION_TREE_CHANGED);
    session_unref(session);
    return TRUE;
}
