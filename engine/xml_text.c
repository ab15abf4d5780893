/* Encodings of XML files. iconv converts; here is only how XML says which encoding it is. */
#include "engine/xml_text.h"

#include <string.h>

#include "monitor/text.h"

void xml_text_error(GError **error, const char *name, guint line, guint column,
                    const char *sentence)
{
    g_autofree char *shown = text_printable(sentence, -1, 0);
    g_autofree char *file = text_printable(name, -1, 0);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "%s:%u:%u: %s", file, line, column, shown);
}

void xml_text_error_at(GError **error, const char *name, const char *text, gsize at,
                       const char *sentence)
{
    guint line = 1;
    gsize begin = 0;
    for (gsize i = 0; i < at; i++) {
        if (text[i] == '\n') {
            line++;
            begin = i + 1;
        }
    }
    xml_text_error(error, name, line, (guint)(at - begin) + 1, sentence);
}

/* --- which encoding -------------------------------------------------------------------------- */

/* XML 1.0, appendix F.1. Longer ones first; mark: the bytes are no part of the text. */
static const struct {
    const char *bytes;
    gsize length;
    gboolean mark;
    const char *charset;
} beginnings[] = {
    { "\x00\x00\xfe\xff", 4, TRUE, "UTF-32BE" }, { "\xff\xfe\x00\x00", 4, TRUE, "UTF-32LE" },
    { "\x00\x00\x00<", 4, FALSE, "UTF-32BE" },   { "<\x00\x00\x00", 4, FALSE, "UTF-32LE" },
    { "\xef\xbb\xbf", 3, TRUE, "UTF-8" },        { "\xfe\xff", 2, TRUE, "UTF-16BE" },
    { "\xff\xfe", 2, TRUE, "UTF-16LE" },         { "\x00<", 2, FALSE, "UTF-16BE" },
    { "<\x00", 2, FALSE, "UTF-16LE" },
};

gboolean xml_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The value of encoding= in <?xml ...?>; NULL: it has none. (transfer full) */
static char *declared(const char *bytes, gsize length)
{
    if (length < 6 || memcmp(bytes, "<?xml", 5) != 0 || !xml_is_blank(bytes[5])) {
        return NULL;
    }
    const char *end = g_strstr_len(bytes, (gssize)length, "?>");
    const char *at = g_strstr_len(bytes, end != NULL ? end - bytes : 0, "encoding");
    if (at == NULL) {
        return NULL;
    }
    at += strlen("encoding");
    while (at < end && (xml_is_blank(*at) || *at == '=')) {
        at++;
    }
    const char *close = at < end ? memchr(at + 1, *at, (gsize)(end - at - 1)) : NULL;
    return close != NULL ? g_strndup(at + 1, (gsize)(close - at - 1)) : NULL;
}

/* iconv takes more than names ("latin1//IGNORE"); XML only letters, digits and "._-". */
static gboolean is_encoding_name(const char *name)
{
    gsize good = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return good > 0 && name[good] == '\0' && g_ascii_isalpha(name[0]);
}

/* What a declaration in ASCII says can only be an encoding that has ASCII's letters. */
static gboolean has_ascii(const char *charset)
{
    static const char begin[] = "<?xml ";
    g_autoptr(GError) failure = NULL;
    g_autofree char *same =
        g_convert(begin, (gssize)strlen(begin), "UTF-8", charset, NULL, NULL, &failure);
    return failure != NULL || g_strcmp0(begin, same) == 0;
}

static gboolean check_declared(const char *name, const char *charset, GError **error)
{
    g_autofree char *sentence = NULL;
    if (!is_encoding_name(charset)) {
        sentence = g_strdup_printf("\"%s\" is no name of an encoding", charset);
    } else if (!has_ascii(charset)) {
        sentence = g_strdup_printf("the file says it is %s, but it is not written so", charset);
    } else {
        return TRUE;
    }
    xml_text_error(error, name, 1, 1, sentence);
    return FALSE;
}

static gboolean find_encoding(const char *name, const char *bytes, gsize length,
                              XmlEncoding *encoding, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++) {
        if (length >= beginnings[i].length &&
            memcmp(bytes, beginnings[i].bytes, beginnings[i].length) == 0) {
            encoding->charset = g_strdup(beginnings[i].charset);
            encoding->mark = g_bytes_new_static(beginnings[i].bytes,
                                                beginnings[i].mark ? beginnings[i].length : 0);
            return TRUE;
        }
    }
    encoding->mark = g_bytes_new_static("", 0);
    encoding->charset = declared(bytes, length);
    if (encoding->charset == NULL) {
        encoding->charset = g_strdup("UTF-8");
    }
    return check_declared(name, encoding->charset, error);
}

