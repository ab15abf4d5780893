/* The rows of whole guests, as `backplane tree` prints them, and their costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/golden.h"
#include "tests/support/hand_guest.h"
#include "tui/outline.h"
#include "tui/report_linear.h"

static char *dump(const Guest *guest, const OutlineOptions *options)
{
    g_autoptr(Outline) outline = outline_new(guest, options);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < outline_length(outline); i++) {
        const OutlineRow *row = outline_row(outline, i);

        g_string_append_printf(text, "%8s %s %s%s | %s | %s | %s%s\n", row->address,
                               state_glyph(row->state, options->ascii), row->lines, row->name,
                               row->backend, row->id, row->status,
                               row->folded     ? " (folded)"
                               : row->foldable ? " (open)"
                                               : "");
    }
    return g_string_free(text, FALSE);
}

static void check(Guest *guest, const OutlineOptions *options, const char *golden)
{
    g_autofree char *text = dump(guest, options);

    assert_golden(golden, text);
    guest_unref(guest);
}

static void pc_is_laid_out(void **state)
{
    OutlineOptions options = { .now = HAND_NOW };

    check(hand_guest_web01(), &options, "outline-pc.utf8.txt");
    options.ascii = TRUE;
    check(hand_guest_web01(), &options, "outline-pc.ascii.txt");
}

static void q35_is_laid_out(void **state)
{
    OutlineOptions options = { .now = HAND_NOW };

    check(hand_guest_q35(), &options, "outline-q35.utf8.txt");
}

static void vacant_places_stand_one_by_one_when_asked(void **state)
{
    OutlineOptions options = { .now = HAND_NOW, .vacant = TRUE };

    check(hand_guest_q35(), &options, "outline-q35-vacant.utf8.txt");
}

static void hostile_names_are_shown_as_escapes(void **state)
{
    OutlineOptions options = { .now = HAND_NOW };

    check(hand_guest_hostile(), &options, "outline-hostile.utf8.txt");
}

static Outline *with_toggled(const Guest *guest, const char *key)
{
    g_autoptr(GHashTable) toggled = g_hash_table_new(g_str_hash, g_str_equal);
    OutlineOptions options = { .toggled = toggled, .now = HAND_NOW };

    g_hash_table_add(toggled, (gpointer)key);
    return outline_new(guest, &options);
}

/* Whatever is folded by default: every device has its row once everything is opened. */
static void every_device_can_be_reached(void **state)
{
    g_autoptr(Guest) guest = hand_guest_q35();
    g_autoptr(GHashTable) toggled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    OutlineOptions options = { .toggled = toggled, .now = HAND_NOW };
    g_autoptr(Outline) first = outline_new(guest, &options);

    for (guint i = 0; i < outline_length(first); i++)
        if (outline_row(first, i)->folded)
            g_hash_table_add(toggled, g_strdup(outline_row(first, i)->key));
    g_autoptr(Outline) open = outline_new(guest, &options);
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        gboolean host = device->buses->len && g_str_has_suffix(device->driver, "host");

        if (!host)
            assert_int_not_equal(outline_find(open, device->path), G_MAXUINT);
    }
    assert_int_not_equal(outline_find(open, "/machine/peripheral/dimm0"), G_MAXUINT);
}

static void folding_hides_what_is_below(void **state)
{
    g_autoptr(Guest) guest = hand_guest_web01();
    g_autoptr(Outline) open = with_toggled(guest, "nothing");
    g_autoptr(Outline) folded = with_toggled(guest, "/machine/peripheral/usb");
    const OutlineRow *row;

    assert_int_not_equal(outline_find(open, "/machine/peripheral/tab0"), G_MAXUINT);
    assert_int_equal(outline_find(folded, "/machine/peripheral/tab0"), G_MAXUINT);
    row = outline_row(folded, outline_find(folded, "/machine/peripheral/usb"));
    assert_true(row->folded);
    assert_string_equal(row->name, "USB UHCI, 1 folded");
}

