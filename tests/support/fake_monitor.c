/* The fake's script, and its socket. It parses by jansson alone, so that the code under test is not
 * tested with itself. */
#include "tests/support/fake_monitor.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define READ_BYTES (64 * 1024)

typedef struct {
    json_t *reply;   /* {"return": ...} or {"error": ...}, NULL if only the rest is scripted */
    json_t *failure; /* {"error": ...} for the nth */
    guint until_failure;
    char *event;
    json_t *event_data;
    FakeHandler handler;
    gpointer data;
    gboolean hold;
} Rule;

struct FakeMonitor {
    char *directory, *path, *greeting;
    GSocketService *service;
    GQueue waiting; /* of GSocketConnection */
    GSocketConnection *client;
    GSource *read_source, *write_source;
    GByteArray *in, *out, *held;
    GHashTable *rules; /* key -> Rule */
    json_t *commands;
    gsize pieces;
    gint64 cut; /* bytes until the connection is closed, -1 for never */
    guint reads;
    gboolean negotiated, holding, silent, pretty;
};

/* --- rules ----------------------------------------------------------------------------------- */

static void rule_free(gpointer data)
{
    Rule *rule = data;

    json_decref(rule->reply);
    json_decref(rule->failure);
    json_decref(rule->event_data);
    g_free(rule->event);
    g_free(rule);
}

static Rule *rule_get(FakeMonitor *fake, const char *key)
{
    Rule *rule = g_hash_table_lookup(fake->rules, key);

    if (!rule) {
        rule = g_new0(Rule, 1);
        g_hash_table_insert(fake->rules, g_strdup(key), rule);
    }
    return rule;
}

static json_t *parse(const char *json)
{
    json_error_t error;
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (!value)
        fail_msg("the script's JSON is wrong, %s: %s", error.text, json);
    return value;
}

static void rule_set_reply(Rule *rule, json_t *reply)
{
    json_decref(rule->reply);
    rule->reply = reply;
}

static json_t *failure(const char *class, const char *desc)
{
    return json_pack("{s:{s:s,s:s}}", "error", "class", class, "desc", desc);
}

void fake_monitor_reply(FakeMonitor *fake, const char *key, const char *json)
{
    rule_set_reply(rule_get(fake, key), json_pack("{s:o}", "return", parse(json)));
}

void fake_monitor_reply_text(FakeMonitor *fake, const char *key, const char *text)
{
    rule_set_reply(rule_get(fake, key), json_pack("{s:s}", "return", text));
}

void fake_monitor_fail(FakeMonitor *fake, const char *key, const char *class, const char *desc)
{
    rule_set_reply(rule_get(fake, key), failure(class, desc));
}

void fake_monitor_fail_nth(FakeMonitor *fake, const char *key, guint nth, const char *class,
                           const char *desc)
{
    Rule *rule = rule_get(fake, key);

    json_decref(rule->failure);
    rule->failure = failure(class, desc);
    rule->until_failure = nth;
}

void fake_monitor_then_event(FakeMonitor *fake, const char *key, const char *event,
                             const char *data)
{
    Rule *rule = rule_get(fake, key);

    g_free(rule->event);
    json_decref(rule->event_data);
    rule->event = g_strdup(event);
    rule->event_data = data ? parse(data) : NULL;
}

void fake_monitor_handle(FakeMonitor *fake, const char *key, FakeHandler handler, gpointer data)
{
    Rule *rule = rule_get(fake, key);

    rule->handler = handler;
    rule->data = data;
}

void fake_monitor_hold(FakeMonitor *fake, const char *key)
{
    rule_get(fake, key)->hold = TRUE;
}

