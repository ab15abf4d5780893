/* One row of the tree in its columns. */
#include "tui/tree_row.h"

#include "tui/settings.h"

#include <string.h>

#include "tui/outline_domain.h"

#define ADDRESS_MIN 5
#define ADDRESS_MAX 8
#define ADDRESS_MAX_NARROW 6 /* "pcie.0" */
#define NARROW 66
#define FRESH_US (2 * G_USEC_PER_SEC)
#define WIDE_ROOM 60
#define NARROW_ROOM 36

int tree_row_address_columns(const Outline *outline)
{
    int widest = ADDRESS_MIN;

    for (guint i = 0; i < outline_length(outline); i++)
        widest = MAX(widest, text_columns(outline_row(outline, i)->address));
    return MIN(widest, ADDRESS_MAX);
}

TreeColumns tree_columns(int width, int address_columns)
{
    TreeColumns columns = { .address = 1, .address_columns = address_columns };
    int room, more;

    if (width < NARROW)
        columns.address_columns = MIN(columns.address_columns, ADDRESS_MAX_NARROW);
    columns.glyph = columns.address + columns.address_columns + 1;
    columns.name = columns.glyph + 2;
    room = width - columns.name - 1;
    more = MAX(room - 68, 0);
    columns.tail_columns = room >= WIDE_ROOM ? 17 + more / 5 : room >= NARROW_ROOM ? 16 : 11;
    columns.tail = width - 1 - columns.tail_columns;
    if (room >= WIDE_ROOM) {
        columns.backend_columns = MIN(20, room / 3) + more * 2 / 5;
        columns.backend = columns.tail - columns.backend_columns - 1;
    }
    columns.name_columns = (columns.backend ? columns.backend : columns.tail) - columns.name - 1;
    return columns;
}

void tree_row_draw_heads(const Canvas *canvas, const TreeColumns *columns)
{
    draw_right(canvas, 0, columns->address, columns->address_columns, ELEMENT_HEADING, "ADDR");
    draw_text(canvas, 0, columns->name, columns->name_columns, ELEMENT_HEADING, "DEVICE");
    draw_text(canvas, 0, columns->backend, columns->backend_columns, ELEMENT_HEADING, "BACKEND");
    if (columns->tail_columns > 12)
        draw_text(canvas, 0, columns->tail, columns->tail_columns, ELEMENT_HEADING, "ID");
    draw_right(canvas, 0, columns->tail, columns->tail_columns, ELEMENT_HEADING, "STATE");
}

static Element strip_element(const char *glyph, gsize length, gboolean ascii)
{
    for (int state = STATE_FIXED; state < DEVICE_STATES; state++) {
        const char *candidate = state_glyph((DeviceState)state, ascii);

        if (strlen(candidate) == length && memcmp(candidate, glyph, length) == 0)
            return element_of_state((DeviceState)state);
    }
    return ELEMENT_TEXT;
}

/* Glyphs of one state in a row go out together. */
static int draw_strip(const Canvas *canvas, int line, int column, int columns, const char *strip)
{
    int drawn = 0;

    while (*strip && drawn < columns) {
        const char *end = strip;
        gsize length = (gsize)(g_utf8_next_char(strip) - strip);
        g_autofree char *same = NULL;

        while (*end && strncmp(end, strip, length) == 0)
            end += length;
        same = g_strndup(strip, (gsize)(end - strip));
        drawn += draw_text(canvas, line, column + drawn, columns - drawn,
                           strip_element(strip, length, canvas->look->ascii), same);
        strip = end;
    }
    return drawn;
}

/* A root bus: its strip, and beside it what it is where there is room. */
static void draw_bus_cells(const Canvas *canvas, int line, const TreeColumns *columns,
                           const OutlineRow *row)
{
    int right = columns->tail + columns->tail_columns - text_columns(row->status);
    int room = right - columns->name - 1;
    int drawn = draw_strip(canvas, line, columns->name, room, row->name);

    if (columns->backend)
        draw_text(canvas, line, columns->name + drawn + 2, room - drawn - 2, ELEMENT_DIM,
                  row->backend);
}

