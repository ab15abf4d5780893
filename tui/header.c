/* Line 0: guest, status, machine, monitor. Line 1: view and counts, or why there is no guest. */
#include "tui/header.h"

#include "engine/allocate.h"
#include "tui/keymap.h"
#include "tui/outline.h"
#include "tui/outline_domain.h"
#include "tui/view.h"

#define WIDE_COLUMNS 100
#define NARROW_COLUMNS 80

static void count_match(const Match *match, HeaderCounts *counts)
{
    static const struct {
        DeviceState state;
        MatchState match;
    } differences[] = {
        { STATE_ABSENT, MATCH_ABSENT },
        { STATE_UNMANAGED, MATCH_UNMANAGED },
        { STATE_DIFFERS, MATCH_DIFFERS },
    };

    for (gsize i = 0; match && i < G_N_ELEMENTS(differences); i++)
        counts->states[differences[i].state] = match->counts[differences[i].match];
}

void header_count(const Guest *guest, const Match *match, HeaderCounts *counts)
{
    g_autoptr(GPtrArray) buses = guest ? guest_buses(guest) : NULL;

    *counts = (HeaderCounts){ { 0 } };
    for (guint i = 0; guest && i < guest->devices->len; i++)
        counts->states[outline_domain_state(match, guest->devices->pdata[i])]++;
    count_match(match, counts);
    for (guint i = 0; buses && i < buses->len; i++) {
        const Bus *bus = buses->pdata[i];

        if (bus->family == BUS_PCI || bus->family == BUS_PCIE) {
            g_autoptr(GArray) vacant = allocate_vacant(bus);
            counts->states[STATE_VACANT] += vacant->len;
        }
    }
}

static char *clock_text(gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(at / G_USEC_PER_SEC);

    return time ? g_date_time_format(time, "%H:%M:%S") : g_strdup("");
}

char *header_connection_text(const Session *session)
{
    const GError *error = session_error(session);
    g_autofree char *clock = NULL;

    switch (session_state(session)) {
    case SESSION_CONNECTING:
        return error ? g_strdup(error->message)
                     : g_strdup_printf("connecting to %s ...", session_target(session));
    case SESSION_READING:
        return g_strdup_printf("reading the devices of %s ...", session_target(session));
    case SESSION_LOST:
        if (!session_lost_at(session) || !session_guest(session))
            return g_strdup_printf("no connection: %s", error ? error->message : "not told why");
        clock = clock_text(session_lost_at(session));
        return g_strdup_printf("connection lost at %s: %s", clock,
                               error ? error->message : "closed");
    case SESSION_LIVE:
        break;
    }
    return NULL;
}

/* "QMP 0.8 ms"; where there is room with the target. */
static char *monitor_text(const Session *session, gboolean wide)
{
    const Guest *guest = session_guest(session);
    double latency = (double)session_latency(session) / 1000;
    g_autofree char *dialect = NULL;

    if (session_state(session) != SESSION_LIVE || !guest)
        return g_strdup(wide ? session_target(session) : "");
    if (wide)
        return g_strdup_printf("%s %s   %.1f ms", guest->dialect, session_target(session), latency);
    dialect = g_ascii_strup(guest->dialect, -1);
    return g_strdup_printf("%s %.1f ms", dialect, latency);
}

static char *machine_text(const Guest *guest)
{
    g_autofree char *memory = size_to_text((gint64)guest->memory);

    return g_strdup_printf("%s   %u vCPU  %s   ", guest->machine, guest->vcpus, memory);
}

static void draw_status(const Session *session, const Canvas *canvas, int column, int columns)
{
    const Guest *guest = session_guest(session);
    gboolean live = session_state(session) == SESSION_LIVE && guest;
    gboolean running = live && g_strcmp0(guest->status, "running") == 0;
    DeviceState state = live                                     ? STATE_PRESENT
                        : session_state(session) == SESSION_LOST ? STATE_GONE
                                                                 : STATE_VACANT;

    draw_format(canvas, 0, column, columns,
                running || !live ? element_of_state(state) : ELEMENT_CAUTION, "%s %s",
                state_glyph(state, canvas->look->ascii),
                live                                     ? guest->status
                : session_state(session) != SESSION_LOST ? "connecting"
                : guest                                  ? "lost"
                                                         : "no connection");
}

