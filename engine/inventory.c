/* Reading a guest: what is asked, in one write, and how the replies become a Guest. */
#include "engine/inventory.h"

#include <string.h>

#include "engine/inventory_bare.h"
#include "engine/inventory_join.h"
#include "engine/inventory_paths.h"
#include "engine/inventory_places.h"
#include "engine/inventory_tree.h"

/* How often a tree that does not agree with QOM is read again before it is taken as it is. */
#define ATTEMPTS 2

typedef enum {
    REPLY_PERIPHERAL,
    REPLY_QTREE,
    REPLY_ANONYMOUS,
    REPLY_PCI,
    REPLY_BLOCK,
    REPLY_NETWORK,
    REPLY_NAME,
    REPLY_STATUS,
    REPLY_MACHINE,
    REPLY_CPUS,
    REPLY_MEMORY,
    REPLY_MEMORY_DEVICES,
    REPLY_COMMANDS, /* once */
    REPLY_USB,      /* only where there is no QOM */
    REPLY_NODES,    /* from here on with INVENTORY_ALL only */
    REPLY_GRAPH,
    REPLY_CHARDEVS,
    REPLY_OBJECTS,
    REPLIES,
} ReplyKind;

/* A command that a QEMU lacks is no error, apart from the first one needed: info qtree. */
static const struct {
    const char *command;  /* NULL: argument is a line of the human monitor */
    const char *argument; /* JSON object, or that line */
} questions[REPLIES] = {
    /* Before the tree: a device that leaves in between is then missing in the tree, not in this. */
    [REPLY_PERIPHERAL] = { "qom-list", "{\"path\":\"/machine/peripheral\"}" },
    [REPLY_QTREE] = { NULL, "info qtree" },
    /* After the tree: an anonymous device that was replaced in between is then noticed. */
    [REPLY_ANONYMOUS] = { "qom-list", "{\"path\":\"/machine/peripheral-anon\"}" },
    [REPLY_PCI] = { "query-pci", NULL },
    [REPLY_BLOCK] = { "query-block", NULL },
    [REPLY_NETWORK] = { NULL, "info network" },
    [REPLY_NAME] = { "query-name", NULL },
    [REPLY_STATUS] = { "query-status", NULL },
    [REPLY_MACHINE] = { "qom-get", "{\"path\":\"/machine\",\"property\":\"type\"}" },
    [REPLY_CPUS] = { "query-cpus-fast", NULL },
    [REPLY_MEMORY] = { "query-memory-size-summary", NULL },
    [REPLY_MEMORY_DEVICES] = { "query-memory-devices", NULL },
    [REPLY_COMMANDS] = { "query-commands", NULL },
    [REPLY_USB] = { NULL, "info usb" },
    [REPLY_NODES] = { "query-named-block-nodes", "{\"flat\":true}" },
    [REPLY_GRAPH] = { "x-debug-query-block-graph", NULL },
    [REPLY_CHARDEVS] = { "query-chardev", NULL },
    [REPLY_OBJECTS] = { "qom-list", "{\"path\":\"/objects\"}" },
};

/* A read that somebody waits for. */
typedef struct {
    InventoryDepth depth;
    InventoryFn done;
    gpointer data;
} Wish;

/* What a reply's callback is given; its place in the array tells which reply it is. */
typedef struct {
    Inventory *inventory;
    guint command; /* for monitor_cancel */
} Slot;

struct Inventory {
    Monitor *monitor;
    Paths *paths;
    Capabilities can;
    gboolean asked_can;  /* QEMU was asked what it can */
    GHashTable *learned; /* what we plugged -> PCI address: see inventory_learn */
    GQueue *wishes;      /* (Wish) the first one is under way */
    guint attempt;
    gboolean forgets; /* what was learned, before the next read */
    Slot slots[REPLIES];
    json_t *replies[REPLIES];
    guint waiting; /* replies that have not come */
    GError *error;
    Guest *guest; /* being built */
};

static void start(Inventory *inventory);

static Inventory *inventory_with(Paths *paths, Monitor *monitor)
{
    Inventory *inventory = g_new0(Inventory, 1);
    inventory->monitor = monitor;
    inventory->paths = paths;
    inventory->can = capabilities_from_commands(NULL);
    inventory->learned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    inventory->wishes = g_queue_new();
    for (guint i = 0; i < REPLIES; i++)
        inventory->slots[i].inventory = inventory;
    return inventory;
}

Inventory *inventory_new(Monitor *monitor)
{
    return inventory_with(paths_new(monitor), monitor);
}

