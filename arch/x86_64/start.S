/* SPDX-License-Identifier: MIT */
/* The first instructions: PVH enters in 32-bit protected mode without paging,
 * EBX pointing to the start info.  Here the first page tables are made: 1 GiB
 * at 0, at LINEAR_BASE and at KERNEL_BASE.  Those for good are made in C; these
 * stay, for the other CPUs come the same way. */
#include "machine/layout.h"

#define PHYSICAL(symbol) ((symbol)-KERNEL_BASE)
#define BOOT_STACK_BYTES 8192

#ifdef CONFIG_KASAN
        .set SHADOW_FIRST, (SHADOW_START >> 39) & 511
        .set SHADOW_ENTRIES, (SHADOW_END - SHADOW_START) >> 39

        /* `count` entries of a table, all for the same page. */
        .macro fill entries, count, page
        movl $PHYSICAL(\entries), %edi
        movl $(\count), %ecx
        movl $PHYSICAL(\page) + 3, %eax
1:      movl %eax, (%edi)
        addl $8, %edi
        decl %ecx
        jnz 1b
        .endm
#endif

        .section .note.pvh, "a", @note
        .balign 4
        .long 4, 4, 18          /* name, value, XEN_ELFNOTE_PHYS32_ENTRY */
        .asciz "Xen"
        .long boot_entry

        /* Not marked as code: its symbols must stay out of the table. */
        .section .boot, "aw"
        .code32
        .globl boot_entry
boot_entry:
        cli
        cld
        movl $PHYSICAL(boot_stack) + BOOT_STACK_BYTES, %esp

        movl $PHYSICAL(boot_middle) + 3, PHYSICAL(boot_root)
        movl $PHYSICAL(boot_middle) + 3, PHYSICAL(boot_root) + 256 * 8
        movl $PHYSICAL(boot_middle_high) + 3, PHYSICAL(boot_root) + 511 * 8
        movl $PHYSICAL(boot_pages) + 3, PHYSICAL(boot_middle)
        movl $PHYSICAL(boot_pages) + 3, PHYSICAL(boot_middle_high) + 510 * 8
        movl $PHYSICAL(boot_pages), %edi
        movl $0x83, %eax        /* present, writable, 2 MiB */
1:      movl %eax, (%edi)
        addl $0x200000, %eax
        addl $8, %edi
        cmpl $PHYSICAL(boot_pages) + 4096, %edi
        jb 1b

#ifdef CONFIG_KASAN
        /* The shadow: one table a level, 512 times the same, down to a page
         * of zeros.  It is not read-only before shadow_seal. */
        fill "boot_root + SHADOW_FIRST * 8", "SHADOW_ENTRIES", shadow_tables
        fill shadow_tables, 512, "shadow_tables + 4096"
        fill "shadow_tables + 4096", 512, "shadow_tables + 8192"
        fill "shadow_tables + 8192", 512, shadow_zeros
#endif

        movl %cr4, %eax
        orl $0xa0, %eax         /* PAE, PGE */
        movl %eax, %cr4
        movl $PHYSICAL(boot_root), %eax
        movl %eax, %cr3
        movl $0xc0000080, %ecx
        rdmsr
        orl $0x100, %eax        /* long mode */
        wrmsr
        movl %cr0, %eax
        orl $0x80000001, %eax
        movl %eax, %cr0
        lgdt boot_gdt_pointer
        ljmp $8, $boot_long

        .code64
boot_long:
        xorl %eax, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        movl %eax, %fs
        movl %eax, %gs
        movl %ebx, %edi         /* the start info, for boot_main */
        movq $boot_high, %rax
        jmp *%rax

        .balign 8
boot_gdt:
        .quad 0
        .quad 0x00af9b000000ffff /* 64-bit code */
boot_gdt_pointer:
        .word . - boot_gdt - 1
        .long boot_gdt

        .text
        .code64
boot_high:
        leaq boot_stack + BOOT_STACK_BYTES(%rip), %rsp
        xorl %ebp, %ebp
        call boot_main
        ud2

        .globl boot_switch_stack
        /* boot_switch_stack(top, next): goes on in next() on another stack. */
boot_switch_stack:
        movq %rdi, %rsp
        xorl %ebp, %ebp
        call *%rsi
        ud2

        .section .bss.pages, "aw", @nobits
        .balign 4096
        .globl boot_root
boot_root:
        .skip 4096
boot_middle:
        .skip 4096
boot_middle_high:
        .skip 4096
boot_pages:
        .skip 4096
#ifdef CONFIG_KASAN
        .globl shadow_tables, shadow_zeros
shadow_tables:
        .skip 3 * 4096
shadow_zeros:
        .skip 4096
#endif
boot_stack:
        .skip BOOT_STACK_BYTES

        .section .note.GNU-stack, "", @progbits
