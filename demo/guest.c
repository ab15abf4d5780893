/*
 * The demonstration guest: a kernel that sees PCI functions come and go and lets go of those that
 * it is asked for, as an operating system does by ACPI. It speaks on the first serial line
 * (README.md) and does nothing else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TICK_HZ = 50,
    RESCAN_WAKES = TICK_HZ, /* what is behind a bridge plugged in later comes without an event */
    MAX_FUNCTIONS = 1024,
    MAX_BUSES = 256,
    MAX_LINE = 64,
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Multiboot Specification 0.6.96, 3.3: only what we read. */
typedef struct {
    uint32_t flags;
    uint32_t memory[2];
    uint32_t boot_device;
    uint32_t command_line;
} MultibootInfo;

enum { MULTIBOOT_HAS_COMMAND_LINE = 1 << 2 };

/* Called from boot.S, and defined there. */
void guest_main(const MultibootInfo *info);
void guest_fault(void);
void interrupt_wake(void);
void interrupt_spurious(void);
void interrupt_fault(void);

/* ---- ports ---- */

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

/* ---- serial line: a 16550 at COM1 ---- */

enum {
    SERIAL_DATA = 0x3f8,
    SERIAL_INTERRUPTS = 0x3f9,
    SERIAL_FIFO = 0x3fa,
    SERIAL_LINE = 0x3fb,
    SERIAL_MODEM = 0x3fc,
    SERIAL_STATUS = 0x3fd,
    SERIAL_RECEIVED = 1 << 0,
    SERIAL_CAN_SEND = 1 << 5,
    SERIAL_PATIENCE = 2 * TICK_HZ,
};

static void serial_setup(void)
{
    static const struct {
        uint16_t port;
        uint8_t value;
    } steps[] = {
        { SERIAL_INTERRUPTS, 0 },
        { SERIAL_LINE, 0x80 }, /* the next two set the divisor: 115200 / 1 */
        { SERIAL_DATA, 1 },
        { SERIAL_INTERRUPTS, 0 },
        { SERIAL_LINE, 0x03 },    /* 8 bits, no parity, 1 stop bit */
        { SERIAL_FIFO, 0xc7 },    /* empty, in use; QEMU hands over up to 14 bytes at once */
        { SERIAL_MODEM, 0x0b },   /* ready, and the interrupt line connected */
        { SERIAL_INTERRUPTS, 1 }, /* when something was received */
    };

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        out8(steps[i].port, steps[i].value);
    }
}

/* Without a serial line every register reads as all ones. */
static bool serial_has_input(void)
{
    uint8_t status = in8(SERIAL_STATUS);

    return status != 0xff && status & SERIAL_RECEIVED;
}

