/* Properties of a driver: does it have them, and which JSON type does QEMU want? Its monitor takes
 * no string for a number (10.0), and no number for addr (7.2). */
#include "engine/attach.h"

#include <string.h>

#include "engine/json_find.h"
#include "engine/nearest.h"

/* device-list-properties of a driver; NULL when it was not asked for. */
static json_t *properties_of(const HotplugFacts *facts, const char *driver)
{
    return facts->drivers == NULL ? NULL : g_hash_table_lookup(facts->drivers, driver);
}

gboolean attach_has_property(const Attach *attach, const char *name)
{
    json_t *properties = properties_of(attach->facts, attach->driver);
    return !json_is_array(properties) || json_find(properties, "name", name) != NULL;
}

gboolean attach_check_driver(Attach *attach, GError **error)
{
    json_t *properties = properties_of(attach->facts, attach->driver);
    if (!json_is_null(properties)) {
        return TRUE;
    }
    gsize count;
    const Model *models = model_all(&count);
    g_autofree char *hint = nearest_hint(attach->driver, &models->driver, count, sizeof(*models));
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "this QEMU (%s) has no driver \"%s\"%s",
                attach->guest->qemu, attach->driver,
                hint[0] != '\0' ? hint : "; the names are those of QEMU's -device help");
    return FALSE;
}

/* Properties that only devices of one family of bus have. */
static const struct {
    const char *property;
    BusFamily family;
} telltales[] = {
    { "romfile", BUS_PCI },
    { "scsi-id", BUS_SCSI },
    { "msos-desc", BUS_USB },
    { "nr", BUS_VIRTIO_SERIAL },
};

BusFamily attach_guess_family(const HotplugFacts *facts, const char *driver)
{
    json_t *properties = properties_of(facts, driver);
    for (gsize i = 0; i < G_N_ELEMENTS(telltales); i++) {
        if (json_find(properties, "name", telltales[i].property) != NULL) {
            return telltales[i].family;
        }
    }
    return BUS_OTHER;
}

/* --- types ----------------------------------------------------------------------------------- */

static json_t *to_bool(const char *value)
{
    static const char *const yes[] = { "on", "true", "yes", NULL };
    static const char *const no[] = { "off", "false", "no", NULL };
    return g_strv_contains(yes, value)  ? json_true()
           : g_strv_contains(no, value) ? json_false()
                                        : NULL;
}

static json_t *to_unsigned(const char *value, guint64 highest)
{
    gboolean hex = g_str_has_prefix(value, "0x");
    guint64 number;
    if (!g_ascii_string_to_unsigned(value + (hex ? 2 : 0), hex ? 16 : 10, 0, highest, &number,
                                    NULL)) {
        return NULL;
    }
    /* JSON integers of the library end at 63 bits; QEMU reads a number in a string for uint64. */
    return number <= G_MAXINT64 ? json_integer((json_int_t)number) : json_string(value);
}

static json_t *to_signed(const char *value, gint64 lowest, gint64 highest)
{
    gint64 number;
    return g_ascii_string_to_signed(value, 10, lowest, highest, &number, NULL)
               ? json_integer(number)
               : to_unsigned(value, (guint64)highest);
}

/* 64M: the monitor wants the bytes. */
static json_t *to_size(const char *value)
{
    static const char units[] = "bkmgt";
    g_autofree char *digits = g_ascii_strdown(value, -1);
    gsize length = strlen(digits);
    const char *unit = length > 1 ? strchr(units, digits[length - 1]) : NULL;
    if (unit == NULL || g_str_has_prefix(digits, "0x")) {
        return to_unsigned(digits, G_MAXINT64);
    }
    digits[length - 1] = '\0';
    guint shift = 10 * (guint)(unit - units);
    json_t *number = to_unsigned(digits, (guint64)G_MAXINT64 >> shift);
    if (number != NULL) {
        json_integer_set(number, json_integer_value(number) << shift);
    }
    return number;
}

/* Number types by name: how many bits, and whether a sign. */
static const struct {
    const char *type;
    guint64 highest;
    gint64 lowest; /* 0: unsigned */
} number_types[] = {
    { "uint8", G_MAXUINT8, 0 },          { "uint16", G_MAXUINT16, 0 },
    { "uint32", G_MAXUINT32, 0 },        { "uint64", G_MAXUINT64, 0 },
    { "int8", G_MAXINT8, G_MININT8 },    { "int16", G_MAXINT16, G_MININT16 },
    { "int32", G_MAXINT32, G_MININT32 }, { "int64", G_MAXINT64, G_MININT64 },
    { "int", G_MAXINT64, G_MININT64 },
};

/* NULL when the value is not of that type. (transfer full) */
static json_t *to_type(const char *type, const char *value)
{
    if (strcmp(type, "bool") == 0) {
        return to_bool(value);
    }
    if (strcmp(type, "size") == 0) {
        return to_size(value);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(number_types); i++) {
        if (strcmp(type, number_types[i].type) == 0) {
            return number_types[i].lowest == 0
                       ? to_unsigned(value, number_types[i].highest)
                       : to_signed(value, number_types[i].lowest, (gint64)number_types[i].highest);
        }
    }
    return json_string(value);
}

/* --- PROPERTY=VALUE -------------------------------------------------------------------------- */

static gboolean refuse_property(const Attach *attach, json_t *properties, const char *name,
                                GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    gsize i;
    json_t *property;
    json_array_foreach (properties, i, property) {
        const char *known = json_string_value(json_object_get(property, "name"));
        if (known != NULL) {
            g_ptr_array_add(names, (gpointer)known);
        }
    }
    g_autofree char *hint = nearest_hint(name, names->pdata, names->len, sizeof(char *));
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "%s has no property \"%s\"%s",
                attach->driver, name,
                hint[0] != '\0' ? hint : "; leave it out, or see QEMU's -device DRIVER,help");
    return FALSE;
}

static gboolean put_property(Attach *attach, const char *name, const char *value, GError **error)
{
    json_t *properties = properties_of(attach->facts, attach->driver);
    json_t *property = json_find(properties, "name", name);
    if (json_is_array(properties) && property == NULL) {
        return refuse_property(attach, properties, name, error);
    }
    const char *type = json_string_value(json_object_get(property, "type"));
    json_t *typed = to_type(type != NULL ? type : "str", value);
    if (typed == NULL) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s=%s: this property of %s is a %s; give %s", name, value, attach->driver,
                    type, strcmp(type, "bool") == 0 ? "on or off" : "a number in its range");
        return FALSE;
    }
    json_object_set_new(attach->device, name, typed);
    return TRUE;
}

static gboolean is_own_option(const char *name)
{
    gsize count;
    const RequestOption *options = request_options(&count);
    for (gsize i = 0; i < count; i++) {
        if ((options[i].kinds & 1u << REQUEST_DEVICE) != 0 && strcmp(options[i].name, name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean attach_put_properties(Attach *attach, GError **error)
{
    if (attach->request->kind != REQUEST_DEVICE) {
        return TRUE;
    }
    GList *names =
        g_list_sort(g_hash_table_get_keys(attach->request->options), (GCompareFunc)strcmp);
    gboolean good = TRUE;
    for (GList *link = names; link != NULL && good; link = link->next) {
        const char *name = link->data;
        good = is_own_option(name) ||
               put_property(attach, name, request_get(attach->request, name), error);
    }
    g_list_free(names);
    return good;
}
