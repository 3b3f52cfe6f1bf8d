/* SPDX-License-Identifier: MIT */
/* How kernel code touches what may fault: each such instruction has a row in
 * the exception table; SMAP is opened around it by three bytes that are patched
 * at boot if the CPU has SMAP. */
#ifndef MACHINE_USER_ACCESS_H
#define MACHINE_USER_ACCESS_H

#include "arch/common/fixup_row.h"

#ifdef __ASSEMBLER__

        /* opcode's last byte: 0xcb opens, 0xca closes */
        .macro user_access_site last
991:    .byte 0x0f, 0x1f, 0x00  /* a NOP of three bytes */
        .pushsection .user_access_sites, "a"
        .quad 991b, \last
        .popsection
        .endm
        .macro user_access_open
        user_access_site 0xcb
        .endm
        .macro user_access_close
        user_access_site 0xca
        .endm

#else

#define WORD_LOAD "movq (%1), %0"

#define USER_ACCESS_SITE(last)                                                 \
    __asm__ volatile("991: .byte 0x0f, 0x1f, 0x00\n"                           \
                     ".pushsection .user_access_sites, \"a\"\n"                \
                     ".quad 991b, " last "\n"                                  \
                     ".popsection\n" ::: "memory")

static inline void user_access_open(void)
{
    USER_ACCESS_SITE("0xcb");
}

static inline void user_access_close(void)
{
    USER_ACCESS_SITE("0xca");
}

#endif
#endif
