/* Random guests and the domain XML that describes them, with the truth which element is which
 * device. */
#ifndef BACKPLANE_TESTS_RANDOM_GUEST_H
#define BACKPLANE_TESTS_RANDOM_GUEST_H

#include "engine/guest.h"
#include "tests/unit/engine/domain_text.h"
#include "tests/unit/engine/plan_guest.h"

/* What the file says of its devices, as bits; what it leaves out is left to the matching. */
enum {
    SAY_ALIAS = 1 << 0,
    SAY_MAC = 1 << 1,
    SAY_FILE = 1 << 2,
    SAY_SERIAL = 1 << 3,
    SAY_ADDRESS = 1 << 4, /* static */
    SAY_STALE = 1 << 5,   /* a dynamic address that is some other one */
};

/* A device that both sides have, or one of them. */
typedef struct {
    Device *device; /* NULL: the guest has it no more */
    char *element;  /* NULL: the file does not have it */
    char *content;  /* the element without address and alias */
    gboolean is_controller;
    guint said; /* bits of what can tell it from others */
    guint id_number;
} Twin;

typedef struct {
    GRand *random;
    guint say, say_all; /* what some devices of the file say, and all of them */
    gboolean complete;  /* nothing removed or added */
    gboolean numbered;  /* the firmware ran */
    gboolean libvirt_ids;
    Guest *guest;
    Domain *domain;
    GPtrArray *twins;    /* (Twin) those of the file in its order, then the others */
    GPtrArray *removed;  /* (Device) */
    GHashTable *indexes; /* Bus -> index of the file */
    guint counts[8], ids[KIND_OTHER + 1], macs, files, serials, numbers;
} RandomPair;

static const struct {
    const char *driver, *element; /* %s: what else is in it */
    DeviceKind kind;
} random_cards[] = {
    { "e1000", "<interface type='user'><model type='e1000'/>%s</interface>", KIND_NIC },
    { "e1000", "<interface type='user'><model type='e1000'/>%s</interface>", KIND_NIC },
    { "rtl8139", "<interface type='user'><model type='rtl8139'/>%s</interface>", KIND_NIC },
    { "virtio-net-pci", "<interface type='bridge'><model type='virtio'/>%s</interface>", KIND_NIC },
    { "virtio-blk-pci", "<disk device='disk'><target dev='vd%c' bus='virtio'/>%s</disk>",
      KIND_DISK },
    { "virtio-blk-pci", "<disk device='disk'><target dev='vd%c' bus='virtio'/>%s</disk>",
      KIND_DISK },
    { "cirrus-vga", "<video><model type='cirrus'/>%s</video>", KIND_VIDEO },
    { "VGA", "<video><model type='vga'/>%s</video>", KIND_VIDEO },
    { "AC97", "<sound model='ac97'>%s</sound>", KIND_SOUND },
    { "ES1370", "<sound model='es1370'>%s</sound>", KIND_SOUND },
    { "i6300esb", "<watchdog model='i6300esb'>%s</watchdog>", KIND_WATCHDOG },
    { "virtio-balloon-pci", "<memballoon model='virtio'>%s</memballoon>", KIND_BALLOON },
    { "virtio-rng-pci", "<rng model='virtio'>%s</rng>", KIND_RNG },
};

static guint random_below(RandomPair *pair, guint limit)
{
    return (guint)g_rand_int_range(pair->random, 0, (gint32)limit);
}

static gboolean random_is(RandomPair *pair, guint percent)
{
    return random_below(pair, 100) < percent;
}

/* --- the guest ------------------------------------------------------------------------------- */

static void random_twin_free(gpointer data)
{
    Twin *twin = data;
    g_free(twin->element);
    g_free(twin->content);
    g_free(twin);
}

/* Ids as a person gives them, or those that libvirt counts up: of equal cards the order of both
 * sides then differs. */
static char *random_id(RandomPair *pair, DeviceKind kind)
{
    static const char *const stems[] = {
        [KIND_NIC] = "net", [KIND_SOUND] = "sound", [KIND_RNG] = "rng", [KIND_VIDEO] = "video"
    };
    if (!(pair->say_all & SAY_ALIAS) && random_is(pair, 30))
        return NULL;
    const char *stem = kind < G_N_ELEMENTS(stems) ? stems[kind] : NULL;
    if (pair->libvirt_ids && stem)
        return g_strdup_printf("%s%u", stem, pair->ids[kind]++);
    return g_strdup_printf("x%u", pair->numbers++);
}

