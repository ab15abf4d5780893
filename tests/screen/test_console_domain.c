/* The console with a domain file: what it shows of absent, unmanaged and differing devices, and
 * what its keys change in the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"

#define MOVE_MAX 2048 /* bytes */

/* Beside the guest web01: net1 and rng0 are not in it, the balloon is elsewhere, vdb and vdc are
 * absent, the one without a place and the other with one. */
static const char web01_xml[] =
    "<domain type='kvm'>\n"
    "  <name>web01</name>\n"
    "  <os>\n"
    "    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>\n"
    "  </os>\n"
    "  <devices>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2'/>\n"
    "      <source file='/srv/vm/boot.qcow2'/>\n"
    "      <target dev='hda' bus='ide'/>\n"
    "      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='cdrom'>\n"
    "      <target dev='hdc' bus='ide'/>\n"
    "      <readonly/>\n"
    "    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2'/>\n"
    "      <source file='/srv/vm/home.qcow2'/>\n"
    "      <target dev='sda' bus='scsi'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2'/>\n"
    "      <source file='/srv/vm/data1.qcow2'/>\n"
    "      <target dev='vda' bus='virtio'/>\n"
    "      <alias name='disk1'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2'/>\n"
    "      <source file='/srv/vm/logs.qcow2'/>\n"
    "      <target dev='vdb' bus='virtio'/>\n"
    "      <alias name='disk9'/>\n"
    "    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2'/>\n"
    "      <source file='/srv/vm/spare.qcow2'/>\n"
    "      <target dev='vdc' bus='virtio'/>\n"
    "      <serial>SPARE1</serial>\n"
    "      <address type='pci' mode='static' domain='0x0000' bus='0x00' slot='0x0d' "
    "function='0x0'/>\n"
    "    </disk>\n"
    "    <controller type='scsi' index='0' model='virtio-scsi'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/>\n"
    "    </controller>\n"
    "    <controller type='usb' index='0' model='piix3-uhci'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>\n"
    "    </controller>\n"
    "    <interface type='ethernet'>\n"
    "      <mac address='52:54:00:c7:0e:05'/>\n"
    "      <target dev='tap0'/>\n"
    "      <model type='virtio'/>\n"
    "      <alias name='net0'/>\n"
    "      <address type='pci' mode='dynamic' domain='0x0000' bus='0x00' slot='0x03' "
    "function='0x0'/>\n"
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
    { 24, 80, "utf8" },
    { 24, 80, "ascii" },
    { 24, 80, "mono" },
    { 40, 120, "utf8" },
};

static Session *web01_with_file(void)
{
    Session *session = web01();

    hand_session_set_domain(session, web01_xml);
    return session;
}

/* --- golden pictures ------------------------------------------------------------------------- */

/* The cursor on a row: a key of the outline. */
static void picture(const char *situation, const char *key, const char *keys)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01_with_file());

        select_key(&stage, key);
        press(&stage, keys);
        compare(&stage, &shapes[i], situation);
        stage_close(&stage);
    }
}

static void differing_view(void **state)
{
    picture("domain-differs", "/machine/peripheral/bal0", "");
}

static void unmanaged_view(void **state)
{
    picture("domain-unmanaged", "/machine/peripheral/rng0", "");
}

static void absent_view(void **state)
{
    picture("domain-absent", "absent/disk/6", "");
}

static void diff_view(void **state)
{
    picture("domain-diff", "/machine/peripheral/bal0", "Fw");
}

static void revert_view(void **state)
{
    picture("domain-revert", "/machine/peripheral/bal0", "fW");
}

static Image image(const char *path)
{
    return (Image){ .path = (char *)path,
                    .format = (char *)"qcow2",
                    .size = G_GINT64_CONSTANT(64) << 30,
                    .used = 200704,
                    .writable = TRUE };
}

static void attach_view(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01_with_file());

        stage.session->image = image("/srv/vm/data2.qcow2");
        press(&stage, "a/srv/vm/data2.qcow2");
        compare(&stage, &shapes[i], "domain-attach");
        stage_close(&stage);
    }
}

static void attach_absent_view(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01_with_file());

        stage.session->image = image("/srv/vm/spare.qcow2");
        select_key(&stage, "absent/disk/6");
        press(&stage, "\r");
        compare(&stage, &shapes[i], "domain-attach-absent");
        stage_close(&stage);
    }
}

