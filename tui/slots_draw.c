/* Frames, cards and cells. Where they stand is slots_layout.c's, what they say slots_words.c's. */
#include "tui/slots_draw.h"

#include <string.h>

#include "monitor/text.h"
#include "tui/slots_words.h"
#include "tui/tree_row.h"

typedef enum { EDGE_TOP, EDGE_BETWEEN, EDGE_BOTTOM, EDGES } Edge;
typedef enum { SIDE_OUTER, SIDE_INNER } Side;

/* Left end, line, crossing, right end. */
static const char *const edges[EDGES][4][2] = {
    [EDGE_TOP] = { { "╔", "+" }, { "═", "=" }, { "╤", "+" }, { "╗", "+" } },
    [EDGE_BETWEEN] = { { "╟", "|" }, { "─", "-" }, { "┼", "+" }, { "╢", "|" } },
    [EDGE_BOTTOM] = { { "╚", "+" }, { "═", "=" }, { "╧", "+" }, { "╝", "+" } },
};
static const char *const sides[][2] = { [SIDE_OUTER] = { "║", "|" }, [SIDE_INNER] = { "│", "|" } };

/* A picture on its canvas, with the cell found on the way where the cursor is. */
typedef struct {
    const SlotsPicture *picture;
    const SlotsForm *form;
    const Canvas *canvas;
    gboolean ascii;
    int line, column;
} Painter;

/* --- what is in sight ------------------------------------------------------------------------ */

/* Some of the card or of the frame around it. */
static gboolean is_in_sight(const Painter *painter, const SlotsPlace *place)
{
    int line = place->line - painter->picture->scroll;

    return line + place->lines + 1 > 0 && line - 2 < painter->canvas->rows;
}

static void draw_each(Painter *painter, const SlotsPlace *places, guint count,
                      void (*draw)(Painter *, const SlotsPlace *, int))
{
    for (guint i = 0; i < count; i++)
        if (is_in_sight(painter, &places[i]))
            draw(painter, &places[i], places[i].line - painter->picture->scroll);
}

/* --- frames ---------------------------------------------------------------------------------- */

/* name: stands in the line from its first column on; NULL. */
static void draw_edge(const Painter *painter, int line, int left, Edge edge, int cells, int inside,
                      const char *name)
{
    g_autoptr(GString) text = g_string_new(edges[edge][0][painter->ascii]);

    for (int cell = 0; cell < cells; cell++) {
        for (int i = 0; i < inside; i++)
            g_string_append(text, edges[edge][1][painter->ascii]);
        g_string_append(text, edges[edge][cell + 1 < cells ? 2 : 3][painter->ascii]);
    }
    draw_text(painter->canvas, line, left, text_columns(text->str), ELEMENT_RULE, text->str);
    if (name)
        draw_text(painter->canvas, line, left + 1, inside, ELEMENT_ADDRESS, name);
}

static void draw_side(const Painter *painter, int line, int column, Side side)
{
    draw_text(painter->canvas, line, column, 1, ELEMENT_RULE, sides[side][painter->ascii]);
}

/* --- glyphs ---------------------------------------------------------------------------------- */

static gboolean is_selected(const Painter *painter, const SlotsCard *card)
{
    return painter->picture->cursor && painter->picture->cursor->card == card;
}

static const OutlineRow *row_at(const SlotsCard *card, guint index)
{
    return card->rows->pdata[MIN(index, card->rows->len - 1)];
}

/* The row that a card tells of: where the cursor is, or the first. */
static const OutlineRow *shown_row(const Painter *painter, const SlotsCard *card)
{
    return row_at(card, is_selected(painter, card) ? painter->picture->cursor->index : 0);
}

/* Worth to be seen when there is no room for all. */
static gboolean is_telling(DeviceState state)
{
    return state != STATE_FIXED && state != STATE_PRESENT && state != STATE_VACANT;
}

/* Of the functions from this one on the one that stands for all. */
static const OutlineRow *telling_row(const SlotsCard *card, guint first)
{
    for (guint i = first; i < card->rows->len && !card->run; i++)
        if (is_telling(row_at(card, i)->state))
            return row_at(card, i);
    return row_at(card, first);
}

static const char *row_glyph(const Painter *painter, const SlotsCard *card, const OutlineRow *row)
{
    return card->closed ? " " : state_glyph(row->state, painter->ascii);
}

static gboolean is_marked(const Painter *painter, const SlotsCard *card)
{
    GHashTable *marks = painter->picture->marks;

    for (guint i = 0; marks && i < card->rows->len; i++)
        if (g_hash_table_contains(marks, row_at(card, i)->key))
            return TRUE;
    return FALSE;
}

