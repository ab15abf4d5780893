/* The command run: the guest that it starts and leaves, what it tells, and that nothing stays
 * behind where it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "engine/emulator.h"
#include "tests/support/program.h"
#include "tests/support/real_qemu.h"
#include "tests/support/real_qemu_client.h"
#include "tests/support/temp.h"
#include "tests/support/terminal.h"

#define RUN(...) program_run((const char *const[]){ __VA_ARGS__, NULL })
#define E1000                                                                                      \
    "<interface type='user'><mac address='52:54:00:00:00:09'/><model type='e1000'/>"               \
    "<address type='pci' domain='0x0000' bus='0x00' slot='0x07' function='0x0'/></interface>"

static char *folder;  /* of the files */
static char *runtime; /* where the guests' folders are */

static void use_qemu(void)
{
    const char *wanted = g_getenv("BACKPLANE_TEST_QEMU");
    if (wanted)
        g_setenv("BACKPLANE_QEMU", wanted, TRUE);
    else
        g_unsetenv("BACKPLANE_QEMU");
}

static int start(void **state)
{
    folder = temp_directory();
    runtime = temp_directory();
    g_setenv("XDG_RUNTIME_DIR", runtime, TRUE);
    use_qemu();
    return 0;
}

static int stop(void **state)
{
    temp_directory_remove(folder);
    temp_directory_remove(runtime);
    return 0;
}

/* The path of a domain file with these devices. (transfer full) */
static char *domain_file(const char *devices)
{
    g_autofree char *text =
        g_strdup_printf("<domain type='qemu'><name>small</name><memory>65536</memory>"
                        "<os><type arch='x86_64' machine='pc'>hvm</type></os>"
                        "<features><acpi/></features><devices>%s</devices></domain>",
                        devices);
    return temp_file(folder, "small.xml", text);
}

static gboolean is_empty(gpointer data)
{
    return temp_entries(data) == 0;
}

static void assert_nothing_left(void)
{
    if (!wait_until(is_empty, runtime, REAL_QEMU_PATIENCE_MS))
        fail_msg("something is left in %s", runtime);
}

/* Ends the guest, which takes its folder along. */
static void end(int pid)
{
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_nothing_left();
}

static int pid_of(json_t *json)
{
    return (int)json_integer_value(json_object_get(json, "pid"));
}

/* ---- the guest that is left ---- */

