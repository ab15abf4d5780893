/* Files replaced whole or not at all. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/file_change.h"

static char *folder;

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void put(const char *name, const char *contents)
{
    g_autofree char *path = in_folder(name);
    assert_true(g_file_set_contents(path, contents, -1, NULL));
}

static void holds(const char *name, const char *expected)
{
    g_autofree char *path = in_folder(name);
    g_autofree char *contents = NULL;
    assert_true(g_file_get_contents(path, &contents, NULL, NULL));
    assert_string_equal(contents, expected);
}

static void is_missing(const char *name)
{
    g_autofree char *path = in_folder(name);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static struct stat status_of(const char *name)
{
    struct stat status;
    g_autofree char *path = in_folder(name);
    assert_int_equal(stat(path, &status), 0);
    return status;
}

static guint count_files(void)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(dir) != NULL) {
        count++;
    }
    return count;
}

static GBytes *bytes(const char *text)
{
    return text != NULL ? g_bytes_new(text, strlen(text)) : NULL;
}

static FileChange *change_of(const char *name, const char *before, const char *after,
                             gboolean backup)
{
    g_autofree char *path = in_folder(name);
    g_autoptr(GBytes) old = bytes(before);
    g_autoptr(GBytes) new = bytes(after);
    FileChange *change = file_change_new(path, old, new, backup);
    if (old != NULL) {
        assert_ptr_equal(change->before, old);
    }
    return change;
}

static void must(gboolean done, const GError *error)
{
    if (!done) {
        fail_msg("%s", error->message);
    }
}

static void make(FileChange *change)
{
    g_autoptr(GError) error = NULL;
    must(file_change_prepare(change, &error), error);
    must(file_change_commit(change, &error), error);
    assert_null(change->prepared);
}

/* Prepares and, if that goes well, commits: one of them is refused with these words, and nothing
 * is left behind. */
static void is_refused(FileChange *change, const char *why)
{
    g_autoptr(GError) error = NULL;
    guint files = count_files();
    assert_false(file_change_prepare(change, &error) && file_change_commit(change, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
    if (strstr(error->message, why) == NULL || strstr(error->message, change->path) == NULL) {
        fail_msg("%s", error->message);
    }
    assert_int_equal(count_files(), files);
}

static int make_folder(void **state)
{
    folder = g_dir_make_tmp("change-XXXXXX", NULL);
    return folder == NULL;
}

static int remove_folder(void **state)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = in_folder(name);
        if (g_remove(path) != 0) {
            return 1;
        }
    }
    int failed = g_rmdir(folder);
    g_clear_pointer(&folder, g_free);
    return failed;
}

/* --- what goes well -------------------------------------------------------------------------- */

static void test_replace(void **state)
{
    put("a.xml", "old");
    g_autofree char *path = in_folder("a.xml");
    assert_int_equal(chmod(path, 0640), 0);
    ino_t before = status_of("a.xml").st_ino;
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", FALSE);
    make(change);
    holds("a.xml", "new");
    assert_int_equal(status_of("a.xml").st_mode & 07777, 0640);
    assert_int_not_equal(status_of("a.xml").st_ino, before);
    assert_int_equal(count_files(), 1);
}

static void test_backup(void **state)
{
    put("a.xml", "old");
    put("a.xml~", "older");
    g_autofree char *path = in_folder("a.xml");
    assert_int_equal(chmod(path, 0604), 0);
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", TRUE);
    make(change);
    holds("a.xml", "new");
    holds("a.xml~", "old");
    assert_int_equal(status_of("a.xml~").st_mode & 07777, 0604);
    assert_int_equal(count_files(), 2);
}

static void test_new_file_and_back(void **state)
{
    mode_t mask = umask(027);
    g_autoptr(FileChange) change = change_of("new.xml", NULL, "new", TRUE);
    make(change);
    umask(mask);
    holds("new.xml", "new");
    assert_int_equal(status_of("new.xml").st_mode & 07777, 0640);
    g_autoptr(FileChange) back = file_change_invert(change);
    make(back);
    is_missing("new.xml");
    g_autoptr(FileChange) again = file_change_invert(back);
    make(again);
    holds("new.xml", "new");
    assert_int_equal(count_files(), 1);
}

static void test_invert(void **state)
{
    put("a.xml", "old");
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", FALSE);
    g_autoptr(FileChange) copy = file_change_copy(change);
    make(copy);
    g_autoptr(FileChange) back = file_change_invert(change);
    make(back);
    holds("a.xml", "old");
}

