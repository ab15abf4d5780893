/* What the picker looks like: guests in columns, below them all that is known of the one under the
 * cursor. */
#include "tui/picker_private.h"

#include "monitor/text.h"
#include "tui/outline.h"

#define HEADER_ROWS 2
#define DETAIL_FROM_ROWS 14
#define DETAIL_LINES_LEAST 6
#define DETAIL_LINES_MOST 12
#define MARGIN 4 /* before the names: cursor, state */
#define GAP 2

/* --- columns --------------------------------------------------------------------------------- */

typedef enum { NAME, PID, MACHINE, ACCELERATOR, DIALECT, STATE, COLUMNS } Column;

/* From which width of the screen there is such a column, and how wide it is; the two that take what
 * is left have a least width instead. */
static const struct {
    const char *head;
    int from, columns;
} columns[COLUMNS] = {
    [NAME] = { "NAME", 0, 12 },        [PID] = { "PID", 50, 7 },
    [MACHINE] = { "MACHINE", 76, 14 }, [ACCELERATOR] = { "ACCEL", 64, 5 },
    [DIALECT] = { "MON", 0, 3 },       [STATE] = { "STATE", 0, 14 },
};

typedef struct {
    int at[COLUMNS], width[COLUMNS]; /* width 0: it is not shown */
} Places;

static Places place_columns(int screen)
{
    Places places = { { 0 } };
    int left = screen - MARGIN - 1, at = MARGIN;

    for (Column c = 0; c < COLUMNS; c++)
        if (screen >= columns[c].from) {
            places.width[c] = columns[c].columns;
            left -= columns[c].columns + (c ? GAP : 0);
        }
    places.width[NAME] += left * 2 / 5;
    places.width[STATE] += left - left * 2 / 5;
    for (Column c = 0; c < COLUMNS; c++) {
        places.at[c] = at;
        at += places.width[c] ? places.width[c] + GAP : 0;
    }
    return places;
}

static void draw_cell(const Canvas *canvas, int row, const Places *places, Column column,
                      Element element, const char *text)
{
    g_autofree char *safe = text_printable(text ? text : "", -1, 0);
    g_autofree char *fitted = text_fit(safe, places->width[column], canvas->look->ascii);

    if (places->width[column])
        draw_text(canvas, row, places->at[column], places->width[column], element, fitted);
}

static void draw_heads(const Canvas *canvas, int row, const Places *places)
{
    for (Column c = 0; c < COLUMNS; c++)
        draw_cell(canvas, row, places, c, ELEMENT_HEADING, columns[c].head);
}

/* --- guests ---------------------------------------------------------------------------------- */

static DeviceState glyph_state(const FoundMonitor *monitor)
{
    if (!monitor)
        return STATE_VACANT;
    return monitor->state == FOUND_FREE     ? STATE_PRESENT
           : monitor->state == FOUND_HELD   ? STATE_LEAVING
           : monitor->state == FOUND_QUEUED ? STATE_LEAVING
                                            : STATE_VACANT;
}

static void draw_state(const Canvas *canvas, int row, int column, const FoundMonitor *monitor)
{
    DeviceState state = glyph_state(monitor);

    draw_text(canvas, row, column, 1, element_of_state(state),
              state_glyph(state, canvas->look->ascii));
}

static void draw_guest(const Picker *picker, int row, guint index, const Places *places)
{
    const FoundGuest *guest = picker->guests->pdata[index];
    const FoundMonitor *best = found_guest_best(guest);
    g_autofree char *title = found_guest_title(guest);
    g_autofree char *pid = g_strdup_printf("%d", guest->pid);
    g_autofree char *state = best ? found_monitor_text(best) : g_strdup("no monitor");
    gboolean free = best && best->state == FOUND_FREE;
    Element element = free ? ELEMENT_TEXT : ELEMENT_DIM;
    Canvas line = picker->rows;

    line.selected = index == picker->cursor.at;
    if (line.selected) {
        draw_blank(&line, row, 0, line.columns);
        draw_glyph(&line, row, 0, ELEMENT_TITLE, GLYPH_CURSOR);
    }
    draw_state(&line, row, 2, best);
    draw_cell(&line, row, places, NAME, guest->name ? element : ELEMENT_DIM, title);
    draw_cell(&line, row, places, PID, element, pid);
    draw_cell(&line, row, places, MACHINE, element, guest->machine);
    draw_cell(&line, row, places, ACCELERATOR, element, guest->accelerator);
    draw_cell(&line, row, places, DIALECT, element, best ? found_monitor_dialect(best) : NULL);
    draw_cell(&line, row, places, STATE, element, state);
}

