/* The slots view on a console: golden pictures, what its keys and clicks do, and what it costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"

/* Bytes that must do: measured on peers, 80x24. */
#define FIRST_PAINT_MAX 8192
#define CURSOR_MOVE_MAX 512
#define HINTS_MAX 150

/* Of web01: net1 and rng0 are not in it, the balloon is elsewhere, vdb and vdc are absent, the one
 * without a place and the other with one. */
static const char web01_xml[] =
    "<domain type='kvm'>\n"
    "  <name>web01</name>\n"
    "  <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os>\n"
    "  <devices>\n"
    "    <disk type='file' device='disk'>\n"
    "      <source file='/srv/vm/boot.qcow2'/>\n"
    "      <target dev='hda' bus='ide'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <source file='/srv/vm/home.qcow2'/>\n"
    "      <target dev='sda' bus='scsi'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <source file='/srv/vm/data1.qcow2'/>\n"
    "      <target dev='vda' bus='virtio'/>\n"
    "      <alias name='disk1'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <source file='/srv/vm/logs.qcow2'/>\n"
    "      <target dev='vdb' bus='virtio'/>\n"
    "      <alias name='disk9'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <source file='/srv/vm/spare.qcow2'/>\n"
    "      <target dev='vdc' bus='virtio'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x0d' function='0x0'/>\n"
    "    </disk>\n"
    "    <controller type='scsi' index='0' model='virtio-scsi'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/>\n"
    "    </controller>\n"
    "    <controller type='usb' index='0' model='piix3-uhci'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>\n"
    "    </controller>\n"
    "    <interface type='ethernet'>\n"
    "      <target dev='tap0'/>\n"
    "      <model type='virtio'/>\n"
    "      <alias name='net0'/>\n"
    "    </interface>\n"
    "    <input type='tablet' bus='usb'/>\n"
    "    <video>\n"
    "      <model type='vga'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>\n"
    "    </video>\n"
    "    <memballoon model='virtio'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x09' function='0x0'/>\n"
    "    </memballoon>\n"
    "  </devices>\n"
    "</domain>\n";

static const Shape shapes[] = {
    { 24, 80, "utf8" },   { 24, 80, "ascii" }, { 24, 80, "mono" }, { 40, 120, "utf8" },
    { 40, 120, "ascii" }, { 60, 200, "utf8" }, { 8, 40, "utf8" },  { 8, 40, "ascii" },
    { 30, 50, "utf8" },   { 12, 80, "utf8" },
};

static Session *on(Guest *guest)
{
    return hand_session_new(guest);
}

/* The slots, with the cursor on this row. */
static Stage slots_open(const Shape *shape, Session *session, const char *key)
{
    Stage stage = shape_open(shape, session);

    press(&stage, "2");
    if (key)
        select_key(&stage, key);
    screen_take(stage.screen);
    return stage;
}

static Stage slots_24x80(Session *session, const char *key)
{
    return slots_open(&shapes[0], session, key);
}

/* --- golden pictures ------------------------------------------------------------------------- */

static void pictures(const char *situation, gsize count, Session *(*make)(void), const char *key)
{
    for (gsize i = 0; i < count; i++) {
        Stage stage = slots_open(&shapes[i], make(), key);

        compare(&stage, &shapes[i], situation);
        stage_close(&stage);
    }
}

static void web01_in_all_shapes(void **state)
{
    pictures("slots", G_N_ELEMENTS(shapes), web01, "/machine/peripheral/disk1");
}

/* One of each: added, leaving, refused, unmanaged, differing, absent at its place and without. */
static Session *all_states(void)
{
    Session *session = web01();
    Device *net0 = guest_find_id(session->guest, "net0");

    net0->state = STATE_REFUSED;
    hand_session_set_domain(session, web01_xml);
    return session;
}

/* net1 came a second ago: its card is bold. */
static Session *fresh(void)
{
    Session *session = web01();

    guest_find_id(session->guest, "net1")->since = HAND_NOW - G_USEC_PER_SEC;
    return session;
}

