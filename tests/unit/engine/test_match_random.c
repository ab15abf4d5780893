/* Matching random guests with files made from them, in another order, with devices taken out of
 * either side: no wrong pair is said to be certain, and what can be found is found. */
#include "tests/unit/engine/random_guest.h"

#include "engine/domain_edit.h"
#include "engine/match.h"

/* Guests of each manner; each manner has its own. */
#ifndef SEEDS
#define SEEDS 500
#endif

static const Twin *twin_of(const RandomPair *pair, const MatchPair *made)
{
    return pair->twins->pdata[made->configured->position];
}

static void wrong(const RandomPair *pair, guint32 seed, const MatchPair *made, const char *what)
{
    g_autofree char *name = domain_device_name(made->configured);
    fail_msg("seed %u: %s (line %u) and %s, by %s: %s (%s)\n%s", seed, name,
             made->configured->node->line, made->device ? made->device->path : "nothing",
             evidence_name(made->evidence), what, made->reason ? made->reason : "no reason",
             xml_document_text(pair->domain->document));
}

/* --- what holds of every match ---------------------------------------------------------------- */

static void check_whole(const RandomPair *pair, const Match *match, guint32 seed)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    guint counts[MATCH_UNMANAGED + 1] = { 0 };
    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *made = match->pairs->pdata[i];
        counts[made->state]++;
        if (made->configured) {
            assert_int_equal(made->configured->position, i);
            assert_ptr_equal(match_of_configured(match, made->configured), made);
        }
        if (made->device) {
            assert_true(g_hash_table_add(seen, (Device *)made->device));
            assert_ptr_equal(match_of_device(match, made->device), made);
        } else if (made->state != MATCH_ABSENT) {
            wrong(pair, seed, made, "neither found nor absent");
        }
        if (made->state == MATCH_ABSENT || made->alternatives || made->contradicted)
            assert_non_null(made->reason);
    }
    assert_int_equal(g_hash_table_size(seen), pair->guest->devices->len);
    assert_memory_equal(counts, match->counts, sizeof counts);
}

/* All that the file says of it holds of the device. */
static gboolean holds(const MatchPair *made, guint said)
{
    const DomainDevice *file = made->configured;
    const Device *device = made->device;
    return (!(said & SAY_ALIAS) || g_strcmp0(file->alias, device->id) == 0) &&
           (!(said & SAY_MAC) || g_ascii_strcasecmp(file->mac, device->nic->mac) == 0) &&
           (!(said & SAY_FILE) || strcmp(file->source, device->drive->file) == 0) &&
           (!(said & SAY_SERIAL) || strcmp(file->serial, device_property(device, "serial")) == 0) &&
           (!(said & SAY_ADDRESS) || address_equal(&file->address.place, &made->place));
}

/* The only one of its driver on both sides is that one, wherever it is. */
static gboolean is_only(const Match *match, const MatchPair *made)
{
    guint wanted = 0, there = 0;
    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *other = match->pairs->pdata[i];
        wanted += other->configured &&
                  g_strcmp0(other->configured->driver, made->configured->driver) == 0;
        there += other->device && strcmp(other->device->driver, made->device->driver) == 0;
    }
    return wanted == 1 && there == 1;
}

/* A device that came for a removed one of which the file says nothing else is what it describes.
 * Images are shared, so one may be found by it at another place than its own. */
static gboolean describes(const RandomPair *pair, const Match *match, const MatchPair *made,
                          guint usable)
{
    guint said = twin_of(pair, made)->said & usable;
    gboolean named = made->evidence <= EVIDENCE_SERIAL && said & ~SAY_ADDRESS;
    return holds(made, said) ||
           (holds(made, said & ~SAY_ADDRESS) && (named || is_only(match, made)));
}

static const Twin *twin_of_device(const RandomPair *pair, const Device *device)
{
    for (guint i = 0; i < pair->twins->len; i++) {
        const Twin *twin = pair->twins->pdata[i];
        if (twin->device == device)
            return twin;
    }
    return NULL;
}

/* usable: what the file says and the mask allows. */
static void check_truth(const RandomPair *pair, const Match *match, guint32 seed, guint usable)
{
    for (guint i = 0; i < pair->domain->devices->len; i++) {
        const MatchPair *made = match->pairs->pdata[i];
        const Twin *twin = twin_of(pair, made);
        if (!made->device || made->device == twin->device)
            continue;
        const Twin *other = twin_of_device(pair, made->device);
        if (match_pair_is_certain(made) && (twin->device || !describes(pair, match, made, usable)))
            wrong(pair, seed, made, "wrong, and said to be certain");
        if (made->interchangeable && other && other->element &&
            strcmp(other->content, twin->content) != 0)
            wrong(pair, seed, made, "said to be interchangeable with one that differs");
        if (made->interchangeable && other && !other->element && twin->said & usable)
            wrong(pair, seed, made, "said to be interchangeable, and is not of the file");
    }
}

/* What was written stays. More may be written the second time: where a device was not at its static
 * address, and others were in doubt for that, it is now. */
