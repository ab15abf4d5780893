/* The human monitor's bytes: every transcript, whole and in pieces, and what is made to fool who
 * reads them. */
#include "monitor/hmp_framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/error.h"
#include "tests/old/transcript.h"

#define MARK "#k3f9"
#define PROMPT "(qemu) "
#define GREETING "QEMU 7.2.22 monitor - type 'help' for more information\r\n" PROMPT
/* What QEMU says to the mark. */
#define UNKNOWN "unknown command: '" MARK "'\r\n" PROMPT

/* --- what QEMU would send -------------------------------------------------------------------- */

/* The redraws of a line; `stale` stands behind the cursor. */
static void echo_behind(GString *out, const char *line, const char *stale)
{
    for (gsize typed = 1; typed <= strlen(line); typed++) {
        for (gsize i = 1; i < typed; i++)
            g_string_append(out, "\x1b[D");
        g_string_append_len(out, line, (gssize)typed);
        g_string_append_printf(out, "%s\x1b[K", stale);
        for (gsize i = 0; i < strlen(stale); i++)
            g_string_append(out, "\x1b[D");
    }
    g_string_append(out, "\r\n");
}

static void echo(GString *out, const char *line)
{
    echo_behind(out, line, "");
}

static void mark(GString *out)
{
    echo(out, MARK);
    g_string_append(out, UNKNOWN);
}

/* --- feeding --------------------------------------------------------------------------------- */

/* piece: bytes at once, 0 for all. */
static HmpFramingResult feed(HmpFraming *framing, const char *bytes, gsize length, gsize piece,
                             GString *out)
{
    HmpFramingResult last = HMP_FRAMING_MORE;

    for (gsize at = 0; at < length; at += piece ? piece : length) {
        gsize size = piece ? MIN(piece, length - at) : length;
        HmpFramingResult result = hmp_framing_feed(framing, bytes + at, size, out);

        if (result != HMP_FRAMING_MORE)
            assert_int_equal(last, HMP_FRAMING_MORE);
        last = MAX(last, result);
    }
    return last;
}

static HmpFramingResult feed_text(HmpFraming *framing, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);

    return feed(framing, text, strlen(text), 0, out);
}

static HmpFraming *new_ready(void)
{
    HmpFraming *framing = hmp_framing_new(MARK);
    g_autoptr(GString) answer = g_string_new(NULL), out = g_string_new(NULL);

    assert_int_equal(feed(framing, GREETING, strlen(GREETING), 0, out), HMP_FRAMING_MORE);
    assert_string_equal(out->str, "\x01#\r" MARK "\r");
    echo(answer, "#");
    g_string_append(answer, "unknown command: '#'\r\n" PROMPT);
    mark(answer);
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_READY);
    return framing;
}

static void send_line(HmpFraming *framing, const char *line)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *sent = g_strconcat(line, "\r", NULL);

    assert_true(hmp_framing_send(framing, line, out, NULL));
    assert_string_equal(out->str, *line ? sent : " \r");
}

/* Sends the line, which is answered with bytes that end in a prompt. */
static void assert_answer(HmpFraming *framing, const char *line, const char *answer, gsize length,
                          gsize piece, const char *reply)
{
    g_autoptr(GString) rest = g_string_new(NULL), out = g_string_new(NULL);

    send_line(framing, line);
    assert_int_equal(feed(framing, answer, length, piece, out), HMP_FRAMING_MORE);
    assert_true(g_str_has_suffix(out->str, MARK "\r"));
    mark(rest);
    assert_int_equal(feed(framing, rest->str, rest->len, piece, out), HMP_FRAMING_REPLY);
    assert_string_equal(hmp_framing_reply(framing), reply);
}

static void assert_reply(HmpFraming *framing, const char *line, const char *text)
{
    g_autoptr(GString) answer = g_string_new(NULL);

    echo(answer, *line ? line : " ");
    g_string_append_printf(answer, "%s" PROMPT, text);
    assert_answer(framing, line, answer->str, answer->len, 0, text);
}

/* --- transcripts ----------------------------------------------------------------------------- */

