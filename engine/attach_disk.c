/* The image of a drive: its format, who uses it already, and its block node. */
#include "engine/attach.h"

#include <string.h>

/* cache= in QEMU's three switches. */
static const struct {
    const char *name;
    gboolean direct, no_flush, write_cache;
} cache_modes[] = {
    { "writeback", FALSE, FALSE, TRUE },     { "none", TRUE, FALSE, TRUE },
    { "writethrough", FALSE, FALSE, FALSE }, { "directsync", TRUE, FALSE, FALSE },
    { "unsafe", FALSE, TRUE, TRUE },
};

/* Drivers that never write (QEMU's documentation on disk image formats). */
static const char *const read_only_formats[] = { "bochs", "cloop", "dmg", NULL };

#define SERIAL_LONGEST 20 /* of virtio-blk; QEMU 10 refuses more on SCSI and USB as well */

static gboolean refuse(GError **error, EngineError code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean refuse(GError **error, EngineError code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, ENGINE_ERROR, (gint)code, message);
    return FALSE;
}

/* --- who has the file already ---------------------------------------------------------------- */

/* The file of a node: out of a json:{} name where it is wrapped in one. (transfer full) */
static char *node_file(json_t *node)
{
    const char *name = json_string_value(json_object_get(node, "file"));
    if (name == NULL || !g_str_has_prefix(name, "json:")) {
        return g_strdup(name);
    }
    json_t *options = json_loads(name + strlen("json:"), 0, NULL);
    json_t *inner = json_object_get(options, "file");
    const char *file =
        json_string_value(json_object_get(inner != NULL ? inner : options, "filename"));
    char *copy = g_strdup(file);
    json_decref(options);
    return copy;
}

static gboolean same_file(const char *file, const char *path)
{
    g_autofree char *canonical = g_canonicalize_filename(file, "/");
    return strcmp(canonical, path) == 0;
}

static gboolean node_has(json_t *node, const char *path, const char *real)
{
    g_autofree char *file = node_file(node);
    return file != NULL && (same_file(file, path) || (real != NULL && same_file(file, real)));
}

static const Device *node_user(const Guest *guest, json_t *node, const char *path)
{
    const char *name = json_string_value(json_object_get(node, "node-name"));
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        if (device->drive != NULL &&
            (g_strcmp0(device->drive->node, name) == 0 ||
             (device->drive->file != NULL && same_file(device->drive->file, path)))) {
            return device;
        }
    }
    return NULL;
}

/* "scsi-hd sda", or "block node X". (transfer full) */
static char *describe_user(const Guest *guest, json_t *node, const char *path)
{
    const Device *device = node_user(guest, node, path);
    if (device == NULL) {
        return g_strdup_printf("the block node %s, which no device uses",
                               json_string_value(json_object_get(node, "node-name")));
    }
    g_autofree char *name = device_display_name(device);
    return device->id != NULL ? g_strdup_printf("%s %s", device->driver, name)
                              : g_steal_pointer(&name);
}

/* A node of this file that does not go together with another user of it; NULL for none. Two readers
 * do. */
static json_t *find_conflict(const Guest *guest, const char *path, const char *real,
                             gboolean readonly)
{
    gsize i;
    json_t *node;
    json_array_foreach (guest->nodes, i, node) {
        if (node_has(node, path, real) &&
            !(readonly && json_is_true(json_object_get(node, "ro")))) {
            return node;
        }
    }
    return NULL;
}

static gboolean check_unused(const Attach *attach, const char *path, gboolean readonly,
                             GError **error)
{
    const Image *image = attach->facts->image;
    const char *real = image != NULL ? image->real : NULL;
    json_t *node = find_conflict(attach->guest, path, real, readonly);
    if (node == NULL) {
        return TRUE;
    }
    g_autofree char *user = describe_user(attach->guest, node, path);
    return refuse(
        error, ENGINE_ERROR_REFUSED,
        "%s is in use by %s of this guest; detach that first, or give a copy or an overlay "
        "of it (qemu-img create -b)",
        path, user);
}

/* Where the header's backing file is. (transfer full) */
static char *backing_path(const Image *image)
{
    const char *name = image->backing;
    if (g_str_has_prefix(name, "file:")) {
        name += strlen("file:");
    } else if (strchr(name, ':') != NULL && !g_path_is_absolute(name)) {
        return NULL; /* json:, nbd: and the like */
    }
    g_autofree char *folder = g_path_get_dirname(image->real);
    return g_canonicalize_filename(name, folder);
}

static gboolean check_backing(const Attach *attach, GError **error)
{
    const Image *image = attach->facts->image;
    if (image == NULL || image->backing == NULL) {
        return TRUE;
    }
    g_autofree char *path = backing_path(image);
    json_t *node = path != NULL ? find_conflict(attach->guest, path, NULL, TRUE) : NULL;
    if (node == NULL) {
        return TRUE;
    }
    g_autofree char *user = describe_user(attach->guest, node, path);
    return refuse(error, ENGINE_ERROR_REFUSED,
                  "%s has the backing file %s, which %s of this guest writes to; detach that first",
                  image->path, path, user);
}

