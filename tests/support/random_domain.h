/* Domains with random devices, the same ones for the same seed, that QEMU 7.2 and 10 can start. A
 * header alone, since tests of one layer link nothing else. */
#ifndef BACKPLANE_TEST_RANDOM_DOMAIN_H
#define BACKPLANE_TEST_RANDOM_DOMAIN_H

#include <glib.h>
#include <string.h>

typedef enum {
    RANDOM_STATIC = 1 << 0,  /* some devices have a static address already */
    RANDOM_DYNAMIC = 1 << 1, /* or a dynamic one */
} RandomFlags;

/* Disks have files of these numbers: FOLDER/0.img, ... */
#define RANDOM_IMAGES 40

typedef struct {
    GRand *rand;
    GString *text;
    const char *folder;
    RandomFlags flags;
    gboolean q35;
    guint images, macs;
    guint32 slots; /* of the root bus: given out */
} RandomDomain;

static gboolean random_chance(RandomDomain *domain, guint percent)
{
    return (guint)g_rand_int_range(domain->rand, 0, 100) < percent;
}

static const char *random_pick(RandomDomain *domain, const char *const *words)
{
    guint count = g_strv_length((char **)words);
    return words[g_rand_int_range(domain->rand, 0, count)];
}

/* An address that nobody else gets, on the root bus; "" for most. */
static char *random_address(RandomDomain *domain)
{
    gboolean dynamic = domain->flags & RANDOM_DYNAMIC && random_chance(domain, 50);
    guint slot = g_rand_int_range(domain->rand, 3, 0x1a);
    if (!(domain->flags & (dynamic ? RANDOM_DYNAMIC : RANDOM_STATIC)) ||
        domain->slots >> slot & 1 || !random_chance(domain, 15))
        return g_strdup("");
    domain->slots |= 1u << slot;
    return g_strdup_printf("      <address type='pci'%s domain='0x0000' bus='0x00' slot='0x%02x' "
                           "function='0x0'/>\n",
                           dynamic ? " mode='dynamic'" : "", slot);
}

/* head: the element with its attributes; inner: its children, "" for none. */
static void random_element(RandomDomain *domain, const char *head, const char *inner, gboolean pci)
{
    g_autofree char *name = g_strndup(head, strcspn(head, " "));
    g_autofree char *address = pci ? random_address(domain) : g_strdup("");
    g_string_append_printf(domain->text, "    <%s>\n%s%s%s%s    </%s>\n", head,
                           inner[0] ? "      " : "", inner, inner[0] ? "\n" : "", address, name);
}

static void random_disk(RandomDomain *domain, const char *prefix, guint index, const char *bus,
                        const char *device)
{
    if (domain->images == RANDOM_IMAGES)
        return;
    g_autofree char *head = g_strdup_printf("disk type='file' device='%s'", device);
    g_autofree char *inner =
        g_strdup_printf("<driver name='qemu' type='raw'/>\n      <source file='%s/%u.img'/>\n"
                        "      <target dev='%s%c' bus='%s'/>%s",
                        domain->folder, domain->images++, prefix, 'a' + index, bus,
                        strcmp(device, "cdrom") == 0 ? "\n      <readonly/>" : "");
    random_element(domain, head, inner, strcmp(bus, "virtio") == 0);
}

static void random_disks(RandomDomain *domain)
{
    guint disks = g_rand_int_range(domain->rand, 0, 7);
    for (guint i = 0; i < disks; i++)
        random_disk(domain, "vd", disks - 1 - i, "virtio", "disk");
    for (guint i = 0; i < 10; i++) {
        if (random_chance(domain, 15))
            random_disk(domain, "sd", i, "scsi", random_chance(domain, 80) ? "disk" : "cdrom");
    }
    for (guint i = 0; i < 4; i++) {
        if (random_chance(domain, 20) && domain->q35)
            random_disk(domain, "sd", i + 10, "sata", "disk");
        else if (random_chance(domain, 20) && !domain->q35)
            random_disk(domain, "hd", i, "ide", i > 1 ? "cdrom" : "disk");
    }
    if (random_chance(domain, 20))
        random_disk(domain, "fd", 0, "fdc", "floppy");
    for (guint i = 20; i < 22; i++) {
        if (random_chance(domain, 20))
            random_disk(domain, "sd", i, "usb", "disk");
    }
}

static void random_nics(RandomDomain *domain)
{
    static const char *const models[] = { "virtio",   "e1000",   "e1000e",  "rtl8139",
                                          "ne2k_pci", "pcnet",   "i82801",  "i82559er",
                                          "tulip",    "vmxnet3", "usb-net", NULL };
    guint count = g_rand_int_range(domain->rand, 0, 5);
    for (guint i = 0; i < count; i++) {
        const char *model = random_pick(domain, models);
        g_autofree char *inner =
            g_strdup_printf("<mac address='52:54:00:00:00:%02x'/>\n      <model type='%s'/>",
                            ++domain->macs, model);
        random_element(domain, "interface type='user'", inner, strcmp(model, "usb-net") != 0);
    }
}

static void random_scsi(RandomDomain *domain)
{
    static const char *const models[] = { "lsilogic", "virtio-scsi",         "lsisas1078",
                                          "vmpvscsi", "virtio-transitional", NULL };
    guint count = g_rand_int_range(domain->rand, 0, 3);
    for (guint i = 0; i < count; i++) {
        g_autofree char *head = g_strdup_printf("controller type='scsi' index='%u' model='%s'", i,
                                                random_pick(domain, models));
        random_element(domain, head, "", TRUE);
    }
}

