/* The commands that need no guest: settings and keys. The config file is made of them. */
#ifndef BACKPLANE_CONFIGURE_H
#define BACKPLANE_CONFIGURE_H

#include <glib.h>

/* See Command.configure. Errors: ENGINE_ERROR_INPUT. */
gboolean configure_set(char **words, char **said, GError **error);
gboolean configure_theme(char **words, char **said, GError **error);
gboolean configure_bind(char **words, char **said, GError **error);
gboolean configure_unbind(char **words, char **said, GError **error);

#endif
