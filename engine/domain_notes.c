/* What is in a domain file and is not libvirt's: kept, and listed so that nobody takes it for
 * understood. */
#include "engine/domain_private.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/text.h"

/* Elements of <domain> in libvirt's schema (9.0.0), in order. Most say nothing of devices. */
static const char *const domain_elements[] = {
    "blkiotune",
    "bootloader",
    "bootloader_args",
    "clock",
    "cpu",
    "cputune",
    "currentMemory",
    "defaultiothread",
    "description",
    "devices",
    "features",
    "genid",
    "idmap",
    "iothreadids",
    "iothreads",
    "keywrap",
    "launchSecurity",
    "maxMemory",
    "memory",
    "memoryBacking",
    "memtune",
    "metadata",
    "name",
    "numatune",
    "on_crash",
    "on_lockfailure",
    "on_poweroff",
    "on_reboot",
    "os",
    "perf",
    "pm",
    "resource",
    "seclabel",
    "sysinfo",
    "throttlegroups",
    "title",
    "uuid",
    "vcpu",
    "vcpus",
};

/* Elements of any device there, those of later versions that are known, and ours (<pci>,
 * <property>). */
static const char *const device_elements[] = {
    "acpi",
    "address",
    "alias",
    "audio",
    "auth",
    "backend",
    "backenddomain",
    "backingStore",
    "bandwidth",
    "binary",
    "blockio",
    "boot",
    "certificate",
    "channel",
    "cid",
    "clipboard",
    "coalesce",
    "codec",
    "database",
    "downscript",
    "driver",
    "encryption",
    "filetransfer",
    "filterref",
    "geometry",
    "gl",
    "guest",
    "image",
    "input",
    "iotune",
    "ip",
    "jpeg",
    "key",
    "link",
    "listen",
    "lockspace",
    "log",
    "mac",
    "master",
    "mirror",
    "model",
    "mouse",
    "msi",
    "mtu",
    "output",
    "pci",
    "pcihole64",
    "playback",
    "port",
    "portForward",
    "privateData",
    "product",
    "property",
    "protocol",
    "rate",
    "readonly",
    "rom",
    "route",
    "script",
    "serial",
    "server",
    "shareable",
    "size",
    "source",
    "space_hard_limit",
    "space_soft_limit",
    "stats",
    "streaming",
    "target",
    "teaming",
    "throttlefilters",
    "transient",
    "tune",
    "usbdev",
    "uuid",
    "vendor",
    "virtualport",
    "vlan",
    "wwn",
    "zlib",
};

void domain_note(Domain *domain, guint line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    DomainNote *note = g_new(DomainNote, 1);
    *note = (DomainNote){ line, text_printable(text, -1, 0) };
    g_ptr_array_add(domain->notes, note);
}

static int compare_names(const void *name, const void *listed)
{
    return strcmp(name, *(const char *const *)listed);
}

/* A prefix says whose it is: qemu:commandline, or an application's own. */
static gboolean is_foreign(const XmlNode *node, const char *const *known, gsize count)
{
    return !strchr(node->name, ':') &&
           !bsearch(node->name, known, count, sizeof known[0], compare_names);
}

void domain_note_elements(Domain *domain, const DomainDevice *device)
{
    const XmlNode *parent = device ? device->node : domain->root;
    const char *const *known = device ? device_elements : domain_elements;
    gsize count = device ? G_N_ELEMENTS(device_elements) : G_N_ELEMENTS(domain_elements);
    for (guint i = 0; i < parent->children->len; i++) {
        const XmlNode *node = parent->children->pdata[i];
        if (!is_foreign(node, known, count))
            continue;
        g_autofree char *name = device ? domain_device_name(device) : g_strdup("the domain");
        domain_note(domain, node->line, "element <%s> of %s", node->name, name);
    }
}
