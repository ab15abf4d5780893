/* Questions to a model of the slots view that is done: who is on which card. */
#include "tui/outline_items.h"
#include "tui/slots_model.h"

/* --- cards ----------------------------------------------------------------------------------- */

gboolean slots_card_is_vacant(const SlotsCard *card)
{
    return card->rows->len && ((const OutlineRow *)card->rows->pdata[0])->kind == ROW_VACANT;
}

gboolean slots_card_is_taken(const SlotsCard *card)
{
    return card->rows->len && ((const OutlineRow *)card->rows->pdata[0])->kind == ROW_DEVICE;
}

/* --- looking up ------------------------------------------------------------------------------ */

const SlotsSpot *slots_model_spot(const SlotsModel *model, guint position)
{
    return position < model->spots->len ? &g_array_index(model->spots, SlotsSpot, position) : NULL;
}

const SlotsSpot *slots_model_find(const SlotsModel *model, const char *key)
{
    gpointer position = key ? g_hash_table_lookup(model->by_key, key) : NULL;

    return position ? slots_model_spot(model, GPOINTER_TO_UINT(position) - 1) : NULL;
}

guint slots_model_position(const SlotsModel *model, const SlotsSpot *spot)
{
    return (guint)(spot - &g_array_index(model->spots, SlotsSpot, 0));
}

const SlotsSpot *slots_model_card_spot(const SlotsModel *model, const SlotsCard *card)
{
    return card->rows->len
               ? slots_model_find(model, ((const OutlineRow *)card->rows->pdata[0])->key)
               : NULL;
}

typedef gboolean (*CardTest)(const SlotsCard *card, gconstpointer data);

static const SlotsCard *find_card(const SlotsModel *model, CardTest test, gconstpointer data)
{
    for (guint i = 0; i < model->spots->len; i++) {
        const SlotsCard *card = g_array_index(model->spots, SlotsSpot, i).card;

        if (test(card, data))
            return card;
    }
    return NULL;
}

static gboolean is_on_bus(const SlotsCard *card, gconstpointer bus)
{
    return card->bus == bus && card->block->kind <= SLOTS_PORTS;
}

const SlotsCard *slots_model_bus_card(const SlotsModel *model, const Bus *bus)
{
    return bus ? find_card(model, is_on_bus, bus) : NULL;
}

static gboolean is_in_strip(const SlotsCard *card, gconstpointer owner)
{
    return card->block->kind > SLOTS_PORTS && card->block->owner == owner;
}

const SlotsCard *slots_model_strip_card(const SlotsModel *model, const Device *owner)
{
    return owner ? find_card(model, is_in_strip, owner) : NULL;
}

/* An expander's buses hang on a host of their own: pxb-pcie gives its root bus its own id, pxb the
 * bus of the bridge which is the one device there (QEMU 7.2 and 10). */
static gboolean is_expanded(const SlotsCard *card, gconstpointer data)
{
    const Device *expander = data, *inner;
    const Bus *bus = card->bus;

    if (card->block->kind != SLOTS_CHASSIS || card->block->page->bus || bus == expander->bus)
        return FALSE;
    if (g_str_equal(bus->name, expander->id))
        return TRUE;
    inner = bus->devices->len == 1 ? bus->devices->pdata[0] : NULL;
    return inner && inner->buses->len &&
           g_str_equal(((const Bus *)inner->buses->pdata[0])->name, expander->id);
}

const Bus *slots_model_bus_of(const SlotsModel *model, const Device *device)
{
    const SlotsCard *card = NULL;

    for (guint i = 0; device->buses && i < device->buses->len; i++)
        if (bus_is_pci(device->buses->pdata[i]))
            return device->buses->pdata[i];
    if (device->id && g_str_has_prefix(device->driver, "pxb"))
        card = find_card(model, is_expanded, device);
    return card ? card->bus : NULL;
}
