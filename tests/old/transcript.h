/* What real QEMU human monitors of 0.10 to 0.14 and 7.2 answered, measured once on the binaries:
 * tests/old/transcripts/VERSION-TOPIC.txt. Read-only data for the tests of whoever speaks to such a
 * monitor. Everything here fails the running test when a file cannot be read.
 *
 * A file begins with lines of a key and a value (version, topic, guest, devices, args, greeting).
 * After a blank line each entry is
 *   > LINE        the command as it was typed, without the return that ended it, and then
 *   # NOTE        what was noted about it
 *   e BYTES       the echo, where it was not the redraw of the command (see the rule below)
 *   < TEXT        a line of the reply, \r\n follows it; "<" alone is an empty line
 *   <| TEXT       the end of a reply without a line end
 *   <= N A-B      the lines A to B of the reply of the Nth entry of this file
 *   $ END         how it ended: "died STATUS", "hangs" (no answer, ever), "password" (the monitor
 *                 asks for one), "more" (text came after the prompt); otherwise with "(qemu) "
 * or, of the topic framing, what was written at once and all that came, the echo as well:
 *   >> BYTES, << BYTES, ".. N" for N bytes that were not kept.
 * "! fresh" stands before the first command that a new QEMU was given, "! reconnect" before the
 * first of a new connection.
 * \\ \r \n \xHH are escapes; {N} is N times ESC [ D, {K} is ESC [ K in what is bytes.
 *
 * The rule of the echo: for the nth typed byte n-1 times ESC [ D, the line so far, ESC [ K; at the
 * end \r\n. */
#ifndef BACKPLANE_TESTS_TRANSCRIPT_H
#define BACKPLANE_TESTS_TRANSCRIPT_H

#include <glib.h>

typedef enum {
    TRANSCRIPT_PROMPT,
    TRANSCRIPT_PASSWORD,
    TRANSCRIPT_DIED,
    TRANSCRIPT_HANGS,
    TRANSCRIPT_MORE,
    TRANSCRIPT_RAW, /* framing: `sent` and everything that came */
} TranscriptEnd;

typedef struct {
    gboolean fresh;
    gboolean reconnect;
    char *command;     /* NULL for TRANSCRIPT_RAW */
    GString *sent;     /* for TRANSCRIPT_RAW, else NULL */
    char *note;        /* NULL: none */
    GString *echo;     /* NULL: by the rule */
    GPtrArray *lines;  /* the reply as char *, without line ends; what is cut off comes last */
    gboolean cut;      /* the last of `lines` had no line end */
    TranscriptEnd end; /* the prompt is not part of `lines` */
    int status;        /* of a QEMU that died: the exit status, or minus a signal */
    GString *reply;    /* the bytes after the echo, the prompt included; RAW: up to the gap */
    gsize left_out;    /* RAW: so many bytes are not kept ... */
    GString *tail;     /* ... and these came after them; NULL when nothing is left out */
} TranscriptEntry;

typedef struct {
    char *version; /* "0.12" */
    char *topic;   /* "pci_add-full" */
    char *guest;   /* "ej": a BIOS that ejects what pci_del asks for; "bios", "linux", "none" */
    char *devices; /* "full": the proposal's machine; "min", "encrypted" */
    char *args;    /* NULL: none */
    char *greeting;
    GPtrArray *entries; /* TranscriptEntry * */
} Transcript;

/* All transcripts of a version and a topic, in the order of their names; NULL means every one.
 * (transfer full: g_ptr_array_unref) */
GPtrArray *transcripts_load(const char *version, const char *topic);
/* The one; it must be there. (transfer full) */
Transcript *transcript_load(const char *version, const char *topic);
void transcript_free(Transcript *transcript);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transcript, transcript_free)

/* The reply as a reader of replies gets it: \n between lines, without the prompt. (transfer full)
 */
char *transcript_entry_text(const TranscriptEntry *entry);
/* The nth entry of this command, 1 is the first; NULL when there is none. */
const TranscriptEntry *transcript_find(const Transcript *transcript, const char *command,
                                       guint nth);

#endif
