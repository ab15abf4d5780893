/* What the texts say of one device, place or bus: which of them apply, in the order in which they
 * are read. */
#include "engine/why.h"

#include <string.h>

#include "engine/domain_address.h"
#include "engine/numbering.h"
#include "engine/quirk.h"

static void part_free(gpointer data)
{
    WhyPart *part = data;

    g_free(part->text);
    g_free(part);
}

static GPtrArray *parts_new(void)
{
    return g_ptr_array_new_with_free_func(part_free);
}

/* text: (transfer full). */
static void add_own(GPtrArray *parts, const char *label, char *text)
{
    WhyPart *part = g_new0(WhyPart, 1);

    part->label = label;
    part->text = text;
    g_ptr_array_add(parts, part);
}

/* Nothing where there is no such text. */
static void add(GPtrArray *parts, const char *label, const char *group, const char *key)
{
    const char *text = why_text(group, key);

    if (text)
        add_own(parts, label, g_strdup(text));
}

static void add_filled(GPtrArray *parts, const char *label, const char *group, const char *key,
                       const char *const *names)
{
    add_own(parts, label, why_fill(why_text(group, key), names));
}

static const char *family_key(BusFamily family)
{
    return bus_family_name(family);
}

/* --- what it is, and how it is --------------------------------------------------------------- */

static void add_what(GPtrArray *parts, const char *label, const char *driver, DeviceKind kind)
{
    const char *text = driver ? why_driver(driver) : NULL;

    add_own(parts, label, g_strdup(text ? text : why_text("kind", device_kind_name(kind))));
}

/* What a device that is simply there is told by whether it can go. */
static void add_state(GPtrArray *parts, const Device *device, const WhyFacts *facts)
{
    MatchState match = facts->pair ? facts->pair->state : MATCH_SAME;

    if (device->state == STATE_PRESENT && match == MATCH_UNMANAGED)
        add(parts, "state", "state", "unmanaged");
    else if (device->state == STATE_PRESENT && match == MATCH_DIFFERS)
        add(parts, "state", "state", "differs");
    else if (device->state != STATE_PRESENT)
        add(parts, "state", "state", device_state_name(device->state));
    if (device->state != STATE_LEAVING)
        return;
    if (facts->explanation)
        add_own(parts, "why", g_strdup(facts->explanation));
    add(parts, "help", "leaving", "help");
}

/* --- whether it can be unplugged ------------------------------------------------------------- */

static const char *fixed_key(const Device *device)
{
    const Bus *bus = device->bus;

    if (bus && (bus->family == BUS_IDE || bus->family == BUS_SATA))
        return "fixed-drive";
    if (device->implicit)
        return "fixed-implicit";
    if ((device->model && !device->model->hotpluggable) || !bus)
        return "fixed-driver";
    return bus->family == BUS_PCIE ? "fixed-express" : "fixed-bus";
}

/* "net1 and e1000 at 00:05.2" (transfer full) */
static char *name_mates(const GPtrArray *mates, const Device *device)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < mates->len; i++) {
        g_autofree char *name = device_display_name(mates->pdata[i]);

        if (mates->pdata[i] != device)
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", name);
    }
    return g_string_free(names, FALSE);
}

static void add_company(GPtrArray *parts, const Device *device)
{
    g_autoptr(GPtrArray) mates = device_slot_mates(device);
    g_autoptr(GPtrArray) below = device_descendants(device);
    g_autofree char *names = name_mates(mates, device);
    g_autofree char *slot = g_strdup_printf("%02x", device->address.pci.slot);
    g_autofree char *count = g_strdup_printf("%u device%s", below->len, below->len == 1 ? "" : "s");
    const char *const values[] = { "slot", slot, "mates", names, "count", count, NULL };

    if (mates->len > 1)
        add_filled(parts, "", "can", "unplug-slot", values);
    if (below->len)
        add_filled(parts, "", "can", "unplug-carries", values);
}

