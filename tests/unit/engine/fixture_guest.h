/* Recorded guests for tests that need one and no monitor. */
#ifndef BACKPLANE_TESTS_FIXTURE_GUEST_H
#define BACKPLANE_TESTS_FIXTURE_GUEST_H

#include "engine/inventory.h"
#include "tests/support/fake_monitor.h"

static const char *const fixture_names[] = { "demo", "demo-10",   "q35",   "q35-10",
                                             "usb",  "prelaunch", "web01", "virt" };

static void fixture_on_ready(Monitor *monitor, gpointer data)
{
    *(gboolean *)data = TRUE;
}

static void fixture_on_closed(Monitor *monitor, const GError *error, gpointer data)
{
}

static void fixture_on_guest(Guest *guest, const GError *error, gpointer data)
{
    if (error)
        fail_msg("%s", error->message);
    *(Guest **)data = guest_ref(guest);
}

/* The guest whose replies stand in tests/fixtures/NAME.json. (transfer full) */
static Guest *fixture_guest(const char *name)
{
    static const MonitorListener listener = { .ready = fixture_on_ready,
                                              .closed = fixture_on_closed };
    Guest *guest = NULL;
    gboolean ready = FALSE;
    g_autofree char *file = g_strconcat(SRCDIR "/tests/fixtures/", name, ".json", NULL);
    g_autoptr(FakeMonitor) fake = fake_monitor_new();
    fake_monitor_load(fake, file);
    g_autoptr(Target) target = target_parse(fake_monitor_path(fake), NULL);
    Monitor *monitor = monitor_open(target, &listener, &ready);
    fake_wait(ready);
    Inventory *inventory = inventory_new(monitor);
    inventory_read(inventory, INVENTORY_ALL, fixture_on_guest, &guest);
    fake_wait(guest);
    inventory_free(inventory);
    monitor_free(monitor);
    return guest;
}

#endif
