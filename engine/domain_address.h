/* <address> elements: one table of libvirt's types with their attributes, ranges and written form.
 */
#ifndef BACKPLANE_DOMAIN_ADDRESS_H
#define BACKPLANE_DOMAIN_ADDRESS_H

#include "engine/domain.h"

/* node: the <address> element, NULL for none. What is wrong is added to problems (char *), which
 * may be NULL: clauses such as "slot='0x20' is above 0x1f". */
void domain_address_read(const XmlNode *node, DomainAddress *address, GPtrArray *problems);
/* The attributes of a pci, drive, usb or virtio-serial address as they are written, in order: name,
 * value, name, value, ..., NULL. (transfer full) */
char **domain_address_attributes(const Address *place);
/* "<address type='pci' mode='static' domain='0x0000' .../>"; mode NULL: leave it out. (transfer
 * full) */
char *domain_address_element(const Address *place, const AddressMode *mode);

#endif
