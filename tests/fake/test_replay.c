/* Sessions of a fake guest recorded and shown again: every picture is the one that was, in any
 * order; the player; damaged files; and that nothing can be changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "engine/recording.h"
#include "engine/replay.h"
#include "engine/session_domain.h"
#include "tests/support/session_bench.h"
#include "tests/support/session_film.h"
#include "tests/support/session_text.h"
#include "tests/support/temp.h"

/* --- a story --------------------------------------------------------------------------------- */

/* What a user does in a short while: others plug, plans are run, refused and taken back, a device
 * does not leave at once, and the connection goes and comes back. */
static void live_a_story(Bench *bench)
{
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    bench_plug(bench, "e1000", "net9", 9);
    fake_wait(bench_device(bench, "net9"));
    bench_run(bench, bench_attach_plan("net1", 6));
    session_plan_undo(bench->session, bench_on_planned, bench);
    fake_wait(bench->planned == 1 && bench->plan);
    bench_run(bench, g_steal_pointer(&bench->plan));
    bench->stubborn = TRUE;
    session_run(bench->session, bench_detach_plan("net9", 9), bench_on_finished, bench);
    fake_wait(bench_device(bench, "net9")->state == STATE_LEAVING);
    session_ask_again(bench->session, bench_device(bench, "net9"));
    bench->status = "paused";
    fake_monitor_event(bench->fake, "STOP", NULL);
    fake_wait(strcmp(session_guest(bench->session)->status, "paused") == 0);
    bench_delete(bench, "net9");
    fake_wait(bench->finished == 3);
    fake_monitor_fail_nth(bench->fake, "device_add", 1, "GenericError", "no room");
    bench_run(bench, bench_attach_plan("net2", 7));
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    fake_monitor_event(bench->fake, "DEVICE_UNPLUG_GUEST_ERROR",
                       "{\"device\":\"net0\",\"path\":\"/machine/peripheral/net0\"}");
    fake_wait(bench_device(bench, "net0")->state == STATE_REFUSED);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    bench_plug(bench, "rtl8139", "net4", 4);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    fake_wait(bench_device(bench, "net4"));
}

static SessionFilm *film_a_story(Bench *bench)
{
    SessionFilm *film;

    bench_open(bench, SESSION_WATCH);
    film = session_film_new(bench->session);
    live_a_story(bench);
    return film;
}

static void test_shows_what_was(void **state)
{
    Bench *bench = *state;
    SessionFilm *film = film_a_story(bench);

    assert_true(session_film_pictures(film) > 40);
    session_film_check(film);
    session_film_free(film);
}

/* A recording that begins while the session runs has no replies of earlier: all is read anew. */
static void test_begins_at_any_time(void **state)
{
    Bench *bench = *state;
    SessionFilm *film;

    bench_connect(bench);
    bench_run(bench, bench_attach_plan("net1", 6));
    film = session_film_new(bench->session);
    fake_wait(session_film_pictures(film) > 0);
    bench->finished = 0;
    bench_run(bench, bench_detach_plan("net1", 6));
    session_film_check(film);
    session_film_free(film);
}

static const char domain_text[] =
    "<domain type='kvm'><name>web01</name><os><type machine='pc'>hvm</type></os><devices>"
    "<interface type='user'><mac address='52:54:00:00:00:01'/><model type='e1000'/>"
    "<alias name='net0'/></interface></devices></domain>\n";

