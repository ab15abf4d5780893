/* Free places of a bus, free ids and MACs. Which bus is chosen is allocate_bus.c. */
#include "engine/allocate.h"

#include <string.h>

#define PCI_SLOTS 32
#define ID_LONGEST 27 /* with "-fmt" after it a node name has QEMU's 31 characters */
#define OUI "52:54:00"

/* --- places ---------------------------------------------------------------------------------- */

static void add_place(GArray *places, const Bus *bus, const Address *address)
{
    if (allocate_occupant(bus, address) == NULL) {
        g_array_append_val(places, *address);
    }
}

/* Slot 0 of a conventional bridge is invalid for its standard hotplug controller, and a port has no
 * other slot than 0: a second device would be dead weight, or have both ejected. Inside a switch no
 * guest looks for what comes later. */
static void add_pci_places(GArray *places, const Bus *bus)
{
    const char *owner = bus->owner != NULL ? bus->owner->driver : "";
    gboolean port = bus_capacity(bus) == 1;
    gboolean bridge = g_str_has_suffix(owner, "pci-bridge");
    if (g_str_has_suffix(owner, "-upstream")) {
        return;
    }
    for (guint slot = bridge ? 1 : 0; slot < (port ? 1 : PCI_SLOTS); slot++) {
        Address address = { .type = ADDRESS_PCI, .pci.bus = bus->number, .pci.slot = slot };
        add_place(places, bus, &address);
    }
}

static void add_scsi_places(GArray *places, const Bus *bus)
{
    const Model *hba = bus->owner != NULL ? bus->owner->model : NULL;
    for (guint target = 0; hba != NULL && target < hba->targets; target++) {
        Address address = { .type = ADDRESS_DRIVE,
                            .drive.controller = bus->index,
                            .drive.target = target,
                            .drive.scsi = TRUE };
        if (target != hba->reserved) {
            add_place(places, bus, &address);
        }
    }
}

/* prefix: the port of the hub, with a dot, or "". */
static void add_ports(GArray *places, const Bus *bus, const char *prefix, guint count)
{
    for (guint port = 1; port <= count; port++) {
        Address address = { .type = ADDRESS_USB, .usb.bus = bus->index };
        int written = g_snprintf(address.usb.port, sizeof(address.usb.port), "%s%u", prefix, port);
        if (written < (int)sizeof(address.usb.port)) {
            add_place(places, bus, &address);
        }
    }
}

/* Those of the controller first, then those of its hubs: a hub's devices are on the same bus. */
static void add_usb_places(GArray *places, const Bus *bus)
{
    add_ports(places, bus, "", bus_capacity(bus));
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        if (device->kind == KIND_HUB && device->model != NULL &&
            device->address.type == ADDRESS_USB) {
            g_autofree char *prefix = g_strconcat(device->address.usb.port, ".", NULL);
            add_ports(places, bus, prefix, device->model->targets);
        }
    }
}

/* Port 0 is kept for a console. */
static void add_serial_places(GArray *places, const Bus *bus)
{
    for (guint port = 1; port < MAX(bus_capacity(bus), 1); port++) {
        Address address = { .type = ADDRESS_SERIAL,
                            .serial.controller = bus->index,
                            .serial.port = port };
        add_place(places, bus, &address);
    }
}

static void (*const place_adders[BUS_OTHER + 1])(GArray *, const Bus *) = {
    [BUS_PCI] = add_pci_places,
    [BUS_PCIE] = add_pci_places,
    [BUS_SCSI] = add_scsi_places,
    [BUS_USB] = add_usb_places,
    [BUS_VIRTIO_SERIAL] = add_serial_places,
};

GArray *allocate_vacant(const Bus *bus)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Address));
    if (bus->hotpluggable && place_adders[bus->family] != NULL) {
        place_adders[bus->family](places, bus);
    }
    return places;
}

static gboolean same_place(const Address *a, const Address *b)
{
    if (a->type != b->type) {
        return FALSE;
    }
    switch (a->type) {
    case ADDRESS_PCI:
        return a->pci.slot == b->pci.slot;
    case ADDRESS_DRIVE:
        return a->drive.bus == b->drive.bus && a->drive.target == b->drive.target &&
               a->drive.unit == b->drive.unit;
    case ADDRESS_USB:
        return strcmp(a->usb.port, b->usb.port) == 0;
    case ADDRESS_SERIAL:
        return a->serial.port == b->serial.port;
    case ADDRESS_NONE:
        break;
    }
    return FALSE;
}

