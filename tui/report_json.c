/* Guests, devices, plans -> JSON. Everything outside ASCII is escaped, so that nothing a guest
 * calls its devices can reach a terminal. */
#include "tui/report_json.h"

#include <stdlib.h>

#include "engine/allocate.h"
#include "tui/report_match.h"
#include "tui/report_plan.h"

json_t *report_string_json(const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

    return valid ? json_string(valid) : json_null();
}

static json_t *size_or_null(gint64 size)
{
    return size < 0 ? json_null() : json_integer(size);
}

char *report_finish_json(json_t *json)
{
    char *dump = json_dumps(json, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    char *text = g_strconcat(dump, "\n", NULL);

    free(dump);
    json_decref(json);
    return text;
}

static json_t *guest_to_json(const Guest *guest)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", report_string_json(guest->name), "qemu",
                     report_string_json(guest->qemu), "machine", report_string_json(guest->machine),
                     "status", report_string_json(guest->status), "dialect",
                     report_string_json(guest->dialect));
}

/* ---- devices ---- */

static json_t *pci_to_json(const PciFacts *pci)
{
    return json_pack("{s:i, s:i, s:i}", "vendor", pci->vendor, "device", pci->device, "class",
                     pci->class_code);
}

static const char *media_name(DeviceKind kind)
{
    return kind == KIND_CDROM || kind == KIND_FLOPPY ? device_kind_name(kind) : "disk";
}

static json_t *drive_to_json(const Drive *drive, DeviceKind kind)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:s, s:b, s:o}", "node",
                     report_string_json(drive->node), "file", report_string_json(drive->file),
                     "format", report_string_json(drive->format), "size", size_or_null(drive->size),
                     "readonly", drive->readonly, "media", media_name(kind), "inserted",
                     drive->inserted, "backend", report_string_json(drive->backend));
}

static json_t *nic_to_json(const Nic *nic)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "mac", report_string_json(nic->mac), "netdev",
                     report_string_json(nic->netdev), "link",
                     nic->link < 0 ? json_null() : json_boolean(nic->link), "backend",
                     report_string_json(nic->backend));
}

static json_t *device_to_json(const Device *device, const Match *match)
{
    Device *parent = device_parent(device);
    const MatchPair *pair = match ? match_of_device(match, device) : NULL;
    json_t *json =
        json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:s}", "path",
                  report_string_json(device->path), "id", report_string_json(device->id), "driver",
                  report_string_json(device->driver), "kind", device_kind_name(device->kind),
                  "label", report_string_json(device_label(device)), "parent",
                  report_string_json(parent ? parent->path : NULL), "bus",
                  report_string_json(device->bus ? device->bus->name : NULL), "address",
                  address_to_json(&device->address), "implicit", device->implicit, "hotpluggable",
                  device->hotpluggable, "hotplugged", device->hotplugged, "state",
                  device_state_name(device->state));

    if (device->pci)
        json_object_set_new(json, "pci", pci_to_json(device->pci));
    if (device->drive)
        json_object_set_new(json, "drive", drive_to_json(device->drive, device->kind));
    if (device->nic)
        json_object_set_new(json, "nic", nic_to_json(device->nic));
    if (pair)
        json_object_set_new(json, "match", report_pair_json(pair));
    return json;
}

/* Of several of one name the last counts, as with device_property. */
static json_t *properties_to_json(const GPtrArray *properties)
{
    json_t *json = json_object();

    for (guint i = 0; properties && i < properties->len; i++) {
        const Property *property = properties->pdata[i];
        g_autofree char *name = g_utf8_make_valid(property->name, -1);

        json_object_set_new(json, name, report_string_json(property->value));
    }
    return json;
}

char *report_device_json(const Device *device, const Match *match)
{
    json_t *json = device_to_json(device, match);

    json_object_set_new(json, "properties", properties_to_json(device->properties));
    return report_finish_json(json);
}

/* ---- the tree ---- */

