/* Absent devices by the buses that they belong to. */
#include "tui/outline_domain.h"

#define FAMILIES (BUS_OTHER + 1)

gboolean outline_domain_is_ambiguous(const MatchPair *pair)
{
    return pair && pair->configured && pair->device && pair->alternatives && !pair->interchangeable;
}

DeviceState outline_domain_state(const Match *match, const Device *device)
{
    const MatchPair *pair = match ? match_of_device(match, device) : NULL;
    gboolean settled = device->state == STATE_FIXED || device->state == STATE_PRESENT;

    if (pair && settled && pair->state == MATCH_UNMANAGED)
        return STATE_UNMANAGED;
    if (pair && settled && pair->state == MATCH_DIFFERS)
        return STATE_DIFFERS;
    return device->state;
}

/* --- where the file wants a device ----------------------------------------------------------- */

/* Drives of all families have addresses of one form. otherwise: what is no drive. */
static BusFamily drive_family(const DomainDevice *configured, BusFamily otherwise)
{
    static const struct {
        const char *bus;
        BusFamily family;
    } families[] = {
        { "ide", BUS_IDE }, { "sata", BUS_SATA }, { "fdc", BUS_FLOPPY }, { "scsi", BUS_SCSI }
    };

    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        if (g_strcmp0(configured->bus, families[i].bus) == 0)
            return families[i].family;
    return otherwise;
}

/* Of the bus that an address of this type is on; ADDRESS_NONE: that the device would be on. */
static BusFamily family_of(const DomainDevice *configured, AddressType type)
{
    switch (type) {
    case ADDRESS_PCI:
        return BUS_PCI;
    case ADDRESS_USB:
        return BUS_USB;
    case ADDRESS_SERIAL:
        return BUS_VIRTIO_SERIAL;
    case ADDRESS_DRIVE: /* a host's SCSI device has no bus in the file */
        return drive_family(configured, BUS_SCSI);
    case ADDRESS_NONE:
        break;
    }
    return drive_family(configured, configured->model ? configured->model->plugs : BUS_SYSTEM);
}

const Bus *outline_domain_bus(const Match *match, const DomainDevice *configured, Address *place)
{
    const Address *written = &configured->address.place;

    if (written->type == ADDRESS_NONE)
        return NULL;
    return numbering_bus(match->numbering, family_of(configured, written->type), written, place);
}

char *outline_domain_place(const Match *match, const DomainDevice *configured, const Bus *here)
{
    Address place;
    const Bus *bus = outline_domain_bus(match, configured, &place);
    g_autofree char *text =
        bus ? address_to_short_text(&place) : address_to_text(&configured->address.place);

    if (!bus || bus == here)
        return g_steal_pointer(&text);
    return g_strdup_printf("%s %s", bus->name, text);
}

/* --- absent devices -------------------------------------------------------------------------- */

static int compare_absences(gconstpointer a, gconstpointer b)
{
    const Absence *first = a, *second = b;

    if (first->place.type != second->place.type) /* no place: last */
        return (first->place.type == ADDRESS_NONE) - (second->place.type == ADDRESS_NONE);
    return first->place.type == ADDRESS_NONE ? 0 : address_compare(&first->place, &second->place);
}

static void sort_absences(gpointer bus, gpointer absences, gpointer data)
{
    g_array_sort(absences, compare_absences); /* keeps equal ones in the order of the file */
}

/* The first bus of each family: where a device stands whose file says no place. */
static void find_first_buses(const Guest *guest, const Bus *first[FAMILIES])
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);

    for (guint i = buses->len; i-- > 0;) {
        const Bus *bus = buses->pdata[i];

        first[bus->family] = bus;
        if (bus->family == BUS_PCI || bus->family == BUS_PCIE) /* either takes cards of both */
            first[BUS_PCI] = first[BUS_PCIE] = bus;
    }
}

static void add_absence(OutlineDomain *domain, const Bus *bus, const Absence *absence)
{
    GArray *absences = g_hash_table_lookup(domain->absent, bus);

    if (!absences) {
        absences = g_array_new(FALSE, FALSE, sizeof(Absence));
        g_hash_table_insert(domain->absent, (gpointer)bus, absences);
    }
    g_array_append_val(absences, *absence);
}

static void find_absences(OutlineDomain *domain)
{
    const Match *match = domain->match;
    const Bus *first[FAMILIES] = { NULL };

    if (!match || !match->counts[MATCH_ABSENT])
        return;
    find_first_buses(match->guest, first);
    first[BUS_SYSTEM] = NULL;
    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];
        Absence absence = { .pair = pair };
        const Bus *bus;

        if (pair->state != MATCH_ABSENT)
            continue;
        bus = outline_domain_bus(match, pair->configured, &absence.place);
        if (!bus) {
            absence.place = (Address){ .type = ADDRESS_NONE };
            bus = first[family_of(pair->configured, ADDRESS_NONE)];
        }
        add_absence(domain, bus, &absence);
    }
    g_hash_table_foreach(domain->absent, sort_absences, NULL);
}

OutlineDomain *outline_domain_new(const Match *match)
{
    OutlineDomain *domain = g_new0(OutlineDomain, 1);

    domain->match = match;
    domain->absent = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
    find_absences(domain);
    return domain;
}

void outline_domain_free(OutlineDomain *domain)
{
    if (!domain)
        return;
    g_hash_table_unref(domain->absent);
    g_free(domain);
}

const GArray *outline_domain_absent(const OutlineDomain *domain, const Bus *bus)
{
    return g_hash_table_lookup(domain->absent, bus);
}
