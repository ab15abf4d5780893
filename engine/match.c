/* The pairs of a match with their states: what match_evidence.c and match_order.c found, compared
 * with what the file says. */
#include "engine/match.h"

#include <string.h>

#include "engine/domain_address.h"
#include "engine/match_private.h"

static const char *const evidence_names[] = {
    [EVIDENCE_NONE] = "none",       [EVIDENCE_ID] = "qdev id",
    [EVIDENCE_MAC] = "MAC",         [EVIDENCE_FILE] = "image file",
    [EVIDENCE_SERIAL] = "serial",   [EVIDENCE_BUILTIN] = "the machine's own",
    [EVIDENCE_ADDRESS] = "address", [EVIDENCE_CHILDREN] = "what is on it",
    [EVIDENCE_MODEL] = "model",     [EVIDENCE_PCI_ID] = "PCI id",
};

static const char *const state_names[] = {
    [MATCH_SAME] = "same",     [MATCH_FOUND] = "found",       [MATCH_DIFFERS] = "differs",
    [MATCH_ABSENT] = "absent", [MATCH_IMPLICIT] = "implicit", [MATCH_UNMANAGED] = "unmanaged",
};

const char *evidence_name(Evidence evidence)
{
    g_return_val_if_fail(evidence < G_N_ELEMENTS(evidence_names), NULL);
    return evidence_names[evidence];
}

const char *match_state_name(MatchState state)
{
    g_return_val_if_fail(state < G_N_ELEMENTS(state_names), NULL);
    return state_names[state];
}

/* --- places ----------------------------------------------------------------------------------- */

/* Buses that the file has an index for and that were found. (transfer full) */
static GHashTable *known_buses(const Matching *matching)
{
    GHashTable *known = g_hash_table_new(NULL, NULL);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, matching->file_buses);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const FileBus *bus = value;
        if (bus->bus)
            g_hash_table_insert(known, bus->bus, GINT_TO_POINTER(bus->index));
    }
    return known;
}

/* libvirt takes an address that is all zero for none at all, so the host bridge has no place. */
static Address place_of(const Numbering *numbering, const Device *device)
{
    Address place;
    if (!device || !numbering_place(numbering, device, &place) ||
        (place.type == ADDRESS_PCI && !place.pci.domain && !place.pci.bus && !place.pci.slot))
        return (Address){ 0 };
    return place;
}

/* --- states ----------------------------------------------------------------------------------- */

/* QEMU lists PS/2 devices since 7.1; before that a guest has them all the same. */
static gboolean is_not_listed(const Item *item)
{
    return item->configured->builtin && !item->device && !item->pci_id;
}

/* An address of a type that is only kept, such as that of an ISA device. */
static gboolean is_kept(const DomainAddress *address)
{
    static const AddressType types[] = { ADDRESS_PCI, ADDRESS_DRIVE, ADDRESS_USB, ADDRESS_SERIAL };
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_strcmp0(address->type, domain_address_type(types[i])) == 0)
            return FALSE;
    }
    return address->node != NULL;
}

static MatchState state_of_configured(const MatchPair *pair, const Item *item)
{
    const Address *said = &pair->configured->address.place;
    if (!pair->device)
        return is_not_listed(item) ? MATCH_SAME : MATCH_ABSENT;
    if (item->contradictions & ~(1u << EVIDENCE_ADDRESS))
        return MATCH_DIFFERS;
    if (pair->place.type == ADDRESS_NONE || is_kept(&pair->configured->address))
        return MATCH_SAME;
    if (said->type == ADDRESS_NONE)
        return MATCH_FOUND;
    return address_equal(said, &pair->place) ? MATCH_SAME : MATCH_DIFFERS;
}

/* A part of another device, such as the codec of a sound card, is managed with it. */
static gboolean is_part(const Device *device, const Device *parent)
{
    return device->bus->family != BUS_ISA &&
           (device->bus->family == BUS_HDA || device->bus->family == BUS_I2C ||
            parent->kind == KIND_DISK || parent->kind == KIND_SOUND);
}

/* The chipset's functions, which `info pci` shows without saying so: host bridge, ISA bridge and
 * the bridge of another kind that the ACPI function calls itself. */
static gboolean is_chipset(const Device *device)
{
    guint16 code = device->pci ? device->pci->class_code : 0;
    return !*device->driver && (code == 0x0600 || code == 0x0601 || code == 0x0680);
}

static MatchState state_of_device(const Matching *matching, const Device *device)
{
    const Device *parent = device_parent(device);
    if (device->implicit || is_chipset(device))
        return MATCH_IMPLICIT;
    if (!parent || !is_part(device, parent))
        return MATCH_UNMANAGED;
    const Item *above = g_hash_table_lookup(matching->by_device, parent);
    return above->partner ? MATCH_IMPLICIT : state_of_device(matching, parent);
}

