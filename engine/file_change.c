/* Files are replaced by renaming a finished copy over them: whoever reads sees the old version or
 * the new one. */
#include "engine/file_change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define XATTR_NAMES_MAX 4096
#define XATTR_VALUE_MAX 65536
#define MODE_BITS 07777

/* --- reading --------------------------------------------------------------------------------- */

/* Up to limit + 1 bytes, so that one sees when there are more. NULL with errno. */
static GBytes *read_all(int fd, gsize limit)
{
    GByteArray *bytes = g_byte_array_new();
    guint8 block[65536];
    while (bytes->len <= limit) {
        ssize_t got = read(fd, block, MIN(sizeof(block), limit + 1 - bytes->len));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            int saved = errno;
            g_byte_array_unref(bytes);
            errno = saved;
            return NULL;
        }
        if (got == 0) {
            break;
        }
        g_byte_array_append(bytes, block, (guint)got);
    }
    return g_byte_array_free_to_bytes(bytes);
}

/* O_NONBLOCK: opening a FIFO must not wait for somebody to write. reason: a static string. */
static GBytes *read_regular(const char *path, gsize limit, struct stat *status, const char **reason)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    GBytes *bytes = NULL;
    if (fd < 0) {
        *reason = g_strerror(errno);
        return NULL;
    }
    if (fstat(fd, status) != 0) {
        *reason = g_strerror(errno);
    } else if (!S_ISREG(status->st_mode)) {
        *reason = S_ISDIR(status->st_mode) ? "it is a folder" : "it is no regular file";
    } else {
        bytes = read_all(fd, limit);
        *reason = bytes == NULL ? g_strerror(errno) : NULL;
    }
    close(fd);
    return bytes;
}

GBytes *file_read(const char *path, gsize limit, GError **error)
{
    struct stat status;
    const char *reason;
    g_autoptr(GBytes) bytes = read_regular(path, limit, &status, &reason);
    if (bytes == NULL) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "%s cannot be read: %s", path, reason);
        return NULL;
    }
    if (g_bytes_get_size(bytes) > limit) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s cannot be read: it has more than %zu bytes", path, limit);
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

/* --- a change -------------------------------------------------------------------------------- */

static GBytes *ref_or_null(GBytes *bytes)
{
    return bytes != NULL ? g_bytes_ref(bytes) : NULL;
}

FileChange *file_change_new(const char *path, GBytes *before, GBytes *after, gboolean backup)
{
    FileChange *change = g_new0(FileChange, 1);
    change->path = g_strdup(path);
    change->before = ref_or_null(before);
    change->after = ref_or_null(after);
    change->backup = backup;
    return change;
}

FileChange *file_change_invert(const FileChange *change)
{
    return file_change_new(change->path, change->after, change->before, FALSE);
}

FileChange *file_change_copy(const FileChange *change)
{
    return file_change_new(change->path, change->before, change->after, change->backup);
}

static void discard(char **temporary)
{
    if (*temporary != NULL) {
        unlink(*temporary);
        g_clear_pointer(temporary, g_free);
    }
}

void file_change_abandon(FileChange *change)
{
    discard(&change->prepared);
    discard(&change->prepared_backup);
    g_clear_pointer(&change->target, g_free);
}

void file_change_free(FileChange *change)
{
    file_change_abandon(change);
    g_clear_pointer(&change->before, g_bytes_unref);
    g_clear_pointer(&change->after, g_bytes_unref);
    g_free(change->path);
    g_free(change);
}

static gboolean refuse(const FileChange *change, const char *reason, GError **error)
{
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s cannot be written: %s", change->path,
                reason);
    return FALSE;
}

static gboolean refuse_errno(const FileChange *change, GError **error)
{
    return refuse(change, g_strerror(errno), error);
}

/* --- checks ---------------------------------------------------------------------------------- */

/* The real file behind symbolic links; for a new file its place in the real folder. */
static char *find_target(const FileChange *change, GError **error)
{
    g_autofree char *real = realpath(change->path, NULL);
    struct stat status;
    if (real != NULL) {
        return g_steal_pointer(&real);
    }
    if (errno != ENOENT || change->before != NULL) {
        refuse_errno(change, error);
    } else if (lstat(change->path, &status) == 0) {
        refuse(change, "it is a symbolic link to a file that is not there", error);
    } else {
        g_autofree char *folder = g_path_get_dirname(change->path);
        g_autofree char *name = g_path_get_basename(change->path);
        g_autofree char *real_folder = realpath(folder, NULL);
        if (real_folder != NULL) {
            return g_build_filename(real_folder, name, NULL);
        }
        refuse_errno(change, error);
    }
    return NULL;
}

/* The file is what it was when the change was made. status: of the file, where there is one. */
static gboolean check_unchanged(const FileChange *change, struct stat *status, GError **error)
{
    if (change->before == NULL) {
        return lstat(change->target, status) != 0 ||
               refuse(change, "there is a file of this name by now", error);
    }
    const char *reason;
    gsize size = g_bytes_get_size(change->before);
    g_autoptr(GBytes) now = read_regular(change->target, size, status, &reason);
    if (now == NULL) {
        return refuse(change, reason, error);
    }
    return g_bytes_equal(now, change->before) ||
           refuse(change, "somebody else has changed it; read it again", error);
}

/* --- the new version, beside the file -------------------------------------------------------- */

/* (transfer full) NULL with errno. */
static char *create_beside(const char *target, mode_t mode, int *fd)
{
    g_autofree char *folder = g_path_get_dirname(target);
    for (;;) {
        g_autofree char *path = g_strdup_printf("%s/.backplane-%08x", folder, g_random_int());
        *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (*fd >= 0) {
            return g_steal_pointer(&path);
        }
        if (errno != EEXIST) {
            return NULL;
        }
    }
}

