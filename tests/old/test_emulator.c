/* The proof of the emulated monitors: every command of the transcripts is typed again, in order,
 * and every byte that comes back is compared. What is not emulated is named in not_emulated.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/old/old_console.h"
#include "tests/old/transcript.h"
#include "tests/support/temp.h"

#define HUSB "husb: unable to access USB devices\n"
#define HUSB_BYTES "husb: unable to access USB devices\r\n"
#define LIST SRCDIR "/tests/old/not_emulated.txt"

typedef struct {
    const Transcript *transcript;
    char *directory;
    OldMachine *machine;
    OldConsole *console;
    GHashTable *left_out; /* command -> how often it was met */
    guint wrong, right;
} Play;

/* --- the machine of a transcript ---------------------------------------------------------------
 */

static void put_be32(guint8 *at, guint32 value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (guint8)(value >> (24 - 8 * i));
}

/* Only what the emulator reads of a qcow2 header. */
static void write_qcow2(const char *directory, const char *name, const char *backing,
                        gboolean encrypted)
{
    guint8 header[512] = "QFI\xfb";
    if (backing) {
        put_be32(header + 12, 104);
        put_be32(header + 16, (guint32)strlen(backing));
        memcpy(header + 104, backing, strlen(backing));
    }
    put_be32(header + 32, encrypted);
    g_autofree char *path = g_build_filename(directory, name, NULL);
    assert_true(g_file_set_contents(path, (char *)header, sizeof header, NULL));
}

static char *make_images(void)
{
    static const char *const plain[] = { "da", "db", "dc", "dd", "x1", "x2", "x3", "x4", "a, b" };
    static const char *const raw[] = { "raw.img", "cd.iso", "ej.img" };
    char *directory = temp_directory();
    for (gsize i = 0; i < G_N_ELEMENTS(plain); i++) {
        g_autofree char *name = g_strconcat(plain[i], ".qcow2", NULL);
        write_qcow2(directory, name, NULL, FALSE);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(raw); i++)
        g_free(temp_file(directory, raw[i], ""));
    write_qcow2(directory, "bk.qcow2", "x1.qcow2", FALSE);
    write_qcow2(directory, "enc.qcow2", NULL, TRUE);
    return directory;
}

static void ignore_line(const char *line, gboolean password, gpointer data)
{
}

static void start(Play *play)
{
    const Transcript *transcript = play->transcript;
    gboolean boot_sector = g_str_equal(transcript->guest, "ej");
    OldMachineOptions options = {
        .version = transcript->version,
        .devices = transcript->devices,
        .pc = g_str_has_suffix(transcript->topic, "Mpc"),
        .floppy = boot_sector,
        .guest = boot_sector || g_str_equal(transcript->guest, "linux") ? OLD_GUEST_EJECTS
                                                                        : OLD_GUEST_DEAF,
        .directory = play->directory,
    };
    old_console_free(play->console);
    old_machine_free(play->machine);
    play->machine = old_machine_new(&options);
    play->console = old_console_new(play->machine, ignore_line, NULL);
}

/* --- one command -------------------------------------------------------------------------------
 */

static void append_echo(GString *bytes, const char *command)
{
    for (gsize i = 0; command[i]; i++) {
        for (gsize j = 0; j < i; j++)
            g_string_append(bytes, "\033[D");
        g_string_append_len(bytes, command, (gssize)i + 1);
        g_string_append(bytes, "\033[K");
    }
    g_string_append(bytes, "\r\n");
}

static GString *expected_bytes(const TranscriptEntry *entry)
{
    GString *bytes = g_string_new(NULL);
    if (entry->echo)
        g_string_append(bytes, entry->echo->str);
    else
        append_echo(bytes, entry->command);
    return g_string_append_len(bytes, entry->reply->str, (gssize)entry->reply->len);
}

/* What came by itself is said where it came: before the command, or after the prompt. */
static void say_husb(Play *play, const char *bytes, GByteArray *out)
{
    for (; g_str_has_prefix(bytes, HUSB_BYTES); bytes += strlen(HUSB_BYTES))
        old_console_print(play->console, HUSB, out);
}

static void type(Play *play, const TranscriptEntry *entry, const char *expected, GByteArray *out)
{
    if (entry->echo)
        say_husb(play, expected, out);
    old_console_input(play->console, (const guint8 *)entry->command, strlen(entry->command), out);
    old_console_input(play->console, (const guint8 *)"\r", 1, out);
    const char *late = strstr(expected, "(qemu) " HUSB_BYTES);
    if (late)
        say_husb(play, late + strlen("(qemu) "), out);
}

static gboolean end_is_right(const Play *play, const TranscriptEntry *entry)
{
    const OldMachine *machine = play->machine;
    if (entry->end == TRANSCRIPT_DIED)
        return machine->died && machine->status == entry->status;
    return !machine->died && machine->hangs == (entry->end == TRANSCRIPT_HANGS);
}

/* The first line that differs. */
static void show_difference(const Play *play, const TranscriptEntry *entry, const char *expected,
                            const char *got, gsize length)
{
    g_autofree char *text = g_strndup(got, length);
    g_auto(GStrv) right = g_strsplit(expected, "\r\n", -1);
    g_auto(GStrv) wrong = g_strsplit(text, "\r\n", -1);
    guint i = 0;
    while (right[i] && wrong[i] && g_str_equal(right[i], wrong[i]))
        i++;
    print_error("%s-%s: > %s\n  line %u of QEMU's: %s\n  the emulator's:    %s%s%s\n",
                play->transcript->version, play->transcript->topic, entry->command, i,
                right[i] ? right[i] : "(none)", wrong[i] ? wrong[i] : "(none)",
                play->machine->died ? "; died: " : "",
                play->machine->died ? play->machine->died : "");
}

