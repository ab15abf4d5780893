/* Why a device may still be there, in words, and what the session knows of where things come from.
 * QEMU does not tell why a guest keeps a device, nor even that it does: only what is known is
 * claimed. */
#include "engine/session_private.h"

#include "engine/why.h"

/* Native PCI Express hotplug lets a light blink for 5 s first; 6.1 to 6.3 s were measured. */
#define PCIE_SECONDS 7

static gboolean sits_on_unnumbered_bus(const Device *device)
{
    return device->bus && (device->bus->family == BUS_PCI || device->bus->family == BUS_PCIE) &&
           device->bus->number == PCI_BUS_UNKNOWN;
}

static const char *running_key(const Session *session, const Device *device)
{
    gint64 waited = session_now(session) - device->since;
    gboolean express = device->bus && device->bus->family == BUS_PCIE;

    if (sits_on_unnumbered_bus(device))
        return "no-number";
    return express && device->since && waited < PCIE_SECONDS * G_USEC_PER_SEC ? "express"
                                                                              : "running";
}

/* The texts of the run states have QEMU's names of them (RunState of its qapi) as keys. */
char *session_explain_leaving(const Session *session, const Device *device)
{
    const char *status = session->guest ? session->guest->status : NULL;
    const char *known = status ? why_text("leaving", status) : NULL;

    if (session->state != SESSION_LIVE)
        known = why_text("leaving", "no-connection");
    else if (!device_needs_guest(device))
        known = why_text("leaving", "by-qemu");
    else if (!known || g_str_equal(status, "running"))
        known = why_text("leaving", running_key(session, device));
    return g_strdup(known);
}

const Plan *session_plugged_by(const Session *session, const Device *device)
{
    return history_plugged(session->history, device->path);
}

void session_set_started(Session *session, gboolean all_placed, const char *serial)
{
    session->all_placed = all_placed;
    g_free(session->serial);
    session->serial = g_strdup(serial);
}

gboolean session_is_all_placed(const Session *session)
{
    return session->all_placed;
}

const char *session_serial(const Session *session)
{
    return session->serial;
}