static void every_state_has_its_looks(void **state)
{
    pictures("slots-states", 4, all_states, "/machine/peripheral/bal0");
    pictures("slots-absent", 1, all_states, "absent/disk/6");
    pictures("slots-fresh", 1, fresh, "/machine/peripheral/disk1");
    pictures("slots-absent-listed", 1, all_states, "absent/disk/5");
}

static Session *q35(void)
{
    return on(hand_guest_q35());
}

static Session *ports(void)
{
    return on(hand_guest_ports(30));
}

static void ports_stand_side_by_side(void **state)
{
    pictures("slots-q35", 4, q35, "/machine/peripheral/net0");
    pictures("slots-ports", 8, ports, "/machine/peripheral/card14");
    pictures("slots-closed", 1, ports, "/machine/unattached/sysbus/child[0]/pcie.0/vacant/0c.0");
}

static Session *bridges(void)
{
    return on(hand_guest_bridges());
}

static void buses_behind_bridges_have_pages(void **state)
{
    pictures("slots-bridges", 4, bridges, "/machine/peripheral/br1");
    pictures("slots-nested", 4, bridges, "/machine/peripheral/scsi1");
    pictures("slots-functions", 4, bridges, "/machine/peripheral/f5");
}

static Session *board(void)
{
    return on(hand_guest_board());
}

static Session *nothing(void)
{
    Guest *guest = hand_guest_board();

    g_ptr_array_set_size(guest->devices, 0);
    g_ptr_array_set_size(guest->root->devices, 0);
    return on(guest);
}

static Session *hostile(void)
{
    return on(hand_guest_hostile());
}

static void a_guest_without_pci_is_told_of(void **state)
{
    pictures("slots-board", 4, board, NULL);
    pictures("slots-nothing", 1, nothing, NULL);
    pictures("slots-hostile", 1, hostile, NULL);
}

static Session *large(void)
{
    return on(hand_guest_large(250));
}

static void many_bays_scroll(void **state)
{
    pictures("slots-large", 1, large, "/machine/peripheral/sd120");
}

/* --- what keys do ---------------------------------------------------------------------------- */

static void arrows_go_from_card_to_card(void **state)
{
    Stage stage = slots_24x80(web01(), "/machine/peripheral/net0");

    press(&stage, "\033OC");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/scsi0");
    press(&stage, "j");
    assert_non_null(strstr(cursor_key(&stage), "/pci.0/vacant/14.0"));
    press(&stage, "\033OB");
    assert_ptr_equal(console_row(stage.console)->bus->family, BUS_IDE);
    press(&stage, "kk");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/scsi0");
    press(&stage, "h\033OD"); /* the functions of a slot are steps of their own */
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/vga0");
    press(&stage, "hh");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/usb");
    stage_close(&stage);
}

static void v_goes_to_the_next_vacant_place(void **state)
{
    Stage stage = slots_24x80(web01(), "/machine/peripheral/net0");

    press(&stage, "v");
    assert_non_null(strstr(cursor_key(&stage), "/pci.0/vacant/09.0"));
    press(&stage, "v");
    assert_non_null(strstr(cursor_key(&stage), "/pci.0/vacant/0a.0"));
    assert_true(shows(&stage, "a attach here"));
    press(&stage, "a");
    assert_non_null(stage.console->dialog);
    assert_true(shows(&stage, "0a.0"));
    press(&stage, "\033\r"); /* so does Enter */
    assert_non_null(stage.console->dialog);
    stage_close(&stage);
}

static void b_goes_round_all_buses(void **state)
{
    Stage stage = slots_24x80(bridges(), "/machine/peripheral/net1");
    guint pages = 0, presses = 0;
    const char *before = console_row(stage.console)->bus->name;

    do {
        press(&stage, "b");
        pages += g_str_equal(console_row(stage.console)->bus->name, "br3");
        presses++;
    } while (console_row(stage.console)->bus->name != before && presses < 30);
    assert_int_equal(pages, 1);
    assert_in_range(presses, 7, 20);
    stage_close(&stage);
}

