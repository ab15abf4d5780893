/* Random keys, clicks, sizes, answers and changes of the guest: nothing breaks, and nothing is
 * changed that no dialog asked about. BACKPLANE_TEST_KEYS says how many, BACKPLANE_TEST_SEED from
 * where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/screen/stage.c"
#include "tests/support/temp.h"

#define KEYS_DEFAULT 6000
#define KEYS_PER_CONSOLE 2000

/* What a terminal sends for keys that are no characters. */
static const char *const sequences[] = {
    "\033[A",       "\033[B",  "\033[C",    "\033[D",   "\033OA",       "\033OB", "\033[H",
    "\033[F",       "\033[5~", "\033[6~",   "\033[2~",  "\033[3~",      "\033[Z", "\033OP",
    "\t",           "\r",      "\033",      "\177",     "\b",           "\003",   "\022",
    "\025",         "\027",    "\f",        "\302\265", "\344\275\234", "\377",   "\033[200~",
    "\033[<0;3;4M", "\0330",   "\033[1;5C",
};

/* readline keeps something of half a key sequence for itself. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libreadline\n";
}

typedef struct {
    GRand *random;
    Stage stage;
    guint runs, saves;
    gboolean asked; /* a dialog was open before the last deed */
} Chaos;

static int pick(Chaos *chaos, int count)
{
    return g_rand_int_range(chaos->random, 0, count);
}

static void type(Chaos *chaos)
{
    char key[2] = { (char)(' ' + pick(chaos, 95)), '\0' };

    if (*key == 'q')
        return; /* there is no loop to leave */
    press(&chaos->stage, pick(chaos, 3) ? key : sequences[pick(chaos, G_N_ELEMENTS(sequences))]);
}

static void click(Chaos *chaos)
{
    static const mmask_t buttons[] = { BUTTON1_PRESSED, BUTTON1_PRESSED, BUTTON4_PRESSED,
                                       BUTTON5_PRESSED };
    MEVENT mouse = { .x = pick(chaos, COLS), .y = pick(chaos, LINES) };

    mouse.bstate = buttons[pick(chaos, G_N_ELEMENTS(buttons))];
    console_mouse(chaos->stage.console, &mouse);
    if (!pick(chaos, 3))
        console_mouse(chaos->stage.console, &mouse); /* twice at one place */
    console_paint(chaos->stage.console);
}

/* More of small ones, which are painted faster and break sooner. */
static int size_up_to(Chaos *chaos, int most)
{
    return 1 + pick(chaos, 1 + pick(chaos, most));
}

static void resize(Chaos *chaos)
{
    /* libvterm 0.3 itself ends where there is one column. */
    int rows = size_up_to(chaos, 130), columns = 1 + size_up_to(chaos, 409);

    screen_resize(chaos->stage.screen, rows, columns);
    tty_resize(chaos->stage.console->tty, rows, columns);
    console_paint(chaos->stage.console);
}

static void answer(Chaos *chaos)
{
    g_autoptr(GError) error = g_error_new(ENGINE_ERROR, ENGINE_ERROR_REFUSED, "It is refused.");

    if (chaos->stage.session->planned && pick(chaos, 2))
        hand_session_answer(chaos->stage.session, detach_plan(), NULL);
    else
        hand_session_answer(chaos->stage.session, NULL, error);
}

/* Some devices leave, others come (back). */
static void change_guest(Chaos *chaos)
{
    Guest *guest = pick(chaos, 2) ? hand_guest_web01() : hand_guest_q35();
    const Device *device = guest->devices->pdata[pick(chaos, (int)guest->devices->len)];

    if (pick(chaos, 2))
        ((Device *)device)->state = STATE_LEAVING;
    else if (device->bus && !(device->buses && device->buses->len))
        g_ptr_array_remove(device->bus->devices, (gpointer)device);
    guest_index(guest);
    hand_session_set_guest(chaos->stage.session, guest);
}

static void change_state(Chaos *chaos)
{
    chaos->stage.session->state = pick(chaos, 4) ? SESSION_LIVE : SESSION_LOST;
    g_clear_error(&chaos->stage.session->error);
    if (chaos->stage.session->state == SESSION_LOST)
        chaos->stage.session->error =
            g_error_new(MONITOR_ERROR, MONITOR_ERROR_CLOSED, "It was lost.");
    hand_session_change(chaos->stage.session, SESSION_STATE_CHANGED);
}

static void (*const deeds[])(Chaos *chaos) = {
    type, type, type, type, type,  type,  type,  type,   type,   type,         type,         type,
    type, type, type, type, click, click, click, resize, answer, change_guest, change_state,
};

/* What a key does at once was asked about by a dialog before it. */
static void check_asked(Chaos *chaos)
{
    const Session *session = chaos->stage.session;

    if (session->runs != chaos->runs || session->saves != chaos->saves)
        assert_true(chaos->asked);
    chaos->runs = session->runs;
    chaos->saves = session->saves;
}

static void play(GRand *random, guint keys)
{
    Chaos chaos = { .random = random, .stage = stage_open(24, 80, web01(), FALSE) };

    for (guint i = 0; i < keys; i++) {
        chaos.asked = chaos.stage.console->dialog != NULL;
        deeds[pick(&chaos, G_N_ELEMENTS(deeds))](&chaos);
        while (g_main_context_iteration(NULL, FALSE))
            ;
        check_asked(&chaos);
    }
    stage_close(&chaos.stage);
}

static guint number_from(const char *variable, guint standard)
{
    const char *text = g_getenv(variable);

    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : standard;
}

static void nothing_breaks_and_nothing_goes_unasked(void **state)
{
    guint keys = number_from("BACKPLANE_TEST_KEYS", KEYS_DEFAULT);
    guint seed = number_from("BACKPLANE_TEST_SEED", g_random_int());
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);

    print_message("%u keys from seed %u\n", keys, seed);
    for (guint played = 0; played < keys; played += KEYS_PER_CONSOLE)
        play(random, MIN(KEYS_PER_CONSOLE, keys - played));
}

/* A file that a random key writes is not left among the sources. */
static int set_up(void **state)
{
    char *folder = temp_directory();

    g_setenv("XDG_CONFIG_HOME", folder, TRUE);
    g_setenv("XDG_STATE_HOME", folder, TRUE);
    *state = folder;
    return chdir(folder) == 0 ? stage_set_up(NULL) : -1;
}

static int tear_down(void **state)
{
    temp_directory_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_and_nothing_goes_unasked),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
