/* Line 0: guest, status, machine, monitor. Line 1: view and counts, or why there is no guest. */
#include "tui/header.h"

#include "engine/allocate.h"
#include "tui/outline.h"
#include "tui/outline_domain.h"

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
    monitor = fitting_monitor_text(session, room - used - text_columns(machine));
    right = text_columns(machine) + text_columns(monitor);
    if (right <= room - used)
        draw_text(canvas, 0, canvas->columns - 1 - right, right, ELEMENT_TEXT, machine);
    draw_right(canvas, 0, 1 + used, room - used, ELEMENT_DIM, monitor);
}

static void draw_counts(const HeaderCounts *counts, const Canvas *canvas, int column)
{
    static const DeviceState all[] = { STATE_FIXED,     STATE_PRESENT, STATE_ADDED,
                                       STATE_LEAVING,   STATE_REFUSED, STATE_DIFFERS,
                                       STATE_UNMANAGED, STATE_ABSENT,  STATE_VACANT };
    gboolean wide = canvas->columns >= WIDE_COLUMNS;
    int right = canvas->columns - 1;

    for (int i = G_N_ELEMENTS(all) - 1; i >= 0; i--) {
        DeviceState state = all[i];
        gboolean usual = state == STATE_FIXED || state == STATE_PRESENT;
        g_autofree char *number = g_strdup_printf(" %u", counts->states[state]);

        if (!counts->states[state] || (usual && !wide))
            continue;
        right -= text_columns(number) + 1;
        if (right < column)
            return;
        draw_text(canvas, 1, right, 1, element_of_state(state),
                  state_glyph(state, canvas->look->ascii));
        draw_text(canvas, 1, right + 1, 8, ELEMENT_TEXT, number);
        right -= 2;
    }
}

/* The domain file, marked where it has changes that are not saved. Gives the columns drawn. */
static int draw_file(const Session *session, const Canvas *canvas, int column)
{
    const char *path = session_domain_path(session);
    gboolean changed = path && session_domain_is_changed(session);
    g_autofree char *name = path ? g_path_get_basename(path) : NULL;

    if (!name)
        return 0;
    return draw_format(canvas, 1, column, canvas->columns / 3,
                       changed ? ELEMENT_CAUTION : ELEMENT_DIM, "%s%s", name, changed ? "*" : "") +
           3;
}

void header_draw(const Session *session, const HeaderCounts *counts, const Canvas *canvas)
{
    g_autofree char *trouble = header_connection_text(session);
    gboolean lost = session_state(session) == SESSION_LOST;
    int used;

    draw_guest_line(session, canvas);
    used = 1;
    if (!trouble || canvas->columns >= NARROW_COLUMNS) /* trouble needs the room more */
        used += draw_text(canvas, 1, 1, canvas->columns, ELEMENT_TAB, "[1 Tree]") + 3;
    if (trouble && session_guest(session))
        draw_text(canvas, 1, used, canvas->columns - used - 1,
                  lost ? ELEMENT_ERROR : ELEMENT_CAUTION, trouble);
    else
        draw_counts(counts, canvas, used + draw_file(session, canvas, used));
}