static Stage detaching(const Shape *shape)
{
    Stage stage = shape_open(shape, web01_with_file());

    select_device(&stage, "sd0");
    press(&stage, "d");
    hand_session_answer(stage.session, detach_plan(), NULL);
    return stage;
}

static void detach_view(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = detaching(&shapes[i]);

        compare(&stage, &shapes[i], "domain-detach");
        stage_close(&stage);
    }
}

static Stage open_80x24(void)
{
    return shape_open(&shapes[0], web01_with_file());
}

/* What the file says of a device is painted with every move, and a move that scrolls paints the
 * tree as well. */
static void frames_are_small(void **state)
{
    Stage stage = open_80x24();
    gsize moved = 0;

    screen_take(stage.screen);
    console_paint(stage.console);
    assert_int_equal(screen_take(stage.screen), 0);
    for (int i = 0; i < 40; i++) {
        gsize bytes = press(&stage, "j");

        moved = MAX(moved, bytes);
    }
    print_message("cursor move at most %d bytes\n", (int)moved);
    assert_true(moved <= MOVE_MAX);
    stage_close(&stage);
}

/* --- addresses -------------------------------------------------------------------------------- */

static const DomainDevice *configured(const Stage *stage, const char *element, guint ordinal)
{
    const Domain *domain = session_domain(stage->session);

    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];

        if (g_str_equal(device->element, element) && device->ordinal == ordinal)
            return device;
    }
    fail_msg("the file has no %s %u", element, ordinal);
    return NULL;
}

static void a_found_address_is_written(void **state)
{
    Stage stage = open_80x24();

    select_device(&stage, "bal0");
    assert_true(shows(&stage, "web01.xml  "));
    press(&stage, "f");
    assert_true(shows(&stage, "1 address written, not saved: w saves."));
    assert_true(shows(&stage, "web01.xml*"));
    assert_false(shows(&stage, "file 09.0"));
    assert_int_equal(configured(&stage, "memballoon", 1)->address.place.pci.slot, 7);
    press(&stage, "f");
    assert_true(shows(&stage, "No address needed to be written."));
    stage_close(&stage);
}

static void all_found_addresses_are_written(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "F");
    assert_true(shows(&stage, "4 addresses written, not saved: w saves."));
    stage_close(&stage);
}

static void addresses_become_static(void **state)
{
    Stage stage = open_80x24();

    select_device(&stage, "net0");
    press(&stage, "p");
    assert_true(shows(&stage, "1 address made static, not saved: w saves."));
    assert_int_equal(configured(&stage, "interface", 1)->address.mode, MODE_STATIC);
    press(&stage, "F");
    press(&stage, "P");
    assert_true(shows(&stage, "3 addresses made static, not saved: w saves."));
    assert_int_equal(configured(&stage, "input", 1)->address.mode, MODE_STATIC);
    stage_close(&stage);
}

static void a_row_without_a_part_in_the_file_says_so(void **state)
{
    Stage stage = open_80x24();

    select_device(&stage, "rng0");
    press(&stage, "f");
    assert_true(shows(&stage, "web01.xml has nothing of this row."));
    press(&stage, "p");
    assert_true(shows(&stage, "web01.xml has nothing of this row."));
    assert_false(session_domain_is_changed(stage.session));
    stage_close(&stage);
}

static void without_a_file_the_keys_say_so(void **state)
{
    static const char *const keys[] = { "f", "F", "p", "P", "w", "W" };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        Stage stage = shape_open(&shapes[0], web01());

        press(&stage, keys[i]);
        assert_null(stage.console->dialog);
        assert_true(shows(&stage, "There is no domain file: start with --domain FILE."));
        stage_close(&stage);
    }
}

/* Two cards that nothing tells apart, in another order than the guest has them. */
static void what_is_not_certain_is_left_alone_and_told(void **state)
{
    Session *session = hand_session_new(hand_guest_large(2));
    Stage stage;

    hand_session_set_domain(session, "<domain type='kvm'><name>large</name><os>"
                                     "<type machine='pc-i440fx-7.2'>hvm</type></os><devices>"
                                     "<disk device='disk'><target dev='sda' bus='scsi'/>"
                                     "<serial>one</serial></disk>"
                                     "<disk device='disk'><target dev='sdb' bus='scsi'/>"
                                     "<serial>two</serial></disk>"
                                     "</devices></domain>\n");
    stage = shape_open(&shapes[0], session);
    assert_true(shows(&stage, "ambiguous"));
    press(&stage, "F");
    assert_true(shows(&stage, "Left alone:"));
    assert_true(shows(&stage, "disk sda"));
    assert_true(shows(&stage, "disk sdb"));
    stage_close(&stage);
}

