/* `backplane themes`: every theme there is, with its states in its colours. */
#include "tui/once.h"

#include <jansson.h>

#include "tui/draw.h"
#include "tui/outline.h"
#include "tui/report.h"
#include "tui/report_json.h"
#include "tui/report_text.h"
#include "tui/theme_terminal.h"

#define NAME_COLUMNS 18
#define SAMPLE_COLUMNS 79

typedef struct {
    const ThemeEntry *entry;
    Theme *theme;  /* NULL when it is bad */
    GError *error; /* then */
} Found;

static Found found_new(const ThemeEntry *entry)
{
    Found found = { .entry = entry };

    found.theme = theme_load(entry->name, &found.error);
    return found;
}

static void found_clear(Found *found)
{
    g_clear_pointer(&found->theme, theme_free);
    g_clear_error(&found->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

/* --- JSON ------------------------------------------------------------------------------------ */

static json_t *backgrounds_to_json(const Theme *theme)
{
    json_t *list = json_array();

    for (guint i = 0; theme && i < theme->background_count; i++) {
        g_autofree char *text = g_strdup_printf("#%06x", theme->backgrounds[i]);

        json_array_append_new(list, json_string(text));
    }
    return list;
}

static json_t *found_to_json(const Found *found)
{
    json_t *hidden = json_array();

    for (guint i = 0; i < found->entry->hidden->len; i++)
        json_array_append_new(hidden, report_string_json(found->entry->hidden->pdata[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", "name", report_string_json(found->entry->name),
        "description", report_string_json(found->theme ? found->theme->description : NULL), "path",
        report_string_json(found->entry->path), "backgrounds", backgrounds_to_json(found->theme),
        "hides", hidden, "error", report_string_json(found->error ? found->error->message : NULL));
}

/* --- text ------------------------------------------------------------------------------------ */

/* Where a theme leaves the terminal its own background, this one may be none that the theme was
 * made for: the sample gets one. */
static void lay_ground(Theme *theme)
{
    Style *text = &theme->colour[ELEMENT_TEXT];
    guint ground = theme->backgrounds[0];
    gboolean dark = rgb_contrast(ground, 0xffffff) > rgb_contrast(ground, 0);

    if (!theme->background_count || text->background.type == COLOUR_RGB)
        return;
    for (int i = 0; i < ELEMENTS; i++)
        if (theme->colour[i].foreground.type == COLOUR_DEFAULT)
            theme->colour[i].foreground.type = COLOUR_NONE;
    text->foreground = (Colour){ COLOUR_RGB, dark ? 0xe5e5e5 : 0x1a1a1a };
    text->background = (Colour){ COLOUR_RGB, ground };
}

static void add_states(GString *text, const TerminalInk *ink, const Theme *theme, gboolean ascii)
{
    static const DeviceState states[] = { STATE_FIXED,     STATE_PRESENT, STATE_ADDED,
                                          STATE_LEAVING,   STATE_VACANT,  STATE_ABSENT,
                                          STATE_UNMANAGED, STATE_REFUSED };
    int column = 1;

    terminal_paint(ink, text, theme, ELEMENT_TEXT, " ");
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *word =
            g_strdup_printf("%s %s", state_glyph(states[i], ascii), device_state_name(states[i]));

        terminal_paint(ink, text, theme, element_of_state(states[i]), word);
        terminal_paint(ink, text, theme, ELEMENT_TEXT, " ");
        column += text_columns(word) + 1;
    }
    if (ink->known && column < SAMPLE_COLUMNS) {
        g_autofree char *blanks = g_strnfill((gsize)(SAMPLE_COLUMNS - column), ' ');

        terminal_paint(ink, text, theme, ELEMENT_TEXT, blanks);
    }
    report_end_line(text);
}

static void add_found(GString *text, const Found *found, const TerminalInk *ink, gboolean ascii)
{
    const ThemeEntry *entry = found->entry;
    g_autofree char *name = report_printable(entry->name, ascii);
    g_autofree char *what =
        report_printable(found->theme ? found->theme->description ? found->theme->description : ""
                                      : "cannot be used",
                         ascii);
    g_autofree char *path = report_printable(entry->path ? entry->path : "built in", ascii);

    report_pad(text, name, NAME_COLUMNS);
    g_string_append(text, what);
    report_end_line(text);
    if (ink->known && found->theme) {
        lay_ground(found->theme);
        add_states(text, ink, found->theme, ascii);
    }
    g_string_append_printf(text, "    %s\n", path);
    for (guint i = 0; i < entry->hidden->len; i++) {
        g_autofree char *hidden = report_printable(entry->hidden->pdata[i], ascii);

        g_string_append_printf(text, "    hides %s\n", hidden);
    }
}

/* --- the command ----------------------------------------------------------------------------- */

int once_themes(const Options *options)
{
    g_autoptr(GPtrArray) entries = theme_list();
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *dump = NULL;
    TerminalInk ink = { 0 };
    json_t *list = json_array();
    int status = EXIT_DONE;

    if (!options->json)
        ink = terminal_ink();
    for (guint i = 0; i < entries->len; i++) {
        g_auto(Found) found = found_new(entries->pdata[i]);

        json_array_append_new(list, found_to_json(&found));
        add_found(text, &found, &ink, options->ascii);
        if (found.error) {
            report_complain("%s", found.error->message);
            status = EXIT_USAGE;
        }
    }
    dump = report_finish_json(list);
    return report_print(options->json ? dump : text->str) ? status : EXIT_REFUSED;
}
