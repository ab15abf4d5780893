/* Plans of every kind of step, run against the fake monitor, for the tests of transactions. */
#ifndef BACKPLANE_TESTS_TRANSACTION_BENCH_H
#define BACKPLANE_TESTS_TRANSACTION_BENCH_H

#include <string.h>

#include "engine/transaction.h"
#include "tests/support/fake_monitor.h"

#define MOST_STEPS 5

typedef struct {
    FakeMonitor *fake;
    Monitor *monitor;
    gboolean ready;
    gboolean closed;
    Transaction *transaction;
    guint finished;
    GString *steps;      /* "0:running 0:done ..." */
    int free_at;         /* number of the step news in which to free the transaction; -1 never */
    GHashTable *devices; /* paths that qom-get finds */
    void (*news)(guint step, StepState state, gpointer data); /* NULL */
    gpointer news_data;
} Bench;

/* --- the bench ------------------------------------------------------------------------------- */

static void on_ready(Monitor *monitor, gpointer data)
{
    ((Bench *)data)->ready = TRUE;
}

static void on_event(Monitor *monitor, const char *name, json_t *payload, gint64 at, gpointer data)
{
    Bench *bench = data;

    if (bench->transaction)
        transaction_event(bench->transaction, name, payload);
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
    Bench *bench = data;

    bench->closed = TRUE;
    if (bench->transaction)
        transaction_lost(bench->transaction, error);
}

static json_t *on_device_add(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    Bench *bench = data;
    const char *id = json_string_value(json_object_get(arguments, "id"));

    g_hash_table_add(bench->devices, g_strconcat("/machine/peripheral/", id, NULL));
    return NULL;
}

static json_t *on_qom_get(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    Bench *bench = data;
    const char *path = json_string_value(json_object_get(arguments, "path"));

    return g_hash_table_contains(bench->devices, path) ? json_string("e1000") : NULL;
}

/* The guest lets go at once. */
static json_t *on_device_del(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    Bench *bench = data;
    const char *id = json_string_value(json_object_get(arguments, "id"));
    g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);

    g_hash_table_remove(bench->devices, path);
    return NULL;
}

static const char *const commands[] = { "blockdev-add", "blockdev-del", "netdev_add",
                                        "netdev_del",   "device_add",   "device_del" };

G_GNUC_UNUSED static int setup(void **state)
{
    static const MonitorListener listener = { on_ready, on_event, on_closed };
    Bench *bench = g_new0(Bench, 1);
    g_autoptr(Target) target = NULL;

    bench->free_at = -1;
    bench->steps = g_string_new(NULL);
    bench->devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bench->fake = fake_monitor_new();
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        fake_monitor_reply(bench->fake, commands[i], "{}");
    fake_monitor_handle(bench->fake, "device_add", on_device_add, bench);
    fake_monitor_handle(bench->fake, "device_del", on_device_del, bench);
    fake_monitor_handle(bench->fake, "qom-get", on_qom_get, bench);
    fake_monitor_fail(bench->fake, "qom-get", "DeviceNotFound", "Device not found");
    target = target_parse(fake_monitor_path(bench->fake), NULL);
    bench->monitor = monitor_open(target, &listener, bench);
    fake_wait(bench->ready);
    *state = bench;
    return 0;
}

G_GNUC_UNUSED static int teardown(void **state)
{
    Bench *bench = *state;

    transaction_free(bench->transaction);
    monitor_free(bench->monitor);
    fake_monitor_free(bench->fake);
    g_string_free(bench->steps, TRUE);
    g_hash_table_unref(bench->devices);
    g_free(bench);
    return 0;
}

static void on_step(Transaction *transaction, const Step *step, gpointer data)
{
    Bench *bench = data;
    const Plan *plan = transaction_plan(transaction);
    guint index = 0;

    assert_true(g_ptr_array_find(plan->steps, step, &index));
    g_string_append_printf(bench->steps, "%s%u:%s", bench->steps->len ? " " : "", index,
                           step_state_name(step->state));
    if (bench->news)
        bench->news(index, step->state, bench->news_data);
    if (bench->free_at-- == 0)
        g_clear_pointer(&bench->transaction, transaction_free);
}

static void on_finished(Transaction *transaction, gpointer data)
{
    Bench *bench = data;

    assert_int_not_equal(transaction_outcome(transaction), OUTCOME_PENDING);
    bench->finished++;
}

