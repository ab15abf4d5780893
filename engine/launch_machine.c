/* What a domain says of the machine besides its devices, processors and firmware: name, memory,
 * clock, what happens when it ends; and QEMU's own arguments that the file holds. */
#include "engine/launch_private.h"

#include <string.h>

#define MIB ((guint64)1 << 20)
#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

/* ---- who it is ---- */

static void put_name(LaunchPlan *plan, const XmlNode *node)
{
    g_autofree char *escaped = launch_escape(node->text);

    if (*escaped)
        launch_addf(plan, "-name", "guest=%s", escaped);
}

static void put_uuid(LaunchPlan *plan, const XmlNode *node)
{
    launch_add(plan, "-uuid", node->text);
}

static void put_genid(LaunchPlan *plan, const XmlNode *node)
{
    g_autofree char *guid = launch_escape(*node->text ? node->text : "auto");

    launch_addf(plan, "-device", "vmgenid,guid=%s", guid);
}

/* ---- memory ---- */

typedef struct {
    guint64 bytes;
    guint slots; /* so many that each has one, at its number if it has one */
} Dimms;

/* What they bring is part of <memory>, and added to QEMU's by their devices. */
static Dimms count_dimms(LaunchPlan *plan)
{
    Dimms dimms = { 0 };

    for (guint i = 0; i < plan->domain->devices->len; i++) {
        const DomainDevice *device = plan->domain->devices->pdata[i];
        const XmlNode *target = xml_node_child(device->node, "target");
        guint64 slot = dimms.slots;

        if (device->kind != KIND_MEMORY || device->builtin)
            continue; /* the board's are no memory of the guest's: smbus-eeprom */
        launch_number(xml_node_get(device->address.node, "slot"), &slot);
        dimms.slots = MAX(dimms.slots, (guint)slot) + 1;
        dimms.bytes += launch_bytes(plan, xml_node_child(target, "size"), NULL);
    }
    return dimms;
}

/* Room for DIMMs: what the file says, else for its own. */
static void put_room(LaunchPlan *plan, const Dimms *dimms, guint64 all, GString *value)
{
    const XmlNode *most = launch_child(plan, plan->domain->root, "maxMemory");
    const char *slots = launch_get(plan, most, "slots");
    guint64 room = most ? launch_bytes(plan, most, NULL) : all;

    if (!most && dimms->slots == 0)
        return;
    if (slots)
        option_put(value, "slots", slots);
    else
        option_putf(value, "slots", "%u", MAX(dimms->slots, 1));
    option_putf(value, "maxmem", "%" G_GUINT64_FORMAT "M", (room + MIB - 1) / MIB);
}

/* Whole MiB, as libvirt rounds it. */
static void put_memory(LaunchPlan *plan, const XmlNode *node)
{
    static const LaunchWord dump_words[] = { { "on", "on" }, { "off", "off" }, { NULL, NULL } };
    guint64 all = launch_bytes(plan, node, NULL);
    Dimms dimms = count_dimms(plan);
    g_autoptr(GString) value = g_string_new(NULL);

    if (all <= dimms.bytes) {
        launch_refuse(plan, "<memory> of the domain is no size in KiB, or its memory devices are "
                            "all of it: write how much the guest has");
        return;
    }
    g_string_append_printf(value, "size=%" G_GUINT64_FORMAT "M",
                           (all - dimms.bytes + MIB - 1) / MIB);
    put_room(plan, &dimms, all, value);
    launch_add(plan, "-m", value->str);
    option_put(plan->machine, "dump-guest-core", launch_word(plan, node, "dumpCore", dump_words));
}

static void put_current_memory(LaunchPlan *plan, const XmlNode *node)
{
    guint64 current = launch_bytes(plan, node, NULL);
    guint64 all = launch_bytes(plan, xml_node_child(plan->domain->root, "memory"), NULL);

    if (current != 0 && current < all)
        launch_miss(plan, "<currentMemory>: the guest starts with all of its memory");
}

static void put_memory_backing(LaunchPlan *plan, const XmlNode *node)
{
    if (launch_child(plan, node, "nosharepages"))
        option_put(plan->machine, "mem-merge", "off");
    if (launch_child(plan, node, "locked"))
        launch_add(plan, "-overcommit", "mem-lock=on");
}

static void put_io_threads(LaunchPlan *plan, const XmlNode *node)
{
    guint64 count;

    if (!launch_number(node->text, &count) || count > 1000)
        return;
    for (guint i = 1; i <= count; i++)
        launch_addf(plan, "-object", "iothread,id=iothread%u", i);
}

/* ---- time ---- */

static const LaunchWord drift_words[] = { { "catchup", "slew" }, { NULL, NULL } };
static const LaunchWord delay_words[] = { { "delay", "delay" },
                                          { "discard", "discard" },
                                          { NULL, NULL } };
static const LaunchWord switch_words[] = { { "no", "off" }, { "yes", "on" }, { NULL, NULL } };

