/* SPDX-License-Identifier: MIT */
/* The first process: it has no maker, and begins inside the kernel. */
#include "kernel/spawn.h"

#include "kernel/process.h"
#include "kernel/thread.h"
#include "mm/heap.h"
#include "vfs/credentials.h"
#include "vfs/files.h"

/* Group and session 0, in which the first process is until it calls setsid:
 * no process has this number, and it is never given back. */
static struct pid nobody = { .uses = 1 };

static void init_nobody(void)
{
    refcount_init(&nobody.refs);
    list_init(&nobody.hash_link);
    for (unsigned i = 0; i < PID_ROLES; i++)
        list_init(&nobody.members[i]);
    wait_queue_init(&nobody.exit_queue);
}

static bool give_parts(struct thread *thread)
{
    thread->process = process_new();
    thread->files = files_new();
    thread->handlers = handlers_new();
    thread->credentials = credentials_new();
    thread->pid = heap_alloc_zeroed(sizeof *thread->pid);
    if (!thread->process || !thread->files || !thread->handlers ||
        !thread->credentials || !thread->pid)
        return false;
    return !pid_init(thread->pid, 1);
}

static void enter_tree(struct thread *thread)
{
    struct process *process = thread->process;
    process->pid = pid_get(thread->pid);
    spin_lock(&process_tree_lock);
    unsigned long irq_state = handlers_lock(thread);
    process_add_thread_locked(process, thread);
    process->leader = thread_get(thread);
    process_enter_tree_locked(process, NULL);
    group_join_locked(process, &nobody, &nobody);
    pid_set_process(thread->pid, process);
    pid_set_thread(thread->pid, thread);
    handlers_unlock(thread, irq_state);
    spin_unlock(&process_tree_lock);
    process_set_first(process);
}

struct thread *spawn_first(void (*start)(void *))
{
    struct thread *thread = thread_new(start, NULL);
    if (!thread || !give_parts(thread))
        return NULL; /* the end of the boot: nothing to undo */
    limits_init_first(thread->process->limits);
    thread->process->exit_signal = SIGCHLD;
    if (user_count_thread(0, LIMIT_NONE, true) || all_threads_count())
        return NULL;
    init_nobody();
    enter_tree(thread);
    thread_set_comm(thread, "init");
    return thread;
}