/* --- there and back -------------------------------------------------------------------------- */

static gboolean is_utf8(const XmlEncoding *encoding)
{
    return g_ascii_strcasecmp(encoding->charset, "UTF-8") == 0 ||
           g_ascii_strcasecmp(encoding->charset, "UTF8") == 0;
}

static const char nul_sentence[] = "a NUL character, which XML cannot hold";

static char *decode_utf8(const char *name, const char *bytes, gsize length, GError **error)
{
    const char *bad;
    if (g_utf8_validate_len(bytes, length, &bad)) {
        return g_strndup(bytes, length);
    }
    g_autofree char *sentence =
        *bad == '\0' ? g_strdup(nul_sentence)
                     : g_strdup_printf("byte 0x%02x is not UTF-8, which the file says it is; save "
                                       "it as UTF-8, or name its encoding in its first line",
                                       (guint8)*bad);
    xml_text_error_at(error, name, bytes, (gsize)(bad - bytes), sentence);
    return NULL;
}

static char *decode_other(const char *name, const char *bytes, gsize length, const char *charset,
                          GError **error)
{
    gsize read = 0, written = 0;
    g_autoptr(GError) failure = NULL;
    g_autofree char *sentence = NULL;
    g_autofree char *text =
        g_convert(bytes, (gssize)length, "UTF-8", charset, &read, &written, &failure);
    if (text != NULL && read == length) {
        const char *nul = memchr(text, '\0', written);
        if (nul == NULL) {
            return g_steal_pointer(&text);
        }
        xml_text_error_at(error, name, text, (gsize)(nul - text), nul_sentence);
        return NULL;
    }
    if (text != NULL) {
        sentence = g_strdup_printf("its last character, which is %s, is cut off", charset);
    } else if (g_error_matches(failure, G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE)) {
        sentence = g_strdup_printf("byte 0x%02x is not %s, which the file says it is",
                                   (guint8)bytes[read], charset);
    } else {
        sentence =
            g_strdup_printf("encoding %s is not known here; save the file as UTF-8", charset);
        read = 0;
    }
    xml_text_error_at(error, name, bytes, read, sentence);
    return NULL;
}

char *xml_text_decode(const char *name, GBytes *bytes, XmlEncoding *encoding, GError **error)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    data = data != NULL ? data : ""; /* GLib gives NULL for no bytes */
    *encoding = (XmlEncoding){ NULL };
    if (!find_encoding(name, data, length, encoding, error)) {
        return NULL;
    }
    gsize mark = g_bytes_get_size(encoding->mark);
    if (is_utf8(encoding)) {
        return decode_utf8(name, data + mark, length - mark, error);
    }
    return decode_other(name, data + mark, length - mark, encoding->charset, error);
}

GBytes *xml_text_encode(const XmlEncoding *encoding, const char *text)
{
    gsize written = 0, read = 0, size = strlen(text);
    g_autofree char *converted =
        is_utf8(encoding)
            ? g_strndup(text, written = read = size)
            : g_convert(text, (gssize)size, encoding->charset, "UTF-8", &read, &written, NULL);
    if (read != size || converted == NULL) {
        return NULL;
    }
    gsize mark;
    const void *begin = g_bytes_get_data(encoding->mark, &mark);
    GByteArray *all = g_byte_array_sized_new((guint)(mark + written));
    if (mark > 0) {
        g_byte_array_append(all, begin, (guint)mark);
    }
    g_byte_array_append(all, (guint8 *)converted, (guint)written);
    return g_byte_array_free_to_bytes(all);
}

char *xml_text_with_references(const XmlEncoding *encoding, const char *text)
{
    GString *result = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gssize length = g_utf8_next_char(at) - at;
        g_autofree char *converted =
            length == 1 || is_utf8(encoding)
                ? g_strdup("")
                : g_convert(at, length, encoding->charset, "UTF-8", NULL, NULL, NULL);
        if (converted != NULL) {
            g_string_append_len(result, at, length);
        } else {
            g_string_append_printf(result, "&#x%x;", g_utf8_get_char(at));
        }
    }
    return g_string_free(result, FALSE);
}

void xml_encoding_clear(XmlEncoding *encoding)
{
    g_clear_pointer(&encoding->charset, g_free);
    g_clear_pointer(&encoding->mark, g_bytes_unref);
}
