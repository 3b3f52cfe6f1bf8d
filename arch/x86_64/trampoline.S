/* SPDX-License-Identifier: MIT */
/* A further CPU's way from real mode at TRAMPOLINE to smp_enter, through the
 * page tables of boot.S, which map it where it lies. */
#include "machine/layout.h"
#include "machine/trampoline.h"

#define PHYSICAL(symbol) ((symbol)-KERNEL_BASE)
#define HERE(symbol)     (TRAMPOLINE + (symbol)-trampoline_start)

        .section .rodata.trampoline, "a"
        .globl trampoline_start, trampoline_end
        .balign 16
        .code16
trampoline_start:
        cli
        cld
        xorw %ax, %ax
        movw %ax, %ds
        lgdtl HERE(gdt_pointer)
        movl $1, %eax
        movl %eax, %cr0
        ljmpl $8, $HERE(protected)

        .code32
protected:
        movw $16, %ax
        movw %ax, %ds
        movw %ax, %ss
        movl $0xa0, %eax        /* PAE, PGE */
        movl %eax, %cr4
        movl $PHYSICAL(boot_root), %eax
        movl %eax, %cr3
        movl $0xc0000080, %ecx
        rdmsr
        orl $0x100, %eax        /* long mode */
        wrmsr
        movl $0x80000011, %eax
        movl %eax, %cr0
        ljmp $24, $HERE(long)

        .code64
long:
        movq $trampoline_high, %rax
        jmp *%rax

        .balign 8
gdt:
        .quad 0
        .quad 0x00cf9b000000ffff /* 32-bit code */
        .quad 0x00cf93000000ffff /* data */
        .quad 0x00af9b000000ffff /* 64-bit code */
gdt_pointer:
        .word . - gdt - 1
        .long HERE(gdt)
trampoline_end:

        .text
trampoline_high:
        /* The kernel's own tables have bits that EFER must allow. */
        movl $0xc0000080, %ecx
        rdmsr
        cmpq $0, pte_no_execute(%rip)
        je 1f
        orl $0x800, %eax
1:      wrmsr
        movq kernel_root(%rip), %rax
        movq %rax, %cr3
        xorl %eax, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        movq trampoline_stack(%rip), %rsp
        movq trampoline_cpu(%rip), %rdi
        xorl %ebp, %ebp
        call smp_enter
        ud2

        .section .note.GNU-stack, "", @progbits
