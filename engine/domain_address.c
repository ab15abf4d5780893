/* <address> elements: one table of libvirt's types with their attributes, ranges and written form.
 */
#include "engine/domain_address.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/text.h"

#define FIELDS_MAX 5
#define INDEX_MAX 65535 /* no limit of libvirt's or QEMU's; keeps sums far from overflow */
#define USB_DEPTH_MAX 4 /* numbers of a port that libvirt's schema allows */
#define USB_PORT_MAX 255

typedef struct {
    const char *name;
    guint base; /* 0: 0x says hexadecimal, a leading 0 octal, as libvirt reads it */
    guint64 max;
    gboolean required;
} Field;

/* The types in the order of libvirt's enum (9.0.0), their bases and ranges as its parser has them.
 * All numbers are 0 where they are left out. */
static const struct AddressForm {
    const char *type;
    AddressType place; /* ADDRESS_NONE: read and kept, but nothing we put into numbers */
    Field fields[FIELDS_MAX];
} forms[] = {
    { "pci",
      ADDRESS_PCI,
      { { "domain", 0, 0xffff }, { "bus", 0, 0xff }, { "slot", 0, 0x1f }, { "function", 0, 7 } } },
    { "drive",
      ADDRESS_DRIVE,
      { { "controller", 10, INDEX_MAX },
        { "bus", 10, 99 },
        { "target", 10, INDEX_MAX },
        { "unit", 10, 99999 } } },
    { "virtio-serial",
      ADDRESS_SERIAL,
      { { "controller", 10, INDEX_MAX }, { "bus", 10, 0 }, { "port", 10, 511 } } },
    { "ccid", ADDRESS_NONE, { { "controller", 10, INDEX_MAX }, { "slot", 10, INDEX_MAX } } },
    { "usb", ADDRESS_USB, { { "bus", 10, INDEX_MAX }, { "dev", 10, 127 }, { "device", 10, 127 } } },
    { "spapr-vio", ADDRESS_NONE, { { "reg", 16, G_MAXUINT64 } } },
    { "virtio-s390", ADDRESS_NONE },
    { "ccw",
      ADDRESS_NONE,
      { { "cssid", 0, 254, TRUE }, { "ssid", 0, 3, TRUE }, { "devno", 0, 65535, TRUE } } },
    { "virtio-mmio", ADDRESS_NONE },
    { "isa", ADDRESS_NONE, { { "iobase", 16, 0xffff }, { "irq", 16, 15 } } },
    { "dimm", ADDRESS_NONE, { { "slot", 10, 255, TRUE }, { "base", 16, G_MAXUINT64 } } },
    { "unassigned", ADDRESS_NONE },
};
typedef struct AddressForm AddressForm;

static const char *const mode_names[] = { [MODE_STATIC] = "static", [MODE_DYNAMIC] = "dynamic" };

/* What tells the type of an element that has none; the first that fits. */
static const struct {
    const char *attribute;
    const char *type;
} telling[] = {
    { "slot", "pci" },     { "function", "pci" }, { "unit", "drive" },
    { "target", "drive" }, { "dev", "usb" },      { "device", "usb" },
};

const char *address_mode_name(AddressMode mode)
{
    g_return_val_if_fail(mode < G_N_ELEMENTS(mode_names), NULL);
    return mode_names[mode];
}

const char *domain_address_type(AddressType type)
{
    for (gsize i = 0; type != ADDRESS_NONE && i < G_N_ELEMENTS(forms); i++) {
        if (forms[i].place == type)
            return forms[i].type;
    }
    return NULL;
}

static const AddressForm *find_form(const char *type)
{
    for (gsize i = 0; type && i < G_N_ELEMENTS(forms); i++) {
        if (strcmp(forms[i].type, type) == 0)
            return &forms[i];
    }
    return NULL;
}

const char *domain_address_type_at(guint index)
{
    return index < G_N_ELEMENTS(forms) ? forms[index].type : NULL;
}

const char *domain_address_field_at(const char *type, guint index)
{
    const AddressForm *form = find_form(type);

    return form && index < FIELDS_MAX ? form->fields[index].name : NULL;
}

static const Field *find_field(const AddressForm *form, const char *name)
{
    for (gsize i = 0; form && i < FIELDS_MAX && form->fields[i].name; i++) {
        if (strcmp(form->fields[i].name, name) == 0)
            return &form->fields[i];
    }
    return NULL;
}

/* --- reading --------------------------------------------------------------------------------- */

