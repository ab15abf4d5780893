/* A detached monitor stands in for the guest: what inventory sends is looked up among the replies
 * of the tree that is being made. */
#include "engine/replay_trees.h"

#include <string.h>

#include "engine/inventory.h"
#include "monitor/json_text.h"

/* How often a tree is tried: a recorded read may have failed before it. */
#define READS_MOST 8

/* A reply to a reading command. */
typedef struct {
    guint question; /* equal for equal questions */
    guint message;  /* index of the reply */
} Answer;

typedef struct {
    guint connection; /* counts up */
    guint first, end; /* of its answers */
    gsize bytes;      /* of those */
    gboolean differs;
    gboolean known; /* all of them are recorded */
    InventoryDepth depth;
} Tree;

/* How one was connected. */
typedef struct {
    char *version, *dialect;
    GArray *helps; /* (guint) indexes of replies that say which commands QEMU has; NULL: none */
} Connection;

/* What was learned when everything before a tree was read. */
typedef struct {
    guint tree;
    Inventory *learned;
} Keyframe;

struct ReplayTrees {
    const Recording *recording;
    GHashTable *questions; /* text without id -> its number + 1 */
    GArray *answers;       /* (Answer) in the order in which they came */
    GArray *trees;         /* (Tree) */
    GArray *connections;   /* (Connection) */
    GArray *keyframes;     /* (Keyframe) by tree */
    Monitor *nobody;       /* for what is learned */

    /* The inventory at work: */
    Monitor *monitor;
    Inventory *inventory;
    guint next;    /* the tree that it comes to */
    gsize unkept;  /* bytes read since the latest keyframe */
    guint reading; /* the tree that is being made */
    guint8 *given; /* which of its answers were given */
    GQueue asked;  /* (json_t) commands that wait for their answer */
    Guest *guest;
};

/* --- what is recorded ------------------------------------------------------------------------ */

static const Tree *tree_at(const ReplayTrees *trees, guint index)
{
    return &g_array_index(trees->trees, Tree, index);
}

static const Answer *answer_at(const ReplayTrees *trees, guint index)
{
    return &g_array_index(trees->answers, Answer, index);
}

/* The command without its id, as text that is the same for the same. (transfer full) */
static char *question_text(json_t *command)
{
    json_t *bare = json_copy(command);
    char *text;

    json_object_del(bare, "id");
    text = json_dumps(bare, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    json_decref(bare);
    return text;
}

static json_t *message_json(const Recording *recording, guint index)
{
    TraceMessage message = recording_message(recording, index);
    json_t *json = trace_message_parse(&message);

    g_bytes_unref(message.bytes);
    return json;
}

static guint question_number(ReplayTrees *trees, guint command)
{
    json_t *json = message_json(trees->recording, command);
    char *text = question_text(json);
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(trees->questions, text));

    if (!number) {
        number = g_hash_table_size(trees->questions) + 1;
        g_hash_table_insert(trees->questions, g_strdup(text), GUINT_TO_POINTER(number));
    }
    free(text);
    json_decref(json);
    return number;
}

/* What the walk over all lines is at. */
typedef struct {
    guint connection;
    GArray *helps; /* of the connection that is to come */
    guint first;   /* answer since the latest tree */
    gsize bytes;
    gboolean first_tree, differs;
    GHashTable *roots; /* question -> root of its latest reply + 1, in this connection */
} Walk;

static void add_connection(ReplayTrees *trees, const char *version, const char *dialect,
                           GArray *helps)
{
    const Connection connection = { g_strdup(version), g_strdup(dialect), helps };

    g_array_append_val(trees->connections, connection);
}

static void walk_help(Walk *walk, guint index)
{
    if (!walk->helps)
        walk->helps = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(walk->helps, index);
}

