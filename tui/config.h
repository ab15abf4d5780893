/* The config file: lines of the language that change settings and keys. */
#ifndef BACKPLANE_CONFIG_H
#define BACKPLANE_CONFIG_H

#include <glib.h>

/* Obeys a file; path NULL: backplane/config in the user's configuration, which need not be there;
 * "none": no file.
 * What is wrong in it is told with file and line, and the rest counts all the same. (transfer full)
 * (char) complaints, empty where all is well. */
GPtrArray *config_read(const char *path);

/* (transfer full) */
char *config_default_path(void);

#endif