static gboolean write_all(int fd, GBytes *bytes)
{
    gsize left;
    const char *data = g_bytes_get_data(bytes, &left);
    while (left > 0) {
        ssize_t written = write(fd, data, left);
        if (written < 0 && errno != EINTR) {
            return FALSE;
        }
        data += MAX(written, 0);
        left -= (gsize)MAX(written, 0);
    }
    return fsync(fd) == 0;
}

/* ACLs are such attributes. What only the kernel or root may set comes by itself or not at all. */
static gboolean copy_xattr(int from, int to, const char *name)
{
    g_autofree char *value = g_malloc(XATTR_VALUE_MAX);
    ssize_t length = fgetxattr(from, name, value, XATTR_VALUE_MAX);
    return (length >= 0 && fsetxattr(to, name, value, (size_t)length, 0) == 0) ||
           g_str_has_prefix(name, "security.") || g_str_has_prefix(name, "trusted.");
}

static gboolean copy_xattrs(const char *target, int to)
{
    char names[XATTR_NAMES_MAX];
    int from = open(target, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (from < 0) {
        return FALSE;
    }
    ssize_t length = flistxattr(from, names, sizeof(names));
    gboolean good = length >= 0 || errno == ENOTSUP;
    for (const char *name = names; good && length > 0 && name < names + length;
         name += strlen(name) + 1) {
        good = copy_xattr(from, to, name);
    }
    close(from);
    return good;
}

/* Owner before mode: a change of owner takes set-user-id bits away. */
static gboolean copy_rights(const char *target, const struct stat *status, int fd)
{
    struct stat own;
    if (fstat(fd, &own) != 0) {
        return FALSE;
    }
    if ((own.st_uid != status->st_uid || own.st_gid != status->st_gid) &&
        fchown(fd, status->st_uid, status->st_gid) != 0) {
        return FALSE;
    }
    return fchmod(fd, status->st_mode & MODE_BITS) == 0 && copy_xattrs(target, fd);
}

/* like: of the file whose rights it gets; NULL: it is a new file. */
static char *write_beside(const FileChange *change, GBytes *bytes, const struct stat *like,
                          GError **error)
{
    int fd;
    g_autofree char *path = create_beside(change->target, like != NULL ? 0600 : 0666, &fd);
    if (path == NULL) {
        refuse_errno(change, error);
        return NULL;
    }
    gboolean rights = like == NULL || copy_rights(change->target, like, fd);
    gboolean written = rights && write_all(fd, bytes);
    int reason = errno;
    close(fd);
    if (written) {
        return g_steal_pointer(&path);
    }
    unlink(path);
    g_autofree char *sentence =
        rights ? g_strdup(g_strerror(reason))
               : g_strdup_printf("its owner, group and rights cannot be kept (%s)",
                                 g_strerror(reason));
    refuse(change, sentence, error);
    return NULL;
}

static gboolean may_write(const char *path)
{
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

static gboolean prepare_versions(FileChange *change, GError **error)
{
    struct stat status;
    gboolean exists = change->before != NULL;
    change->target = find_target(change, error);
    if (change->target == NULL || !check_unchanged(change, &status, error)) {
        return FALSE;
    }
    g_autofree char *folder = g_path_get_dirname(change->target);
    if ((exists && !may_write(change->target)) || !may_write(folder)) {
        return refuse_errno(change, error);
    }
    if (change->after != NULL) {
        change->prepared = write_beside(change, change->after, exists ? &status : NULL, error);
        if (change->prepared == NULL) {
            return FALSE;
        }
    }
    if (change->backup && exists) {
        change->prepared_backup = write_beside(change, change->before, &status, error);
        return change->prepared_backup != NULL;
    }
    return TRUE;
}

gboolean file_change_prepare(FileChange *change, GError **error)
{
    file_change_abandon(change);
    if (prepare_versions(change, error)) {
        return TRUE;
    }
    file_change_abandon(change);
    return FALSE;
}

/* --- in its place ---------------------------------------------------------------------------- */

/* Never over a file that has come meanwhile. */
static gboolean rename_new(const char *from, const char *to)
{
    struct stat status;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return TRUE;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return FALSE;
    }
    /* A file system without that flag. */
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return FALSE;
    }
    return rename(from, to) == 0;
}

static gboolean put_in_place(const FileChange *change)
{
    if (change->prepared == NULL) {
        return unlink(change->target) == 0;
    }
    return change->before == NULL ? rename_new(change->prepared, change->target)
                                  : rename(change->prepared, change->target) == 0;
}

/* So that the new name survives a loss of power. Not every file system can; that is no failure. */
static void sync_folder(const char *target)
{
    g_autofree char *folder = g_path_get_dirname(target);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

static gboolean commit_versions(FileChange *change, GError **error)
{
    struct stat status;
    g_autofree char *backup = g_strconcat(change->target, "~", NULL);
    if (!check_unchanged(change, &status, error)) {
        return FALSE;
    }
    if (change->prepared_backup != NULL && rename(change->prepared_backup, backup) != 0) {
        g_autofree char *why = g_strdup_printf("its backup %s: %s", backup, g_strerror(errno));
        return refuse(change, why, error);
    }
    if (!put_in_place(change)) {
        refuse_errno(change, error);
        if (change->prepared_backup != NULL) {
            unlink(backup);
        }
        return FALSE;
    }
    sync_folder(change->target);
    return TRUE;
}

gboolean file_change_commit(FileChange *change, GError **error)
{
    gboolean done = commit_versions(change, error);
    if (done) {
        g_clear_pointer(&change->prepared, g_free);
        g_clear_pointer(&change->prepared_backup, g_free);
    }
    file_change_abandon(change);
    return done;
}
