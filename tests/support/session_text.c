#include "tests/support/session_text.h"

#include "engine/session_domain.h"

#define INT "%" G_GINT64_FORMAT

/* --- the tree -------------------------------------------------------------------------------- */

static void add_drive(GString *text, const Drive *drive)
{
    g_string_append_printf(text, " drive(%s %s %s %s " INT " " INT " %d%d%d%d%d)", drive->backend,
                           drive->node, drive->file, drive->format, drive->size, drive->used,
                           drive->inserted, drive->readonly, drive->removable, drive->locked,
                           drive->tray_open);
}

static void add_pci(GString *text, const PciFacts *pci)
{
    g_string_append_printf(text, " pci(%x:%x %x:%x %x %d %d %s)", pci->vendor, pci->device,
                           pci->subvendor, pci->subdevice, pci->class_code, pci->interrupt,
                           pci->irq, pci->regions);
}

static void add_device(GString *text, const Device *device)
{
    g_autofree char *address = address_to_text(&device->address);

    g_string_append_printf(text, "%s %s %s %d %s %s %s %d%d%d %s " INT " %s", device->path,
                           device->id, device->driver, device->kind, device->words,
                           device->bus ? device->bus->path : "-", address, device->implicit,
                           device->hotpluggable, device->hotplugged,
                           device_state_name(device->state), device->since, device->attached);
    if (device->drive)
        add_drive(text, device->drive);
    if (device->nic)
        g_string_append_printf(text, " nic(%s %s %s %s)", device->nic->mac, device->nic->netdev,
                               device->nic->backend, device->nic->details);
    if (device->pci)
        add_pci(text, device->pci);
    for (guint i = 0; i < device->properties->len; i++) {
        const Property *property = device->properties->pdata[i];

        g_string_append_printf(text, " %s=%s", property->name, property->value);
    }
    g_string_append_c(text, '\n');
}

static void add_devices(GString *text, const GPtrArray *devices)
{
    for (guint i = 0; i < devices->len; i++)
        add_device(text, devices->pdata[i]);
}

static void add_json(GString *text, json_t *json)
{
    char *dumped = json ? json_dumps(json, JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;

    g_string_append_printf(text, "%s\n", dumped);
    free(dumped);
}

static void add_guest(GString *text, const Guest *guest)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);

    g_string_append_printf(text, "guest %s %s %s %s %s %u %" G_GUINT64_FORMAT "\n", guest->name,
                           guest->qemu, guest->machine, guest->status, guest->dialect, guest->vcpus,
                           guest->memory);
    for (guint i = 0; i < buses->len; i++) {
        const Bus *bus = buses->pdata[i];

        g_string_append_printf(text, "bus %s %s %s %d %d %d %u\n", bus->path, bus->name, bus->type,
                               bus->family, bus->hotpluggable, bus->number, bus->index);
    }
    add_devices(text, guest->devices);
    add_devices(text, guest->memory_devices);
    for (guint i = 0; i < guest->netdevs->len; i++) {
        const Netdev *netdev = guest->netdevs->pdata[i];

        g_string_append_printf(text, "netdev %s %s %s %s\n", netdev->id, netdev->type,
                               netdev->details, netdev->peer);
    }
    add_json(text, guest->nodes);
    add_json(text, guest->graph);
    add_json(text, guest->chardevs);
    add_json(text, guest->objects);
}

/* --- the rest -------------------------------------------------------------------------------- */

static void add_journal(GString *text, const Journal *journal)
{
    for (guint i = 0; i < journal_length(journal); i++) {
        const JournalEntry *entry = journal_entry(journal, i);

        g_string_append_printf(text, "journal " INT " %s %s: %s (%s) " INT "\n", entry->at,
                               device_state_name(entry->state), entry->subject, entry->text,
                               entry->outcome, entry->elapsed);
    }
}

static void add_run(GString *text, const Transaction *transaction)
{
    const Plan *plan = transaction_plan(transaction);
    const char *const *leaves = transaction_leaves(transaction);
    const Step *leaving = transaction_leaving(transaction);

    g_string_append_printf(text, "runs %s %d %d %s %s\n", plan->title, plan->verb,
                           transaction_outcome(transaction), transaction_error(transaction),
                           leaving ? leaving->words : "-");
    for (guint i = 0; leaves && leaves[i]; i++)
        g_string_append_printf(text, "  awaits %s\n", leaves[i]);
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        g_autofree char *action = action_to_qmp(step->action);

        g_string_append_printf(text, "  %s %s %s %d " INT " %s %u\n", step->words, action,
                               step_state_name(step->state), step->started != 0,
                               step->ended ? step->ended - step->started : -1, step->error,
                               step->undo->len);
    }
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        g_autofree char *address = address_to_text(&subject->address);

        g_string_append_printf(text, "  about %s %s %s %s %s\n", subject->path, subject->id,
                               subject->driver, subject->bus, address);
    }
}

static void add_domain(GString *text, const Session *session)
{
    const Domain *domain = session_domain(session);
    const Match *match = session_match(session);
    g_autofree char *name = NULL;

    if (!domain)
        return;
    name = g_path_get_basename(session_domain_path(session));
    g_string_append_printf(text, "domain %s changed %d matched %d\n%s\n", name,
                           session_domain_is_changed(session), match != NULL,
                           xml_document_text(domain->document));
    for (guint i = 0; match && i < G_N_ELEMENTS(match->counts); i++)
        g_string_append_printf(text, "%u ", match->counts[i]);
}

char *session_text(Session *session)
{
    GString *text = g_string_new(NULL);
    const GError *error = session_error(session);
    const GPtrArray *running = session_running(session);

    g_string_append_printf(text, "state %d, %s, lost " INT "\n", session_state(session),
                           error ? error->message : "no error", session_lost_at(session));
    if (session_guest(session))
        add_guest(text, session_guest(session));
    add_journal(text, session_journal(session));
    for (guint i = 0; i < running->len; i++)
        add_run(text, running->pdata[i]);
    add_domain(text, session);
    return g_string_free(text, FALSE);
}

char *session_text_trace(Session *session)
{
    const Trace *trace = session_trace(session);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < trace_length(trace); i++) {
        const TraceMessage *message = trace_message(trace, i);
        g_autofree char *json = trace_message_text(message, FALSE);

        g_string_append_printf(
            text, "%" G_GUINT64_FORMAT " %s " INT " " INT " %" G_GUINT64_FORMAT " %d %s (%s) %s\n",
            message->number, trace_kind_name(message->kind), message->at, message->latency,
            message->answers, message->refused, message->name, message->purpose, json);
    }
    return g_string_free(text, FALSE);
}
