/* Keys: names as the command table writes them ("j", "C-u", "PageUp", "F1"), what ncurses reports,
 * and the command that a key belongs to. */
#ifndef BACKPLANE_KEYMAP_H
#define BACKPLANE_KEYMAP_H

#include <wchar.h>

#include "tui/command.h"

/* A key as get_wch() reports it, with the several codes of Enter and Backspace made one. */
typedef struct {
    gboolean function; /* code is a KEY_ of ncurses, not a character */
    wint_t code;
} Key;

#define KEY_CODE_ESCAPE 27
#define KEY_CODE_RETURN '\n'
#define KEY_CODE_TAB '\t'
#define KEY_CODE_RUBOUT 127

/* The letter with Ctrl: CONTROL('U'). */
#define CONTROL(letter) ((letter)&0x1f)

Key key_from_curses(int result, wint_t code);
gboolean key_parse(const char *name, Key *key);
gboolean key_equal(Key a, Key b);
/* As a person reads it: "PgUp", "^U", "↑". (transfer none) */
const char *key_label(const char *name, gboolean ascii);
/* By what a person reads in a hint, or by its name. */
gboolean key_of_label(const char *label, Key *key);

/* Names of keys that can be bound, those that a keyboard has most likely. */
typedef void (*KeyNameFn)(const char *name, gpointer data);
void key_names(KeyNameFn each, gpointer data);

/* --- what keys do ---------------------------------------------------------------------------- */

/* From the keys of the command table, and from what the user binds: there is one table of them. */
typedef struct {
    char *name; /* of the key, as it was written */
    Key key;
    guint views; /* bits IN_VIEW: of these views */
    const Command *command;
    char **words; /* the user's: the line that it stands for; NULL: as the table has it */
} Binding;

/* (transfer none) (Binding), those before others win. Valid until a key is bound or taken away. */
const GPtrArray *keymap_bindings(void);

/* Whether a command is there now, bound for these views. */
typedef gboolean (*KeymapFn)(const Command *command, guint views, gconstpointer data);
/* What the key does there; NULL for nothing. */
const Binding *keymap_find(Key key, KeymapFn is_there, gconstpointer data);

/* Gives a key the line that the words are, in these views, 0 for all. *was: (transfer full) names
 * of the commands that have it there by default; NULL for none. Errors: ENGINE_ERROR_INPUT: no such
 * key or command, words that it does not take, or the user has given the key to another command
 * there already. */
gboolean keymap_bind(const char *name, guint views, char **words, char **was, GError **error);
/* Takes a key away from whatever has it there. Errors: ENGINE_ERROR_INPUT: no such key, or nothing
 * has it. */
gboolean keymap_unbind(const char *name, guint views, GError **error);
/* Every key as the table has it. */
void keymap_reset(void);

/* What a key does, as a clause; NULL for nothing. (transfer full) */
char *keymap_says(const char *name);
/* The label of the first key that does what the command is, the user's own before others; ":NAME"
 * where no key does. (transfer none) */
const char *keymap_label(const Command *command, gboolean ascii);
/* The labels of all of them, blanks between. (transfer full) */
char *keymap_labels(const Command *command, gboolean ascii);
/* The line that a binding of the user's stands for. (transfer full) */
char *binding_line(const Binding *binding);

#endif
