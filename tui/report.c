/* Lays the tree out in columns and one device as a list of facts. What the cells of the tree say is
 * outline's business. */
#include "tui/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "monitor/text.h"
#include "tui/draw.h"
#include "tui/outline.h"
#include "tui/report_text.h"

/* ---- the tree ---- */

enum {
    COLUMN_ADDRESS,
    COLUMN_GLYPH,
    COLUMN_DEVICE,
    COLUMN_BACKEND,
    COLUMN_ID,
    COLUMN_STATE,
    COLUMNS
};

typedef struct {
    char *cells[COLUMNS];
} Line;

static const char *const headings[COLUMNS] = { "ADDR", "", "DEVICE", "BACKEND", "ID", "STATE" };

static void line_clear(gpointer data)
{
    Line *line = data;

    for (int i = 0; i < COLUMNS; i++)
        g_free(line->cells[i]);
}

static Line line_from_row(const OutlineRow *row, gboolean ascii)
{
    g_autofree char *name = report_printable(row->name, ascii);
    gboolean glyph = row->kind != ROW_BUS && row->kind != ROW_GROUP;

    return (Line){ {
        [COLUMN_ADDRESS] = report_printable(row->address, ascii),
        [COLUMN_GLYPH] = g_strdup(glyph ? state_glyph(row->state, ascii) : ""),
        [COLUMN_DEVICE] = g_strconcat(row->lines ? row->lines : "", name, NULL),
        [COLUMN_BACKEND] = report_printable(row->backend, ascii),
        [COLUMN_ID] = report_printable(row->id, ascii),
        [COLUMN_STATE] = report_printable(row->status, ascii),
    } };
}

static void measure(int widths[COLUMNS], char *const cells[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++)
        widths[i] = MAX(widths[i], text_columns(cells[i]));
}

static void add_line(GString *text, const int widths[COLUMNS], const char *const cells[COLUMNS])
{
    for (int i = text_columns(cells[COLUMN_ADDRESS]); i < widths[COLUMN_ADDRESS]; i++)
        g_string_append_c(text, ' ');
    for (int i = 0; i < COLUMNS; i++) {
        report_pad(text, cells[i], i == COLUMN_ADDRESS ? 0 : widths[i]);
        g_string_append(text, i < COLUMN_DEVICE ? " " : "  ");
    }
    report_end_line(text);
}

static void add_rows(GString *text, const Outline *outline, gboolean ascii)
{
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Line));
    int widths[COLUMNS] = { 0 };

    g_array_set_clear_func(lines, line_clear);
    measure(widths, (char *const *)headings);
    for (guint i = 0; i < outline_length(outline); i++) {
        Line line = line_from_row(outline_row(outline, i), ascii);

        measure(widths, line.cells);
        g_array_append_val(lines, line);
    }
    add_line(text, widths, headings);
    for (guint i = 0; i < lines->len; i++)
        add_line(text, widths, (const char *const *)g_array_index(lines, Line, i).cells);
}

static void add_guest(GString *text, const Guest *guest, gboolean ascii)
{
    g_auto(GStrv) facts = report_guest_facts(guest, ascii);
    g_autofree char *line = g_strjoinv("  ", facts);

    g_string_append(text, line);
    report_end_line(text);
}

char *report_tree_text(const Guest *guest, const Match *match, gboolean ascii)
{
    GString *text = g_string_new(NULL);
    OutlineOptions options = { .match = match, .ascii = ascii, .now = g_get_real_time() };
    g_autoptr(Outline) outline = outline_new(guest, &options);

    add_guest(text, guest, ascii);
    add_rows(text, outline, ascii);
    return g_string_free(text, FALSE);
}

/* ---- one device ---- */

#define FACT_COLUMN 12

typedef struct {
    GString *text;
    gboolean ascii;
} Facts;

/* One line; left out where there is no value. */
static void add_fact(const Facts *facts, const char *name, const char *value)
{
    g_autofree char *safe = report_printable(value, facts->ascii);

    if (!*safe)
        return;
    report_pad(facts->text, name, FACT_COLUMN);
    g_string_append(facts->text, safe);
    report_end_line(facts->text);
}

