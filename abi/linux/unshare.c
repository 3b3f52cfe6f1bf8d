/* SPDX-License-Identifier: MIT */
/* unshare; setns. */
#include <linux/sched.h>

#include "abi/linux/arguments.h"
#include "abi/linux/clone_flags.h"
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
    paths_leave(old);
}

static int unshare_files(void)
{
    if (!files_are_shared(current->files))
        return 0;
    struct files *copy;
    int error = files_copy(current->files, &copy);
    if (error)
        return error;
    thread_enter_files(copy);
    return 0;
}

static int unshare_paths(void)
{
    if (!paths_are_shared(current->paths))
        return 0;
    struct paths *copy = paths_copy(current->paths);
    if (!copy)
        return -ENOMEM;
    enter_paths(copy);
    return 0;
}

static unsigned threads_of_process(void)
{
    spin_lock(&process_tree_lock);
    unsigned threads = current->process->thread_count;
    spin_unlock(&process_tree_lock);
    return threads;
}

/* What cannot be parted from others has to be for itself already; each of them
 * wants what it depends on too. */
static int check_alone(unsigned long flags)
{
    const unsigned long handlers = CLONE_SIGHAND | CLONE_VM;
    if (flags & (CLONE_THREAD | handlers) && threads_of_process() != 1)
        return -EINVAL;
    if (flags & handlers && handlers_are_shared(current->handlers))
        return -EINVAL;
    return flags & CLONE_VM && space_is_shared(current->space) ? -EINVAL : 0;
}

long sys_unshare(unsigned long flags)
{
    const unsigned long known = CLONE_FILES | CLONE_FS | CLONE_THREAD |
        CLONE_SIGHAND | CLONE_VM | CLONE_SYSVSEM;
    if (flags & ~(known | CLONE_NAMESPACES))
        return -EINVAL;
    int error = check_alone(flags);
    if (!error && flags & CLONE_NAMESPACES) /* there are none to have */
        error = i_can(CAPABLE_SYS_ADMIN) ? -EINVAL : -EPERM;
    if (!error && flags & CLONE_FS)
        error = unshare_paths();
    if (!error && flags & CLONE_FILES)
        error = unshare_files();
    return error;
}

/* There is no file of a namespace, and no process has one of its own: refused
 * as where none of them is built in. */
long sys_setns(int fd, unsigned long type)
{
    (void)type;
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    files_return(file, has_reference);
    return -EINVAL;
}
