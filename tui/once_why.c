/* `why`: explains a device of a guest in a few sentences. */
#include "tui/once.h"

#include "engine/session_domain.h"
#include "engine/why.h"
#include "monitor/text.h"
#include "tui/draw.h"
#include "tui/once_loop.h"
#include "tui/why_dialog.h"

#define LABEL_COLUMNS 9
#define TEXT_COLUMNS 69

/* (transfer full) */
static char *text_of(const GPtrArray *parts)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < parts->len; i++) {
        const WhyPart *part = parts->pdata[i];
        g_autoptr(GPtrArray) lines = text_wrap(part->text, TEXT_COLUMNS);

        if (i && *part->label)
            g_string_append_c(text, '\n');
        for (guint k = 0; k < lines->len; k++) {
            g_autofree char *line = text_printable(lines->pdata[k], -1, 0);

            g_string_append_printf(text, "%-*s%s\n", LABEL_COLUMNS, k ? "" : part->label, line);
        }
    }
    return g_string_free(text, FALSE);
}

static void why_live(Once *once)
{
    g_autoptr(GError) error = NULL;
    const Match *match = session_match(once->session);
    const Device *device = session_find(once->session, session_guest(once->session),
                                        once->options->arguments[0], &error);
    g_autoptr(GPtrArray) parts = NULL;

    if (!device) {
        once_fail(once, error);
        return;
    }
    parts = why_dialog_parts(once->session, device, match ? match_of_device(match, device) : NULL);
    once_answer(once, text_of(parts), EXIT_DONE);
}

int once_why(const Options *options)
{
    static const OnceTask task = { .live = why_live };

    return once_run(options, options->target, &task, NULL);
}
