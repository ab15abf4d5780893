/* A state machine over what arrives. The echo redraws the line with each character, which makes
 * 2 n^2 bytes: it is searched for its last redraw and never kept. */
#include "monitor/hmp_framing.h"

#include <string.h>

#include "monitor/error.h"
#include "monitor/text.h"

#define SIGN " monitor - type 'help'"
#define PROMPT "(qemu) "
#define PASSWORD "Password: "
/* Ends every redraw of the line. */
#define REDRAWN "\x1b[K"
/* Ctrl-A goes to the line's beginning: QEMU 0.11 to 0.13 keep what the client before left there. */
#define FIRST_LINE "\x01#\r"
/* Ctrl-A c: the next one of those that share a line (-serial mon:...). */
#define NEXT_SHARER                                                                                \
    "\x01"                                                                                         \
    "c"

enum { TELNET_SE = 240, TELNET_SB = 250, WILL, WONT, DO, DONT, IAC };

typedef enum {
    GREETING,
    IDLE,    /* nothing was asked: what comes is dropped */
    ECHOING, /* of the line */
    ANSWERING,
} State;

typedef enum {
    TELNET_TEXT,
    TELNET_COMMAND,     /* behind IAC */
    TELNET_OPTION,      /* behind WILL, WONT, DO, DONT */
    TELNET_SUB,         /* within a subnegotiation */
    TELNET_SUB_COMMAND, /* the same, behind IAC */
} TelnetState;

struct HmpFraming {
    State state;
    gboolean started; /* ready was told */
    gboolean redrawn; /* the last redraw was seen, its line break not yet */
    gboolean asked;
    TelnetState telnet;
    guint8 verb;        /* of the telnet command: WILL ... */
    gboolean is_telnet; /* a byte 0xFF is to be sent twice */
    char *mark;         /* with REDRAWN */
    GString *echo;      /* what ends the echo: the line with REDRAWN */
    GString *window;    /* the latest bytes of the echo, as many as that */
    GString *text;      /* the greeting, or the reply so far */
    gsize searched;     /* of the reply: up to here there is no mark */
    char *greeting, *version;
};

/* --- life ------------------------------------------------------------------------------------ */

HmpFraming *hmp_framing_new(const char *mark)
{
    HmpFraming *framing = g_new0(HmpFraming, 1);

    framing->mark = g_strconcat(mark, REDRAWN, NULL);
    framing->echo = g_string_new(NULL);
    framing->window = g_string_new(NULL);
    framing->text = g_string_new(NULL);
    return framing;
}

void hmp_framing_free(HmpFraming *framing)
{
    if (!framing)
        return;
    g_free(framing->mark);
    g_string_free(framing->echo, TRUE);
    g_string_free(framing->window, TRUE);
    g_string_free(framing->text, TRUE);
    g_free(framing->greeting);
    g_free(framing->version);
    g_free(framing);
}

gboolean hmp_framing_greets(const char *text, gsize length)
{
    return memmem(text, length, SIGN, strlen(SIGN)) != NULL;
}

static gboolean ends_with(const GString *text, const char *end)
{
    gsize length = strlen(end);

    return text->len >= length && memcmp(text->str + text->len - length, end, length) == 0;
}

static void append_mark(const HmpFraming *framing, GString *out)
{
    g_string_append_len(out, framing->mark, strlen(framing->mark) - strlen(REDRAWN));
    g_string_append_c(out, '\r');
}

/* --- telnet ---------------------------------------------------------------------------------- */

/* QEMU offers these and would do without an answer (qemu_chr_tcp telnet_init); others must be
 * declined (RFC 854): binary transmission, echo, suppress go ahead. */
static gboolean option_is_welcome(guint8 verb, guint8 option)
{
    return option == 0 || (verb == WILL && (option == 1 || option == 3));
}

static void answer_option(const HmpFraming *framing, guint8 option, GString *out)
{
    gboolean welcome = option_is_welcome(framing->verb, option);
    guint8 answer[] = { IAC, 0, option };

    if (framing->verb == WILL)
        answer[1] = welcome ? DO : DONT;
    else if (framing->verb == DO)
        answer[1] = welcome ? WILL : WONT;
    else
        return; /* what is not used needs no answer */
    g_string_append_len(out, (const char *)answer, sizeof(answer));
}

static void telnet_command(HmpFraming *framing, guint8 byte)
{
    framing->verb = byte;
    framing->is_telnet = TRUE;
    framing->telnet = byte >= WILL && byte <= DONT ? TELNET_OPTION
                      : byte == TELNET_SB          ? TELNET_SUB
                                                   : TELNET_TEXT;
}