static json_t *devices_to_json(const Guest *guest, const Match *match)
{
    json_t *json = json_array();
    const GPtrArray *lists[] = { guest->devices, guest->memory_devices };

    for (gsize list = 0; list < G_N_ELEMENTS(lists); list++)
        for (guint i = 0; lists[list] && i < lists[list]->len; i++)
            json_array_append_new(json, device_to_json(lists[list]->pdata[i], match));
    return json;
}

static void add_vacant(json_t *json, const Bus *bus)
{
    g_autoptr(GArray) places = allocate_vacant(bus);

    for (guint i = 0; i < places->len; i++)
        json_array_append_new(
            json, json_pack("{s:o, s:o, s:o}", "bus", report_string_json(bus->name), "parent",
                            report_string_json(bus->owner ? bus->owner->path : NULL), "address",
                            address_to_json(&g_array_index(places, Address, i))));
}

static json_t *vacant_to_json(const Guest *guest)
{
    json_t *json = json_array();
    g_autoptr(GPtrArray) buses = guest_buses(guest);

    for (guint i = 0; i < buses->len; i++)
        add_vacant(json, buses->pdata[i]);
    return json;
}

static json_t *absent_to_json(const Match *match)
{
    json_t *json = json_array();

    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];

        if (pair->state == MATCH_ABSENT)
            json_array_append_new(json, report_pair_json(pair));
    }
    return json;
}

char *report_tree_json(const Guest *guest, const Match *match)
{
    json_t *json = json_pack("{s:o, s:o, s:o}", "guest", guest_to_json(guest), "devices",
                             devices_to_json(guest, match), "vacant", vacant_to_json(guest));

    if (match)
        json_object_set_new(json, "absent", absent_to_json(match));
    return report_finish_json(json);
}

/* ---- plans ---- */

static json_t *subject_to_json(const PlanSubject *subject)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "id", report_string_json(subject->id), "path",
                     report_string_json(subject->path), "driver",
                     report_string_json(subject->driver), "address",
                     address_to_json(&subject->address));
}

static json_t *subjects_to_json(const Plan *plan, guint first)
{
    json_t *json = json_array();

    for (guint i = first; i < plan->subjects->len; i++)
        json_array_append_new(json, subject_to_json(plan->subjects->pdata[i]));
    return json;
}

static json_t *checks_to_json(const Plan *plan)
{
    json_t *json = json_array();

    for (guint i = 0; i < plan->checks->len; i++) {
        const PlanCheck *check = plan->checks->pdata[i];

        json_array_append_new(
            json, json_pack("{s:o, s:b, s:o}", "text", report_string_json(check->text), "caution",
                            check->caution, "evidence", report_string_json(check->evidence)));
    }
    return json;
}

static void add_plan(json_t *json, const Plan *plan)
{
    json_object_set_new(json, "plan", plan_to_json(plan));
    json_object_set_new(json, "checks", checks_to_json(plan));
}

char *report_attach_json(const Plan *plan)
{
    json_t *json = plan->subjects->len ? subject_to_json(plan->subjects->pdata[0]) : json_object();

    json_object_set_new(json, "with", subjects_to_json(plan, 1));
    add_plan(json, plan);
    return report_finish_json(json);
}

char *report_detach_plan_json(const Plan *plan)
{
    json_t *json = json_pack("{s:o}", "devices", subjects_to_json(plan, 0));

    add_plan(json, plan);
    return report_finish_json(json);
}

/* The back ends that are gone. */
static json_t *removed_to_json(const Plan *plan)
{
    json_t *json = json_array();

    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        if (report_step_removed(step))
            json_array_append_new(json, report_string_json(step->words));
    }
    return json;
}

char *report_detach_json(const Plan *plan)
{
    static const char *const names[] = {
        [FATE_GONE] = "detached",
        [FATE_LEAVING] = "leaving",
        [FATE_KEPT] = "kept",
    };
    json_t *json = json_object();

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        json_object_set_new(json, names[i], json_array());
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        Fate fate = report_subject_fate(plan, subject);

        json_array_append_new(json_object_get(json, names[fate]), subject_to_json(subject));
    }
    json_object_set_new(json, "removed", removed_to_json(plan));
    return report_finish_json(json);
}
