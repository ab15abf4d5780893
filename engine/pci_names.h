/* Names of PCI vendors, devices and classes from libpci's pci.ids. Loaded at the first question. */
#ifndef BACKPLANE_PCI_NAMES_H
#define BACKPLANE_PCI_NAMES_H

#include <glib.h>

/* "82540EM Gigabit Ethernet Controller"; NULL where pci.ids has no such device. (transfer full) */
char *pci_device_name(guint16 vendor, guint16 device);
/* "Intel Corporation". (transfer full) */
char *pci_vendor_name(guint16 vendor);
/* "Ethernet controller". (transfer full) */
char *pci_class_name(guint16 class_code);

#endif
