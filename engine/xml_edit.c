/* Collects what is to change, element by element, makes patches of the text of it, and reads the
 * patched text again, so that what is returned is known to be well formed. */
#include "engine/xml_edit.h"

#include <string.h>

#include "engine/xml_layout.h"
#include "engine/xml_scan.h"
#include "engine/xml_text.h"

typedef struct {
    gsize offset, length; /* what it replaces */
    guint order;          /* of those at one place */
    char *text;
} Patch;

/* An attribute as it will be. */
typedef struct {
    char *name;
    char *value;                  /* NULL: taken out */
    gboolean changed;             /* against the file */
    const XmlAttributeSpan *span; /* NULL: it is new */
} Wanted;

/* What happens to one element. */
typedef struct {
    const XmlNode *node;
    gboolean removed;
    GPtrArray *attributes; /* (Wanted) all of them; NULL: untouched */
    GPtrArray *behind;     /* (char *) elements that come behind it */
    GPtrArray *inside;     /* (char *) elements that come into it, which has none */
} Change;

struct XmlEdit {
    XmlDocument *document;
    GHashTable *changes; /* node -> (Change) */
};

/* One pass that makes the patches. */
typedef struct {
    const XmlEdit *edit;
    const char *text;
    const XmlScan *scan;
    GArray *patches; /* (Patch) */
} Patcher;

static void patch_clear(Patch *patch)
{
    g_free(patch->text);
}

static void wanted_free(Wanted *wanted)
{
    g_free(wanted->name);
    g_free(wanted->value);
    g_free(wanted);
}

static void change_free(Change *change)
{
    g_clear_pointer(&change->attributes, g_ptr_array_unref);
    g_ptr_array_unref(change->behind);
    g_ptr_array_unref(change->inside);
    g_free(change);
}

XmlEdit *xml_edit_new(XmlDocument *document)
{
    XmlEdit *edit = g_new(XmlEdit, 1);
    edit->document = xml_document_ref(document);
    edit->changes = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)change_free);
    return edit;
}

void xml_edit_free(XmlEdit *edit)
{
    xml_document_unref(edit->document);
    g_hash_table_unref(edit->changes);
    g_free(edit);
}

gboolean xml_edit_is_empty(const XmlEdit *edit)
{
    return g_hash_table_size(edit->changes) == 0;
}

static Change *change_of(XmlEdit *edit, const XmlNode *node)
{
    Change *change = g_hash_table_lookup(edit->changes, node);
    if (change == NULL) {
        change = g_new0(Change, 1);
        change->node = node;
        change->behind = g_ptr_array_new_with_free_func(g_free);
        change->inside = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(edit->changes, (gpointer)node, change);
    }
    return change;
}

/* --- what is wanted -------------------------------------------------------------------------- */

static GPtrArray *attributes_of(const XmlEdit *edit, const XmlNode *node)
{
    const XmlScan *scan = xml_document_scan(edit->document);
    const XmlElementSpan *span = xml_scan_element(scan, node->index);
    GPtrArray *attributes = g_ptr_array_new_with_free_func((GDestroyNotify)wanted_free);
    for (guint i = 0; i < span->attributes; i++) {
        const XmlAttribute *attribute = node->attributes->pdata[i];
        Wanted *wanted = g_new0(Wanted, 1);
        wanted->name = g_strdup(attribute->name);
        wanted->value = g_strdup(attribute->value);
        wanted->span = xml_scan_attribute(scan, span, i);
        g_ptr_array_add(attributes, wanted);
    }
    return attributes;
}

/* The place of an attribute that is there; -1. */
static int find_wanted(const GPtrArray *attributes, const char *name)
{
    for (guint i = 0; name != NULL && i < attributes->len; i++) {
        const Wanted *wanted = attributes->pdata[i];
        if (wanted->value != NULL && g_str_equal(wanted->name, name)) {
            return (int)i;
        }
    }
    return -1;
}

void xml_edit_set(XmlEdit *edit, const XmlNode *node, const char *attribute, const char *value,
                  const char *after)
{
    Change *change = change_of(edit, node);
    if (change->attributes == NULL) {
        change->attributes = attributes_of(edit, node);
    }
    int at = find_wanted(change->attributes, attribute);
    if (at < 0 && value == NULL) {
        return;
    }
    if (at < 0) {
        int before = find_wanted(change->attributes, after);
        Wanted *wanted = g_new0(Wanted, 1);
        wanted->name = g_strdup(attribute);
        g_ptr_array_insert(change->attributes, before >= 0 ? before + 1 : -1, wanted);
        at = before >= 0 ? before + 1 : (int)change->attributes->len - 1;
    }
    Wanted *wanted = change->attributes->pdata[at];
    if (g_strcmp0(wanted->value, value) != 0) {
        wanted->changed = TRUE;
        g_free(wanted->value);
        wanted->value = g_strdup(value);
    }
}

