/* Why a pair is as it is, in a sentence. */
#include "engine/match_private.h"

#include "monitor/text.h"

/* Facts that name one device, as they appear in sentences. */
static const struct {
    Evidence fact;
    const char *holder; /* whose it is */
    const char *name;
} facts[] = {
    { EVIDENCE_ID, "device", "the id" },
    { EVIDENCE_MAC, "NIC", "the MAC" },
    { EVIDENCE_FILE, "drive", "the image" },
    { EVIDENCE_SERIAL, "drive", "the serial" },
};

static const char *driver_of(const Item *item)
{
    if (item->sort)
        return item->sort;
    return device_kind_name(item->device ? item->device->kind : item->configured->kind);
}

/* "the file says e1000, the guest has rtl8139" */
static void add_difference(GString *reason, const char *name, const char *said, const char *found)
{
    g_autofree char *file = text_printable(said ? said : "none", -1, 0);
    g_autofree char *guest = text_printable(found ? found : "none", -1, 0);
    g_string_append_printf(reason, "%sthe file says %s%s%s, the guest has %s",
                           reason->len ? "; " : "", name, *name ? " " : "", file, guest);
}

static void add_contradictions(GString *reason, const Item *item)
{
    const Item *device = item->partner;
    if (item->contradictions >> EVIDENCE_MODEL & 1)
        add_difference(reason, "", driver_of(item), driver_of(device));
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        Evidence fact = facts[i].fact;
        if (item->contradictions >> fact & 1)
            add_difference(reason, facts[i].name, item->facts[fact], device->facts[fact]);
    }
}

/* Of 10,000 equal devices each has its sentence, and in nearly all there is nothing to escape. */
static void append_printable(GString *reason, const char *text)
{
    const char *byte = text;
    while (*byte >= ' ' && *byte <= '~')
        byte++;
    g_autofree char *safe = *byte ? text_printable(text, -1, 0) : NULL;
    g_string_append(reason, safe ? safe : text);
}

static void add_clause(GString *reason, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add_clause(GString *reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *clause = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_string_append(reason, reason->len ? "; " : "");
    append_printable(reason, clause);
}

static void add_place(GString *reason, const MatchPair *pair)
{
    const DomainAddress *address = &pair->configured->address;
    g_autofree char *said = address_to_text(&address->place);
    if (pair->state != MATCH_DIFFERS || pair->place.type == ADDRESS_NONE ||
        address->place.type == ADDRESS_NONE || address_equal(&address->place, &pair->place))
        return;
    add_clause(reason, "the file says %s%s", said,
               address->mode == MODE_DYNAMIC ? ", a dynamic address of another start" : "");
}

static void add_alternatives(GString *reason, const MatchPair *pair, const Item *item)
{
    if (!pair->alternatives)
        return;
    if (!pair->device)
        add_clause(reason, "it might be %s%u %s of the guest, of which the file has more",
                   pair->alternatives > 1 ? "one of " : "the ", pair->alternatives,
                   driver_of(item));
    else if (!pair->configured)
        add_clause(reason, "it might be one of %u %s of the file, of which the guest has more",
                   pair->alternatives, driver_of(item));
    else if (pair->interchangeable)
        add_clause(reason, "one of %u %s that the file describes alike", pair->alternatives + 1,
                   driver_of(item));
    else if (item->found_by == EVIDENCE_ADDRESS)
        add_clause(reason, "its bus or its neighbours are in doubt: it could be %u other%s",
                   pair->alternatives, pair->alternatives > 1 ? "s" : "");
    else
        add_clause(reason, "one of %u %s that nothing tells apart", pair->alternatives + 1,
                   driver_of(item));
}

/* Who is at the static address of what was not found. */
static gboolean add_occupant(GString *reason, Matching *matching, const Item *item)
{
    const FileBus *bus = item->spot ? item->spot->bus : NULL;
    const Spot spot = { bus ? bus->bus : NULL, item->spot ? item->spot->place : (Address){ 0 } };
    const Item *occupant = spot.bus ? match_buses_occupant(matching, &spot) : NULL;
    if (!occupant)
        return FALSE;
    g_autofree char *name = device_display_name(occupant->device);
    g_autofree char *place = address_to_text(&item->configured->address.place);
    add_clause(reason, "at %s the guest has %s%s%s", place,
               occupant->device->id ? driver_of(occupant) : "", occupant->device->id ? " " : "",
               name);
    return TRUE;
}

static void add_absence(GString *reason, Matching *matching, const Item *item)
{
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        const char *value = item->facts[facts[i].fact];
        if (value) {
            add_clause(reason, "no %s of the guest has %s %s", facts[i].holder, facts[i].name,
                       value);
            return;
        }
    }
    if (add_occupant(reason, matching, item))
        return;
    if (!item->sort)
        add_clause(reason, "it is not known what QEMU calls it");
    else if (!item->pci_id && !(matching->mask & ~EVIDENCE_INFO_PCI))
        add_clause(reason, "it is no PCI device, and nothing else may be used to find it");
    else
        add_clause(reason, "no %s is left in the guest", item->sort);
}

/* Most pairs: this is asked of every one. */
static gboolean is_plain(const MatchPair *pair)
{
    return !pair->alternatives && !pair->contradicted && pair->device &&
           pair->state != MATCH_DIFFERS;
}

char *match_reason(Matching *matching, const MatchPair *pair, const Item *item)
{
    if (is_plain(pair))
        return NULL;
    GString *reason = g_string_new(NULL);
    if (pair->configured && pair->device)
        add_contradictions(reason, item);
    if (pair->configured)
        add_place(reason, pair);
    if (pair->state == MATCH_ABSENT && !pair->alternatives)
        add_absence(reason, matching, item);
    if (pair->state == MATCH_SAME && !pair->device)
        add_clause(reason, "the machine has it built in, and QEMU does not list it");
    add_alternatives(reason, pair, item);
    return g_string_free(reason, !reason->len);
}
