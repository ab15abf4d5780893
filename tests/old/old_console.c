#include "tests/old/old_console.h"

#include <string.h>

#include "tests/old/old_commands.h"

#define LINE_BYTES 4095
#define PROMPT "(qemu) "
#define SCREEN 80

typedef enum { PLAIN, ESCAPED, CSI } EscapeState;

struct OldConsole {
    OldMachine *machine;
    OldLineTyped typed;
    gpointer data;
    GString *line;
    gsize cursor;
    GString *drawn; /* the line as it stands on the client's terminal */
    gsize drawn_cursor;
    gboolean password;
    EscapeState escape;
    guint parameter;
    GPtrArray *history;
    int recalled; /* index in history, -1: none */
    GByteArray *out;
};

OldConsole *old_console_new(OldMachine *machine, OldLineTyped typed, gpointer data)
{
    OldConsole *console = g_new0(OldConsole, 1);
    console->machine = machine;
    console->typed = typed;
    console->data = data;
    console->line = g_string_new(NULL);
    console->drawn = g_string_new(NULL);
    console->history = g_ptr_array_new_with_free_func(g_free);
    console->recalled = -1;
    return console;
}

void old_console_free(OldConsole *console)
{
    if (!console)
        return;
    g_string_free(console->line, TRUE);
    g_string_free(console->drawn, TRUE);
    g_ptr_array_unref(console->history);
    g_free(console);
}

/* --- output ------------------------------------------------------------------------------------
 */

/* A line feed becomes \r\n, wherever it comes from. */
static void put(GByteArray *out, const char *text)
{
    while (*text) {
        gsize length = strcspn(text, "\n");
        g_byte_array_append(out, (const guint8 *)text, (guint)length);
        text += length;
        if (*text) {
            g_byte_array_append(out, (const guint8 *)"\r\n", 2);
            text++;
        }
    }
}

/* Millions of them go into the echo of a long line: many at a time. */
static void put_times(OldConsole *console, const char *text, gsize times)
{
    enum { MANY = 64 };
    g_autoptr(GString) many = g_string_new(NULL);
    for (gsize i = 0; i < MIN(times, MANY); i++)
        g_string_append(many, text);
    for (; times > MANY; times -= MANY)
        put(console->out, many->str);
    g_string_truncate(many, times * strlen(text));
    put(console->out, many->str);
}

static void show_prompt(OldConsole *console)
{
    put(console->out, console->password ? "Password: " : PROMPT);
    g_string_truncate(console->drawn, 0);
    console->drawn_cursor = 0;
    console->escape = PLAIN;
}

static void draw(OldConsole *console)
{
    if (!g_string_equal(console->line, console->drawn)) {
        put_times(console, "\033[D", console->drawn_cursor);
        if (console->password)
            put_times(console, "*", console->line->len);
        else
            put(console->out, console->line->str);
        put(console->out, "\033[K");
        g_string_assign(console->drawn, console->line->str);
        console->drawn_cursor = console->line->len;
    }
    if (console->cursor > console->drawn_cursor)
        put_times(console, "\033[C", console->cursor - console->drawn_cursor);
    else
        put_times(console, "\033[D", console->drawn_cursor - console->cursor);
    console->drawn_cursor = console->cursor;
}

void old_console_print(const OldConsole *console, const char *text, GByteArray *out)
{
    put(out, text);
}

/* --- editing -----------------------------------------------------------------------------------
 */

static void insert(OldConsole *console, char byte)
{
    if (console->line->len >= LINE_BYTES)
        return; /* the rest of a line that is too long is lost */
    g_string_insert_c(console->line, (gssize)console->cursor, byte);
    console->cursor++;
}

static void backspace(OldConsole *console)
{
    if (console->cursor > 0)
        g_string_erase(console->line, (gssize)--console->cursor, 1);
}

static void delete_right(OldConsole *console)
{
    if (console->cursor < console->line->len)
        g_string_erase(console->line, (gssize)console->cursor, 1);
}

static void move(OldConsole *console, int by)
{
    if (by < 0 ? console->cursor > 0 : console->cursor < console->line->len)
        console->cursor += (gsize)by;
}

static void recall(OldConsole *console, int by)
{
    int last = (int)console->history->len - 1;
    int next = console->recalled < 0 ? (by < 0 ? last : -1) : console->recalled + by;
    if (next < 0)
        return;
    gboolean past = next > last;
    console->recalled = past ? -1 : next;
    g_string_assign(console->line,
                    past ? "" : (char *)g_ptr_array_index(console->history, (guint)next));
    console->cursor = console->line->len;
}

static void remember(OldConsole *console)
{
    for (guint i = 0; i < console->history->len; i++) {
        if (g_str_equal(g_ptr_array_index(console->history, i), console->line->str)) {
            g_ptr_array_remove_index(console->history, i);
            break;
        }
    }
    if (console->line->len > 0)
        g_ptr_array_add(console->history, g_strdup(console->line->str));
    console->recalled = -1;
}

