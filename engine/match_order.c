/* What no evidence names: equal devices, paired in order. Here it is decided whether a pair could
 * have been another one. */
#include "engine/match_group.h"

#include <string.h>

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
        if (queue && *head < queue->len &&
            (!first || match_group_by_depth(&queue->pdata[*head], &first) < 0))
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
            match_group_is_elsewhere(configured))
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
    g_autoptr(GPtrArray) groups = match_group_list(matching, rule);
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
    g_autoptr(GPtrArray) groups = match_group_list(matching, rule);
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
