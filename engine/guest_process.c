/* Starts a QEMU, watches whether it runs, and cleans up behind it. A small caretaker process knows
 * by pipes that are held who still lives. It ends a QEMU that we leave without having said that it
 * is kept, and removes the folder when neither we nor QEMU need it: so both happen after a crash as
 * well, and the folder never goes before QEMU has ended. */
#include "engine/guest_process.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MONITOR_SOCKET "monitor.sock"
#define LOG "qemu.log"

/* Descriptors that QEMU gets, by their numbers there: the lifeline, then listening sockets. The
 * leash is closed before it becomes QEMU. */
#define LIFELINE_FD 3
#define LEASH_FD 4
#define FIRST_SOCKET_FD 5
/* The caretaker's; the leash is its standard input. */
#define CARETAKER_LIFELINE_FD 3

struct GuestProcess {
    GuestProcessLife life;
    char *folder;
    char *target;
    char *log;
    int leash;    /* write end: what the caretaker is told; its end is that of ours */
    int lifeline; /* write end: QEMU has it too; its end is that of both */
    GArray
        *sockets; /* (int) that listen, in the order of QEMU's descriptors; QEMU's once started */
    GSubprocess *caretaker;
    GSubprocess *qemu;
};

/* Errors of GLib become ours: callers act on the domain. */
static void adopt_error(GError **error)
{
    if (error && *error && (*error)->domain != ENGINE_ERROR) {
        GError *ours = g_error_new(ENGINE_ERROR, ENGINE_ERROR_REFUSED, "cannot start QEMU: %s",
                                   (*error)->message);
        g_error_free(*error);
        *error = ours;
    }
}

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        g_close(*fd, NULL);
    *fd = -1;
}

/* ---- the folder and who cleans it up ---- */

static char *make_folder(GuestProcessLife life, GError **error)
{
    const char *runtime = life == GUEST_PROCESS_LASTS ? g_getenv("XDG_RUNTIME_DIR") : NULL;
    g_autofree char *template =
        runtime ? g_build_filename(runtime, "backplane-XXXXXX", NULL) : NULL;

    if (template && g_path_is_absolute(template) && g_mkdtemp(template))
        return g_steal_pointer(&template);
    return g_dir_make_tmp("backplane-XXXXXX", error);
}

/* In the child, between fork and exec. A session of its own keeps the terminal's signals and its
 * end away. */
static void leave_terminal(gpointer data)
{
    setsid();
}

/* Is told QEMU's process by that process itself, before it becomes QEMU, and then, unless QEMU is
 * to end with us, that it is kept. Waits until nobody holds the lifeline any more. */
static const char caretaker_script[] =
    "trap '' HUP INT QUIT TERM\n"
    "read -r qemu && { read -r kept || kill -9 \"$qemu\"; }\n"
    "cat <&" G_STRINGIFY(CARETAKER_LIFELINE_FD) " >/dev/null\n"
                                                "rm -rf -- \"$1\"";

static gboolean start_caretaker(GuestProcess *process, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    int leash[2], lifeline[2];

    if (!g_unix_open_pipe(leash, FD_CLOEXEC, error))
        return FALSE;
    process->leash = leash[1];
    g_subprocess_launcher_take_stdin_fd(launcher, leash[0]);
    if (!g_unix_open_pipe(lifeline, FD_CLOEXEC, error))
        return FALSE;
    process->lifeline = lifeline[1];
    g_subprocess_launcher_take_fd(launcher, lifeline[0], CARETAKER_LIFELINE_FD);
    g_subprocess_launcher_set_child_setup(launcher, leave_terminal, NULL, NULL);
    process->caretaker = g_subprocess_launcher_spawn(launcher, error, "sh", "-c", caretaker_script,
                                                     "sh", process->folder, NULL);
    return process->caretaker != NULL;
}

GuestProcess *guest_process_new(GuestProcessLife life, GError **error)
{
    g_autoptr(GuestProcess) process = g_new0(GuestProcess, 1);

    process->life = life;
    process->leash = process->lifeline = -1;
    process->sockets = g_array_new(FALSE, FALSE, sizeof(int));
    process->folder = make_folder(life, error);
    if (!process->folder || !start_caretaker(process, error)) {
        if (process->folder)
            g_rmdir(process->folder);
        adopt_error(error);
        return NULL;
    }
    process->target = g_build_filename(process->folder, MONITOR_SOCKET, NULL);
    process->log = g_build_filename(process->folder, LOG, NULL);
    return g_steal_pointer(&process);
}

const char *guest_process_folder(const GuestProcess *process)
{
    return process->folder;
}

/* ---- sockets ---- */

/* -1 with errno set. */
static int listen_at(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
        listen(fd, 1) == 0)
        return fd;
    close_descriptor(&fd);
    return -1;
}

int guest_process_listen(GuestProcess *process, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(process->folder, name, NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (strlen(path) >= sizeof address.sun_path) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "%s is too long for a socket: set TMPDIR to a folder with a shorter name",
                    path);
        return -1;
    }
    strcpy(address.sun_path, path);
    fd = listen_at(&address);
    if (fd < 0) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "cannot listen at %s: %s", path,
                    g_strerror(errno));
        return -1;
    }
    g_array_append_val(process->sockets, fd);
    return FIRST_SOCKET_FD + (int)process->sockets->len - 1;
}