/* --- one of them ----------------------------------------------------------------------------- */

static int draw_wrapped(const Canvas *canvas, int row, Element element, const char *text)
{
    g_autoptr(GPtrArray) lines = text_wrap(text, MAX(canvas->columns - MARGIN, 1));

    for (guint i = 0; i < lines->len; i++)
        draw_text(canvas, row + (int)i, 2, canvas->columns - MARGIN, element, lines->pdata[i]);
    return row + (int)lines->len;
}

static void draw_monitor(const Canvas *canvas, int row, const FoundMonitor *monitor)
{
    g_autofree char *state = found_monitor_text(monitor);
    g_autofree char *target = text_printable(monitor->target ? monitor->target : "", -1, 0);
    int room, at = 4;

    draw_state(canvas, row, 2, monitor);
    at += draw_text(canvas, row, at, 3, ELEMENT_TEXT, found_monitor_dialect(monitor)) + GAP;
    at += draw_text(canvas, row, at, MAX(canvas->columns - at - 2, 1), ELEMENT_TEXT, state) + GAP;
    room = canvas->columns - at - 2;
    if (room > 8) {
        g_autofree char *fitted = text_fit_end(target, room, canvas->look->ascii);

        draw_text(canvas, row, at, room, ELEMENT_DIM, fitted);
    }
}

static void draw_detail(const Picker *picker, const Canvas *canvas)
{
    const FoundGuest *guest = picker_guest(picker);
    g_autofree char *title = guest ? found_guest_title(guest) : NULL;
    g_autofree char *advice = guest ? found_guest_advice(guest) : NULL;
    int row = 1;

    draw_rule(canvas, 0, title, NULL);
    if (!guest)
        return;
    for (guint i = 0; i < guest->monitors->len; i++)
        draw_monitor(canvas, row++, guest->monitors->pdata[i]);
    if (advice)
        draw_wrapped(canvas, row, ELEMENT_CAUTION, advice);
}

static int detail_rows(int rows)
{
    return rows < DETAIL_FROM_ROWS ? 0 : CLAMP(rows / 3, DETAIL_LINES_LEAST, DETAIL_LINES_MOST);
}

/* --- what is told where there is nothing ------------------------------------------------------ */

/* For somebody who sees this program for the first time. */
static void draw_nobody(const Picker *picker, const Canvas *canvas)
{
    static const struct {
        Element element;
        const char *text;
    } lines[] = {
        { ELEMENT_TEXT, "No QEMU guest runs here that you may see." },
        { ELEMENT_DIM, "backplane demo starts one to try." },
        { ELEMENT_DIM, "One of your own appears here when its QEMU has a monitor:" },
        { ELEMENT_DIM, "qemu-system-x86_64 ... -qmp unix:/tmp/vm.sock,server=on,wait=off" },
    };
    gboolean high = canvas->rows > 8;
    int row = high ? 1 : 0;

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        row = draw_wrapped(canvas, row, lines[i].element, lines[i].text) + (high ? 1 : 0);
}

