/* SPDX-License-Identifier: MIT */
/* unshare. */
#include <linux/sched.h>

#include "abi/linux/arguments.h"
#include "abi/linux/unshare.h"
#include "mm/space.h"

/* Others look at these under the process' lock. */
void replace_files(struct files *files)
{
    struct files *old = current->files;
    spin_lock(&current->process->lock);
    current->files = files;
    spin_unlock(&current->process->lock);
    files_put(old);
}

void replace_paths(struct paths *paths)
{
    struct paths *old = current->paths;
    spin_lock(&current->process->lock);
    current->paths = paths;
    spin_unlock(&current->process->lock);
    paths_put(old);
}

static int unshare_files(void)
{
    if (refcount_read(&current->files->refs) == 1)
        return 0;
    struct files *copy = files_copy(current->files);
    if (!copy)
        return -ENOMEM;
    replace_files(copy);
    return 0;
}

static int unshare_paths(void)
{
    if (refcount_read(&current->paths->refs) == 1)
        return 0;
    struct paths *copy = paths_copy(current->paths);
    if (!copy)
        return -ENOMEM;
    replace_paths(copy);
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