static void test_through_a_link(void **state)
{
    put("real.xml", "old");
    g_autofree char *inner = in_folder("inner.xml");
    g_autofree char *outer = in_folder("outer.xml");
    assert_int_equal(symlink("real.xml", inner), 0);
    assert_int_equal(symlink(inner, outer), 0);
    g_autoptr(FileChange) change = change_of("outer.xml", "old", "new", TRUE);
    make(change);
    assert_true(g_file_test(inner, G_FILE_TEST_IS_SYMLINK));
    assert_true(g_file_test(outer, G_FILE_TEST_IS_SYMLINK));
    holds("real.xml", "new");
    holds("real.xml~", "old");
    assert_int_equal(count_files(), 4);
}

static void test_relative_path(void **state)
{
    g_autofree char *here = g_get_current_dir();
    put("a.xml", "old");
    assert_int_equal(chdir(folder), 0);
    g_autoptr(GBytes) old = bytes("old");
    g_autoptr(GBytes) new = bytes("new");
    g_autoptr(FileChange) change = file_change_new("a.xml", old, new, TRUE);
    make(change);
    g_autoptr(FileChange) other = file_change_new("b.xml", NULL, new, FALSE);
    make(other);
    assert_int_equal(chdir(here), 0);
    holds("a.xml~", "old");
    holds("b.xml", "new");
}

static void test_large(void **state)
{
    g_autofree char *text = g_strnfill(5000000, 'x');
    put("a.xml", "");
    g_autoptr(FileChange) change = change_of("a.xml", "", text, FALSE);
    make(change);
    holds("a.xml", text);
}

static void test_xattrs(void **state)
{
    put("a.xml", "old");
    g_autofree char *path = in_folder("a.xml");
    char value[8] = "";
    if (setxattr(path, "user.origin", "here", 4, 0) != 0) {
        assert_int_equal(errno, ENOTSUP); /* this file system has none */
        return;
    }
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", FALSE);
    make(change);
    assert_int_equal(getxattr(path, "user.origin", value, sizeof(value)), 4);
    assert_string_equal(value, "here");
}

static void test_owner(void **state)
{
    put("a.xml", "old");
    g_autofree char *path = in_folder("a.xml");
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, 23456), 0);
        assert_int_equal(chmod(path, 04755), 0);
    }
    struct stat before = status_of("a.xml");
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", TRUE);
    make(change);
    const char *const names[] = { "a.xml", "a.xml~" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_int_equal(status_of(names[i]).st_uid, before.st_uid);
        assert_int_equal(status_of(names[i]).st_gid, before.st_gid);
        assert_int_equal(status_of(names[i]).st_mode, before.st_mode);
    }
}

/* --- what is refused ------------------------------------------------------------------------- */

static void test_changed_meanwhile(void **state)
{
    static const char *const others[] = { "other", "ol", "older", "" };
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        put("a.xml", others[i]);
        g_autoptr(FileChange) change = change_of("a.xml", "old", "new", TRUE);
        is_refused(change, "somebody else has changed it");
        holds("a.xml", others[i]);
    }
}

static void test_changed_between(void **state)
{
    put("a.xml", "old");
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", TRUE);
    g_autoptr(GError) error = NULL;
    must(file_change_prepare(change, &error), error);
    assert_int_equal(count_files(), 3);
    put("a.xml", "other");
    assert_false(file_change_commit(change, &error));
    assert_non_null(strstr(error->message, "somebody else has changed it"));
    holds("a.xml", "other");
    assert_int_equal(count_files(), 1);
}

static void test_come_between(void **state)
{
    g_autoptr(FileChange) change = change_of("new.xml", NULL, "new", FALSE);
    g_autoptr(GError) error = NULL;
    must(file_change_prepare(change, &error), error);
    put("new.xml", "other");
    assert_false(file_change_commit(change, &error));
    assert_non_null(strstr(error->message, "there is a file of this name"));
    holds("new.xml", "other");
    assert_int_equal(count_files(), 1);
}

static void test_gone(void **state)
{
    g_autoptr(FileChange) change = change_of("none.xml", "old", "new", FALSE);
    is_refused(change, "No such file");
    g_autoptr(FileChange) nowhere = change_of("none/none.xml", NULL, "new", FALSE);
    is_refused(nowhere, "No such file");
}