/* With the target, without it, or not at all: the machine is worth more. (transfer full) */
static char *fitting_monitor_text(const Session *session, int columns)
{
    for (int wide = 1; wide >= 0; wide--) {
        g_autofree char *text = monitor_text(session, wide);

        if (text_columns(text) <= columns)
            return g_steal_pointer(&text);
    }
    return g_strdup("");
}

/* Gives the columns that it takes. */
static int draw_recording(const Session *session, const Canvas *canvas, int column)
{
    if (!session_recording(session))
        return 0;
    return draw_format(canvas, 0, column, canvas->columns - column, ELEMENT_CAUTION, "%s rec",
                       canvas->look->ascii ? "*" : "●") +
           2;
}

static void draw_guest_line(const Session *session, const Canvas *canvas)
{
    const Guest *guest = session_guest(session);
    g_autofree char *monitor = NULL;
    g_autofree char *machine = guest ? machine_text(guest) : g_strdup("");
    int room = canvas->columns - 2, used, right;

    used =
        draw_text(canvas, 0, 1, room * 2 / 3, ELEMENT_TITLE, guest ? guest->name : "backplane") + 2;
    draw_status(session, canvas, 1 + used, room - used);
    used += 16; /* "● prelaunch" and a gap */
    used += draw_recording(session, canvas, 1 + used);
    monitor = fitting_monitor_text(session, room - used - text_columns(machine));
    right = text_columns(machine) + text_columns(monitor);
    if (right <= room - used)
        draw_text(canvas, 0, canvas->columns - 1 - right, right, ELEMENT_TEXT, machine);
    draw_right(canvas, 0, 1 + used, room - used, ELEMENT_DIM, monitor);
}

/* The states that are counted, the more usual ones first. */
static const DeviceState counted[] = { STATE_FIXED,     STATE_PRESENT, STATE_ADDED,
                                       STATE_LEAVING,   STATE_REFUSED, STATE_DIFFERS,
                                       STATE_UNMANAGED, STATE_ABSENT,  STATE_VACANT };

/* "▲ 1"; NULL where it is not told. (transfer full) */
static char *count_text(const HeaderCounts *counts, DeviceState state, const Canvas *canvas)
{
    gboolean usual = state == STATE_FIXED || state == STATE_PRESENT;

    if (!counts->states[state] || (usual && canvas->columns < WIDE_COLUMNS))
        return NULL;
    return g_strdup_printf("%s %u", state_glyph(state, canvas->look->ascii), counts->states[state]);
}

#define COUNT_GAP 2

/* What is counted at this place from the right: the states, before them the marked rows, and before
 * those what is staged. NULL for nothing. (transfer full) */
static char *nth_count(const HeaderCounts *counts, gsize n, const Canvas *canvas, Element *element)
{
    if (n < G_N_ELEMENTS(counted)) {
        DeviceState state = counted[G_N_ELEMENTS(counted) - 1 - n];

        *element = element_of_state(state);
        return count_text(counts, state, canvas);
    }
    *element = ELEMENT_CHOICE;
    if (n == G_N_ELEMENTS(counted) && counts->marks)
        return g_strdup_printf("%s %u", glyph_text(GLYPH_MARK, canvas->look->ascii), counts->marks);
    if (n > G_N_ELEMENTS(counted) && counts->staged)
        return g_strdup_printf("%u staged", counts->staged);
    return NULL;
}

/* Draws them from the right as far as there is room, or only measures. Gives the columns. */
static int lay_counts(const HeaderCounts *counts, const Canvas *canvas, int column, gboolean draw)
{
    int right = canvas->columns - 1;

    for (gsize n = 0; n < G_N_ELEMENTS(counted) + 2; n++) {
        Element element;
        g_autofree char *text = nth_count(counts, n, canvas, &element);
        int columns = text ? text_columns(text) : 0;

        if (!text)
            continue;
        if (right - columns < column)
            break;
        right -= columns;
        if (draw) {
            draw_text(canvas, 1, right, columns, ELEMENT_TEXT, text);
            *g_utf8_next_char(text) = '\0';
            draw_text(canvas, 1, right, 1, element, text);
        }
        right -= COUNT_GAP;
    }
    return canvas->columns - 1 - right;
}

