/* Starts and ends the demonstration guest. What it consists of is the table of arguments below; its
 * images are made by demo_images. */
#include "engine/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/demo_images.h"
#include "engine/error.h"

/* Descriptors of ours that QEMU gets, by their numbers there. */
#define MONITOR_FD 3
#define SERIAL_FD 4
#define LIFELINE_FD 5

struct Demo {
    char *folder;
    char *target;
    char *log;
    int lifeline; /* write end of the pipe on whose end the caretaker waits */
    GSubprocess *caretaker;
    GSubprocess *qemu;
};

typedef struct {
    const char *option;
    const char *value; /* "{folder}" in it stands for the folder of the images */
} Argument;

/* Sockets are made by us and handed over listening: whoever connects before QEMU is up waits in the
 * queue instead of being refused. */
static const Argument arguments[] = {
    { "-name", "plain" },
    { "-no-user-config", NULL },
    { "-nodefaults", NULL },
    { "-machine", "pc,usb=off" },
    { "-accel", "tcg" },
    { "-m", "64" },
    { "-display", "none" },
    { "-chardev", "socket,id=monitor,fd=" G_STRINGIFY(MONITOR_FD) ",server=on,wait=off" },
    { "-mon", "chardev=monitor,mode=control" },
    { "-chardev", "socket,id=serial0,fd=" G_STRINGIFY(SERIAL_FD) ",server=on,wait=off" },
    { "-serial", "chardev:serial0" },

    { "-device", "piix3-usb-uhci,id=usb,bus=pci.0,addr=01.2" },
    { "-device", "usb-tablet,id=tablet,bus=usb.0,port=1" },

    { "-device", "cirrus-vga,id=video0,bus=pci.0,addr=02" },

    { "-netdev", "user,id=hostnet0,restrict=on" },
    { "-device",
      "ne2k_pci,id=net0,netdev=hostnet0,mac=52:54:00:5b:ef:21,bus=pci.0,addr=03,romfile=" },
    { "-netdev", "user,id=hostnet1,restrict=on" },
    { "-device",
      "virtio-net-pci,id=net1,netdev=hostnet1,mac=52:54:00:1c:dc:98,bus=pci.0,addr=04,romfile=" },
    { "-netdev", "user,id=hostnet2,restrict=on" },
    { "-device", "e1000,id=net2,netdev=hostnet2,mac=52:54:00:f7:c5:0e,bus=pci.0,addr=05,romfile=" },
    { "-netdev", "user,id=hostnet3,restrict=on" },
    { "-device", "pcnet,id=net3,netdev=hostnet3,mac=52:54:00:56:6c:55,bus=pci.0,addr=06,romfile=" },
    { "-netdev", "user,id=hostnet4,restrict=on" },
    { "-device",
      "rtl8139,id=net4,netdev=hostnet4,mac=52:54:00:ca:0d:58,bus=pci.0,addr=07,romfile=" },

    { "-audiodev", "none,id=audio0" },
    { "-device", "AC97,id=sound0,audiodev=audio0,bus=pci.0,addr=08" },
    { "-device", "ES1370,id=sound1,audiodev=audio0,bus=pci.0,addr=09" },

    { "-device", "lsi53c895a,id=scsi0,bus=pci.0,addr=0a" },
    { "-blockdev", "raw,node-name=disk-sda,file.driver=file,file.filename={folder}/output-a.img" },
    { "-device", "scsi-hd,id=sda,drive=disk-sda,bus=scsi0.0,channel=0,scsi-id=0,lun=0" },
    { "-blockdev", "raw,node-name=disk-sdd,file.driver=file,file.filename={folder}/output-d.img" },
    { "-device", "scsi-hd,id=sdd,drive=disk-sdd,bus=scsi0.0,channel=0,scsi-id=3,lun=0" },
    { "-blockdev", "raw,node-name=disk-sdf,file.driver=file,file.filename={folder}/output-f.img" },
    { "-device", "scsi-hd,id=sdf,drive=disk-sdf,bus=scsi0.0,channel=0,scsi-id=5,lun=0" },

    { "-blockdev", "qcow2,node-name=disk-vda,file.driver=file,file.filename={folder}/plain.qcow2" },
    { "-device", "virtio-blk-pci,id=vda,drive=disk-vda,bus=pci.0,addr=0b" },
    { "-blockdev",
      "raw,node-name=cd-hdc,read-only=on,file.driver=file,file.filename={folder}/gpxe.iso" },
    { "-device", "ide-cd,id=hdc,drive=cd-hdc,bus=ide.1,unit=0" },

    { "-device", "i6300esb,id=watchdog0,bus=pci.0,addr=0c" },
    { "-device", "virtio-balloon-pci,id=balloon0,bus=pci.0,addr=0d" },
};

