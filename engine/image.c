/* The header of a disk image, read in a worker thread. */
#include "engine/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/error.h"

#define SECTOR 512
/* As much as QEMU reads to probe (BLOCK_PROBE_BUF_SIZE). */
#define HEADER 2048
#define BACKING_LONGEST 1023

typedef struct {
    guint8 bytes[HEADER]; /* zeros beyond the end of the file */
    gsize length;
    gint64 file_size;
} Header;

static guint16 be16(const Header *header, gsize at)
{
    return (guint16)(header->bytes[at] << 8 | header->bytes[at + 1]);
}

static guint32 be32(const Header *header, gsize at)
{
    return (guint32)be16(header, at) << 16 | be16(header, at + 2);
}

static guint64 be64(const Header *header, gsize at)
{
    return (guint64)be32(header, at) << 32 | be32(header, at + 4);
}

static guint32 le32(const Header *header, gsize at)
{
    return GUINT32_SWAP_LE_BE(be32(header, at));
}

static guint64 le64(const Header *header, gsize at)
{
    return GUINT64_SWAP_LE_BE(be64(header, at));
}

static gboolean has(const Header *header, gsize at, const char *text, gsize length)
{
    return memcmp(header->bytes + at, text, length) == 0;
}

/* --- one function a format: is it that? ------------------------------------------------------ */

static gboolean is_qcow(const Header *header)
{
    return has(header, 0, "QFI\xfb", 4) && be32(header, 4) == 1;
}

static gboolean is_qcow2(const Header *header)
{
    return has(header, 0, "QFI\xfb", 4) && be32(header, 4) >= 2;
}

static gboolean is_qed(const Header *header)
{
    return has(header, 0, "QED\0", 4);
}

/* A sparse extent, or a text descriptor: comments and blank lines, then version=1, 2 or 3. */
static gboolean is_vmdk(const Header *header)
{
    if (has(header, 0, "COWD", 4) || has(header, 0, "KDMV", 4)) {
        return TRUE;
    }
    const char *line = (const char *)header->bytes;
    const char *end = line + header->length;
    while (line < end && (*line == '#' || *line == ' ' || *line == '\n' || *line == '\r')) {
        const char *feed = memchr(line, '\n', (gsize)(end - line));
        if (feed == NULL) {
            return FALSE;
        }
        line = feed + 1;
    }
    return line + 10 <= end && memcmp(line, "version=", 8) == 0 && line[8] >= '1' &&
           line[8] <= '3' && (line[9] == '\n' || line[9] == '\r');
}

static gboolean is_vdi(const Header *header)
{
    return le32(header, 0x40) == 0xbeda107f;
}

static gboolean is_vhdx(const Header *header)
{
    return has(header, 0, "vhdxfile", 8);
}

static gboolean is_vpc(const Header *header)
{
    return has(header, 0, "conectix", 8);
}

static gboolean is_luks(const Header *header)
{
    return has(header, 0, "LUKS\xba\xbe", 6) && be16(header, 6) == 1;
}

static gboolean is_parallels(const Header *header)
{
    return (has(header, 0, "WithoutFreeSpace", 16) || has(header, 0, "WithouFreSpacExt", 16)) &&
           le32(header, 16) == 2;
}

static gboolean is_bochs(const Header *header)
{
    return has(header, 0, "Bochs Virtual HD Image", 23) && has(header, 32, "Redolog", 8) &&
           has(header, 48, "Growing", 8) &&
           (le32(header, 64) == 0x00020000 || le32(header, 64) == 0x00010000);
}

static gboolean is_cloop(const Header *header)
{
    static const char magic[] = "#!/bin/sh\n#V2.0 Format\n"
                                "modprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n";
    return has(header, 0, magic, sizeof(magic) - 1);
}

/* --- and how large is the disk in it --------------------------------------------------------- */

static gint64 qcow_size(const Header *header)
{
    return (gint64)be64(header, 24);
}

static gint64 qed_size(const Header *header)
{
    return (gint64)le64(header, 48);
}

static gint64 vmdk_size(const Header *header)
{
    return has(header, 0, "KDMV", 4) ? (gint64)le64(header, 12) * SECTOR : -1;
}

static gint64 vdi_size(const Header *header)
{
    return (gint64)le64(header, 0x170);
}

static gint64 vpc_size(const Header *header)
{
    return (gint64)be64(header, 48);
}

static gint64 luks_size(const Header *header)
{
    return header->file_size - (gint64)be32(header, 104) * SECTOR;
}

static gint64 parallels_size(const Header *header)
{
    guint64 sectors = has(header, 0, "WithoutFreeSpace", 16) ? le32(header, 36) : le64(header, 36);
    return (gint64)sectors * SECTOR;
}

static gint64 bochs_size(const Header *header)
{
    return (gint64)le64(header, le32(header, 64) == 0x00010000 ? 84 : 88);
}

/* In the order of QEMU's own list where two could match. */
static const struct {
    const char *format;
    gboolean (*is)(const Header *header);
    gint64 (*size)(const Header *header); /* NULL: not in the header's first bytes */
} formats[] = {
    { "qcow2", is_qcow2, qcow_size },
    { "qcow", is_qcow, qcow_size },
    { "qed", is_qed, qed_size },
    { "vmdk", is_vmdk, vmdk_size },
    { "vdi", is_vdi, vdi_size },
    { "vhdx", is_vhdx, NULL },
    { "vpc", is_vpc, vpc_size },
    { "luks", is_luks, luks_size },
    { "parallels", is_parallels, parallels_size },
    { "bochs", is_bochs, bochs_size },
    { "cloop", is_cloop, NULL },
};