static void enter_goes_in_and_left_comes_back(void **state)
{
    Stage stage = slots_24x80(bridges(), "/machine/peripheral/br1");

    press(&stage, "\r");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/net1");
    assert_true(shows(&stage, "pci.0 » 05.0 PCI bridge » br1"));
    press(&stage, "l\r");
    assert_true(shows(&stage, "» 02.0 PCI bridge » br3"));
    assert_false(shows(&stage, "Ports"));
    press(&stage, "{");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/br3");
    press(&stage, "g\033OD");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/br1");
    stage_close(&stage);
}

static void enter_goes_to_ports_bays_and_expanders(void **state)
{
    Stage stage = slots_24x80(q35(), "/machine/peripheral/rp1");

    press(&stage, "\r");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/net0");
    press(&stage, "{");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/rp1");
    stage_close(&stage);

    stage = slots_24x80(web01(), "/machine/peripheral/scsi0");
    press(&stage, "\r");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/sd0");
    stage_close(&stage);

    stage = slots_24x80(bridges(), "/machine/peripheral/pxb1");
    press(&stage, "\r");
    assert_string_equal(console_row(stage.console)->bus->name, "pxb-internal");
    stage_close(&stage);
}

static void the_selection_is_that_of_the_tree(void **state)
{
    static const char *const ids[] = { "sd0", "disk1", "tab0", "usb", "cd0" };
    Stage stage = stage_open(24, 80, web01(), FALSE);

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *key = g_strdup_printf("/machine/peripheral/%s", ids[i]);

        select_device(&stage, ids[i]);
        press(&stage, "2");
        assert_string_equal(cursor_key(&stage), key);
        press(&stage, "1");
        assert_string_equal(cursor_key(&stage), key);
    }
    stage_close(&stage);
}

/* The tree has no row for the slot of an empty port, nor for slots that take nothing. */
static void the_tree_shows_what_carries_a_slot(void **state)
{
    static const char *const places[][2] = { { "rp2", "/vacant/00.0" },
                                             { "pcie.0", "/vacant/0c.0" } };
    Stage stage = stage_open(24, 80, q35(), FALSE);

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        Bus *bus = guest_find_bus(stage.session->guest, places[i][0], NULL);
        g_autofree char *key = g_strconcat(bus->path, places[i][1], NULL);

        press(&stage, "2");
        select_key(&stage, key);
        press(&stage, "1");
        assert_ptr_equal(console_row(stage.console)->device, bus->owner);
    }
    stage_close(&stage);
}

/* What is plugged where the cursor is takes the cursor, and leaves it there when it goes. */
static void the_cursor_stays_in_its_slot(void **state)
{
    Stage stage = slots_24x80(web01(), "/machine/peripheral/rng0");
    Guest *without = hand_guest_web01();
    Bus *pci = guest_find_bus(without, "pci.0", NULL);
    guint last = pci->devices->len - 1;

    assert_string_equal(((Device *)pci->devices->pdata[last])->id, "rng0");
    device_free(g_ptr_array_steal_index(pci->devices, last));
    g_ptr_array_set_size(without->devices, 0);
    guest_index(without);
    hand_session_set_guest(stage.session, without);
    assert_non_null(strstr(cursor_key(&stage), "/pci.0/vacant/08.0"));
    hand_session_set_guest(stage.session, hand_guest_web01());
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/rng0");
    stage_close(&stage);
}

static void marks_are_on_the_cards(void **state)
{
    Stage stage = slots_24x80(web01(), "/machine/peripheral/net0");

    g_hash_table_add(stage.console->marks, g_strdup("/machine/peripheral/bal0"));
    g_hash_table_add(stage.console->marks, g_strdup("/machine/peripheral/sd0"));
    g_hash_table_add(stage.console->marks, g_strdup("/machine/peripheral/net0"));
    compare(&stage, &shapes[0], "slots-marked");
    stage_close(&stage);
}

static void detaching_works_as_in_the_tree(void **state)
{
    Stage stage = slots_24x80(web01(), "/machine/peripheral/sd0");

    press(&stage, "d");
    assert_string_equal(stage.session->asked, "detach /machine/peripheral/sd0");
    stage_close(&stage);
}

