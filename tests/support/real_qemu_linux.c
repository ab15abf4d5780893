/* Talks with the guest's first process, tests/tools/guest-init. */
#include "tests/support/real_qemu_linux.h"

#include <string.h>

/* Kept short for the emulator: no address randomisation, no self tests, no mitigations. */
#define KERNEL_ARGUMENTS                                                                           \
    "console=ttyS0 loglevel=4 nokaslr mitigations=off tsc=reliable cryptomgr.notests "             \
    "8250.nr_uarts=1 panic=-1"

/* It takes 7 s on an idle processor; the tests run beside others. */
#define BOOT_MS 240000

void real_qemu_linux_add(RealQemu *qemu)
{
    real_qemu_add(qemu, "-m", "192", "-kernel", BUILDDIR "/linux/vmlinuz", "-initrd",
                  BUILDDIR "/linux/initrd", "-append", KERNEL_ARGUMENTS, NULL);
}

void real_qemu_linux_wait_ready(RealQemu *qemu)
{
    real_qemu_serial_wait_for(qemu, "linux guest ready", BOOT_MS);
}

/* The list has the class with its programming interface, two digits that QEMU does not tell. */
static char *shorten(const char *line)
{
    return g_str_has_prefix(line, "pci ") ? g_strndup(line, strlen(line) - 2) : g_strdup(line);
}

char *real_qemu_linux_list(RealQemu *qemu)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    const char *line;

    real_qemu_serial_send(qemu, "list");
    while (!g_str_equal(line = real_qemu_serial_wait(qemu, ""), "end"))
        g_ptr_array_add(lines, shorten(line));
    return real_qemu_join_sorted(lines);
}

void real_qemu_linux_rescan(RealQemu *qemu)
{
    real_qemu_serial_send(qemu, "rescan");
    real_qemu_serial_wait(qemu, "end");
}
