/* Error sentences of QEMU change between versions, so a refusal is judged by looking at what is
 * there now wherever that can be asked. The one exception is marked. */
#include "engine/work.h"

#include <string.h>

#include "engine/file_work.h"
#include "engine/json_find.h"
#include "engine/leaving.h"
#include "engine/looks.h"
#include "engine/place.h"
#include "engine/tray.h"

/* How long a refused removal is tried again, and how often. */
#define PATIENCE_US (3 * G_TIME_SPAN_SECOND)
#define PATIENCE_PAUSE_MS 100

/* How back ends are removed, and where QEMU lists those that it has. */
typedef struct {
    const char *command;
    const char *key;    /* the argument that names it */
    const char *list;   /* command */
    const char *path;   /* its argument, NULL for none */
    const char *member; /* of a listed one: its name */
} Removal;

static const Removal removals[] = {
    { "blockdev-del", "node-name", "query-named-block-nodes", NULL, "node-name" },
    { "chardev-remove", "id", "query-chardev", NULL, "label" },
    { "object-del", "id", "qom-list", "/objects", "name" },
    { "netdev_del", "id", NULL, NULL, NULL }, /* one that is gone is DeviceNotFound */
    { "host_net_remove", "name", NULL, NULL, NULL },
};

struct Work {
    Monitor *monitor;
    const Action *action;
    const char *purpose;
    const Removal *removal; /* NULL for other actions */
    gboolean patient;
    WorkFn told;
    gpointer data;
    gint64 started;
    char *refusal; /* of the command, until it is judged */
    guint retry;
    Leaving *leaving;
    Looks *looks;       /* whether what it requires, or what it is to bring about, is so */
    Looks *again;       /* the same before the command is sent once more */
    json_t *blocks;     /* drives before the command; NULL where it does not matter */
    char *left;         /* what a refused command left */
    Tray *tray;         /* of a tray that is to open */
    FileWork *file;     /* of a file action */
    json_t *deleted;    /* (borrowed) payloads of DEVICE_DELETED that came before */
    gboolean announced; /* WORK_LEAVING */
};

static void work_send(Work *work);

static const Removal *removal_find(const Action *action)
{
    for (gsize i = 0; i < G_N_ELEMENTS(removals); i++) {
        if (strcmp(action->command, removals[i].command) == 0)
            return &removals[i];
    }
    return NULL;
}

const char *work_removes(const Action *action)
{
    const Removal *removal = removal_find(action);

    return removal ? json_string_value(json_object_get(action->arguments, removal->key)) : NULL;
}

static gboolean json_mentions(json_t *value, const char *text)
{
    const char *key;
    json_t *member;

    if (json_is_string(value))
        return strcmp(json_string_value(value), text) == 0;
    json_object_foreach (value, key, member) {
        if (json_mentions(member, text))
            return TRUE;
    }
    return FALSE;
}

/* A card and the host's side of it have the VLAN in common, and no name. */
static gboolean same_vlan(const Action *user, const Action *removal)
{
    json_t *vlan = json_object_get(removal->arguments, "vlan");

    return vlan &&
           json_equal(vlan, json_object_get(json_object_get(user->arguments, "options"), "vlan"));
}

gboolean work_uses(const Action *user, const Action *removal)
{
    const char *removed = work_removes(removal);

    return removed && (json_mentions(user->arguments, removed) || same_vlan(user, removal));
}

static void work_tell(Work *work, WorkNews news, const char *message)
{
    work->told(news, message, work->data);
}

/* --- a device that has to leave -------------------------------------------------------------- */

/* QEMU refuses to ask twice: within 5 s on native PCI Express, for ever while the guest's clock
 * stands still. No query tells that an unplug is pending, so here the sentence has to do; where it
 * is another one, the refusal is shown and nothing else happens. (Sentences: qdev-monitor.c,
 * pcie.c.) */
