/* The bracket counter. */
#include "monitor/framing.h"

#include <string.h>

void framing_init(Framing *framing)
{
    *framing = (Framing){ .bytes = g_byte_array_new() };
}

void framing_clear(Framing *framing)
{
    g_clear_pointer(&framing->bytes, g_byte_array_unref);
}

void framing_feed(Framing *framing, const void *bytes, gsize length)
{
    /* Only what the last feed left over is moved, so the cost stays linear however it is cut. */
    if (framing->start) {
        g_byte_array_remove_range(framing->bytes, 0, framing->start);
        framing->scanned -= framing->start;
        framing->start = 0;
    }
    g_byte_array_append(framing->bytes, bytes, length);
}

/* In a string: moves to its end, or to the end of what arrived. */
static void scan_string(Framing *framing)
{
    const guint8 *bytes = framing->bytes->data;

    for (; framing->scanned < framing->bytes->len; framing->scanned++) {
        guint8 byte = bytes[framing->scanned];

        if (framing->escaped) {
            framing->escaped = FALSE;
        } else if (byte == '\\') {
            framing->escaped = TRUE;
        } else if (byte == '"') {
            framing->in_string = FALSE;
            framing->scanned++;
            return;
        }
    }
}

/* In an object, outside strings: moves past the next byte that matters. MESSAGE when it closed the
 * object. */
static FramingResult scan_structure(Framing *framing)
{
    const guint8 *bytes = framing->bytes->data;

    while (framing->scanned < framing->bytes->len) {
        switch (bytes[framing->scanned++]) {
        case '"':
            framing->in_string = TRUE;
            return FRAMING_MORE;
        case '{':
        case '[':
            if (++framing->depth > FRAMING_NESTING_MAX)
                return FRAMING_TOO_DEEP;
            break;
        case '}':
        case ']':
            if (--framing->depth == 0)
                return FRAMING_MESSAGE;
            break;
        default:
            break;
        }
    }
    return FRAMING_MORE;
}

/* Between objects: past white space to the next '{'. FALSE when something else stands there. */
static gboolean skip_to_object(Framing *framing)
{
    const guint8 *bytes = framing->bytes->data;

    while (framing->start < framing->bytes->len && strchr(" \t\r\n", bytes[framing->start]) &&
           bytes[framing->start] != '\0')
        framing->start++;
    framing->scanned = framing->start;
    return framing->start == framing->bytes->len || bytes[framing->start] == '{';
}

static FramingResult give(Framing *framing, FramingResult result, gsize end, const char **text,
                          gsize *length)
{
    *text = (const char *)framing->bytes->data + framing->start;
    *length = end - framing->start;
    return result;
}

FramingResult framing_next(Framing *framing, const char **text, gsize *length)
{
    FramingResult result = FRAMING_MORE;

    *text = NULL;
    *length = 0;
    if (framing->depth == 0 && !skip_to_object(framing))
        return give(framing, FRAMING_STRAY, framing->bytes->len, text, length);
    while (result == FRAMING_MORE && framing->scanned < framing->bytes->len) {
        if (framing->in_string)
            scan_string(framing);
        else
            result = scan_structure(framing);
    }
    if (framing->scanned - framing->start > FRAMING_MESSAGE_MAX)
        return FRAMING_TOO_LONG;
    if (result != FRAMING_MESSAGE)
        return result;
    give(framing, result, framing->scanned, text, length);
    framing->start = framing->scanned;
    return FRAMING_MESSAGE;
}
