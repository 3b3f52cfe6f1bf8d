/* SPDX-License-Identifier: MIT */
/* The I/O context: made when something is said, for most never say anything. */
#include "kernel/io_context.h"

#include "arch/atomic.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/refcount.h"
#include "mm/heap.h"

struct io_context {
    struct refcount refs;
    uint16_t priority; /* [atomic] */
};

static struct io_context *context_new(uint16_t priority)
{
    struct io_context *context = heap_alloc_zeroed(sizeof *context);
    if (!context)
        return NULL;
    refcount_init(&context->refs);
    context->priority = priority;
    return context;
}

struct io_context *io_context_get(struct io_context *context)
{
    refcount_get(&context->refs);
    return context;
}

void io_context_put(struct io_context *context)
{
    if (context && refcount_put(&context->refs))
        heap_free(context);
}

int io_context_inherit(struct thread *child, bool is_shared)
{
    struct io_context *old = thread_io_context(current);
    if (!old)
        return 0;
    uint16_t priority = atomic_load(&old->priority);
    child->io_context = is_shared ? io_context_get(old)
        : priority                ? context_new(priority)
                                  : NULL;
    io_context_put(old);
    return is_shared || !priority || child->io_context ? 0 : -ENOMEM;
}

uint16_t io_priority(struct thread *thread)
{
    struct io_context *context = thread_io_context(thread);
    uint16_t priority = context ? atomic_load(&context->priority) : 0;
    io_context_put(context);
    return priority;
}

/* Gives thread a context unless it has one, or its parts no more; the one it
 * has, with a reference. Takes spare. */
static struct io_context *settle(
    struct thread *thread, struct io_context *spare)
{
    struct process *process = thread->process;
    unsigned long irq_state = spin_lock_irq(&process->lock);
    if (!thread->io_context && thread->files) {
        thread->io_context = spare;
        spare = NULL;
    }
    struct io_context *context = thread->io_context;
    if (context)
        io_context_get(context);
    spin_unlock_irq(&process->lock, irq_state);
    io_context_put(spare);
    return context;
}

int io_set_priority(struct thread *thread, uint16_t priority)
{
    struct io_context *context = thread_io_context(thread);
    if (!context) {
        struct io_context *spare = context_new(priority);
        if (!spare)
            return -ENOMEM;
        context = settle(thread, spare);
    }
    if (context)
        atomic_store(&context->priority, priority);
    io_context_put(context);
    return 0;
}