static gboolean refusal_means_pending(const char *refusal)
{
    return strstr(refusal, "already in the process of unplug") || strstr(refusal, "guest is busy");
}

static void work_announce(Work *work)
{
    g_clear_pointer(&work->refusal, g_free);
    if (work->announced)
        return;
    work->announced = TRUE;
    work_tell(work, WORK_LEAVING, NULL);
}

static void on_leaving(LeavingNews news, const char *message, gpointer data)
{
    Work *work = data;

    if (news == LEAVING_GONE)
        work_tell(work, WORK_DONE, NULL);
    else if (news == LEAVING_REFUSED)
        work_tell(work, WORK_REFUSED, message);
    else if (work->refusal && !refusal_means_pending(work->refusal))
        work_tell(work, WORK_REFUSED, work->refusal);
    else
        work_announce(work);
}

/* What leaves at once is not waited for: devices behind a card that stays. */
static gboolean work_waits(const Work *work)
{
    for (char **leaf = work->action->leaves; leaf && *leaf; leaf++) {
        if (**leaf == '/' || place_is_card(*leaf))
            return TRUE;
    }
    return FALSE;
}

/* Also after a refusal: a device that is not there has left. */
static void work_leave(Work *work)
{
    size_t index;
    json_t *payload;

    work->leaving =
        leaving_new(work->monitor, (const char *const *)work->action->leaves, on_leaving, work);
    json_array_foreach (work->deleted, index, payload) {
        leaving_event(work->leaving, "DEVICE_DELETED", payload);
    }
    if (!work->refusal)
        work_announce(work);
}

/* --- a tray that has to open ------------------------------------------------------------------ */

static gboolean opens_tray(const Action *action)
{
    return strcmp(action->command, "blockdev-open-tray") == 0;
}

/* These ask a guest that holds the tray to open it, and fail. */
static gboolean changes_medium(const Action *action)
{
    return strcmp(action->command, "eject") == 0 ||
           strcmp(action->command, "blockdev-change-medium") == 0;
}

/* Where the whole change was refused for a tray that was locked, it is tried again when it opens.
 */
static void work_tray_opened(Work *work)
{
    if (opens_tray(work->action)) {
        work_tell(work, WORK_DONE, NULL);
        return;
    }
    g_clear_pointer(&work->tray, tray_free);
    if (work->announced)
        work_send(work);
    else
        work_tell(work, WORK_REFUSED, work->refusal);
}

static void on_tray(TrayNews news, gpointer data)
{
    Work *work = data;

    if (news == TRAY_OPEN)
        work_tray_opened(work);
    else if (news == TRAY_LOCKED)
        work_announce(work);
    else
        work_tell(work, WORK_REFUSED,
                  "the guest holds the tray locked and has not opened it when asked: eject the "
                  "medium in the guest (it may be mounted there), or open the tray by force");
}

static void work_open_tray(Work *work, const char *key)
{
    work->tray =
        tray_new(work->monitor, json_string_value(json_object_get(work->action->arguments, key)),
                 on_tray, work);
}

/* --- a back end that is not removed ---------------------------------------------------------- */

static gboolean on_retry(gpointer data)
{
    Work *work = data;

    work->retry = 0;
    g_clear_pointer(&work->refusal, g_free);
    work_send(work);
    return G_SOURCE_REMOVE;
}

static void work_remains(Work *work)
{
    if (work->patient && g_get_monotonic_time() - work->started < PATIENCE_US)
        work->retry = g_timeout_add(PATIENCE_PAUSE_MS, on_retry, work);
    else
        work_tell(work, WORK_REFUSED, work->refusal);
}

static void on_listed(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Work *work = data;
    const char *name = work_removes(work->action);
    size_t index;
    json_t *listed;

    if (error && monitor_error_is_connection(error)) {
        work_tell(work, WORK_LOST, error->message);
        return;
    }
    json_array_foreach (result, index, listed) {
        json_t *member = json_object_get(listed, work->removal->member);

        if (g_strcmp0(json_string_value(member), name) == 0)
            break;
    }
    if (error || index < json_array_size(result))
        work_remains(work);
    else
        work_tell(work, WORK_DONE, NULL);
}

