/* The lines around the sheet of the slots view: words for its glyphs and for the selected card. */
#include "tui/slots_told.h"

#include <string.h>

#include "engine/session_domain.h"
#include "monitor/text.h"
#include "tui/keymap.h"
#include "tui/outline_items.h"

#define GAP 3 /* columns between facts */
#define LEGEND_GAP 2

/* --- the legend ------------------------------------------------------------------------------ */

static gboolean has_state(const SlotsModel *model, DeviceState state)
{
    for (guint i = 0; i < model->spots->len; i++) {
        const SlotsSpot *spot = slots_model_spot(model, i);

        if (spot->row->state == state && !spot->card->closed)
            return TRUE;
    }
    return FALSE;
}

/* Which states there are, and how they stand beside one another. */
typedef struct {
    DeviceState states[DEVICE_STATES];
    guint count;
    int gap;
} Legend;

static int legend_columns(const Legend *legend)
{
    int columns = -legend->gap;

    for (guint i = 0; i < legend->count; i++)
        columns += 2 + text_columns(device_state_name(legend->states[i])) + legend->gap;
    return columns;
}

/* Where there is little room it stands closer, and without what there is in any case. */
static Legend make_legend(const SlotsModel *model, int room)
{
    static const DeviceState order[] = {
        STATE_FIXED,     STATE_PRESENT, STATE_ADDED,  STATE_LEAVING, STATE_REFUSED,
        STATE_UNMANAGED, STATE_DIFFERS, STATE_VACANT, STATE_ABSENT,
    };
    Legend legend = { .gap = LEGEND_GAP };

    for (gsize i = 0; i < G_N_ELEMENTS(order); i++)
        if (has_state(model, order[i]))
            legend.states[legend.count++] = order[i];
    if (legend_columns(&legend) > room)
        legend.gap = 1;
    for (; legend.count && legend_columns(&legend) > room; legend.count--)
        memmove(legend.states, legend.states + 1, (legend.count - 1) * sizeof(legend.states[0]));
    return legend;
}

void slots_draw_legend(const SlotsModel *model, const Canvas *canvas, int hidden)
{
    gboolean ascii = canvas->look->ascii;
    g_autofree char *more =
        g_strdup_printf("%s %d more", glyph_text(GLYPH_MORE_BELOW, ascii), hidden);
    int column = 2, end = canvas->columns - 1 - (hidden > 0 ? text_columns(more) + 2 : 0);
    Legend legend = make_legend(model, end - column);

    for (guint i = 0; i < legend.count; i++) {
        DeviceState state = legend.states[i];

        draw_text(canvas, 0, column, 1, element_of_state(state), state_glyph(state, ascii));
        column += 2 + draw_text(canvas, 0, column + 2, end - column - 2, ELEMENT_DIM,
                                device_state_name(state));
        column += legend.gap;
    }
    if (hidden > 0)
        draw_right(canvas, 0, end, canvas->columns - 1 - end, ELEMENT_HEADING, more);
}

/* --- the way to a bus ------------------------------------------------------------------------ */

/* words: with what the devices on the way are. (transfer full) */
static char *path_text(const SlotsPage *page, gboolean words, gboolean ascii)
{
    const char *inside = glyph_text(GLYPH_INSIDE, ascii);
    GString *path = g_string_new(NULL);

    for (const Bus *bus = page->bus; bus; bus = bus->owner->bus) {
        const Device *owner = bus->owner;
        g_autofree char *name = text_printable(bus->name, -1, 0);
        g_autofree char *address = address_to_short_text(&owner->address);
        g_autofree char *what = text_printable(words ? owner->words : "", -1, 0);
        g_autofree char *step =
            g_strdup_printf(" %s %s%s%s %s ", inside, address, *what ? " " : "", what, inside);

        g_string_prepend(path, name);
        if (!owner->bus || !bus_is_pci(owner->bus))
            break;
        g_string_prepend(path, step);
    }
    return g_string_free(path, FALSE);
}

