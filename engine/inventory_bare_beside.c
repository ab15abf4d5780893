/* NICs and USB devices of a QEMU that lists them, and does not say which card or port they are. */
#include <stdio.h>
#include <string.h>

#include "engine/inventory_bare.h"

/* --- NICs ------------------------------------------------------------------------------------ */

/* "model=e1000,macaddr=52:54:..." -> the value of one of them. (transfer full) */
static char *detail(const Netdev *client, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(client->details ? client->details : "", ",", -1);
    gsize length = strlen(key);
    for (char **part = parts; *part; part++) {
        if (strncmp(*part, key, length) == 0 && (*part)[length] == '=')
            return g_strdup(*part + length + 1);
    }
    return NULL;
}

static gboolean is_nic_card(const Device *device)
{
    return device->pci && !device->nic && device->pci->class_code == 0x0200;
}

/* NULL for a line without a model, as 0.11 prints it for a pcnet, and for one we do not know. */
static const Model *model_of(const Netdev *client)
{
    g_autofree char *name = detail(client, "model");
    return !name                         ? NULL
           : strcmp(name, "virtio") == 0 ? model_find("virtio-net-pci")
                                         : model_find(name);
}

static gboolean is_of_model(const Device *device, const Model *model)
{
    return is_nic_card(device) && model && model->vendor == device->pci->vendor &&
           model->device == device->pci->device;
}

static gboolean same_ids(const Device *a, const Device *b)
{
    return is_nic_card(a) && a->pci->vendor == b->pci->vendor && a->pci->device == b->pci->device;
}

/* Every line that says its model has a card of that model; others can be what is left of it. */
static gboolean is_left(const Guest *guest, const GPtrArray *lines, const Device *card)
{
    guint cards = 0, taken = 0;
    for (guint i = 0; i < guest->devices->len; i++)
        cards += same_ids(guest->devices->pdata[i], card);
    for (guint i = 0; i < lines->len; i++)
        taken += is_of_model(card, model_of(lines->pdata[i]));
    return cards > taken;
}

static gboolean can_be(const Guest *guest, const GPtrArray *lines, const Netdev *client,
                       const Device *device)
{
    g_autofree char *name = detail(client, "model");
    return name ? is_of_model(device, model_of(client))
                : is_nic_card(device) && is_left(guest, lines, device);
}

/* The card that the line alone can mean, and no other line can. */
static Device *only_card(const Guest *guest, const GPtrArray *lines, const Netdev *client)
{
    Device *card = NULL;
    guint cards = 0, others = 0;
    for (guint i = 0; i < guest->devices->len; i++) {
        if (can_be(guest, lines, client, guest->devices->pdata[i])) {
            card = guest->devices->pdata[i];
            cards++;
        }
    }
    for (guint i = 0; cards == 1 && i < lines->len; i++)
        others += lines->pdata[i] != client && can_be(guest, lines, lines->pdata[i], card);
    return cards == 1 && !others ? card : NULL;
}

static void give(const Netdev *client, Device *device)
{
    device->nic = g_new0(Nic, 1);
    device->nic->mac = detail(client, "macaddr");
    device->nic->netdev = g_strdup(client->peer);
    device->nic->link = -1;
    if (!device->id)
        device->id = g_strdup(client->id);
}

/* (transfer container) (Netdev) */
static GPtrArray *nic_lines(const Guest *guest)
{
    GPtrArray *lines = g_ptr_array_new();
    for (guint i = 0; i < guest->netdevs->len; i++) {
        Netdev *client = guest->netdevs->pdata[i];
        if (strcmp(client->type, "nic") == 0)
            g_ptr_array_add(lines, client);
    }
    return lines;
}

/* The card that we plugged under this name, while one of its model is there. */
static Device *learned_card(const Guest *guest, GHashTable *learned, const Netdev *client)
{
    g_autofree char *key = g_strconcat("nic ", client->id, NULL);
    const char *address = g_hash_table_lookup(learned, key);
    for (guint i = 0; address && i < guest->devices->len; i++) {
        Device *device = guest->devices->pdata[i];
        g_autofree char *place = address_to_text(&device->address);
        if (strcmp(place, address) == 0 && is_of_model(device, model_of(client)))
            return device;
    }
    return NULL;
}

static void give_learned(const Guest *guest, GHashTable *learned, GPtrArray *lines)
{
    for (guint i = lines->len; i-- > 0;) {
        Device *card = learned_card(guest, learned, lines->pdata[i]);
        if (!card)
            continue;
        give(lines->pdata[i], card);
        g_ptr_array_remove_index(lines, i);
    }
}

/* Each that is certain leaves fewer for the others. */
void inventory_bare_nics(Guest *guest, GHashTable *learned)
{
    g_autoptr(GPtrArray) lines = nic_lines(guest);
    give_learned(guest, learned, lines);
    for (guint i = 0; i < lines->len;) {
        Device *card = only_card(guest, lines, lines->pdata[i]);
        if (!card) {
            i++;
            continue;
        }
        give(lines->pdata[i], card);
        g_ptr_array_remove_index(lines, i);
        i = 0;
    }
}

/* --- USB devices ----------------------------------------------------------------------------- */

/* The value after `key` up to the next comma; NULL where there is none. (transfer full) */
static char *value_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    at = at ? at + strlen(key) : NULL;
    return at ? g_strndup(at, strcspn(at, ",")) : NULL;
}

/* "QEMU USB MSD(raw.img)" is a QEMU USB MSD. (transfer full) */
static char *product_kind(const char *product)
{
    return g_strndup(product, strcspn(product, "("));
}

/* "Device 0.2, Port 1, Speed 12 Mb/s, Product QEMU USB Tablet"; the port only since 0.13. */
static Device *usb_device(const char *line)
{
    const char *product = strstr(line, ", Product ");
    if (!product)
        return NULL;
    g_autofree char *before = g_strndup(line, product - line);
    g_autofree char *speed = value_of(before, "Speed ");
    g_autofree char *port = value_of(before, "Port ");
    product += strlen(", Product ");
    g_autofree char *kind = product_kind(product);
    const Model *model = model_find_usb(kind);
    Device *device = device_new(model ? model->driver : "");
    if (!model) {
        g_free(device->words);
        device->words = g_strdup(product);
        device->kind = KIND_USB;
    }
    device->usb_address = value_of(before, "Device ");
    device->attached = g_strdup_printf("name %s, speed %s", product, speed ? speed : "?");
    if (port) {
        device->address.type = ADDRESS_USB;
        g_strlcpy(device->address.usb.port, port, sizeof device->address.usb.port);
    }
    return device;
}

static Bus *only_usb_bus(const Guest *guest)
{
    g_autoptr(GPtrArray) all = guest_buses(guest);
    Bus *found = NULL;
    for (guint i = 0; i < all->len; i++) {
        Bus *bus = all->pdata[i];
        if (bus->family != BUS_USB)
            continue;
        if (found)
            return NULL;
        found = bus;
    }
    return found;
}

void inventory_bare_usb(Guest *guest, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    Bus *bus = only_usb_bus(guest);
    for (char **line = lines; *line; line++) {
        Device *device = strstr(*line, "Device ") ? usb_device(g_strchomp(*line)) : NULL;
        if (device) {
            device->bus = bus;
            g_ptr_array_add(bus ? bus->devices : guest->memory_devices, device);
        }
    }
    guest_index(guest);
}
