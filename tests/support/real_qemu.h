/* A real QEMU for a test: its own folder, a monitor for the program under test, another one and the
 * serial line for the test itself. Whatever goes wrong here fails the running test and shows what
 * QEMU said; QEMU never outlives the test program. No function sleeps: all wait for a condition,
 * with a deadline. */
#ifndef BACKPLANE_TEST_REAL_QEMU_H
#define BACKPLANE_TEST_REAL_QEMU_H

#include <glib.h>
#include <jansson.h>

typedef struct RealQemu RealQemu;

/* The longest that QEMU or its guest may take for one thing. */
#define REAL_QEMU_PATIENCE_MS 60000

typedef enum {
    REAL_QEMU_BARE = 0,          /* firmware only, which finds nothing to boot */
    REAL_QEMU_GUEST = 1 << 0,    /* boots the demonstration kernel; its "ready" is not waited for */
    REAL_QEMU_STOPPED = 1 << 1,  /* -S: not even the firmware runs */
    REAL_QEMU_DEFAULTS = 1 << 2, /* keep QEMU's default devices (VGA, NIC, CD-ROM, floppy) */
} RealQemuFlags;

/* Starts the QEMU that BACKPLANE_TEST_QEMU names (default: the installed qemu-system-x86_64) and
 * negotiates with it. machine: "pc", "q35". arguments: more of the command line, up to a NULL; may
 * be NULL. Files without a folder are those of real_qemu_directory. (transfer full) */
RealQemu *real_qemu_start(const char *machine, RealQemuFlags flags, const char *const *arguments);

/* The same in three steps, for images that must be there before QEMU is. */
RealQemu *real_qemu_new(const char *machine, RealQemuFlags flags);
void real_qemu_add(RealQemu *qemu, const char *argument, ...) G_GNUC_NULL_TERMINATED;
void real_qemu_launch(RealQemu *qemu);

/* Ends QEMU and removes its folder. NULL is fine. */
void real_qemu_stop(RealQemu *qemu);

/* The monitor for the program under test speaks HMP: where BACKPLANE_TEST_DIALECT is "hmp". The
 * test itself asks over QMP all the same. */
gboolean real_qemu_is_human(void);

/* The monitor for the program under test: "unix:PATH"; the path alone. */
const char *real_qemu_target(const RealQemu *qemu);
const char *real_qemu_socket(const RealQemu *qemu);
const char *real_qemu_directory(const RealQemu *qemu);
int real_qemu_pid(const RealQemu *qemu);
/* Major times 100 and minor: 702, 1000. */
int real_qemu_version(const RealQemu *qemu);

/* The path of a new, empty image in its folder, which lives as long as the QEMU. */
const char *real_qemu_image(RealQemu *qemu, const char *name, const char *format, guint64 bytes);

/* --- asking QEMU directly, past the program under test: these block -------------------------- */

/* The "return" of a command; arguments (transfer full) may be NULL. An error fails the test.
 * (transfer full) */
json_t *real_qemu_ask(RealQemu *qemu, const char *command, json_t *arguments);
/* For commands without an interesting answer. */
void real_qemu_tell(RealQemu *qemu, const char *command, json_t *arguments);
/* Like ask, but an error is an answer: NULL and QEMU's sentence in *error. (transfer full) */
json_t *real_qemu_try(RealQemu *qemu, const char *command, json_t *arguments, char **error);
/* The text of a line of the human monitor. (transfer full) */
char *real_qemu_hmp(RealQemu *qemu, const char *line);

/* Everything that a change may leave behind, as sorted lines: devices, block nodes, drives, network
 * back ends, objects, character devices, PCI functions. Equal texts mean equal guests. (transfer
 * full) */
char *real_qemu_state(RealQemu *qemu);
/* For states like the one above: sorts the lines (char *) and joins them by newlines. Ends the
 * array with a NULL. (transfer full) */
char *real_qemu_join_sorted(GPtrArray *lines);

/* Waits for an event; device: its "device" member, NULL for any. Each event is found once.
 * (transfer full) */
json_t *real_qemu_wait_event(RealQemu *qemu, const char *name, const char *device);
/* Whether such an event has come so far and was not waited for; does not take it. */
gboolean real_qemu_saw_event(RealQemu *qemu, const char *name, const char *device);

/* --- the guest's serial line ----------------------------------------------------------------- */

/* Waits for a line that holds text, past those found before. (transfer none, until the next call)
 */
const char *real_qemu_serial_wait(RealQemu *qemu, const char *text);
/* The same with a patience of its own, for guests that take long. */
const char *real_qemu_serial_wait_for(RealQemu *qemu, const char *text, guint milliseconds);
/* Sends a line; the newline is added. */
void real_qemu_serial_send(RealQemu *qemu, const char *line);

/* --- waiting for the program under test ------------------------------------------------------ */

/* Runs the default main context until the condition holds; FALSE after milliseconds without. */
gboolean wait_until(gboolean (*condition)(gpointer data), gpointer data, guint milliseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RealQemu, real_qemu_stop)

#endif
