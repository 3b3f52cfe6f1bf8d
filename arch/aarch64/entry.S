/* SPDX-License-Identifier: MIT */
/* The ways into the kernel and out of it.  All of them build a struct frame.
 *
 * While user code runs, the kernel's stack pointer stands at the top of the
 * thread's stack, so a trap from there finds it as it should be.  A trap from
 * kernel code goes on where that code's stack ends, and the hard problem is
 * when there is no room: the frame would fault, and its fault, and so on.  So
 * the MMU is asked first whether the place can be written; the one register
 * for that waits in TPIDRRO_EL0, which user code may read, but finds zero. */
#include "machine/cpu_local.h"
#include "machine/frame.h"

/* Offsets in struct frame. */
#define FRAME_X2     16
#define FRAME_LINK   240        /* x30, and after it sp */
#define FRAME_PC     256        /* and pstate */
#define FRAME_CALL   272        /* and first */
#define FRAME_CAUSE  288        /* syndrome, fault address */

#define CAUSE_CALL   0x15       /* SVC of 64-bit code */

        .macro push_registers
        stp x0, x1, [sp]
        stp x2, x3, [sp, #FRAME_X2]
        stp x4, x5, [sp, #FRAME_X2 + 16]
        stp x6, x7, [sp, #FRAME_X2 + 32]
        stp x8, x9, [sp, #FRAME_X2 + 48]
        stp x10, x11, [sp, #FRAME_X2 + 64]
        stp x12, x13, [sp, #FRAME_X2 + 80]
        stp x14, x15, [sp, #FRAME_X2 + 96]
        stp x16, x17, [sp, #FRAME_X2 + 112]
        stp x18, x19, [sp, #FRAME_X2 + 128]
        stp x20, x21, [sp, #FRAME_X2 + 144]
        stp x22, x23, [sp, #FRAME_X2 + 160]
        stp x24, x25, [sp, #FRAME_X2 + 176]
        stp x26, x27, [sp, #FRAME_X2 + 192]
        stp x28, x29, [sp, #FRAME_X2 + 208]
        .endm

        /* What the CPU keeps of the interrupted code; x21 is its sp. */
        .macro push_state
        mrs x22, elr_el1
        mrs x23, spsr_el1
        mov x24, #-1
        mrs x25, esr_el1
        mrs x26, far_el1
        stp x30, x21, [sp, #FRAME_LINK]
        stp x22, x23, [sp, #FRAME_PC]
        stp x24, x0, [sp, #FRAME_CALL]
        stp x25, x26, [sp, #FRAME_CAUSE]
        .endm

        .macro enter_from_user
        sub sp, sp, #FRAME_BYTES
        push_registers
        mrs x21, sp_el0
        push_state
        mov x29, xzr
        .endm

        .macro enter_from_kernel
        sub sp, sp, #FRAME_BYTES
        push_registers
        add x21, sp, #FRAME_BYTES
        push_state
        .endm

        .macro pop_registers
        ldp x22, x23, [sp, #FRAME_PC]
        msr elr_el1, x22
        msr spsr_el1, x23
        ldp x0, x1, [sp]
        ldp x2, x3, [sp, #FRAME_X2]
        ldp x4, x5, [sp, #FRAME_X2 + 16]
        ldp x6, x7, [sp, #FRAME_X2 + 32]
        ldp x8, x9, [sp, #FRAME_X2 + 48]
        ldp x10, x11, [sp, #FRAME_X2 + 64]
        ldp x12, x13, [sp, #FRAME_X2 + 80]
        ldp x14, x15, [sp, #FRAME_X2 + 96]
        ldp x16, x17, [sp, #FRAME_X2 + 112]
        ldp x18, x19, [sp, #FRAME_X2 + 128]
        ldp x20, x21, [sp, #FRAME_X2 + 144]
        ldp x22, x23, [sp, #FRAME_X2 + 160]
        ldp x24, x25, [sp, #FRAME_X2 + 176]
        ldp x26, x27, [sp, #FRAME_X2 + 192]
        ldp x28, x29, [sp, #FRAME_X2 + 208]
        ldr x30, [sp, #FRAME_LINK]
        add sp, sp, #FRAME_BYTES
        .endm

        .section .text.entry, "ax"

/* ------------------------------------------------------- from user code */

user_sync:
        enter_from_user
        lsr w27, w25, #26
        cmp w27, #CAUSE_CALL
        b.ne 1f
        str x8, [sp, #FRAME_CALL]
        mov x0, sp
        msr daifclr, #2
        bl on_syscall
        b leave_user
1:      mov x0, sp
        bl trap_from_user
leave_user:
        msr daifset, #0xf
        mrs x0, tpidr_el1
        ldr x0, [x0, #CPU_THREAD]
        ldr w0, [x0]            /* its work */
        cbnz w0, leave_slowly
leave_at_once:
        ldr x21, [sp, #FRAME_LINK + 8]
        msr sp_el0, x21
        pop_registers
        eret

        .globl leave_to_user
leave_to_user:                  /* leave_to_user(frame) */
        mov sp, x0
leave_slowly:
        mov x0, sp
        mov x29, xzr
        bl user_leave           /* returns with interrupts off */
        b leave_at_once

        .macro call_irq_handle
        mov x19, sp
        mrs x20, tpidr_el1
        ldr w0, [x20, #CPU_IRQ_DEPTH]
        add w0, w0, #1
        str w0, [x20, #CPU_IRQ_DEPTH]
        ldr x1, [x20, #CPU_IRQ_STACK]
        mov sp, x1
        mov x0, x19
        bl irq_handle
        mov sp, x19
        mrs x20, tpidr_el1
        ldr w0, [x20, #CPU_IRQ_DEPTH]
        sub w0, w0, #1
        str w0, [x20, #CPU_IRQ_DEPTH]
        .endm

user_irq:
        enter_from_user
        call_irq_handle
        b leave_user

/* ------------------------------------------------------- from kernel code */

kernel_sync:                    /* x0 is in TPIDRRO_EL0 */
        sub x0, sp, #FRAME_BYTES
        at s1e1w, x0
        isb
        mrs x0, par_el1
        tbnz x0, #0, no_room
        mrs x0, tpidrro_el0
        msr tpidrro_el0, xzr
        enter_from_kernel
        mov x0, sp
        bl trap_from_kernel
leave_to_kernel:
        msr daifset, #0xf
        pop_registers
        eret

kernel_irq:
        enter_from_kernel
        call_irq_handle
        b leave_to_kernel

        /* There is no way back: the user's stack pointer may go. */
no_room:
        mov x0, sp
        msr sp_el0, x0
        mrs x0, tpidr_el1
        ldr x0, [x0, #CPU_FATAL_STACK]
        mov sp, x0
        mrs x0, tpidrro_el0
        enter_from_user
        ldr x29, [sp, #FRAME_X2 + 216]
        mov x0, sp
        bl trap_no_room

/* ------------------------------------------------------- what should not be */

        .macro unexpected kind
        enter_from_kernel
        mov x0, sp
        mov x1, #\kind
        bl trap_unexpected
        .endm

unexpected_stack:
        unexpected 0
unexpected_fiq:
        unexpected 1
unexpected_error:
        unexpected 2
unexpected_32_bit:
        unexpected 3

/* ------------------------------------------------------- the vectors */

        .macro vector to
        .balign 0x80
        b \to
        .endm

        .balign 0x800
        .globl vectors
vectors:
        .rept 4
        vector unexpected_stack
        .endr
        .balign 0x80
        msr tpidrro_el0, x0
        b kernel_sync
        vector kernel_irq
        vector unexpected_fiq
        vector unexpected_error
        vector user_sync
        vector user_irq
        vector unexpected_fiq
        vector unexpected_error
        .rept 4
        vector unexpected_32_bit
        .endr
        .balign 0x80

/* ------------------------------------------------------- switching */

        .text
        .globl context_switch_stacks
        /* context_switch_stacks(&from->sp, to->sp) */
context_switch_stacks:
        sub sp, sp, #96
        stp x19, x20, [sp]
        stp x21, x22, [sp, #16]
        stp x23, x24, [sp, #32]
        stp x25, x26, [sp, #48]
        stp x27, x28, [sp, #64]
        stp x29, x30, [sp, #80]
        mov x2, sp
        str x2, [x0]
        mov sp, x1
        ldp x19, x20, [sp]
        ldp x21, x22, [sp, #16]
        ldp x23, x24, [sp, #32]
        ldp x25, x26, [sp, #48]
        ldp x27, x28, [sp, #64]
        ldp x29, x30, [sp, #80]
        add sp, sp, #96
        ret

        .globl context_begin
        /* A new thread's first instruction: start in x19, argument in x20. */
context_begin:
        mov x29, xzr
        mov x0, x20
        msr daifclr, #2
        blr x19
        brk #0

        .section .note.GNU-stack, "", @progbits
