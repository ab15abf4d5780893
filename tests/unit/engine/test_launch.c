/* The command line that a domain becomes: whole for the proposal's example; ids, names of files,
 * and that nothing of a file gets lost without being told. QEMU's opinion is asked in
 * tests/real/test_run.c. */
#include "launch_text.h"

#include "engine/xml_edit.h"

/* ---- the proposal ---- */

#define HOME "/home/berrange/"
#define NIC(driver, number, mac)                                                                   \
    "-netdev", "user,id=hostnet" number, "-device",                                                \
        driver ",id=net" number ",netdev=hostnet" number ",mac=52:54:00:" mac
#define SCSI(target, unit)                                                                         \
    "-blockdev",                                                                                   \
        "driver=raw,node-name=disk-" target ",file.driver=file,file.filename=" HOME "output.img",  \
        "-device",                                                                                 \
        "scsi-hd,id=scsi0-0-" unit ",drive=disk-" target ",bus=scsi0.0,channel=0,scsi-id=" unit    \
        ",lun=0"

/* All its addresses are dynamic, so QEMU chooses those of PCI; in this order it chooses those that
 * stand in the example. */
static void test_proposal(void **state)
{
    static const char *const expected[] = {
        "-no-user-config",
        "-nodefaults",
        "-machine",
        "type=pc-i440fx-7.2",
        "-accel",
        "tcg",
        "-name",
        "guest=plain",
        "-uuid",
        "c7a1edbd-edaf-9455-926a-d65c16db1809",
        "-m",
        "size=215M",
        "-rtc",
        "base=utc",
        "-smp",
        "cpus=1,maxcpus=1",
        "-kernel",
        HOME "vmlinuz-PAE",
        "-initrd",
        HOME "initrd-PAE.img",
        "-display",
        "none",
        "-vnc",
        "127.0.0.1:0,to=99",
        "-audiodev",
        "none,id=audio1",
        "-device",
        "cirrus-vga,id=video0",
        NIC("ne2k_pci", "0", "5b:ef:21"),
        NIC("virtio-net-pci", "1", "1c:dc:98"),
        NIC("e1000", "2", "f7:c5:0e"),
        NIC("pcnet", "3", "56:6c:55"),
        NIC("rtl8139", "4", "ca:0d:58"),
        "-device",
        "AC97,id=sound0,audiodev=audio1",
        "-device",
        "ES1370,id=sound1,audiodev=audio1",
        "-device",
        "lsi53c895a,id=scsi0",
        "-blockdev",
        "driver=qcow2,node-name=disk-vda,file.driver=file,file.filename=" HOME
        "VirtualMachines/plain.qcow",
        "-device",
        "virtio-blk-pci,id=virtio-disk0,drive=disk-vda,bootindex=1",
        "-watchdog-action",
        "reset",
        "-device",
        "i6300esb,id=watchdog0",
        "-blockdev",
        "driver=raw,node-name=disk-hdc,read-only=on,file.driver=file,file.filename=" HOME
        "gpxe.iso",
        "-device",
        "ide-cd,id=ide0-1-0,drive=disk-hdc,bus=ide.1,unit=0",
        SCSI("sda", "0"),
        SCSI("sdd", "3"),
        SCSI("sdf", "5"),
        "-chardev",
        "pty,id=charserial0",
        "-device",
        "isa-serial,id=serial0,chardev=charserial0,index=0",
    };
    static const char *const missing[] = {
        "<currentMemory>: the guest starts with all of its memory",
        "<seclabel>",
    };
    const LaunchOptions options = { .machine = "pc-i440fx-7.2" };
    g_autoptr(Domain) domain = domain_of_fixture("proposal.xml");
    g_autoptr(Launch) made = launch_plan(domain, &options, NULL);

    assert_non_null(made);
    for (guint i = 0; i < G_N_ELEMENTS(expected) && made->arguments->pdata[i]; i++)
        assert_string_equal(made->arguments->pdata[i], expected[i]);
    assert_int_equal(made->arguments->len, G_N_ELEMENTS(expected) + 1);
    assert_sentences(made->missing, missing, G_N_ELEMENTS(missing));
    assert_int_equal(made->notes->len, 0);
}

