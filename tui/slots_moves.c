/* How the cursor of the slots view moves: by arrows on its page, by jumps in the whole guest, by
 * the mouse. */
#include "tui/slots_view_private.h"

#include "tui/slots_words.h"

/* --- moving on the page ---------------------------------------------------------------------- */

/* The column to keep to: until the cursor moves sideways, the one it came from. */
static int goal_of(SlotsView *self, const SlotsPlace *place)
{
    if (self->goal < 0)
        self->goal = place->column + place->columns / 2;
    return self->goal;
}

static gboolean move_lines(SlotsView *self, int lines)
{
    const SlotsPlace *place = slots_view_place(self), *to;
    int goal = goal_of(self, place), direction = lines < 0 ? -1 : 1;

    to = slots_layout_toward(self->layout, place->line + lines, goal, direction);
    if (!to && ABS(lines) > 1) /* less than a page is left */
        to = slots_layout_toward(self->layout, place->line + lines, goal, -direction);
    return to && to->card != place->card && slots_view_go_card(self, to->card);
}

static gboolean is_on_page(const SlotsView *self, const SlotsSpot *spot)
{
    return spot && spot->card->block->page == self->layout->page;
}

static gboolean move_to_end(SlotsView *self, int step)
{
    guint at = self->at;

    while (is_on_page(self, slots_model_spot(self->model, at + (guint)step)))
        at += (guint)step;
    self->goal = -1;
    slots_view_go(self, slots_model_spot(self->model, at));
    return TRUE;
}

static gboolean move_to_parent(SlotsView *self);

/* From function to function and from card to card, on to the next line. The places of a run are one
 * step. Left of the first card of a bus behind a bridge is the way back. */
static gboolean move_aside(SlotsView *self, int step)
{
    const SlotsSpot *from = slots_view_spot(self), *to;
    guint at = self->at;

    self->goal = -1;
    do {
        at += (guint)step;
        to = slots_model_spot(self->model, at);
    } while (to && to->card == from->card && from->card->run);
    if (is_on_page(self, to)) {
        slots_view_go(self, to->card->run ? slots_model_card_spot(self->model, to->card) : to);
        return TRUE;
    }
    return step < 0 && self->layout->page->bus && move_to_parent(self);
}

/* --- moving in the guest --------------------------------------------------------------------- */

/* The first card of the bus of this one that is not closed. */
static const SlotsCard *first_open(const SlotsCard *card)
{
    const GPtrArray *cards = card ? card->block->cards : NULL;

    for (guint i = 0; cards && card->block->kind == SLOTS_CHASSIS && i < cards->len; i++)
        if (!((const SlotsCard *)cards->pdata[i])->closed)
            return cards->pdata[i];
    return card;
}

typedef gboolean (*SpotTest)(const SlotsSpot *spot, const SlotsSpot *from);

static gboolean is_open_place(const SlotsSpot *spot, const SlotsSpot *from)
{
    const SlotsCard *card = spot->card;

    return card != from->card && slots_card_is_vacant(card) && !card->closed && card->bus &&
           card->bus->hotpluggable;
}

static gboolean is_other_bus(const SlotsSpot *spot, const SlotsSpot *from)
{
    return spot->card->block != from->card->block && spot->card->block->kind != SLOTS_ABSENT;
}

static gboolean is_of_kind(const SlotsSpot *spot, const SlotsSpot *from)
{
    return spot->row->kind == ROW_DEVICE && from->row->kind == ROW_DEVICE &&
           spot->row->device->kind == from->row->device->kind;
}

/* The next such spot of all pages, round the end; NULL: there is no other. */
static const SlotsSpot *next_spot(const SlotsView *self, SpotTest test)
{
    guint length = self->model->spots->len;

    for (guint i = 1; i < length; i++) {
        const SlotsSpot *spot = slots_model_spot(self->model, (self->at + i) % length);

        if (test(spot, slots_view_spot(self)))
            return spot;
    }
    return NULL;
}

static gboolean move_to_next(SlotsView *self, SpotTest test)
{
    const SlotsSpot *spot = next_spot(self, test);

    self->goal = -1;
    if (!spot)
        return FALSE;
    if (test == is_other_bus)
        return slots_view_go_card(self, first_open(spot->card));
    slots_view_go(self, spot);
    return TRUE;
}

/* The expander of which this is the bus. */
static const SlotsSpot *expander_of(const SlotsView *self, const Bus *bus)
{
    for (guint i = 0; i < self->model->spots->len; i++) {
        const SlotsSpot *spot = slots_model_spot(self->model, i);

        if (spot->row->kind == ROW_DEVICE && g_str_has_prefix(spot->row->device->driver, "pxb") &&
            slots_model_bus_of(self->model, spot->row->device) == bus)
            return spot;
    }
    return NULL;
}

static gboolean move_to_parent(SlotsView *self)
{
    const SlotsSpot *from = slots_view_spot(self), *to;
    const Bus *bus = from->card->bus;

    if (!bus || !bus->owner)
        return FALSE;
    to = slots_model_find(self->model, bus->owner->path);
    if (!to)
        to = expander_of(self, bus);
    self->goal = -1;
    if (to)
        slots_view_go(self, to);
    return to != NULL;
}

