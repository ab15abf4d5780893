/* What the BIOS does when the guest is reset: addresses and interrupts for all PCI devices, in the
 * order of their slots, as the BIOSes of 0.10 to 0.14 gave them. */
#include <stdio.h>
#include <string.h>

#include "tests/old/old_machine.h"

typedef struct {
    guint64 io, memory;
} Next;

static guint64 take(guint64 *next, guint64 size)
{
    guint64 at = (*next + size - 1) & ~(size - 1);
    *next = at + size;
    return at;
}

/* "      BAR2: 32 bit memory at 0x... [0x...]." A ROM (BAR6) takes room, but stays off. */
static void map_bar(OldDevice *device, guint line_index, Next *next)
{
    char **line = (char **)&g_ptr_array_index(device->pci_lines, line_index);
    guint bar = 0;
    const char *at = strstr(*line, " at 0x"), *end = strstr(*line, " [0x");
    if (!at || !end || sscanf(*line, " BAR%u:", &bar) != 1)
        return;
    gboolean io = strstr(*line, "I/O") != NULL;
    guint64 last = g_ascii_strtoull(end + strlen(" [0x"), NULL, 16);
    guint64 first = g_ascii_strtoull(at + strlen(" at 0x"), NULL, 16);
    guint64 size = first > last ? last + 2 : last - first + 1;
    guint64 place = take(io ? &next->io : &next->memory, size);
    if (bar == 6)
        return;
    g_autofree char *begin = g_strndup(*line, (gsize)(at - *line));
    char *mapped =
        g_strdup_printf("%s at 0x%0*" G_GINT64_MODIFIER "x [0x%0*" G_GINT64_MODIFIER "x].", begin,
                        io ? 4 : 8, place, io ? 4 : 8, place + size - 1);
    g_free(*line);
    *line = mapped;
    g_autofree char *property = g_strdup_printf("bar %u: %s at ", bar, io ? "i/o" : "mem");
    g_autofree char *value = g_strdup_printf(
        "0x%" G_GINT64_MODIFIER "x [0x%" G_GINT64_MODIFIER "x]", place, place + size - 1);
    old_device_set(device, property, value);
}

/* Slots share four interrupts; those that have one already keep it. */
static void give_interrupt(const OldMachine *machine, OldDevice *device, guint line_index)
{
    static const int until_11[] = { 11, 9, 11, 9 }, from_12[] = { 10, 10, 11, 11 };
    char **line = (char **)&g_ptr_array_index(device->pci_lines, line_index);
    if (!g_str_equal(*line, "      IRQ 0."))
        return;
    guint pin = ((guint)device->devfn / 8 + 3) % 4;
    g_free(*line);
    *line = g_strdup_printf("      IRQ %d.", machine->version < 12 ? until_11[pin] : from_12[pin]);
}

void old_bios_run(OldMachine *machine)
{
    Next next = { .io = 0xc000, .memory = 0xf0000000 };
    for (guint i = 0; i < machine->pci->len; i++) {
        OldDevice *device = g_ptr_array_index(machine->pci, i);
        for (guint j = 0; j < device->pci_lines->len; j++) {
            map_bar(device, j, &next);
            give_interrupt(machine, device, j);
        }
    }
}