/* --- the format ------------------------------------------------------------------------------ */

static gboolean check_formats(Attach *attach, const char *stated, GError **error)
{
    const Image *image = attach->facts->image;
    if (strcmp(stated, image->format) == 0 || (strcmp(stated, "vpc") == 0 && image->footer)) {
        return TRUE;
    }
    if (strcmp(stated, "raw") == 0) {
        plan_add_check(attach->plan, TRUE, NULL,
                       "%s has the header of a %s image; as raw the guest sees that header",
                       image->path, image->format);
        return TRUE;
    }
    gboolean headless = strcmp(image->format, "raw") == 0;
    return refuse(error, ENGINE_ERROR_INPUT, "%s is not in %s format: %s%s; leave format= out",
                  image->path, stated,
                  headless ? "it has no header, so it is " : "its header says ", image->format);
}

/* Why the file's header is not known, and what that means when the format was stated. */
static gboolean check_unread(Attach *attach, const char *path, const char *stated, GError **error)
{
    const GError *why = attach->facts->image_error;
    if (stated == NULL && why != NULL) {
        return refuse(error, (EngineError)why->code, "%s", why->message);
    }
    if (stated == NULL) {
        return refuse(error, ENGINE_ERROR_INPUT,
                      "the header of %s has not been read yet; state format=, or wait", path);
    }
    plan_add_check(attach->plan, TRUE, NULL, "%s was not read here (%s); QEMU opens it as %s", path,
                   why != NULL ? why->message : "not asked", stated);
    return TRUE;
}

/* (transfer none) NULL: refused. */
static const char *choose_format(Attach *attach, const char *path, GError **error)
{
    const Image *image = attach->facts->image;
    const char *stated = request_get(attach->request, "format");
    if (image == NULL) {
        return check_unread(attach, path, stated, error) ? stated : NULL;
    }
    if (stated != NULL && !check_formats(attach, stated, error)) {
        return NULL;
    }
    const char *format = stated != NULL ? stated : image->format;
    if (strcmp(format, "luks") == 0) {
        refuse(error, ENGINE_ERROR_REFUSED,
               "%s is encrypted (luks) and needs its key as a secret object, which attach does not "
               "make; open it with cryptsetup on the host and attach the opened device",
               path);
        return NULL;
    }
    return format;
}

/* --- the block node -------------------------------------------------------------------------- */

/* The row for cache=; aio=native needs one that goes around the host's cache. -1: refused. */
static int choose_cache(const Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "cache");
    gboolean native = g_strcmp0(request_get(attach->request, "aio"), "native") == 0;
    const char *name = stated != NULL ? stated : native ? "none" : "writeback";
    for (guint i = 0; i < G_N_ELEMENTS(cache_modes); i++) {
        if (strcmp(cache_modes[i].name, name) != 0) {
            continue;
        }
        if (native && !cache_modes[i].direct) {
            refuse(
                error, ENGINE_ERROR_INPUT,
                "aio=native goes around the host's cache, and cache=%s does not; give cache=none "
                "or cache=directsync, or leave aio= out",
                name);
            return -1;
        }
        return (int)i;
    }
    g_return_val_if_reached(-1);
}

static gboolean choose_readonly(const Attach *attach, const char *format)
{
    const char *stated = request_get(attach->request, "readonly");
    return attach->request->kind == REQUEST_CDROM || g_strcmp0(stated, "on") == 0 ||
           (stated == NULL && g_strv_contains(read_only_formats, format));
}

/* Options in the order that a person reads them in: the node, then the file under it. */
static json_t *make_node(const Attach *attach, const char *node, const char *path,
                         const char *format, int cache, gboolean readonly)
{
    const char *aio = request_get(attach->request, "aio");
    const char *discard = request_get(attach->request, "discard");
    const Image *image = attach->facts->image;
    json_t *file =
        json_pack("{s:s, s:s}", "driver", image != NULL && image->device ? "host_device" : "file",
                  "filename", path);
    json_t *options = json_pack("{s:s, s:s}", "node-name", node, "driver", format);
    if (aio != NULL) {
        json_object_set_new(file, "aio", json_string(aio));
    }
    if (readonly) {
        json_object_set_new(options, "read-only", json_true());
    }
    if (discard != NULL) {
        json_object_set_new(options, "discard", json_string(discard));
    }
    if (cache_modes[cache].direct || cache_modes[cache].no_flush) {
        json_object_set_new(options, "cache",
                            json_pack("{s:b, s:b}", "direct", cache_modes[cache].direct, "no-flush",
                                      cache_modes[cache].no_flush));
    }
    json_object_set_new(options, "file", file);
    return options;
}