static void walk_connection(ReplayTrees *trees, Walk *walk, guint line)
{
    json_t *state = recording_member(trees->recording, line, "state");
    const char *qemu = json_string_value(json_object_get(state, "qemu"));
    const char *dialect = json_string_value(json_object_get(state, "dialect"));
    const char *name = json_string_value(json_object_get(state, "state"));

    /* A recording that was begun later has no "reading". */
    if (g_strcmp0(name, "reading") == 0 || (qemu && trees->connections->len == 0)) {
        walk->connection = trees->connections->len;
        walk->first = trees->answers->len;
        walk->bytes = 0;
        walk->first_tree = TRUE;
        g_hash_table_remove_all(walk->roots);
        add_connection(trees, qemu ? qemu : "", dialect ? dialect : "qmp",
                       g_steal_pointer(&walk->helps));
    }
    json_decref(state);
}

static void walk_message(ReplayTrees *trees, Walk *walk, guint index)
{
    const Recording *recording = trees->recording;
    const TraceMessage *message = recording_fields(recording, index);
    gboolean reading =
        message->kind == TRACE_REPLY && strcmp(message->purpose, INVENTORY_PURPOSE) == 0;
    Answer answer = { 0, index };
    guint command, root;

    if (message->kind == TRACE_REPLY && g_str_has_prefix(message->name, "help") &&
        strcmp(message->purpose, MONITOR_PURPOSE_HELP) == 0)
        walk_help(walk, index);
    if (!reading || !recording_answers(recording, index, &command))
        return;
    answer.question = question_number(trees, command);
    g_array_append_val(trees->answers, answer);
    walk->bytes += recording_size(recording, index);
    root = GPOINTER_TO_UINT(g_hash_table_lookup(walk->roots, GUINT_TO_POINTER(answer.question)));
    /* A question that is new says nothing: what is new in the guest changes another answer. */
    walk->differs |= root && root != recording_root(recording, index) + 1;
    g_hash_table_insert(walk->roots, GUINT_TO_POINTER(answer.question),
                        GUINT_TO_POINTER(recording_root(recording, index) + 1));
}

static void walk_tree(ReplayTrees *trees, Walk *walk, guint line)
{
    json_t *depth = recording_member(trees->recording, line, "tree");
    const Tree tree = {
        .connection = walk->connection,
        .first = walk->first,
        .end = trees->answers->len,
        .bytes = walk->bytes,
        .differs = walk->first_tree || walk->differs,
        .known = strcmp(json_string_value(depth), "none") != 0,
        .depth = strcmp(json_string_value(depth), "all") == 0 ? INVENTORY_ALL : INVENTORY_TREE,
    };

    json_decref(depth);
    g_array_append_val(trees->trees, tree);
    walk->first = tree.end;
    walk->bytes = 0;
    walk->first_tree = walk->differs = FALSE;
}

static void walk_lines(ReplayTrees *trees)
{
    Walk walk = { .first_tree = TRUE, .roots = g_hash_table_new(NULL, NULL) };

    for (guint i = 0; i < recording_length(trees->recording); i++) {
        const RecordedLine *line = recording_line(trees->recording, i);

        if (line->kind == LINE_MESSAGE)
            walk_message(trees, &walk, line->index);
        else if (line->kind == LINE_STATE)
            walk_connection(trees, &walk, i);
        else if (line->kind == LINE_TREE)
            walk_tree(trees, &walk, i);
    }
    if (trees->connections->len == 0)
        add_connection(trees, "", "qmp", NULL);
    g_clear_pointer(&walk.helps, g_array_unref);
    g_hash_table_unref(walk.roots);
}

gboolean replay_trees_differs(const ReplayTrees *trees, guint index)
{
    return tree_at(trees, index)->differs;
}

/* --- answering ------------------------------------------------------------------------------- */

static void on_written(const char *command, gsize length, gpointer data)
{
    ReplayTrees *trees = data;

    g_queue_push_tail(&trees->asked, json_text_parse(command, length));
}

/* What nobody was asked then, QEMU would not have known. */
static json_t *no_answer(void)
{
    return json_pack("{s:{s:s, s:s}}", "error", "class", "CommandNotFound", "desc",
                     "this was not recorded");
}

