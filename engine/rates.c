/* query-blockstats names a drive by up to three names: the device (by id or path, for virtio-blk
 * that of its inner device), its -drive name and its block node. The counters belong to what is
 * between device and node and go on when the medium changes (measured on QEMU 7.2 and 10.0). */
#include "engine/rates.h"

#include <string.h>

typedef struct {
    gint64 read, written; /* bytes so far */
    Rate rate;
    gboolean known;
} Sample;

/* The same sample may be there under several names. */
struct Rates {
    GHashTable *samples; /* name -> Sample, shared */
    gint64 at;
};

static GHashTable *samples_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_rc_box_release);
}

Rates *rates_new(void)
{
    Rates *rates = g_new0(Rates, 1);

    rates->samples = samples_new();
    return rates;
}

void rates_free(Rates *rates)
{
    if (!rates)
        return;
    g_hash_table_unref(rates->samples);
    g_free(rates);
}

void rates_clear(Rates *rates)
{
    g_hash_table_remove_all(rates->samples);
}

/* --- taking a reply -------------------------------------------------------------------------- */

/* Names of all three sorts may be equal: a device may bear the name of another's node. */
static char *sample_name(char sort, const char *name)
{
    return g_strdup_printf("%c%s", sort, name);
}

static const struct {
    char sort;
    const char *member;
} names[] = { { 'q', "qdev" }, { 'd', "device" }, { 'n', "node-name" } };

/* The name that stays while the drive does: the first that it has. (transfer full) */
static char *identity(const json_t *entry)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *name = json_string_value(json_object_get(entry, names[i].member));

        if (name && *name)
            return sample_name(names[i].sort, name);
    }
    return NULL;
}

static gint64 per_second(gint64 bytes, gint64 microseconds)
{
    return (gint64)((double)bytes * G_USEC_PER_SEC / (double)microseconds + 0.5);
}

static void sample_compare(Sample *sample, const Sample *before, gint64 elapsed)
{
    gint64 read = sample->read - before->read, written = sample->written - before->written;

    if (elapsed <= 0 || read < 0 || written < 0) /* counted anew from 0 */
        return;
    sample->known = TRUE;
    sample->rate.read = per_second(read, elapsed);
    sample->rate.written = per_second(written, elapsed);
}

static void take_entry(const Rates *rates, GHashTable *samples, const json_t *entry, gint64 at)
{
    const json_t *stats = json_object_get(entry, "stats");
    const json_t *read = json_object_get(stats, "rd_bytes");
    const json_t *written = json_object_get(stats, "wr_bytes");
    g_autofree char *key = identity(entry);
    const Sample *before = key ? g_hash_table_lookup(rates->samples, key) : NULL;
    Sample *sample;

    if (!key || !json_is_integer(read) || !json_is_integer(written))
        return;
    sample = g_rc_box_new0(Sample);
    sample->read = json_integer_value(read);
    sample->written = json_integer_value(written);
    if (before)
        sample_compare(sample, before, at - rates->at);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *name = json_string_value(json_object_get(entry, names[i].member));

        if (name && *name)
            g_hash_table_replace(samples, sample_name(names[i].sort, name),
                                 g_rc_box_acquire(sample));
    }
    g_rc_box_release(sample);
}

void rates_take(Rates *rates, const json_t *reply, gint64 at)
{
    GHashTable *samples = samples_new();
    size_t index;
    json_t *entry;

    json_array_foreach ((json_t *)reply, index, entry)
        take_entry(rates, samples, entry, at);
    g_hash_table_unref(rates->samples);
    rates->samples = samples;
    rates->at = at;
}

/* --- asking ---------------------------------------------------------------------------------- */

static const Sample *find(const Rates *rates, char sort, const char *name)
{
    g_autofree char *key = name && *name ? sample_name(sort, name) : NULL;

    return key ? g_hash_table_lookup(rates->samples, key) : NULL;
}

/* The device itself, then the -drive name, then the node: as inventory joins query-block. */
static const Sample *find_device(const Rates *rates, const Device *device)
{
    g_autofree char *inner = g_strconcat(device->path, "/virtio-backend", NULL);
    const Sample *sample = find(rates, 'q', device->id);

    if (!sample)
        sample = find(rates, 'q', device->path);
    if (!sample)
        sample = find(rates, 'q', inner);
    if (!sample && device->drive)
        sample = find(rates, 'd', device->drive->backend);
    if (!sample && device->drive)
        sample = find(rates, 'n', device->drive->node);
    return sample;
}

gboolean rates_of(const Rates *rates, const Device *device, Rate *rate)
{
    const Sample *sample = find_device(rates, device);

    if (!sample || !sample->known)
        return FALSE;
    *rate = sample->rate;
    return TRUE;
}
