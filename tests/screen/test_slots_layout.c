/* Pages, blocks and cards of the slots view, and where they stand: without a screen. That every row
 * of a guest is on one card, and that every card can be reached, is asked of random guests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/hand_guest.h"
#include "tui/slots_layout.h"
#include "tui/slots_words.h"

#define SEEDS 40

typedef struct {
    Guest *guest;
    Outline *outline;
    SlotsModel *model;
} Bench;

/* guest: (transfer full) */
static Bench bench_open(Guest *guest)
{
    OutlineOptions options = { .all = TRUE, .now = HAND_NOW };
    Bench bench = { guest, outline_new(guest, &options), NULL };

    bench.model = slots_model_new(bench.outline);
    return bench;
}

static void bench_close(Bench *bench)
{
    slots_model_free(bench->model);
    outline_free(bench->outline);
    guest_unref(bench->guest);
}

static const SlotsPage *page_at(const Bench *bench, guint index)
{
    assert_true(index < bench->model->pages->len);
    return bench->model->pages->pdata[index];
}

static const SlotsBlock *block_at(const SlotsPage *page, guint index)
{
    assert_true(index < page->blocks->len);
    return page->blocks->pdata[index];
}

static const SlotsSpot *spot_of(const Bench *bench, const char *id)
{
    g_autofree char *key = g_strdup_printf("/machine/peripheral/%s", id);
    const SlotsSpot *spot = slots_model_find(bench->model, key);

    assert_non_null(spot);
    return spot;
}

/* --- pages and blocks ------------------------------------------------------------------------ */

static void a_pc_is_one_chassis_and_its_controllers(void **state)
{
    Bench bench = bench_open(hand_guest_web01());
    const SlotsPage *page = page_at(&bench, 0);
    static const SlotsKind kinds[] = { SLOTS_CHASSIS, SLOTS_BAYS,  SLOTS_BAYS,
                                       SLOTS_SOCKETS, SLOTS_BOARD, SLOTS_BOARD };

    assert_int_equal(bench.model->pages->len, 1);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        assert_int_equal(block_at(page, i)->kind, kinds[i]);
    assert_string_equal(block_at(page, 0)->title, "pci.0  i440FX root bus");
    assert_string_equal(block_at(page, 0)->usage, "9 of 32 used");
    assert_string_equal(block_at(page, 1)->usage, "3 of 260 used"); /* all bays together */
    assert_string_equal(block_at(page, 1)->name, "ide0");
    assert_string_equal(block_at(page, 1)->address, "01.1");
    bench_close(&bench);
}

static void functions_share_a_card(void **state)
{
    Bench bench = bench_open(hand_guest_bridges());
    const SlotsSpot *spot = spot_of(&bench, "f5");

    assert_int_equal(spot->card->rows->len, 8);
    assert_int_equal(spot->index, 5);
    assert_int_equal(spot->card->slot, 7);
    assert_ptr_equal(spot_of(&bench, "f0")->card, spot->card);
    bench_close(&bench);
}

static void ports_are_a_group_after_their_bus(void **state)
{
    Bench bench = bench_open(hand_guest_ports(30));
    const SlotsPage *page = page_at(&bench, 0);
    const SlotsBlock *ports = block_at(page, 1);
    const SlotsCard *first = ports->cards->pdata[0];

    assert_int_equal(ports->kind, SLOTS_PORTS);
    assert_ptr_equal(ports->bus, block_at(page, 0)->bus);
    assert_int_equal(ports->cards->len, 30);
    assert_string_equal(ports->usage, "20 of 30 used");
    assert_true(slots_card_is_vacant(first));
    assert_false(first->closed);                  /* an empty port takes a card, its bus does not */
    assert_int_equal(bench.model->pages->len, 2); /* the switch has one of its own */
    assert_string_equal(page_at(&bench, 1)->bus->name, "up");
    assert_int_equal(block_at(page_at(&bench, 1), 1)->kind, SLOTS_PORTS);
    bench_close(&bench);
}

