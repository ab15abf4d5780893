#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/inventory.h"
#include "tests/support/real_guest.h"

typedef struct {
    Inventory *inventory;
    Guest *guest;
} Reading;

static void on_guest(Guest *guest, const GError *error, gpointer data)
{
    if (error)
        fail_msg("reading the guest: %s", error->message);
    ((Reading *)data)->guest = guest_ref(guest);
}

static void on_ready(Monitor *monitor, gpointer data)
{
    Reading *reading = data;
    reading->inventory = inventory_new(monitor);
    inventory_read(reading->inventory, INVENTORY_ALL, on_guest, reading);
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
    fail_msg("the connection closed: %s", error->message);
}

static gboolean is_read(gpointer data)
{
    return ((Reading *)data)->guest != NULL;
}

Guest *real_guest_read(RealQemu *qemu)
{
    static const MonitorListener listener = { .ready = on_ready, .closed = on_closed };
    Reading reading = { 0 };
    g_autoptr(Target) target = target_parse(real_qemu_target(qemu), NULL);
    Monitor *monitor = monitor_open(target, &listener, &reading);
    assert_true(wait_until(is_read, &reading, REAL_QEMU_PATIENCE_MS));
    inventory_free(reading.inventory);
    monitor_free(monitor);
    return reading.guest;
}
