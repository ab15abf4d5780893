/* What no evidence names: equal devices, paired in order. Here it is decided whether a pair could
 * have been another one. */
#include "engine/match_private.h"

#include <string.h>

/* What is known of an item that its partner cannot have otherwise; two that know the same thing and
 * are not paired by it differ in it. */
enum {
    KNOWS_ID = 1 << 0,
    KNOWS_MAC = 1 << 1,
    KNOWS_FILE = 1 << 2,
    KNOWS_SERIAL = 1 << 3,
    KNOWS_DRIVER = 1 << 4,
    KNOWLEDGE = 1 << 5,
};

/* Items of one driver, or with one PCI id, that are left over when the group is made. */
typedef struct {
    GPtrArray *configured, *devices; /* (Item) */
    guint wanted[KNOWLEDGE];         /* how many of configured know just this */
    guint there[KNOWLEDGE];
    GPtrArray *queues[KNOWLEDGE]; /* (Item) of devices, by what they know; NULL */
    guint heads[KNOWLEDGE];
    guint shaky_wanted, shaky_there; /* paired ones that could be others */
    guint all_wanted, all_there;
    GPtrArray *placed; /* (Item) configured, found by a static address alone */
    gboolean equal;    /* the file says the same of all that it wants */
} Group;

/* What makes a group of items. */
typedef struct {
    Evidence evidence;
    const void *(*key)(const Item *item); /* NULL: in no group */
    guint known;                          /* of KNOWLEDGE, what speaks against a pair */
} Rule;

static const void *key_duplicate(const Item *item)
{
    return item->duplicate;
}

static const void *key_sort(const Item *item)
{
    return item->sort;
}

static const void *key_pci_id(const Item *item)
{
    return GUINT_TO_POINTER(item->pci_id);
}

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

static gboolean is_removable(const Item *item)
{
    DeviceKind kind = item->device ? item->device->kind : item->configured->kind;
    return kind == KIND_CDROM || kind == KIND_FLOPPY;
}

static guint knowledge(const Matching *matching, const Rule *rule, const Item *item)
{
    gboolean id = matching->ids_agree &&
                  (item->device ? !item->device->implicit : item->facts[EVIDENCE_ID] != NULL);
    guint known = (id ? KNOWS_ID : 0) | (item->facts[EVIDENCE_MAC] ? KNOWS_MAC : 0) |
                  (item->facts[EVIDENCE_FILE] && !is_removable(item) ? KNOWS_FILE : 0) |
                  (item->facts[EVIDENCE_SERIAL] ? KNOWS_SERIAL : 0) |
                  (item->driver ? KNOWS_DRIVER : 0);
    return known & rule->known;
}

/* The file has a static address for it, and the device is not known to be there. */
static gboolean is_elsewhere(const Item *configured)
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
            is_elsewhere(configured));
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

static int by_depth(gconstpointer a, gconstpointer b)
{
    const Item *first = *(Item *const *)a, *second = *(Item *const *)b;
    if (first->depth != second->depth)
        return first->depth < second->depth ? -1 : 1;
    return first->order < second->order ? -1 : 1;
}

/* (transfer full) (Group) in the order of the file */
static GPtrArray *list_groups(const Matching *matching, const Rule *rule)
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
                g_ptr_array_sort(group->queues[k], by_depth);
        }
    }
    return list;
}

/* --- pairing ---------------------------------------------------------------------------------- */

static guint count_compatible(const guint counts[KNOWLEDGE], guint known)
{
    guint count = 0;
    for (guint i = 0; i < KNOWLEDGE; i++)
        count += i & known ? 0 : counts[i];
    return count;
}

/* Each of the devices that fit could be it, and each of the configured ones that fit could be the
 * device's. */
static void pair_in_group(Matching *matching, const Rule *rule, Group *group, Item *configured,
                          Item *device)
{
    guint devices = count_compatible(group->there, configured->known);
    guint wanted = count_compatible(group->wanted, device->known);
    gboolean shaky = group->shaky_there || group->shaky_wanted;
    match_pair_up(matching, configured, device, rule->evidence);
    /* Not forbidden, since no id of the file is one of the guest, but no good sign either. */
    if (rule->evidence >= EVIDENCE_MODEL && match_is_named_otherwise(configured, device))
        configured->contradictions |= 1u << EVIDENCE_ID;
    configured->alternatives = device->alternatives =
        MAX(devices + group->shaky_there, wanted + group->shaky_wanted) - 1;
    configured->interchangeable = configured->alternatives && group->equal && wanted >= devices &&
                                  !shaky && !configured->contradictions;
}

