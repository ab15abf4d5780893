/* Words that a guest and what can be plugged into it give: devices, buses, drivers, properties. */
#include <string.h>

#include "tui/complete_private.h"

/* --- devices --------------------------------------------------------------------------------- */

/* As guest_find takes it; NULL where only the QOM path tells it. (transfer full) */
static char *device_name(const Device *device)
{
    g_autofree char *address = device->id ? NULL : address_to_text(&device->address);

    if (device->id)
        return g_strdup(device->id);
    return address && *address && *address != '?' ? g_steal_pointer(&address) : NULL;
}

static char *device_help(const Device *device)
{
    g_autofree char *address = address_to_text(&device->address);
    const char *file = device->drive ? device->drive->file : NULL;
    g_autofree char *image = file ? g_path_get_basename(file) : NULL;

    return g_strjoin(" ", device->words ? device->words : device->driver, image ? image : address,
                     image ? address : NULL, NULL);
}

void complete_devices(Collector *collector, gboolean to_detach)
{
    const Guest *guest =
        collector->facts->session ? session_guest(collector->facts->session) : NULL;

    for (guint i = 0; guest && i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        g_autofree char *name = device_name(device);
        g_autofree char *help = device_help(device);

        if (name && (!to_detach || (device->hotpluggable && device->state != STATE_LEAVING)))
            collector_add(collector, name, NULL, help);
    }
}

/* --- KEY=VALUE ------------------------------------------------------------------------------- */

/* A word "KEY=value", shown as the value. */
static void add_value(Collector *collector, const char *option, const char *value, const char *help)
{
    g_autofree char *text = g_strconcat(option, "=", value, NULL);

    collector_add(collector, text, value, help);
}

static const Guest *guest_of(const Collector *collector)
{
    return collector->facts->session ? session_guest(collector->facts->session) : NULL;
}

static void add_buses(Collector *collector, RequestKind kind, const char *option)
{
    const Guest *guest = guest_of(collector);
    g_autoptr(GPtrArray) buses = guest ? guest_buses(guest) : g_ptr_array_new();
    gboolean drive = kind == REQUEST_DISK || kind == REQUEST_CDROM;

    for (guint i = 0; i < buses->len; i++) {
        const Bus *bus = buses->pdata[i];
        gboolean pci = bus->family == BUS_PCI || bus->family == BUS_PCIE;
        const char *owner = bus->owner ? bus->owner->words : NULL;

        if (bus->hotpluggable && (pci || drive || kind == REQUEST_DEVICE))
            add_value(collector, option, bus->name, owner ? owner : bus_family_name(bus->family));
    }
}

static void add_models(Collector *collector, RequestKind kind, const char *option)
{
    gsize count;
    const Model *models = model_all(&count);

    for (gsize i = 0; i < count; i++) {
        DeviceKind is = models[i].kind;
        gboolean fits = kind == REQUEST_NIC ? is == KIND_NIC
                        : kind == REQUEST_CONTROLLER
                            ? is == KIND_CONTROLLER || is == KIND_BRIDGE || is == KIND_HUB
                            : TRUE;

        if (fits && models[i].hotpluggable)
            add_value(collector, option, models[i].driver, models[i].words);
    }
}

static void add_files(Collector *collector, RequestKind kind, const char *option)
{
    g_autofree char *before = g_strconcat(option, "=", NULL);

    collector_want_files(collector, before);
}

static void add_netdevs(Collector *collector, RequestKind kind, const char *option)
{
    const Guest *guest = guest_of(collector);

    for (guint i = 0; guest && i < guest->netdevs->len; i++) {
        const Netdev *netdev = guest->netdevs->pdata[i];

        if (!netdev->peer)
            add_value(collector, option, netdev->id, "a back end that nobody uses");
    }
}

/* What stands for a value in the table of options. */
static const struct {
    const char *word;
    void (*add)(Collector *collector, RequestKind kind, const char *option);
} values[] = {
    { "PATH", add_files },  { "BUS", add_buses },         { "MODEL", add_models },
    { "NAME", add_models }, { "NETDEV-ID", add_netdevs },
};