static void slots_that_take_nothing_are_closed(void **state)
{
    Bench bench = bench_open(hand_guest_bridges());
    const SlotsBlock *root = block_at(page_at(&bench, 0), 0);
    const SlotsBlock *behind = spot_of(&bench, "net1")->card->block;
    const SlotsSpot *expanded = slots_model_card_spot(
        bench.model,
        slots_model_bus_card(bench.model, guest_find_bus(bench.guest, "pxb-internal", NULL)));

    assert_false(((const SlotsCard *)root->cards->pdata[20])->closed);
    assert_true(
        ((const SlotsCard *)behind->cards->pdata[0])->closed); /* of its hotplug controller */
    assert_false(((const SlotsCard *)behind->cards->pdata[3])->closed);
    assert_true(((const SlotsCard *)expanded->card->block->cards->pdata[9])->closed);
    bench_close(&bench);
}

static void bridges_lead_to_pages_and_expanders_to_their_bus(void **state)
{
    Bench bench = bench_open(hand_guest_bridges());
    const Bus *inner = slots_model_bus_of(bench.model, spot_of(&bench, "br3")->row->device);
    const Bus *expanded = slots_model_bus_of(bench.model, spot_of(&bench, "pxb1")->row->device);

    assert_string_equal(inner->name, "br3");
    assert_ptr_equal(slots_model_bus_card(bench.model, inner)->block->page->bus, inner);
    assert_string_equal(expanded->name, "pxb-internal");
    assert_null(slots_model_bus_card(bench.model, expanded)->block->page->bus);
    assert_null(slots_model_bus_of(bench.model, spot_of(&bench, "f0")->row->device));
    bench_close(&bench);
}

static void many_free_bays_are_one_card(void **state)
{
    Bench bench = bench_open(hand_guest_web01());
    const SlotsCard *card = spot_of(&bench, "sd0")->card->block->cards->pdata[1];
    g_auto(SlotsCell) whole = slots_cell(card, card->rows->pdata[0], FALSE, FALSE);
    g_auto(SlotsCell) one = slots_cell(card, card->rows->pdata[16], FALSE, FALSE);

    assert_true(card->run);
    assert_int_equal(card->rows->len, 255);
    assert_string_equal(whole.place, "1–255");
    assert_string_equal(one.place, "17");
    bench_close(&bench);
}

static void a_board_without_pci_has_strips_alone(void **state)
{
    Bench bench = bench_open(hand_guest_board());
    g_autoptr(SlotsLayout) layout = slots_layout_new(page_at(&bench, 0), 18, 80);

    assert_int_equal(block_at(page_at(&bench, 0), 0)->kind, SLOTS_BOARD);
    assert_true(layout->bare > 0);
    bench_close(&bench);
}

static void nothing_is_an_empty_page(void **state)
{
    Bench bench = bench_open(NULL);
    g_autoptr(SlotsLayout) layout = slots_layout_new(page_at(&bench, 0), 18, 80);

    assert_int_equal(bench.model->spots->len, 0);
    assert_int_equal(layout->places->len, 0);
    assert_null(slots_layout_at(layout, 0, 0));
    assert_null(slots_layout_toward(layout, 0, 0, 1));
    slots_model_free(bench.model);
    outline_free(bench.outline);
}

/* --- words ----------------------------------------------------------------------------------- */

static void check_word(const Bench *bench, const char *id, int columns, const char *expected)
{
    g_autofree char *word = slots_word(spot_of(bench, id)->row, columns, FALSE);

    assert_string_equal(word, expected);
}

static void words_fit_their_cards(void **state)
{
    Bench web01 = bench_open(hand_guest_web01()), q35 = bench_open(hand_guest_q35());

    check_word(&web01, "scsi0", 3, "SCS");
    check_word(&web01, "scsi0", 6, "SCSI");
    check_word(&web01, "net0", 6, "NET");
    check_word(&web01, "rng0", 10, "random");
    check_word(&q35, "rp1", 3, "RP»");
    check_word(&q35, "rp1", 6, "PORT»");
    check_word(&q35, "up", 10, "switch»");
    for (guint i = 0; i < web01.model->spots->len; i++) {
        const OutlineRow *row = slots_model_spot(web01.model, i)->row;
        g_autofree char *word = slots_word(row, 3, TRUE);

        assert_true(g_utf8_strlen(word, -1) <= 3);
    }
    bench_close(&web01);
    bench_close(&q35);
}

/* --- random guests --------------------------------------------------------------------------- */