static void test_shows_the_domain_file(void **state)
{
    Bench *bench = *state;
    char *directory = temp_directory();
    g_autofree char *path = temp_file(directory, "web01.xml", domain_text);
    SessionFilm *film;

    bench_open(bench, SESSION_WATCH);
    film = session_film_new(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    assert_true(session_domain_open(bench->session, path, NULL));
    assert_true(session_domain_fill(bench->session, NULL, NULL, NULL));
    assert_true(session_domain_is_changed(bench->session));
    assert_true(session_domain_save(bench->session, FALSE, NULL));
    bench_run(bench, bench_attach_plan("net1", 6));
    session_film_check(film);
    session_film_free(film);
    temp_directory_remove(directory);
}

/* --- the player ------------------------------------------------------------------------------ */

typedef struct {
    Bench *bench;
    SessionFilm *film;
    Replay *replay;
    guint told, changes;
    int free_at; /* the n-th thing that is told; -1 never */
} Player;

static void on_moved(Replay *replay, gpointer data)
{
    Player *player = data;

    player->told++;
    if (player->free_at-- == 0)
        g_clear_pointer(&player->replay, replay_free);
}

static void on_changed(Session *session, SessionChange change, gpointer data)
{
    Player *player = data;

    player->changes++;
    if (player->free_at-- == 0)
        g_clear_pointer(&player->replay, replay_free);
}

static void player_open(Player *player)
{
    g_autoptr(GError) error = NULL;

    player->free_at = -1;
    player->replay = replay_new(session_film_path(player->film), &error);
    g_assert_no_error(error);
    replay_listen(player->replay, on_moved, player);
    session_listen(replay_session(player->replay), on_changed, player);
}

/* The story takes seconds: it is filmed once for all tests that only look at it. */
static int film_setup(void **state)
{
    Player *player = g_new0(Player, 1);

    bench_setup((void **)&player->bench);
    player->film = film_a_story(player->bench);
    session_film_end(player->film);
    *state = player;
    return 0;
}

static int film_teardown(void **state)
{
    Player *player = *state;

    session_film_free(player->film);
    bench_teardown((void **)&player->bench);
    g_free(player);
    return 0;
}

static int player_setup(void **state)
{
    player_open(*state);
    return 0;
}

static int player_teardown(void **state)
{
    Player *player = *state;

    g_clear_pointer(&player->replay, replay_free);
    return 0;
}

static void test_knows_what_it_is(void **state)
{
    Player *player = *state;
    Session *session = replay_session(player->replay);

    assert_string_equal(replay_guest(player->replay), "web01");
    assert_string_equal(replay_version(player->replay), VERSION);
    assert_true(ABS(g_get_real_time() - replay_began(player->replay)) < G_TIME_SPAN_HOUR);
    assert_string_equal(session_target(session), session_film_path(player->film));
    assert_int_equal(session_state(session), SESSION_CONNECTING);
    assert_null(session_guest(session));
    assert_int_equal(replay_position(player->replay), 0);
    assert_int_equal(replay_moments_passed(player->replay), 0);
    assert_false(replay_step(player->replay, FALSE));
}

/* Each step changes something, and the way back shows the same again. */
static void test_steps_from_change_to_change(void **state)
{
    Player *player = *state;
    Session *session = replay_session(player->replay);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(texts, session_text(session));
    while (replay_step(player->replay, TRUE)) {
        guint passed = replay_moments_passed(player->replay);

        g_ptr_array_add(texts, session_text(session));
        assert_string_not_equal(texts->pdata[texts->len - 1], texts->pdata[texts->len - 2]);
        assert_int_equal(replay_position(player->replay),
                         replay_moment(player->replay, passed - 1));
    }
    assert_true(texts->len > 15);
    assert_int_equal(replay_moments_passed(player->replay), replay_moments(player->replay));
    for (guint i = texts->len - 1; i-- > 0;) {
        g_autofree char *text = NULL;

        assert_true(replay_step(player->replay, FALSE));
        text = session_text(session);
        assert_string_equal(text, texts->pdata[i]);
    }
    assert_false(replay_step(player->replay, FALSE));
}

static void test_steps_from_between_moments(void **state)
{
    Player *player = *state;
    gint64 first = replay_moment(player->replay, 4), second = replay_moment(player->replay, 5);

    assert_true(second - first > 2);
    replay_seek(player->replay, first + 1);
    assert_int_equal(replay_moments_passed(player->replay), 5);
    replay_step(player->replay, FALSE);
    assert_int_equal(replay_position(player->replay), first);
    replay_seek(player->replay, first + 1);
    replay_step(player->replay, TRUE);
    assert_int_equal(replay_position(player->replay), second);
}

static void test_seeks_within_its_length(void **state)
{
    Player *player = *state;
    Session *session = replay_session(player->replay);

    replay_seek(player->replay, G_MAXINT64);
    assert_int_equal(replay_position(player->replay), replay_length(player->replay));
    assert_int_equal(session_state(session), SESSION_LIVE);
    assert_non_null(guest_find_id(session_guest(session), "net4"));
    replay_seek(player->replay, -5);
    assert_int_equal(replay_position(player->replay), 0);
    assert_null(session_guest(session));
    assert_int_equal(journal_length(session_journal(session)), 0);
    assert_int_equal(trace_length(session_trace(session)), 0);
}

/* Ages go on counting between two changes. */
static void test_has_a_clock_of_its_own(void **state)
{
    Player *player = *state;
    Session *session = replay_session(player->replay);
    gint64 first = replay_moment(player->replay, 3), now, clock;

    replay_seek(player->replay, first);
    now = session_now(session);
    clock = session_clock(session);
    assert_true(ABS(now - replay_began(player->replay) - first) < G_USEC_PER_SEC);
    player->changes = 0;
    replay_seek(player->replay, first + 1);
    assert_int_equal(session_now(session), now + 1);
    assert_int_equal(session_clock(session), clock + 1);
}

static void test_plays(void **state)
{
    Player *player = *state;
    gint64 length = replay_length(player->replay);

    replay_play(player->replay, 2);
    assert_true(replay_is_playing(player->replay));
    replay_advance(player->replay, 1000);
    assert_int_equal(replay_position(player->replay), 2000);
    replay_play(player->replay, 0.5);
    replay_advance(player->replay, 1);
    assert_int_equal(replay_position(player->replay), 2000);
    replay_advance(player->replay, 1);
    assert_int_equal(replay_position(player->replay), 2001);
    replay_pause(player->replay);
    replay_advance(player->replay, 1000);
    assert_int_equal(replay_position(player->replay), 2001);
    replay_play(player->replay, 1);
    replay_advance(player->replay, length);
    assert_int_equal(replay_position(player->replay), length);
    assert_false(replay_is_playing(player->replay));
    replay_play(player->replay, 1);
    assert_false(replay_is_playing(player->replay));
}

static void test_plays_by_itself(void **state)
{
    Player *player = *state;

    replay_play(player->replay, 1e9);
    assert_true(replay_speed(player->replay) == REPLAY_FASTEST);
    fake_wait(!replay_is_playing(player->replay));
    assert_int_equal(replay_position(player->replay), replay_length(player->replay));
    assert_true(player->told >= 2);
    replay_play(player->replay, 0);
    assert_true(replay_speed(player->replay) == REPLAY_SLOWEST);
}

/* A message that comes is told by itself; going back tells that all are others. */
static void on_traced(Trace *trace, const TraceMessage *message, gpointer data)
{
    int *counts = data;

    counts[message != NULL]++;
}

static void test_tells_of_messages(void **state)
{
    Player *player = *state;
    int counts[2] = { 0, 0 };
    Trace *trace = session_trace(replay_session(player->replay));

    trace_listen(trace, on_traced, counts);
    while (trace_length(trace) == 0)
        replay_seek(player->replay, replay_position(player->replay) + 100);
    assert_int_equal(counts[0], 0);
    assert_true(counts[1] > 0);
    replay_seek(player->replay, 0);
    assert_int_equal(counts[0], 1);
    trace_unlisten(trace, on_traced, counts);
}

static void test_freed_in_every_callback(void **state)
{
    Player *player = *state;
    gboolean freed = TRUE;

    for (int at = 0; freed; at++) {
        g_clear_pointer(&player->replay, replay_free);
        player_open(player);
        player->free_at = at;
        replay_play(player->replay, 1);
        if (player->replay)
            replay_advance(player->replay, replay_length(player->replay) / 2);
        if (player->replay)
            replay_seek(player->replay, replay_length(player->replay));
        if (player->replay)
            replay_step(player->replay, FALSE);
        if (player->replay)
            replay_pause(player->replay);
        freed = !player->replay;
        assert_true(at < 100);
    }
}

/* --- nothing can be changed ------------------------------------------------------------------ */

static void assert_refused(const char *sentence)
{
    assert_non_null(strstr(sentence, "this is a recording"));
}

static void test_refuses_plans(void **state)
{
    Player *player = *state;
    Bench *bench = player->bench;
    Session *session = replay_session(player->replay);
    const char *const names[] = { "net0", NULL };
    g_autofree char *before = NULL, *after = NULL;

    replay_seek(player->replay, replay_length(player->replay));
    before = session_text(session);
    bench->planned = bench->finished = 0;
    session_plan_detach(session, names, bench_on_planned, bench);
    session_plan_undo(session, bench_on_planned, bench);
    fake_wait(bench->planned == 2);
    assert_refused(bench->refusal->message);
    session_run(session, bench_attach_plan("net7", 17), bench_on_finished, bench);
    assert_int_equal(session_running(session)->len, 0);
    fake_wait(bench->finished == 1);
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    after = session_text(session);
    assert_string_equal(after, before);
}

static void test_leaves_what_runs_alone(void **state)
{
    Player *player = *state;
    Session *session = replay_session(player->replay);
    const Device *device = NULL;
    guint entries;

    while (!device && replay_step(player->replay, TRUE)) {
        device = session_guest(session) ? guest_find_id(session_guest(session), "net9") : NULL;
        device = device && device->state == STATE_LEAVING ? device : NULL;
    }
    assert_non_null(device);
    assert_int_equal(session_running(session)->len, 1);
    entries = journal_length(session_journal(session));
    assert_false(session_cancel(session, session_running(session)->pdata[0]));
    assert_false(session_ask_again(session, device));
    assert_int_equal(journal_length(session_journal(session)), entries);
}

static void test_refuses_the_rest(void **state)
{
    Player *player = *state;
    Session *session = replay_session(player->replay);
    g_autoptr(Request) request = request_new(REQUEST_NIC);
    g_autoptr(GError) error = NULL;
    HotplugFacts facts;

    replay_seek(player->replay, replay_length(player->replay));
    facts = session_facts(session, request, NULL, player);
    assert_ptr_equal(facts.guest, session_guest(session));
    session_reconnect(session);
    session_pause(session, TRUE);
    session_pause(session, FALSE);
    session_read(session, INVENTORY_ALL, NULL, NULL);
    fake_settle();
    assert_int_equal(session_state(session), SESSION_LIVE);
    assert_false(session_domain_open(session, "/nonexistent.xml", &error));
    assert_refused(error->message);
    g_clear_error(&error);
    assert_false(session_domain_save(session, FALSE, &error));
    assert_refused(error->message);
    g_clear_error(&error);
    assert_false(session_record(session, "/nonexistent", &error));
    assert_refused(error->message);
}

/* --- files that are not whole ---------------------------------------------------------------- */

static GBytes *film_bytes(const SessionFilm *film)
{
    char *contents;
    gsize length;

    assert_true(g_file_get_contents(session_film_path(film), &contents, &length, NULL));
    return g_bytes_new_take(contents, length);
}

/* The program was killed while it wrote. */
static void test_cut_off_anywhere(void **state)
{
    Player *player = *state;
    g_autoptr(GBytes) whole = film_bytes(player->film);
    gsize length = g_bytes_get_size(whole), cut = length;

    for (guint i = 0; i < 300; i++, cut -= 1 + i * 7) {
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(whole, 0, cut);
        g_autoptr(GError) error = NULL;
        g_autoptr(Recording) recording = recording_parse("cut", part, &error);

        g_assert_no_error(error);
        assert_true(recording_length(recording) > 0);
        if (cut < 1 + i * 7 + 1000)
            break;
    }
}

/* Walks through a file; that nothing is read that is not there is seen by the sanitizers. */
static void show_everywhere(Replay *replay)
{
    g_autofree char *text = NULL;

    for (guint i = 0; i < replay_moments(replay); i += 1 + replay_moments(replay) / 6)
        replay_seek(replay, replay_moment(replay, i));
    replay_seek(replay, replay_length(replay));
    replay_seek(replay, replay_length(replay) / 3);
    text = session_text(replay_session(replay));
    session_silence(replay_session(replay));
}

static void mutate(GRand *random, GString *text)
{
    static const char *const pieces[] = { "{",  "}",    "[",    "]",  "\"",
                                          ",",  ":",    "null", "-1", "99999999999999999999",
                                          "\n", "true", "0" };

    for (int changes = g_rand_int_range(random, 1, 4); changes > 0; changes--) {
        gsize at = (gsize)g_rand_int_range(random, 0, (gint32)text->len);
        const char *piece = pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))];

        switch (g_rand_int_range(random, 0, 4)) {
        case 0:
            text->str[at] = (char)g_rand_int_range(random, 1, 256);
            break;
        case 1:
            g_string_erase(text, (gssize)at, MIN((gssize)(text->len - at), 3));
            break;
        case 2:
            text->str[at] = (char)g_rand_int_range(random, '0', '9' + 1);
            break;
        default:
            g_string_insert(text, (gssize)at, piece);
        }
    }
}

