/* Finds tags by their delimiters. Comments, CDATA sections, processing instructions and the DOCTYPE
 * are stepped over; the text ends with a NUL, so no step can leave it. */
#include "engine/xml_scan.h"

#include <string.h>

#include "engine/xml_document.h"
#include "engine/xml_text.h"

typedef struct {
    const char *text;
    const char *at;
    const char *counted; /* lines were counted up to here */
    guint line;
    XmlScan *scan;
    GArray *open;      /* (guint) indices of the elements not yet closed */
    guint markup;      /* pieces of it so far */
    guint namespaces;  /* that are in force */
    const char *limit; /* what there is too much of */
} Scanner;

static gsize offset(const Scanner *scanner)
{
    return (gsize)(scanner->at - scanner->text);
}

/* limit: a clause. FALSE. */
static gboolean too_much(Scanner *scanner, const char *limit)
{
    scanner->limit = limit;
    return FALSE;
}

/* Behind the next `end`. By hand, since under the address sanitizer strstr() looks at all of the
 * text each time. */
static gboolean skip_past(Scanner *scanner, gsize from, const char *end)
{
    const char *found = strchr(scanner->at + from, *end);
    while (found != NULL && strncmp(found, end, strlen(end)) != 0) {
        found = strchr(found + 1, *end);
    }
    if (found == NULL) {
        return FALSE;
    }
    scanner->at = found + strlen(end);
    return TRUE;
}

static void skip_blanks(Scanner *scanner)
{
    while (xml_is_blank(*scanner->at)) {
        scanner->at++;
    }
}

static const struct {
    const char *begin, *end;
} sections[] = {
    { "<!--", "-->" },
    { "<![CDATA[", "]]>" },
    { "<?", "?>" },
};

/* Steps over a section that begins here. skipped: there was one. FALSE: it has no end. */
static gboolean skip_section(Scanner *scanner, gboolean *skipped)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
        if (g_str_has_prefix(scanner->at, sections[i].begin)) {
            *skipped = TRUE;
            return skip_past(scanner, strlen(sections[i].begin), sections[i].end);
        }
    }
    *skipped = FALSE;
    return TRUE;
}

/* Steps over what is quoted here, or over one character. */
static gboolean skip_quoted(Scanner *scanner)
{
    const char quote[] = { *scanner->at, '\0' };
    if (*quote == '"' || *quote == '\'') {
        return skip_past(scanner, 1, quote);
    }
    scanner->at++;
    return TRUE;
}

/* <!DOCTYPE ... [ ... ]>: brackets and angle brackets count only outside quotes and comments. */
static gboolean skip_doctype(Scanner *scanner)
{
    gboolean subset = FALSE;
    const char *begin = scanner->at;
    while (*scanner->at != '\0') {
        char c = *scanner->at;
        gboolean skipped = FALSE;
        if (scanner->at - begin > XML_DOCTYPE_MAX) {
            return too_much(scanner, "its DOCTYPE has more than 64 KiB");
        }
        if (c == '<' && !skip_section(scanner, &skipped)) {
            return FALSE;
        }
        if (!skipped && !skip_quoted(scanner)) {
            return FALSE;
        }
        if (c == '>' && !subset) {
            return TRUE;
        }
        subset = c == '[' || (subset && c != ']');
    }
    return FALSE;
}

static gboolean scan_attribute(Scanner *scanner)
{
    XmlAttributeSpan span = { .name = offset(scanner) };
    scanner->at += strcspn(scanner->at, "= \t\r\n/><\"'");
    span.name_end = offset(scanner);
    skip_blanks(scanner);
    if (span.name_end == span.name || *scanner->at != '=') {
        return FALSE;
    }
    scanner->at++;
    skip_blanks(scanner);
    char quote = *scanner->at;
    const char *end = quote == '"' || quote == '\'' ? strchr(scanner->at + 1, quote) : NULL;
    if (end == NULL) {
        return FALSE;
    }
    span.value = offset(scanner) + 1;
    span.value_end = (gsize)(end - scanner->text);
    scanner->at = end + 1;
    g_array_append_val(scanner->scan->attributes, span);
    return TRUE;
}

static guint count_line(Scanner *scanner)
{
    for (; scanner->counted < scanner->at; scanner->counted++) {
        scanner->line += *scanner->counted == '\n';
    }
    return scanner->line;
}

