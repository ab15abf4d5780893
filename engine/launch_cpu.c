/* Processors: -smp, -cpu and the features that libvirt writes beside them. */
#include "engine/launch_private.h"

#include <string.h>

#define MIB ((guint64)1 << 20)

static const LaunchWord switch_words[] = { { "on", "on" }, { "off", "off" }, { NULL, NULL } };
static const LaunchWord hidden_words[] = { { "on", "off" }, { "off", "on" }, { NULL, NULL } };
static const LaunchWord irqchip_words[] = { { "kvm", "on" }, { "qemu", "split" }, { NULL, NULL } };

/* ---- how many ---- */

static const struct {
    const char *name;
    gboolean young; /* not every QEMU knows the word, and one of them is what it has then */
} levels[] = {
    { "sockets", FALSE }, { "dies", TRUE },     { "clusters", TRUE },
    { "cores", FALSE },   { "threads", FALSE },
};

static void put_smp(LaunchPlan *plan, const XmlNode *vcpu, const XmlNode *topology)
{
    const char *current = launch_get(plan, vcpu, "current");
    guint64 most, present, number;
    g_autoptr(GString) value = g_string_new(NULL);

    if (!launch_number(vcpu->text, &most) ||
        !launch_number(current ? current : vcpu->text, &present))
        return;
    launch_is(plan, vcpu, "placement", "static");
    g_string_append_printf(value, "cpus=%" G_GUINT64_FORMAT, present);
    option_putf(value, "maxcpus", "%" G_GUINT64_FORMAT, most);
    for (gsize i = 0; topology && i < G_N_ELEMENTS(levels); i++) {
        const char *count = launch_get(plan, topology, levels[i].name);

        if (launch_number(count, &number) && (number > 1 || !levels[i].young))
            option_put(value, levels[i].name, count);
    }
    launch_add(plan, "-smp", value->str);
}

/* ---- features ---- */

/* <features> with one attribute each: the property of the machine or of the processor that it is.
 */
static const struct {
    const char *element, *child, *attribute;
    const LaunchWord *words;
    gboolean cpu;
    const char *property;
} features[] = {
    { "vmport", NULL, "state", switch_words, FALSE, "vmport" },
    { "smm", NULL, "state", switch_words, FALSE, "smm" },
    { "ioapic", NULL, "driver", irqchip_words, FALSE, "kernel-irqchip" },
    { "pmu", NULL, "state", switch_words, TRUE, "pmu" },
    { "pvspinlock", NULL, "state", switch_words, TRUE, "kvm-pv-unhalt" },
    { "kvm", "hidden", "state", hidden_words, TRUE, "kvm" },
    { "hyperv", "relaxed", "state", switch_words, TRUE, "hv-relaxed" },
    { "hyperv", "vapic", "state", switch_words, TRUE, "hv-vapic" },
    { "hyperv", "vpindex", "state", switch_words, TRUE, "hv-vpindex" },
    { "hyperv", "runtime", "state", switch_words, TRUE, "hv-runtime" },
    { "hyperv", "synic", "state", switch_words, TRUE, "hv-synic" },
    { "hyperv", "stimer", "state", switch_words, TRUE, "hv-stimer" },
    { "hyperv", "reset", "state", switch_words, TRUE, "hv-reset" },
    { "hyperv", "frequencies", "state", switch_words, TRUE, "hv-frequencies" },
    { "hyperv", "reenlightenment", "state", switch_words, TRUE, "hv-reenlightenment" },
    { "hyperv", "tlbflush", "state", switch_words, TRUE, "hv-tlbflush" },
    { "hyperv", "ipi", "state", switch_words, TRUE, "hv-ipi" },
    { "hyperv", "evmcs", "state", switch_words, TRUE, "hv-evmcs" },
};

static void put_spinlocks(LaunchPlan *plan, const XmlNode *hyperv)
{
    const XmlNode *spinlocks = launch_child(plan, hyperv, "spinlocks");
    const char *retries = launch_get(plan, spinlocks, "retries");
    guint64 number;

    if (spinlocks && launch_is(plan, spinlocks, "state", "on") && launch_number(retries, &number))
        option_putf(plan->cpu, "hv-spinlocks", "0x%" G_GINT64_MODIFIER "x", number);
}

/* As in libvirt. */
static void put_no_acpi(LaunchPlan *plan)
{
    option_put(plan->machine, "acpi", "off");
    launch_note(plan, "the file has no <acpi/> in <features>: the guest has no ACPI, without which "
                      "a pc plugs no PCI devices");
}

static void put_features(LaunchPlan *plan, const XmlNode *node)
{
    launch_child(plan, node, "acpi");
    launch_child(plan, node, "apic");
    launch_child(plan, node, "pae");
    for (gsize i = 0; i < G_N_ELEMENTS(features); i++) {
        const XmlNode *found = launch_child(plan, node, features[i].element);
        const char *word;

        if (features[i].child)
            found = launch_child(plan, found, features[i].child);
        word = found ? launch_word(plan, found, features[i].attribute, features[i].words) : NULL;
        option_put(features[i].cpu ? plan->cpu : plan->machine, features[i].property, word);
    }
    launch_is(plan, xml_node_child(node, "hyperv"), "mode", "custom");
    put_spinlocks(plan, xml_node_child(node, "hyperv"));
    if (launch_is(plan, launch_child(plan, node, "vmcoreinfo"), "state", "on"))
        launch_add(plan, "-device", "vmcoreinfo");
}

