/* Writes domain XML. Bytes go out as they are, but for a terminal, which gets them made printable.
 */
#include "tui/domain_output.h"

#include <string.h>
#include <unistd.h>

#include "engine/domain_edit.h"
#include "engine/file_change.h"
#include "engine/line_diff.h"
#include "tui/report.h"
#include "tui/report_text.h"

void domain_complain(const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        report_complain("%s", (const char *)sentences->pdata[i]);
}

static int fail(const GError *error)
{
    report_complain("%s", error->message);
    return exit_status_from_error(error);
}

/* ---- printing ---- */

static int print_lines(char *const *lines, gboolean ascii)
{
    GString *text = g_string_new(NULL);
    gboolean printed;

    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], "\t", -1);

        for (guint j = 0; parts[j]; j++) {
            g_autofree char *safe = report_printable(parts[j], ascii);

            g_string_append_printf(text, "%s%s", j ? "\t" : "", safe);
        }
        g_string_append(text, lines[i + 1] ? "\n" : "");
    }
    printed = report_print(text->str);
    g_string_free(text, TRUE);
    return printed ? EXIT_DONE : EXIT_REFUSED;
}

static int print_domain(const Options *options, const Domain *domain)
{
    GBytes *bytes = xml_document_bytes(domain->document);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!isatty(STDOUT_FILENO))
        return report_print_bytes(bytes) ? EXIT_DONE : EXIT_REFUSED;
    text = g_strdup(xml_document_text(domain->document));
    lines = g_strsplit(g_strdelimit(text, "\r", ' '), "\n", -1);
    return print_lines(lines, options->ascii);
}

static int print_diff(const Options *options, const char *path, const Domain *before,
                      const Domain *after)
{
    g_autoptr(GPtrArray) lines = line_diff(before ? xml_document_text(before->document) : "",
                                           xml_document_text(after->document));

    g_ptr_array_add(lines, g_strdup("")); /* the end of the last line */
    g_ptr_array_add(lines, NULL);
    if (lines->len > 2) {
        g_ptr_array_insert(lines, 0, g_strconcat("--- ", path ? path : "/dev/null", NULL));
        g_ptr_array_insert(lines, 1, g_strconcat("+++ ", path ? path : "new", NULL));
    }
    return print_lines((char *const *)lines->pdata, options->ascii);
}

/* ---- writing ---- */

/* What the file holds; NULL where it is not there. */
static gboolean read_before(const char *path, GBytes **bytes, GError **error)
{
    *bytes = NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    *bytes = file_read(path, XML_BYTES_MAX, error);
    return *bytes != NULL;
}

static int write_file(const char *path, GBytes *before, const Domain *after, gboolean backup)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FileChange) change =
        file_change_new(path, before, xml_document_bytes(after->document), backup);

    if (!file_change_prepare(change, &error) || !file_change_commit(change, &error))
        return fail(error);
    return EXIT_DONE;
}

static int write_output(const Options *options, const Domain *after)
{
    g_autoptr(GBytes) before = NULL;
    g_autoptr(GError) error = NULL;

    if (!read_before(options->output, &before, &error))
        return fail(error);
    return write_file(options->output, before, after, FALSE);
}

static guint count_changed(const Domain *before, const Domain *after)
{
    g_autoptr(GPtrArray) lines =
        line_diff(xml_document_text(before->document), xml_document_text(after->document));
    guint added = 0, removed = 0;

    for (guint i = 0; i < lines->len; i++) {
        added += *(const char *)lines->pdata[i] == '+';
        removed += *(const char *)lines->pdata[i] == '-';
    }
    return MAX(added, removed);
}

static int write_in_place(const Options *options, const char *path, const Domain *before,
                          const Domain *after)
{
    guint changed = count_changed(before, after);
    g_autofree char *name = report_printable(path, options->ascii);
    g_autofree char *told =
        g_strdup_printf("%s: %u line%s changed\n", name, changed, changed == 1 ? "" : "s");
    int status = EXIT_DONE;

    if (changed)
        status = write_file(path, xml_document_bytes(before->document), after, options->backup);
    return status == EXIT_DONE && !report_print(told) ? EXIT_REFUSED : status;
}

int domain_output(const Options *options, const char *path, const Domain *before,
                  const Domain *after)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) written =
        options->libvirt ? domain_to_libvirt(after, left, &error) : domain_ref((Domain *)after);

    if (!written)
        return fail(error);
    domain_complain(left);
    if (options->dry_run)
        return print_diff(options, path, before, written);
    if (options->output)
        return write_output(options, written);
    if (options->in_place)
        return write_in_place(options, path, before, written);
    return print_domain(options, written);
}
