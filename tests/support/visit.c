/* Visits: opened, ended, and what is typed in many of them. */
#include "tests/support/visit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/temp.h"

int visit_begin(void **state)
{
    Visit *visit = g_new0(Visit, 1);

    *state = visit;
    visit->directory = temp_directory();
    return 0;
}

int visit_end(void **state)
{
    Visit *visit = *state;

    terminal_free(visit->terminal);
    real_qemu_stop(visit->qemu);
    temp_directory_remove(visit->directory);
    g_free(visit->file);
    g_free(visit);
    return 0;
}

Terminal *visit_start(Visit *visit, const char *const *line)
{
    g_autofree char *config = g_strdup_printf("XDG_CONFIG_HOME=%s", visit->directory);
    g_autofree char *state = g_strdup_printf("XDG_STATE_HOME=%s", visit->directory);
    const char *const changes[] = { config, state, NULL };

    terminal_free(visit->terminal);
    visit->terminal = terminal_start(24, 80, line, changes);
    return visit->terminal;
}

Terminal *visit_console(Visit *visit)
{
    const char *const line[] = { VISIT_PROGRAM, real_qemu_socket(visit->qemu), NULL };

    return visit_start(visit, line);
}

Terminal *visit_guest(Visit *visit)
{
    Terminal *terminal = visit_console(visit);

    terminal_wait_text(terminal, "host bridge");
    return terminal;
}

Terminal *visit_demo(Visit *visit, const char *option)
{
    const char *const line[] = { VISIT_PROGRAM, "demo", option, NULL };
    Terminal *terminal = visit_start(visit, line);

    terminal_wait_text(terminal, "host bridge");
    return terminal;
}

void visit_leave(Terminal *terminal, const char *keys)
{
    terminal_send(terminal, keys);
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
}

void visit_quit(Terminal *terminal)
{
    visit_leave(terminal, "q");
}

void visit_press(Terminal *terminal, const char *key, const char *text)
{
    terminal_send(terminal, key);
    terminal_wait_text(terminal, text);
}

void visit_press_attach(Terminal *terminal)
{
    visit_press(terminal, "\r", "Enter attach");
    terminal_send(terminal, "\r");
}

void visit_attach_disk(Terminal *terminal, const char *image)
{
    visit_press(terminal, "a", "Attach a disk");
    terminal_walk(terminal, "\t", "file ");
    visit_press(terminal, image, "blockdev-add");
    visit_press_attach(terminal);
    terminal_wait_no_text(terminal, "Attach a disk");
}

void visit_confirm(Terminal *terminal, const char *command)
{
    terminal_wait_text(terminal, command);
    terminal_send(terminal, "y");
    terminal_wait_no_text(terminal, command);
}
