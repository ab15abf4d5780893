/* readline's callback interface in a main loop that also hears the session. */
#include "tui/shell_terminal.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <readline/readline.h>

#include "tui/line_history.h"
#include "tui/path_complete.h"
#include "tui/readline_words.h"
#include "tui/report_journal.h"
#include "tui/report_linear.h"
#include "tui/report_text.h"

#define HISTORY "history"
#define PASTE_OFF "\033[?2004l"

static struct {
    Session *session;
    gboolean ascii;
    char *(*entry_text)(const JournalEntry *entry, gboolean ascii);
    ShellTerminalFn done;
    gpointer data;
    gboolean shown;
    guint input, stop, size;
    int stop_fd;
    guint64 told; /* entries of the journal, ever */
    Completion *completion;
} terminal;

/* --- dying ----------------------------------------------------------------------------------- */

/* Signals that end us at once; the others come through the main loop. */
static const int fatal_signals[] = { SIGQUIT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static struct termios modes;
static struct sigaction before[G_N_ELEMENTS(fatal_signals)];

static void on_fatal(int number)
{
    gssize ignored = write(STDOUT_FILENO, PASTE_OFF, strlen(PASTE_OFF));

    (void)ignored;
    tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        if (fatal_signals[i] == number)
            sigaction(number, &before[i], NULL);
    raise(number);
}

static void arm_rescue(void)
{
    struct sigaction action = { .sa_handler = on_fatal };

    tcgetattr(STDIN_FILENO, &modes);
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, &before[i]);
}

static void disarm_rescue(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        sigaction(fatal_signals[i], &before[i], NULL);
}

/* --- the prompt ------------------------------------------------------------------------------ */

static char *prompt_text(void)
{
    const Guest *guest = session_guest(terminal.session);
    g_autofree char *name = report_printable(guest ? guest->name : "backplane", terminal.ascii);
    gboolean lost = session_state(terminal.session) == SESSION_LOST;

    return g_strdup_printf("%s%s> ", name, lost ? " (connection lost)" : "");
}

/* Above the line that is being typed. */
static void tell_events(void)
{
    const Journal *journal = session_journal(terminal.session);
    guint length = journal_length(journal);
    guint64 count = journal_count(journal), fresh = MIN(count - terminal.told, length);

    terminal.told = count;
    if (!terminal.shown || !fresh)
        return;
    rl_clear_visible_line();
    for (guint i = length - (guint)fresh; i < length; i++) {
        g_autofree char *text = terminal.entry_text(journal_entry(journal, i), terminal.ascii);

        fputs(text, stdout);
    }
    fflush(stdout);
    rl_on_new_line();
    rl_forced_update_display();
}

static void on_session(Session *session, SessionChange change, gpointer data)
{
    g_autofree char *text = NULL;

    if (change == SESSION_JOURNAL_GREW)
        tell_events();
    if (change != SESSION_STATE_CHANGED || !terminal.shown)
        return;
    text = prompt_text();
    rl_set_prompt(text);
    rl_forced_update_display();
}

static void on_line(char *text)
{
    g_autofree char *line = g_strdup(text);

    free(text);
    if (line)
        line_history_add(HISTORY, line);
    else
        puts("");
    shell_terminal_hide();
    terminal.done(g_steal_pointer(&line), terminal.data);
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    if (condition & G_IO_IN) {
        rl_callback_read_char();
    } else { /* the terminal has gone */
        shell_terminal_hide();
        terminal.done(NULL, terminal.data);
    }
    return terminal.shown ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Ctrl-Z: the terminal as it was while we are stopped. */
static gboolean on_stop(gint fd, GIOCondition condition, gpointer data)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof info) != sizeof info)
        return G_SOURCE_CONTINUE;
    rl_deprep_terminal();
    puts("");
    fflush(stdout);
    raise(SIGSTOP);
    rl_prep_terminal(1);
    rl_on_new_line();
    rl_forced_update_display();
    return G_SOURCE_CONTINUE;
}

static void hold_stops(gboolean hold)
{
    sigset_t stops;

    sigemptyset(&stops);
    sigaddset(&stops, SIGTSTP);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &stops, NULL);
    if (hold)
        terminal.stop_fd = signalfd(-1, &stops, SFD_NONBLOCK | SFD_CLOEXEC);
    else
        close(terminal.stop_fd);
}