static void add_fact_format(const Facts *facts, const char *name, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static void add_fact_format(const Facts *facts, const char *name, const char *format, ...)
{
    g_autofree char *value = NULL;
    va_list arguments;

    va_start(arguments, format);
    value = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add_fact(facts, name, value);
}

static void add_place(const Facts *facts, const Device *device)
{
    g_autofree char *address = address_to_text(&device->address);
    Device *parent = device_parent(device);
    g_autofree char *owner = parent ? device_display_name(parent) : NULL;

    add_fact(facts, "id", device->id);
    add_fact(facts, "address", address);
    if (device->bus)
        add_fact_format(facts, "bus", "%s%s%s", device->bus->name, owner ? " of " : "",
                        owner ? owner : "");
    add_fact(facts, "path", device->path);
    add_fact_format(facts, "state", "%s, %s%s", device_state_name(device->state),
                    device->hotpluggable ? "can be unplugged" : "cannot be unplugged",
                    device->implicit ? ", brought by the machine" : "");
    add_fact(facts, "attached", device->attached);
}

static void add_lines(const Facts *facts, const char *name, const char *lines)
{
    g_auto(GStrv) split = lines ? g_strsplit(lines, "\n", -1) : NULL;

    for (guint i = 0; split && split[i]; i++)
        add_fact(facts, i ? "" : name, split[i]);
}

static void add_interrupt(const Facts *facts, const Device *device)
{
    char pin = device->pci->interrupt;
    int irq = device_irq(device);

    if (pin && irq >= 0)
        add_fact_format(facts, "interrupt", "INT%c, IRQ %d", pin, irq);
    else if (pin)
        add_fact_format(facts, "interrupt", "INT%c", pin);
}

static void add_pci(const Facts *facts, const Device *device)
{
    const PciFacts *pci = device->pci;

    add_fact_format(facts, "PCI", "%04x:%04x class %04x", pci->vendor, pci->device,
                    pci->class_code);
    if (pci->subvendor || pci->subdevice)
        add_fact_format(facts, "subsystem", "%04x:%04x", pci->subvendor, pci->subdevice);
    add_interrupt(facts, device);
    add_lines(facts, "regions", pci->regions);
}

static void add_drive(const Facts *facts, const Drive *drive)
{
    g_autofree char *size = size_to_text(drive->size);
    g_autofree char *used = size_to_text(drive->used);

    if (!drive->inserted)
        add_fact(facts, "medium", drive->tray_open ? "none, tray open" : "none");
    add_fact(facts, "file", drive->file);
    add_fact(facts, "format", drive->format);
    add_fact(facts, "node", drive->node);
    add_fact(facts, "back end", drive->backend);
    if (*size)
        add_fact_format(facts, "size", "%s (%" G_GINT64_FORMAT " bytes)%s%s", size, drive->size,
                        *used ? ", on the host " : "", used);
    if (drive->inserted)
        add_fact(facts, "access", drive->readonly ? "read only" : "read and write");
}

static void add_nic(const Facts *facts, const Nic *nic)
{
    add_fact(facts, "MAC", nic->mac);
    add_fact_format(facts, "back end", "%s%s%s%s%s", nic->netdev ? nic->netdev : "none",
                    nic->backend ? ", " : "", nic->backend ? nic->backend : "",
                    nic->details && *nic->details ? ", " : "", nic->details ? nic->details : "");
    if (nic->link >= 0)
        add_fact(facts, "link", nic->link ? "up" : "down");
}

static void add_properties(const Facts *facts, const GPtrArray *properties)
{
    int width = 0;

    for (guint i = 0; i < properties->len; i++)
        width = MAX(width, text_columns(((const Property *)properties->pdata[i])->name));
    if (properties->len)
        g_string_append(facts->text, "\nproperties\n");
    for (guint i = 0; i < properties->len; i++) {
        const Property *property = properties->pdata[i];
        g_autofree char *name = report_printable(property->name, facts->ascii);
        g_autofree char *value = report_printable(property->value, facts->ascii);

        g_string_append(facts->text, "  ");
        report_pad(facts->text, name, width + 2);
        g_string_append(facts->text, value);
        report_end_line(facts->text);
    }
}

/* What the domain XML says of it. */
static void add_pair(const Facts *facts, const MatchPair *pair)
{
    g_autofree char *configured = pair->configured ? domain_device_name(pair->configured) : NULL;
    g_autofree char *place =
        pair->configured ? address_to_text(&pair->configured->address.place) : NULL;

    add_fact(facts, "match", match_state_name(pair->state));
    if (configured)
        add_fact_format(facts, "file", "%s, line %u%s%s", configured, pair->configured->node->line,
                        *place ? ", at " : "", place);
    if (configured)
        add_fact(facts, "matched by", evidence_name(pair->evidence));
    add_fact(facts, "reason", pair->reason);
}

char *report_device_text(const Device *device, const Match *match, gboolean ascii)
{
    Facts facts = { g_string_new(NULL), ascii };
    const MatchPair *pair = match ? match_of_device(match, device) : NULL;

    add_fact(&facts, "device", device_label(device));
    add_fact(&facts, "driver", device->driver);
    add_fact(&facts, "kind", device_kind_name(device->kind));
    add_place(&facts, device);
    if (device->pci)
        add_pci(&facts, device);
    if (device->drive)
        add_drive(&facts, device->drive);
    if (device->nic)
        add_nic(&facts, device->nic);
    if (pair)
        add_pair(&facts, pair);
    if (device->properties)
        add_properties(&facts, device->properties);
    return g_string_free(facts.text, FALSE);
}

/* ---- out ---- */

static gboolean print(const void *bytes, gsize length)
{
    gboolean written = fwrite(bytes, 1, length, stdout) == length;

    written = fflush(stdout) == 0 && written;
    if (!written && errno != EPIPE)
        report_complain("cannot write the output: %s", g_strerror(errno));
    return written;
}

gboolean report_print(const char *text)
{
    return print(text, strlen(text));
}

gboolean report_print_bytes(GBytes *bytes)
{
    gsize length;
    gconstpointer data = g_bytes_get_data(bytes, &length);

    return print(data, length);
}

void report_complain(const char *format, ...)
{
    g_autofree char *sentence = NULL;
    g_autofree char *safe = NULL;
    va_list arguments;

    va_start(arguments, format);
    sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    safe = text_printable(sentence, -1, 0);
    fprintf(stderr, "backplane: %s\n", safe);
}
