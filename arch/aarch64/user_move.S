/* SPDX-License-Identifier: MIT */
/* Copies between kernel and user addresses.  A fault nobody serves ends them:
 * first a step of 32 bytes, which is then done byte by byte up to the very
 * place, then that one. */
#include "machine/user_access.h"

        .text
        .globl arch_copy_from_user, arch_copy_to_user, arch_clear_user
        .globl arch_string_from_user

arch_copy_from_user:
1:      cmp x2, #32
        b.lo 6f
2:      ldtr x4, [x1]
3:      ldtr x5, [x1, #8]
4:      ldtr x6, [x1, #16]
5:      ldtr x7, [x1, #24]
        stp x4, x5, [x0]
        stp x6, x7, [x0, #16]
        add x0, x0, #32
        add x1, x1, #32
        sub x2, x2, #32
        b 1b
6:      cbz x2, 8f
7:      ldtrb w4, [x1]
        strb w4, [x0], #1
        add x1, x1, #1
        sub x2, x2, #1
        b 6b
8:      mov x0, x2              /* what is left */
        ret
        fixup 2b, 6b
        fixup 3b, 6b
        fixup 4b, 6b
        fixup 5b, 6b
        fixup 7b, 8b

arch_copy_to_user:
1:      cmp x2, #32
        b.lo 6f
        ldp x4, x5, [x1]
        ldp x6, x7, [x1, #16]
2:      sttr x4, [x0]
3:      sttr x5, [x0, #8]
4:      sttr x6, [x0, #16]
5:      sttr x7, [x0, #24]
        add x0, x0, #32
        add x1, x1, #32
        sub x2, x2, #32
        b 1b
6:      cbz x2, 8f
        ldrb w4, [x1]
7:      sttrb w4, [x0]
        add x0, x0, #1
        add x1, x1, #1
        sub x2, x2, #1
        b 6b
8:      mov x0, x2
        ret
        fixup 2b, 6b
        fixup 3b, 6b
        fixup 4b, 6b
        fixup 5b, 6b
        fixup 7b, 8b

arch_clear_user:
1:      cmp x1, #32
        b.lo 6f
2:      sttr xzr, [x0]
3:      sttr xzr, [x0, #8]
4:      sttr xzr, [x0, #16]
5:      sttr xzr, [x0, #24]
        add x0, x0, #32
        sub x1, x1, #32
        b 1b
6:      cbz x1, 8f
7:      sttrb wzr, [x0]
        add x0, x0, #1
        sub x1, x1, #1
        b 6b
8:      mov x0, x1
        ret
        fixup 2b, 6b
        fixup 3b, 6b
        fixup 4b, 6b
        fixup 5b, 6b
        fixup 7b, 8b

/* (to, from, most).  Aligned words never reach into a page that the string
 * does not. */
arch_string_from_user:
        mov x3, xzr             /* so many before the NUL */
        mov x8, #0x0101010101010101
1:      add x4, x3, #8
        cmp x4, x2
        b.hi 4f
        add x4, x1, x3
        tst x4, #7
        b.ne 4f
2:      ldtr x5, [x4]
        str x5, [x0, x3]
        sub x6, x5, x8
        bic x6, x6, x5
        ands x6, x6, #0x8080808080808080
        b.ne 3f
        add x3, x3, #8
        b 1b
3:      rbit x6, x6
        clz x6, x6
        add x3, x3, x6, lsr #3
        b 6f
4:      cmp x3, x2
        b.hs 6f
        add x4, x1, x3
5:      ldtrb w5, [x4]
        strb w5, [x0, x3]
        cbz w5, 6f
        add x3, x3, #1
        b 1b
6:      mov x0, x3
        ret
7:      mov x0, #-14            /* -EFAULT */
        ret
        fixup 2b, 7b
        fixup 5b, 7b

        .section .note.GNU-stack, "", @progbits
