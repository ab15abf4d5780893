/* The arithmetic of the slots view: which form fits a screen, and where every card stands then. */
#include "tui/slots_layout.h"

#include <stdlib.h>

#include "tui/slots_words.h"

#define SLOTS 32
#define BROAD_COLUMNS 190 /* 16 cards of 10 columns */
#define WIDE_COLUMNS 120
#define CARDS_COLUMNS 74
#define CARDS_ROWS 13        /* a chassis of two lines of cards, and what is told of one */
#define NARROW_CARDS_ROWS 19 /* one of four lines */
#define IDS_ROWS 22
#define PORT_GAP 1
#define PORT_LABEL 1 /* lines above a port */

/* --- forms ----------------------------------------------------------------------------------- */

static SlotsForm strip_form(int columns)
{
    SlotsForm form = { .strips = TRUE, .inside = 1, .across = SLOTS };

    form.pitch = columns >= CARDS_COLUMNS ? 2 : 1;
    form.left = form.pitch == 2 ? 9 : 5;
    form.port_columns = 1;
    return form;
}

static SlotsForm card_form(int rows, int columns)
{
    SlotsForm form = { .across = columns >= CARDS_COLUMNS ? 16 : 8 };

    form.inside = columns >= BROAD_COLUMNS ? 10 : columns >= WIDE_COLUMNS ? 6 : 3;
    form.ids = form.inside > 3 && rows >= IDS_ROWS;
    form.wide = columns >= WIDE_COLUMNS;
    form.port_columns = MAX(form.inside + 2, 5);
    form.left = MAX((columns - form.across * (form.inside + 1) - 1 + 3) / 2, 5);
    return form;
}

SlotsForm slots_form(int rows, int columns)
{
    int needed = columns >= CARDS_COLUMNS ? CARDS_ROWS : NARROW_CARDS_ROWS;
    SlotsForm form = rows < needed ? strip_form(columns) : card_form(rows, columns);

    form.strip_name = columns >= WIDE_COLUMNS ? 12 : 6;
    form.strip_left = columns >= CARDS_COLUMNS ? form.strip_name + 9 : form.strip_name + 1;
    form.pad = columns >= WIDE_COLUMNS;
    return form;
}