/* The first device left that nothing is known against. */
static Item *next_device(Group *group, guint known)
{
    Item *first = NULL;
    for (guint i = 0; i < KNOWLEDGE; i++) {
        const GPtrArray *queue = i & known ? NULL : group->queues[i];
        guint *head = &group->heads[i];
        while (queue && *head < queue->len && ((Item *)queue->pdata[*head])->partner)
            (*head)++;
        if (queue && *head < queue->len && (!first || by_depth(&queue->pdata[*head], &first) < 0))
            first = queue->pdata[*head];
    }
    return first;
}

/* The device whose id libvirt would have derived from the order of the file. */
static Item *hinted_device(Matching *matching, const Rule *rule, const Item *configured)
{
    Item *device = configured->derived ? match_items_with_id(matching, configured->derived) : NULL;
    return device && !device->partner && rule->key(device) == rule->key(configured) &&
                   !(configured->known & device->known)
               ? device
               : NULL;
}

/* A controller behind a bridge that is not found yet waits for it. */
static gboolean is_ready(const Item *configured)
{
    const FileBus *bus = configured->spot ? configured->spot->bus : NULL;
    return configured->offers && (!bus || bus->bus);
}

/* Of those that know more, fewer devices can be the partner, so they choose first. */
static int by_knowledge(gconstpointer a, gconstpointer b)
{
    const Item *first = *(Item *const *)a, *second = *(Item *const *)b;
    guint known_first = 0, known_second = 0;
    for (Evidence fact = EVIDENCE_ID; fact <= EVIDENCE_SERIAL; fact++) {
        known_first += first->facts[fact] != NULL;
        known_second += second->facts[fact] != NULL;
    }
    if (known_first != known_second)
        return known_first > known_second ? -1 : 1;
    return first->order < second->order ? -1 : 1;
}

static gboolean pair_in_order(Matching *matching, const Rule *rule, Group *group, gboolean hinted,
                              gboolean ready)
{
    gboolean any = FALSE;
    for (guint i = 0; i < group->configured->len; i++) {
        Item *configured = group->configured->pdata[i];
        if (configured->partner || (ready && !is_ready(configured)))
            continue;
        Item *device = hinted ? hinted_device(matching, rule, configured)
                              : next_device(group, configured->known);
        if (device)
            pair_in_group(matching, rule, group, configured, device);
        any |= device != NULL;
    }
    return any;
}

static gboolean pair_group(Matching *matching, const Rule *rule, Group *group, gboolean ready)
{
    if (!group->configured->len || !group->devices->len)
        return FALSE;
    g_ptr_array_sort(group->configured, by_knowledge);
    gboolean any = pair_in_order(matching, rule, group, TRUE, ready);
    return pair_in_order(matching, rule, group, FALSE, ready) || any;
}

/* --- what speaks against ---------------------------------------------------------------------- */

static void doubt(Item *configured, guint alternatives)
{
    configured->alternatives = MAX(configured->alternatives, alternatives);
    configured->partner->alternatives = configured->alternatives;
    configured->interchangeable = FALSE;
}

/* Where one is at another place than its static address says, the others may be at theirs by
 * chance. The only one of its driver on both sides is that one, wherever it is. */
static void doubt_addresses(Group *group)
{
    g_autoptr(GPtrArray) elsewhere = g_ptr_array_new();
    for (guint i = 0; i < group->configured->len; i++) {
        Item *configured = group->configured->pdata[i];
        if (configured->partner && configured->found_by >= EVIDENCE_MODEL &&
            is_elsewhere(configured))
            g_ptr_array_add(elsewhere, configured);
    }
    guint others = elsewhere->len + group->placed->len - 1;
    for (guint i = 0; i < elsewhere->len; i++) {
        Item *configured = elsewhere->pdata[i];
        doubt(configured, others);
        if (group->all_wanted > 1 || group->all_there > 1)
            configured->contradictions |= 1u << EVIDENCE_ADDRESS;
    }
    for (guint i = 0; i < group->placed->len && elsewhere->len; i++)
        doubt(group->placed->pdata[i], others);
}