void slots_draw_path(const SlotsPage *page, const Canvas *canvas)
{
    gboolean ascii = canvas->look->ascii;
    g_autofree char *back =
        g_strdup_printf("%s goes up", keymap_label(command_find("parent"), ascii));
    g_autofree char *whole = path_text(page, TRUE, ascii), *brief = path_text(page, FALSE, ascii);
    int room = canvas->columns - text_columns(back) - 4;
    g_autofree char *text = text_fit_end(text_columns(whole) <= room ? whole : brief, room, ascii);

    draw_text(canvas, 0, 1, room, ELEMENT_TITLE, text);
    draw_right(canvas, 0, 1, canvas->columns - 2, ELEMENT_DIM, back);
}

void slots_draw_bare(const SlotsPage *page, const Canvas *canvas, int line, int lines)
{
    const char *text = page->blocks->len
                           ? "This guest has no PCI bus, so it has no slots. What it has is below."
                           : "This guest has no PCI bus, and no devices that could be shown here.";
    g_autoptr(GPtrArray) wrapped = text_wrap(text, canvas->columns - 4);

    line += lines > (int)wrapped->len + 1;
    for (int i = 0; i < lines && i < (int)wrapped->len; i++)
        draw_text(canvas, line + i, 2, canvas->columns - 4, ELEMENT_TEXT, wrapped->pdata[i]);
}

/* --- the selected card: what it is ----------------------------------------------------------- */

/* Texts side by side, as many as there is room for. */
typedef struct {
    const Canvas *canvas;
    int line, column;
} Pen;

static void put(Pen *pen, Element element, const char *text)
{
    int room = pen->canvas->columns - 1 - pen->column;

    if (text && *text && room > 0)
        pen->column += GAP + draw_text(pen->canvas, pen->line, pen->column, room, element, text);
}

static void put_size(Pen *pen, const Drive *drive)
{
    g_autofree char *size = size_to_text(drive->size);
    g_autofree char *used = size_to_text(drive->used);
    g_autofree char *both = *used && *size ? g_strdup_printf("%s, %s on disk", size, used) : NULL;

    put(pen, ELEMENT_TEXT, both ? both : size);
}

static void put_pci(Pen *pen, const PciFacts *pci)
{
    g_autofree char *ids = g_strdup_printf("%04x:%04x", pci->vendor, pci->device);

    put(pen, ELEMENT_TEXT, ids);
}

static void put_configured(Pen *pen, const MatchPair *pair)
{
    g_autofree char *name = pair && pair->configured ? domain_device_name(pair->configured) : NULL;

    put(pen, ELEMENT_TEXT, name);
}

static void tell_device(Pen *pen, const OutlineRow *row)
{
    const Device *device = row->device;
    g_autofree char *driver = text_printable(device->driver, -1, 0);

    if (!g_str_has_prefix(row->name, driver))
        put(pen, ELEMENT_TEXT, driver);
    if (!g_str_has_prefix(driver, row->name))
        put(pen, ELEMENT_TEXT, row->name);
    put(pen, ELEMENT_BACKEND, row->backend);
    if (device->drive)
        put_size(pen, device->drive);
    if (device->nic)
        put(pen, ELEMENT_TEXT, device->nic->mac);
    if (device->pci)
        put_pci(pen, device->pci);
    put_configured(pen, row->pair);
}

static void tell_what(Pen *pen, const SlotsTold *told)
{
    const OutlineRow *row = told->spot->row;
    const Bus *bus = row->bus;
    g_autofree char *name = bus ? text_printable(bus->name, -1, 0) : NULL;

    if (row->kind == ROW_DEVICE) {
        tell_device(pen, row);
        return;
    }
    put(pen, ELEMENT_TEXT, row->name);
    if (row->kind == ROW_ABSENT) {
        put(pen, ELEMENT_BACKEND, row->backend);
        put_configured(pen, row->pair);
    } else if (name) {
        g_autofree char *where = g_strdup_printf("on %s", name);

        put(pen, ELEMENT_TEXT, where);
    }
}

/* --- the selected card: its state ------------------------------------------------------------ */

static char *file_name(const Session *session)
{
    const char *path = session_domain_path(session);

    return path ? g_path_get_basename(path) : g_strdup("the file");
}

