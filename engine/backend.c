/* What is behind devices that leave: block nodes and netdevs go after them, -drive back ends with
 * them; and the commands that would make each of them again. */
#include "engine/detach.h"
#include "engine/json_find.h"

#include <string.h>

static gboolean is_generated(const char *name)
{
    return name[0] == '#';
}

/* --- block nodes as QEMU tells them ---------------------------------------------------------- */

static const char *member(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The entry of the block graph: by name for a node, by number for anything. */
static json_t *find_vertex(const Guest *guest, const char *name, json_int_t id)
{
    gsize i;
    json_t *vertex;
    json_array_foreach (json_object_get(guest->graph, "nodes"), i, vertex) {
        gboolean found = name != NULL ? g_strcmp0(member(vertex, "name"), name) == 0 &&
                                            g_strcmp0(member(vertex, "type"), "block-driver") == 0
                                      : json_integer_value(json_object_get(vertex, "id")) == id;
        if (found) {
            return vertex;
        }
    }
    return NULL;
}

static json_int_t number(json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static gboolean is_plain_protocol(const char *driver)
{
    static const char *const drivers[] = { "file", "host_device", "host_cdrom", NULL };
    return driver != NULL && g_strv_contains(drivers, driver);
}

static gboolean is_format(const char *driver)
{
    static const char *const drivers[] = { "raw",   "qcow", "qcow2", "qed",       "vmdk",
                                           "vdi",   "vhdx", "vpc",   "parallels", "bochs",
                                           "cloop", "dmg",  NULL };
    return driver != NULL && g_strv_contains(drivers, driver);
}

/* Where QEMU has no graph (before 3.1, and in the human monitor): the one node that has the file
 * of this format node open as a file; NULL where there are several. */
static const char *file_of_format(const Guest *guest, const char *name)
{
    json_t *node = json_find(guest->nodes, "node-name", name);
    const char *file = is_format(member(node, "drv")) ? member(node, "file") : NULL;
    const char *found = NULL;
    gsize i;
    json_t *other;
    json_array_foreach (guest->nodes, i, other) {
        if (file != NULL && is_plain_protocol(member(other, "drv")) &&
            g_strcmp0(member(other, "file"), file) == 0) {
            if (found != NULL) {
                return NULL;
            }
            found = member(other, "node-name");
        }
    }
    return found;
}

/* Name of the child that the node has under this role ("file", "backing"); NULL for none. */
static const char *child_name(const Guest *guest, const char *node, const char *role)
{
    if (guest->graph == NULL && strcmp(role, "file") == 0) {
        return file_of_format(guest, node);
    }
    json_t *vertex = find_vertex(guest, node, 0);
    gsize i;
    json_t *edge;
    json_array_foreach (json_object_get(guest->graph, "edges"), i, edge) {
        if (vertex != NULL && number(edge, "parent") == number(vertex, "id") &&
            g_strcmp0(member(edge, "name"), role) == 0) {
            return member(find_vertex(guest, NULL, number(edge, "child")), "name");
        }
    }
    return NULL;
}

/* --- making a node again --------------------------------------------------------------------- */

static void put_common(json_t *options, json_t *node)
{
    const char *zeroes = member(node, "detect_zeroes");
    json_t *cache = json_object_get(node, "cache");
    gboolean direct = json_is_true(json_object_get(cache, "direct"));
    gboolean no_flush = json_is_true(json_object_get(cache, "no-flush"));
    if (json_is_true(json_object_get(node, "ro"))) {
        json_object_set_new(options, "read-only", json_true());
    }
    if (zeroes != NULL && strcmp(zeroes, "off") != 0) {
        json_object_set_new(options, "detect-zeroes", json_string(zeroes));
    }
    if (direct || no_flush) {
        json_object_set_new(options, "cache",
                            json_pack("{s:b, s:b}", "direct", direct, "no-flush", no_flush));
    }
}

/* The driver of the layer under a node: its child in the graph, else the node of the same file. */
static const char *file_driver(const Guest *guest, const char *name, const char *file)
{
    json_t *child = json_find(guest->nodes, "node-name", child_name(guest, name, "file"));
    if (child != NULL) {
        return member(child, "drv");
    }
    gsize i;
    json_t *node;
    json_array_foreach (guest->nodes, i, node) {
        if (is_plain_protocol(member(node, "drv")) && g_strcmp0(member(node, "file"), file) == 0) {
            return member(node, "drv");
        }
    }
    return "file";
}

/* The layer under a format node: a named node of its own, or a file. NULL: too little is known. */
static json_t *remake_file(const Guest *guest, const char *name, const char *file)
{
    const char *child = child_name(guest, name, "file");
    if (child != NULL && !is_generated(child)) {
        return json_string(child);
    }
    const char *driver = file_driver(guest, name, file);
    return is_plain_protocol(driver) ? json_pack("{s:s, s:s}", "driver", driver, "filename", file)
                                     : NULL;
}

/* QEMU writes the options of what no plain name can say as json:{...}. */
static json_t *remake_from_json(const char *file)
{
    json_t *options = json_loads(file + strlen("json:"), 0, NULL);
    if (!json_is_object(options)) {
        json_decref(options);
        return NULL;
    }
    return options;
}

static json_t *remake_options(const Guest *guest, const char *name, json_t *node)
{
    const char *driver = member(node, "drv");
    const char *file = member(node, "file");
    if (file == NULL) {
        return NULL;
    }
    if (g_str_has_prefix(file, "json:")) {
        return remake_from_json(file);
    }
    if (is_plain_protocol(driver)) {
        return json_pack("{s:s, s:s}", "driver", driver, "filename", file);
    }
    json_t *under = is_format(driver) ? remake_file(guest, name, file) : NULL;
    return under != NULL ? json_pack("{s:s, s:o}", "driver", driver, "file", under) : NULL;
}

json_t *backend_remake_node(const Guest *guest, const char *name, const char *as)
{
    json_t *node = json_find(guest->nodes, "node-name", name);
    json_t *options = node != NULL ? remake_options(guest, name, node) : NULL;
    if (options == NULL) {
        return NULL;
    }
    const char *backing = child_name(guest, name, "backing");
    if (backing != NULL && !is_generated(backing)) {
        json_object_set_new(options, "backing", json_string(backing));
    }
    put_common(options, node);
    json_t *named = json_pack("{s:s}", "node-name", as != NULL ? as : name);
    json_object_update(named, options);
    json_decref(options);
    return named;
}

gboolean backend_node_dies(const Drive *drive)
{
    if (drive->node == NULL || is_generated(drive->node)) {
        return TRUE;
    }
    return drive->backend != NULL && strstr(drive->node, MEDIUM_NEW) == NULL &&
           strstr(drive->node, MEDIUM_OLD) == NULL;
}

char *backend_drive_node(Detach *detach, const Device *device)
{
    const Drive *drive = device->drive;
    if (drive == NULL || drive->backend == NULL || !drive->inserted || drive->node == NULL) {
        return NULL;
    }
    return is_generated(drive->node) ? g_strconcat(replug_id(detach, device), "-fmt", NULL)
                                     : g_strdup(drive->node);
}

/* --- making a netdev again ------------------------------------------------------------------- */

/* "net=10.0.2.0,restrict=off" -> the value of a key; (transfer full) */
static char *detail(const char *details, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(details != NULL ? details : "", ",", 0);
    gsize length = strlen(key);
    for (char **part = parts; *part != NULL; part++) {
        if (strncmp(*part, key, length) == 0 && (*part)[length] == '=') {
            return g_strdup(*part + length + 1);
        }
    }
    return NULL;
}

/* What `info network` tells of each type, by our key for it and by QEMU's. */
static const struct {
    const char *type, *shown, *key;
    gboolean needed; /* without it there is no way back */
} net_details[] = {
    { "tap", "ifname", "ifname", TRUE },          { "tap", "script", "script", FALSE },
    { "tap", "downscript", "downscript", FALSE }, { "bridge", "br", "br", TRUE },
    { "bridge", "helper", "helper", FALSE },
};

/* Networks of user mode other than QEMU's own are told without their mask. */
static gboolean put_user(json_t *arguments, const Netdev *netdev)
{
    g_autofree char *net = detail(netdev->details, "net");
    g_autofree char *restricted = detail(netdev->details, "restrict");
    if (g_strcmp0(net, "10.0.2.0") != 0) {
        return FALSE;
    }
    if (g_strcmp0(restricted, "on") == 0) {
        json_object_set_new(arguments, "restrict", json_true());
    }
    return TRUE;
}

static gboolean put_net_details(json_t *arguments, const Netdev *netdev)
{
    gboolean known = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(net_details); i++) {
        if (strcmp(net_details[i].type, netdev->type) != 0) {
            continue;
        }
        g_autofree char *value = detail(netdev->details, net_details[i].shown);
        if (value != NULL) {
            json_object_set_new(arguments, net_details[i].key, json_string(value));
        } else if (net_details[i].needed) {
            return FALSE;
        }
        known = TRUE;
    }
    return known;
}

json_t *backend_remake_netdev(const Netdev *netdev)
{
    if (netdev->type == NULL) {
        return NULL;
    }
    json_t *arguments = json_pack("{s:s, s:s}", "type", netdev->type, "id", netdev->id);
    gboolean user = strcmp(netdev->type, "user") == 0;
    if (user ? put_user(arguments, netdev) : put_net_details(arguments, netdev)) {
        return arguments;
    }
    json_decref(arguments);
    return NULL;
}

/* --- removing block nodes -------------------------------------------------------------------- */

/* Devices that leave and use this node. */
static guint count_leaving_users(const Detach *detach, const char *node)
{
    guint count = 0;
    for (guint i = 0; i < detach->leaving->len; i++) {
        const Device *device = detach->leaving->pdata[i];
        count += device->drive != NULL && g_strcmp0(device->drive->node, node) == 0;
    }
    return count;
}

/* Somebody who stays uses the node as well: another device, a job, an export, another node.
 * removed: names of nodes that go before. */
static gboolean is_shared(const Detach *detach, const char *name, GPtrArray *removed)
{
    json_t *vertex = find_vertex(detach->guest, name, 0);
    guint backends = 0;
    gsize i;
    json_t *edge;
    json_array_foreach (json_object_get(detach->guest->graph, "edges"), i, edge) {
        if (vertex == NULL || number(edge, "child") != number(vertex, "id")) {
            continue;
        }
        json_t *parent = find_vertex(detach->guest, NULL, number(edge, "parent"));
        const char *type = member(parent, "type");
        if (g_strcmp0(type, "block-backend") == 0) {
            backends++;
        } else if (!g_ptr_array_find_with_equal_func(removed, member(parent, "name"), g_str_equal,
                                                     NULL)) {
            return TRUE;
        }
    }
    return backends > count_leaving_users(detach, name);
}

static void add_node_step(Detach *detach, const char *name)
{
    g_autofree char *words = g_strconcat("block node ", name, NULL);
    json_t *again = backend_remake_node(detach->guest, name, NULL);
    plan_add(detach->plan, words,
             action_new("blockdev-del", json_pack("{s:s}", "node-name", name), NULL),
             again != NULL ? action_new("blockdev-add", again, NULL) : NULL);
    if (again == NULL) {
        plan_add_check(detach->plan, TRUE, NULL,
                       "QEMU does not tell how the block node %s was made: no undo", name);
    }
}

/* The node and those of its children that somebody named, nobody else uses, and that stay open when
 * it goes. */
static void remove_node(Detach *detach, const char *name, GPtrArray *removed)
{
    static const char *const roles[] = { "file", "backing" };
    if (g_ptr_array_find_with_equal_func(removed, name, g_str_equal, NULL)) {
        return;
    }
    if (is_shared(detach, name, removed)) {
        plan_add_check(detach->plan, TRUE, "x-debug-query-block-graph",
                       "the block node %s stays: something else uses it", name);
        return;
    }
    if (!is_generated(name)) {
        add_node_step(detach, name);
    }
    g_ptr_array_add(removed, (gpointer)name);
    for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
        const char *child = child_name(detach->guest, name, roles[i]);
        if (child != NULL) {
            remove_node(detach, child, removed);
        }
    }
}

