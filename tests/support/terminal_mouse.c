/* The mouse on a terminal: where a text stands, and what is reported of a click there. */
#include "tests/support/terminal.h"

#include <string.h>

/* Columns that a text takes: as many as it has characters, wide ones two. */
static int width_of(const char *text, gssize length)
{
    int width = 0;

    for (const char *at = text; at < text + length; at = g_utf8_next_char(at))
        width += g_unichar_iswide(g_utf8_get_char(at)) ? 2 : 1;
    return width;
}

static gboolean find_text(Terminal *terminal, const char *text, int *row, int *column)
{
    g_autofree char *screen = terminal_text(terminal);
    g_auto(GStrv) lines = g_strsplit(screen, "\n", -1);

    for (*row = 0; lines[*row]; ++*row) {
        const char *at = strstr(lines[*row], text);

        if (at == NULL)
            continue;
        *column = width_of(lines[*row], at - lines[*row]);
        return TRUE;
    }
    return FALSE;
}

/* A hand points at a picture that is whole: the text may have been that of the one before. */
#define QUIET_MS 30
#define BUTTON_LEFT 0
#define WHEEL_UP 64
#define WHEEL_DOWN 65

/* As a terminal of today reports it (SGR, 1006): pressed and released, which a wheel is not,
 * counted from 1. All of them go out in one piece. */
static void press_button(Terminal *terminal, int button, int times, int row, int column)
{
    g_autoptr(GString) report = g_string_new(NULL);

    while (times-- > 0) {
        g_string_append_printf(report, "\033[<%d;%d;%dM", button, column + 1, row + 1);
        if (button == BUTTON_LEFT)
            g_string_append_printf(report, "\033[<%d;%d;%dm", button, column + 1, row + 1);
    }
    terminal_send(terminal, report->str);
}

static void press_button_on(Terminal *terminal, int button, int times, const char *text)
{
    int row, column;

    do {
        terminal_wait_text(terminal, text);
        terminal_wait_quiet(terminal, QUIET_MS);
    } while (!find_text(terminal, text, &row, &column));
    press_button(terminal, button, times, row, column);
}

void terminal_click_at(Terminal *terminal, int row, int column)
{
    press_button(terminal, BUTTON_LEFT, 1, row, column);
}

void terminal_click(Terminal *terminal, const char *text)
{
    press_button_on(terminal, BUTTON_LEFT, 1, text);
}

void terminal_double_click(Terminal *terminal, const char *text)
{
    press_button_on(terminal, BUTTON_LEFT, 2, text);
}

void terminal_wheel(Terminal *terminal, const char *text, int notches)
{
    press_button_on(terminal, notches < 0 ? WHEEL_UP : WHEEL_DOWN, ABS(notches), text);
}
