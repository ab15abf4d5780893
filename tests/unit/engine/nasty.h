/* The files of tests/fixtures/domain/nasty, one after the other. For the tests of XML. */
#ifndef BACKPLANE_TEST_NASTY_H
#define BACKPLANE_TEST_NASTY_H

#include "engine/xml_document.h"

#define NASTY SRCDIR "/tests/fixtures/domain/nasty/"

static XmlDocument *nasty_parse(const char *name)
{
    g_autofree char *path = g_strconcat(NASTY, name, NULL);
    g_autofree char *contents = NULL;
    gsize length;
    assert_true(g_file_get_contents(path, &contents, &length, NULL));
    g_autoptr(GBytes) bytes = g_bytes_new(contents, length);
    g_autoptr(GError) error = NULL;
    XmlDocument *document = xml_document_parse(name, bytes, &error);
    if (document == NULL) {
        fail_msg("%s", error->message);
    }
    return document;
}

static void nasty_each(void (*visit)(XmlDocument *document))
{
    g_autoptr(GDir) folder = g_dir_open(NASTY, 0, NULL);
    guint count = 0;
    for (const char *name; (name = g_dir_read_name(folder)) != NULL; count++) {
        g_autoptr(XmlDocument) document = nasty_parse(name);
        visit(document);
    }
    assert_in_range(count, 30, 1000);
}

/* The first element of this name at or below the node. */
static XmlNode *nasty_find(XmlNode *node, const char *name)
{
    XmlNode *found = g_str_equal(node->name, name) ? node : NULL;
    for (guint i = 0; found == NULL && i < node->children->len; i++) {
        found = nasty_find(node->children->pdata[i], name);
    }
    return found;
}

#endif