/* ---- finding the parts ---- */

static char *find_qemu(GError **error)
{
    const char *wanted = g_getenv("BACKPLANE_QEMU");
    const char *program = wanted && *wanted ? wanted : "qemu-system-x86_64";
    char *path = g_find_program_in_path(program);

    if (!path)
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "there is no program %s: install QEMU for x86, or name it in BACKPLANE_QEMU",
                    program);
    return path;
}

/* guest.elf beside the running program; NULL where /proc does not tell. */
static char *kernel_beside_program(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;

    return folder ? g_build_filename(folder, "guest.elf", NULL) : NULL;
}

/* What BACKPLANE_GUEST names and nothing else, where it is set. */
static char *find_kernel(char **note)
{
    g_autofree char *beside = kernel_beside_program();
    const char *named = g_getenv("BACKPLANE_GUEST");
    const char *candidates[] = { named ? named : beside, named ? NULL : PKGDATADIR "/guest.elf" };

    for (gsize i = 0; i < G_N_ELEMENTS(candidates); i++)
        if (candidates[i] && g_file_test(candidates[i], G_FILE_TEST_IS_REGULAR))
            return g_canonicalize_filename(candidates[i], NULL);
    if (note)
        *note = g_strdup("the demonstration kernel guest.elf is not there (it is built where the "
                         "compiler can make 32-bit x86 code): the guest runs without one, and does "
                         "not let go of PCI devices");
    return NULL;
}

/* ---- the folder and who cleans it up ---- */

/* Waits until nobody holds the lifeline any more, neither we nor QEMU, and removes the folder: so
 * it goes even when we are killed. The signals of a terminal reach it too and mean nothing to it.
 */
static const char caretaker_script[] =
    "trap '' HUP INT QUIT TERM; cat >/dev/null; rm -rf -- \"$1\"";

static gboolean start_caretaker(Demo *demo, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    int ends[2];

    if (!g_unix_open_pipe(ends, FD_CLOEXEC, error))
        return FALSE;
    demo->lifeline = ends[1];
    g_subprocess_launcher_take_stdin_fd(launcher, ends[0]);
    demo->caretaker = g_subprocess_launcher_spawn(launcher, error, "sh", "-c", caretaker_script,
                                                  "sh", demo->folder, NULL);
    return demo->caretaker != NULL;
}

static gboolean make_folder(Demo *demo, GError **error)
{
    demo->folder = g_dir_make_tmp("backplane-XXXXXX", error);
    if (!demo->folder)
        return FALSE;
    demo->target = g_build_filename(demo->folder, "monitor.sock", NULL);
    demo->log = g_build_filename(demo->folder, "qemu.log", NULL);
    return TRUE;
}

/* A listening unix socket in the folder, -1 with error set. */
static int listen_at(const Demo *demo, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(demo->folder, name, NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (strlen(path) >= sizeof address.sun_path) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "%s is too long for a socket: set TMPDIR to a folder with a shorter name",
                    path);
        return -1;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0)
        return fd;
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "cannot listen at %s: %s", path,
                g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- QEMU ---- */

/* value with the folder put in; commas are doubled there, since QEMU's options end at one. */
static char *expand(const char *value, const char *folder)
{
    g_auto(GStrv) around = g_strsplit(value, "{folder}", -1);
    g_auto(GStrv) parts = g_strsplit(folder, ",", -1);
    g_autofree char *quoted = g_strjoinv(",,", parts);

    return g_strjoinv(quoted, around);
}

