/* What the cells of an outline row say. Nothing is guessed: where QEMU does not tell, a cell is
 * empty. */
#include "tui/outline_text.h"

#include <string.h>

#include "monitor/text.h"

#define SLOTS 32
#define OBJECTS "/objects/" /* where QOM keeps back ends */

const char *state_glyph(DeviceState state, gboolean ascii)
{
    static const char *const glyphs[][2] = {
        [STATE_FIXED] = { "■", "#" },     [STATE_PRESENT] = { "●", "*" },
        [STATE_ADDED] = { "▲", "+" },     [STATE_LEAVING] = { "▼", "-" },
        [STATE_VACANT] = { "·", "." },    [STATE_GONE] = { "○", "o" },
        [STATE_REFUSED] = { "!", "!" },   [STATE_ABSENT] = { "□", "?" },
        [STATE_UNMANAGED] = { "◊", "@" }, [STATE_DIFFERS] = { "≠", "x" },
    };

    return (gsize)state < G_N_ELEMENTS(glyphs) ? glyphs[state][ascii ? 1 : 0] : "?";
}

char *size_to_text(gint64 bytes)
{
    static const char units[] = "KMGTPE";
    double value = bytes;
    const char *unit = units;

    if (bytes < 0)
        return g_strdup("");
    if (bytes < 1024)
        return g_strdup_printf("%d bytes", (int)bytes);
    for (value /= 1024; value >= 1023.5 && unit[1]; unit++)
        value /= 1024;
    return g_strdup_printf(value < 99.95 ? "%.1f%c" : "%.0f%c", value, *unit);
}

char *age_to_text(gint64 microseconds)
{
    gint64 seconds = MAX(microseconds, 0) / G_USEC_PER_SEC;

    if (seconds < 60)
        return g_strdup_printf("%ds", (int)seconds);
    if (seconds < 3600)
        return g_strdup_printf("%dm", (int)(seconds / 60));
    if (seconds < 86400)
        return g_strdup_printf("%dh", (int)(seconds / 3600));
    return g_strdup_printf("%dd", (int)(seconds / 86400));
}

char *outline_device_name(const Device *device)
{
    return text_printable(device->words && *device->words ? device->words : device->driver, -1, 0);
}

static char *drive_backend(const Drive *drive)
{
    g_autofree char *base = NULL;

    if (!drive->inserted && drive->removable)
        return g_strdup("no medium");
    if (!drive->file || !*drive->file)
        return g_strdup(drive->node ? drive->node : "");
    base = g_path_get_basename(drive->file);
    return text_printable(base, -1, 0);
}

/* The value of KEY= in QEMU's "a=b,c=d"; NULL when it is not there. (transfer full) */
static char *detail_value(const char *details, const char *key)
{
    gsize length = strlen(key);

    while (details) {
        if (g_str_has_prefix(details, key) && details[length] == '=') {
            const char *value = details + length + 1;
            return g_strndup(value, strcspn(value, ","));
        }
        details = strchr(details, ',');
        if (details)
            details++;
    }
    return NULL;
}

/* The one thing that tells back ends of a type apart, in QEMU's own words. */
static char *nic_backend(const Nic *nic)
{
    static const char *const telling[] = { "ifname", "br", "net", "path", "fd" };
    g_autofree char *text = NULL;

    if (!nic->netdev && !nic->backend)
        return g_strdup("no back end");
    for (gsize i = 0; i < G_N_ELEMENTS(telling) && nic->backend; i++) {
        g_autofree char *value = detail_value(nic->details, telling[i]);

        if (value) {
            if (g_str_equal(telling[i], "ifname")) /* the interface says enough */
                return text_printable(value, -1, 0);
            text = g_strdup_printf("%s, %s", nic->backend, value);
            return text_printable(text, -1, 0);
        }
    }
    return text_printable(nic->backend ? nic->backend : nic->netdev, -1, 0);
}

char *outline_device_backend(const Device *device)
{
    static const char *const properties[] = { "chardev", "rng", "memdev", "audiodev", "fsdev" };

    if (device->drive)
        return drive_backend(device->drive);
    if (device->nic)
        return nic_backend(device->nic);
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
        const char *value = device_property(device, properties[i]);

        if (value && g_str_has_prefix(value, OBJECTS))
            value += strlen(OBJECTS);
        if (value && *value)
            return text_printable(value, -1, 0);
    }
    return g_strdup("");
}

/* What the device shares with others at its place: luns of one target, functions of one slot. */
static guint place_number(const Address *address, guint position)
{
    if (address->type == ADDRESS_PCI)
        return address->pci.slot;
    if (address->type == ADDRESS_DRIVE && address->drive.scsi)
        return address->drive.target;
    return position;
}