/* A line of the recording is another one's, is left out, is changed: whatever is taken is shown. */
static void test_damaged_files(void **state)
{
    Player *player = *state;
    g_autoptr(GBytes) whole = film_bytes(player->film);
    g_auto(GStrv) lines = g_strsplit(g_bytes_get_data(whole, NULL), "\n", -1);
    g_autofree char *path = g_strconcat(session_film_path(player->film), ".damaged", NULL);
    GRand *random = g_rand_new_with_seed(4);
    guint shown = 0, count = g_strv_length(lines) - 1;

    for (guint round = 0; round < 150; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        guint changed = (guint)g_rand_int_range(random, 0, (gint32)count);
        Replay *replay;

        for (guint i = 0; i < count; i++) {
            g_autoptr(GString) line = g_string_new(lines[i]);

            if (i == changed && round % 3 == 0)
                g_string_assign(line, lines[g_rand_int_range(random, 0, (gint32)count)]);
            else if (i == changed && line->len && round % 3 == 1)
                mutate(random, line);
            if (i != changed || round % 3 != 2)
                g_string_append_printf(text, "%s\n", line->str);
        }
        assert_true(g_file_set_contents(path, text->str, (gssize)text->len, NULL));
        replay = replay_new(path, NULL);
        shown += replay != NULL;
        if (replay)
            show_everywhere(replay);
        replay_free(replay);
    }
    g_rand_free(random);
    assert_true(shown > 20);
}

