/* The error domain of monitor/. */
#include "monitor/error.h"

GQuark monitor_error_quark(void)
{
    return g_quark_from_static_string("backplane-monitor-error");
}

gboolean monitor_error_is_connection(const GError *error)
{
    return error && error->domain == MONITOR_ERROR && error->code >= MONITOR_ERROR_MISSING &&
           error->code <= MONITOR_ERROR_CLOSED;
}