/* How many different places are taken. What is plugged to a hub takes none of the controller's. */
static guint bus_taken(const Bus *bus)
{
    guint taken = 0;
    guint last = G_MAXUINT;

    for (guint i = 0; i < bus->devices->len; i++) {
        const Address *address = &((const Device *)bus->devices->pdata[i])->address;

        if (address->type == ADDRESS_USB && strchr(address->usb.port, '.'))
            continue;
        if (place_number(address, i) != last)
            taken++;
        last = place_number(address, i);
    }
    return taken;
}

static char *usage_text(guint taken, guint capacity)
{
    if (capacity == 0)
        return g_strdup("");
    if (capacity == 1)
        return g_strdup(taken ? "" : "vacant");
    return g_strdup_printf("%u of %u", taken, capacity);
}

char *outline_bus_usage(const Bus *bus)
{
    return usage_text(bus_taken(bus), bus_capacity(bus));
}

static char *controller_usage(const Device *device)
{
    guint taken = 0, capacity = 0;

    for (guint i = 0; i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];

        if (bus_capacity(bus) == 0)
            continue;
        capacity += bus_capacity(bus);
        taken += bus_taken(bus);
    }
    return usage_text(taken, capacity);
}

static char *state_with_age(const char *word, const Device *device, gint64 now)
{
    g_autofree char *age = NULL;

    if (!device->since)
        return g_strdup(word);
    age = age_to_text(now - device->since);
    return g_strdup_printf("%s %s", word, age);
}

static char *facts_status(const Device *device)
{
    const char *size;

    if (device->drive)
        return device->drive->inserted ? size_to_text(device->drive->size) : g_strdup("");
    if (device->nic)
        return g_strdup(device->nic->link == 0 ? "link down" : "");
    size = device->kind == KIND_MEMORY ? device_property(device, "size") : NULL;
    if (size)
        return size_to_text(g_ascii_strtoll(size, NULL, 0));
    return device->buses ? controller_usage(device) : g_strdup("");
}

/* "file 07.0", or what else the file has at the same place. (transfer full) */
static char *wanted_text(const Device *device, const MatchPair *pair, const Match *match)
{
    const DomainDevice *configured = pair->configured;
    const char *model = configured->xml_model ? configured->xml_model : configured->driver;
    g_autofree char *place = NULL;

    if (model && address_equal(&pair->place, &configured->address.place))
        return g_strdup_printf("file %s", model);
    place = outline_domain_place(match, configured, device->bus);
    return g_strdup_printf("file %s", place);
}

/* Only what is to be told of; NULL where the file and the guest agree. */
static char *match_status(const Device *device, const MatchPair *pair, const Match *match)
{
    g_autofree char *text = NULL;

    if (pair && pair->state == MATCH_UNMANAGED)
        return g_strdup(device_state_name(STATE_UNMANAGED));
    if (outline_domain_is_ambiguous(pair))
        return g_strdup("ambiguous");
    if (!pair || pair->state != MATCH_DIFFERS)
        return NULL;
    text = wanted_text(device, pair, match);
    return text_printable(text, -1, 0);
}

/* "added 42s", and before it whether the file knows it as well. */
static char *added_status(const Device *device, const MatchPair *pair,
                          const OutlineOptions *options)
{
    g_autofree char *text = state_with_age("added", device, options->now);
    DeviceState state = pair && pair->state == MATCH_UNMANAGED ? STATE_UNMANAGED
                        : pair && pair->state == MATCH_DIFFERS ? STATE_DIFFERS
                                                               : STATE_ADDED;

    if (state == STATE_ADDED)
        return g_steal_pointer(&text);
    return g_strdup_printf("%s %s", state_glyph(state, options->ascii), text);
}

char *outline_device_status(const Device *device, const MatchPair *pair,
                            const OutlineOptions *options)
{
    char *told;

    switch (device->state) {
    case STATE_LEAVING:
        return state_with_age("leaving", device, options->now);
    case STATE_ADDED:
        return added_status(device, pair, options);
    case STATE_REFUSED:
        return g_strdup(device_state_name(STATE_REFUSED));
    default:
        told = match_status(device, pair, options->match);
        return told ? told : facts_status(device);
    }
}

/* --- devices that are only configured -------------------------------------------------------- */

char *outline_configured_name(const DomainDevice *configured)
{
    const Model *model = configured->model;
    const char *name = model && model->words && *model->words ? model->words : configured->driver;

    return text_printable(name ? name : configured->element, -1, 0);
}