static char *tell_leaving(const Device *device, gint64 now)
{
    g_autofree char *age = age_to_text(now - device->since);

    if (!device->since)
        return g_strdup("unplug asked; the guest has not yet released it");
    return g_strdup_printf("unplug asked %s ago; the guest has not yet released it", age);
}

static char *tell_added(const OutlineRow *row, const char *file, gint64 now)
{
    g_autofree char *age = age_to_text(now - row->device->since);
    gboolean unmanaged = row->pair && row->pair->state == MATCH_UNMANAGED;
    g_autofree char *more =
        unmanaged ? g_strdup_printf("; %s does not have it", file) : g_strdup("");

    if (!row->device->since)
        return g_strdup_printf("plugged meanwhile%s", more);
    return g_strdup_printf("plugged %s ago%s", age, more);
}

/* Why nothing goes in here. */
static char *tell_closed(const Bus *bus)
{
    g_autofree char *name = text_printable(bus->name, -1, 0);

    if (bus->hotpluggable)
        return g_strdup("closed: the bridge takes no card in this slot");
    return g_strdup_printf("closed: %s takes cards only before the guest starts", name);
}

static char *tell_vacant(const SlotsCard *card)
{
    if (card->closed)
        return tell_closed(card->bus);
    if (card->bus && !card->bus->hotpluggable)
        return g_strdup("vacant: a drive comes here only with a start of the guest");
    return g_strdup("vacant: takes a device while the guest runs");
}

static char *tell_fixed(const Device *device)
{
    if (device->implicit)
        return g_strdup("fixed: the machine brings it");
    if (device->bus && !device->bus->hotpluggable)
        return g_strdup("fixed: its bus takes and gives nothing while the guest runs");
    return g_strdup("fixed: it cannot be unplugged");
}

/* (transfer full) */
static char *state_sentence(const SlotsTold *told)
{
    const OutlineRow *row = told->spot->row;
    g_autofree char *file = file_name(told->session);

    switch (row->state) {
    case STATE_VACANT:
        return tell_vacant(told->spot->card);
    case STATE_ABSENT:
        return g_strdup_printf("absent: %s",
                               row->pair->reason ? row->pair->reason : "the guest has it not");
    case STATE_LEAVING:
        return tell_leaving(row->device, told->now);
    case STATE_ADDED:
        return tell_added(row, file, told->now);
    case STATE_UNMANAGED:
        return g_strdup_printf("unmanaged: %s does not have it", file);
    case STATE_DIFFERS:
        return g_strdup_printf("differs from %s: %s", file, row->status);
    case STATE_FIXED:
        return tell_fixed(row->device);
    case STATE_REFUSED:
        return g_strdup("refused: the guest kept it; the events say what was answered");
    default:
        return g_strdup_printf("%s%s", device_state_name(row->state),
                               row->device && row->device->hotpluggable ? ", can be unplugged"
                                                                        : "");
    }
}

/* Where Enter goes from a device that others hang on; NULL. (transfer full) */
static char *what_enter_does(const SlotsTold *told, const Device *device)
{
    static const char *const places[] = {
        [SLOTS_BAYS] = "bays", [SLOTS_SOCKETS] = "ports", [SLOTS_BOARD] = "devices"
    };
    const Bus *bus = slots_model_bus_of(told->model, device);
    const SlotsCard *strip = slots_model_strip_card(told->model, device);

    if (bus && bus_capacity(bus) > 1) {
        g_autofree char *name = text_printable(bus->name, -1, 0);

        return g_strdup_printf("go into %s", name);
    }
    if (bus)
        return g_strdup("go to its slot");
    return strip ? g_strdup_printf("go to its %s", places[strip->block->kind]) : NULL;
}

static gboolean takes_device(const SlotsTold *told)
{
    const OutlineRow *row = told->spot->row;

    return row->kind == ROW_ABSENT ||
           (row->kind == ROW_VACANT && !told->spot->card->closed && row->bus->hotpluggable);
}

