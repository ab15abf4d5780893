/* Command lines for tests, from domains that are written down in them, and what to look for. */
#ifndef BACKPLANE_TEST_LAUNCH_TEXT_H
#define BACKPLANE_TEST_LAUNCH_TEXT_H

#include "domain_text.h"

#include "engine/launch.h"

#define AT(mode, bus, slot, function)                                                              \
    "<address type='pci' mode='" mode "' domain='0' bus='" bus "' slot='" slot                     \
    "' function='" function "'/>"
#define STATIC(bus, slot) AT("static", bus, slot, "0")
#define E1000(address) "<interface type='user'><model type='e1000'/>" address "</interface>"
#define FILE_DISK(target, rest)                                                                    \
    "<disk type='file' device='disk'><source file='/a'/><target dev='" target "'/>" rest "</disk>"

static const LaunchOptions plain = { NULL };

static inline Launch *launch(const Domain *domain)
{
    g_autoptr(GError) error = NULL;
    Launch *made = launch_plan(domain, &plain, &error);
    if (!made)
        fail_msg("%s\n%s", error->message, xml_document_text(domain->document));
    return made;
}

static inline Launch *launch_of(const char *machine, const char *devices)
{
    g_autoptr(Domain) domain = domain_of(machine, devices);
    return launch(domain);
}

/* What stands in <domain> beside <memory>. */
static inline Launch *launch_with(const char *elements)
{
    g_autofree char *text =
        g_strdup_printf("<domain type='kvm'><memory>65536</memory>%s<devices/></domain>", elements);
    g_autoptr(Domain) domain = domain_of_text(text);
    return launch(domain);
}

static inline char *joined(const Launch *made)
{
    return g_strjoinv(" ", (char **)made->arguments->pdata);
}

static inline void assert_has(const Launch *made, const char *words)
{
    g_autofree char *line = joined(made);
    if (!strstr(line, words))
        fail_msg("no \"%s\" in\n%s", words, line);
}

static inline void assert_lacks(const Launch *made, const char *words)
{
    g_autofree char *line = joined(made);
    if (strstr(line, words))
        fail_msg("\"%s\" is in\n%s", words, line);
}

static inline void assert_before(const Launch *made, const char *first, const char *second)
{
    g_autofree char *line = joined(made);
    const char *a = strstr(line, first);
    const char *b = strstr(line, second);
    if (!a || !b || a >= b)
        fail_msg("\"%s\" is not before \"%s\" in\n%s", first, second, line);
}

static inline void assert_sentences(const GPtrArray *sentences, const char *const *expected,
                                    guint count)
{
    for (guint i = 0; i < sentences->len && i < count; i++)
        assert_string_equal(sentences->pdata[i], expected[i]);
    assert_int_equal(sentences->len, count);
}

static inline gboolean is_missing(const Launch *made, const char *sentence)
{
    return g_ptr_array_find_with_equal_func(made->missing, sentence, g_str_equal, NULL);
}

static inline void assert_noted(const Launch *made, const char *sentence)
{
    if (!g_ptr_array_find_with_equal_func(made->notes, sentence, g_str_equal, NULL))
        fail_msg("it is not noted that %s", sentence);
}

static inline void check_refused(const char *machine, const char *devices, int code,
                                 const char *words)
{
    g_autoptr(Domain) domain = domain_of(machine, devices);
    g_autoptr(GError) error = NULL;
    Launch *made = launch_plan(domain, &plain, &error);
    assert_null(made);
    assert_true(g_error_matches(error, ENGINE_ERROR, code));
    if (!strstr(error->message, words))
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

#endif
