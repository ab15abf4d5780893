/* The table of what keys do: the default keys of the commands, changed by what the user binds. */
#include <string.h>

#include "engine/nearest.h"
#include "tui/fail_input.h"
#include "tui/keymap.h"
#include "tui/line.h"
#include "tui/view.h"

#define ALL_VIEWS ((1u << VIEWS) - 1)

static GPtrArray *bindings; /* (Binding); NULL until they are asked for */

/* --- the table ------------------------------------------------------------------------------- */

static void binding_free(gpointer data)
{
    Binding *binding = data;

    g_free(binding->name);
    g_strfreev(binding->words);
    g_free(binding);
}

static Binding *binding_new(const char *name, guint views, const Command *command, char **words)
{
    Binding *binding = g_new0(Binding, 1);

    binding->name = g_strdup(name);
    key_parse(name, &binding->key);
    binding->views = (views ? views : ALL_VIEWS) & ALL_VIEWS;
    binding->command = command;
    binding->words = g_strdupv(words);
    return binding;
}

static void add_defaults(const Command *command)
{
    g_auto(GStrv) names = g_strsplit(command->keys ? command->keys : "", " ", -1);

    for (char **name = names; *name && command_has_keys(command); name++)
        g_ptr_array_add(bindings, binding_new(*name, command->views, command, NULL));
}

/* A key that a view gives a meaning of its own comes before the one that it has everywhere. */
const GPtrArray *keymap_bindings(void)
{
    gsize count;
    const Command *table = command_table(&count);

    if (bindings)
        return bindings;
    bindings = g_ptr_array_new_with_free_func(binding_free);
    for (gsize i = 0; i < count; i++)
        if (table[i].views)
            add_defaults(&table[i]);
    for (gsize i = 0; i < count; i++)
        if (!table[i].views)
            add_defaults(&table[i]);
    return bindings;
}

void keymap_reset(void)
{
    g_clear_pointer(&bindings, g_ptr_array_unref);
}

const Binding *keymap_find(Key key, KeymapFn is_there, gconstpointer data)
{
    const GPtrArray *table = keymap_bindings();

    for (guint i = 0; i < table->len; i++) {
        const Binding *binding = table->pdata[i];

        if (key_equal(binding->key, key) && is_there(binding->command, binding->views, data))
            return binding;
    }
    return NULL;
}

char *binding_line(const Binding *binding)
{
    return binding->words ? line_join((const char *const *)binding->words)
                          : g_strdup(binding->command->name);
}

/* --- changing it ----------------------------------------------------------------------------- */

static gboolean parse_key(const char *name, Key *key, GError **error)
{
    if (!key_parse(name, key))
        return fail_input(
            error, "there is no key \"%s\"; keys are written x, X, C-x (Ctrl-X), F5, PageUp, Space",
            name);
    if (!key->function && (key->code == KEY_CODE_ESCAPE || key->code == CONTROL('C')))
        return fail_input(error, "%s always leads back, and cannot be bound to anything else",
                          name);
    return TRUE;
}

static const Command *find_command(char **words, GError **error)
{
    const Command *command = command_find(words[0]);
    gsize count;
    const Command *table = command_table(&count);
    g_autofree char *hint = NULL;

    if (command && command_in_console(command))
        return command;
    hint = nearest_hint(words[0], &table[0].name, count, sizeof *table);
    fail_input(error,
               command ? "%s is a command for a shell: no key can be bound to it"
                       : "there is no command \"%s\"%s",
               words[0], hint);
    return NULL;
}

static gboolean check_words(const Command *command, char **words, GError **error)
{
    gboolean takes = command->line || command->configure;

    if (!words[1] && command_has_keys(command))
        return TRUE;
    return line_check_arguments(command, takes ? line_arguments(command) : "",
                                (const char *const *)words + 1, "", error);
}

static gboolean same_line(const Binding *binding, char **words)
{
    return g_strv_equal((const char *const *)binding->words, (const char *const *)words);
}