static Twin *random_twin(RandomPair *pair, Device *device)
{
    Twin *twin = g_new0(Twin, 1);
    twin->device = device;
    g_ptr_array_add(pair->twins, twin);
    return twin;
}

static void random_drive(RandomPair *pair, Device *device)
{
    g_autofree char *serial = g_strdup_printf("S%u", pair->serials++);
    device->drive = g_new0(Drive, 1);
    /* Two drives may share an image. */
    device->drive->file = g_strdup_printf("/images/%u.img", random_is(pair, 5) ? 0 : ++pair->files);
    device->drive->inserted = TRUE;
    gboolean has_serial = random_is(pair, 50) || pair->say_all & SAY_SERIAL;
    add_property(device, "serial", has_serial ? serial : "");
}

static guint random_slot(const Bus *bus)
{
    guint slot = 1;
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        slot = MAX(slot, device->address.pci.slot + 1);
    }
    return slot;
}

static Device *random_function(RandomPair *pair, Bus *bus, const char *driver, const char *id)
{
    Device *device = add_pci(bus, random_slot(bus) + random_below(pair, 2), 0, driver, id);
    device->implicit = FALSE;
    device->pci = g_new0(PciFacts, 1);
    if (device->model) {
        device->pci->vendor = device->model->vendor;
        device->pci->device = device->model->device;
    }
    return device;
}

static void random_card(RandomPair *pair, Bus *bus)
{
    guint row = random_below(pair, G_N_ELEMENTS(random_cards));
    g_autofree char *id = random_id(pair, random_cards[row].kind);
    Device *device = random_function(pair, bus, random_cards[row].driver, id);
    Twin *twin = random_twin(pair, device);
    if (device->kind == KIND_NIC) {
        device->nic = g_new0(Nic, 1);
        gboolean shared = !(pair->say_all & SAY_MAC) && random_is(pair, 5);
        device->nic->mac = g_strdup_printf("52:54:00:00:00:%02X", shared ? 0 : ++pair->macs & 0xff);
    }
    if (device->kind == KIND_DISK)
        random_drive(pair, device);
    twin->element = g_strdup(random_cards[row].element);
}

/* A bus of the file with the next index of its kind. */
static Bus *random_controller(RandomPair *pair, Bus *bus, const char *driver, const char *type,
                              const char *model, const char *bus_type, guint kind)
{
    guint index = pair->counts[kind]++;
    g_autofree char *id = random_id(pair, KIND_CONTROLLER);
    Device *device = random_function(pair, bus, driver, id);
    Twin *twin = random_twin(pair, device);
    twin->is_controller = TRUE;
    twin->element = g_strdup_printf("<controller type='%s' index='%u' model='%s'>%%s</controller>",
                                    type, index, model);
    g_autofree char *name = g_strdup_printf("%s.0", id ? id : "anonymous");
    Bus *offered = offer_bus(device, name, bus_type, TRUE);
    g_hash_table_insert(pair->indexes, offered, GUINT_TO_POINTER(index));
    return offered;
}

static void random_scsi(RandomPair *pair, Bus *bus)
{
    Bus *scsi = random_controller(pair, bus, "lsi53c895a", "scsi", "lsilogic", "SCSI", 5);
    for (guint target = 0; target < 7; target++) {
        if (!random_is(pair, 40))
            continue;
        gboolean cdrom = random_is(pair, 25);
        g_autofree char *id = random_id(pair, KIND_DISK);
        Device *device = add_device(scsi, cdrom ? "scsi-cd" : "scsi-hd", id);
        device->implicit = FALSE;
        device->address =
            (Address){ .type = ADDRESS_DRIVE, .drive.target = target, .drive.scsi = TRUE };
        if (!cdrom)
            random_drive(pair, device);
        random_twin(pair, device)->element =
            g_strdup_printf("<disk device='%s'><target dev='sd%%c' bus='scsi'/>%%s</disk>",
                            cdrom ? "cdrom" : "disk");
    }
}

