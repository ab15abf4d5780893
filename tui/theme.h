/* Colours by what they mean: drawing code names an element, a theme says how it looks. Knows no
 * window; draw.c turns a style into a pair of the terminal. */
#ifndef BACKPLANE_THEME_H
#define BACKPLANE_THEME_H

#include "engine/device.h"

typedef enum {
    ELEMENT_TEXT,
    ELEMENT_DIM,     /* what stands back: units, tree lines, vacant places */
    ELEMENT_TITLE,   /* name of the guest, of the device, of a dialog */
    ELEMENT_HEADING, /* over columns and in rules */
    ELEMENT_RULE,
    ELEMENT_TAB,   /* the view that is shown */
    ELEMENT_LABEL, /* left of a value */
    ELEMENT_ADDRESS,
    ELEMENT_BACKEND,
    ELEMENT_ID,
    ELEMENT_FIXED, /* the states, in the order of DeviceState */
    ELEMENT_PRESENT,
    ELEMENT_ADDED,
    ELEMENT_LEAVING,
    ELEMENT_VACANT,
    ELEMENT_GONE,
    ELEMENT_REFUSED,
    ELEMENT_ABSENT,
    ELEMENT_UNMANAGED,
    ELEMENT_DIFFERS,
    ELEMENT_SELECTION, /* the row that the cursor is on */
    ELEMENT_KEY,       /* a key in the hint line and the help */
    ELEMENT_FIELD,     /* a text field that has the focus */
    ELEMENT_PROPOSAL,  /* chosen by the program, can be changed */
    ELEMENT_CHOICE,    /* the chosen one of several */
    ELEMENT_BUTTON,    /* a button that has the focus */
    ELEMENT_GOOD,      /* a check that holds */
    ELEMENT_CAUTION,
    ELEMENT_ERROR,
    ELEMENTS,
} Element;

/* A colour as the theme gives it: reduced to what the terminal has when it is used. */
typedef struct {
    enum { COLOUR_NONE, COLOUR_DEFAULT, COLOUR_INDEX, COLOUR_RGB } type;
    guint value; /* palette index, or 0xrrggbb */
} Colour;

typedef enum {
    STYLE_BOLD = 1 << 0,
    STYLE_DIM = 1 << 1,
    STYLE_UNDERLINE = 1 << 2,
    STYLE_REVERSE = 1 << 3,
    STYLE_ITALIC = 1 << 4,
} StyleFlags;

typedef struct {
    Colour foreground, background; /* COLOUR_NONE: not said */
    guint flags;
} Style;

typedef struct {
    char *name;
    Style colour[ELEMENTS]; /* on a terminal with colours */
    Style mono[ELEMENTS];   /* without, or with NO_COLOR */
} Theme;

#define THEME_ERROR (theme_error_quark())
GQuark theme_error_quark(void);

/* From NAME.theme in the first folder that has it: $BACKPLANE_THEMES, PKGDATADIR/themes, ./themes.
 * name NULL, or "default" where there is no such file: built in. Errors: THEME_ERROR naming file,
 * line and key, or the names there are. (transfer full) */
Theme *theme_load(const char *name, GError **error);
/* The built-in one. (transfer full) */
Theme *theme_default(void);
void theme_free(Theme *theme);

/* Names of all themes that can be found, sorted, "default" first. (transfer full) */
char **theme_names(void);

Element element_of_state(DeviceState state);

/* "yellow bold", "white on #264f78", "grey", "default reverse". Errors: THEME_ERROR naming the
 * word. */
gboolean style_parse(const char *text, Style *style, GError **error);

/* The nearest colour that a terminal of so many colours has: -1 for its default. */
int colour_reduce(Colour colour, int colours);
/* A middle grey, which 8 colours lack: there the terminal dims its own colour instead. */
gboolean colour_is_grey(Colour colour);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Theme, theme_free)

#endif
