/* The table of words for cards, and the texts of cells. Nothing here knows where they stand. */
#include "tui/slots_words.h"

#include <string.h>

#include "monitor/text.h"
#include "tui/draw.h"
#include "tui/outline_items.h"
#include "tui/outline_text.h"

#define CELL_TEXT_MAX 18
#define ANY (-1)
#define WORDS 3

/* The first row that fits counts. A word that is NULL is the one before it. */
static const struct {
    const char *driver; /* what its name begins with; NULL: any */
    int kind, offers;   /* DeviceKind, BusFamily; ANY */
    const char *words[WORDS];
} table[] = {
    { "i440FX", KIND_BRIDGE, BUS_SYSTEM, { "HST", "HOST", "host" } },
    { "mch", KIND_BRIDGE, BUS_SYSTEM, { "HST", "HOST", "host" } },
    { "gpex", KIND_BRIDGE, BUS_SYSTEM, { "HST", "HOST", "host" } },
    { "PIIX4_PM", ANY, ANY, { "PM", NULL, "power" } },
    { "pcie-root-port", ANY, ANY, { "RP", "PORT", "root port" } },
    { "ioh3420", ANY, ANY, { "RP", "PORT", "root port" } },
    { "cxl-rp", ANY, ANY, { "RP", "PORT", "root port" } },
    { "x3130-upstream", ANY, ANY, { "UP", "UPST", "switch" } },
    { "cxl-upstream", ANY, ANY, { "UP", "UPST", "switch" } },
    { "xio3130-downstream", ANY, ANY, { "DN", "DOWN", "port" } },
    { "cxl-downstream", ANY, ANY, { "DN", "DOWN", "port" } },
    { "pxb", ANY, ANY, { "XB", "EXPD", "expander" } },
    { NULL, KIND_BRIDGE, BUS_PCI, { "BR", "BRDG", "bridge" } },
    { NULL, KIND_BRIDGE, BUS_PCIE, { "BR", "BRDG", "bridge" } },
    { NULL, KIND_BRIDGE, BUS_ISA, { "ISA", NULL, "ISA bridge" } },
    { NULL, KIND_BRIDGE, BUS_I2C, { "SMB", NULL, "SMBus" } },
    { NULL, KIND_BRIDGE, ANY, { "BR", "BRDG", "bridge" } },
    { "virtio-serial", ANY, ANY, { "SER", NULL, "serial" } },
    { "nvme", ANY, BUS_NVME, { "NVM", "NVMe", NULL } },
    { NULL, ANY, BUS_SCSI, { "SCS", "SCSI", NULL } },
    { NULL, ANY, BUS_IDE, { "IDE", NULL, NULL } },
    { NULL, ANY, BUS_SATA, { "SAT", "SATA", NULL } },
    { NULL, ANY, BUS_USB, { "USB", NULL, NULL } },
    { NULL, ANY, BUS_VIRTIO_SERIAL, { "SER", NULL, "serial" } },
    { NULL, ANY, BUS_FLOPPY, { "FDC", NULL, "floppy" } },
    { "virtio-gpu", ANY, ANY, { "GPU", NULL, NULL } },
    { "virtio-keyboard", ANY, ANY, { "KBD", NULL, "keyboard" } },
    { "virtio-mouse", ANY, ANY, { "MOU", "MOUS", "mouse" } },
    { "virtio-tablet", ANY, ANY, { "TAB", "TABL", "tablet" } },
    { "virtio-9p", ANY, ANY, { "9P", NULL, "folder 9P" } },
    { "vhost-user-fs", ANY, ANY, { "FS", NULL, "folder" } },
    { "vhost-vsock", ANY, ANY, { "VSK", "VSCK", "vsock" } },
    { "virtio-iommu", ANY, ANY, { "IOM", "IOMM", "IOMMU" } },
    { "virtio-crypto", ANY, ANY, { "CRY", "CRYP", "crypto" } },
    { "ivshmem", ANY, ANY, { "SHM", "SHME", "shared mem" } },
    { "vfio", ANY, ANY, { "HDV", "HOST", "host dev" } },
    { "pvpanic", ANY, ANY, { "PAN", "PANC", "panic" } },
    { "edu", ANY, ANY, { "EDU", NULL, "teaching" } },
    { NULL, KIND_DISK, ANY, { "BLK", NULL, "disk" } },
    { NULL, KIND_CDROM, ANY, { "CD", NULL, "cdrom" } },
    { NULL, KIND_FLOPPY, ANY, { "FLP", NULL, "floppy" } },
    { NULL, KIND_NIC, ANY, { "NET", NULL, "network" } },
    { NULL, KIND_VIDEO, ANY, { "VGA", NULL, "video" } },
    { NULL, KIND_SOUND, ANY, { "SND", NULL, "sound" } },
    { NULL, KIND_WATCHDOG, ANY, { "WDT", "WDOG", "watchdog" } },
    { NULL, KIND_BALLOON, ANY, { "BAL", "BALN", "balloon" } },
    { NULL, KIND_RNG, ANY, { "RNG", NULL, "random" } },
    { NULL, KIND_SERIAL, ANY, { "SER", NULL, "serial" } },
    { NULL, KIND_INPUT, ANY, { "INP", "INPT", "input" } },
    { NULL, KIND_MEMORY, ANY, { "MEM", NULL, "memory" } },
};