/* The first answer to the question that was not given yet, else the latest one before. */
static gboolean find_answer(ReplayTrees *trees, guint question, guint *found)
{
    const Tree *tree = tree_at(trees, trees->reading);
    guint oldest = trees->reading;

    for (guint i = tree->first; i < tree->end; i++) {
        if (answer_at(trees, i)->question != question || trees->given[i - tree->first])
            continue;
        trees->given[i - tree->first] = TRUE;
        *found = answer_at(trees, i)->message;
        return TRUE;
    }
    while (oldest > 0 && tree_at(trees, oldest - 1)->connection == tree->connection)
        oldest--;
    for (guint i = tree->end; i-- > tree_at(trees, oldest)->first;) {
        if (answer_at(trees, i)->question != question)
            continue;
        *found = answer_at(trees, i)->message;
        return TRUE;
    }
    return FALSE;
}

/* (transfer full) */
static json_t *answer(ReplayTrees *trees, json_t *command)
{
    char *text = question_text(command);
    guint question = GPOINTER_TO_UINT(g_hash_table_lookup(trees->questions, text));
    guint found;
    json_t *reply = NULL;

    free(text);
    if (question && find_answer(trees, question, &found))
        reply = message_json(trees->recording, found);
    if (!json_object_get(reply, "return") && !json_is_object(json_object_get(reply, "error"))) {
        json_decref(reply);
        reply = no_answer();
    }
    json_object_set(reply, "id", json_object_get(command, "id"));
    return reply;
}

/* Until nothing is asked any more. */
static void answer_all(ReplayTrees *trees)
{
    json_t *command;

    while ((command = g_queue_pop_head(&trees->asked))) {
        json_t *reply = answer(trees, command);

        monitor_receive(trees->monitor, reply);
        json_decref(reply);
        json_decref(command);
    }
}

/* --- reading --------------------------------------------------------------------------------- */

static void on_guest(Guest *guest, const GError *error, gpointer data)
{
    ReplayTrees *trees = data;

    trees->guest = guest ? guest_ref(guest) : NULL;
}

static gboolean answers_are_left(const ReplayTrees *trees)
{
    const Tree *tree = tree_at(trees, trees->reading);

    return memchr(trees->given, FALSE, tree->end - tree->first) != NULL;
}

/* The tree that the inventory comes to; a read that failed then fails now, and the tree came from a
 * later one. (transfer full) */
static Guest *read_next(ReplayTrees *trees)
{
    const Tree *tree = tree_at(trees, trees->next);
    guint left = READS_MOST;

    trees->reading = trees->next++;
    if (!tree->known)
        return NULL;
    trees->given = g_malloc0(MAX(tree->end - tree->first, 1));
    do {
        inventory_read(trees->inventory, tree->depth, on_guest, trees);
        answer_all(trees);
    } while (!trees->guest && --left && answers_are_left(trees));
    g_clear_pointer(&trees->given, g_free);
    trees->unkept += tree->bytes;
    return g_steal_pointer(&trees->guest);
}

/* --- keyframes ------------------------------------------------------------------------------- */

static const Keyframe *keyframe_at(const ReplayTrees *trees, guint index)
{
    return &g_array_index(trees->keyframes, Keyframe, index);
}

/* How many are at or before a tree. */
static guint keyframes_before(const ReplayTrees *trees, guint tree)
{
    guint count = trees->keyframes->len;

    while (count && keyframe_at(trees, count - 1)->tree > tree)
        count--;
    return count;
}

static void keep_learned(ReplayTrees *trees)
{
    guint count = keyframes_before(trees, trees->next);
    Keyframe keyframe = { trees->next, NULL };

    if (count && keyframe_at(trees, count - 1)->tree == trees->next)
        trees->unkept = 0;
    if (trees->unkept < REPLAY_READ_BYTES)
        return;
    keyframe.learned = inventory_copy(trees->inventory, trees->nobody);
    g_array_insert_val(trees->keyframes, count, keyframe);
    trees->unkept = 0;
}

