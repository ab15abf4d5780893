/* The texts that explain: none is missing, none is left over, all are short; and what they say of
 * devices. Which sentences refuse is read from the sources themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/domain_address.h"
#include "engine/why.h"

#define LETTERS_MAX 420
#define SENTENCES_MAX 4 /* of three, with one for a sentence within */

/* --- the file -------------------------------------------------------------------------------- */

static GKeyFile *load(void)
{
    g_autoptr(GError) error = NULL;
    GKeyFile *file = g_key_file_new();

    g_key_file_load_from_file(file, SRCDIR "/engine/why.ini", G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    return file;
}

static guint count_sentences(const char *text)
{
    guint count = 0;

    for (const char *at = text; *at; at++)
        count += strchr(".?!", *at) && (at[1] == ' ' || !at[1]);
    return count;
}

static void check_text(const char *group, const char *key, const char *text)
{
    gboolean part = g_str_equal(group, "fits"); /* stands within a sentence */

    if (!g_str_equal(why_text(group, key), text))
        fail_msg("[%s] %s: the program has another text than the file", group, key);
    if (strlen(text) > LETTERS_MAX || strlen(text) < 20)
        fail_msg("[%s] %s has %zu letters", group, key, strlen(text));
    if (!part && (count_sentences(text) < 1 || count_sentences(text) > SENTENCES_MAX))
        fail_msg("[%s] %s has %u sentences", group, key, count_sentences(text));
    if (!part && !g_str_has_suffix(text, "."))
        fail_msg("[%s] %s does not end", group, key);
    if (strstr(text, "  ") || !g_str_is_ascii(text))
        fail_msg("[%s] %s has letters or blanks that do not belong", group, key);
}

static void test_short(void **state)
{
    g_autoptr(GKeyFile) file = load();
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

    for (char **group = groups; *group; group++) {
        g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);

        for (char **key = keys; *key; key++) {
            g_autofree char *text = g_key_file_get_string(file, *group, *key, NULL);

            if (!g_str_equal(*key, "says") && !g_str_equal(*key, "qemu"))
                check_text(*group, *key, text);
        }
    }
}

/* --- enums ----------------------------------------------------------------------------------- */

static const char *kind_at(guint index)
{
    return index <= KIND_OTHER ? device_kind_name((DeviceKind)index) : NULL;
}

static const char *bus_at(guint index)
{
    return index <= BUS_OTHER ? bus_family_name((BusFamily)index) : NULL;
}

static const char *state_at(guint index)
{
    return index < DEVICE_STATES ? device_state_name((DeviceState)index) : NULL;
}

static const char *match_at(guint index)
{
    return index <= MATCH_UNMANAGED ? match_state_name((MatchState)index) : NULL;
}

static const char *address_at(guint index)
{
    return index ? domain_address_type_at(index - 1) : "none";
}

static const char *field_at(guint index)
{
    static char name[64];
    const char *type, *field;

    if (index < 2)
        return index ? "mode" : "multifunction";
    index -= 2;
    for (guint i = 0; (type = domain_address_type_at(i)); i++) {
        for (guint k = 0; (field = domain_address_field_at(type, k)); k++) {
            if (index-- == 0) {
                g_snprintf(name, sizeof name, "%s.%s", type, field);
                return name;
            }
        }
    }
    return index == 0 ? "usb.port" : NULL; /* no number: "2.1" */
}

static void check_group(const GKeyFile *file, const char *group, const char *(*at)(guint index))
{
    g_autoptr(GHashTable) wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) keys = g_key_file_get_keys((GKeyFile *)file, group, NULL, NULL);
    const char *name;

    for (guint i = 0; (name = at(i)); i++) {
        g_hash_table_add(wanted, g_strdup(name));
        if (!why_text(group, name))
            fail_msg("[%s] has no text for %s", group, name);
    }
    for (char **key = keys; *key; key++)
        if (!g_hash_table_contains(wanted, *key))
            fail_msg("[%s] %s is nothing that there is", group, *key);
}

