/* The columns of the drives view, and what its cells say. What QEMU does not tell stays empty; a
 * rate that is not known yet is a dash, not 0. */
#include "tui/drives_draw.h"

#include <string.h>

#include "monitor/text.h"
#include "tui/outline_domain.h"
#include "tui/outline_text.h"

#define ADDRESS_COLUMNS 6
#define TIGHT 17               /* a column for both drive and file that is no room for both */
#define FULL_ADDRESS_COLUMNS 8 /* "0:0:3:0", "00:05.0": without a controller above */

/* From this width of the view on a column is there; the file has what the others leave. */
static const struct {
    const char *title;
    int columns, from;
    gboolean right;
} cells[DRIVES_CELLS] = {
    [DRIVES_CELL_NAME] = { "DRIVE", 14, 62, FALSE },
    [DRIVES_CELL_FILE] = { "FILE", 0, 0, FALSE },
    [DRIVES_CELL_ID] = { "ID", 9, 74, FALSE },
    [DRIVES_CELL_FORMAT] = { "FORMAT", 6, 92, FALSE },
    [DRIVES_CELL_SIZE] = { "SIZE", 6, 42, TRUE },
    [DRIVES_CELL_USED] = { "USED", 6, 100, TRUE },
    [DRIVES_CELL_READ] = { "READ/s", 6, 0, TRUE },
    [DRIVES_CELL_WRITE] = { "WRITE/s", 7, 0, TRUE },
    [DRIVES_CELL_STATE] = { "STATE", 11, 84, TRUE },
};

/* The column that an order goes by. */
static const DrivesCell ordered_by[DRIVES_ORDERS] = {
    [DRIVES_BY_BAY] = DRIVES_CELLS,      [DRIVES_BY_SIZE] = DRIVES_CELL_SIZE,
    [DRIVES_BY_READ] = DRIVES_CELL_READ, [DRIVES_BY_WRITE] = DRIVES_CELL_WRITE,
    [DRIVES_BY_FILE] = DRIVES_CELL_FILE,
};

char *rate_to_text(gint64 bytes)
{
    return bytes < 1024 ? g_strdup_printf("%d", (int)bytes) : size_to_text(bytes);
}

DrivesColumns drives_columns(int width, DrivesOrder order)
{
    DrivesColumns columns = { .address = 1, .address_columns = ADDRESS_COLUMNS };
    int right = width - 1, left;

    if (order != DRIVES_BY_BAY)
        columns.address_columns = FULL_ADDRESS_COLUMNS;
    columns.glyph = columns.address + columns.address_columns + 1;
    left = columns.glyph + 2;
    for (int cell = DRIVES_CELLS; cell-- > DRIVES_CELL_ID;) {
        if (width < cells[cell].from)
            continue;
        columns.cells[cell].columns = cells[cell].columns;
        columns.cells[cell].at = right - cells[cell].columns;
        right = columns.cells[cell].at - 1;
    }
    if (width >= cells[DRIVES_CELL_NAME].from) {
        columns.cells[DRIVES_CELL_NAME].at = left;
        columns.cells[DRIVES_CELL_NAME].columns = cells[DRIVES_CELL_NAME].columns;
        left += cells[DRIVES_CELL_NAME].columns + 1;
    }
    columns.cells[DRIVES_CELL_FILE].at = left;
    columns.cells[DRIVES_CELL_FILE].columns = MAX(right - left, 0);
    return columns;
}

/* --- cells ----------------------------------------------------------------------------------- */

static void draw_cell(const Canvas *canvas, int row, const DrivesColumns *columns, DrivesCell cell,
                      Element element, const char *text)
{
    int at = columns->cells[cell].at, room = columns->cells[cell].columns;

    if (!room || !text)
        return;
    if (cells[cell].right)
        draw_right(canvas, row, at, room, element, text);
    else
        draw_text(canvas, row, at, room, element, text);
}

static gboolean has_cell(const DrivesColumns *columns, DrivesCell cell)
{
    return columns->cells[cell].columns > 0;
}

/* Without a column for it the drive stands where its file does. The one that the order goes by has
 * an arrow, which takes the place of its unit. (transfer full) */
static char *title_of(const DrivesColumns *columns, DrivesCell cell, const char *arrow)
{
    gboolean joined = cell == DRIVES_CELL_FILE && !has_cell(columns, DRIVES_CELL_NAME) && !arrow;
    const char *title = cells[joined ? DRIVES_CELL_NAME : cell].title;

    if (!arrow)
        return g_strdup(title);
    return g_strdup_printf("%.*s%s", (int)strcspn(title, "/"), title, arrow);
}

