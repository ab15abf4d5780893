/* The process: its folder, its command line, its end; and waiting for what it tells. */
#include "tests/support/real_qemu.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <gio/gio.h>

#include "tests/support/real_qemu_client.h"
#include "tests/support/real_qemu_line.h"
#include "tests/support/temp.h"

/* A QEMU that spins for longer than any test takes is ended by the kernel. */
#define CPU_SECONDS_MAX 300

struct RealQemu {
    char *directory;
    char *target;
    GPtrArray *arguments;
    GPtrArray *images; /* paths handed out */
    GSubprocess *process;
    RealQemuClient *client;
    int version;
    RealQemuLine *line;
};

/* Those that run, for the end of a program whose test failed before it could stop them. */
static GPtrArray *running;

static void stop_all(void)
{
    while (running->len > 0)
        real_qemu_stop(running->pdata[running->len - 1]);
    g_ptr_array_unref(running);
}

static void register_running(RealQemu *qemu)
{
    if (running == NULL) {
        running = g_ptr_array_new();
        atexit(stop_all);
    }
    g_ptr_array_add(running, qemu);
}

/* ---- command line ---- */

void real_qemu_add(RealQemu *qemu, const char *argument, ...)
{
    va_list more;

    va_start(more, argument);
    for (; argument != NULL; argument = va_arg(more, const char *))
        g_ptr_array_add(qemu->arguments, g_strdup(argument));
    va_end(more);
}

static void add_flags(RealQemu *qemu, RealQemuFlags flags)
{
    if (!(flags & REAL_QEMU_DEFAULTS))
        real_qemu_add(qemu, "-nodefaults", NULL);
    if (flags & REAL_QEMU_GUEST)
        real_qemu_add(qemu, "-kernel", BUILDDIR "/guest.elf", NULL);
    if (flags & REAL_QEMU_STOPPED)
        real_qemu_add(qemu, "-S", NULL);
}

RealQemu *real_qemu_new(const char *machine, RealQemuFlags flags)
{
    RealQemu *qemu = g_new0(RealQemu, 1);
    const char *program = g_getenv("BACKPLANE_TEST_QEMU");
    const char *option = real_qemu_is_human() ? "-monitor" : "-qmp";

    qemu->directory = temp_directory();
    qemu->target = g_strdup_printf("unix:%s/monitor", qemu->directory);
    qemu->arguments = g_ptr_array_new_with_free_func(g_free);
    qemu->images = g_ptr_array_new_with_free_func(g_free);
    register_running(qemu);
    real_qemu_add(qemu, program != NULL ? program : "qemu-system-x86_64", "-no-user-config",
                  "-machine", machine, "-accel", "tcg", "-display", "none", option, NULL);
    g_ptr_array_add(qemu->arguments, g_strdup_printf("%s,server=on,wait=off", qemu->target));
    add_flags(qemu, flags);
    return qemu;
}

/* ---- start ---- */

static void child_setup(gpointer parent)
{
    const struct rlimit limit = { CPU_SECONDS_MAX, CPU_SECONDS_MAX };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != GPOINTER_TO_INT(parent))
        _exit(127); /* it ended before prctl */
    setrlimit(RLIMIT_CPU, &limit);
}

/* A connection made before QEMU is there to accept it, so that nothing has to be tried again. QEMU
 * finds its end as the file descriptor that is told in a chardev; returns ours. */
static int add_connection(RealQemu *qemu, GSubprocessLauncher *launcher, const char *id, int fd)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        fail_msg("socketpair: %s", g_strerror(errno));
    g_subprocess_launcher_take_fd(launcher, ends[1], fd);
    real_qemu_add(qemu, "-chardev", NULL);
    g_ptr_array_add(qemu->arguments, g_strdup_printf("socket,id=%s,fd=%d", id, fd));
    return ends[0];
}

