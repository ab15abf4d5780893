/* <address> elements: one table of libvirt's types with their attributes, ranges and written form.
 */
#ifndef BACKPLANE_DOMAIN_ADDRESS_H
#define BACKPLANE_DOMAIN_ADDRESS_H

#include "engine/domain.h"

/* node: the <address> element, NULL for none. What is wrong is added to problems (char *), which
 * may be NULL: clauses such as "slot='0x20' is above 0x1f". An element without a type gets the one
 * that its attributes make clear, as files from before there were types have it; a type that
 * libvirt does not have is no problem, but leaves address->type NULL. PCI numbers may also be
 * hexadecimal without 0x ("1f"), which libvirt's schema allows. */
void domain_address_read(const XmlNode *node, DomainAddress *address, GPtrArray *problems);
/* Attributes of the element that no address of its type has. (transfer container) (const char *) */
GPtrArray *domain_address_unknown(const XmlNode *node);
/* What tells a place of a type that has no Address: "isa iobase=1016", "ccw cssid=254 ssid=0
 * devno=1"; NULL for the others, and where nothing is said. (transfer full) */
char *domain_address_identity(const XmlNode *node);
/* The attributes of a pci, drive, usb or virtio-serial address as they are written, in order: name,
 * value, name, value, ..., NULL. A drive's target is left out where it is 0. (transfer full) */
char **domain_address_attributes(const Address *place);
/* "<address type='pci' mode='static' domain='0x0000' .../>"; mode NULL: leave it out. (transfer
 * full) */
char *domain_address_element(const Address *place, const AddressMode *mode);

/* "pci", "drive", "usb", "virtio-serial"; NULL for ADDRESS_NONE. */
const char *domain_address_type(AddressType type);
/* The n-th of the types that libvirt has, and the n-th number of its addresses; NULL beyond the
 * last.
 */
const char *domain_address_type_at(guint index);
const char *domain_address_field_at(const char *type, guint index);
const char *address_mode_name(AddressMode mode);
/* How libvirt's parser has to find a value: NULL when it is right as it is. (transfer full) */
char *domain_address_libvirt_value(const char *type, const char *attribute, const char *value);
/* Whether two values of an attribute mean the same: "0x05" and "5"; a missing one (NULL) is 0. */
gboolean domain_address_value_equal(const char *type, const char *attribute, const char *a,
                                    const char *b);

#endif
