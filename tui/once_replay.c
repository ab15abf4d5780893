/* `backplane replay`: a recording in the console, or where there is no terminal to draw on, what
 * happened in it line by line. */
#include "tui/once.h"

#include "engine/recording.h"
#include "tui/console.h"
#include "tui/once_own.h"
#include "tui/report.h"
#include "tui/report_journal.h"

static int print_lines(const Options *options, const Recording *recording)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < recording_count(recording, LINE_JOURNAL); i++) {
        const JournalEntry *entry = recording_journal(recording, i);
        g_autofree char *line =
            options->json ? report_journal_json(entry) : report_journal_text(entry, options->ascii);

        g_string_append(text, line);
    }
    return report_print(text->str) ? EXIT_DONE : EXIT_REFUSED;
}

static int show(const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Replay) replay = replay_new(options->arguments[0], &error);

    if (replay)
        return console_run_replay(replay, options);
    report_complain("%s", error->message);
    return exit_status_from_error(error);
}

static int print(const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Recording) recording = recording_load(options->arguments[0], &error);

    if (recording)
        return print_lines(options, recording);
    report_complain("%s", error->message);
    return exit_status_from_error(error);
}

int once_replay(const Options *options)
{
    return once_own_screen(options) ? show(options) : print(options);
}