/* ---- QEMU ---- */

typedef struct {
    GuestProcessLife life;
    pid_t parent;
} ChildSetup;

/* Only with what may be called between fork and exec. */
static void tell_process(void)
{
    char digits[24];
    char *end = digits + sizeof digits;
    char *at = end;

    *--at = '\n';
    for (pid_t rest = getpid(); rest > 0; rest /= 10)
        *--at = (char)('0' + rest % 10);
    if (write(LEASH_FD, at, (gsize)(end - at)) != end - at)
        _exit(1);
    close(LEASH_FD);
}

/* In the child. A QEMU that is tied to us has a group of its own, which keeps the terminal's ^C and
 * ^Z away, and the kernel ends it when we are gone. */
static void set_up_child(gpointer data)
{
    const ChildSetup *setup = data;

    tell_process();
    if (setup->life == GUEST_PROCESS_LASTS) {
        setsid();
        return;
    }
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != setup->parent)
        _exit(1);
}

static GSubprocessLauncher *new_launcher(GuestProcess *process)
{
    GSubprocessLauncher *launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    ChildSetup *setup = g_new(ChildSetup, 1);

    *setup = (ChildSetup){ process->life, getpid() };
    g_subprocess_launcher_set_child_setup(launcher, set_up_child, setup, g_free);
    g_subprocess_launcher_take_fd(launcher, fcntl(process->lifeline, F_DUPFD_CLOEXEC, 0),
                                  LIFELINE_FD);
    g_subprocess_launcher_take_fd(launcher, fcntl(process->leash, F_DUPFD_CLOEXEC, 0), LEASH_FD);
    for (guint i = 0; i < process->sockets->len; i++)
        g_subprocess_launcher_take_fd(launcher, g_array_index(process->sockets, int, i),
                                      FIRST_SOCKET_FD + (int)i);
    g_array_set_size(process->sockets, 0);
    g_subprocess_launcher_set_stderr_file_path(launcher, process->log);
    return launcher;
}

/* program, arguments and a monitor at descriptor `monitor`. (transfer full) */
static char **command_line(const char *program, const char *const *arguments, int monitor)
{
    guint count = g_strv_length((char **)arguments);
    char **line = g_new0(char *, count + 6);

    line[0] = g_strdup(program);
    for (guint i = 0; i < count; i++)
        line[1 + i] = g_strdup(arguments[i]);
    line[count + 1] = g_strdup("-chardev");
    line[count + 2] = g_strdup_printf("socket,id=monitor,fd=%d,server=on,wait=off", monitor);
    line[count + 3] = g_strdup("-mon");
    line[count + 4] = g_strdup("chardev=monitor,mode=control");
    return line;
}

gboolean guest_process_start(GuestProcess *process, const char *program,
                             const char *const *arguments, GError **error)
{
    int monitor = guest_process_listen(process, MONITOR_SOCKET, error);
    g_auto(GStrv) line = monitor < 0 ? NULL : command_line(program, arguments, monitor);
    g_autoptr(GSubprocessLauncher) launcher = NULL;

    if (!line)
        return FALSE;
    launcher = new_launcher(process);
    process->qemu = g_subprocess_launcher_spawnv(launcher, (const char *const *)line, error);
    adopt_error(error);
    return process->qemu != NULL;
}

/* ---- while it runs ---- */

const char *guest_process_target(const GuestProcess *process)
{
    return process->target;
}

int guest_process_pid(const GuestProcess *process)
{
    /* GSubprocess forgets the process id of what has ended. */
    const char *identifier = process->qemu ? g_subprocess_get_identifier(process->qemu) : NULL;

    return identifier ? atoi(identifier) : 0;
}

gboolean guest_process_check(GuestProcess *process, GError **error)
{
    g_autofree char *words = NULL;

    if (guest_process_pid(process) != 0)
        return TRUE;
    if (g_file_get_contents(process->log, &words, NULL, NULL))
        g_strstrip(words);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "QEMU ended%s%s",
                words && *words ? ": " : " without a word", words ? words : "");
    return FALSE;
}

/* ---- the end ---- */

void guest_process_keep(GuestProcess *process)
{
    static const char kept[] = "kept\n";

    if (process->leash >= 0 && write(process->leash, kept, strlen(kept)) > 0)
        close_descriptor(&process->leash);
}

static void kill_qemu(GuestProcess *process)
{
    if (process->qemu) {
        g_subprocess_force_exit(process->qemu);
        g_subprocess_wait(process->qemu, NULL, NULL);
        guest_process_keep(process); /* its number may be another's from now on */
    }
}

void guest_process_free(GuestProcess *process)
{
    /* A QEMU that has ended by itself needs its folder no more either. */
    gboolean ends = process->leash >= 0 || guest_process_pid(process) == 0;

    if (ends)
        kill_qemu(process);
    for (guint i = 0; i < process->sockets->len; i++)
        close_descriptor(&g_array_index(process->sockets, int, i));
    close_descriptor(&process->leash);
    close_descriptor(&process->lifeline);
    if (ends && process->caretaker)
        g_subprocess_wait(process->caretaker, NULL, NULL);
    g_clear_object(&process->qemu);
    g_clear_object(&process->caretaker);
    g_array_unref(process->sockets);
    g_free(process->folder);
    g_free(process->target);
    g_free(process->log);
    g_free(process);
}
