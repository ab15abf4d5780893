/* Which program is run for a domain, and what it calls the machine; with shell scripts for QEMU. */
#include "domain_text.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "engine/emulator.h"

/* As QEMU prints it. */
static const char qemu[] =
    "#!/bin/sh\n"
    "case $1 in\n"
    "--version) echo 'QEMU emulator version 7.2.22 (Debian 1:7.2)' ;;\n"
    "-machine) cat <<end\n"
    "Supported machines are:\n"
    "microvm              microvm (i386)\n"
    "pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)\n"
    "pc-i440fx-7.2        Standard PC (i440FX + PIIX, 1996) (default)\n"
    "pc-i440fx-2.4        Standard PC (i440FX + PIIX, 1996) (deprecated)\n"
    "q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)\n"
    "pc-q35-7.2           Standard PC (Q35 + ICH9, 2009)\n"
    "virt                 QEMU 7.2 ARM Virtual Machine (alias of virt-7.2)\n"
    "virt-7.2             QEMU 7.2 ARM Virtual Machine\n"
    "end\n"
    "esac\n";

static char *folder;
static char *path; /* of the environment */

static char *put_program(const char *name, const char *script)
{
    char *file = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(file, script, -1, &error))
        fail_msg("%s", error->message);
    assert_int_equal(g_chmod(file, 0755), 0);
    return file;
}

static int start(void **state)
{
    g_autofree char *program = NULL;
    folder = g_dir_make_tmp("backplane-test-XXXXXX", NULL);
    path = g_strdup(g_getenv("PATH"));
    program = put_program("qemu-system-x86_64", qemu);
    g_unsetenv("BACKPLANE_QEMU");
    return 0;
}

static int stop(void **state)
{
    static const char *const names[] = { "qemu-system-x86_64", "qemu-system-i386", "other" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *file = g_build_filename(folder, names[i], NULL);
        g_unlink(file);
    }
    g_rmdir(folder);
    g_free(folder);
    g_free(path);
    return 0;
}

/* The host's programs are those of the test. */
static void use_own_path(void)
{
    g_autofree char *own = g_strconcat(folder, ":", path, NULL);
    g_setenv("PATH", own, TRUE);
}

static Domain *domain_for(const char *arch, const char *machine, const char *emulator)
{
    g_autofree char *text = g_strdup_printf(
        "<domain type='qemu'><os><type arch='%s' machine='%s'>hvm</type></os><devices>%s%s%s"
        "</devices></domain>",
        arch, machine, emulator ? "<emulator>" : "", emulator ? emulator : "",
        emulator ? "</emulator>" : "");
    return domain_of_text(text);
}

static void check_machine(const char *machine, const char *used)
{
    g_autofree char *program = g_build_filename(folder, "qemu-system-x86_64", NULL);
    g_autoptr(Domain) domain = domain_for("x86_64", machine, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Emulator) emulator = emulator_find(domain, program, &error);
    g_autofree char *note =
        g_strdup_printf("machine %s is not in QEMU 7.2.22: %s is used", machine, used);
    if (!emulator)
        fail_msg("%s", error->message);
    assert_string_equal(emulator->machine, used);
    assert_string_equal(emulator->program, program);
    assert_int_equal(emulator->notes->len, strcmp(machine, used) != 0);
    if (emulator->notes->len)
        assert_string_equal(emulator->notes->pdata[0], note);
}

static void test_machines(void **state)
{
    check_machine("pc", "pc");
    check_machine("q35", "q35");
    check_machine("pc-i440fx-2.4", "pc-i440fx-2.4");
    check_machine("pc-0.11", "pc-i440fx-7.2");
    check_machine("pc-1.3", "pc-i440fx-7.2");
    check_machine("pc-i440fx-rhel7.6.0", "pc-i440fx-7.2");
    check_machine("pc-q35-2.4", "pc-q35-7.2");
    check_machine("virt-2.9", "virt-7.2");
}