static Element name_element(const OutlineRow *row)
{
    if (row->kind == ROW_VACANT || row->kind == ROW_GROUP)
        return ELEMENT_VACANT;
    return row->state == STATE_LEAVING ? ELEMENT_LEAVING : ELEMENT_TEXT;
}

static void draw_name_cells(const Canvas *canvas, int line, const TreeColumns *columns,
                            const OutlineRow *row)
{
    gboolean alone = columns->backend && !*row->backend; /* nothing stands in its way */
    int at = columns->name;
    int room = alone ? columns->tail - at - 1 : columns->name_columns;
    int drawn = draw_text(canvas, line, at, room, ELEMENT_DIM, row->lines);

    drawn += draw_text(canvas, line, at + drawn, room - drawn, name_element(row), row->name);
    if (columns->backend)
        draw_text(canvas, line, columns->backend, columns->backend_columns, ELEMENT_BACKEND,
                  row->backend);
    else if (*row->backend)
        draw_format(canvas, line, at + drawn, room - drawn, ELEMENT_BACKEND,
                    g_str_has_prefix(row->backend, "no ") ? ", %s" : " %s", row->backend);
}

static Element status_element(const OutlineRow *row)
{
    switch (row->state) {
    case STATE_ADDED:
    case STATE_LEAVING:
    case STATE_REFUSED:
    case STATE_ABSENT:
    case STATE_UNMANAGED:
    case STATE_DIFFERS:
        return element_of_state(row->state);
    default:
        if (outline_domain_is_ambiguous(row->pair))
            return ELEMENT_DIFFERS;
        return row->device && row->device->drive ? ELEMENT_TEXT : ELEMENT_DIM;
    }
}

static void draw_tail_cells(const Canvas *canvas, int line, const TreeColumns *columns,
                            const OutlineRow *row)
{
    int status = text_columns(row->status);
    int room = columns->tail_columns - (status ? status + 1 : 0);

    if (columns->tail_columns > 12)
        draw_text(canvas, line, columns->tail, room, ELEMENT_ID, row->id);
    draw_right(canvas, line, columns->tail, columns->tail_columns, status_element(row),
               row->status);
}

/* Where "0:0–255" is too wide the channel goes: the rows around tell it. */
static const char *address_text(const OutlineRow *row, int columns)
{
    const char *colon = strchr(row->address, ':');

    return colon && text_columns(row->address) > columns ? colon + 1 : row->address;
}

/* A change draws the eye for a moment; the second in which it came counts for one. */
gboolean tree_row_is_fresh(const OutlineRow *row, gint64 now)
{
    gboolean changing = row->state == STATE_ADDED || row->state == STATE_LEAVING;

    return setting_is_on(SETTING_MOTION) && changing && row->device && row->device->since &&
           now - row->device->since < FRESH_US;
}

void tree_row_draw(const OutlineRow *row, const Canvas *base, int line, const TreeColumns *columns,
                   TreeRowLook look)
{
    Canvas canvas = *base;

    canvas.fresh = look.fresh;
    canvas.selected = look.selected;
    if (look.selected) {
        draw_blank(&canvas, line, 0, canvas.columns);
        draw_glyph(&canvas, line, 0, ELEMENT_TEXT, GLYPH_CURSOR);
    }
    draw_right(&canvas, line, columns->address, columns->address_columns,
               row->kind == ROW_BUS ? ELEMENT_TITLE : ELEMENT_ADDRESS,
               address_text(row, columns->address_columns));
    if (row->kind != ROW_GROUP)
        draw_text(&canvas, line, columns->glyph, 1, element_of_state(row->state),
                  state_glyph(row->state, canvas.look->ascii));
    if (look.marked)
        draw_glyph(&canvas, line, columns->glyph + 1, ELEMENT_CHOICE, GLYPH_MARK);
    else
        draw_text(&canvas, line, columns->glyph + 1, 1, ELEMENT_DIM, " "); /* one look less */
    if (row->kind == ROW_BUS)
        draw_bus_cells(&canvas, line, columns, row);
    else
        draw_name_cells(&canvas, line, columns, row);
    draw_tail_cells(&canvas, line, columns, row);
}
