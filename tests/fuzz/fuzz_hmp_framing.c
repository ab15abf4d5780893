/* A human monitor that sends anything: the first byte says how it is cut. What is sent is a line or
 * a mark or an answer to telnet, and a reply is only told of a line. */
#include <string.h>

#include "monitor/hmp_framing.h"
#include "tests/fuzz/fuzz.h"

#define LINE "info pci"

/* Enough for what the longest input may ask for. */
#define SENT_MOST(size) (64 + 8 * (size))

static void check_reply(const HmpFraming *framing, size_t size)
{
    g_assert_cmpuint(strlen(hmp_framing_reply(framing)), <, size);
    g_assert_nonnull(hmp_framing_version(framing));
    g_assert_nonnull(hmp_framing_greeting(framing));
}

static void feed(HmpFraming *framing, const char *bytes, size_t size, size_t piece)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean ready = FALSE;

    for (size_t at = 0; at < size; at += piece) {
        HmpFramingResult result = hmp_framing_feed(framing, bytes + at, MIN(piece, size - at), out);

        if (result == HMP_FRAMING_MORE)
            continue;
        g_assert_true(result == (ready ? HMP_FRAMING_REPLY : HMP_FRAMING_READY));
        ready = TRUE;
        check_reply(framing, size);
        g_assert_true(hmp_framing_send(framing, LINE, out, NULL));
    }
    g_assert_cmpuint(out->len, <=, SENT_MOST(size));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autoptr(HmpFraming) framing = hmp_framing_new("#m");

    if (size > 1)
        feed(framing, (const char *)data + 1, size - 1, 1 + data[0]);
    return 0;
}
