/* A match as columns and as JSON. */
#include "tui/report_match.h"

#include "tui/report_json.h"
#include "tui/report_text.h"

enum {
    COLUMN_STATE,
    COLUMN_CONFIGURED,
    COLUMN_FILE,
    COLUMN_DEVICE,
    COLUMN_GUEST,
    COLUMN_BY,
    COLUMNS
};

/* ---- text ---- */

static void add_cell(GPtrArray *cells, const char *text, gboolean ascii)
{
    g_ptr_array_add(cells, report_printable(text && *text ? text : "-", ascii));
}

static void add_headings(GPtrArray *cells)
{
    static const char *const headings[COLUMNS] = { "STATE",  "CONFIGURED", "FILE",
                                                   "DEVICE", "GUEST",      "BY" };

    for (guint i = 0; i < COLUMNS; i++)
        g_ptr_array_add(cells, g_strdup(headings[i]));
}

/* "00:05.0 dynamic", "anywhere" where a place is to be chosen. (transfer full) */
static char *configured_place(const DomainDevice *configured)
{
    const DomainAddress *address = configured ? &configured->address : NULL;
    g_autofree char *place = NULL;

    if (!address || !address->type)
        return NULL;
    place = address_to_text(&address->place);
    if (address->wanted || !*place)
        return g_strdup(address->type);
    return g_strconcat(place, address->mode == MODE_DYNAMIC ? " dynamic" : "", NULL);
}

/* How the pair was made, and what else is to be said of it. (transfer full) */
static char *evidence_words(const MatchPair *pair)
{
    const char *by = pair->configured && pair->device ? evidence_name(pair->evidence) : "";

    return g_strconcat(by, *by && pair->reason ? "; " : "", pair->reason ? pair->reason : "", NULL);
}

static void add_pair(GPtrArray *cells, const MatchPair *pair, gboolean ascii)
{
    g_autofree char *configured = pair->configured ? domain_device_name(pair->configured) : NULL;
    g_autofree char *file = configured_place(pair->configured);
    g_autofree char *device = pair->device ? device_display_name(pair->device) : NULL;
    g_autofree char *guest = pair->device ? address_to_text(&pair->place) : NULL;
    g_autofree char *by = evidence_words(pair);

    add_cell(cells, match_state_name(pair->state), ascii);
    add_cell(cells, configured, ascii);
    add_cell(cells, file, ascii);
    add_cell(cells, device, ascii);
    add_cell(cells, guest, ascii);
    add_cell(cells, by, ascii);
}

static void add_sum(GString *text, const Match *match)
{
    const guint *counts = match->counts;
    guint found = counts[MATCH_SAME] + counts[MATCH_FOUND] + counts[MATCH_DIFFERS];

    g_string_append_printf(text, "%u configured: %u found", found + counts[MATCH_ABSENT], found);
    for (guint i = MATCH_DIFFERS; i <= MATCH_UNMANAGED; i++)
        if (counts[i])
            g_string_append_printf(text, ", %u %s", counts[i], match_state_name(i));
    if (match->ambiguous)
        g_string_append_printf(text, ", %u ambiguous", match->ambiguous);
    report_end_line(text);
}

/* What the machine brings, has no address and is as the file says: nothing that anybody looks for.
 */
static gboolean is_of_interest(const MatchPair *pair)
{
    if (pair->state == MATCH_IMPLICIT)
        return FALSE;
    /* What is built in may not even be listed by QEMU. */
    return pair->state != MATCH_SAME ||
           (pair->device &&
            (!pair->device->implicit || pair->device->address.type != ADDRESS_NONE));
}

char *report_match_text(const Match *match, gboolean ascii)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);

    add_headings(cells);
    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];

        if (is_of_interest(pair))
            add_pair(cells, pair, ascii);
    }
    report_add_table(text, cells, COLUMNS);
    add_sum(text, match);
    return g_string_free(text, FALSE);
}

/* ---- JSON ---- */

static json_t *configured_to_json(const DomainDevice *configured)
{
    g_autofree char *name = configured ? domain_device_name(configured) : NULL;

    if (!configured)
        return json_null();
    return json_pack("{s:o, s:s, s:i, s:o, s:o, s:o, s:o}", "name", report_string_json(name),
                     "element", configured->element, "line", (int)configured->node->line, "alias",
                     report_string_json(configured->alias), "target",
                     report_string_json(configured->target), "address",
                     address_to_json(&configured->address.place), "mode",
                     report_string_json(!configured->address.type                  ? NULL
                                        : configured->address.mode == MODE_DYNAMIC ? "dynamic"
                                                                                   : "static"));
}

json_t *report_pair_json(const MatchPair *pair)
{
    gboolean both = pair->configured && pair->device;

    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "state",
                     match_state_name(pair->state), "configured",
                     configured_to_json(pair->configured), "device",
                     report_string_json(pair->device ? pair->device->path : NULL), "place",
                     pair->device ? address_to_json(&pair->place) : json_null(), "evidence",
                     report_string_json(both ? evidence_name(pair->evidence) : NULL),
                     "alternatives", both ? json_integer(pair->alternatives) : json_null(),
                     "interchangeable", both ? json_boolean(pair->interchangeable) : json_null(),
                     "reason", report_string_json(pair->reason));
}

json_t *report_match_json(const Match *match)
{
    json_t *pairs = json_array();
    json_t *counts = json_object();

    for (guint i = 0; i < match->pairs->len; i++)
        json_array_append_new(pairs, report_pair_json(match->pairs->pdata[i]));
    for (guint i = 0; i <= MATCH_UNMANAGED; i++)
        json_object_set_new(counts, match_state_name(i), json_integer(match->counts[i]));
    json_object_set_new(counts, "ambiguous", json_integer(match->ambiguous));
    return json_pack("{s:o, s:b, s:o, s:o}", "domain",
                     json_pack("{s:o, s:o}", "file",
                               report_string_json(xml_document_name(match->domain->document)),
                               "name", report_string_json(match->domain->name)),
                     "agrees", match_agrees(match), "counts", counts, "pairs", pairs);
}