static void work_look_for_removed(Work *work)
{
    const char *path = work->removal->path;

    monitor_send(work->monitor, work->removal->list, path ? json_pack("{s:s}", "path", path) : NULL,
                 on_listed, work);
}

/* --- what a refused command leaves ----------------------------------------------------------- */

/* An image that could not be opened: up to 0.13 the drive's name stays, without a device. */
static void work_find_left(Work *work, json_t *blocks)
{
    size_t index;
    json_t *block;

    json_array_foreach (blocks, index, block) {
        const char *name = json_string_value(json_object_get(block, "device"));

        if (!name || json_find(work->blocks, "device", name))
            continue;
        g_free(work->left);
        work->left = g_strdup_printf("drive name %s", name);
    }
}

static void on_left(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Work *work = data;

    if (error && monitor_error_is_connection(error)) {
        work_tell(work, WORK_LOST, error->message);
        return;
    }
    work_find_left(work, result);
    work_tell(work, WORK_REFUSED, work->refusal);
}

static void work_look_for_left(Work *work)
{
    monitor_send_for(work->monitor, work->purpose, "query-block", NULL, on_left, work);
}

/* --- the reply ------------------------------------------------------------------------------- */

static void work_refused(Work *work, const char *message, gboolean missing)
{
    work->refusal = g_strdup(message);
    if (work_waits(work))
        work_leave(work);
    else if (missing && (work->removal || strcmp(work->action->command, "device_del") == 0))
        work_tell(work, WORK_DONE, NULL);
    else if (work->removal && work->removal->list)
        work_look_for_removed(work);
    else if (changes_medium(work->action) && !work->announced)
        work_open_tray(work, "device");
    else if (work->blocks && !work->action->leaves)
        work_look_for_left(work);
    else
        work_tell(work, WORK_REFUSED, work->refusal);
}

static void work_accepted(Work *work)
{
    if (work_waits(work))
        work_leave(work);
    else if (opens_tray(work->action))
        work_open_tray(work, "id");
    else
        work_tell(work, WORK_DONE, NULL);
}

static void on_verified(LooksNews news, const char *message, gpointer data)
{
    Work *work = data;

    if (news == LOOKS_LOST)
        work_tell(work, WORK_LOST, message);
    else if (news == LOOKS_OBJECT)
        work_tell(work, WORK_REFUSED, message);
    else
        work_accepted(work);
}

/* QEMU 0.10 chooses the slot itself, whatever it was told. TRUE: it is another one, and QEMU is
 * asked to take the card back. */
static gboolean work_take_back(Work *work, json_t *result)
{
    json_t *asked = json_object_get(work->action->arguments, "pci_addr");
    g_autofree char *address = NULL, *message = NULL;

    if (strcmp(work->action->command, "pci_add") != 0 || !json_is_object(result))
        return FALSE;
    address = g_strdup_printf("%x:%02x", (guint)json_integer_value(json_object_get(result, "bus")),
                              (guint)json_integer_value(json_object_get(result, "slot")));
    if (g_strcmp0(json_string_value(asked), address) == 0)
        return FALSE;
    monitor_send_for(work->monitor, work->purpose, "pci_del",
                     json_pack("{s:s}", "pci_addr", address), NULL, NULL);
    message = g_strdup_printf("QEMU plugged it at %s, not at %s, and was told to take it back",
                              address, json_string_value(asked));
    work_tell(work, WORK_REFUSED, message);
    return TRUE;
}