/* --- reaching everything --------------------------------------------------------------------- */

/* Keys of rows that arrows and Enter lead to from this one, and from those: (char). */
static GHashTable *reachable(View *view)
{
    static const ViewMove moves[] = { MOVE_UP, MOVE_DOWN, MOVE_LEFT, MOVE_RIGHT };
    GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) waiting = g_ptr_array_new();

    view->class->move(view, MOVE_TOP);
    g_ptr_array_add(waiting, g_strdup(view->class->row(view)->key));
    g_hash_table_add(keys, waiting->pdata[0]);
    while (waiting->len) {
        const char *from = g_ptr_array_steal_index(waiting, waiting->len - 1);

        for (gsize i = 0; i <= G_N_ELEMENTS(moves); i++) {
            const char *to;

            assert_true(view->class->select(view, from));
            if (i < G_N_ELEMENTS(moves))
                view->class->move(view, moves[i]);
            else
                view->class->enter(view);
            to = view->class->row(view)->key;
            if (g_hash_table_contains(keys, to))
                continue;
            g_ptr_array_add(waiting, g_strdup(to));
            g_hash_table_add(keys, waiting->pdata[waiting->len - 1]);
        }
    }
    return keys;
}

/* The second and later ones of free bays in a row share a card: they need not be stepped on. */
static gboolean is_inside_of_run(const Outline *outline, guint index)
{
    const OutlineRow *row = outline_row(outline, index);
    const OutlineRow *before = index ? outline_row(outline, index - 1) : row;

    return row->kind == ROW_VACANT && before->kind == ROW_VACANT && row->bus->family == BUS_SCSI;
}

static void everything_can_be_reached_by_arrows(void **state)
{
    for (guint32 seed = 0; seed < 12; seed++) {
        Stage stage = slots_open(&shapes[seed % 3 ? 0 : 6], on(hand_guest_random(seed)), NULL);
        OutlineOptions options = { .all = TRUE };
        g_autoptr(Outline) outline = outline_new(stage.session->guest, &options);
        g_autoptr(GHashTable) keys = reachable(stage.console->views[VIEW_SLOTS]);

        for (guint i = 0; i < outline_length(outline); i++) {
            const OutlineRow *row = outline_row(outline, i);

            if (row->kind == ROW_BUS || row->kind == ROW_GROUP || is_inside_of_run(outline, i))
                continue;
            if (!g_hash_table_contains(keys, row->key))
                fail_msg("seed %u: nothing leads to %s", seed, row->key);
        }
        stage_close(&stage);
    }
}

/* --- the mouse ------------------------------------------------------------------------------- */

static void click(Stage *stage, int line, int column)
{
    View *view = stage->console->views[VIEW_SLOTS];
    int top = stage->console->layout.view.top;

    assert_true(view->class->click(view, line - top, column));
    console_paint(stage->console);
}

/* Finds what a person would point at. */
static void find_on_screen(Stage *stage, const char *text, int *line, int *column)
{
    g_autofree char *screen = NULL;
    g_auto(GStrv) lines = NULL;

    screen_take(stage->screen);
    screen = screen_text(stage->screen);
    lines = g_strsplit(screen, "\n", -1);
    for (*line = 0; lines[*line]; (*line)++) {
        const char *at = strstr(lines[*line], text);

        if (!at)
            continue;
        *column = (int)g_utf8_pointer_to_offset(lines[*line], at);
        return;
    }
    fail_msg("no %s in\n%s", text, screen);
}

static void clicks_select_cards_functions_and_cells(void **state)
{
    Stage stage = slots_24x80(web01(), "/machine/peripheral/disk1");
    int line, column;

    find_on_screen(&stage, "RNG", &line, &column);
    click(&stage, line, column);
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/rng0");
    find_on_screen(&stage, "■■■", &line, &column);
    click(&stage, line, column + 1);
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/ide0");
    click(&stage, line, column + 1); /* once more: the next function */
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/usb");
    find_on_screen(&stage, "80.0G", &line, &column);
    click(&stage, line, column);
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/sd0");
    stage_close(&stage);
}