/* --- a disk that fails ----------------------------------------------------------------------- */

static void test_full_disk(void **state)
{
    Bench *bench = *state;
    struct rlimit limit, before;
    SessionFilm *film;
    Replay *replay;

    bench_open(bench, SESSION_WATCH);
    film = session_film_new(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 16000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    while (session_recording(bench->session)) {
        session_read(bench->session, INVENTORY_TREE, NULL, NULL);
        fake_settle();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_true(bench_told(bench, "web01", "the recording has ended", NULL));
    bench_run(bench, bench_attach_plan("net1", 6));
    assert_non_null(bench_device(bench, "net1"));
    session_film_end(film);
    replay = replay_new(session_film_path(film), NULL);
    assert_non_null(replay);
    replay_free(replay);
    session_film_free(film);
}

#define WITH_PLAYER(test) cmocka_unit_test_setup_teardown(test, player_setup, player_teardown)

int main(void)
{
    const struct CMUnitTest films[] = {
        WITH_BENCH(test_shows_what_was),
        WITH_BENCH(test_begins_at_any_time),
        WITH_BENCH(test_shows_the_domain_file),
        WITH_BENCH(test_full_disk),
    };
    const struct CMUnitTest players[] = {
        WITH_PLAYER(test_knows_what_it_is),
        WITH_PLAYER(test_steps_from_change_to_change),
        WITH_PLAYER(test_steps_from_between_moments),
        WITH_PLAYER(test_seeks_within_its_length),
        WITH_PLAYER(test_has_a_clock_of_its_own),
        WITH_PLAYER(test_plays),
        WITH_PLAYER(test_plays_by_itself),
        WITH_PLAYER(test_tells_of_messages),
        WITH_PLAYER(test_freed_in_every_callback),
        WITH_PLAYER(test_refuses_plans),
        WITH_PLAYER(test_leaves_what_runs_alone),
        WITH_PLAYER(test_refuses_the_rest),
        WITH_PLAYER(test_cut_off_anywhere),
        WITH_PLAYER(test_damaged_files),
    };

    return cmocka_run_group_tests_name("films", films, NULL, NULL) +
           cmocka_run_group_tests_name("replay", players, film_setup, film_teardown);
}