/* The interrupt handlers do nothing but end this wait. */
static void wait_for_interrupt(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

/*
 * QEMU takes a character at once unless its own reader is behind. A reader that has stopped for
 * good costs one wait and the text until it reads on, not the guest.
 */
static void put_char(char c)
{
    static bool deaf;
    int patience = deaf ? 0 : SERIAL_PATIENCE;

    while (!(in8(SERIAL_STATUS) & SERIAL_CAN_SEND) && patience-- > 0) {
        wait_for_interrupt();
    }
    deaf = patience < 0;
    if (!deaf) {
        out8(SERIAL_DATA, (uint8_t)c);
    }
}

static void put_text(const char *text)
{
    while (*text) {
        put_char(*text++);
    }
}

static void put_line(const char *text)
{
    put_text(text);
    put_char('\n');
}

static void put_hex(uint32_t value, int digits)
{
    while (digits-- > 0) {
        put_char("0123456789abcdef"[value >> (4 * digits) & 0xf]);
    }
}

static void put_decimal(unsigned value)
{
    if (value >= 10) {
        put_decimal(value / 10);
    }
    put_char((char)('0' + value % 10));
}

/* ---- PCI: configuration mechanism #1 (PCI Local Bus Specification 3.0, 3.2.2.3) ---- */

enum {
    PCI_ADDRESS = 0xcf8,
    PCI_DATA = 0xcfc,
    PCI_ID = 0x00,
    PCI_CLASS = 0x08,
    PCI_HEADER = 0x0c,
    PCI_BUS_NUMBERS = 0x18,
    PCI_HEADER_MULTIFUNCTION = 1 << 23,
    PCI_CLASS_BRIDGE = 0x0604,
    PCI_NOBODY = 0xffff,
};

/* Where a function is: bus << 8 | slot << 3 | function. */
typedef uint16_t Place;

typedef struct {
    uint32_t id; /* device << 16 | vendor */
    Place place;
    uint16_t class;
} Function;

typedef struct {
    Function items[MAX_FUNCTIONS];
    unsigned count;
} Inventory;

static uint32_t pci_read(Place place, unsigned offset)
{
    out32(PCI_ADDRESS, 1u << 31 | (uint32_t)place << 8 | offset);
    return in32(PCI_DATA);
}

static void pci_write(Place place, unsigned offset, uint32_t value)
{
    out32(PCI_ADDRESS, 1u << 31 | (uint32_t)place << 8 | offset);
    out32(PCI_DATA, value);
}

/* Bytes 0 to 2 are the bus that the bridge is on, the one behind it, the highest one behind it. */
static unsigned bridge_secondary(Place bridge)
{
    return pci_read(bridge, PCI_BUS_NUMBERS) >> 8 & 0xff;
}

static unsigned bridge_subordinate(Place bridge)
{
    return pci_read(bridge, PCI_BUS_NUMBERS) >> 16 & 0xff;
}

static void bridge_set_numbers(Place bridge, unsigned secondary, unsigned subordinate)
{
    uint32_t timer = pci_read(bridge, PCI_BUS_NUMBERS) & 0xff000000;

    pci_write(bridge, PCI_BUS_NUMBERS, timer | subordinate << 16 | secondary << 8 | bridge >> 8);
}

static void put_function(const char *verb, const Function *function)
{
    put_text(verb);
    put_char(' ');
    put_hex(function->place >> 8, 2);
    put_char(':');
    put_hex(function->place >> 3 & 0x1f, 2);
    put_char('.');
    put_hex(function->place & 7, 1);
    put_char(' ');
    put_hex(function->id & 0xffff, 4);
    put_char(':');
    put_hex(function->id >> 16, 4);
    put_text(" class ");
    put_hex(function->class, 4);
    put_char('\n');
}

static bool inventory_has(const Inventory *inventory, const Function *wanted)
{
    for (unsigned i = 0; i < inventory->count; i++) {
        const Function *function = &inventory->items[i];

        if (function->place == wanted->place && function->id == wanted->id) {
            return true;
        }
    }
    return false;
}

static void inventory_scan_bus(Inventory *inventory, unsigned bus);

/* A bridge leads to a higher bus, or with nonsense in its registers nowhere: the walk ends. */
static void inventory_scan_bridge(Inventory *inventory, Place bridge)
{
    unsigned secondary = bridge_secondary(bridge);

    if (secondary > bridge >> 8) {
        inventory_scan_bus(inventory, secondary);
    }
}

static bool inventory_scan_function(Inventory *inventory, Place place)
{
    uint32_t id = pci_read(place, PCI_ID);
    uint16_t class = (uint16_t)(pci_read(place, PCI_CLASS) >> 16);

    if ((id & 0xffff) == PCI_NOBODY) {
        return false;
    }
    if (inventory->count < MAX_FUNCTIONS) {
        inventory->items[inventory->count++] = (Function){ id, place, class };
    }
    if (class == PCI_CLASS_BRIDGE) {
        inventory_scan_bridge(inventory, place);
    }
    return true;
}

static void inventory_scan_bus(Inventory *inventory, unsigned bus)
{
    for (unsigned slot = 0; slot < 32; slot++) {
        Place place = (Place)(bus << 8 | slot << 3);

        if (inventory_scan_function(inventory, place) &&
            pci_read(place, PCI_HEADER) & PCI_HEADER_MULTIFUNCTION) {
            for (unsigned i = 1; i < 8; i++) {
                inventory_scan_function(inventory, place + i);
            }
        }
    }
}

static unsigned inventory_highest_bus(const Inventory *inventory)
{
    unsigned highest = 0;

    for (unsigned i = 0; i < inventory->count; i++) {
        const Function *function = &inventory->items[i];

        if (function->class == PCI_CLASS_BRIDGE) {
            unsigned subordinate = bridge_subordinate(function->place);

            highest = subordinate > highest ? subordinate : highest;
        }
    }
    return highest;
}

/*
 * Makes the bridges above `bus` pass on the next bus number. Only those that end at the highest one
 * in use can: the range of any other would run into its neighbour's.
 */
static bool inventory_extend_above(const Inventory *inventory, unsigned bus, unsigned number)
{
    if (bus == 0) {
        return true;
    }
    for (unsigned i = 0; i < inventory->count; i++) {
        Place place = inventory->items[i].place;

        if (inventory->items[i].class != PCI_CLASS_BRIDGE || bridge_secondary(place) != bus) {
            continue;
        }
        if (bridge_subordinate(place) + 1 != number ||
            !inventory_extend_above(inventory, place >> 8, number)) {
            return false;
        }
        bridge_set_numbers(place, bus, number);
        return true;
    }
    return false;
}

/* The firmware has numbered what it saw; a bridge that is plugged in later comes without. */
static bool inventory_number_bridge(const Inventory *inventory, Place bridge)
{
    unsigned number = inventory_highest_bus(inventory) + 1;

    if (number >= MAX_BUSES || !inventory_extend_above(inventory, bridge >> 8, number)) {
        return false;
    }
    bridge_set_numbers(bridge, number, number);
    return true;
}

static bool inventory_number_new_bridges(const Inventory *inventory)
{
    bool numbered = false;

    for (unsigned i = 0; i < inventory->count; i++) {
        const Function *function = &inventory->items[i];

        if (function->class == PCI_CLASS_BRIDGE && bridge_secondary(function->place) == 0) {
            numbered |= inventory_number_bridge(inventory, function->place);
        }
    }
    return numbered;
}

/* Once more after new bridges got their numbers: only then what is behind them can be seen. */
static void inventory_scan(Inventory *inventory)
{
    do {
        inventory->count = 0;
        inventory_scan_bus(inventory, 0);
    } while (inventory_number_new_bridges(inventory));
}

static Inventory inventories[2];
static Inventory *known = &inventories[0];

static bool report_missing(const char *verb, const Inventory *from, const Inventory *in)
{
    bool any = false;

    for (unsigned i = 0; i < from->count; i++) {
        if (!inventory_has(in, &from->items[i])) {
            put_function(verb, &from->items[i]);
            any = true;
        }
    }
    return any;
}

static void put_inventory(void)
{
    for (unsigned i = 0; i < known->count; i++) {
        put_function("pci", &known->items[i]);
    }
}

/* QEMU numbers buses for hotplug in an order of its own; two scans tell what changed without it. */
static bool report_changes(void)
{
    Inventory *now = known == &inventories[0] ? &inventories[1] : &inventories[0];
    bool changed;

    inventory_scan(now);
    changed = report_missing("left", known, now);
    changed |= report_missing("came", now, known);
    known = now;
    return changed;
}

/* ---- ACPI hotplug: the registers of QEMU's docs/specs/acpi_pci_hotplug.rst ---- */

enum {
    HOTPLUG_UP = 0x00,    /* a bit for each slot that was filled; cleared by reading */
    HOTPLUG_DOWN = 0x04,  /* a bit for each slot to be emptied; cleared by the eject */
    HOTPLUG_EJECT = 0x08, /* the bit of one slot: of several QEMU takes the lowest */
    HOTPLUG_BUS = 0x10,   /* which bus the above speak of, 0 to 255 */
    GPE_HOTPLUG = 1 << 1,
    PM_SLEEP_S5 = 1 << 13,
    RESET_CONTROL = 0xcf9,
};

typedef struct {
    uint32_t mark;    /* the function by which the machine is known */
    uint16_t hotplug; /* QEMU, include/hw/acpi/pcihp.h, ich9.h */
    uint16_t events;  /* general purpose event status: GPE0_STS */
    uint16_t power;   /* PM1a_CNT, where the firmware puts it */
} Machine;

static const Machine machines[] = {
    { 0x71138086, 0xae00, 0xafe0, 0x0604 }, /* pc: PIIX4 power management */
    { 0x29188086, 0x0cc0, 0x0620, 0x0604 }, /* q35: ICH9 LPC */
};

static const Machine *machine;
static bool stubborn;
static uint32_t asked[MAX_BUSES]; /* the slots that were asked for and not ejected, for each bus */

static const Machine *machine_find(void)
{
    for (unsigned i = 0; i < known->count; i++) {
        for (size_t k = 0; k < COUNT_OF(machines); k++) {
            if (known->items[i].id == machines[k].mark) {
                return &machines[k];
            }
        }
    }
    return NULL;
}

/* False where nothing can be selected: the register is missing without hotplug behind bridges. */
static bool hotplug_select(unsigned bus)
{
    out32(machine->hotplug + HOTPLUG_BUS, bus);
    return bus == 0 || in32(machine->hotplug + HOTPLUG_BUS) == bus;
}

static void put_kept(unsigned bus, uint32_t slots)
{
    for (unsigned slot = 0; slot < 32; slot++) {
        if (slots >> slot & 1) {
            put_text("stubborn: keeping bsel ");
            put_decimal(bus);
            put_text(" slot ");
            put_hex(slot, 2);
            put_char('\n');
        }
    }
}

/* Takes up what QEMU asks for; true if that, or what was plugged in, is news. */
static bool hotplug_collect(void)
{
    bool any = false;

    for (unsigned bus = 0; bus < MAX_BUSES && hotplug_select(bus); bus++) {
        uint32_t up = in32(machine->hotplug + HOTPLUG_UP);
        uint32_t fresh = in32(machine->hotplug + HOTPLUG_DOWN) & ~asked[bus];

        asked[bus] |= fresh;
        any |= (up | fresh) != 0;
        if (stubborn) {
            put_kept(bus, fresh);
        }
    }
    return any;
}

static void hotplug_eject(void)
{
    for (unsigned bus = 0; bus < MAX_BUSES; bus++) {
        for (uint32_t slots = asked[bus]; slots && hotplug_select(bus); slots &= slots - 1) {
            out32(machine->hotplug + HOTPLUG_EJECT, slots & -slots);
        }
        asked[bus] = 0;
    }
    report_changes();
}

/* An event with nothing new is a request made again: QEMU's bit was set already. */
static void hotplug_keep(bool anything_new)
{
    for (unsigned bus = 0; bus < MAX_BUSES && !anything_new; bus++) {
        put_kept(bus, asked[bus]);
    }
}

/* QEMU sets the event's bit with every change, enabled or not: idle, this is one port to read. */
static void hotplug_serve(void)
{
    bool fresh;

    if (!machine || !(in8(machine->events) & GPE_HOTPLUG)) {
        return;
    }
    out8(machine->events, GPE_HOTPLUG); /* first, so that what comes meanwhile sets it again */
    fresh = report_changes();
    fresh |= hotplug_collect();
    if (stubborn) {
        hotplug_keep(fresh);
    } else {
        hotplug_eject();
    }
}

/* ---- commands ---- */

typedef struct {
    const char *name;
    void (*run)(void);
} Command;

static void command_stubborn(void)
{
    stubborn = true;
    put_line("now stubborn");
}

static void command_willing(void)
{
    stubborn = false;
    put_line("now willing");
    if (machine) {
        hotplug_eject();
    }
}

static void command_list(void)
{
    report_changes();
    put_inventory();
    put_line("end");
}

/* S5 is sleep type 0 on both machines (the _S5 object in QEMU's tables). */
static void command_halt(void)
{
    if (machine) {
        out16(machine->power, PM_SLEEP_S5);
    }
    put_line("cannot power off");
}

static void command_reset(void)
{
    out8(RESET_CONTROL, 0x02); /* a hard reset is to come; the next bit starts it */
    out8(RESET_CONTROL, 0x06);
    put_line("cannot reset");
}

static const Command commands[] = {
    { "stubborn", command_stubborn }, /* keep what is asked for */
    { "willing", command_willing },   /* let go of it, and of what was kept */
    { "list", command_list },         /* every function */
    { "halt", command_halt },         /* power off */
    { "reset", command_reset },       /* start again */
};

static bool same_text(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void command_run(const char *line)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (same_text(line, commands[i].name)) {
            commands[i].run();
            return;
        }
    }
    put_text("unknown: ");
    put_line(line);
}