static void on_reply(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Work *work = data;

    if (error && monitor_error_is_connection(error))
        work_tell(work, WORK_LOST, error->message);
    else if (error)
        work_refused(work, error->message,
                     g_error_matches(error, MONITOR_ERROR, MONITOR_ERROR_DEVICE_NOT_FOUND));
    else if (work_take_back(work, result))
        return;
    else if (work->action->after)
        work->looks =
            looks_new(work->monitor, work->purpose, work->action->after, on_verified, work);
    else
        work_accepted(work);
}

static void work_send(Work *work)
{
    monitor_send_for(work->monitor, work->purpose, work->action->command,
                     json_deep_copy(work->action->arguments), on_reply, work);
}

/* --- before it is sent ----------------------------------------------------------------------- */

static void on_looked(LooksNews news, const char *message, gpointer data)
{
    Work *work = data;
    g_autofree char *why = NULL;

    if (news == LOOKS_LOST) {
        work_tell(work, WORK_LOST, message);
        return;
    }
    work->blocks = json_incref(looks_blocks(work->looks));
    g_clear_pointer(&work->looks, looks_free);
    if (news == LOOKS_HOLD) {
        work_send(work);
        return;
    }
    why = g_strdup_printf("%s: %s was not sent, plan it anew", message, work->action->command);
    json_decref(g_steal_pointer(&work->blocks));
    work_refused(work, why, FALSE);
}

static void work_begin(Work *work)
{
    if (work->action->before)
        work->looks =
            looks_new(work->monitor, work->purpose, work->action->before, on_looked, work);
    else
        work_send(work);
}

static void on_looked_again(LooksNews news, const char *message, gpointer data)
{
    Work *work = data;

    g_clear_pointer(&work->again, looks_free);
    if (news == LOOKS_HOLD)
        monitor_send_for(work->monitor, "ask again", work->action->command,
                         json_deep_copy(work->action->arguments), NULL, NULL);
}

static void on_file(const char *refusal, gpointer data)
{
    work_tell(data, refusal ? WORK_REFUSED : WORK_DONE, refusal);
}

/* --- the face -------------------------------------------------------------------------------- */

Work *work_new(Monitor *monitor, const Action *action, const char *purpose, FileChange *file,
               gboolean patient, json_t *deleted, WorkFn told, gpointer data)
{
    Work *work = g_new0(Work, 1);

    work->monitor = monitor;
    work->action = action;
    work->purpose = purpose;
    work->removal = removal_find(action);
    work->patient = patient;
    work->told = told;
    work->data = data;
    work->started = g_get_monotonic_time();
    work->deleted = deleted;
    if (action->kind == ACTION_COMMAND)
        work_begin(work);
    else
        work->file = file_work_new(file, action->kind, on_file, work);
    return work;
}

void work_free(Work *work)
{
    if (!work)
        return;
    monitor_cancel_data(work->monitor, work);
    if (work->retry)
        g_source_remove(work->retry);
    leaving_free(work->leaving);
    looks_free(work->looks);
    looks_free(work->again);
    json_decref(work->blocks);
    g_free(work->left);
    tray_free(work->tray);
    file_work_free(work->file);
    g_free(work->refusal);
    g_free(work);
}

void work_event(Work *work, const char *name, json_t *payload)
{
    if (work->leaving)
        leaving_event(work->leaving, name, payload);
    else if (work->tray)
        tray_event(work->tray, name, payload);
}

void work_ask_again(Work *work)
{
    if (!work->announced)
        return;
    if (work->action->before && !work->again)
        work->again =
            looks_new(work->monitor, "ask again", work->action->before, on_looked_again, work);
    else if (!work->action->before)
        monitor_send_for(work->monitor, "ask again", work->action->command,
                         json_deep_copy(work->action->arguments), NULL, NULL);
    if (work->leaving)
        leaving_hurry(work->leaving);
}

const Action *work_leaving(const Work *work)
{
    return work->announced ? work->action : NULL;
}

gboolean work_silent(const Work *work)
{
    return work->leaving && leaving_silent(work->leaving);
}

const char *work_left(const Work *work)
{
    return work->left;
}
