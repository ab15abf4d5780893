/* `backplane list`: the guests of this host. */
#include "tui/once.h"

#include "monitor/discover.h"
#include "monitor/sock_diag.h"
#include "tui/report.h"
#include "tui/report_guests.h"

int once_list(const Options *options)
{
    g_autoptr(GHashTable) pairs = sock_diag_pairs();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) guests = discover_guests("/proc", pairs, NULL, &error);
    g_autofree char *text = NULL;

    if (!guests) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    text = options->json ? report_guests_json(guests) : report_guests_text(guests, options->ascii);
    return report_print(text) ? EXIT_DONE : EXIT_REFUSED;
}