static void keys_are_unique(void **state)
{
    g_autoptr(Guest) guest = hand_guest_q35();
    OutlineOptions options = { .vacant = TRUE };
    g_autoptr(Outline) outline = outline_new(guest, &options);

    for (guint i = 0; i < outline_length(outline); i++)
        assert_int_equal(outline_find(outline, outline_row(outline, i)->key), i);
}

static void no_guest_has_no_rows(void **state)
{
    OutlineOptions options = { 0 };
    g_autoptr(Outline) outline = outline_new(NULL, &options);

    assert_int_equal(outline_length(outline), 0);
    assert_null(outline_row(outline, 0));
}

static gint64 microseconds_for(guint disks)
{
    g_autoptr(Guest) guest = hand_guest_large(disks);
    OutlineOptions options = { .now = HAND_NOW };
    gint64 best = G_MAXINT64;

    for (int i = 0; i < 5; i++) {
        gint64 started = g_get_monotonic_time();

        outline_free(outline_new(guest, &options));
        best = MIN(best, g_get_monotonic_time() - started);
    }
    return best;
}

/* Ten times the devices, about ten times the time: a ratio holds on a slow host too. */
static void time_is_linear(void **state)
{
    gint64 small = microseconds_for(400), large = microseconds_for(4000);

    print_message("400 disks %d us, 4000 disks %d us\n", (int)small, (int)large);
    assert_true(large < 30 * MAX(small, 100));
}

static void sizes_and_ages_are_short(void **state)
{
    static const struct {
        gint64 value;
        const char *text;
    } sizes[] = {
        { -1, "" },
        { 0, "0 bytes" },
        { 128, "128 bytes" },
        { 4096, "4.0K" },
        { 200704, "196K" },
        { 64 << 20, "64.0M" },
        { G_GINT64_CONSTANT(13207024435), "12.3G" },
        { G_GINT64_CONSTANT(1073741823), "1.0G" },
        { G_GINT64_CONSTANT(1649267441664), "1.5T" },
        { G_MAXINT64, "8.0E" },
    }, ages[] = {
        { -5, "0s" }, { 7, "7s" }, { 59, "59s" }, { 60, "1m" }, { 7200, "2h" }, { 200000, "2d" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *text = size_to_text(sizes[i].value);
        assert_string_equal(text, sizes[i].text);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(ages); i++) {
        g_autofree char *text = age_to_text(ages[i].value * G_USEC_PER_SEC);
        assert_string_equal(text, ages[i].text);
    }
}

/* What a screen reader is given has no drawing in it. */
static void words_alone_tell_a_guest(void **state)
{
    g_autoptr(Guest) guest = hand_guest_q35();
    g_autofree char *text = report_tree_linear(guest, NULL, FALSE);

    assert_golden("linear-q35.utf8.txt", text);
    for (const char *c = "│├└─┬■●·▲▼"; *c; c = g_utf8_next_char(c))
        assert_null(g_utf8_strchr(text, -1, g_utf8_get_char(c)));
}

static void words_alone_tell_what_happens(void **state)
{
    JournalEntry entry = { .at = HAND_NOW,
                           .state = STATE_LEAVING,
                           .subject = (char *)"disk1",
                           .text = (char *)"device_del id=disk1",
                           .outcome = (char *)"-> {}",
                           .elapsed = 1200 };
    g_autofree char *text = report_journal_linear(&entry, FALSE);
    g_autofree char *ending = g_strdup(strchr(text, ' '));

    assert_string_equal(ending, " disk1, leaving: device_del id=disk1, -> {}, after 1 ms\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pc_is_laid_out),
        cmocka_unit_test(words_alone_tell_a_guest),
        cmocka_unit_test(words_alone_tell_what_happens),
        cmocka_unit_test(q35_is_laid_out),
        cmocka_unit_test(vacant_places_stand_one_by_one_when_asked),
        cmocka_unit_test(hostile_names_are_shown_as_escapes),
        cmocka_unit_test(every_device_can_be_reached),
        cmocka_unit_test(folding_hides_what_is_below),
        cmocka_unit_test(keys_are_unique),
        cmocka_unit_test(no_guest_has_no_rows),
        cmocka_unit_test(time_is_linear),
        cmocka_unit_test(sizes_and_ages_are_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
