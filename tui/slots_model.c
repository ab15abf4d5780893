/* Sorts the rows of an outline into pages, blocks and cards. No places on a screen, no colours. */
#include "tui/slots_model.h"

#include <string.h>

#include "monitor/text.h"
#include "tui/outline_items.h"
#include "tui/slots_words.h"

#define SLOTS 32
#define RUN_MIN 9 /* as many free bays in a row make one card */

typedef struct {
    SlotsModel *model;
    GHashTable *pages;  /* Bus, NULL for the root buses -> SlotsPage */
    GHashTable *blocks; /* Bus of a chassis, Device or Bus of a strip -> SlotsBlock */
    GHashTable *ports;  /* Bus that ports are on -> SlotsBlock */
    GHashTable *cards;  /* Bus of a port -> SlotsCard */
    GPtrArray *absent;  /* (const OutlineRow) that wait until all devices have their cards */
} Builder;

/* --- buses ----------------------------------------------------------------------------------- */

/* The bus itself, or the nearest one above it that is PCI. */
static const Bus *pci_above(const Bus *bus)
{
    while (bus && !bus_is_pci(bus))
        bus = bus->owner ? bus->owner->bus : NULL;
    return bus;
}

static const Bus *parent_bus(const Bus *bus)
{
    return bus->owner ? pci_above(bus->owner->bus) : NULL;
}

/* A bus with one slot, behind a port. */
static gboolean is_port(const Bus *bus)
{
    return bus_is_pci(bus) && bus_capacity(bus) == 1 && parent_bus(bus);
}

/* The bus of the page that this one is shown on; NULL: that of the root buses. */
static const Bus *page_bus(const Bus *bus)
{
    const Bus *pci = pci_above(bus);

    while (pci && is_port(pci))
        pci = parent_bus(pci);
    return pci && parent_bus(pci) ? pci : NULL;
}

/* --- pages and blocks ------------------------------------------------------------------------ */

static void card_free(gpointer data)
{
    SlotsCard *card = data;

    g_ptr_array_unref(card->rows);
    g_free(card);
}

static void block_free(gpointer data)
{
    SlotsBlock *block = data;

    g_ptr_array_unref(block->cards);
    g_free(block->name);
    g_free(block->address);
    g_free(block->title);
    g_free(block->usage);
    g_free(block);
}

static void page_free(gpointer data)
{
    SlotsPage *page = data;

    g_ptr_array_unref(page->blocks);
    g_free(page);
}

static SlotsPage *page_of(Builder *builder, const Bus *bus)
{
    const Bus *key = page_bus(bus);
    SlotsPage *page = g_hash_table_lookup(builder->pages, key);

    if (page)
        return page;
    page = g_new0(SlotsPage, 1);
    page->bus = key;
    page->blocks = g_ptr_array_new_with_free_func(block_free);
    g_ptr_array_add(builder->model->pages, page);
    g_hash_table_insert(builder->pages, (gpointer)key, page);
    return page;
}

/* bus: any that is shown on the page. */
static SlotsBlock *add_block(Builder *builder, const Bus *bus, SlotsKind kind)
{
    SlotsPage *page = page_of(builder, bus);
    SlotsBlock *block = g_new0(SlotsBlock, 1);

    block->page = page;
    block->kind = kind;
    block->cards = g_ptr_array_new_with_free_func(card_free);
    g_ptr_array_add(page->blocks, block);
    return block;
}

static SlotsCard *add_card(SlotsBlock *block, const Bus *bus)
{
    SlotsCard *card = g_new0(SlotsCard, 1);

    card->block = block;
    card->bus = bus;
    card->slot = block->cards->len;
    card->rows = g_ptr_array_new();
    g_ptr_array_add(block->cards, card);
    return card;
}

static SlotsBlock *chassis_of(Builder *builder, const Bus *bus)
{
    SlotsBlock *block = g_hash_table_lookup(builder->blocks, bus);

    if (block)
        return block;
    block = add_block(builder, bus, SLOTS_CHASSIS);
    block->bus = bus;
    block->title = parent_bus(bus) ? slots_bus_title(bus) : NULL; /* of others their rows tell it */
    for (guint slot = 0; slot < SLOTS; slot++)
        add_card(block, bus);
    g_hash_table_insert(builder->blocks, (gpointer)bus, block);
    return block;
}

