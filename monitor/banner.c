/* Banners of what people connect to by mistake. */
#include "monitor/banner.h"

#include <string.h>

#include "monitor/error.h"
#include "monitor/text.h"

#define BANNER_COLUMNS 60
#define QMP_OPTION "-qmp unix:PATH,server=on,wait=off"

#define NEEDED "give the guest's QMP socket (" QMP_OPTION ")"

/* What the banner begins with; what it is and what to do. */
static const struct {
    const char *sign, *clause;
} banners[] = {
    { "SSH-", "is an SSH server: " NEEDED },
    { "HTTP/", "is a web server: " NEEDED },
    { "RFB ", "is a VNC display: " NEEDED },
};

static const char *find_clause(const char *text, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(banners); i++) {
        gsize sign = strlen(banners[i].sign);

        if (length >= sign && memcmp(text, banners[i].sign, sign) == 0)
            return banners[i].clause;
    }
    return NULL;
}

gboolean banner_is_known(const char *text, gsize length)
{
    return find_clause(text, length) != NULL;
}

GError *banner_error(const char *text, gsize length)
{
    const char *clause = find_clause(text, length);
    g_autofree char *shown = NULL;

    if (clause)
        return g_error_new_literal(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR, clause);
    while (length && g_ascii_isspace(text[length - 1]))
        length--;
    shown = text_printable(text, (gssize)length, BANNER_COLUMNS);
    return g_error_new(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR,
                       "is not a QEMU monitor, it says '%s': " NEEDED, shown);
}
