/* The error domain of monitor/. */
#include "monitor/error.h"

G_DEFINE_QUARK(backplane - monitor - error - quark, monitor_error)

gboolean monitor_error_is_connection(const GError *error)
{
    return error && error->domain == MONITOR_ERROR && error->code >= MONITOR_ERROR_MISSING &&
           error->code <= MONITOR_ERROR_CLOSED;
}
