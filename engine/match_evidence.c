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
    matching->ids_agree |= evidence == EVIDENCE_ID && alias;
    configured->evidence = device->evidence = evidence;
    g_ptr_array_add(matching->fresh, configured);
}

/* --- keys that one device on either side has -------------------------------------------------- */

/* NULL: the item has none. */
typedef const char *(*KeyFn)(const Item *item, Evidence evidence);

static const char *key_fact(const Item *item, Evidence evidence)
{
    return item->facts[evidence];
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

/* Who has a key. */
typedef struct {
    Item *configured, *device;
    guint configured_count, device_count;
} Holders;

static GHashTable *list_holders(const Matching *matching, KeyFn key, Evidence evidence)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    for (guint i = 0; i < matching->configured_count + matching->device_count; i++) {
        gboolean first = i < matching->configured_count;
        Item *item =
            first ? &matching->configured[i] : &matching->devices[i - matching->configured_count];
        const char *text = item->partner ? NULL : key(item, evidence);
        Holders *holders = text ? g_hash_table_lookup(table, text) : NULL;
        if (!text || (!first && !holders))
            continue;
        if (!holders) {
            holders = g_new0(Holders, 1);
            g_hash_table_insert(table, (char *)text, holders);
        }
        *(first ? &holders->configured : &holders->device) = item;
        *(first ? &holders->configured_count : &holders->device_count) += 1;
    }
    return table;
}

/* contradicted: also what something speaks against, which is noted. */
static void pair_unique(Matching *matching, KeyFn key, Evidence evidence, gboolean contradicted)
{
    if (!match_may_use(matching, evidence))
        return;
    g_autoptr(GHashTable) table = list_holders(matching, key, evidence);
    for (guint i = 0; i < matching->configured_count; i++) {
        Item *configured = &matching->configured[i];
        const char *text = configured->partner ? NULL : key(configured, evidence);
        const Holders *holders = text ? g_hash_table_lookup(table, text) : NULL;
        if (!holders || holders->configured_count != 1 || holders->device_count != 1 ||
            !match_fits(configured, holders->device))
            continue;
        guint contradictions = match_contradictions(matching, configured, holders->device, FALSE);
        if (contradictions && !contradicted)
            continue;
        match_pair_up(matching, configured, holders->device, evidence);
        configured->contradictions = holders->device->contradictions = contradictions;
    }
}

static void pair_by_facts(Matching *matching, gboolean contradicted)
{
    for (Evidence fact = EVIDENCE_ID; fact <= EVIDENCE_SERIAL; fact++) {
        pair_unique(matching, key_fact, fact, contradicted);
        if (fact == EVIDENCE_FILE)
            pair_unique(matching, key_file_name, fact, FALSE);
    }
}

/* What the machine brought comes before another of the driver that was added to it. */
void match_evidence(Matching *matching)
{
    pair_by_facts(matching, FALSE);
    pair_by_facts(matching, TRUE);
    pair_unique(matching, key_own, EVIDENCE_BUILTIN, FALSE);
    pair_unique(matching, key_only, EVIDENCE_BUILTIN, FALSE);
    match_buses_settle(matching, FALSE);
    pair_unique(matching, key_derived, EVIDENCE_ID, FALSE);
    match_buses_settle(matching, TRUE);
}