static void the_guest_runs_on(void **state)
{
    g_autofree char *file = domain_file(E1000);
    g_autoptr(Run) run = RUN("run", file, "--json", "--", "-S");
    json_t *json = run_json(run);
    const char *monitor = json_string_value(json_object_get(json, "monitor"));
    g_autofree char *inside = g_path_get_dirname(monitor);
    g_autoptr(Run) tree = RUN("tree", monitor, "--json");
    json_t *guest = run_json(tree);
    GStatBuf facts;

    assert_int_equal(run->status, 0);
    assert_string_equal(run->err, "");
    assert_string_equal(json_string_value(json_object_get(json, "name")), "small");
    assert_true(g_str_has_prefix(monitor, runtime));
    assert_int_equal(g_stat(inside, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    assert_non_null(strstr(tree->out, "\"id\": \"net0\""));
    assert_non_null(strstr(tree->out, "\"status\": \"prelaunch\"")); /* -S was passed on */
    end(pid_of(json));
    json_decref(json);
    json_decref(guest);
}

static void its_monitor_and_process_are_told(void **state)
{
    g_autofree char *file = domain_file("<serial type='pty'/>");
    g_autoptr(Run) run = RUN("run", file);
    const char *process = strstr(run->out, ", its process ");

    assert_int_equal(run->status, 0);
    assert_true(g_str_has_prefix(run->out, "small runs, its monitor is "));
    assert_non_null(process);
    assert_non_null(strstr(run->out, "\nserial0 is /dev/pts/"));
    end(atoi(process + strlen(", its process ")));
}

/* Which terminal a port became is QEMU's to say. */
static void its_terminals_are_told(void **state)
{
    g_autofree char *file = domain_file("<serial type='pty'/><serial type='null'/>");
    g_autoptr(Run) run = RUN("run", file, "--json");
    json_t *json = run_json(run);
    json_t *terminals = json_object_get(json, "terminals");
    const char *terminal = json_string_value(json_object_get(terminals, "serial0"));

    assert_int_equal(json_object_size(terminals), 1);
    assert_true(g_str_has_prefix(terminal, "/dev/pts/"));
    assert_true(g_file_test(terminal, G_FILE_TEST_EXISTS));
    end(pid_of(json));
    json_decref(json);
}

/* ---- links ---- */

static RealQemuClient *client_of(const char *monitor)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    RealQemuClient *client = real_qemu_client_new(fd);

    assert_true(strlen(monitor) < sizeof address.sun_path);
    strcpy(address.sun_path, monitor);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    json_decref(real_qemu_client_greet(client));
    return client;
}

/* The answer of a line of the human monitor. (transfer full) */
static char *ask_line(RealQemuClient *client, const char *line)
{
    json_t *reply = real_qemu_client_call(client, "human-monitor-command",
                                          json_pack("{s:s}", "command-line", line));
    char *text = g_strdup(json_string_value(json_object_get(reply, "return")));
    json_decref(reply);
    return text;
}

typedef struct {
    RealQemuClient *client;
    const char *slot; /* as `info pci` has it */
    guint64 registers;
} Card;

/* The firmware has given the card's registers a place. */
static gboolean has_registers(gpointer data)
{
    Card *card = data;
    g_autofree char *text = ask_line(card->client, "info pci");
    const char *function = strstr(text, card->slot);
    const char *region = function ? strstr(function, "BAR0: 32 bit memory at 0x") : NULL;

    card->registers = region ? g_ascii_strtoull(strstr(region, "0x"), NULL, 16) : 0;
    return card->registers != 0 && card->registers < G_MAXUINT32;
}

/* Bit 1 of the status register at 8, in Intel's manual of the 8254x. */
static gboolean is_link_up(RealQemuClient *client, const char *slot)
{
    Card card = { client, slot, 0 };
    g_autofree char *line = NULL;
    g_autofree char *value = NULL;

    if (!wait_until(has_registers, &card, REAL_QEMU_PATIENCE_MS))
        fail_msg("the firmware does not map %s", slot);
    line = g_strdup_printf("xp /1wx 0x%" G_GINT64_MODIFIER "x", card.registers + 8);
    value = ask_line(client, line);
    return g_ascii_strtoull(strchr(value, ':') + 1, NULL, 16) >> 1 & 1;
}

static void links_are_taken_down(void **state)
{
    g_autofree char *file =
        domain_file("<interface type='user'><model type='e1000'/><link state='down'/>"
                    "<address type='pci' bus='0' slot='5'/></interface>"
                    "<interface type='user'><model type='e1000'/><link state='up'/>"
                    "<address type='pci' bus='0' slot='6'/></interface>");
    g_autoptr(Run) run = RUN("run", file, "--strict", "--json");
    json_t *json = run_json(run);
    RealQemuClient *client = client_of(json_string_value(json_object_get(json, "monitor")));

    assert_int_equal(run->status, 0);
    assert_string_equal(run->err, "");
    assert_true(is_link_up(client, "device   6,"));
    assert_false(is_link_up(client, "device   5,"));
    real_qemu_client_free(client);
    end(pid_of(json));
    json_decref(json);
}

/* ---- the process ---- */

/* Signals of the terminal are not for the guest, nor does it end with us. */
static void it_has_no_terminal(void **state)
{
    g_autofree char *file = domain_file("");
    g_autoptr(Run) run = RUN("run", file, "--json");
    json_t *json = run_json(run);

    assert_int_equal(getsid(pid_of(json)), pid_of(json));
    end(pid_of(json));
    json_decref(json);
}

/* ---- what is told ---- */

static void what_is_not_translated_is_told(void **state)
{
    g_autofree char *file = domain_file("<tpm model='tpm-tis'/>");
    g_autoptr(Run) run = RUN("run", file, "--json");
    json_t *json = run_json(run);

    assert_int_equal(run->status, 0);
    assert_complaint(run, "not translated: tpm 1 (tpm-tis): it is not translated");
    assert_int_equal(json_array_size(json_object_get(json, "missing")), 1);
    end(pid_of(json));
    json_decref(json);
}

static void strict_refuses_it(void **state)
{
    g_autofree char *file = domain_file("<tpm model='tpm-tis'/>");
    g_autoptr(Run) run = RUN("run", file, "--strict");

    assert_int_equal(run->status, 1);
    assert_string_equal(run->out, "");
    assert_complaint(run, "--strict was given: nothing was started");
    assert_nothing_left();
}

static void the_line_can_be_printed(void **state)
{
    g_autofree char *file = domain_file(E1000);
    g_autoptr(Run) run = RUN("run", file, "--print", "--strict", "--", "-S");

    assert_int_equal(run->status, 0);
    assert_string_equal(run->err, "");
    assert_non_null(strstr(run->out, " \\\n    -device e1000,id=net0,"));
    assert_non_null(strstr(run->out, ",bus=pci.0,addr=07 \\\n    -S\n"));
    assert_nothing_left();
}

static void a_machine_of_before_is_replaced(void **state)
{
    g_autofree char *file =
        temp_file(folder, "old.xml",
                  "<domain type='qemu'><memory>65536</memory><os>"
                  "<type arch='i686' machine='pc-0.11'>hvm</type></os></domain>");
    g_autoptr(Run) run = RUN("run", file, "--print");

    assert_int_equal(run->status, 0);
    assert_complaint(run, "machine pc-0.11 is not in QEMU ");
    assert_non_null(strstr(run->out, "-machine type=pc-i440fx-"));
}

/* ---- failures ---- */

static void a_qemu_that_refuses_is_quoted(void **state)
{
    g_autofree char *file =
        domain_file("<disk><source file='none.img'/><target dev='vda'/></disk>");
    g_autoptr(Run) run = RUN("run", file);

    assert_int_equal(run->status, 1);
    assert_string_equal(run->out, "");
    assert_complaint(run, "QEMU ended: ");
    assert_complaint(run, "none.img");
    assert_nothing_left();
}

static void a_wrong_file_is_told(void **state)
{
    g_autofree char *broken = temp_file(folder, "broken.xml", "<domain><devices></domain>");
    g_autofree char *twice = domain_file(E1000 E1000);
    g_autoptr(Run) none = RUN("run", "/nowhere/x.xml");
    g_autoptr(Run) bad = RUN("run", broken);
    g_autoptr(Run) taken = RUN("run", twice);

    assert_int_equal(none->status, 2);
    assert_complaint(none, "/nowhere/x.xml");
    assert_int_equal(bad->status, 2);
    assert_complaint(bad, "broken.xml:1:");
    assert_int_equal(taken->status, 2);
    assert_complaint(taken, "interface 2 (e1000)");
    assert_nothing_left();
}

static char *script(const char *name, const char *text)
{
    char *path = temp_file(folder, name, text);
    assert_int_equal(g_chmod(path, 0700), 0);
    return path;
}

/* It answers the question for machines, and nothing else. */
static char *mute_qemu(void)
{
    return script("mute", "#!/bin/sh\n"
                          "[ \"$1\" = -machine ] && { echo Supported; echo 'pc  PC'; exit; }\n"
                          "exec sleep 1000\n");
}

static gboolean has_log(gpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(runtime, 0, NULL);
    const char *name = g_dir_read_name(dir);
    g_autofree char *log = name ? g_build_filename(runtime, name, "qemu.log", NULL) : NULL;
    return log && g_file_test(log, G_FILE_TEST_EXISTS);
}

static void ended_by(int number, const char *file, const char *mute)
{
    const char *const words[] = { "run", file, "--emulator", mute, NULL };
    GSubprocess *process = program_start(words);
    g_autoptr(Run) run = NULL;

    assert_true(wait_until(has_log, NULL, REAL_QEMU_PATIENCE_MS));
    g_subprocess_send_signal(process, number);
    run = program_end(process);
    assert_int_equal(run->status, 128 + number);
    assert_nothing_left();
}

static void an_interrupted_start_leaves_nothing(void **state)
{
    static const int numbers[] = { SIGKILL, SIGINT, SIGTERM, SIGHUP };
    g_autofree char *file = domain_file("");
    g_autofree char *mute = mute_qemu();

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        ended_by(numbers[i], file, mute);
}

/* ---- which QEMU ---- */

static void a_program_of_the_file_is_not_run(void **state)
{
    g_autofree char *mark = g_build_filename(folder, "mark", NULL);
    g_autofree char *text = g_strdup_printf("#!/bin/sh\ntouch '%s'\nexit 1\n", mark);
    g_autofree char *evil = script("qemu-system-x86_64", text);
    g_autofree char *emulator = g_strdup_printf("<emulator>%s</emulator>", evil);
    g_autofree char *file = domain_file(emulator);
    g_autoptr(Run) alone = NULL;
    g_autoptr(Run) forced = NULL;

    g_unsetenv("BACKPLANE_QEMU");
    alone = RUN("run", file, "--print");
    assert_int_equal(alone->status, 0);
    assert_complaint(alone, "is not root's alone");
    assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
    forced = RUN("run", file, "--print", "--emulator", evil);
    assert_int_equal(forced->status, 1);
    assert_true(g_file_test(mark, G_FILE_TEST_EXISTS));
    use_qemu();
}

static void the_installed_qemu_is_trusted(void **state)
{
    g_autofree char *installed = g_find_program_in_path("qemu-system-x86_64");
    g_autofree char *why = NULL;
    g_autofree char *real = emulator_trusted(installed, &why);

    if (!real)
        fail_msg("%s: %s", installed, why);
}

/* ---- at a terminal ---- */

static int told_process(Terminal *terminal)
{
    g_autofree char *text = terminal_text(terminal);
    const char *found = strstr(text, "kill ");
    if (!found)
        terminal_fail(terminal, "no process is told");
    return atoi(found + strlen("kill "));
}

static void the_console_is_left_and_the_guest_runs_on(void **state)
{
    g_autofree char *file = domain_file(E1000 "<sound model='ac97'/>");
    const char *const arguments[] = { BUILDDIR "/san/backplane", "run", file, NULL };
    Terminal *terminal = terminal_start(24, 200, arguments, NULL);
    int pid;

    terminal_wait_text(terminal, "net0");
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
    terminal_wait_text(terminal, "small runs on: ");
    pid = told_process(terminal);
    assert_int_equal(kill(pid, 0), 0);
    end(pid);
    terminal_free(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guest_runs_on),
        cmocka_unit_test(its_monitor_and_process_are_told),
        cmocka_unit_test(it_has_no_terminal),
        cmocka_unit_test(its_terminals_are_told),
        cmocka_unit_test(links_are_taken_down),
        cmocka_unit_test(what_is_not_translated_is_told),
        cmocka_unit_test(strict_refuses_it),
        cmocka_unit_test(the_line_can_be_printed),
        cmocka_unit_test(a_machine_of_before_is_replaced),
        cmocka_unit_test(a_qemu_that_refuses_is_quoted),
        cmocka_unit_test(a_wrong_file_is_told),
        cmocka_unit_test(an_interrupted_start_leaves_nothing),
        cmocka_unit_test(a_program_of_the_file_is_not_run),
        cmocka_unit_test(the_installed_qemu_is_trusted),
        cmocka_unit_test(the_console_is_left_and_the_guest_runs_on),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
