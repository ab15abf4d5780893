/* The slots view: where its cursor is, and what of the sheet is on the screen. How the cursor moves
 * is slots_moves.c's. */
#include "tui/slots_view_private.h"

#include "engine/session_domain.h"
#include "tui/slots_told.h"

/* A screen to move on before the first frame. */
#define FIRST_ROWS 18
#define FIRST_COLUMNS 80

/* --- where the cursor is --------------------------------------------------------------------- */

const SlotsSpot *slots_view_spot(const SlotsView *self)
{
    return slots_model_spot(self->model, self->at);
}

static const OutlineRow *slots_row(const View *view)
{
    const SlotsSpot *spot = slots_view_spot((const SlotsView *)view);

    return spot ? spot->row : NULL;
}

const SlotsPlace *slots_view_place(const SlotsView *self)
{
    const SlotsSpot *spot = slots_view_spot(self);

    return spot ? slots_layout_place(self->layout, spot->card) : NULL;
}

static const SlotsPage *page_of(const SlotsView *self)
{
    const SlotsSpot *spot = slots_view_spot(self);

    return spot ? spot->card->block->page : self->model->pages->pdata[0];
}

static void lay_out(SlotsView *self)
{
    slots_layout_free(self->layout);
    self->layout = slots_layout_new(page_of(self), self->rows, self->columns);
}

static void remember(SlotsView *self)
{
    const SlotsSpot *spot = slots_view_spot(self);
    const Bus *bus = spot ? spot->card->bus : NULL;

    g_free(self->key);
    g_free(self->bus);
    g_free(self->address);
    self->key = spot ? g_strdup(spot->row->key) : NULL;
    self->bus = bus ? g_strdup(bus->path) : NULL;
    self->address = spot ? g_strdup(spot->row->address) : NULL;
    self->slot = spot ? spot->card->slot : 0;
}

void slots_view_go(SlotsView *self, const SlotsSpot *spot)
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

gboolean slots_view_go_card(SlotsView *self, const SlotsCard *card)
{
    const SlotsSpot *spot = card ? slots_model_card_spot(self->model, card) : NULL;

    if (spot)
        slots_view_go(self, spot);
    return spot != NULL;
}

static gboolean slots_select(View *view, const char *key)
{
    SlotsView *self = (SlotsView *)view;
    const SlotsSpot *spot = slots_model_find(self->model, key);

    if (!spot)
        return FALSE;
    self->goal = -1;
    slots_view_go(self, spot);
    return TRUE;
}

/* --- what is on the screen ------------------------------------------------------------------- */

void slots_view_clamp(SlotsView *self)
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
    const SlotsPlace *place = slots_view_place(self);

    if (place && self->moved)
        show_frame(self, place);
    slots_view_clamp(self);
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

    return slots_view_spot(self) ? self->at : G_MAXUINT;
}

static void slots_go(View *view, guint index)
{
    SlotsView *self = (SlotsView *)view;
    const SlotsSpot *spot = slots_model_spot(self->model, index);

    self->goal = -1;
    if (spot)
        slots_view_go(self, spot);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_sheet(SlotsView *self, const Canvas *canvas, int *line, int *column)
{
    const SlotsLayout *layout = self->layout;
    Canvas sheet = canvas_part(canvas, layout->top, 0, layout->sheet, canvas->columns);
    SlotsPicture picture = { .layout = layout,
                             .cursor = slots_view_spot(self),
                             .scroll = self->scroll,
                             .marks = self->view.host->marks,
                             .now = self->view.host->now() };

    if (layout->bare)
        slots_draw_bare(layout->page, &sheet, -self->scroll, layout->bare);
    slots_draw_sheet(&picture, &sheet, line, column);
    if (*line >= 0)
        *line += layout->top;
}

static Canvas slots_facts(const View *view, const Canvas *canvas)
{
    const SlotsLayout *layout = ((const SlotsView *)view)->layout;
    int first = layout->told >= 0 ? layout->told : layout->tell;

    return canvas_part(canvas, first, 0, canvas->rows - first, canvas->columns);
}

static void draw_told(SlotsView *self, const Canvas *canvas)
{
    Canvas part = slots_facts(&self->view, canvas);
    SlotsTold told = { .model = self->model,
                       .spot = slots_view_spot(self),
                       .session = self->view.host->session,
                       .marked =
                           self->key && g_hash_table_contains(self->view.host->marks, self->key),
                       .now = self->view.host->now() };

    slots_draw_told(&told, &part, self->layout->told >= 0);
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
    .move = slots_view_move,
    .enter = slots_view_enter,
    .click = slots_view_click,
    .scroll = slots_view_scroll,
    .length = slots_length,
    .text = slots_text,
    .index = slots_index,
    .go = slots_go,
    .draw = slots_draw,
    .facts = slots_facts,
};
