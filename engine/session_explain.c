/* Why a device may still be there, in words. QEMU does not tell why a guest keeps a device, nor
 * even that it does: only what is known is claimed. */
#include "engine/session_private.h"

/* Native PCI Express hotplug lets a light blink for 5 s first; 6.1 to 6.3 s were measured. */
#define PCIE_SECONDS 7

/* What a run state means for a request to release a PCI device. (RunState of QEMU's qapi.) */
static const struct {
    const char *status;
    const char *text;
} states[] = {
    { "paused",
      "The guest is paused and cannot answer: it releases the device after it is continued." },
    { "prelaunch", "The guest has not been started yet (-S) and cannot answer. It may release the "
                   "device once it runs; a reset takes it out in any case." },
    { "inmigrate",
      "The guest waits for an incoming migration and cannot answer before that is over." },
    { "postmigrate", "The guest has been migrated away: what runs is the copy on the other host." },
    { "finish-migrate",
      "The guest is being migrated and stands still: it cannot answer before that "
      "is over." },
    { "save-vm",
      "The guest stands still while its state is saved, and cannot answer before that is "
      "over." },
    { "restore-vm", "The guest stands still while its state is restored, and cannot answer before "
                    "that is over." },
    { "suspended", "The guest is suspended and cannot answer before it wakes up." },
    { "shutdown", "The guest has shut down and cannot answer: a reset takes the device out." },
    { "guest-panicked", "The guest has crashed and cannot answer: a reset takes the device out." },
    { "internal-error",
      "QEMU has stopped the guest after an internal error, so that it cannot answer: "
      "a reset takes the device out." },
    { "io-error", "The guest is stopped because of an I/O error and cannot answer before it is "
                  "continued." },
    { "watchdog",
      "The guest was stopped by its watchdog and cannot answer before it is continued." },
    { "debug", "A debugger has stopped the guest: it cannot answer before it is continued." },
};

static const char *explain_status(const char *status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        if (g_strcmp0(status, states[i].status) == 0)
            return states[i].text;
    }
    return NULL;
}

/* SCSI and USB devices are taken out by QEMU alone; what sits in a slot has to be released. */
static gboolean needs_the_guest(const Device *device)
{
    return !device->bus || device->bus->family == BUS_PCI || device->bus->family == BUS_PCIE ||
           device->bus->family == BUS_OTHER;
}

static gboolean sits_on_unnumbered_bus(const Device *device)
{
    return device->bus && (device->bus->family == BUS_PCI || device->bus->family == BUS_PCIE) &&
           device->bus->number == PCI_BUS_UNKNOWN;
}

static const char *explain_running(const Session *session, const Device *device)
{
    gint64 waited = session_now(session) - device->since;
    gboolean express = device->bus && device->bus->family == BUS_PCIE;

    if (sits_on_unnumbered_bus(device))
        return "The guest has not numbered the device's bus, so its firmware is not done or does "
               "not "
               "know the bus. It releases devices when its operating system runs and supports "
               "hotplug; a reset takes the device out in any case.";
    if (express && device->since && waited < PCIE_SECONDS * G_USEC_PER_SEC)
        return "The guest has not released it yet. On a PCI Express port that takes some 6 seconds "
               "where the port's own hotplug is used.";
    return "The guest runs and has not released it. QEMU does not tell why: its operating system "
           "may "
           "be starting, use the device, or not support hotplug. A reset takes the device out.";
}

char *session_explain_leaving(const Session *session, const Device *device)
{
    const char *status = session->guest ? session->guest->status : NULL;
    const char *known = explain_status(status);

    if (session->state != SESSION_LIVE)
        return g_strdup(
            "There is no connection to the guest: whether it has released the device is "
            "not known.");
    if (!needs_the_guest(device))
        return g_strdup("QEMU takes such a device out by itself, whatever the guest does, and has "
                        "not told that it is done.");
    return g_strdup(known ? known : explain_running(session, device));
}
