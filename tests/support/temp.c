/* Private folders and files for tests. */
#include "tests/support/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <gio/gio.h>

char *temp_directory(void)
{
    g_autoptr(GError) error = NULL;
    char *directory = g_dir_make_tmp("backplane-test-XXXXXX", &error);

    if (directory == NULL)
        fail_msg("no temporary folder: %s", error->message);
    return directory;
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    return remove(path);
}

void temp_directory_remove(char *directory)
{
    if (directory != NULL)
        nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    g_free(directory);
}

char *temp_file(const char *directory, const char *name, const char *contents)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(directory, name, NULL);

    if (!g_file_set_contents(path, contents, -1, &error))
        fail_msg("%s", error->message);
    return path;
}

static void make_raw(const char *path, guint64 bytes)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

    if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0)
        fail_msg("cannot make the image %s: %s", path, g_strerror(errno));
    close(fd);
}

static void make_with_qemu_img(const char *path, const char *format, guint64 bytes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, &error, "qemu-img", "create", "-q", "-f", format,
                         path, size, NULL);

    if (process == NULL || !g_subprocess_wait_check(process, NULL, &error))
        fail_msg("cannot make the image %s with qemu-img: %s", path, error->message);
}

guint temp_entries(const char *directory)
{
    g_autoptr(GDir) folder = g_dir_open(directory, 0, NULL);
    guint count = 0;

    while (folder != NULL && g_dir_read_name(folder) != NULL)
        count++;
    return count;
}

char *temp_image(const char *directory, const char *name, const char *format, guint64 bytes)
{
    char *path = g_build_filename(directory, name, NULL);

    if (g_str_equal(format, "raw"))
        make_raw(path, bytes);
    else
        make_with_qemu_img(path, format, bytes);
    return path;
}