void fake_monitor_load(FakeMonitor *fake, const char *file)
{
    json_error_t error;
    json_t *replies = json_load_file(file, JSON_ALLOW_NUL, &error);
    const char *key;
    json_t *value;

    if (!replies)
        fail_msg("%s: %s", file, error.text);
    json_object_foreach (replies, key, value) {
        json_t *refusal = json_object_get(value, "$error");
        json_t *reply =
            refusal ? json_pack("{s:O}", "error", refusal) : json_pack("{s:O}", "return", value);

        rule_set_reply(rule_get(fake, key), reply);
    }
    json_decref(replies);
}

/* The keys that a command answers to, most specific first. */
static GPtrArray *command_keys(json_t *command)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    const char *name = json_string_value(json_object_get(command, "execute"));
    json_t *arguments = json_object_get(command, "arguments");
    g_autoptr(GString) all = g_string_new(NULL);
    const char *argument;
    json_t *value;

    if (g_strcmp0(name, "human-monitor-command") == 0)
        name = "hmp";
    g_string_assign(all, name ? name : "");
    json_object_foreach (arguments, argument, value) {
        if (!json_is_string(value))
            continue;
        g_string_append_printf(all, ":%s", json_string_value(value));
        g_ptr_array_add(keys, g_strdup_printf("%s:%s", name, json_string_value(value)));
    }
    g_ptr_array_insert(keys, 0, g_strdup(all->str));
    g_ptr_array_add(keys, g_strdup(name ? name : ""));
    g_ptr_array_add(keys, g_strdup("*"));
    return keys;
}

static gboolean command_matches(json_t *command, const char *key)
{
    g_autoptr(GPtrArray) keys = command_keys(command);

    return g_ptr_array_find_with_equal_func(keys, key, g_str_equal, NULL);
}

/* --- output ---------------------------------------------------------------------------------- */

static void client_close(FakeMonitor *fake);

static gsize bytes_to_write(const FakeMonitor *fake)
{
    gsize length = fake->out->len;

    if (fake->pieces)
        length = MIN(length, fake->pieces);
    return fake->cut < 0 ? length : MIN(length, (gsize)fake->cut);
}

static gboolean on_writable(GObject *stream, gpointer data)
{
    FakeMonitor *fake = data;
    gssize sent = g_pollable_output_stream_write_nonblocking(
        G_POLLABLE_OUTPUT_STREAM(stream), fake->out->data, bytes_to_write(fake), NULL, NULL);

    if (sent > 0)
        g_byte_array_remove_range(fake->out, 0, sent);
    if (sent > 0 && fake->cut >= 0)
        fake->cut -= sent;
    if (fake->cut == 0) {
        client_close(fake);
        return G_SOURCE_REMOVE;
    }
    if (fake->out->len)
        return G_SOURCE_CONTINUE;
    g_clear_pointer(&fake->write_source, g_source_unref);
    return G_SOURCE_REMOVE;
}

static GSource *attach(GSource *source, GSourceFunc callback, FakeMonitor *fake)
{
    g_source_set_callback(source, callback, fake, NULL);
    g_source_attach(source, NULL);
    return source;
}

void fake_monitor_raw(FakeMonitor *fake, const char *bytes, gsize length)
{
    GOutputStream *stream;

    if (!fake->client || !length)
        return;
    g_byte_array_append(fake->out, (const guint8 *)bytes, length);
    if (fake->write_source)
        return;
    stream = g_io_stream_get_output_stream(G_IO_STREAM(fake->client));
    fake->write_source =
        g_pollable_output_stream_create_source(G_POLLABLE_OUTPUT_STREAM(stream), NULL);
    attach(fake->write_source, G_SOURCE_FUNC(on_writable), fake);
}

static void send_message(FakeMonitor *fake, json_t *message, gboolean is_reply)
{
    char *text = json_dumps(message, fake->pretty ? JSON_INDENT(4) : 0);
    g_autofree char *line = g_strdup_printf("%s\r\n", text);

    if (is_reply && fake->holding)
        g_byte_array_append(fake->held, (const guint8 *)line, strlen(line));
    else
        fake_monitor_raw(fake, line, strlen(line));
    free(text);
    json_decref(message);
}

