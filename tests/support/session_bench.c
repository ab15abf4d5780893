/* The fake guest answers as QEMU 7.2 does, from a list of cards. */
#include "tests/support/session_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* --- the guest ------------------------------------------------------------------------------- */

static void card_free(gpointer data)
{
    Card *card = data;

    g_free(card->id);
    g_free(card->driver);
    g_free(card);
}

void bench_plug(Bench *bench, const char *driver, const char *id, guint slot)
{
    Card *card = g_new0(Card, 1);

    card->driver = g_strdup(driver);
    card->id = g_strdup(id);
    card->slot = slot;
    g_ptr_array_add(bench->cards, card);
}

void bench_unplug(Bench *bench, const char *id)
{
    for (guint i = 0; i < bench->cards->len; i++) {
        if (strcmp(((Card *)bench->cards->pdata[i])->id, id) == 0)
            g_ptr_array_remove_index(bench->cards, i--);
    }
}

gboolean bench_has(const Bench *bench, const char *id)
{
    for (guint i = 0; i < bench->cards->len; i++) {
        if (strcmp(((Card *)bench->cards->pdata[i])->id, id) == 0)
            return TRUE;
    }
    return FALSE;
}

void bench_delete(Bench *bench, const char *id)
{
    g_autofree char *data =
        g_strdup_printf("{\"device\":\"%s\",\"path\":\"/machine/peripheral/%s\"}", id, id);

    bench_unplug(bench, id);
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
        !bench_has(data, path + strlen("/machine/peripheral/")))
        return NULL;
    return json_string("e1000");
}

static json_t *on_device_add(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    const char *addr = json_string_value(json_object_get(arguments, "addr"));

    bench_plug(data, json_string_value(json_object_get(arguments, "driver")),
               json_string_value(json_object_get(arguments, "id")),
               (guint)g_ascii_strtoull(addr, NULL, 16));
    return json_object();
}

static json_t *on_device_del(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    Bench *bench = data;

    if (!bench->stubborn)
        bench_delete(bench, json_string_value(json_object_get(arguments, "id")));
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

/* --- the bench ------------------------------------------------------------------------------- */

static void on_change(Session *session, SessionChange change, gpointer data)
{
    Bench *bench = data;

    bench->changes[change]++;
    if (bench->free_at-- == 0)
        g_clear_pointer(&bench->session, session_free);
}

int bench_setup(void **state)
{
    Bench *bench = g_new0(Bench, 1);

    bench->cards = g_ptr_array_new_with_free_func(card_free);
    bench->status = "running";
    bench->free_at = -1;
    bench_plug(bench, "e1000", "net0", 3);
    bench->fake = fake_monitor_new();
    fake_monitor_fail(bench->fake, "qom-get", "DeviceNotFound", "Device '/x' not found");
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++)
        fake_monitor_reply(bench->fake, replies[i][0], replies[i][1]);
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++)
        fake_monitor_handle(bench->fake, handlers[i].key, handlers[i].handler, bench);
    *state = bench;
    return 0;
}

int bench_teardown(void **state)
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

void bench_open(Bench *bench, SessionMode mode)
{
    bench->session = session_new(fake_monitor_path(bench->fake), mode, NULL);
    assert_non_null(bench->session);
    session_listen(bench->session, on_change, bench);
}

void bench_connect(Bench *bench)
{
    bench_open(bench, SESSION_WATCH);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
}

Device *bench_device(const Bench *bench, const char *id)
{
    return guest_find_id(session_guest(bench->session), id);
}

gboolean bench_told(const Bench *bench, const char *subject, const char *text, const char *outcome)
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

void bench_on_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Bench *bench = data;

    assert_true((plan != NULL) != (error != NULL));
    g_clear_pointer(&bench->plan, plan_free);
    g_clear_error(&bench->refusal);
    bench->plan = plan;
    bench->refusal = error ? g_error_copy(error) : NULL;
    bench->planned++;
}

void bench_on_finished(Session *session, const Transaction *transaction, gpointer data)
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

Plan *bench_attach_plan(const char *id, guint slot)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach NIC");

    add_subject(plan, id, slot);
    plan_add(plan, id, adding(id, slot), deleting(id));
    return plan;
}

Plan *bench_detach_plan(const char *id, guint slot)
{
    Plan *plan = plan_new(PLAN_DETACH, "detach NIC");

    add_subject(plan, id, slot);
    plan_add(plan, id, deleting(id), adding(id, slot));
    return plan;
}

void bench_run(Bench *bench, Plan *plan)
{
    guint before = bench->finished;

    session_run(bench->session, plan, bench_on_finished, bench);
    assert_int_equal(bench->finished, before);
    fake_wait(bench->finished > before);
}
