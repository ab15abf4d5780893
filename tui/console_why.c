/* What teaches: ? explains a refusal that was told just now, else what the cursor is on; the tour
 * leads through it all. */
#include "tui/console_private.h"

#include "tui/text_dialog.h"
#include "tui/why_dialog.h"

gboolean console_has_tour(const Console *console)
{
    return console->tour != NULL;
}

void console_tour(Console *console)
{
    if (!tour_show(console->tour, TRUE))
        tour_skip(console->tour);
}

void console_why(Console *console)
{
    static const Key more = { FALSE, '?' };
    const OutlineRow *row = console_row(console);

    if (console->refusal) {
        console_open(console, refusal_dialog_new("Not possible", console->refusal));
        console_do(console, console->dialog->class->key(console->dialog, more));
    } else if (row) {
        console_open(console, why_dialog_new(console->session, row, console->view));
    } else {
        console_help(console);
    }
}
