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

/* Backgrounds that a terminal may have of its own where a theme leaves it. */
#define THEME_BACKGROUNDS 4

typedef struct {
    char *name;
    char *description;      /* one line, for lists; NULL */
    Style colour[ELEMENTS]; /* on a terminal with colours */
    Style mono[ELEMENTS];   /* without, or with NO_COLOR */
    /* 0xrrggbb: what the theme was made for, none for any. Colours that come down to few are chosen
     * so that they can be read on all of these. */
    guint backgrounds[THEME_BACKGROUNDS];
    guint background_count;
} Theme;

#define THEME_ERROR (theme_error_quark())
GQuark theme_error_quark(void);

/* From NAME.theme in the first of the folders that has it: see theme_list. name NULL, or "default"
 * where there is no such file: built in. Errors: THEME_ERROR naming file, line and key, or the
 * names there are. (transfer full) */
Theme *theme_load(const char *name, GError **error);
/* The same, and never NULL: where the file is bad, the theme that it inherits from, or the one that
 * is built in. The error says which. (transfer full) */
Theme *theme_load_usable(const char *name, GError **error);
/* The built-in one. (transfer full) */
Theme *theme_default(void);
void theme_free(Theme *theme);

/* The style without what it leaves unsaid: that is as in ELEMENT_TEXT. */
Style theme_style(const Theme *theme, Element element);

typedef struct {
    char *name;
    char *path;        /* NULL: built in */
    GPtrArray *hidden; /* (char) files of that name in later folders */
} ThemeEntry;

void theme_entry_free(ThemeEntry *entry);

/* All themes there are, sorted, "default" first. Folders: $BACKPLANE_THEMES, backplane/themes in
 * the user's configuration, PKGDATADIR/themes, ./themes. (transfer full) (ThemeEntry) */
GPtrArray *theme_list(void);

gboolean element_find(const char *name, Element *element);
Element element_of_state(DeviceState state);

/* "yellow bold", "white on #264f78", "grey", "default reverse". Errors: THEME_ERROR naming the
 * word. */
gboolean style_parse(const char *text, Style *style, GError **error);

/* "#264f78" to 0x264f78. */
gboolean rgb_parse(const char *word, guint *rgb);

/* What xterm shows for a colour; 0 for the terminal's own. */
guint colour_rgb(Colour colour);

/* How well one can be read on the other: 1 to 21, as WCAG 2.1 has it. 4.5 is for text. */
#define CONTRAST_TEXT 4.5
double rgb_contrast(guint first, guint second);

/* A style in what a terminal of so many colours has. */
typedef struct {
    int foreground, background; /* -1: the terminal's own */
    guint flags;
} TerminalStyle;

/* The nearest colours that can still be read as well as before, up to CONTRAST_TEXT. With few
 * colours the hue counts more than its lightness, since hues have a meaning. With 8 there is no
 * grey: the text is dimmed instead, and bold means bright. */
TerminalStyle theme_reduce(const Theme *theme, Style style, int colours);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Theme, theme_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThemeEntry, theme_entry_free)

#endif
