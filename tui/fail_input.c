/* One function, so that a refusal takes one line. */
#include "tui/fail_input.h"

#include "engine/error.h"

gboolean fail_input(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_propagate_error(error,
                      g_error_new_valist(ENGINE_ERROR, ENGINE_ERROR_INPUT, format, arguments));
    va_end(arguments);
    return FALSE;
}
