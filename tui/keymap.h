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

/* Whether a command is there now: in this view, of this session. */
typedef gboolean (*KeymapFn)(const Command *command, gconstpointer data);
/* The command of the table that has this key in the console and is there; NULL for none. */
const Command *keymap_find(Key key, KeymapFn is_there, gconstpointer data);
/* The label of its first key. */
const char *keymap_label(const Command *command, gboolean ascii);

#endif
