/* A whole session against a fake guest: reading, watching, events, loss and return, plans with undo
 * and redo, and being freed at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/session.h"
#include "tests/support/fake_monitor.h"

#define READS "hmp:info qtree"

typedef struct {
    char *id;
    char *driver;
    guint slot;
} Card;

typedef struct {
    FakeMonitor *fake;
    Session *session;
    GPtrArray *cards;  /* (Card) what the guest has on pci.0 */
    gboolean stubborn; /* device_del is accepted and nothing happens */
    gboolean bridge;   /* a bridge stands in slot 1f */
    guint bridge_bus;  /* that leads to this bus, 0 before it is numbered */
    const char *status;
    guint changes[4];
    int free_at; /* the n-th change frees the session; -1 never */
    Plan *plan;  /* what was planned last */
    GError *refusal;
    guint planned;
    guint finished;
    Outcome outcome;
    guint facts_changed;
} Bench;

/* --- the guest -----------------------------------------------------------------------------------
 */

static void card_free(gpointer data)
{
    Card *card = data;

    g_free(card->id);
    g_free(card->driver);
    g_free(card);
}

static void plug(Bench *bench, const char *driver, const char *id, guint slot)
{
    Card *card = g_new0(Card, 1);

    card->driver = g_strdup(driver);
    card->id = g_strdup(id);
    card->slot = slot;
    g_ptr_array_add(bench->cards, card);
}

static void unplug(Bench *bench, const char *id)
{
    for (guint i = 0; i < bench->cards->len; i++) {
        if (strcmp(((Card *)bench->cards->pdata[i])->id, id) == 0)
            g_ptr_array_remove_index(bench->cards, i--);
    }
}

static gboolean has_card(const Bench *bench, const char *id)
{
    for (guint i = 0; i < bench->cards->len; i++) {
        if (strcmp(((Card *)bench->cards->pdata[i])->id, id) == 0)
            return TRUE;
    }
    return FALSE;
}

static void deleted(Bench *bench, const char *id)
{
    g_autofree char *data =
        g_strdup_printf("{\"device\":\"%s\",\"path\":\"/machine/peripheral/%s\"}", id, id);

    unplug(bench, id);
    fake_monitor_event(bench->fake, "DEVICE_DELETED", data);
}

/* As `info qtree` prints it: the newest first. */
static json_t *on_qtree(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    const Bench *bench = data;
    g_autoptr(GString) text = g_string_new("bus: main-system-bus\r\n  type System\r\n"
                                           "  dev: i440FX-pcihost, id \"\"\r\n"
                                           "    bus: pci.0\r\n      type PCI\r\n");

    for (guint i = bench->cards->len; i-- > 0;) {
        const Card *card = bench->cards->pdata[i];

        g_string_append_printf(text,
                               "      dev: %s, id \"%s\"\r\n        addr = %02x.0\r\n"
                               "        class Ethernet controller, addr 00:%02x.0, "
                               "pci id 8086:100e (sub 1af4:1100)\r\n",
                               card->driver, card->id, card->slot, card->slot);
    }
    if (bench->bridge)
        g_string_append(text, "      dev: pci-bridge, id \"br\"\r\n        addr = 1f.0\r\n"
                              "        class PCI bridge, addr 00:1f.0, pci id 1b36:0001 (sub "
                              "0000:0000)\r\n        bus: br\r\n          type PCI\r\n");
    return json_string(text->str);
}

static json_t *on_pci(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    const Bench *bench = data;
    json_t *devices = json_array();

    if (bench->bridge)
        json_array_append_new(
            devices, json_pack("{s:i,s:i,s:i,s:s,s:{s:i},s:{s:i,s:i},s:[],s:{s:{s:i,s:i,s:i}}}",
                               "bus", 0, "slot", 31, "function", 0, "qdev_id", "br", "class_info",
                               "class", 0x604, "id", "vendor", 0x1b36, "device", 1, "regions",
                               "pci_bridge", "bus", "number", 0, "secondary",
                               (int)bench->bridge_bus, "subordinate", (int)bench->bridge_bus));
    return json_pack("[{s:i,s:o}]", "bus", 0, "devices", devices);
}

