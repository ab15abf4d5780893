/* Finds the QEMU program for a domain and asks it what machines it has. A file may come from
 * anywhere: a program that it names is run only where nobody but root can have put it. */
#include "engine/emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* QEMU answers at once; what does not is no QEMU, and is ended. */
#define ANSWER_SECONDS 10

#define DEFAULT_ARCH "x86_64"

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    g_autofree char *message = NULL;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, message);
    return FALSE;
}

/* ---- asking the program ---- */

static void limit_time(gpointer data)
{
    alarm(ANSWER_SECONDS);
}

/* What the program prints when it is given these words. (transfer full) */
static char *ask(const char *program, const char *const *words, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    const char *line[] = { program, words[0], words[1], NULL };
    g_autoptr(GSubprocess) process = NULL;
    g_autofree char *out = NULL;
    g_autofree char *complaint = NULL;
    g_autoptr(GError) trouble = NULL;

    g_subprocess_launcher_set_child_setup(launcher, limit_time, NULL, NULL);
    process = g_subprocess_launcher_spawnv(launcher, line, &trouble);
    if (process && g_subprocess_communicate_utf8(process, NULL, NULL, &out, &complaint, &trouble) &&
        g_subprocess_get_successful(process))
        return g_steal_pointer(&out);
    refuse(error, "%s does not answer as QEMU does: %s", program,
           trouble                   ? trouble->message
           : complaint && *complaint ? g_strstrip(complaint)
                                     : "it ended without a word");
    return NULL;
}

/* "7.2.22"; NULL when it does not say. (transfer full) */
static char *version_of(const char *program)
{
    static const char *const words[2] = { "--version" };
    static const char before[] = "version ";
    g_autofree char *answer = ask(program, words, NULL);
    const char *found = answer ? strstr(answer, before) : NULL;
    const char *version = found ? found + strlen(before) : NULL;

    return version ? g_strndup(version, strcspn(version, " \n(")) : NULL;
}

/* Machine names -> the machine that it is another name of, or itself. (transfer full) */
static GHashTable *machines_of(const char *program, GError **error)
{
    static const char *const words[2] = { "-machine", "help" };
    static const char alias[] = "(alias of ";
    g_autofree char *answer = ask(program, words, error);
    g_auto(GStrv) lines = answer ? g_strsplit(answer, "\n", -1) : NULL;
    GHashTable *machines = NULL;

    /* The first line is a heading. */
    if (lines && lines[0])
        machines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 1; machines && lines[i]; i++) {
        char *name = g_strndup(lines[i], strcspn(lines[i], " "));
        const char *other = strstr(lines[i], alias);

        g_hash_table_insert(
            machines, name,
            other ? g_strndup(other + strlen(alias), strcspn(other + strlen(alias), ")"))
                  : g_strdup(name));
    }
    return machines;
}

/* ---- which program ---- */

