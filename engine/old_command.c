/* Each command with its conditions. The facts are measured: tests/old/transcripts. */
#include "engine/old_command.h"

#include <string.h>

#include "engine/condition.h"

Bus *old_pci_bus(const Guest *guest)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);

    for (guint i = 0; i < buses->len; i++) {
        Bus *bus = buses->pdata[i];

        if ((bus->family == BUS_PCI || bus->family == BUS_PCIE) && bus->number == 0)
            return bus;
    }
    return NULL;
}

char *old_ids(guint16 vendor, guint16 device)
{
    return g_strdup_printf("%04x:%04x", vendor, device);
}

gboolean old_is_adapter(const Device *device)
{
    return device->pci && device->pci->vendor == 0x1000 && device->pci->device == 0x0012 &&
           device->bus && device->bus->number == 0;
}

guint old_usb_count(const Guest *guest, const char *product)
{
    g_autoptr(GString) all = g_string_new(NULL);

    /* In the form that the condition reads. */
    for (guint i = 0; i < guest->devices->len + guest->memory_devices->len; i++) {
        const Device *device = i < guest->devices->len
                                   ? guest->devices->pdata[i]
                                   : guest->memory_devices->pdata[i - guest->devices->len];
        const char *words = device->usb_address ? device->attached : NULL;

        if (words && g_str_has_prefix(words, "name "))
            g_string_append_printf(all, ", Product %.*s\n",
                                   (int)strcspn(words + strlen("name "), ","),
                                   words + strlen("name "));
    }
    return condition_count_usb(all->str, product);
}

gboolean old_refuse(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, message);
    return FALSE;
}

/* Slots in hex; in this form 0.10 takes it as well. */
static json_t *pci_addr(guint slot)
{
    g_autofree char *text = g_strdup_printf("0:%02x", slot);

    return json_pack("{s:s}", "pci_addr", text);
}

Action *old_action_pci_add(guint slot, const char *type, json_t *options, const char *ids)
{
    json_t *arguments = pci_addr(slot);
    gboolean image = json_object_get(options, "file") != NULL;
    Action *action;

    json_object_set_new(arguments, "type", json_string(type));
    json_object_set_new(arguments, "options", options);
    action = action_new("pci_add", arguments, NULL);
    action_require(action, condition_slot(slot, NULL));
    if (image)
        action_require(action, condition_drives_known());
    return action_verify(action, condition_slot(slot, ids));
}

Action *old_action_pci_del(guint slot, const char *ids, char **leaves)
{
    Action *action = action_new("pci_del", pci_addr(slot), leaves);

    return action_require(action, condition_slot(slot, ids));
}

Action *old_action_drive_add(const Guest *guest, guint slot, json_t *options, const char *name)
{
    json_t *arguments = pci_addr(slot);
    Action *action;

    json_object_set_new(arguments, "options", options);
    action = action_new("drive_add", arguments, NULL);
    action_require(action, condition_slot(slot, OLD_SCSI_IDS));
    action_require(action, condition_scsi_drives(guest->blocks));
    action_require(action, condition_drive(name, FALSE));
    return action_verify(action, condition_drive(name, TRUE));
}

/* Two can have one name, and then the wrong one is removed. */
Action *old_action_host_net_add(const char *type, json_t *options)
{
    const char *name = json_string_value(json_object_get(options, "name"));
    Action *action =
        action_new("host_net_add", json_pack("{s:s, s:o}", "type", type, "options", options), NULL);

    action_require(action, condition_client(name, FALSE));
    return action_verify(action, condition_client(name, TRUE));
}

Action *old_action_host_net_remove(guint vlan, const char *name)
{
    Action *action = action_new("host_net_remove",
                                json_pack("{s:i, s:s}", "vlan", (int)vlan, "name", name), NULL);

    return action_verify(action, condition_client(name, FALSE));
}

Action *old_action_usb_add(const char *devname, const char *product, guint before)
{
    Action *action = action_new("usb_add", json_pack("{s:s}", "devname", devname), NULL);

    action_require(action, condition_usb(product, before));
    return action_verify(action, condition_usb(product, before + 1));
}

Action *old_action_usb_del(const char *devname, const char *product, guint before)
{
    Action *action = action_new("usb_del", json_pack("{s:s}", "devname", devname), NULL);

    action_require(action, condition_usb(product, before));
    return action_verify(action, condition_usb(product, before - 1));
}

char **old_leaves(const char *first, const char *second)
{
    char **leaves = g_new0(char *, 3);

    leaves[0] = g_strdup(first);
    leaves[1] = g_strdup(second);
    return leaves;
}