static json_t *on_peripheral(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    const Bench *bench = data;
    json_t *list = json_array();

    for (guint i = 0; i < bench->cards->len; i++) {
        const Card *card = bench->cards->pdata[i];
        g_autofree char *type = g_strdup_printf("child<%s>", card->driver);

        json_array_append_new(list, json_pack("{s:s,s:s}", "name", card->id, "type", type));
    }
    if (bench->bridge)
        json_array_append_new(list,
                              json_pack("{s:s,s:s}", "name", "br", "type", "child<pci-bridge>"));
    return list;
}

static json_t *on_status(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    const Bench *bench = data;

    return json_pack("{s:s,s:b}", "status", bench->status, "running",
                     strcmp(bench->status, "running") == 0);
}

static json_t *on_qom_get(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    const char *path = json_string_value(json_object_get(arguments, "path"));

    if (strcmp(path, "/machine/unattached/sysbus") == 0)
        return json_string("/machine/i440fx");
    if (strcmp(path, "/machine/i440fx/pci.0") == 0)
        return json_string("/machine/acpi");
    if (!g_str_has_prefix(path, "/machine/peripheral/") ||
        !has_card(data, path + strlen("/machine/peripheral/")))
        return NULL;
    return json_string("e1000");
}

static json_t *on_device_add(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    const char *addr = json_string_value(json_object_get(arguments, "addr"));

    plug(data, json_string_value(json_object_get(arguments, "driver")),
         json_string_value(json_object_get(arguments, "id")),
         (guint)g_ascii_strtoull(addr, NULL, 16));
    return json_object();
}

static json_t *on_device_del(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    Bench *bench = data;

    if (!bench->stubborn)
        deleted(bench, json_string_value(json_object_get(arguments, "id")));
    return json_object();
}

static const struct {
    const char *key;
    FakeHandler handler;
} handlers[] = {
    { READS, on_qtree },
    { "query-pci", on_pci },
    { "qom-list:/machine/peripheral", on_peripheral },
    { "query-status", on_status },
    { "qom-get", on_qom_get },
    { "device_add", on_device_add },
    { "device_del", on_device_del },
};

static const char *const replies[][2] = {
    { "qom-list", "[]" },
    { "qom-list:/machine/unattached/sysbus",
      "[{\"name\":\"child[0]\",\"type\":\"link<i440FX-pcihost>\"}]" },
    { "qom-list:/machine/i440fx/pci.0", "[{\"name\":\"acpi-pcihp-bsel\",\"type\":\"uint32\"}]" },
    { "query-block", "[]" },
    { "query-named-block-nodes", "[]" },
    { "query-chardev", "[]" },
    { "query-name", "{\"name\":\"web01\"}" },
    { "hmp:info network", "\"\"" },
    { "netdev_add", "{}" },
    { "netdev_del", "{}" },
    { "device-list-properties", "[{\"name\":\"mac\",\"type\":\"str\"}]" },
};

/* --- the bench -----------------------------------------------------------------------------------
 */

static void on_change(Session *session, SessionChange change, gpointer data)
{
    Bench *bench = data;

    bench->changes[change]++;
    if (bench->free_at-- == 0)
        g_clear_pointer(&bench->session, session_free);
}

static int setup(void **state)
{
    Bench *bench = g_new0(Bench, 1);

    bench->cards = g_ptr_array_new_with_free_func(card_free);
    bench->status = "running";
    bench->free_at = -1;
    plug(bench, "e1000", "net0", 3);
    bench->fake = fake_monitor_new();
    fake_monitor_fail(bench->fake, "qom-get", "DeviceNotFound", "Device '/x' not found");
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++)
        fake_monitor_reply(bench->fake, replies[i][0], replies[i][1]);
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++)
        fake_monitor_handle(bench->fake, handlers[i].key, handlers[i].handler, bench);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    Bench *bench = *state;

    session_free(bench->session);
    fake_monitor_free(bench->fake);
    g_ptr_array_unref(bench->cards);
    g_clear_pointer(&bench->plan, plan_free);
    g_clear_error(&bench->refusal);
    g_free(bench);
    return 0;
}

