/* The table of settings, and their values. */
#include "tui/settings.h"

#include <math.h>
#include <string.h>

#include "engine/nearest.h"
#include "tui/fail_input.h"
#include "tui/theme.h"

static const SettingRow rows[SETTINGS] = {
    [SETTING_THEME] = { "theme", "THEME", "default", "colours of the console" },
    [SETTING_GLYPHS] = { "glyphs", "auto|ascii", "auto",
                         "what lines and states are drawn with; auto asks locale and TERM" },
    [SETTING_MOUSE] = { "mouse", "on|off", "on",
                        "the console takes clicks and the wheel; off leaves them to the terminal" },
    [SETTING_MOTION] = { "motion", "on|off", "on",
                         "a row that is new stands out for a moment; off keeps the screen still" },
    [SETTING_ESCAPE] = { "escape", "MILLISECONDS", "25",
                         "how long a lone Esc waits for the rest of a key; more on slow lines", 0,
                         5000 },
    [SETTING_WAIT] = { "wait", "SECONDS", "5",
                       "how long the line mode waits for the guest to let go of a device", 0,
                       86400 },
};

static char *values[SETTINGS]; /* NULL: the standard */

const SettingRow *setting_table(void)
{
    return rows;
}

const SettingRow *setting_find(const char *name)
{
    for (guint i = 0; i < SETTINGS; i++)
        if (g_str_equal(rows[i].name, name))
            return &rows[i];
    return NULL;
}

static gboolean check_number(const SettingRow *row, const char *value, GError **error)
{
    char *end = NULL;
    double number = g_ascii_strtod(value, &end);

    return (end != value && !*end && isfinite(number) && number >= row->least &&
            number <= row->most) ||
           fail_input(error, "%s is a number from %g to %g, not \"%s\"", row->name, row->least,
                      row->most, value);
}

static gboolean check_value(const SettingRow *row, const char *value, GError **error)
{
    g_auto(GStrv) words = g_strsplit(row->values, "|", -1);

    if (row == &rows[SETTING_THEME]) {
        g_autoptr(Theme) theme = theme_load(value, error);

        return theme != NULL;
    }
    if (row->most > 0)
        return check_number(row, value, error);
    if (g_strv_contains((const char *const *)words, value))
        return TRUE;
    g_autofree char *list = g_strjoinv(", ", words);

    return fail_input(error, "%s is one of %s, not \"%s\"", row->name, list, value);
}

gboolean setting_set(const char *name, const char *value, GError **error)
{
    const SettingRow *row = setting_find(name);

    if (!row) {
        g_autofree char *hint = nearest_hint(name, &rows[0].name, SETTINGS, sizeof *rows);

        return fail_input(error, "there is no setting \"%s\"%s", name, hint);
    }
    if (!check_value(row, value, error))
        return FALSE;
    g_free(values[row - rows]);
    values[row - rows] = g_strdup(value);
    return TRUE;
}

const char *setting_get(SettingId id)
{
    return values[id] ? values[id] : rows[id].standard;
}

gboolean setting_was_set(SettingId id)
{
    return values[id] != NULL;
}

gboolean setting_is_on(SettingId id)
{
    return g_str_equal(setting_get(id), "on");
}

double setting_number(SettingId id)
{
    return g_ascii_strtod(setting_get(id), NULL);
}

void settings_reset(void)
{
    for (guint i = 0; i < SETTINGS; i++)
        g_clear_pointer(&values[i], g_free);
}