/* Lines may end in CR, LF or both; of a line that is too long the beginning counts. */
static void serial_serve(void)
{
    static char line[MAX_LINE];
    static unsigned length;

    while (serial_has_input()) {
        char c = (char)in8(SERIAL_DATA);

        if (c != '\r' && c != '\n') {
            if (length < MAX_LINE - 1) {
                line[length++] = c;
            }
        } else if (length > 0) {
            line[length] = '\0';
            length = 0;
            command_run(line);
        }
    }
}

/* ---- interrupts: the timer at TICK_HZ and what the serial line receives ---- */

enum {
    PIC_MASTER = 0x20,
    PIC_SLAVE = 0xa0,
    PIC_VECTOR = 32, /* behind the processor's own exceptions */
    PIC_VECTORS = 16,
    IRQ_TIMER = 0,
    IRQ_SLAVE = 2,
    IRQ_SERIAL = 4,
    TIMER_COUNTER = 0x40,
    TIMER_CONTROL = 0x43,
    TIMER_RATE_GENERATOR = 0x34,
    TIMER_HZ = 1193182,
    CODE_SEGMENT = 0x08,
    GATE_INTERRUPT = 0x8e00,
};

typedef struct {
    uint16_t address_low;
    uint16_t segment;
    uint16_t kind;
    uint16_t address_high;
} Gate;

