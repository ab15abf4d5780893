/* Names of PCI devices from libpci's pci.ids. Loaded at the first question. */
#ifndef BACKPLANE_PCI_NAMES_H
#define BACKPLANE_PCI_NAMES_H

#include <glib.h>

/* "82540EM Gigabit Ethernet Controller"; NULL where pci.ids has no such device. (transfer full) */
char *pci_device_name(guint16 vendor, guint16 device);

#endif