static void open_session(Bench *bench, SessionMode mode)
{
    bench->session = session_new(fake_monitor_path(bench->fake), mode, NULL);
    assert_non_null(bench->session);
    session_listen(bench->session, on_change, bench);
}

static void connect_session(Bench *bench)
{
    open_session(bench, SESSION_WATCH);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
}

static Device *device(const Bench *bench, const char *id)
{
    return guest_find_id(session_guest(bench->session), id);
}

/* Whether a line of the journal has this subject, text and outcome (NULL: any). */
static gboolean told(const Bench *bench, const char *subject, const char *text, const char *outcome)
{
    const Journal *journal = session_journal(bench->session);

    for (guint i = 0; i < journal_length(journal); i++) {
        const JournalEntry *entry = journal_entry(journal, i);

        if (strcmp(entry->subject, subject) == 0 && strcmp(entry->text, text) == 0 &&
            (!outcome || g_strcmp0(entry->outcome, outcome) == 0))
            return TRUE;
    }
    return FALSE;
}

static void on_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Bench *bench = data;

    assert_true((plan != NULL) != (error != NULL));
    g_clear_pointer(&bench->plan, plan_free);
    g_clear_error(&bench->refusal);
    bench->plan = plan;
    bench->refusal = error ? g_error_copy(error) : NULL;
    bench->planned++;
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    Bench *bench = data;

    bench->outcome = transaction_outcome(transaction);
    bench->finished++;
}

static PlanSubject *add_subject(Plan *plan, const char *id, guint slot)
{
    PlanSubject *subject = plan_add_subject(plan);

    subject->id = g_strdup(id);
    subject->path = g_strconcat("/machine/peripheral/", id, NULL);
    subject->driver = g_strdup("e1000");
    subject->bus = g_strdup("pci.0");
    subject->address.type = ADDRESS_PCI;
    subject->address.pci.slot = slot;
    return subject;
}

static Action *adding(const char *id, guint slot)
{
    g_autofree char *addr = g_strdup_printf("%02x.0", slot);

    return action_new(
        "device_add",
        json_pack("{s:s,s:s,s:s,s:s}", "driver", "e1000", "id", id, "bus", "pci.0", "addr", addr),
        NULL);
}

static Action *deleting(const char *id)
{
    char **leaves = g_new0(char *, 2);

    leaves[0] = g_strconcat("/machine/peripheral/", id, NULL);
    return action_new("device_del", json_pack("{s:s}", "id", id), leaves);
}

static Plan *attach_plan(const char *id, guint slot)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach NIC");

    add_subject(plan, id, slot);
    plan_add(plan, id, adding(id, slot), deleting(id));
    return plan;
}

static Plan *detach_plan(const char *id, guint slot)
{
    Plan *plan = plan_new(PLAN_DETACH, "detach NIC");

    add_subject(plan, id, slot);
    plan_add(plan, id, deleting(id), adding(id, slot));
    return plan;
}

static void run(Bench *bench, Plan *plan)
{
    guint before = bench->finished;

    session_run(bench->session, plan, on_finished, bench);
    assert_int_equal(bench->finished, before);
    fake_wait(bench->finished > before);
}

static void undo(Bench *bench)
{
    guint before = bench->planned;

    session_plan_undo(bench->session, on_planned, bench);
    fake_wait(bench->planned > before);
}

static void redo(Bench *bench)
{
    guint before = bench->planned;

    session_plan_redo(bench->session, on_planned, bench);
    fake_wait(bench->planned > before);
}

/* --- reading and watching ------------------------------------------------------------------------
 */

