/* Which guest is meant, and which of its monitors. */
#include "monitor/discover_target.h"

#include <string.h>

#include "monitor/error.h"
#include "monitor/text.h"

#define NAMES_MAX 8

gboolean discover_is_address(const char *text)
{
    return *text == '\0' || *text == '@' || strchr(text, '/') || g_str_has_prefix(text, "unix:") ||
           g_str_has_prefix(text, "tcp:") || g_str_has_prefix(text, "telnet:") ||
           g_file_test(text, G_FILE_TEST_EXISTS);
}

static gboolean is_meant(const FoundGuest *guest, const char *text)
{
    guint64 pid;

    return g_strcmp0(guest->name, text) == 0 ||
           (g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &pid, NULL) &&
            (gint)pid == guest->pid);
}

/* (const FoundGuest) (transfer container) */
static GPtrArray *all_meant(const GPtrArray *guests, const char *text)
{
    GPtrArray *meant = g_ptr_array_new();

    for (guint i = 0; i < guests->len; i++)
        if (is_meant(guests->pdata[i], text))
            g_ptr_array_add(meant, guests->pdata[i]);
    return meant;
}

const FoundGuest *discover_find(const GPtrArray *guests, const char *text)
{
    g_autoptr(GPtrArray) meant = all_meant(guests, text);

    return meant->len ? meant->pdata[0] : NULL;
}

/* --- what is wrong --------------------------------------------------------------------------- */

/* "web01, db02 and 3 more" (transfer full) */
static char *names_of(const GPtrArray *guests)
{
    GString *names = g_string_new(NULL);
    guint shown = MIN(guests->len, NAMES_MAX);

    for (guint i = 0; i < shown; i++) {
        g_autofree char *name = found_guest_title(guests->pdata[i]);

        g_string_append_printf(names, "%s%s", i ? ", " : "", name);
    }
    if (guests->len > shown)
        g_string_append_printf(names, " and %u more", guests->len - shown);
    return g_string_free(names, FALSE);
}

static void fail_missing(const GPtrArray *guests, const char *shown, GError **error)
{
    g_autofree char *names = names_of(guests);

    if (guests->len)
        g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_MISSING,
                    "there is no guest and no socket called %s: there are the guests %s", shown,
                    names);
    else
        g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_MISSING,
                    "there is no guest and no socket called %s, and no other guest that you may "
                    "see: start it, or give the path of its monitor's socket",
                    shown);
}

static void fail_several(const GPtrArray *meant, const char *shown, GError **error)
{
    g_autoptr(GString) pids = g_string_new(NULL);

    for (guint i = 0; i < meant->len; i++)
        g_string_append_printf(pids, "%s%d",
                               i == 0                ? ""
                               : i + 1 == meant->len ? " and "
                                                     : ", ",
                               ((const FoundGuest *)meant->pdata[i])->pid);
    g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_TARGET,
                "%u guests are called %s: pid %s; give the pid of the one that you mean",
                meant->len, shown, pids->str);
}

static MonitorError code_of(const FoundMonitor *best)
{
    if (!best)
        return MONITOR_ERROR_MISSING;
    switch (best->state) {
    case FOUND_DENIED:
        return MONITOR_ERROR_DENIED;
    case FOUND_NO_SOCKET:
    case FOUND_CLIENT:
        return MONITOR_ERROR_NOT_MONITOR;
    case FOUND_GONE:
    case FOUND_ELSEWHERE:
        return MONITOR_ERROR_MISSING;
    default:
        return MONITOR_ERROR_BUSY;
    }
}

static void fail_advice(const FoundGuest *guest, const char *shown, GError **error)
{
    g_autofree char *advice = found_guest_advice(guest);

    g_set_error(error, MONITOR_ERROR, code_of(found_guest_best(guest)),
                "the guest %s (pid %d) cannot be reached, %s", shown, guest->pid, advice);
}

char *discover_choose(const GPtrArray *guests, const char *text, GError **error)
{
    g_autoptr(GPtrArray) meant = all_meant(guests, text);
    g_autofree char *shown = text_printable(text, -1, 60);
    const FoundMonitor *best;

    if (meant->len == 0) {
        fail_missing(guests, shown, error);
        return NULL;
    }
    if (meant->len > 1) {
        fail_several(meant, shown, error);
        return NULL;
    }
    best = found_guest_best(meant->pdata[0]);
    if (best && best->state == FOUND_FREE)
        return g_strdup(best->target);
    fail_advice(meant->pdata[0], shown, error);
    return NULL;
}
