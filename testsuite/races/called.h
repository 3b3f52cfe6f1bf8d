/* SPDX-License-Identifier: MIT */
/* Files for who waits for several: CPUs in pairs call each other in turns, each
 * through its own file, and beside it look at one that is never ready. */
#ifndef RACES_CALLED_H
#define RACES_CALLED_H

#include "sleep.h"
#include "vfs/file.h"

static struct called {
    struct file file;
    struct wait_queue queue;
    unsigned calls;  /* [atomic] */
    unsigned wanted; /* it is ready with so many */
} called[CPUS], silent;

static unsigned called_poll(struct file *file, struct waiter *waiter)
{
    struct called *self = container_of(file, struct called, file);
    if (waiter)
        wait_queue_add(&self->queue, waiter);
    return atomic_load(&self->calls) >= self->wanted ? READY_READ : 0;
}

static const struct file_ops called_ops = { .poll = called_poll };

static inline void called_init_one(struct called *self)
{
    wait_queue_init(&self->queue);
    list_init(&self->file.watchers);
    self->file.ops = &called_ops;
}

static inline void called_init(void)
{
    for (unsigned i = 0; i < CPUS; i++)
        called_init_one(&called[i]);
    called_init_one(&silent);
    silent.wanted = 1;
}

static inline void call_the_other(unsigned cpu, unsigned round)
{
    struct called *other = &called[cpu ^ 1];
    atomic_store(&other->calls, round);
    wait_queue_wake_all(&other->queue, READY_READ);
    atomic_pause();
}

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

#endif
