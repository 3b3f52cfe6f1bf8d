/* SPDX-License-Identifier: MIT */
/* Where in the library a handler returns to. */
#include "abi/linux/aarch64/vdso_return.h"

#include "abi/linux/vdso.h"
#include "arch/atomic.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/space.h"

/* MOV x8, #139; SVC #0. */
static const uint32_t code[] = { 0xd2801168, 0xd4000001 };

static size_t find(void)
{
    size_t last = vdso_image_end - vdso_image - sizeof code;
    for (size_t at = 0; at <= last; at += sizeof code[0])
        if (!memcmp(vdso_image + at, code, sizeof code))
            return at;
    panic("The library for programs has no way back from handlers");
}

uintptr_t vdso_return(const struct space *space)
{
    static size_t found; /* [atomic] 0: not yet */
    size_t at = atomic_load(&found);
    if (!at) {
        at = find();
        atomic_store(&found, at);
    }
    return space->vdso + at;
}
