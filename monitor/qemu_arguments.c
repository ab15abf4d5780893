/* The options that matter here, by a table. Chardevs may come behind the monitors that use them, so
 * both are collected first. Checked against softmmu/vl.c and monitor/monitor.c of QEMU 7.2. */
#include "monitor/qemu_arguments.h"

#include <string.h>

#define MONITORS_MAX 64

typedef struct {
    QemuArguments *arguments;
    GHashTable *chardevs; /* id to QemuOptions */
    GPtrArray *pending;   /* (Pending) */
    gboolean has_monitor; /* one was asked for, or none: QEMU makes no monitor of its own */
    gboolean nographic;
    QemuConfigFn read;
    gpointer data;
} Parser;

/* A monitor whose chardev may not have been seen yet. */
typedef struct {
    gboolean qmp;
    char *chardev;     /* its id; NULL: */
    QemuMonitor *made; /* it has one of its own */
} Pending;

static void pending_free(gpointer data)
{
    Pending *pending = data;

    g_free(pending->chardev);
    g_free(pending);
}

/* --- the options ----------------------------------------------------------------------------- */

static void add_pending(Parser *parser, gboolean qmp, const char *chardev, QemuMonitor *made)
{
    Pending *pending = g_new0(Pending, 1);

    pending->qmp = qmp;
    pending->chardev = g_strdup(chardev);
    pending->made = made;
    g_ptr_array_add(parser->pending, pending);
}

static void add_monitor(Parser *parser, const char *text, gboolean qmp)
{
    gboolean chardev = g_str_has_prefix(text, "chardev:");

    parser->has_monitor = TRUE;
    if (g_str_has_prefix(text, "none") || parser->pending->len >= MONITORS_MAX)
        return;
    add_pending(parser, qmp, chardev ? text + strlen("chardev:") : NULL,
                chardev ? NULL : qemu_monitor_from_text(text));
}

static void take_qmp(Parser *parser, const char *text)
{
    add_monitor(parser, text, TRUE);
}

static void take_monitor(Parser *parser, const char *text)
{
    add_monitor(parser, text, FALSE);
}

/* A line that the guest's serial port shares with a monitor: whoever connects is at the port. */
static void take_serial(Parser *parser, const char *text)
{
    if (!g_str_has_prefix(text, "mon:") || parser->pending->len >= MONITORS_MAX)
        return;
    parser->has_monitor = TRUE;
    add_pending(parser, FALSE, NULL, qemu_monitor_other("serial line"));
}

static void replace(char **text, const char *with)
{
    if (!with || !*with)
        return;
    g_free(*text);
    *text = g_strdup(with);
}

static void take_name_options(Parser *parser, QemuOptions *options)
{
    const char *guest = qemu_options_find(options, "guest");
    const char *process = qemu_options_find(options, "process");

    replace(&parser->arguments->name, guest && *guest ? guest : process);
}

static void add_accelerator(Parser *parser, const char *name)
{
    char **list = &parser->arguments->accelerator;
    char *both = *list && name ? g_strconcat(*list, ":", name, NULL) : NULL;

    if (both) {
        g_free(*list);
        *list = both;
    } else {
        replace(list, name);
    }
}

static void take_machine_options(Parser *parser, QemuOptions *options)
{
    replace(&parser->arguments->machine, qemu_options_find(options, "type"));
    replace(&parser->arguments->accelerator, qemu_options_find(options, "accel"));
}

static void take_accel_options(Parser *parser, QemuOptions *options)
{
    add_accelerator(parser, qemu_options_find(options, "accel"));
}

static void take_mon_options(Parser *parser, QemuOptions *options)
{
    const char *chardev = qemu_options_find(options, "chardev");
    const char *mode = qemu_options_find(options, "mode");

    parser->has_monitor = TRUE;
    if (chardev && parser->pending->len < MONITORS_MAX)
        add_pending(parser, g_strcmp0(mode, "control") == 0, chardev, NULL);
}

/* Takes the options. */
static void take_chardev_options(Parser *parser, QemuOptions *options)
{
    const char *id = qemu_options_find(options, "id");

    if (id)
        g_hash_table_replace(parser->chardevs, g_strdup(id), options);
    else
        qemu_options_free(options);
}

