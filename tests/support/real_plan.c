/* A session of the program under test on a real guest, driven step by step: plans asked for, run,
 * and looked for in QEMU. */
#include "tests/support/real_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* --- driving the session --------------------------------------------------------------------- */

typedef struct {
    Plan *plan;
    GError *error;
    gboolean over;
} Answer;

static gboolean answer_is_over(gpointer data)
{
    return ((Answer *)data)->over;
}

static void on_plan(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Answer *answer = data;
    answer->plan = plan;
    answer->error = error != NULL ? g_error_copy(error) : NULL;
    answer->over = TRUE;
}

/* (transfer full) NULL and the sentence, when it is refused. */
static Plan *await_plan(Answer *answer, char **refusal)
{
    assert_true(wait_until(answer_is_over, answer, REAL_QEMU_PATIENCE_MS));
    if (answer->error != NULL && refusal == NULL) {
        fail_msg("refused: %s", answer->error->message);
    }
    if (answer->error != NULL) {
        *refusal = g_strdup(answer->error->message);
    }
    g_clear_error(&answer->error);
    return answer->plan;
}

Plan *real_plan_attach(Session *session, const char *kind, const char *const *options,
                       char **refusal)
{
    Answer answer = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(kind, options, &error);
    if (request == NULL) {
        fail_msg("%s", error->message);
    }
    session_plan_attach(session, request, on_plan, &answer);
    return await_plan(&answer, refusal);
}

Plan *real_plan_detach(Session *session, const char *name, char **refusal)
{
    const char *const names[] = { name, NULL };
    Answer answer = { 0 };
    session_plan_detach(session, names, on_plan, &answer);
    return await_plan(&answer, refusal);
}

Plan *real_plan_medium(Session *session, const char *name, const MediumChange *change,
                       char **refusal)
{
    Answer answer = { 0 };
    session_plan_medium(session, name, change, on_plan, &answer);
    return await_plan(&answer, refusal);
}

Plan *real_plan_history(Session *session,
                        void (*ask)(Session *session, SessionPlanFn done, gpointer data))
{
    Answer answer = { 0 };
    ask(session, on_plan, &answer);
    return await_plan(&answer, NULL);
}

typedef struct {
    Outcome outcome;
    char *error;
} End;

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    End *end = data;
    end->outcome = transaction_outcome(transaction);
    end->error = g_strdup(transaction_error(transaction));
}

static gboolean has_ended(gpointer data)
{
    return ((End *)data)->outcome != OUTCOME_PENDING;
}

/* plan: (transfer full). (transfer full) QEMU's sentence, NULL for none. */
char *real_plan_run_to(Session *session, Plan *plan, Outcome expected)
{
    End end = { OUTCOME_PENDING, NULL };
    session_run(session, plan, on_finished, &end);
    assert_true(wait_until(has_ended, &end, REAL_QEMU_PATIENCE_MS));
    if (end.outcome != expected) {
        fail_msg("outcome %d: %s", end.outcome, end.error != NULL ? end.error : "no error");
    }
    return end.error;
}

void real_plan_run(Session *session, Plan *plan)
{
    g_autofree char *error = real_plan_run_to(session, plan, OUTCOME_DONE);
    assert_null(error);
}

static gboolean is_live(gpointer session)
{
    return session_state(session) == SESSION_LIVE || session_state(session) == SESSION_LOST;
}

Session *real_plan_session(RealQemu *qemu)
{
    g_autoptr(GError) error = NULL;
    Session *session = session_new(real_qemu_target(qemu), SESSION_ONCE, &error);
    assert_non_null(session);
    assert_true(wait_until(is_live, session, REAL_QEMU_PATIENCE_MS));
    assert_null(session_error(session));
    return session;
}

/* Without the numbers of names that QEMU makes up, which are random. (transfer full) */
static char *without_generated(const char *state)
{
    g_autoptr(GRegex) generated =
        g_regex_new("#(block|net)[0-9]+", G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, NULL);
    g_autofree char *same =
        g_regex_replace_literal(generated, state, -1, 0, "#", G_REGEX_MATCH_DEFAULT, NULL);
    g_auto(GStrv) lines = g_strsplit(same, "\n", -1);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines; *line != NULL; line++) {
        g_ptr_array_add(sorted, g_strdup(*line));
    }
    return real_qemu_join_sorted(sorted);
}

