/* Headers of disk images, by hand and by qemu-img; and the forms of requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/image.h"
#include "engine/request.h"

static char *folder;

static int make_folder(void **state)
{
    folder = g_dir_make_tmp("image-XXXXXX", NULL);
    return folder == NULL;
}

static int remove_folder(void **state)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_remove(path) != 0) {
            return 1;
        }
    }
    int status = g_rmdir(folder);
    g_clear_pointer(&folder, g_free);
    return status;
}

static void on_probed(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

/* (transfer full) */
static Image *probe(const char *path, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    image_probe_async(path, NULL, on_probed, &result);
    while (result == NULL) {
        g_main_context_iteration(NULL, TRUE);
    }
    return image_probe_finish(result, error);
}

/* Bytes at an offset; a file of 4096 bytes. */
static const struct {
    const char *name;
    const char *bytes;
    gsize length, at;
    const char *format;
} headers[] = {
    { "empty", "", 0, 0, "raw" },
    { "qcow", "QFI\xfb\0\0\0\1", 8, 0, "qcow" },
    { "qcow2", "QFI\xfb\0\0\0\3", 8, 0, "qcow2" },
    { "qed", "QED\0", 4, 0, "qed" },
    { "vmdk3", "COWD", 4, 0, "vmdk" },
    { "vmdk4", "KDMV", 4, 0, "vmdk" },
    { "vmdk-text", "# Disk DescriptorFile\r\n\nversion=1\nCID=0", 39, 0, "vmdk" },
    { "vmdk-not", "# Disk DescriptorFile\nversion=9\n", 32, 0, "raw" },
    { "vmdk-long", "####", 4, 0, "raw" },
    { "vdi", "\x7f\x10\xda\xbe", 4, 0x40, "vdi" },
    { "vhdx", "vhdxfile", 8, 0, "vhdx" },
    { "vpc", "conectix", 8, 0, "vpc" },
    { "luks", "LUKS\xba\xbe\0\1", 8, 0, "luks" },
    { "luks2", "LUKS\xba\xbe\0\2", 8, 0, "raw" },
    { "parallels", "WithoutFreeSpace\2\0\0\0", 20, 0, "parallels" },
    { "footer", "conectix", 8, 4096 - 512, "raw" },
    { "a.dmg", "", 0, 0, "dmg" },
    { "comma, \"quote\" \xc5\x9b\n", "QFI\xfb\0\0\0\3", 8, 0, "qcow2" },
};

static void test_headers(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autofree char *path = g_build_filename(folder, headers[i].name, NULL);
        char contents[4096] = { 0 };
        memcpy(contents + headers[i].at, headers[i].bytes, headers[i].length);
        assert_true(g_file_set_contents(path, contents, sizeof(contents), NULL));
        g_autoptr(Image) image = probe(path, NULL);
        assert_non_null(image);
        assert_string_equal(image->path, path);
        if (strcmp(image->format, headers[i].format) != 0) {
            fail_msg("%s is %s", headers[i].name, image->format);
        }
        assert_int_equal(image->footer, strcmp(headers[i].name, "footer") == 0);
        assert_true(image->writable);
        assert_false(image->device);
    }
}

static void test_short_file(void **state)
{
    g_autofree char *path = g_build_filename(folder, "short", NULL);
    assert_true(g_file_set_contents(path, "QFI", 3, NULL));
    g_autoptr(Image) image = probe(path, NULL);
    assert_string_equal(image->format, "raw");
    assert_int_equal(image->size, 3);
}

static void test_made_by_qemu_img(void **state)
{
    static const char *const formats[] = {
        "raw", "qcow", "qcow2", "qed", "vmdk", "vdi", "parallels"
    };
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *path = g_strdup_printf("%s/made.%s", folder, formats[i]);
        g_autofree char *command =
            g_strdup_printf("qemu-img create -q -f %s '%s' 64M", formats[i], path);
        assert_int_equal(system(command), 0);
        g_autoptr(Image) image = probe(path, NULL);
        assert_string_equal(image->format, formats[i]);
        if (image->size != 64 << 20) {
            fail_msg("%s: %" G_GINT64_FORMAT, formats[i], image->size);
        }
    }
    g_autofree char *overlay = g_strdup_printf("%s/over", folder);
    g_autofree char *command = g_strdup_printf(
        "cd '%s' && qemu-img create -q -f qcow2 -F qcow2 -b made.qcow2 over", folder);
    assert_int_equal(system(command), 0);
    g_autoptr(Image) image = probe(overlay, NULL);
    assert_string_equal(image->backing, "made.qcow2");
}

static void test_unreadable(void **state)
{
    g_autofree char *missing = g_build_filename(folder, "missing", NULL);
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    const char *const paths[] = { missing, folder, fifo };
    const char *const whys[] = { "does not exist", "is a directory", "neither a file nor" };
    assert_int_equal(mkfifo(fifo, 0600), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(probe(paths[i], &error));
        assert_non_null(strstr(error->message, whys[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_short_file),
        cmocka_unit_test(test_made_by_qemu_img),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