/* Names from the file are shown as escapes, in the tree, in the details, in the diff and in the
 * dialog. */
static void a_hostile_file_stays_out_of_the_terminal(void **state)
{
    static const struct {
        const char *keys, *shown;
    } steps[] = {
        { "", "vda\\u202e" },
        { "a", "Attach a disk" },
        { "\033P", "made static" },
        { "w", "Save web01.xml" },
    };
    Session *session = web01();
    Stage stage;

    hand_session_set_domain(session,
                            "<domain type='kvm'><os><type machine='pc'>hvm</type></os><devices>"
                            "<disk device='disk'><source file='/a&#10;b\xe2\x80\xae\xc2\x9b.img'/>"
                            "<target dev='vda\xe2\x80\xae' bus='virtio'/>"
                            "<serial>\xe2\x80\xae</serial><alias name='x\xe2\x80\xae'/>"
                            "<address type='pci' mode='dynamic' slot='0x0d'/><!-- \xe2\x80\xae -->"
                            "</disk></devices></domain>\n");
    stage = shape_open(&shapes[0], session);
    select_key(&stage, "absent/disk/1");
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        press(&stage, steps[i].keys);
        assert_true(shows(&stage, steps[i].shown));
        assert_false(shows(&stage, "\xe2\x80\xae"));
        assert_false(shows(&stage, "\xc2\x9b"));
    }
    stage_close(&stage);
}

/* --- saving ----------------------------------------------------------------------------------- */

static void saving_shows_the_change_first(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "Fw");
    assert_true(shows(&stage, "Save web01.xml"));
    assert_true(session_domain_is_changed(stage.session));
    press(&stage, "\r");
    assert_null(stage.console->dialog);
    assert_true(shows(&stage, "web01.xml is saved"));
    assert_false(shows(&stage, "web01.xml*"));
    assert_false(session_domain_is_changed(stage.session));
    assert_false(stage.session->backup);
    press(&stage, "w");
    assert_null(stage.console->dialog);
    assert_true(shows(&stage, "web01.xml has no changes that are not saved."));
    stage_close(&stage);
}

static void saving_can_be_cancelled(void **state)
{
    static const char *const ways[] = { "\033", "q", "n", "\t\t\r" };

    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        Stage stage = open_80x24();

        press(&stage, "Fw");
        press(&stage, ways[i]);
        assert_null(stage.console->dialog);
        assert_true(session_domain_is_changed(stage.session));
        stage_close(&stage);
    }
}

static void saving_can_keep_the_old_one(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "Fw\t\r");
    assert_true(stage.session->backup);
    assert_true(shows(&stage, "web01.xml is saved; the old one has a ~ behind its name"));
    stage_close(&stage);
}

static void a_file_that_cannot_be_saved_is_told_whole(void **state)
{
    Stage stage = open_80x24();

    stage.session->obstacle = "/srv/vm/web01.xml holds something else by now: another program has "
                              "written it since it was read; give up the changes here, or save "
                              "them elsewhere.";
    press(&stage, "Fw\r");
    assert_true(shows(&stage, "elsewhere."));
    press(&stage, "\033");
    assert_true(shows(&stage, "web01.xml*"));
    stage_close(&stage);
}

static void the_diff_scrolls(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "Fw");
    assert_false(shows(&stage, "slot='0x07'"));
    press(&stage, "G");
    assert_true(shows(&stage, "slot='0x07'"));
    press(&stage, "g");
    assert_true(shows(&stage, "@@ -13"));
    stage_close(&stage);
}

static void changes_are_given_up_when_asked(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "FW\r"); /* the answer that keeps them has the focus */
    assert_true(session_domain_is_changed(stage.session));
    press(&stage, "Wy");
    assert_false(session_domain_is_changed(stage.session));
    assert_true(shows(&stage, "web01.xml was read again"));
    stage_close(&stage);
}

/* Another program may have changed the file. */
static void without_changes_the_file_is_read_again(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "W");
    assert_null(stage.console->dialog);
    assert_true(shows(&stage, "web01.xml was read again"));
    stage_close(&stage);
}