static void add_image_checks(Attach *attach, const char *format, gboolean readonly)
{
    const Image *image = attach->facts->image;
    if (image == NULL) {
        return;
    }
    plan_add_check(attach->plan, FALSE, "query-named-block-nodes",
                   "%s is readable, of format %s, and no other node of this guest uses it",
                   image->path, format);
    if (!readonly && !image->writable) {
        plan_add_check(attach->plan, TRUE, NULL,
                       "%s cannot be written by you; QEMU may refuse it unless readonly=on",
                       image->path);
    }
    if (image->footer && strcmp(format, "raw") == 0) {
        plan_add_check(attach->plan, TRUE, NULL,
                       "%s ends like a fixed VHD; if it is one, state format=vpc", image->path);
    }
}

const char *attach_check_image(Attach *attach, const char *path, gboolean *readonly, GError **error)
{
    const char *format = choose_format(attach, path, error);
    *readonly = format != NULL && choose_readonly(attach, format);
    if (format == NULL || !check_unused(attach, path, *readonly, error) ||
        !check_backing(attach, error)) {
        return NULL;
    }
    return format;
}

gboolean attach_add_node(Attach *attach, const char *path, const char *node, GError **error)
{
    gboolean readonly;
    const char *format = attach_check_image(attach, path, &readonly, error);
    int cache = format != NULL ? choose_cache(attach, error) : -1;
    if (cache < 0) {
        return FALSE;
    }
    g_autofree char *words = g_strconcat("block node ", node, NULL);
    plan_add(
        attach->plan, words,
        action_new("blockdev-add", make_node(attach, node, path, format, cache, readonly), NULL),
        action_new("blockdev-del", json_pack("{s:s}", "node-name", node), NULL));
    json_object_set_new(attach->device, "drive", json_string(node));
    if (!cache_modes[cache].write_cache && attach_has_property(attach, "write-cache")) {
        json_object_set_new(attach->device, "write-cache", json_string("off"));
    }
    plan_choose(attach->plan, "file", path);
    plan_choose(attach->plan, "format", format);
    plan_choose(attach->plan, "readonly", readonly ? "on" : "off");
    plan_choose(attach->plan, "cache", cache_modes[cache].name);
    add_image_checks(attach, format, readonly);
    return TRUE;
}

/* --- what the device says -------------------------------------------------------------------- */

/* Its id, so that the guest can tell its drives apart, unless it was stated. NVMe insists on one.
 */
static gboolean put_serial(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "serial");
    if (stated != NULL && g_utf8_strlen(stated, -1) != (glong)strlen(stated)) {
        return refuse(error, ENGINE_ERROR_INPUT,
                      "serial=%s has characters that are not ASCII, which drives cannot show",
                      stated);
    }
    if (stated != NULL && strlen(stated) > SERIAL_LONGEST) {
        return refuse(error, ENGINE_ERROR_INPUT,
                      "serial=%s has %zu characters; a drive can show %d: give a shorter one",
                      stated, strlen(stated), SERIAL_LONGEST);
    }
    if (stated == NULL && !attach_has_property(attach, "serial")) {
        return TRUE;
    }
    g_autofree char *serial = g_strndup(stated != NULL ? stated : attach->id, SERIAL_LONGEST);
    json_object_set_new(attach->device, "serial", json_string(serial));
    plan_choose(attach->plan, "serial", serial);
    return TRUE;
}

static void choose_defaults(Attach *attach)
{
    static const struct {
        const char *option, *value;
    } defaults[] = { { "aio", "threads" }, { "discard", "ignore" } };
    for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++) {
        const char *stated = request_get(attach->request, defaults[i].option);
        plan_choose(attach->plan, defaults[i].option, stated != NULL ? stated : defaults[i].value);
    }
}

static gboolean is_usb_cdrom(const Attach *attach)
{
    return attach->request->kind == REQUEST_CDROM && attach->model.plugs == BUS_USB;
}

static gboolean check_file_given(const Attach *attach, GError **error)
{
    if (attach->request->kind == REQUEST_CDROM && !is_usb_cdrom(attach)) {
        return TRUE; /* a drive without a disc */
    }
    return refuse(error, ENGINE_ERROR_INPUT, "no image is given%s",
                  is_usb_cdrom(attach)
                      ? ", and a USB drive cannot be empty: name one as file=PATH, or give bus=scsi"
                      : ": name it as file=PATH");
}

static void add_usb_cdrom(Attach *attach)
{
    if (is_usb_cdrom(attach)) {
        json_object_set_new(attach->device, "removable", json_true());
        plan_add_check(attach->plan, TRUE, NULL,
                       "the guest sees a removable read-only USB disk; a CD drive needs bus=scsi");
    }
}

gboolean attach_add_image(Attach *attach, GError **error)
{
    const char *file = request_get(attach->request, "file");
    if (file == NULL && !check_file_given(attach, error)) {
        return FALSE;
    }
    if (file != NULL) {
        g_autofree char *path = g_canonicalize_filename(file, NULL);
        g_autofree char *node = g_strconcat(attach->id, "-fmt", NULL);
        if (!attach_add_node(attach, path, node, error)) {
            return FALSE;
        }
        choose_defaults(attach);
    }
    add_usb_cdrom(attach);
    return put_serial(attach, error);
}
