/* What `backplane list` prints. */
#include "tui/report_guests.h"

#include "monitor/discover.h"
#include "tui/report_json.h"
#include "tui/report_text.h"

/* --- text ------------------------------------------------------------------------------------ */

#define COLUMNS 7

static void add_cell(GPtrArray *cells, const char *text, gboolean ascii)
{
    g_ptr_array_add(cells, report_printable(text && *text ? text : "-", ascii));
}

/* monitor: NULL for a guest without. */
static void add_line(GPtrArray *cells, const FoundGuest *guest, const FoundMonitor *monitor,
                     gboolean ascii)
{
    g_autofree char *title = found_guest_title(guest);
    g_autofree char *name = guest->name ? g_strdup(title) : g_strdup_printf("(%s)", title);
    g_autofree char *pid = g_strdup_printf("%d", guest->pid);
    g_autofree char *state = monitor ? found_monitor_text(monitor) : g_strdup("no monitor");
    const char *texts[COLUMNS] = { name,
                                   pid,
                                   guest->machine,
                                   guest->accelerator,
                                   monitor ? found_monitor_dialect(monitor) : NULL,
                                   state,
                                   monitor ? monitor->target : NULL };

    for (guint i = 0; i < COLUMNS; i++)
        add_cell(cells, texts[i], ascii);
}

static void add_guest(GPtrArray *cells, const FoundGuest *guest, gboolean ascii)
{
    for (guint i = 0; i < guest->monitors->len; i++)
        add_line(cells, guest, guest->monitors->pdata[i], ascii);
    if (!guest->monitors->len)
        add_line(cells, guest, NULL, ascii);
}

static void add_advice(GString *text, const FoundGuest *guest, gboolean ascii)
{
    g_autofree char *title = found_guest_title(guest);
    g_autofree char *name = report_printable(title, ascii);
    g_autofree char *advice = found_guest_advice(guest);
    g_autofree char *safe = report_printable(advice, ascii);

    if (advice)
        g_string_append_printf(text, "\n%s (%d): %s\n", name, guest->pid, safe);
}

char *report_guests_text(const GPtrArray *guests, gboolean ascii)
{
    static const char *const heads[COLUMNS] = { "NAME",    "PID",   "MACHINE", "ACCEL",
                                                "MONITOR", "STATE", "TARGET" };
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    GString *text = g_string_new(NULL);

    if (!guests->len) {
        g_string_append(text, REPORT_NO_GUESTS ".\n");
        return g_string_free(text, FALSE);
    }
    for (guint i = 0; i < COLUMNS; i++)
        add_cell(cells, heads[i], ascii);
    for (guint i = 0; i < guests->len; i++)
        add_guest(cells, guests->pdata[i], ascii);
    report_add_table(text, cells, COLUMNS);
    for (guint i = 0; i < guests->len; i++)
        add_advice(text, guests->pdata[i], ascii);
    return g_string_free(text, FALSE);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static json_t *holder_to_json(const SocketHolder *holder)
{
    return holder ? json_pack("{s:o, s:i}", "program", report_string_json(holder->program), "pid",
                              holder->pid)
                  : json_null();
}

static json_t *monitor_to_json(const FoundMonitor *monitor)
{
    return json_pack("{s:s, s:o, s:s, s:o, s:o, s:i}", "dialect", found_monitor_dialect(monitor),
                     "kind", report_string_json(monitor->kind), "state",
                     found_state_name(monitor->state), "target",
                     report_string_json(monitor->target), "holder", holder_to_json(monitor->holder),
                     "waiting", (int)monitor->waiting);
}

static json_t *guest_to_json(const FoundGuest *guest)
{
    const FoundMonitor *best = found_guest_best(guest);
    gboolean free = best && best->state == FOUND_FREE;
    g_autofree char *advice = found_guest_advice(guest);
    json_t *monitors = json_array();

    for (guint i = 0; i < guest->monitors->len; i++)
        json_array_append_new(monitors, monitor_to_json(guest->monitors->pdata[i]));
    return json_pack(
        "{s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "name", report_string_json(guest->name), "pid",
        guest->pid, "machine", report_string_json(guest->machine), "accelerator",
        report_string_json(guest->accelerator), "program", report_string_json(guest->program),
        "target", report_string_json(free ? best->target : NULL), "advice",
        report_string_json(advice), "monitors", monitors);
}

char *report_guests_json(const GPtrArray *guests)
{
    json_t *list = json_array();

    for (guint i = 0; i < guests->len; i++)
        json_array_append_new(list, guest_to_json(guests->pdata[i]));
    return report_finish_json(list);
}
