/* What is left over, in groups of equal devices, and whether the file says the same of them. */
#include "engine/match_group.h"

#include <string.h>

/* --- whether the file says the same of two devices -------------------------------------------- */

static gboolean same_attributes(const XmlNode *a, const XmlNode *b)
{
    if (a->attributes->len != b->attributes->len)
        return FALSE;
    for (guint i = 0; i < a->attributes->len; i++) {
        const XmlAttribute *first = a->attributes->pdata[i], *second = b->attributes->pdata[i];
        if (strcmp(first->name, second->name) != 0 || strcmp(first->value, second->value) != 0)
            return FALSE;
    }
    return TRUE;
}

/* Next child from *place on; an address and an alias are no part of what a device is. */
static const XmlNode *next_child(const XmlNode *node, guint *place, gboolean top)
{
    while (*place < node->children->len) {
        const XmlNode *child = node->children->pdata[(*place)++];
        if (!top || (strcmp(child->name, "address") != 0 && strcmp(child->name, "alias") != 0))
            return child;
    }
    return NULL;
}

static gboolean same_node(const XmlNode *a, const XmlNode *b, gboolean top)
{
    guint place_a = 0, place_b = 0;
    if (strcmp(a->name, b->name) != 0 || strcmp(a->text, b->text) != 0 || !same_attributes(a, b))
        return FALSE;
    for (;;) {
        const XmlNode *first = next_child(a, &place_a, top);
        const XmlNode *second = next_child(b, &place_b, top);
        if (!first || !second)
            return !first && !second;
        if (!same_node(first, second, FALSE))
            return FALSE;
    }
}

static gboolean has_static_place(const Item *configured)
{
    return configured->spot != NULL;
}

static gboolean are_equal(const GPtrArray *configured)
{
    const Item *first = configured->len ? configured->pdata[0] : NULL;
    for (guint i = 0; i < configured->len; i++) {
        const Item *item = configured->pdata[i];
        if (has_static_place(item) ||
            !same_node(first->configured->node, item->configured->node, TRUE))
            return FALSE;
    }
    return TRUE;
}

/* --- groups ----------------------------------------------------------------------------------- */

static Group *group_new(void)
{
    Group *group = g_new0(Group, 1);
    group->configured = g_ptr_array_new();
    group->devices = g_ptr_array_new();
    group->placed = g_ptr_array_new();
    return group;
}

static void group_free(gpointer data)
{
    Group *group = data;
    g_ptr_array_unref(group->configured);
    g_ptr_array_unref(group->devices);
    g_ptr_array_unref(group->placed);
    for (gsize i = 0; i < KNOWLEDGE; i++) {
        if (group->queues[i])
            g_ptr_array_unref(group->queues[i]);
    }
    g_free(group);
}

static guint knowledge(const Matching *matching, const Rule *rule, const Item *item)
{
    DeviceKind kind = item->device ? item->device->kind : item->configured->kind;
    gboolean id = matching->ids_agree &&
                  (item->device ? !item->device->implicit : item->facts[EVIDENCE_ID] != NULL);
    guint known = (id ? KNOWS_ID : 0) | (item->facts[EVIDENCE_MAC] ? KNOWS_MAC : 0) |
                  (item->facts[EVIDENCE_FILE] && !match_is_removable(kind) ? KNOWS_FILE : 0) |
                  (item->facts[EVIDENCE_SERIAL] ? KNOWS_SERIAL : 0) |
                  (item->sort ? KNOWS_DRIVER : 0);
    return known & rule->known;
}

gboolean match_group_is_elsewhere(const Item *configured)
{
    const FileBus *bus = configured->spot ? configured->spot->bus : NULL;
    const Spot found = match_buses_spot(configured->partner->device);
    return bus && (!bus->bus || found.bus != bus->bus ||
                   !address_equal(&found.place, &configured->spot->place));
}

/* Two devices can have one MAC, image or serial, and the file may mean the other one. */
static gboolean is_shaky(const Item *configured)
{
    return configured->alternatives || configured->contradictions ||
           match_buses_doubt(configured) ||
           (configured->found_by > EVIDENCE_ID && configured->found_by <= EVIDENCE_SERIAL &&
            match_group_is_elsewhere(configured));
}

static void add_paired(Group *group, const Item *item)
{
    gboolean shaky = is_shaky(item->configured ? item : item->partner);
    if (item->device)
        group->shaky_there += shaky;
    else
        group->shaky_wanted += shaky;
    if (item->configured && item->evidence == EVIDENCE_ADDRESS)
        g_ptr_array_add(group->placed, (Item *)item);
}

static void add_left(Group *group, Item *item)
{
    guint known = item->known;
    g_ptr_array_add(item->device ? group->devices : group->configured, item);
    if (item->configured) {
        group->wanted[known]++;
        return;
    }
    group->there[known]++;
    if (!group->queues[known])
        group->queues[known] = g_ptr_array_new();
    g_ptr_array_add(group->queues[known], item);
}

static void add_item(const Matching *matching, const Rule *rule, GHashTable *groups,
                     GPtrArray *list, Item *item)
{
    const void *key = rule->key(item);
    Group *group = key ? g_hash_table_lookup(groups, key) : NULL;
    if (!key)
        return;
    if (!group) {
        group = group_new();
        g_hash_table_insert(groups, (gpointer)key, group);
        g_ptr_array_add(list, group);
    }
    *(item->device ? &group->all_there : &group->all_wanted) += 1;
    item->known = knowledge(matching, rule, item);
    if (item->partner)
        add_paired(group, item);
    else
        add_left(group, item);
}

int match_group_by_depth(gconstpointer a, gconstpointer b)
{
    const Item *first = *(Item *const *)a, *second = *(Item *const *)b;
    if (first->depth != second->depth)
        return first->depth < second->depth ? -1 : 1;
    return first->order < second->order ? -1 : 1;
}

GPtrArray *match_group_list(const Matching *matching, const Rule *rule)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(group_free);
    g_autoptr(GHashTable) groups = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < matching->configured_count; i++)
        add_item(matching, rule, groups, list, &matching->configured[i]);
    for (guint i = 0; i < matching->device_count; i++)
        add_item(matching, rule, groups, list, &matching->devices[i]);
    for (guint i = 0; i < list->len; i++) {
        Group *group = list->pdata[i];
        group->equal = are_equal(group->configured);
        for (gsize k = 0; k < KNOWLEDGE; k++) {
            if (group->queues[k])
                g_ptr_array_sort(group->queues[k], match_group_by_depth);
        }
    }
    return list;
}