/* ---- ids ---- */

static void check_id(const char *machine, const char *device, const char *id)
{
    g_autoptr(Domain) domain = domain_of(machine, device);
    g_autofree char *found = launch_device_id(domain_device(domain, 0));
    assert_string_equal(found ? found : "none", id);
}

static void test_ids(void **state)
{
    check_id("pc", "<disk><target dev='vdc'/></disk>", "virtio-disk2");
    check_id("pc", "<disk><target dev='sdq' bus='usb'/></disk>", "usb-disk16");
    check_id("pc", "<disk><target dev='sda'/><alias name='ua-boot.1'/></disk>", "ua-boot.1");
    check_id("pc", "<controller type='scsi' index='2'/>", "scsi2");
    check_id("pc", "<controller type='pci' index='3' model='pci-bridge'/>", "pci.3");
    check_id("pc", "<controller type='usb' index='0' model='ehci'/>", "usb");
    check_id("pc", "<controller type='usb' index='1' model='ehci'/>", "usb1");
    check_id("pc", "<controller type='ide' index='0'/>", "none");
    check_id("pc", "<controller type='fdc' index='0'/>", "none");
    check_id("q35", "<controller type='fdc' index='0'/>", "fdc0");
    check_id("q35", "<controller type='sata' index='0'/>", "none");
    check_id("pc", "<controller type='virtio-serial' index='0'/>", "virtio-serial0");
    check_id("pc", "<interface type='user'/>", "net0");
    check_id("pc", "<memballoon model='virtio'/>", "balloon0");
    check_id("pc", "<filesystem><source dir='/a'/></filesystem>", "fs0");
    check_id("pc", "<console type='pty'/>", "serial0");
    check_id("pc", "<console type='pty'><target type='virtio'/></console>", "console0");
    check_id("pc", "<input type='mouse' bus='ps2'/>", "none");
}

static void test_ids_that_are_none(void **state)
{
    g_autoptr(Launch) made =
        launch_of("pc", E1000("<alias name='my card'/>") E1000("<alias name='1st'/>"));

    assert_has(made, "e1000,id=net0,");
    assert_has(made, "e1000,id=net1,");
    assert_noted(made,
                 "the alias of interface 1 (e1000) is no id that QEMU takes: it is called net0");
    assert_noted(made,
                 "the alias of interface 2 (e1000) is no id that QEMU takes: it is called net1");
}

/* What the file calls a device counts; others give way, and their buses with them. */
static void test_ids_that_are_taken(void **state)
{
    static const char devices[] =
        "<controller type='scsi' index='0'/>"
        "<controller type='scsi' index='1'><alias name='scsi0'/></controller>"
        "<disk><source file='/a'/><target dev='sdb'/></disk>"
        "<interface type='user'/><interface type='user'><alias name='net0'/></interface>";
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_has(made, "lsi53c895a,id=scsi0-2 ");
    assert_has(made, "lsi53c895a,id=scsi0 ");
    assert_has(made, "scsi-hd,id=scsi0-0-1,drive=disk-sdb,bus=scsi0-2.0,channel=0,scsi-id=1");
    assert_has(made, "rtl8139,id=net0-2,netdev=hostnet0-2");
    assert_has(made, "rtl8139,id=net0,netdev=hostnet0 ");
    check_refused("pc", E1000("<alias name='a'/>") FILE_DISK("vda", "<alias name='a'/>"),
                  ENGINE_ERROR_INPUT, "disk vda");
}

/* ---- names of files ---- */

static void test_escape(void **state)
{
    g_autofree char *none = launch_escape("a=b 'c'");
    g_autofree char *some = launch_escape(",a,,b,");

    assert_string_equal(none, "a=b 'c'");
    assert_string_equal(some, ",,a,,,,b,,");
}

