/* One blocking QMP connection: lines of JSON in both directions. */
#include "tests/support/real_qemu_client.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/real_qemu.h"

struct RealQemuClient {
    int fd;
    GString *received; /* not parsed yet */
    json_t *events;    /* array, in order of arrival */
};

RealQemuClient *real_qemu_client_new(int fd)
{
    RealQemuClient *client = g_new0(RealQemuClient, 1);

    client->fd = fd;
    client->received = g_string_new(NULL);
    client->events = json_array();
    return client;
}

void real_qemu_client_free(RealQemuClient *client)
{
    if (client == NULL)
        return;
    close(client->fd);
    g_string_free(client->received, TRUE);
    json_decref(client->events);
    g_free(client);
}

/* Waits until deadline for more bytes; FALSE when none came. */
static gboolean receive(RealQemuClient *client, gint64 deadline)
{
    char bytes[65536];
    gint64 left = (deadline - g_get_monotonic_time()) / 1000;
    struct pollfd wanted = { client->fd, POLLIN, 0 };
    ssize_t got;

    if (poll(&wanted, 1, (int)MAX(left, 0)) <= 0)
        return FALSE;
    got = read(client->fd, bytes, sizeof bytes);
    if (got <= 0)
        return FALSE;
    g_string_append_len(client->received, bytes, got);
    return TRUE;
}

/* Integers beyond 64 signed bits, as QEMU prints some properties, become reals. */
static json_t *parse_line(const char *line, gsize length)
{
    json_t *message = json_loadb(line, length, 0, NULL);

    return message != NULL ? message : json_loadb(line, length, JSON_DECODE_INT_AS_REAL, NULL);
}

/* The next message that is complete already; NULL for none. */
static json_t *next_message(RealQemuClient *client)
{
    const char *end = memchr(client->received->str, '\n', client->received->len);
    gsize length = end == NULL ? 0 : (gsize)(end - client->received->str) + 1;
    json_t *message;

    if (end == NULL)
        return NULL;
    message = parse_line(client->received->str, length);
    g_string_erase(client->received, 0, (gssize)length);
    return message;
}

static json_t *wait_message(RealQemuClient *client, const char *member)
{
    gint64 deadline = g_get_monotonic_time() + REAL_QEMU_PATIENCE_MS * 1000;

    for (;;) {
        json_t *message = next_message(client);

        if (message == NULL) {
            if (!receive(client, deadline))
                return NULL;
        } else if (json_object_get(message, "event") != NULL) {
            json_array_append_new(client->events, message);
        } else if (json_object_get(message, member) != NULL) {
            return message;
        } else {
            json_decref(message);
        }
    }
}

static gboolean send_text(RealQemuClient *client, const char *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        ssize_t sent = send(client->fd, text, left, MSG_NOSIGNAL);

        if (sent <= 0)
            return FALSE;
        text += sent;
        left -= (gsize)sent;
    }
    return TRUE;
}

json_t *real_qemu_client_call(RealQemuClient *client, const char *command, json_t *arguments)
{
    json_t *message =
        json_pack("{s:s, s:o*, s:i}", "execute", command, "arguments", arguments, "id", 1);
    char *text = json_dumps(message, JSON_COMPACT);
    gboolean sent = send_text(client, text);

    free(text);
    json_decref(message);
    return sent ? wait_message(client, "id") : NULL;
}

json_t *real_qemu_client_greet(RealQemuClient *client)
{
    json_t *greeting = wait_message(client, "QMP");
    json_t *version =
        greeting == NULL
            ? NULL
            : json_incref(json_object_get(json_object_get(greeting, "QMP"), "version"));

    json_decref(greeting);
    json_decref(real_qemu_client_call(client, "qmp_capabilities", NULL));
    return version;
}

static gboolean event_fits(json_t *event, const char *name, const char *device)
{
    json_t *told = json_object_get(json_object_get(event, "data"), "device");

    return g_strcmp0(json_string_value(json_object_get(event, "event")), name) == 0 &&
           (device == NULL || g_strcmp0(json_string_value(told), device) == 0);
}

static void gather_events(RealQemuClient *client)
{
    json_t *message;

    while (receive(client, 0))
        ;
    while ((message = next_message(client)) != NULL)
        json_array_append_new(client->events, message);
}

json_t *real_qemu_client_event(RealQemuClient *client, const char *name, const char *device,
                               gboolean take)
{
    json_t *event;
    size_t i;

    gather_events(client);
    json_array_foreach (client->events, i, event) {
        if (!event_fits(event, name, device))
            continue;
        json_incref(event);
        if (take)
            json_array_remove(client->events, i);
        return event;
    }
    return NULL;
}