static GSubprocess *spawn(RealQemu *qemu, GSubprocessLauncher *launcher)
{
    g_autofree char *words = g_build_filename(qemu->directory, "stderr", NULL);
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    g_subprocess_launcher_set_cwd(launcher, qemu->directory);
    g_subprocess_launcher_set_stderr_file_path(launcher, words);
    g_subprocess_launcher_set_child_setup(launcher, child_setup, GINT_TO_POINTER(getpid()), NULL);
    g_ptr_array_add(qemu->arguments, NULL);
    process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)qemu->arguments->pdata, &error);
    if (process == NULL)
        fail_msg("QEMU does not start: %s", error->message);
    return process;
}

static G_NORETURN void fail_with_words(RealQemu *qemu, const char *why, const char *what)
{
    g_autofree char *path = g_build_filename(qemu->directory, "stderr", NULL);
    g_autofree char *words = NULL;

    g_file_get_contents(path, &words, NULL, NULL);
    fail_msg("%s%s; it said: %s", why, what, words != NULL && *words != '\0' ? words : "nothing");
    abort();
}

static void negotiate(RealQemu *qemu)
{
    json_t *version = real_qemu_client_greet(qemu->client);
    int major = 0, minor = 0;

    if (version == NULL)
        fail_with_words(qemu, "QEMU does not greet", "");
    json_unpack(version, "{s:{s:i, s:i}}", "qemu", "major", &major, "minor", &minor);
    json_decref(version);
    qemu->version = major * 100 + minor;
}

void real_qemu_launch(RealQemu *qemu)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);

    qemu->client = real_qemu_client_new(add_connection(qemu, launcher, "harness", 10));
    qemu->line = real_qemu_line_new(add_connection(qemu, launcher, "line", 11));
    real_qemu_add(qemu, "-mon", "harness,mode=control", "-serial", "chardev:line", NULL);
    qemu->process = spawn(qemu, launcher);
    negotiate(qemu);
}

RealQemu *real_qemu_start(const char *machine, RealQemuFlags flags, const char *const *arguments)
{
    RealQemu *qemu = real_qemu_new(machine, flags);

    for (; arguments != NULL && *arguments != NULL; arguments++)
        real_qemu_add(qemu, *arguments, NULL);
    real_qemu_launch(qemu);
    return qemu;
}

/* ---- end ---- */

/* tests/run shows this for programs that fail. */
static void show_words(const RealQemu *qemu)
{
    g_autofree char *path = g_build_filename(qemu->directory, "stderr", NULL);
    g_autofree char *words = NULL;

    if (g_file_get_contents(path, &words, NULL, NULL) && *words != '\0')
        fprintf(stderr, "QEMU said: %s\n", words);
}

static void end_process(RealQemu *qemu)
{
    if (qemu->process == NULL)
        return;
    g_subprocess_force_exit(qemu->process);
    g_subprocess_wait(qemu->process, NULL, NULL);
    g_clear_object(&qemu->process);
    show_words(qemu);
}

void real_qemu_stop(RealQemu *qemu)
{
    if (qemu == NULL)
        return;
    g_ptr_array_remove(running, qemu);
    end_process(qemu);
    real_qemu_client_free(qemu->client);
    real_qemu_line_free(qemu->line);
    temp_directory_remove(qemu->directory);
    g_free(qemu->target);
    g_ptr_array_unref(qemu->arguments);
    g_ptr_array_unref(qemu->images);
    g_free(qemu);
}

/* ---- facts ---- */

const char *real_qemu_target(const RealQemu *qemu)
{
    return qemu->target;
}

gboolean real_qemu_is_human(void)
{
    return g_strcmp0(g_getenv("BACKPLANE_TEST_DIALECT"), "hmp") == 0;
}

const char *real_qemu_socket(const RealQemu *qemu)
{
    return qemu->target + strlen("unix:");
}

const char *real_qemu_directory(const RealQemu *qemu)
{
    return qemu->directory;
}

int real_qemu_pid(const RealQemu *qemu)
{
    return atoi(g_subprocess_get_identifier(qemu->process));
}

int real_qemu_version(const RealQemu *qemu)
{
    return qemu->version;
}