/* What is known of a device, there or only configured. */
typedef struct {
    const char *driver;
    int kind, offers;
} Subject;

static Subject subject_of(const OutlineRow *row)
{
    const DomainDevice *configured = row->pair ? row->pair->configured : NULL;
    const Device *device = row->kind == ROW_DEVICE ? row->device : NULL;
    const Model *model = device ? device->model : configured ? configured->model : NULL;
    Subject subject = { .kind = KIND_OTHER, .offers = model ? (int)model->offers : ANY };

    if (device) {
        subject.driver = device->driver;
        subject.kind = device->kind;
    } else if (configured) {
        subject.driver = configured->driver ? configured->driver : configured->element;
        subject.kind = configured->kind;
    }
    return subject;
}

static gboolean fits(gsize i, const Subject *subject)
{
    return (!table[i].driver || g_str_has_prefix(subject->driver, table[i].driver)) &&
           (table[i].kind == ANY || table[i].kind == subject->kind) &&
           (table[i].offers == ANY || table[i].offers == subject->offers);
}

/* The longest of its words for this room. */
static const char *table_word(const Subject *subject, int columns)
{
    int longest = columns < 4 ? 0 : columns < 8 ? 1 : 2;

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (fits(i, subject)) {
            while (!table[i].words[longest])
                longest--;
            return table[i].words[longest];
        }
    return NULL;
}

/* Of one that is not in the table: the beginning of its name, without what many names begin with.
 * (transfer full) */
static char *driver_word(const char *driver, int columns)
{
    static const char *const families[] = { "virtio-", "vhost-user-", "usb-", "isa-" };
    g_autofree char *safe = NULL, *upper = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        if (g_str_has_prefix(driver, families[i]))
            driver += strlen(families[i]);
    safe = text_printable(driver, -1, 0);
    upper = columns < 8 ? g_ascii_strup(safe, -1) : g_strdup(safe);
    return g_utf8_substring(upper, 0, MIN(g_utf8_strlen(upper, -1), columns < 8 ? 3 : 10));
}

/* Behind the expander there is one as well, though not one that QEMU lists below it. */
static gboolean leads_on(const OutlineRow *row)
{
    const GPtrArray *buses = row->kind == ROW_DEVICE ? row->device->buses : NULL;

    for (guint i = 0; buses && i < buses->len; i++)
        if (bus_is_pci(buses->pdata[i]))
            return TRUE;
    return row->kind == ROW_DEVICE && g_str_has_prefix(row->device->driver, "pxb");
}

char *slots_word(const OutlineRow *row, int columns, gboolean ascii)
{
    Subject subject = subject_of(row);
    gboolean leads = leads_on(row);
    const char *word;
    g_autofree char *other = NULL;

    if (!subject.driver)
        return g_strdup("");
    word = table_word(&subject, columns);
    if (!word)
        word = other = driver_word(subject.driver, columns);
    return g_strconcat(word, leads ? glyph_text(GLYPH_INSIDE, ascii) : NULL, NULL);
}

/* --- cells of strips ------------------------------------------------------------------------- */

