/* The one table of commands. The one-shot sub-commands, the key bindings, the hint line, the help
 * screen, --help and the manual page are all read from it. */
#ifndef BACKPLANE_COMMAND_H
#define BACKPLANE_COMMAND_H

#include "tui/options.h"

typedef struct Console Console;

typedef enum {
    GROUP_GUEST, /* sub-commands and keys that look at or change the guest */
    GROUP_FILE,  /* keys that change the domain file */
    GROUP_MOVE,
    GROUP_VIEW,
    GROUP_REPLAY, /* keys that are there in a recording */
    GROUP_PROGRAM,
    GROUPS,
} CommandGroup;

typedef struct {
    const char *name; /* "attach" */
    CommandGroup group;
    const char *help;      /* one sentence without a full stop, in the imperative */
    const char *arguments; /* "TARGET disk|cdrom|..."; in a line TARGET is left out; NULL: none */
    const char *keys; /* default keys in the console, blank between them: "j Down"; NULL for none */
    const char *hint; /* word in the hint line: "attach"; NULL to leave it out there */
    int (*once)(
        const Options *options);   /* the sub-command: runs and gives the exit status; or NULL */
    void (*act)(Console *console); /* what the keys do in the console; or NULL */
    void (*act_value)(Console *console, int value); /* the same, shared by rows that differ in: */
    int value;
    /* The same with words behind its name, typed at the prompt or bound to a key; words[0] is the
     * name. NULL: it takes none. */
    gboolean (*line)(Console *console, char **words, GError **error);
    /* It changes settings or keys, and needs no guest: for the prompt and the config file. *said is
     * what there is to tell; NULL for nothing. */
    gboolean (*configure)(char **words, char **said, GError **error);
    int (*shell)(const Options *options); /* in the line mode, in place of once */
    gboolean alone;   /* not in the line mode: it shows a guest of its own, or takes the terminal */
    guint views;      /* its keys and its hint are for these views (IN_VIEW); 0: for all */
    gboolean changes; /* it changes the guest, or files of its user: not there when read-only */
    /* There is such a command now; NULL: always. Of two rows with a key the one that is there has
     * it. */
    gboolean (*exists)(const Console *console);
    gboolean (*applies)(const Console *console); /* else its hint is dim; NULL: always */
    gboolean occasional; /* rarely of use: its hint has a place only where it applies */
} Command;

const Command *command_table(gsize *count);
const Command *command_find(const char *name);
/* Something in the console has it. */
gboolean command_has_keys(const Command *command);
/* It can be typed there. */
gboolean command_in_console(const Command *command);
gboolean command_in_shell(const Command *command);

/* The name of a group, as a heading. */
const char *command_group_name(CommandGroup group);

#endif
