/* The rows of the one table of commands. */
#include "tui/command.h"

#include "tui/console.h"
#include "tui/once.h"

static const Command commands[] = {
    { "tree", GROUP_GUEST, "print the tree of devices", .arguments = "TARGET", .once = once_tree },
    { "show", GROUP_GUEST, "print one device: address, properties, back end",
      .arguments = "TARGET DEVICE", .once = once_show },
    { "attach", GROUP_GUEST, "plug a device; what is left out is chosen and reported",
      .arguments = "TARGET disk|cdrom|nic|controller|device [KEY=VALUE...]", .keys = "a",
      .hint = "attach", .once = once_attach, .act = console_attach, .changes = TRUE,
      .applies = console_can_attach },
    { "detach", GROUP_GUEST, "unplug devices and wait until the guest has let go",
      .arguments = "TARGET DEVICE...", .keys = "d Delete", .hint = "detach", .once = once_detach,
      .act = console_detach, .changes = TRUE, .applies = console_can_detach },
    { "ask-again", GROUP_GUEST, "ask the guest again to release a leaving device", .keys = "r",
      .hint = "ask again", .act = console_ask_again, .changes = TRUE,
      .applies = console_can_ask_again, .occasional = TRUE },
    { "undo", GROUP_GUEST, "take back the latest change, shown as a plan first", .keys = "u",
      .hint = "undo", .act = console_undo, .changes = TRUE, .applies = console_can_attach },
    { "redo", GROUP_GUEST, "do the latest undone change again", .keys = "U C-r",
      .act = console_redo, .changes = TRUE },
    { "commands-sent", GROUP_GUEST, "show the commands sent for the latest plans", .keys = "J",
      .act = console_commands_sent },
    { "reconnect", GROUP_GUEST, "connect to the monitor again", .keys = "R", .hint = "reconnect",
      .act = console_reconnect, .applies = console_is_lost, .occasional = TRUE },
    { "match", GROUP_GUEST, "compare what a domain XML configures with what the guest has",
      .arguments = "TARGET FILE", .once = once_match },
    { "dumpxml", GROUP_GUEST,
      "print domain XML of the guest; with FILE that file, its addresses filled in",
      .arguments = "TARGET [FILE]", .once = once_dumpxml },
    { "demo", GROUP_GUEST, "start the demonstration guest and show it", .arguments = "",
      .once = once_demo },
    { "replay", GROUP_GUEST, "show a session again that --record wrote; no QEMU is needed",
      .arguments = "RECORDING", .once = once_replay },

    { "pin", GROUP_FILE,
      "make the dynamic addresses of a domain XML static, so that they never change",
      .arguments = "FILE", .once = once_pin },
    { "assign", GROUP_FILE, "give every device of a domain XML that has none an address",
      .arguments = "FILE", .once = once_assign },
    { "run", GROUP_FILE, "start the guest that a domain XML describes, and open the console on it",
      .arguments = "FILE [-- QEMU-ARGUMENT...]", .once = once_run_domain },
    { "fill", GROUP_FILE, "write where this device is into the domain file", .keys = "f",
      .hint = "write place", .act = console_fill, .applies = console_can_fill, .occasional = TRUE },
    { "fill-all", GROUP_FILE, "write where all devices are into the domain file", .keys = "F",
      .act = console_fill_all },
    { "pin-one", GROUP_FILE, "make this device's address in the domain file static", .keys = "p",
      .hint = "pin", .act = console_pin, .applies = console_can_pin, .occasional = TRUE },
    { "pin-all", GROUP_FILE, "make all addresses in the domain file static", .keys = "P",
      .act = console_pin_all },
    { "save", GROUP_FILE, "save the domain file; what changes is shown first", .keys = "w",
      .hint = "save", .act = console_save, .applies = console_has_unsaved, .occasional = TRUE },
    { "reload", GROUP_FILE, "read the domain file again; unsaved changes are given up, shown first",
      .keys = "W", .act = console_reload },

    { "cursor-up", GROUP_MOVE, "go to the row above", .keys = "k Up", .act = console_cursor_up },
    { "cursor-down", GROUP_MOVE, "go to the row below", .keys = "j Down",
      .act = console_cursor_down },
    { "page-up", GROUP_MOVE, "go up one page", .keys = "PageUp C-b", .act = console_page_up },
    { "page-down", GROUP_MOVE, "go down one page", .keys = "PageDown C-f",
      .act = console_page_down },
    { "half-up", GROUP_MOVE, "go up half a page", .keys = "C-u", .act = console_half_up },
    { "half-down", GROUP_MOVE, "go down half a page", .keys = "C-d", .act = console_half_down },
    { "top", GROUP_MOVE, "go to the first row", .keys = "g Home", .act = console_top },
    { "bottom", GROUP_MOVE, "go to the last row", .keys = "G End", .act = console_bottom },

    { "fold", GROUP_VIEW, "fold this branch, or go to its parent", .keys = "Left h", .hint = "fold",
      .act = console_fold, .applies = console_can_fold },
    { "unfold", GROUP_VIEW, "unfold this branch, or go into it", .keys = "Right l",
      .act = console_unfold, .applies = console_can_unfold },
    { "toggle", GROUP_VIEW, "fold or unfold; attach on a vacant place", .keys = "Enter",
      .act = console_toggle },
    { "vacant", GROUP_VIEW, "show vacant places one by one, or folded", .keys = "v",
      .act = console_vacant },
    { "next-pane", GROUP_VIEW, "move between tree, details and events", .keys = "Tab",
      .hint = "pane", .act = console_next_pane },
    { "zoom", GROUP_VIEW, "give the whole width to the tree, or take it back", .keys = "z",
      .hint = "zoom", .act = console_zoom },
    { "theme", GROUP_VIEW, "choose a colour theme, shown while choosing", .keys = "T",
      .act = console_choose_theme },
    { "redraw", GROUP_VIEW, "paint the screen anew", .keys = "C-l", .act = console_redraw },

    { "themes", GROUP_PROGRAM, "show the colour themes there are", .arguments = "",
      .once = once_themes },
    { "help", GROUP_PROGRAM, "show all keys", .keys = "? F1", .hint = "help", .act = console_help },
    { "suspend", GROUP_PROGRAM, "go back to the shell for a while", .keys = "C-z",
      .act = console_suspend },
    { "quit", GROUP_PROGRAM, "leave the console; the guest runs on", .keys = "q", .hint = "quit",
      .act = console_quit },
};

const Command *command_table(gsize *count)
{
    *count = G_N_ELEMENTS(commands);
    return commands;
}

const Command *command_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(commands[i].name, name))
            return &commands[i];
    return NULL;
}

const char *command_group_name(CommandGroup group)
{
    static const char *const names[GROUPS] = { "Guest", "Domain file", "Moving", "View",
                                               "Program" };
    return names[group];
}
