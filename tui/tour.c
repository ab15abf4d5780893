/* Where the tour is, and its panel. Which steps there are is in tour_steps.c. */
#include "tui/tour.h"

#include <string.h>

#include "tui/keymap.h"

#define LINES_MAX 7 /* the rule, what was done, the text, the keys */
#define ROWS_BESIDE 12
#define HIDE "Esc hides"

struct Tour {
    TourGuide guide;
    guint step;     /* tour_step_count: all are done */
    gboolean given; /* the step's command */
    gboolean shown;
    gboolean done; /* the step before was, rather than skipped */
};

static const TourStep *step_of(const Tour *tour)
{
    return tour->step < tour_step_count ? &tour_steps[tour->step] : NULL;
}

static void begin(Tour *tour, guint step)
{
    tour->step = step;
    tour->given = FALSE;
    if (step_of(tour) && step_of(tour)->before)
        tour->guide.tell(step_of(tour)->before, tour->guide.data);
}

Tour *tour_new(const TourGuide *guide)
{
    Tour *tour = g_new0(Tour, 1);

    tour->guide = *guide;
    tour->shown = TRUE;
    begin(tour, 0);
    return tour;
}

void tour_free(Tour *tour)
{
    g_free(tour);
}

/* --- going on -------------------------------------------------------------------------------- */

void tour_saw(Tour *tour, const char *command)
{
    const TourStep *step = step_of(tour);

    if (!step || g_strcmp0(step->command, command) != 0)
        return;
    tour->given = TRUE;
    if (step->asked)
        tour->guide.tell(step->asked, tour->guide.data);
}

gboolean tour_look(Tour *tour, const Console *console)
{
    const TourStep *step = step_of(tour);

    if (!step || (step->command && !tour->given) || (step->done && !step->done(console)))
        return FALSE;
    begin(tour, tour->step + 1);
    tour->done = TRUE;
    return TRUE;
}

void tour_skip(Tour *tour)
{
    if (step_of(tour))
        begin(tour, tour->step + 1);
    tour->done = FALSE;
}

gboolean tour_show(Tour *tour, gboolean shown)
{
    gboolean changes = tour->shown != shown;

    tour->shown = shown;
    return changes;
}

/* --- the panel ------------------------------------------------------------------------------- */

/* "{attach}" becomes "a". (transfer full) */
static char *put_keys(const char *text, gboolean ascii)
{
    GString *filled = g_string_new(NULL);
    const char *open, *close;

    while ((open = strchr(text, '{')) && (close = strchr(open, '}'))) {
        g_autofree char *name = g_strndup(open + 1, (gsize)(close - open - 1));

        g_string_append_len(filled, text, open - text);
        g_string_append(filled, keymap_label(command_find(name), ascii));
        text = close + 1;
    }
    g_string_append(filled, text);
    return g_string_free(filled, FALSE);
}

static GPtrArray *text_lines(const Tour *tour, int columns, gboolean ascii)
{
    const TourStep *step = step_of(tour);
    g_autofree char *text =
        put_keys(step ? step->text
                      : "That was the tour: you have seen the bus, plugged and unplugged, met a "
                        "guest that would not let go, and pinned its addresses. Go on as you like: "
                        "when you quit ({quit}), the guest and its files go.",
                 ascii);

    return text_wrap(text, columns);
}

int tour_lines(const Tour *tour, int rows, int columns)
{
    if (!tour || !tour->shown || rows < ROWS_BESIDE)
        return 0;
    g_autoptr(GPtrArray) lines = text_lines(tour, columns - 2, FALSE);

    return CLAMP((int)lines->len + 2, 4, MIN(LINES_MAX, rows / 2));
}

static void draw_heading(const Tour *tour, const Canvas *canvas)
{
    const TourStep *step = step_of(tour);
    g_autofree char *title =
        step ? g_strdup_printf("Tour %u of %u: %s", tour->step + 1, tour_step_count, step->title)
             : g_strdup("Tour: done");

    draw_rule(canvas, 0, title, HIDE);
}

/* (transfer full) */
static char *skip_text(const Canvas *canvas)
{
    return put_keys("{tour} skips this step", canvas->look->ascii);
}

static void draw_foot(const Tour *tour, const Canvas *canvas)
{
    int row = canvas->rows - 1;
    g_autofree char *skip = skip_text(canvas);
    g_autofree char *before =
        tour->done ? g_strdup_printf("done: %s", tour_steps[tour->step - 1].title) : NULL;

    if (before)
        draw_text(canvas, row, 1, canvas->columns - 2, ELEMENT_GOOD, before);
    if (!before || text_columns(before) + text_columns(skip) + 4 < canvas->columns)
        draw_right(canvas, row, 0, canvas->columns - 1, ELEMENT_DIM, skip);
}

void tour_draw(const Tour *tour, const Canvas *canvas)
{
    g_autoptr(GPtrArray) lines = text_lines(tour, canvas->columns - 2, canvas->look->ascii);

    draw_heading(tour, canvas);
    for (guint i = 0; i < lines->len && (int)i + 2 < canvas->rows; i++)
        draw_text(canvas, 1 + (int)i, 1, canvas->columns - 2, ELEMENT_TEXT, lines->pdata[i]);
    draw_foot(tour, canvas);
}

/* Both stand at the right, with no more than a blank or two behind them. */
TourClick tour_click(const Tour *tour, const Canvas *canvas, int row, int column)
{
    g_autofree char *skip = skip_text(canvas);
    int from_right = canvas->columns - column;

    if (row == 0 && from_right <= text_columns(HIDE) + 2)
        return TOUR_HIDE;
    return row == canvas->rows - 1 && from_right <= text_columns(skip) + 1 ? TOUR_SKIP
                                                                           : TOUR_NOTHING;
}
