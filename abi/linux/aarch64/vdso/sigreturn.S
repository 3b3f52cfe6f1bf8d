/* SPDX-License-Identifier: MIT */
/* Where a handler returns to.  Debuggers know it by these two instructions. */
        .text
        .balign 16
        nop
        .globl __kernel_rt_sigreturn
        .type __kernel_rt_sigreturn, %function
__kernel_rt_sigreturn:
        mov x8, #139
        svc #0
        .size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn

        .section .note.GNU-stack, "", @progbits
