/* The steps of the tour: the story of the proposal, on the demonstration guest. */
#include "tui/tour.h"

#include "engine/session_domain.h"
#include "tui/console_private.h"

#define IMAGE "spare.qcow2"

static const Device *find_device(const Console *console, const char *id)
{
    const Guest *guest = session_guest(console->session);

    return guest ? guest_find_id(guest, id) : NULL;
}

static gboolean is_on(const Console *console, const char *id)
{
    const OutlineRow *row = console_row(console);

    return row && row->device && g_strcmp0(row->device->id, id) == 0;
}

static gboolean is_on_nic(const Console *console)
{
    return is_on(console, "net2");
}

static gboolean is_on_bay(const Console *console)
{
    const OutlineRow *row = console_row(console);

    return console->view == VIEW_TREE && row && row->kind == ROW_VACANT &&
           row->bus->family == BUS_SCSI;
}

static gboolean is_plugged(const Console *console)
{
    const Guest *guest = session_guest(console->session);

    for (guint i = 0; guest && i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        const char *file = device->drive ? device->drive->file : NULL;

        if (file && g_str_has_suffix(file, "/" IMAGE))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_unplugged(const Console *console)
{
    return console_is_live(console) && !is_plugged(console);
}

static gboolean is_kept(const Console *console)
{
    const Device *device = find_device(console, "net4");

    return device && device->state == STATE_LEAVING;
}

static gboolean has_let_go(const Console *console)
{
    return console_is_live(console) && !find_device(console, "net4");
}

/* Nothing of the file waits to be saved, and no address in it may move. */
static gboolean is_pinned(const Console *console)
{
    const Domain *domain = session_domain(console->session);
    guint pinned = 0;

    for (guint i = 0; domain && i < domain->devices->len; i++) {
        const DomainAddress *address = &((const DomainDevice *)domain->devices->pdata[i])->address;

        if (address->node && address->mode == MODE_DYNAMIC)
            return FALSE;
        pinned += address->place.type == ADDRESS_PCI;
    }
    return pinned > 5 && !session_domain_is_changed(console->session);
}

const TourStep tour_steps[] = {
    { "see the bus",
      "This is the PCI bus of a running guest, pci.0, one row for each device: what a machine "
      "has, and what hangs on what. Go down with {cursor-down} and up with {cursor-up}: put the "
      "cursor on net2, a network card.",
      .done = is_on_nic },
    { "find an address",
      "The first column is where net2 sits: slot 05, function 0. Press {why} and read what that "
      "means, who chose it, and whether the card can go. Esc closes it.",
      .command = "why", .done = is_on_nic },
    { "see the slots",
      "The same bus as the slots of a machine, taken and free: {view-slots} shows it.",
      .command = "view-slots" },
    { "find a free bay",
      "{view-tree} shows the tree again. Go to scsi0, a SCSI controller, and put the cursor on a "
      "vacant place below it: there a disk can go while the guest runs.",
      .done = is_on_bay },
    { "plug a SCSI disk",
      "Press {attach}. Go to the field \"file\" with Tab and write " IMAGE
      ": below are the commands "
      "that will be sent. Enter goes to the button, Enter again plugs the disk in.",
      .done = is_plugged },
    { "watch it arrive",
      "It is there, in bold and marked as added, and the cursor is on it. {commands-sent} shows "
      "what QEMU was told, word for word. Esc closes it.",
      .command = "commands-sent" },
    { "unplug it",
      "With the cursor on the disk press {detach}. The plan is shown first, since this takes "
      "something away: y says yes. A SCSI disk goes at once.",
      .done = is_unplugged },
    { "unplug a stubborn device",
      "A PCI card goes only when the guest lets go, and from now on this guest will not. Go to "
      "net4, press {detach} and y: QEMU says yes, and the card stays, leaving.",
      .before = "stubborn", .done = is_kept },
    { "see both sides",
      "{view-guest} shows what the guest says: stubborn, keeping slot 07. Back in the tree "
      "({view-tree}), on net4, {ask-again} asks again. It has changed its mind: watch it go.",
      .asked = "willing", .command = "ask-again", .done = has_let_go },
    { "pin the addresses",
      "The file of this guest does not say where its devices sit. {fill-all} writes what was "
      "found, {pin-all} makes it static, so that it stays at every start, and {save} shows the "
      "difference: Enter saves it.",
      .before = "willing", .done = is_pinned },
};

const guint tour_step_count = G_N_ELEMENTS(tour_steps);
