/* Elements by their number, and how far two texts are the same. For what tests edits of XML. */
#ifndef BACKPLANE_XML_COMPARE_H
#define BACKPLANE_XML_COMPARE_H

#include <string.h>

#include "engine/xml_document.h"

/* The element of this number at or below the node; NULL. */
static inline XmlNode *xml_nth(XmlNode *node, guint index)
{
    XmlNode *found = node->index == index ? node : NULL;
    for (guint i = 0; found == NULL && i < node->children->len; i++) {
        found = xml_nth(node->children->pdata[i], index);
    }
    return found;
}

/* How many bytes of `before` are not in `after`, which begins and ends like it. */
static inline gsize xml_count_gone(const char *before, const char *after)
{
    gsize length = strlen(before), other = strlen(after), same = 0, tail = 0;
    while (same < length && same < other && before[same] == after[same]) {
        same++;
    }
    while (tail < length - same && tail < other - same &&
           before[length - 1 - tail] == after[other - 1 - tail]) {
        tail++;
    }
    return length - same - tail;
}

#endif
