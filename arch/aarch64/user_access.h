/* SPDX-License-Identifier: MIT */
/* How kernel code touches what may fault: each such instruction has a row in
 * the exception table.  User memory is read and written with the user's rights
 * (LDTR, STTR), so that PAN need not be opened for it; only the atomic steps,
 * which have no such form, do that. */
#ifndef MACHINE_USER_ACCESS_H
#define MACHINE_USER_ACCESS_H

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
