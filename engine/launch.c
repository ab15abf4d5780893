/* The command line of a domain as a whole: what it begins with, its parts in order, and what of the
 * file is not in it. */
#include "engine/launch.h"

#include <string.h>

#include "engine/domain_edit.h"
#include "engine/launch_private.h"
#include "monitor/text.h"

/* ---- options ---- */

void launch_add(LaunchPlan *plan, const char *option, const char *value)
{
    g_ptr_array_add(plan->arguments, g_strdup(option));
    if (value)
        g_ptr_array_add(plan->arguments, g_strdup(value));
}

void launch_addf(LaunchPlan *plan, const char *option, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(plan->arguments, g_strdup(option));
    g_ptr_array_add(plan->arguments, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void launch_refuse(LaunchPlan *plan, const char *format, ...)
{
    g_autofree char *message = NULL;
    g_autofree char *safe = NULL;
    va_list arguments;

    if (plan->error)
        return;
    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    safe = text_printable(message, -1, 0);
    plan->error = g_error_new_literal(ENGINE_ERROR, ENGINE_ERROR_REFUSED, safe);
}

/* A port's file, or one that the file names for its log, is the user's. */
static gboolean is_first_serial(const char *option, const char *value)
{
    return strcmp(option, "-chardev") == 0 && !g_str_has_prefix(value, "file,") &&
           strstr(value, ",id=" LAUNCH_CHARDEV "serial0") && !strstr(value, ",logfile=");
}

gboolean launch_log_serial(Launch *launch, const char *path)
{
    GPtrArray *arguments = launch->arguments;
    g_autofree char *escaped = launch_escape(path);

    for (guint i = 0; i + 2 < arguments->len; i++) {
        char *value = arguments->pdata[i + 1];

        if (!is_first_serial(arguments->pdata[i], value))
            continue;
        arguments->pdata[i + 1] = g_strdup_printf("%s,logfile=%s,logappend=on", value, escaped);
        g_free(value);
        return TRUE;
    }
    return FALSE;
}

char *launch_escape(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    return g_strjoinv(",,", parts);
}

void option_put(GString *option, const char *name, const char *value)
{
    g_autofree char *escaped = value ? launch_escape(value) : NULL;

    if (escaped)
        g_string_append_printf(option, ",%s=%s", name, escaped);
}

void option_putf(GString *option, const char *name, const char *format, ...)
{
    g_autofree char *value = NULL;
    va_list arguments;

    va_start(arguments, format);
    value = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    option_put(option, name, value);
}

void launch_parts(LaunchPlan *plan, const XmlNode *node, const LaunchPart *parts, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const XmlNode *child = launch_child(plan, node, parts[i].element);

        if (child)
            parts[i].translate(plan, child);
    }
}

/* ---- the domain as it is started ---- */

/* Controllers that libvirt adds to every domain that needs them, as it does it: the type, the bus
 * of the devices that do, and what is added on pc and elsewhere. */
static const struct {
    const char *type;
    BusFamily needed_by;
    const char *pc, *other;
} needed_controllers[] = {
    { "usb", BUS_USB,
      "<controller type='usb' index='0' model='piix3-uhci'>\n"
      "  <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>\n"
      "</controller>",
      "<controller type='usb' index='0' model='qemu-xhci'/>" },
    { "virtio-serial", BUS_VIRTIO_SERIAL, "<controller type='virtio-serial' index='0'/>",
      "<controller type='virtio-serial' index='0'/>" },
};

/* Whether the file says anything about controllers of this type, be it that there is none. */
static gboolean has_controller(const Domain *domain, const char *type)
{
    const GPtrArray *nodes = domain->devices_node->children;

    for (guint i = 0; i < nodes->len; i++) {
        const XmlNode *node = nodes->pdata[i];

        if (strcmp(node->name, "controller") == 0 &&
            g_strcmp0(xml_node_get(node, "type"), type) == 0)
            return TRUE;
    }
    return FALSE;
}

static const DomainDevice *first_on(const Domain *domain, BusFamily family)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];

        if (device->model && device->model->plugs == family)
            return device;
    }
    return NULL;
}

/* The domain with the drives placed and the controllers that it needs. (transfer full) */
static Domain *complete(const Domain *domain, GPtrArray *notes, GError **error)
{
    g_autoptr(Domain) placed = domain_place_drives(domain, MODE_STATIC, error);
    g_autoptr(DomainEdit) edit = placed ? domain_edit_new(placed) : NULL;

    for (gsize i = 0; edit && i < G_N_ELEMENTS(needed_controllers); i++) {
        const DomainDevice *user = first_on(placed, needed_controllers[i].needed_by);
        g_autofree char *name = user ? domain_device_name(user) : NULL;

        if (!user || has_controller(placed, needed_controllers[i].type))
            continue;
        domain_edit_add(edit, placed->family == MACHINE_PC ? needed_controllers[i].pc
                                                           : needed_controllers[i].other);
        g_ptr_array_add(notes, g_strdup_printf("a controller of type %s is added, which %s needs",
                                               needed_controllers[i].type, name));
    }
    if (!edit || domain_edit_is_empty(edit))
        return g_steal_pointer(&placed);
    return domain_edit_apply(edit, error);
}