static void check_entry(HmpFraming *framing, const TranscriptEntry *entry, gsize piece)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    g_autofree char *reply = g_strndup(entry->reply->str, entry->reply->len - strlen(PROMPT));

    if (entry->echo)
        g_string_append_len(answer, entry->echo->str, (gssize)entry->echo->len);
    else
        echo(answer, entry->command);
    g_string_append_len(answer, entry->reply->str, (gssize)entry->reply->len);
    assert_answer(framing, entry->command, answer->str, answer->len, piece, reply);
}

/* Those that end with a prompt; an echo that was not the line's is that of a password. */
static guint check_transcript(const Transcript *transcript, gsize piece)
{
    g_autoptr(HmpFraming) framing = new_ready();
    guint checked = 0;

    for (guint i = 0; i < transcript->entries->len; i++) {
        const TranscriptEntry *entry = transcript->entries->pdata[i];

        if (entry->end != TRANSCRIPT_PROMPT || entry->echo || !*entry->command)
            continue;
        check_entry(framing, entry, piece);
        checked++;
    }
    return checked;
}

static void test_every_transcript(void **state)
{
    g_autoptr(GPtrArray) transcripts = transcripts_load(NULL, NULL);
    guint checked = 0;

    for (guint i = 0; i < transcripts->len; i++)
        checked += check_transcript(transcripts->pdata[i], 0);
    assert_true(checked > 2000);
}

static void test_a_transcript_in_pieces(void **state)
{
    g_autoptr(Transcript) transcript = transcript_load("0.12", "basic");

    assert_true(check_transcript(transcript, 1) > 20);
    assert_true(check_transcript(transcript, 7) > 20);
}

/* What was written at once is one line that can be sent, and nothing is left out. */
static char *raw_line(const TranscriptEntry *entry)
{
    g_autofree char *line = g_strndup(entry->sent->str, entry->sent->len);

    if (strlen(line) != entry->sent->len || !g_str_has_suffix(line, "\r") || entry->left_out)
        return NULL;
    line[strlen(line) - 1] = '\0';
    for (const char *at = line; *at; at++) {
        if (g_ascii_iscntrl(*at))
            return NULL;
    }
    return *line ? g_steal_pointer(&line) : NULL;
}

static guint check_raw(const Transcript *transcript)
{
    g_autoptr(HmpFraming) framing = new_ready();
    guint checked = 0;

    for (guint i = 0; i < transcript->entries->len; i++) {
        const TranscriptEntry *entry = transcript->entries->pdata[i];
        g_autofree char *line = raw_line(entry), *reply = NULL;

        /* The line that the client before left is another test's. */
        if (!line || strcmp(line, "sion") == 0 || strcmp(line, "quit") == 0)
            continue;
        reply = g_strdup(strchr(entry->reply->str, '\n') + 1);
        reply[strlen(reply) - strlen(PROMPT)] = '\0';
        assert_answer(framing, line, entry->reply->str, entry->reply->len, 3, reply);
        checked++;
    }
    return checked;
}

static void test_what_went_over_the_wire(void **state)
{
    g_autoptr(GPtrArray) transcripts = transcripts_load(NULL, "framing");
    guint checked = 0;

    for (guint i = 0; i < transcripts->len; i++)
        checked += check_raw(transcripts->pdata[i]);
    assert_true(checked >= 50);
}

/* --- greetings ------------------------------------------------------------------------------- */

static void assert_greeting(const char *bytes, gsize length, const char *answer, gsize answered)
{
    for (gsize piece = 0; piece < 4; piece++) {
        g_autoptr(HmpFraming) framing = hmp_framing_new(MARK);
        g_autoptr(GString) out = g_string_new(NULL);

        assert_true(hmp_framing_greets(bytes, length));
        assert_int_equal(feed(framing, bytes, length, piece, out), HMP_FRAMING_MORE);
        assert_int_equal(out->len, answered);
        assert_memory_equal(out->str, answer, answered);
        assert_string_equal(hmp_framing_version(framing), "7.2.22");
        assert_string_equal(hmp_framing_greeting(framing),
                            "QEMU 7.2.22 monitor - type 'help' for more information");
    }
}