static void put_glyph(const Painter *painter, const Canvas *canvas, int line, int column,
                      const SlotsCard *card, const OutlineRow *row)
{
    draw_text(canvas, line, column, 1, element_of_state(row->state), row_glyph(painter, card, row));
}

/* "[●]": the selection can be seen without colours. column: of the glyph. */
static void put_selected(Painter *painter, const Canvas *canvas, int line, int column,
                         const SlotsCard *card, const OutlineRow *row)
{
    draw_text(canvas, line, column - 1, 1, ELEMENT_TEXT, "[");
    put_glyph(painter, canvas, line, column, card, row);
    draw_text(canvas, line, column + 1, 1, ELEMENT_TEXT, "]");
    painter->line = line;
    painter->column = column;
}

/* A glyph for each function; the last one stands for those there is no room for. */
static void draw_functions(Painter *painter, const Canvas *canvas, int line,
                           const SlotsPlace *place)
{
    const SlotsCard *card = place->card;
    int count = (int)card->rows->len;
    int shown = MIN(count, place->columns), column = place->column + (place->columns - shown) / 2;

    for (int i = 0; i < shown; i++) {
        gboolean last = i + 1 == shown && shown < count;

        put_glyph(painter, canvas, line, column + i, card,
                  last ? telling_row(card, (guint)i) : row_at(card, (guint)i));
    }
}

/* As many of the others beside the selected one as there is room for. */
static void draw_selected_functions(Painter *painter, const Canvas *canvas, int line,
                                    const SlotsPlace *place)
{
    const SlotsCard *card = place->card;
    int count = (int)card->rows->len, at = (int)painter->picture->cursor->index;
    int shown = MIN(count, MAX(place->columns - 2, 1));
    int first = CLAMP(at - shown / 2, 0, count - shown);
    int column = place->column + (place->columns - shown - 2) / 2;

    for (int i = first; i < first + shown; i++) {
        int here = column + i - first + (i == at) + 2 * (i > at);

        if (i == at)
            put_selected(painter, canvas, line, here, card, row_at(card, (guint)i));
        else
            put_glyph(painter, canvas, line, here, card, row_at(card, (guint)i));
    }
}

/* --- cards ----------------------------------------------------------------------------------- */

static Element name_element(const OutlineRow *row)
{
    switch (row->state) {
    case STATE_PRESENT:
    case STATE_ADDED:
        return ELEMENT_TEXT;
    default:
        return element_of_state(row->state);
    }
}

static void draw_centred(const Canvas *canvas, int line, const SlotsPlace *place, Element element,
                         const char *text)
{
    g_autofree char *fitted = text_fit(text, place->columns, canvas->look->ascii);

    draw_text(canvas, line, place->column + (place->columns - text_columns(fitted)) / 2,
              place->columns, element, fitted);
}

/* How many functions, or the id; what the machine brought has none, and is told by its driver. */
static void draw_id(const Painter *painter, const Canvas *canvas, int line, const SlotsPlace *place)
{
    const OutlineRow *row = shown_row(painter, place->card);
    gboolean many = place->card->rows->len > 1 && !is_selected(painter, place->card);
    g_autofree char *text = many           ? g_strdup_printf("%u fn", place->card->rows->len)
                            : *row->id     ? g_strdup(row->id)
                            : !row->device ? g_strdup("")
                                           : text_printable(row->device->driver, -1, 0);

    draw_centred(canvas, line, place, !many && *row->id ? ELEMENT_ID : ELEMENT_DIM, text);
}

/* Blank cells look as the sides of the cards do: a line of an empty chassis is all of one look, and
 * a fifth of the bytes of a picture were changes of it. */
static void draw_empty(const Canvas *canvas, int line, int column, int columns)
{
    g_autofree char *blanks = g_strnfill((gsize)MAX(columns, 0), ' ');

    draw_text(canvas, line, column, columns, ELEMENT_RULE, blanks);
}

/* The canvas to paint a card on: of the selected one its lines are lit. */
static Canvas card_canvas(const Painter *painter, const SlotsPlace *place, int line)
{
    Canvas canvas = *painter->canvas;
    const SlotsCard *card = place->card;

    canvas.selected = is_selected(painter, card);
    for (guint i = 0; i < card->rows->len && !card->run; i++)
        canvas.fresh = canvas.fresh || tree_row_is_fresh(row_at(card, i), painter->picture->now);
    for (int i = 0; i < place->lines; i++)
        (canvas.selected ? draw_blank : draw_empty)(&canvas, line + i, place->column,
                                                    place->columns);
    return canvas;
}

