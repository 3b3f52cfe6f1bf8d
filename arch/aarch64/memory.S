/* SPDX-License-Identifier: MIT */
/* memcpy, memmove, memset: 64 bytes a step, then 8, then 1.  Zeros for whole
 * pages are left to the CPU (DC ZVA).  Where accesses are checked, lib/shadow.c
 * has the usual names, and calls these. */
        .text
        .globl memory_copy, memory_move, memory_fill
        .weak memcpy, memmove, memset

memory_move:
memmove:
        sub x3, x0, x1
        cmp x3, x2              /* from <= to < from + bytes, as unsigned? */
        b.lo backwards
memory_copy:
memcpy:
        mov x3, x0
1:      subs x2, x2, #64
        b.lo 2f
        ldp x4, x5, [x1]
        ldp x6, x7, [x1, #16]
        ldp x8, x9, [x1, #32]
        ldp x10, x11, [x1, #48]
        add x1, x1, #64
        stp x4, x5, [x3]
        stp x6, x7, [x3, #16]
        stp x8, x9, [x3, #32]
        stp x10, x11, [x3, #48]
        add x3, x3, #64
        b 1b
2:      add x2, x2, #64
3:      subs x2, x2, #8
        b.lo 4f
        ldr x4, [x1], #8
        str x4, [x3], #8
        b 3b
4:      adds x2, x2, #8
        b.eq 6f
5:      ldrb w4, [x1], #1
        strb w4, [x3], #1
        subs x2, x2, #1
        b.ne 5b
6:      ret

backwards:
        add x1, x1, x2
        add x3, x0, x2
1:      subs x2, x2, #32
        b.lo 2f
        ldp x4, x5, [x1, #-16]!
        ldp x6, x7, [x1, #-16]!
        stp x4, x5, [x3, #-16]!
        stp x6, x7, [x3, #-16]!
        b 1b
2:      adds x2, x2, #32
        b.eq 4f
3:      ldrb w4, [x1, #-1]!
        strb w4, [x3, #-1]!
        subs x2, x2, #1
        b.ne 3b
4:      ret

memory_fill:
memset:
        mov x3, x0
        and x1, x1, #0xff
        cbnz x1, 2f
        orr x4, x3, x2
        tst x4, #4095
        b.ne 2f
        cbz x2, 7f
        mrs x4, dczid_el0
        tbnz w4, #4, 2f         /* forbidden */
        mov x5, #4
        lsl x5, x5, x4
        add x2, x3, x2
1:      dc zva, x3
        add x3, x3, x5
        cmp x3, x2
        b.lo 1b
        ret

2:      mov x4, #0x0101010101010101
        mul x1, x1, x4
3:      subs x2, x2, #32
        b.lo 4f
        stp x1, x1, [x3]
        stp x1, x1, [x3, #16]
        add x3, x3, #32
        b 3b
4:      add x2, x2, #32
5:      subs x2, x2, #8
        b.lo 6f
        str x1, [x3], #8
        b 5b
6:      adds x2, x2, #8
        b.eq 7f
        strb w1, [x3], #1
        sub x2, x2, #1
        cbnz x2, 8f
7:      ret
8:      strb w1, [x3], #1
        subs x2, x2, #1
        b.ne 8b
        ret

        .section .note.GNU-stack, "", @progbits
