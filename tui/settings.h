/* What a user may set, one row a setting, and what is set now. They come from the config file and
 * from `set`; whoever obeys one asks here. */
#ifndef BACKPLANE_SETTINGS_H
#define BACKPLANE_SETTINGS_H

#include <glib.h>

typedef enum {
    SETTING_THEME,
    SETTING_GLYPHS,
    SETTING_MOUSE,
    SETTING_MOTION,
    SETTING_ESCAPE,
    SETTING_WAIT,
    SETTINGS,
} SettingId;

typedef struct {
    const char *name;
    const char *values;   /* words in lower case parted by "|" are all there are; else "THEME", a
                           * name of one, or the name of a number */
    const char *standard; /* what it is unless it is set */
    const char *help;     /* one sentence without a full stop */
    double least, most;   /* of a number */
} SettingRow;

/* SETTINGS rows, in the order of SettingId. */
const SettingRow *setting_table(void);
/* NULL for none. */
const SettingRow *setting_find(const char *name);

/* Errors: ENGINE_ERROR_INPUT: no such setting, or a value that it does not take; THEME_ERROR: a
 * theme that cannot be read. */
gboolean setting_set(const char *name, const char *value, GError **error);
/* As it was set, else the standard. (transfer none, until it is set again) */
const char *setting_get(SettingId id);
gboolean setting_was_set(SettingId id);
gboolean setting_is_on(SettingId id);
double setting_number(SettingId id);
/* Everything as it is without a config file. */
void settings_reset(void);

#endif