static void test_connects_and_publishes(void **state)
{
    Bench *bench = *state;

    open_session(bench, SESSION_WATCH);
    assert_int_equal(session_state(bench->session), SESSION_CONNECTING);
    assert_null(session_guest(bench->session));
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    assert_null(session_error(bench->session));
    assert_int_equal(session_lost_at(bench->session), 0);
    assert_int_equal(device(bench, "net0")->state, STATE_PRESENT);
    assert_true(told(bench, "web01", "connected to QEMU 7.2.22: 2 devices", NULL));
    assert_true(session_latency(bench->session) > 0);
}

static void test_bad_target(void **state)
{
    g_autoptr(GError) error = NULL;

    assert_null(session_new("tcp:nowhere", SESSION_ONCE, &error));
    assert_int_equal(error->code, MONITOR_ERROR_TARGET);
}

static void test_sees_what_others_plug(void **state)
{
    Bench *bench = *state;
    gint64 begun;

    connect_session(bench);
    plug(bench, "e1000", "net9", 9);
    begun = g_get_monotonic_time();
    fake_wait(device(bench, "net9"));
    assert_true(g_get_monotonic_time() - begun < 2 * G_USEC_PER_SEC);
    assert_int_equal(device(bench, "net9")->state, STATE_ADDED);
    assert_true(device(bench, "net9")->hotplugged);
    assert_true(device(bench, "net9")->since > 0);
    assert_int_equal(device(bench, "net0")->state, STATE_PRESENT);
    assert_true(told(bench, "net9", "is at 00:09.0", NULL));
    unplug(bench, "net9");
    fake_wait(!device(bench, "net9"));
    assert_true(told(bench, "net9", "has left 00:09.0", NULL));
}

/* The same id, but another device: it came, the one before left. */
static void test_knows_a_device_by_its_driver_too(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    unplug(bench, "net0");
    plug(bench, "rtl8139", "net0", 3);
    fake_wait(device(bench, "net0")->state == STATE_ADDED);
    assert_true(told(bench, "net0", "has left 00:03.0", NULL));
    assert_true(told(bench, "net0", "is at 00:03.0", NULL));
}

static void test_sees_back_ends_of_others(void **state)
{
    Bench *bench = *state;
    guint reads;

    connect_session(bench);
    reads = fake_monitor_count(bench->fake, READS);
    fake_monitor_reply(bench->fake, "hmp:info network", "\"x: index=0,type=user\\r\\n\"");
    fake_wait(fake_monitor_count(bench->fake, READS) > reads);
    reads = fake_monitor_count(bench->fake, READS);
    fake_monitor_reply(bench->fake, "query-block", "[{\"device\":\"fd0\",\"locked\":false}]");
    fake_wait(fake_monitor_count(bench->fake, READS) > reads);
}

static void test_idles_cheaply(void **state)
{
    Bench *bench = *state;
    guint commands;

    connect_session(bench);
    fake_settle();
    fake_monitor_forget(bench->fake);
    fake_wait(fake_monitor_count(bench->fake, "query-status") == 2);
    fake_settle();
    commands = (guint)json_array_size(fake_monitor_commands(bench->fake));
    assert_int_equal(commands, 10);
    assert_int_equal(fake_monitor_count(bench->fake, READS), 0);
}

static void test_pauses(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    session_pause(bench->session, TRUE);
    fake_settle();
    fake_monitor_forget(bench->fake);
    plug(bench, "e1000", "net9", 9);
    session_pause(bench->session, FALSE);
    assert_int_equal(json_array_size(fake_monitor_commands(bench->fake)), 0);
    fake_wait(device(bench, "net9"));
}

static void test_follows_the_run_state(void **state)
{
    Bench *bench = *state;
    guint trees;

    connect_session(bench);
    trees = fake_monitor_count(bench->fake, READS);
    bench->status = "paused";
    fake_monitor_event(bench->fake, "STOP", NULL);
    fake_wait(strcmp(session_guest(bench->session)->status, "paused") == 0);
    assert_int_equal(fake_monitor_count(bench->fake, READS), trees);
    assert_true(told(bench, "web01", "paused", NULL));
    bench->status = "running";
    fake_monitor_event(bench->fake, "RESUME", NULL);
    fake_wait(strcmp(session_guest(bench->session)->status, "running") == 0);
}