/* The first tree of the same connection. */
static guint first_of_connection(const ReplayTrees *trees, guint index)
{
    guint low = 0, high = index;

    while (low < high) {
        guint middle = (low + high) / 2;

        if (tree_at(trees, middle)->connection < tree_at(trees, index)->connection)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void stop(ReplayTrees *trees)
{
    g_queue_clear_full(&trees->asked, (GDestroyNotify)json_decref);
    g_clear_pointer(&trees->inventory, inventory_free);
    g_clear_pointer(&trees->monitor, monitor_free);
}

/* What a human monitor said when it was connected with. */
static void tell_helps(ReplayTrees *trees, const Connection *connection)
{
    for (guint i = 0; connection->helps && i < connection->helps->len; i++) {
        json_t *reply = message_json(trees->recording, g_array_index(connection->helps, guint, i));

        json_object_del(reply, "id");
        monitor_receive(trees->monitor, reply);
        json_decref(reply);
    }
}

/* An inventory that has read what comes before a tree, or less. */
static void begin_before(ReplayTrees *trees, guint index)
{
    guint count = keyframes_before(trees, index);
    const Keyframe *keyframe = count ? keyframe_at(trees, count - 1) : NULL;
    guint first = first_of_connection(trees, index);
    const Connection *connection =
        &g_array_index(trees->connections, Connection, tree_at(trees, index)->connection);
    gboolean known = keyframe && keyframe->tree >= first;
    guint from = known ? keyframe->tree : first;

    if (trees->inventory && trees->next <= index && trees->next >= from)
        return;
    stop(trees);
    trees->monitor =
        monitor_new_detached(connection->dialect, connection->version, on_written, trees);
    tell_helps(trees, connection);
    trees->inventory =
        known ? inventory_copy(keyframe->learned, trees->monitor) : inventory_new(trees->monitor);
    trees->next = from;
    trees->unkept = 0;
}

Guest *replay_trees_make(ReplayTrees *trees, guint index)
{
    Guest *guest = NULL;

    begin_before(trees, index);
    while (trees->next <= index) {
        g_clear_pointer(&guest, guest_unref);
        keep_learned(trees);
        guest = read_next(trees);
    }
    return guest;
}

/* --- life ------------------------------------------------------------------------------------ */

static void on_nothing(const char *command, gsize length, gpointer data)
{
}

static void connection_clear(gpointer data)
{
    Connection *connection = data;

    g_free(connection->version);
    g_free(connection->dialect);
    g_clear_pointer(&connection->helps, g_array_unref);
}

static void keyframe_clear(gpointer data)
{
    inventory_free(((Keyframe *)data)->learned);
}

ReplayTrees *replay_trees_new(const Recording *recording)
{
    ReplayTrees *trees = g_new0(ReplayTrees, 1);

    trees->recording = recording;
    trees->questions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    trees->answers = g_array_new(FALSE, FALSE, sizeof(Answer));
    trees->trees = g_array_new(FALSE, FALSE, sizeof(Tree));
    trees->connections = g_array_new(FALSE, FALSE, sizeof(Connection));
    g_array_set_clear_func(trees->connections, connection_clear);
    trees->keyframes = g_array_new(FALSE, FALSE, sizeof(Keyframe));
    g_array_set_clear_func(trees->keyframes, keyframe_clear);
    trees->nobody = monitor_new_detached("qmp", "", on_nothing, NULL);
    g_queue_init(&trees->asked);
    walk_lines(trees);
    return trees;
}

void replay_trees_free(ReplayTrees *trees)
{
    if (!trees)
        return;
    stop(trees);
    g_array_unref(trees->keyframes);
    monitor_free(trees->nobody);
    g_hash_table_unref(trees->questions);
    g_array_unref(trees->answers);
    g_array_unref(trees->trees);
    g_array_unref(trees->connections);
    g_free(trees);
}
