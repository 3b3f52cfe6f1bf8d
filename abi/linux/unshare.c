/* SPDX-License-Identifier: MIT */
/* unshare. */
#include <linux/sched.h>

#include "abi/linux/arguments.h"
#include "kernel/thread.h"
#include "mm/space.h"

/* Others look at it under the process' lock. */
static void enter_paths(struct paths *paths)
{
    struct process *process = current->process;
    struct paths *old = current->paths;
    unsigned long irq_state = spin_lock_irq(&process->lock);
    current->paths = paths;
    spin_unlock_irq(&process->lock, irq_state);
    paths_put(old);
}

static int unshare_files(void)
{
    if (refcount_read(&current->files->refs) == 1)
        return 0;
    struct files *copy = files_copy(current->files);
    if (!copy)
        return -ENOMEM;
    thread_enter_files(copy);
    return 0;
}

static int unshare_paths(void)
{
    if (refcount_read(&current->paths->refs) == 1)
        return 0;
    struct paths *copy = paths_copy(current->paths);
    if (!copy)
        return -ENOMEM;
    enter_paths(copy);
    return 0;
}

/* What only an only thread has for itself already. */
static bool is_alone(void)
{
    spin_lock(&process_tree_lock);
    bool is_alone = current->process->thread_count == 1;
    spin_unlock(&process_tree_lock);
    return is_alone && refcount_read(&current->space->refs) == 1;
}

long sys_unshare(unsigned long flags)
{
    const unsigned long known = CLONE_FILES | CLONE_FS | CLONE_THREAD |
        CLONE_SIGHAND | CLONE_VM | CLONE_SYSVSEM;
    if (flags & ~known)
        return -EINVAL;
    if (flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) && !is_alone())
        return -EINVAL;
    int error = flags & CLONE_FS ? unshare_paths() : 0;
    if (!error && flags & CLONE_FILES)
        error = unshare_files();
    return error;
}