#define FIRST "\x01#\r" MARK "\r"
#define ASSERT_GREETING(bytes, answer)                                                             \
    assert_greeting(bytes, sizeof(bytes) - 1, answer, sizeof(answer) - 1)

static void test_greetings(void **state)
{
    ASSERT_GREETING(GREETING, FIRST);
    ASSERT_GREETING("qemu: warning: host is slow\r\n\r\nSeaBIOS (version 1.16)\r\n" GREETING,
                    FIRST);
    ASSERT_GREETING("login: " GREETING "x", FIRST);
    ASSERT_GREETING("(qemu) \r\n" GREETING, FIRST);
    ASSERT_GREETING("nul\0\r\n" GREETING, FIRST);
    assert_false(hmp_framing_greets("SSH-2.0-x\r\n", 11));
}

/* What QEMU 7.2 sends to a telnet client; other options are declined, and sub-options skipped. */
static void test_telnet(void **state)
{
    ASSERT_GREETING("\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00" GREETING,
                    "\xff\xfd\x01\xff\xfd\x03\xff\xfd\x00\xff\xfb\x00" FIRST);
    ASSERT_GREETING("\xff\xfd\x01\xff\xfb\x18\xff\xfd\x18" GREETING,
                    "\xff\xfc\x01\xff\xfe\x18\xff\xfc\x18" FIRST);
    ASSERT_GREETING("\xff\xfa\x18(qemu) \xff\xff\xff\xf0\xff\xf1\xff\xfe\x01" GREETING, FIRST);
}

/* A name that has the byte with which telnet begins a command. */
static void test_telnet_sends_it_twice(void **state)
{
    static const char offer[] = "\xff\xfb\x01" GREETING;
    g_autoptr(HmpFraming) framing = hmp_framing_new(MARK);
    g_autoptr(GString) out = g_string_new(NULL), answer = g_string_new(NULL);

    feed(framing, offer, strlen(offer), 0, out);
    mark(answer);
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_READY);
    g_string_truncate(out, 0);
    assert_true(hmp_framing_send(framing, "info \xff", out, NULL));
    assert_string_equal(out->str, "info \xff\xff\r");
}

/* A line that a serial port shares, which has it. */
static void test_greeting_without_prompt(void **state)
{
    g_autoptr(HmpFraming) framing = hmp_framing_new(MARK);
    g_autoptr(GString) out = g_string_new(NULL);

    feed(framing, GREETING, strlen(GREETING) - strlen(PROMPT), 0, out);
    assert_string_equal(out->str, "");
    hmp_framing_nudge(framing, out);
    assert_string_equal(out->str, "\x01"
                                  "c");
    feed(framing, PROMPT, strlen(PROMPT), 0, out);
    assert_true(g_str_has_suffix(out->str, FIRST));
    g_string_truncate(out, 0);
    hmp_framing_nudge(framing, out);
    assert_string_equal(out->str, "");
}

static void test_endless_greeting(void **state)
{
    g_autoptr(HmpFraming) framing = hmp_framing_new(MARK);
    g_autofree char *text = g_strnfill(HMP_GREETING_MAX, 'x');

    assert_int_equal(feed_text(framing, text), HMP_FRAMING_MORE);
    assert_int_equal(feed_text(framing, "x"), HMP_FRAMING_TOO_LONG);
}

/* QEMU 0.11 to 0.13 keep what the client before typed. */
static void test_stale_line(void **state)
{
    for (gsize piece = 0; piece < 9; piece++) {
        g_autoptr(HmpFraming) framing = hmp_framing_new(MARK);
        g_autoptr(GString) answer = g_string_new(NULL), out = g_string_new(NULL);

        feed(framing, GREETING, strlen(GREETING), 0, out);
        g_string_append(answer, "\x1b[D\x1b[D\x1b[D");
        echo_behind(answer, "#", "inf");
        g_string_append(answer, "unknown command: '#inf'\r\n" PROMPT);
        mark(answer);
        assert_int_equal(feed(framing, answer->str, answer->len, piece, out), HMP_FRAMING_READY);
        assert_reply(framing, "info version", "7.2.22\r\n");
    }
}

/* --- what is made to fool -------------------------------------------------------------------- */

