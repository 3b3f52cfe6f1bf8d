/* SPDX-License-Identifier: MIT */
/* The life of an open file.
 *
 * The hard part is the last put: it may sleep (a pipe's end, a terminal's last
 * close), and may come from under a lock.  So it is left to the thread's way
 * back to user space.  Descriptor tables are read without locks, hence the
 * memory itself goes back only after a grace period. */
#include "vfs/file.h"

#include "arch/atomic.h"
#include "mm/heap.h"
#include "sched/pid.h"
#include "vfs/async.h"
#include "vfs/epoll.h"
#include "vfs/file_count.h"
#include "vfs/locks.h"
#include "vfs/notify.h"

static const struct file_ops no_ops;

struct file *file_new(unsigned flags, const struct credentials *opener)
{
    struct file *file = heap_alloc_zeroed(sizeof *file);
    if (!file)
        return NULL;
    refcount_init(&file->refs);
    file->ops = &no_ops;
    file->flags = flags;
    file->opener = credentials_get(opener);
    mutex_init(&file->position_lock, RANK_FILE_POSITION);
    list_init(&file->watchers);
    list_init(&file->deferred.link);
    spin_init(&file->lock, RANK_FILE);
    return file;
}

struct file *file_get(struct file *file)
{
    refcount_get(&file->refs);
    return file;
}

bool file_get_unless_zero(struct file *file)
{
    return refcount_get_unless_zero(&file->refs);
}

static void free_after_grace(struct grace *grace)
{
    heap_free(container_of(grace, struct file, grace));
}

static void last_put(struct deferred *deferred)
{
    struct file *file = container_of(deferred, struct file, deferred);
    if (!list_is_empty(&file->watchers))
        epoll_forget_file(file);
    if (file->async)
        async_forget(file);
    if (file->inode && !(file->flags & OPEN_PATH) && file->ops != &no_ops)
        notify_file(file, file->flags & OPEN_WRITE ? NOTIFY_CLOSE_WRITTEN
                                                   : NOTIFY_CLOSE_OTHER);
    if (file->inode && !list_is_empty(&file->inode->locks))
        lock_drop_file(file);
    if (file->ops->release)
        file->ops->release(file);
    if (file->is_writer) {
        inode_end_write(file->inode);
        mount_end_write(file->place.mount);
    }
    if (file->inode)
        inode_put(file->inode);
    if (file->place.mount)
        place_put(file->place);
    credentials_put(file->opener);
    if (file->owner_pid)
        pid_put(file->owner_pid);
    credentials_put(file->owner_setter);
    file_count_give();
    grace_call(&file->grace, free_after_grace);
}

void file_put(struct file *file)
{
    if (!file || !refcount_put(&file->refs))
        return;
    file->deferred.run = last_put;
    thread_defer(&file->deferred);
}
