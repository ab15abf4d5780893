/* The command line, taken apart. */
#ifndef BACKPLANE_OPTIONS_H
#define BACKPLANE_OPTIONS_H

#include <glib.h>

typedef enum {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,    /* the guest or QEMU refused, or a difference was found */
    EXIT_USAGE = 2,      /* wrong usage or bad input */
    EXIT_CONNECTION = 3, /* no connection, or lost */
    EXIT_UNFINISHED = 4, /* the guest did not let go in time */
    EXIT_SIGNAL = 128,   /* plus the number of the signal, as shells have it */
} ExitStatus;

typedef struct {
    int status;
    const char *meaning;
} ExitMeaning;

/* For help and manual. */
const ExitMeaning *exit_meanings(gsize *count);

/* One option of the command line. */
typedef struct {
    const char *name;
    char letter;          /* of the short form, 0 for none */
    const char *value;    /* "SECONDS"; NULL for a switch */
    const char *commands; /* names with blanks between them, "console" for none; NULL: all */
    const char *help;
    gsize offset; /* for options.c */
} OptionRow;

const OptionRow *option_table(gsize *count);

typedef struct {
    char *program;    /* argv[0] */
    char *command;    /* sub-command's name; NULL: the console */
    char *target;     /* TARGET, of some commands FILE; NULL where the command has neither, and
                         where the console is to let one choose */
    char **arguments; /* what follows the target; never NULL */
    gboolean json;
    gboolean dry_run;
    gboolean ascii; /* --ascii, or a locale that is not UTF-8, or TERM=linux */
    gint64 wait_ms; /* --wait SECONDS; default 5000 */
    char *theme;    /* --theme NAME; NULL: the default */
    char *domain;   /* --domain FILE; NULL: none */
    char *output;   /* --output FILE; NULL: standard output */
    gboolean in_place;
    gboolean backup;
    gboolean libvirt; /* --format libvirt */
    guint spare;
    gboolean info_pci;
    gboolean strict;
    gboolean force; /* --force: a tray that the guest holds locked is opened */
    gboolean read_only;
    gboolean linear; /* --linear: nothing is drawn */
    gboolean print;
    char *emulator; /* --emulator PROGRAM; NULL: none was forced */
    gboolean tour;
    char *record;            /* --record FILE; NULL: nothing is recorded */
    char *config;            /* --config FILE; NULL: the user's usual one */
    struct Session *session; /* of the line mode: a command runs on it; NULL: it connects itself */
} Options;

/* Errors: G_OPTION_ERROR and ENGINE_ERROR_INPUT: a clear sentence. --help, --version and --man are
 * answered here: then *done is set and NULL returned without an error. (transfer full) */
Options *options_parse(int argc, char **argv, gboolean *done, GError **error);
/* A line of the line mode that these options are of: words[0] is the command, TARGET is left out,
 * and it runs on that session. */
Options *options_parse_line(char **words, const Options *shell, gboolean *done, GError **error);
void options_free(Options *options);

/* "; did you mean \"tree\"?" for a word that is no command, "" where none is near. (transfer full)
 */
char *options_command_hint(const char *word);

/* Exit status for an error of any domain of ours. */
ExitStatus exit_status_from_error(const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Options, options_free)

#endif