static void check_filled_again(const RandomPair *pair, const Match *match, Domain *filled,
                               guint32 seed)
{
    g_autoptr(Match) again = match_new(filled, pair->guest, EVIDENCE_ALL);
    g_autoptr(Domain) twice = match_fill(again, NULL, NULL, NULL);
    assert_non_null(twice);
    for (guint i = 0; i < filled->devices->len; i++) {
        const Address *before = &domain_device(match->domain, i)->address.place;
        const Address *once = &domain_device(filled, i)->address.place;
        if (!address_equal(before, once) &&
            !address_equal(once, &domain_device(twice, i)->address.place))
            wrong(pair, seed, match->pairs->pdata[i], "written at another place the second time");
    }
}

static void check_fill(const RandomPair *pair, const Match *match, guint32 seed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Domain) filled = match_fill(match, NULL, left, &error);
    if (!filled)
        fail_msg("seed %u: %s", seed, error->message);
    for (guint i = 0; i < filled->devices->len; i++) {
        const MatchPair *made = match->pairs->pdata[i];
        const DomainDevice *device = filled->devices->pdata[i];
        gboolean is_static = made->configured->address.place.type != ADDRESS_NONE &&
                             made->configured->address.mode == MODE_STATIC;
        if (!made->device || made->place.type == ADDRESS_NONE || made->state == MATCH_SAME)
            continue;
        if (address_equal(&device->address.place, &made->place))
            assert_int_equal(device->address.mode, is_static ? MODE_STATIC : MODE_DYNAMIC);
        else if (match_pair_is_certain(made) && !left->len)
            wrong(pair, seed, made, "not written");
    }
    check_filled_again(pair, match, filled, seed);
}

/* --- how much is found ------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    guint say, say_all;
    gboolean complete;
    guint mask;
    guint found; /* who says one of these is found for certain, and absent where it was removed */
} Manner;

static const Manner manners[] = {
    { "ids", SAY_MAC | SAY_STALE, SAY_ALIAS, FALSE, EVIDENCE_ALL, SAY_ALIAS },
    { "macs", SAY_STALE, SAY_MAC, FALSE, EVIDENCE_ALL, SAY_MAC },
    { "serials", SAY_STALE, SAY_SERIAL, FALSE, EVIDENCE_ALL, SAY_SERIAL },
    { "addresses", 0, SAY_ADDRESS, TRUE, EVIDENCE_ALL, SAY_ADDRESS },
    { "addresses of some", SAY_ADDRESS, 0, FALSE, EVIDENCE_ALL, 0 },
    { "all of some", SAY_ALIAS | SAY_MAC | SAY_FILE | SAY_SERIAL | SAY_ADDRESS | SAY_STALE, 0,
      FALSE, EVIDENCE_ALL, 0 },
    { "nothing", SAY_STALE, 0, FALSE, EVIDENCE_ALL, 0 },
    { "nothing, complete", SAY_STALE, 0, TRUE, EVIDENCE_ALL, 0 },
    { "info pci", SAY_ALIAS | SAY_MAC | SAY_FILE | SAY_ADDRESS, 0, FALSE, EVIDENCE_INFO_PCI, 0 },
    { "no order", SAY_ALIAS | SAY_MAC | SAY_FILE | SAY_ADDRESS, 0, FALSE,
      EVIDENCE_ALL & ~(1u << EVIDENCE_MODEL | 1u << EVIDENCE_PCI_ID), 0 },
};

static void check_found(const RandomPair *pair, const Match *match, guint32 seed, guint said)
{
    for (guint i = 0; i < pair->domain->devices->len; i++) {
        const MatchPair *made = match->pairs->pdata[i];
        const Twin *twin = twin_of(pair, made);
        if (!(twin->said & said))
            continue;
        if (made->device != twin->device && (twin->device || match_pair_is_certain(made)))
            wrong(pair, seed, made, twin->device ? "not found" : "found, and is not there");
        if (twin->device && !match_pair_is_certain(made))
            wrong(pair, seed, made, "not certain");
    }
}

static void test_manner(void **state)
{
    const Manner *manner = *state;
    guint32 first = (guint32)(manner - manners) * SEEDS;
    for (guint32 seed = first; seed < first + SEEDS; seed++) {
        g_autoptr(RandomPair) pair =
            random_pair_new(seed, manner->say, manner->say_all, manner->complete);
        g_autoptr(Match) match = match_new(pair->domain, pair->guest, manner->mask);
        check_whole(pair, match, seed);
        check_truth(pair, match, seed, manner->mask == EVIDENCE_INFO_PCI ? 0 : G_MAXUINT);
        check_found(pair, match, seed, manner->found);
        if (manner->mask == EVIDENCE_ALL)
            check_fill(pair, match, seed);
    }
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(manners)];
    for (gsize i = 0; i < G_N_ELEMENTS(manners); i++)
        tests[i] =
            (struct CMUnitTest){ manners[i].name, test_manner, NULL, NULL, (void *)&manners[i] };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