/* TRUE for a byte that is text. */
static gboolean telnet_feed(HmpFraming *framing, guint8 byte, GString *out)
{
    switch (framing->telnet) {
    case TELNET_COMMAND:
        telnet_command(framing, byte);
        return FALSE;
    case TELNET_OPTION:
        answer_option(framing, byte, out);
        framing->telnet = TELNET_TEXT;
        return FALSE;
    case TELNET_SUB:
        framing->telnet = byte == IAC ? TELNET_SUB_COMMAND : TELNET_SUB;
        return FALSE;
    case TELNET_SUB_COMMAND:
        framing->telnet = byte == TELNET_SE ? TELNET_TEXT : TELNET_SUB;
        return FALSE;
    case TELNET_TEXT:
    default:
        framing->telnet = byte == IAC ? TELNET_COMMAND : TELNET_TEXT;
        return byte != IAC;
    }
}

/* --- the greeting ---------------------------------------------------------------------------- */

/* "QEMU 7.2.22 monitor - type 'help' for more information": behind other text, if there is. */
static void read_greeting(HmpFraming *framing)
{
    const char *text = framing->text->str;
    const char *sign = strstr(text, SIGN);
    const char *version = sign, *begin;

    while (version > text && !g_ascii_isspace(version[-1]))
        version--;
    begin = MAX(text, version - strlen("QEMU "));
    framing->version = g_strndup(version, (gsize)(sign - version));
    framing->greeting = g_strndup(begin, strcspn(begin, "\r\n"));
}

/* QEMU is given nothing before its prompt: a line that is shared may belong to a serial port. */
static void greet(HmpFraming *framing, GString *out)
{
    const char *sign = strstr(framing->text->str, SIGN);

    if (!sign || !strstr(sign, PROMPT))
        return;
    read_greeting(framing);
    g_string_append(out, FIRST_LINE);
    append_mark(framing, out);
    g_string_truncate(framing->text, 0);
    framing->state = ANSWERING;
}

static HmpFramingResult feed_greeting(HmpFraming *framing, const char *bytes, gsize length,
                                      GString *out)
{
    for (gsize i = 0; i < length; i++) {
        if (telnet_feed(framing, (guint8)bytes[i], out) && bytes[i])
            g_string_append_c(framing->text, bytes[i]);
    }
    greet(framing, out);
    return framing->state == GREETING && framing->text->len > HMP_GREETING_MAX
               ? HMP_FRAMING_TOO_LONG
               : HMP_FRAMING_MORE;
}

void hmp_framing_nudge(const HmpFraming *framing, GString *out)
{
    if (framing->state == GREETING)
        g_string_append(out, NEXT_SHARER);
}

/* --- the reply ------------------------------------------------------------------------------- */

/* The reply ends with the last prompt before the mark. What came unasked behind that prompt goes
 * with it. */
static void cut_reply(HmpFraming *framing, gsize mark)
{
    g_string_truncate(framing->text, mark);
    while (framing->text->len && !ends_with(framing->text, PROMPT))
        g_string_truncate(framing->text, framing->text->len - 1);
    g_string_truncate(framing->text, framing->text->len - MIN(framing->text->len, strlen(PROMPT)));
}

/* The mark's last redraw, with its line break. */
static gboolean find_mark(HmpFraming *framing, gsize *at)
{
    const gsize length = strlen(framing->mark);
    const char *text = framing->text->str;
    const char *mark = memmem(text + framing->searched, framing->text->len - framing->searched,
                              framing->mark, length);

    if (!mark) {
        framing->searched = framing->text->len - MIN(framing->text->len, length - 1);
        return FALSE;
    }
    *at = (gsize)(mark - text);
    framing->searched = *at;
    return memchr(mark, '\n', framing->text->len - *at) != NULL;
}

/* What arrived so far may end here. */
static void ask_on(HmpFraming *framing, GString *out)
{
    if (ends_with(framing->text, PROMPT)) {
        append_mark(framing, out);
    } else if (ends_with(framing->text, "\n" PASSWORD) ||
               strcmp(framing->text->str, PASSWORD) == 0) {
        framing->asked = TRUE;
        g_string_append_c(out, '\r');
    }
}

static HmpFramingResult end_reply(HmpFraming *framing, gsize mark)
{
    gboolean first = !framing->started;

    cut_reply(framing, mark);
    framing->state = IDLE;
    framing->started = TRUE;
    return first ? HMP_FRAMING_READY : HMP_FRAMING_REPLY;
}

static HmpFramingResult feed_reply(HmpFraming *framing, const char *bytes, gsize length,
                                   GString *out)
{
    gsize mark;

    for (gsize i = 0; i < length; i++) {
        if (bytes[i])
            g_string_append_c(framing->text, bytes[i]);
    }
    if (find_mark(framing, &mark))
        return end_reply(framing, mark);
    if (framing->text->len > HMP_REPLY_MAX)
        return HMP_FRAMING_TOO_LONG;
    if (framing->started)
        ask_on(framing, out);
    return HMP_FRAMING_MORE;
}

