/* What ? explains: rows of every kind, and refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"

/* Beside web01: net0 is elsewhere, vdc is absent, others are not in it. */
static const char web01_xml[] =
    "<domain type='kvm'>\n"
    "  <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os>\n"
    "  <devices>\n"
    "    <disk type='file' device='disk'>\n"
    "      <source file='/srv/vm/spare.qcow2'/>\n"
    "      <target dev='vdc' bus='virtio'/>\n"
    "      <address type='pci' mode='static' domain='0x0000' bus='0x00' slot='0x0d' "
    "function='0x0'/>\n"
    "    </disk>\n"
    "    <interface type='ethernet'>\n"
    "      <mac address='52:54:00:c7:0e:05'/>\n"
    "      <model type='virtio'/>\n"
    "      <alias name='net0'/>\n"
    "      <address type='pci' mode='static' domain='0x0000' bus='0x00' slot='0x0e' "
    "function='0x0'/>\n"
    "    </interface>\n"
    "  </devices>\n"
    "</domain>\n";

static const Shape shapes[] = {
    { 24, 80, "utf8" }, { 24, 80, "ascii" }, { 40, 120, "utf8" }, { 8, 40, "utf8" }
};

/* Puts the cursor on the first row that is so. */
static void walk_to(Stage *stage, gboolean (*wanted)(const OutlineRow *row))
{
    press(stage, "g");
    for (guint i = 0; !wanted(console_row(stage->console)); i++) {
        assert_true(i < 100);
        press(stage, "j");
    }
}

static gboolean is_leaving(const OutlineRow *row)
{
    return row->state == STATE_LEAVING;
}

static gboolean is_added(const OutlineRow *row)
{
    return row->state == STATE_ADDED;
}

static gboolean is_ide_disk(const OutlineRow *row)
{
    return row->device && row->bus && row->bus->family == BUS_IDE;
}

static gboolean is_free_slot(const OutlineRow *row)
{
    return row->kind == ROW_VACANT && row->bus->family == BUS_PCI;
}

static gboolean is_free_sata(const OutlineRow *row)
{
    return row->kind == ROW_VACANT && row->bus->family == BUS_SATA;
}

static gboolean is_bus(const OutlineRow *row)
{
    return row->kind == ROW_BUS;
}

static gboolean is_group(const OutlineRow *row)
{
    return row->kind == ROW_GROUP;
}

static gboolean is_absent(const OutlineRow *row)
{
    return row->kind == ROW_ABSENT;
}

static gboolean is_differing(const OutlineRow *row)
{
    return row->pair && row->pair->state == MATCH_DIFFERS;
}

static gboolean is_unmanaged(const OutlineRow *row)
{
    return row->device && row->pair && row->pair->state == MATCH_UNMANAGED;
}

static const struct {
    const char *name;
    gboolean (*wanted)(const OutlineRow *row);
    gboolean domain, q35;
    const char *says; /* must stand somewhere in what it shows, lines joined */
} rows[] = {
    { "why-leaving", is_leaving, FALSE, FALSE, "Asking again is harmless" },
    { "why-added", is_added, FALSE, FALSE, "not from this console" },
    { "why-fixed", is_ide_disk, FALSE, FALSE, "no hotplug for IDE and SATA" },
    { "why-vacant", is_free_slot, FALSE, FALSE, "No QEMU command tells what is free" },
    { "why-sata", is_free_sata, FALSE, TRUE, "Attach the disk to a SCSI controller" },
    { "why-bus", is_bus, FALSE, FALSE, "32 places" },
    { "why-absent", is_absent, TRUE, FALSE, "The domain file has this device" },
    { "why-differs", is_differing, TRUE, FALSE, "The domain file says 00:0e.0" },
    { "why-unmanaged", is_unmanaged, TRUE, FALSE, "will be missing" },
};

static Session *session_for(gsize row)
{
    Session *session = rows[row].q35 ? hand_session_new(hand_guest_q35()) : web01();

    if (rows[row].domain)
        hand_session_set_domain(session, web01_xml);
    return session;
}

