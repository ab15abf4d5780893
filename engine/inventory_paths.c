/* Finding QOM paths through the links of buses. All questions that can be asked at one moment leave
 * together; each answer asks for what is below it. */
#include "engine/inventory_paths.h"

#include <stdlib.h>
#include <string.h>

#include "engine/inventory_composition.h"
#include "engine/json_find.h"

#define ROOT_PATH "/machine/unattached/sysbus"
#define PERIPHERAL "/machine/peripheral/"

/* `info qom-tree` costs as much as this many other questions, and as one more for this many steps
 * of its sorting, which are the square of the children (measured on 7.2 and 10.0: 1.1 ms on a small
 * guest, 10 ms and 24 ms with 300 and 500 devices; a qom-get 0.45 ms). */
#define COMPOSITION_QUESTIONS 3
#define COMPOSITION_STEPS 5000

/* What is known of a PCI bus's handler of hotplug; it does not change while the bus lives. */
typedef struct {
    char *path;    /* "" for none */
    gboolean acpi; /* the bus has a number for ACPI hotplug */
} Handler;

/* A bus whose links were followed. As long as it carries the same devices in the same order, and no
 * anonymous device of the guest came or went, their paths are the same: QEMU counts those devices
 * up and never uses a number again. */
typedef struct {
    char *devices; /* drivers and ids, in order */
    char **paths;
} Known;

struct Paths {
    Monitor *monitor;
    GHashTable *buses;    /* bus path -> Known */
    char *anonymous;      /* the reply to qom-list /machine/peripheral-anon that they hold for */
    GHashTable *links;    /* "BUS child[N] link<TYPE>" -> path */
    GHashTable *handlers; /* bus path -> Handler */
    gboolean learned;     /* a run was complete: what later ones lack is little */
    gboolean list_get;    /* QEMU lists properties together with their values (since 10.1) */
    /* Of the run under way: */
    Bus *root;
    GHashTable *peripherals;  /* id -> its type in qom-list */
    GHashTable *ids;          /* id -> how often the tree has it */
    GHashTable *drivers;      /* driver -> how many devices of it have no path by an id */
    Composition *composition; /* NULL where it was not asked for */
    GHashTable *pending;      /* set of Question */
    gboolean complete;
    GError *error;
    PathsDoneFn done;
    gpointer data;
};

/* One command under way. */
typedef struct {
    Paths *paths;
    guint command;
    Bus *bus;
    Device *device; /* whose link was asked for */
    char *key;      /* under which the answer is kept */
} Question;

typedef struct {
    guint64 number;
    const char *name;
    const char *type;
    const char *path; /* what it points to, where the list has values; else NULL */
} Link;

static void resolve_bus(Paths *paths, Bus *bus);
static void resolve_buses_of(Paths *paths, Device *device);

static void handler_free(gpointer data)
{
    Handler *handler = data;
    g_free(handler->path);
    g_free(handler);
}

static void known_free(gpointer data)
{
    Known *known = data;
    g_free(known->devices);
    g_strfreev(known->paths);
    g_free(known);
}

static void question_free(gpointer data)
{
    Question *question = data;
    g_free(question->key);
    g_free(question);
}

Paths *paths_new(Monitor *monitor)
{
    Paths *paths = g_new0(Paths, 1);
    paths->monitor = monitor;
    paths->buses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
    paths->links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    paths->handlers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, handler_free);
    paths->pending = g_hash_table_new_full(NULL, NULL, question_free, NULL);
    paths->peripherals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    paths->ids = g_hash_table_new(g_str_hash, g_str_equal);
    paths->drivers = g_hash_table_new(g_str_hash, g_str_equal);
    return paths;
}

static gpointer known_copy(gconstpointer value)
{
    Known *copy = g_memdup2(value, sizeof *copy);
    copy->devices = g_strdup(copy->devices);
    copy->paths = g_strdupv(copy->paths);
    return copy;
}

