/* The slots view: where its cursor is, how it moves, and what of the sheet is on the screen. */
#include "tui/slots_view.h"

#include "engine/session_domain.h"
#include "tui/outline_items.h"
#include "tui/slots_told.h"

/* A screen to move on before the first frame. */
#define FIRST_ROWS 18
#define FIRST_COLUMNS 80

typedef struct {
    View view;
    Guest *guest;
    Outline *outline;
    SlotsModel *model;
    SlotsLayout *layout; /* of the page that the cursor is on */
    guint at;            /* the position of the cursor's spot */
    char *key;           /* of its row, */
    char *bus, *address; /* the path of its bus and its place there: who comes after it */
    guint slot;
    int goal; /* the column that moves up and down keep to; -1: where the cursor is */
    int scroll;
    gboolean moved;    /* the cursor has since the latest frame: shown with the frame of its card */
    int rows, columns; /* of the latest canvas */
} SlotsView;

/* --- where the cursor is --------------------------------------------------------------------- */

static const SlotsSpot *spot_of(const SlotsView *self)
{
    return slots_model_spot(self->model, self->at);
}

static const OutlineRow *slots_row(const View *view)
{
    const SlotsSpot *spot = spot_of((const SlotsView *)view);

    return spot ? spot->row : NULL;
}

static const SlotsPlace *place_of(const SlotsView *self)
{
    const SlotsSpot *spot = spot_of(self);

    return spot ? slots_layout_place(self->layout, spot->card) : NULL;
}

static const SlotsPage *page_of(const SlotsView *self)
{
    const SlotsSpot *spot = spot_of(self);

    return spot ? spot->card->block->page : self->model->pages->pdata[0];
}

static void lay_out(SlotsView *self)
{
    slots_layout_free(self->layout);
    self->layout = slots_layout_new(page_of(self), self->rows, self->columns);
}

static void remember(SlotsView *self)
{
    const SlotsSpot *spot = spot_of(self);
    const Bus *bus = spot ? spot->card->bus : NULL;

    g_free(self->key);
    g_free(self->bus);
    g_free(self->address);
    self->key = spot ? g_strdup(spot->row->key) : NULL;
    self->bus = bus ? g_strdup(bus->path) : NULL;
    self->address = spot ? g_strdup(spot->row->address) : NULL;
    self->slot = spot ? spot->card->slot : 0;
}

static void go_to(SlotsView *self, const SlotsSpot *spot)
{
    self->at = slots_model_position(self->model, spot);
    self->moved = TRUE;
    remember(self);
    if (self->layout->page != page_of(self)) {
        lay_out(self);
        self->scroll = 0;
        self->goal = -1;
    }
}

static gboolean go_to_card(SlotsView *self, const SlotsCard *card)
{
    const SlotsSpot *spot = card ? slots_model_card_spot(self->model, card) : NULL;

    if (spot)
        go_to(self, spot);
    return spot != NULL;
}

static gboolean slots_select(View *view, const char *key)
{
    SlotsView *self = (SlotsView *)view;
    const SlotsSpot *spot = slots_model_find(self->model, key);

    if (!spot)
        return FALSE;
    self->goal = -1;
    go_to(self, spot);
    return TRUE;
}

/* --- what is on the screen ------------------------------------------------------------------- */

static void clamp_scroll(SlotsView *self)
{
    self->scroll = CLAMP(self->scroll, 0, MAX(self->layout->lines - self->layout->sheet, 0));
}

static const SlotsBand *band_of(const SlotsView *self, const SlotsPlace *place)
{
    for (guint i = 0; i < self->layout->bands->len; i++) {
        const SlotsBand *band = &g_array_index(self->layout->bands, SlotsBand, i);

        if (band->block == place->card->block)
            return band;
    }
    return NULL;
}

/* The first line to show above a card: of its frame, or of the heading where it stands in the first
 * line of cards. */
static int line_above(const SlotsBand *band, const SlotsPlace *place)
{
    if (place->line - band->line > 2)
        return place->line - 1;
    return band->title >= 0 ? band->title : band->line;
}

static void show_frame(SlotsView *self, const SlotsPlace *place)
{
    int first = line_above(band_of(self, place), place), sheet = self->layout->sheet;
    int last = place->line + place->lines - (place->lines == 1);

    if (last >= self->scroll + sheet)
        self->scroll = last - sheet + 1 + sheet / 3;
    if (first < self->scroll)
        self->scroll = first;
}

static void show_cursor(SlotsView *self)
{
    const SlotsPlace *place = place_of(self);

    if (place && self->moved)
        show_frame(self, place);
    clamp_scroll(self);
    if (place)
        self->scroll =
            CLAMP(self->scroll, place->line + place->lines - self->layout->sheet, place->line);
    self->moved = FALSE;
}

/* --- the guest anew -------------------------------------------------------------------------- */

