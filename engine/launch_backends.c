/* What is behind the devices that are no drives, NICs or ports: objects of QEMU, host devices,
 * sound. */
#include "engine/launch_private.h"

#include <string.h>

static gboolean put_disk(LaunchPlan *plan, const DomainDevice *device, const char *id,
                         GString *option)
{
    return launch_put_disk(plan, device, option);
}

static gboolean put_netdev(LaunchPlan *plan, const DomainDevice *device, const char *id,
                           GString *option)
{
    launch_put_netdev(plan, device, id, option);
    return TRUE;
}

static gboolean put_chardev(LaunchPlan *plan, const DomainDevice *device, const char *id,
                            GString *option)
{
    launch_put_chardev(plan, device, id, option);
    return TRUE;
}

/* A drive that libvirt has no word for, such as an NVMe controller with its one namespace. */
static gboolean put_medium(LaunchPlan *plan, const DomainDevice *device, const char *id,
                           GString *option)
{
    launch_is(plan, launch_child(plan, device->node, "driver"), "name", "qemu");
    return !device->source || launch_put_disk(plan, device, option);
}

static gboolean put_none(LaunchPlan *plan, const DomainDevice *device, const char *id,
                         GString *option)
{
    g_autofree char *name = domain_device_name(device);

    launch_miss(plan, "%s: it is not translated", name);
    return FALSE;
}

/* ---- objects ---- */

/* libvirt's egd is a daemon's protocol; what the guest sees is the same. */
static gboolean put_rng(LaunchPlan *plan, const DomainDevice *device, const char *id,
                        GString *option)
{
    const XmlNode *backend = launch_child(plan, device->node, "backend");
    gboolean file = launch_is(plan, backend, "model", "random");
    g_autoptr(GString) object = g_string_new(file ? "rng-random" : "rng-builtin");

    launch_is(plan, backend, "model", "builtin");
    option_putf(object, "id", "obj%s", id);
    if (file && *backend->text)
        option_put(object, "filename", backend->text);
    launch_add(plan, "-object", object->str);
    option_putf(option, "rng", "obj%s", id);
    return TRUE;
}

static gboolean put_crypto(LaunchPlan *plan, const DomainDevice *device, const char *id,
                           GString *option)
{
    const XmlNode *backend = launch_child(plan, device->node, "backend");
    g_autoptr(GString) object = g_string_new("cryptodev-backend-builtin");

    launch_is(plan, device->node, "type", "qemu");
    launch_is(plan, backend, "model", "builtin");
    option_putf(object, "id", "obj%s", id);
    option_put(object, "queues", launch_get(plan, backend, "queues"));
    launch_add(plan, "-object", object->str);
    option_putf(option, "cryptodev", "obj%s", id);
    return TRUE;
}

/* The RAM of a DIMM, or the file of an NVDIMM. */
static gboolean put_memory(LaunchPlan *plan, const DomainDevice *device, const char *id,
                           GString *option)
{
    gboolean file = strcmp(device->driver, "nvdimm") == 0;
    const XmlNode *target = launch_child(plan, device->node, "target");
    const char *source =
        file ? launch_child_text(plan, launch_child(plan, device->node, "source"), "path") : NULL;
    g_autofree char *path = launch_path(plan, source);
    guint64 bytes = launch_bytes(plan, launch_child(plan, target, "size"), NULL);
    g_autoptr(GString) object = g_string_new(file ? "memory-backend-file" : "memory-backend-ram");

    if (g_str_has_prefix(device->driver, "virtio-") || bytes == 0 || (file && !path))
        return put_none(plan, device, id, option);
    option_putf(object, "id", "mem%s", id);
    option_put(object, "mem-path", path);
    if (file) {
        option_put(object, "share",
                   launch_is(plan, device->node, "access", "shared") ? "on" : "off");
        option_put(plan->machine, "nvdimm", "on");
    }
    option_putf(object, "size", "%" G_GUINT64_FORMAT, bytes);
    launch_add(plan, "-object", object->str);
    option_putf(option, "memdev", "mem%s", id);
    return TRUE;
}