static gboolean scan_attributes(Scanner *scanner, XmlElementSpan *span)
{
    span->attribute = scanner->scan->attributes->len;
    for (skip_blanks(scanner); *scanner->at != '>' && *scanner->at != '/'; skip_blanks(scanner)) {
        gboolean declares = g_str_has_prefix(scanner->at, "xmlns");
        if (span->attributes == XML_ATTRIBUTES_MAX) {
            return too_much(
                scanner, "an element has more than " G_STRINGIFY(XML_ATTRIBUTES_MAX) " attributes");
        }
        if (declares && scanner->namespaces + span->namespaces == XML_NAMESPACES_MAX) {
            return too_much(scanner, "more than " G_STRINGIFY(
                                         XML_NAMESPACES_MAX) " namespaces are declared at once");
        }
        if (!scan_attribute(scanner)) {
            return FALSE;
        }
        span->attributes++;
        span->namespaces += declares;
    }
    return TRUE;
}

static gboolean scan_start_tag(Scanner *scanner)
{
    XmlElementSpan span = { .start = offset(scanner), .line = count_line(scanner) };
    if (scanner->open->len == XML_DEPTH_MAX) {
        return too_much(scanner, "elements are nested deeper than " G_STRINGIFY(XML_DEPTH_MAX));
    }
    scanner->at += 1 + strcspn(scanner->at + 1, " \t\r\n/><");
    span.name_end = offset(scanner);
    if (!scan_attributes(scanner, &span)) {
        return FALSE;
    }
    span.self_closing = *scanner->at == '/';
    scanner->at += span.self_closing ? 1 : 0;
    if (*scanner->at != '>' || span.name_end == span.start + 1) {
        return FALSE;
    }
    scanner->at++;
    span.content = span.content_end = span.end = offset(scanner);
    if (!span.self_closing) {
        scanner->namespaces += span.namespaces;
        g_array_append_val(scanner->open, scanner->scan->elements->len);
    }
    g_array_append_val(scanner->scan->elements, span);
    return TRUE;
}

static gboolean scan_end_tag(Scanner *scanner)
{
    if (scanner->open->len == 0) {
        return FALSE;
    }
    guint last = scanner->open->len - 1;
    guint index = g_array_index(scanner->open, guint, last);
    XmlElementSpan *span = &g_array_index(scanner->scan->elements, XmlElementSpan, index);
    g_array_set_size(scanner->open, last);
    scanner->namespaces -= span->namespaces;
    span->content_end = offset(scanner);
    if (!skip_past(scanner, 2, ">")) {
        return FALSE;
    }
    span->end = offset(scanner);
    return TRUE;
}

static gboolean scan_markup(Scanner *scanner)
{
    gboolean skipped;
    if (scanner->markup++ == XML_MARKUP_MAX) {
        return too_much(scanner, "it has more than " G_STRINGIFY(
                                     XML_MARKUP_MAX) " tags, comments and references");
    }
    if (!skip_section(scanner, &skipped)) {
        return FALSE;
    }
    if (skipped) {
        return TRUE;
    }
    switch (scanner->at[1]) {
    case '!':
        return skip_doctype(scanner);
    case '/':
        return scan_end_tag(scanner);
    default:
        return scan_start_tag(scanner);
    }
}

static guint count_references(const char *text)
{
    guint count = 0;
    for (const char *at = text; count < XML_MARKUP_MAX && (at = strchr(at, '&')) != NULL; at++) {
        count++;
    }
    return count;
}

XmlScan *xml_scan_new(const char *text, const char **limit, gsize *at)
{
    g_autoptr(XmlScan) scan = g_new0(XmlScan, 1);
    scan->elements = g_array_new(FALSE, FALSE, sizeof(XmlElementSpan));
    scan->attributes = g_array_new(FALSE, FALSE, sizeof(XmlAttributeSpan));
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(guint));
    *limit = NULL;
    Scanner scanner = { .text = text,
                        .at = text,
                        .counted = text,
                        .line = 1,
                        .markup = count_references(text),
                        .scan = scan,
                        .open = open };
    while ((scanner.at = strchr(scanner.at, '<')) != NULL) {
        if (!scan_markup(&scanner)) {
            *limit = scanner.limit;
            *at = offset(&scanner);
            return NULL;
        }
    }
    return open->len == 0 ? g_steal_pointer(&scan) : NULL;
}

void xml_scan_free(XmlScan *scan)
{
    g_array_unref(scan->elements);
    g_array_unref(scan->attributes);
    g_free(scan);
}

const XmlElementSpan *xml_scan_element(const XmlScan *scan, guint index)
{
    return &g_array_index(scan->elements, XmlElementSpan, index);
}

const XmlAttributeSpan *xml_scan_attribute(const XmlScan *scan, const XmlElementSpan *element,
                                           guint i)
{
    return &g_array_index(scan->attributes, XmlAttributeSpan, element->attribute + i);
}