/* The domain file, marked where it has changes that are not saved. (transfer full) NULL without */
static char *file_text(const Session *session)
{
    const char *path = session_domain_path(session);
    g_autofree char *name = path ? g_path_get_basename(path) : NULL;

    return name ? g_strconcat(name, session_domain_is_changed(session) ? "*" : "", NULL) : NULL;
}

/* --- tabs ------------------------------------------------------------------------------------ */

/* How the tabs are written; each form takes less room than the one before. */
typedef enum { TABS_WIDE, TABS_CLOSE, TABS_DIGITS, TABS_FORMS } TabsForm;

/* "[1 Tree]", " 2 Slots ". (transfer full) */
static char *tab_text(const Command *tab, gboolean chosen, TabsForm form, gboolean ascii)
{
    const char *key = keymap_label(tab, ascii);

    if (chosen)
        return g_strdup_printf("[%s %s]", key, view_class((ViewId)tab->value)->name);
    if (form == TABS_DIGITS)
        return g_strdup_printf(" %s", key);
    return g_strdup_printf(" %s %s ", key, view_class((ViewId)tab->value)->name);
}

/* Draws them, or only measures, where hints is NULL. Gives the column after the last. */
static int lay_tabs(const GPtrArray *tabs, int chosen, TabsForm form, const Canvas *canvas,
                    GArray *hints)
{
    int at = 1;

    for (guint i = 0; i < tabs->len; i++) {
        const Command *tab = tabs->pdata[i];
        gboolean is_chosen = tab->value == chosen;
        g_autofree char *text = tab_text(tab, is_chosen, form, canvas->look->ascii);
        Hint hint = { at, text_columns(text), tab };

        if (hints) {
            draw_text(canvas, HEADER_TAB_ROW, at, canvas->columns - at,
                      is_chosen ? ELEMENT_TAB : ELEMENT_DIM, text);
            g_array_append_val(hints, hint);
        }
        at += hint.columns + (form == TABS_WIDE ? 1 : 0);
    }
    return at;
}

/* The widest form that leaves so many columns at its right. */
static TabsForm fitting_form(const GPtrArray *tabs, int chosen, const Canvas *canvas, int others)
{
    TabsForm form = TABS_WIDE;

    while (form + 1 < TABS_FORMS &&
           lay_tabs(tabs, chosen, form, canvas, NULL) + others > canvas->columns)
        form++;
    return form;
}

/* Right of the tabs: the domain file and the counts. */
static void draw_facts(const Session *session, const HeaderCounts *counts, const Canvas *canvas,
                       int column)
{
    g_autofree char *file = file_text(session);
    gboolean changed = file && session_domain_is_changed(session);

    if (file)
        column += draw_text(canvas, 1, column, canvas->columns / 3,
                            changed ? ELEMENT_CAUTION : ELEMENT_DIM, file) +
                  3;
    lay_counts(counts, canvas, column, TRUE);
}

GArray *header_draw(const Session *session, const HeaderCounts *counts, const GPtrArray *tabs,
                    int chosen, const Canvas *canvas)
{
    g_autofree char *trouble = header_connection_text(session);
    g_autofree char *file = file_text(session);
    gboolean lost = session_state(session) == SESSION_LOST;
    int others = trouble
                     ? text_columns(trouble)
                     : (file ? text_columns(file) + 3 : 0) + lay_counts(counts, canvas, 0, FALSE);
    GArray *hints = g_array_new(FALSE, FALSE, sizeof(Hint));
    int used = 1;

    draw_guest_line(session, canvas);
    if (!trouble || canvas->columns >= NARROW_COLUMNS) /* trouble needs the room more */
        used =
            lay_tabs(tabs, chosen, fitting_form(tabs, chosen, canvas, others), canvas, hints) + 1;
    if (trouble && session_guest(session))
        draw_text(canvas, 1, used, canvas->columns - used - 1,
                  lost ? ELEMENT_ERROR : ELEMENT_CAUTION, trouble);
    else
        draw_facts(session, counts, canvas, used);
    return hints;
}