const char *real_qemu_image(RealQemu *qemu, const char *name, const char *format, guint64 bytes)
{
    char *path = temp_image(qemu->directory, name, format, bytes);

    g_ptr_array_add(qemu->images, path);
    return path;
}

/* ---- asking ---- */

json_t *real_qemu_try(RealQemu *qemu, const char *command, json_t *arguments, char **error)
{
    json_t *reply = real_qemu_client_call(qemu->client, command, arguments);
    json_t *result, *words;

    if (reply == NULL)
        fail_with_words(qemu, "QEMU does not answer ", command);
    result = json_incref(json_object_get(reply, "return"));
    words = json_object_get(json_object_get(reply, "error"), "desc");
    if (result == NULL && error != NULL)
        *error = g_strdup(json_string_value(words));
    json_decref(reply);
    return result;
}

json_t *real_qemu_ask(RealQemu *qemu, const char *command, json_t *arguments)
{
    char *error = NULL;
    json_t *result = real_qemu_try(qemu, command, arguments, &error);

    if (result == NULL)
        fail_msg("QEMU refuses %s: %s", command, error);
    return result;
}

void real_qemu_tell(RealQemu *qemu, const char *command, json_t *arguments)
{
    json_decref(real_qemu_ask(qemu, command, arguments));
}

char *real_qemu_hmp(RealQemu *qemu, const char *line)
{
    json_t *text =
        real_qemu_ask(qemu, "human-monitor-command", json_pack("{s:s}", "command-line", line));
    char *copy = g_strdup(json_string_value(text));

    json_decref(text);
    return copy;
}

/* ---- waiting ---- */

static gboolean wake(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* The tick is for conditions that no source of the main context tells. */
gboolean wait_until(gboolean (*condition)(gpointer data), gpointer data, guint milliseconds)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    guint tick = g_timeout_add(5, wake, NULL);
    gboolean holds;

    while (!(holds = condition(data)) && g_get_monotonic_time() < deadline)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
    return holds;
}

typedef struct {
    RealQemu *qemu;
    const char *text; /* of a line, or an event's name */
    const char *device;
    json_t *event;
    const char *line;
} Wanted;

static gboolean event_came(gpointer data)
{
    Wanted *wanted = data;

    wanted->event =
        real_qemu_client_event(wanted->qemu->client, wanted->text, wanted->device, TRUE);
    return wanted->event != NULL;
}

json_t *real_qemu_wait_event(RealQemu *qemu, const char *name, const char *device)
{
    Wanted wanted = { .qemu = qemu, .text = name, .device = device };

    if (!wait_until(event_came, &wanted, REAL_QEMU_PATIENCE_MS))
        fail_msg("no event %s of %s", name, device != NULL ? device : "anything");
    return wanted.event;
}

gboolean real_qemu_saw_event(RealQemu *qemu, const char *name, const char *device)
{
    json_t *event = real_qemu_client_event(qemu->client, name, device, FALSE);
    gboolean saw = event != NULL;

    json_decref(event);
    return saw;
}

static gboolean line_came(gpointer data)
{
    Wanted *wanted = data;

    wanted->line = real_qemu_line_find(wanted->qemu->line, wanted->text);
    return wanted->line != NULL;
}

const char *real_qemu_serial_wait_for(RealQemu *qemu, const char *text, guint milliseconds)
{
    Wanted wanted = { .qemu = qemu, .text = text };

    if (wait_until(line_came, &wanted, milliseconds))
        return wanted.line;
    fprintf(stderr, "the guest's serial line:\n%s\n", real_qemu_line_transcript(qemu->line));
    fail_with_words(qemu, "the guest's serial line never said ", text);
}

const char *real_qemu_serial_wait(RealQemu *qemu, const char *text)
{
    return real_qemu_serial_wait_for(qemu, text, REAL_QEMU_PATIENCE_MS);
}

void real_qemu_serial_send(RealQemu *qemu, const char *line)
{
    if (!real_qemu_line_send(qemu->line, line))
        fail_with_words(qemu, "the guest's serial line does not take: ", line);
}
