/* The rows of the one table of commands. */
#include "tui/command.h"

#include "tui/configure.h"
#include "tui/console.h"
#include "tui/once.h"
#include "tui/shell.h"
#include "tui/view.h"

#define BUT_TREE (~IN_VIEW(VIEW_TREE))
#define BUT_EVENTS (~IN_VIEW(VIEW_EVENTS))
#define HAS_DRIVES (IN_VIEW(VIEW_TREE) | IN_VIEW(VIEW_DRIVES))
#define MOVE(name, key, move, help, ...)                                                           \
    {                                                                                              \
        name, GROUP_MOVE, help, .keys = key, .act_value = console_move, .value = move, __VA_ARGS__ \
    }
#define STEP(name, key, moments, help, ...)                                                        \
    {                                                                                              \
        name, GROUP_REPLAY, help, .keys = key, .act_value = console_replay_step, .value = moments, \
                                  .exists = console_is_replay, __VA_ARGS__                         \
    }
#define VIEW(name, key, view, help, ...)                                                           \
    {                                                                                              \
        name, GROUP_VIEW, help, .keys = key, .act_value = console_show_view, .value = view,        \
                                __VA_ARGS__                                                        \
    }

static const Command commands[] = {
    /* first, so that its hint is not the one to go when there is no room */
    { "back", GROUP_VIEW, "go back to the view, to all rows, to no marks", .keys = "Escape",
      .hint = "back", .act = console_back, .applies = console_can_go_back, .occasional = TRUE },

    { "list", GROUP_GUEST, "list the guests of this host, and who has their monitors",
      .arguments = "", .once = once_list },
    { "tree", GROUP_GUEST, "print the tree of devices", .arguments = "TARGET", .once = once_tree },
    { "show", GROUP_GUEST, "print one device: address, properties, back end",
      .arguments = "TARGET DEVICE", .once = once_show, .line = console_show_line },
    { "attach", GROUP_GUEST, "plug a device; what is left out is chosen and reported",
      .arguments = "TARGET disk|cdrom|nic|controller|device [KEY=VALUE...]", .keys = "a",
      .hint = "attach", .once = once_attach, .act = console_attach, .line = console_attach_line,
      .changes = TRUE, .applies = console_can_attach },
    { "detach", GROUP_GUEST, "unplug devices and wait until the guest has let go",
      .arguments = "TARGET DEVICE...", .keys = "d Delete", .hint = "detach", .once = once_detach,
      .act = console_detach, .line = console_detach_line, .changes = TRUE,
      .applies = console_can_detach },
    { "mark", GROUP_GUEST,
      "mark this device, or unmark it; detach and others act on all marked ones", .keys = "Space",
      .hint = "mark", .act = console_mark, .exists = console_may_change },
    { "apply", GROUP_GUEST, "apply all staged changes as one plan, all or none", .keys = "A",
      .hint = "apply", .act = console_apply, .changes = TRUE, .applies = console_has_staged,
      .occasional = TRUE },
    { "unstage", GROUP_GUEST, "remove this staged change; nothing is sent", .keys = "x",
      .hint = "remove", .act = console_unstage, .views = IN_VIEW(VIEW_PLAN),
      .applies = console_can_unstage, .occasional = TRUE },
    { "show-commands", GROUP_GUEST, "show this plan as QMP, HMP, domain XML and command line",
      .keys = "c", .hint = "commands", .act = console_show_commands, .views = IN_VIEW(VIEW_PLAN),
      .applies = console_has_plan },
    { "insert", GROUP_GUEST, "put another medium into this CD-ROM or floppy drive",
      .arguments = "TARGET DEVICE FILE", .keys = "m", .hint = "medium", .once = once_insert,
      .act = console_insert, .changes = TRUE, .views = HAS_DRIVES, .applies = console_can_insert,
      .occasional = TRUE },
    { "eject", GROUP_GUEST,
      "take the medium out of this drive; the guest is asked where it holds it",
      .arguments = "TARGET DEVICE", .keys = "e", .hint = "eject", .once = once_eject,
      .act = console_eject, .changes = TRUE, .views = HAS_DRIVES, .applies = console_can_eject,
      .occasional = TRUE },
    { "force-eject", GROUP_GUEST,
      "take the medium out of this drive although the guest holds the tray locked", .keys = "E",
      .hint = "force", .act = console_force_eject, .changes = TRUE, .views = HAS_DRIVES,
      .applies = console_can_force, .occasional = TRUE },
    { "ask-again", GROUP_GUEST, "ask the guest again to release a leaving device", .keys = "r",
      .hint = "ask again", .act = console_ask_again, .changes = TRUE,
      .applies = console_can_ask_again, .occasional = TRUE },
    { "undo", GROUP_GUEST, "take back the latest change, shown as a plan first", .keys = "u",
      .hint = "undo", .act = console_undo, .changes = TRUE, .applies = console_can_attach,
      .shell = shell_undo },
    { "redo", GROUP_GUEST, "do the latest undone change again", .keys = "U C-r",
      .act = console_redo, .changes = TRUE, .shell = shell_redo },
    { "commands-sent", GROUP_GUEST, "show the commands sent for the latest plans", .keys = "J",
      .act = console_commands_sent },
    { "reconnect", GROUP_GUEST, "connect to the monitor again", .keys = "R", .hint = "reconnect",
      .act = console_reconnect, .applies = console_is_lost, .occasional = TRUE },

    { "pause", GROUP_VIEW, "count new messages without showing them; again: show them", .keys = "p",
      .hint = "pause", .act = console_events_pause, .views = IN_VIEW(VIEW_EVENTS) },
    { "copy", GROUP_VIEW, "copy this command as QMP, HMP or a line of virsh", .keys = "y",
      .hint = "copy", .act = console_events_copy, .views = IN_VIEW(VIEW_EVENTS),
      .applies = console_can_copy },
    { "hide", GROUP_VIEW, "hide polling; reading the guest as well; nothing", .keys = "v",
      .hint = "hide", .act = console_events_detail, .views = IN_VIEW(VIEW_EVENTS) },
    { "save-messages", GROUP_VIEW, "save the messages to a file", .keys = "s", .hint = "save",
      .act = console_events_save, .views = IN_VIEW(VIEW_EVENTS) },

    { "play", GROUP_REPLAY, "play the recording, or pause", .keys = "Space", .hint = "play",
      .act = console_replay_play, .exists = console_is_replay, .occasional = TRUE },
    STEP("next-moment", ".", 1, "go to the next moment at which something changed", .hint = "next",
         .occasional = TRUE),
    STEP("previous-moment", ",", -1, "go back to the moment before", .hint = "back",
         .occasional = TRUE),
    STEP("next-moments", "]", 10, "go ten moments on"),
    STEP("previous-moments", "[", -10, "go ten moments back"),
    { "faster", GROUP_REPLAY, "play faster", .keys = ">", .hint = "faster",
      .act_value = console_replay_speed, .value = 1, .exists = console_is_replay,
      .occasional = TRUE },
    { "slower", GROUP_REPLAY, "play slower", .keys = "<", .hint = "slower",
      .act_value = console_replay_speed, .value = -1, .exists = console_is_replay,
      .occasional = TRUE },
    { "replay-start", GROUP_REPLAY, "go to the beginning of the recording", .keys = "0",
      .act_value = console_replay_go, .value = 0, .exists = console_is_replay },
    { "replay-end", GROUP_REPLAY, "go to the end of the recording", .keys = "$",
      .act_value = console_replay_go, .value = 1, .exists = console_is_replay },

    { "match", GROUP_GUEST, "compare what a domain XML configures with what the guest has",
      .arguments = "TARGET FILE", .once = once_match },
    { "dumpxml", GROUP_GUEST,
      "print domain XML of the guest; with FILE that file, its addresses filled in",
      .arguments = "TARGET [FILE]", .once = once_dumpxml },
    { "demo", GROUP_GUEST, "start the demonstration guest and show it", .arguments = "",
      .once = once_demo, .alone = TRUE },
    { "replay", GROUP_GUEST, "show a session again that --record wrote; no QEMU is needed",
      .arguments = "RECORDING", .once = once_replay, .alone = TRUE },

    { "pin", GROUP_FILE,
      "make the dynamic addresses of a domain XML static, so that they never change",
      .arguments = "FILE", .once = once_pin },
    { "assign", GROUP_FILE, "give every device of a domain XML that has none an address",
      .arguments = "FILE", .once = once_assign },
    { "run", GROUP_FILE, "start the guest that a domain XML describes, and open the console on it",
      .arguments = "FILE [-- QEMU-ARGUMENT...]", .once = once_run_domain, .alone = TRUE },
    { "fill", GROUP_FILE, "write where this device is into the domain file", .keys = "f",
      .hint = "write place", .act = console_fill, .applies = console_can_fill, .occasional = TRUE },
    { "fill-all", GROUP_FILE, "write where all devices are into the domain file", .keys = "F",
      .act = console_fill_all },
    { "pin-one", GROUP_FILE, "make this device's address in the domain file static", .keys = "p",
      .hint = "pin", .act = console_pin, .views = BUT_EVENTS, .applies = console_can_pin,
      .occasional = TRUE },
    { "pin-all", GROUP_FILE, "make all addresses in the domain file static", .keys = "P",
      .act = console_pin_all },
    { "save", GROUP_FILE, "save the domain file; what changes is shown first", .keys = "w",
      .hint = "save", .act = console_save, .applies = console_has_unsaved, .occasional = TRUE },
    { "reload", GROUP_FILE, "read the domain file again; unsaved changes are given up, shown first",
      .keys = "W", .act = console_reload },

    MOVE("cursor-up", "k Up", MOVE_UP, "go to the row above"),
    MOVE("cursor-down", "j Down", MOVE_DOWN, "go to the row below"),
    MOVE("page-up", "PageUp C-b", MOVE_PAGE_UP, "go up one page"),
    MOVE("page-down", "PageDown C-f", MOVE_PAGE_DOWN, "go down one page"),
    MOVE("half-up", "C-u", MOVE_HALF_UP, "go up half a page"),
    MOVE("half-down", "C-d", MOVE_HALF_DOWN, "go down half a page"),
    MOVE("top", "g Home", MOVE_TOP, "go to the first row"),
    MOVE("bottom", "G End", MOVE_BOTTOM, "go to the last row"),
    MOVE("left", "Left h", MOVE_LEFT, "go left", .views = BUT_TREE),
    MOVE("right", "Right l", MOVE_RIGHT, "go right", .views = BUT_TREE),
    MOVE("next-vacant", "v", MOVE_NEXT_VACANT, "go to the next vacant place", .hint = "vacant",
         .views = BUT_TREE & BUT_EVENTS, .applies = console_shows_slots, .occasional = TRUE),
    MOVE("next-bus", "b", MOVE_NEXT_BUS, "go to the next bus"),
    MOVE("parent", "{ Backspace", MOVE_PARENT, "go to what carries this"),
    MOVE("next-of-kind", "}", MOVE_NEXT_OF_KIND, "go to the next device of this kind"),

    VIEW("view-tree", "1", VIEW_TREE, "show the tree of devices"),
    VIEW("view-slots", "2", VIEW_SLOTS, "show the slots of every PCI bus"),
    VIEW("view-drives", "3", VIEW_DRIVES, "show the drives and their bays"),
    VIEW("view-events", "4", VIEW_EVENTS, "show the messages to and from the guest"),
    VIEW("view-plan", "5", VIEW_PLAN, "show staged, running and earlier changes"),
    VIEW("view-guest", "6", VIEW_GUEST, "show the guest's serial console",
         .exists = console_has_guest_view),
    { "fold", GROUP_VIEW, "fold this branch, or go to its parent", .keys = "Left h", .hint = "fold",
      .act_value = console_move, .value = MOVE_LEFT, .views = IN_VIEW(VIEW_TREE),
      .applies = console_can_fold },
    { "unfold", GROUP_VIEW, "unfold this branch, or go into it", .keys = "Right l",
      .act_value = console_move, .value = MOVE_RIGHT, .views = IN_VIEW(VIEW_TREE),
      .applies = console_can_unfold },
    { "toggle", GROUP_VIEW, "open, fold or unfold; attach on a vacant place", .keys = "Enter",
      .act = console_toggle },
    { "find", GROUP_VIEW, "search in this view while typing", .keys = "/", .hint = "find",
      .act = console_find },
    { "find-next", GROUP_VIEW, "go to the next match", .keys = "n", .act = console_find_next },
    { "find-previous", GROUP_VIEW, "go to the match before", .keys = "N",
      .act = console_find_previous },
    { "filter", GROUP_VIEW, "show only what has a text in it", .keys = "&", .act = console_filter },
    { "vacant", GROUP_VIEW, "show vacant places one by one, or folded", .keys = "v",
      .act = console_vacant, .views = IN_VIEW(VIEW_TREE) },
    { "sort-drives", GROUP_VIEW, "order the drives by bay, size, rates or file", .keys = "S",
      .hint = "sort", .act = console_sort_drives, .views = IN_VIEW(VIEW_DRIVES) },
    { "next-pane", GROUP_VIEW, "move between view, details and events", .keys = "Tab",
      .hint = "pane", .act = console_next_pane },
    { "zoom", GROUP_VIEW, "give the whole width to the view, or take it back", .keys = "z",
      .hint = "zoom", .act = console_zoom, .exists = console_has_details },
    { "theme", GROUP_VIEW, "choose a colour theme, shown while choosing", .keys = "T",
      .arguments = "[THEME]", .act = console_choose_theme, .configure = configure_theme },
    { "go", GROUP_MOVE, "put the cursor on a device", .arguments = "DEVICE",
      .line = console_go_line },
    { "view", GROUP_VIEW, "show another view", .arguments = "VIEW", .line = console_view_line },
    { "redraw", GROUP_VIEW, "paint the screen anew", .keys = "C-l", .act = console_redraw },

    { "command", GROUP_VIEW, "type a command; what it takes is shown meanwhile", .keys = ":",
      .hint = "command", .act = console_type_command },
    { "set", GROUP_PROGRAM, "change a setting", .arguments = "SETTING VALUE",
      .configure = configure_set, .shell = shell_set },
    { "bind", GROUP_PROGRAM, "give a key a command, in one view or in all",
      .arguments = "[-v VIEW] KEY COMMAND [ARGUMENT...]", .configure = configure_bind },
    { "unbind", GROUP_PROGRAM, "take a key away, in one view or in all",
      .arguments = "[-v VIEW] KEY", .configure = configure_unbind },
    { "shell", GROUP_PROGRAM, "take commands line by line, typed or from a script",
      .arguments = "TARGET [FILE]", .once = once_shell, .alone = TRUE },
    { "wait", GROUP_PROGRAM, "wait until no device is leaving any more", .arguments = "",
      .shell = shell_wait },
    { "themes", GROUP_PROGRAM, "show the colour themes there are", .arguments = "",
      .once = once_themes },
    { "why", GROUP_PROGRAM, "explain a device: what it is, why it is there, whether it can go",
      .arguments = "TARGET DEVICE", .keys = "?", .hint = "why", .once = once_why,
      .act = console_why },
    { "help", GROUP_PROGRAM, "show all keys", .keys = "F1", .hint = "keys", .act = console_help,
      .shell = shell_help },
    { "tour", GROUP_PROGRAM, "show the tour again, or skip the step that it shows", .keys = "F2",
      .act = console_tour, .exists = console_has_tour },
    { "suspend", GROUP_PROGRAM, "go back to the shell for a while", .keys = "C-z",
      .act = console_suspend },
    { "guests", GROUP_PROGRAM, "leave this guest and choose another one", .keys = "o",
      .hint = "guests", .act = console_guests, .exists = console_has_guests,
      .applies = console_is_lost, .occasional = TRUE },
    { "quit", GROUP_PROGRAM, "leave the console; the guest runs on", .keys = "q", .hint = "quit",
      .act = console_quit, .shell = shell_quit },
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

gboolean command_has_keys(const Command *command)
{
    return command->act || command->act_value;
}

gboolean command_in_console(const Command *command)
{
    return command_has_keys(command) || command->line || command->configure;
}

gboolean command_in_shell(const Command *command)
{
    return command->shell || (command->once && !command->alone);
}

const char *command_group_name(CommandGroup group)
{
    static const char *const names[GROUPS] = { "Guest", "Domain file", "Moving",
                                               "View",  "Recording",   "Program" };
    return names[group];
}