static SlotsCard *port_card(Builder *builder, const Bus *bus)
{
    const Bus *parent = parent_bus(bus);
    SlotsCard *card = g_hash_table_lookup(builder->cards, bus);
    SlotsBlock *block = g_hash_table_lookup(builder->ports, parent);

    if (card)
        return card;
    if (!block) {
        g_autofree char *name = text_printable(parent->name, -1, 0);

        chassis_of(builder, parent);
        block = add_block(builder, bus, SLOTS_PORTS);
        block->bus = parent;
        block->title = g_strdup_printf("Ports of %s", name);
        g_hash_table_insert(builder->ports, (gpointer)parent, block);
    }
    card = add_card(block, bus);
    g_hash_table_insert(builder->cards, (gpointer)bus, card);
    return card;
}

static SlotsKind strip_kind(const Bus *bus)
{
    switch (bus ? bus->family : BUS_OTHER) {
    case BUS_SCSI:
    case BUS_IDE:
    case BUS_SATA:
    case BUS_FLOPPY:
    case BUS_NVME:
        return SLOTS_BAYS;
    case BUS_USB:
    case BUS_VIRTIO_SERIAL:
        return SLOTS_SOCKETS;
    default:
        return SLOTS_BOARD;
    }
}

/* The id of its controller; of those without one what the bus is. */
static void name_strip(SlotsBlock *block, const Bus *bus)
{
    const Device *owner = block->owner;
    const char *name = owner && owner->id         ? owner->id
                       : !bus                     ? "memory"
                       : bus->family == BUS_OTHER ? bus->name
                                                  : bus_family_name(bus->family);

    block->name = text_printable(name, -1, 0);
    block->address = owner ? address_to_short_text(&owner->address) : g_strdup("");
}

/* bus: NULL for DIMMs. */
static SlotsBlock *strip_of(Builder *builder, const Bus *bus)
{
    static const char *const titles[] = { [SLOTS_BAYS] = "Drive bays",
                                          [SLOTS_SOCKETS] = "USB and serial ports",
                                          [SLOTS_BOARD] = "On the board" };
    const Device *owner = bus && !bus_is_pci(bus) ? bus->owner : NULL;
    gconstpointer key = owner ? (gconstpointer)owner : bus ? (gconstpointer)bus : builder;
    SlotsKind kind = strip_kind(bus);
    SlotsBlock *block = g_hash_table_lookup(builder->blocks, key);

    if (block && block->kind == kind)
        return block;
    block = add_block(builder, bus, kind);
    block->owner = owner;
    block->title = g_strdup(titles[kind]);
    name_strip(block, bus);
    if (!g_hash_table_contains(builder->blocks, key))
        g_hash_table_insert(builder->blocks, (gpointer)key, block);
    return block;
}

static SlotsBlock *absent_block(Builder *builder, const Bus *bus)
{
    const SlotsPage *page = page_of(builder, bus);
    SlotsBlock *block;

    for (guint i = 0; i < page->blocks->len; i++) {
        block = page->blocks->pdata[i];
        if (block->kind == SLOTS_ABSENT)
            return block;
    }
    block = add_block(builder, bus, SLOTS_ABSENT);
    block->title = g_strdup("Absent");
    return block;
}

/* --- rows to cards --------------------------------------------------------------------------- */

static const Address *row_place(const OutlineRow *row)
{
    return row->kind == ROW_DEVICE ? &row->device->address : &row->place;
}

static SlotsCard *pci_card(Builder *builder, const OutlineRow *row)
{
    const Address *place = row_place(row);

    if (is_port(row->bus))
        return port_card(builder, row->bus);
    if (place->type == ADDRESS_PCI && place->pci.slot < SLOTS)
        return chassis_of(builder, row->bus)->cards->pdata[place->pci.slot];
    return NULL;
}

static void take_row(Builder *builder, const OutlineRow *row)
{
    gboolean pci = row->bus && bus_is_pci(row->bus);
    SlotsCard *card = NULL;

    if (row->kind == ROW_ABSENT && (!row->bus || pci || row->place.type == ADDRESS_NONE)) {
        g_ptr_array_add(builder->absent, (gpointer)row);
        return;
    }
    if (pci)
        card = pci_card(builder, row);
    if (!card)
        card = add_card(strip_of(builder, row->bus), row->bus);
    g_ptr_array_add(card->rows, (gpointer)row);
}