/* Whether this is where the cursor was, whoever is there now. */
static gboolean is_old_place(const SlotsView *self, const SlotsSpot *spot)
{
    const SlotsCard *card = spot->card;

    if (!card->bus || !self->bus || g_strcmp0(card->bus->path, self->bus) != 0)
        return FALSE;
    if (card->block->kind == SLOTS_CHASSIS || card->block->kind == SLOTS_PORTS)
        return card->slot == self->slot;
    return g_strcmp0(spot->row->address, self->address) == 0;
}

static guint find_again(const SlotsView *self)
{
    const SlotsSpot *spot = slots_model_find(self->model, self->key);
    guint length = self->model->spots->len;

    if (spot)
        return slots_model_position(self->model, spot);
    for (guint i = 0; i < length; i++)
        if (is_old_place(self, slots_model_spot(self->model, i)))
            return i;
    return MIN(self->at, MAX(length, 1) - 1);
}

static void build(SlotsView *self)
{
    OutlineOptions options = {
        .match = session_match(self->view.host->session),
        .ascii = self->view.host->look->ascii,
        .all = TRUE,
        .now = self->view.host->now(),
    };

    g_autofree char *before = g_strdup(self->key);

    slots_model_free(self->model);
    outline_free(self->outline);
    self->outline = outline_new(self->guest, &options);
    self->model = slots_model_new(self->outline);
    self->at = find_again(self);
    remember(self);
    self->moved = self->moved || g_strcmp0(self->key, before) != 0;
    lay_out(self);
}

static void slots_update(View *view, SessionChange change)
{
    SlotsView *self = (SlotsView *)view;
    Guest *before = self->guest;
    Guest *now = (Guest *)session_guest(view->host->session); /* shared by counting, not changed */

    if (change == SESSION_PLAN_CHANGED || change == SESSION_JOURNAL_GREW)
        return;
    self->guest = now ? guest_ref(now) : NULL;
    build(self);
    g_clear_pointer(&before, guest_unref);
}

static View *slots_new(const ViewHost *host)
{
    SlotsView *self = g_new0(SlotsView, 1);

    self->view = (View){ &slots_view_class, host };
    self->rows = FIRST_ROWS;
    self->columns = FIRST_COLUMNS;
    self->goal = -1;
    build(self);
    return &self->view;
}

static void slots_free(View *view)
{
    SlotsView *self = (SlotsView *)view;

    slots_layout_free(self->layout);
    slots_model_free(self->model);
    outline_free(self->outline);
    g_clear_pointer(&self->guest, guest_unref);
    g_free(self->key);
    g_free(self->bus);
    g_free(self->address);
    g_free(self);
}

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
    const SlotsPlace *place = place_of(self), *to;
    int goal = goal_of(self, place), direction = lines < 0 ? -1 : 1;

    to = slots_layout_toward(self->layout, place->line + lines, goal, direction);
    if (!to && ABS(lines) > 1) /* less than a page is left */
        to = slots_layout_toward(self->layout, place->line + lines, goal, -direction);
    return to && to->card != place->card && go_to_card(self, to->card);
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
    go_to(self, slots_model_spot(self->model, at));
    return TRUE;
}

static gboolean move_to_parent(SlotsView *self);

/* From function to function and from card to card, on to the next line. The places of a run are one
 * step. Left of the first card of a bus behind a bridge is the way back. */
