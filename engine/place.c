/* Places as identities: written, and read again by those who watch a slot. */
#include "engine/place.h"

#include <stdio.h>
#include <string.h>

#define SLOTS 32

char *place_of_pci(const Address *address)
{
    g_autofree char *text = address_to_text(address);
    return g_strconcat("pci ", text, NULL);
}

char *place_of_scsi(const char *controller, guint target)
{
    return g_strdup_printf("%s/scsi %u", controller, target);
}

gboolean place_slot(const char *place, guint *slot)
{
    unsigned bus, number, function;
    if (sscanf(place, "pci %x:%x.%x", &bus, &number, &function) != 3 || bus != 0 || number >= SLOTS)
        return FALSE;
    *slot = number;
    return TRUE;
}

gboolean place_is_card(const char *place)
{
    return g_str_has_prefix(place, "pci ") && !strchr(place, '/');
}