static void random_usb(RandomPair *pair, Bus *bus)
{
    static const struct {
        const char *driver, *type;
    } inputs[] = { { "usb-tablet", "tablet" },
                   { "usb-kbd", "keyboard" },
                   { "usb-mouse", "mouse" } };
    Bus *usb = random_controller(pair, bus, "qemu-xhci", "usb", "qemu-xhci", "usb-bus", 6);
    for (guint port = 1; port <= 4; port++) {
        guint row = random_below(pair, G_N_ELEMENTS(inputs));
        if (!random_is(pair, 40))
            continue;
        g_autofree char *id = random_id(pair, KIND_INPUT);
        Device *device = add_device(usb, inputs[row].driver, id);
        device->implicit = FALSE;
        device->address.type = ADDRESS_USB;
        g_snprintf(device->address.usb.port, sizeof device->address.usb.port, "%u", port);
        random_twin(pair, device)->element =
            g_strdup_printf("<input type='%s' bus='usb'>%%s</input>", inputs[row].type);
    }
}

static void random_bus(RandomPair *pair, Bus *bus, guint depth)
{
    guint cards = 1 + random_below(pair, depth ? 4 : 12);
    for (guint i = 0; i < cards; i++) {
        if (random_is(pair, 80)) {
            random_card(pair, bus);
        } else if (random_is(pair, 40)) {
            random_scsi(pair, bus);
        } else if (random_is(pair, 40)) {
            random_usb(pair, bus);
        } else if (depth < 3) {
            Bus *behind = random_controller(pair, bus, "pci-bridge", "pci", "pci-bridge", "PCI", 7);
            behind->number = pair->numbered ? (int)pair->counts[7] : PCI_BUS_UNKNOWN;
            random_bus(pair, behind, depth + 1);
        }
    }
}

/* --- the file -------------------------------------------------------------------------------- */

static guint random_index(const RandomPair *pair, const Device *device)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(pair->indexes, device->bus));
}

/* wrong: of another place of the same kind. */
static char *random_address(RandomPair *pair, const Device *device, gboolean is_static)
{
    const char *mode =
        is_static ? (random_is(pair, 50) ? "" : " mode='static'") : " mode='dynamic'";
    guint index = random_index(pair, device);
    guint number = is_static ? 0 : random_below(pair, 5);
    if (device->address.type == ADDRESS_PCI)
        return g_strdup_printf("<address type='pci'%s domain='0x0000' bus='0x%02x' slot='0x%02x' "
                               "function='0x0'/>",
                               mode, index, is_static ? device->address.pci.slot : number + 1);
    if (device->address.type == ADDRESS_DRIVE)
        return g_strdup_printf("<address type='drive'%s controller='%u' bus='0' unit='%u'/>", mode,
                               index, is_static ? device->address.drive.target : number);
    return g_strdup_printf("<address type='usb'%s bus='%u' port='%u'/>", mode, index,
                           is_static ? (guint)atoi(device->address.usb.port) : number + 1);
}

static gboolean random_says(RandomPair *pair, guint what)
{
    return pair->say_all & what || (pair->say & what && random_is(pair, 50));
}

static void random_facts(RandomPair *pair, Twin *twin, GString *text)
{
    const Device *device = twin->device;
    const char *serial = device_property(device, "serial");
    if (device->nic && random_says(pair, SAY_MAC)) {
        g_string_append_printf(text, "<mac address='%s'/>", device->nic->mac);
        twin->said |= SAY_MAC;
    }
    if (device->drive && random_says(pair, SAY_FILE)) {
        g_string_append_printf(text, "<source file='%s'/>", device->drive->file);
        twin->said |= SAY_FILE;
    }
    if (device->drive && *serial && random_says(pair, SAY_SERIAL)) {
        g_string_append_printf(text, "<serial>%s</serial>", serial);
        twin->said |= SAY_SERIAL;
    }
}

static char *random_fill(RandomPair *pair, const char *element, guint letter, const char *inner)
{
    g_auto(GStrv) parts = g_strsplit(element, "%c", 2);
    g_autofree char *letters = g_strdup_printf("%c%c", 'a' + letter / 26, 'a' + letter % 26);
    g_autofree char *named =
        parts[1] ? g_strconcat(parts[0], letters, parts[1], NULL) : g_strdup(element);
    g_auto(GStrv) around = g_strsplit(named, "%s", 2);
    return g_strconcat(around[0], inner, around[1], NULL);
}