static void random_usb(RandomDomain *domain)
{
    static const char *const models[] = { "piix3-uhci", "piix4-uhci", "ehci",  "nec-xhci",
                                          "qemu-xhci",  "pci-ohci",   "group", NULL };
    static const char *const devices[] = { "tablet", "mouse", "keyboard", NULL };
    guint controllers = g_rand_int_range(domain->rand, 0, 3);
    guint count = g_rand_int_range(domain->rand, 0, 6);
    for (guint i = 0; i < controllers; i++) {
        const char *model = random_pick(domain, models);
        gboolean group = strcmp(model, "group") == 0;
        g_autofree char *head = g_strdup_printf("controller type='usb' index='%u' model='%s'", i,
                                                group ? "ich9-ehci1" : model);
        random_element(domain, head, "", FALSE);
        for (guint k = 0; k < (group ? 3 : 0); k++) {
            g_autofree char *companion =
                g_strdup_printf("controller type='usb' index='%u' model='ich9-uhci%u'", i, k + 1);
            g_autofree char *master = g_strdup_printf("<master startport='%u'/>", k * 2);
            random_element(domain, companion, master, FALSE);
        }
    }
    for (guint i = 0; i < count; i++) {
        g_autofree char *head =
            g_strdup_printf("input type='%s' bus='usb'", random_pick(domain, devices));
        random_element(domain, head, "", FALSE);
    }
    if (random_chance(domain, 20))
        random_element(domain, "hub type='usb'", "", FALSE);
}

static void random_serial(RandomDomain *domain)
{
    guint channels = random_chance(domain, 30) ? g_rand_int_range(domain->rand, 1, 4) : 0;
    for (guint i = 0; i < channels; i++) {
        g_autofree char *inner = g_strdup_printf("<target type='virtio' name='channel.%u'/>", i);
        random_element(domain, "channel type='null'", inner, FALSE);
    }
    if (random_chance(domain, 20))
        random_element(domain, "console type='null'", "<target type='virtio'/>", FALSE);
    if (random_chance(domain, 20))
        random_element(domain, "serial type='null'", "<target type='pci-serial'/>", TRUE);
}

static void random_cards(RandomDomain *domain)
{
    static const char *const videos[] = { "vga", "cirrus", "vmvga", "bochs", "virtio", NULL };
    static const char *const sounds[] = { "ac97", "es1370", "ich6", "ich9", "usb", NULL };
    for (guint i = 0; i < 2; i++) {
        g_autofree char *sound = g_strdup_printf("sound model='%s'", random_pick(domain, sounds));
        g_autofree char *video = g_strdup_printf("<model type='%s'/>", random_pick(domain, videos));
        if (random_chance(domain, 30))
            random_element(domain, sound, "", strcmp(sound, "sound model='usb'") != 0);
        if (i == 0 && random_chance(domain, 60))
            random_element(domain, "video", video, TRUE);
        if (random_chance(domain, 30))
            random_element(domain, "rng model='virtio'",
                           "<backend model='random'>/dev/urandom</backend>", TRUE);
        if (random_chance(domain, 20))
            random_element(domain, "input type='tablet' bus='virtio'", "", TRUE);
    }
    if (random_chance(domain, 30))
        random_element(domain, "watchdog model='i6300esb' action='reset'", "", TRUE);
    if (random_chance(domain, 40))
        random_element(domain, "memballoon model='virtio'", "", TRUE);
}

static void random_bridges(RandomDomain *domain)
{
    static const char *const express[] = { "pcie-root-port", "pcie-to-pci-bridge", NULL };
    static const char *const chain[] = { "pcie-switch-upstream-port",
                                         "pcie-switch-downstream-port" };
    guint count = random_chance(domain, 40) ? g_rand_int_range(domain->rand, 1, 4) : 0;
    guint more = domain->q35 && count > 0 && random_chance(domain, 30) ? G_N_ELEMENTS(chain) : 0;
    for (guint i = 0; i < count + more; i++) {
        const char *model = "pci-bridge";
        if (domain->q35)
            model = i >= count ? chain[i - count] : random_pick(domain, express);
        if (domain->q35 && i == 0)
            model = express[0];
        g_autofree char *head =
            g_strdup_printf("controller type='pci' index='%u' model='%s'", i + 1, model);
        random_element(domain, head, "", FALSE);
    }
}

/* devices: lines of elements. (transfer full) */
static char *random_domain_text(const char *machine, const char *devices)
{
    gboolean arm = strcmp(machine, "virt") == 0;
    return g_strdup_printf("<domain type='qemu'>\n  <name>guest</name>\n  <memory unit='MiB'>128"
                           "</memory>\n  <os><type arch='%s' machine='%s'>hvm</type></os>\n"
                           "  <devices>\n    <emulator>/usr/bin/qemu-system-%s</emulator>\n"
                           "%s  </devices>\n</domain>\n",
                           arm ? "aarch64" : "x86_64", machine, arm ? "aarch64" : "x86_64",
                           devices);
}

/* folder: of the images, named in the text alone. (transfer full) */
static char *random_domain(guint seed, const char *folder, RandomFlags flags)
{
    RandomDomain domain = { .rand = g_rand_new_with_seed(seed),
                            .text = g_string_new(NULL),
                            .folder = folder,
                            .flags = flags };
    domain.q35 = random_chance(&domain, 50);
    random_cards(&domain);
    random_disks(&domain);
    random_bridges(&domain);
    random_usb(&domain);
    random_scsi(&domain);
    random_nics(&domain);
    random_serial(&domain);
    char *text = random_domain_text(domain.q35 ? "q35" : "pc", domain.text->str);
    g_string_free(domain.text, TRUE);
    g_rand_free(domain.rand);
    return text;
}

#endif
