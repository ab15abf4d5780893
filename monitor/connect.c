/* GSocketClient, retries, and the sentences. */
#include "monitor/connect.h"

#include <sys/stat.h>

#include "monitor/error.h"
#include "monitor/text.h"

/* connect(2) on a unix socket with a full backlog fails with EAGAIN and nothing announces room. */
#define RETRY_MS 50
#define QMP_OPTION "-qmp unix:PATH,server=on,wait=off"

struct Connect {
    const Target *target;
    GSocketClient *client;
    GCancellable *cancellable;
    guint retry;
    ConnectDoneFn done; /* NULL after connect_free */
    gpointer data;
};

static void connect_clear(gpointer data)
{
    Connect *connect = data;

    g_object_unref(connect->client);
    g_object_unref(connect->cancellable);
}

static void connect_unref(Connect *connect)
{
    g_rc_box_release_full(connect, connect_clear);
}

/* --- sentences ------------------------------------------------------------------------------- */

typedef struct {
    int code; /* of G_IO_ERROR */
    MonitorError error;
    const char *format; /* %s is the target */
} Sentence;

static const Sentence unix_sentences[] = {
    { G_IO_ERROR_NOT_FOUND, MONITOR_ERROR_MISSING,
      "there is no socket at %s: check the path, and that the guest runs with " QMP_OPTION },
    { G_IO_ERROR_NOT_DIRECTORY, MONITOR_ERROR_MISSING,
      "there is no socket at %s, a part of its path is not a directory: check the path" },
    { G_IO_ERROR_CONNECTION_REFUSED, MONITOR_ERROR_REFUSED,
      "nobody listens at %s, its guest has ended and left the socket behind: start the guest "
      "again" },
    { G_IO_ERROR_PERMISSION_DENIED, MONITOR_ERROR_DENIED,
      "no permission to connect to %s: run this as the user who runs the guest, or as root" },
};

static const Sentence abstract_sentences[] = {
    { G_IO_ERROR_CONNECTION_REFUSED, MONITOR_ERROR_REFUSED,
      "nobody listens at %s: check the name, and that the guest runs with "
      "-qmp unix:NAME,abstract=on,server=on,wait=off" },
};

static const Sentence tcp_sentences[] = {
    { G_IO_ERROR_CONNECTION_REFUSED, MONITOR_ERROR_REFUSED,
      "nobody listens at %s: check the port, and that the guest runs with "
      "-qmp tcp:HOST:PORT,server=on,wait=off" },
    { G_IO_ERROR_HOST_NOT_FOUND, MONITOR_ERROR_MISSING,
      "the host of %s is not known: check its name" },
    { G_IO_ERROR_HOST_UNREACHABLE, MONITOR_ERROR_MISSING,
      "the host of %s cannot be reached: check its address and the network" },
    { G_IO_ERROR_NETWORK_UNREACHABLE, MONITOR_ERROR_MISSING,
      "the host of %s cannot be reached: check its address and the network" },
    { G_IO_ERROR_TIMED_OUT, MONITOR_ERROR_MISSING,
      "the host of %s does not answer: check its address and the network" },
    { G_IO_ERROR_PERMISSION_DENIED, MONITOR_ERROR_DENIED,
      "the system forbids to connect to %s: check its firewall" },
};

/* What a path that is not a socket is, for "is ..."; NULL for a socket. */
static const char *file_kind(const char *path)
{
    struct stat file;

    if (stat(path, &file) != 0 || S_ISSOCK(file.st_mode))
        return NULL;
    return S_ISDIR(file.st_mode)    ? "a directory"
           : S_ISREG(file.st_mode)  ? "a regular file"
           : S_ISFIFO(file.st_mode) ? "a pipe"
                                    : "a device";
}

/* A failed look-up has its own domain, with several codes that mean the same to a user. */
static int cause_code(const GError *cause)
{
    if (cause->domain == G_RESOLVER_ERROR)
        return G_IO_ERROR_HOST_NOT_FOUND;
    return cause->domain == G_IO_ERROR ? cause->code : G_IO_ERROR_FAILED;
}

static const Sentence *find_sentence(const Target *target, const GError *cause)
{
    static const struct {
        const Sentence *sentences;
        gsize count;
    } tables[] = {
        [TARGET_UNIX] = { unix_sentences, G_N_ELEMENTS(unix_sentences) },
        [TARGET_ABSTRACT] = { abstract_sentences, G_N_ELEMENTS(abstract_sentences) },
        [TARGET_TCP] = { tcp_sentences, G_N_ELEMENTS(tcp_sentences) },
    };
    TargetKind kind = target_kind(target);

    for (gsize i = 0; i < tables[kind].count; i++) {
        if (tables[kind].sentences[i].code == cause_code(cause))
            return &tables[kind].sentences[i];
    }
    return NULL;
}

static GError *sentence_error(const Sentence *sentence, const char *name)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are the tables above */
    return g_error_new(MONITOR_ERROR, sentence->error, sentence->format, name);
#pragma GCC diagnostic pop
}

static GError *connect_error(const Target *target, const GError *cause)
{
    g_autofree char *name = text_printable(target_text(target), -1, 0);
    const char *path = target_path(target);
    const char *kind = path ? file_kind(path) : NULL;
    const Sentence *sentence = find_sentence(target, cause);

    if (kind)
        return g_error_new(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR,
                           "%s is %s, not a socket: give the path of the guest's QMP socket", name,
                           kind);
    if (sentence)
        return sentence_error(sentence, name);
    return g_error_new(MONITOR_ERROR, MONITOR_ERROR_REFUSED,
                       "cannot connect to %s (%s): check that it is the guest's QMP socket", name,
                       cause->message);
}

/* --- connecting ------------------------------------------------------------------------------ */

static void connect_try(Connect *connect);

static gboolean on_retry(gpointer data)
{
    Connect *connect = data;

    connect->retry = 0;
    connect_try(connect);
    return G_SOURCE_REMOVE;
}

static void on_connected(GObject *client, GAsyncResult *result, gpointer data)
{
    Connect *connect = data;
    g_autoptr(GError) cause = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect_finish(G_SOCKET_CLIENT(client), result, &cause);

    if (connect->done && g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        connect->retry = g_timeout_add(RETRY_MS, on_retry, connect);
    } else if (connect->done) {
        error = cause ? connect_error(connect->target, cause) : NULL;
        connect->done(connection, error, connect->data);
    }
    connect_unref(connect);
}

static void connect_try(Connect *connect)
{
    g_autoptr(GSocketConnectable) address = target_connectable(connect->target);

    g_socket_client_connect_async(connect->client, address, connect->cancellable, on_connected,
                                  g_rc_box_acquire(connect));
}

Connect *connect_start(const Target *target, ConnectDoneFn done, gpointer data)
{
    Connect *connect = g_rc_box_new0(Connect);

    connect->target = target;
    connect->client = g_socket_client_new();
    /* A proxy would be asked for through modules that read the desktop's settings. */
    g_socket_client_set_enable_proxy(connect->client, FALSE);
    connect->cancellable = g_cancellable_new();
    connect->done = done;
    connect->data = data;
    connect_try(connect);
    return connect;
}

void connect_free(Connect *connect)
{
    if (!connect)
        return;
    connect->done = NULL;
    g_cancellable_cancel(connect->cancellable);
    if (connect->retry)
        g_source_remove(connect->retry);
    connect->retry = 0;
    connect_unref(connect);
}