static void add_unplug(GPtrArray *parts, const Device *device)
{
    const char *reason = quirk_detach(device->driver);
    const char *const values[] = { "driver", device->driver,
                                   "bus",    device->bus ? device->bus->name : "",
                                   "reason", reason ? reason : "",
                                   NULL };

    if (device->state == STATE_LEAVING)
        return;
    if (!device->hotpluggable) {
        add_filled(parts, device->state == STATE_FIXED ? "" : "unplug", "can", fixed_key(device),
                   values);
        return;
    }
    add_filled(parts, "unplug", "can",
               reason                       ? "unplug-ends"
               : device_needs_guest(device) ? "unplug-guest"
                                            : "unplug-host",
               values);
    add_company(parts, device);
}

/* --- where it is, and who chose that --------------------------------------------------------- */

/* "addr 06.0, bus pci.0, id net1": sorted, since a hash table has no order of its own. (transfer
 * full) */
static char *chosen_text(const Plan *plan)
{
    g_autoptr(GList) options =
        g_list_sort(g_hash_table_get_keys(plan->chosen), (GCompareFunc)strcmp);
    GString *text = g_string_new(NULL);

    for (GList *option = options; option; option = option->next)
        g_string_append_printf(text, "%s%s %s", text->len ? ", " : "", (char *)option->data,
                               (char *)g_hash_table_lookup(plan->chosen, option->data));
    return g_string_free(text, FALSE);
}

static void add_attached(GPtrArray *parts, const Plan *plan)
{
    g_autofree char *chosen = chosen_text(plan);
    const char *const values[] = { "chosen", chosen, NULL };

    if (plan->verb == PLAN_ATTACH && *chosen)
        add_filled(parts, "chosen", "origin", "attached", values);
    else
        add(parts, "chosen", "origin", "replugged");
}

static void add_origin(GPtrArray *parts, const Device *device, const WhyFacts *facts)
{
    if (device->address.type == ADDRESS_NONE)
        return;
    if (facts->plan)
        add_attached(parts, facts->plan);
    else if (device->implicit && !device->drive) /* "-hda" counts as the machine's as well */
        add(parts, "chosen", "origin", "machine");
    else if (device->hotplugged || device->state == STATE_ADDED)
        add(parts, "chosen", "origin", "came");
    else
        add(parts, "chosen", "origin", facts->all_placed ? "ours" : "started");
}

static void add_fields(GPtrArray *parts, const char *type, const char *const *attributes)
{
    for (guint i = 0; attributes[i]; i += 2) {
        g_autofree char *key = g_strdup_printf("%s.%s", type, attributes[i]);

        add(parts, "", "field", why_text("field", key) ? key : attributes[i]);
    }
}

static void add_address(GPtrArray *parts, const Device *device)
{
    const char *type = domain_address_type(device->address.type);
    g_auto(GStrv) attributes = domain_address_attributes(&device->address);

    add(parts, "address", "address", type ? type : "none");
    if (type)
        add_fields(parts, type, (const char *const *)attributes);
}

static void add_bus_of(GPtrArray *parts, const Bus *bus)
{
    if (bus)
        add(parts, "bus", "bus", family_key(bus->family));
}

/* --- what the domain file says --------------------------------------------------------------- */

static const char *file_key(const MatchPair *pair)
{
    const DomainAddress *address = &pair->configured->address;

    if (pair->state == MATCH_FOUND)
        return "found";
    if (pair->state == MATCH_DIFFERS && address->place.type != ADDRESS_NONE &&
        !address_equal(&address->place, &pair->place))
        return "differs";
    if (!address->node || pair->place.type == ADDRESS_NONE)
        return "file-silent";
    return address->mode == MODE_DYNAMIC ? "dynamic" : "static";
}

/* Names are compared with "MAC" and the like in evidence_name, which are for people. */
static const char *const evidence_keys[EVIDENCES] = {
    [EVIDENCE_NONE] = "none",       [EVIDENCE_ID] = "id",
    [EVIDENCE_MAC] = "mac",         [EVIDENCE_FILE] = "file",
    [EVIDENCE_SERIAL] = "serial",   [EVIDENCE_BUILTIN] = "builtin",
    [EVIDENCE_ADDRESS] = "address", [EVIDENCE_CHILDREN] = "children",
    [EVIDENCE_MODEL] = "model",     [EVIDENCE_PCI_ID] = "pci-id",
};