static void send_event(FakeMonitor *fake, const char *name, json_t *data, gboolean with_replies)
{
    gint64 now = g_get_real_time();
    json_t *event =
        json_pack("{s:{s:I,s:I},s:s}", "timestamp", "seconds", (json_int_t)(now / G_USEC_PER_SEC),
                  "microseconds", (json_int_t)(now % G_USEC_PER_SEC), "event", name);

    if (data)
        json_object_set(event, "data", data);
    send_message(fake, event, with_replies);
}

void fake_monitor_event(FakeMonitor *fake, const char *name, const char *data)
{
    json_t *value = data ? parse(data) : NULL;

    send_event(fake, name, value, FALSE);
    json_decref(value);
}

void fake_monitor_release(FakeMonitor *fake)
{
    GHashTableIter rules;
    gpointer rule;

    g_hash_table_iter_init(&rules, fake->rules);
    while (g_hash_table_iter_next(&rules, NULL, &rule))
        ((Rule *)rule)->hold = FALSE;
    fake->holding = FALSE;
    fake_monitor_raw(fake, (const char *)fake->held->data, fake->held->len);
    g_byte_array_set_size(fake->held, 0);
}

/* --- answering ------------------------------------------------------------------------------- */

static json_t *not_found(json_t *command)
{
    const char *name = json_string_value(json_object_get(command, "execute"));
    g_autofree char *desc = g_strdup_printf("The command %s has not been found", name);

    return failure("CommandNotFound", desc);
}

/* What one rule says, NULL if nothing. */
static json_t *rule_answer(FakeMonitor *fake, Rule *rule, json_t *command)
{
    json_t *value = NULL;

    if (rule->hold)
        fake->holding = TRUE;
    if (rule->until_failure && --rule->until_failure == 0)
        return json_deep_copy(rule->failure);
    if (rule->handler)
        value = rule->handler(fake, json_object_get(command, "arguments"), rule->data);
    return value ? json_pack("{s:o}", "return", value) : json_deep_copy(rule->reply);
}

static void answer(FakeMonitor *fake, json_t *command, json_t *reply)
{
    json_t *id = json_object_get(command, "id");

    if (id)
        json_object_set(reply, "id", id);
    send_message(fake, reply, TRUE);
}

static void answer_scripted(FakeMonitor *fake, json_t *command)
{
    g_autoptr(GPtrArray) keys = command_keys(command);
    json_t *reply = NULL;
    Rule *event = NULL;

    for (guint i = 0; i < keys->len; i++) {
        Rule *rule = g_hash_table_lookup(fake->rules, g_ptr_array_index(keys, i));

        if (rule && !reply)
            reply = rule_answer(fake, rule, command);
        if (rule && rule->event && !event)
            event = rule;
    }
    if (!reply)
        reply = not_found(command);
    if (json_object_get(reply, "error"))
        event = NULL;
    answer(fake, command, reply);
    if (event)
        send_event(fake, event->event, event->event_data, TRUE);
}

/* As QEMU 7.2 does before and after the negotiation. */
static void answer_negotiation(FakeMonitor *fake, json_t *command, gboolean asked)
{
    if (asked && !fake->negotiated) {
        fake->negotiated = TRUE;
        answer(fake, command, json_pack("{s:{}}", "return"));
    } else {
        answer(fake, command,
               failure("CommandNotFound",
                       asked ? "Capabilities negotiation is already complete, command ignored"
                             : "Expecting capabilities negotiation with 'qmp_capabilities'"));
    }
}

static void receive(FakeMonitor *fake, json_t *command)
{
    const char *name = json_string_value(json_object_get(command, "execute"));
    gboolean capabilities = g_strcmp0(name, "qmp_capabilities") == 0;

    if (!capabilities)
        json_array_append(fake->commands, command);
    if (fake->silent)
        return;
    if (capabilities || !fake->negotiated)
        answer_negotiation(fake, command, capabilities);
    else
        answer_scripted(fake, command);
}

