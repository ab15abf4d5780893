/* One device as an element of <devices>, whether a guest has it or a plan will plug it: such a one
 * is a Device that was put together from the plan. Private to the describe files. */
#ifndef BACKPLANE_DESCRIBE_ITEM_H
#define BACKPLANE_DESCRIBE_ITEM_H

#include "engine/describe_text.h"
#include "engine/domain_model.h"
#include "engine/guest.h"

typedef struct {
    const Guest *guest; /* what is behind its ports */
    const Device *device;
    const DomainModel *words; /* describe_words; NULL: libvirt has none */
    int index;                /* of a controller; -1 */
    const char *target;       /* name of a drive; NULL: none */
    Address place;            /* in the file's words; ADDRESS_NONE: it has none */
    AddressMode mode;
    /* Of a drive's driver element; NULL: the default, or not known. */
    const char *cache, *io, *discard;
    /* What libvirt's words cannot say, for <property> elements of ours: name, value, ..., NULL;
     * NULL for none. */
    const char *const *properties;
} DescribeItem;

/* --- describe_words.c: which element ---------------------------------------------------------- */

/* What libvirt calls the device; NULL: it has no word. A controller or a NIC that it does not know
 * has a row without a driver: the driver is the word then. */
const DomainModel *describe_words(MachineFamily family, const Guest *guest, const Device *device);
/* "pci", "scsi", ...: the type of a controller of such buses; NULL for others. */
const char *describe_controller_type(BusFamily family);
/* Of the guest, by its host bridge. */
MachineFamily describe_family(const Guest *guest);

/* --- describe_item.c: its text --------------------------------------------------------------- */

/* "disk", "controller", ..., "device" where libvirt has no word. */
const char *describe_element_name(const DescribeItem *item);
void describe_item(const DescribeItem *item, DescribeText *text);

/* --- describe_backend.c: what is behind a device --------------------------------------------- */

/* The type attribute of the element, and its children that tell the back end. */
const char *describe_drive_type(const Device *device);
void describe_drive_source(const Device *device, DescribeText *text);
const char *describe_nic_type(const Device *device);
void describe_nic_source(const Device *device, DescribeText *text);
const char *describe_chardev_type(const DescribeItem *item);
void describe_chardev_source(const DescribeItem *item, DescribeText *text);

#endif
