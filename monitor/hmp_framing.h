/* The bytes of a human monitor taken apart: greeting, echo, reply and prompt, for one line at a
 * time. No socket: bytes in, bytes to send out. What it relies on was seen in QEMU 0.10 to 0.14,
 * 7.2 and 10.0.
 *
 * A prompt proves nothing, since names and texts may hold one. So each line is followed by a mark,
 * a line that no command has and nobody can foresee: what QEMU echoes it behind is the end. */
#ifndef BACKPLANE_HMP_FRAMING_H
#define BACKPLANE_HMP_FRAMING_H

#include <glib.h>

typedef struct HmpFraming HmpFraming;

/* QEMU keeps that much of a line, and silently drops the rest (READLINE_CMD_BUF_SIZE). */
#define HMP_LINE_MAX 4095
/* As FRAMING_MESSAGE_MAX: far more than a reply takes. The echo of a line (33 MB at most) is not
 * kept and does not count. */
#define HMP_REPLY_MAX (64u * 1024 * 1024)
/* How much may come before the greeting: other text where a guest's serial port shares the line. */
#define HMP_GREETING_MAX (64u * 1024)

typedef enum {
    HMP_FRAMING_MORE,
    HMP_FRAMING_READY, /* the first line may be sent; once */
    HMP_FRAMING_REPLY, /* the reply is complete, the next line may be sent */
    HMP_FRAMING_TOO_LONG,
} HmpFramingResult;

/* Whether a human monitor's greeting stands in this text, telnet options and all. */
gboolean hmp_framing_greets(const char *text, gsize length);

/* mark: "#" and letters or digits. (transfer full) */
HmpFraming *hmp_framing_new(const char *mark);
void hmp_framing_free(HmpFraming *framing);

/* Takes bytes that arrived, from the very first on; appends to out what has to be sent at once. */
HmpFramingResult hmp_framing_feed(HmpFraming *framing, const char *bytes, gsize length,
                                  GString *out);

/* The greeting was there for a while, and no prompt: the keys that give the monitor the line which
 * it shares with a serial port. Nothing where they are not needed. */
void hmp_framing_nudge(const HmpFraming *framing, GString *out);

/* Begins a line, when ready and after each reply; appends to out what has to be sent. FALSE, with
 * MONITOR_ERROR_GENERIC: QEMU would not get the line as it is; nothing has begun. */
gboolean hmp_framing_send(HmpFraming *framing, const char *line, GString *out, GError **error);

/* After READY: "7.2.22", and the greeting as it came. (borrowed) */
const char *hmp_framing_version(const HmpFraming *framing);
const char *hmp_framing_greeting(const HmpFraming *framing);
/* After REPLY: its text without prompt; lines end in \r\n. (borrowed, until the next line) */
const char *hmp_framing_reply(const HmpFraming *framing);
/* QEMU asked for a password (and was given an empty one) instead of doing what the line says. */
gboolean hmp_framing_asked_password(const HmpFraming *framing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HmpFraming, hmp_framing_free)

#endif