char *outline_configured_backend(const DomainDevice *configured)
{
    g_autofree char *base = NULL;

    if (configured->source) {
        base = g_path_get_basename(configured->source);
        return text_printable(base, -1, 0);
    }
    if (configured->kind == KIND_CDROM || configured->kind == KIND_FLOPPY)
        return g_strdup("no medium");
    if (configured->kind == KIND_NIC && configured->target)
        return text_printable(configured->target, -1, 0);
    return text_printable(configured->kind == KIND_NIC && configured->type ? configured->type : "",
                          -1, 0);
}

char *outline_configured_id(const DomainDevice *configured)
{
    const char *id = configured->alias              ? configured->alias
                     : configured->kind == KIND_NIC ? NULL /* its target is its back end */
                                                    : configured->target;

    return text_printable(id ? id : "", -1, 0);
}

char *outline_absent_address(const Address *place, gboolean ascii)
{
    if (place->type == ADDRESS_NONE)
        return g_strdup(ascii ? "--.-" : "––.–");
    return address_to_short_text(place);
}

/* --- places and buses ------------------------------------------------------------------------ */

/* What a free place on this bus is called. */
static const char *place_word(const Bus *bus)
{
    switch (bus->family) {
    case BUS_PCI:
    case BUS_PCIE:
        return "slot";
    case BUS_USB:
    case BUS_VIRTIO_SERIAL:
        return "port";
    default:
        return "bay";
    }
}

char *outline_vacant_name(const Bus *bus, guint count)
{
    if (count == 1)
        return g_strdup_printf("vacant %s", place_word(bus));
    return g_strdup_printf("%u vacant %ss", count, place_word(bus));
}

/* A place without what is the same for all of its bus: a slot without its function. */
static char *place_text(const Address *place)
{
    if (place->type == ADDRESS_PCI)
        return g_strdup_printf("%02x", place->pci.slot);
    return address_to_short_text(place);
}

char *outline_range(const Address *first, const Address *last, gboolean ascii)
{
    g_autofree char *from = place_text(first);
    g_autofree char *to = place_text(last);
    const char *separator = strpbrk(to, ":.") ? MAX(strrchr(to, ':'), strrchr(to, '.')) : NULL;
    const char *tail = to;

    if (address_equal(first, last))
        return address_to_short_text(first);
    if (separator && strncmp(from, to, separator + 1 - to) == 0)
        tail = separator + 1;
    return g_strdup_printf("%s%s%s", from, ascii ? "-" : "–", tail);
}

char *outline_group_name(const Bus *bus, guint count)
{
    const char *family = bus->family == BUS_SYSTEM ? "system"
                         : bus->family == BUS_ISA  ? "ISA"
                         : bus->family == BUS_I2C  ? "I2C"
                                                   : bus->type;
    g_autofree char *text = g_strdup_printf("%u %s devices", count, family);

    return text_printable(text, -1, 0);
}

char *outline_bus_name(const Bus *bus)
{
    static const char *const suffixes[] = { "-pcihost", "-pci-host", "-host", "-pci-host-bridge" };
    g_autofree char *host = bus->owner ? text_printable(bus->owner->driver, -1, 0) : g_strdup("");

    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(host, suffixes[i]))
            host[strlen(host) - strlen(suffixes[i])] = '\0';
    return g_strdup_printf("%s%sroot bus", host, *host ? " " : "");
}

/* Of the functions that share a slot the one whose state matters most gives the glyph. */
static guint state_rank(DeviceState state)
{
    static const DeviceState order[] = { STATE_VACANT,  STATE_ABSENT, STATE_FIXED,
                                         STATE_PRESENT, STATE_GONE,   STATE_UNMANAGED,
                                         STATE_DIFFERS, STATE_ADDED,  STATE_REFUSED,
                                         STATE_LEAVING };

    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        if (order[i] == state)
            return i;
    return 0;
}

static void take_state(DeviceState states[SLOTS], const Address *place, DeviceState state)
{
    guint slot = place->pci.slot;

    if (place->type == ADDRESS_PCI && slot < SLOTS && state_rank(state) > state_rank(states[slot]))
        states[slot] = state;
}

char *outline_bus_strip(const Bus *bus, const OutlineDomain *domain, gboolean ascii)
{
    const GArray *absent = outline_domain_absent(domain, bus);
    GString *strip = g_string_new(NULL);
    guint capacity = bus_capacity(bus);
    DeviceState states[SLOTS];

    capacity = capacity ? MIN(capacity, SLOTS) : SLOTS;
    for (guint i = 0; i < SLOTS; i++)
        states[i] = STATE_VACANT;
    for (guint i = 0; absent && i < absent->len; i++)
        take_state(states, &g_array_index(absent, Absence, i).place, STATE_ABSENT);
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];

        take_state(states, &device->address, outline_domain_state(domain->match, device));
    }
    for (guint i = 0; i < capacity; i++)
        g_string_append(strip, state_glyph(states[i], ascii));
    return g_string_free(strip, FALSE);
}