/* ---- the model ---- */

/* -cpu has no way to escape a comma. */
static gboolean is_name(const char *text)
{
    return text && *text &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               strlen(text);
}

static const LaunchWord policy_words[] = {
    { "force", "on" },    { "require", "on" }, { "optional", "on" },
    { "disable", "off" }, { "forbid", "off" }, { NULL, NULL },
};

static void put_cpu_features(LaunchPlan *plan, const XmlNode *node)
{
    for (guint i = 0; i < node->children->len; i++) {
        const XmlNode *child = node->children->pdata[i];
        const char *feature = xml_node_get(child, "name");
        const char *word;

        if (strcmp(child->name, "feature") != 0 || !is_name(feature))
            continue;
        launch_say(plan, child);
        launch_get(plan, child, "name");
        /* A feature without a policy is required. */
        word =
            xml_node_get(child, "policy") ? launch_word(plan, child, "policy", policy_words) : "on";
        option_put(plan->cpu, feature, word);
    }
}

/* The model that this <cpu> asks for, NULL for QEMU's default. */
static const char *cpu_model(LaunchPlan *plan, const XmlNode *node)
{
    const char *mode = launch_get(plan, node, "mode");
    const char *model;

    launch_is(plan, node, "migratable", "on"); /* as it is with QEMU */
    if (g_strcmp0(mode, "host-passthrough") == 0 || g_strcmp0(mode, "host-model") == 0 ||
        g_strcmp0(mode, "maximum") == 0) {
        if (!plan->kvm && *mode == 'h')
            launch_note(plan, "an emulated guest cannot have the host's processor: it gets all "
                              "that QEMU emulates");
        return plan->kvm && *mode == 'h' ? "host" : "max";
    }
    model = xml_node_child_text(node, "model");
    if (!is_name(model))
        return NULL;
    launch_child(plan, node, "model");
    return model;
}

static void put_cpu(LaunchPlan *plan, const XmlNode *node)
{
    const char *model = node ? cpu_model(plan, node) : NULL;
    gboolean is_32_bit = plan->domain->arch && *plan->domain->arch == 'i';

    if (node)
        put_cpu_features(plan, node);
    if (model || plan->cpu->len > 0)
        launch_addf(plan, "-cpu", "%s%s",
                    model       ? model
                    : is_32_bit ? "qemu32"
                                : "qemu64",
                    plan->cpu->str);
}

/* ---- NUMA ---- */

static void put_cell(LaunchPlan *plan, const XmlNode *cell, guint position)
{
    guint64 number = position;
    const char *cpus = launch_get(plan, cell, "cpus");
    g_auto(GStrv) ranges = g_strsplit(cpus ? cpus : "", ",", -1);
    g_autoptr(GString) node = g_string_new("node");

    launch_number(launch_get(plan, cell, "id"), &number);
    launch_addf(plan, "-object",
                "memory-backend-ram,id=ram-node%" G_GUINT64_FORMAT ",size=%" G_GUINT64_FORMAT "M",
                number, launch_bytes(plan, cell, "memory") / MIB);
    option_putf(node, "nodeid", "%" G_GUINT64_FORMAT, number);
    for (guint i = 0; ranges[i]; i++)
        option_put(node, "cpus", ranges[i]);
    option_putf(node, "memdev", "ram-node%" G_GUINT64_FORMAT, number);
    launch_add(plan, "-numa", node->str);
}

static void put_numa(LaunchPlan *plan, const XmlNode *numa)
{
    for (guint i = 0; i < numa->children->len; i++) {
        const XmlNode *cell = numa->children->pdata[i];

        if (strcmp(cell->name, "cell") != 0 || !xml_node_get(cell, "memory"))
            continue;
        launch_say(plan, cell);
        put_cell(plan, cell, i);
    }
}

void launch_cpu(LaunchPlan *plan)
{
    static const LaunchPart features_part = { "features", put_features };
    static const LaunchPart numa = { "numa", put_numa };
    const XmlNode *root = plan->domain->root;
    const XmlNode *vcpu = launch_child(plan, root, "vcpu");
    const XmlNode *cpu = launch_child(plan, root, "cpu");

    launch_parts(plan, root, &features_part, 1);
    if (plan->domain->family != MACHINE_OTHER &&
        !xml_node_child(xml_node_child(root, "features"), "acpi"))
        put_no_acpi(plan);
    if (vcpu)
        put_smp(plan, vcpu, launch_child(plan, cpu, "topology"));
    put_cpu(plan, cpu);
    launch_parts(plan, cpu, &numa, 1);
}
