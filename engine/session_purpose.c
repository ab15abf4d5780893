/* What the messages of a session were for. */
#include "engine/session_private.h"

gboolean session_is_polling(const TraceMessage *message)
{
    return g_str_equal(message->purpose, PURPOSE_POLL) ||
           g_str_equal(message->purpose, PURPOSE_RATES);
}
