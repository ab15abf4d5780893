/* The reader of the transcripts: what it makes of the form, and that nothing of it is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/old/transcript.h"

static void test_every_file_is_read(void **state)
{
    g_autoptr(GPtrArray) all = transcripts_load(NULL, NULL);
    guint entries = 0, died = 0;
    gsize bytes = 0;
    for (guint i = 0; i < all->len; i++) {
        const Transcript *transcript = g_ptr_array_index(all, i);
        for (guint j = 0; j < transcript->entries->len; j++) {
            const TranscriptEntry *entry = g_ptr_array_index(transcript->entries, j);
            if (entry->end == TRANSCRIPT_RAW)
                continue;
            entries++;
            died += entry->end == TRANSCRIPT_DIED;
            bytes += entry->reply->len;
        }
    }
    /* Counted over the measurements themselves. */
    assert_int_equal(entries, 2100);
    assert_int_equal(died, 59);
    assert_int_equal(bytes, 899137);
}

static void test_a_version_and_a_topic_are_chosen(void **state)
{
    g_autoptr(GPtrArray) versions = transcripts_load(NULL, "basic");
    assert_int_equal(versions->len, 6);
    g_autoptr(GPtrArray) topics = transcripts_load("0.12", NULL);
    for (guint i = 0; i < topics->len; i++) {
        const Transcript *transcript = g_ptr_array_index(topics, i);
        assert_string_equal(transcript->version, "0.12");
    }
    assert_true(topics->len > 10);
}

static void test_a_reply_is_bytes_and_text(void **state)
{
    g_autoptr(Transcript) full = transcript_load("0.12", "pci_add-full");
    assert_string_equal(full->greeting,
                        "QEMU 0.12.0 monitor - type 'help' for more information\r\n(qemu) ");
    const TranscriptEntry *first = g_ptr_array_index(full->entries, 0);
    assert_string_equal(first->command, "pci_add auto storage if=scsi");
    assert_string_equal(first->reply->str, "OK domain 0, bus 0, slot 13, function 0\r\n(qemu) ");
    g_autofree char *text = transcript_entry_text(first);
    assert_string_equal(text, "OK domain 0, bus 0, slot 13, function 0\n");
}

static void test_lines_of_an_earlier_reply_are_put_in(void **state)
{
    g_autoptr(Transcript) storage = transcript_load("0.12", "pci_add-storage");
    const TranscriptEntry *before = transcript_find(storage, "info pci", 1);
    const TranscriptEntry *after = transcript_find(storage, "info pci", 2);
    gsize same = before->reply->len - strlen("(qemu) ");
    assert_true(after->reply->len > before->reply->len);
    assert_memory_equal(after->reply->str, before->reply->str, same);
}

static void test_ends_and_echoes_are_told_apart(void **state)
{
    g_autoptr(Transcript) encrypted = transcript_load("0.12", "encrypted");
    const TranscriptEntry *entry = transcript_find(encrypted, "cont", 1);
    assert_int_equal(entry->end, TRANSCRIPT_PASSWORD);
    assert_string_equal(entry->reply->str, "ide0-hd0 (enc.qcow2) is encrypted.\r\nPassword: ");
    entry = transcript_find(encrypted, "wrong", 1);
    assert_true(g_str_has_prefix(entry->echo->str, "*\033[K\033[D**\033[K\033[D\033[D***"));

    g_autoptr(Transcript) network = transcript_load("0.11", "net");
    entry = transcript_find(network, "set_link nosuch down", 1);
    assert_string_equal(entry->reply->str, "could not find network device 'nosuch'(qemu) ");
}

static void test_framing_keeps_all_bytes(void **state)
{
    g_autoptr(Transcript) framing = transcript_load("0.11", "framing");
    const TranscriptEntry *first = g_ptr_array_index(framing->entries, 0);
    assert_int_equal(first->end, TRANSCRIPT_RAW);
    assert_string_equal(first->sent->str, "info version\r");
    assert_int_equal(first->reply->len, 330);
    assert_true(g_str_has_suffix(first->reply->str, "info version\033[K\r\n0.10.90\r\n(qemu) "));
    const TranscriptEntry *fifth = g_ptr_array_index(framing->entries, 4);
    assert_int_equal(fifth->reply->len + fifth->left_out + fifth->tail->len, 1650);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_is_read),
        cmocka_unit_test(test_a_version_and_a_topic_are_chosen),
        cmocka_unit_test(test_a_reply_is_bytes_and_text),
        cmocka_unit_test(test_lines_of_an_earlier_reply_are_put_in),
        cmocka_unit_test(test_ends_and_echoes_are_told_apart),
        cmocka_unit_test(test_framing_keeps_all_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
