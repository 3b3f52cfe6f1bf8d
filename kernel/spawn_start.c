/* SPDX-License-Identifier: MIT */
/* The start of a child that was made, and the maker's sleep until it has left
 * the space that both share (vfork). */
#include "kernel/spawn.h"

#include "arch/atomic.h"
#include "kernel/process.h"
#include "kernel/thread.h"

/* The maker sleeps until the child leaves its space, or until it is killed. */
static void wait_for_space(void)
{
    struct thread *maker = current;
    int result = 0;
    while (!atomic_load_acquire(&maker->task.vfork_done) && !result) {
        thread_prepare(SLEEP_KILLABLE);
        if (!atomic_load_acquire(&maker->task.vfork_done))
            result = thread_sleep(FOREVER);
        thread_unprepare();
    }
}

long spawn_start(const struct spawn *how, struct thread *child)
{
    int number = thread_number(child);
    bool waits = how->options & SPAWN_WAIT_FOR_SPACE;
    if (waits) {
        current->task.vfork_done = false;
        child->task.vfork_waiter = thread_get(current);
    }
    thread_start(child);
    thread_put(child);
    if (waits)
        wait_for_space();
    return number;
}

long spawn_and_start(const struct spawn *how)
{
    struct thread *child;
    int number = spawn(how, &child);
    return number < 0 ? number : spawn_start(how, child);
}

void spawn_release_vfork(struct thread *thread)
{
    struct thread *waiter = thread->task.vfork_waiter;
    if (!waiter)
        return;
    thread->task.vfork_waiter = NULL;
    /* wait_for_space reads it: the maker sees what was written in their space. */
    atomic_store_release(&waiter->task.vfork_done, true);
    thread_wake(waiter);
    thread_put(waiter);
}