static Gate gates[PIC_VECTOR + PIC_VECTORS];

static void gate_set(unsigned vector, void (*handler)(void))
{
    uint32_t address = (uint32_t)handler;

    gates[vector] =
        (Gate){ (uint16_t)address, CODE_SEGMENT, GATE_INTERRUPT, (uint16_t)(address >> 16) };
}

static void gates_load(void)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) pointer = { sizeof(gates) - 1, (uint32_t)gates };

    for (unsigned vector = 0; vector < COUNT_OF(gates); vector++) {
        gate_set(vector, vector < PIC_VECTOR ? interrupt_fault : interrupt_spurious);
    }
    gate_set(PIC_VECTOR + IRQ_TIMER, interrupt_wake);
    gate_set(PIC_VECTOR + IRQ_SERIAL, interrupt_wake);
    __asm__ volatile("lidt %0" : : "m"(pointer), "m"(gates));
}

/* The firmware leaves the controllers where their vectors are the processor's exceptions. */
static void pic_setup(uint16_t pic, uint8_t vector, uint8_t wiring, uint8_t mask)
{
    out8(pic, 0x11);       /* ICW1: begin, edge triggered, cascaded, ICW4 follows */
    out8(pic + 1, vector); /* ICW2 */
    out8(pic + 1, wiring); /* ICW3 */
    out8(pic + 1, 0x01);   /* ICW4: 8086 mode */
    out8(pic + 1, mask);
}

