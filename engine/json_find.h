/* A record among those of one of QEMU's answers. */
#ifndef BACKPLANE_JSON_FIND_H
#define BACKPLANE_JSON_FIND_H

#include <jansson.h>

/* Of an array of objects the first whose member is this string; NULL where there is none. array:
 * NULL is an empty one. (borrowed) */
json_t *json_find(const json_t *array, const char *member, const char *value);

#endif