gboolean slots_view_move(View *view, ViewMove move)
{
    SlotsView *self = (SlotsView *)view;

    if (!slots_view_spot(self))
        return FALSE;
    switch (move) {
    case MOVE_UP:
    case MOVE_DOWN:
        return move_lines(self, move == MOVE_UP ? -1 : 1);
    case MOVE_LEFT:
    case MOVE_RIGHT:
        return move_aside(self, move == MOVE_LEFT ? -1 : 1);
    case MOVE_PAGE_UP:
    case MOVE_PAGE_DOWN:
        return move_lines(self, MAX(self->layout->sheet, 2) * (move == MOVE_PAGE_UP ? -1 : 1));
    case MOVE_HALF_UP:
    case MOVE_HALF_DOWN:
        return move_lines(self, MAX(self->layout->sheet / 2, 2) * (move == MOVE_HALF_UP ? -1 : 1));
    case MOVE_TOP:
    case MOVE_BOTTOM:
        return move_to_end(self, move == MOVE_TOP ? -1 : 1);
    case MOVE_NEXT_VACANT:
        return move_to_next(self, is_open_place);
    case MOVE_NEXT_BUS:
        return move_to_next(self, is_other_bus);
    case MOVE_NEXT_OF_KIND:
        return move_to_next(self, is_of_kind);
    case MOVE_PARENT:
        return move_to_parent(self);
    }
    return FALSE;
}

/* Into the bus of a bridge, to the slot of a port, to the bays of a controller. */
gboolean slots_view_enter(View *view)
{
    SlotsView *self = (SlotsView *)view;
    const OutlineRow *row = view->class->row(view);
    const SlotsCard *card;

    if (!row || row->kind != ROW_DEVICE)
        return FALSE;
    card = slots_model_bus_card(self->model, slots_model_bus_of(self->model, row->device));
    if (!card)
        card = slots_model_strip_card(self->model, row->device);
    self->goal = -1;
    return slots_view_go_card(self, first_open(card));
}

/* --- the mouse ------------------------------------------------------------------------------- */

/* A click on one of the glyphs of a card means that function; on the card that the cursor is on
 * already, the next one. */
static guint clicked_function(const SlotsView *self, const SlotsPlace *place, int line, int column)
{
    guint count = place->card->rows->len;
    int shown = MIN((int)count, place->columns);
    int first = place->column + (place->columns - shown) / 2;

    if (count < 2 || place->card->run || place->lines < 2)
        return 0;
    if (slots_view_spot(self)->card == place->card)
        return (slots_view_spot(self)->index + 1) % count;
    return line == place->line + 1 ? (guint)CLAMP(column - first, 0, shown - 1) : 0;
}

/* Where the brackets push glyphs aside. */
static int unpushed(const SlotsView *self, int line, int column)
{
    const SlotsPlace *place = slots_view_place(self);

    if (!self->layout->form.strips || self->layout->form.pitch > 1 || !place ||
        place->line != line || place->card->block->kind > SLOTS_PORTS || column <= place->column)
        return column;
    return MAX(column - 2, place->column);
}

/* On the "»" that a word ends in where a bus is behind its device. */
static gboolean is_on_inside(const SlotsView *self, const SlotsPlace *place, int line, int column)
{
    gboolean ascii = self->view.host->look->ascii;
    const char *sign = glyph_text(GLYPH_INSIDE, ascii);
    g_autofree char *word = slots_word(place->card->rows->pdata[0], place->columns, ascii);
    int width = text_columns(word);

    return place->lines > 1 && line == place->line && g_str_has_suffix(word, sign) &&
           column == place->column + (place->columns - width) / 2 + width - 1;
}

/* Going into a bus is done at once: FALSE, so that a second click does not do it again. */
gboolean slots_view_click(View *view, int line, int column)
{
    SlotsView *self = (SlotsView *)view;
    int at = line - self->layout->top + self->scroll;
    const SlotsPlace *place;
    gboolean inside;
    guint index;

    if (!slots_view_spot(self) || line < self->layout->top ||
        line >= self->layout->top + self->layout->sheet)
        return line == self->layout->path && slots_view_spot(self) && move_to_parent(self);
    place = slots_layout_at(self->layout, at, unpushed(self, at, column));
    if (!place)
        return FALSE;
    inside = is_on_inside(self, place, at, column);
    index = clicked_function(self, place, at, column);
    self->goal = -1;
    slots_view_go(self, slots_model_card_spot(self->model, place->card) + index);
    return !inside || !slots_view_enter(view);
}

/* The cursor goes along where its card would leave the screen. */
void slots_view_scroll(View *view, int lines)
{
    SlotsView *self = (SlotsView *)view;
    const SlotsPlace *place = slots_view_place(self), *to = NULL;
    int last;

    if (!place)
        return;
    self->scroll += lines;
    slots_view_clamp(self);
    last = self->scroll + self->layout->sheet - 1;
    if (place->line < self->scroll)
        to = slots_layout_toward(self->layout, self->scroll, goal_of(self, place), 1);
    else if (place->line + place->lines - 1 > last)
        to = slots_layout_toward(self->layout, last - place->lines, goal_of(self, place), -1);
    if (to)
        slots_view_go_card(self, to->card);
    self->moved = FALSE;
}