static void quitting_asks_for_each_reason_to_stay(void **state)
{
    Stage stage = open_80x24();

    stage.console->loop = g_main_loop_new(NULL, FALSE);
    press(&stage, "Fq");
    assert_true(shows(&stage, "web01.xml has changes that are not saved: w saves. q again quits."));
    press(&stage, "jq"); /* asked anew after something else */
    assert_true(shows(&stage, "q again quits."));
    press(&stage, "j");
    g_ptr_array_add(stage.session->running, &stage);
    press(&stage, "q");
    assert_true(shows(&stage, "1 change is not finished"));
    press(&stage, "q");
    assert_true(shows(&stage, "web01.xml has changes"));
    assert_int_equal(stage.console->quit_asked, 3); /* nothing is staged */
    g_clear_pointer(&stage.console->loop, g_main_loop_unref);
    stage_close(&stage);
}

/* --- plans that carry their change into the file -------------------------------------------- */

static Stage attaching(void)
{
    Stage stage = open_80x24();

    stage.session->image = image("/srv/vm/data2.qcow2");
    press(&stage, "a/srv/vm/data2.qcow2");
    return stage;
}

static Plan *attach_plan(void)
{
    HotplugFacts facts = { 0 };
    const char *const words[] = { "file=/srv/vm/data2.qcow2", "bus=virtio", NULL };
    g_autoptr(Request) request = request_parse("disk", words, NULL);
    g_autoptr(Guest) guest = hand_guest_web01();
    Image any = image("/srv/vm/data2.qcow2");
    Plan *plan;

    facts.guest = guest;
    facts.image = &any;
    plan = hotplug_plan_attach(&facts, request, NULL);
    assert_non_null(plan);
    return plan;
}

/* The plan is made anew before it runs: that one carries the change as well. */
static void attaching_changes_the_file_along(void **state)
{
    Stage stage = attaching();

    press(&stage, "\r\r");
    hand_session_answer(stage.session, attach_plan(), NULL);
    assert_non_null(stage.session->ran);
    assert_non_null(stage.session->ran->file);
    stage_close(&stage);
}

static void attaching_can_leave_the_file_alone(void **state)
{
    Stage stage = attaching();

    assert_true(shows(&stage, "(x) now and in web01.xml"));
    press(&stage, "\033OB\033OB\033OB\033OB\033OB\033OB\033OC"); /* down to the last field */
    assert_true(shows(&stage, "(x) now only"));
    assert_true(shows(&stage, "2 commands, none sent"));
    press(&stage, "\r\r");
    hand_session_answer(stage.session, attach_plan(), NULL);
    assert_non_null(stage.session->ran);
    assert_null(stage.session->ran->file);
    stage_close(&stage);
}

static void unsaved_changes_come_first(void **state)
{
    Stage stage = open_80x24();

    stage.session->image = image("/srv/vm/data2.qcow2");
    press(&stage, "F");
    press(&stage, "a/srv/vm/data2.qcow2");
    assert_true(shows(&stage, "has changes that are not saved: save them first."));
    assert_true(shows(&stage, "sd1")); /* what was chosen stays in sight */
    press(&stage, "\r\r");
    assert_null(stage.session->asked);
    stage_close(&stage);
}

/* It is in the file already. */
static void attaching_an_absent_device_leaves_the_file_alone(void **state)
{
    Stage stage = open_80x24();

    stage.session->image = image("/srv/vm/spare.qcow2");
    select_key(&stage, "absent/disk/6");
    press(&stage, "a");
    assert_false(shows(&stage, "now only"));
    press(&stage, "\r\r");
    assert_string_equal(stage.session->asked, "attach /srv/vm/spare.qcow2");
    hand_session_answer(stage.session, attach_plan(), NULL);
    assert_null(stage.session->ran->file);
    stage_close(&stage);
}

static void detaching_changes_the_file_along(void **state)
{
    Stage stage = detaching(&shapes[0]);

    press(&stage, "y");
    assert_non_null(stage.session->ran->file);
    stage_close(&stage);
}

static void detaching_can_leave_the_file_alone(void **state)
{
    static const char *const ways[] = { "s", "\t\t\t\t\r", "\033[Z " };

    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        Stage stage = detaching(&shapes[0]);

        press(&stage, ways[i]);
        assert_true(shows(&stage, "(x) now only"));
        assert_false(shows(&stage, "replace"));
        press(&stage, "s");
        assert_true(shows(&stage, "(x) now and in web01.xml"));
        press(&stage, "sy");
        assert_null(stage.session->ran->file);
        stage_close(&stage);
    }
}

