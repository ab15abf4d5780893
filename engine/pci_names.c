/* libpci as a dictionary: its access methods, which would scan the host's own bus, stay unused. */
#include "engine/pci_names.h"

#include <pci/pci.h>

/* pci_init would set these, and open a method of access too; the dictionary needs only these three
 * (it calls debug while loading). A dictionary that cannot be read is one without entries. */
static void keep_quiet(char *format, ...) G_GNUC_PRINTF(1, 2);
static void keep_quiet(char *format, ...)
{
}

static void give_up(char *format, ...) G_GNUC_PRINTF(1, 2) G_GNUC_NORETURN;
static void give_up(char *format, ...)
{
    g_error("libpci: %s", format);
}

/* Kept for the life of the process: loading takes 11 ms and 2.3 MB (pciutils 3.9, pci.ids of 1.3
 * MB), so nobody pays who does not ask for names. */
static struct pci_access *dictionary(void)
{
    static struct pci_access *access;
    if (!access) {
        access = pci_alloc();
        access->error = give_up;
        access->warning = keep_quiet;
        access->debug = keep_quiet;
    }
    return access;
}

/* No numbers in place of a name; pci.ids alone, without udev's copy of it. The network and the
 * cache of its answers are asked only where PCI_LOOKUP_NETWORK and PCI_LOOKUP_CACHE say so. */
#define FLAGS (PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB)

char *pci_device_name(guint16 vendor, guint16 device)
{
    char buffer[256];
    return g_strdup(pci_lookup_name(dictionary(), buffer, sizeof buffer, PCI_LOOKUP_DEVICE | FLAGS,
                                    vendor, device));
}
