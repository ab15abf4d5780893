/* Private folders and files for tests. Everything here fails the running test when it cannot. */
#ifndef BACKPLANE_TEST_TEMP_H
#define BACKPLANE_TEST_TEMP_H

#include <glib.h>

/* A new folder that only we can read. (transfer full) */
char *temp_directory(void);
/* Removes a folder with all it holds; frees the name. NULL is fine. */
void temp_directory_remove(char *directory);

/* The path of a new file of these contents. (transfer full) */
char *temp_file(const char *directory, const char *name, const char *contents);
/* How many files and folders it holds, hidden ones included; 0 when it is not there. */
guint temp_entries(const char *directory);
/* The path of a new, empty disk image; format "raw" or any that qemu-img knows. (transfer full) */
char *temp_image(const char *directory, const char *name, const char *format, guint64 bytes);

#endif
