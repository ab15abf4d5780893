/* Which parts explain a row, and how they are shown. */
#include "tui/why_dialog.h"

#include "engine/session_domain.h"
#include "engine/why.h"
#include "tui/help_dialog.h"

#define LABEL_COLUMNS 9

GPtrArray *why_dialog_parts(const Session *session, const Device *device, const MatchPair *pair)
{
    g_autofree char *explanation =
        device->state == STATE_LEAVING ? session_explain_leaving(session, device) : NULL;
    const WhyFacts facts = {
        .pair = pair,
        .explanation = explanation,
        .plan = session_plugged_by(session, device),
        .all_placed = session_is_all_placed(session),
    };

    return why_device(device, &facts);
}

static GPtrArray *parts_of(const Session *session, const OutlineRow *row)
{
    switch (row->kind) {
    case ROW_DEVICE:
        return why_dialog_parts(session, row->device, row->pair);
    case ROW_ABSENT:
        return why_absent(row->pair);
    case ROW_VACANT:
        return why_place(row->bus, &row->place, row->count);
    case ROW_BUS:
        return why_bus(row->bus);
    case ROW_GROUP:
        return why_group();
    }
    g_return_val_if_reached(NULL);
}

/* "net1, virtio-net-pci at 06.0" (transfer full) */
static char *title_of(const OutlineRow *row)
{
    const char *driver = row->kind == ROW_DEVICE ? row->device->driver : row->name;
    const char *name = row->kind == ROW_VACANT ? "free place" : *row->id ? row->id : driver;
    gboolean both = row->kind == ROW_DEVICE && *row->id;

    if (row->kind == ROW_BUS || row->kind == ROW_GROUP)
        return g_strdup_printf("Why: %s", row->kind == ROW_BUS ? row->address : row->name);
    return g_strdup_printf("Why: %s%s%s%s%s", name, both ? ", " : "", both ? driver : "",
                           *row->address ? " at " : "", row->address);
}

static void fill(LineList *list, gboolean ascii, gpointer data)
{
    const GPtrArray *parts = data;

    for (guint i = 0; i < parts->len; i++) {
        const WhyPart *part = parts->pdata[i];

        if (i && *part->label)
            line_list_blank(list);
        line_list_field(list, part->label, ELEMENT_TEXT, part->text);
    }
}

Dialog *why_dialog_new(const Session *session, const OutlineRow *row, ViewId view)
{
    const TextDialogMore keys = help_dialog_more(view);
    g_autofree char *title = title_of(row);
    Dialog *dialog =
        text_dialog_new(title, fill, parts_of(session, row), (GDestroyNotify)g_ptr_array_unref);

    text_dialog_set_labels(dialog, LABEL_COLUMNS);
    text_dialog_set_more(dialog, &keys, "? all keys  Esc closes");
    return dialog;
}
