/* Changes to the devices of a domain file, as edits of its text. */
#include "engine/domain_edit.h"

#include <string.h>

#include "engine/domain_address.h"
#include "engine/xml_edit.h"

struct DomainEdit {
    Domain *domain;
    XmlEdit *xml;
    GHashTable *removed; /* (XmlNode) */
    GHashTable *last;    /* element name -> the last XmlNode of that name in <devices> */
    GString *elements;   /* for a <devices> that the file does not have yet */
};

DomainEdit *domain_edit_new(const Domain *domain)
{
    DomainEdit *edit = g_new0(DomainEdit, 1);
    edit->domain = domain_ref((Domain *)domain);
    edit->xml = xml_edit_new(domain->document);
    edit->removed = g_hash_table_new(NULL, NULL);
    edit->elements = g_string_new(NULL);
    return edit;
}

void domain_edit_free(DomainEdit *edit)
{
    if (!edit)
        return;
    xml_edit_free(edit->xml);
    domain_unref(edit->domain);
    g_hash_table_unref(edit->removed);
    if (edit->last)
        g_hash_table_unref(edit->last);
    g_string_free(edit->elements, TRUE);
    g_free(edit);
}

gboolean domain_edit_is_empty(const DomainEdit *edit)
{
    return xml_edit_is_empty(edit->xml) && !edit->elements->len;
}

/* --- addresses ------------------------------------------------------------------------------- */