static void take_root(Builder *builder, const OutlineRow *row)
{
    SlotsBlock *block = chassis_of(builder, row->bus);

    g_free(block->title);
    block->title = g_strdup_printf("%s  %s", row->address, row->backend);
}

static gint compare_functions(gconstpointer a, gconstpointer b)
{
    const OutlineRow *first = *(const OutlineRow *const *)a;
    const OutlineRow *second = *(const OutlineRow *const *)b;

    return address_compare(row_place(first), row_place(second));
}

/* A function that another one has cannot be shown at its place. */
static gboolean function_is_free(const SlotsCard *card, const Address *place)
{
    for (guint i = 0; i < card->rows->len; i++)
        if (address_equal(row_place(card->rows->pdata[i]), place))
            return FALSE;
    return TRUE;
}

static void place_absent(Builder *builder, const OutlineRow *row)
{
    gboolean pci = row->bus && bus_is_pci(row->bus) && row->place.type == ADDRESS_PCI;
    SlotsCard *card = pci ? pci_card(builder, row) : NULL;

    if (!card || !function_is_free(card, &row->place))
        card = add_card(absent_block(builder, row->bus), row->bus);
    g_ptr_array_add(card->rows, (gpointer)row);
    g_ptr_array_sort(card->rows, compare_functions);
}

/* --- slots that the tree does not list ------------------------------------------------------- */

static void extra_free(gpointer data)
{
    OutlineRow *row = data;

    g_free(row->key);
    g_free(row->address);
    g_free(row);
}

static void add_vacant_row(Builder *builder, SlotsCard *card)
{
    const Bus *bus = card->bus;
    OutlineRow *row = g_new0(OutlineRow, 1);

    row->kind = ROW_VACANT;
    row->bus = bus;
    row->count = 1;
    row->state = STATE_VACANT;
    row->place.type = ADDRESS_PCI;
    row->place.pci.bus = bus->number;
    row->place.pci.slot = is_port(bus) ? 0 : card->slot;
    row->address = address_to_short_text(&row->place);
    row->key = g_strdup_printf("%s/vacant/%s", bus->path ? bus->path : bus->name, row->address);
    row->name = (char *)"vacant slot";
    row->lines = row->backend = row->id = row->status = (char *)"";
    g_ptr_array_add(builder->model->extra, row);
    g_ptr_array_add(card->rows, row);
}

/* Those of a chassis that the tree leaves out take nothing; that of an empty port may. */
static void fill_slots(Builder *builder, SlotsBlock *block)
{
    for (guint i = 0; i < block->cards->len; i++) {
        SlotsCard *card = block->cards->pdata[i];

        if (card->rows->len)
            continue;
        add_vacant_row(builder, card);
        card->closed = block->kind == SLOTS_CHASSIS || !card->bus->hotpluggable;
    }
}

/* Ports have no rows of their own below them while they are empty. */
static void find_empty_ports(Builder *builder, const OutlineRow *row)
{
    for (guint i = 0; row->device->buses && i < row->device->buses->len; i++) {
        const Bus *bus = row->device->buses->pdata[i];

        if (is_port(bus))
            port_card(builder, bus);
        else if (bus_is_pci(bus) && parent_bus(bus))
            chassis_of(builder, bus);
    }
}

/* --- strips ---------------------------------------------------------------------------------- */

static guint count_vacant_from(const SlotsBlock *block, guint first)
{
    const SlotsCard *head = block->cards->pdata[first];
    guint count = 0;

    while (first + count < block->cards->len) {
        const SlotsCard *card = block->cards->pdata[first + count];

        if (!slots_card_is_vacant(card) || card->bus != head->bus)
            break;
        count++;
    }
    return count;
}