/* ---- the whole ---- */

static const char *machine_name(const LaunchPlan *plan)
{
    return plan->options->machine ? plan->options->machine : plan->domain->machine;
}

/* -machine and -cpu are known last, and stand first. */
static void insert_machine(LaunchPlan *plan, int at)
{
    const char *name = machine_name(plan);
    g_autoptr(GString) value = g_string_new(NULL);

    if (name)
        option_put(value, "type", name);
    g_string_append(value, plan->machine->str);
    if (value->len > 0) {
        g_ptr_array_insert(plan->arguments, at, g_strdup("-machine"));
        g_ptr_array_insert(plan->arguments, at + 1, g_strdup(value->str + 1));
    }
}

static void build(LaunchPlan *plan)
{
    int machine;

    launch_add(plan, "-no-user-config", NULL);
    launch_add(plan, "-nodefaults", NULL);
    launch_give_ids(plan);
    launch_count_slots(plan);
    machine = (int)plan->arguments->len;
    launch_add(plan, "-accel", plan->kvm ? "kvm" : "tcg");
    launch_machine(plan);
    launch_cpu(plan);
    launch_boot(plan);
    launch_devices(plan);
    insert_machine(plan, machine);
    launch_own_arguments(plan);
    for (const char *const *extra = plan->options->extra; extra && *extra; extra++)
        launch_add(plan, *extra, NULL);
    launch_list_unsaid(plan);
}

static Launch *launch_new(void)
{
    Launch *launch = g_new0(Launch, 1);

    launch->arguments = g_ptr_array_new_with_free_func(g_free);
    launch->missing = g_ptr_array_new_with_free_func(g_free);
    launch->notes = g_ptr_array_new_with_free_func(g_free);
    launch->down = g_ptr_array_new_with_free_func(g_free);
    return launch;
}

void launch_free(Launch *launch)
{
    g_ptr_array_unref(launch->arguments);
    g_ptr_array_unref(launch->missing);
    g_ptr_array_unref(launch->notes);
    g_ptr_array_unref(launch->down);
    g_free(launch);
}

Launch *launch_plan(const Domain *domain, const LaunchOptions *options, GError **error)
{
    g_autoptr(Launch) launch = launch_new();
    g_autoptr(Domain) whole =
        domain_is_valid(domain, error) ? complete(domain, launch->notes, error) : NULL;
    LaunchPlan plan = { whole,
                        options,
                        launch->arguments,
                        launch->missing,
                        launch->notes,
                        launch->down,
                        .kvm = options->kvm && whole && g_strcmp0(whole->type, "qemu") != 0 };

    if (!whole)
        return NULL;
    plan.machine = g_string_new(NULL);
    plan.cpu = g_string_new(NULL);
    plan.said = g_hash_table_new(NULL, NULL);
    plan.boot = g_hash_table_new(NULL, NULL);
    plan.ids = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    plan.slots = g_hash_table_new(NULL, NULL);
    build(&plan);
    g_ptr_array_add(launch->arguments, NULL);
    g_string_free(plan.machine, TRUE);
    g_string_free(plan.cpu, TRUE);
    g_hash_table_unref(plan.said);
    g_hash_table_unref(plan.boot);
    g_hash_table_unref(plan.ids);
    g_hash_table_unref(plan.slots);
    if (plan.error) {
        g_propagate_error(error, plan.error);
        return NULL;
    }
    return g_steal_pointer(&launch);
}

/* ---- for a shell ---- */

static gboolean is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";

    return *word && strspn(word, plain) == strlen(word);
}

/* $'...': what would do something to a terminal, and what lies beside it, as numbers. */
static void append_numbers(GString *text, const char *word)
{
    g_string_append(text, "$'");
    for (; *word; word++) {
        if (*word == '\'' || *word == '\\')
            g_string_append_printf(text, "\\%c", *word);
        else if (g_ascii_isprint(*word))
            g_string_append_c(text, *word);
        else
            g_string_append_printf(text, "\\%03o", (guchar)*word);
    }
    g_string_append_c(text, '\'');
}

static void append_word(GString *text, const char *word)
{
    g_autofree char *printable = text_printable(word, -1, 0);
    g_autofree char *quoted = is_plain(word) ? g_strdup(word) : g_shell_quote(word);

    if (strcmp(printable, word) != 0)
        append_numbers(text, word);
    else
        g_string_append(text, quoted);
}

char *launch_to_text(const char *program, const Launch *launch)
{
    GString *text = g_string_new(NULL);
    gboolean was_option = FALSE;

    append_word(text, program);
    for (guint i = 0; launch->arguments->pdata[i]; i++) {
        const char *word = launch->arguments->pdata[i];
        gboolean value = was_option && *word != '-';

        g_string_append(text, value ? " " : " \\\n    ");
        append_word(text, word);
        was_option = !value;
    }
    g_string_append_c(text, '\n');
    for (guint i = 0; i < launch->down->len; i++)
        g_string_append_printf(text, "# on its monitor then: set_link %s off\n",
                               (const char *)launch->down->pdata[i]);
    return g_string_free(text, FALSE);
}
