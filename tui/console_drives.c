/* What the keys for drives do: their order, and their media. */
#include "tui/console_private.h"

#include "tui/drives_view.h"

void console_sort_drives(Console *console)
{
    console_say(console, ELEMENT_TEXT, "drives by %s", drives_view_sort(console_view(console)));
}
