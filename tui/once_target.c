/* Which guest is meant. */
#include "tui/once_target.h"

#include <string.h>

#include "monitor/discover_target.h"
#include "monitor/sock_diag.h"
#include "tui/fail_input.h"
#include "tui/report.h"

static GPtrArray *find_guests(GError **error)
{
    g_autoptr(GHashTable) pairs = sock_diag_pairs();

    return discover_guests("/proc", pairs, NULL, error);
}

/* Both are meant by it: say which one was taken. */
static void tell_other(const char *text)
{
    g_autoptr(GPtrArray) guests = strpbrk(text, "/:@") ? NULL : find_guests(NULL);
    const FoundGuest *guest = guests ? discover_find(guests, text) : NULL;

    if (guest)
        report_complain("%s is taken for the socket of that name in this folder; the guest is "
                        "meant by its pid: %d",
                        text, guest->pid);
}

/* A word that is no guest may be a command misspelt, or a socket that is yet to come. (transfer
 * full) */
static char *without_guest(const Options *options, const char *text, GError *missing,
                           GError **error)
{
    g_autofree char *hint = options->command ? g_strdup("") : options_command_hint(text);

    if (strpbrk(text, ":.") && g_error_matches(missing, MONITOR_ERROR, MONITOR_ERROR_MISSING)) {
        g_error_free(missing);
        return g_strdup(text);
    }
    if (!*hint) {
        g_propagate_error(error, missing);
        return NULL;
    }
    fail_input(error, "%s%s", missing->message, hint);
    g_error_free(missing);
    return NULL;
}

/* (transfer full) */
static char *resolve(const Options *options, const char *text, GError **error)
{
    g_autoptr(GPtrArray) guests = NULL;
    GError *missing = NULL;
    char *target;

    if (discover_is_address(text)) {
        tell_other(text);
        return g_strdup(text);
    }
    guests = find_guests(error);
    if (!guests)
        return NULL;
    target = discover_choose(guests, text, &missing);
    if (!missing)
        return target;
    if (!discover_find(guests, text))
        return without_guest(options, text, missing, error);
    g_propagate_error(error, missing);
    return NULL;
}

Session *once_session_new(const Options *options, const char *text, SessionMode mode,
                          GError **error)
{
    g_autofree char *target = resolve(options, text, error);

    return target ? session_new(target, mode, error) : NULL;
}