static gboolean move_aside(SlotsView *self, int step)
{
    const SlotsSpot *from = spot_of(self), *to;
    guint at = self->at;

    self->goal = -1;
    do {
        at += (guint)step;
        to = slots_model_spot(self->model, at);
    } while (to && to->card == from->card && from->card->run);
    if (is_on_page(self, to)) {
        go_to(self, to->card->run ? slots_model_card_spot(self->model, to->card) : to);
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

        if (test(spot, spot_of(self)))
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
        return go_to_card(self, first_open(spot->card));
    go_to(self, spot);
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
    const SlotsSpot *from = spot_of(self), *to;
    const Bus *bus = from->card->bus;

    if (!bus || !bus->owner)
        return FALSE;
    to = slots_model_find(self->model, bus->owner->path);
    if (!to)
        to = expander_of(self, bus);
    self->goal = -1;
    if (to)
        go_to(self, to);
    return to != NULL;
}

static gboolean slots_move(View *view, ViewMove move)
{
    SlotsView *self = (SlotsView *)view;

    if (!spot_of(self))
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
static gboolean slots_enter(View *view)
{
    SlotsView *self = (SlotsView *)view;
    const OutlineRow *row = slots_row(view);
    const SlotsCard *card;

    if (!row || row->kind != ROW_DEVICE)
        return FALSE;
    card = slots_model_bus_card(self->model, slots_model_bus_of(self->model, row->device));
    if (!card)
        card = slots_model_strip_card(self->model, row->device);
    self->goal = -1;
    return go_to_card(self, first_open(card));
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
    if (spot_of(self)->card == place->card)
        return (spot_of(self)->index + 1) % count;
    return line == place->line + 1 ? (guint)CLAMP(column - first, 0, shown - 1) : 0;
}

/* Where the brackets push glyphs aside. */
static int unpushed(const SlotsView *self, int line, int column)
{
    const SlotsPlace *place = place_of(self);

    if (!self->layout->form.strips || self->layout->form.pitch > 1 || !place ||
        place->line != line || place->card->block->kind > SLOTS_PORTS || column <= place->column)
        return column;
    return MAX(column - 2, place->column);
}

static gboolean slots_click(View *view, int line, int column)
{
    SlotsView *self = (SlotsView *)view;
    int at = line - self->layout->top + self->scroll;
    const SlotsPlace *place;
    guint index;

    if (!spot_of(self) || line < self->layout->top ||
        line >= self->layout->top + self->layout->sheet)
        return line == self->layout->path && spot_of(self) && move_to_parent(self);
    place = slots_layout_at(self->layout, at, unpushed(self, at, column));
    if (!place)
        return FALSE;
    index = clicked_function(self, place, at, column);
    self->goal = -1;
    go_to(self, slots_model_card_spot(self->model, place->card) + index);
    return TRUE;
}

/* The cursor goes along where its card would leave the screen. */
static void slots_scroll(View *view, int lines)
{
    SlotsView *self = (SlotsView *)view;
    const SlotsPlace *place = place_of(self), *to = NULL;
    int last;

    if (!place)
        return;
    self->scroll += lines;
    clamp_scroll(self);
    last = self->scroll + self->layout->sheet - 1;
    if (place->line < self->scroll)
        to = slots_layout_toward(self->layout, self->scroll, goal_of(self, place), 1);
    else if (place->line + place->lines - 1 > last)
        to = slots_layout_toward(self->layout, last - place->lines, goal_of(self, place), -1);
    if (to)
        go_to_card(self, to->card);
    self->moved = FALSE;
}

/* --- finding --------------------------------------------------------------------------------- */

static guint slots_length(View *view)
{
    return ((SlotsView *)view)->model->spots->len;
}

static char *slots_text(View *view, guint index)
{
    return outline_row_text(slots_model_spot(((SlotsView *)view)->model, index)->row);
}

static guint slots_index(View *view)
{
    SlotsView *self = (SlotsView *)view;

    return spot_of(self) ? self->at : G_MAXUINT;
}

static void slots_go(View *view, guint index)
{
    SlotsView *self = (SlotsView *)view;
    const SlotsSpot *spot = slots_model_spot(self->model, index);

    self->goal = -1;
    if (spot)
        go_to(self, spot);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_sheet(SlotsView *self, const Canvas *canvas, int *line, int *column)
{
    const SlotsLayout *layout = self->layout;
    Canvas sheet = canvas_part(canvas, layout->top, 0, layout->sheet, canvas->columns);
    SlotsPicture picture = { .layout = layout,
                             .cursor = spot_of(self),
                             .scroll = self->scroll,
                             .marks = self->view.host->marks,
                             .now = self->view.host->now() };

    if (layout->bare)
        slots_draw_bare(layout->page, &sheet, -self->scroll, layout->bare);
    slots_draw_sheet(&picture, &sheet, line, column);
    if (*line >= 0)
        *line += layout->top;
}

static void draw_told(SlotsView *self, const Canvas *canvas)
{
    const SlotsLayout *layout = self->layout;
    int first = layout->told >= 0 ? layout->told : layout->tell;
    Canvas part = canvas_part(canvas, first, 0, canvas->rows - first, canvas->columns);
    SlotsTold told = { .model = self->model,
                       .spot = spot_of(self),
                       .session = self->view.host->session,
                       .marked =
                           self->key && g_hash_table_contains(self->view.host->marks, self->key),
                       .now = self->view.host->now() };

    slots_draw_told(&told, &part, layout->told >= 0);
}

static void slots_draw(View *view, const Canvas *canvas, int *line, int *column)
{
    SlotsView *self = (SlotsView *)view;
    const SlotsLayout *layout;

    if (self->rows != canvas->rows || self->columns != canvas->columns) {
        self->rows = canvas->rows;
        self->columns = canvas->columns;
        self->goal = -1;
        self->moved = TRUE;
        lay_out(self);
    }
    show_cursor(self);
    layout = self->layout;
    if (layout->path >= 0)
        slots_draw_path(layout->page, canvas);
    draw_sheet(self, canvas, line, column);
    if (layout->legend >= 0) {
        Canvas legend = canvas_part(canvas, layout->legend, 0, 1, canvas->columns);

        slots_draw_legend(self->model, &legend, layout->lines - self->scroll - layout->sheet);
    }
    draw_told(self, canvas);
}

const ViewClass slots_view_class = {
    .name = "Slots",
    .details = FALSE,
    .events = TRUE,
    .new = slots_new,
    .free = slots_free,
    .update = slots_update,
    .row = slots_row,
    .select = slots_select,
    .move = slots_move,
    .enter = slots_enter,
    .click = slots_click,
    .scroll = slots_scroll,
    .length = slots_length,
    .text = slots_text,
    .index = slots_index,
    .go = slots_go,
    .draw = slots_draw,
};
