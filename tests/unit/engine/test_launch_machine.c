/* The machine of a domain on the command line: processors, memory, firmware, the order of boot. */
#include "launch_text.h"

/* ---- the machine ---- */

static void check_machine(const char *elements, const char *words)
{
    g_autoptr(Launch) made = launch_with(elements);

    assert_has(made, words);
    if (made->missing->len > 0)
        fail_msg("%s: %s", elements, (char *)made->missing->pdata[0]);
}

static void test_machine(void **state)
{
    check_machine("<name>a,b</name>", "-name guest=a,,b");
    check_machine("<features><acpi/><smm state='off'/></features>", "-machine smm=off ");
    check_machine("<vcpu current='1'>4</vcpu>", "-smp cpus=1,maxcpus=4 ");
    check_machine("<vcpu>4</vcpu><cpu><topology sockets='2' dies='1' cores='2' threads='1'/></cpu>",
                  "-smp cpus=4,maxcpus=4,sockets=2,cores=2,threads=1 ");
    check_machine("<cpu mode='host-passthrough'/>", "-cpu max ");
    check_machine("<cpu><model>Nehalem</model><feature name='aes' policy='require'/>"
                  "<feature name='svm' policy='forbid'/></cpu>",
                  "-cpu Nehalem,aes=on,svm=off ");
    check_machine("<features><kvm><hidden state='on'/></kvm></features>", "-cpu qemu64,kvm=off ");
    check_machine("<clock offset='localtime'/>", "-rtc base=localtime ");
    check_machine("<on_reboot>destroy</on_reboot><on_poweroff>destroy</on_poweroff>",
                  "-no-reboot ");
    check_machine("<iothreads>2</iothreads>",
                  "-object iothread,id=iothread1 -object iothread,id=iothread2 ");
    check_machine("<maxMemory slots='2' unit='GiB'>1</maxMemory>",
                  "-m size=64M,slots=2,maxmem=1024M ");
}

/* Files that somebody wrote by hand forget it. */
static void test_no_acpi(void **state)
{
    static const char note[] = "the file has no <acpi/> in <features>: the guest has no ACPI, "
                               "without which a pc plugs no PCI devices";
    g_autoptr(Launch) without = launch_with("<features><apic/></features>");
    g_autoptr(Launch) with = launch_with("<features><acpi/></features>");
    g_autoptr(Launch) other = launch_of("isapc", "");

    assert_has(without, "-machine acpi=off ");
    assert_noted(without, note);
    assert_lacks(with, "acpi=off");
    assert_lacks(other, "acpi=off");
    assert_int_equal(with->notes->len, 0);
}

static void test_boot(void **state)
{
    check_machine("<os><type>hvm</type><kernel>/k,1</kernel><initrd>/i</initrd>"
                  "<cmdline>-a b</cmdline></os>",
                  "-kernel /k,1 -initrd /i -append -a b ");
    check_machine("<os><loader type='rom'>/b</loader></os>", "-bios /b ");
    check_machine("<os><loader readonly='yes' type='pflash'>/c,ode</loader>"
                  "<nvram template='/t'>/v</nvram></os>",
                  "driver=raw,node-name=pflash0,read-only=on,file.driver=file,"
                  "file.filename=/c,,ode");
    check_machine("<os><loader readonly='yes' type='pflash'>/c</loader><nvram>/v</nvram></os>",
                  "pflash0=pflash0,pflash1=pflash1");
    check_machine("<os><bootmenu enable='yes' timeout='9'/><bios rebootTimeout='5'/></os>",
                  "-boot menu=on,splash-time=9,reboot-timeout=5 ");
    check_machine("<sysinfo type='smbios'><bios><entry name='vendor'>a,b</entry></bios></sysinfo>"
                  "<os><smbios mode='sysinfo'/></os>",
                  "-smbios type=0,vendor=a,,b ");
}

static void test_boot_order(void **state)
{
    static const char text[] =
        "<domain><memory>65536</memory><os><boot dev='cdrom'/><boot dev='network'/>"
        "<boot dev='hd'/><boot dev='fd'/></os><devices>"
        "<interface type='user'/><interface type='user'/>"
        "<disk><source file='/a'/><target dev='vda'/><boot order='8'/></disk>"
        "<disk><source file='/a'/><target dev='vdb'/></disk>"
        "<disk device='cdrom'><target dev='hda'/></disk>"
        "<disk device='floppy'><target dev='fdb'/></disk></devices></domain>";
    g_autoptr(Domain) domain = domain_of_text(text);
    g_autoptr(Launch) made = launch(domain);

    assert_has(made, "id=ide0-0-0,bus=ide.0,unit=0,bootindex=1");
    assert_has(made, "netdev=hostnet0,bootindex=2");
    assert_has(made, "drive=disk-vda,bootindex=8");
    assert_has(made, "-global isa-fdc.bootindexB=4");
    assert_lacks(made, "bootindex=3");
}

static void test_memory(void **state)
{
    static const struct {
        const char *memory, *size;
    } cases[] = {
        { "<memory>219200</memory>", "size=215M" },
        { "<memory unit='b'>1048577</memory>", "size=2M" },
        { "<memory unit='MB'>100</memory>", "size=96M" },
        { "<memory unit='G'>3</memory>", "size=3072M" },
        { "<memory unit='TiB'>1</memory>", "size=1048576M" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("<domain>%s</domain>", cases[i].memory);
        g_autoptr(Domain) domain = domain_of_text(text);
        g_autoptr(Launch) made = launch(domain);

        assert_has(made, cases[i].size);
    }
}

static void check_domain_refused(const char *text, const char *words)
{
    g_autoptr(Domain) domain = domain_of_text(text);
    g_autoptr(GError) error = NULL;

    assert_null(launch_plan(domain, &plain, &error));
    assert_true(error->domain == ENGINE_ERROR);
    if (!strstr(error->message, words))
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

static void test_refusals(void **state)
{
    check_domain_refused("<domain><memory>many</memory></domain>", "<memory> of the domain");
    check_domain_refused("<domain><memory unit='x'>5</memory></domain>", "<memory> of the domain");
    check_domain_refused("<domain><memory>99999999999999999999</memory></domain>", "<memory>");
    check_domain_refused("<domain><os><type>\xe2\x80\xae xen</type></os></domain>",
                         "<os><type> is \\u202e xen");
    check_refused("pc", E1000(STATIC("0", "5")) E1000(STATIC("0", "5")), ENGINE_ERROR_INPUT,
                  "interface 2");
    check_refused("q35", FILE_DISK("hda", ""), ENGINE_ERROR_REFUSED, "disk hda");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine), cmocka_unit_test(test_no_acpi),
        cmocka_unit_test(test_boot),    cmocka_unit_test(test_boot_order),
        cmocka_unit_test(test_memory),  cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