/* The timers of most files: those that libvirt's tools write. */
static void put_timer(LaunchPlan *plan, const XmlNode *node, GString *rtc)
{
    const char *timer_name = launch_get(plan, node, "name");

    if (g_strcmp0(timer_name, "rtc") == 0) {
        option_put(rtc, "driftfix", launch_word(plan, node, "tickpolicy", drift_words));
    } else if (g_strcmp0(timer_name, "pit") == 0) {
        const char *policy = launch_word(plan, node, "tickpolicy", delay_words);

        if (policy && plan->kvm)
            launch_addf(plan, "-global", "kvm-pit.lost_tick_policy=%s", policy);
    } else if (g_strcmp0(timer_name, "hpet") == 0) {
        option_put(plan->machine, "hpet", launch_word(plan, node, "present", switch_words));
    } else if (g_strcmp0(timer_name, "kvmclock") == 0) {
        option_put(plan->cpu, "kvmclock", launch_word(plan, node, "present", switch_words));
    } else if (g_strcmp0(timer_name, "hypervclock") == 0) {
        option_put(plan->cpu, "hv-time", launch_word(plan, node, "present", switch_words));
    }
}

static void put_clock(LaunchPlan *plan, const XmlNode *node)
{
    static const LaunchWord words[] = { { "utc", "base=utc" },
                                        { "localtime", "base=localtime" },
                                        { NULL, NULL } };
    const char *base = launch_word(plan, node, "offset", words);
    g_autoptr(GString) rtc = g_string_new(base ? base : "base=utc");

    for (guint i = 0; i < node->children->len; i++) {
        const XmlNode *child = node->children->pdata[i];

        if (strcmp(child->name, "timer") == 0) {
            launch_say(plan, child);
            put_timer(plan, child, rtc);
        }
    }
    launch_add(plan, "-rtc", rtc->str);
}

/* ---- how it ends ---- */

/* What QEMU does by itself has no argument. */
static const struct {
    const char *element, *value;
    const char *option, *argument;
} endings[] = {
    { "on_poweroff", "destroy", NULL, NULL },
    { "on_reboot", "restart", NULL, NULL },
    { "on_reboot", "destroy", "-no-reboot", NULL },
    { "on_crash", "destroy", NULL, NULL },
    { "on_crash", "preserve", "-action", "panic=pause" },
};

static void put_ending(LaunchPlan *plan, const XmlNode *node)
{
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
        if (strcmp(endings[i].element, node->name) != 0 ||
            strcmp(endings[i].value, node->text) != 0)
            continue;
        if (endings[i].option)
            launch_add(plan, endings[i].option, endings[i].argument);
        return;
    }
    launch_miss(plan, "<%s> %s", node->name, node->text);
}

static const struct {
    const char *element, *pc, *q35;
} sleeps[] = {
    { "suspend-to-mem", "PIIX4_PM.disable_s3", "ICH9-LPC.disable_s3" },
    { "suspend-to-disk", "PIIX4_PM.disable_s4", "ICH9-LPC.disable_s4" },
};

static void put_power_management(LaunchPlan *plan, const XmlNode *node)
{
    static const LaunchWord words[] = { { "no", "1" }, { "yes", "0" }, { NULL, NULL } };

    for (gsize i = 0; i < G_N_ELEMENTS(sleeps); i++) {
        const XmlNode *child = plan->domain->family == MACHINE_OTHER
                                   ? NULL
                                   : launch_child(plan, node, sleeps[i].element);
        const char *disable = child ? launch_word(plan, child, "enabled", words) : NULL;

        if (disable)
            launch_addf(plan, "-global", "%s=%s",
                        plan->domain->family == MACHINE_Q35 ? sleeps[i].q35 : sleeps[i].pc,
                        disable);
    }
}

static const LaunchPart parts[] = {
    { "name", put_name },
    { "uuid", put_uuid },
    { "genid", put_genid },
    { "memory", put_memory },
    { "currentMemory", put_current_memory },
    { "memoryBacking", put_memory_backing },
    { "iothreads", put_io_threads },
    { "clock", put_clock },
    { "on_poweroff", put_ending },
    { "on_reboot", put_ending },
    { "on_crash", put_ending },
    { "pm", put_power_management },
};

void launch_machine(LaunchPlan *plan)
{
    if (!xml_node_child(plan->domain->root, "memory"))
        launch_note(plan, "the file has no <memory>: the guest gets QEMU's default");
    launch_parts(plan, plan->domain->root, parts, G_N_ELEMENTS(parts));
}

/* ---- QEMU's own arguments ---- */

/* The prefix that the file binds to libvirt's namespace for QEMU; NULL: it does not use it. */
static const char *qemu_prefix(const XmlNode *root)
{
    static const char declaration[] = "xmlns:";

    for (guint i = 0; i < root->attributes->len; i++) {
        const XmlAttribute *attribute = root->attributes->pdata[i];

        if (g_str_has_prefix(attribute->name, declaration) &&
            strcmp(attribute->value, QEMU_NAMESPACE) == 0)
            return attribute->name + strlen(declaration);
    }
    return NULL;
}

/* The file's own wish: passed as they are, but told, since they may be anything. */
void launch_own_arguments(LaunchPlan *plan)
{
    const char *prefix = qemu_prefix(plan->domain->root);
    g_autofree char *line_name = g_strconcat(prefix ? prefix : "", ":commandline", NULL);
    g_autofree char *argument_name = g_strconcat(prefix ? prefix : "", ":arg", NULL);
    const XmlNode *line = prefix ? launch_child(plan, plan->domain->root, line_name) : NULL;

    for (guint i = 0; line && i < line->children->len; i++) {
        const XmlNode *child = line->children->pdata[i];
        const char *value = xml_node_get(child, "value");

        if (strcmp(child->name, argument_name) == 0 && value) {
            launch_say(plan, child);
            launch_get(plan, child, "value");
            launch_add(plan, value, NULL);
            launch_note(plan, "the file gives QEMU an argument of its own: %s", value);
        }
    }
}
