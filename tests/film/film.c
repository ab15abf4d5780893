/* Plays a script of keys to a program on a terminal, and writes down what a person would have seen:
 * the screens of named moments as text, and all of it as an asciinema recording. Use: film SCRIPT.
 *
 * A script has a direction a line; what it names lies in the folder of the script:
 *     size COLUMNS ROWS    of the terminal, 80 24 at first
 *     cast FILE            record from now on
 *     start COMMAND        on a new terminal; ends the one before. $DIR: a folder of the film's own
 *     wait TEXT            until it is on the screen; gone TEXT: until it is not
 *     type TEXT            as a person types
 *     key NAME...          Enter, Esc, C-r, j ...: each when the one before has been painted
 *     walk NAME TEXT       the key again and again, until the cursor's row has the text
 *     click TEXT           on the first place where it stands
 *     pause SECONDS        for those who read along
 *     screen NAME          writes NAME.txt
 *     exit STATUS          waits for the end of the program
 * Empty lines and those with # are left out. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/film/cast.h"
#include "tests/film/film_keys.h"
#include "tests/support/temp.h"
#include "tests/support/terminal.h"

typedef struct {
    const char *script;
    int line;
    char *folder;    /* of the script: what it names is beside it */
    char *directory; /* $DIR: files that live as long as the film */
    Terminal *terminal;
    Cast *cast; /* NULL: none is wanted */
    int rows, columns;
} Film;

static void G_NORETURN G_GNUC_PRINTF(2, 3) fail(const Film *film, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: ", film->script, film->line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static char *beside(const Film *film, const char *name)
{
    return g_build_filename(film->folder, name, NULL);
}

static void write_file(const Film *film, const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (!g_file_set_contents(path, text, -1, &error))
        fail(film, "%s", error->message);
}

/* --- what may stand in a script -----------------------------------------------------------------
 */

static void do_size(Film *film, const char *text)
{
    if (sscanf(text, "%d %d", &film->columns, &film->rows) != 2)
        fail(film, "a size is COLUMNS ROWS");
    if (film->terminal)
        terminal_resize(film->terminal, film->rows, film->columns);
}

static void do_cast(Film *film, const char *text)
{
    g_autofree char *path = beside(film, text);

    film->cast = cast_new(path, film->columns, film->rows);
    if (!film->cast)
        fail(film, "%s cannot be written", path);
}

static void on_output(const char *bytes, gsize length, gpointer data)
{
    const Film *film = data;

    if (film->cast)
        cast_add(film->cast, bytes, length);
}

/* Without what the person at this terminal has set up, and without what a film before left. */
static void do_start(Film *film, const char *text)
{
    g_autofree char *config = g_strdup_printf("XDG_CONFIG_HOME=%s/config", film->directory);
    g_autofree char *state = g_strdup_printf("XDG_STATE_HOME=%s/state", film->directory);
    const char *const changes[] = { config, state, "PS1=$ ", "ENV", "COLORTERM", NULL };
    g_auto(GStrv) arguments = NULL;

    if (!g_shell_parse_argv(text, NULL, &arguments, NULL))
        fail(film, "\"%s\" is no command", text);
    terminal_free(film->terminal);
    film->terminal =
        terminal_start(film->rows, film->columns, (const char *const *)arguments, changes);
    terminal_tap(film->terminal, on_output, film);
}

static void do_wait(Film *film, const char *text)
{
    terminal_wait_text(film->terminal, text);
}

static void do_gone(Film *film, const char *text)
{
    terminal_wait_no_text(film->terminal, text);
}

static void do_pause(Film *film, const char *text)
{
    terminal_rest(film->terminal, (guint)lround(g_ascii_strtod(text, NULL) * 1000));
}

/* As fast as a person types. */
#define BETWEEN_KEYS_MS 70

static void do_type(Film *film, const char *text)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        g_autofree char *key = g_strndup(at, (gsize)(g_utf8_next_char(at) - at));

        terminal_send(film->terminal, key);
        terminal_rest(film->terminal, BETWEEN_KEYS_MS);
    }
}

