/* How long matching takes, by the number of devices and by what tells them apart: a line for each
 * kind of evidence, its name and the milliseconds for 1,000 and for 10,000 devices against as many,
 * parted by tabs. Each is the best of several rounds. */
#include <malloc.h>
#include <stdio.h>
#include <time.h>

#include "engine/match.h"

#define DEVICES 50000 /* of one round */
#define ROUNDS 25
#define PER_BUS 30

/* What is in the guest and in the file, number i of all. */
typedef struct {
    const char *name;
    const char *driver;
    gboolean disk;
    void (*describe)(GString *file, Device *device, guint i);
} Kind;

/* --- the two sides ---------------------------------------------------------------------------- */

static void describe_id(GString *file, Device *device, guint i)
{
    device->id = g_strdup_printf("id%u", i);
    g_string_append_printf(file, "<rng model='virtio'><alias name='id%u'/></rng>\n", i);
}

static void describe_mac(GString *file, Device *device, guint i)
{
    device->nic = g_new0(Nic, 1);
    device->nic->mac = g_strdup_printf("52:54:00:%02x:%02x:%02x", i >> 16, i >> 8 & 0xff, i & 0xff);
    g_string_append_printf(file,
                           "<interface><mac address='%s'/><model type='e1000'/></interface>\n",
                           device->nic->mac);
}

static void describe_file(GString *file, Device *device, guint i)
{
    device->drive = g_new0(Drive, 1);
    device->drive->file = g_strdup_printf("/images/%u.img", i);
    g_string_append_printf(file,
                           "<disk><source file='/images/%u.img'/><target dev='sda'/></disk>\n", i);
}

/* Whether one can be another is known only when all are counted. */
static void describe_model(GString *file, Device *device, guint i)
{
    g_string_append(file, "<interface><model type='e1000'/></interface>\n");
}

static void describe_address(GString *file, Device *device, guint i)
{
    g_string_append_printf(
        file, "<disk><target dev='sda'/><address controller='%u' target='%u'/></disk>\n",
        i / PER_BUS, i % PER_BUS);
}

static const Kind kinds[] = {
    { "id", "virtio-rng-pci", FALSE, describe_id },
    { "MAC", "e1000", FALSE, describe_mac },
    { "image file", "scsi-hd", TRUE, describe_file },
    { "address", "scsi-hd", TRUE, describe_address },
    { "model", "e1000", FALSE, describe_model },
};

static Bus *offer(Device *owner, const char *type)
{
    Bus *bus = bus_new("bus", type);
    bus->owner = owner;
    g_ptr_array_add(owner->buses, bus);
    return bus;
}

static Device *put(Bus *bus, const char *driver, guint place)
{
    Device *device = device_new(driver);
    device->path = g_strdup_printf("/machine/peripheral-anon/%u", place);
    device->bus = bus;
    device->address.type = bus->family == BUS_SCSI ? ADDRESS_DRIVE : ADDRESS_PCI;
    if (bus->family == BUS_SCSI) {
        device->address.drive.target = place;
        device->address.drive.scsi = TRUE;
    } else {
        device->address.pci.slot = place;
    }
    g_ptr_array_add(bus->devices, device);
    return device;
}

/* A bridge or an adapter for each PER_BUS devices, which the file has as well. */
static Bus *put_bus(Bus *root, GString *file, gboolean disk, guint index)
{
    Device *owner = put(root, disk ? "virtio-scsi-pci" : "pci-bridge", index);
    owner->id = g_strdup_printf("b%u", index);
    g_string_append_printf(file,
                           "<controller type='%s' index='%u' model='%s'><alias name='b%u'/>"
                           "</controller>\n",
                           disk ? "scsi" : "pci", disk ? index : index + 1,
                           disk ? "virtio-scsi" : "pci-bridge", index);
    return offer(owner, disk ? "SCSI" : "PCI");
}

static Guest *make_guest(const Kind *kind, guint count, GString *file)
{
    Guest *guest = guest_new();
    guest->root = bus_new("main-system-bus", "System");
    Bus *root = offer(put(guest->root, "i440FX-pcihost", 0), "PCI");
    Bus *bus = NULL;
    for (guint i = 0; i < count; i++) {
        if (i % PER_BUS == 0)
            bus = put_bus(root, file, kind->disk, i / PER_BUS);
        kind->describe(file, put(bus, kind->driver, i % PER_BUS), i);
    }
    guest_index(guest);
    return guest;
}

static Domain *make_domain(GString *file)
{
    g_autoptr(GError) error = NULL;
    g_string_prepend(file, "<domain type='kvm'><os><type machine='pc'>hvm</type></os><devices>\n");
    g_string_append(file, "</devices></domain>\n");
    g_autoptr(GBytes) bytes = g_bytes_new(file->str, file->len);
    Domain *domain = domain_parse("bench.xml", bytes, &error);
    if (!domain)
        g_error("%s", error->message);
    return domain;
}

/* --- the measuring ---------------------------------------------------------------------------- */

/* Of the processor, so that other programs on the machine count less. */
static double milliseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

typedef struct {
    Guest *guest;
    Domain *domain;
} Sides;

static Sides make_sides(const Kind *kind, guint count)
{
    g_autoptr(GString) file = g_string_new(NULL);
    Guest *guest = make_guest(kind, count, file);
    return (Sides){ guest, make_domain(file) };
}

static void match_once(const Kind *kind, const Sides *sides)
{
    g_autoptr(Match) match = match_new(sides->domain, sides->guest, EVIDENCE_ALL);
    if (match->counts[MATCH_ABSENT] || match->counts[MATCH_UNMANAGED] > 1)
        g_error("%s: %u devices were not found", kind->name, match->counts[MATCH_ABSENT]);
}

/* Of one match. A round is of as many devices whatever the size, each match of others, so that no
 * size finds more of its data in the processor's caches than another. */
static double measure(const Kind *kind, guint count)
{
    guint number = DEVICES / count;
    g_autofree Sides *sides = g_new(Sides, number);
    double best = G_MAXDOUBLE;
    for (guint i = 0; i < number; i++)
        sides[i] = make_sides(kind, count);
    for (guint round = 0; round < ROUNDS; round++) {
        double started = milliseconds();
        for (guint i = 0; i < number; i++)
            match_once(kind, &sides[i]);
        best = MIN(best, milliseconds() - started);
    }
    for (guint i = 0; i < number; i++) {
        guest_unref(sides[i].guest);
        domain_unref(sides[i].domain);
    }
    return best / number;
}

int main(void)
{
#ifdef __GLIBC__
    /* What one match gives back the next one takes; else the kernel's pages are what is measured.
     */
    mallopt(M_MMAP_THRESHOLD, G_MAXINT);
    mallopt(M_TRIM_THRESHOLD, G_MAXINT);
#endif
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        printf("%s", kinds[i].name);
        for (guint count = 1000; count <= 10000; count *= 10)
            printf("\t%.2f", measure(&kinds[i], count));
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