/* The first line that differs, for the message. */
static void fail_different(const char *expected, const char *state, const char *when)
{
    g_auto(GStrv) old = g_strsplit(expected, "\n", -1), new = g_strsplit(state, "\n", -1);
    for (char **line = old; *line != NULL; line++) {
        if (!g_strv_contains((const char *const *)new, *line)) {
            fail_msg("%s, this is missing: %s", when, *line);
        }
    }
    for (char **line = new; *line != NULL; line++) {
        if (!g_strv_contains((const char *const *)old, *line)) {
            fail_msg("%s, this is left: %s", when, *line);
        }
    }
}

void real_plan_assert_state(RealQemu *qemu, const char *expected, const char *when)
{
    g_autofree char *state = real_qemu_state(qemu);
    g_autofree char *old = without_generated(expected), *new = without_generated(state);
    if (strcmp(old, new) != 0) {
        fail_different(old, new, when);
        fail_msg("%s, the guest is not as before", when);
    }
}

/* --- asking QEMU where a device is ----------------------------------------------------------- */

static json_t *find_function(json_t *functions, const char *id)
{
    gsize i;
    json_t *function;
    json_array_foreach (functions, i, function) {
        json_t *bridge = json_object_get(function, "pci_bridge");
        json_t *behind = find_function(json_object_get(bridge, "devices"), id);
        if (behind != NULL) {
            return behind;
        }
        if (g_strcmp0(json_string_value(json_object_get(function, "qdev_id")), id) == 0) {
            return function;
        }
    }
    return NULL;
}

static void assert_pci(RealQemu *qemu, const PlanSubject *subject)
{
    json_t *buses = real_qemu_ask(qemu, "query-pci", NULL);
    json_t *bus, *function = NULL;
    gsize i;
    json_array_foreach (buses, i, bus) {
        json_t *found = find_function(json_object_get(bus, "devices"), subject->id);
        function = found != NULL ? found : function;
    }
    assert_non_null(function);
    assert_int_equal(json_integer_value(json_object_get(function, "slot")),
                     subject->address.pci.slot);
    assert_int_equal(json_integer_value(json_object_get(function, "function")),
                     subject->address.pci.function);
    json_decref(buses);
}

static json_t *get_property(RealQemu *qemu, const char *path, const char *name)
{
    return real_qemu_ask(qemu, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", name));
}

static void assert_number(RealQemu *qemu, const char *path, const char *name, guint expected)
{
    json_t *value = get_property(qemu, path, name);
    assert_int_equal(json_integer_value(value), expected);
    json_decref(value);
}

static void assert_text(RealQemu *qemu, const char *path, const char *name, const char *end)
{
    json_t *value = get_property(qemu, path, name);
    if (!g_str_has_suffix(json_string_value(value), end)) {
        fail_msg("%s of %s is %s, not %s", name, path, json_string_value(value), end);
    }
    json_decref(value);
}

static void assert_usb(RealQemu *qemu, const PlanSubject *subject)
{
    g_autofree char *usb = real_qemu_hmp(qemu, "info usb");
    g_autofree char *pattern =
        g_strdup_printf("Port %s,.*ID: %s\\b", subject->address.usb.port, subject->id);
    if (!g_regex_match_simple(pattern, usb, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT)) {
        fail_msg("no %s in %s", pattern, usb);
    }
}

/* QEMU has the device of that driver, on that bus, at that place. */
void real_plan_assert_present(RealQemu *qemu, const PlanSubject *subject)
{
    assert_text(qemu, subject->path, "type", subject->driver);
    g_autofree char *bus = g_strconcat("/", subject->bus, NULL);
    assert_text(qemu, subject->path, "parent_bus", bus);
    switch (subject->address.type) {
    case ADDRESS_PCI:
        assert_pci(qemu, subject);
        break;
    case ADDRESS_DRIVE:
        assert_number(qemu, subject->path, "scsi-id", subject->address.drive.target);
        assert_number(qemu, subject->path, "lun", subject->address.drive.unit);
        break;
    case ADDRESS_USB:
        assert_usb(qemu, subject);
        break;
    default:
        break;
    }
}
