/* What the keys for drives do: their order, and their media. */
#include "tui/console_private.h"

#include "tui/drives_view.h"
#include "tui/file_picker.h"

void console_sort_drives(Console *console)
{
    console_say(console, ELEMENT_TEXT, "drives by %s", drives_view_sort(console_view(console)));
}

/* --- media ----------------------------------------------------------------------------------- */

/* The drive under the cursor whose medium can be changed; NULL for none. */
static const Device *drive_here(const Console *console)
{
    const OutlineRow *row = console_row(console);
    const Device *device = row && row->kind == ROW_DEVICE ? row->device : NULL;

    return device && medium_is_changeable(device) ? device : NULL;
}

gboolean console_can_insert(const Console *console)
{
    return console_is_live(console) && drive_here(console);
}

gboolean console_can_eject(const Console *console)
{
    return console_can_insert(console) && drive_here(console)->drive->inserted;
}

gboolean console_can_force(const Console *console)
{
    return console_can_eject(console) && drive_here(console)->drive->locked;
}

static void on_eject_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    console_confirm(data, "Eject", FALSE, plan, error);
}

static void on_insert_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    console_confirm(data, "Insert", FALSE, plan, error);
}

static void ask_for_plan(Console *console, const char *drive, const MediumChange *change)
{
    if (console_begin_asking(console))
        session_plan_medium(console->session, drive, change,
                            change->file ? on_insert_planned : on_eject_planned, console);
}

/* The drive, or why there is none to do this with. */
static const Device *choose_drive(Console *console)
{
    const Device *device = drive_here(console);

    if (!console_is_live(console))
        console_say(console, ELEMENT_CAUTION, "There is no connection to the guest now.");
    else if (!device)
        console_say(console, ELEMENT_CAUTION,
                    "This is no drive whose medium can be changed: go to a CD-ROM, a floppy or a "
                    "removable disk.");
    return console_is_live(console) ? device : NULL;
}

static void eject(Console *console, gboolean force)
{
    const Device *device = choose_drive(console);
    const MediumChange change = { .force = force };

    if (device)
        ask_for_plan(console, device->path, &change);
}

void console_eject(Console *console)
{
    eject(console, FALSE);
}

void console_force_eject(Console *console)
{
    eject(console, TRUE);
}

typedef struct {
    Console *console;
    char *drive; /* QOM path */
} Insertion;

static void insertion_free(gpointer data)
{
    Insertion *insertion = data;

    g_free(insertion->drive);
    g_free(insertion);
}

static void on_picked(const char *path, gpointer data)
{
    const Insertion *insertion = data;
    const MediumChange change = { .file = path };

    ask_for_plan(insertion->console, insertion->drive, &change);
}

void console_insert(Console *console)
{
    const Device *device = choose_drive(console);
    Insertion *insertion = device ? g_new0(Insertion, 1) : NULL;
    g_autofree char *name = device ? device_display_name(device) : NULL;
    g_autofree char *title = device ? g_strdup_printf("Medium for %s", name) : NULL;

    if (!device)
        return;
    insertion->console = console;
    insertion->drive = g_strdup(device->path);
    console_open(console,
                 file_picker_new(title, device->drive->file, on_picked, insertion, insertion_free));
}