static void draw_card(Painter *painter, const SlotsPlace *place, int line)
{
    const SlotsCard *card = place->card;
    Canvas canvas = card_canvas(painter, place, line);
    const OutlineRow *row = shown_row(painter, card);
    g_autofree char *word = slots_word(row, place->columns, painter->ascii);

    draw_centred(&canvas, line, place, name_element(row), word);
    if (canvas.selected)
        draw_selected_functions(painter, &canvas, line + 1, place);
    else
        draw_functions(painter, &canvas, line + 1, place);
    if (is_marked(painter, card))
        draw_glyph(&canvas, line + 1, place->column + place->columns - 1, ELEMENT_TITLE,
                   GLYPH_MARK);
    if (painter->form->ids)
        draw_id(painter, &canvas, line + 2, place);
}

/* --- chassis --------------------------------------------------------------------------------- */

static void draw_numbers(const Painter *painter, const SlotsPlace *first, int line)
{
    const SlotsForm *form = painter->form;
    int left = (form->inside - 1) / 2, right = form->inside - left;
    g_autoptr(GString) numbers = g_string_new(NULL);

    for (int i = 0; i < form->across; i++)
        g_string_append_printf(numbers, "%*s%x%*s", left, "", i, right, "");
    draw_text(painter->canvas, line, first->column, (int)numbers->len, ELEMENT_DIM, numbers->str);
}

static void draw_chassis(Painter *painter, const SlotsPlace *places, guint count, int line)
{
    const SlotsForm *form = painter->form;
    int left = form->left, height = slots_form_card_lines(form) + 1;

    draw_numbers(painter, places, line++);
    for (guint i = 0; i < count; i++) {
        int column = (int)i % form->across;

        if (column == 0) {
            draw_edge(painter, line, left, i ? EDGE_BETWEEN : EDGE_TOP, form->across, form->inside,
                      NULL);
            draw_format(painter->canvas, line + 1, left - 3, 2, ELEMENT_ADDRESS, "%02x", i);
            line += height;
        }
        for (int k = 1; k < height; k++)
            draw_side(painter, line - height + k, places[i].column - 1,
                      column ? SIDE_INNER : SIDE_OUTER);
        draw_card(painter, &places[i], line - height + 1);
        for (int k = 1; k < height && column + 1 == form->across; k++)
            draw_side(painter, line - height + k, places[i].column + form->inside, SIDE_OUTER);
    }
    draw_edge(painter, line, left, EDGE_BOTTOM, form->across, form->inside, NULL);
}

/* --- ports ----------------------------------------------------------------------------------- */

static void draw_port(Painter *painter, const SlotsPlace *place, int line)
{
    const Device *port = place->card->bus->owner;
    int left = place->column - 1, right = place->column + place->columns;
    int height = slots_form_card_lines(painter->form);
    g_autofree char *safe = text_printable(port->id ? port->id : port->driver, -1, 0);
    g_autofree char *name = text_fit_end(safe, place->columns + 2, painter->ascii);
    g_autofree char *address = address_to_short_text(&port->address);

    draw_text(painter->canvas, line - 2, left, place->columns + 2, ELEMENT_ID, name);
    draw_edge(painter, line - 1, left, EDGE_TOP, 1, place->columns, NULL);
    for (int i = 0; i < height; i++) {
        draw_side(painter, line + i, left, SIDE_OUTER);
        draw_side(painter, line + i, right, SIDE_OUTER);
    }
    draw_card(painter, place, line);
    draw_edge(painter, line + height, left, EDGE_BOTTOM, 1, place->columns, address);
}

/* --- strips ---------------------------------------------------------------------------------- */

static void draw_strip_name(const Painter *painter, const SlotsBlock *block, int line)
{
    const SlotsForm *form = painter->form;
    int indent = form->strips || form->strip_left < 10 ? 0 : 2;

    draw_text(painter->canvas, line, indent, form->strip_name, ELEMENT_ID, block->name);
    if (indent)
        draw_text(painter->canvas, line, form->strip_left - 6, 5, ELEMENT_ADDRESS, block->address);
}

static void draw_cell(Painter *painter, const SlotsPlace *place, int line)
{
    const SlotsCard *card = place->card;
    Canvas canvas = card_canvas(painter, place, line);
    const OutlineRow *row = shown_row(painter, card);
    g_auto(SlotsCell) cell = slots_cell(card, row, painter->form->wide, painter->ascii);
    int glyph = place->column + cell.glyph;

    draw_text(&canvas, line, place->column, place->columns, ELEMENT_ADDRESS, cell.place);
    if (canvas.selected)
        put_selected(painter, &canvas, line, glyph, card, row);
    else
        put_glyph(painter, &canvas, line, glyph, card, row);
    draw_text(&canvas, line, glyph + 2, place->column + place->columns - glyph - 2,
              name_element(row), cell.text);
    if (is_marked(painter, card))
        draw_glyph(&canvas, line, glyph - 1, ELEMENT_TITLE, GLYPH_MARK);
}