static void check_refused(const char *arch, const char *machine, const char *program,
                          const char *words)
{
    g_autoptr(Domain) domain = domain_for(arch, machine, NULL);
    g_autoptr(GError) error = NULL;
    assert_null(emulator_find(domain, program, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
    if (!strstr(error->message, words))
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

static void test_refusals(void **state)
{
    g_autofree char *good = g_build_filename(folder, "qemu-system-x86_64", NULL);
    g_autofree char *bad = put_program("other", "#!/bin/sh\necho not with me >&2\nexit 1\n");

    check_refused("x86_64", "isapc", good, "machine isapc is not in QEMU 7.2.22");
    check_refused("x86_64", "pc", bad, "not with me");
    check_refused("x86_64", "pc", "/nowhere/qemu", "there is no program /nowhere/qemu");
    check_refused("vax", "pc", NULL, "install qemu-system-vax");
    check_refused("../../tmp/x", "pc", NULL, "there is no QEMU for ../../tmp/x");
}

static void test_no_machine(void **state)
{
    g_autofree char *good = g_build_filename(folder, "qemu-system-x86_64", NULL);
    g_autoptr(Domain) domain = domain_of_text("<domain type='qemu'/>");
    g_autoptr(Emulator) emulator = emulator_find(domain, good, NULL);

    assert_non_null(emulator);
    assert_null(emulator->machine);
    assert_int_equal(emulator->notes->len, 0);
}

/* ---- which program ---- */

static void check_found(const char *arch, const char *emulator, const char *name, const char *note)
{
    g_autofree char *expected = g_build_filename(folder, name, NULL);
    g_autoptr(Domain) domain = domain_for(arch, "pc", emulator);
    g_autoptr(GError) error = NULL;
    g_autoptr(Emulator) found = emulator_find(domain, NULL, &error);
    if (!found)
        fail_msg("%s", error->message);
    assert_string_equal(found->program, expected);
    assert_int_equal(found->notes->len, note ? 1 : 0);
    if (note && !strstr(found->notes->pdata[0], note))
        fail_msg("\"%s\" does not say \"%s\"", (char *)found->notes->pdata[0], note);
}

static void test_by_architecture(void **state)
{
    use_own_path();
    check_found("x86_64", NULL, "qemu-system-x86_64", NULL);
    g_autofree char *i386 = put_program("qemu-system-i386", qemu);
    check_found("i686", NULL, "qemu-system-i386", NULL);
    g_setenv("PATH", path, TRUE);
}

static void test_named_by_environment(void **state)
{
    g_autofree char *other = put_program("other", qemu);
    g_setenv("BACKPLANE_QEMU", other, TRUE);
    check_found("x86_64", "/usr/bin/qemu-system-x86_64", "other", NULL);
    g_unsetenv("BACKPLANE_QEMU");
}

/* The folder of the test is in one that everybody may write. */
static void test_untrusted(void **state)
{
    g_autofree char *own = g_build_filename(folder, "qemu-system-x86_64", NULL);
    g_autofree char *other = g_build_filename(folder, "other", NULL);

    use_own_path();
    check_found("x86_64", own, "qemu-system-x86_64", "is not root's alone");
    check_found("x86_64", "/bin/sh", "qemu-system-x86_64", "its name is not that of a QEMU");
    check_found("x86_64", "/nowhere/qemu-kvm", "qemu-system-x86_64", "it is not there");
    check_found("x86_64", "qemu-kvm", "qemu-system-x86_64", "it is not there");
    g_unlink(other);
    assert_int_equal(symlink("/bin/sh", other), 0);
    check_found("x86_64", other, "qemu-system-x86_64", "its name is not that of a QEMU");
    g_setenv("PATH", path, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_machine),
        cmocka_unit_test(test_by_architecture),
        cmocka_unit_test(test_named_by_environment),
        cmocka_unit_test(test_untrusted),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