/* What stays without a partner might have been another one's. */
static void weigh_left(Group *group)
{
    gboolean fewer = group->configured->len >= group->devices->len;
    gboolean shaky = group->shaky_there || group->shaky_wanted;
    for (guint i = 0; i < group->configured->len; i++) {
        Item *item = group->configured->pdata[i];
        guint count = count_compatible(group->there, item->known);
        if (!item->partner && count) {
            item->alternatives = MAX(item->alternatives, count);
            item->interchangeable = group->equal && fewer && !shaky;
        }
    }
    for (guint i = 0; i < group->devices->len; i++) {
        Item *item = group->devices->pdata[i];
        guint count = count_compatible(group->wanted, item->known);
        if (!item->partner)
            item->alternatives = MAX(item->alternatives, count);
    }
}

static void finish_group(Matching *matching, const Rule *rule, Group *group)
{
    pair_group(matching, rule, group, FALSE);
    match_buses_settle(matching, TRUE);
    doubt_addresses(group);
    weigh_left(group);
}

/* --- all of it -------------------------------------------------------------------------------- */

static gboolean has_controllers(const Group *group)
{
    for (guint i = 0; i < group->configured->len; i++) {
        if (((const Item *)group->configured->pdata[i])->offers)
            return TRUE;
    }
    return FALSE;
}

/* Controllers first, from the root down: static addresses on them may say more of those behind. */
static void pair_controllers(Matching *matching, const Rule *rule)
{
    g_autoptr(GPtrArray) groups = list_groups(matching, rule);
    gboolean any = TRUE;
    while (any) {
        any = FALSE;
        for (guint i = 0; i < groups->len; i++) {
            if (has_controllers(groups->pdata[i]))
                any |= pair_group(matching, rule, groups->pdata[i], TRUE);
        }
        match_buses_settle(matching, TRUE);
    }
    for (guint i = 0; i < groups->len; i++) {
        if (has_controllers(groups->pdata[i]))
            finish_group(matching, rule, groups->pdata[i]);
    }
}

static gboolean is_left(const Rule *rule, const GPtrArray *items)
{
    for (guint i = 0; i < items->len; i++) {
        const Item *item = items->pdata[i];
        if (!item->partner && rule->key(item))
            return TRUE;
    }
    return FALSE;
}

static void pair_all(Matching *matching, const Rule *rule)
{
    if (!match_may_use(matching, rule->evidence) || !is_left(rule, matching->wanted) ||
        !is_left(rule, matching->there))
        return;
    pair_controllers(matching, rule);
    g_autoptr(GPtrArray) groups = list_groups(matching, rule);
    for (guint i = 0; i < groups->len; i++)
        finish_group(matching, rule, groups->pdata[i]);
}

/* Devices of one driver that share an id (QEMU gives a bridge that an expander makes the id of the
 * expander), a MAC, an image or a serial. */
static void mark_duplicates(Matching *matching, GPtrArray *items, Evidence fact)
{
    for (guint i = 0; i < items->len; i++) {
        Item *item = items->pdata[i];
        item->duplicate = NULL;
        if (item->partner || !item->sort || !item->facts[fact])
            continue;
        g_autofree char *both = g_strconcat(item->sort, "\n", item->facts[fact], NULL);
        item->duplicate = g_string_chunk_insert_const(matching->texts, both);
    }
}

void match_order(Matching *matching)
{
    static const guint all = KNOWS_ID | KNOWS_MAC | KNOWS_FILE | KNOWS_SERIAL;
    static const Rule duplicates[] = {
        { EVIDENCE_ID, key_duplicate, all & ~KNOWS_ID },
        { EVIDENCE_MAC, key_duplicate, all & ~KNOWS_MAC },
        { EVIDENCE_FILE, key_duplicate, all & ~KNOWS_FILE },
        { EVIDENCE_SERIAL, key_duplicate, all & ~KNOWS_SERIAL },
    };
    static const Rule by_sort = { EVIDENCE_MODEL, key_sort, all };
    static const Rule by_pci_id = { EVIDENCE_PCI_ID, key_pci_id, all | KNOWS_DRIVER };
    for (gsize i = 0; i < G_N_ELEMENTS(duplicates); i++) {
        mark_duplicates(matching, matching->wanted, duplicates[i].evidence);
        mark_duplicates(matching, matching->there, duplicates[i].evidence);
        pair_all(matching, &duplicates[i]);
    }
    pair_all(matching, &by_sort);
    pair_all(matching, &by_pci_id);
}
