/* SPDX-License-Identifier: MIT */
/* The ways into the kernel and out of it.  All of them build a struct frame.
 *
 * The hard problem is GS: user code has its own base, and one instruction
 * before or after SWAPGS the wrong one is loaded.  Interrupts are off there;
 * what comes all the same (NMI, machine check, double fault, and a debug trap)
 * has a stack of its own with the address of its CPU's block at the end, sets
 * the base by MSR and puts back what it found.  IRETQ to a bad user state
 * faults in the kernel with the user's GS: known by its address. */
#include "machine/cpu_local.h"
#include "machine/user_access.h"

#define KERNEL_CODE 0x10
#define USER_DATA   0x2b
#define USER_CODE   0x33
#define MSR_GS_BASE 0xc0000101

/* Offsets in struct frame. */
#define FRAME_R11    48
#define FRAME_RCX    88
#define FRAME_CALL   120
#define FRAME_RIP    136
#define FRAME_CS     144
#define FRAME_RFLAGS 152

/* Flags that SYSRET may load: neither those of the system nor TF and RF. */
#define FLAGS_NOT_FOR_SYSRET (~0x240ed7 & 0x7fffffff)

        .macro push_registers
        pushq %rdi
        pushq %rsi
        pushq %rdx
        pushq %rcx
        pushq %rax
        pushq %r8
        pushq %r9
        pushq %r10
        pushq %r11
        pushq %rbx
        pushq %rbp
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        .endm

        .macro pop_registers
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %rbp
        popq %rbx
        popq %r11
        popq %r10
        popq %r9
        popq %r8
        popq %rax
        popq %rcx
        popq %rdx
        popq %rsi
        popq %rdi
        .endm

        .section .text.entry, "ax"

/* ------------------------------------------------------- system calls */

        .globl entry_syscall
        .balign 16
entry_syscall:
        swapgs
        movq %rsp, %gs:CPU_SCRATCH
        movq %gs:CPU_STACK_TOP, %rsp
        pushq $USER_DATA
        pushq %gs:CPU_SCRATCH
        pushq %r11
        pushq $USER_CODE
        pushq %rcx
        pushq $0
        pushq %rax
        push_registers
        xorl %ebp, %ebp
        movq %rsp, %rdi
        sti
        call on_syscall
        cli
        movq %gs:CPU_THREAD, %rax
        cmpl $0, (%rax)
        jne leave_slowly

        /* SYSRET gives RIP and flags what RCX and R11 hold; it would fault in
         * the kernel on an address that is not canonical. */
        movq FRAME_RIP(%rsp), %rcx
        cmpq %rcx, FRAME_RCX(%rsp)
        jne leave_slowly
        shrq $47, %rcx
        jnz leave_slowly
        movq FRAME_RFLAGS(%rsp), %rcx
        cmpq %rcx, FRAME_R11(%rsp)
        jne leave_slowly
        andl $FLAGS_NOT_FOR_SYSRET | 0x200, %ecx
        cmpl $0x200, %ecx       /* a signal frame may have cleared IF */
        jne leave_slowly
        pop_registers
        movq 40(%rsp), %rsp
        swapgs
        sysretq

/* ------------------------------------------------------- the way out */

        .globl leave_to_user
leave_to_user:                  /* leave_to_user(frame) */
        movq %rdi, %rsp
leave_slowly:
        movq %rsp, %rdi
        xorl %ebp, %ebp
        call user_leave         /* returns with interrupts off */
leave_by_iret:
        pop_registers
        addq $16, %rsp
        swapgs
        .globl user_iret
user_iret:
        iretq

/* After a trap, for user or kernel. */
leave_trap:
        testb $3, FRAME_CS(%rsp)
        jz leave_to_kernel
        cli
        movq %gs:CPU_THREAD, %rax
        cmpl $0, (%rax)
        jne leave_slowly
        jmp leave_by_iret
leave_to_kernel:
        pop_registers
        addq $16, %rsp
        iretq

/* ------------------------------------------------------- exceptions */

        .balign 16