/* --- the socket ------------------------------------------------------------------------------ */

static void receive_all(FakeMonitor *fake)
{
    GSocketConnection *client = fake->client; /* a handler may close it */
    gsize used = 0;
    json_error_t error;
    json_t *command;

    while (fake->client == client && used < fake->in->len &&
           (command = json_loadb((const char *)fake->in->data + used, fake->in->len - used,
                                 JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error))) {
        used += error.position;
        receive(fake, command);
        json_decref(command);
    }
    if (fake->client == client && used)
        g_byte_array_remove_range(fake->in, 0, used);
}

static gboolean on_readable(GObject *stream, gpointer data)
{
    FakeMonitor *fake = data;
    g_autofree guint8 *bytes = g_malloc(READ_BYTES);
    g_autoptr(GError) error = NULL;
    gssize length = g_pollable_input_stream_read_nonblocking(G_POLLABLE_INPUT_STREAM(stream), bytes,
                                                             READ_BYTES, NULL, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
    if (length <= 0) {
        client_close(fake);
        return G_SOURCE_REMOVE;
    }
    fake->reads++;
    g_byte_array_append(fake->in, bytes, length);
    receive_all(fake);
    return G_SOURCE_CONTINUE;
}

static void client_serve(FakeMonitor *fake, GSocketConnection *client)
{
    GInputStream *stream = g_io_stream_get_input_stream(G_IO_STREAM(client));

    fake->client = client;
    fake->negotiated = FALSE;
    fake->read_source =
        g_pollable_input_stream_create_source(G_POLLABLE_INPUT_STREAM(stream), NULL);
    attach(fake->read_source, G_SOURCE_FUNC(on_readable), fake);
    if (fake->greeting)
        fake_monitor_raw(fake, fake->greeting, strlen(fake->greeting));
}

static void source_clear(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void client_close(FakeMonitor *fake)
{
    GSocketConnection *next = g_queue_pop_head(&fake->waiting);

    source_clear(&fake->read_source);
    source_clear(&fake->write_source);
    if (fake->client)
        g_io_stream_close(G_IO_STREAM(fake->client), NULL, NULL);
    g_clear_object(&fake->client);
    g_byte_array_set_size(fake->in, 0);
    g_byte_array_set_size(fake->out, 0);
    g_byte_array_set_size(fake->held, 0);
    fake->cut = -1;
    fake->holding = FALSE;
    if (next)
        client_serve(fake, next);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer data)
{
    FakeMonitor *fake = data;

    if (fake->client)
        g_queue_push_tail(&fake->waiting, g_object_ref(connection));
    else
        client_serve(fake, g_object_ref(connection));
    return TRUE;
}

/* --- life ------------------------------------------------------------------------------------ */

static void listen_at(FakeMonitor *fake)
{
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(fake->path);
    g_autoptr(GError) error = NULL;

    fake->service = g_socket_service_new();
    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(fake->service), address,
                                       G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
                                       &error))
        fail_msg("%s", error->message);
    g_signal_connect(fake->service, "incoming", G_CALLBACK(on_incoming), fake);
}

FakeMonitor *fake_monitor_new(void)
{
    FakeMonitor *fake = g_new0(FakeMonitor, 1);

    fake->directory = g_dir_make_tmp("backplane-XXXXXX", NULL);
    fake->path = g_build_filename(fake->directory, "qmp.sock", NULL);
    fake->greeting = g_strdup(FAKE_GREETING);
    fake->in = g_byte_array_new();
    fake->out = g_byte_array_new();
    fake->held = g_byte_array_new();
    fake->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, rule_free);
    fake->commands = json_array();
    fake->cut = -1;
    g_queue_init(&fake->waiting);
    listen_at(fake);
    return fake;
}