int slots_form_card_lines(const SlotsForm *form)
{
    return form->strips ? 1 : form->ids ? 3 : 2;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void add_place(SlotsLayout *layout, const SlotsCard *card, int line, int column, int columns)
{
    SlotsPlace place = { card, line, column, 1, columns };

    if (card->block->kind <= SLOTS_PORTS)
        place.lines = slots_form_card_lines(&layout->form);
    g_array_append_val(layout->places, place);
}

/* Glyph after glyph in one line, as many lines as it takes. */
static int lay_glyphs(SlotsLayout *layout, const SlotsBlock *block, int line)
{
    const SlotsForm *form = &layout->form;
    int across = MIN((int)block->cards->len, form->across);

    for (guint i = 0; i < block->cards->len; i++)
        add_place(layout, block->cards->pdata[i], line + (int)i / across,
                  form->left + 1 + (int)i % across * form->pitch, 1);
    return ((int)block->cards->len + across - 1) / across;
}

/* Numbers, the upper border, lines of cards with borders between them, the lower border. */
static int lay_chassis(SlotsLayout *layout, const SlotsBlock *block, int line)
{
    const SlotsForm *form = &layout->form;
    int height = slots_form_card_lines(form) + 1;
    int lines = (int)block->cards->len / form->across;

    for (guint i = 0; i < block->cards->len; i++)
        add_place(layout, block->cards->pdata[i], line + 2 + (int)i / form->across * height,
                  form->left + 1 + (int)i % form->across * (form->inside + 1), form->inside);
    return 2 + lines * height;
}

static int lay_ports(SlotsLayout *layout, const SlotsBlock *block, int line, int columns)
{
    const SlotsForm *form = &layout->form;
    int height = PORT_LABEL + slots_form_card_lines(form) + 2;
    int width = form->port_columns + 2 + PORT_GAP;
    int left = form->left;
    int across = MAX((columns - left - 1) / width, 1);

    for (guint i = 0; i < block->cards->len; i++)
        add_place(layout, block->cards->pdata[i], line + PORT_LABEL + 1 + (int)i / across * height,
                  left + 1 + (int)i % across * width, form->port_columns);
    return ((int)block->cards->len + across - 1) / across * height;
}

static int cell_columns(const SlotsLayout *layout, const SlotsCard *card)
{
    g_auto(SlotsCell) cell = slots_cell(card, card->rows->pdata[0], layout->form.wide, FALSE);

    return cell.columns;
}

/* The width that all cells of a strip get when it takes many lines; 0: their own. */
static int common_columns(const SlotsLayout *layout, const SlotsBlock *block, int room)
{
    int widest = 0, all = 0, beside = 2 * layout->form.pad + 1;

    for (guint i = 0; i < block->cards->len; i++) {
        int columns = cell_columns(layout, block->cards->pdata[i]);

        widest = MAX(widest, columns);
        all += columns + beside;
    }
    return all > 2 * room ? MIN(widest, room - beside) : 0;
}

/* Cell after cell, on further lines where there is no more room. */
static int lay_strip(SlotsLayout *layout, const SlotsBlock *block, int line, int columns)
{
    int pad = layout->form.pad, first = line, left = layout->form.strip_left + 1 + pad;
    int common = common_columns(layout, block, columns - left + pad), column = left;

    for (guint i = 0; i < block->cards->len; i++) {
        const SlotsCard *card = block->cards->pdata[i];
        int width = common ? common : cell_columns(layout, card);

        if (column > left && column + width + pad + 1 > columns) {
            column = left;
            line++;
        }
        add_place(layout, card, line, column, width);
        column += width + 2 * pad + 1;
    }
    return line - first + 1;
}

static int lay_list(SlotsLayout *layout, const SlotsBlock *block, int line, int columns)
{
    for (guint i = 0; i < block->cards->len; i++)
        add_place(layout, block->cards->pdata[i], line + (int)i, 1, columns - 2);
    return (int)block->cards->len;
}

static int lay_block(SlotsLayout *layout, const SlotsBlock *block, int line, int columns)
{
    switch (block->kind) {
    case SLOTS_CHASSIS:
        return layout->form.strips ? lay_glyphs(layout, block, line)
                                   : lay_chassis(layout, block, line);
    case SLOTS_PORTS:
        return layout->form.strips ? lay_glyphs(layout, block, line)
                                   : lay_ports(layout, block, line, columns);
    case SLOTS_ABSENT:
        return lay_list(layout, block, line, columns);
    default:
        return lay_strip(layout, block, line, columns);
    }
}

/* A chassis and a group of ports have their headings, strips of a kind one for all. */
static gboolean has_heading(const SlotsLayout *layout, const SlotsBlock *block)
{
    const SlotsBand *before = layout->bands->len
                                  ? &g_array_index(layout->bands, SlotsBand, layout->bands->len - 1)
                                  : NULL;

    if (layout->form.strips)
        return FALSE;
    return block->kind <= SLOTS_PORTS || !before || before->block->kind != block->kind;
}

/* Blocks of PCI buses come first. */
static gboolean has_pci(const SlotsPage *page)
{
    return page->blocks->len && ((const SlotsBlock *)page->blocks->pdata[0])->kind <= SLOTS_PORTS;
}

/* gap: lines left empty above a heading. */
static void lay_page(SlotsLayout *layout, int columns, int gap)
{
    layout->bare = has_pci(layout->page) ? 0 : layout->form.strips ? 2 : 4;
    layout->lines = layout->bare;
    g_array_set_size(layout->places, 0);
    g_array_set_size(layout->bands, 0);
    for (guint i = 0; i < layout->page->blocks->len; i++) {
        const SlotsBlock *block = layout->page->blocks->pdata[i];
        SlotsBand band = { .block = block, .title = -1, .first = layout->places->len };

        if (has_heading(layout, block)) {
            layout->lines += i ? gap : 0;
            band.title = layout->lines++;
        }
        band.line = layout->lines;
        band.lines = lay_block(layout, block, band.line, columns);
        layout->lines += band.lines;
        g_array_append_val(layout->bands, band);
    }
}

static int count_headings(const SlotsLayout *layout)
{
    int count = 0;

    for (guint i = 0; i < layout->bands->len; i++)
        count += g_array_index(layout->bands, SlotsBand, i).title >= 0;
    return count;
}

/* --- the parts of the view ------------------------------------------------------------------- */

static void divide(SlotsLayout *layout, int rows)
{
    gboolean heading = rows >= 5;

    layout->path = layout->page->bus && !layout->form.strips ? 0 : -1;
    layout->top = layout->path + 1;
    layout->tells = rows >= 30 ? 3 : rows >= 9 ? 2 : 1;
    layout->tell = MAX(rows - layout->tells, 0);
    layout->told = heading ? layout->tell - 1 : -1;
    layout->legend = rows >= CARDS_ROWS ? layout->told - 1 : -1;
    layout->sheet = layout->tell - heading - (layout->legend >= 0) - layout->top;
    layout->sheet = MAX(layout->sheet, 0);
}

SlotsLayout *slots_layout_new(const SlotsPage *page, int rows, int columns)
{
    SlotsLayout *layout = g_new0(SlotsLayout, 1);

    layout->page = page;
    layout->form = slots_form(rows, columns);
    layout->places = g_array_new(FALSE, FALSE, sizeof(SlotsPlace));
    layout->bands = g_array_new(FALSE, FALSE, sizeof(SlotsBand));
    divide(layout, rows);
    lay_page(layout, columns, 0);
    if (layout->lines + count_headings(layout) <= layout->sheet)
        lay_page(layout, columns, 1);
    return layout;
}

void slots_layout_free(SlotsLayout *layout)
{
    if (!layout)
        return;
    g_array_unref(layout->places);
    g_array_unref(layout->bands);
    g_free(layout);
}

/* --- looking up ------------------------------------------------------------------------------ */

const SlotsPlace *slots_layout_place(const SlotsLayout *layout, const SlotsCard *card)
{
    for (guint i = 0; i < layout->places->len; i++) {
        const SlotsPlace *place = &g_array_index(layout->places, SlotsPlace, i);

        if (place->card == card)
            return place;
    }
    return NULL;
}

const SlotsPlace *slots_layout_at(const SlotsLayout *layout, int line, int column)
{
    for (guint i = 0; i < layout->places->len; i++) {
        const SlotsPlace *place = &g_array_index(layout->places, SlotsPlace, i);

        if (line >= place->line && line < place->line + place->lines && column >= place->column &&
            column < place->column + place->columns)
            return place;
    }
    return NULL;
}

static int distance(const SlotsPlace *place, int column)
{
    return abs(2 * place->column + place->columns - 2 * column);
}

const SlotsPlace *slots_layout_toward(const SlotsLayout *layout, int line, int column,
                                      int direction)
{
    const SlotsPlace *best = NULL;

    for (guint i = 0; i < layout->places->len; i++) {
        const SlotsPlace *place = &g_array_index(layout->places, SlotsPlace, i);

        if ((place->line - line) * direction < 0)
            continue;
        if (!best || abs(place->line - line) < abs(best->line - line) ||
            (place->line == best->line && distance(place, column) < distance(best, column)))
            best = place;
    }
    return best;
}