void backend_remove_node(Detach *detach, const char *name)
{
    g_autoptr(GPtrArray) removed = g_ptr_array_new();
    remove_node(detach, name, removed);
}

static void remove_drive(Detach *detach, const Device *device, GPtrArray *removed)
{
    const Drive *drive = device->drive;
    if (drive == NULL || drive->node == NULL || !drive->inserted) {
        return;
    }
    if (drive->file != NULL) {
        plan_add_check(detach->plan, FALSE, "query-block", "the file %s is closed, and stays",
                       drive->file);
    }
    if (!backend_node_dies(drive)) {
        remove_node(detach, drive->node, removed);
    }
}

/* --- removing netdevs ------------------------------------------------------------------------ */

/* Why it must not be removed together with its NIC; NULL for no reason. A NIC whose netdev was
 * removed keeps showing it, and the name may have been given away since. */
static const char *netdev_objection(const Guest *guest, const Netdev *netdev)
{
    if (is_generated(netdev->id) || g_strcmp0(netdev->type, "hubport") == 0) {
        return "the guest was started with it";
    }
    for (guint i = 0; i < guest->netdevs->len; i++) {
        const Netdev *other = guest->netdevs->pdata[i];
        if (other != netdev && g_strcmp0(other->id, netdev->id) == 0) {
            return "there are two of that name, one of which was removed under its NIC, and QEMU "
                   "does not tell which";
        }
    }
    return NULL;
}

