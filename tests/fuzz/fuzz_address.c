/* Addresses and target names as people and files write them: what is read and written again is the
 * same. */
#include <string.h>

#include "engine/domain_address.h"
#include "engine/domain_edit.h"
#include "tests/fuzz/fuzz.h"

static void read_address(const char *text)
{
    Address address, again;
    g_autoptr(GError) error = NULL;
    if (!address_parse(text, &address, &error)) {
        g_assert_nonnull(error);
        return;
    }
    g_autofree char *written = address_to_text(&address);
    g_assert_true(address_parse(written, &again, NULL));
    g_assert_true(address_equal(&address, &again));
}

static void read_slot(const char *text)
{
    guint slot, function;
    g_autoptr(GError) error = NULL;
    if (address_parse_slot(text, &slot, &function, &error)) {
        g_assert_true(slot < 32 && function < 8);
    } else {
        g_assert_nonnull(error);
    }
}

static void read_target(const char *text)
{
    guint index, again;
    gsize length;
    if (target_index(text, &length, &index)) {
        g_autofree char *prefix = g_strndup(text, length);
        g_autofree char *name = target_name(prefix, index);
        g_assert_true(target_index(name, NULL, &again));
        g_assert_cmpuint(again, ==, index);
        g_assert_true(g_str_has_prefix(text, name));
    }
}

/* The input is the attributes of an element. */
static XmlDocument *parse(const char *element)
{
    g_autoptr(GBytes) bytes = g_bytes_new(element, strlen(element));
    return xml_document_parse("x.xml", bytes, NULL);
}

static void read_element(const char *text)
{
    DomainAddress address, again;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *element = g_strdup_printf("<address %s/>", text);
    g_autoptr(XmlDocument) document = parse(element);
    if (document == NULL) {
        return;
    }
    domain_address_read(xml_document_root(document), &address, problems);
    g_autofree char *identity = domain_address_identity(xml_document_root(document));
    g_assert_cmpstr(identity, !=, "");
    if (address.place.type == ADDRESS_NONE) {
        return;
    }
    g_autofree char *written = domain_address_element(&address.place, &address.mode);
    g_autoptr(XmlDocument) other = parse(written);
    domain_address_read(xml_document_root(other), &again, NULL);
    g_assert_true(again.mode == address.mode && address_equal(&again.place, &address.place));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    if (text == NULL) { /* GLib gives NULL for no bytes */
        return 0;
    }
    read_address(text);
    read_slot(text);
    read_target(text);
    read_element(text);
    return 0;
}
