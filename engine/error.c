/* The error domain of engine/. */
#include "engine/error.h"

G_DEFINE_QUARK(engine - error - quark, engine_error)
