#include "tests/support/session_film.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/session_replay.h"
#include "tests/support/session_text.h"
#include "tests/support/temp.h"

typedef struct {
    guint lines; /* of the recording by then */
    char *text;
    char *trace;
} Picture;

struct SessionFilm {
    Session *session; /* NULL once it has ended */
    char *directory;
    char *path;
    GPtrArray *pictures; /* (Picture) */
};

static void picture_free(gpointer data)
{
    Picture *picture = data;

    g_free(picture->text);
    g_free(picture->trace);
    g_free(picture);
}

/* Without the header. */
static guint count_lines(const char *path)
{
    g_autofree char *contents = NULL;
    gsize length;
    guint lines = 0;

    assert_true(g_file_get_contents(path, &contents, &length, NULL));
    for (gsize i = 0; i < length; i++)
        lines += contents[i] == '\n';
    return lines - 1;
}

static void on_change(Session *session, SessionChange change, gpointer data)
{
    SessionFilm *film = data;
    Picture *picture = g_new0(Picture, 1);

    picture->lines = count_lines(film->path);
    picture->text = session_text(session);
    picture->trace = session_text_trace(session);
    g_ptr_array_add(film->pictures, picture);
}

SessionFilm *session_film_new(Session *session)
{
    SessionFilm *film = g_new0(SessionFilm, 1);
    g_autoptr(GError) error = NULL;

    film->session = session;
    film->directory = temp_directory();
    film->path = g_build_filename(film->directory, "session.recording", NULL);
    film->pictures = g_ptr_array_new_with_free_func(picture_free);
    if (!session_record(session, film->path, &error))
        fail_msg("%s", error->message);
    session_listen(session, on_change, film);
    return film;
}

void session_film_end(SessionFilm *film)
{
    if (!film->session)
        return;
    session_record_stop(film->session);
    session_unlisten(film->session, on_change, film);
    film->session = NULL;
}

void session_film_free(SessionFilm *film)
{
    session_film_end(film);
    g_ptr_array_unref(film->pictures);
    temp_directory_remove(film->directory);
    g_free(film->path);
    g_free(film);
}

const char *session_film_path(const SessionFilm *film)
{
    return film->path;
}

guint session_film_pictures(const SessionFilm *film)
{
    return film->pictures->len;
}

/* --- comparing ------------------------------------------------------------------------------- */

/* The first line that differs: whole pictures are too long to read. */
static void fail_difference(const char *what, guint picture, const char *was, const char *is)
{
    g_auto(GStrv) old = g_strsplit(was, "\n", -1);
    g_auto(GStrv) new = g_strsplit(is, "\n", -1);
    guint i = 0;

    while (old[i] && new[i] && strcmp(old[i], new[i]) == 0)
        i++;
    fail_msg("%s of picture %u, line %u: it was\n%s\nand is\n%s", what, picture, i,
             old[i] ? old[i] : "(nothing)", new[i] ? new[i] : "(nothing)");
}

static void check_picture(const SessionFilm *film, const Recording *recording, Session *shown,
                          guint index)
{
    const Picture *picture = film->pictures->pdata[index];
    g_autofree char *text = NULL, *trace = NULL;

    assert_true(picture->lines > 0);
    session_replay_show(shown, picture->lines, recording_line(recording, picture->lines - 1)->t);
    text = session_text(shown);
    trace = session_text_trace(shown);
    if (strcmp(text, picture->text) != 0)
        fail_difference("what is shown", index, picture->text, text);
    if (strcmp(trace, picture->trace) != 0)
        fail_difference("the trace", index, picture->trace, trace);
}

void session_film_check(const SessionFilm *film)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Recording) recording = recording_load(film->path, &error);
    guint count = film->pictures->len;
    ReplayTrees *trees;
    Session *shown;

    if (!recording)
        fail_msg("%s", error->message);
    trees = replay_trees_new(recording);
    shown = session_new_replay(film->path, recording, trees);
    for (guint i = 0; i < count; i++)
        check_picture(film, recording, shown, i);
    for (guint i = count; i-- > 0;)
        check_picture(film, recording, shown, i);
    for (guint i = 0, at = 0; i < count; i++, at = (at + count * 5 / 8 + 1) % count)
        check_picture(film, recording, shown, at);
    session_free(shown);
    replay_trees_free(trees);
}