static gpointer handler_copy(gconstpointer value)
{
    Handler *copy = g_memdup2(value, sizeof *copy);
    copy->path = g_strdup(copy->path);
    return copy;
}

static gpointer text_copy(gconstpointer value)
{
    return g_strdup(value);
}

static void copy_all(GHashTable *to, GHashTable *from, gpointer (*copy)(gconstpointer value))
{
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, from);
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_hash_table_insert(to, g_strdup(key), copy(value));
}

Paths *paths_copy(const Paths *paths, Monitor *monitor)
{
    Paths *copy = paths_new(monitor);
    copy_all(copy->buses, paths->buses, known_copy);
    copy_all(copy->links, paths->links, text_copy);
    copy_all(copy->handlers, paths->handlers, handler_copy);
    copy->anonymous = g_strdup(paths->anonymous);
    copy->learned = paths->learned;
    return copy;
}

void paths_free(Paths *paths)
{
    GHashTableIter iter;
    gpointer question;
    if (!paths)
        return;
    g_hash_table_iter_init(&iter, paths->pending);
    while (g_hash_table_iter_next(&iter, &question, NULL))
        monitor_cancel(paths->monitor, ((Question *)question)->command);
    g_hash_table_unref(paths->pending);
    g_hash_table_unref(paths->buses);
    g_free(paths->anonymous);
    g_hash_table_unref(paths->links);
    g_hash_table_unref(paths->handlers);
    g_hash_table_unref(paths->peripherals);
    g_hash_table_unref(paths->ids);
    g_hash_table_unref(paths->drivers);
    composition_free(paths->composition);
    g_clear_error(&paths->error);
    g_free(paths);
}

/* --- asking ---------------------------------------------------------------------------------- */

static Question *keep(Paths *paths, Question question)
{
    Question *kept = g_memdup2(&question, sizeof question);
    kept->paths = paths;
    g_hash_table_add(paths->pending, kept);
    return kept;
}

static void ask_list(Paths *paths, Bus *bus, MonitorReplyFn reply)
{
    Question *kept = keep(paths, (Question){ .bus = bus });
    kept->command = paths->list_get
                        ? monitor_send(paths->monitor, "qom-list-get",
                                       json_pack("{s:[s]}", "paths", bus->path), reply, kept)
                        : monitor_send(paths->monitor, "qom-list",
                                       json_pack("{s:s}", "path", bus->path), reply, kept);
}

/* The properties in the reply to ask_list. */
static const json_t *listed(const Paths *paths, const json_t *result)
{
    return paths->list_get ? json_object_get(json_array_get(result, 0), "properties") : result;
}

static void ask_property(Paths *paths, const Bus *bus, const char *property, MonitorReplyFn reply,
                         Question question)
{
    Question *kept = keep(paths, question);
    json_t *arguments = json_pack("{s:s, s:s}", "path", bus->path, "property", property);
    kept->command = monitor_send(paths->monitor, "qom-get", arguments, reply, kept);
}

static void finish_if_done(Paths *paths);

/* Keeps a loss of the connection; that QEMU has no such object or property is an answer. */
static void note_error(Paths *paths, const GError *error)
{
    if (error && monitor_error_is_connection(error) && !paths->error)
        paths->error = g_error_copy(error);
}

static void end_question(Question *question)
{
    Paths *paths = question->paths;
    g_hash_table_remove(paths->pending, question);
    finish_if_done(paths);
}

/* --- the composition ------------------------------------------------------------------------- */

/* The bus has a link to an object of that type (links_fit), and among the devices as in the
 * composition there is one such object without an id: that one. NULL: ask. */
static const char *composed_path(const Paths *paths, const Device *device)
{
    gboolean only = g_hash_table_lookup(paths->drivers, device->driver) == GUINT_TO_POINTER(1);
    return paths->composition && !device->id && only
               ? composition_only(paths->composition, device->driver)
               : NULL;
}

static void on_composition(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Question *question = data;
    const char *text = json_string_value(result);
    note_error(question->paths, error);
    if (text)
        question->paths->composition = composition_parse(text);
    end_question(question);
}