static void test_enums(void **state)
{
    g_autoptr(GKeyFile) file = load();

    check_group(file, "kind", kind_at);
    check_group(file, "bus", bus_at);
    check_group(file, "state", state_at);
    check_group(file, "match", match_at);
    check_group(file, "address", address_at);
    check_group(file, "field", field_at);
}

/* Each pattern is the first for some driver of the table. */
static void test_drivers(void **state)
{
    g_autoptr(GKeyFile) file = load();
    g_auto(GStrv) patterns = g_key_file_get_keys(file, "driver", NULL, NULL);
    gsize count;
    const Model *models = model_all(&count);

    for (char **pattern = patterns; *pattern; pattern++) {
        const char *text = why_text("driver", *pattern);
        gboolean used = FALSE;

        for (gsize i = 0; !used && i < count; i++)
            used = why_driver(models[i].driver) == text;
        if (!used)
            fail_msg("[driver] %s explains no driver", *pattern);
    }
    assert_null(why_driver("no-such-driver"));
}

/* --- keys that the sources name -------------------------------------------------------------- */

static char *read_source(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(SRCDIR, folder, name, NULL);
    char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void test_orphans(void **state)
{
    static const char *const groups[] = { "can", "place", "origin", "general", "evidence", NULL };
    g_autoptr(GKeyFile) file = load();
    g_autofree char *source = read_source("engine", "why_parts.c");
    g_autofree char *other = read_source("engine", "why.c");

    for (guint i = 0; groups[i]; i++) {
        g_auto(GStrv) keys = g_key_file_get_keys(file, groups[i], NULL, NULL);

        for (char **key = keys; *key; key++) {
            g_autofree char *quoted = g_strdup_printf("\"%s\"", *key);

            if (!strstr(source, quoted) && !strstr(other, quoted))
                fail_msg("[%s] %s is asked for by nobody", groups[i], *key);
        }
    }
}

/* --- refusals in the sources ----------------------------------------------------------------- */

typedef struct {
    char *file;
    char *sentence; /* with X where a value goes */
} Refusal;

static void refusal_free(gpointer data)
{
    Refusal *refusal = data;

    g_free(refusal->file);
    g_free(refusal->sentence);
    g_free(refusal);
}

/* Where the bracket that was opened before `at` is closed; strings are skipped. */
static const char *find_end(const char *at)
{
    gboolean quoted = FALSE;
    int depth = 1;

    for (; *at && depth; at++) {
        if (quoted && *at == '\\')
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted)
            depth += (*at == '(') - (*at == ')');
    }
    return at;
}

/* The string literals of one argument, put together, beginning at a quote; *end: behind them. */
static char *join_literals(const char *at, const char *stop, const char **end)
{
    GString *joined = g_string_new(NULL);

    while (at < stop && *at == '"') {
        for (at++; at < stop && *at != '"'; at++) {
            if (*at == '\\')
                at++;
            g_string_append_c(joined, *at);
        }
        at++;
        while (at < stop &&
               (g_ascii_isspace(*at) || g_ascii_isupper(*at) || g_ascii_isdigit(*at) || *at == '_'))
            at++; /* G_GINT64_FORMAT and its like */
    }
    *end = at;
    return g_string_free(joined, FALSE);
}

/* "%s is at %u" -> "X is at 1" */
static char *fill_format(const char *format)
{
    g_autoptr(GRegex) text = g_regex_new("%[-.*0-9]*(s|c)", 0, 0, NULL);
    g_autoptr(GRegex) number = g_regex_new("%[0-9]*(z|l)?[udxi]|% ", 0, 0, NULL);
    g_autofree char *half = g_regex_replace_literal(text, format, -1, 0, "X", 0, NULL);

    return g_regex_replace_literal(number, half, -1, 0, "1 ", 0, NULL);
}

/* What only hands sentences of others on: "%s; %s". */
static gboolean is_forwarding(const char *sentence)
{
    for (const char *at = sentence; *at; at++)
        if (g_ascii_isalpha(*at) && *at != 'X')
            return FALSE;
    return TRUE;
}

/* Of the literals of a call the first is the sentence. Others are as well where one of two is
 * chosen; they are told from words that are put in by their colon or their values. */