/* A controller of 200 disks goes: 201 events, a few reads. */
static void test_many_events_make_few_reads(void **state)
{
    Bench *bench = *state;
    guint reads;

    connect_session(bench);
    reads = fake_monitor_count(bench->fake, READS);
    for (guint i = 0; i < 200; i++)
        fake_monitor_event(bench->fake, "DEVICE_DELETED", "{\"path\":\"/machine/x\"}");
    deleted(bench, "net0");
    fake_wait(!device(bench, "net0"));
    fake_settle();
    assert_in_range(fake_monitor_count(bench->fake, READS) - reads, 1, 5);
}

static void test_floods_are_told_once(void **state)
{
    Bench *bench = *state;
    guint length;

    connect_session(bench);
    length = journal_length(session_journal(bench->session));
    for (guint i = 0; i < 500; i++)
        fake_monitor_event(bench->fake, "BLOCK_IO_ERROR",
                           "{\"device\":\"sda\",\"operation\":\"write\",\"action\":\"report\"}");
    fake_monitor_event(bench->fake, "NIC_RX_FILTER_CHANGED", "{\"name\":\"net0\"}");
    fake_monitor_event(bench->fake, "NEVER_HEARD_OF", "{\"id\":\"x1\"}");
    fake_wait(told(bench, "x1", "NEVER_HEARD_OF", NULL));
    assert_true(told(bench, "sda", "I/O error", "operation write, action report"));
    assert_in_range(journal_length(session_journal(bench->session)) - length, 2, 4);
}

/* Bus numbers come from the firmware, without an event. */
static void test_reads_until_buses_are_numbered(void **state)
{
    Bench *bench = *state;
    Bus *bus;

    bench->bridge = TRUE;
    connect_session(bench);
    bus = guest_find_bus(session_guest(bench->session), "br", NULL);
    assert_int_equal(bus->number, PCI_BUS_UNKNOWN);
    bench->bridge_bus = 7;
    fake_wait(guest_find_bus(session_guest(bench->session), "br", NULL)->number == 7);
}

static void test_once_does_not_poll(void **state)
{
    Bench *bench = *state;

    open_session(bench, SESSION_ONCE);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    fake_settle();
    assert_int_equal(fake_monitor_count(bench->fake, READS), 1);
    assert_int_equal(fake_monitor_count(bench->fake, "qom-list:/machine/peripheral"), 1);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    fake_settle();
    assert_false(fake_monitor_connected(bench->fake));
}

/* --- loss ----------------------------------------------------------------------------------------
 */

static void test_tells_why_the_guest_ended(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    fake_monitor_event(bench->fake, "SHUTDOWN", "{\"guest\":true,\"reason\":\"guest-shutdown\"}");
    fake_settle();
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    assert_string_equal(session_error(bench->session)->message, "guest shut down (guest-shutdown)");
    assert_true(session_lost_at(bench->session) > 0);
    assert_non_null(device(bench, "net0"));
    assert_true(monitor_error_is_connection(session_error(bench->session)));
}

static void test_comes_back_by_itself(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    assert_non_null(strstr(session_error(bench->session)->message, "closed"));
    plug(bench, "e1000", "net9", 9);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    assert_null(session_error(bench->session));
    assert_int_equal(device(bench, "net9")->state, STATE_PRESENT);
}

static void test_comes_back_when_asked(void **state)
{
    Bench *bench = *state;
    gint64 begun;

    connect_session(bench);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    begun = g_get_monotonic_time();
    session_reconnect(bench->session);
    assert_int_equal(session_state(bench->session), SESSION_CONNECTING);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    assert_true(g_get_monotonic_time() - begun < G_USEC_PER_SEC);
}