Inventory *inventory_copy(const Inventory *inventory, Monitor *monitor)
{
    if (!g_queue_is_empty(inventory->wishes))
        return NULL;
    Inventory *copy = inventory_with(paths_copy(inventory->paths, monitor), monitor);
    GHashTableIter iter;
    gpointer drive, controller;
    copy->can = inventory->can;
    copy->asked_can = inventory->asked_can;
    g_hash_table_iter_init(&iter, inventory->learned);
    while (g_hash_table_iter_next(&iter, &drive, &controller))
        g_hash_table_insert(copy->learned, g_strdup(drive), g_strdup(controller));
    return copy;
}

void inventory_learn(Inventory *inventory, const char *name, const char *address)
{
    g_hash_table_insert(inventory->learned, g_strdup(name), g_strdup(address));
}

gboolean inventory_forget(Inventory *inventory)
{
    inventory->forgets = TRUE;
    return !g_queue_is_empty(inventory->wishes);
}

static void clear_replies(Inventory *inventory)
{
    for (guint i = 0; i < REPLIES; i++)
        g_clear_pointer(&inventory->replies[i], json_decref);
    g_clear_error(&inventory->error);
}

void inventory_free(Inventory *inventory)
{
    if (!inventory)
        return;
    for (guint i = 0; i < REPLIES; i++)
        monitor_cancel(inventory->monitor, inventory->slots[i].command);
    paths_free(inventory->paths);
    clear_replies(inventory);
    guest_unref(inventory->guest);
    g_hash_table_unref(inventory->learned);
    g_queue_free_full(inventory->wishes, g_free);
    g_free(inventory);
}

/* --- the facts beside the tree --------------------------------------------------------------- */

static char *copy_string(const json_t *reply, const char *member)
{
    return g_strdup(json_string_value(json_object_get(reply, member)));
}

/* "pc-i440fx-7.2-machine" -> "pc-i440fx-7.2" */
static char *machine_name(const json_t *reply)
{
    const char *type = json_string_value(reply);
    gsize length = type ? strlen(type) : 0;
    if (type && g_str_has_suffix(type, "-machine"))
        length -= strlen("-machine");
    return type ? g_strndup(type, length) : NULL;
}

static guint64 memory_size(const json_t *reply)
{
    return json_integer_value(json_object_get(reply, "base-memory")) +
           json_integer_value(json_object_get(reply, "plugged-memory"));
}

static void take_facts(Inventory *inventory, Guest *guest)
{
    json_t **replies = inventory->replies;
    guest->name = copy_string(replies[REPLY_NAME], "name");
    if (!guest->name)
        guest->name = g_strdup("Guest");
    guest->qemu = g_strdup(monitor_version(inventory->monitor));
    guest->dialect = g_strdup(monitor_dialect(inventory->monitor));
    guest->machine = machine_name(replies[REPLY_MACHINE]);
    guest->status = copy_string(replies[REPLY_STATUS], "status");
    guest->vcpus = json_array_size(replies[REPLY_CPUS]);
    guest->memory = memory_size(replies[REPLY_MEMORY]);
    guest->can = inventory->can;
    guest->complete = ((const Wish *)g_queue_peek_head(inventory->wishes))->depth == INVENTORY_ALL;
    guest->blocks = json_incref(replies[REPLY_BLOCK]);
    guest->nodes = json_incref(replies[REPLY_NODES]);
    guest->graph = json_incref(replies[REPLY_GRAPH]);
    guest->chardevs = json_incref(replies[REPLY_CHARDEVS]);
    guest->objects = json_incref(replies[REPLY_OBJECTS]);
}

/* --- devices on no bus ----------------------------------------------------------------------- */

/* "child<pc-dimm>" -> "pc-dimm". (transfer full) */
static char *child_driver(const json_t *entry)
{
    const char *type = json_string_value(json_object_get(entry, "type"));
    gsize length = type ? strlen(type) : 0;
    return type && g_str_has_prefix(type, "child<") ? g_strndup(type + 6, length - 7) : NULL;
}

static const json_t *find_memory(const json_t *reply, const char *id)
{
    gsize i;
    json_t *entry;
    json_array_foreach (reply, i, entry) {
        const json_t *facts = json_object_get(entry, "data");
        if (g_strcmp0(json_string_value(json_object_get(facts, "id")), id) == 0)
            return facts;
    }
    return NULL;
}

static void add_property(Device *device, const char *name, const json_t *value)
{
    Property *property = g_new0(Property, 1);
    property->name = g_strdup(name);
    property->value = json_is_string(value) ? g_strdup(json_string_value(value))
                                            : json_dumps(value, JSON_ENCODE_ANY);
    g_ptr_array_add(device->properties, property);
}

/* DIMMs, hotplugged CPUs: children of peripheral that are not in the tree, since it shows devices
 * on buses only. A model that sits on a bus came or went between two replies. */