static gboolean is_sentence(const char *literal, gboolean first)
{
    return first || strchr(literal, '%') || (strstr(literal, ": ") && g_ascii_isalpha(*literal));
}

/* frame: what the function that is called puts around it: "X cannot be written: X". */
static void take_call(GPtrArray *refusals, const char *file, const char *arguments,
                      const char *frame)
{
    const char *at = arguments, *stop = arguments + strlen(arguments);
    gboolean first = TRUE;

    while ((at = strchr(at, '"'))) {
        g_autofree char *literal = join_literals(at, stop, &at);
        g_autofree char *sentence = fill_format(literal);

        if (!is_forwarding(sentence) && is_sentence(literal, first)) {
            Refusal *refusal = g_new0(Refusal, 1);
            const char *last = frame ? strrchr(frame, 'X') : NULL;

            refusal->file = g_strdup(file);
            refusal->sentence = g_strdup_printf("%.*s%s", last ? (int)(last - frame) : 0,
                                                frame ? frame : "", sentence);
            g_ptr_array_add(refusals, refusal);
        }
        first = FALSE;
    }
}

/* The body of the file's own function refuse; NULL where it has none. (transfer full) */
static char *body_of_refuse(const char *source)
{
    g_autoptr(GRegex) definition =
        g_regex_new("\\n(?:static )?\\w+ (?:launch_)?refuse\\([^;{]*\\)\\s*\\{\\n(.*?)\\n\\}",
                    G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    return g_regex_match(definition, source, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}

/* The format of the first string in the body, its values as X. (transfer full) */
static char *frame_of(const char *body)
{
    const char *refused = body ? strstr(body, "ENGINE_ERROR_REFUSED") : NULL;
    const char *at = refused ? strchr(refused, '"') : NULL;
    g_autofree char *literal = at ? join_literals(at, at + strlen(at), &at) : NULL;

    return literal ? fill_format(literal) : NULL;
}

static void take_file(GPtrArray *refusals, const char *file, const char *source)
{
    g_autoptr(GRegex) calls = g_regex_new(
        "\\b(refuse|launch_refuse|old_refuse|g_set_error|g_set_error_literal|g_error_new)\\s*\\(",
        0, 0, NULL);
    g_autofree char *body = body_of_refuse(source);
    g_autofree char *frame = frame_of(body);
    g_autoptr(GMatchInfo) call = NULL;

    for (g_regex_match(calls, source, 0, &call); g_match_info_matches(call);
         g_match_info_next(call, NULL)) {
        int start, end;

        g_match_info_fetch_pos(call, 0, &start, &end);
        const char *from = source + end;
        g_autofree char *name = g_match_info_fetch(call, 1);
        g_autofree char *arguments = g_strndup(from, (gsize)(find_end(from) - from));
        gboolean direct = strstr(arguments, "ENGINE_ERROR_REFUSED") != NULL;
        gboolean by_refuse =
            g_str_equal(name, "refuse") && body && strstr(body, "ENGINE_ERROR_REFUSED") != NULL;

        if (direct || by_refuse || g_str_has_suffix(name, "_refuse"))
            take_call(refusals, file, arguments, direct ? NULL : frame);
    }
}

/* (Refusal) */
static GPtrArray *read_refusals(void)
{
    static const char *const folders[] = { "engine", "tui" };
    GPtrArray *refusals = g_ptr_array_new_with_free_func(refusal_free);

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(SRCDIR, folders[i], NULL);
        g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
        const char *name;

        while ((name = g_dir_read_name(folder))) {
            g_autofree char *source =
                g_str_has_suffix(name, ".c") ? read_source(folders[i], name) : NULL;

            if (source)
                take_file(refusals, name, source);
        }
    }
    return refusals;
}

static void test_refusals_have_texts(void **state)
{
    g_autoptr(GPtrArray) refusals = read_refusals();
    guint missing = 0;

    assert_true(refusals->len > 80);
    for (guint i = 0; i < refusals->len; i++) {
        const Refusal *refusal = refusals->pdata[i];

        if (why_refusal_name(refusal->sentence))
            continue;
        missing++;
        print_error("%s: no text explains \"%s\"\n", refusal->file, refusal->sentence);
    }
    assert_int_equal(missing, 0);
}

static gboolean explains_one(const char *group, const char *pattern, const GPtrArray *refusals)
{
    g_autofree char *anywhere = g_strdup_printf("*%s*", pattern);
    const char *name = group + strlen("refusal ");

    for (guint i = 0; i < refusals->len; i++) {
        const char *sentence = ((const Refusal *)refusals->pdata[i])->sentence;

        if (g_pattern_match_simple(anywhere, sentence) &&
            g_strcmp0(why_refusal_name(sentence), name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* (Refusal) QEMU's own sentences, one a line, as 7.2 and 10.0 say them. */
static GPtrArray *read_qemu(void)
{
    g_autofree char *text = read_source("tests/fixtures", "qemu-refusals.txt");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *refusals = g_ptr_array_new_with_free_func(refusal_free);

    for (char **line = lines; *line; line++) {
        Refusal *refusal = g_new0(Refusal, 1);

        refusal->sentence = g_strdup(*line);
        g_ptr_array_add(refusals, refusal);
        if (**line && **line != '#' && !why_refusal_name(*line))
            fail_msg("no text explains QEMU's \"%s\"", *line);
    }
    return refusals;
}

/* Gives how many patterns explain nothing. */
static guint check_patterns(GKeyFile *file, const char *group, const char *key,
                            const GPtrArray *refusals)
{
    g_autofree char *list = g_key_file_get_string(file, group, key, NULL);
    g_auto(GStrv) patterns = g_strsplit(list ? list : "", " | ", -1);
    guint unused = 0;

    for (char **pattern = patterns; *pattern; pattern++) {
        if (explains_one(group, *pattern, refusals))
            continue;
        unused++;
        print_error("[%s] %s: nobody says \"%s\", or another text explains it\n", group, key,
                    *pattern);
    }
    return unused;
}

static void test_patterns_are_used(void **state)
{
    g_autoptr(GKeyFile) file = load();
    g_autoptr(GPtrArray) ours = read_refusals();
    g_autoptr(GPtrArray) qemu = read_qemu();
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    guint unused = 0;

    for (char **group = groups; *group; group++) {
        if (!g_str_has_prefix(*group, "refusal "))
            continue;
        unused += check_patterns(file, *group, "says", ours);
        unused += check_patterns(file, *group, "qemu", qemu);
    }
    assert_int_equal(unused, 0);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *sentence, *name;
    } cases[] = {
        { "Bus 'pcie.0' does not support hotplugging", "bus-fixed" },
        { "pcie.0 takes no hotplug; free places: 00.0 on rp1", "bus-fixed" },
        { "e1000 sits on a bus of family IDE, which takes no hotplug in any guest; plug it",
          "family-fixed" },
        { "PCI: slot 5 function 0 not available for e1000, in use by e1000,id=net0", "occupied" },
        { "slot 05.0 of pci.0 is in use by e1000 net0; free places: 06.0 on pci.0", "occupied" },
        { "/srv/a.qcow2 is in use by sda of this guest; detach that first, or give a copy",
          "image-in-use" },
        { "device_add: Device net0 is already in the process of unplug", "leaving-already" },
        { "Failed to get \"write\" lock\nIs another process using the image [/a]?",
          "image-in-use" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *name = why_refusal_name(cases[i].sentence);

        if (g_strcmp0(name, cases[i].name) != 0)
            fail_msg("\"%s\" is explained by %s", cases[i].sentence, name ? name : "nothing");
    }
    assert_null(why_refusal_name("No such sentence"));
    assert_string_equal(why_refusal("No such sentence"), why_text("general", "refusal"));
}

static void test_fill(void **state)
{
    const char *const values[] = { "bus", "pci.0", "slot", "05", NULL };
    g_autofree char *text = why_fill("${slot} of ${bus}, ${slot}; ${other}", values);

    assert_string_equal(text, "05 of pci.0, 05; ${other}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_enums),
        cmocka_unit_test(test_drivers),
        cmocka_unit_test(test_orphans),
        cmocka_unit_test(test_refusals_have_texts),
        cmocka_unit_test(test_patterns_are_used),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_fill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
