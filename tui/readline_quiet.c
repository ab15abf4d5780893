/* What readline does to a terminal unless it is told not to. The reasons are its own sources, 8.2.
 */
#include "tui/readline_quiet.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <ncurses.h>
#include <readline/readline.h>
#include <term.h>

static void leave_modes(int meta)
{
}

static void leave_modes_again(void)
{
}

static void draw_nothing(void)
{
}

/* A mistake in the inputrc is told on stderr, in the middle of the screen. */
static void initialize_silently(void)
{
    int saved = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    rl_initialize();
    if (saved >= 0) {
        dup2(saved, STDERR_FILENO);
        close(saved);
    }
    if (nowhere >= 0)
        close(nowhere);
}

/* Keys that terminfo tells only of some terminals, and that the console gives in this form. */
static void bind_keys(void)
{
    rl_bind_keyseq_if_unbound("\\e[3~", rl_delete);
    rl_bind_keyseq_if_unbound("\\e[5~", rl_history_search_backward);
    rl_bind_keyseq_if_unbound("\\e[6~", rl_history_search_forward);
    rl_bind_keyseq_if_unbound("\\e[1;5C", rl_forward_word);
    rl_bind_keyseq_if_unbound("\\e[1;5D", rl_backward_word);
}

void readline_quiet_set_up(void)
{
    TERMINAL *ours = cur_term; /* rl_initialize calls tgetent, which may put another in its place */
    static int done;

    if (done)
        return;
    done = 1;
    rl_readline_name = "backplane"; /* for $if in the inputrc */
    rl_change_environment = 0;      /* else LINES and COLUMNS are set, and ncurses keeps to them */
    rl_catch_signals = rl_catch_sigwinch = 0;
    rl_prep_term_function = leave_modes;
    rl_deprep_term_function = leave_modes_again;
    rl_redisplay_function = draw_nothing;
    rl_instream = fopen("/dev/null", "re");
    rl_outstream = fopen("/dev/null", "we");
    initialize_silently();
    rl_variable_bind("bell-style", "none");           /* it would be written to stderr */
    rl_variable_bind("show-all-if-unmodified", "on"); /* the first Tab turns the page */
    bind_keys();
    if (ours)
        set_curterm(ours);
}
