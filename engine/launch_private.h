/* What the files of launch.h share: the command line while it is made, and which parts of the file
 * are in it already. Whatever nobody took or read is listed at the end, so that a part that we do
 * not know can never be dropped silently. */
#ifndef BACKPLANE_LAUNCH_PRIVATE_H
#define BACKPLANE_LAUNCH_PRIVATE_H

#include "engine/launch.h"

typedef struct {
    const char *file, *qemu;
} LaunchWord;

typedef struct {
    const Domain *domain;
    const LaunchOptions *options;
    GPtrArray *arguments, *missing, *notes, *down; /* the Launch's */
    GString *machine;                              /* properties of -machine, each ",name=value" */
    GString *cpu;                                  /* features of -cpu, likewise */
    gboolean kvm;
    GHashTable *said;  /* (XmlNode, XmlAttribute) in the command line, or of no meaning to it */
    GHashTable *boot;  /* XmlNode of a device -> its place in the boot order, from <os><boot> */
    GHashTable *ids;   /* DomainDevice -> its id */
    GHashTable *slots; /* PCI slot (bus << 5 | slot) -> functions used in it, as bits */
    guint expanders;   /* expander buses so far; bridges come first */
    GError *error;     /* the first */
} LaunchPlan;

/* --- launch.c: the command line -------------------------------------------------------------- */

/* value is copied. */
void launch_add(LaunchPlan *plan, const char *option, const char *value);
void launch_addf(LaunchPlan *plan, const char *option, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Refuses the whole: the first error counts. */
void launch_refuse(LaunchPlan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Appends ",name=value" to an option, the value escaped. value NULL: nothing. */
void option_put(GString *option, const char *name, const char *value);
void option_putf(GString *option, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* --- launch_said.c: the file ----------------------------------------------------------------- */

/* Attribute, child element, text of a child, as in xml_document.h; what was got counts as said. */
const char *launch_get(LaunchPlan *plan, const XmlNode *node, const char *attribute);
const XmlNode *launch_child(LaunchPlan *plan, const XmlNode *node, const char *name);
const char *launch_child_text(LaunchPlan *plan, const XmlNode *node, const char *child);
const char *launch_child_get(LaunchPlan *plan, const XmlNode *node, const char *child,
                             const char *attribute);
/* Whether the attribute has this value; only then it counts as said. */
gboolean launch_is(LaunchPlan *plan, const XmlNode *node, const char *attribute, const char *value);
/* What an attribute's value is for QEMU, by a table that ends with a NULL: only a value that is in
 * it counts as said; NULL for others. */
const char *launch_word(LaunchPlan *plan, const XmlNode *node, const char *attribute,
                        const LaunchWord *words);
/* The element itself, and the element with all that is in it. */
void launch_say(LaunchPlan *plan, const XmlNode *node);
void launch_say_all(LaunchPlan *plan, const XmlNode *node);
/* A sentence or clause for the list of what is missing. */
void launch_miss(LaunchPlan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);
void launch_note(LaunchPlan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Lists everything that was not said. */
void launch_list_unsaid(LaunchPlan *plan);

/* A number of an attribute or text: FALSE where it is none. */
gboolean launch_number(const char *text, guint64 *number);
/* Bytes: the text of an element such as <memory unit='KiB'>, or its attribute when that is not
 * NULL. KiB without a unit; 0 where it is missing or no size. */
guint64 launch_bytes(LaunchPlan *plan, const XmlNode *node, const char *attribute);
/* A file's name made absolute, from the folder of the XML file. NULL for NULL. (transfer full) */
char *launch_path(LaunchPlan *plan, const char *path);

/* --- launch_machine.c, launch_cpu.c, launch_boot.c ------------------------------------------- */

/* An element that stands once, and the function that translates it. */
typedef struct {
    const char *element;
    void (*translate)(LaunchPlan *plan, const XmlNode *node);
} LaunchPart;

/* Calls the function of each part that the node has, in the order of the table. */
void launch_parts(LaunchPlan *plan, const XmlNode *node, const LaunchPart *parts, gsize count);

/* Everything but the devices, <cpu>, <features> and what is in <os>. */
void launch_machine(LaunchPlan *plan);
/* The QEMU arguments that the file itself holds. */
void launch_own_arguments(LaunchPlan *plan);
/* <features>, <cpu>, <vcpu>: properties of the machine, -cpu, -smp. */
void launch_cpu(LaunchPlan *plan);
/* <os> and <sysinfo>: firmware, kernel, order of boot, SMBIOS. */
void launch_boot(LaunchPlan *plan);

/* --- launch_devices.c, launch_properties.c --------------------------------------------------- */

void launch_devices(LaunchPlan *plan);
/* ",name=value" for each row of launch_properties.inc that fits the device. */
void launch_put_properties(LaunchPlan *plan, const DomainDevice *device, GString *option);

/* --- launch_id.c ----------------------------------------------------------------------------- */

/* Gives every device its id: launch_device_id's, unless another device has that. */
void launch_give_ids(LaunchPlan *plan);
/* NULL for one without. (transfer none) */
const char *launch_id(const LaunchPlan *plan, const DomainDevice *device);

/* --- launch_place.c -------------------------------------------------------------------------- */

/* The devices in the order in which QEMU has to get them: buses before what is on them, and fixed
 * places before those that QEMU chooses. (transfer full) (DomainDevice) */
GPtrArray *launch_order(const Domain *domain);
/* Notes which functions are used in which slot. */
void launch_count_slots(LaunchPlan *plan);
/* bus=, addr= and the like. */
void launch_put_place(LaunchPlan *plan, const DomainDevice *device, GString *option);

/* --- launch_disk.c, launch_network.c, launch_chardev.c, launch_backends.c --------------------- */

/* What is behind a device: its block node, netdev, character device, object. Adds the options for
 * it, and the properties that name it to the device's. FALSE where the device cannot be without
 * something that was not translated, which is listed: then it is left out. */
gboolean launch_put_backend(LaunchPlan *plan, const DomainDevice *device, const char *id,
                            GString *option);
gboolean launch_put_disk(LaunchPlan *plan, const DomainDevice *disk, GString *option);
void launch_put_netdev(LaunchPlan *plan, const DomainDevice *nic, const char *id, GString *option);
/* "chardev=charID" for the source that the element describes. */
void launch_put_chardev(LaunchPlan *plan, const DomainDevice *device, const char *id,
                        GString *option);
/* -watchdog-action of a <watchdog>. */
void launch_put_action(LaunchPlan *plan, const XmlNode *watchdog);
/* The number in the id of the audiodev for files without <audio>. */
#define LAUNCH_AUDIO "1"
/* What follows a device: the codecs of a sound card. */
void launch_add_parts(LaunchPlan *plan, const DomainDevice *device, const char *id);

/* --- launch_others.c ------------------------------------------------------------------------- */

/* Elements of <devices> that are no devices for the guest: graphics, audio, ... */
void launch_others(LaunchPlan *plan);

#endif