void xml_edit_insert(XmlEdit *edit, const XmlNode *parent, const XmlNode *after, const char *text)
{
    if (after == NULL && parent->children->len > 0) {
        after = parent->children->pdata[parent->children->len - 1];
    }
    GPtrArray *texts =
        after != NULL ? change_of(edit, after)->behind : change_of(edit, parent)->inside;
    g_ptr_array_add(texts, g_strdup(text));
}

void xml_edit_remove(XmlEdit *edit, const XmlNode *node)
{
    change_of(edit, node)->removed = TRUE;
}

/* --- characters and lines -------------------------------------------------------------------- */

static gboolean is_xml_character(gunichar c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) ||
           (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c <= 0x10ffff);
}

static void append_escaped(GString *text, gunichar c)
{
    switch (c) {
    case '&':
        g_string_append(text, "&amp;");
        break;
    case '<':
        g_string_append(text, "&lt;");
        break;
    case '>':
        g_string_append(text, "&gt;");
        break;
    case '"':
        g_string_append(text, "&quot;");
        break;
    case '\'':
        g_string_append(text, "&apos;");
        break;
    case '\t':
    case '\n':
    case '\r': /* as they are they would be read as spaces */
        g_string_append_printf(text, "&#%u;", c);
        break;
    default:
        g_string_append_unichar(text, c);
    }
}

char *xml_escape(const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    GString *text = g_string_new(NULL);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (is_xml_character(c)) {
            append_escaped(text, c);
        }
    }
    return g_string_free(text, FALSE);
}

/* --- patches --------------------------------------------------------------------------------- */

/* text: (transfer full) */
static void add_patch(Patcher *patcher, gsize offset, gsize length, char *text)
{
    Patch patch = { offset, length, patcher->patches->len, text };
    g_array_append_val(patcher->patches, patch);
}

/* The quote of the attributes beside it: in this element, before it in the file, behind it. */
static char quote_of(const Patcher *patcher, const XmlElementSpan *span)
{
    const GArray *all = patcher->scan->attributes;
    if (all->len == 0) {
        return '\'';
    }
    guint near =
        span->attributes > 0 ? span->attribute + span->attributes - 1 : MAX(span->attribute, 1) - 1;
    return patcher->text[g_array_index(all, XmlAttributeSpan, near).value - 1];
}

/* What to put before a new attribute: a line end and the indentation where those beside it stand on
 * lines of their own. The first one may well stand behind the name all the same. */
static char *separator(const Patcher *patcher, const XmlElementSpan *span,
                       const XmlAttributeSpan *before)
{
    if (before != NULL) {
        gboolean first = before == xml_scan_attribute(patcher->scan, span, 0);
        const XmlAttributeSpan *like = first && span->attributes > 1 ? before + 1 : before;
        gsize begin = xml_blanks_before(patcher->text, like->name);
        g_autofree char *blanks = g_strndup(patcher->text + begin, like->name - begin);
        if (strpbrk(blanks, "\r\n") != NULL) {
            return g_steal_pointer(&blanks);
        }
    }
    return g_strdup(" ");
}

static void patch_attributes(Patcher *patcher, const Change *change)
{
    const XmlElementSpan *span = xml_scan_element(patcher->scan, change->node->index);
    const XmlAttributeSpan *before = NULL;
    char quote = quote_of(patcher, span);
    for (guint i = 0; i < change->attributes->len; i++) {
        const Wanted *wanted = change->attributes->pdata[i];
        g_autofree char *value = wanted->value != NULL ? xml_escape(wanted->value) : NULL;
        if (wanted->span == NULL && value != NULL) {
            g_autofree char *blanks = separator(patcher, span, before);
            add_patch(patcher, before != NULL ? before->value_end + 1 : span->name_end, 0,
                      g_strdup_printf("%s%s=%c%s%c", blanks, wanted->name, quote, value, quote));
        } else if (wanted->span != NULL && wanted->changed && value != NULL) {
            add_patch(patcher, wanted->span->value, wanted->span->value_end - wanted->span->value,
                      g_steal_pointer(&value));
        } else if (wanted->span != NULL && value == NULL) {
            gsize begin = xml_blanks_before(patcher->text, wanted->span->name);
            add_patch(patcher, begin, wanted->span->value_end + 1 - begin, g_strdup(""));
        }
        before = wanted->span != NULL ? wanted->span : before;
    }
}

