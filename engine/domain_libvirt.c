/* A domain file as libvirt takes it: what only we write is taken out or said in its words. */
#include "engine/domain_edit.h"

#include <string.h>

#include "engine/domain_address.h"
#include "engine/domain_model.h"
#include "engine/xml_edit.h"
#include "monitor/text.h"

static void tell(GPtrArray *left, const DomainDevice *device, const char *what)
{
    g_autofree char *name = domain_device_name(device);
    if (left)
        g_ptr_array_add(left, g_strdup_printf("%s (line %u) %s", name, device->node->line, what));
}

/* What libvirt has no element for, or reserves a place for without one; NULL: it takes it. */
static const char *reason_against(const DomainDevice *device)
{
    if (strcmp(device->element, "device") == 0)
        return "is left out: libvirt has no word for it";
    if (strcmp(device->element, "controller") == 0 && g_strcmp0(device->type, "isa") == 0)
        return "is left out: libvirt knows of it without being told";
    if (strcmp(device->element, "controller") == 0 &&
        g_strcmp0(device->xml_model, device->driver) == 0 && device->driver &&
        !domain_model_find(device->domain->family, "controller", device->type, device->xml_model))
        return "is left out: libvirt has no word for its model";
    return NULL;
}

/* The root bus is where it is: libvirt refuses an address for it. */
static gboolean may_have_address(const DomainDevice *device)
{
    return strcmp(device->element, "controller") != 0 || g_strcmp0(device->type, "pci") != 0 ||
           device->index > 0;
}

static void edit_attribute(XmlEdit *edit, const DomainAddress *address, const char *name,
                           const char *value)
{
    g_autofree char *wanted = domain_address_libvirt_value(address->type, name, value);
    gboolean ours =
        strcmp(name, "mode") == 0 || (g_strcmp0(address->type, "usb") == 0 &&
                                      (strcmp(name, "dev") == 0 || strcmp(name, "device") == 0));
    if (ours || wanted)
        xml_edit_set(edit, address->node, name, ours ? NULL : wanted, NULL);
}

static void edit_address(XmlEdit *edit, const DomainAddress *address)
{
    const GPtrArray *attributes = address->node->attributes;
    if (address->type && !xml_node_get(address->node, "type"))
        xml_edit_set(edit, address->node, "type", address->type, NULL);
    for (guint i = 0; i < attributes->len; i++) {
        const XmlAttribute *attribute = attributes->pdata[i];
        edit_attribute(edit, address, attribute->name, attribute->value);
    }
}

/* Nobody but the user knows which folder it starts from. */
static gboolean has_relative_source(const DomainDevice *device)
{
    return strcmp(device->element, "disk") == 0 && device->source && device->source[0] != '/';
}

/* Properties of QEMU's that libvirt has no words for. */
static void leave_out_properties(XmlEdit *edit, const DomainDevice *device, GPtrArray *left)
{
    for (guint i = 0; i < device->node->children->len; i++) {
        const XmlNode *child = device->node->children->pdata[i];
        if (strcmp(child->name, "property") != 0)
            continue;
        tell(left, device, "loses a <property>: libvirt has no word for it");
        xml_edit_remove(edit, child);
    }
}

static void edit_device(XmlEdit *edit, const DomainDevice *device, GPtrArray *left)
{
    const char *reason = reason_against(device);
    if (has_relative_source(device))
        tell(left, device, "has a source that is no absolute path: libvirt takes no other");
    if (!reason && xml_node_get(device->node, "implicit"))
        xml_edit_set(edit, device->node, "implicit", NULL, NULL);
    if (reason) {
        tell(left, device, reason);
        xml_edit_remove(edit, device->node);
        return;
    }
    leave_out_properties(edit, device, left);
    if (device->address.node && !may_have_address(device))
        xml_edit_remove(edit, device->address.node);
    else if (device->address.node)
        edit_address(edit, &device->address);
}

Domain *domain_to_libvirt(const Domain *domain, GPtrArray *left, GError **error)
{
    g_autoptr(XmlEdit) edit = xml_edit_new(domain->document);
    for (guint i = 0; i < domain->devices->len; i++)
        edit_device(edit, domain->devices->pdata[i], left);
    g_autoptr(XmlDocument) document = xml_edit_apply(edit, error);
    return document ? domain_new(document, error) : NULL;
}
