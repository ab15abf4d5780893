/* What ? explains: a refusal that was told just now, else what the cursor is on. */
#include "tui/console_private.h"

#include "tui/text_dialog.h"
#include "tui/why_dialog.h"

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