void drives_draw_heads(const Canvas *canvas, const DrivesColumns *columns, DrivesOrder order)
{
    const char *arrow = glyph_text(GLYPH_MORE_BELOW, canvas->look->ascii);

    draw_right(canvas, 0, columns->address, columns->address_columns, ELEMENT_HEADING, "BAY");
    for (DrivesCell cell = 0; cell < DRIVES_CELLS; cell++) {
        gboolean ordered = ordered_by[order] == cell;
        g_autofree char *title = title_of(columns, cell, ordered ? arrow : NULL);

        draw_cell(canvas, 0, columns, cell, ordered ? ELEMENT_TITLE : ELEMENT_HEADING, title);
    }
}

DrivesOrder drives_order_at(const DrivesColumns *columns, int column)
{
    DrivesOrder order = DRIVES_BY_BAY;

    if (column < columns->glyph)
        return order;
    while (++order < DRIVES_ORDERS) {
        int at = columns->cells[ordered_by[order]].at;

        if (column >= at && column < at + columns->cells[ordered_by[order]].columns)
            break;
    }
    return order;
}

static gboolean is_told_by_outline(const OutlineRow *row)
{
    switch (row->state) {
    case STATE_ADDED:
    case STATE_LEAVING:
    case STATE_REFUSED:
    case STATE_ABSENT:
    case STATE_UNMANAGED:
    case STATE_DIFFERS:
        return TRUE;
    default:
        return outline_domain_is_ambiguous(row->pair);
    }
}

static const char *state_text(const OutlineRow *row)
{
    const Drive *drive = row->device ? row->device->drive : NULL;

    if (is_told_by_outline(row))
        return row->status;
    if (!drive)
        return NULL;
    if (drive->tray_open)
        return "tray open";
    if (drive->locked)
        return "locked";
    return drive->readonly && row->device->kind != KIND_CDROM ? "read-only" : NULL;
}

static Element state_element(const OutlineRow *row)
{
    return is_told_by_outline(row) && row->state != STATE_FIXED && row->state != STATE_PRESENT
               ? element_of_state(row->state)
               : ELEMENT_DIM;
}

static void draw_rate(const Canvas *canvas, int row, const DrivesColumns *columns, DrivesCell cell,
                      const DrivesLine *line, gint64 bytes)
{
    g_autofree char *text = rate_to_text(bytes);
    const char *unknown = canvas->look->ascii ? "-" : "–";

    draw_cell(canvas, row, columns, cell, line->known && bytes ? ELEMENT_TEXT : ELEMENT_DIM,
              line->known ? text : unknown);
}

/* Where there is no column for the state, one that must be told stands in place of the rates. */
static void draw_activity(const Canvas *canvas, int row, const DrivesColumns *columns,
                          const DrivesLine *line)
{
    const Drive *drive = line->row->device ? line->row->device->drive : NULL;
    int at = columns->cells[DRIVES_CELL_READ].at;

    draw_cell(canvas, row, columns, DRIVES_CELL_STATE, state_element(line->row),
              state_text(line->row));
    if (is_told_by_outline(line->row) && !has_cell(columns, DRIVES_CELL_STATE)) {
        draw_right(canvas, row, at,
                   columns->cells[DRIVES_CELL_WRITE].at +
                       columns->cells[DRIVES_CELL_WRITE].columns - at,
                   state_element(line->row), line->row->status);
    } else if (drive && drive->inserted) {
        draw_rate(canvas, row, columns, DRIVES_CELL_READ, line, line->rate.read);
        draw_rate(canvas, row, columns, DRIVES_CELL_WRITE, line, line->rate.written);
    }
}

static void draw_facts(const Canvas *canvas, int row, const DrivesColumns *columns,
                       const DrivesLine *line)
{
    const Drive *drive = line->row->device ? line->row->device->drive : NULL;
    g_autofree char *size = drive && drive->inserted ? size_to_text(drive->size) : NULL;
    g_autofree char *used = drive && drive->inserted ? size_to_text(drive->used) : NULL;
    g_autofree char *format = drive && drive->format ? text_printable(drive->format, -1, 0) : NULL;

    draw_cell(canvas, row, columns, DRIVES_CELL_ID, ELEMENT_ID, line->row->id);
    draw_cell(canvas, row, columns, DRIVES_CELL_FORMAT, ELEMENT_DIM, format);
    draw_cell(canvas, row, columns, DRIVES_CELL_SIZE, ELEMENT_TEXT, size);
    draw_cell(canvas, row, columns, DRIVES_CELL_USED, ELEMENT_DIM, used);
    draw_activity(canvas, row, columns, line);
}

/* The whole path where there is room, else the end, which tells files apart: the name, and before
 * it a hint that there is more. (transfer full) */
static char *file_text(const DrivesLine *line, int room, gboolean ascii)
{
    const char *file = drives_line_file(line), *name = line->row->backend;
    g_autofree char *path = file && file[0] == '/' && *name ? text_printable(file, -1, 0) : NULL;
    g_autofree char *hinted = path ? g_strconcat(ascii ? "~/" : "…/", name, NULL) : NULL;

    if (path && text_columns(path) <= room)
        return g_steal_pointer(&path);
    if (hinted && text_columns(hinted) <= room)
        return g_steal_pointer(&hinted);
    return text_fit_end(name, MAX(room, 1), ascii);
}