static void ask_composition(Paths *paths)
{
    Question *kept = keep(paths, (Question){ 0 });
    kept->command = monitor_send_human(paths->monitor, "info qom-tree", on_composition, kept);
}

/* --- links of a bus -------------------------------------------------------------------------- */

static int by_number(gconstpointer a, gconstpointer b)
{
    guint64 first = ((const Link *)a)->number, second = ((const Link *)b)->number;
    return (first > second) - (first < second);
}

/* The child[N] links of a bus in ascending order. (transfer full) */
static GArray *read_links(const json_t *properties)
{
    gsize i;
    json_t *property;
    GArray *links = g_array_new(FALSE, FALSE, sizeof(Link));
    json_array_foreach (properties, i, property) {
        const char *name = json_string_value(json_object_get(property, "name"));
        const char *type = json_string_value(json_object_get(property, "type"));
        if (!name || !type || !g_str_has_prefix(name, "child[") || !g_str_has_prefix(type, "link<"))
            continue;
        Link link = { strtoull(name + strlen("child["), NULL, 10), name, type,
                      json_string_value(json_object_get(property, "value")) };
        g_array_append_val(links, link);
    }
    g_array_sort(links, by_number);
    return links;
}

static gboolean link_fits(const Link *link, const Device *device)
{
    g_autofree char *type = g_strdup_printf("link<%s>", device->driver);
    return strcmp(link->type, type) == 0;
}

/* The tree and QOM agree on what sits on the bus. */
static gboolean links_fit(const GArray *links, const Bus *bus)
{
    if (links->len != bus->devices->len)
        return FALSE;
    for (guint i = 0; i < links->len; i++) {
        if (!link_fits(&g_array_index(links, Link, i), bus->devices->pdata[i]))
            return FALSE;
    }
    return TRUE;
}

static void take_path(Paths *paths, Device *device, const char *path)
{
    device->path = g_strdup(path);
    resolve_buses_of(paths, device);
}

/* path: what the link points to; another text: the device left between the questions. */
static void take_link(Paths *paths, Device *device, const char *key, const char *path)
{
    if (path && *path == '/') {
        g_hash_table_insert(paths->links, g_strdup(key), g_strdup(path));
        take_path(paths, device, path);
    } else {
        paths->complete = FALSE;
    }
}

static void on_link(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Question *question = data;
    note_error(question->paths, error);
    take_link(question->paths, question->device, question->key, json_string_value(result));
    end_question(question);
}

static void follow_link(Paths *paths, Bus *bus, Device *device, const Link *link)
{
    g_autofree char *key = g_strdup_printf("%s %s %s", bus->path, link->name, link->type);
    const char *known = g_hash_table_lookup(paths->links, key);
    const char *proven = known ? NULL : composed_path(paths, device);
    if (proven)
        g_hash_table_insert(paths->links, g_strdup(key), g_strdup(proven));
    if (known || proven)
        take_path(paths, device, known ? known : proven);
    else if (paths->list_get)
        take_link(paths, device, key, link->path);
    else
        ask_property(paths, bus, link->name, on_link,
                     (Question){ .device = device, .key = g_steal_pointer(&key) });
}

static void follow_links(Paths *paths, Bus *bus, const json_t *properties)
{
    g_autoptr(GArray) links = read_links(properties);
    if (!links_fit(links, bus)) {
        paths->complete = FALSE;
        return;
    }
    for (guint i = 0; i < links->len; i++) {
        Device *device = bus->devices->pdata[i];
        if (!device->path)
            follow_link(paths, bus, device, &g_array_index(links, Link, i));
    }
}

/* --- hotplug --------------------------------------------------------------------------------- */

static gboolean is_pci(const Bus *bus)
{
    return bus->family == BUS_PCI || bus->family == BUS_PCIE;
}

