/* A source of the main loop for each of the signals. */
#include "tui/end_signals.h"

#include <glib-unix.h>
#include <signal.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

typedef struct {
    EndSignals *signals;
    int number;
    guint source;
} EndSignal;

struct EndSignals {
    EndSignalFn came;
    gpointer data;
    EndSignal each[G_N_ELEMENTS(numbers)];
};

static gboolean on_signal(gpointer data)
{
    const EndSignal *signal = data;

    signal->signals->came(signal->number, signal->signals->data);
    return G_SOURCE_CONTINUE;
}

EndSignals *end_signals_new(EndSignalFn came, gpointer data)
{
    EndSignals *signals = g_new0(EndSignals, 1);

    signals->came = came;
    signals->data = data;
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        EndSignal *each = &signals->each[i];

        each->signals = signals;
        each->number = numbers[i];
        each->source = g_unix_signal_add(numbers[i], on_signal, each);
    }
    return signals;
}

void end_signals_free(EndSignals *signals)
{
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_source_remove(signals->each[i].source);
    g_free(signals);
}
