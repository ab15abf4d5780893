/* Target names: those that say something are given away before those that only have to differ. */
#include "engine/describe_target.h"

#include <string.h>

#include "engine/domain_edit.h"

/* Of each bus the prefix, and libvirt's formula (9.0.0, virDomainDiskDefAssignAddress): how many
 * drives a controller and a channel of it carry; 0: a name says no place. */
static const struct Form {
    const char *bus, *prefix;
    guint drives, units;
} forms[] = {
    { "fdc", "fd", 2, 2 },  { "ide", "hd", 4, 2 }, { "sata", "sd", 6, 6 },
    { "scsi", "sd", 7, 7 }, { "usb", "sd", 0, 0 }, { "virtio", "vd", 0, 0 },
};
typedef struct Form Form;

/* "zzz": an id that looks like a longer name is a word, "vdisk". */
#define INDEX_MAX 18277

struct DescribeTargets {
    GHashTable *taken; /* (char *) names */
    GHashTable *next;  /* prefix -> the first index that may be free */
};

DescribeTargets *describe_targets_new(const Domain *domain)
{
    DescribeTargets *targets = g_new(DescribeTargets, 1);
    targets->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    targets->next = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; domain && i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (device->target)
            g_hash_table_add(targets->taken, g_strdup(device->target));
    }
    return targets;
}

void describe_targets_free(DescribeTargets *targets)
{
    g_hash_table_unref(targets->taken);
    g_hash_table_unref(targets->next);
    g_free(targets);
}

/* name: (transfer full). FALSE when somebody has it. */
static gboolean take(DescribeTargets *targets, DescribeItem *item, char *name)
{
    if (g_hash_table_contains(targets->taken, name)) {
        g_free(name);
        return FALSE;
    }
    g_hash_table_add(targets->taken, name);
    item->target = name;
    return TRUE;
}

static const Form *form_of(const DescribeItem *item)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (strcmp(forms[i].bus, item->words->type) == 0)
            return &forms[i];
    }
    return NULL;
}

typedef void (*Rule)(DescribeTargets *targets, DescribeItem *item, const Form *form);

static void by_id(DescribeTargets *targets, DescribeItem *item, const Form *form)
{
    gsize length;
    guint index;
    const char *id = item->device->id;
    if (!id || !target_index(id, &length, &index) || index > INDEX_MAX ||
        strncmp(id, form->prefix, MAX(length, strlen(form->prefix))) != 0)
        return;
    g_autofree char *plain = target_name(form->prefix, index);
    if (strcmp(plain, id) == 0) /* not that of a partition */
        take(targets, item, g_steal_pointer(&plain));
}

static void by_place(DescribeTargets *targets, DescribeItem *item, const Form *form)
{
    const Address *place = &item->place;
    if (!form->drives || place->type != ADDRESS_DRIVE || place->drive.target ||
        place->drive.unit >= form->units || place->drive.bus * form->units >= form->drives ||
        place->drive.controller > INDEX_MAX)
        return;
    guint index =
        place->drive.controller * form->drives + place->drive.bus * form->units + place->drive.unit;
    take(targets, item, target_name(form->prefix, index));
}

static void by_what_is_free(DescribeTargets *targets, DescribeItem *item, const Form *form)
{
    guint next = GPOINTER_TO_UINT(g_hash_table_lookup(targets->next, form->prefix));
    while (!take(targets, item, target_name(form->prefix, next)))
        next++;
    g_hash_table_insert(targets->next, (gpointer)form->prefix, GUINT_TO_POINTER(next + 1));
}

void describe_targets_give(DescribeTargets *targets, const GPtrArray *items)
{
    static const Rule rules[] = { by_id, by_place, by_what_is_free };
    for (gsize rule = 0; rule < G_N_ELEMENTS(rules); rule++) {
        for (guint i = 0; i < items->len; i++) {
            DescribeItem *item = items->pdata[i];
            gboolean disk = item->words && strcmp(item->words->element, "disk") == 0;
            const Form *form = disk && !item->target ? form_of(item) : NULL;
            if (form)
                rules[rule](targets, item, form);
        }
    }
}
