/* The rules of addresses, shared among the files that state them; callers use domain_check. */
#ifndef BACKPLANE_DOMAIN_CHECK_H
#define BACKPLANE_DOMAIN_CHECK_H

#include "engine/domain.h"

typedef struct {
    const Domain *domain;
    GArray *problems;  /* (CheckProblem) */
    GHashTable *taken; /* text of a place or a name -> (DomainDevice) its holder */
    GHashTable *slots; /* text of a PCI slot -> (CheckSlot) */
    GHashTable *hubs;  /* text of a USB port -> a hub is there */
    gboolean free_hub; /* there is a hub whose port is still to be chosen */
} Check;

/* Adds "FILE:LINE: DEVICE: CLAUSE". */
void check_say(Check *check, const DomainDevice *device, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Notes who has a thing; says so when another has it already. key: (transfer full); what: the
 * thing as the sentence has it: "the address 00:05.0". */
void check_take(Check *check, const DomainDevice *device, char *key, const char *what);

void check_pci(Check *check, const DomainDevice *device);
/* Once all devices were checked. */
void check_pci_functions(Check *check);
void check_drive(Check *check, const DomainDevice *device);
void check_usb(Check *check, const DomainDevice *device);
void check_serial(Check *check, const DomainDevice *device);

#endif