static void problem(GPtrArray *problems, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void problem(GPtrArray *problems, const char *format, ...)
{
    va_list arguments;
    if (!problems)
        return;
    va_start(arguments, format);
    g_autofree char *clause = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(problems, text_printable(clause, -1, 0));
}

static gboolean parse_base(const char *text, guint base, guint64 *value)
{
    return g_ascii_string_to_unsigned(text, base, 0, G_MAXUINT64, value, NULL);
}

/* As libvirt's parser takes it: strtoull without signs and white space. */
static gboolean parse_strictly(const char *text, guint base, guint64 *value)
{
    gboolean hexadecimal = g_str_has_prefix(text, "0x") || g_str_has_prefix(text, "0X");
    if (hexadecimal && base != 10)
        return parse_base(text + 2, 16, value);
    if (base)
        return parse_base(text, base, value);
    return parse_base(text, text[0] == '0' && text[1] ? 8 : 10, value);
}

static gboolean parse_digits(const char *text, guint base, guint64 *value)
{
    return parse_strictly(text, base, value) || (!base && parse_base(text, 16, value));
}

static gboolean parse_field(const Field *field, const char *text, guint64 *value,
                            GPtrArray *problems)
{
    if (!parse_digits(text, field->base, value)) {
        problem(problems, "%s='%s' is no %snumber", field->name, text,
                field->base == 10 ? "decimal " : "");
        return FALSE;
    }
    if (*value <= field->max)
        return TRUE;
    problem(problems,
            field->base == 10 ? "%s='%s' is above %" G_GUINT64_FORMAT
                              : "%s='%s' is above 0x%" G_GINT64_MODIFIER "x",
            field->name, text, field->max);
    return FALSE;
}

/* The numbers of the element's form, in its order; 0 for what is left out. */
static gboolean parse_fields(const XmlNode *node, const AddressForm *form,
                             guint64 values[FIELDS_MAX], GPtrArray *problems)
{
    gboolean valid = TRUE;
    for (gsize i = 0; i < FIELDS_MAX && form->fields[i].name; i++) {
        const Field *field = &form->fields[i];
        const char *text = xml_node_get(node, field->name);
        if (text) {
            valid = parse_field(field, text, &values[i], problems) && valid;
        } else if (field->required && node->attributes->len > 1) {
            problem(problems, "%s= is missing: an address of type %s has it", field->name,
                    form->type);
            valid = FALSE;
        }
    }
    return valid;
}

/* "2", behind hubs "2.1"; zeros before a number go. */
static gboolean parse_port(const char *text, char *port, gsize size, GPtrArray *problems)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", -1);
    GString *joined = g_string_new(NULL);
    gboolean valid = parts[0] && g_strv_length(parts) <= USB_DEPTH_MAX;
    for (guint i = 0; valid && parts[i]; i++) {
        guint64 number;
        valid = g_ascii_string_to_unsigned(parts[i], 10, 1, USB_PORT_MAX, &number, NULL);
        g_string_append_printf(joined, "%s%u", i ? "." : "", valid ? (guint)number : 0);
    }
    if (valid)
        g_strlcpy(port, joined->str, size);
    else
        problem(problems, "port='%s' is no port: it is up to %d numbers of 1 to %d with dots", text,
                USB_DEPTH_MAX, USB_PORT_MAX);
    g_string_free(joined, TRUE);
    return valid;
}

static gboolean read_usb(const XmlNode *node, const guint64 *values, DomainAddress *address,
                         GPtrArray *problems)
{
    const char *port = xml_node_get(node, "port");
    const char *number = xml_node_get(node, "dev");
    if (number || xml_node_get(node, "device"))
        address->usb_device = values[number ? 1 : 2];
    address->place.type = ADDRESS_USB;
    address->place.usb.bus = values[0];
    address->wanted = !port;
    return !port ||
           parse_port(port, address->place.usb.port, sizeof address->place.usb.port, problems);
}

static gboolean read_multifunction(const XmlNode *node, DomainAddress *address, GPtrArray *problems)
{
    const char *text = xml_node_get(node, "multifunction");
    if (!text)
        return TRUE;
    address->multifunction = strcmp(text, "on") == 0 ? 1 : strcmp(text, "off") == 0 ? 0 : -1;
    if (address->multifunction >= 0)
        return TRUE;
    problem(problems, "multifunction='%s' is neither on nor off", text);
    return FALSE;
}

