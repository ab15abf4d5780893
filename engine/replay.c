/* The player: positions, moments and the clock. What is shown at a position is session_replay.c. */
#include "engine/replay.h"

#include "engine/session_replay.h"
#include "monitor/text.h"

/* Lines that follow each other in this time, with no message between them, are one moment. */
#define MOMENT_US (20 * G_TIME_SPAN_MILLISECOND)
/* How often what plays is shown anew, at the most. */
#define TICK_MS 40

typedef struct {
    ReplayFn told;
    gpointer data;
} Listener;

/* Shared by reference counting, so that a listener may free it. */
struct Replay {
    Recording *recording;
    ReplayTrees *trees;
    Session *session; /* NULL once it is freed */
    GArray *moments;  /* (gint64) their positions */
    char *guest;
    GArray *listeners;
    gint64 position;
    double rest; /* of a microsecond, of what plays slowly */
    double speed;
    guint timer; /* while it plays */
    gint64 ticked;
};

/* --- moments --------------------------------------------------------------------------------- */

/* Whether something that can be seen is another with this line; shown: the latest before it that
 * tells the states of devices. */
static gboolean line_shows(const Replay *replay, guint number, guint shown)
{
    const RecordedLine *line = recording_line(replay->recording, number);
    json_t *now, *before;
    gboolean another;

    if (line->kind != LINE_TREE) /* that it connects is what is shown at first */
        return line->kind != LINE_PLAN && (line->kind != LINE_STATE || line->index > 0);
    if (replay_trees_differs(replay->trees, line->index))
        return TRUE;
    now = recording_member(replay->recording, number, "shown");
    before = recording_member(replay->recording, shown, "shown");
    another = !json_equal(now, before);
    json_decref(now);
    json_decref(before);
    return another;
}

static gint64 moment_at(const Replay *replay, guint index)
{
    return g_array_index(replay->moments, gint64, index);
}

static void add_moment(Replay *replay, gint64 t, gboolean apart)
{
    guint count = replay->moments->len;

    if (!count || apart || t - moment_at(replay, count - 1) > MOMENT_US)
        g_array_append_val(replay->moments, t);
    else
        g_array_index(replay->moments, gint64, count - 1) = t;
}

static void find_moments(Replay *replay)
{
    gboolean apart = TRUE;
    guint shown = 0;

    for (guint i = 0; i < recording_length(replay->recording); i++) {
        const RecordedLine *line = recording_line(replay->recording, i);

        if (line->kind == LINE_MESSAGE) {
            apart = TRUE;
        } else if (line_shows(replay, i, shown)) {
            add_moment(replay, line->t, apart);
            apart = FALSE;
        }
        if (line->kind == LINE_TREE || line->kind == LINE_SHOWN)
            shown = i;
    }
}

/* The guest is asked for its name with every tree. */
static char *find_guest(const Recording *recording)
{
    for (guint i = 0; i < recording_count(recording, LINE_MESSAGE); i++) {
        const TraceMessage *fields = recording_fields(recording, i);
        TraceMessage message;
        json_t *json;
        const char *name;
        char *printable;

        if (fields->kind != TRACE_REPLY || fields->refused ||
            g_strcmp0(fields->name, "query-name") != 0)
            continue;
        message = recording_message(recording, i);
        json = trace_message_parse(&message);
        name = json_string_value(json_object_get(json_object_get(json, "return"), "name"));
        printable = text_printable(name ? name : "", -1, 0);
        json_decref(json);
        g_bytes_unref(message.bytes);
        return printable;
    }
    return g_strdup("");
}