/* What has a card, and what is a heading. */
static gboolean has_card(const OutlineRow *row)
{
    return row->kind != ROW_BUS && row->kind != ROW_GROUP;
}

static void every_row_is_on_one_card(void **state)
{
    for (guint32 seed = 0; seed < SEEDS; seed++) {
        Bench bench = bench_open(hand_guest_random(seed));
        guint rows = 0;

        for (guint i = 0; i < outline_length(bench.outline); i++) {
            const OutlineRow *row = outline_row(bench.outline, i);
            const SlotsSpot *spot = slots_model_find(bench.model, row->key);

            rows += has_card(row);
            if (has_card(row) && (!spot || spot->row != row))
                fail_msg("seed %u: %s has no card", seed, row->key);
        }
        assert_int_equal(bench.model->spots->len, rows + bench.model->extra->len);
        bench_close(&bench);
    }
}

static gboolean overlap(const SlotsPlace *a, const SlotsPlace *b)
{
    return a->line < b->line + b->lines && b->line < a->line + a->lines &&
           a->column < b->column + b->columns && b->column < a->column + a->columns;
}

static void check_places(const SlotsLayout *layout, int columns, guint32 seed)
{
    for (guint i = 0; i < layout->places->len; i++) {
        const SlotsPlace *place = &g_array_index(layout->places, SlotsPlace, i);

        if (place->line < 0 || place->line + place->lines > layout->lines || place->column < 0 ||
            place->column + place->columns > columns)
            fail_msg("seed %u: a card outside of %d columns", seed, columns);
        for (guint k = i + 1; k < layout->places->len && k < i + 40; k++)
            if (overlap(place, &g_array_index(layout->places, SlotsPlace, k)))
                fail_msg("seed %u: cards on one another in %d columns", seed, columns);
        assert_ptr_equal(slots_layout_at(layout, place->line, place->column), place);
    }
}

static void cards_stand_on_the_sheet_beside_one_another(void **state)
{
    static const int sizes[][2] = { { 5, 40 }, { 18, 80 }, { 24, 60 }, { 29, 120 }, { 44, 200 } };

    for (guint32 seed = 0; seed < SEEDS; seed++) {
        Bench bench = bench_open(hand_guest_random(seed));

        for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
            for (guint k = 0; k < bench.model->pages->len; k++) {
                g_autoptr(SlotsLayout) layout =
                    slots_layout_new(page_at(&bench, k), sizes[i][0], sizes[i][1]);

                check_places(layout, sizes[i][1], seed);
                assert_true(layout->sheet > 0 && layout->tell < sizes[i][0]);
            }
        bench_close(&bench);
    }
}

static void slots_stand_in_rows_of_sixteen_or_eight(void **state)
{
    Bench bench = bench_open(hand_guest_web01());
    g_autoptr(SlotsLayout) wide = slots_layout_new(page_at(&bench, 0), 18, 80);
    g_autoptr(SlotsLayout) narrow = slots_layout_new(page_at(&bench, 0), 24, 50);
    const SlotsCard *sixteenth = block_at(page_at(&bench, 0), 0)->cards->pdata[16];
    const SlotsPlace *place = slots_layout_place(wide, sixteenth);

    assert_int_equal(place->line, 6); /* heading, numbers, border, card, border */
    assert_int_equal(place->column, 10);
    assert_int_equal(place->columns, 3);
    assert_int_equal(slots_layout_place(narrow, sixteenth)->line, 9);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pc_is_one_chassis_and_its_controllers),
        cmocka_unit_test(functions_share_a_card),
        cmocka_unit_test(ports_are_a_group_after_their_bus),
        cmocka_unit_test(slots_that_take_nothing_are_closed),
        cmocka_unit_test(bridges_lead_to_pages_and_expanders_to_their_bus),
        cmocka_unit_test(many_free_bays_are_one_card),
        cmocka_unit_test(a_board_without_pci_has_strips_alone),
        cmocka_unit_test(nothing_is_an_empty_page),
        cmocka_unit_test(words_fit_their_cards),
        cmocka_unit_test(every_row_is_on_one_card),
        cmocka_unit_test(cards_stand_on_the_sheet_beside_one_another),
        cmocka_unit_test(slots_stand_in_rows_of_sixteen_or_eight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
