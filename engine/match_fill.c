/* A domain with the found addresses written into it. */
#include "engine/match.h"

#include <string.h>

#include "engine/domain_edit.h"
#include "monitor/text.h"

typedef struct {
    const Match *match;
    GHashTable *writes; /* text of a place -> MatchPair that is to be written there */
    GPtrArray *left;
} Filling;

/* Places of drives are counted on each kind of bus. (transfer full) */
static char *place_key(const DomainDevice *device, const Address *place)
{
    g_autofree char *text = address_to_text(place);
    const char *bus = place->type == ADDRESS_DRIVE && device->bus ? device->bus : "";
    return g_strdup_printf("%d %s %s", place->type, bus, text);
}

static void leave(const Filling *filling, const MatchPair *pair, const char *reason)
{
    g_autofree char *name = domain_device_name(pair->configured);
    if (filling->left)
        g_ptr_array_add(filling->left, g_strdup_printf("%s: %s", name, reason));
}

static gboolean is_to_be_written(const MatchPair *pair)
{
    const Address *said = &pair->configured->address.place;
    return pair->device && pair->state != MATCH_SAME && pair->place.type != ADDRESS_NONE &&
           !address_equal(said, &pair->place);
}

static void choose(Filling *filling, const MatchPair *pair)
{
    if (!is_to_be_written(pair))
        return;
    if (pair->contradicted || (pair->alternatives && !pair->interchangeable))
        leave(filling, pair, pair->reason);
    else
        g_hash_table_insert(filling->writes, place_key(pair->configured, &pair->place),
                            (MatchPair *)pair);
}

static void choose_all(Filling *filling, const GPtrArray *devices)
{
    const GPtrArray *all = filling->match->domain->devices;
    for (guint i = 0; i < (devices ? devices : all)->len; i++) {
        const MatchPair *pair =
            match_of_configured(filling->match, (devices ? devices : all)->pdata[i]);
        if (pair)
            choose(filling, pair);
    }
}

static gboolean is_chosen(const Filling *filling, const MatchPair *pair)
{
    g_autofree char *key = place_key(pair->configured, &pair->place);
    return g_hash_table_lookup(filling->writes, key) == pair;
}

/* Who keeps a place takes it from the one that was found there, who keeps its own then. */
static void keep_place(Filling *filling, const DomainDevice *holder, GPtrArray *keepers)
{
    g_autofree char *key = place_key(holder, &holder->address.place);
    const MatchPair *pair = g_hash_table_lookup(filling->writes, key);
    if (holder->address.place.type == ADDRESS_NONE || !pair)
        return;
    g_autofree char *name = domain_device_name(holder);
    g_autofree char *place = address_to_text(&pair->place);
    g_autofree char *reason =
        g_strdup_printf("it is at %s, which the file has for %s", place, name);
    leave(filling, pair, reason);
    g_hash_table_remove(filling->writes, key);
    g_ptr_array_add(keepers, (DomainDevice *)pair->configured);
}

/* No two devices of the file at one place. */
static void settle_places(Filling *filling)
{
    const GPtrArray *pairs = filling->match->pairs;
    g_autoptr(GPtrArray) keepers = g_ptr_array_new();
    for (guint i = 0; i < filling->match->domain->devices->len; i++) {
        const MatchPair *pair = pairs->pdata[i];
        if (!is_chosen(filling, pair))
            g_ptr_array_add(keepers, (DomainDevice *)pair->configured);
    }
    while (keepers->len)
        keep_place(filling, g_ptr_array_steal_index_fast(keepers, keepers->len - 1), keepers);
}

Domain *match_fill(const Match *match, const GPtrArray *devices, GPtrArray *left, GError **error)
{
    g_autoptr(DomainEdit) edit = domain_edit_new(match->domain);
    g_autoptr(GHashTable) writes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Filling filling = { match, writes, left };
    choose_all(&filling, devices);
    settle_places(&filling);
    for (guint i = 0; i < match->domain->devices->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];
        const DomainAddress *said = &pair->configured->address;
        gboolean stays = said->place.type != ADDRESS_NONE && said->mode == MODE_STATIC;
        if (is_chosen(&filling, pair))
            domain_edit_address(edit, pair->configured, &pair->place,
                                stays ? MODE_STATIC : MODE_DYNAMIC);
    }
    return domain_edit_is_empty(edit) ? domain_ref((Domain *)match->domain)
                                      : domain_edit_apply(edit, error);
}