exception_common:               /* vector, error, rip, cs, flags, rsp, ss */
        testb $3, 24(%rsp)
        jz 2f
        swapgs
exception_swapped:
        push_registers
        xorl %ebp, %ebp
1:      cld
        user_access_close
        movl FRAME_CALL(%rsp), %esi
        movq $-1, FRAME_CALL(%rsp)
        movq %rsp, %rdi
        call trap_handle
        movq %rax, %rsp
        jmp leave_trap

2:      cmpq $user_iret, 16(%rsp)
        jne 3f
        swapgs
3:      push_registers
        jmp 1b

/* Own stacks. */
        .balign 16
paranoid_common:
        testb $3, 24(%rsp)
        jnz 1f
        push_registers
        cld
        user_access_close
        movl $MSR_GS_BASE, %ecx
        rdmsr
        movl %eax, %r12d
        movl %edx, %r13d
        movq %rsp, %rax
        orq $0xfff, %rax
        movq -15(%rax), %rax    /* left there by cpu_make_stacks */
        movq %rax, %rdx
        shrq $32, %rdx
        wrmsr
        movl FRAME_CALL(%rsp), %esi
        movq $-1, FRAME_CALL(%rsp)
        movq %rsp, %rdi
        call trap_handle_apart
        movl $MSR_GS_BASE, %ecx
        movl %r12d, %eax
        movl %r13d, %edx
        wrmsr
        pop_registers
        addq $16, %rsp
        iretq

        /* From user code: nothing special, on the thread's own stack. */
1:      swapgs
        movq %rdi, %gs:CPU_SCRATCH
        movq %rsp, %rdi
        movq %gs:CPU_STACK_TOP, %rsp
        pushq 48(%rdi)
        pushq 40(%rdi)
        pushq 32(%rdi)
        pushq 24(%rdi)
        pushq 16(%rdi)
        pushq 8(%rdi)
        pushq (%rdi)
        movq %gs:CPU_SCRATCH, %rdi
        jmp exception_swapped

/* ------------------------------------------------------- interrupts */

        .balign 16
interrupt_common:
        testb $3, 24(%rsp)
        jz 1f
        swapgs
        push_registers
        xorl %ebp, %ebp
        jmp 2f
1:      push_registers
2:      cld
        user_access_close
        movl FRAME_CALL(%rsp), %edi
        movq $-1, FRAME_CALL(%rsp)
        movq %rsp, %rbx
        movq %rsp, %rsi
        incl %gs:CPU_IRQ_DEPTH
        movq %gs:CPU_IRQ_STACK, %rsp
        call irq_handle
        movq %rbx, %rsp
        decl %gs:CPU_IRQ_DEPTH
        jmp leave_trap

/* ------------------------------------------------------- one stub a vector */

        /* 16 bytes each.  One mask has those that push an error code (8, 10 to
         * 14, 17, 21, 29, 30), the other those with own stacks (1, 2, 8, 18). */
        .globl vector_stubs
        .balign 16
vector_stubs:
        .set vector, 0
        .rept 256
        .balign 16
        .if vector >= 32
        pushq $0
        pushq $vector
        jmp interrupt_common
        .else
        .if ((0x60227d00 >> vector) & 1) == 0
        pushq $0
        .endif
        pushq $vector
        .if ((0x40106 >> vector) & 1) == 1
        jmp paranoid_common
        .else
        jmp exception_common
        .endif
        .endif
        .set vector, vector + 1
        .endr
        .balign 16

/* ------------------------------------------------------- switching */

        .text
        .globl context_switch_stacks
        /* context_switch_stacks(&from->sp, to->sp) */
context_switch_stacks:
        pushq %rbp
        pushq %rbx
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        movq %rsp, (%rdi)
        movq %rsi, %rsp
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %rbx
        popq %rbp
        ret

        .globl context_begin
        /* A new thread's first instruction: start in rbx, argument in r12. */
context_begin:
        xorl %ebp, %ebp
        movq %r12, %rdi
        sti
        call *%rbx
        ud2

        .section .note.GNU-stack, "", @progbits