static void add_busless(Inventory *inventory, GHashTable *known, const char *folder,
                        const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    g_autofree char *driver = child_driver(entry);
    g_autofree char *path = name ? g_strdup_printf("%s/%s", folder, name) : NULL;
    const Model *model = driver ? model_find(driver) : NULL;
    if (!driver || !name || g_hash_table_contains(known, path) ||
        (model && model->plugs != BUS_SYSTEM))
        return;
    gboolean anonymous = g_str_has_suffix(folder, "-anon");
    Device *device = device_new(driver);
    json_t *facts = (json_t *)find_memory(inventory->replies[REPLY_MEMORY_DEVICES], name);
    device->path = g_steal_pointer(&path);
    device->id = anonymous ? NULL : g_strdup(name);
    device->hotpluggable = json_is_true(json_object_get(facts, "hotpluggable"));
    device->state = device->hotpluggable ? STATE_PRESENT : STATE_FIXED;
    for (void *i = json_object_iter(facts); i; i = json_object_iter_next(facts, i))
        add_property(device, json_object_iter_key(i), json_object_iter_value(i));
    g_ptr_array_add(inventory->guest->memory_devices, device);
}

static void add_all_busless(Inventory *inventory, const Guest *guest)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < guest->devices->len; i++)
        g_hash_table_add(known, ((Device *)guest->devices->pdata[i])->path);
    gsize i;
    json_t *entry;
    json_array_foreach (inventory->replies[REPLY_PERIPHERAL], i, entry)
        add_busless(inventory, known, "/machine/peripheral", entry);
    json_array_foreach (inventory->replies[REPLY_ANONYMOUS], i, entry)
        add_busless(inventory, known, "/machine/peripheral-anon", entry);
}

/* --- the stages of a read -------------------------------------------------------------------- */

/* Ends the read under way; the callback may free the inventory or ask for another read. */
static void finish(Inventory *inventory, const GError *error)
{
    g_autoptr(GError) kept = error ? g_error_copy(error) : NULL;
    g_autoptr(Guest) guest = g_steal_pointer(&inventory->guest);
    g_autofree Wish *wish = g_queue_pop_head(inventory->wishes);
    clear_replies(inventory);
    inventory->attempt = 0;
    if (!g_queue_is_empty(inventory->wishes))
        start(inventory);
    wish->done(kept ? NULL : guest, kept, wish->data);
}

static void on_paths(gboolean complete, const GError *error, gpointer data)
{
    Inventory *inventory = data;
    Guest *guest = inventory->guest;
    if (!error && !complete && ++inventory->attempt < ATTEMPTS) {
        g_clear_pointer(&inventory->guest, guest_unref);
        clear_replies(inventory);
        start(inventory);
        return;
    }
    if (!error) {
        guest_index(guest);
        inventory_join_pci(guest->root, inventory->replies[REPLY_PCI]);
        inventory_join_drives(guest, inventory->replies[REPLY_BLOCK]);
        inventory_join_network(guest, json_string_value(inventory->replies[REPLY_NETWORK]),
                               inventory->learned);
        add_all_busless(inventory, guest);
        inventory_tree_finish(guest);
    }
    finish(inventory, error);
}

/* Drives in the form of block nodes, which such a QEMU does not have, for those who look whether an
 * image is in use. (transfer full) */
static json_t *drives_as_nodes(const json_t *blocks)
{
    json_t *nodes = json_array();
    gsize i;
    json_t *block;
    json_array_foreach (blocks, i, block) {
        json_t *node = json_copy(json_object_get(block, "inserted"));
        if (!node)
            continue;
        json_object_set(node, "node-name", json_object_get(block, "device"));
        json_array_append_new(nodes, node);
    }
    return nodes;
}

/* A QEMU that has no QOM: the tree is what its replies say together. */
static void build_without_qom(Inventory *inventory)
{
    Guest *guest = inventory->guest;
    json_t **replies = inventory->replies;
    const char *network = json_string_value(replies[REPLY_NETWORK]);
    gboolean bare = !inventory_has_pci(guest->root);
    guest->can.slots = replies[REPLY_QTREE] != NULL;
    if (guest->complete && !guest->nodes)
        guest->nodes = drives_as_nodes(replies[REPLY_BLOCK]);
    (bare ? inventory_bare_pci : inventory_unlisted_pci)(guest->root, replies[REPLY_PCI]);
    inventory_places_forget_numbers(guest->root);
    guest_index(guest);
    inventory_join_pci(guest->root, replies[REPLY_PCI]);
    if (bare) {
        inventory_bare_drives(guest, replies[REPLY_BLOCK], inventory->learned);
        inventory_bare_usb(guest, json_string_value(replies[REPLY_USB]));
    } else {
        inventory_join_drives(guest, replies[REPLY_BLOCK]);
        inventory_floppy_drives(guest, replies[REPLY_BLOCK]);
    }
    inventory_join_network(guest, network, inventory->learned);
    inventory_tree_arrange(guest);
    inventory_places(guest);
    finish(inventory, NULL);
}

