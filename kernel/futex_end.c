/* SPDX-License-Identifier: MIT */
/* What a thread leaves behind: the word it promised to clear, and the robust
 * locks it held, whose next owner is told that the last one died.
 *
 * The list is the program's: it may be broken, endless or change under us, so
 * the walk is bounded and every error just ends it. */
#include "kernel/futex_queue.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "mm/space.h"
#include "mm/user.h"

enum { ROBUST_LOCKS_MAX = 2048 };

/* The list's head, as glibc and musl have it (set_robust_list(2)). */
struct robust_head {
    uint64_t first;   /* bit 0: priority inheriting */
    int64_t offset;   /* from a link to its lock's word */
    uint64_t pending; /* being locked or unlocked just now */
};
static_assert(sizeof(struct robust_head) == 24, "set_robust_list's size");

enum lock_case { LOCK_LISTED, LOCK_PENDING };

/* False: the walk must end. */
static bool lock_dies(uintptr_t address, bool is_inheriting, enum lock_case how)
{
    uint32_t __user *word = (uint32_t __user *)address;
    uint32_t value, seen, wanted;
    if (address % sizeof value || user_read(&value, word, sizeof value))
        return false;
    /* Freed, but whoever waits was not woken yet. */
    if (how == LOCK_PENDING && !is_inheriting && !value) {
        futex_wake(address, FUTEX_SHARED_KEY, 1, FUTEX_ANY);
        return true;
    }
    for (;;) {
        if ((value & LOCK_OWNER) != (uint32_t)thread_number(current))
            return true;
        wanted = (value & LOCK_WAITS) | LOCK_DIED;
        if (arch_user_compare_exchange(word, value, wanted, &seen))
            return false;
        if (seen == value)
            break;
        value = seen;
        thread_breathe();
    }
    if (!is_inheriting && value & LOCK_WAITS)
        futex_wake(address, FUTEX_SHARED_KEY, 1, FUTEX_ANY);
    return true;
}

static void walk_robust_list(uintptr_t head_at)
{
    struct robust_head head;
    if (user_read(&head, (const void __user *)head_at, sizeof head))
        return;
    uint64_t link = head.first, next = 0;
    for (unsigned i = 0; i < ROBUST_LOCKS_MAX; i++) {
        uintptr_t at = link & ~1ull;
        if (at == head_at)
            break;
        /* Read first: once it is let go the lock may be freed. */
        bool has_next =
            !user_read(&next, (const void __user *)at, sizeof next);
        if (at != (head.pending & ~1ull) &&
            !lock_dies(at + head.offset, link & 1, LOCK_LISTED))
            return;
        if (!has_next)
            return;
        link = next;
        thread_breathe();
    }
    uintptr_t pending = head.pending & ~1ull;
    if (pending)
        lock_dies(pending + head.offset, head.pending & 1, LOCK_PENDING);
}

void futex_thread_ends(struct thread *thread)
{
    if (!thread->space)
        return;
    uintptr_t robust = thread->task.robust_list;
    uintptr_t word = thread->task.clear_tid;
    thread->task.robust_list = 0;
    thread->task.clear_tid = 0;
    boost_set_ownership(OWNS_NO_MORE_SOON);
    if (robust)
        walk_robust_list(robust);
    futex_locks_leave();
    if (!word || !space_is_shared(thread->space))
        return;
    uint32_t zero = 0;
    /* An error is the program's affair, and it is past caring. */
    if (!user_write((void __user *)word, &zero, sizeof zero))
        futex_wake(word, FUTEX_SHARED_KEY, 1, FUTEX_ANY);
}