static void add_netdev_step(Detach *detach, const Netdev *netdev)
{
    const char *id = netdev->id;
    g_autofree char *words = g_strconcat("netdev ", id, NULL);
    json_t *again = backend_remake_netdev(netdev);
    plan_add(detach->plan, words, action_new("netdev_del", json_pack("{s:s}", "id", id), NULL),
             again != NULL ? action_new("netdev_add", again, NULL) : NULL);
    if (again == NULL) {
        plan_add_check(detach->plan, TRUE, "info network",
                       "QEMU does not tell how the netdev %s was made: no undo", id);
    } else if (strcmp(netdev->type, "user") == 0) {
        plan_add_check(detach->plan, TRUE, "info network",
                       "port forwardings of %s, if it has any, do not come back with an undo", id);
    }
}

/* These remove the character device that they use when they go (7.2 and 10.0). */
static const char *const chardev_eaters[] = { "usb-redir", "usb-braille", "ccid-card-passthru",
                                              NULL };

static void tell_of_others(Detach *detach, const Device *device)
{
    static const struct {
        const char *property, *noun;
    } others[] = { { "chardev", "character device" }, { "rng", "object" }, { "memdev", "object" } };
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        const char *name = device_property(device, others[i].property);
        if (name == NULL || name[0] == '\0' ||
            (name[0] == '/' && !g_str_has_prefix(name, "/objects/"))) {
            continue;
        }
        gboolean eaten = i == 0 && g_strv_contains(chardev_eaters, device->driver);
        plan_add_check(detach->plan, eaten, NULL, "the %s %s %s", others[i].noun, name,
                       eaten ? "goes with it: QEMU removes it" : "stays");
    }
}

