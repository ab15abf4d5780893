/* Changes put aside: the session's stage, what is planned with it in mind, and all of it as one
 * plan. */
#include "engine/session_private.h"

Guest *session_stage_after(Session *session, Guest *guest)
{
    return staging_after(session->staging, guest);
}

gboolean session_stage(Session *session, Plan *plan, GError **error)
{
    g_autoptr(Plan) staged = plan;
    gboolean carries = plan->file != NULL;

    if (!session_allows_changes(session, error))
        return FALSE;
    if (!session->guest) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "the guest has not been read yet: wait until it is");
        return FALSE;
    }
    plan_drop_file(staged);
    if (!staging_add(session->staging, session->guest, g_steal_pointer(&staged), carries, error))
        return FALSE;
    session_notify(session, SESSION_PLAN_CHANGED);
    return TRUE;
}

const GPtrArray *session_staged(Session *session)
{
    return staging_entries(session->staging, session->guest);
}

const Guest *session_guest_planned(Session *session)
{
    return session->guest ? session_stage_after(session, session->guest) : NULL;
}

gboolean session_unstage(Session *session, guint index)
{
    if (!staging_remove(session->staging, index))
        return FALSE;
    session_notify(session, SESSION_PLAN_CHANGED);
    return TRUE;
}

gboolean session_stage_is_applied(const Session *session)
{
    return staging_is_applied(session->staging);
}

const GPtrArray *session_history(const Session *session)
{
    return history_entries(session->history);
}

/* --- planning with it ------------------------------------------------------------------------ */

static gboolean refuse_planned(const Device *device, GError **error)
{
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s %s is only staged, and not in the guest yet: remove the staged change instead",
                device->driver, device->id);
    return FALSE;
}

/* The reason why a name means nothing is another one when a staged change takes the device away. */
static gboolean tell_leaves(const Session *session, Guest *guest, const char *name, GError **error)
{
    const Device *device = session_find(session, guest, name, NULL);
    g_autofree char *shown = device ? device_display_name(device) : NULL;

    if (!device)
        return FALSE;
    g_clear_error(error);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s leaves with a staged change already: apply what is staged, or remove that "
                "change",
                shown);
    return TRUE;
}

Device *session_stage_find(Session *session, Guest *guest, const char *name, GError **error)
{
    Guest *after = session_stage_after(session, guest);
    Device *device = session_find(session, after, name, error);

    if (!device && after != guest)
        tell_leaves(session, guest, name, error);
    if (device && device->planned) {
        refuse_planned(device, error);
        return NULL;
    }
    return device;
}

gboolean session_stage_lets_go(Session *session, Guest *guest, const Plan *plan, GError **error)
{
    const Guest *after = session_stage_after(session, guest);

    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        const Device *device = subject->path ? guest_find_path(after, subject->path) : NULL;

        if (device && device->planned)
            return refuse_planned(device, error);
    }
    return TRUE;
}

/* --- all of it ------------------------------------------------------------------------------- */

Plan *session_stage_join(Session *session, Guest *guest, GError **error)
{
    g_autoptr(Plan) carried = NULL;
    g_autoptr(Plan) joined = staging_join(session->staging, guest, &carried, error);

    if (!joined || (carried && !session_carry_change(session, joined, carried, error)))
        return NULL;
    session_offer(session, joined, RUN_STAGED, NULL);
    return g_steal_pointer(&joined);
}