static void random_element(RandomPair *pair, Twin *twin, guint letter)
{
    const Device *device = twin->device;
    g_autoptr(GString) inner = g_string_new(NULL);
    random_facts(pair, twin, inner);
    char *content = random_fill(pair, twin->element, letter, inner->str);
    if (device->id && random_says(pair, SAY_ALIAS)) {
        g_string_append_printf(inner, "<alias name='%s'/>", device->id);
        twin->said |= SAY_ALIAS;
    }
    gboolean is_static = random_says(pair, SAY_ADDRESS);
    if (is_static || random_says(pair, SAY_STALE)) {
        g_autofree char *address = random_address(pair, device, is_static);
        g_string_append(inner, address);
        twin->said |= is_static ? SAY_ADDRESS : 0;
    }
    char *element = random_fill(pair, twin->element, letter, inner->str);
    g_free(twin->element);
    twin->element = element;
    twin->content = content;
}

static void random_shuffle(RandomPair *pair)
{
    for (guint i = pair->twins->len; i > 1; i--) {
        guint other = random_below(pair, i);
        gpointer kept = pair->twins->pdata[i - 1];
        pair->twins->pdata[i - 1] = pair->twins->pdata[other];
        pair->twins->pdata[other] = kept;
    }
}

/* Takes some that carry nothing out of the guest, and leaves some out of the file. */
static void random_part(RandomPair *pair)
{
    for (guint i = 0; i < pair->twins->len && !pair->complete; i++) {
        Twin *twin = pair->twins->pdata[i];
        Device *device = twin->device;
        if (!twin->is_controller && random_is(pair, 10)) {
            guint place;
            g_ptr_array_find(device->bus->devices, device, &place);
            g_ptr_array_add(pair->removed, g_ptr_array_steal_index(device->bus->devices, place));
            twin->device = NULL;
        } else if (!twin->is_controller && random_is(pair, 10)) {
            g_clear_pointer(&twin->element, g_free);
        }
    }
}

static int random_in_file(gconstpointer a, gconstpointer b)
{
    const Twin *first = *(Twin *const *)a, *second = *(Twin *const *)b;
    return !first->element - !second->element;
}

static RandomPair *random_pair_new(guint32 seed, guint say, guint say_all, gboolean complete)
{
    RandomPair *pair = g_new0(RandomPair, 1);
    pair->random = g_rand_new_with_seed(seed);
    pair->say = say;
    pair->say_all = say_all;
    pair->complete = complete;
    pair->numbered = random_is(pair, 50);
    pair->libvirt_ids = random_is(pair, 50);
    pair->twins = g_ptr_array_new_with_free_func(random_twin_free);
    pair->removed = g_ptr_array_new_with_free_func((GDestroyNotify)device_free);
    pair->indexes = g_hash_table_new(NULL, NULL);
    pair->guest = new_guest("pc-i440fx-7.2");
    Bus *root =
        offer_bus(add_device(pair->guest->root, "i440FX-pcihost", NULL), "pci.0", "PCI", TRUE);
    root->number = 0;
    pair->counts[7] = 1;
    g_hash_table_insert(pair->indexes, root, GUINT_TO_POINTER(0));
    add_pci(root, 0, 0, "i440FX", NULL)->implicit = TRUE;
    random_bus(pair, root, 0);
    random_shuffle(pair);
    for (guint i = 0; i < pair->twins->len; i++)
        random_element(pair, pair->twins->pdata[i], i);
    random_part(pair);
    guest_index(pair->guest);
    g_ptr_array_sort(pair->twins, random_in_file);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < pair->twins->len; i++) {
        const Twin *twin = pair->twins->pdata[i];
        g_string_append_printf(text, "%s\n", twin->element ? twin->element : "");
    }
    pair->domain = domain_of("pc", text->str);
    return pair;
}

static void random_pair_free(RandomPair *pair)
{
    g_rand_free(pair->random);
    guest_unref(pair->guest);
    domain_unref(pair->domain);
    g_ptr_array_unref(pair->twins);
    g_ptr_array_unref(pair->removed);
    g_hash_table_unref(pair->indexes);
    g_free(pair);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RandomPair, random_pair_free)

#endif