/* Memory that guests share has a name in /dev/shm. */
static gboolean put_shared_memory(LaunchPlan *plan, const DomainDevice *device, const char *id,
                                  GString *option)
{
    const char *name = launch_get(plan, device->node, "name");
    const XmlNode *server = launch_child(plan, device->node, "server");
    const char *socket = launch_get(plan, server, "path");
    guint64 bytes = launch_bytes(plan, launch_child(plan, device->node, "size"), NULL);
    g_autoptr(GString) backend = g_string_new(NULL);

    if (socket) {
        option_putf(backend, "id", LAUNCH_CHARDEV "%s", id);
        option_put(backend, "path", socket);
        launch_addf(plan, "-chardev", "socket%s", backend->str);
        option_putf(option, "chardev", LAUNCH_CHARDEV "%s", id);
        return TRUE;
    }
    if (!name || strchr(name, '/') || bytes == 0)
        return put_none(plan, device, id, option);
    option_putf(backend, "id", "shm%s", id);
    option_putf(backend, "mem-path", "/dev/shm/%s", name);
    option_putf(backend, "size", "%" G_GUINT64_FORMAT, bytes);
    launch_addf(plan, "-object", "memory-backend-file%s,share=on", backend->str);
    option_putf(option, "memdev", "shm%s", id);
    if (launch_is(plan, device->node, "role", "master"))
        option_put(option, "master", "on");
    return TRUE;
}

/* ---- host ---- */

static gboolean put_filesystem(LaunchPlan *plan, const DomainDevice *device, const char *id,
                               GString *option)
{
    static const LaunchWord models[] = { { "passthrough", "passthrough" },
                                         { "mapped", "mapped" },
                                         { "squash", "none" },
                                         { NULL, NULL } };
    const XmlNode *node = device->node;
    const char *model = launch_word(plan, node, "accessmode", models);
    const char *folder = launch_child_get(plan, node, "source", "dir");
    g_autofree char *path = launch_path(plan, folder);
    g_autoptr(GString) backend = g_string_new("local");

    if (g_str_has_prefix(device->driver, "vhost-user") || !path)
        return put_none(plan, device, id, option);
    launch_is(plan, node, "type", "mount");
    launch_get(plan, launch_child(plan, node, "driver"), "type");
    option_putf(backend, "id", "fsdev-%s", id);
    option_put(backend, "path", path);
    option_put(backend, "security_model", model ? model : "passthrough");
    option_put(backend, "fmode", launch_get(plan, node, "fmode"));
    option_put(backend, "dmode", launch_get(plan, node, "dmode"));
    if (launch_child(plan, node, "readonly"))
        option_put(backend, "readonly", "on");
    launch_add(plan, "-fsdev", backend->str);
    option_putf(option, "fsdev", "fsdev-%s", id);
    option_put(option, "mount_tag", launch_child_get(plan, node, "target", "dir"));
    return TRUE;
}

/* A number of the host's address of a device; 0 where it is none. */
static guint host_number(LaunchPlan *plan, const XmlNode *address, const char *attribute)
{
    guint64 number = 0;

    launch_number(launch_get(plan, address, attribute), &number);
    return (guint)number;
}

static void put_host_pci(LaunchPlan *plan, const XmlNode *address, GString *option)
{
    launch_is(plan, address, "type", "pci");
    option_putf(option, "host", "%04x:%02x:%02x.%x", host_number(plan, address, "domain"),
                host_number(plan, address, "bus"), host_number(plan, address, "slot"),
                host_number(plan, address, "function"));
}

/* By what it is, or by where it is. */
static void put_host_usb(LaunchPlan *plan, const XmlNode *source, GString *option)
{
    const XmlNode *address = launch_child(plan, source, "address");

    option_put(option, "vendorid", launch_child_get(plan, source, "vendor", "id"));
    option_put(option, "productid", launch_child_get(plan, source, "product", "id"));
    option_put(option, "hostbus", launch_get(plan, address, "bus"));
    option_put(option, "hostaddr", launch_get(plan, address, "device"));
}

/* Also an <interface> of type hostdev. A PCI device has to be bound to vfio-pci by then, which
 * managed='yes' would ask for: that stays listed. */
static gboolean put_host_device(LaunchPlan *plan, const DomainDevice *device, const char *id,
                                GString *option)
{
    const XmlNode *source = launch_child(plan, device->node, "source");
    const XmlNode *address = launch_child(plan, source, "address");
    gboolean mediated = g_strcmp0(device->type, "mdev") == 0;

    launch_is(plan, device->node, "managed", "no");
    if (strcmp(device->driver, "vfio-pci") == 0 && address && !mediated) {
        launch_is(plan, launch_child(plan, device->node, "driver"), "name", "vfio");
        put_host_pci(plan, address, option);
    } else if (strcmp(device->driver, "usb-host") == 0 && source) {
        put_host_usb(plan, source, option);
    } else {
        return put_none(plan, device, id, option);
    }
    return TRUE;
}

static gboolean put_input(LaunchPlan *plan, const DomainDevice *device, const char *id,
                          GString *option)
{
    option_put(option, "evdev", launch_child_get(plan, device->node, "source", "evdev"));
    return TRUE;
}