static void remove_netdev(Detach *detach, const Device *device)
{
    const char *id = device->nic != NULL ? device->nic->netdev : NULL;
    const Netdev *netdev = id != NULL ? guest_find_netdev(detach->guest, id) : NULL;
    const char *objection = netdev != NULL ? netdev_objection(detach->guest, netdev) : NULL;
    if (objection != NULL) {
        plan_add_check(detach->plan, TRUE, "info network", "the back end %s stays: %s", id,
                       objection);
    } else if (netdev != NULL) {
        add_netdev_step(detach, netdev);
    }
}

void backend_add_steps(Detach *detach)
{
    g_autoptr(GPtrArray) removed = g_ptr_array_new();
    for (guint i = 0; i < detach->leaving->len; i++) {
        const Device *device = detach->leaving->pdata[i];
        remove_drive(detach, device, removed);
        remove_netdev(detach, device);
        tell_of_others(detach, device);
    }
}

/* --- back ends that outlived their device ---------------------------------------------------- */

/* The names that attach gives, behind the device's id. */
static const struct {
    const char *command, *key, *suffix;
} own_names[] = {
    { "blockdev-del", "node-name", "-fmt" }, { "netdev_del", "id", "-user" },
    { "netdev_del", "id", "-tap" },          { "netdev_del", "id", "-bridge" },
    { "netdev_del", "id", "-socket" },
};

gboolean hotplug_is_own_back_end(const Action *action, const char *id)
{
    for (gsize i = 0; i < G_N_ELEMENTS(own_names); i++) {
        g_autofree char *name = g_strconcat(id, own_names[i].suffix, NULL);
        if (strcmp(action->command, own_names[i].command) == 0 &&
            g_strcmp0(member(action->arguments, own_names[i].key), name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static void remove_orphan(Detach *detach, const char *name)
{
    g_autoptr(GPtrArray) removed = g_ptr_array_new();
    const Netdev *netdev = guest_find_netdev(detach->guest, name);
    json_t *node = json_find(detach->guest->nodes, "node-name", name);
    if (netdev != NULL && netdev->peer == NULL) {
        add_netdev_step(detach, netdev);
    }
    if (node != NULL) {
        remove_node(detach, member(node, "node-name"), removed);
    }
}

Plan *hotplug_plan_orphans(const HotplugFacts *facts, const char *id)
{
    if (facts->guest->can.pci_add) {
        return NULL; /* there, back ends go with their devices, or have no name of their own */
    }
    g_autofree char *title = g_strdup_printf("detach the back ends of %s", id);
    g_autoptr(Plan) plan = plan_new(PLAN_DETACH, title);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    Detach detach = { .facts = facts, .guest = facts->guest, .plan = plan, .leaving = none };
    plan_add_check(plan, FALSE, "info qtree", "%s itself has left", id);
    for (gsize i = 0; i < G_N_ELEMENTS(own_names); i++) {
        g_autofree char *name = g_strconcat(id, own_names[i].suffix, NULL);
        remove_orphan(&detach, name);
    }
    return plan->steps->len > 0 ? g_steal_pointer(&plan) : NULL;
}