/* What was found on a bus that is in doubt is in doubt with it. */
static void take_over_doubt(Item *item)
{
    const FileBus *bus = item->found_by == EVIDENCE_ADDRESS ? item->spot->bus : NULL;
    guint doubt = item->partner ? match_buses_doubt(item) : 0;
    if (doubt <= item->alternatives)
        return;
    item->alternatives = doubt;
    item->interchangeable = FALSE;
    item->contradictions |= bus->via->contradictions ? 1u << EVIDENCE_ADDRESS : 0;
}

static void add_pair(Match *match, Matching *matching, MatchPair *pair, const Item *item)
{
    g_ptr_array_add(match->pairs, pair);
    match->counts[pair->state]++;
    if (pair->configured && pair->alternatives && !pair->interchangeable)
        match->ambiguous++;
    pair->reason = match_reason(matching, pair, item);
}

static void add_configured(Match *match, Matching *matching, Item *item, MatchPair *pair)
{
    take_over_doubt(item);
    const Device *device = item->partner ? item->partner->device : NULL;
    *pair = (MatchPair){
        .configured = item->configured,
        .device = device,
        .evidence = item->evidence,
        .alternatives = item->alternatives,
        .interchangeable = item->interchangeable,
        .contradicted = item->contradictions != 0,
        .place = place_of(match->numbering, device),
    };
    pair->state = state_of_configured(pair, item);
    add_pair(match, matching, pair, item);
}

static void add_device(Match *match, Matching *matching, const Item *item, MatchPair *pair)
{
    *pair = (MatchPair){
        .device = item->device,
        .alternatives = item->alternatives,
        .place = place_of(match->numbering, item->device),
        .state = state_of_device(matching, item->device),
    };
    add_pair(match, matching, pair, item);
}

/* --- the match -------------------------------------------------------------------------------- */

static Match *make_match(Matching *matching)
{
    g_autoptr(GHashTable) known = known_buses(matching);
    Match *match = g_new0(Match, 1);
    match->domain = matching->domain;
    match->guest = matching->guest;
    match->pairs = g_ptr_array_new();
    match->all = g_new(MatchPair, matching->configured_count + matching->device_count + 1);
    match->numbering = numbering_new(matching->guest, known);
    for (guint i = 0; i < matching->configured_count; i++)
        add_configured(match, matching, &matching->configured[i], &match->all[i]);
    for (guint i = 0; i < matching->device_count; i++) {
        if (!matching->devices[i].partner)
            add_device(match, matching, &matching->devices[i], &match->all[match->pairs->len]);
    }
    return match;
}

Match *match_new(const Domain *domain, const Guest *guest, guint evidence)
{
    Matching matching = {
        .domain = domain,
        .guest = guest,
        .mask = evidence,
        .wanted = g_ptr_array_new(),
        .there = g_ptr_array_new(),
        .owners = g_ptr_array_new(),
        .texts = g_string_chunk_new(4096),
        .by_device = g_hash_table_new(NULL, NULL),
    };
    match_buses_init(&matching);
    match_items_read(&matching);
    match_buses_find_machine(&matching);
    match_evidence(&matching);
    match_order(&matching);
    Match *match = make_match(&matching);
    match_buses_free(&matching);
    match_items_free(&matching);
    g_hash_table_unref(matching.by_device);
    g_string_chunk_free(matching.texts);
    return match;
}

void match_free(Match *match)
{
    if (!match)
        return;
    for (guint i = 0; i < match->pairs->len; i++)
        g_free(match->all[i].reason);
    g_ptr_array_unref(match->pairs);
    g_free(match->all);
    g_clear_pointer(&match->by_device, g_hash_table_unref);
    numbering_free(match->numbering);
    g_free(match);
}

gboolean match_pair_is_certain(const MatchPair *pair)
{
    return pair->configured && pair->device && !pair->alternatives && !pair->contradicted;
}

static GHashTable *list_devices(const GPtrArray *pairs)
{
    GHashTable *table = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < pairs->len; i++) {
        const MatchPair *pair = pairs->pdata[i];
        if (pair->device)
            g_hash_table_insert(table, (Device *)pair->device, (MatchPair *)pair);
    }
    return table;
}

/* The table is made when it is first asked for; that does not count as changing the match. */
const MatchPair *match_of_device(const Match *match, const Device *device)
{
    GHashTable **table = &((Match *)match)->by_device;
    if (!*table)
        *table = list_devices(match->pairs);
    return g_hash_table_lookup(*table, device);
}

const MatchPair *match_of_configured(const Match *match, const DomainDevice *configured)
{
    const MatchPair *pair = configured->position < match->domain->devices->len
                                ? match->pairs->pdata[configured->position]
                                : NULL;
    return pair && pair->configured == configured ? pair : NULL;
}

gboolean match_agrees(const Match *match)
{
    return !match->counts[MATCH_ABSENT] && !match->counts[MATCH_DIFFERS] &&
           !match->counts[MATCH_UNMANAGED] && !match->ambiguous;
}
