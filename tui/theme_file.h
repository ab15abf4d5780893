/* One theme file: where it is, what it says, and the line on which it says something wrong. */
#ifndef BACKPLANE_THEME_FILE_H
#define BACKPLANE_THEME_FILE_H

#include "tui/theme.h"

typedef struct ThemeFile ThemeFile;

/* The first file of that name; NULL when no folder has it. A name is never a path. (transfer
 * full) */
char *theme_file_find(const char *name);

/* Errors: THEME_ERROR, naming the line that is none of a theme. (transfer full) */
ThemeFile *theme_file_open(const char *path, GError **error);
void theme_file_free(ThemeFile *file);

/* NULL when it inherits from none. (transfer full) */
char *theme_file_parent(const ThemeFile *file);
/* Lays what the file says over the theme. Errors: THEME_ERROR; the theme is spoilt then. */
gboolean theme_file_apply(const ThemeFile *file, Theme *theme, GError **error);

/* Sets THEME_ERROR "FILE:LINE: [group] key: ..."; FALSE. */
gboolean theme_file_fail(const ThemeFile *file, const char *group, const char *key, GError **error,
                         const char *format, ...) G_GNUC_PRINTF(5, 6);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThemeFile, theme_file_free)

#endif