/* The user and function ids that a guest of the z architecture has. */
static gboolean check_zpci(const XmlNode *node, GPtrArray *problems)
{
    static const Field fields[] = { { "uid", 0, 0xffff }, { "fid", 0, G_MAXUINT32 } };
    const XmlNode *zpci = xml_node_child(node, "zpci");
    gboolean valid = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *text = xml_node_get(zpci, fields[i].name);
        guint64 value;
        valid = (!text || parse_field(&fields[i], text, &value, problems)) && valid;
    }
    return valid;
}

static gboolean read_pci(const XmlNode *node, const guint64 *values, DomainAddress *address,
                         GPtrArray *problems)
{
    address->place =
        (Address){ .type = ADDRESS_PCI, .pci = { values[0], values[1], values[2], values[3] } };
    /* As libvirt has it, whatever the function. */
    address->wanted = !values[0] && !values[1] && !values[2];
    gboolean valid = check_zpci(node, problems);
    return read_multifunction(node, address, problems) && valid;
}

static gboolean read_place(const XmlNode *node, const AddressForm *form, DomainAddress *address,
                           GPtrArray *problems)
{
    guint64 values[FIELDS_MAX] = { 0 };
    if (!parse_fields(node, form, values, problems))
        return FALSE;
    switch (form->place) {
    case ADDRESS_NONE:
        return TRUE;
    case ADDRESS_PCI:
        return read_pci(node, values, address, problems);
    case ADDRESS_USB:
        return read_usb(node, values, address, problems);
    case ADDRESS_DRIVE:
        /* Which number is the SCSI id, only the controller tells: domain.c sees to it. */
        address->place =
            (Address){ .type = ADDRESS_DRIVE,
                       .drive = { values[0], values[1], values[2], values[3], FALSE } };
        return TRUE;
    case ADDRESS_SERIAL:
        address->place = (Address){ .type = ADDRESS_SERIAL, .serial = { values[0], values[2] } };
        return TRUE;
    }
    g_return_val_if_reached(FALSE);
}

static void read_mode(const XmlNode *node, DomainAddress *address, GPtrArray *problems)
{
    const char *text = xml_node_get(node, "mode");
    if (!text)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(mode_names); i++) {
        if (strcmp(mode_names[i], text) == 0) {
            address->mode = i;
            return;
        }
    }
    problem(problems, "mode='%s' is neither static nor dynamic", text);
}

static const char *guess_type(const XmlNode *node)
{
    for (gsize i = 0; i < G_N_ELEMENTS(telling); i++) {
        if (xml_node_get(node, telling[i].attribute))
            return telling[i].type;
    }
    return NULL;
}

/* Whether anything but the type and the mode is said. */
static gboolean says_place(const XmlNode *node)
{
    for (guint i = 0; i < node->attributes->len; i++) {
        const XmlAttribute *attribute = node->attributes->pdata[i];
        if (strcmp(attribute->name, "type") != 0 && strcmp(attribute->name, "mode") != 0 &&
            strcmp(attribute->name, "multifunction") != 0)
            return TRUE;
    }
    return FALSE;
}

void domain_address_read(const XmlNode *node, DomainAddress *address, GPtrArray *problems)
{
    *address = (DomainAddress){ .node = node, .usb_device = -1, .multifunction = -1 };
    if (!node)
        return;
    read_mode(node, address, problems);
    const char *type = xml_node_get(node, "type");
    if (!type)
        type = guess_type(node);
    if (!type) {
        problem(problems, "type= is missing, and nothing else tells what address it is");
        return;
    }
    const AddressForm *form = find_form(type);
    if (!form)
        return;
    address->type = form->type;
    gboolean valid = read_place(node, form, address, problems);
    /* Some types have no numbers: they say all there is. */
    if (form->fields[0].name && !says_place(node))
        address->wanted = TRUE;
    if (!valid || address->wanted)
        address->place = (Address){ 0 };
    address->wanted = address->wanted && valid;
}

GPtrArray *domain_address_unknown(const XmlNode *node)
{
    GPtrArray *unknown = g_ptr_array_new();
    const char *type = xml_node_get(node, "type");
    const AddressForm *form = find_form(type ? type : guess_type(node));
    for (guint i = 0; form && i < node->attributes->len; i++) {
        const char *name = ((XmlAttribute *)node->attributes->pdata[i])->name;
        if (strcmp(name, "type") != 0 && strcmp(name, "mode") != 0 &&
            !(form->place == ADDRESS_PCI && strcmp(name, "multifunction") == 0) &&
            !(form->place == ADDRESS_USB && strcmp(name, "port") == 0) && !find_field(form, name))
            g_ptr_array_add(unknown, (char *)name);
    }
    return unknown;
}