static void test_reports_plans_that_are_lost(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    bench->stubborn = TRUE;
    session_run(bench->session, detach_plan("net0", 3), on_finished, bench);
    fake_wait(device(bench, "net0")->state == STATE_LEAVING);
    session_plan_undo(bench->session, on_planned, bench);
    fake_monitor_close(bench->fake);
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_LOST);
    assert_int_equal(session_running(bench->session)->len, 0);
    fake_wait(bench->planned);
    assert_non_null(bench->refusal);
}

static void test_plans_nothing_without_a_connection(void **state)
{
    Bench *bench = *state;
    const char *const names[] = { "net0", NULL };

    connect_session(bench);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    session_plan_detach(bench->session, names, on_planned, bench);
    assert_int_equal(bench->planned, 0);
    fake_wait(bench->planned);
    assert_true(monitor_error_is_connection(bench->refusal));
    session_run(bench->session, attach_plan("net1", 6), on_finished, bench);
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_LOST);
}

/* --- plans ---------------------------------------------------------------------------------------
 */

static void test_runs_and_tells(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    run(bench, attach_plan("net1", 6));
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_int_equal(device(bench, "net1")->state, STATE_ADDED);
    assert_int_equal(session_running(bench->session)->len, 0);
    assert_true(
        told(bench, "net1", "device_add driver=e1000 id=net1 bus=pci.0 addr=06.0", "-> {}"));
    assert_true(told(bench, "net1", "is at 00:06.0", NULL));
    fake_monitor_handle(bench->fake, "device_add", NULL, NULL);
    fake_monitor_fail(bench->fake, "device_add", "GenericError", "No room");
    run(bench, attach_plan("net2", 7));
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    assert_true(
        told(bench, "net2", "device_add driver=e1000 id=net2 bus=pci.0 addr=07.0", "No room"));
}

static void test_undoes_and_does_again(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    undo(bench);
    assert_int_equal(bench->refusal->code, ENGINE_ERROR_REFUSED);
    run(bench, attach_plan("net1", 6));
    undo(bench);
    assert_non_null(bench->plan);
    run(bench, g_steal_pointer(&bench->plan));
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_false(has_card(bench, "net1"));
    undo(bench);
    assert_non_null(bench->refusal);
    redo(bench);
    run(bench, g_steal_pointer(&bench->plan));
    assert_true(has_card(bench, "net1"));
    redo(bench);
    assert_non_null(bench->refusal);
    undo(bench);
    run(bench, g_steal_pointer(&bench->plan));
    run(bench, attach_plan("net2", 8));
    redo(bench);
    assert_non_null(bench->refusal);
}

static void test_undo_of_a_detach_needs_its_place(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    run(bench, detach_plan("net0", 3));
    plug(bench, "rtl8139", "other", 3);
    undo(bench);
    assert_non_null(bench->refusal);
    assert_string_equal(bench->refusal->message, "00:03.0 has been taken by other: detach that "
                                                 "first, or attach to another place");
    unplug(bench, "other");
    plug(bench, "rtl8139", "net0", 5);
    undo(bench);
    assert_string_equal(bench->refusal->message,
                        "the id net0 has been taken by another device: detach that first");
    unplug(bench, "net0");
    undo(bench);
    assert_null(bench->refusal);
}

static void test_undo_of_an_attach_takes_nobody_else(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    run(bench, attach_plan("net1", 6));
    unplug(bench, "net1");
    undo(bench);
    assert_non_null(strstr(bench->refusal->message, "not there any more"));
    plug(bench, "rtl8139", "net1", 6);
    undo(bench);
    assert_non_null(strstr(bench->refusal->message, "another device now"));
}

