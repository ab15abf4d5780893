/* Checks of a guest's description, for tests of the unit and of real guests alike. */
#ifndef BACKPLANE_TESTS_DESCRIBED_H
#define BACKPLANE_TESTS_DESCRIBED_H

#include "engine/describe.h"
#include "engine/domain_edit.h"

static Domain *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    Domain *domain = domain_parse("guest.xml", bytes, &error);
    if (!domain)
        fail_msg("%s in\n%s", error->message, text);
    return domain;
}

static Domain *describe(const Guest *guest)
{
    g_autofree char *text = describe_guest(guest);
    return parse(text);
}

static char *pci_name(const Address *place)
{
    return g_strdup_printf("%02x:%02x.%x", place->pci.bus, place->pci.slot, place->pci.function);
}

/* All addresses of that type among an element's children, below <devices>. */
static void collect(const XmlNode *node, GHashTable *found)
{
    for (guint i = 0; i < node->children->len; i++) {
        const XmlNode *element = node->children->pdata[i];
        const XmlNode *address = xml_node_child(element, "address");
        if (g_strcmp0(xml_node_get(address, "type"), "pci") != 0)
            continue;
        guint numbers[3];
        const char *names[] = { "bus", "slot", "function" };
        for (gsize n = 0; n < 3; n++)
            numbers[n] = g_ascii_strtoull(xml_node_get(address, names[n]), NULL, 16);
        char *name = g_strdup_printf("%02x:%02x.%x", numbers[0], numbers[1], numbers[2]);
        if (!g_hash_table_add(found, name))
            fail_msg("%s is in the file twice", name);
    }
}

/* Every PCI function of the guest has its place in the file, and no other place is there. */
static void assert_pci(const Guest *guest, const Domain *domain)
{
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    collect(domain->devices_node, found);
    guint functions = 0;
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        Address place;
        if (device->address.type != ADDRESS_PCI)
            continue;
        assert_true(numbering_place(numbering, device, &place));
        g_autofree char *name = pci_name(&place);
        if (!g_hash_table_contains(found, name))
            fail_msg("%s at %s is not in the file", device->driver, name);
        functions++;
    }
    assert_int_equal(functions, g_hash_table_size(found));
}

static void fail_pair(const Match *match, const MatchPair *pair)
{
    g_autofree char *name = pair->configured ? domain_device_name(pair->configured) : NULL;
    g_autofree char *where = address_to_text(&pair->place);
    fail_msg("%s (%s) is %s at %s by %s, %u alternatives: %s\n%s", name,
             pair->device ? pair->device->driver : "-", match_state_name(pair->state), where,
             evidence_name(pair->evidence), pair->alternatives, pair->reason,
             xml_document_text(match->domain->document));
}

static gboolean is_codec(const Device *device)
{
    return device->bus && device->bus->family == BUS_HDA;
}

/* Of how many of its driver the file, or the guest, has before it. */
static guint count_before(const DomainDevice *configured)
{
    guint count = 0;
    for (guint i = 0; i < configured->position; i++) {
        const DomainDevice *other = configured->domain->devices->pdata[i];
        count += g_strcmp0(other->driver, configured->driver) == 0;
    }
    return count;
}

static guint count_before_in_guest(const Guest *guest, const Device *device)
{
    guint count = 0;
    for (guint i = 0; i < guest->devices->len && guest->devices->pdata[i] != device; i++)
        count += strcmp(((Device *)guest->devices->pdata[i])->driver, device->driver) == 0;
    return count;
}

/* Nothing is left over. exact, where addresses are static: each is found at its place for certain;
 * of those without a place, equal ones are found in order. */
static void assert_matches(const Domain *domain, const Guest *guest, gboolean exact)
{
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    for (guint i = 0; i < match->pairs->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];
        const DomainDevice *configured = pair->configured;
        if (!configured ? !is_codec(pair->device) : !pair->device || pair->state > MATCH_FOUND)
            fail_pair(match, pair);
        if (!exact || !configured)
            continue;
        gboolean placed = configured->address.place.type != ADDRESS_NONE;
        if (placed && (!match_pair_is_certain(pair) || pair->state != MATCH_SAME))
            fail_pair(match, pair);
        if (!placed && !match_pair_is_certain(pair) &&
            count_before(configured) != count_before_in_guest(guest, pair->device))
            fail_pair(match, pair);
    }
}

static void assert_valid(const Domain *domain)
{
    g_autoptr(GPtrArray) problems = domain_check(domain);
    for (guint i = 0; i < problems->len; i++)
        fail_msg("%s\n%s", (char *)problems->pdata[i], xml_document_text(domain->document));
    for (guint i = 0; i < domain->notes->len; i++)
        fail_msg("%s", ((const DomainNote *)domain->notes->pdata[i])->text);
}

G_GNUC_UNUSED static void assert_described(const Guest *guest)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = describe(guest);
    assert_valid(domain);
    assert_pci(guest, domain);
    assert_matches(domain, guest, FALSE);
    g_autoptr(Domain) pinned = domain_pin(domain, NULL, &error);
    assert_null(error);
    assert_matches(pinned, guest, TRUE);
}

#endif
