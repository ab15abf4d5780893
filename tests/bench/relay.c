/* Two sockets, and copying from each to the other. */
#include "tests/bench/relay.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    GString *sent;
    guint lines;
} Round;

struct Relay {
    int listener, client, monitor;
    char *target;
    guint sources[3];
    GPtrArray *rounds;
    gint64 last_reply;
};

static void round_free(gpointer data)
{
    Round *round = data;

    g_string_free(round->sent, TRUE);
    g_free(round);
}

static Round *add_round(Relay *relay)
{
    Round *round = g_new0(Round, 1);

    round->sent = g_string_new(NULL);
    g_ptr_array_add(relay->rounds, round);
    return round;
}

static Round *current_round(Relay *relay)
{
    return relay->rounds->pdata[relay->rounds->len - 1];
}

static struct sockaddr_un unix_address(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    return address;
}

static gboolean pass_on(int from, int to, char *bytes, gsize size, gssize *got)
{
    *got = read(from, bytes, size);
    return *got > 0 && send(to, bytes, (size_t)*got, MSG_NOSIGNAL) == *got;
}

static gboolean on_client(gint fd, GIOCondition condition, gpointer data)
{
    Relay *relay = data;
    char bytes[65536];
    gssize got;

    if (!pass_on(relay->client, relay->monitor, bytes, sizeof bytes, &got)) {
        shutdown(relay->monitor, SHUT_WR);
        relay->sources[1] = 0;
        return G_SOURCE_REMOVE;
    }
    if (current_round(relay)->lines > 0)
        add_round(relay);
    g_string_append_len(current_round(relay)->sent, bytes, got);
    return G_SOURCE_CONTINUE;
}

static gboolean on_monitor(gint fd, GIOCondition condition, gpointer data)
{
    Relay *relay = data;
    char bytes[65536];
    gssize got;

    if (!pass_on(relay->monitor, relay->client, bytes, sizeof bytes, &got)) {
        shutdown(relay->client, SHUT_WR);
        relay->sources[2] = 0;
        return G_SOURCE_REMOVE;
    }
    relay->last_reply = g_get_monotonic_time();
    for (gssize i = 0; i < got; i++)
        current_round(relay)->lines += bytes[i] == '\n';
    return G_SOURCE_CONTINUE;
}

static gboolean on_connection(gint fd, GIOCondition condition, gpointer data)
{
    Relay *relay = data;
    struct sockaddr_un address = unix_address(relay->target);

    relay->client = accept(relay->listener, NULL, NULL);
    relay->monitor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(relay->monitor, (struct sockaddr *)&address, sizeof address) != 0)
        g_error("cannot connect to %s", relay->target);
    relay->sources[1] = g_unix_fd_add(relay->client, G_IO_IN, on_client, relay);
    relay->sources[2] = g_unix_fd_add(relay->monitor, G_IO_IN, on_monitor, relay);
    relay->sources[0] = 0;
    return G_SOURCE_REMOVE;
}

Relay *relay_new(const char *path, const char *target)
{
    Relay *relay = g_new0(Relay, 1);
    struct sockaddr_un address = unix_address(path);

    relay->target = g_strdup(target);
    relay->rounds = g_ptr_array_new_with_free_func(round_free);
    add_round(relay);
    relay->client = relay->monitor = -1;
    relay->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(path);
    if (bind(relay->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(relay->listener, 1) != 0)
        g_error("cannot listen at %s", path);
    relay->sources[0] = g_unix_fd_add(relay->listener, G_IO_IN, on_connection, relay);
    return relay;
}

void relay_free(Relay *relay)
{
    for (gsize i = 0; i < G_N_ELEMENTS(relay->sources); i++)
        if (relay->sources[i] != 0)
            g_source_remove(relay->sources[i]);
    close(relay->listener);
    if (relay->client >= 0)
        close(relay->client);
    if (relay->monitor >= 0)
        close(relay->monitor);
    g_ptr_array_unref(relay->rounds);
    g_free(relay->target);
    g_free(relay);
}

gint64 relay_last_reply(const Relay *relay)
{
    return relay->last_reply;
}

GString *relay_script(const Relay *relay)
{
    GString *script = g_string_new(NULL);

    for (guint i = 0; i < relay->rounds->len; i++) {
        const Round *round = relay->rounds->pdata[i];

        g_string_append_printf(script, "%zu %u\n", round->sent->len, round->lines);
        g_string_append_len(script, round->sent->str, (gssize)round->sent->len);
    }
    return script;
}
