/* The disk images of the demonstration guest, made on the fly: sparse, empty, a few blocks each. */
#ifndef BACKPLANE_DEMO_IMAGES_H
#define BACKPLANE_DEMO_IMAGES_H

#include "engine/error.h"

/* Makes them all in folder. Errors: ENGINE_ERROR_REFUSED naming the file and the reason. */
gboolean demo_images_make(const char *folder, GError **error);

#endif
