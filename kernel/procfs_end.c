/* SPDX-License-Identifier: MIT */
/* A process or thread leaves /proc: what is mounted on its files goes too.
 *
 * It leaves under a spin lock, and mounts change under a sleeping one; so the
 * thread that saw it off does that on its way back to user code. */
#include "kernel/procfs.h"

#include "mm/heap.h"
#include "sched/work.h"
#include "vfs/mount.h"

static void prune_by_work(struct work *work)
{
    mounts_prune();
}

static struct work prune_work = { .run = prune_by_work };

static void prune(struct deferred *deferred)
{
    heap_free(deferred);
    mounts_prune();
}

void procfs_thread_left(void)
{
    if (likely(!mounts_may_end()))
        return;
    struct deferred *deferred = heap_alloc_zeroed(sizeof *deferred);
    if (!deferred) {
        work_queue(&prune_work);
        return;
    }
    deferred->run = prune;
    thread_defer(deferred);
}