/* Nobody but root may write there. */
static gboolean is_roots(const char *path, mode_t type)
{
    struct stat facts;

    return lstat(path, &facts) == 0 && (facts.st_mode & S_IFMT) == type && facts.st_uid == 0 &&
           (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static gboolean has_name_of_emulator(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);

    return g_str_has_prefix(name, "qemu-system-") || strcmp(name, "qemu-kvm") == 0 ||
           strcmp(name, "kvm") == 0;
}

/* The file or folder on the way to path (without symbolic links) that is not root's; NULL: all are.
 * (transfer full) */
static char *weak_part(const char *path)
{
    g_autofree char *part = g_strdup(path);
    mode_t type = S_IFREG;

    while (is_roots(part, type)) {
        char *folder = g_path_get_dirname(part);

        if (strcmp(folder, part) == 0) {
            g_free(folder);
            return NULL;
        }
        g_free(part);
        part = folder;
        type = S_IFDIR;
    }
    return g_steal_pointer(&part);
}

char *emulator_trusted(const char *program, char **why)
{
    char *real = g_path_is_absolute(program) ? realpath(program, NULL) : NULL;
    g_autofree char *path = g_strdup(real); /* it comes from malloc */
    g_autofree char *weak = NULL;

    free(real);
    if (!path)
        *why = g_strdup_printf("it is not there");
    else if (!has_name_of_emulator(path))
        *why = g_strdup("its name is not that of a QEMU system emulator");
    else if (access(path, X_OK) != 0)
        *why = g_strdup("it is not executable");
    else if ((weak = weak_part(path)))
        *why = g_strdup_printf("%s is not root's alone", weak);
    else
        return g_steal_pointer(&path);
    return NULL;
}

/* libvirt's names of architectures that QEMU calls otherwise; the programs to try, in order. */
static const struct {
    const char *arch;
    const char *programs[5];
} arch_programs[] = {
    { "i686", { "qemu-system-i386", "qemu-system-x86_64", "qemu-kvm", "/usr/libexec/qemu-kvm" } },
    { "i386", { "qemu-system-i386", "qemu-system-x86_64", "qemu-kvm", "/usr/libexec/qemu-kvm" } },
    { "x86_64", { "qemu-system-x86_64", "qemu-kvm", "/usr/libexec/qemu-kvm", "kvm" } },
    { "armv6l", { "qemu-system-arm" } },
    { "armv7l", { "qemu-system-arm" } },
    { "ppc64le", { "qemu-system-ppc64" } },
};

static gboolean is_arch(const char *arch)
{
    return *arch && strspn(arch, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(arch);
}

/* The host's program for the architecture. (transfer full) */
static char *find_for_arch(const char *arch, GError **error)
{
    g_autofree char *usual = g_strconcat("qemu-system-", arch, NULL);
    const char *const *programs = NULL;
    char *path = NULL;

    for (gsize i = 0; !programs && i < G_N_ELEMENTS(arch_programs); i++)
        if (strcmp(arch_programs[i].arch, arch) == 0)
            programs = arch_programs[i].programs;
    if (!programs && is_arch(arch))
        path = g_find_program_in_path(usual);
    for (; programs && *programs && !path; programs++)
        path = g_find_program_in_path(*programs);
    if (!path)
        refuse(error,
               "there is no QEMU for %s on this host: install %s, or name one with "
               "--emulator",
               arch, usual);
    return path;
}

static char *find_named(const char *program, GError **error)
{
    char *path = g_find_program_in_path(program);

    if (!path)
        refuse(error, "there is no program %s: name a QEMU system emulator", program);
    return path;
}

/* ---- what it calls the machine ---- */

/* The machine of this name, or the present one of its family: "pc-q35-2.4" -> what "q35" stands
 * for, "virt-2.9" -> what "virt" stands for. (transfer none) */
static const char *present_machine(GHashTable *machines, const Domain *domain)
{
    g_autofree char *name = g_strdup(domain->family == MACHINE_Q35 ? "q35" : domain->machine);
    const char *present = NULL;
    char *end;

    if (g_hash_table_contains(machines, domain->machine))
        return domain->machine;
    while (!(present = g_hash_table_lookup(machines, name)) && (end = strrchr(name, '-')))
        *end = '\0';
    return present;
}

static gboolean find_machine(Emulator *emulator, const Domain *domain, GHashTable *machines,
                             GError **error)
{
    const char *present = domain->machine ? present_machine(machines, domain) : NULL;
    g_autofree char *version = NULL;
    g_autofree char *qemu = NULL;

    emulator->machine = g_strdup(present);
    if (g_strcmp0(present, domain->machine) == 0)
        return TRUE;
    version = version_of(emulator->program);
    qemu = version ? g_strconcat("QEMU ", version, NULL) : g_strdup(emulator->program);
    if (!present)
        return refuse(error,
                      "machine %s is not in %s, and none of its family is: write another one into "
                      "the file, or name another QEMU with --emulator",
                      domain->machine, qemu);
    g_ptr_array_add(emulator->notes, g_strdup_printf("machine %s is not in %s: %s is used",
                                                     domain->machine, qemu, present));
    return TRUE;
}

/* ---- KVM ---- */

static gboolean host_runs(const char *arch)
{
    struct utsname host;

    return uname(&host) == 0 && (strcmp(host.machine, arch) == 0 ||
                                 (strcmp(host.machine, "x86_64") == 0 &&
                                  (strcmp(arch, "i686") == 0 || strcmp(arch, "i386") == 0)));
}

static void find_kvm(Emulator *emulator, const Domain *domain, const char *arch)
{
    int device = host_runs(arch) ? open("/dev/kvm", O_RDWR | O_CLOEXEC) : -1;

    emulator->kvm = device >= 0;
    if (emulator->kvm)
        close(device);
    else if (g_strcmp0(domain->type, "kvm") == 0)
        g_ptr_array_add(emulator->notes,
                        g_strdup_printf("KVM is not usable here (%s): the guest is emulated, which "
                                        "is slower",
                                        host_runs(arch) ? "/dev/kvm cannot be opened"
                                                        : "this host is of another architecture"));
}

/* ---- the face ---- */

/* The file's own program, if it may be run and answers; else NULL, and why not. */
static GHashTable *try_file(Emulator *emulator, const char *program, char **why)
{
    g_autoptr(GError) error = NULL;
    GHashTable *machines = NULL;

    emulator->program = emulator_trusted(program, why);
    if (emulator->program && !(machines = machines_of(emulator->program, &error))) {
        *why = g_strdup(error->message);
        g_clear_pointer(&emulator->program, g_free);
    }
    return machines;
}

static GHashTable *find_program(Emulator *emulator, const Domain *domain, const char *arch,
                                const char *forced, GError **error)
{
    const char *named = forced ? forced : g_getenv("BACKPLANE_QEMU");
    GHashTable *machines = NULL;
    g_autofree char *why = NULL;

    if (named && *named) {
        emulator->program = find_named(named, error);
    } else {
        if (domain->emulator && (machines = try_file(emulator, domain->emulator, &why)))
            return machines;
        emulator->program = find_for_arch(arch, error);
    }
    if (why && emulator->program)
        g_ptr_array_add(emulator->notes, g_strdup_printf("the file's emulator %s is not run (%s): "
                                                         "%s is",
                                                         domain->emulator, why, emulator->program));
    return emulator->program ? machines_of(emulator->program, error) : NULL;
}

Emulator *emulator_find(const Domain *domain, const char *forced, GError **error)
{
    const char *arch = domain->arch ? domain->arch : DEFAULT_ARCH;
    g_autoptr(Emulator) emulator = g_new0(Emulator, 1);
    g_autoptr(GHashTable) machines = NULL;

    emulator->notes = g_ptr_array_new_with_free_func(g_free);
    machines = find_program(emulator, domain, arch, forced, error);
    if (!machines || !find_machine(emulator, domain, machines, error))
        return NULL;
    find_kvm(emulator, domain, arch);
    return g_steal_pointer(&emulator);
}

void emulator_free(Emulator *emulator)
{
    g_free(emulator->program);
    g_free(emulator->machine);
    g_ptr_array_unref(emulator->notes);
    g_free(emulator);
}