static void draw_strip(Painter *painter, const SlotsPlace *places, guint count, int line)
{
    int scroll = painter->picture->scroll, left = painter->form->strip_left;
    int pad = painter->form->pad;

    draw_strip_name(painter, places->card->block, line);
    for (guint i = 0; i < count; i++) {
        int at = places[i].line - scroll;
        gboolean first = places[i].column == left + 1 + pad;
        gboolean last = i + 1 == count || places[i + 1].line != places[i].line;

        if (first)
            draw_side(painter, at, left, SIDE_OUTER);
        draw_side(painter, at, places[i].column + places[i].columns + pad,
                  last ? SIDE_OUTER : SIDE_INNER);
    }
    draw_each(painter, places, count, draw_cell); /* a bracket may take the place of a side */
}

/* --- lists ----------------------------------------------------------------------------------- */

static void draw_absent(Painter *painter, const SlotsPlace *place, int line)
{
    Canvas canvas = card_canvas(painter, place, line);
    const OutlineRow *row = shown_row(painter, place->card);
    const char *cells[] = { *row->id ? row->id : row->name, *row->id ? row->name : "", row->backend,
                            row->pair->reason ? row->pair->reason : "" };
    int column = place->column + 2, end = place->column + place->columns;

    put_glyph(painter, &canvas, line, place->column, place->card, row);
    if (canvas.selected)
        put_selected(painter, &canvas, line, place->column, place->card, row);
    for (gsize i = 0; i < G_N_ELEMENTS(cells); i++)
        if (*cells[i] && column < end)
            column += 3 + draw_text(&canvas, line, column, end - column,
                                    i == 0 ? ELEMENT_ABSENT : ELEMENT_TEXT, cells[i]);
}

/* --- low screens ----------------------------------------------------------------------------- */

/* Where the glyphs stand close the brackets push those that follow to the right. */
static void draw_glyphs(Painter *painter, const SlotsPlace *places, guint count, int line)
{
    const SlotsBlock *block = places->card->block;
    g_autofree char *name = text_printable(block->bus->name, -1, 0);
    gboolean ports = block->kind == SLOTS_PORTS;
    int push = 0;

    draw_text(painter->canvas, line, 0, painter->form->left, ELEMENT_TITLE, ports ? "ports" : name);
    for (guint i = 0; i < count; i++) {
        const SlotsCard *card = places[i].card;
        Canvas canvas = *painter->canvas;
        int at = places[i].line - painter->picture->scroll;

        if (i && places[i].line != places[i - 1].line)
            push = 0;
        if (is_selected(painter, card)) {
            int step = painter->form->pitch == 1;

            canvas.selected = TRUE;
            put_selected(painter, &canvas, at, places[i].column + step, card,
                         shown_row(painter, card));
            push = 2 * step;
        } else {
            put_glyph(painter, &canvas, at, places[i].column + push, card, telling_row(card, 0));
        }
    }
}

/* --- the sheet ------------------------------------------------------------------------------- */

static void draw_band(Painter *painter, const SlotsBand *band)
{
    const SlotsPlace *places =
        &g_array_index(painter->picture->layout->places, SlotsPlace, band->first);
    guint count = band->block->cards->len;
    int line = band->line - painter->picture->scroll;

    if (band->title >= 0)
        draw_rule(painter->canvas, band->title - painter->picture->scroll, band->block->title,
                  band->block->usage);
    if (band->block->kind == SLOTS_ABSENT)
        draw_each(painter, places, count, draw_absent);
    else if (band->block->kind > SLOTS_PORTS)
        draw_strip(painter, places, count, line);
    else if (painter->form->strips)
        draw_glyphs(painter, places, count, line);
    else if (band->block->kind == SLOTS_CHASSIS)
        draw_chassis(painter, places, count, line);
    else
        draw_each(painter, places, count, draw_port);
}

void slots_draw_sheet(const SlotsPicture *picture, const Canvas *canvas, int *line, int *column)
{
    const SlotsLayout *layout = picture->layout;
    Painter painter = { .picture = picture,
                        .form = &layout->form,
                        .canvas = canvas,
                        .ascii = canvas->look->ascii,
                        .line = -1 };

    for (guint i = 0; i < layout->bands->len; i++) {
        const SlotsBand *band = &g_array_index(layout->bands, SlotsBand, i);
        int first = band->title >= 0 ? band->title : band->line;

        if (first < picture->scroll + canvas->rows && band->line + band->lines > picture->scroll)
            draw_band(&painter, band);
    }
    *line = painter.line < canvas->rows ? painter.line : -1;
    *column = painter.column;
}