/* The bus was listed before. */
static void on_handler(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Question *question = data;
    Handler *handler = g_hash_table_lookup(question->paths->handlers, question->bus->path);
    note_error(question->paths, error);
    if (handler && json_is_string(result)) {
        g_free(handler->path);
        handler->path = g_strdup(json_string_value(result));
    }
    end_question(question);
}

static void add_handler(Paths *paths, const Bus *bus, const json_t *properties)
{
    Handler *handler = g_new0(Handler, 1);
    const json_t *link = json_find(properties, "name", "hotplug-handler");
    const char *path = json_string_value(json_object_get(link, "value"));
    handler->path = g_strdup(path ? path : "");
    handler->acpi = json_find(properties, "name", "acpi-pcihp-bsel") != NULL;
    g_hash_table_insert(paths->handlers, g_strdup(bus->path), handler);
}

static gboolean lacks_handler(const Paths *paths, const Bus *bus)
{
    return is_pci(bus) && !g_hash_table_contains(paths->handlers, bus->path);
}

/* --- walking --------------------------------------------------------------------------------- */

static gboolean lacks_path(const Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        if (!((Device *)bus->devices->pdata[i])->path)
            return TRUE;
    }
    return FALSE;
}

static void on_list(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Question *question = data;
    Paths *paths = question->paths;
    Bus *bus = question->bus;
    note_error(paths, error);
    if (error) {
        paths->complete = FALSE;
    } else {
        if (lacks_path(bus))
            follow_links(paths, bus, listed(paths, result));
        if (lacks_handler(paths, bus))
            add_handler(paths, bus, listed(paths, result));
    }
    end_question(question);
}

/* A hub that QEMU inserts by itself comes and goes without being anonymous in that sense. */
static gboolean may_be_remembered(const Bus *bus)
{
    return bus->family != BUS_USB;
}

/* (transfer full) */
static char *list_devices(const Bus *bus)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        g_string_append_printf(list, "%s %s\n", device->driver, device->id ? device->id : "");
    }
    return g_string_free(list, FALSE);
}

static void remember_bus(Paths *paths, const Bus *bus)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < bus->devices->len; i++)
        g_ptr_array_add(list, g_strdup(((Device *)bus->devices->pdata[i])->path));
    g_ptr_array_add(list, NULL);
    Known *known = g_new0(Known, 1);
    known->devices = list_devices(bus);
    known->paths = (char **)g_ptr_array_free(list, FALSE);
    g_hash_table_insert(paths->buses, g_strdup(bus->path), known);
}

/* Takes the paths of this bus's devices from an earlier run, where they still hold. */
static void recall_bus(Paths *paths, Bus *bus)
{
    const Known *known = g_hash_table_lookup(paths->buses, bus->path);
    g_autofree char *devices = known ? list_devices(bus) : NULL;
    if (!known || strcmp(devices, known->devices) != 0)
        return;
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        if (!device->path)
            take_path(paths, device, known->paths[i]);
    }
}

static gboolean is_driver(const Device *device, const char *driver)
{
    return device && strcmp(device->driver, driver) == 0;
}

/* NULL without an id, or with one that does not tell. (transfer full) */
static char *id_path(const Paths *paths, const Device *device)
{
    const char *type = device->id ? g_hash_table_lookup(paths->peripherals, device->id) : NULL;
    g_autofree char *wanted = g_strdup_printf("child<%s>", device->driver);
    /* The inner bridge of a pxb bears the expander's id, and QEMU 10 accepts a '/' in one. */
    if (type && strcmp(type, wanted) == 0 && !strchr(device->id, '/') &&
        GPOINTER_TO_UINT(g_hash_table_lookup(paths->ids, device->id)) == 1)
        return g_strconcat(PERIPHERAL, device->id, NULL);
    return NULL;
}