static void test_not_regular(void **state)
{
    g_autofree char *fifo = in_folder("fifo");
    g_autofree char *link = in_folder("link");
    g_autofree char *sub = in_folder("sub");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(symlink("nowhere", link), 0);
    assert_int_equal(g_mkdir(sub, 0700), 0);
    g_autoptr(FileChange) to_fifo = change_of("fifo", "", "new", FALSE);
    is_refused(to_fifo, "it is no regular file");
    g_autoptr(FileChange) to_folder = change_of("sub", "", "new", FALSE);
    is_refused(to_folder, "it is a folder");
    g_autoptr(FileChange) to_link = change_of("link", NULL, "new", FALSE);
    is_refused(to_link, "a symbolic link to a file that is not there");
    g_autoptr(FileChange) over = change_of("fifo", NULL, "new", FALSE);
    is_refused(over, "there is a file of this name");
}

static void test_backup_in_the_way(void **state)
{
    g_autofree char *sub = in_folder("a.xml~");
    put("a.xml", "old");
    assert_int_equal(g_mkdir(sub, 0700), 0);
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", TRUE);
    is_refused(change, "its backup");
    holds("a.xml", "old");
}

/* No space, as a limit on the size of files has it. */
static void test_no_space(void **state)
{
    struct rlimit before, small;
    g_autofree char *text = g_strnfill(200000, 'x');
    put("a.xml", "old");
    g_autoptr(FileChange) change = change_of("a.xml", "old", text, TRUE);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    is_refused(change, "File too large");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    holds("a.xml", "old");
}

static void test_abandon(void **state)
{
    put("a.xml", "old");
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", TRUE);
    g_autoptr(GError) error = NULL;
    must(file_change_prepare(change, &error), error);
    must(file_change_prepare(change, &error), error);
    assert_int_equal(count_files(), 3);
    file_change_abandon(change);
    assert_int_equal(count_files(), 1);
    holds("a.xml", "old");
}

/* Without root's rights: nothing that is protected is written. As a user no rights are needed. */
static void test_no_permission(void **state)
{
    put("a.xml", "old");
    g_autofree char *path = in_folder("a.xml");
    g_autoptr(FileChange) change = change_of("a.xml", "old", "new", TRUE);
    uid_t user = geteuid();
    gboolean root = user == 0;
    assert_int_equal(chmod(path, 0444), 0);
    if (root) {
        assert_int_equal(chown(folder, 12345, (gid_t)-1) + chown(path, 12345, (gid_t)-1), 0);
        assert_int_equal(seteuid(12345), 0);
    }
    is_refused(change, "Permission denied");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    is_refused(change, "Permission denied");
    assert_int_equal(chmod(folder, 0755), 0);
    if (root) {
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(chown(path, 0, (gid_t)-1) + chmod(path, 0666), 0);
        assert_int_equal(seteuid(12345), 0);
        is_refused(change, "its owner, group and rights cannot be kept");
        assert_int_equal(seteuid(0), 0);
    }
    holds("a.xml", "old");
}

/* --- reading --------------------------------------------------------------------------------- */

static void test_read(void **state)
{
    g_autofree char *path = in_folder("a.xml");
    g_autofree char *fifo = in_folder("fifo");
    g_autofree char *missing = in_folder("missing");
    g_autoptr(GError) error = NULL;
    put("a.xml", "12345");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    g_autoptr(GBytes) read = file_read(path, 5, &error);
    assert_int_equal(g_bytes_get_size(read), 5);
    assert_null(file_read(path, 4, &error));
    assert_non_null(strstr(error->message, "more than 4 bytes"));
    const char *const paths[] = { fifo, missing, folder };
    const char *const whys[] = { "no regular file", "No such file", "a folder" };
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_clear_error(&error);
        assert_null(file_read(paths[i], 100, &error));
        assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
        assert_non_null(strstr(error->message, whys[i]));
        assert_non_null(strstr(error->message, paths[i]));
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_replace),
        TEST(test_backup),
        TEST(test_new_file_and_back),
        TEST(test_invert),
        TEST(test_through_a_link),
        TEST(test_relative_path),
        TEST(test_large),
        TEST(test_xattrs),
        TEST(test_owner),
        TEST(test_changed_meanwhile),
        TEST(test_changed_between),
        TEST(test_come_between),
        TEST(test_gone),
        TEST(test_not_regular),
        TEST(test_backup_in_the_way),
        TEST(test_no_space),
        TEST(test_abandon),
        TEST(test_no_permission),
        TEST(test_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