/* Wherever the output is cut, also just behind what looks like a prompt. */
static void test_prompts_within_a_reply(void **state)
{
    static const char text[] =
        "ide0: a(qemu) b\r\n(qemu) \r\n(qemu) (qemu) c\r\nPassword: \r\n(qemu) ";
    g_autoptr(GString) answer = g_string_new(NULL);
    g_autofree char *reply = g_strndup(text, strlen(text) - strlen(PROMPT));

    echo(answer, "info block");
    g_string_append(answer, text);
    mark(answer);
    for (gsize cut = 1; cut < answer->len; cut++) {
        g_autoptr(HmpFraming) framing = new_ready();
        g_autoptr(GString) out = g_string_new(NULL);

        send_line(framing, "info block");
        feed(framing, answer->str, cut, 0, out);
        feed(framing, answer->str + cut, answer->len - cut, 0, out);
        assert_string_equal(hmp_framing_reply(framing), reply);
    }
}

/* QEMU 0.11: set_link nosuch down. */
static void test_prompt_without_line_break(void **state)
{
    g_autoptr(HmpFraming) framing = new_ready();

    assert_reply(framing, "set_link nosuch down", "could not find network device 'nosuch'");
    assert_reply(framing, "info status", "VM status: running\r\n");
}

static void test_prompt_in_the_line(void **state)
{
    g_autoptr(HmpFraming) framing = new_ready();

    assert_reply(framing, "drive_add 0 file=/a\\(qemu) (qemu) ,if=none", "OK\r\n");
    assert_reply(framing, "", "");
}

/* QEMU 0.12 after usb_add host:...: behind the prompt, where it is the next line's turn, and where
 * the mark is. */
#define PUSHED "husb: unable to access USB devices\r\n"
static void test_text_behind_the_prompt(void **state)
{
    g_autoptr(HmpFraming) framing = new_ready();
    g_autoptr(GString) answer = g_string_new(NULL), out = g_string_new(NULL);

    assert_int_equal(feed_text(framing, PUSHED), HMP_FRAMING_MORE);
    send_line(framing, "info usb");
    g_string_append(answer, PUSHED);
    echo(answer, "info usb");
    g_string_append(answer, "No devices\r\n" PROMPT PUSHED);
    mark(answer);
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_REPLY);
    assert_string_equal(hmp_framing_reply(framing), "No devices\r\n");
}

/* A mark that was sent for what looked like a prompt is answered before the next line. */
static void test_marks_that_were_too_many(void **state)
{
    g_autoptr(HmpFraming) framing = new_ready();
    g_autoptr(GString) answer = g_string_new(NULL), out = g_string_new(NULL);

    send_line(framing, "info block");
    echo(answer, "info block");
    g_string_append(answer, "x" PROMPT);
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_MORE);
    assert_int_equal(feed_text(framing, "y\r\n" PROMPT), HMP_FRAMING_MORE);
    g_string_truncate(answer, 0);
    mark(answer);
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_REPLY);
    assert_string_equal(hmp_framing_reply(framing), "x" PROMPT "y\r\n");
    g_assert_cmpstr(out->str, ==, MARK "\r");
    /* The redraw of its first character looks like the end of this line's echo. */
    send_line(framing, "#");
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_MORE);
    g_string_truncate(answer, 0);
    echo(answer, "#");
    g_string_append(answer, "unknown command: '#'\r\n" PROMPT);
    assert_int_equal(feed(framing, answer->str, answer->len, 1, out), HMP_FRAMING_MORE);
    g_string_truncate(answer, 0);
    mark(answer);
    assert_int_equal(feed(framing, answer->str, answer->len, 1, out), HMP_FRAMING_REPLY);
    assert_string_equal(hmp_framing_reply(framing), "unknown command: '#'\r\n");
}

