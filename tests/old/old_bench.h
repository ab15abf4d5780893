/* A session of the program under test on an emulated monitor of QEMU 0.10 to 0.14, with images that
 * can be plugged. Every function fails the running test when what it waits for does not come. */
#ifndef BACKPLANE_TESTS_OLD_BENCH_H
#define BACKPLANE_TESTS_OLD_BENCH_H

#include "engine/session.h"
#include "tests/old/old_monitor.h"

typedef struct {
    char *directory; /* of the images x1.qcow2 to x5.qcow2, and those that the guest starts with */
    OldMonitor *monitor;
    Session *session; /* live, SESSION_ONCE */
    guint lines;      /* that were typed before old_bench_mark */
} OldBench;

/* options: NULL: the proposal's guest, which ejects at once; the directory is the bench's. */
OldBench *old_bench_new(const char *version, const OldMachineOptions *options);
/* Nothing that was sent killed or damaged the guest, or it fails the test. */
void old_bench_free(OldBench *bench);

const Guest *old_bench_guest(const OldBench *bench);
/* The device in the tree at "00:05.0", or of that id; fails the test without. */
Device *old_bench_device(const OldBench *bench, const char *name);
/* The path of an image. (transfer full) */
char *old_bench_image(const OldBench *bench, const char *name);

/* The session's plan, run to its end; option strings KEY=VALUE. */
void old_bench_attach(OldBench *bench, const char *kind, const char *const *options);
void old_bench_detach(OldBench *bench, const char *name);
/* Runs a plan to the expected end. (transfer full) what it says on the way: QEMU's sentence and,
 * after each "; ", what could not be taken back; NULL for none. plan: (transfer full). */
char *old_bench_run(OldBench *bench, Plan *plan, Outcome expected);
/* The sentence with which it is refused before anything was sent. (transfer full) */
char *old_bench_refused_attach(OldBench *bench, const char *kind, const char *const *options);
char *old_bench_refused_detach(OldBench *bench, const char *name);

/* From here on lines are counted. */
void old_bench_mark(OldBench *bench);
/* How many lines since then change anything: not help, info, or the line that clears the editor. */
guint old_bench_changes(const OldBench *bench);
/* Devices, drives, VLANs and USB of the guest, as text. (transfer full) */
char *old_bench_state(const OldBench *bench);

#endif