static GPtrArray *command_line(const char *qemu, const char *kernel, const char *folder)
{
    GPtrArray *line = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(line, g_strdup(qemu));
    for (gsize i = 0; i < G_N_ELEMENTS(arguments); i++) {
        g_ptr_array_add(line, g_strdup(arguments[i].option));
        if (arguments[i].value)
            g_ptr_array_add(line, expand(arguments[i].value, folder));
    }
    if (kernel) {
        g_ptr_array_add(line, g_strdup("-kernel"));
        g_ptr_array_add(line, g_strdup(kernel));
    }
    g_ptr_array_add(line, NULL);
    return line;
}

/* In the child, between fork and exec. A group of its own keeps the terminal's ^C and ^Z away from
 * QEMU; the kernel ends it when we are gone. */
static void tie_to_parent(gpointer data)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != GPOINTER_TO_INT(data))
        _exit(1);
}

static gboolean start_qemu(Demo *demo, const char *qemu, const char *kernel, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr(GPtrArray) line = command_line(qemu, kernel, demo->folder);
    int monitor = listen_at(demo, "monitor.sock", error);
    int serial = monitor < 0 ? -1 : listen_at(demo, "serial.sock", error);

    if (monitor >= 0)
        g_subprocess_launcher_take_fd(launcher, monitor, MONITOR_FD);
    if (serial < 0)
        return FALSE;
    g_subprocess_launcher_take_fd(launcher, serial, SERIAL_FD);
    g_subprocess_launcher_take_fd(launcher, fcntl(demo->lifeline, F_DUPFD_CLOEXEC, 0), LIFELINE_FD);
    g_subprocess_launcher_set_stderr_file_path(launcher, demo->log);
    g_subprocess_launcher_set_child_setup(launcher, tie_to_parent, GINT_TO_POINTER(getpid()), NULL);
    demo->qemu = g_subprocess_launcher_spawnv(launcher, (const char *const *)line->pdata, error);
    return demo->qemu != NULL;
}

/* ---- the face ---- */

/* Errors of GLib become ours: callers act on the domain. */
static void adopt_error(GError **error)
{
    if (error && *error && (*error)->domain != ENGINE_ERROR) {
        GError *ours = g_error_new(ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                                   "cannot start the demonstration guest: %s", (*error)->message);
        g_error_free(*error);
        *error = ours;
    }
}

Demo *demo_start(char **note, GError **error)
{
    g_autofree char *qemu = find_qemu(error);
    g_autofree char *kernel = NULL;
    g_autoptr(Demo) demo = g_new0(Demo, 1);

    demo->lifeline = -1;
    if (!qemu)
        return NULL;
    kernel = find_kernel(note);
    if (!make_folder(demo, error) || !start_caretaker(demo, error) ||
        !demo_images_make(demo->folder, error) || !start_qemu(demo, qemu, kernel, error)) {
        adopt_error(error);
        return NULL;
    }
    return g_steal_pointer(&demo);
}

const char *demo_target(const Demo *demo)
{
    return demo->target;
}

const char *demo_folder(const Demo *demo)
{
    return demo->folder;
}

gboolean demo_check(Demo *demo, GError **error)
{
    g_autofree char *words = NULL;

    /* GSubprocess forgets the process id of what has ended. */
    if (g_subprocess_get_identifier(demo->qemu))
        return TRUE;
    if (g_file_get_contents(demo->log, &words, NULL, NULL))
        g_strstrip(words);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "QEMU ended%s%s",
                words && *words ? ": " : " without a word", words ? words : "");
    return FALSE;
}

void demo_free(Demo *demo)
{
    if (demo->qemu) {
        g_subprocess_force_exit(demo->qemu);
        g_subprocess_wait(demo->qemu, NULL, NULL);
    }
    if (demo->lifeline >= 0)
        close(demo->lifeline);
    if (demo->caretaker)
        g_subprocess_wait(demo->caretaker, NULL, NULL);
    g_clear_object(&demo->qemu);
    g_clear_object(&demo->caretaker);
    g_free(demo->folder);
    g_free(demo->target);
    g_free(demo->log);
    g_free(demo);
}