void fake_monitor_free(FakeMonitor *fake)
{
    if (!fake)
        return;
    g_signal_handlers_disconnect_by_data(fake->service, fake);
    g_socket_service_stop(fake->service);
    g_socket_listener_close(G_SOCKET_LISTENER(fake->service));
    g_object_unref(fake->service);
    g_queue_clear_full(&fake->waiting, g_object_unref);
    client_close(fake);
    g_unlink(fake->path);
    g_rmdir(fake->directory);
    fake_settle(); /* GIO's cancelled accept() ends in the main loop */
    g_byte_array_unref(fake->in);
    g_byte_array_unref(fake->out);
    g_byte_array_unref(fake->held);
    g_hash_table_unref(fake->rules);
    json_decref(fake->commands);
    g_free(fake->greeting);
    g_free(fake->path);
    g_free(fake->directory);
    g_free(fake);
}

const char *fake_monitor_path(const FakeMonitor *fake)
{
    return fake->path;
}

void fake_monitor_greeting(FakeMonitor *fake, const char *text)
{
    g_free(fake->greeting);
    fake->greeting = g_strdup(text);
}

void fake_monitor_silent(FakeMonitor *fake)
{
    fake->silent = TRUE;
}

void fake_monitor_pieces(FakeMonitor *fake, gsize bytes)
{
    fake->pieces = bytes;
}

void fake_monitor_cut(FakeMonitor *fake, gsize bytes)
{
    if (bytes == 0)
        client_close(fake);
    else
        fake->cut = (gint64)bytes;
}

void fake_monitor_pretty(FakeMonitor *fake)
{
    fake->pretty = TRUE;
}

void fake_monitor_close(FakeMonitor *fake)
{
    client_close(fake);
}

gboolean fake_monitor_connected(const FakeMonitor *fake)
{
    return fake->client != NULL;
}

json_t *fake_monitor_commands(const FakeMonitor *fake)
{
    return fake->commands;
}

guint fake_monitor_count(const FakeMonitor *fake, const char *key)
{
    guint count = 0;
    size_t i;
    json_t *command;

    json_array_foreach (fake->commands, i, command)
        count += command_matches(command, key);
    return count;
}

json_t *fake_monitor_arguments(const FakeMonitor *fake, const char *key)
{
    json_t *found = NULL, *command;
    size_t i;

    json_array_foreach (fake->commands, i, command) {
        if (command_matches(command, key))
            found = json_object_get(command, "arguments");
    }
    return found;
}

void fake_monitor_forget(FakeMonitor *fake)
{
    json_array_clear(fake->commands);
    fake->reads = 0;
}

guint fake_monitor_reads(const FakeMonitor *fake)
{
    return fake->reads;
}

/* --- waiting --------------------------------------------------------------------------------- */

static gboolean on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

void fake_turn(gint64 deadline, const char *condition, const char *file, int line)
{
    guint tick = g_timeout_add(20, on_tick, NULL);

    g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
    if (g_get_monotonic_time() > deadline) {
        print_error("waited in vain for: %s\n", condition);
        _fail(file, line);
    }
}

struct FakeTimer {
    guint source; /* 0 when it is over */
};

static gboolean on_timer_over(gpointer data)
{
    ((FakeTimer *)data)->source = 0;
    return G_SOURCE_REMOVE;
}

/* Everything else that is ready has its turn before. */
FakeTimer *fake_timer_start(guint milliseconds)
{
    FakeTimer *timer = g_new0(FakeTimer, 1);

    timer->source = g_timeout_add_full(G_PRIORITY_LOW, milliseconds, on_timer_over, timer, NULL);
    return timer;
}

void fake_timer_end(FakeTimer *timer, const char *condition, const char *file, int line)
{
    gboolean over = timer->source == 0;

    if (!over)
        g_source_remove(timer->source);
    g_free(timer);
    if (over) {
        print_error("too late: %s\n", condition);
        _fail(file, line);
    }
}

void fake_settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}
