/* info block in its two forms: a line a drive up to QEMU 1.4, a paragraph a drive since, with the
 * images of it below where -v is given (print_block_info of block/monitor). File names are printed
 * as they are, so one with line breaks can look like more; what belongs to it is only shown. */
#include <string.h>

#include "monitor/hmp_lines.h"
#include "monitor/hmp_text.h"

#define NOT_INSERTED "[not inserted]"

static void set_new(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static void set_text(json_t *object, const char *name, const char *text, gssize length)
{
    set_new(object, name, hmp_string(text, length));
}

/* --- a line a drive -------------------------------------------------------------------------- */

/* Where the value of " key=" begins, NULL where there is none. */
static const char *find_value(const char *line, const char *key)
{
    g_autofree char *words = g_strdup_printf(" %s=", key);
    const char *at = strstr(line, words);

    return at ? at + strlen(words) : NULL;
}

static void take_flag(json_t *object, const char *member, const char *line, const char *key)
{
    const char *value = find_value(line, key);

    if (value && (*value == '0' || *value == '1'))
        set_new(object, member, json_boolean(*value == '1'));
}

/* A blank, quote or backslash in a file name has a backslash before it (monitor_print_filename).
 */
static json_t *unescape(const char *name, gsize length)
{
    g_autoptr(GString) plain = g_string_new(NULL);

    for (gsize i = 0; i < length; i++) {
        if (name[i] == '\\' && i + 1 < length)
            i++;
        g_string_append_c(plain, name[i]);
    }
    return hmp_string(plain->str, (gssize)plain->len);
}

static gsize escaped_length(const char *name)
{
    gsize length = 0;

    while (name[length] && name[length] != ' ')
        length += name[length] == '\\' && name[length + 1] ? 2 : 1;
    return length;
}

/* What follows the file name, which may itself hold such words. */
static const char *take_file(json_t *inserted, const char *line, const char *key,
                             const char *member)
{
    const char *name = find_value(line, key);
    gsize length = name ? escaped_length(name) : 0;

    if (!name)
        return line;
    set_new(inserted, member, unescape(name, length));
    return name + length;
}

static json_t *line_medium(const char *line)
{
    json_t *inserted = json_object();
    const char *drv;

    line = take_file(inserted, line, "file", "file");
    line = take_file(inserted, line, "backing_file", "backing_file");
    take_flag(inserted, "ro", line, "ro");
    take_flag(inserted, "encrypted", line, "encrypted");
    drv = find_value(line, "drv");
    if (drv)
        set_text(inserted, "drv", drv, (gssize)strcspn(drv, " "));
    return inserted;
}

/* "scsi0-hd0: type=hd removable=0 file=da.qcow2 ro=0 drv=qcow2 encrypted=0" */
static json_t *line_drive(const char *line)
{
    const char *colon = strstr(line, ": ");
    const char *medium = strstr(line, " file=");
    g_autofree char *before = medium ? g_strndup(line, medium - line) : g_strdup(line);
    json_t *drive = json_object();
    const char *type = find_value(before, "type");

    set_text(drive, "device", line, colon - line);
    if (type)
        set_text(drive, "type", type, (gssize)strcspn(type, " "));
    take_flag(drive, "removable", before, "removable");
    take_flag(drive, "locked", before, "locked");
    take_flag(drive, "tray_open", before, "tray-open");
    if (medium)
        set_new(drive, "inserted", line_medium(medium));
    return drive;
}

/* The first word after the name tells this form from a paragraph, in which that is a file. */
static gboolean is_line_drive(const char *line)
{
    const char *colon = strstr(line, ": ");
    const char *rest = colon ? colon + 2 : "";

    return hmp_after(rest, "type=hd ") || hmp_after(rest, "type=cdrom ") ||
           hmp_after(rest, "type=floppy ") || hmp_after(rest, "removable=");
}

/* --- a paragraph a drive --------------------------------------------------------------------- */

/* "NAME (NODE)" of a drive that was named, "NODE" of another. */
static void take_names(json_t *drive, json_t *inserted, const char *name, gsize length)
{
    const char *open = NULL;

    for (gsize i = length; inserted && length > 3 && name[length - 1] == ')' && i-- > 1 && !open;)
        open = name[i] == '(' && name[i - 1] == ' ' ? &name[i] : NULL;
    if (open && open > name + 1) {
        set_text(drive, "device", name, open - 1 - name);
        set_text(inserted, "node-name", open + 1, name + length - open - 2);
    } else if (inserted) {
        set_text(drive, "device", "", 0);
        set_text(inserted, "node-name", name, (gssize)length);
    } else {
        set_text(drive, "device", name, (gssize)length);
    }
}

/* "FILE (DRIVER, read-only, encrypted)" -> what is inserted; NULL where it is not that. */
static json_t *paragraph_medium(const char *text)
{
    const char *open = strrchr(text, '(');
    gsize length = strlen(text);
    json_t *inserted;

    if (!open || open == text || open[-1] != ' ' || text[length - 1] != ')')
        return NULL;
    inserted = json_object();
    set_text(inserted, "file", text, open - 1 - text);
    set_text(inserted, "drv", open + 1, (gssize)strcspn(open + 1, ",)"));
    set_new(inserted, "ro", json_boolean(strstr(open, ", read-only") != NULL));
    set_new(inserted, "encrypted", json_boolean(strstr(open, ", encrypted") != NULL));
    return inserted;
}

/* The first line: "drive-sda (#block163): da.qcow2 (qcow2)". NULL where it is another. */
static json_t *paragraph_drive(const char *line)
{
    const char *colon = strstr(line, ": ");
    gboolean empty = colon && strcmp(colon + 2, NOT_INSERTED) == 0;
    json_t *inserted = colon && !empty ? paragraph_medium(colon + 2) : NULL;
    json_t *drive;

    if (!colon || colon == line || (!empty && !inserted))
        return NULL;
    drive = json_pack("{s:b}", "removable", FALSE);
    take_names(drive, inserted, line, colon - line);
    if (inserted)
        set_new(drive, "inserted", inserted);
    return drive;
}

/* A drive without a medium is called by its -drive name, or where it has none by its device: where
 * the two are equal, nobody can tell. */
static void take_attached(json_t *drive, const char *qdev)
{
    const char *device = json_string_value(json_object_get(drive, "device"));

    set_text(drive, "qdev", qdev, -1);
    if (!json_object_get(drive, "inserted") && g_strcmp0(device, qdev) == 0)
        json_object_del(drive, "device");
}

/* "not locked, tray closed". A floppy's tray is called closed, too; what is locked or open has
 * one. */
static void take_removable(json_t *drive, const char *text)
{
    gboolean locked = hmp_after(text, "locked") != NULL;
    gboolean open = g_str_has_suffix(text, "tray open");

    set_new(drive, "removable", json_true());
    set_new(drive, "locked", json_boolean(locked));
    if (open || locked)
        set_new(drive, "tray_open", json_boolean(open));
}

/* "a.qcow2 (chain depth: 1)" */
static void take_backing(json_t *inserted, const char *text)
{
    const char *mark = g_strrstr(text, " (chain depth: ");
    const char *at = mark ? mark + strlen(" (chain depth: ") : NULL;
    gint64 depth;

    if (!inserted || !at || !hmp_number(&at, &depth))
        return;
    set_text(inserted, "backing_file", text, mark - text);
    set_new(inserted, "backing_file_depth", json_integer(depth));
}

/* "writeback, direct, ignore flushes" */
static void take_cache(json_t *inserted, const char *text)
{
    if (inserted)
        set_new(inserted, "cache",
                json_pack("{s:b, s:b, s:b}", "writeback", hmp_after(text, "writeback") != NULL,
                          "direct", strstr(text, ", direct") != NULL, "no-flush",
                          strstr(text, ", ignore flushes") != NULL));
}

static void read_detail(json_t *drive, const char *line)
{
    json_t *inserted = json_object_get(drive, "inserted");
    const char *rest;

    if ((rest = hmp_after(line, "    Attached to:      ")))
        take_attached(drive, rest);
    else if ((rest = hmp_after(line, "    I/O status:       ")))
        set_text(drive, "io-status", rest, -1);
    else if ((rest = hmp_after(line, "    Removable device: ")))
        take_removable(drive, rest);
    else if ((rest = hmp_after(line, "    Cache mode:       ")))
        take_cache(inserted, rest);
    else if ((rest = hmp_after(line, "    Backing file:     ")))
        take_backing(inserted, rest);
    else if (inserted && (rest = hmp_after(line, "    Detect zeroes:    ")))
        set_text(inserted, "detect_zeroes", rest, -1);
}

/* --- images, with -v ------------------------------------------------------------------------- */

/* "1 GiB (1073741824 bytes)" -> 1073741824, -1 for another text. */
static gint64 exact_size(const char *text)
{
    const char *open = strrchr(text, '(');
    const char *at = open ? open + 1 : NULL;
    gint64 size;

    return at && hmp_number(&at, &size) && strcmp(at, " bytes)") == 0 ? size : -1;
}

/* What QEMU says of the first image, which is the one inserted. The size on disk is rounded there,
 * so it is not told. */
static void read_image(json_t *inserted, const char *line)
{
    json_t *image = json_object_get(inserted, "image");
    const char *rest;

    if (!image && (rest = hmp_after(line, "image: "))) {
        image = json_object();
        set_new(inserted, "image", image);
        set_text(image, "filename", rest, -1);
    } else if ((rest = hmp_after(line, "file format: ")) && !json_object_get(image, "format")) {
        set_text(image, "format", rest, -1);
    } else if ((rest = hmp_after(line, "virtual size: ")) &&
               !json_object_get(image, "virtual-size") && exact_size(rest) >= 0) {
        set_new(image, "virtual-size", json_integer(exact_size(rest)));
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

typedef struct {
    json_t *drives;
    json_t *drive;   /* (borrowed) the latest; NULL before the first */
    gboolean images; /* its images are being told */
} BlockText;

static void begin_drive(BlockText *block, json_t *drive)
{
    json_array_append_new(block->drives, drive);
    block->drive = drive;
    block->images = FALSE;
}

static void read_line(BlockText *block, const char *line, gboolean first)
{
    json_t *drive = NULL;

    if (*line == ' ' && block->drive && !block->images) {
        read_detail(block->drive, line);
        return;
    }
    if (is_line_drive(line))
        drive = line_drive(line);
    else if (first && strcmp(line, "Images:") == 0 && block->drive)
        block->images = TRUE;
    else if (first)
        drive = paragraph_drive(line);
    else if (block->images)
        read_image(json_object_get(block->drive, "inserted"), line);
    if (drive)
        begin_drive(block, drive);
}

json_t *hmp_text_block(const char *text)
{
    BlockText block = { .drives = json_array() };
    g_auto(HmpLines) lines = { 0 };
    gboolean first = TRUE; /* of a paragraph */

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        if (*line)
            read_line(&block, line, first);
        first = !*line;
    }
    return block.drives;
}

/* The same paragraphs without a device each; QMP's answer is what is inserted. (Asked to be flat,
 * as it is, QMP counts no backing files.) */
json_t *hmp_text_nodes(const char *text)
{
    json_t *drives = hmp_text_block(text);
    json_t *nodes = json_array();
    size_t index;
    json_t *drive;

    json_array_foreach (drives, index, drive) {
        json_t *node = json_object_get(drive, "inserted");

        json_object_del(node, "backing_file_depth");
        if (json_object_get(node, "node-name"))
            json_array_append(nodes, node);
    }
    json_decref(drives);
    return nodes;
}
