/* Where the cells of a message stand, and what is in them. */
#include "tui/message_row.h"

#include <string.h>

#include "tui/message_text.h"

#define WIDE 66   /* from here on with milliseconds and what it was for */
#define ROOMY 100 /* from here on the purpose stands in full */
#define TOOK 8    /* "999.9 ms" */

MessageColumns message_columns(int width)
{
    MessageColumns columns = { .clock = 1, .wide = width >= WIDE };

    columns.glyph = columns.clock + (columns.wide ? 13 : 9);
    columns.text = columns.glyph + 2;
    columns.took = width - 1 - TOOK;
    columns.purpose = columns.took - 1;
    if (columns.wide) {
        columns.purpose_columns = CLAMP(width / (width < ROOMY ? 5 : 4), 16, 40);
        columns.purpose -= columns.purpose_columns;
    }
    columns.text_columns = columns.purpose - columns.text - 1;
    return columns;
}

void message_row_draw_heads(const Canvas *canvas, const MessageColumns *columns)
{
    draw_text(canvas, 0, columns->clock, 12, ELEMENT_HEADING, "TIME");
    draw_text(canvas, 0, columns->text, columns->text_columns, ELEMENT_HEADING, "MESSAGE");
    draw_text(canvas, 0, columns->purpose, columns->purpose_columns, ELEMENT_HEADING, "FOR");
    draw_right(canvas, 0, columns->took, TOOK, ELEMENT_HEADING, "TOOK");
}

/* Which way a message went; ! for what went wrong. */
static const char *direction(const TraceMessage *message, gboolean ascii, Element *element)
{
    static const struct {
        const char *glyph, *ascii;
        Element element;
    } looks[] = {
        [TRACE_GREETING] = { "←", "<", ELEMENT_DIM },  [TRACE_COMMAND] = { "→", ">", ELEMENT_KEY },
        [TRACE_REPLY] = { "←", "<", ELEMENT_DIM },     [TRACE_EVENT] = { "*", "*", ELEMENT_ADDED },
        [TRACE_FAILURE] = { "!", "!", ELEMENT_ERROR },
    };
    TraceKind look = message->refused ? TRACE_FAILURE : message->kind;

    *element = looks[look].element;
    return ascii ? looks[look].ascii : looks[look].glyph;
}

static Element name_element(const TraceMessage *message)
{
    if (message->refused || message->kind == TRACE_FAILURE)
        return ELEMENT_ERROR;
    return message->kind == TRACE_EVENT ? ELEMENT_TITLE : ELEMENT_TEXT;
}

void message_row_draw(const TraceMessage *message, const char *gist, const Canvas *canvas, int line,
                      const MessageColumns *columns)
{
    gboolean wrong = message->refused || message->kind == TRACE_FAILURE;
    g_autofree char *clock = message_clock(message, columns->wide);
    g_autofree char *name = message_name(message);
    g_autofree char *took = message_latency(message);
    int at = columns->text, room = columns->text_columns, used;
    Element element;
    const char *glyph = direction(message, canvas->look->ascii, &element);

    draw_text(canvas, line, columns->clock, 12, ELEMENT_DIM, clock);
    draw_text(canvas, line, columns->glyph, 1, element, glyph);
    used = draw_text(canvas, line, at, room, name_element(message), name) + 1;
    if (wrong) /* what it was for stands at its command */
        room = columns->took - 1 - at;
    else
        draw_text(canvas, line, columns->purpose, columns->purpose_columns, ELEMENT_DIM,
                  message->purpose);
    draw_text(canvas, line, at + used, room - used, wrong ? ELEMENT_ERROR : ELEMENT_BACKEND, gist);
    draw_right(canvas, line, columns->took, TOOK, ELEMENT_TEXT, took);
}

/* How many bytes of a line of JSON are blanks and a member's name; 0 where it has none. */
static gsize name_bytes(const char *text)
{
    gsize blanks = strspn(text, " ");
    const char *end = text[blanks] == '"' ? strstr(text + blanks, "\": ") : NULL;

    return end ? (gsize)(end + 2 - text) : 0;
}

void message_row_draw_json(const char *text, const Canvas *canvas, int line,
                           const MessageColumns *columns)
{
    gsize length = name_bytes(text);
    g_autofree char *name = g_strndup(text, length);
    int room = canvas->columns - columns->text;
    int used = draw_text(canvas, line, columns->text, room, ELEMENT_LABEL, name);

    draw_glyph(canvas, line, columns->glyph, ELEMENT_RULE, GLYPH_BAR);
    draw_text(canvas, line, columns->text + used, room - used, ELEMENT_TEXT, text + length);
}
