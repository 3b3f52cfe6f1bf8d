/* SPDX-License-Identifier: MIT */
/* Reference counts.
 *
 * A count that came to the upper half of its range was overflown by a bug; it
 * is put back to the middle of that half, where it stays: what it counts is
 * never freed, which is better than freed in use. */
#include "lib/refcount.h"

#include "arch/atomic.h"
#include "lib/holders.h"
#include "lib/panic.h"
#include "lib/shadow.h"

enum { HELD_FOR_EVER = 0xc0000000u, TOO_MANY = 0x80000000u };

/* The debug build ends here. */
static void report(const struct refcount *refs, const char *what)
{
#ifdef CONFIG_KASAN
    shadow_report(refs, what);
#elif defined(CONFIG_DEBUG) && !defined(HOSTED)
    panic("%p: %s", (void *)refs, what);
#endif
}

void refcount_init(struct refcount *refs)
{
    atomic_store(&refs->count, 1);
    holders_forget(refs);
    holders_note(refs, 1);
}

void refcount_get(struct refcount *refs)
{
    holders_note(refs, 1);
    uint32_t before = atomic_add(&refs->count, 1);
    if (unlikely(!before))
        report(refs, "a reference is taken to what has none");
    if (unlikely(before >= TOO_MANY)) {
        atomic_store(&refs->count, HELD_FOR_EVER);
        report(refs, "a count of references is overflown");
    }
}

bool refcount_get_unless_zero(struct refcount *refs)
{
    uint32_t before = atomic_load(&refs->count);
    do {
        if (!before)
            return false;
        if (unlikely(before >= TOO_MANY))
            return true;
    } while (!__atomic_compare_exchange_n(&refs->count, &before, before + 1,
        true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    holders_note(refs, 1);
    return true;
}

bool refcount_put(struct refcount *refs)
{
    holders_note(refs, -1);
    uint32_t before = atomic_sub(&refs->count, 1);
    if (unlikely(before == 0 || before >= TOO_MANY)) {
        atomic_store(&refs->count, HELD_FOR_EVER);
        report(refs, before ? "a count of references is overflown"
                            : "a reference is put that nobody had");
        return false;
    }
    if (before == 1)
        holders_forget(refs);
    return before == 1;
}

uint32_t refcount_read(const struct refcount *refs)
{
    return atomic_load(&refs->count);
}