static gboolean on_size(gpointer data)
{
    rl_resize_terminal();
    return G_SOURCE_CONTINUE;
}

void shell_terminal_show(void)
{
    g_autofree char *text = prompt_text();

    if (terminal.shown)
        return;
    terminal.shown = TRUE;
    terminal.told = journal_count(session_journal(terminal.session));
    hold_stops(TRUE);
    rl_callback_handler_install(text, on_line);
    terminal.input = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, NULL);
    terminal.stop = g_unix_fd_add(terminal.stop_fd, G_IO_IN, on_stop, NULL);
    terminal.size = g_unix_signal_add(SIGWINCH, on_size, NULL);
}

static void drop(guint *source)
{
    if (g_main_context_find_source_by_id(NULL, *source))
        g_source_remove(*source);
    *source = 0;
}

void shell_terminal_hide(void)
{
    if (!terminal.shown)
        return;
    terminal.shown = FALSE;
    rl_callback_handler_remove();
    drop(&terminal.input);
    drop(&terminal.stop);
    drop(&terminal.size);
    hold_stops(FALSE);
}

void shell_terminal_interrupt(void)
{
    rl_callback_sigcleanup();
    rl_free_line_state();
    puts("^C");
    fflush(stdout);
    rl_replace_line("", 1);
    rl_on_new_line();
    rl_forced_update_display();
}

/* --- completion ------------------------------------------------------------------------------ */

typedef struct {
    Completion *completion;
    gboolean done;
} Files;

static void on_files(const char *text, const GPtrArray *names, gpointer data)
{
    Files *files = data;

    completion_take_files(files->completion, names);
    files->done = TRUE;
}

/* The folder is read in the background, and the session goes on: only what is typed waits. */
static void take_files(Completion *completion)
{
    Files files = { completion, FALSE };
    PathComplete *names = path_complete_new(completion->path, on_files, &files);

    while (!files.done)
        g_main_context_iteration(NULL, TRUE);
    path_complete_free(names);
}

static void ask_again_later(Session *session, gpointer data)
{
}

static char **attempt(const char *text, int start, int end)
{
    const CompleteFacts facts = {
        .session = terminal.session, .shell = TRUE, .changed = ask_again_later, .data = &terminal
    };

    g_clear_pointer(&terminal.completion, completion_free);
    terminal.completion = complete_line(&facts, rl_line_buffer, (gsize)rl_point);
    if (terminal.completion->path)
        take_files(terminal.completion);
    return readline_words(terminal.completion, text, start);
}

static void show_candidates(char **matches, int count, int longest)
{
    const GPtrArray *candidates = terminal.completion->candidates;
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) text = g_string_new("\n");
    int rows, columns;
    guint shown;

    rl_get_screen_size(&rows, &columns);
    shown = MIN(candidates->len, (guint)MAX(rows - 3, 3));
    for (guint i = 0; i < shown; i++) {
        const Candidate *candidate = candidates->pdata[i];

        g_ptr_array_add(cells, report_printable(candidate->name, terminal.ascii));
        g_ptr_array_add(cells, report_printable(candidate->help, terminal.ascii));
    }
    report_add_table(text, cells, 2);
    if (shown < candidates->len)
        g_string_append_printf(text, "and %u more\n", candidates->len - shown);
    fputs(text->str, stdout);
    fflush(stdout);
    rl_on_new_line();
    rl_forced_update_display();
}

/* --- opened and closed ----------------------------------------------------------------------- */

void shell_terminal_open(const Options *options, ShellTerminalFn done, gpointer data)
{
    terminal.session = options->session;
    terminal.ascii = options->ascii;
    terminal.entry_text = options->linear ? report_journal_linear : report_journal_text;
    terminal.done = done;
    terminal.data = data;
    arm_rescue();
    rl_readline_name = "backplane";
    rl_change_environment = 0;
    rl_catch_signals = rl_catch_sigwinch = 0; /* they come through the main loop */
    rl_attempted_completion_function = attempt;
    rl_completion_display_matches_hook = show_candidates;
    readline_words_set_up();
    line_history_take(HISTORY);
    session_listen(terminal.session, on_session, &terminal);
}

void shell_terminal_close(void)
{
    shell_terminal_hide();
    session_unlisten(terminal.session, on_session, &terminal);
    session_forget(terminal.session, &terminal);
    g_clear_pointer(&terminal.completion, completion_free);
    disarm_rescue();
}