static void add_option_values(Collector *collector, RequestKind kind, const RequestOption *option)
{
    g_auto(GStrv) words = g_strsplit(option->values, "|", -1);
    gboolean names_bus = g_str_equal(option->name, "controller");
    gboolean names_driver = g_str_equal(option->name, "driver") || !g_str_equal(words[0], "NAME");

    for (char **word = words; *word; word++) {
        if (g_ascii_islower(**word))
            add_value(collector, option->name, *word, NULL);
        for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
            if (g_str_equal(values[i].word, *word) && names_driver)
                values[i].add(collector, kind, option->name);
    }
    if (names_bus)
        add_buses(collector, kind, option->name);
    g_free(collector->completion->usage);
    collector->completion->usage =
        g_strdup_printf("%s=%s  %s", option->name, option->values, option->help);
}

/* What of "KEY=VALUE" the words give for a key; NULL. */
static const char *given(const Collector *collector, const char *option)
{
    gsize length = strlen(option);

    for (char **word = collector->words; *word; word++)
        if (g_str_has_prefix(*word, option) && (*word)[length] == '=')
            return *word + length + 1;
    return NULL;
}

static void add_names(Collector *collector, RequestKind kind)
{
    gsize count;
    const RequestOption *options = request_options(&count);

    for (gsize i = 0; i < count; i++) {
        g_autofree char *text = g_strconcat(options[i].name, "=", NULL);
        g_autofree char *name = g_strconcat(text, options[i].values, NULL);

        if ((options[i].kinds & (1u << kind)) && !given(collector, options[i].name))
            collector_add(collector, text, name, options[i].help);
    }
}

/* --- properties of a driver ------------------------------------------------------------------ */

static char *property_help(const json_t *property)
{
    const char *description = json_string_value(json_object_get(property, "description"));
    const char *type = json_string_value(json_object_get(property, "type"));

    return g_strdup(description && *description ? description : type);
}

/* QEMU is asked for them once; they come later where they are not known yet. */
static const json_t *properties_of(const Collector *collector, const char *driver)
{
    const CompleteFacts *facts = collector->facts;
    g_autoptr(Request) request = request_new(REQUEST_DEVICE);
    GHashTable *drivers;

    if (!facts->session || !facts->changed || !session_guest(facts->session))
        return NULL;
    request_set(request, "driver", driver);
    drivers = session_facts(facts->session, request, facts->changed, facts->data).drivers;
    return drivers ? g_hash_table_lookup(drivers, driver) : NULL;
}

static void add_properties(Collector *collector)
{
    const char *driver = given(collector, "driver");
    const json_t *properties = driver ? properties_of(collector, driver) : NULL, *property;
    size_t i;

    json_array_foreach (properties, i, property) {
        const char *name = json_string_value(json_object_get(property, "name"));
        g_autofree char *text = name ? g_strconcat(name, "=", NULL) : NULL;
        g_autofree char *help = property_help(property);

        if (text && !given(collector, name))
            collector_add(collector, text, NULL, help);
    }
}

static const RequestOption *find_option(RequestKind kind, const char *word)
{
    gsize count, length = strcspn(word, "=");
    const RequestOption *options = request_options(&count);

    for (gsize i = 0; i < count; i++)
        if ((options[i].kinds & (1u << kind)) && strlen(options[i].name) == length &&
            strncmp(options[i].name, word, length) == 0)
            return &options[i];
    return NULL;
}

void complete_request(Collector *collector)
{
    const char *word = collector->word.text;
    const RequestOption *option;

    for (RequestKind kind = REQUEST_DISK; kind < REQUEST_KINDS; kind++) {
        if (g_strcmp0(collector->words[1], request_kind_name(kind)) != 0)
            continue;
        option = strchr(word, '=') ? find_option(kind, word) : NULL;
        if (option)
            add_option_values(collector, kind, option);
        else if (!strchr(word, '='))
            add_names(collector, kind);
        if (kind == REQUEST_DEVICE && !strchr(word, '='))
            add_properties(collector);
    }
}
