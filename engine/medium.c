/* The tray is opened, the old medium taken out, the new one put in, the tray closed (measured on
 * QEMU 7.2 and 10.0). What can fail, opening the new file, comes first. The node of a -drive dies
 * when its medium is taken out; one that blockdev-add made stays, and is removed at the end. */
#include "engine/medium.h"

#include <string.h>

#include "engine/allocate.h"
#include "engine/attach.h"
#include "engine/detach.h"
#include "monitor/text.h"

#define STEM_LONGEST 20 /* so that at most 31 characters become of it */

typedef struct {
    const HotplugFacts *facts;
    const Device *device;
    const Drive *drive;
    const MediumChange *change;
    Plan *plan; /* owned until it is done */
    char *name; /* told to users */
    char *node; /* of the new medium; NULL for none */
} Medium;

static void medium_clear(Medium *medium)
{
    g_clear_pointer(&medium->plan, plan_free);
    g_clear_pointer(&medium->name, g_free);
    g_clear_pointer(&medium->node, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Medium, medium_clear)

/* --- actions --------------------------------------------------------------------------------- */

/* The drive of usb-storage is at an inner device, which no id names. */
static const char *target(const Medium *medium)
{
    const Device *device = medium->device;

    if (medium->drive->qdev)
        return medium->drive->qdev;
    return device->id ? device->id : device->path;
}

static Action *drive_action(const Medium *medium, const char *command)
{
    return action_new(command, json_pack("{s:s}", "id", target(medium)), NULL);
}

static Action *insert_action(const Medium *medium, const char *node)
{
    Action *action = drive_action(medium, "blockdev-insert-medium");

    json_object_set_new(action->arguments, "node-name", json_string(node));
    return action;
}

static Action *open_action(const Medium *medium)
{
    Action *action = drive_action(medium, "blockdev-open-tray");

    if (medium->change->force)
        json_object_set_new(action->arguments, "force", json_true());
    return action;
}

static Step *add_step(const Medium *medium, const char *what, Action *action, Action *undo)
{
    g_autofree char *words = g_strdup_printf("%s of %s", what, medium->name);

    return plan_add(medium->plan, words, action, undo);
}

/* --- the old medium -------------------------------------------------------------------------- */

/* What is made here is told by its name from what a -drive made; a number makes it unique. */
static char *node_name(const Medium *medium, const char *suffix)
{
    const Device *device = medium->device;
    const char *stem = device->id                    ? device->id
                       : device->kind == KIND_CDROM  ? "cdrom"
                       : device->kind == KIND_FLOPPY ? "floppy"
                                                     : "drive";
    g_autofree char *full = g_strdup_printf("%.*s%s", STEM_LONGEST, stem, suffix);

    return allocate_id(medium->facts->guest, full);
}

/* A medium that QEMU does not tell enough of can be taken out, but not be put back. */
static void add_way_back(const Medium *medium, Step *step)
{
    const char *node = medium->drive->node;
    g_autofree char *again = NULL;
    json_t *options;

    if (!backend_node_dies(medium->drive)) {
        g_ptr_array_add(step->undo, insert_action(medium, node));
        return;
    }
    again = node_name(medium, MEDIUM_OLD);
    options = node ? backend_remake_node(medium->facts->guest, node, again) : NULL;
    if (options) {
        g_ptr_array_add(step->undo, action_new("blockdev-add", options, NULL));
        g_ptr_array_add(step->undo, insert_action(medium, again));
        return;
    }
    plan_add_check(medium->plan, TRUE, NULL,
                   "QEMU does not tell how the medium in %s was opened: no undo", medium->name);
}

static void add_removal(const Medium *medium)
{
    if (medium->drive->inserted)
        add_way_back(medium, add_step(medium, "medium",
                                      drive_action(medium, "blockdev-remove-medium"), NULL));
}

/* The node stays where it could not be made again: an undo puts it back. */
static void add_cleaning(const Medium *medium)
{
    const Drive *drive = medium->drive;
    g_autoptr(GPtrArray) leaving = g_ptr_array_new();
    Detach detach = { .facts = medium->facts,
                      .guest = medium->facts->guest,
                      .plan = medium->plan,
                      .leaving = leaving };
    json_t *again;

    if (!drive->inserted || backend_node_dies(drive))
        return;
    again = backend_remake_node(detach.guest, drive->node, NULL);
    g_ptr_array_add(leaving, (gpointer)medium->device);
    if (again)
        backend_remove_node(&detach, drive->node);
    else
        plan_add_check(medium->plan, TRUE, NULL,
                       "the block node %s stays: QEMU does not tell how it was made", drive->node);
    json_decref(again);
}

/* --- the new medium -------------------------------------------------------------------------- */

/* CDs are for reading. Whoever may not write to the image of a floppy can still read it; disks
 * refuse a medium that cannot be written. */
static Request *new_request(const Medium *medium)
{
    const Image *image = medium->facts->image;
    DeviceKind kind = medium->device->kind;
    Request *request = request_new(kind == KIND_CDROM ? REQUEST_CDROM : REQUEST_DISK);

    if (medium->change->format)
        request_set(request, "format", medium->change->format);
    if (kind == KIND_FLOPPY && image && !image->writable)
        request_set(request, "readonly", "on");
    return request;
}

static gboolean add_node(Medium *medium, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(medium->change->file, NULL);
    g_autoptr(Request) request = new_request(medium);
    Attach attach = { .facts = medium->facts,
                      .guest = medium->facts->guest,
                      .request = request,
                      .plan = medium->plan,
                      .driver = medium->device->driver,
                      .id = medium->name,
                      .device = json_object() };
    gboolean added;

    medium->node = node_name(medium, MEDIUM_NEW);
    added = request_check(request, error) && attach_add_node(&attach, path, medium->node, error);
    json_decref(attach.device);
    return added;
}

/* --- the change as a whole ------------------------------------------------------------------- */

static gboolean has_steps(const Medium *medium)
{
    const Capabilities *can = &medium->facts->guest->can;

    return can->trays || !can->known;
}

/* The human monitor has no steps for it: it opens the tray, changes the medium and closes the tray
 * again, and knows a drive by its own name only. */
static Action *change_action(const Medium *medium, const char *file, const char *format,
                             gboolean readonly)
{
    return action_new("blockdev-change-medium",
                      json_pack("{s:s, s:s, s:s, s:s}", "device", medium->drive->backend,
                                "filename", file, "format", format, "read-only-mode",
                                readonly ? "read-only" : "read-write"),
                      NULL);
}

static Action *eject_action(const Medium *medium)
{
    json_t *arguments = json_pack("{s:s}", "device", medium->drive->backend);

    if (medium->change->force)
        json_object_set_new(arguments, "force", json_true());
    return action_new("eject", arguments, NULL);
}

static Action *change_back(const Medium *medium)
{
    const Drive *drive = medium->drive;

    if (!drive->inserted)
        return eject_action(medium);
    if (drive->file && drive->format)
        return change_action(medium, drive->file, drive->format, drive->readonly);
    plan_add_check(medium->plan, TRUE, NULL,
                   "QEMU does not tell how the medium in %s was opened: no undo", medium->name);
    return NULL;
}

/* The node that was planned is what QEMU makes here by itself. */
static void add_whole_change(const Medium *medium)
{
    const char *file = g_hash_table_lookup(medium->plan->chosen, "file");
    const char *format = g_hash_table_lookup(medium->plan->chosen, "format");
    const char *readonly = g_hash_table_lookup(medium->plan->chosen, "readonly");

    g_ptr_array_set_size(medium->plan->steps, 0);
    if (medium->node)
        add_step(medium, "medium",
                 change_action(medium, file, format, g_strcmp0(readonly, "on") == 0),
                 change_back(medium));
    else
        add_step(medium, "medium", eject_action(medium), change_back(medium));
}

/* --- the plan -------------------------------------------------------------------------------- */

static void add_tray_checks(const Medium *medium)
{
    const Drive *drive = medium->drive;

    if (drive->locked && medium->change->force)
        plan_add_check(medium->plan, TRUE, "query-block",
                       "the guest holds the tray locked: it is opened by force, and what the guest "
                       "still has to read from the medium fails");
    else if (drive->locked)
        plan_add_check(medium->plan, TRUE, "query-block",
                       "the guest holds the tray locked: it is asked to open it, and nothing "
                       "changes if it does not");
    else if (drive->inserted && !drive->readonly)
        plan_add_check(medium->plan, TRUE, "query-block",
                       "the guest is not asked: what it has not written to the medium yet is lost");
}

static void add_subject(const Medium *medium)
{
    const Device *device = medium->device;
    PlanSubject *subject = plan_add_subject(medium->plan);

    subject->path = g_strdup(device->path);
    subject->id = g_strdup(device->id);
    subject->driver = g_strdup(device->driver);
    subject->bus = g_strdup(device->bus ? device->bus->name : NULL);
    subject->address = device->address;
}

/* "put debian.iso into cd0". (transfer full) */
static char *make_title(const Medium *medium)
{
    const char *file = medium->change->file ? medium->change->file : medium->drive->file;
    g_autofree char *base = file ? g_path_get_basename(file) : g_strdup("the medium");
    g_autofree char *shown = text_printable(base, -1, 0);

    if (medium->change->file)
        return g_strdup_printf("put %s into %s", shown, medium->name);
    return g_strdup_printf("eject %s from %s", shown, medium->name);
}

static gboolean refuse(GError **error, const char *name, const char *why)
{
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s %s", name, why);
    return FALSE;
}

gboolean medium_is_changeable(const Device *device)
{
    return device->drive && device->drive->removable;
}

static gboolean check(const Medium *medium, GError **error)
{
    const Device *device = medium->device;

    if (!device->drive)
        return refuse(error, medium->name, "is no drive: choose a CD-ROM or floppy drive");
    if (!medium_is_changeable(device))
        return refuse(error, medium->name,
                      "keeps its medium: it is no CD-ROM, floppy or removable disk; detach it, and "
                      "attach another");
    if (!device->id && device->path[0] != '/')
        return refuse(error, medium->name,
                      "cannot be named to QEMU for certain: look again in a moment");
    if (!has_steps(medium) && !device->drive->backend)
        return refuse(error, medium->name,
                      "has a drive without a name, whose medium the human monitor cannot change: "
                      "connect to a QMP socket of the guest");
    if (!medium->change->file && !device->drive->inserted)
        return refuse(error, medium->name, "has no medium: there is nothing to eject");
    return TRUE;
}

/* An ejected medium leaves the tray open, as the button of a drive does. */
static void add_exchange(const Medium *medium)
{
    const Drive *drive = medium->drive;
    gboolean tray = drive->has_tray;

    if (tray && !drive->tray_open)
        add_step(medium, "tray", open_action(medium), drive_action(medium, "blockdev-close-tray"));
    add_removal(medium);
    if (medium->node)
        add_step(medium, "medium", insert_action(medium, medium->node),
                 drive_action(medium, "blockdev-remove-medium"));
    if (medium->node && tray)
        add_step(medium, "tray", drive_action(medium, "blockdev-close-tray"),
                 drive_action(medium, "blockdev-open-tray"));
    add_cleaning(medium);
}

Plan *medium_plan(const HotplugFacts *facts, const Device *device, const MediumChange *change,
                  GError **error)
{
    g_auto(Medium) medium = { .facts = facts,
                              .device = device,
                              .drive = device->drive,
                              .change = change,
                              .name = device_display_name(device) };
    g_autofree char *title = NULL;

    if (!check(&medium, error))
        return NULL;
    title = make_title(&medium);
    medium.plan = plan_new(PLAN_MEDIUM, title);
    add_subject(&medium);
    if (change->file && !add_node(&medium, error))
        return NULL;
    add_tray_checks(&medium);
    if (has_steps(&medium))
        add_exchange(&medium);
    else
        add_whole_change(&medium);
    return g_steal_pointer(&medium.plan);
}
