/* SPDX-License-Identifier: MIT */
/* Return addresses by the chain of frame pointers: each points to the one
 * before, with the return address above it.  A broken chain ends it. */
#include "arch/common/fixup.h"
#include "arch/common/kernel_map.h"
#include "arch/trap.h"
#include "machine/layout.h"

enum { BACKTRACE_MOST = 32 };

void trap_backtrace(const struct frame *frame, void (*visit)(uintptr_t address))
{
    uintptr_t at = (uintptr_t)__builtin_frame_address(0);
    if (frame) {
        if (frame_is_user(frame))
            return;
        at = frame_pointer(frame);
        visit(frame_ip(frame));
    }
    for (unsigned i = 0; i < BACKTRACE_MOST; i++) {
        uint64_t next, back;
        if (at < LINEAR_BASE || at % sizeof next ||
            !kernel_word_read(at, &next) ||
            !kernel_word_read(at + sizeof next, &back))
            return;
        if (kernel_has_code(back))
            visit(back);
        at = next;
    }
}
