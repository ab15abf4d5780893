/* Writes the images of the demonstration guest. Only headers are written by hand; no qemu-img is
 * needed, which is a package of its own in some distributions. */
#include "engine/demo_images.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MIB (1024 * 1024)
#define GIB (1024 * MIB)

typedef struct Recipe Recipe;

struct Recipe {
    const char *name;
    gint64 size; /* bytes that the guest sees */
    gboolean (*fill)(int fd, const Recipe *recipe);
};

static gboolean write_at(int fd, gint64 offset, gconstpointer bytes, gsize length)
{
    return pwrite(fd, bytes, length, offset) == (gssize)length;
}

/* A hole of the right size is a raw disk full of zeroes. */
static gboolean fill_raw(int fd, const Recipe *recipe)
{
    return ftruncate(fd, recipe->size) == 0;
}

/* ISO 9660 (ECMA-119), 8.4 and 8.3: a primary volume descriptor and the terminator after it are all
 * that programs look at to tell such an image. */
static gboolean fill_iso(int fd, const Recipe *recipe)
{
    static const struct {
        char type;
        char identifier[5];
        char version;
    } primary = { 1, "CD001", 1 }, terminator = { (char)255, "CD001", 1 };
    enum { SECTOR = 2048, FIRST_DESCRIPTOR = 16 * SECTOR, VOLUME_NAME = 40, NAME_LENGTH = 32 };
    char name[NAME_LENGTH];

    memset(name, ' ', sizeof name);
    memcpy(name, "GPXE", strlen("GPXE"));
    return ftruncate(fd, recipe->size) == 0 &&
           write_at(fd, FIRST_DESCRIPTOR, &primary, sizeof primary) &&
           write_at(fd, FIRST_DESCRIPTOR + VOLUME_NAME, name, sizeof name) &&
           write_at(fd, FIRST_DESCRIPTOR + SECTOR, &terminator, sizeof terminator);
}

/* The qcow2 format, version 2 (QEMU's docs/interop/qcow2.txt). Four clusters: the header, the
 * refcount table, the one refcount block that it points to, and an empty L1 table. */
enum {
    CLUSTER_BITS = 16,
    CLUSTER = 1 << CLUSTER_BITS,
    REFCOUNT_TABLE = 1 * CLUSTER,
    REFCOUNT_BLOCK = 2 * CLUSTER,
    L1_TABLE = 3 * CLUSTER,
    CLUSTERS = 4,
    L2_ENTRIES = CLUSTER / 8,
};

typedef struct {
    char magic[4];
    guint32 version;
    guint64 backing_offset;
    guint32 backing_length;
    guint32 cluster_bits;
    guint64 size;
    guint32 encryption;
    guint32 l1_entries;
    guint64 l1_offset;
    guint64 refcount_table_offset;
    guint32 refcount_table_clusters;
    guint32 snapshots;
    guint64 snapshots_offset;
} Qcow2Header;

G_STATIC_ASSERT(sizeof(Qcow2Header) == 72);

static gboolean fill_qcow2(int fd, const Recipe *recipe)
{
    gint64 covered = (gint64)CLUSTER * L2_ENTRIES; /* by one L1 entry */
    Qcow2Header header = {
        .magic = { 'Q', 'F', 'I', (char)0xfb },
        .version = GUINT32_TO_BE(2),
        .cluster_bits = GUINT32_TO_BE(CLUSTER_BITS),
        .size = GUINT64_TO_BE(recipe->size),
        .l1_entries = GUINT32_TO_BE((recipe->size + covered - 1) / covered),
        .l1_offset = GUINT64_TO_BE(L1_TABLE),
        .refcount_table_offset = GUINT64_TO_BE(REFCOUNT_TABLE),
        .refcount_table_clusters = GUINT32_TO_BE(1),
    };
    guint64 block = GUINT64_TO_BE(REFCOUNT_BLOCK);
    guint16 counts[CLUSTERS];

    for (int i = 0; i < CLUSTERS; i++)
        counts[i] = GUINT16_TO_BE(1);
    return ftruncate(fd, CLUSTERS * CLUSTER) == 0 && write_at(fd, 0, &header, sizeof header) &&
           write_at(fd, REFCOUNT_TABLE, &block, sizeof block) &&
           write_at(fd, REFCOUNT_BLOCK, counts, sizeof counts);
}

/* In the proposal the three SCSI disks share one file, which QEMU's locks forbid today. The spares
 * are there to be plugged in. */
static const Recipe recipes[] = {
    { "plain.qcow2", 20LL * GIB, fill_qcow2 }, { "gpxe.iso", 1LL * MIB, fill_iso },
    { "output-a.img", 64LL * MIB, fill_raw },  { "output-d.img", 128LL * MIB, fill_raw },
    { "output-f.img", 256LL * MIB, fill_raw }, { "spare.img", 64LL * MIB, fill_raw },
    { "spare.qcow2", 1LL * GIB, fill_qcow2 },
};

static gboolean make_image(const char *folder, const Recipe *recipe, GError **error)
{
    g_autofree char *path = g_build_filename(folder, recipe->name, NULL);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    gboolean good = fd >= 0 && recipe->fill(fd, recipe);
    int reason = errno;

    if (fd >= 0)
        good = close(fd) == 0 && good;
    if (!good)
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "cannot make %s: %s; set TMPDIR to a folder with room for a few megabytes",
                    path, g_strerror(reason));
    return good;
}

gboolean demo_images_make(const char *folder, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(recipes); i++)
        if (!make_image(folder, &recipes[i], error))
            return FALSE;
    return TRUE;
}