static void compare(Play *play, const TranscriptEntry *entry, const GString *expected,
                    const GByteArray *out)
{
    if (expected->len == out->len && memcmp(expected->str, out->data, out->len) == 0 &&
        end_is_right(play, entry)) {
        play->right++;
        return;
    }
    play->wrong++;
    show_difference(play, entry, expected->str, (const char *)out->data, out->len);
}

static gboolean is_left_out(Play *play, const char *command)
{
    gpointer count = NULL;
    if (!g_hash_table_lookup_extended(play->left_out, command, NULL, &count))
        return FALSE;
    g_hash_table_insert(play->left_out, g_strdup(command),
                        GUINT_TO_POINTER(GPOINTER_TO_UINT(count) + 1));
    return TRUE;
}

static void play_entry(Play *play, const TranscriptEntry *entry)
{
    if (entry->fresh)
        start(play);
    g_autoptr(GByteArray) out = g_byte_array_new();
    GString *expected = expected_bytes(entry);
    type(play, entry, expected->str, out);
    if (!is_left_out(play, entry->command))
        compare(play, entry, expected, out);
    if (play->machine->options.guest == OLD_GUEST_EJECTS)
        old_eject_now(play->machine);
    g_string_free(expected, TRUE);
}

static void play_transcript(Play *play)
{
    start(play);
    g_autoptr(GByteArray) out = g_byte_array_new();
    old_console_open(play->console, out);
    if (play->transcript->greeting)
        assert_memory_equal(out->data, play->transcript->greeting, out->len);
    for (guint i = 0; i < play->transcript->entries->len; i++)
        play_entry(play, g_ptr_array_index(play->transcript->entries, i));
}

/* --- the list ----------------------------------------------------------------------------------
 */

/* Lines of a count and a command; the count is how often the transcripts have it. */
static GHashTable *read_list(gboolean counts)
{
    GHashTable *list = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(LIST, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        char *command = NULL;
        guint64 count = g_ascii_strtoull(lines[i], &command, 10);
        if (count > 0)
            g_hash_table_insert(list, g_strdup(command + 1),
                                GUINT_TO_POINTER(counts ? (guint)count : 0));
    }
    return list;
}

static void assert_list_is_right(GHashTable *met)
{
    g_autoptr(GHashTable) list = read_list(TRUE);
    GHashTableIter iter;
    gpointer command = NULL, count = NULL;
    g_hash_table_iter_init(&iter, list);
    while (g_hash_table_iter_next(&iter, &command, &count))
        if (g_hash_table_lookup(met, command) != count)
            fail_msg("%s: \"%s\" comes %u times, not %u", LIST, (char *)command,
                     GPOINTER_TO_UINT(g_hash_table_lookup(met, command)), GPOINTER_TO_UINT(count));
}

static const char *const versions[] = { "0.10", "0.11", "0.12", "0.13", "0.14" };

static void play_version(Play *play, const char *version)
{
    g_autoptr(GPtrArray) all = transcripts_load(version, NULL);
    for (guint i = 0; i < all->len; i++) {
        play->transcript = g_ptr_array_index(all, i);
        if (!g_str_equal(play->transcript->topic, "framing"))
            play_transcript(play);
    }
}

static void play_free(Play *play)
{
    old_console_free(play->console);
    old_machine_free(play->machine);
    g_clear_pointer(&play->left_out, g_hash_table_unref);
    temp_directory_remove(play->directory);
}

static void test_every_reply_is_what_qemu_answered(void **state)
{
    Play play = { .directory = make_images(), .left_out = read_list(FALSE) };
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        play_version(&play, versions[i]);
    print_message("%u replies are as QEMU's, %u are not\n", play.right, play.wrong);
    assert_list_is_right(play.left_out);
    guint wrong = play.wrong;
    play_free(&play);
    assert_int_equal(wrong, 0);
}

/* --- what is written at once, and all that comes ------------------------------------------------
 */

static gboolean bytes_begin(const GByteArray *out, gsize at, const GString *with)
{
    return with->len == 0 || memcmp(out->data + at, with->str, with->len) == 0;
}

static void play_bytes(Play *play, const TranscriptEntry *entry)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    if (entry->reconnect) {
        old_console_close(play->console);
        old_console_open(play->console, out);
        g_byte_array_set_size(out, 0);
    }
    old_console_input(play->console, (const guint8 *)entry->sent->str, entry->sent->len, out);
    const GString *head = entry->reply, *tail = entry->tail;
    gsize length = head->len + entry->left_out + (tail ? tail->len : 0);
    gboolean same = out->len == length && bytes_begin(out, 0, head) &&
                    (!tail || bytes_begin(out, length - tail->len, tail));
    if (!same)
        print_error("%s: %s: %u bytes, not %zu: %.*s\n", play->transcript->version, entry->note,
                    out->len, length, (int)MIN(out->len, 600), (char *)out->data);
    play->wrong += !same;
    play->right += same;
}

static void test_every_byte_of_the_line_editor_is_qemus(void **state)
{
    Play play = { .directory = make_images() };
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autoptr(Transcript) framing = transcript_load(versions[i], "framing");
        play.transcript = framing;
        start(&play);
        for (guint j = 0; j < framing->entries->len; j++)
            play_bytes(&play, g_ptr_array_index(framing->entries, j));
    }
    print_message("%u writes are answered as by QEMU, %u are not\n", play.right, play.wrong);
    guint wrong = play.wrong;
    play_free(&play);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_reply_is_what_qemu_answered),
        cmocka_unit_test(test_every_byte_of_the_line_editor_is_qemus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