/* The key that is of most use on this card, and its word. (transfer full) */
static char *useful_key(const SlotsTold *told, gboolean ascii)
{
    const OutlineRow *row = told->spot->row;
    gboolean leaving = row->kind == ROW_DEVICE && row->state == STATE_LEAVING;
    g_autofree char *enter = row->kind == ROW_DEVICE ? what_enter_does(told, row->device) : NULL;
    const char *key = keymap_label(command_find(leaving ? "ask-again" : "attach"), ascii);

    if (enter && !leaving)
        return g_strdup_printf("%s %s", key_label("Enter", ascii), enter);
    if (session_state(told->session) != SESSION_LIVE || !(leaving || takes_device(told)))
        return g_strdup("");
    return g_strdup_printf("%s %s", key, leaving ? "ask again" : "attach here");
}

/* Glyph and sentence on the left, the key on the right. */
static void tell_state(const SlotsTold *told, const Canvas *canvas, int line)
{
    const OutlineRow *row = told->spot->row;
    gboolean ascii = canvas->look->ascii;
    g_autofree char *sentence = state_sentence(told);
    g_autofree char *key = useful_key(told, ascii);
    int room = canvas->columns - 4 - (*key ? text_columns(key) + 2 : 0);
    gboolean plain = row->state == STATE_FIXED || row->state == STATE_VACANT;

    draw_text(canvas, line, 1, 1, element_of_state(row->state),
              told->spot->card->closed ? " " : state_glyph(row->state, ascii));
    draw_text(canvas, line, 3, room, plain ? ELEMENT_TEXT : element_of_state(row->state), sentence);
    draw_right(canvas, line, 1, canvas->columns - 2, ELEMENT_KEY, key);
}

static void tell_buses(Pen *pen, const Device *device)
{
    for (guint i = 0; device->buses && i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];
        g_autofree char *name = text_printable(bus->name, -1, 0);
        g_autofree char *offers = g_strdup_printf("offers %s, %u device%s", name, bus->devices->len,
                                                  bus->devices->len == 1 ? "" : "s");

        put(pen, ELEMENT_DIM, offers);
    }
}

/* Why a leaving device may still be there; of others what hangs on them. */
static void tell_more(const SlotsTold *told, const Canvas *canvas, int line)
{
    Pen pen = { .canvas = canvas, .line = line, .column = 3 };
    const OutlineRow *row = told->spot->row;
    g_autofree char *text = NULL;

    if (row->kind != ROW_DEVICE)
        return;
    if (row->state == STATE_LEAVING && session_state(told->session) == SESSION_LIVE)
        text = session_explain_leaving(told->session, row->device);
    put(&pen, ELEMENT_TEXT, text);
    tell_buses(&pen, row->device);
}

/* --- all of it ------------------------------------------------------------------------------- */

/* "05.0", "rp1 00.0": the bus where it is not the only one. (transfer full) */
static char *place_text(const SlotsSpot *spot)
{
    const OutlineRow *row = spot->row;

    if (row->kind == ROW_ABSENT && row->place.type == ADDRESS_NONE)
        return g_strdup("no place");
    g_autofree char *bus = spot->card->bus ? text_printable(spot->card->bus->name, -1, 0) : NULL;

    return g_strdup_printf("%s%s%s", bus ? bus : "", bus && *row->address ? " " : "", row->address);
}

static void draw_heading(const SlotsTold *told, const Canvas *canvas)
{
    const OutlineRow *row = told->spot->row;
    g_autofree char *place = place_text(told->spot);
    g_autofree char *name =
        g_strdup_printf("%s%s%s", *row->id ? row->id : row->name, told->marked ? ", marked " : "",
                        told->marked ? glyph_text(GLYPH_MARK, canvas->look->ascii) : "");

    draw_rule(canvas, 0, place, name);
}

void slots_draw_told(const SlotsTold *told, const Canvas *canvas, gboolean heading)
{
    Pen pen = { .canvas = canvas, .line = heading, .column = 1 };
    int lines = canvas->rows - heading;

    if (!told->spot)
        return;
    if (heading)
        draw_heading(told, canvas);
    if (lines > 1)
        tell_what(&pen, told);
    if (lines > 0)
        tell_state(told, canvas, heading + (lines > 1));
    if (lines > 2)
        tell_more(told, canvas, heading + 2);
}