static void add_file(GPtrArray *parts, const MatchPair *pair)
{
    if (!pair)
        return;
    add(parts, "file", "match", match_state_name(pair->state));
    if (!pair->configured || !pair->device)
        return;
    g_autofree char *wanted = address_to_text(&pair->configured->address.place);
    const char *const values[] = { "wanted", wanted, NULL };

    add_filled(parts, "", "origin", file_key(pair), values);
    add(parts, "", "evidence", evidence_keys[pair->evidence]);
}

/* --- the whole ------------------------------------------------------------------------------- */

GPtrArray *why_device(const Device *device, const WhyFacts *facts)
{
    GPtrArray *parts = parts_new();

    add_what(parts, "what", device->driver, device->kind);
    add_state(parts, device, facts);
    add_unplug(parts, device);
    add_origin(parts, device, facts);
    add_file(parts, facts->pair);
    add_address(parts, device);
    add_bus_of(parts, device->bus);
    return parts;
}

GPtrArray *why_absent(const MatchPair *pair)
{
    const DomainDevice *configured = pair->configured;
    const DomainAddress *address = &configured->address;
    GPtrArray *parts = parts_new();

    add_what(parts, "what", configured->driver, configured->kind);
    add(parts, "state", "state", "absent");
    if (pair->reason)
        add_own(parts, "why",
                g_strdup_printf("%c%s.", g_ascii_toupper(*pair->reason), pair->reason + 1));
    if (!address->node || !address->type)
        return parts;
    add(parts, "place", "origin", address->mode == MODE_DYNAMIC ? "dynamic" : "static");
    add(parts, "address", "address", address->type);
    for (guint i = 0; i < address->node->attributes->len; i++) {
        const XmlAttribute *attribute = address->node->attributes->pdata[i];
        const char *const one[] = { attribute->name, attribute->value, NULL };

        add_fields(parts, address->type, one);
    }
    return parts;
}

static const char *closed_key(const Bus *bus)
{
    switch (bus->family) {
    case BUS_PCIE:
        return "no-express";
    case BUS_IDE:
    case BUS_SATA:
    case BUS_FLOPPY:
        return "no-drive";
    default:
        return "no-bus";
    }
}

GPtrArray *why_place(const Bus *bus, const Address *place, guint count)
{
    GPtrArray *parts = parts_new();
    const char *fits = why_text("fits", family_key(bus->family));
    const char *const values[] = { "bus", bus->name, "what",
                                   fits ? fits : why_text("fits", "other"), NULL };
    gboolean port = bus->family == BUS_PCIE && bus_capacity(bus) == 1;

    add_filled(parts, "what", "place",
               !bus->hotpluggable ? closed_key(bus)
               : port             ? "takes-port"
                                  : "takes",
               values);
    if (count > 1 && bus->hotpluggable)
        add(parts, "", "place", "run");
    add(parts, "state", "state", "vacant");
    if (place && domain_address_type(place->type))
        add(parts, "address", "address", domain_address_type(place->type));
    add_bus_of(parts, bus);
    return parts;
}

GPtrArray *why_bus(const Bus *bus)
{
    GPtrArray *parts = parts_new();
    g_autofree char *places = g_strdup_printf("%u", bus_capacity(bus));
    g_autofree char *taken = g_strdup_printf("%u", bus->devices->len);
    const char *const values[] = { "places", places, "taken", taken, NULL };

    add(parts, "what", "bus", family_key(bus->family));
    if (!bus->hotpluggable)
        add(parts, "plug", "general", "bus-fixed");
    else if (bus_capacity(bus))
        add_filled(parts, "plug", "general", "bus-places", values);
    if (bus->owner)
        add_what(parts, "of", bus->owner->driver, bus->owner->kind);
    return parts;
}

GPtrArray *why_group(void)
{
    GPtrArray *parts = parts_new();

    add(parts, "what", "general", "group");
    return parts;
}
