/* SPDX-License-Identifier: MIT */
/* The memory of threads.
 *
 * The last reference may go anywhere, even in the scheduler; what a thread has
 * is freed by a worker after a grace period, since it is found by its number
 * without locks.  The stack, which only the thread itself used, goes at once. */
#include "kernel/thread.h"

#include "arch/clock.h"
#include "arch/irq.h"
#include "kernel/io_context.h"
#include "kernel/limits.h"
#include "kernel/process.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "sched/grace.h"
#include "sched/work.h"
#include "vfs/files.h"

enum { FPU_ALIGNMENT = 64 };

struct thread_block {
    struct thread thread;
    struct grace grace;
    struct work work;
    void (*start)(void *); /* of a kernel thread */
    void *argument;
};

static struct thread_block *block_of(struct thread *thread)
{
    return container_of(thread, struct thread_block, thread);
}

/* Room for `extra` bytes of FP state behind it. */
static struct thread_block *block_new(size_t extra)
{
    size_t bytes = sizeof(struct thread_block);
    if (extra)
        bytes += extra + FPU_ALIGNMENT - 1;
    struct thread_block *block = heap_alloc_zeroed(bytes);
    if (!block)
        return NULL;
    block->thread.stack = stack_alloc();
    if (block->thread.stack)
        return block;
    heap_free(block);
    return NULL;
}

static void init_task(struct thread *thread)
{
    signal_init_thread(thread);
    list_init(&thread->task.process_link);
    list_init(&thread->deferred);
    thread->task.start_ns = clock_ns();
    thread->task.timer_slack_ns = thread->task.usual_slack_ns = 50000;
}

struct thread *thread_new(void (*start)(void *), void *argument)
{
    struct thread_block *block = block_new(fpu_bytes());
    if (!block)
        return NULL;
    uintptr_t fpu = align_up((uintptr_t)(block + 1), FPU_ALIGNMENT);
    struct thread *thread = &block->thread;
    thread_init(thread, thread->stack, (void *)fpu, start, argument);
    init_task(thread);
    return thread;
}

static void run_kernel_thread(void *argument)
{
    struct thread_block *block = argument;
    block->start(block->argument);
    thread_exit();
}

struct thread *thread_start_kernel(
    const char *name, void (*start)(void *), void *argument)
{
    struct thread_block *block = block_new(0);
    if (!block)
        return NULL;
    block->start = start;
    block->argument = argument;
    struct thread *thread = &block->thread;
    thread_init(thread, thread->stack, NULL, run_kernel_thread, block);
    init_task(thread);
    thread_set_comm(thread, name);
    thread_start(thread);
    thread_put(thread); /* it has a reference of its own while it runs */
    return thread;
}

void thread_set_comm(struct thread *thread, const char *name)
{
    /* The last byte is always NUL, so that a reader meanwhile finds an end. */
    string_copy(thread->comm, name, sizeof thread->comm);
}

void thread_set_rseq(uintptr_t area, uint32_t signature)
{
    struct thread *thread = current;
    thread->task.rseq = area;
    thread->task.rseq_signature = signature;
    thread->sched.tells_resumed = area;
    thread_must_resume();
}

/* A kernel thread has no process, and nobody looks at its parts. */
static unsigned long lock_parts(struct process *process)
{
    return process ? spin_lock_irq(&process->lock) : 0;
}

static void unlock_parts(struct process *process, unsigned long irq_state)
{
    if (process)
        spin_unlock_irq(&process->lock, irq_state);
}

static struct space *leave_space(struct thread *thread)
{
    struct process *process = thread->process;
    unsigned long irq_state = lock_parts(process);
    struct space *space = thread->space;
    if (space)
        thread->task.was_dumpable = atomic_load(&space->is_dumpable);
    thread->space = NULL;
    unlock_parts(process, irq_state);
    if (!space || thread != current)
        return space;
    irq_state = irq_save();
    pagetable_switch(NULL);
    irq_restore(irq_state);
    return space;
}

void thread_enter_space(struct space *space)
{
    struct thread *thread = current;
    unsigned long irq_state = spin_lock_irq(&thread->process->lock);
    struct space *old = thread->space;
    thread->space = space;
    pagetable_switch(&space->table);
    spin_unlock_irq(&thread->process->lock, irq_state);
    space_leave(old);
}

void thread_enter_files(struct files *files)
{
    struct thread *thread = current;
    unsigned long irq_state = spin_lock_irq(&thread->process->lock);
    struct files *old = thread->files;
    thread->files = files;
    spin_unlock_irq(&thread->process->lock, irq_state);
    files_leave(old);
}

/* Descriptors go before the space, so that what their last puts leave over is
 * done here too, before anyone is told of the end. */
void thread_drop_parts(struct thread *thread)
{
    struct process *process = thread->process;
    unsigned long irq_state = lock_parts(process);
    struct files *files = thread->files;
    struct paths *paths = thread->paths;
    struct io_context *io_context = thread->io_context;
    thread->files = NULL;
    thread->paths = NULL;
    thread->io_context = NULL;
    unlock_parts(process, irq_state);
    files_leave(files);
    paths_leave(paths);
    io_context_put(io_context);
    if (thread == current)
        thread_run_deferred();
    space_leave(leave_space(thread));
    /* The files that were mapped: a parent may unmount where they lie. */
    if (thread == current)
        thread_run_deferred();
}

/* The scheduler's: interrupts are off. */
static void switch_space(struct thread *to)
{
    pagetable_switch(to->space ? &to->space->table : NULL);
}

static void free_block(struct grace *grace)
{
    struct thread_block *block =
        container_of(grace, struct thread_block, grace);
    struct thread *thread = &block->thread;
    signals_flush(&thread->signals.pending, &thread->signals.pending_set);
    thread_drop_parts(thread);
    handlers_put(thread->handlers);
    credentials_put(thread->credentials);
    pid_put(thread->pid);
    process_put(thread->process);
    heap_free(block);
}

static void free_later(struct thread_block *block)
{
    stack_free(block->thread.stack);
    block->thread.stack = NULL;
    grace_call(&block->grace, free_block);
}

static void free_from_worker(struct work *work)
{
    free_later(container_of(work, struct thread_block, work));
}

static void free_thread(struct thread *thread)
{
    struct thread_block *block = block_of(thread);
    if (!irq_is_inside()) {
        free_later(block);
        return;
    }
    work_init(&block->work, free_from_worker);
    work_queue(&block->work);
}

/* pid_put has waited for its grace period, or does not need one. */
static void free_pid(struct pid *pid)
{
    heap_free(pid);
}

void threads_init(void)
{
    thread_set_free(free_thread);
    pid_set_free(free_pid);
    sched_set_switch_space(switch_space);
}