/* The path of a device that needs no question; NULL where one is needed. (transfer full) */
static char *known_path(const Paths *paths, const Device *device)
{
    const Bus *bus = device->bus;
    if (device->id)
        return id_path(paths, device);
    /* Two kinds of devices make their only child themselves, under a name of their own. */
    if (bus->devices->len == 1 && strcmp(bus->type, "virtio-pci-bus") == 0)
        return g_strconcat(bus->owner->path, "/virtio-backend", NULL);
    if (bus->devices->len == 1 && is_driver(bus->owner, "usb-storage"))
        return g_strconcat(bus->path, "/legacy[0]", NULL);
    return NULL;
}

static void resolve_bus(Paths *paths, Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        g_autofree char *path = known_path(paths, device);
        if (path)
            take_path(paths, device, path);
    }
    if (lacks_path(bus))
        recall_bus(paths, bus);
    if (lacks_path(bus) || lacks_handler(paths, bus))
        ask_list(paths, bus, on_list);
    if (lacks_handler(paths, bus) && !paths->list_get)
        ask_property(paths, bus, "hotplug-handler", on_handler, (Question){ .bus = bus });
}

static void resolve_buses_of(Paths *paths, Device *device)
{
    for (guint i = 0; i < device->buses->len; i++) {
        Bus *bus = device->buses->pdata[i];
        bus->path = g_strconcat(device->path, "/", bus->name, NULL);
        resolve_bus(paths, bus);
    }
}

/* --- the end --------------------------------------------------------------------------------- */

/* Devices of the types that hand a plug on to ACPI set themselves as the handler of buses too that
 * ACPI does not reach (pcie.0 of q35 on QEMU 10): such a bus has no acpi-pcihp-bsel. */
static const char *const acpi_handlers[] = { "PIIX4_PM", "ICH9-LPC", "acpi-ged", NULL };

static void collect(Bus *bus, GHashTable *devices)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        if (device->path)
            g_hash_table_insert(devices, device->path, device);
        for (guint j = 0; j < device->buses->len; j++)
            collect(device->buses->pdata[j], devices);
    }
}

static gboolean pci_takes_hotplug(const Paths *paths, const Bus *bus, GHashTable *devices)
{
    const Handler *handler = bus->path ? g_hash_table_lookup(paths->handlers, bus->path) : NULL;
    if (!handler || !*handler->path)
        return FALSE;
    const Device *device = g_hash_table_lookup(devices, handler->path);
    if (device && g_strv_contains(acpi_handlers, device->driver))
        return handler->acpi;
    /* A port's own handler stays when the port was told to refuse (hotplug=off). */
    return !bus->owner || g_strcmp0(device_property(bus->owner, "hotplug"), "false") != 0;
}

static gboolean takes_hotplug(const Paths *paths, const Bus *bus, GHashTable *devices)
{
    switch (bus->family) {
    case BUS_PCI:
    case BUS_PCIE:
        return pci_takes_hotplug(paths, bus, devices);
    case BUS_SCSI:
    case BUS_USB:
    case BUS_VIRTIO_SERIAL:
    case BUS_NVME:
        return TRUE;
    case BUS_OTHER:
        return strcmp(bus->type, "ccid-bus") == 0;
    default:
        return FALSE;
    }
}

/* Gives every device an identity and says what can be unplugged. */
static void settle(Paths *paths, Bus *bus, GHashTable *devices)
{
    if (paths->complete && may_be_remembered(bus))
        remember_bus(paths, bus);
    bus->hotpluggable = takes_hotplug(paths, bus, devices);
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        if (!device->path)
            device->path = g_strdup_printf("?%s/%s[%u]", bus->path, device->driver, i);
        device->hotpluggable = bus->hotpluggable && (!device->model || device->model->hotpluggable);
        for (guint j = 0; j < device->buses->len; j++) {
            Bus *below = device->buses->pdata[j];
            if (!below->path)
                below->path = g_strconcat(device->path, "/", below->name, NULL);
            settle(paths, below, devices);
        }
    }
}