/* What an element's indentation has more than its parent's. */
static char *unit_at(const Patcher *patcher, const XmlNode *node)
{
    for (; node->parent != NULL; node = node->parent) {
        gsize inner = xml_scan_element(patcher->scan, node->index)->start;
        gsize outer = xml_scan_element(patcher->scan, node->parent->index)->start;
        if (xml_begins_line(patcher->text, inner) && xml_begins_line(patcher->text, outer)) {
            g_autofree char *indent = xml_indent_of(patcher->text, inner);
            g_autofree char *parent = xml_indent_of(patcher->text, outer);
            if (g_str_has_prefix(indent, parent)) {
                return g_strdup(indent + strlen(parent));
            }
        }
    }
    return g_strdup("  ");
}

/* Lines like the one of the node whose text is at `at`; where that has none for itself, none. */
static XmlLayout layout_at(const Patcher *patcher, const XmlNode *node, gsize at)
{
    XmlLayout layout = { .lines = xml_begins_line(patcher->text, at) };
    if (layout.lines) {
        layout.newline = xml_newline_at(patcher->text, at);
        layout.indent = xml_indent_of(patcher->text, at);
        layout.unit = unit_at(patcher, node);
    }
    return layout;
}

static void patch_behind(Patcher *patcher, const Change *change)
{
    const XmlElementSpan *span = xml_scan_element(patcher->scan, change->node->index);
    g_auto(XmlLayout) layout = layout_at(patcher, change->node, span->start);
    char *text = xml_layout_print(&layout, change->behind, !change->removed);
    if (change->removed) {
        add_patch(patcher, span->start, span->end - span->start, text);
    } else {
        gsize at = layout.lines ? xml_past_comments(patcher->text, span->end) : span->end;
        add_patch(patcher, at, 0, text);
    }
}

/* Where what comes into an element replaces what; blank: all that is between its tags. */
static void place_inside(Patcher *patcher, const Change *change, gboolean blank, const char *inside)
{
    const XmlElementSpan *span = xml_scan_element(patcher->scan, change->node->index);
    if (span->self_closing) {
        gsize begin = xml_blanks_before(patcher->text, span->content - strlen("/>"));
        add_patch(patcher, begin, span->content - begin,
                  g_strdup_printf(">%s</%s>", inside, change->node->name));
    } else if (blank) {
        add_patch(patcher, span->content, span->content_end - span->content, g_strdup(inside));
    } else {
        add_patch(patcher, span->content_end, 0, g_strdup(inside));
    }
}

/* Into an element that has text and comments at most. */
static void patch_inside(Patcher *patcher, const Change *change)
{
    const XmlElementSpan *span = xml_scan_element(patcher->scan, change->node->index);
    const char *text = patcher->text;
    gboolean own_line = !span->self_closing && xml_begins_line(text, span->content_end);
    gboolean blank = xml_is_blank_between(text, span->content, span->content_end);
    g_auto(XmlLayout) layout =
        layout_at(patcher, change->node, own_line ? span->content_end : span->start);
    layout.lines = layout.lines && (own_line || blank);
    if (!layout.lines) {
        g_autofree char *inside = xml_layout_print(&layout, change->inside, FALSE);
        place_inside(patcher, change, blank, inside);
        return;
    }
    g_autofree char *outer = layout.indent;
    layout.indent = g_strconcat(outer, layout.unit, NULL);
    g_autofree char *elements = xml_layout_print(&layout, change->inside, TRUE);
    g_autofree char *inside = g_strconcat(elements, layout.newline, outer, NULL);
    if (own_line && !blank) {
        gsize at = xml_line_start(text, span->content_end);
        add_patch(patcher, at, 0,
                  g_strconcat(elements + strlen(layout.newline), layout.newline, NULL));
    } else {
        place_inside(patcher, change, blank, inside);
    }
}