static void test_file_names(void **state)
{
    g_autoptr(Launch) made =
        launch_of("pc", "<disk><source file='/a, b=\"c\".img'/><target dev='vda'/></disk>"
                        "<disk><source file='json:{},x'/><target dev='vdb'/></disk>"
                        "<disk type='block'><source dev='/dev/sd,a'/><target dev='vdc'/></disk>");
    g_autofree char *here = g_get_current_dir();
    g_autofree char *relative =
        g_strdup_printf("file.driver=file,file.filename=%s/json:{},,x", here);

    assert_has(made, "file.driver=file,file.filename=/a,, b=\"c\".img");
    assert_has(made, relative); /* from the folder of the XML file */
    assert_has(made, "file.driver=host_device,file.filename=/dev/sd,,a");
}

/* ---- what the file gives to QEMU itself ---- */

static void test_own_arguments(void **state)
{
    static const char *const extra[] = { "-S", "-name", "x", NULL };
    const LaunchOptions options = { .extra = extra };
    g_autoptr(Domain) domain = domain_of_text(
        "<domain xmlns:o='urn:other' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
        "<devices><memballoon model='virtio'/></devices>"
        "<q:commandline><q:arg value='-device'/><q:arg value='edu,id=a'/><q:env name='n'/>"
        "</q:commandline><o:commandline><o:arg value='-never'/></o:commandline></domain>");
    g_autoptr(Launch) made = launch_plan(domain, &options, NULL);

    assert_before(made, "virtio-balloon-pci", "-device edu,id=a");
    assert_before(made, "-device edu,id=a", "-S -name x");
    assert_lacks(made, "-never");
    assert_noted(made, "the file gives QEMU an argument of its own: edu,id=a");
    assert_true(is_missing(made, "<q:env>"));
    assert_true(is_missing(made, "<o:commandline>"));
}

/* ---- nothing is lost ---- */

/* Elements that mean nothing to QEMU with all that is in them, or that are read by other means. */
static gboolean is_silent(const XmlNode *node)
{
    static const char *const names[] = { "address", "alias", "backingStore", "emulator", "metadata",
                                         "title",   NULL };
    for (; node; node = node->parent)
        if (g_strv_contains(names, node->name) ||
            (strcmp(node->name, "model") == 0 && strcmp(node->parent->name, "target") == 0))
            return TRUE;
    return FALSE;
}

/* Elements that the list of what is missing names whole, and the console that is a serial port. */
static gboolean is_listed_whole(const XmlNode *node, const XmlNode *devices)
{
    static const struct {
        const char *element, *attribute, *value;
    } whole[] = {
        { "tpm", "model", "tpm-tis" },   { "seclabel", "type", "none" },
        { "qemu:env", "name", "A" },     { "disk", "type", "network" },
        { "graphics", "type", "spice" }, { "console", "type", "pty" },
    };
    for (; node && node != devices; node = node->parent)
        for (gsize i = 0; i < G_N_ELEMENTS(whole); i++)
            if (strcmp(node->name, whole[i].element) == 0 &&
                g_strcmp0(xml_node_get(node, whole[i].attribute), whole[i].value) == 0)
                return TRUE;
    return FALSE;
}

typedef void (*NodeFn)(const XmlNode *node, const Domain *domain, gpointer data);

static void each_node(const XmlNode *node, const Domain *domain, NodeFn call, gpointer data)
{
    call(node, domain, data);
    for (guint i = 0; i < node->children->len; i++)
        each_node(node->children->pdata[i], domain, call, data);
}

static void mark(const XmlNode *node, const Domain *domain, gpointer edit)
{
    g_autofree char *name = g_strdup_printf("z%u", node->index);
    g_autofree char *element = g_strdup_printf("<y%u/>", node->index);

    xml_edit_set(edit, node, name, "1", NULL);
    if (!*node->text)
        xml_edit_insert(edit, node, NULL, element);
}

typedef struct {
    GHashTable *said; /* the first word of each sentence: "z12='1'", "<y12>" */
    guint checked;
} Marks;