/* --- the echo -------------------------------------------------------------------------------- */

/* A redraw that goes on is one of a longer line. What is pushed in between ends its own line. */
static gboolean echo_ends(HmpFraming *framing, char byte)
{
    if (framing->redrawn)
        framing->redrawn = byte != '\x1b';
    return framing->redrawn && byte == '\n';
}

/* Keeps the latest bytes, and sees whether they are the line with all its characters. */
static void echo_follow(HmpFraming *framing, char byte)
{
    const GString *echo = framing->echo;
    GString *window = framing->window;

    if (window->len == 2 * echo->len)
        g_string_erase(window, 0, (gssize)echo->len);
    g_string_append_c(window, byte);
    if (byte == 'K' && ends_with(window, echo->str))
        framing->redrawn = TRUE;
}

static HmpFramingResult feed_echo(HmpFraming *framing, const char *bytes, gsize length,
                                  GString *out)
{
    for (gsize i = 0; i < length; i++) {
        if (echo_ends(framing, bytes[i])) {
            framing->state = ANSWERING;
            return feed_reply(framing, bytes + i + 1, length - i - 1, out);
        }
        echo_follow(framing, bytes[i]);
    }
    return HMP_FRAMING_MORE;
}

HmpFramingResult hmp_framing_feed(HmpFraming *framing, const char *bytes, gsize length,
                                  GString *out)
{
    switch (framing->state) {
    case GREETING:
        return feed_greeting(framing, bytes, length, out);
    case ECHOING:
        return feed_echo(framing, bytes, length, out);
    case ANSWERING:
        return feed_reply(framing, bytes, length, out);
    case IDLE:
    default:
        return HMP_FRAMING_MORE;
    }
}

/* --- sending --------------------------------------------------------------------------------- */

static gboolean refuse(GError **error, const char *why)
{
    g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_GENERIC,
                "%s: use other names, or connect to a QMP socket of the guest", why);
    return FALSE;
}

/* QEMU takes 0x9B for the begin of an escape sequence, also within a character of UTF-8. */
static gboolean refuse_swallowed(const char *line, const char *byte, GError **error)
{
    const char *from = byte;
    g_autofree char *shown = NULL, *why = NULL;

    while (from > line && ((guint8)*from & 0xc0) == 0x80)
        from--;
    if (g_utf8_get_char_validated(from, -1) < (gunichar)-2 && g_utf8_next_char(from) > byte)
        shown = text_printable(from, g_utf8_next_char(from) - from, 0);
    why = g_strdup_printf("the human monitor swallows the byte 0x9B%s%s%s", shown ? " of '" : "",
                          shown ? shown : "", shown ? "'" : "");
    return refuse(error, why);
}

static gboolean line_is_sendable(const char *line, GError **error)
{
    g_autofree char *why = NULL;

    if (strlen(line) > HMP_LINE_MAX) {
        why = g_strdup_printf("the human monitor takes at most %d bytes a line, and would cut off "
                              "the rest of %zu",
                              HMP_LINE_MAX, strlen(line));
        return refuse(error, why);
    }
    for (const char *at = line; *at; at++) {
        if ((guint8)*at == 0x9b)
            return refuse_swallowed(line, at, error);
        if (g_ascii_iscntrl(*at)) {
            why = g_strdup_printf("the human monitor takes the control character 0x%02X for a key",
                                  (guint)*at);
            return refuse(error, why);
        }
    }
    return TRUE;
}

static void append_line(const HmpFraming *framing, const char *line, GString *out)
{
    for (const char *at = line; *at; at++) {
        g_string_append_c(out, *at);
        if (framing->is_telnet && (guint8)*at == IAC)
            g_string_append_c(out, *at);
    }
    g_string_append_c(out, '\r');
}

gboolean hmp_framing_send(HmpFraming *framing, const char *line, GString *out, GError **error)
{
    g_return_val_if_fail(framing->state == IDLE, FALSE);
    if (!line_is_sendable(line, error))
        return FALSE;
    if (!*line)
        line = " "; /* no character would be echoed */
    append_line(framing, line, out);
    g_string_assign(framing->echo, line);
    g_string_append(framing->echo, REDRAWN);
    g_string_truncate(framing->window, 0);
    g_string_truncate(framing->text, 0);
    framing->searched = 0;
    framing->redrawn = framing->asked = FALSE;
    framing->state = ECHOING;
    return TRUE;
}

/* --- what was read --------------------------------------------------------------------------- */

const char *hmp_framing_version(const HmpFraming *framing)
{
    return framing->version;
}

const char *hmp_framing_greeting(const HmpFraming *framing)
{
    return framing->greeting;
}

const char *hmp_framing_reply(const HmpFraming *framing)
{
    return framing->text->str;
}

gboolean hmp_framing_asked_password(const HmpFraming *framing)
{
    return framing->asked;
}
