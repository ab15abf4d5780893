/* A QMP server for tests, inside the test's own main loop: listens on a unix socket in a private
 * directory, greets and negotiates as QEMU does, answers from a script, misbehaves when told to.
 * Like QEMU it serves one client at a time; the others wait without a greeting.
 *
 * A script names a command by KEY. The most specific one that was given a reply counts:
 *   "qom-get:/machine/x:realized"   the command and the values of all its string arguments, as sent
 *   "qom-get:/machine/x"            the command and the value of any one of them
 *   "qom-get"                       the command
 *   "hmp:info qtree", "hmp"         human-monitor-command
 *   "*"                             everything else; without it CommandNotFound, as QEMU says it
 */
#ifndef BACKPLANE_FAKE_MONITOR_H
#define BACKPLANE_FAKE_MONITOR_H

#include <gio/gio.h>
#include <jansson.h>

typedef struct FakeMonitor FakeMonitor;

#define FAKE_GREETING                                                                              \
    "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":22,\"minor\":2,\"major\":7},"                      \
    "\"package\":\"\"},\"capabilities\":[\"oob\"]}}\r\n"

FakeMonitor *fake_monitor_new(void);
void fake_monitor_free(FakeMonitor *fake);
const char *fake_monitor_path(const FakeMonitor *fake);

/* --- the script ------------------------------------------------------------------------------ */

/* Every such command from now on gets this "return", given as JSON text. */
void fake_monitor_reply(FakeMonitor *fake, const char *key, const char *json);
/* The same for a reply that is a string, given plainly ("hmp:info network"). */
void fake_monitor_reply_text(FakeMonitor *fake, const char *key, const char *text);
/* Every such command from now on fails. */
void fake_monitor_fail(FakeMonitor *fake, const char *key, const char *class, const char *desc);
/* Only the nth from now fails (1 is the next one); the others get their usual reply. */
void fake_monitor_fail_nth(FakeMonitor *fake, const char *key, guint nth, const char *class,
                           const char *desc);
/* Every such command's reply is followed by this event; data is JSON text or NULL. */
void fake_monitor_then_event(FakeMonitor *fake, const char *key, const char *event,
                             const char *data);

/* The reply worked out by the test: a "return" value (transfer full), or NULL for what the script
 * would say. May call the fake's other functions, fake_monitor_free excepted. */
typedef json_t *(*FakeHandler)(FakeMonitor *fake, json_t *arguments, gpointer data);
void fake_monitor_handle(FakeMonitor *fake, const char *key, FakeHandler handler, gpointer data);

/* Replies from a JSON file: {"query-pci": [...], "hmp:info qtree": "..."}; a member
 * {"$error": {"class": ..., "desc": ...}} is a failure. Fails the test if it cannot be read. */
void fake_monitor_load(FakeMonitor *fake, const char *file);

/* --- behaviour ------------------------------------------------------------------------------- */

/* What the next client hears first, NULL for nothing at all. Default FAKE_GREETING. */
void fake_monitor_greeting(FakeMonitor *fake, const char *text);
/* Sends these bytes to the client now. */
void fake_monitor_raw(FakeMonitor *fake, const char *bytes, gsize length);
void fake_monitor_event(FakeMonitor *fake, const char *name, const char *data);
/* From such a command on, replies (not events) are kept back until fake_monitor_release. */
void fake_monitor_hold(FakeMonitor *fake, const char *key);
void fake_monitor_release(FakeMonitor *fake);
/* Commands are read and recorded, and nothing is answered from now on. */
void fake_monitor_silent(FakeMonitor *fake);
/* Output leaves in pieces of this many bytes, one a turn of the main loop; 0 for whole. */
void fake_monitor_pieces(FakeMonitor *fake, gsize bytes);
/* Closes the connection after this many more bytes of output. */
void fake_monitor_cut(FakeMonitor *fake, gsize bytes);
/* Multi-line JSON, as -qmp-pretty. */
void fake_monitor_pretty(FakeMonitor *fake);
/* Closes the client's connection; the listener stays. */
void fake_monitor_close(FakeMonitor *fake);

/* --- what came ------------------------------------------------------------------------------- */

gboolean fake_monitor_connected(const FakeMonitor *fake);
/* Every command received, qmp_capabilities excepted: a JSON array of the objects. (borrowed) */
json_t *fake_monitor_commands(const FakeMonitor *fake);
/* How many of them match the key. */
guint fake_monitor_count(const FakeMonitor *fake, const char *key);
/* The arguments of the latest that matches the key, NULL if none. (borrowed) */
json_t *fake_monitor_arguments(const FakeMonitor *fake, const char *key);
void fake_monitor_forget(FakeMonitor *fake);
/* In how many reads the commands came: those of one turn should come in one. */
guint fake_monitor_reads(const FakeMonitor *fake);

/* --- waiting --------------------------------------------------------------------------------- */

#define FAKE_WAIT_MS 30000

/* Runs the main loop until the condition holds; fails the test if it does not in FAKE_WAIT_MS. */
#define fake_wait(condition)                                                                       \
    do {                                                                                           \
        gint64 fake_deadline = g_get_monotonic_time() + FAKE_WAIT_MS * 1000;                       \
        while (!(condition))                                                                       \
            fake_turn(fake_deadline, #condition, __FILE__, __LINE__);                              \
    } while (0)

/* The same, for what has a figure: fails as well when a timer of the same main loop, begun now, is
 * over before. Whatever else the host does delays both. */
#define fake_wait_within(condition, milliseconds)                                                  \
    do {                                                                                           \
        FakeTimer *fake_timer = fake_timer_start(milliseconds);                                    \
        fake_wait(condition);                                                                      \
        fake_timer_end(fake_timer, #condition, __FILE__, __LINE__);                                \
    } while (0)
typedef struct FakeTimer FakeTimer;
FakeTimer *fake_timer_start(guint milliseconds);
/* Frees it; fails the test when it is over. */
void fake_timer_end(FakeTimer *timer, const char *condition, const char *file, int line);

void fake_turn(gint64 deadline, const char *condition, const char *file, int line);
/* Runs the main loop until it has nothing to do at once. */
void fake_settle(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeMonitor, fake_monitor_free)

#endif
