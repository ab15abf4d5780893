/*
 * How the demonstration guest is entered and interrupted: the multiboot header, the switch to segments and a stack of
 * our own, and the three interrupt entries. Everything else is in guest.c.
 */

    /* The Multiboot Specification 0.6.96, 3.1: magic, flags (we ask for nothing), and what makes their sum 0. */
    .set MULTIBOOT_MAGIC, 0x1badb002
    .set MULTIBOOT_FLAGS, 0
    .set PIC_COMMAND, 0x20
    .set PIC_END_OF_INTERRUPT, 0x20
    .set CR0_EMULATION, 1 << 2
    .set CR4_SSE, 3 << 9

    .section .multiboot, "a"
    .balign 4
    .long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .text
    .globl _start
_start:
    mov $stack_top, %esp
    /* The loader's descriptor table need not exist any more (3.2), and every iret reads one. */
    lgdt gdt_pointer
    ljmp $0x08, $1f
1:  mov $0x10, %ecx
    mov %ecx, %ds
    mov %ecx, %es
    mov %ecx, %fs
    mov %ecx, %gs
    mov %ecx, %ss
    /* Compilers whose 32-bit baseline has SSE (clang) use it to move structures: allow it. */
    mov %cr0, %eax
    and $~CR0_EMULATION, %eax
    mov %eax, %cr0
    mov %cr4, %eax
    or $CR4_SSE, %eax
    mov %eax, %cr4
    sub $12, %esp
    push %ebx               /* the multiboot information; keeps the stack aligned to 16 at the call */
    call guest_main
1:  cli
    hlt
    jmp 1b

    /* An interrupt only has to end `hlt`: the work is done outside of it. */
    .globl interrupt_wake
interrupt_wake:
    push %eax
    mov $PIC_END_OF_INTERRUPT, %al
    out %al, $PIC_COMMAND
    pop %eax
    iret

    .globl interrupt_spurious
interrupt_spurious:
    iret

    .globl interrupt_fault
interrupt_fault:
    call guest_fault
1:  cli
    hlt
    jmp 1b

    .section .rodata
    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff    /* 0x08: code, flat, 4 GB */
    .quad 0x00cf93000000ffff    /* 0x10: data, flat, 4 GB */
gdt_pointer:
    .word . - gdt - 1
    .long gdt

    .bss
    .balign 16
    .skip 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
