/* Where the addresses of a domain file lead: PCI buses and the bays of drive controllers, in the
 * file's words and in QEMU's. */
#include "engine/domain_private.h"

#include <string.h>

/* --- PCI buses ------------------------------------------------------------------------------- */

static BusFamily root_bus(const Domain *domain, const DomainDevice *controller)
{
    if (controller && g_strcmp0(controller->xml_model, "pcie-root") == 0)
        return BUS_PCIE;
    if (controller && g_strcmp0(controller->xml_model, "pci-root") == 0)
        return BUS_PCI;
    if (domain->family == MACHINE_OTHER)
        return domain->machine && g_str_has_prefix(domain->machine, "virt") ? BUS_PCIE : BUS_PCI;
    return domain->family == MACHINE_Q35 ? BUS_PCIE : BUS_PCI;
}

BusFamily domain_pci_bus(const Domain *domain, guint index, const DomainDevice **controller)
{
    const DomainDevice *found = domain_controller(domain, "pci", index);
    if (controller)
        *controller = found;
    if (index == 0)
        return root_bus(domain, found);
    if (!found || !found->model)
        return BUS_OTHER;
    return found->model->offers;
}

/* By the driver of the controller (libvirt, domain_addr.c; QEMU says the same of ports). */
static const struct {
    const char *driver;
    guint first, last;
} slot_ranges[] = {
    { "i82801b11-bridge", 0, 31 }, { "ioh3420", 0, 0 },         { "pci-bridge", 1, 31 },
    { "pcie-pci-bridge", 1, 31 },  { "pcie-root-port", 0, 0 },  { "pxb", 0, 31 },
    { "pxb-pcie", 0, 31 },         { "x3130-upstream", 0, 31 }, { "xio3130-downstream", 0, 0 },
};

gboolean domain_pci_slots(const Domain *domain, guint index, guint *first, guint *last)
{
    const DomainDevice *controller = domain_controller(domain, "pci", index);
    *first = 1;
    *last = 31;
    for (gsize i = 0; index && controller && i < G_N_ELEMENTS(slot_ranges); i++) {
        if (g_strcmp0(slot_ranges[i].driver, controller->driver) == 0) {
            *first = slot_ranges[i].first;
            *last = slot_ranges[i].last;
            return TRUE;
        }
    }
    return index == 0;
}

/* --- drives ---------------------------------------------------------------------------------- */

gboolean domain_is_narrow(const Model *controller)
{
    return !controller || controller->reserved != G_MAXUINT;
}

const char *domain_drive_bus(const DomainDevice *device)
{
    static const char *const buses[] = { "scsi", "ide", "sata", "fdc" };
    const char *bus = device->bus;
    if (strcmp(device->element, "hostdev") == 0)
        bus = device->type;
    else if (strcmp(device->element, "disk") != 0)
        return NULL;
    for (gsize i = 0; bus && i < G_N_ELEMENTS(buses); i++) {
        if (strcmp(buses[i], bus) == 0)
            return buses[i];
    }
    return NULL;
}

const DomainDevice *domain_drive_controller(const DomainDevice *drive)
{
    const char *bus = domain_drive_bus(drive);
    if (!bus || drive->address.place.type != ADDRESS_DRIVE)
        return NULL;
    return domain_controller(drive->domain, bus, drive->address.place.drive.controller);
}

gboolean domain_qemu_place(const DomainDevice *device, Address *place)
{
    *place = device->address.place;
    if (place->type == ADDRESS_NONE)
        return FALSE;
    if (place->type != ADDRESS_DRIVE || g_strcmp0(domain_drive_bus(device), "scsi") != 0)
        return TRUE;
    const DomainDevice *controller = domain_drive_controller(device);
    place->drive.scsi = TRUE;
    if (domain_is_narrow(controller ? controller->model : NULL) && !place->drive.target) {
        place->drive.target = place->drive.unit;
        place->drive.unit = 0;
    }
    return TRUE;
}

void domain_xml_place(const Model *controller, Address *place)
{
    if (place->type != ADDRESS_DRIVE || !place->drive.scsi || !domain_is_narrow(controller))
        return;
    /* A lun other than 0 cannot be said of a narrow adapter; the target stays then. */
    if (place->drive.unit)
        return;
    place->drive.unit = place->drive.target;
    place->drive.target = 0;
    place->drive.scsi = FALSE;
}