static void timer_setup(void)
{
    uint16_t divisor = TIMER_HZ / TICK_HZ;

    out8(TIMER_CONTROL, TIMER_RATE_GENERATOR);
    out8(TIMER_COUNTER, (uint8_t)divisor);
    out8(TIMER_COUNTER, (uint8_t)(divisor >> 8));
}

static void interrupts_setup(void)
{
    gates_load();
    pic_setup(PIC_MASTER, PIC_VECTOR, 1 << IRQ_SLAVE,
              (uint8_t) ~(1 << IRQ_TIMER | 1 << IRQ_SERIAL));
    pic_setup(PIC_SLAVE, PIC_VECTOR + 8, IRQ_SLAVE, 0xff);
    timer_setup();
}

void guest_fault(void)
{
    put_line("fault: the guest has stopped");
}

/* ---- start ---- */

static bool is_word(const char *text, const char *word)
{
    while (*word && *text == *word) {
        text++;
        word++;
    }
    return *word == '\0' && (*text == '\0' || *text == ' ');
}

/* The first word is the kernel's file name: QEMU puts it before what -append says. */
static bool command_line_has(const MultibootInfo *info, const char *word)
{
    if (!(info->flags & MULTIBOOT_HAS_COMMAND_LINE)) {
        return false;
    }
    for (const char *text = (const char *)info->command_line; *text; text++) {
        if (*text == ' ' && is_word(text + 1, word)) {
            return true;
        }
    }
    return false;
}

void guest_main(const MultibootInfo *info)
{
    serial_setup();
    stubborn = command_line_has(info, "stubborn");
    inventory_scan(known);
    machine = machine_find();
    interrupts_setup();
    put_inventory();
    put_line("backplane guest ready");
    /* The line before the hotplug: "stubborn" counts for what is asked for after it. */
    for (unsigned wakes = 1;; wakes++) {
        serial_serve();
        hotplug_serve();
        if (wakes % RESCAN_WAKES == 0) {
            report_changes();
        }
        wait_for_interrupt();
    }
}