static char *key_bytes(const Film *film, const char *name)
{
    char *bytes = film_key(name);

    if (!bytes)
        fail(film, "\"%s\" is no key", name);
    return bytes;
}

/* Each is seen before the next comes. */
#define AFTER_KEY_MS 150

static void do_key(Film *film, const char *text)
{
    g_auto(GStrv) names = g_strsplit(text, " ", -1);

    for (char **name = names; *name != NULL; name++) {
        g_autofree char *bytes = key_bytes(film, *name);

        terminal_send(film->terminal, bytes);
        terminal_wait_quiet(film->terminal, AFTER_KEY_MS);
    }
}

static void do_walk(Film *film, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 2);
    g_autofree char *bytes = key_bytes(film, words[0]);

    terminal_walk(film->terminal, bytes, words[1] ? words[1] : "");
}

static void do_click(Film *film, const char *text)
{
    terminal_click(film->terminal, text);
    terminal_wait_quiet(film->terminal, AFTER_KEY_MS);
}

static void do_screen(Film *film, const char *text)
{
    g_autofree char *name = g_strdup_printf("%s.txt", text), *path = beside(film, name);
    g_autofree char *screen = NULL;

    terminal_wait_quiet(film->terminal, AFTER_KEY_MS);
    screen = terminal_text(film->terminal);
    write_file(film, path, screen);
}

static void do_exit(Film *film, const char *text)
{
    int status = terminal_wait_exit(film->terminal);

    if (status != atoi(text))
        fail(film, "it ended with status %d", status);
}

typedef struct {
    const char *word;
    void (*play)(Film *film, const char *text);
} Direction;

static const Direction directions[] = {
    { "size", do_size },   { "cast", do_cast },   { "start", do_start },   { "wait", do_wait },
    { "gone", do_gone },   { "type", do_type },   { "key", do_key },       { "walk", do_walk },
    { "click", do_click }, { "pause", do_pause }, { "screen", do_screen }, { "exit", do_exit },
};

/* --- the film -----------------------------------------------------------------------------------
 */

static char *replaced(const char *text, const char *what, const char *by)
{
    g_auto(GStrv) parts = g_strsplit(text, what, -1);

    return g_strjoinv(by, parts);
}

static void play_line(Film *film, const char *line)
{
    gsize length = strcspn(line, " ");
    g_autofree char *word = g_strndup(line, length);
    g_autofree char *text =
        replaced(line + length + (line[length] != '\0'), "$DIR", film->directory);

    if (word[0] == '\0' || word[0] == '#')
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(directions); i++)
        if (g_str_equal(word, directions[i].word)) {
            directions[i].play(film, text);
            return;
        }
    fail(film, "\"%s\" is no direction of a film", word);
}

static void play(Film *film)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(film->script, &text, NULL, &error))
        fail(film, "%s", error->message);
    lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++) {
        film->line = i + 1;
        play_line(film, lines[i]);
    }
}

/* The program of this build is the one that "start backplane" finds. */
static void find_program_first(void)
{
    g_autofree char *path = g_strdup_printf("%s:%s", BUILDDIR, g_getenv("PATH"));

    g_setenv("PATH", path, TRUE);
}

int main(int count, char **arguments)
{
    Film film = { .script = arguments[1], .rows = 24, .columns = 80 };

    if (count != 2) {
        fprintf(stderr, "Use: film SCRIPT\n");
        return 2;
    }
    find_program_first();
    film.folder = g_path_get_dirname(film.script);
    film.directory = temp_directory();
    play(&film);
    terminal_free(film.terminal);
    cast_free(film.cast);
    temp_directory_remove(film.directory);
    g_free(film.folder);
    return 0;
}
