/* The lists of the user guide: every command with its keys, and every setting, as the tables have
 * them. UPDATE_GOLDEN=1 writes them into the guide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/line.h"
#include "tui/settings.h"
#include "tui/view.h"

#define GUIDE SRCDIR "/docs/guide.md"

/* In a table of Markdown a bar would end the cell. */
static void add_code(GString *text, const char *code)
{
    g_auto(GStrv) parts = g_strsplit(code, "|", -1);
    g_autofree char *safe = g_strjoinv("\\|", parts);

    g_string_append_printf(text, "`%s`", safe);
}

static void add_keys(GString *text, const Command *command)
{
    g_auto(GStrv) keys = g_strsplit(command->keys ? command->keys : "", " ", -1);

    for (char **key = keys; *key; key++) {
        if (key != keys)
            g_string_append_c(text, ' ');
        add_code(text, *key);
    }
}

static void add_views(GString *text, guint views)
{
    const char *before = " (";

    for (ViewId id = 0; id < VIEWS; id++)
        if ((views & IN_VIEW(id)) && view_class(id)) {
            g_string_append_printf(text, "%s%s", before, view_class(id)->name);
            before = ", ";
        }
    if (views)
        g_string_append_c(text, ')');
}

static void add_place(GString *text, gboolean there, const char *place)
{
    if (there)
        g_string_append_printf(text, "%s%s", g_str_has_suffix(text->str, "| ") ? "" : ", ", place);
}

static void add_command(GString *text, const Command *command)
{
    const char *arguments = line_arguments(command);
    g_autofree char *line =
        g_strdup_printf("%s%s%s", command->name, *arguments ? " " : "", arguments);

    g_string_append(text, "| ");
    add_keys(text, command);
    g_string_append(text, " | ");
    add_code(text, line);
    g_string_append_printf(text, " | %s | ", command->help);
    add_place(text, command_in_console(command), "console");
    if (command_in_console(command))
        add_views(text, command->views);
    add_place(text, command_in_shell(command), "line mode");
    add_place(text, command->configure != NULL, "config file");
    add_place(text, command->once != NULL, "command line");
    g_string_append(text, " |\n");
}

static char *list_of_commands(void)
{
    GString *text = g_string_new(NULL);
    gsize count;
    const Command *commands = command_table(&count);

    for (CommandGroup group = 0; group < GROUPS; group++) {
        g_string_append_printf(text,
                               "\n**%s**\n\n| keys | command | what it does | where |\n"
                               "|---|---|---|---|\n",
                               command_group_name(group));
        for (gsize i = 0; i < count; i++)
            if (commands[i].group == group)
                add_command(text, &commands[i]);
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

static char *list_of_settings(void)
{
    GString *text = g_string_new("\n| setting | values | standard | what it does |\n"
                                 "|---|---|---|---|\n");
    const SettingRow *rows = setting_table();

    for (int i = 0; i < SETTINGS; i++) {
        g_string_append_printf(text, "| `%s` | ", rows[i].name);
        add_code(text, rows[i].values);
        g_string_append_printf(text, " | `%s` | %s |\n", rows[i].standard, rows[i].help);
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

/* Between these lines of the guide stands exactly this. */
static void assert_list(const char *name, const char *list)
{
    g_autofree char *begin = g_strdup_printf("<!-- list %s -->\n", name);
    g_autofree char *guide = NULL, *there = NULL, *now = NULL;
    char *from, *to;

    assert_true(g_file_get_contents(GUIDE, &guide, NULL, NULL));
    from = strstr(guide, begin);
    assert_non_null(from);
    from += strlen(begin);
    to = strstr(from, "<!-- end -->");
    assert_non_null(to);
    there = g_strndup(from, (gsize)(to - from));
    now = g_strdup_printf("%.*s%s%s", (int)(from - guide), guide, list, to);
    if (g_getenv("UPDATE_GOLDEN"))
        assert_true(g_file_set_contents(GUIDE, now, -1, NULL));
    else
        assert_string_equal(there, list);
}

static void guide_lists_all_commands(void **state)
{
    g_autofree char *list = list_of_commands();

    assert_list("commands", list);
}

static void guide_lists_all_settings(void **state)
{
    g_autofree char *list = list_of_settings();

    assert_list("settings", list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guide_lists_all_commands),
        cmocka_unit_test(guide_lists_all_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
