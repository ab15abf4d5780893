/* The one error domain of engine/: why a wish cannot be fulfilled. Messages are whole sentences
 * that name the thing, say why, and end with the nearest thing that can be done. */
#ifndef BACKPLANE_ENGINE_ERROR_H
#define BACKPLANE_ENGINE_ERROR_H

#include <glib.h>

#define ENGINE_ERROR (engine_error_quark())

typedef enum {
    ENGINE_ERROR_INPUT,   /* what the user gave is wrong in itself: exit status 2 */
    ENGINE_ERROR_REFUSED, /* it is well formed, but this guest cannot: exit status 1 */
} EngineError;

GQuark engine_error_quark(void);

#endif