static void finish_if_done(Paths *paths)
{
    if (g_hash_table_size(paths->pending) || !paths->done)
        return;
    g_autoptr(GHashTable) devices = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GError) error = g_steal_pointer(&paths->error);
    PathsDoneFn done = g_steal_pointer(&paths->done);
    collect(paths->root, devices);
    settle(paths, paths->root, devices);
    g_clear_pointer(&paths->composition, composition_free);
    paths->learned = paths->learned || (paths->complete && !error);
    done(paths->complete, error, paths->data);
}

/* --- the start ------------------------------------------------------------------------------- */

static void count_ids(GHashTable *ids, const Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        if (device->id && strcmp(device->bus->type, "pxb-bus") != 0) {
            guint count = GPOINTER_TO_UINT(g_hash_table_lookup(ids, device->id));
            g_hash_table_insert(ids, device->id, GUINT_TO_POINTER(count + 1));
        }
        for (guint j = 0; j < device->buses->len; j++)
            count_ids(ids, device->buses->pdata[j]);
    }
}

static void count_drivers(Paths *paths, const Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        g_autofree char *path = id_path(paths, device);
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(paths->drivers, device->driver));
        if (!path)
            g_hash_table_insert(paths->drivers, device->driver, GUINT_TO_POINTER(count + 1));
        for (guint j = 0; j < device->buses->len; j++)
            count_drivers(paths, device->buses->pdata[j]);
    }
}

/* The composition prints names as they are, so a line break in one forges lines. Names that may be
 * chosen freely are ids, and what is named after them; QEMU 10 accepts any. */
static gboolean names_are_plain(const Paths *paths, const json_t *peripherals)
{
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, paths->peripherals);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (strpbrk(name, "/\r\n"))
            return FALSE;
    }
    return json_is_array(peripherals);
}

static gboolean composition_pays(const Paths *paths, const json_t *anonymous)
{
    GHashTableIter iter;
    gpointer count;
    gsize saved = 0;
    gsize children = MAX(g_hash_table_size(paths->peripherals), json_array_size(anonymous));
    g_hash_table_iter_init(&iter, paths->drivers);
    while (g_hash_table_iter_next(&iter, NULL, &count))
        saved += GPOINTER_TO_UINT(count) == 1;
    return saved > COMPOSITION_QUESTIONS + children * children / COMPOSITION_STEPS;
}

static void read_peripherals(GHashTable *peripherals, const json_t *reply)
{
    gsize i;
    json_t *entry;
    json_array_foreach (reply, i, entry) {
        const char *name = json_string_value(json_object_get(entry, "name"));
        const char *type = json_string_value(json_object_get(entry, "type"));
        if (name && type)
            g_hash_table_insert(peripherals, g_strdup(name), g_strdup(type));
    }
}

/* What was remembered holds no more when an anonymous device came or went. */
static void check_memory(Paths *paths, const json_t *anonymous)
{
    char *now = anonymous ? json_dumps(anonymous, JSON_SORT_KEYS) : NULL;
    if (!now || g_strcmp0(now, paths->anonymous) != 0)
        g_hash_table_remove_all(paths->buses);
    g_free(paths->anonymous);
    paths->anonymous = now;
}

void paths_resolve(Paths *paths, Bus *root, gboolean list_get, const json_t *peripherals,
                   const json_t *anonymous, PathsDoneFn done, gpointer data)
{
    check_memory(paths, anonymous);
    paths->list_get = list_get;
    paths->root = root;
    paths->complete = TRUE;
    paths->data = data;
    g_hash_table_remove_all(paths->peripherals);
    g_hash_table_remove_all(paths->ids);
    g_hash_table_remove_all(paths->drivers);
    read_peripherals(paths->peripherals, peripherals);
    count_ids(paths->ids, root);
    count_drivers(paths, root);
    g_free(root->path);
    root->path = g_strdup(ROOT_PATH);
    if (!paths->learned && !list_get && composition_pays(paths, anonymous) &&
        names_are_plain(paths, peripherals))
        ask_composition(paths);
    resolve_bus(paths, root);
    paths->done = done;
    finish_if_done(paths);
}