static char *drive_text(const OutlineRow *row, gboolean wide)
{
    const Device *device = row->device;
    g_autofree char *size = size_to_text(device->drive->size);
    gboolean empty = device->drive->removable && !device->drive->inserted;
    const char *what = device->state == STATE_LEAVING ? row->status : empty ? "empty" : size;
    const char *id = wide || !*what ? row->id : "";

    return g_strdup_printf("%s%s%s", id, *id && *what ? " " : "", what);
}

static char *cell_text(const OutlineRow *row, gboolean wide)
{
    if (row->kind == ROW_VACANT)
        return g_strdup("");
    if (row->kind == ROW_DEVICE && row->device->drive)
        return drive_text(row, wide);
    if (row->kind == ROW_DEVICE && !*row->id)
        return text_printable(row->device->driver, -1, 0);
    return g_strdup(*row->id ? row->id : row->name);
}

/* "1–255" of a run; that of one place while the cursor is on it. */
static char *place_text(const SlotsCard *card, const OutlineRow *row, gboolean ascii)
{
    const OutlineRow *first = card->rows->pdata[0];
    const OutlineRow *last = card->rows->pdata[card->rows->len - 1];

    if (card->run && row == first)
        return outline_range(&first->place, &last->place, ascii);
    return g_strdup(row->address);
}

/* "0:3" is bay 3 where the controller has one channel only. */
static const char *without_channel(const SlotsCard *card, const char *place)
{
    const Bus *bus = card->bus;
    const char *colon = strchr(place, ':');

    return bus && bus->family == BUS_SCSI && g_str_has_prefix(place, "0:") ? colon + 1 : place;
}

SlotsCell slots_cell(const SlotsCard *card, const OutlineRow *row, gboolean wide, gboolean ascii)
{
    g_autofree char *place = place_text(card, row, ascii);
    g_autofree char *text = cell_text(row, wide || card->block->kind == SLOTS_BOARD);
    SlotsCell cell = { .place = g_strdup(without_channel(card, place)),
                       .text = text_fit(text, CELL_TEXT_MAX, ascii) };

    cell.glyph = *cell.place ? text_columns(cell.place) + 1 : 0;
    cell.columns = cell.glyph + 1;
    if (*cell.text)
        cell.columns += 1 + text_columns(cell.text);
    return cell;
}

void slots_cell_clear(SlotsCell *cell)
{
    g_clear_pointer(&cell->place, g_free);
    g_clear_pointer(&cell->text, g_free);
}

/* --- headings -------------------------------------------------------------------------------- */

/* The id where the bus has another name. */
char *slots_bus_title(const Bus *bus)
{
    const Device *owner = bus->owner;
    g_autofree char *name = text_printable(bus->name, -1, 0);
    gboolean told = !owner->id || g_str_equal(owner->id, bus->name);
    g_autofree char *id = text_printable(told ? "" : owner->id, -1, 0);
    g_autofree char *words = text_printable(owner->words ? owner->words : owner->driver, -1, 0);
    g_autofree char *address = address_to_short_text(&owner->address);

    return g_strdup_printf("%s  %s%s%s%s%s", name, words, *id ? " " : "", id,
                           *address ? " at " : "", address);
}

typedef struct {
    guint taken, all;
} Usage;

static Usage count_usage(const SlotsBlock *block)
{
    Usage usage = { 0 };

    for (guint i = 0; i < block->cards->len; i++) {
        const SlotsCard *card = block->cards->pdata[i];

        usage.taken += slots_card_is_taken(card);
        usage.all += card->run ? card->rows->len : 1;
    }
    return usage;
}

/* Strips of a kind are counted together. */
char *slots_usage(const SlotsBlock *block)
{
    Usage usage = { 0 };

    for (guint i = 0; i < block->page->blocks->len; i++) {
        const SlotsBlock *other = block->page->blocks->pdata[i];
        Usage one = count_usage(other);

        if (other != block && (other->kind != block->kind || block->bus))
            continue;
        usage.taken += one.taken;
        usage.all += one.all;
    }
    if (block->kind == SLOTS_ABSENT || block->kind == SLOTS_BOARD)
        return g_strdup_printf("%u", usage.all);
    return g_strdup_printf("%u of %u used", usage.taken, usage.all);
}
