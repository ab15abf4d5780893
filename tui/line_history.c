/* Files of lines, appended to by any number of consoles at once. */
#include "tui/line_history.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

char *line_history_path(const char *name)
{
    const char *state = g_getenv("XDG_STATE_HOME");

    if (state && g_path_is_absolute(state))
        return g_build_filename(state, "backplane", name, NULL);
    return g_build_filename(g_get_home_dir(), ".local", "state", "backplane", name, NULL);
}

/* --- the file -------------------------------------------------------------------------------- */

/* Locked where that can be had at once: whoever holds it long is stopped, and a line that an
 * append of one write puts in unlocked is in danger only while another console shortens the file.
 */
static int open_locked(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd >= 0)
        (void)flock(fd, LOCK_EX | LOCK_NB);
    return fd;
}

/* Another console may have put a shorter file in its place between open and lock. */
static gboolean is_still(int fd, const char *path)
{
    struct stat ours, there;

    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

static void append(const char *path, const char *line)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    gssize ignored;
    int fd;

    g_mkdir_with_parents(folder, 0700);
    fd = open_locked(path);
    if (fd >= 0 && !is_still(fd, path)) {
        close(fd);
        fd = open_locked(path);
    }
    if (fd < 0)
        return;
    ignored = write(fd, text, strlen(text));
    (void)ignored;
    close(fd);
}

/* Where the last so many lines begin. */
static const char *last_lines(const char *text, guint lines)
{
    const char *at = text + strlen(text);

    while (at > text && lines > 0) {
        at--;
        while (at > text && at[-1] != '\n')
            at--;
        lines--;
    }
    return at;
}

static void shorten(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    g_autofree char *text = NULL;

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still(fd, path) &&
        g_file_get_contents(path, &text, NULL, NULL))
        g_file_set_contents_full(path, last_lines(text, LINE_HISTORY_LINES), -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
    close(fd);
}

/* --- readline's history ---------------------------------------------------------------------- */

void line_history_take(const char *name)
{
    g_autofree char *path = name ? line_history_path(name) : NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    const char *kept;

    using_history();
    clear_history();
    if (!path || !g_file_get_contents(path, &text, NULL, NULL))
        return;
    kept = last_lines(text, LINE_HISTORY_LINES);
    if (kept > text)
        shorten(path);
    lines = g_strsplit(kept, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            add_history(*line);
}

static gboolean is_latest(const char *line)
{
    const HIST_ENTRY *latest = history_get(history_base + history_length - 1);

    return latest && g_str_equal(latest->line, line);
}

void line_history_add(const char *name, const char *line)
{
    g_autofree char *path = NULL;

    if (!line[strspn(line, " \t")] || strchr(line, '\n') || is_latest(line))
        return;
    add_history(line);
    if (!name)
        return;
    path = line_history_path(name);
    append(path, line);
}
