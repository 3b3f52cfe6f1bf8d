/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE NO_LOCK_BARRIER */
/* vfork: the maker sleeps until the child has left the space, and then finds what
 * the child wrote there. */
#define LATE_STORES
#include "sleep.h"
#include "kernel/spawn_start.c"

enum { ROUNDS = 3000 };

static struct child {
    struct thread thread;
    bool is_started; /* [atomic] */
    unsigned left;   /* plain: by it, in the space of both */
} children[CPUS];

void thread_start(struct thread *thread)
{
    struct child *child = container_of(thread, struct child, thread);
    late_store_now();
    __atomic_store_n(&child->is_started, true, __ATOMIC_RELEASE);
}

static void run_child(struct child *child)
{
    for (unsigned i = 1; i <= ROUNDS; i++) {
        while (!__atomic_exchange_n(&child->is_started, false, __ATOMIC_ACQUIRE))
            cpu_relax();
        child->left = i;
        spawn_release_vfork(&child->thread);
    }
}

static void make_children(struct child *child)
{
    static const struct spawn how = { .options = SPAWN_WAIT_FOR_SPACE };
    for (unsigned i = 1; i <= ROUNDS; i++) {
        spawn_start(&how, &child->thread);
        must(child->left == i);
    }
}

static void work(unsigned cpu)
{
    if (cpu % 2)
        run_child(&children[cpu / 2]);
    else
        make_children(&children[cpu / 2]);
}

int main(void)
{
    races_run(CPUS, work);
}

/* ------------------------------------------------------- what is not tried */

struct thread *thread_get(struct thread *thread)
{
    return thread;
}

void thread_put(struct thread *thread)
{
}

int thread_number(const struct thread *thread)
{
    return 1;
}

int spawn(const struct spawn *how, struct thread **made)
{
    return -ENOMEM;
}