static gboolean put_vsock(LaunchPlan *plan, const DomainDevice *device, const char *id,
                          GString *option)
{
    const XmlNode *cid = launch_child(plan, device->node, "cid");

    launch_get(plan, cid, "auto");
    return xml_node_get(cid, "address") ? TRUE : put_none(plan, device, id, option);
}

/* ---- sound ---- */

/* The audiodev of a sound card: the one it names, else the file's first, else ours. (transfer full)
 */
static char *audiodev_of(LaunchPlan *plan, const DomainDevice *sound)
{
    const char *named = launch_child_get(plan, sound->node, "audio", "id");
    const char *first = xml_node_child_get(plan->domain->devices_node, "audio", "id");

    return g_strconcat("audio", named ? named : first ? first : LAUNCH_AUDIO, NULL);
}

static gboolean is_hda(const DomainDevice *sound)
{
    return g_str_has_suffix(sound->driver, "intel-hda");
}

static gboolean put_sound(LaunchPlan *plan, const DomainDevice *device, const char *id,
                          GString *option)
{
    g_autofree char *audiodev = audiodev_of(plan, device);

    if (!is_hda(device))
        option_put(option, "audiodev", audiodev);
    return TRUE;
}

static void add_codec(LaunchPlan *plan, const char *driver, const char *id, guint number,
                      const char *audiodev)
{
    g_autoptr(GString) option = g_string_new(driver);

    option_putf(option, "id", "%s-codec%u", id, number);
    option_putf(option, "bus", "%s.0", id);
    option_putf(option, "cad", "%u", number);
    option_put(option, "audiodev", audiodev);
    launch_add(plan, "-device", option->str);
}

void launch_add_parts(LaunchPlan *plan, const DomainDevice *device, const char *id)
{
    static const LaunchWord codecs[] = { { "duplex", "hda-duplex" },
                                         { "micro", "hda-micro" },
                                         { "output", "hda-output" },
                                         { NULL, NULL } };
    g_autofree char *audiodev = NULL;
    guint number = 0;

    if (strcmp(device->element, "sound") != 0 || !is_hda(device))
        return;
    audiodev = audiodev_of(plan, device);
    for (guint i = 0; i < device->node->children->len; i++) {
        const XmlNode *child = device->node->children->pdata[i];
        const char *codec =
            strcmp(child->name, "codec") == 0 ? launch_word(plan, child, "type", codecs) : NULL;

        if (!codec)
            continue;
        launch_say(plan, child);
        add_codec(plan, codec, id, number++, audiodev);
    }
    if (number == 0)
        add_codec(plan, "hda-duplex", id, 0, audiodev);
}

/* ---- watchdog ---- */

void launch_put_action(LaunchPlan *plan, const XmlNode *watchdog)
{
    static const LaunchWord actions[] = {
        { "reset", "reset" }, { "shutdown", "shutdown" },     { "poweroff", "poweroff" },
        { "pause", "pause" }, { "inject-nmi", "inject-nmi" }, { "none", "none" },
        { NULL, NULL },
    };
    const char *action = launch_word(plan, watchdog, "action", actions);

    if (action)
        launch_add(plan, "-watchdog-action", action);
}

static gboolean put_watchdog(LaunchPlan *plan, const DomainDevice *device, const char *id,
                             GString *option)
{
    launch_put_action(plan, device->node);
    return TRUE;
}

/* ---- the whole ---- */

/* Elements that are not in it have nothing behind them. */
static const struct {
    const char *element;
    gboolean (*put)(LaunchPlan *plan, const DomainDevice *device, const char *id, GString *option);
} backends[] = {
    { "channel", put_chardev },
    { "console", put_chardev },
    { "crypto", put_crypto },
    { "device", put_medium },
    { "disk", put_disk },
    { "filesystem", put_filesystem },
    { "hostdev", put_host_device },
    { "input", put_input },
    { "interface", put_netdev },
    { "memory", put_memory },
    { "nvram", put_none },
    { "parallel", put_chardev },
    { "redirdev", put_chardev },
    { "rng", put_rng },
    { "serial", put_chardev },
    { "shmem", put_shared_memory },
    { "smartcard", put_none },
    { "sound", put_sound },
    { "tpm", put_none },
    { "vsock", put_vsock },
    { "watchdog", put_watchdog },
};

gboolean launch_put_backend(LaunchPlan *plan, const DomainDevice *device, const char *id,
                            GString *option)
{
    if (strcmp(device->element, "interface") == 0 && strcmp(device->driver, "vfio-pci") == 0)
        return put_host_device(plan, device, id, option);
    for (gsize i = 0; i < G_N_ELEMENTS(backends); i++)
        if (strcmp(backends[i].element, device->element) == 0)
            return backends[i].put(plan, device, id, option);
    return TRUE;
}
