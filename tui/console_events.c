/* The keys of the Events view: pause, polling, copying a command, saving messages. */
#include "tui/console_private.h"

#include "tui/copy_dialog.h"
#include "tui/events_view.h"
#include "tui/save_dialog.h"

static View *events_view(const Console *console)
{
    return console->views[VIEW_EVENTS];
}

void console_events_pause(Console *console)
{
    events_view_toggle_pause(events_view(console));
}

void console_events_detail(Console *console)
{
    events_view_next_detail(events_view(console));
}

/* --- copying --------------------------------------------------------------------------------- */

static gboolean copy(const char *text, gpointer data)
{
    return tty_copy(((Console *)data)->tty, text);
}

gboolean console_can_copy(const Console *console)
{
    return events_view_command(events_view(console)) != NULL;
}

void console_events_copy(Console *console)
{
    const TraceMessage *command = events_view_command(events_view(console));
    const Guest *guest = session_guest(console->session);

    if (!command)
        console_say(console, ELEMENT_CAUTION,
                    "Only commands can be copied: go to one, or to its reply.");
    else
        console_open(console,
                     copy_dialog_new(command, guest && *guest->name ? guest->name : "GUEST",
                                     tty_has_clipboard() ? copy : NULL, console));
}

/* --- saving ---------------------------------------------------------------------------------- */

static void append_message(GString *text, const TraceMessage *message)
{
    g_autofree char *line = trace_message_to_line(message);

    g_string_append(text, line);
}

static GBytes *make_listed(gpointer data)
{
    const View *view = events_view(data);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < events_view_listed(view); i++)
        append_message(text, events_view_message(view, i));
    return g_string_free_to_bytes(text);
}

static GBytes *make_all(gpointer data)
{
    const Trace *trace = session_trace(((Console *)data)->session);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < trace_length(trace); i++)
        append_message(text, trace_message(trace, i));
    return g_string_free_to_bytes(text);
}

/* "web01-20260131-120431.messages": a new one each second. (transfer full) */
static char *proposed_name(const Console *console)
{
    const Guest *guest = session_guest(console->session);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(console->now() / G_USEC_PER_SEC);
    g_autofree char *time = now ? g_date_time_format(now, "%Y%m%d-%H%M%S") : g_strdup("now");
    g_autofree char *name =
        g_strdup_printf("%s-%s.messages", guest && *guest->name ? guest->name : "guest", time);

    g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '-');
    return g_steal_pointer(&name);
}

void console_events_save(Console *console)
{
    guint listed = events_view_listed(events_view(console));
    guint all = trace_length(session_trace(console->session));
    g_autofree char *as_listed = g_strdup_printf("the %u that are listed", listed);
    g_autofree char *as_all = g_strdup_printf("all %u, polling and all", all);
    const SaveChoice choices[] = { { as_listed, make_listed }, { as_all, make_all } };
    g_autofree char *name = proposed_name(console);

    console_open(console,
                 save_dialog_new("Save messages", name, choices, listed < all ? 2 : 1, console));
}