static const char *branch(const DrivesLine *line, gboolean last, gboolean ascii)
{
    if (!line->below)
        return "";
    return last ? ascii ? "`- " : "└─ " : ascii ? "|- " : "├─ ";
}

static Element name_element(const DrivesLine *line)
{
    if (line->row->kind == ROW_VACANT)
        return ELEMENT_VACANT;
    if (line->head)
        return ELEMENT_TITLE;
    return line->row->state == STATE_LEAVING ? ELEMENT_LEAVING : ELEMENT_TEXT;
}

/* The drive and its file, in one column or in two. */
static void draw_name(const Canvas *canvas, int row, const DrivesColumns *columns,
                      const DrivesLine *line, DrivesLook look)
{
    gboolean apart = has_cell(columns, DRIVES_CELL_NAME);
    DrivesCell cell = apart ? DRIVES_CELL_NAME : DRIVES_CELL_FILE;
    int at = columns->cells[cell].at, room = columns->cells[cell].columns, drawn;
    g_autofree char *vacant =
        line->row->kind == ROW_VACANT ? outline_vacant_name(line->row->bus, line->count) : NULL;

    if (apart && (vacant || !*line->row->backend)) /* nothing stands in its way */
        room += 1 + columns->cells[DRIVES_CELL_FILE].columns;
    drawn =
        draw_text(canvas, row, at, room, ELEMENT_DIM, branch(line, look.last, canvas->look->ascii));
    if (!apart && room < TIGHT && *line->row->backend)
        drawn--; /* its file tells more than "disk" does */
    else
        drawn += draw_text(canvas, row, at + drawn, room - drawn, name_element(line),
                           vacant ? vacant : line->row->name);
    if (apart) {
        g_autofree char *file =
            file_text(line, columns->cells[DRIVES_CELL_FILE].columns, canvas->look->ascii);

        draw_cell(canvas, row, columns, DRIVES_CELL_FILE, ELEMENT_BACKEND, file);
    } else if (*line->row->backend && room > drawn + 1) {
        g_autofree char *file =
            text_fit_end(line->row->backend, room - drawn - 1, canvas->look->ascii);

        draw_text(canvas, row, at + drawn + 1, room - drawn - 1, ELEMENT_BACKEND, file);
    }
}

/* A controller, with how many of its bays are taken at the right. */
static void draw_controller(const Canvas *canvas, int row, const DrivesColumns *columns,
                            const DrivesLine *line)
{
    int at = columns->glyph + 2, room = canvas->columns - 1 - at, drawn;
    int status = text_columns(line->row->status);

    drawn = draw_text(canvas, row, at, room - status - 1, ELEMENT_TITLE, line->row->name);
    draw_text(canvas, row, at + drawn + 2, room - drawn - status - 3, ELEMENT_ID, line->row->id);
    draw_right(canvas, row, at, room, state_element(line->row), line->row->status);
}

static char *address_of(const DrivesModel *model, const DrivesLine *line,
                        const DrivesColumns *columns, gboolean ascii)
{
    const OutlineRow *row = line->row;

    if (row->kind == ROW_VACANT)
        return outline_range(&row->place, drives_model_last_place(model, line), ascii);
    if (columns->address_columns == FULL_ADDRESS_COLUMNS && row->device)
        return address_to_text(&row->device->address);
    return g_strdup(row->address);
}

/* Where it is too wide the channel goes: the controller above tells it. */
static const char *cut_address(const char *text, int columns)
{
    const char *colon = strchr(text, ':');

    return colon && text_columns(text) > columns ? colon + 1 : text;
}

void drives_draw_line(const DrivesModel *model, const DrivesLine *line, const Canvas *base, int row,
                      const DrivesColumns *columns, DrivesLook look)
{
    Canvas canvas = *base;
    g_autofree char *address = address_of(model, line, columns, base->look->ascii);
    DeviceState state = line->row->state;

    canvas.fresh = look.fresh;
    canvas.selected = look.selected;
    if (look.selected) {
        draw_blank(&canvas, row, 0, canvas.columns);
        draw_glyph(&canvas, row, 0, ELEMENT_TEXT, GLYPH_CURSOR);
    }
    if (look.marked)
        draw_glyph(&canvas, row, columns->glyph + 1, ELEMENT_CHOICE, GLYPH_MARK);
    draw_right(&canvas, row, columns->address, columns->address_columns, ELEMENT_ADDRESS,
               cut_address(address, columns->address_columns));
    draw_text(&canvas, row, columns->glyph, 1, element_of_state(state),
              state_glyph(state, canvas.look->ascii));
    if (line->head && !(line->row->device && line->row->device->drive)) {
        draw_controller(&canvas, row, columns, line);
        return;
    }
    draw_name(&canvas, row, columns, line, look);
    draw_facts(&canvas, row, columns, line);
}
