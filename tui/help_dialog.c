/* The help screen, from the table of commands and that of what keys do. */
#include "tui/help_dialog.h"

static void add_command(LineList *list, const Command *command, gboolean ascii)
{
    g_autofree char *labels = keymap_labels(command, ascii);

    line_list_field(list, labels, ELEMENT_TEXT, command->help);
}

/* A heading, with a blank line above it but for the first. */
static void add_heading(LineList *list, const char *text)
{
    if (line_list_length(list) > 0)
        line_list_blank(list);
    line_list_text(list, ELEMENT_TITLE, text);
}

/* Keys that mean something in few views, or that this one gives a meaning of its own. */
static gboolean is_particular(const Command *command, ViewId view)
{
    return command->views && (command->views & IN_VIEW(view)) && command_has_keys(command);
}

static void add_view(LineList *list, ViewId view, gboolean ascii)
{
    g_autofree char *heading = g_strdup_printf("In this view: %s", view_class(view)->name);
    gboolean any = FALSE;
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++) {
        if (!is_particular(&table[i], view))
            continue;
        if (!any)
            add_heading(list, heading);
        any = TRUE;
        add_command(list, &table[i], ascii);
    }
}

static void add_bound(LineList *list, ViewId view, gboolean ascii)
{
    const GPtrArray *bindings = keymap_bindings();
    gboolean any = FALSE;

    for (guint i = 0; i < bindings->len; i++) {
        const Binding *binding = bindings->pdata[i];
        g_autofree char *line = binding_line(binding);

        if (!binding->words || !(binding->views & IN_VIEW(view)))
            continue;
        if (!any)
            add_heading(list, "Your own");
        any = TRUE;
        line_list_field(list, key_label(binding->name, ascii), ELEMENT_TEXT, line);
    }
}

static void add_group(LineList *list, CommandGroup group, ViewId view, gboolean ascii)
{
    gsize count;
    const Command *table = command_table(&count);

    add_heading(list, command_group_name(group));
    for (gsize i = 0; i < count; i++) {
        gboolean elsewhere = table[i].views && !(table[i].views & IN_VIEW(view));

        if (table[i].group == group && command_has_keys(&table[i]) && !elsewhere &&
            !is_particular(&table[i], view))
            add_command(list, &table[i], ascii);
    }
}

static void fill(LineList *list, gboolean ascii, gpointer data)
{
    ViewId view = (ViewId)GPOINTER_TO_UINT(data);

    add_view(list, view, ascii);
    add_bound(list, view, ascii);
    for (int group = 0; group < GROUPS; group++)
        add_group(list, (CommandGroup)group, view, ascii);
    line_list_blank(list);
    line_list_text(
        list, ELEMENT_DIM,
        "Mouse: a click selects, a second one folds, the wheel scrolls, a click on a key "
        "at the bottom does it. Shift-drag marks text as usual.");
    line_list_text(list, ELEMENT_DIM,
                   "Keys are yours to change: \"bind x undo\" at the : prompt, or for good in "
                   "~/.config/backplane/config.");
}

Dialog *help_dialog_new(ViewId view)
{
    return text_dialog_new("Keys", fill, GUINT_TO_POINTER(view), NULL);
}

TextDialogMore help_dialog_more(ViewId view)
{
    return (TextDialogMore){ "Keys", fill, GUINT_TO_POINTER(view), TEXT_DIALOG_LABEL_COLUMNS };
}