static void detaching_says_why_the_file_stays(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "F");
    select_device(&stage, "sd0");
    press(&stage, "d");
    hand_session_answer(stage.session, detach_plan(), NULL);
    assert_false(shows(&stage, "now only"));
    press(&stage, "G");
    assert_true(shows(&stage, "save them first."));
    press(&stage, "y");
    assert_null(stage.session->ran->file);
    stage_close(&stage);
}

/* What a plan did is what its undo takes back: no more and no less. */
static void undoing_offers_no_choice(void **state)
{
    Stage stage = open_80x24();

    press(&stage, "u");
    hand_session_answer(stage.session, detach_plan(), NULL);
    assert_false(shows(&stage, "now only"));
    press(&stage, "y");
    assert_null(stage.session->ran->file);
    stage_close(&stage);
}

/* --- and all at once -------------------------------------------------------------------------- */

static void random_keys(void **state)
{
    static const char *const keys[] = { "j",    "k",    "g",       "G",      "\r", "\t", "a",
                                        "d",    "f",    "F",       "p",      "P",  "w",  "W",
                                        "s",    "y",    "n",       "q",      "u",  "v",  "J",
                                        "\033", " ",    "\033[Z",  "\033OA", "x",  "l",  "h",
                                        "\x7f", "\x15", "\033[6~", "\033OC" };
    g_autoptr(GRand) random = g_rand_new_with_seed(20091105);
    Stage stage = open_80x24();

    stage.session->image = image("/srv/vm/data2.qcow2");
    for (int i = 0; i < 3000; i++) {
        press(&stage, keys[g_rand_int_range(random, 0, G_N_ELEMENTS(keys))]);
        if (stage.session->planned)
            hand_session_answer(stage.session,
                                g_rand_boolean(random) ? detach_plan() : attach_plan(), NULL);
        if (i % 50 == 0) {
            int rows = g_rand_int_range(random, 1, 60), columns = g_rand_int_range(random, 1, 200);

            screen_resize(stage.screen, rows, columns);
            tty_resize(stage.console->tty, rows, columns);
            console_paint(stage.console);
            screen_take(stage.screen);
        }
        if (i % 97 == 0)
            hand_session_set_guest(stage.session, i % 2 ? hand_guest_web01() : hand_guest_q35());
        g_main_context_iteration(NULL, FALSE);
    }
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differing_view),
        cmocka_unit_test(unmanaged_view),
        cmocka_unit_test(absent_view),
        cmocka_unit_test(diff_view),
        cmocka_unit_test(revert_view),
        cmocka_unit_test(attach_view),
        cmocka_unit_test(attach_absent_view),
        cmocka_unit_test(detach_view),
        cmocka_unit_test(frames_are_small),
        cmocka_unit_test(a_found_address_is_written),
        cmocka_unit_test(all_found_addresses_are_written),
        cmocka_unit_test(addresses_become_static),
        cmocka_unit_test(a_row_without_a_part_in_the_file_says_so),
        cmocka_unit_test(without_a_file_the_keys_say_so),
        cmocka_unit_test(what_is_not_certain_is_left_alone_and_told),
        cmocka_unit_test(a_hostile_file_stays_out_of_the_terminal),
        cmocka_unit_test(saving_shows_the_change_first),
        cmocka_unit_test(saving_can_be_cancelled),
        cmocka_unit_test(saving_can_keep_the_old_one),
        cmocka_unit_test(a_file_that_cannot_be_saved_is_told_whole),
        cmocka_unit_test(the_diff_scrolls),
        cmocka_unit_test(changes_are_given_up_when_asked),
        cmocka_unit_test(without_changes_the_file_is_read_again),
        cmocka_unit_test(quitting_asks_for_each_reason_to_stay),
        cmocka_unit_test(attaching_changes_the_file_along),
        cmocka_unit_test(attaching_can_leave_the_file_alone),
        cmocka_unit_test(unsaved_changes_come_first),
        cmocka_unit_test(attaching_an_absent_device_leaves_the_file_alone),
        cmocka_unit_test(detaching_changes_the_file_along),
        cmocka_unit_test(detaching_can_leave_the_file_alone),
        cmocka_unit_test(detaching_says_why_the_file_stays),
        cmocka_unit_test(undoing_offers_no_choice),
        cmocka_unit_test(random_keys),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
