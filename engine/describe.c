/* The whole of a guest as domain XML: what it is, and all its devices in libvirt's order. */
#include "engine/describe.h"

#include <string.h>

#include "engine/describe_target.h"

/* libvirt's order of elements (9.0.0, virDomainDefFormatInternalSetRootName); what it has no word
 * for comes last. */
static const char *const order[] = {
    "disk",     "controller", "filesystem", "interface",  "smartcard", "serial", "parallel",
    "console",  "channel",    "tpm",        "input",      "sound",     "video",  "hostdev",
    "redirdev", "hub",        "watchdog",   "memballoon", "rng",       "nvram",  "panic",
    "shmem",    "memory",     "iommu",      "vsock",      "crypto",    "device",
};

static int rank(const DescribeItem *item)
{
    const char *element = describe_element_name(item);
    gsize i = 0;
    while (i < G_N_ELEMENTS(order) && strcmp(order[i], element) != 0)
        i++;
    return i;
}

/* The machine's own chips come behind everything else that libvirt has no word for. */
static gboolean is_chip(const DescribeItem *item)
{
    return item->device->implicit && strcmp(describe_element_name(item), "device") == 0;
}

static int by_rank(gconstpointer a, gconstpointer b)
{
    const DescribeItem *first = *(DescribeItem *const *)a, *second = *(DescribeItem *const *)b;
    int difference = rank(first) - rank(second);
    return difference ? difference : is_chip(first) - is_chip(second);
}

/* --- items ----------------------------------------------------------------------------------- */

typedef struct {
    const Guest *guest;
    const Numbering *numbering;
    MachineFamily family;
    int ccids; /* controllers of smartcards so far, which no bus of the numbering counts */
} Description;

static int index_of(Description *description, const DescribeItem *item)
{
    const Bus *bus = numbering_bus_of(description->guest, item->device);
    if (!item->words || strcmp(item->words->element, "controller") != 0)
        return -1;
    if (strcmp(item->words->type, "ccid") == 0)
        return description->ccids++;
    return bus ? numbering_index(description->numbering, bus) : 0;
}

static DescribeItem *new_item(Description *description, const Device *device)
{
    DescribeItem *item = g_new0(DescribeItem, 1);
    item->guest = description->guest;
    item->device = device;
    item->words = describe_words(description->family, description->guest, device);
    item->index = index_of(description, item);
    item->mode = MODE_DYNAMIC;
    if (!numbering_place(description->numbering, device, &item->place))
        item->place = (Address){ .type = ADDRESS_NONE };
    return item;
}

/* Inside the element of another device. */
static gboolean is_part(const Device *device)
{
    return device->bus && device->bus->family == BUS_HDA &&
           g_str_has_prefix(device->driver, "hda-");
}

static GPtrArray *make_items(Description *description)
{
    const GPtrArray *lists[] = { description->guest->devices, description->guest->memory_devices };
    GPtrArray *items = g_ptr_array_new_with_free_func(g_free);
    for (gsize list = 0; list < G_N_ELEMENTS(lists); list++) {
        for (guint i = 0; i < lists[list]->len; i++) {
            if (!is_part(lists[list]->pdata[i]))
                g_ptr_array_add(items, new_item(description, lists[list]->pdata[i]));
        }
    }
    return items;
}

/* --- the text -------------------------------------------------------------------------------- */

static gboolean has_driver(const Guest *guest, const char *prefix)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        if (g_str_has_prefix(((Device *)guest->devices->pdata[i])->driver, prefix))
            return TRUE;
    }
    return FALSE;
}

/* No command of the inventory tells the accelerator, but KVM brings chips of its own. */
static const char *domain_type(const Guest *guest)
{
    return has_driver(guest, "kvm-") || has_driver(guest, "kvmclock") ? "kvm" : "qemu";
}

static void write_head(const Description *description, DescribeText *text)
{
    const Guest *guest = description->guest;
    gboolean pc = description->family != MACHINE_OTHER;
    g_autofree char *memory = g_strdup_printf("%" G_GUINT64_FORMAT, guest->memory / 1024);
    g_autofree char *vcpus = g_strdup_printf("%u", MAX(guest->vcpus, 1));
    describe_text_leaf(text, "name", guest->name, NULL);
    describe_text_leaf(text, "memory", memory, "unit", "KiB", NULL);
    describe_text_leaf(text, "vcpu", vcpus, NULL);
    describe_text_open(text, "os", NULL);
    describe_text_leaf(text, "type", "hvm", "arch", pc ? "x86_64" : NULL, "machine", guest->machine,
                       NULL);
    describe_text_close(text);
    if (has_driver(guest, "PIIX4_PM") || has_driver(guest, "ICH9-LPC")) {
        describe_text_open(text, "features", NULL);
        describe_text_leaf(text, "acpi", NULL, NULL);
        describe_text_close(text);
    }
}

static gboolean has_item(const GPtrArray *items, const char *element, const char *type)
{
    for (guint i = 0; i < items->len; i++) {
        const DescribeItem *item = items->pdata[i];
        if (item->words && strcmp(item->words->element, element) == 0 &&
            (!type || g_strcmp0(item->words->type, type) == 0))
            return TRUE;
    }
    return FALSE;
}

/* What libvirt would add by itself, and this guest does not have. */
static void write_absent(const GPtrArray *items, DescribeText *text)
{
    if (!has_item(items, "controller", "usb"))
        describe_text_leaf(text, "controller", NULL, "type", "usb", "index", "0", "model", "none",
                           NULL);
    if (!has_item(items, "memballoon", NULL))
        describe_text_leaf(text, "memballoon", NULL, "model", "none", NULL);
}

static void write_devices(GPtrArray *items, DescribeText *text)
{
    gboolean chips = FALSE, devices = FALSE;
    g_ptr_array_sort(items, by_rank);
    describe_text_open(text, "devices", NULL);
    for (guint i = 0; i < items->len; i++) {
        const DescribeItem *item = items->pdata[i];
        if (!devices && strcmp(describe_element_name(item), "device") == 0) {
            devices = TRUE;
            write_absent(items, text);
        }
        if (!chips && is_chip(item)) {
            chips = TRUE;
            describe_text_comment(text, "The machine's own, for which libvirt has no element");
        }
        describe_item(item, text);
    }
    if (!devices)
        write_absent(items, text);
    describe_text_close(text);
}

char *describe_guest(const Guest *guest)
{
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    Description description = { guest, numbering, describe_family(guest), 0 };
    g_autoptr(GPtrArray) items = make_items(&description);
    g_autoptr(DescribeTargets) targets = describe_targets_new(NULL);
    DescribeText *text = describe_text_new();
    describe_targets_give(targets, items);
    describe_text_open(text, "domain", "type", domain_type(guest), NULL);
    write_head(&description, text);
    write_devices(items, text);
    describe_text_close(text);
    return describe_text_end(text);
}

char *describe_device(const Guest *guest, const Numbering *numbering, const Domain *domain,
                      const Device *device)
{
    Description description = { guest, numbering, describe_family(guest), 0 };
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(DescribeTargets) targets = describe_targets_new(domain);
    DescribeText *text = describe_text_new();
    g_ptr_array_add(items, new_item(&description, device));
    describe_targets_give(targets, items);
    describe_item(items->pdata[0], text);
    return describe_text_end(text);
}
