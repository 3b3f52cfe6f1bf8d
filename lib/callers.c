/* SPDX-License-Identifier: MIT */
/* Chains of return addresses, kept once each, in a table that only grows: most
 * are seen again and again.  Frames are linked as both CPUs do it, by a pointer
 * to the caller's pair of pointer and return address. */
#include "lib/callers.h"

#ifdef CONFIG_DEBUG

#include "arch/atomic.h"
#include "arch/boot.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"
#include "lib/symbols.h"

enum { DEPTH = 8, CHAINS = 8192, TRIES = 16 };

struct chain {
    uint32_t hash; /* [atomic] 0: free */
    uint32_t low[DEPTH]; /* the addresses' lower halves; 0: the end */
};
static struct chain chains[CHAINS];

struct frame_link {
    const struct frame_link *next;
    uintptr_t back;
};

/* Only upwards and near, for the chain may end in anything. */
static bool may_follow(uintptr_t from, const struct frame_link *to)
{
    uintptr_t at = (uintptr_t)to;
    return at > from && at - from < KERNEL_STACK_BYTES &&
        at % sizeof(uintptr_t) == 0;
}

static uint32_t gather(const struct frame_link *frame, uint32_t *low)
{
    uint32_t hash = 2166136261u;
    unsigned count = 0;
    while (count < DEPTH) {
        low[count] = frame->back;
        hash = (hash ^ low[count++]) * 16777619u;
        if (!may_follow((uintptr_t)frame, frame->next))
            break;
        frame = frame->next;
    }
    while (count < DEPTH)
        low[count++] = 0;
    return hash ? hash : 1;
}

callers callers_note(void)
{
    const struct frame_link *here = __builtin_frame_address(0);
    uint32_t low[DEPTH];
    if (!may_follow((uintptr_t)here, here->next))
        return 0;
    uint32_t hash = gather(here->next, low);
    uint32_t at = (hash ^ hash >> 16) % CHAINS;
    for (unsigned i = 0; i < TRIES; i++, at = (at + 1) % CHAINS) {
        uint32_t found = atomic_load(&chains[at].hash);
        if (!found && atomic_replace(&chains[at].hash, 0u, hash)) {
            __builtin_memcpy(chains[at].low, low, sizeof low);
            return at + 1;
        }
        if (found == hash)
            return at + 1;
    }
    return 0;
}

/* [atomic] Of chains that hold a handler: 0 before it was looked for. */
static uint32_t handlers[CHAINS];

uint32_t callers_call(callers who)
{
    const struct frame_link *frame = __builtin_frame_address(0);
    uint32_t start = who ? atomic_load(&handlers[who - 1]) : 0;
    for (unsigned depth = 0; !start; depth++) {
        uint64_t offset = 0;
        const char *name = symbol_find(frame->back - 1, &offset);
        bool is_handler = name && !strncmp(name, "sys_", 4);
        if (is_handler || !may_follow((uintptr_t)frame, frame->next))
            start = (uint32_t)(frame->back - offset) ?: 1;
        if (is_handler && who && depth < DEPTH)
            atomic_store(&handlers[who - 1], start);
        frame = frame->next;
    }
    return start;
}

/* The kernel's code lies within 4 GiB. */
static uintptr_t whole(uint32_t low)
{
    return ((uintptr_t)callers_note & ~(uintptr_t)UINT32_MAX) | low;
}

void callers_print(callers who)
{
    if (!who)
        log_at(LOG_EMERGENCY, "  (not known)");
    for (unsigned i = 0; who && i < DEPTH; i++) {
        uint64_t offset = 0;
        uintptr_t address = whole(chains[who - 1].low[i]);
        if (!chains[who - 1].low[i])
            break;
        const char *name = symbol_find(address - 1, &offset);
        log_at(LOG_EMERGENCY, "  %016lx %s+0x%lx", address, name ? name : "?",
            (unsigned long)offset + 1);
    }
}

size_t callers_name(callers who, char *text, size_t capacity)
{
    size_t bytes = 0;
    text[0] = '\0';
    for (unsigned i = 0; who && i < DEPTH && chains[who - 1].low[i]; i++) {
        uint64_t offset = 0;
        const char *name =
            symbol_find(whole(chains[who - 1].low[i]) - 1, &offset);
        if (bytes < capacity)
            bytes += format(text + bytes, capacity - bytes, "%s%s",
                i ? " < " : "", name ? name : "?");
    }
    return min(bytes, capacity - 1);
}

#endif