static void rows_explained(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (gsize k = 0; k < G_N_ELEMENTS(shapes); k++) {
            Stage stage = shape_open(&shapes[k], session_for(i));

            walk_to(&stage, rows[i].wanted);
            press(&stage, "?");
            compare(&stage, &shapes[k], rows[i].name);
            stage_close(&stage);
        }
    }
}

/* The whole text, on a terminal that has room for all of it. */
static char *unwrapped(Stage *stage)
{
    g_autofree char *text = screen_text(stage->screen);
    g_autoptr(GRegex) breaks = g_regex_new("[ \n│]+", 0, 0, NULL);

    return g_regex_replace_literal(breaks, text, -1, 0, " ", 0, NULL);
}

static void rows_say(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage = stage_open(60, 120, session_for(i), FALSE);
        g_autofree char *text = NULL;

        walk_to(&stage, rows[i].wanted);
        press(&stage, "?");
        text = unwrapped(&stage);
        if (!strstr(text, rows[i].says))
            fail_msg("%s does not say \"%s\": %s", rows[i].name, rows[i].says, text);
        stage_close(&stage);
    }
}

static void plugged_from_here(void **state)
{
    Session *session = web01();
    g_autoptr(Plan) plan = plan_new(PLAN_ATTACH, "attach nic net1");
    Stage stage;
    g_autofree char *text = NULL;

    plan_choose(plan, "address", "06.0");
    plan_choose(plan, "bus", "pci.0");
    session->plugged = plan;
    stage = stage_open(60, 120, session, FALSE);
    walk_to(&stage, is_added);
    press(&stage, "?");
    text = unwrapped(&stage);
    assert_non_null(strstr(text, "nothing to choose: address 06.0, bus pci.0."));
    stage_close(&stage);
}

/* ? once more shows all keys, a third one closes; F1 shows them at once. */
static void keys_are_near(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "?");
    assert_true(shows(&stage, "? all keys"));
    press(&stage, "?");
    assert_true(shows(&stage, "─ Keys ─"));
    press(&stage, "?");
    assert_null(stage.console->dialog);
    press(&stage, "\033OP");
    assert_true(shows(&stage, "─ Keys ─"));
    press(&stage, "\033OP");
    assert_null(stage.console->dialog);
    stage_close(&stage);
}

static void group_explained(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    walk_to(&stage, is_group);
    press(&stage, "?");
    assert_true(shows(&stage, "Parts of the chipset"));
    stage_close(&stage);
}

static void refuse(Stage *stage, const char *sentence)
{
    g_autoptr(GError) error = g_error_new_literal(ENGINE_ERROR, ENGINE_ERROR_REFUSED, sentence);

    press(stage, "d");
    hand_session_answer(stage->session, NULL, error);
    console_paint(stage->console);
}

/* A refusal that needs a box tells in the box how to ask. */
static void long_refusal(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Stage stage = shape_open(&shape, web01());

    select_device(&stage, "sd0");
    refuse(&stage, "PIIX3 is a part of the machine and cannot be unplugged, and this sentence goes "
                   "on so that it has no room in one line");
    assert_true(shows(&stage, "? why  Esc closes"));
    press(&stage, "?");
    compare(&stage, &shape, "why-refusal");
    press(&stage, "?");
    assert_null(stage.console->dialog);
    stage_close(&stage);
}

/* One in the last line is explained by the next key, and only by that. */
static void short_refusal(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    select_device(&stage, "sd0");
    refuse(&stage, "pcie.0 takes no hotplug");
    assert_true(shows(&stage, "pcie.0 takes no hotplug"));
    press(&stage, "?");
    assert_true(shows(&stage, "Whether devices may come and go is up to the bus."));
    press(&stage, "\033");
    assert_null(stage.console->dialog);

    refuse(&stage, "pcie.0 takes no hotplug");
    press(&stage, "j?");
    assert_false(shows(&stage, "Whether devices may come and go is up to the bus."));
    assert_true(shows(&stage, "Why: "));
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_explained),    cmocka_unit_test(rows_say),
        cmocka_unit_test(plugged_from_here), cmocka_unit_test(keys_are_near),
        cmocka_unit_test(group_explained),   cmocka_unit_test(long_refusal),
        cmocka_unit_test(short_refusal),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