Device *allocate_occupant(const Bus *bus, const Address *address)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        if (same_place(&device->address, address)) {
            return device;
        }
    }
    return NULL;
}

gboolean allocate_place(const Bus *bus, Address *address)
{
    g_autoptr(GArray) places = allocate_vacant(bus);
    if (places->len == 0) {
        return FALSE;
    }
    *address = g_array_index(places, Address, 0);
    return TRUE;
}

/* --- ids ------------------------------------------------------------------------------------- */

/* Some member of an array of objects has this value under the key. */
static gboolean array_has(json_t *array, const char *key, const char *value)
{
    gsize i;
    json_t *member;
    json_array_foreach (array, i, member) {
        if (g_strcmp0(json_string_value(json_object_get(member, key)), value) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean is_bus(const Guest *guest, const char *name)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    for (guint i = 0; i < buses->len; i++) {
        if (g_strcmp0(((const Bus *)buses->pdata[i])->name, name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* What has this name already, in words; NULL when it is free. (transfer full) */
static char *find_holder(const Guest *guest, const char *id)
{
    const Device *device = guest_find_id(guest, id);
    if (device != NULL) {
        g_autofree char *where = address_to_text(&device->address);
        return g_strdup_printf("the %s%s%s", device->driver, where[0] != '\0' ? " at " : "", where);
    }
    if (array_has(guest->nodes, "node-name", id)) {
        return g_strdup("a block node");
    }
    g_autofree char *node = g_strconcat(id, "-fmt", NULL);
    if (array_has(guest->nodes, "node-name", node)) {
        return g_strdup_printf("the block node %s", node);
    }
    if (guest_find_netdev(guest, id) != NULL) {
        return g_strdup("a netdev");
    }
    if (array_has(guest->chardevs, "label", id)) {
        return g_strdup("a character device");
    }
    if (array_has(guest->objects, "name", id)) {
        return g_strdup("an object");
    }
    return is_bus(guest, id) ? g_strdup("a bus") : NULL;
}

char *allocate_id(const Guest *guest, const char *stem)
{
    for (guint number = 0;; number++) {
        g_autofree char *id = g_strdup_printf("%s%u", stem, number);
        g_autofree char *holder = find_holder(guest, id);
        if (holder == NULL) {
            return g_steal_pointer(&id);
        }
    }
}

static gboolean check_form(const char *id, GError **error)
{
    gboolean good = g_ascii_isalpha(id[0]) && strlen(id) <= ID_LONGEST;
    for (const char *c = id; *c != '\0' && good; c++) {
        good = g_ascii_isalnum(*c) || strchr("._-", *c) != NULL;
    }
    if (!good) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "\"%s\" cannot be an id: a letter comes first, then letters, digits, \".\", "
                    "\"_\" and \"-\", at most %d characters",
                    id, ID_LONGEST);
    }
    return good;
}

gboolean allocate_check_id(const Guest *guest, const char *id, GError **error)
{
    if (!check_form(id, error)) {
        return FALSE;
    }
    g_autofree char *holder = find_holder(guest, id);
    if (holder == NULL) {
        return TRUE;
    }
    gsize stem_length = strlen(id);
    while (stem_length > 1 && g_ascii_isdigit(id[stem_length - 1])) {
        stem_length--;
    }
    g_autofree char *stem = g_strndup(id, stem_length);
    g_autofree char *free_id = allocate_id(guest, stem);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "id %s is in use by %s; %s is free", id,
                holder, free_id);
    return FALSE;
}

/* --- MACs ------------------------------------------------------------------------------------ */

Device *allocate_mac_holder(const Guest *guest, const char *mac)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        Device *device = guest->devices->pdata[i];
        if (device->nic != NULL && device->nic->mac != NULL &&
            g_ascii_strcasecmp(device->nic->mac, mac) == 0) {
            return device;
        }
    }
    return NULL;
}

/* The same sequence all through a run, so that a plan made again for the next key shows the same
 * MAC; another one in the next run, so that guests on one network differ. */
char *allocate_mac(const Guest *guest)
{
    static guint32 seed;
    while (seed == 0) {
        seed = g_random_int();
    }
    GRand *random = g_rand_new_with_seed(seed);
    char *mac = NULL;
    do {
        g_free(mac);
        guint32 bits = g_rand_int(random);
        mac = g_strdup_printf(OUI ":%02x:%02x:%02x", bits & 0xff, bits >> 8 & 0xff,
                              bits >> 16 & 0xff);
    } while (allocate_mac_holder(guest, mac) != NULL);
    g_rand_free(random);
    return mac;
}
