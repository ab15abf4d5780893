/* What /proc tells of one process. proc is the folder, "/proc" but for tests. Everything here may
 * fail at any time: processes end, and those of others are not ours to read. */
#ifndef BACKPLANE_PROC_H
#define BACKPLANE_PROC_H

#include <glib.h>

/* The longest file that is read: a command line may have 2 MiB. */
#define PROC_BYTES_MAX (4 * 1024 * 1024)

/* The numbers of all processes (gint), ascending; NULL where the folder cannot be read. */
GArray *proc_list(const char *proc, GError **error);

/* The words of its command line (char), NULL for a process without: a kernel thread, a zombie.
 * (transfer full) */
GPtrArray *proc_arguments(const char *proc, gint pid);
/* A variable of the environment that it was started with; NULL for none. (transfer full) */
char *proc_variable(const char *proc, gint pid, const char *name);
/* The target of a link below its folder: "exe", "cwd", "ns/net". (transfer full) */
char *proc_link(const char *proc, gint pid, const char *name);
/* The path of a file below its folder. pid 0, here and above: our own. (transfer full) */
char *proc_path(const char *proc, gint pid, const char *name);
/* The base name of its executable, without what marks one that an upgrade has replaced while it
 * ran; NULL where that is not told. (transfer full) */
char *proc_program(const char *proc, gint pid);

/* Every open file: its number and what the link says ("socket:[123]"). FALSE when they are not ours
 * to read. */
typedef void (*ProcFileFn)(gint fd, const char *link, gpointer data);
gboolean proc_each_file(const char *proc, gint pid, ProcFileFn each, gpointer data);
/* 123 of "socket:[123]"; 0 for other links. */
guint64 proc_socket_inode(const char *link);

/* All of a file, up to PROC_BYTES_MAX; the size that it claims is not believed. NULL where it
 * cannot be read. (transfer full) */
GString *proc_read(const char *path);

#endif