char *domain_address_identity(const XmlNode *node)
{
    const AddressForm *form = find_form(xml_node_get(node, "type"));
    GString *identity = g_string_new(form ? form->type : NULL);
    gsize empty = identity->len;
    for (guint i = 0; form && form->place == ADDRESS_NONE && i < FIELDS_MAX; i++) {
        const Field *field = &form->fields[i];
        const char *text = field->name ? xml_node_get(node, field->name) : NULL;
        guint64 value;
        /* An interrupt can be shared, and a module's base is the machine's affair. */
        if (text && strcmp(field->name, "irq") != 0 && strcmp(field->name, "base") != 0 &&
            parse_digits(text, field->base, &value))
            g_string_append_printf(identity, " %s=%" G_GUINT64_FORMAT, field->name, value);
    }
    return g_string_free(identity, identity->len == empty);
}

/* --- writing --------------------------------------------------------------------------------- */

static void add(GPtrArray *strings, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void add(GPtrArray *strings, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(strings, g_strdup(name));
    g_ptr_array_add(strings, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static void add_drive(GPtrArray *strings, const Address *place)
{
    add(strings, "controller", "%u", place->drive.controller);
    add(strings, "bus", "%u", place->drive.bus);
    if (place->drive.target)
        add(strings, "target", "%u", place->drive.target);
    add(strings, "unit", "%u", place->drive.unit);
}

char **domain_address_attributes(const Address *place)
{
    GPtrArray *strings = g_ptr_array_new();
    switch (place->type) {
    case ADDRESS_NONE:
        break;
    case ADDRESS_PCI:
        add(strings, "domain", "0x%04x", place->pci.domain);
        add(strings, "bus", "0x%02x", place->pci.bus);
        add(strings, "slot", "0x%02x", place->pci.slot);
        add(strings, "function", "0x%x", place->pci.function);
        break;
    case ADDRESS_DRIVE:
        add_drive(strings, place);
        break;
    case ADDRESS_USB:
        add(strings, "bus", "%u", place->usb.bus);
        add(strings, "port", "%s", place->usb.port);
        break;
    case ADDRESS_SERIAL:
        add(strings, "controller", "%u", place->serial.controller);
        add(strings, "bus", "0");
        add(strings, "port", "%u", place->serial.port);
        break;
    }
    g_ptr_array_add(strings, NULL);
    return (char **)g_ptr_array_free(strings, FALSE);
}

char *domain_address_element(const Address *place, const AddressMode *mode)
{
    g_auto(GStrv) attributes = domain_address_attributes(place);
    GString *element = g_string_new("<address");
    g_string_append_printf(element, " type='%s'", domain_address_type(place->type));
    if (mode)
        g_string_append_printf(element, " mode='%s'", address_mode_name(*mode));
    for (guint i = 0; attributes[i]; i += 2)
        g_string_append_printf(element, " %s='%s'", attributes[i], attributes[i + 1]);
    return g_string_free(g_string_append(element, "/>"), FALSE);
}

gboolean domain_address_value_equal(const char *type, const char *attribute, const char *a,
                                    const char *b)
{
    const Field *field = find_field(find_form(type), attribute);
    guint64 number_a = 0, number_b = 0;
    if (!field)
        return g_strcmp0(a, b) == 0;
    return (!a || parse_digits(a, field->base, &number_a)) &&
           (!b || parse_digits(b, field->base, &number_b)) && number_a == number_b;
}

char *domain_address_libvirt_value(const char *type, const char *attribute, const char *value)
{
    const AddressForm *form = find_form(type);
    const Field *field = find_field(form, attribute);
    guint64 number, same;
    if (!field || g_str_has_prefix(value, "0x") || !parse_digits(value, field->base, &number))
        return NULL;
    /* Its schema counts decimal digits, and asks ISA addresses for the 0x that its parser could do
     * without. */
    if (field->base == 10)
        return value[0] == '0' && value[1] ? g_strdup_printf("%" G_GUINT64_FORMAT, number) : NULL;
    gboolean needed = strcmp(form->type, "isa") == 0 || !parse_strictly(value, field->base, &same);
    return needed ? g_strdup_printf("0x%" G_GINT64_MODIFIER "x", number) : NULL;
}
