/* Starts and ends the demonstration guest. What it consists of is the table of arguments below; its
 * images are made by demo_images. */
#include "engine/demo.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "engine/demo_images.h"

#define SERIAL_LOG "serial.log"
#define SERIAL_SOCKET "serial.sock"

struct Demo {
    GuestProcess *process;
    char *serial;
    GSocket *line; /* to the serial line, once something was said; NULL */
};

typedef struct {
    const char *option;
    const char *value; /* "{folder}" in it stands for the folder of the images, "{serial}" for the
                        * descriptor of the serial line's socket */
} Argument;

static const Argument arguments[] = {
    { "-name", "plain" },
    { "-no-user-config", NULL },
    { "-nodefaults", NULL },
    { "-machine", "pc,usb=off" },
    { "-accel", "tcg" },
    { "-m", "64" },
    { "-display", "none" },
    { "-chardev", "socket,id=serial0,fd={serial},server=on,wait=off,logfile={folder}/" SERIAL_LOG
                  ",logappend=on" },
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

/* ---- the command line ---- */

static char *replace(const char *text, const char *mark, const char *replacement)
{
    g_auto(GStrv) around = g_strsplit(text, mark, -1);

    return g_strjoinv(replacement, around);
}

/* Commas in the folder's name are doubled, since QEMU's options end at one. */
static char *expand(const char *value, const char *folder, const char *serial)
{
    g_autofree char *quoted = replace(folder, ",", ",,");
    g_autofree char *placed = replace(value, "{folder}", quoted);

    return replace(placed, "{serial}", serial);
}

static GPtrArray *command_line(const char *kernel, const char *folder, int serial_fd)
{
    GPtrArray *line = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *serial = g_strdup_printf("%d", serial_fd);

    for (gsize i = 0; i < G_N_ELEMENTS(arguments); i++) {
        g_ptr_array_add(line, g_strdup(arguments[i].option));
        if (arguments[i].value)
            g_ptr_array_add(line, expand(arguments[i].value, folder, serial));
    }
    if (kernel) {
        g_ptr_array_add(line, g_strdup("-kernel"));
        g_ptr_array_add(line, g_strdup(kernel));
    }
    g_ptr_array_add(line, NULL);
    return line;
}

/* ---- the face ---- */

static gboolean start_qemu(Demo *demo, const char *qemu, const char *kernel, GError **error)
{
    const char *folder = guest_process_folder(demo->process);
    int serial = guest_process_listen(demo->process, SERIAL_SOCKET, error);
    g_autoptr(GPtrArray) line = serial < 0 ? NULL : command_line(kernel, folder, serial);

    return line &&
           guest_process_start(demo->process, qemu, (const char *const *)line->pdata, error);
}

Demo *demo_start(char **note, GError **error)
{
    g_autofree char *qemu = find_qemu(error);
    g_autofree char *kernel = NULL;
    g_autoptr(Demo) demo = g_new0(Demo, 1);

    if (!qemu)
        return NULL;
    kernel = find_kernel(note);
    demo->process = guest_process_new(GUEST_PROCESS_TIED, error);
    if (!demo->process || !demo_images_make(demo_folder(demo), error) ||
        !start_qemu(demo, qemu, kernel, error))
        return NULL;
    demo->serial = g_build_filename(demo_folder(demo), SERIAL_LOG, NULL);
    return g_steal_pointer(&demo);
}

const char *demo_target(const Demo *demo)
{
    return guest_process_target(demo->process);
}

const char *demo_folder(const Demo *demo)
{
    return guest_process_folder(demo->process);
}

const char *demo_serial(const Demo *demo)
{
    return demo->serial;
}

static const char domain_text[] = ""
#include "demo/plain_text.inc"
    ;

char *demo_write_domain(const Demo *demo, GError **error)
{
    g_autofree char *path = g_build_filename(demo_folder(demo), "plain.xml", NULL);
    g_autofree char *folder = g_markup_escape_text(demo_folder(demo), -1);
    g_autofree char *text = replace(domain_text, "{folder}", folder);
    g_autoptr(GError) reason = NULL;

    if (g_file_set_contents(path, text, -1, &reason))
        return g_steal_pointer(&path);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s cannot be written: %s", path,
                reason->message);
    return NULL;
}

/* The connection stays open: one that is closed at once can lose what was said. What the guest
 * answers is in the log, so nobody reads it here; it is little. */
static GSocket *connect_line(const Demo *demo)
{
    g_autofree char *path = g_build_filename(demo_folder(demo), SERIAL_SOCKET, NULL);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocket) line =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

    if (!line)
        return NULL;
    g_socket_set_blocking(line, FALSE);
    return g_socket_connect(line, address, NULL, NULL) ? g_steal_pointer(&line) : NULL;
}

void demo_tell(Demo *demo, const char *word)
{
    g_autofree char *said = g_strconcat(word, "\n", NULL);

    if (!demo->line)
        demo->line = connect_line(demo);
    if (demo->line)
        g_socket_send(demo->line, said, strlen(said), NULL, NULL);
}

GuestProcess *demo_process(const Demo *demo)
{
    return demo->process;
}

void demo_free(Demo *demo)
{
    g_clear_pointer(&demo->process, guest_process_free);
    g_free(demo->serial);
    g_clear_object(&demo->line);
    g_free(demo);
}
