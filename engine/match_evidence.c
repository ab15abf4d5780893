/* Evidence that names one device on either side. A pair is made where nobody else on either side
 * has the same, first of those that nothing speaks against. */
#include "engine/match_private.h"

#include <string.h>

void match_pair_up(Matching *matching, Item *configured, Item *device, Evidence evidence)
{
    const char *alias = configured->facts[EVIDENCE_ID];
    const char *id = alias ? alias : configured->derived;
    configured->partner = device;
    device->partner = configured;
    configured->found_by = device->found_by = evidence;
    /* The weaker one found it, but the stronger one says so too. */
    if (id && evidence > EVIDENCE_SERIAL && g_strcmp0(id, device->facts[EVIDENCE_ID]) == 0)
        evidence = EVIDENCE_ID;
    matching->ids_agree |= evidence == EVIDENCE_ID && alias != NULL;
    configured->evidence = device->evidence = evidence;
    g_ptr_array_add(matching->fresh, configured);
}

/* --- keys that one device on either side has -------------------------------------------------- */

/* NULL: the item has none. */
typedef const char *(*KeyFn)(const Item *item, Evidence evidence);

static const char *key_fact(const Item *item, Evidence evidence)
{
    const char *fact = item->facts[evidence];
    return fact && *fact ? fact : NULL;
}

/* For paths that are relative on one side. */
static const char *key_file_name(const Item *item, Evidence evidence)
{
    const char *file = item->facts[EVIDENCE_FILE];
    const char *slash = file ? strrchr(file, '/') : NULL;
    return slash ? slash + 1 : file;
}

/* libvirt derives an id from what an element says of itself (the index of a controller, the place
 * or the target of a disk), or from its number among its like. */
static gboolean is_derived_from_itself(const DomainDevice *device)
{
    return strcmp(device->element, "controller") == 0 ||
           (strcmp(device->element, "disk") == 0 && device->target);
}

static const char *key_derived(const Item *item, Evidence evidence)
{
    if (item->device)
        return item->facts[EVIDENCE_ID];
    return is_derived_from_itself(item->configured) ? item->derived : NULL;
}

static const char *key_own(const Item *item, Evidence evidence)
{
    return (item->device ? item->device->implicit : item->configured->builtin) ? item->sort : NULL;
}

static const char *key_only(const Item *item, Evidence evidence)
{
    return item->device || item->configured->builtin ? item->sort : NULL;
}

/* A key, and who has it. */
typedef struct {
    const char *text, *sort; /* sort NULL: no matter */
    Item *configured, *device;
    guint configured_count, device_count;
} Holders;

static guint holders_hash(gconstpointer data)
{
    const Holders *holders = data;
    return g_str_hash(holders->text) ^ g_direct_hash(holders->sort);
}

static gboolean holders_equal(gconstpointer a, gconstpointer b)
{
    const Holders *first = a, *second = b;
    return first->sort == second->sort && strcmp(first->text, second->text) == 0;
}

/* How a key is compared, and what is taken. */
typedef struct {
    KeyFn key;
    Evidence evidence;
    gboolean by_sort;      /* only devices of one driver are compared */
    gboolean contradicted; /* also what something speaks against, which is noted */
} Step;

static gboolean read_key(const Step *step, const Item *item, Holders *holders)
{
    *holders = (Holders){ .text = item->partner ? NULL : step->key(item, step->evidence),
                          .sort = step->by_sort ? item->sort : NULL };
    return holders->text != NULL;
}

/* Fills list with the keys of the file, in its order; the table finds them. The number of keys. */
static guint list_keys(const Matching *matching, const Step *step, Holders *list, GHashTable *table)
{
    guint count = 0;
    for (guint i = 0; i < matching->wanted->len; i++) {
        Holders *key = &list[count];
        if (!read_key(step, matching->wanted->pdata[i], key))
            continue;
        Holders *known = g_hash_table_lookup(table, key);
        if (!known) {
            g_hash_table_add(table, known = key);
            count++;
        }
        known->configured = matching->wanted->pdata[i];
        known->configured_count++;
    }
    return count;
}

static void find_keys(const Matching *matching, const Step *step, GHashTable *table)
{
    Holders key;
    for (guint i = 0; i < matching->there->len; i++) {
        Holders *known = read_key(step, matching->there->pdata[i], &key)
                             ? g_hash_table_lookup(table, &key)
                             : NULL;
        if (known) {
            known->device = matching->there->pdata[i];
            known->device_count++;
        }
    }
}

static void take(Matching *matching, const Step *step, Item *configured, Item *device)
{
    guint contradictions = match_contradictions(matching, configured, device);
    if (!match_fits(configured, device) || (contradictions && !step->contradicted))
        return;
    match_pair_up(matching, configured, device, step->evidence);
    configured->contradictions = contradictions;
}

static void drop_paired(GPtrArray *items)
{
    guint kept = 0;
    for (guint i = 0; i < items->len; i++) {
        if (!((const Item *)items->pdata[i])->partner)
            items->pdata[kept++] = items->pdata[i];
    }
    g_ptr_array_set_size(items, (int)kept);
}

static void pair_unique(Matching *matching, const Step *step)
{
    if (!match_may_use(matching, step->evidence) || !matching->wanted->len)
        return;
    g_autofree Holders *list = g_new(Holders, matching->wanted->len);
    g_autoptr(GHashTable) table = g_hash_table_new(holders_hash, holders_equal);
    guint count = list_keys(matching, step, list, table);
    if (!count)
        return;
    find_keys(matching, step, table);
    for (guint i = 0; i < count; i++) {
        if (list[i].configured_count == 1 && list[i].device_count == 1)
            take(matching, step, list[i].configured, list[i].device);
    }
    drop_paired(matching->wanted);
    drop_paired(matching->there);
}

/* What the machine brought comes before another of the driver that was added to it. */
static const Step steps[] = {
    { key_fact, EVIDENCE_ID, TRUE, FALSE },      { key_fact, EVIDENCE_MAC, TRUE, FALSE },
    { key_fact, EVIDENCE_FILE, TRUE, FALSE },    { key_file_name, EVIDENCE_FILE, TRUE, FALSE },
    { key_fact, EVIDENCE_SERIAL, TRUE, FALSE },  { key_fact, EVIDENCE_ID, FALSE, FALSE },
    { key_fact, EVIDENCE_MAC, FALSE, FALSE },    { key_fact, EVIDENCE_FILE, FALSE, FALSE },
    { key_fact, EVIDENCE_SERIAL, FALSE, FALSE }, { key_fact, EVIDENCE_ID, FALSE, TRUE },
    { key_fact, EVIDENCE_MAC, FALSE, TRUE },     { key_fact, EVIDENCE_FILE, FALSE, TRUE },
    { key_fact, EVIDENCE_SERIAL, FALSE, TRUE },  { key_own, EVIDENCE_BUILTIN, TRUE, FALSE },
    { key_only, EVIDENCE_BUILTIN, TRUE, FALSE },
};

static const Step derived = { key_derived, EVIDENCE_ID, TRUE, FALSE };

void match_evidence(Matching *matching)
{
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        pair_unique(matching, &steps[i]);
    match_buses_settle(matching, FALSE);
    match_items_derive(matching);
    pair_unique(matching, &derived);
    match_buses_settle(matching, TRUE);
}
