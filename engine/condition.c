/* One row a kind of condition, told by its member: what it is called, and whether it holds. */
#include "engine/condition.h"

#include <string.h>

#define PCI "query-pci"
#define BLOCK "query-block"
#define NETWORK "info network"
#define USB "info usb"

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static json_int_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static gboolean should_be_there(const json_t *condition)
{
    return json_is_true(json_object_get(condition, "there"));
}

/* --- a slot ---------------------------------------------------------------------------------- */

json_t *condition_slot(guint slot, const char *ids)
{
    return json_pack("{s:s, s:i, s:s?}", "ask", PCI, "slot", (int)slot, "holds", ids);
}

static char *slot_words(const json_t *condition)
{
    guint slot = (guint)number_of(condition, "slot");
    const char *ids = text_of(condition, "holds");

    return ids ? g_strdup_printf("slot %02x holds the %s and nothing else", slot, ids)
               : g_strdup_printf("slot %02x is vacant", slot);
}

/* "8086:100e", with a comma between functions; "" for a vacant slot. */
static char *slot_content(const json_t *reply, json_int_t slot)
{
    GString *ids = g_string_new(NULL);
    json_t *devices = json_object_get(json_array_get(reply, 0), "devices");
    size_t i;
    json_t *device;

    json_array_foreach (devices, i, device) {
        const json_t *id = json_object_get(device, "id");

        if (number_of(device, "slot") == slot)
            g_string_append_printf(ids, "%s%04x:%04x", ids->len ? ", " : "",
                                   (guint)number_of(id, "vendor"), (guint)number_of(id, "device"));
    }
    return g_string_free(ids, FALSE);
}

static char *slot_objection(const json_t *condition, const json_t *reply)
{
    json_int_t slot = number_of(condition, "slot");
    const char *wanted = text_of(condition, "holds");
    g_autofree char *now = slot_content(reply, slot);

    if (!json_is_array(json_object_get(json_array_get(reply, 0), "devices")))
        return g_strdup("QEMU did not say what its PCI slots hold");
    if (strcmp(now, wanted ? wanted : "") == 0)
        return NULL;
    return *now ? g_strdup_printf("slot %02x holds %s by now", (guint)slot, now)
                : g_strdup_printf("slot %02x is vacant by now", (guint)slot);
}

/* --- drives ---------------------------------------------------------------------------------- */

static gboolean is_scsi_name(const char *drive)
{
    return drive && g_str_has_prefix(drive, "scsi");
}

static json_t *scsi_names(const json_t *blocks)
{
    json_t *names = json_array();
    size_t i;
    json_t *block;

    json_array_foreach (blocks, i, block) {
        json_t *name = json_object_get(block, "device");

        if (is_scsi_name(json_string_value(name)))
            json_array_append(names, name);
    }
    return names;
}

json_t *condition_scsi_drives(const json_t *blocks)
{
    return json_pack("{s:s, s:o}", "ask", BLOCK, "scsi", scsi_names(blocks));
}

static char *scsi_words(const json_t *condition)
{
    return g_strdup("no SCSI drive came or went");
}

static char *scsi_objection(const json_t *condition, const json_t *reply)
{
    json_t *names = scsi_names(reply);
    gboolean same = json_is_array(reply) && json_equal(names, json_object_get(condition, "scsi"));

    json_decref(names);
    return same ? NULL : g_strdup("the guest has other SCSI drives by now");
}

json_t *condition_drive(const char *name, gboolean there)
{
    return json_pack("{s:s, s:s, s:b}", "ask", BLOCK, "drive", name, "there", there);
}

json_t *condition_drives_known(void)
{
    return json_pack("{s:s}", "ask", BLOCK);
}

static char *drive_words(const json_t *condition)
{
    return g_strdup_printf("there is %s drive %s", should_be_there(condition) ? "a" : "no",
                           text_of(condition, "drive"));
}

/* Without an image it is the name alone, that a failed command leaves. */
static gboolean has_drive(const json_t *reply, const char *name, gboolean with_image)
{
    size_t i;
    json_t *block;

    json_array_foreach (reply, i, block) {
        if (g_strcmp0(text_of(block, "device"), name) == 0 &&
            (!with_image || json_object_get(block, "inserted")))
            return TRUE;
    }
    return FALSE;
}

static char *drive_objection(const json_t *condition, const json_t *reply)
{
    const char *name = text_of(condition, "drive");
    gboolean there = should_be_there(condition);

    if (json_is_array(reply) && has_drive(reply, name, there) == there)
        return NULL;
    return g_strdup_printf(there ? "QEMU does not list the drive %s" : "QEMU has a drive %s by now",
                           name);
}

/* --- the host's side of the network ---------------------------------------------------------- */

json_t *condition_client(const char *name, gboolean there)
{
    return json_pack("{s:s, s:s, s:b}", "ask", NETWORK, "client", name, "there", there);
}

static char *client_words(const json_t *condition)
{
    return g_strdup_printf("%s is %s", text_of(condition, "client"),
                           should_be_there(condition) ? "listed" : "not listed");
}

static char *client_objection(const json_t *condition, const json_t *reply)
{
    const char *name = text_of(condition, "client");
    gboolean there = should_be_there(condition);
    g_autofree char *listed = g_strdup_printf(" %s: index=", name);
    const char *text = json_string_value(reply);

    if (text && (strstr(text, listed) != NULL) == there)
        return NULL;
    return g_strdup_printf(there ? "QEMU does not list %s, so it was not made"
                                 : "QEMU has a %s on a network by now",
                           name);
}

/* --- USB devices ----------------------------------------------------------------------------- */

guint condition_count_usb(const char *text, const char *product)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    guint count = 0;

    for (char **line = lines; *line; line++) {
        const char *named = strstr(g_strchomp(*line), ", Product ");
        gsize length = strlen(product);

        named = named ? named + strlen(", Product ") : "";
        count += strncmp(named, product, length) == 0 && strchr("(,", named[length]);
    }
    return count;
}

json_t *condition_usb(const char *product, guint count)
{
    return json_pack("{s:s, s:s, s:i}", "ask", USB, "product", product, "count", (int)count);
}

static char *usb_words(const json_t *condition)
{
    return g_strdup_printf("%d times %s", (int)number_of(condition, "count"),
                           text_of(condition, "product"));
}

static char *usb_objection(const json_t *condition, const json_t *reply)
{
    const char *product = text_of(condition, "product");
    guint count = condition_count_usb(json_string_value(reply), product);

    if (json_is_string(reply) && count == number_of(condition, "count"))
        return NULL;
    return g_strdup_printf("QEMU lists %u times %s, not %d times", count, product,
                           (int)number_of(condition, "count"));
}

/* --- all of them ----------------------------------------------------------------------------- */

static const struct {
    const char *member;
    char *(*words)(const json_t *condition);
    char *(*objection)(const json_t *condition, const json_t *reply);
} kinds[] = {
    { "slot", slot_words, slot_objection },    { "scsi", scsi_words, scsi_objection },
    { "drive", drive_words, drive_objection }, { "client", client_words, client_objection },
    { "product", usb_words, usb_objection },
};

const char *condition_question(const json_t *condition)
{
    return text_of(condition, "ask");
}

char *condition_words(const json_t *condition)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (json_object_get(condition, kinds[i].member))
            return kinds[i].words(condition);
    }
    return NULL;
}

char *condition_objection(const json_t *condition, const json_t *reply)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (json_object_get(condition, kinds[i].member))
            return kinds[i].objection(condition, reply);
    }
    return NULL;
}
