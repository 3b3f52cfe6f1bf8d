/* SPDX-License-Identifier: MIT */
/* Checks of sleeping locks in the debug build; nothing otherwise. */
#include "sched/mutex_debug.h"

#include "lib/panic.h"

#ifdef CONFIG_DEBUG

void sleeping_lock_take(enum lock_rank rank, const void *lock)
{
    struct thread *thread = current;
    assert(!lock_spins_held() && !thread->read_sections);
    unsigned count = thread->held_lock_count;
    for (unsigned i = 0; i < count && rank != RANK_NONE; i++) {
        if (thread->held_locks[i].lock == lock)
            panic("sleeping lock %p taken twice", lock);
        if (thread->held_locks[i].rank > rank)
            panic("sleeping lock %p of rank %d taken under %p of rank %d", lock,
                rank, thread->held_locks[i].lock, thread->held_locks[i].rank);
    }
    assert(count < array_size(thread->held_locks));
    thread->held_locks[count].lock = lock;
    thread->held_locks[count].rank = rank;
    thread->held_lock_count++;
}

void sleeping_lock_drop(const void *lock)
{
    struct thread *thread = current;
    unsigned i = thread->held_lock_count;
    while (i && thread->held_locks[i - 1].lock != lock)
        i--;
    if (!i)
        panic("sleeping lock %p dropped but not held", lock);
    for (thread->held_lock_count--; i <= thread->held_lock_count; i++)
        thread->held_locks[i - 1] = thread->held_locks[i];
}

#endif
