/* What a fuzzer calls: libFuzzer's loop, or the replay of its corpus. */
#ifndef BACKPLANE_FUZZ_H
#define BACKPLANE_FUZZ_H

#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

#endif