static void take_chardev(Parser *parser, const char *text)
{
    take_chardev_options(parser, qemu_options_parse(text, "backend"));
}

static void take_image(Parser *parser, const char *text)
{
    if (!parser->arguments->image)
        replace(&parser->arguments->image, text);
}

static void take_drive(Parser *parser, const char *text)
{
    g_autoptr(QemuOptions) options = qemu_options_parse(text, "file");
    const char *file = qemu_options_find(options, "file");

    take_image(parser, file ? file : qemu_options_find(options, "filename"));
}

static void take_enable_kvm(Parser *parser, const char *text)
{
    replace(&parser->arguments->accelerator, "kvm");
}

static void take_nodefaults(Parser *parser, const char *text)
{
    parser->has_monitor = TRUE;
}

static void take_nographic(Parser *parser, const char *text)
{
    parser->nographic = TRUE;
}

static void take_daemonize(Parser *parser, const char *text)
{
    parser->arguments->daemon = TRUE;
}

static void take_readconfig(Parser *parser, const char *path);

static const struct {
    const char *name;
    void (*take)(Parser *parser, const char *text); /* or */
    void (*take_options)(Parser *parser, QemuOptions *options);
    const char *first; /* see qemu_options_parse */
} handlers[] = {
    { "name", NULL, take_name_options, "guest" },
    { "machine", NULL, take_machine_options, "type" },
    { "M", NULL, take_machine_options, "type" },
    { "accel", NULL, take_accel_options, "accel" },
    { "mon", NULL, take_mon_options, "chardev" },
    { "chardev", take_chardev },
    { "qmp", take_qmp },
    { "qmp-pretty", take_qmp },
    { "monitor", take_monitor },
    { "serial", take_serial },
    { "parallel", take_serial },
    { "enable-kvm", take_enable_kvm },
    { "nodefaults", take_nodefaults },
    { "nographic", take_nographic },
    { "daemonize", take_daemonize },
    { "readconfig", take_readconfig },
    { "drive", take_drive },
    { "blockdev", take_drive },
    { "hda", take_image },
    { "cdrom", take_image },
};

/* Those without a value, of all versions from 0.10 to 10.0: every other one has its value in the
 * next word, which may look like an option. */
static const char *const switches[] = {
    "h",
    "help",
    "version",
    "S",
    "s",
    "snapshot",
    "nographic",
    "nodefaults",
    "no-user-config",
    "nodefconfig",
    "daemonize",
    "enable-kvm",
    "no-kvm",
    "no-kvm-irqchip",
    "no-kvm-pit",
    "no-kvm-pit-reinjection",
    "enable-nesting",
    "enable-hax",
    "enable-fips",
    "no-reboot",
    "no-shutdown",
    "no-acpi",
    "no-hpet",
    "no-fd-bootchk",
    "win2k-hack",
    "rtc-td-hack",
    "localtime",
    "usb",
    "mem-prealloc",
    "preconfig",
    "only-migratable",
    "singlestep",
    "enable-sync-profile",
    "perfmap",
    "jitdump",
    "async-teardown",
    "xen-create",
    "xen-attach",
    "xen-domid-restrict",
    "full-screen",
    "portrait",
    "no-frame",
    "alt-grab",
    "ctrl-grab",
    "no-quit",
    "sdl",
    "curses",
    "std-vga",
    "semihosting",
    "old-param",
    "kernel-kqemu",
    "enable-kqemu",
    "no-kqemu",
    "tdf",
    "audio-help",
    NULL,
};

static void take_option(Parser *parser, const char *name, const char *value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++) {
        if (!g_str_equal(handlers[i].name, name))
            continue;
        if (handlers[i].take) {
            handlers[i].take(parser, value);
        } else {
            g_autoptr(QemuOptions) options = qemu_options_parse(value, handlers[i].first);
            handlers[i].take_options(parser, options);
        }
    }
}