static void complete_one(OldConsole *console, const char *name, gsize typed)
{
    for (const char *at = name + typed; *at; at++)
        insert(console, *at);
    insert(console, ' ');
}

static void list_candidates(OldConsole *console, const GPtrArray *names)
{
    gsize width = 0;
    for (guint i = 0; i < names->len; i++)
        width = MAX(width, strlen(g_ptr_array_index(names, i)));
    width = CLAMP(width + 2, 10, SCREEN);
    put(console->out, "\n");
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *cell =
            g_strdup_printf("%-*s", (int)width, (char *)g_ptr_array_index(names, i));
        put(console->out, cell);
        if ((i + 1) % (SCREEN / width) == 0 || i + 1 == names->len)
            put(console->out, "\n");
    }
    show_prompt(console);
}

static void complete(OldConsole *console)
{
    gsize typed = 0;
    g_autofree char *beginning = g_strndup(console->line->str, console->cursor);
    g_autoptr(GPtrArray) names = old_completions(console->machine, beginning, &typed);
    if (names->len == 1)
        complete_one(console, g_ptr_array_index(names, 0), typed);
    else if (names->len > 1)
        list_candidates(console, names);
}

/* --- lines -------------------------------------------------------------------------------------
 */

static void end_line(OldConsole *console)
{
    g_autofree char *line = g_strdup(console->line->str);
    if (!console->password)
        remember(console);
    put(console->out, "\n");
    g_string_truncate(console->line, 0);
    g_string_truncate(console->drawn, 0);
    console->cursor = console->drawn_cursor = 0;
    console->typed(line, console->password, console->data);
    if (console->password)
        old_run_password(console->machine);
    else
        old_run_line(console->machine, line);
    if (console->machine->died || console->machine->hangs)
        return; /* what it had to say is lost */
    put(console->out, console->machine->reply->str);
    console->password = console->machine->asks != NULL;
    if (!console->machine->quit)
        show_prompt(console);
}

static void plain_byte(OldConsole *console, guint8 byte)
{
    switch (byte) {
    case 1:
        console->cursor = 0;
        break;
    case 4:
        delete_right(console);
        break;
    case 5:
        console->cursor = console->line->len;
        break;
    case 9:
        complete(console);
        break;
    case '\n':
    case '\r':
        end_line(console);
        break;
    case 27:
        console->escape = ESCAPED;
        break;
    case 8:
    case 127:
        backspace(console);
        break;
    case 0x9b: /* the control sequence introducer in one byte */
        console->escape = CSI;
        console->parameter = 0;
        break;
    default:
        if (byte >= 32)
            insert(console, (char)byte);
    }
}

static void csi_byte(OldConsole *console, guint8 byte)
{
    if (g_ascii_isdigit(byte)) {
        console->parameter = console->parameter * 10 + (byte - '0');
        return;
    }
    console->escape = PLAIN;
    if (byte == 'A' || byte == 'F')
        recall(console, -1);
    else if (byte == 'B' || byte == 'E')
        recall(console, 1);
    else if (byte == 'C')
        move(console, 1);
    else if (byte == 'D')
        move(console, -1);
    else if (byte == '~' && console->parameter == 1)
        console->cursor = 0;
    else if (byte == '~' && console->parameter == 3)
        delete_right(console);
    else if (byte == '~' && console->parameter == 4)
        console->cursor = console->line->len;
}

static void handle_byte(OldConsole *console, guint8 byte)
{
    if (console->escape == PLAIN) {
        plain_byte(console, byte);
    } else if (console->escape == CSI) {
        csi_byte(console, byte);
    } else {
        console->escape = byte == '[' ? CSI : PLAIN;
        console->parameter = 0;
    }
    draw(console);
}

gsize old_console_input(OldConsole *console, const guint8 *bytes, gsize length, GByteArray *out)
{
    const OldMachine *machine = console->machine;
    gsize used = 0;
    console->out = out;
    while (used < length && !machine->died && !machine->hangs && !machine->quit)
        handle_byte(console, bytes[used++]);
    console->out = NULL;
    return used;
}

void old_console_open(OldConsole *console, GByteArray *out)
{
    console->out = out;
    g_autofree char *greeting = g_strdup(console->machine->basic->greeting);
    greeting[strlen(greeting) - strlen("\r\n" PROMPT)] = '\0';
    put(out, greeting);
    put(out, "\n");
    show_prompt(console);
    console->out = NULL;
}

/* From 0.11 on the part of a line stays, for the next client to go on with. */
void old_console_close(OldConsole *console)
{
    if (console->machine->version >= 11)
        return;
    g_string_truncate(console->line, 0);
    console->cursor = 0;
}