/* --- reading --------------------------------------------------------------------------------- */

static void read_format(Image *image, const Header *header)
{
    image->size = -1;
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].is(header)) {
            image->format = g_strdup(formats[i].format);
            if (formats[i].size != NULL) {
                image->size = MAX(-1, formats[i].size(header));
            }
            return;
        }
    }
    /* The one format without a header: QEMU goes by the name. */
    gboolean dmg = g_str_has_suffix(image->path, ".dmg");
    image->format = g_strdup(dmg ? "dmg" : "raw");
    image->size = dmg ? -1 : header->file_size;
}

/* Where the header says that the name of the backing file is. */
static gboolean locate_backing(const Image *image, const Header *header, guint64 *offset,
                               guint32 *length)
{
    if (strcmp(image->format, "qcow2") == 0 || strcmp(image->format, "qcow") == 0) {
        *offset = be64(header, 8);
        *length = be32(header, 16);
    } else if (strcmp(image->format, "qed") == 0 && (le64(header, 16) & 1) != 0) {
        *offset = le32(header, 56);
        *length = le32(header, 60);
    } else {
        return FALSE;
    }
    return *offset != 0 && *offset <= G_MAXINT32 && *length != 0 && *length <= BACKING_LONGEST;
}

static void read_backing(Image *image, const Header *header, int fd)
{
    guint64 offset;
    guint32 length;
    if (!locate_backing(image, header, &offset, &length)) {
        return;
    }
    g_autofree char *name = g_malloc0(length + 1);
    if (pread(fd, name, length, (off_t)offset) == (gssize)length) {
        image->backing = g_steal_pointer(&name);
    }
}

static void read_footer(Image *image, const Header *header, int fd)
{
    char cookie[8];
    if (strcmp(image->format, "raw") == 0 && header->file_size > SECTOR &&
        pread(fd, cookie, sizeof(cookie), header->file_size - SECTOR) == sizeof(cookie)) {
        image->footer = memcmp(cookie, "conectix", sizeof(cookie)) == 0;
    }
}

static gboolean read_header(Header *header, int fd, const char *path, GError **error)
{
    gssize got = pread(fd, header->bytes, HEADER, 0);
    if (got < 0) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s cannot be read: %s; give another file", path, g_strerror(errno));
        return FALSE;
    }
    header->length = (gsize)got;
    header->file_size = lseek(fd, 0, SEEK_END); /* of block devices too */
    return TRUE;
}

/* What is wrong with a file that cannot be opened. */
static gboolean refuse_open(const char *path, int code, GError **error)
{
    if (code == ENOENT || code == ENOTDIR) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s does not exist; correct file=, or make it with qemu-img create", path);
    } else {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s cannot be opened: %s; state format= if QEMU can read it", path,
                    g_strerror(code));
    }
    return FALSE;
}

static gboolean check_type(const char *path, const struct stat *info, GError **error)
{
    if (S_ISREG(info->st_mode) || S_ISBLK(info->st_mode)) {
        return TRUE;
    }
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "%s is %s; give a disk image or a block device as file=", path,
                S_ISDIR(info->st_mode) ? "a directory" : "neither a file nor a block device");
    return FALSE;
}

/* The type is looked at first: opening a FIFO would wait, and a tape would rewind. */
static int open_image(const char *path, struct stat *info, GError **error)
{
    if (stat(path, info) != 0) {
        refuse_open(path, errno, error);
        return -1;
    }
    if (!check_type(path, info, error)) {
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        refuse_open(path, errno, error);
    }
    return fd;
}

static Image *probe(const char *path, GError **error)
{
    struct stat info;
    int fd = open_image(path, &info, error);
    if (fd < 0) {
        return NULL;
    }
    Header header = { 0 };
    g_autoptr(Image) image = g_new0(Image, 1);
    image->path = g_strdup(path);
    g_autofree char *real = realpath(path, NULL);
    image->real = g_strdup(real != NULL ? real : path);
    gboolean good = read_header(&header, fd, path, error);
    if (good) {
        read_format(image, &header);
        read_backing(image, &header, fd);
        read_footer(image, &header, fd);
    }
    close(fd);
    image->used = (gint64)info.st_blocks * 512;
    image->writable = access(path, W_OK) == 0;
    image->device = S_ISBLK(info.st_mode);
    return good ? g_steal_pointer(&image) : NULL;
}

static void probe_in_thread(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    GError *error = NULL;
    Image *image = probe(path, &error);
    if (image != NULL) {
        g_task_return_pointer(task, image, (GDestroyNotify)image_free);
    } else {
        g_task_return_error(task, error);
    }
}

void image_probe_async(const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_task_data(task, g_canonicalize_filename(path, NULL), g_free);
    /* The thread of a dead network file system cannot be stopped: it is left to itself. */
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, probe_in_thread);
    g_object_unref(task);
}

Image *image_probe_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void image_free(Image *image)
{
    if (image == NULL) {
        return;
    }
    g_free(image->path);
    g_free(image->real);
    g_free(image->format);
    g_free(image->backing);
    g_free(image);
}
