/* Lines on a configured device and the device of the guest that it was matched with. */
#include "tui/detail_domain.h"

#include "tui/outline_domain.h"

static void add_element(LineList *list, const DomainDevice *configured)
{
    g_autofree char *name = domain_device_name(configured);

    line_list_field(list, "config", ELEMENT_TEXT, name);
}

static void add_evidence(LineList *list, const MatchPair *pair)
{
    const char *name = evidence_name(pair->evidence);

    if (pair->alternatives)
        line_list_field_format(list, "by", "%s: one of %u%s", name, pair->alternatives + 1,
                               pair->interchangeable ? " alike" : "");
    else
        line_list_field(list, "by", ELEMENT_TEXT, name);
}

/* "07.0, static"; here: the bus that needs no name. */
static void add_place(LineList *list, const DetailFacts *facts, const Bus *here)
{
    const DomainDevice *configured = facts->row->pair->configured;
    const DomainAddress *address = &configured->address;
    g_autofree char *place = outline_domain_place(facts->match, configured, here);

    if (address->node && address->place.type != ADDRESS_NONE)
        line_list_field_format(list, "place", "%s, %s", place,
                               address->mode == MODE_DYNAMIC ? "dynamic" : "static");
    else if (address->node && address->type && !address->wanted)
        line_list_field_format(list, "place", "an address of type %s", address->type);
    else
        line_list_field(list, "place", ELEMENT_DIM, "none in the file");
}

/* What the keys of the file would do with this device. */
static void add_keys(LineList *list, const MatchPair *pair)
{
    const DomainAddress *address = &pair->configured->address;

    if ((pair->state == MATCH_FOUND || pair->state == MATCH_DIFFERS) &&
        pair->place.type != ADDRESS_NONE)
        detail_add_key(list, "fill", "write where it is into the file");
    else if (address->mode == MODE_DYNAMIC && address->node)
        detail_add_key(list, "pin-one", "make its place static");
}

/* "web01.xml:47 ----- differs" */
static void add_heading(LineList *list, const DetailFacts *facts)
{
    const MatchPair *pair = facts->row->pair;
    const char *path = xml_document_name(facts->match->domain->document);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *line =
        pair->configured ? g_strdup_printf("%s:%u", name, pair->configured->node->line) : NULL;

    line_list_rule(list, line ? line : name, match_state_name(pair->state));
}

/* Where the place alone differs, it says so itself. */
static gboolean needs_reason(const MatchPair *pair)
{
    return pair->reason && (pair->state != MATCH_DIFFERS || pair->contradicted ||
                            outline_domain_is_ambiguous(pair) ||
                            address_equal(&pair->place, &pair->configured->address.place));
}

static void add_reason(LineList *list, const char *reason)
{
    g_autofree char *sentence = g_strdup(reason);

    sentence[0] = g_ascii_toupper(sentence[0]);
    line_list_text(list, ELEMENT_DIFFERS, sentence);
}

void detail_domain_add(LineList *list, const DetailFacts *facts)
{
    const MatchPair *pair = facts->row->pair;

    if (!pair || pair->state == MATCH_IMPLICIT)
        return;
    add_heading(list, facts);
    if (pair->configured) {
        add_element(list, pair->configured);
        add_evidence(list, pair);
        add_place(list, facts, facts->row->device->bus);
    } else {
        line_list_text(list, ELEMENT_TEXT, "The file does not have this device.");
    }
    if (needs_reason(pair))
        add_reason(list, pair->reason);
    if (pair->configured)
        add_keys(list, pair);
    line_list_rule(list, NULL, NULL);
}

void detail_domain_add_absent(LineList *list, const DetailFacts *facts)
{
    const MatchPair *pair = facts->row->pair;
    const DomainDevice *configured = pair->configured;
    gboolean drive = configured->kind == KIND_DISK || configured->kind == KIND_CDROM ||
                     configured->kind == KIND_FLOPPY;
    const struct {
        const char *label, *value;
    } fields[] = {
        { "type", drive ? NULL : configured->type },
        { "model", drive ? NULL : configured->xml_model },
        { "target", configured->target },
        { "file", configured->source },
        { "format", configured->format },
        { "mac", configured->mac },
        { "serial", configured->serial },
    };

    add_element(list, configured);
    add_place(list, facts, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (fields[i].value)
            line_list_field(list, fields[i].label, ELEMENT_TEXT, fields[i].value);
    add_heading(list, facts);
    add_reason(list, pair->reason ? pair->reason : "the guest has no such device");
    if (facts->connected && configured->driver)
        detail_add_key(list, "attach", "attach it");
}