static void test_history_belongs_to_a_guest(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    run(bench, attach_plan("net1", 6));
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    session_reconnect(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    undo(bench);
    assert_non_null(bench->plan);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    unplug(bench, "net1");
    session_reconnect(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    undo(bench);
    assert_non_null(strstr(bench->refusal->message, "nothing to undo"));
}

static void test_marks_what_leaves(void **state)
{
    Bench *bench = *state;
    const char *const names[] = { "net0", NULL };
    g_autofree char *running = NULL;
    g_autofree char *paused = NULL;

    connect_session(bench);
    bench->stubborn = TRUE;
    session_run(bench->session, detach_plan("net0", 3), on_finished, bench);
    fake_wait(device(bench, "net0")->state == STATE_LEAVING);
    assert_true(device(bench, "net0")->since > 0);
    assert_true(told(bench, "net0", "waiting for the guest to release 00:03.0", NULL));
    running = session_explain_leaving(bench->session, device(bench, "net0"));
    assert_non_null(strstr(running, "does not tell why"));
    bench->status = "paused";
    fake_monitor_event(bench->fake, "STOP", NULL);
    fake_wait(strcmp(session_guest(bench->session)->status, "paused") == 0);
    paused = session_explain_leaving(bench->session, device(bench, "net0"));
    assert_non_null(strstr(paused, "paused"));
    session_plan_detach(bench->session, names, on_planned, bench);
    fake_wait(bench->planned);
    assert_non_null(strstr(bench->refusal->message, "leaving already"));
    assert_true(session_ask_again(bench->session, device(bench, "net0")));
    fake_wait(fake_monitor_count(bench->fake, "device_del") == 2);
    assert_int_equal(bench->finished, 0);
    deleted(bench, "net0");
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_null(device(bench, "net0"));
    assert_true(told(bench, "net0", "has left 00:03.0", NULL));
}

static void test_shows_a_refusal_of_the_guest(void **state)
{
    Bench *bench = *state;

    connect_session(bench);
    bench->stubborn = TRUE;
    session_run(bench->session, detach_plan("net0", 3), on_finished, bench);
    fake_wait(device(bench, "net0")->state == STATE_LEAVING);
    fake_monitor_event(bench->fake, "DEVICE_UNPLUG_GUEST_ERROR",
                       "{\"device\":\"net0\",\"path\":\"/machine/peripheral/net0\"}");
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    assert_int_equal(device(bench, "net0")->state, STATE_REFUSED);
}

/* --- facts for planning --------------------------------------------------------------------------
 */

static void on_facts(Session *session, gpointer data)
{
    ((Bench *)data)->facts_changed++;
}

static Request *nic_request(void)
{
    Request *request = request_new(REQUEST_NIC);

    request_set(request, "model", "e1000");
    request_set(request, "backend", "user");
    return request;
}

static gboolean facts_are_complete(Bench *bench, const Request *request)
{
    const HotplugFacts facts = session_facts(bench->session, request, on_facts, bench);

    return facts.guest->nodes && g_hash_table_lookup(facts.drivers, "e1000");
}

static void test_facts_come_later(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = nic_request();

    connect_session(bench);
    assert_false(facts_are_complete(bench, request));
    assert_int_equal(bench->facts_changed, 0);
    while (!facts_are_complete(bench, request)) {
        guint before = bench->facts_changed;

        fake_wait(bench->facts_changed > before);
    }
    assert_in_range(bench->facts_changed, 1, 2);
    assert_int_equal(fake_monitor_count(bench->fake, "device-list-properties"), 1);
    assert_int_equal(fake_monitor_count(bench->fake, "query-named-block-nodes"), 1);
}

static void test_facts_tell_unknown_drivers_and_images(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) device_request = request_new(REQUEST_DEVICE);
    g_autoptr(Request) disk = request_new(REQUEST_DISK);
    const json_t *properties;

    connect_session(bench);
    fake_monitor_fail(bench->fake, "device-list-properties", "DeviceNotFound", "no such thing");
    request_set(device_request, "driver", "foo");
    request_set(disk, "file", "/nowhere/at/all.qcow2");
    session_facts(bench->session, device_request, on_facts, bench);
    fake_wait(g_hash_table_lookup(
        session_facts(bench->session, device_request, on_facts, bench).drivers, "foo"));
    properties = g_hash_table_lookup(
        session_facts(bench->session, device_request, on_facts, bench).drivers, "foo");
    assert_true(json_is_null(properties));
    fake_wait(session_facts(bench->session, disk, on_facts, bench).image_error);
    fake_wait(fake_monitor_count(bench->fake, "query-named-block-nodes") == 1);
}

static void test_forgets(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = nic_request();

    connect_session(bench);
    session_plan_attach(bench->session, request, on_planned, bench);
    session_facts(bench->session, request, on_facts, bench);
    session_forget(bench->session, bench);
    fake_wait(fake_monitor_count(bench->fake, "device-list-properties"));
    fake_settle();
    assert_int_equal(bench->planned, 0);
    assert_int_equal(bench->facts_changed, 0);
}

static void test_plans_an_attach(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = nic_request();

    open_session(bench, SESSION_ONCE);
    session_plan_attach(bench->session, request, on_planned, bench);
    fake_wait(bench->planned);
    if (bench->refusal)
        fail_msg("%s", bench->refusal->message);
    assert_int_equal(bench->plan->verb, PLAN_ATTACH);
    assert_int_equal(fake_monitor_count(bench->fake, "device-list-properties:e1000"), 1);
}

/* --- freed anywhere ------------------------------------------------------------------------------
 */

static void act_until_freed(Bench *bench)
{
    g_autoptr(Request) request = nic_request();

    fake_wait(!bench->session || session_state(bench->session) == SESSION_LIVE);
    if (bench->session)
        session_plan_attach(bench->session, request, on_planned, bench);
    if (bench->session)
        session_run(bench->session, attach_plan("net1", 6), on_finished, bench);
    fake_wait(!bench->session || (bench->finished && bench->planned));
    if (bench->session)
        session_run(bench->session, detach_plan("net1", 6), on_finished, bench);
    fake_wait(!bench->session || bench->finished == 2);
    fake_monitor_event(bench->fake, "RESET", NULL);
    fake_settle();
    fake_monitor_close(bench->fake);
    fake_wait(!bench->session || session_state(bench->session) == SESSION_LOST);
}

static void test_freed_in_every_change(void **state)
{
    gboolean freed = TRUE;

    for (int change = 0; freed; change++) {
        Bench *bench;

        setup((void **)&bench);
        bench->free_at = change;
        open_session(bench, SESSION_WATCH);
        act_until_freed(bench);
        freed = !bench->session;
        fake_settle();
        teardown((void **)&bench);
        assert_true(change < 200);
    }
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_connects_and_publishes),
        WITH_BENCH(test_bad_target),
        WITH_BENCH(test_sees_what_others_plug),
        WITH_BENCH(test_knows_a_device_by_its_driver_too),
        WITH_BENCH(test_sees_back_ends_of_others),
        WITH_BENCH(test_idles_cheaply),
        WITH_BENCH(test_pauses),
        WITH_BENCH(test_follows_the_run_state),
        WITH_BENCH(test_many_events_make_few_reads),
        WITH_BENCH(test_floods_are_told_once),
        WITH_BENCH(test_reads_until_buses_are_numbered),
        WITH_BENCH(test_once_does_not_poll),
        WITH_BENCH(test_tells_why_the_guest_ended),
        WITH_BENCH(test_comes_back_by_itself),
        WITH_BENCH(test_comes_back_when_asked),
        WITH_BENCH(test_reports_plans_that_are_lost),
        WITH_BENCH(test_plans_nothing_without_a_connection),
        WITH_BENCH(test_runs_and_tells),
        WITH_BENCH(test_undoes_and_does_again),
        WITH_BENCH(test_undo_of_a_detach_needs_its_place),
        WITH_BENCH(test_undo_of_an_attach_takes_nobody_else),
        WITH_BENCH(test_history_belongs_to_a_guest),
        WITH_BENCH(test_marks_what_leaves),
        WITH_BENCH(test_shows_a_refusal_of_the_guest),
        WITH_BENCH(test_facts_come_later),
        WITH_BENCH(test_facts_tell_unknown_drivers_and_images),
        WITH_BENCH(test_forgets),
        WITH_BENCH(test_plans_an_attach),
        cmocka_unit_test(test_freed_in_every_change),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