G_GNUC_UNUSED static void start(Bench *bench, Plan *plan)
{
    static const TransactionListener listener = { on_step, on_finished };

    bench->transaction = transaction_new(bench->monitor, plan, &listener, bench);
    assert_int_equal(bench->finished, 0);
    assert_int_equal(bench->steps->len, 0);
}

G_GNUC_UNUSED static void run(Bench *bench, Plan *plan)
{
    start(bench, plan);
    fake_wait(bench->finished);
}

/* "blockdev-add b0, device_add d1, ...": what came, without the looks at QOM. */
G_GNUC_UNUSED static char *sent(const Bench *bench)
{
    GString *text = g_string_new(NULL);
    size_t index;
    json_t *command;

    json_array_foreach (fake_monitor_commands(bench->fake), index, command) {
        const char *name = json_string_value(json_object_get(command, "execute"));
        json_t *arguments = json_object_get(command, "arguments");
        json_t *id = json_object_get(arguments, "id");

        if (strcmp(name, "qom-get") == 0)
            continue;
        g_string_append_printf(
            text, "%s%s %s", text->len ? ", " : "", name,
            json_string_value(id ? id : json_object_get(arguments, "node-name")));
    }
    return g_string_free(text, FALSE);
}

G_GNUC_UNUSED static void assert_sent(const Bench *bench, const char *expected)
{
    g_autofree char *text = sent(bench);

    assert_string_equal(text, expected);
}

/* --- plans ----------------------------------------------------------------------------------- */

/* A step of the kinds that plans are made of. */
static const struct {
    const char *add, *del, *key, *name;
} parts[MOST_STEPS] = {
    { "blockdev-add", "blockdev-del", "node-name", "f0" },
    { "blockdev-add", "blockdev-del", "node-name", "n1" },
    { "device_add", "device_del", "id", "d2" },
    { "netdev_add", "netdev_del", "id", "n3" },
    { "device_add", "device_del", "id", "d4" },
};

G_GNUC_UNUSED static char **leaves_of(const char *id)
{
    char **leaves = g_new0(char *, 2);

    leaves[0] = g_strconcat("/machine/peripheral/", id, NULL);
    return leaves;
}

G_GNUC_UNUSED static Action *part_action(guint part, gboolean del)
{
    const char *command = del ? parts[part].del : parts[part].add;
    gboolean leaves = strcmp(command, "device_del") == 0;

    return action_new(command, json_pack("{s:s}", parts[part].key, parts[part].name),
                      leaves ? leaves_of(parts[part].name) : NULL);
}

G_GNUC_UNUSED static Plan *plan_of(guint steps)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach it all");

    for (guint i = 0; i < steps; i++)
        plan_add(plan, parts[i].name, part_action(i, FALSE), part_action(i, TRUE));
    return plan;
}

/* device_del of a NIC, then its back end; each could be put back. */
G_GNUC_UNUSED static Plan *detach_plan(void)
{
    Plan *plan = plan_new(PLAN_DETACH, "detach NIC d4");

    plan_add(plan, "NIC d4", part_action(4, TRUE), part_action(4, FALSE));
    plan_add(plan, "netdev n3", part_action(3, TRUE), part_action(3, FALSE));
    return plan;
}

G_GNUC_UNUSED static const Step *step_at(const Bench *bench, guint index)
{
    return transaction_plan(bench->transaction)->steps->pdata[index];
}

/* What the monitor shall see of a plan whose step `failing` is refused. */
G_GNUC_UNUSED static char *expected_commands(guint steps, guint failing)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < steps && i <= failing; i++)
        g_string_append_printf(text, "%s%s %s", i ? ", " : "", parts[i].add, parts[i].name);
    for (guint i = failing; failing < steps && i-- > 0;)
        g_string_append_printf(text, ", %s %s", parts[i].del, parts[i].name);
    return g_string_free(text, FALSE);
}

G_GNUC_UNUSED static void plug(Bench *bench, const char *id)
{
    g_hash_table_add(bench->devices, g_strconcat("/machine/peripheral/", id, NULL));
}

G_GNUC_UNUSED static void unplug(Bench *bench, const char *id)
{
    g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);

    g_hash_table_remove(bench->devices, path);
}

G_GNUC_UNUSED static void hold_devices(Bench *bench)
{
    plug(bench, "d4");
    fake_monitor_handle(bench->fake, "device_del", NULL, NULL);
}

#endif