static void take_words(Parser *parser, const GPtrArray *words)
{
    const char *kernel = NULL;

    for (guint i = 1; i < words->len; i++) {
        const char *word = words->pdata[i];
        const char *name = word + 1 + (word[0] && word[1] == '-');

        if (*word != '-') {
            take_image(parser, word);
        } else if (g_strv_contains(switches, name)) {
            take_option(parser, name, "");
        } else if (i + 1 < words->len) {
            take_option(parser, name, words->pdata[++i]);
            kernel = g_str_equal(name, "kernel") ? words->pdata[i] : kernel;
        }
    }
    take_image(parser, kernel);
}

/* --- -readconfig ----------------------------------------------------------------------------- */

/* [group "id"] of QEMU's util/qemu-config.c. */
typedef struct {
    char *group;
    QemuOptions *options;
} Section;

static void end_section(Parser *parser, Section *section)
{
    QemuOptions *options = g_steal_pointer(&section->options);

    if (!options)
        return;
    if (g_str_equal(section->group, "chardev")) {
        take_chardev_options(parser, g_steal_pointer(&options));
    } else {
        for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++)
            if (handlers[i].take_options && g_str_equal(handlers[i].name, section->group))
                handlers[i].take_options(parser, options);
    }
    g_clear_pointer(&section->group, g_free);
    qemu_options_free(options);
}

/* What stands between the first two quotes; NULL without. (transfer full) */
static char *quoted(const char *text)
{
    const char *open = strchr(text, '"');
    const char *close = open ? strchr(open + 1, '"') : NULL;

    return close ? g_strndup(open + 1, (gsize)(close - open - 1)) : NULL;
}

static void begin_section(Section *section, const char *line)
{
    g_autofree char *id = quoted(line);

    section->group = g_strndup(line + 1, strcspn(line + 1, " \t]"));
    section->options = qemu_options_new();
    if (id)
        qemu_options_add(section->options, "id", id);
}

static void take_line(Parser *parser, Section *section, char *line)
{
    g_autofree char *value = NULL, *key = NULL;

    g_strstrip(line);
    if (*line == '[') {
        end_section(parser, section);
        begin_section(section, line);
        return;
    }
    value = *line == '#' ? NULL : quoted(line);
    key = g_strndup(line, strcspn(line, " \t="));
    if (section->options && value)
        qemu_options_add(section->options, key, value);
}

static void take_readconfig(Parser *parser, const char *path)
{
    GString *text = parser->read ? parser->read(path, parser->data) : NULL;
    Section section = { NULL, NULL };
    g_auto(GStrv) lines = NULL;

    if (!text)
        return;
    lines = g_strsplit(text->str, "\n", -1);
    for (char **line = lines; *line; line++)
        take_line(parser, &section, *line);
    end_section(parser, &section);
    g_string_free(text, TRUE);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* QEMU makes a human monitor where nothing is said of any. */
static void add_default(Parser *parser)
{
    if (!parser->has_monitor)
        add_pending(parser, FALSE, NULL,
                    qemu_monitor_other(parser->nographic ? "stdio" : "its own console"));
}

QemuArguments *qemu_arguments_parse(const GPtrArray *words, QemuConfigFn read, gpointer data)
{
    QemuArguments *arguments = g_new0(QemuArguments, 1);
    g_autoptr(GHashTable) chardevs =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)qemu_options_free);
    g_autoptr(GPtrArray) pending = g_ptr_array_new_with_free_func(pending_free);
    Parser parser = { arguments, chardevs, pending, .read = read, .data = data };

    arguments->monitors = g_ptr_array_new_with_free_func((GDestroyNotify)qemu_monitor_free);
    take_words(&parser, words);
    add_default(&parser);
    for (guint i = 0; i < pending->len; i++) {
        Pending *one = pending->pdata[i];
        QemuMonitor *monitor =
            one->made ? one->made
                      : qemu_monitor_from_chardev(g_hash_table_lookup(chardevs, one->chardev));

        monitor->qmp = one->qmp;
        g_ptr_array_add(arguments->monitors, monitor);
    }
    return arguments;
}

void qemu_arguments_free(QemuArguments *arguments)
{
    if (!arguments)
        return;
    g_free(arguments->name);
    g_free(arguments->image);
    g_free(arguments->machine);
    g_free(arguments->accelerator);
    g_ptr_array_unref(arguments->monitors);
    g_free(arguments);
}