static void join_runs(SlotsBlock *block)
{
    for (guint i = 0; i < block->cards->len; i++) {
        SlotsCard *card = block->cards->pdata[i];
        guint count = count_vacant_from(block, i);

        if (count < RUN_MIN)
            continue;
        for (guint k = 1; k < count; k++)
            g_ptr_array_add(card->rows, ((SlotsCard *)block->cards->pdata[i + k])->rows->pdata[0]);
        card->run = TRUE;
        g_ptr_array_remove_range(block->cards, i + 1, count - 1);
    }
}

/* --- what is found is put in order ------------------------------------------------------------ */

static guint section(const SlotsBlock *block)
{
    return block->kind == SLOTS_PORTS ? SLOTS_CHASSIS : block->kind;
}

static gint compare_blocks(gconstpointer a, gconstpointer b)
{
    return (gint)section(*(const SlotsBlock *const *)a) -
           (gint)section(*(const SlotsBlock *const *)b);
}

/* Keeps those of one kind in the order of the tree: g_ptr_array_sort is stable. */
static void finish_page(Builder *builder, SlotsPage *page)
{
    g_ptr_array_sort(page->blocks, compare_blocks);
    for (guint i = 0; i < page->blocks->len; i++) {
        SlotsBlock *block = page->blocks->pdata[i];

        if (block->kind == SLOTS_CHASSIS || block->kind == SLOTS_PORTS)
            fill_slots(builder, block);
        else
            join_runs(block);
    }
    for (guint i = 0; i < page->blocks->len; i++) {
        SlotsBlock *block = page->blocks->pdata[i];

        block->usage = slots_usage(block);
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

static void list_card(SlotsModel *model, const SlotsCard *card)
{
    for (guint i = 0; i < card->rows->len; i++) {
        SlotsSpot spot = { card->rows->pdata[i], card, i };

        g_array_append_val(model->spots, spot);
        g_hash_table_insert(model->by_key, spot.row->key, GUINT_TO_POINTER(model->spots->len));
    }
}

static void list_spots(SlotsModel *model)
{
    for (guint i = 0; i < model->pages->len; i++) {
        const SlotsPage *page = model->pages->pdata[i];

        for (guint k = 0; k < page->blocks->len; k++) {
            const SlotsBlock *block = page->blocks->pdata[k];

            for (guint n = 0; n < block->cards->len; n++)
                list_card(model, block->cards->pdata[n]);
        }
    }
}

static void take_outline(Builder *builder, const Outline *outline)
{
    for (guint i = 0; i < outline_length(outline); i++) {
        const OutlineRow *row = outline_row(outline, i);

        if (row->kind == ROW_BUS)
            take_root(builder, row);
        else if (row->kind != ROW_GROUP)
            take_row(builder, row);
        if (row->kind == ROW_DEVICE)
            find_empty_ports(builder, row);
    }
    for (guint i = 0; i < builder->absent->len; i++)
        place_absent(builder, builder->absent->pdata[i]);
}

SlotsModel *slots_model_new(const Outline *outline)
{
    SlotsModel *model = g_new0(SlotsModel, 1);
    Builder builder = {
        .model = model,
        .pages = g_hash_table_new(NULL, NULL),
        .blocks = g_hash_table_new(NULL, NULL),
        .ports = g_hash_table_new(NULL, NULL),
        .cards = g_hash_table_new(NULL, NULL),
        .absent = g_ptr_array_new(),
    };

    model->pages = g_ptr_array_new_with_free_func(page_free);
    model->spots = g_array_new(FALSE, FALSE, sizeof(SlotsSpot));
    model->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    model->extra = g_ptr_array_new_with_free_func(extra_free);
    page_of(&builder, NULL); /* comes first, and is there when there is nothing */
    take_outline(&builder, outline);
    for (guint i = 0; i < model->pages->len; i++)
        finish_page(&builder, model->pages->pdata[i]);
    list_spots(model);
    g_hash_table_unref(builder.pages);
    g_hash_table_unref(builder.blocks);
    g_hash_table_unref(builder.ports);
    g_hash_table_unref(builder.cards);
    g_ptr_array_unref(builder.absent);
    return model;
}

void slots_model_free(SlotsModel *model)
{
    if (!model)
        return;
    g_hash_table_unref(model->by_key);
    g_array_unref(model->spots);
    g_ptr_array_unref(model->pages);
    g_ptr_array_unref(model->extra);
    g_free(model);
}