static void draw_body(Picker *picker, const Places *places)
{
    const Canvas *rows = &picker->rows;

    if (picker->error) {
        draw_wrapped(rows, 0, ELEMENT_ERROR, picker->error);
    } else if (!picker->guests) {
        draw_wrapped(rows, 0, ELEMENT_DIM, "looking for guests ...");
    } else if (!picker->guests->len) {
        draw_nobody(picker, rows);
    } else {
        list_cursor_set_page(&picker->cursor, rows->rows);
        for (int line = 0; line < rows->rows; line++) {
            guint index = list_cursor_row_on(&picker->cursor, line);

            if (index != G_MAXUINT)
                draw_guest(picker, line, index, places);
        }
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

static void draw_header(const Picker *picker, const Canvas *screen)
{
    guint count = picker->guests ? picker->guests->len : 0, free = 0;

    for (guint i = 0; i < count; i++) {
        const FoundMonitor *best = found_guest_best(picker->guests->pdata[i]);

        free += best && best->state == FOUND_FREE;
    }
    draw_text(screen, 0, 1, screen->columns - 2, ELEMENT_TITLE, "backplane");
    if (count)
        draw_format(screen, 0, 12, screen->columns - 13, ELEMENT_TEXT,
                    "%u guest%s on this host, %u to open", count, count == 1 ? "" : "s", free);
}

static void draw_hints(Picker *picker, const Canvas *screen, int row)
{
    static const struct {
        Key key;
        const char *label, *word;
    } hints[] = {
        { { FALSE, KEY_CODE_RETURN }, "Enter", "open" },
        { { FALSE, 'r' }, "r", "read again" },
        { { FALSE, 'q' }, "q", "quit" },
    };
    int at = 1;

    g_array_set_size(picker->hints, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(hints); i++) {
        PickerHint hint = { at, 0, hints[i].key };
        gboolean last = i + 1 == G_N_ELEMENTS(hints);

        hint.columns = text_columns(hints[i].label) + 1 + text_columns(hints[i].word);
        if (last)
            hint.column = at = MAX(at, screen->columns - 1 - hint.columns);
        at += draw_text(screen, row, at, screen->columns - at, ELEMENT_KEY, hints[i].label) + 1;
        at += draw_text(screen, row, at, screen->columns - at, ELEMENT_DIM, hints[i].word) + GAP;
        g_array_append_val(picker->hints, hint);
    }
}

static void paint_all(Picker *picker, const Canvas *screen)
{
    int detail = picker->guests && picker->guests->len ? detail_rows(screen->rows) : 0;
    int rows = screen->rows - HEADER_ROWS - detail - 1;
    Places places = place_columns(screen->columns);
    Canvas below = canvas_part(screen, HEADER_ROWS + rows, 0, detail, screen->columns);

    draw_header(picker, screen);
    if (picker->guests && picker->guests->len)
        draw_heads(screen, 1, &places);
    picker->rows = canvas_part(screen, HEADER_ROWS, 0, rows, screen->columns);
    draw_body(picker, &places);
    if (detail)
        draw_detail(picker, &below);
    draw_hints(picker, screen, screen->rows - 1);
    if (picker->dialog)
        dialog_paint(picker->dialog, screen);
}

/* The hardware cursor is on the selected row, for screen readers. */
static void cursor_place(const Picker *picker, int *row, int *column)
{
    *row = picker->rows.top + (int)(picker->cursor.at - picker->cursor.top);
    *column = 0;
    if (picker->dialog) {
        *row = picker->dialog->cursor_row;
        *column = picker->dialog->cursor_column;
    }
}

void picker_paint(Picker *picker)
{
    Canvas screen = {
        .window = tty_window(picker->tty), .look = &picker->look, .rows = LINES, .columns = COLS
    };
    int row = 0, column = 0;

    canvas_background(&screen);
    if (LINES < PICKER_ROWS_MIN || COLS < PICKER_COLUMNS_MIN) {
        draw_format(&screen, 0, 0, screen.columns, ELEMENT_CAUTION, "needs %dx%d, has %dx%d",
                    PICKER_COLUMNS_MIN, PICKER_ROWS_MIN, screen.columns, screen.rows);
    } else {
        paint_all(picker, &screen);
        cursor_place(picker, &row, &column);
    }
    tty_show(picker->tty, row, column, picker->dialog != NULL);
}
