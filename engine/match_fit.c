/* Whether a configured device and one of the guest can be one, and what speaks against it. */
#include "engine/match_private.h"

#include <string.h>

gboolean match_is_drive(DeviceKind kind)
{
    return kind == KIND_DISK || kind == KIND_CDROM || kind == KIND_FLOPPY;
}

gboolean match_is_removable(DeviceKind kind)
{
    return kind == KIND_CDROM || kind == KIND_FLOPPY;
}

gboolean match_same_sort(const Item *configured, const Item *device)
{
    if (configured->sort && device->sort)
        return configured->sort == device->sort;
    return match_fits(configured, device);
}

/* Controllers are of one kind when they bring the same kind of bus. */
static BusFamily offered(const Model *model)
{
    return model ? model->offers == BUS_PCIE ? BUS_PCI : model->offers : BUS_OTHER;
}

static gboolean same_kind(const Item *configured, const Item *device)
{
    DeviceKind a = configured->configured->kind, b = device->device->kind;
    if (match_is_drive(a) || match_is_drive(b))
        return match_is_drive(a) && match_is_drive(b);
    if (a == KIND_CONTROLLER || a == KIND_BRIDGE)
        return (b == KIND_CONTROLLER || b == KIND_BRIDGE) &&
               offered(configured->configured->model) == offered(device->device->model);
    return a == b && a != KIND_OTHER && a != KIND_USB;
}

gboolean match_fits(const Item *configured, const Item *device)
{
    if (configured->sort && configured->sort == device->sort)
        return TRUE;
    if (!device->sort && configured->pci_id && device->pci_id)
        return configured->pci_id == device->pci_id;
    if (!configured->sort || !device->sort)
        return configured->configured->kind == device->device->kind;
    return same_kind(configured, device);
}

/* One that is relative to a folder which is not known may be the end of the other. */
static gboolean files_agree(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return TRUE;
    gboolean relative = !g_path_is_absolute(a);
    const char *end = relative ? a : b, *whole = relative ? b : a;
    if (g_path_is_absolute(end) || strlen(end) >= strlen(whole))
        return FALSE;
    const char *tail = whole + strlen(whole) - strlen(end);
    return tail[-1] == '/' && strcmp(tail, end) == 0;
}

/* Two devices of a guest can have one id: QEMU gives a bridge that an expander makes the id of the
 * expander. */
static gboolean has_found_it(const Item *configured, const char *id)
{
    return configured->partner && g_strcmp0(configured->partner->facts[EVIDENCE_ID], id) == 0;
}

/* The ids differ, and one of them is meant for something else. */
static gboolean is_someone_else(Matching *matching, const Item *configured, const Item *device)
{
    const char *alias = configured->facts[EVIDENCE_ID], *id = device->facts[EVIDENCE_ID];
    if (!id || g_strcmp0(alias, id) == 0)
        return FALSE;
    const Item *holder = match_items_with_alias(matching, id);
    const Item *meant = alias ? match_items_with_id(matching, alias) : NULL;
    return (holder && !has_found_it(holder, id) && match_fits(holder, device)) ||
           (meant && match_fits(configured, meant));
}

gboolean match_is_named_otherwise(const Item *configured, const Item *device)
{
    const char *alias = configured->facts[EVIDENCE_ID];
    return alias && !device->device->implicit && g_strcmp0(alias, device->facts[EVIDENCE_ID]) != 0;
}

guint match_contradictions(Matching *matching, const Item *configured, const Item *device)
{
    guint contradictions = 0;
    for (Evidence fact = EVIDENCE_MAC; fact <= EVIDENCE_SERIAL; fact++) {
        const char *a = configured->facts[fact], *b = device->facts[fact];
        if (!a || !b || strcmp(a, b) == 0)
            continue;
        gboolean other_medium = match_is_removable(configured->configured->kind) ||
                                match_is_removable(device->device->kind);
        if (fact != EVIDENCE_FILE || !(other_medium || files_agree(a, b)))
            contradictions |= 1u << fact;
    }
    if (!match_same_sort(configured, device))
        contradictions |= 1u << EVIDENCE_MODEL;
    if (is_someone_else(matching, configured, device) ||
        (matching->ids_agree && match_is_named_otherwise(configured, device)))
        contradictions |= 1u << EVIDENCE_ID;
    return contradictions;
}