/* What QEMU can tell is known from now on. FALSE: it is to be asked something else. */
static gboolean learn_capabilities(Inventory *inventory)
{
    if (inventory->asked_can)
        return TRUE;
    inventory->asked_can = TRUE;
    inventory->can = capabilities_from_commands(inventory->replies[REPLY_COMMANDS]);
    return inventory->can.qom;
}

static void build(Inventory *inventory)
{
    const char *text = json_string_value(inventory->replies[REPLY_QTREE]);
    g_autoptr(GError) error = NULL;
    g_autoptr(QtreeBus) record =
        text || inventory->can.qom ? qtree_parse(text ? text : "", &error) : NULL;
    if (error) {
        finish(inventory, error);
        return;
    }
    inventory->guest = guest_new();
    inventory->guest->root =
        record ? inventory_tree_new(record) : bus_new("main-system-bus", "System");
    take_facts(inventory, inventory->guest);
    if (!inventory->can.qom) {
        build_without_qom(inventory);
        return;
    }
    paths_resolve(inventory->paths, inventory->guest->root, inventory->can.list_get,
                  inventory->replies[REPLY_PERIPHERAL], inventory->replies[REPLY_ANONYMOUS],
                  on_paths, inventory);
}

/* Without QOM there may be no `info qtree` either. */
static void conclude(Inventory *inventory)
{
    gboolean lost = inventory->error && monitor_error_is_connection(inventory->error);
    if (!lost && !learn_capabilities(inventory)) {
        clear_replies(inventory);
        start(inventory);
    } else if (inventory->error && (lost || inventory->can.qom)) {
        finish(inventory, inventory->error);
    } else {
        build(inventory);
    }
}

static void take_reply(Inventory *inventory, ReplyKind kind, json_t *result, const GError *error)
{
    inventory->replies[kind] = json_incref(result);
    if (error && monitor_error_is_connection(error)) {
        g_clear_error(&inventory->error);
        inventory->error = g_error_copy(error);
    } else if (error && kind == REPLY_QTREE && !inventory->error) {
        inventory->error = g_error_copy(error);
    }
    if (--inventory->waiting)
        return;
    conclude(inventory);
}

static void on_reply(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    const Slot *slot = data;
    take_reply(slot->inventory, slot - slot->inventory->slots, result, error);
}

static guint send_question(Inventory *inventory, ReplyKind kind)
{
    const char *command = questions[kind].command, *argument = questions[kind].argument;
    Slot *slot = &inventory->slots[kind];
    if (!command)
        return monitor_send_human_for(inventory->monitor, INVENTORY_PURPOSE, argument, on_reply,
                                      slot);
    return monitor_send_for(inventory->monitor, INVENTORY_PURPOSE, command,
                            argument ? json_loads(argument, 0, NULL) : NULL, on_reply, slot);
}

static gboolean is_asked(const Inventory *inventory, ReplyKind kind, InventoryDepth depth)
{
    if (kind == REPLY_COMMANDS)
        return !inventory->asked_can;
    if (kind == REPLY_USB)
        return !inventory->can.qom;
    return kind < REPLY_NODES || depth == INVENTORY_ALL;
}

/* Sends everything that the first wish needs; it all leaves in one write. */
static void start(Inventory *inventory)
{
    const Wish *wish = g_queue_peek_head(inventory->wishes);
    if (inventory->forgets) {
        paths_free(inventory->paths);
        inventory->paths = paths_new(inventory->monitor);
        inventory->asked_can = FALSE;
        inventory->can = capabilities_from_commands(NULL);
        inventory->forgets = FALSE;
    }
    inventory->waiting = 0;
    for (guint i = 0; i < REPLIES; i++)
        inventory->waiting += is_asked(inventory, i, wish->depth);
    for (guint i = 0; i < REPLIES; i++) {
        if (is_asked(inventory, i, wish->depth))
            inventory->slots[i].command = send_question(inventory, i);
    }
}

void inventory_read(Inventory *inventory, InventoryDepth depth, InventoryFn done, gpointer data)
{
    Wish *wish = g_new0(Wish, 1);
    wish->depth = depth;
    wish->done = done;
    wish->data = data;
    g_queue_push_tail(inventory->wishes, wish);
    if (g_queue_get_length(inventory->wishes) == 1)
        start(inventory);
}