static void clicks_go_where_brackets_pushed_the_glyphs(void **state)
{
    Stage stage = slots_open(&shapes[6], web01(), "/machine/peripheral/net0");
    int line, column;

    find_on_screen(&stage, "[●]", &line, &column);
    click(&stage, line, column + 3);
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/scsi0");
    stage_close(&stage);
}

static void the_wheel_takes_the_cursor_along(void **state)
{
    Stage stage = slots_24x80(ports(), "/machine/peripheral/card2");
    View *view = stage.console->views[VIEW_SLOTS];

    for (int i = 0; i < 12; i++) {
        view->class->scroll(view, 3);
        console_paint(stage.console);
        assert_true(shows(&stage, "[")); /* always in sight */
    }
    assert_string_not_equal(cursor_key(&stage), "/machine/peripheral/card2");
    stage_close(&stage);
}

/* --- costs ----------------------------------------------------------------------------------- */

/* What the last line says of the keys. (transfer full) */
static char *hint_line(Stage *stage)
{
    g_autofree char *text = screen_text(stage->screen);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    return g_strdup(lines[23]);
}

/* A card with a state of its own brings a hint, which moves the others: they are not counted. */
static gsize cost_of(Stage *stage, const char *key)
{
    g_autofree char *before = hint_line(stage), *after = NULL;
    gsize bytes = press(stage, key);

    after = hint_line(stage);
    return g_str_equal(before, after) ? bytes : bytes - MIN(bytes, HINTS_MAX);
}

static void frames_are_small(void **state)
{
    static Session *(*const guests[])(void) = { web01, all_states, q35, ports, bridges };

    for (gsize i = 0; i < G_N_ELEMENTS(guests); i++) {
        Stage stage = slots_24x80(guests[i](), NULL);
        gsize first, moved = 0;

        press(&stage, "g");
        tty_forget_screen(stage.console->tty);
        console_paint(stage.console);
        first = screen_take(stage.screen);
        console_paint(stage.console);
        assert_int_equal(screen_take(stage.screen), 0);
        for (int k = 0; k < 20; k++) {
            gsize cost = cost_of(&stage, k < 12 ? "l" : k < 18 ? "h" : k < 19 ? "j" : "k");

            moved = MAX(moved, cost);
        }
        print_message("first paint %d bytes, cursor move at most %d\n", (int)first, (int)moved);
        assert_true(first <= FIRST_PAINT_MAX);
        assert_true(moved <= CURSOR_MOVE_MAX);
        stage_close(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(web01_in_all_shapes),
        cmocka_unit_test(every_state_has_its_looks),
        cmocka_unit_test(ports_stand_side_by_side),
        cmocka_unit_test(buses_behind_bridges_have_pages),
        cmocka_unit_test(a_guest_without_pci_is_told_of),
        cmocka_unit_test(many_bays_scroll),
        cmocka_unit_test(arrows_go_from_card_to_card),
        cmocka_unit_test(v_goes_to_the_next_vacant_place),
        cmocka_unit_test(b_goes_round_all_buses),
        cmocka_unit_test(enter_goes_in_and_left_comes_back),
        cmocka_unit_test(enter_goes_to_ports_bays_and_expanders),
        cmocka_unit_test(the_selection_is_that_of_the_tree),
        cmocka_unit_test(the_tree_shows_what_carries_a_slot),
        cmocka_unit_test(the_cursor_stays_in_its_slot),
        cmocka_unit_test(marks_are_on_the_cards),
        cmocka_unit_test(detaching_works_as_in_the_tree),
        cmocka_unit_test(everything_can_be_reached_by_arrows),
        cmocka_unit_test(clicks_select_cards_functions_and_cells),
        cmocka_unit_test(clicks_go_where_brackets_pushed_the_glyphs),
        cmocka_unit_test(the_wheel_takes_the_cursor_along),
        cmocka_unit_test(frames_are_small),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