static gboolean holds(char **attributes, const char *name)
{
    for (guint i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* What another kind of address had, and the other spellings of a USB address, go. The target that a
 * drive's address need not have is 0 where it has one. */
static void drop_attribute(DomainEdit *edit, const DomainAddress *address, const char *type,
                           const XmlAttribute *attribute)
{
    gboolean spelling =
        strcmp(attribute->name, "dev") == 0 || strcmp(attribute->name, "device") == 0;
    gboolean same_type = g_strcmp0(address->type, type) == 0;
    if (same_type && strcmp(type, "drive") == 0 && strcmp(attribute->name, "target") == 0) {
        if (!domain_address_value_equal(type, "target", attribute->value, NULL))
            xml_edit_set(edit->xml, address->node, "target", "0", NULL);
    } else if (!same_type || spelling) {
        xml_edit_set(edit->xml, address->node, attribute->name, NULL, NULL);
    }
}

static void drop_attributes(DomainEdit *edit, const DomainAddress *address, const char *type,
                            char **attributes)
{
    for (guint i = 0; i < address->node->attributes->len; i++) {
        const XmlAttribute *attribute = address->node->attributes->pdata[i];
        if (strcmp(attribute->name, "type") != 0 && strcmp(attribute->name, "mode") != 0 &&
            !holds(attributes, attribute->name))
            drop_attribute(edit, address, type, attribute);
    }
}

static void set_attributes(DomainEdit *edit, const DomainAddress *address, const char *type,
                           char **attributes)
{
    const char *after = xml_node_get(address->node, "mode") ? "mode" : "type";
    gboolean other_type = g_strcmp0(address->type, type) != 0;
    gboolean complete = other_type || address->wanted;
    for (guint i = 0; attributes[i]; i += 2) {
        const char *name = attributes[i];
        const char *value = attributes[i + 1];
        const char *written = xml_node_get(address->node, name);
        gboolean differs = other_type || !domain_address_value_equal(type, name, written, value);
        if (differs || (!written && complete))
            xml_edit_set(edit->xml, address->node, name, value, after);
        if (differs || written || complete)
            after = name;
    }
}

void domain_edit_mode(DomainEdit *edit, const DomainDevice *device, AddressMode mode)
{
    const XmlNode *node = device->address.node;
    if (!node)
        return;
    const char *written = xml_node_get(node, "mode");
    if ((written || mode != MODE_STATIC) && g_strcmp0(written, address_mode_name(mode)) != 0)
        xml_edit_set(edit->xml, node, "mode", address_mode_name(mode), "type");
}

void domain_edit_address(DomainEdit *edit, const DomainDevice *device, const Address *place,
                         AddressMode mode)
{
    const DomainAddress *address = &device->address;
    const char *type = domain_address_type(place->type);
    g_return_if_fail(type);
    if (!address->node) {
        g_autofree char *element = domain_address_element(place, &mode);
        xml_edit_insert(edit->xml, device->node, NULL, element);
        return;
    }
    g_auto(GStrv) attributes = domain_address_attributes(place);
    drop_attributes(edit, address, type, attributes);
    if (g_strcmp0(xml_node_get(address->node, "type"), type) != 0)
        xml_edit_set(edit->xml, address->node, "type", type, NULL);
    domain_edit_mode(edit, device, mode);
    set_attributes(edit, address, type, attributes);
}

void domain_edit_multifunction(DomainEdit *edit, const DomainDevice *device)
{
    g_return_if_fail(device->address.node);
    if (device->address.multifunction != 1)
        xml_edit_set(edit->xml, device->address.node, "multifunction", "on", "function");
}

/* --- elements -------------------------------------------------------------------------------- */

static void index_elements(DomainEdit *edit)
{
    edit->last = g_hash_table_new(g_str_hash, g_str_equal);
    const GPtrArray *children = edit->domain->devices_node->children;
    for (guint i = 0; i < children->len; i++) {
        XmlNode *node = children->pdata[i];
        if (!g_hash_table_contains(edit->removed, node))
            g_hash_table_insert(edit->last, node->name, node);
    }
}

static char *element_name(const char *element)
{
    const char *start = strchr(element, '<');
    return start ? g_strndup(start + 1, strcspn(start + 1, " \t\r\n/>")) : g_strdup("");
}

/* A <controller type='usb' model='none'/> or <memballoon model='none'/> keeps libvirt from adding
 * one by itself. Beside a real one it is refused (9.0). */
static gboolean rules_out(const XmlNode *node, const char *name, const char *element)
{
    const char *type = xml_node_get(node, "type");
    if (strcmp(node->name, name) != 0 || g_strcmp0(xml_node_get(node, "model"), "none") != 0)
        return FALSE;
    return strcmp(name, "memballoon") == 0 ||
           (g_strcmp0(type, "usb") == 0 && strstr(element, " type='usb'"));
}

static void remove_ruling_out(DomainEdit *edit, const char *name, const char *element)
{
    const GPtrArray *nodes = edit->domain->devices_node->children;
    if (strcmp(name, "controller") != 0 && strcmp(name, "memballoon") != 0)
        return;
    for (guint i = 0; i < nodes->len; i++) {
        if (rules_out(nodes->pdata[i], name, element) &&
            g_hash_table_add(edit->removed, nodes->pdata[i])) {
            xml_edit_remove(edit->xml, nodes->pdata[i]);
            g_clear_pointer(&edit->last, g_hash_table_unref);
        }
    }
}

void domain_edit_add(DomainEdit *edit, const char *element)
{
    const XmlNode *parent = edit->domain->devices_node;
    if (!parent) {
        g_auto(GStrv) lines = g_strsplit(element, "\n", -1);
        for (guint i = 0; lines[i]; i++) {
            if (*lines[i])
                g_string_append_printf(edit->elements, "  %s\n", lines[i]);
        }
        return;
    }
    g_autofree char *name = element_name(element);
    remove_ruling_out(edit, name, element);
    if (!edit->last)
        index_elements(edit);
    xml_edit_insert(edit->xml, parent, g_hash_table_lookup(edit->last, name), element);
}

void domain_edit_remove(DomainEdit *edit, const DomainDevice *device)
{
    xml_edit_remove(edit->xml, device->node);
    g_hash_table_add(edit->removed, (gpointer)device->node);
    g_clear_pointer(&edit->last, g_hash_table_unref);
}

static XmlDocument *add_devices(XmlDocument *document, const char *elements, GError **error)
{
    g_autoptr(XmlEdit) xml = xml_edit_new(document);
    g_autofree char *devices = g_strdup_printf("<devices>\n%s</devices>", elements);
    xml_edit_insert(xml, xml_document_root(document), NULL, devices);
    return xml_edit_apply(xml, error);
}

Domain *domain_edit_apply(const DomainEdit *edit, GError **error)
{
    g_autoptr(XmlDocument) document = xml_edit_apply(edit->xml, error);
    if (document && edit->elements->len) {
        g_autoptr(XmlDocument) before = g_steal_pointer(&document);
        document = add_devices(before, edit->elements->str, error);
    }
    return document ? domain_new(document, error) : NULL;
}

Domain *domain_pin(const Domain *domain, const GPtrArray *devices, GError **error)
{
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    const GPtrArray *chosen = devices ? devices : domain->devices;
    for (guint i = 0; i < chosen->len; i++) {
        const DomainDevice *device = chosen->pdata[i];
        /* A place that is still to be chosen cannot stay what it is. */
        if (device->address.mode == MODE_DYNAMIC && !device->address.wanted)
            domain_edit_mode(edit, device, MODE_STATIC);
    }
    return domain_edit_apply(edit, error);
}
