/* Marked rows, so that several devices are acted on as one. */
#include "tui/console_private.h"

/* What an unplug, or an address written, can be about. */
static gboolean can_be_marked(const OutlineRow *row)
{
    return row && row->kind == ROW_DEVICE;
}

void console_mark(Console *console)
{
    const OutlineRow *row = console_row(console);

    if (!can_be_marked(row)) {
        console_say(console, ELEMENT_CAUTION, "There is no device on this row to mark.");
        return;
    }
    if (!g_hash_table_remove(console->marks, row->key))
        g_hash_table_add(console->marks, g_strdup(row->key));
    console_move(console, MOVE_DOWN);
}

gboolean console_unmark_all(Console *console)
{
    gboolean any = g_hash_table_size(console->marks) > 0;

    g_hash_table_remove_all(console->marks);
    return any;
}

static gboolean has_gone(gpointer key, gpointer value, gpointer guest)
{
    return !guest || !guest_find_path(guest, key);
}

void console_drop_marks(Console *console)
{
    g_hash_table_foreach_remove(console->marks, has_gone,
                                (gpointer)session_guest(console->session));
}

GPtrArray *console_chosen(const Console *console)
{
    const Guest *guest = session_guest(console->session);
    const OutlineRow *row = console_row(console);
    GPtrArray *devices = g_ptr_array_new();
    gboolean marked = guest && g_hash_table_size(console->marks) > 0;

    for (guint i = 0; marked && i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];

        if (g_hash_table_contains(console->marks, device->path))
            g_ptr_array_add(devices, (gpointer)device);
    }
    if (!devices->len && row && row->kind == ROW_DEVICE)
        g_ptr_array_add(devices, (gpointer)row->device);
    return devices;
}
