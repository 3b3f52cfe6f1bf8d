/* SPDX-License-Identifier: MIT */
/* How a row of the exception table is made, beside the instruction. */
#ifndef COMMON_FIXUP_ROW_H
#define COMMON_FIXUP_ROW_H

/* Kinds of rows. */
#define FIXUP_SERVED 0 /* a user access: on_fault is asked first */
#define FIXUP_ALWAYS 1 /* any fault goes to the fix-up at once */

#ifdef __ASSEMBLER__

        .macro fixup at, to, kind=FIXUP_SERVED
        .pushsection .exception_table, "a"
        .balign 8
        .quad \at, \to, \kind
        .popsection
        .endm

#else

#define FIXUP(at, to, kind)                                                    \
    ".pushsection .exception_table, \"a\"\n"                                   \
    ".balign 8\n"                                                              \
    ".quad " at ", " to ", " #kind "\n"                                        \
    ".popsection\n"

#endif
#endif