/* QEMU 0.12 with an encrypted disk: no prompt comes before it has a password. */
static void test_password(void **state)
{
    g_autoptr(HmpFraming) framing = new_ready();
    g_autoptr(GString) answer = g_string_new(NULL), out = g_string_new(NULL);

    send_line(framing, "cont");
    echo(answer, "cont");
    g_string_append(answer, "ide0-hd0 (enc.qcow2) is encrypted.\r\nPassword: ");
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_MORE);
    assert_string_equal(out->str, "\r");
    assert_int_equal(feed(framing, "\r\n" PROMPT, 2 + strlen(PROMPT), 0, out), HMP_FRAMING_MORE);
    assert_string_equal(out->str, "\r" MARK "\r");
    g_string_truncate(answer, 0);
    mark(answer);
    assert_int_equal(feed(framing, answer->str, answer->len, 0, out), HMP_FRAMING_REPLY);
    assert_true(hmp_framing_asked_password(framing));
    assert_true(g_str_has_prefix(hmp_framing_reply(framing), "ide0-hd0 (enc.qcow2) is encrypted."));
    assert_reply(framing, "info status", "VM status: running\r\n");
    assert_false(hmp_framing_asked_password(framing));
}

static void test_endless_reply(void **state)
{
    g_autoptr(HmpFraming) framing = new_ready();
    g_autoptr(GString) answer = g_string_new(NULL), out = g_string_new(NULL);
    g_autofree char *text = g_strnfill(HMP_REPLY_MAX, 'x');

    send_line(framing, "info qtree");
    echo(answer, "info qtree");
    feed(framing, answer->str, answer->len, 0, out);
    assert_int_equal(feed_text(framing, text), HMP_FRAMING_MORE);
    assert_int_equal(feed_text(framing, "x"), HMP_FRAMING_TOO_LONG);
}

/* --- lines ----------------------------------------------------------------------------------- */

/* 33 MB of echo, which nobody keeps. */
static void test_longest_line(void **state)
{
    g_autoptr(HmpFraming) framing = new_ready();
    g_autofree char *line = g_strnfill(HMP_LINE_MAX, 'b');

    assert_reply(framing, line, "unknown command: 'bbb'\r\n");
}

static void assert_refused(const char *line, const char *why)
{
    g_autoptr(HmpFraming) framing = new_ready();
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *message =
        g_strconcat(why, ": use other names, or connect to a QMP socket of the guest", NULL);

    assert_false(hmp_framing_send(framing, line, out, &error));
    assert_true(g_error_matches(error, MONITOR_ERROR, MONITOR_ERROR_GENERIC));
    assert_string_equal(error->message, message);
    assert_string_equal(out->str, "");
    assert_reply(framing, "info status", "VM status: running\r\n");
}

static void test_lines_that_would_not_arrive(void **state)
{
    g_autofree char *line = g_strnfill(HMP_LINE_MAX + 1, 'b');

    assert_refused(line, "the human monitor takes at most 4095 bytes a line, and would cut off the "
                         "rest of 4096");
    assert_refused("info\tver", "the human monitor takes the control character 0x09 for a key");
    assert_refused("a\rb", "the human monitor takes the control character 0x0D for a key");
    assert_refused("a\x7f", "the human monitor takes the control character 0x7F for a key");
    assert_refused("drive_add 0 file=/\xc5\x9b.img",
                   "the human monitor swallows the byte 0x9B of '\xc5\x9b'");
    assert_refused("/\xe2\x9b\x84", "the human monitor swallows the byte 0x9B of '\xe2\x9b\x84'");
    assert_refused("/\x9b", "the human monitor swallows the byte 0x9B");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_transcript),
        cmocka_unit_test(test_a_transcript_in_pieces),
        cmocka_unit_test(test_what_went_over_the_wire),
        cmocka_unit_test(test_greetings),
        cmocka_unit_test(test_telnet),
        cmocka_unit_test(test_telnet_sends_it_twice),
        cmocka_unit_test(test_greeting_without_prompt),
        cmocka_unit_test(test_endless_greeting),
        cmocka_unit_test(test_stale_line),
        cmocka_unit_test(test_prompts_within_a_reply),
        cmocka_unit_test(test_prompt_without_line_break),
        cmocka_unit_test(test_prompt_in_the_line),
        cmocka_unit_test(test_text_behind_the_prompt),
        cmocka_unit_test(test_marks_that_were_too_many),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_endless_reply),
        cmocka_unit_test(test_longest_line),
        cmocka_unit_test(test_lines_that_would_not_arrive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
