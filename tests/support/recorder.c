/* One loop over poll: the next client is accepted when the one before has gone. */
#include "tests/support/recorder.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct Recorder {
    GThread *thread;
    char *monitor;
    int listener;
    int stop[2]; /* closing [1] ends the thread */
    GMutex mutex;
    GString *sent; /* by all clients */
};

static struct sockaddr_un unix_address(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    return address;
}

static gboolean write_all(int fd, const char *bytes, gssize length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, (size_t)length, MSG_NOSIGNAL);

        if (sent <= 0)
            return FALSE;
        bytes += sent;
        length -= sent;
    }
    return TRUE;
}

static gboolean pass_on(Recorder *recorder, int from, int to, gboolean keep)
{
    char bytes[65536];
    ssize_t got = read(from, bytes, sizeof bytes);

    if (got <= 0)
        return FALSE;
    if (keep) {
        g_mutex_lock(&recorder->mutex);
        g_string_append_len(recorder->sent, bytes, got);
        g_mutex_unlock(&recorder->mutex);
    }
    return write_all(to, bytes, got);
}

/* Until one of the two hangs up; FALSE when the recorder is to end. */
static gboolean relay(Recorder *recorder, int client, int monitor)
{
    struct pollfd wanted[] = { { recorder->stop[0], POLLIN, 0 },
                               { client, POLLIN, 0 },
                               { monitor, POLLIN, 0 } };

    for (;;) {
        poll(wanted, G_N_ELEMENTS(wanted), -1);
        if (wanted[0].revents)
            return FALSE;
        if (wanted[1].revents && !pass_on(recorder, client, monitor, TRUE))
            return TRUE;
        if (wanted[2].revents && !pass_on(recorder, monitor, client, FALSE))
            return TRUE;
    }
}

static gboolean serve_next(Recorder *recorder)
{
    struct pollfd wanted[] = { { recorder->stop[0], POLLIN, 0 },
                               { recorder->listener, POLLIN, 0 } };
    struct sockaddr_un address = unix_address(recorder->monitor);
    gboolean go_on = TRUE;
    int client, monitor;

    poll(wanted, G_N_ELEMENTS(wanted), -1);
    if (wanted[0].revents)
        return FALSE;
    client = accept4(recorder->listener, NULL, NULL, SOCK_CLOEXEC);
    monitor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(monitor, (struct sockaddr *)&address, sizeof address) == 0)
        go_on = relay(recorder, client, monitor);
    close(client);
    close(monitor);
    return go_on;
}

static gpointer serve(gpointer data)
{
    while (serve_next(data))
        ;
    return NULL;
}

Recorder *recorder_new(const char *path, const char *monitor)
{
    Recorder *recorder = g_new0(Recorder, 1);
    struct sockaddr_un address = unix_address(path);

    recorder->monitor = g_strdup(monitor);
    recorder->sent = g_string_new(NULL);
    g_mutex_init(&recorder->mutex);
    recorder->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(pipe2(recorder->stop, O_CLOEXEC), 0);
    assert_int_equal(bind(recorder->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(recorder->listener, 1), 0);
    recorder->thread = g_thread_new("recorder", serve, recorder);
    return recorder;
}

void recorder_free(Recorder *recorder)
{
    if (recorder == NULL)
        return;
    close(recorder->stop[1]);
    g_thread_join(recorder->thread);
    close(recorder->stop[0]);
    close(recorder->listener);
    g_mutex_clear(&recorder->mutex);
    g_string_free(recorder->sent, TRUE);
    g_free(recorder->monitor);
    g_free(recorder);
}

gsize recorder_bytes(Recorder *recorder)
{
    gsize bytes;

    g_mutex_lock(&recorder->mutex);
    bytes = recorder->sent->len;
    g_mutex_unlock(&recorder->mutex);
    return bytes;
}

static void skip_blanks(const char *text, gsize *at, gsize length)
{
    while (*at < length && g_ascii_isspace(text[*at]))
        (*at)++;
}

json_t *recorder_commands(Recorder *recorder)
{
    json_t *commands = json_array();
    g_autofree char *text = NULL;
    gsize at = 0, length = 0;

    g_mutex_lock(&recorder->mutex);
    length = recorder->sent->len;
    text = g_memdup2(recorder->sent->str, length + 1);
    g_mutex_unlock(&recorder->mutex);
    for (skip_blanks(text, &at, length); at < length; skip_blanks(text, &at, length)) {
        json_error_t error;
        json_t *command = json_loadb(text + at, length - at, JSON_DISABLE_EOF_CHECK, &error);

        if (command == NULL)
            fail_msg("%s: %s", error.text, text + at);
        json_array_append_new(commands, command);
        at += (gsize)error.position;
    }
    return commands;
}
