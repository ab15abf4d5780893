/* Lines taken one after the other, and what comes of each. */
#include "tui/shell.h"

#include "engine/session_domain.h"
#include "tui/config.h"
#include "tui/line.h"
#include "tui/linear.h"
#include "tui/once_loop.h"
#include "tui/once_target.h"
#include "tui/report.h"
#include "tui/settings.h"
#include "tui/shell_lines.h"
#include "tui/usage.h"

#define HELP_COLUMN 24

static gboolean left; /* `quit` was said */

/* --- one line -------------------------------------------------------------------------------- */

static int run_words(char **words, const Options *shell)
{
    g_autoptr(Options) options = NULL;
    g_autoptr(GError) error = NULL;
    const Command *command;
    gboolean done;

    options = options_parse_line(words, shell, &done, &error);
    if (done)
        return EXIT_DONE;
    if (!options) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    command = command_find(options->command);
    return command->shell ? command->shell(options) : command->once(options);
}

/* What its user has set holds for the next line on. */
static int run_line(const char *line, Options *shell)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;

    shell->wait_ms = (gint64)(setting_number(SETTING_WAIT) * 1000 + 0.5);
    if (!line_split(line, &words, &error)) {
        report_complain("%s", error->message);
        return EXIT_USAGE;
    }
    return words ? run_words(words, shell) : EXIT_DONE;
}

/* A line of a script that begins with "-" may fail, as in a makefile. */
static const char *skip_mark(const char *line, gboolean *may_fail)
{
    while (*line == ' ' || *line == '\t')
        line++;
    *may_fail = *line == '-';
    return line + *may_fail;
}

static void complain_stopped(const Options *options, const ShellLines *lines, const char *line,
                             int status)
{
    const char *script = options->arguments[0] ? options->arguments[0] : "standard input";

    report_complain("%s:%u: \"%s\" failed (%d), so what follows was not run; a line that begins "
                    "with - may fail",
                    script, shell_lines_number(lines), line, status);
}

/* Gives the exit status. */
static int run_lines(Options *options, ShellLines *lines)
{
    gboolean typed = shell_lines_typed(lines);

    while (!left) {
        g_autofree char *line = shell_lines_next(lines);
        gboolean may_fail;
        const char *words;
        int status;

        if (!line)
            break;
        words = skip_mark(line, &may_fail);
        status = run_line(words, options);
        if (status == EXIT_DONE || typed || (may_fail && status < EXIT_SIGNAL))
            continue;
        complain_stopped(options, lines, words, status);
        return status;
    }
    return shell_lines_signal(lines) ? EXIT_SIGNAL + shell_lines_signal(lines) : EXIT_DONE;
}

/* --- the whole ------------------------------------------------------------------------------- */

static void connected(Once *once)
{
    once_end(once, EXIT_DONE);
}

/* Whoever types hears at once that nothing answers. */
static int connect_first(const Options *options)
{
    static const OnceTask task = { .live = connected };

    return once_run(options, options->target, &task, NULL);
}

static void complain_config(const Options *options)
{
    g_autoptr(GPtrArray) complaints = config_read(options->config);

    for (guint i = 0; i < complaints->len; i++)
        report_complain("%s", (const char *)complaints->pdata[i]);
}

/* Telling does not end with a script, or where there is none: only `quit` and a signal end it. */
static int run_linear(Options *options, ShellLines *lines)
{
    int status;

    linear_begin(options->session, options->ascii, shell_lines_typed(lines));
    status = run_lines(options, lines);
    if (status == EXIT_DONE && !left && !shell_lines_typed(lines))
        status = EXIT_SIGNAL + linear_stay();
    linear_end(options->session);
    return status;
}

int once_shell(const Options *given)
{
    Options options = *given;
    g_autoptr(Session) session = NULL; /* freed last: the lines listen to it */
    g_autoptr(ShellLines) lines = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    complain_config(given);
    session = once_session_new(given, given->target, SESSION_WATCH, &error);
    if (!session || !once_open(session, given, &error)) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    options.session = session;
    status = connect_first(&options);
    if (status != EXIT_DONE)
        return status;
    lines = shell_lines_new(given->arguments[0], &options, &error);
    if (!lines) {
        report_complain("%s", error->message);
        return EXIT_USAGE;
    }
    return given->linear ? run_linear(&options, lines) : run_lines(&options, lines);
}

/* --- commands of its own --------------------------------------------------------------------- */

static void add_command(GString *text, const Command *command)
{
    const char *arguments = line_arguments(command);
    g_autofree char *line = g_strconcat(command->name, *arguments ? " " : "", arguments, NULL);

    usage_add_row(text, line, HELP_COLUMN, command->help);
}

int shell_help(const Options *options)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++)
        if (command_in_shell(&table[i]))
            add_command(text, &table[i]);
    g_string_append(text, "\nWords are quoted as in a shell, # begins a comment. COMMAND --help "
                          "tells its options.\n");
    return report_print(text->str) ? EXIT_DONE : EXIT_REFUSED;
}

int shell_set(const Options *options)
{
    g_autoptr(GError) error = NULL;

    if (setting_set(options->arguments[0], options->arguments[1], &error))
        return EXIT_DONE;
    report_complain("%s", error->message);
    return EXIT_USAGE;
}

int shell_quit(const Options *options)
{
    left = TRUE;
    return EXIT_DONE;
}
