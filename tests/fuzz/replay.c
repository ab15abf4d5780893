/* Runs a fuzzer's function on its corpus, and on some thousand changes of it that are the same
 * every time. Where there is no libFuzzer, this is what keeps the corpus true. The program's name,
 * replay_NAME, says which corpus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fuzz/fuzz.h"

#define MUTATIONS 3000
#define LONGEST 4096 /* what is longer is replayed, but not changed */

static GPtrArray *corpus; /* (GBytes) */

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    assert_non_null(folder);
    for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    }
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        char *contents;
        gsize length;
        assert_true(g_file_get_contents(names->pdata[i], &contents, &length, NULL));
        g_ptr_array_add(corpus, g_bytes_new_take(contents, length));
    }
}

static void run(const void *data, gsize length)
{
    /* A copy of its own, so that reading beyond the end is seen. */
    g_autofree guint8 *copy = g_malloc(MAX(length, 1));
    memcpy(copy, data, length);
    LLVMFuzzerTestOneInput(copy, length);
}

static void test_corpus(void **state)
{
    for (guint i = 0; i < corpus->len; i++) {
        gsize length;
        const void *data = g_bytes_get_data(corpus->pdata[i], &length);
        run(data != NULL ? data : "", length);
    }
}

/* --- mutations ------------------------------------------------------------------------------- */

static gsize pick(GRand *chance, gsize limit)
{
    return (gsize)g_rand_int_range(chance, 0, (gint32)limit + 1);
}

static GBytes *pick_file(GRand *chance)
{
    return corpus->pdata[pick(chance, corpus->len - 1)];
}

static void change_byte(GRand *chance, GByteArray *bytes)
{
    static const char telling[] = "<>/&;'\"= \n\r\t!-[]?#x0179afAZ:\xff\xfe\xc3\x80";
    bytes->data[pick(chance, bytes->len - 1)] = (guint8)telling[pick(chance, sizeof(telling) - 1)];
}

static void cut(GRand *chance, GByteArray *bytes)
{
    guint at = (guint)pick(chance, bytes->len - 1);
    g_byte_array_remove_range(bytes, at, (guint)pick(chance, MIN(bytes->len - at, 40)));
}

/* A piece of a file of the corpus comes in somewhere. */
static void splice(GRand *chance, GByteArray *bytes)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(pick_file(chance), &length);
    if (length == 0) {
        return;
    }
    gsize from = pick(chance, length - 1);
    guint piece = (guint)pick(chance, MIN(length - from, 80));
    guint at = (guint)pick(chance, bytes->len), tail = bytes->len - at;
    g_byte_array_set_size(bytes, bytes->len + piece);
    memmove(bytes->data + at + piece, bytes->data + at, tail);
    memcpy(bytes->data + at, data + from, piece);
}

static void (*const changes[])(GRand *, GByteArray *) = { change_byte, cut, splice };

static void test_mutations(void **state)
{
    GRand *chance = g_rand_new_with_seed(11);
    for (guint i = 0; i < MUTATIONS; i++) {
        gsize length;
        const guint8 *data = g_bytes_get_data(pick_file(chance), &length);
        if (length > LONGEST) {
            continue;
        }
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, data, (guint)length);
        for (gsize steps = 1 + pick(chance, 2); steps > 0 && bytes->len > 0; steps--) {
            changes[pick(chance, G_N_ELEMENTS(changes) - 1)](chance, bytes);
        }
        run(bytes->data != NULL ? bytes->data : (const guint8 *)"", bytes->len);
    }
    g_rand_free(chance);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_mutations),
    };
    const char *name = g_strrstr(argv[0], "replay_");
    g_autofree char *folder = g_strconcat(SRCDIR "/tests/fuzz/corpus/",
                                          name != NULL ? name + strlen("replay_") : "", NULL);
    corpus = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    load(folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    g_ptr_array_unref(corpus);
    return failed;
}