static void check_marks(const XmlNode *node, const Domain *domain, gpointer data)
{
    Marks *marks = data;
    g_autofree char *attribute = g_strdup_printf("z%u='1'", node->index);
    g_autofree char *element = g_strdup_printf("<y%u>", node->index);

    if (is_silent(node) || is_listed_whole(node, domain->devices_node))
        return;
    marks->checked++;
    if (!g_hash_table_contains(marks->said, attribute))
        fail_msg("%s of <%s> in line %u got lost", attribute, node->name, node->line);
    if (!*node->text && !g_hash_table_contains(marks->said, element))
        fail_msg("%s in <%s> in line %u got lost", element, node->name, node->line);
}

/* Every element of a file with everything gets an attribute and a child that nobody knows: all of
 * them are listed. */
static void test_nothing_gets_lost(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_load(SRCDIR "/tests/fixtures/run/pc.xml", &error);
    g_autoptr(XmlEdit) edit = xml_edit_new(domain->document);
    g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Marks marks = { said, 0 };

    each_node(domain->root, domain, mark, edit);
    g_autoptr(XmlDocument) document = xml_edit_apply(edit, &error);
    g_autoptr(Domain) marked = domain_new(document, &error);
    g_autoptr(Launch) made = launch(marked);
    for (guint i = 0; i < made->missing->len; i++)
        g_hash_table_add(said,
                         g_strndup(made->missing->pdata[i], strcspn(made->missing->pdata[i], " ")));
    each_node(domain->root, domain, check_marks, &marks);
    assert_true(marks.checked > 150);
}

/* ---- the serial console's log ---- */

/* The port of its own file, or with a log of its own, is left as the user wants it. */
static void test_log_serial(void **state)
{
    static const struct {
        const char *port;
        const char *chardev; /* NULL: there is no log */
    } cases[] = {
        { "<serial type='pty'/>", "pty,id=charserial0,logfile=/run/a,,b/serial.log,logappend=on" },
        { "<serial type='file'><source path='/x'/></serial>", NULL },
        { "<serial type='pty'><log file='/x'/></serial>", NULL },
        { "", NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Launch) made = launch_of("pc", cases[i].port);
        gboolean found = FALSE;

        assert_int_equal(launch_log_serial(made, "/run/a,b/serial.log"), cases[i].chardev != NULL);
        for (guint k = 0; cases[i].chardev && made->arguments->pdata[k]; k++)
            found = found || g_str_equal(made->arguments->pdata[k], cases[i].chardev);
        assert_int_equal(found, cases[i].chardev != NULL);
    }
}

/* ---- for a shell ---- */

static void test_text(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "pc", "<disk><source file=\"/it's a $(date) `x` \\ &quot;y&quot;\"/><target dev='vda'/>"
              "</disk><disk><source file='/\xc3\xa9 &#10;&#x9b;'/><target dev='vdb'/></disk>");
    g_ptr_array_add(made->down, g_strdup("net0"));
    g_autofree char *text = launch_to_text("/usr/bin/qemu x", made);
    g_autofree char *line = g_strdup_printf("printf '%%s\\0' %s", text);
    const char *const shell[] = { "bash", "-c", line, NULL };
    g_autofree char *out = NULL;
    const char *word;

    assert_true(g_str_has_suffix(text, "\n# on its monitor then: set_link net0 off\n"));
    for (const char *c = text; *c; c++)
        assert_true(*c == '\n' || (guchar)*c >= ' ');
    assert_null(strstr(text, "\xc2\x9b"));
    assert_true(g_spawn_sync(NULL, (char **)shell, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                             NULL, NULL, NULL));
    word = out;
    assert_string_equal(word, "/usr/bin/qemu x");
    for (guint i = 0; made->arguments->pdata[i]; i++) {
        word += strlen(word) + 1;
        assert_string_equal(word, made->arguments->pdata[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proposal),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_ids_that_are_none),
        cmocka_unit_test(test_ids_that_are_taken),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_own_arguments),
        cmocka_unit_test(test_nothing_gets_lost),
        cmocka_unit_test(test_log_serial),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
