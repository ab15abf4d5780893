/* One table between the words of domain XML and QEMU's drivers, read in both directions. */
#include "engine/domain_model.h"

#include <string.h>

#define PC (1u << MACHINE_PC)
#define Q35 (1u << MACHINE_Q35)
#define OTHER (1u << MACHINE_OTHER)
#define ALL (PC | Q35 | OTHER)

static const DomainModel rows[] = {
#include "engine/domain_model_table.inc"
};

/* What is in every guest of the family that was started with -nodefaults, as `info qtree` shows it
 * (QEMU 7.2.22 and 10.0). isa-fdc is on pc alone, with or without a floppy. */
static const struct {
    const char *driver;
    guint families;
} builtins[] = {
    { "ICH9-LPC", Q35 },
    { "ICH9-SMB", Q35 },
    { "PIIX3", PC },
    { "PIIX4_PM", PC },
    { "fw_cfg_io", PC | Q35 },
    { "hpet", PC | Q35 },
    { "i440FX", PC },
    { "i440FX-pcihost", PC },
    { "i8042", PC | Q35 },
    { "i8257", PC | Q35 },
    { "ioapic", PC | Q35 },
    { "isa-fdc", PC },
    { "isa-i8259", PC | Q35 },
    { "isa-pcspk", PC | Q35 },
    { "isa-pit", PC | Q35 },
    { "kvm-ioapic", PC | Q35 },
    { "kvmvapic", PC | Q35 },
    { "mc146818rtc", PC | Q35 },
    { "mch", Q35 },
    { "port92", PC | Q35 },
    { "ps2-kbd", PC | Q35 },
    { "ps2-mouse", PC | Q35 },
    { "q35-pcihost", Q35 },
    { "smbus-eeprom", PC | Q35 },
    { "vmmouse", PC | Q35 },
    { "vmport", PC | Q35 },
};

/* Places of the boards, the same in every version of QEMU. */
static const struct {
    guint families;
    const char *driver;
    guint slot, function;
} fixed[] = {
    { PC, "i440FX", 0, 0 },        { PC, "PIIX3", 1, 0 },        { PC, "piix3-ide", 1, 1 },
    { PC, "PIIX4_PM", 1, 3 },      { Q35, "mch", 0, 0 },         { Q35, "ICH9-LPC", 0x1f, 0 },
    { Q35, "ich9-ahci", 0x1f, 2 }, { Q35, "ICH9-SMB", 0x1f, 3 },
};

static gboolean fits(const char *wanted, const char *row)
{
    return !wanted || !row || strcmp(wanted, row) == 0;
}

const DomainModel *domain_model_find(MachineFamily family, const char *element, const char *type,
                                     const char *model)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].families & 1u << family && strcmp(rows[i].element, element) == 0 &&
            fits(type, rows[i].type) && (!model || g_strcmp0(model, rows[i].model) == 0))
            return &rows[i];
    }
    return NULL;
}

const DomainModel *domain_model_of_driver(MachineFamily family, const char *driver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].families & 1u << family && g_strcmp0(rows[i].driver, driver) == 0)
            return &rows[i];
    }
    return NULL;
}

const DomainModel *domain_model_named(MachineFamily family, const DomainModel *row,
                                      const char *name)
{
    for (gsize i = 0; name && i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].families & 1u << family && strcmp(rows[i].element, row->element) == 0 &&
            g_strcmp0(rows[i].type, row->type) == 0 && g_strcmp0(rows[i].model, row->model) == 0 &&
            g_strcmp0(rows[i].driver, name) == 0)
            return &rows[i];
    }
    return row;
}

gboolean domain_model_is_builtin(MachineFamily family, const char *driver)
{
    for (gsize i = 0; driver && i < G_N_ELEMENTS(builtins); i++) {
        if (strcmp(builtins[i].driver, driver) == 0)
            return builtins[i].families >> family & 1;
    }
    return FALSE;
}

gboolean domain_model_fixed_place(MachineFamily family, const char *driver, Address *place)
{
    for (gsize i = 0; driver && i < G_N_ELEMENTS(fixed); i++) {
        if (fixed[i].families >> family & 1 && strcmp(fixed[i].driver, driver) == 0) {
            *place =
                (Address){ .type = ADDRESS_PCI, .pci = { 0, 0, fixed[i].slot, fixed[i].function } };
            return TRUE;
        }
    }
    return FALSE;
}

const char *domain_model_fixed_at(MachineFamily family, guint slot, guint function)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
        if (fixed[i].families >> family & 1 && fixed[i].slot == slot &&
            fixed[i].function == function)
            return fixed[i].driver;
    }
    return NULL;
}

const DomainModel *domain_model_all(gsize *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}
