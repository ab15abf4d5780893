/* Which rows are drives and bays, and in which order they stand. */
#include "tui/drives_model.h"

#include <string.h>

struct DrivesModel {
    const Outline *rows;
    GArray *lines; /* (DrivesLine) */
};

/* --- what a row is --------------------------------------------------------------------------- */

static gboolean is_drive_kind(DeviceKind kind)
{
    return kind == KIND_DISK || kind == KIND_CDROM || kind == KIND_FLOPPY;
}

static gboolean is_drive(const OutlineRow *row)
{
    if (row->kind == ROW_DEVICE)
        return row->device->drive || is_drive_kind(row->device->kind);
    return row->kind == ROW_ABSENT && is_drive_kind(row->pair->configured->kind);
}

static gboolean is_drive_family(BusFamily family)
{
    return family == BUS_SCSI || family == BUS_IDE || family == BUS_SATA || family == BUS_FLOPPY ||
           family == BUS_NVME;
}

/* Its bays are bays for drives: a USB controller's are while there is a drive in one. */
static gboolean has_drive_bays(const Bus *bus)
{
    if (bus->family != BUS_USB)
        return is_drive_family(bus->family);
    for (guint i = 0; i < bus->devices->len; i++)
        if (((const Device *)bus->devices->pdata[i])->drive)
            return TRUE;
    return FALSE;
}

static gboolean is_controller(const OutlineRow *row)
{
    const GPtrArray *buses = row->kind == ROW_DEVICE ? row->device->buses : NULL;

    for (guint i = 0; buses && i < buses->len; i++)
        if (has_drive_bays(buses->pdata[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_bay(const OutlineRow *row)
{
    return row->bus && has_drive_bays(row->bus) && (row->kind == ROW_VACANT || is_drive(row));
}

const char *drives_line_file(const DrivesLine *line)
{
    const OutlineRow *row = line->row;

    if (row->device)
        return row->device->drive ? row->device->drive->file : NULL;
    return row->pair ? row->pair->configured->source : NULL;
}

/* --- lines ----------------------------------------------------------------------------------- */

/* A run: vacant bays of one controller that follow one another. */
static gboolean continues(const DrivesLine *line, const OutlineRow *row)
{
    return line && line->row->kind == ROW_VACANT && row->kind == ROW_VACANT &&
           line->row->bus->owner == row->bus->owner && line->row->depth == row->depth;
}

static DrivesLine *last_line(const DrivesModel *model)
{
    return model->lines->len ? &g_array_index(model->lines, DrivesLine, model->lines->len - 1)
                             : NULL;
}

static void add_line(DrivesModel *model, guint index, const DrivesOptions *options)
{
    const OutlineRow *row = outline_row(model->rows, index);
    DrivesLine line = { .row = row, .from = index, .to = index, .count = 1 };

    line.head = is_controller(row);
    line.below = is_bay(row) && options->order == DRIVES_BY_BAY;
    line.known = row->device && row->device->drive &&
                 session_rate(options->session, row->device, &line.rate);
    g_array_append_val(model->lines, line);
}

static void take_row(DrivesModel *model, guint index, const DrivesOptions *options)
{
    const OutlineRow *row = outline_row(model->rows, index);
    DrivesLine *before = last_line(model);

    if (options->order != DRIVES_BY_BAY) {
        if (is_drive(row))
            add_line(model, index, options);
    } else if (continues(before, row) && is_bay(row)) {
        before->to = index;
        before->count++;
    } else if (is_controller(row) || is_bay(row) || is_drive(row)) {
        add_line(model, index, options);
    }
}

/* --- orders ---------------------------------------------------------------------------------- */

static gint64 line_size(const DrivesLine *line)
{
    const Drive *drive = line->row->device ? line->row->device->drive : NULL;

    return drive && drive->inserted ? drive->size : -1;
}

static gint64 line_value(const DrivesLine *line, DrivesOrder order)
{
    if (order == DRIVES_BY_SIZE)
        return line_size(line);
    if (!line->known)
        return -1;
    return order == DRIVES_BY_READ ? line->rate.read : line->rate.written;
}

static int compare_files(const DrivesLine *first, const DrivesLine *second)
{
    const char *one = drives_line_file(first), *other = drives_line_file(second);
    g_autofree char *left = one ? g_path_get_basename(one) : NULL;
    g_autofree char *right = other ? g_path_get_basename(other) : NULL;

    if (!left || !right)
        return (left == NULL) - (right == NULL);
    return strcmp(left, right);
}

/* The largest first; files by their names, drives without one last; what is equal by its bay. */
static int compare_lines(gconstpointer a, gconstpointer b, gpointer data)
{
    const DrivesLine *first = a, *second = b;
    DrivesOrder order = *(const DrivesOrder *)data;
    gint64 one = line_value(first, order), other = line_value(second, order);
    int result =
        order == DRIVES_BY_FILE ? compare_files(first, second) : (one < other) - (one > other);

    return result ? result : (first->from > second->from) - (first->from < second->from);
}

/* --- the whole ------------------------------------------------------------------------------- */

static gboolean has_text(const DrivesLine *line, const char *folded)
{
    g_autofree char *text = drives_line_text(line);
    g_autofree char *own = g_utf8_casefold(text, -1);

    return strstr(own, folded) != NULL;
}

/* A controller stays with its bays. */
static void filter_lines(DrivesModel *model, const char *text)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    gboolean found_below = FALSE;

    for (guint i = model->lines->len; i-- > 0;) {
        const DrivesLine *line = &g_array_index(model->lines, DrivesLine, i);
        gboolean found = has_text(line, folded) || (line->head && found_below);

        found_below = line->below ? found || found_below : FALSE;
        if (!found)
            g_array_remove_index(model->lines, i);
    }
}

DrivesModel *drives_model_new(const Outline *rows, const DrivesOptions *options)
{
    DrivesModel *model = g_new0(DrivesModel, 1);
    DrivesOrder order = options->order;

    model->rows = rows;
    model->lines = g_array_new(FALSE, FALSE, sizeof(DrivesLine));
    for (guint i = 0; i < outline_length(rows); i++)
        take_row(model, i, options);
    if (options->filter)
        filter_lines(model, options->filter);
    if (order != DRIVES_BY_BAY)
        g_array_sort_with_data(model->lines, compare_lines, &order);
    return model;
}

void drives_model_free(DrivesModel *model)
{
    if (!model)
        return;
    g_array_unref(model->lines);
    g_free(model);
}

guint drives_model_length(const DrivesModel *model)
{
    return model->lines->len;
}

const DrivesLine *drives_model_line(const DrivesModel *model, guint index)
{
    return index < model->lines->len ? &g_array_index(model->lines, DrivesLine, index) : NULL;
}

guint drives_model_find(const DrivesModel *model, const char *key)
{
    guint index = outline_find(model->rows, key);

    for (guint i = 0; index != G_MAXUINT && i < model->lines->len; i++) {
        const DrivesLine *line = drives_model_line(model, i);

        if (line->from <= index && index <= line->to)
            return i;
    }
    return G_MAXUINT;
}

const Address *drives_model_last_place(const DrivesModel *model, const DrivesLine *line)
{
    return &outline_row(model->rows, line->to)->place;
}

char *drives_line_text(const DrivesLine *line)
{
    g_autofree char *text = outline_row_text(line->row);
    const char *file = drives_line_file(line);

    return file ? g_strdup_printf("%s %s", text, file) : g_steal_pointer(&text);
}
