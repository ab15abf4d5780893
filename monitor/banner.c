/* Banners of what people connect to by mistake. */
#include "monitor/banner.h"

#include <string.h>

#include "monitor/error.h"
#include "monitor/text.h"

#define BANNER_COLUMNS 60
#define QMP_OPTION "-qmp unix:PATH,server=on,wait=off"

typedef struct {
    const char *sign;   /* occurs in the banner ... */
    gboolean anywhere;  /* ... not only at its beginning */
    const char *clause; /* what it is and what to do */
} Banner;

static const Banner banners[] = {
    /* A telnet chardev negotiates before it greets, so the words may stand anywhere. */
    { " monitor - type 'help'", TRUE,
      "is a human monitor (HMP): give the guest a QMP socket with " QMP_OPTION ", and use that" },
    { "(qemu)", TRUE,
      "is a human monitor (HMP): give the guest a QMP socket with " QMP_OPTION ", and use that" },
    { "SSH-", FALSE, "is an SSH server: give the guest's QMP socket (" QMP_OPTION ")" },
    { "HTTP/", FALSE, "is a web server: give the guest's QMP socket (" QMP_OPTION ")" },
    { "RFB ", FALSE, "is a VNC display: give the guest's QMP socket (" QMP_OPTION ")" },
};

static gboolean banner_matches(const Banner *banner, const char *text, gsize length)
{
    gsize sign = strlen(banner->sign);

    if (banner->anywhere)
        return memmem(text, length, banner->sign, sign) != NULL;
    return length >= sign && memcmp(text, banner->sign, sign) == 0;
}

GError *banner_error(const char *text, gsize length)
{
    g_autofree char *shown = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(banners); i++) {
        if (banner_matches(&banners[i], text, length))
            return g_error_new_literal(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR, banners[i].clause);
    }
    while (length && g_ascii_isspace(text[length - 1]))
        length--;
    shown = text_printable(text, (gssize)length, BANNER_COLUMNS);
    return g_error_new(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR,
                       "is not a QEMU monitor, it says '%s': give the guest's QMP socket (%s)",
                       shown, QMP_OPTION);
}