static void patch_removed(Patcher *patcher, const Change *change)
{
    const XmlElementSpan *span = xml_scan_element(patcher->scan, change->node->index);
    gsize begin = span->start, end = span->end;
    if (xml_begins_line(patcher->text, begin) && xml_ends_line(patcher->text, end)) {
        begin = xml_line_start(patcher->text, begin);
        end = xml_skip_line_end(patcher->text, xml_skip_spaces(patcher->text, end));
    }
    add_patch(patcher, begin, end - begin, g_strdup(""));
}

/* An element that contains it goes. */
static gboolean goes_along(const XmlEdit *edit, const XmlNode *node)
{
    for (node = node->parent; node != NULL; node = node->parent) {
        const Change *change = g_hash_table_lookup(edit->changes, node);
        if (change != NULL && change->removed) {
            return TRUE;
        }
    }
    return FALSE;
}

static void patch_change(Patcher *patcher, const Change *change)
{
    if (goes_along(patcher->edit, change->node)) {
        return;
    }
    if (change->behind->len > 0) {
        patch_behind(patcher, change);
    } else if (change->removed) {
        patch_removed(patcher, change);
    }
    if (change->removed) {
        return;
    }
    if (change->attributes != NULL) {
        patch_attributes(patcher, change);
    }
    if (change->inside->len > 0) {
        patch_inside(patcher, change);
    }
}

static int by_place(gconstpointer a, gconstpointer b)
{
    const Patch *first = a, *second = b;
    if (first->offset != second->offset) {
        return first->offset < second->offset ? -1 : 1;
    }
    if ((first->length == 0) != (second->length == 0)) {
        return first->length == 0 ? -1 : 1;
    }
    return first->order < second->order ? -1 : 1;
}

/* --- the new text ---------------------------------------------------------------------------- */

static char *patched(const Patcher *patcher, const XmlEncoding *encoding)
{
    GString *result = g_string_new(NULL);
    gsize at = 0;
    g_array_sort(patcher->patches, by_place);
    for (guint i = 0; i < patcher->patches->len; i++) {
        const Patch *patch = &g_array_index(patcher->patches, Patch, i);
        g_autofree char *text = xml_text_with_references(encoding, patch->text);
        g_return_val_if_fail(patch->offset >= at, NULL);
        g_string_append_len(result, patcher->text + at, (gssize)(patch->offset - at));
        g_string_append(result, text);
        at = patch->offset + patch->length;
    }
    g_string_append(result, patcher->text + at);
    return g_string_free(result, FALSE);
}

static char *patched_text(const XmlEdit *edit)
{
    g_autoptr(GArray) patches = g_array_new(FALSE, FALSE, sizeof(Patch));
    g_array_set_clear_func(patches, (GDestroyNotify)patch_clear);
    Patcher patcher = { edit, xml_document_text(edit->document), xml_document_scan(edit->document),
                        patches };
    GHashTableIter iter;
    gpointer change;
    g_hash_table_iter_init(&iter, edit->changes);
    while (g_hash_table_iter_next(&iter, NULL, &change)) {
        patch_change(&patcher, change);
    }
    return patched(&patcher, xml_document_encoding(edit->document));
}

static XmlDocument *refuse(const XmlEdit *edit, const char *why, GError **error)
{
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s cannot be changed: %s",
                xml_document_name(edit->document), why);
    return NULL;
}

static gboolean can_write_back(const XmlDocument *document)
{
    g_autoptr(GBytes) same =
        xml_text_encode(xml_document_encoding(document), xml_document_text(document));
    return same != NULL && g_bytes_equal(same, xml_document_bytes(document));
}

XmlDocument *xml_edit_apply(const XmlEdit *edit, GError **error)
{
    XmlDocument *document = edit->document;
    const XmlEncoding *encoding = xml_document_encoding(document);
    if (xml_edit_is_empty(edit)) {
        return xml_document_ref(document);
    }
    if (!can_write_back(document)) {
        return refuse(edit, "its encoding cannot be written back byte for byte; save it as UTF-8",
                      error);
    }
    g_autofree char *text = patched_text(edit);
    g_autoptr(GBytes) bytes = xml_text_encode(encoding, text);
    if (bytes == NULL) {
        return refuse(
            edit, "its encoding lacks a character that is to be written; save it as UTF-8", error);
    }
    g_autoptr(GError) failure = NULL;
    XmlDocument *changed = xml_document_parse(xml_document_name(document), bytes, &failure);
    return changed != NULL ? changed : refuse(edit, failure->message, error);
}
