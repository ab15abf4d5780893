/* What the keys of the domain file do: addresses are written into it or made static in memory, and
 * saved or given up once what would change has been shown. */
#include "tui/console_private.h"

#include "tui/diff_dialog.h"
#include "tui/outline_domain.h"
#include "tui/text_dialog.h"

/* FALSE, and said, where there is no file. */
static gboolean need_domain(Console *console)
{
    if (session_domain(console->session))
        return TRUE;
    console_say(console, ELEMENT_CAUTION, "There is no domain file: start with --domain FILE.");
    return FALSE;
}

static char *file_name(const Console *console)
{
    return g_path_get_basename(session_domain_path(console->session));
}

static const MatchPair *current_pair(const Console *console)
{
    const OutlineRow *row = console_row(console);

    return row ? row->pair : NULL;
}

/* What the file has of the marked devices, or of the row under the cursor; NULL, and said, where it
 * has nothing. (transfer container) (const DomainDevice) */
static GPtrArray *need_configured(Console *console)
{
    const Match *match = session_match(console->session);
    g_autoptr(GPtrArray) devices = console_chosen(console);
    g_autoptr(GPtrArray) configured = g_ptr_array_new();
    const MatchPair *current = current_pair(console);
    g_autofree char *name = NULL;

    for (guint i = 0; match && i < devices->len; i++) {
        const MatchPair *pair = match_of_device(match, devices->pdata[i]);

        if (pair && pair->configured)
            g_ptr_array_add(configured, (gpointer)pair->configured);
    }
    if (!devices->len && current && current->configured)
        g_ptr_array_add(configured, (gpointer)current->configured);
    if (configured->len)
        return g_steal_pointer(&configured);
    name = file_name(console);
    console_say(console, ELEMENT_CAUTION, "%s has nothing of %s.", name,
                devices->len > 1 ? "these devices" : "this row");
    return NULL;
}

/* --- addresses ------------------------------------------------------------------------------- */

static gboolean same_address(const DomainAddress *a, const DomainAddress *b)
{
    return (a->node != NULL) == (b->node != NULL) && a->mode == b->mode &&
           address_equal(&a->place, &b->place);
}

/* Writing addresses adds no device and takes none away. */
static guint count_changed(const Domain *before, const Domain *after)
{
    guint changed = 0;

    for (guint i = 0; i < MIN(before->devices->len, after->devices->len); i++) {
        const DomainDevice *old = before->devices->pdata[i], *new = after->devices->pdata[i];

        changed += !same_address(&old->address, &new->address);
    }
    return changed;
}

/* done: "written". left: (char) devices that were left alone; NULL. */
static void tell(Console *console, const char *done, guint count, const GPtrArray *left)
{
    const char *key = keymap_label(command_find("save"), console->look.ascii);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *name = NULL;

    if (count)
        g_string_printf(text, "%u address%s %s, not saved: %s saves.", count,
                        count == 1 ? "" : "es", done, key);
    else
        g_string_printf(text, "No address needed to be %s.", done);
    if (!left || !left->len) {
        console_say(console, ELEMENT_TEXT, "%s", text->str);
        return;
    }
    g_string_append(text, "\n\nLeft alone:");
    for (guint i = 0; i < left->len; i++)
        g_string_append_printf(text, "\n%s", (const char *)left->pdata[i]);
    name = file_name(console);
    console_open(console, message_dialog_new(name, text->str));
}

typedef gboolean (*ChangeFn)(Session *session, const GPtrArray *devices, GPtrArray *left,
                             GError **error);

static gboolean pin(Session *session, const GPtrArray *devices, GPtrArray *left, GError **error)
{
    return session_domain_pin(session, devices, error);
}

/* devices: (DomainDevice); NULL for all. */
static void change(Console *console, ChangeFn fn, const char *done, const GPtrArray *devices)
{
    g_autoptr(Domain) before = domain_ref((Domain *)session_domain(console->session));
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    if (!fn(console->session, devices, left, &error))
        console_say(console, ELEMENT_ERROR, "%s", error->message);
    else
        tell(console, done, count_changed(before, session_domain(console->session)), left);
}

static void change_chosen(Console *console, ChangeFn fn, const char *done)
{
    g_autoptr(GPtrArray) configured = need_domain(console) ? need_configured(console) : NULL;

    if (configured)
        change(console, fn, done, configured);
}

static void change_all(Console *console, ChangeFn fn, const char *done)
{
    if (need_domain(console))
        change(console, fn, done, NULL);
}

void console_fill(Console *console)
{
    change_chosen(console, session_domain_fill, "written");
}

void console_fill_all(Console *console)
{
    change_all(console, session_domain_fill, "written");
}

void console_pin(Console *console)
{
    change_chosen(console, pin, "made static");
}

void console_pin_all(Console *console)
{
    change_all(console, pin, "made static");
}

/* --- the file -------------------------------------------------------------------------------- */

void console_save(Console *console)
{
    g_autofree char *name = NULL;

    if (!need_domain(console))
        return;
    if (console_has_unsaved(console)) {
        console_open(console, diff_dialog_new(console->session, DIFF_SAVE));
        return;
    }
    name = file_name(console);
    console_say(console, ELEMENT_TEXT, "%s has no changes that are not saved.", name);
}

/* Another program may have changed it. */
void console_reload(Console *console)
{
    g_autofree char *name = NULL;
    g_autoptr(GError) error = NULL;

    if (!need_domain(console))
        return;
    name = file_name(console);
    if (console_has_unsaved(console))
        console_open(console, diff_dialog_new(console->session, DIFF_REVERT));
    else if (session_domain_revert(console->session, &error))
        console_say(console, ELEMENT_TEXT, "%s was read again", name);
    else
        console_say(console, ELEMENT_ERROR, "%s", error->message);
}

/* --- which hints stand ----------------------------------------------------------------------- */

gboolean console_can_fill(const Console *console)
{
    const MatchPair *pair = current_pair(console);

    return pair && (pair->state == MATCH_FOUND || pair->state == MATCH_DIFFERS) &&
           pair->place.type != ADDRESS_NONE && !outline_domain_is_ambiguous(pair);
}

gboolean console_can_pin(const Console *console)
{
    const MatchPair *pair = current_pair(console);

    return pair && pair->configured && pair->configured->address.node &&
           pair->configured->address.mode == MODE_DYNAMIC;
}

gboolean console_has_unsaved(const Console *console)
{
    return session_domain_is_changed(console->session);
}
