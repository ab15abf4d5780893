/* The rows of the one table of commands. */
#include "tui/command.h"

#include "tui/console.h"
#include "tui/once.h"

static const Command commands[] = {
    { "tree", GROUP_GUEST, "TARGET", NULL, NULL, "print the tree of devices", once_tree, NULL,
      FALSE },
    { "show", GROUP_GUEST, "TARGET DEVICE", NULL, NULL,
      "print one device: address, properties, back end", once_show, NULL, FALSE },
    { "attach", GROUP_GUEST, "TARGET disk|cdrom|nic|controller|device [KEY=VALUE...]", "a",
      "attach", "plug a device; what is left out is chosen and reported", once_attach,
      console_attach, TRUE, console_can_attach },
    { "detach", GROUP_GUEST, "TARGET DEVICE...", "d Delete", "detach",
      "unplug devices and wait until the guest has let go", once_detach, console_detach, TRUE,
      console_can_detach },
    { "ask-again", GROUP_GUEST, NULL, "r", "ask again",
      "ask the guest again to release a leaving device", NULL, console_ask_again, TRUE,
      console_can_ask_again, TRUE },
    { "undo", GROUP_GUEST, NULL, "u", "undo", "take back the latest change, shown as a plan first",
      NULL, console_undo, TRUE, console_can_attach },
    { "redo", GROUP_GUEST, NULL, "U C-r", NULL, "do the latest undone change again", NULL,
      console_redo, TRUE },
    { "commands-sent", GROUP_GUEST, NULL, "J", NULL, "show the commands sent for the latest plans",
      NULL, console_commands_sent, FALSE },
    { "reconnect", GROUP_GUEST, NULL, "R", "reconnect", "connect to the monitor again", NULL,
      console_reconnect, FALSE, console_is_lost, TRUE },
    { "match", GROUP_GUEST, "TARGET FILE", NULL, NULL,
      "compare what a domain XML configures with what the guest has", once_match, NULL, FALSE },
    { "dumpxml", GROUP_GUEST, "TARGET [FILE]", NULL, NULL,
      "print domain XML of the guest; with FILE that file, its addresses filled in", once_dumpxml,
      NULL, FALSE },
    { "demo", GROUP_GUEST, "", NULL, NULL, "start the demonstration guest and show it", once_demo,
      NULL, FALSE },

    { "pin", GROUP_FILE, "FILE", NULL, NULL,
      "make the dynamic addresses of a domain XML static, so that they never change", once_pin,
      NULL, FALSE },
    { "assign", GROUP_FILE, "FILE", NULL, NULL,
      "give every device of a domain XML that has none an address", once_assign, NULL, FALSE },
    { "run", GROUP_FILE, "FILE [-- QEMU-ARGUMENT...]", NULL, NULL,
      "start the guest that a domain XML describes, and open the console on it", once_run_domain,
      NULL, FALSE },
    { "fill", GROUP_FILE, NULL, "f", "write place",
      "write where this device is into the domain file", NULL, console_fill, FALSE,
      console_can_fill, TRUE },
    { "fill-all", GROUP_FILE, NULL, "F", NULL, "write where all devices are into the domain file",
      NULL, console_fill_all, FALSE },
    { "pin-one", GROUP_FILE, NULL, "p", "pin",
      "make this device's address in the domain file static", NULL, console_pin, FALSE,
      console_can_pin, TRUE },
    { "pin-all", GROUP_FILE, NULL, "P", NULL, "make all addresses in the domain file static", NULL,
      console_pin_all, FALSE },
    { "save", GROUP_FILE, NULL, "w", "save", "save the domain file; what changes is shown first",
      NULL, console_save, FALSE, console_has_unsaved, TRUE },
    { "reload", GROUP_FILE, NULL, "W", NULL,
      "read the domain file again; unsaved changes are given up, shown first", NULL, console_reload,
      FALSE },

    { "cursor-up", GROUP_MOVE, NULL, "k Up", NULL, "go to the row above", NULL, console_cursor_up,
      FALSE },
    { "cursor-down", GROUP_MOVE, NULL, "j Down", NULL, "go to the row below", NULL,
      console_cursor_down, FALSE },
    { "page-up", GROUP_MOVE, NULL, "PageUp C-b", NULL, "go up one page", NULL, console_page_up,
      FALSE },
    { "page-down", GROUP_MOVE, NULL, "PageDown C-f", NULL, "go down one page", NULL,
      console_page_down, FALSE },
    { "half-up", GROUP_MOVE, NULL, "C-u", NULL, "go up half a page", NULL, console_half_up, FALSE },
    { "half-down", GROUP_MOVE, NULL, "C-d", NULL, "go down half a page", NULL, console_half_down,
      FALSE },
    { "top", GROUP_MOVE, NULL, "g Home", NULL, "go to the first row", NULL, console_top, FALSE },
    { "bottom", GROUP_MOVE, NULL, "G End", NULL, "go to the last row", NULL, console_bottom,
      FALSE },

    { "fold", GROUP_VIEW, NULL, "Left h", "fold", "fold this branch, or go to its parent", NULL,
      console_fold, FALSE, console_can_fold },
    { "unfold", GROUP_VIEW, NULL, "Right l", NULL, "unfold this branch, or go into it", NULL,
      console_unfold, FALSE, console_can_unfold },
    { "toggle", GROUP_VIEW, NULL, "Enter", NULL, "fold or unfold; attach on a vacant place", NULL,
      console_toggle, FALSE },
    { "vacant", GROUP_VIEW, NULL, "v", NULL, "show vacant places one by one, or folded", NULL,
      console_vacant, FALSE },
    { "next-pane", GROUP_VIEW, NULL, "Tab", "pane", "move between tree, details and events", NULL,
      console_next_pane, FALSE },
    { "zoom", GROUP_VIEW, NULL, "z", "zoom", "give the whole width to the tree, or take it back",
      NULL, console_zoom, FALSE },
    { "theme", GROUP_VIEW, NULL, "T", NULL, "choose a colour theme, shown while choosing", NULL,
      console_choose_theme, FALSE },
    { "redraw", GROUP_VIEW, NULL, "C-l", NULL, "paint the screen anew", NULL, console_redraw,
      FALSE },

    { "themes", GROUP_PROGRAM, "", NULL, NULL, "show the colour themes there are", once_themes,
      NULL, FALSE },
    { "help", GROUP_PROGRAM, NULL, "? F1", "help", "show all keys", NULL, console_help, FALSE },
    { "suspend", GROUP_PROGRAM, NULL, "C-z", NULL, "go back to the shell for a while", NULL,
      console_suspend, FALSE },
    { "quit", GROUP_PROGRAM, NULL, "q", "quit", "leave the console; the guest runs on", NULL,
      console_quit, FALSE },
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