static gboolean check_no_other(Key key, guint views, char **words, GError **error)
{
    const GPtrArray *table = keymap_bindings();

    for (guint i = 0; i < table->len; i++) {
        const Binding *binding = table->pdata[i];
        g_autofree char *theirs = NULL, *ours = NULL;

        if (!binding->words || !key_equal(binding->key, key) || !(binding->views & views) ||
            same_line(binding, words))
            continue;
        theirs = binding_line(binding);
        ours = line_join((const char *const *)words);
        return fail_input(
            error,
            "%s is bound to \"%s\" already, and cannot be bound to \"%s\" as well: unbind "
            "it first, or take another key",
            binding->name, theirs, ours);
    }
    return TRUE;
}

/* Names of the commands that have the key in these views by default; NULL for none. */
static char *list_defaults(Key key, guint views)
{
    const GPtrArray *table = keymap_bindings();
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < table->len; i++) {
        const Binding *binding = table->pdata[i];

        if (!binding->words && key_equal(binding->key, key) && (binding->views & views))
            g_string_append_printf(list, "%s%s", list->len ? ", " : "", binding->command->name);
    }
    return list->len ? g_strdup(list->str) : NULL;
}

gboolean keymap_bind(const char *name, guint views, char **words, char **was, GError **error)
{
    guint there = (views ? views : ALL_VIEWS) & ALL_VIEWS;
    const Command *command;
    Key key;

    *was = NULL;
    if (!parse_key(name, &key, error))
        return FALSE;
    command = find_command(words, error);
    if (!command || !check_words(command, words, error) ||
        !check_no_other(key, there, words, error))
        return FALSE;
    if (command->views)
        there &= command->views;
    *was = list_defaults(key, there);
    g_ptr_array_insert(bindings, 0, binding_new(name, there, command, words));
    return TRUE;
}

gboolean keymap_unbind(const char *name, guint views, GError **error)
{
    guint there = (views ? views : ALL_VIEWS) & ALL_VIEWS;
    gboolean found = FALSE;
    Key key;

    if (!parse_key(name, &key, error))
        return FALSE;
    keymap_bindings();
    for (guint i = bindings->len; i-- > 0;) {
        Binding *binding = bindings->pdata[i];

        if (!key_equal(binding->key, key) || !(binding->views & there))
            continue;
        found = TRUE;
        binding->views &= ~there;
        if (!binding->views)
            g_ptr_array_remove_index(bindings, i);
    }
    return found || fail_input(error, "nothing is bound to %s", name);
}

/* --- told ------------------------------------------------------------------------------------ */

char *keymap_says(const char *name)
{
    const GPtrArray *table = keymap_bindings();
    Key key;

    for (guint i = 0; key_parse(name, &key) && i < table->len; i++) {
        const Binding *binding = table->pdata[i];

        if (key_equal(binding->key, key))
            return binding->words ? binding_line(binding) : g_strdup(binding->command->help);
    }
    return NULL;
}

/* Another binding before it has its key in all of its views. */
static gboolean is_hidden(const GPtrArray *table, guint index)
{
    const Binding *binding = table->pdata[index];
    guint views = binding->views;

    for (guint i = 0; i < index; i++) {
        const Binding *other = table->pdata[i];

        if (key_equal(other->key, binding->key) && !other->command->exists)
            views &= ~other->views;
    }
    return views == 0;
}

/* The key runs the command itself, not a line with more words. */
static gboolean does(const GPtrArray *table, guint index, const Command *command)
{
    const Binding *binding = table->pdata[index];

    return binding->command == command && (!binding->words || !binding->words[1]) &&
           !is_hidden(table, index);
}

const char *keymap_label(const Command *command, gboolean ascii)
{
    const GPtrArray *table = keymap_bindings();
    g_autofree char *name = g_strconcat(":", command->name, NULL);

    for (guint i = 0; i < table->len; i++)
        if (does(table, i, command))
            return key_label(((const Binding *)table->pdata[i])->name, ascii);
    return g_intern_string(name);
}

char *keymap_labels(const Command *command, gboolean ascii)
{
    const GPtrArray *table = keymap_bindings();
    g_autoptr(GString) labels = g_string_new(NULL);

    for (guint i = 0; i < table->len; i++)
        if (does(table, i, command))
            g_string_append_printf(labels, "%s%s", labels->len ? "  " : "",
                                   key_label(((const Binding *)table->pdata[i])->name, ascii));
    return labels->len ? g_strdup(labels->str) : g_strconcat(":", command->name, NULL);
}