/* How many lines there are up to a position. */
static guint lines_until(const Replay *replay, gint64 position)
{
    guint low = 0, high = recording_length(replay->recording);

    while (low < high) {
        guint middle = (low + high) / 2;

        if (recording_line(replay->recording, middle)->t <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

guint replay_moments(const Replay *replay)
{
    return replay->moments->len;
}

guint replay_moments_passed(const Replay *replay)
{
    guint low = 0, high = replay->moments->len;

    while (low < high) {
        guint middle = (low + high) / 2;

        if (moment_at(replay, middle) <= replay->position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

gint64 replay_moment(const Replay *replay, guint index)
{
    g_return_val_if_fail(index < replay->moments->len, 0);
    return moment_at(replay, index);
}

/* --- life ------------------------------------------------------------------------------------ */

Replay *replay_new(const char *path, GError **error)
{
    Recording *recording = recording_load(path, error);
    Replay *replay;

    if (!recording)
        return NULL;
    replay = g_rc_box_new0(Replay);
    replay->recording = recording;
    replay->trees = replay_trees_new(recording);
    replay->session = session_new_replay(path, recording, replay->trees);
    replay->moments = g_array_new(FALSE, FALSE, sizeof(gint64));
    replay->guest = find_guest(recording);
    replay->listeners = g_array_new(FALSE, FALSE, sizeof(Listener));
    replay->speed = 1;
    find_moments(replay);
    return replay;
}

static void replay_clear(gpointer data)
{
    Replay *replay = data;

    replay_trees_free(replay->trees);
    recording_free(replay->recording);
    g_free(replay->guest);
    g_array_unref(replay->moments);
    g_array_unref(replay->listeners);
}

static void replay_unref(Replay *replay)
{
    g_rc_box_release_full(replay, replay_clear);
}

static void stop_timer(Replay *replay)
{
    if (replay->timer)
        g_source_remove(replay->timer);
    replay->timer = 0;
}

void replay_free(Replay *replay)
{
    if (!replay)
        return;
    stop_timer(replay);
    g_array_set_size(replay->listeners, 0);
    g_clear_pointer(&replay->session, session_free);
    replay_unref(replay);
}

Session *replay_session(const Replay *replay)
{
    return replay->session;
}

const char *replay_guest(const Replay *replay)
{
    return replay->guest;
}

gint64 replay_began(const Replay *replay)
{
    return recording_began(replay->recording);
}

const char *replay_version(const Replay *replay)
{
    return recording_version(replay->recording);
}

/* --- moving ---------------------------------------------------------------------------------- */

void replay_listen(Replay *replay, ReplayFn listener, gpointer data)
{
    const Listener added = { listener, data };

    g_array_append_val(replay->listeners, added);
}

static void replay_tell(Replay *replay)
{
    g_rc_box_acquire(replay);
    for (guint i = 0; i < replay->listeners->len; i++) {
        const Listener listener = g_array_index(replay->listeners, Listener, i);

        listener.told(replay, listener.data);
    }
    replay_unref(replay);
}

gint64 replay_length(const Replay *replay)
{
    guint lines = recording_length(replay->recording);

    return lines ? recording_line(replay->recording, lines - 1)->t : 0;
}

gint64 replay_position(const Replay *replay)
{
    return replay->position;
}

void replay_seek(Replay *replay, gint64 position)
{
    g_rc_box_acquire(replay);
    replay->position = CLAMP(position, 0, replay_length(replay));
    session_replay_show(replay->session, lines_until(replay, replay->position), replay->position);
    replay_tell(replay);
    replay_unref(replay);
}

gboolean replay_step(Replay *replay, gboolean forward)
{
    guint passed = replay_moments_passed(replay);

    if (forward ? passed == replay_moments(replay) : replay->position == 0)
        return FALSE;
    stop_timer(replay);
    while (!forward && passed && moment_at(replay, passed - 1) == replay->position)
        passed--;
    if (forward)
        replay_seek(replay, moment_at(replay, passed));
    else
        replay_seek(replay, passed ? moment_at(replay, passed - 1) : 0);
    return TRUE;
}

/* --- playing --------------------------------------------------------------------------------- */

static gboolean on_tick(gpointer data)
{
    Replay *replay = data;
    gint64 now = g_get_monotonic_time();
    gint64 elapsed = now - replay->ticked;

    replay->ticked = now;
    replay_advance(replay, elapsed);
    return G_SOURCE_CONTINUE;
}

void replay_play(Replay *replay, double speed)
{
    replay->speed = CLAMP(speed, REPLAY_SLOWEST, REPLAY_FASTEST);
    if (!replay->timer && replay->position < replay_length(replay)) {
        replay->rest = 0;
        replay->ticked = g_get_monotonic_time();
        replay->timer = g_timeout_add(TICK_MS, on_tick, replay);
    }
    replay_tell(replay);
}

void replay_pause(Replay *replay)
{
    stop_timer(replay);
    replay_tell(replay);
}

gboolean replay_is_playing(const Replay *replay)
{
    return replay->timer != 0;
}

double replay_speed(const Replay *replay)
{
    return replay->speed;
}

void replay_advance(Replay *replay, gint64 elapsed)
{
    double moved = (double)elapsed * replay->speed + replay->rest;
    gint64 whole = (gint64)moved;

    if (!replay->timer)
        return;
    replay->rest = moved - (double)whole;
    if (replay->position + whole >= replay_length(replay))
        stop_timer(replay);
    replay_seek(replay, replay->position + whole);
}
