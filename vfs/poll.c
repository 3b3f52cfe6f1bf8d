/* SPDX-License-Identifier: MIT */
/* poll(2): one waiter per descriptor, all waking one thread.
 *
 * The hard part is not to lose what becomes ready between looking at a file
 * and sleeping: the waiter is queued by the first look, so that a wake in
 * between is remembered by the thread, and a second look then finds it. */
#include "vfs/poll.h"

#include "mm/heap.h"
#include "vfs/files.h"

struct poll_table {
    struct poll_waiter {
        struct waiter waiter;
        struct thread *thread;
        struct file *file; /* with a reference, while we wait */
    } *waiters;
    unsigned count;
};

static bool wake_poller(struct waiter *waiter, unsigned events)
{
    struct poll_waiter *mine =
        container_of(waiter, struct poll_waiter, waiter);
    bool took = thread_wake(mine->thread);
    if (events & READY_FREE)
        waiter_unlink(waiter);
    return took;
}

static unsigned look(struct files *files, const struct poll_item *item,
    struct poll_waiter *waiter)
{
    struct file *file = files_find(files, item->fd);
    if (!file)
        return READY_INVALID;
    unsigned ready = file_poll(file, waiter ? &waiter->waiter : NULL);
    if (waiter)
        waiter->file = file;
    else
        file_put(file);
    unsigned wanted = (unsigned short)item->wanted;
    return ready & (wanted | READY_ERROR | READY_HANGUP | READY_INVALID);
}

/* One look at all; from the first ready one on, without queueing. */
static int look_at_all(struct files *files, struct poll_item *items,
    unsigned count, struct poll_table *table)
{
    int found = 0;
    for (unsigned i = 0; i < count; i++) {
        struct poll_waiter *waiter = NULL;
        items[i].ready = 0;
        if (items[i].fd < 0)
            continue;
        if (table && !found && !table->waiters[i].file) {
            waiter = &table->waiters[i];
            waiter->waiter.woken = wake_poller;
            waiter->thread = current;
        }
        items[i].ready = look(files, &items[i], waiter);
        found += items[i].ready != 0;
    }
    return found;
}

static void unqueue(struct poll_table *table)
{
    for (unsigned i = 0; i < table->count; i++) {
        wait_queue_remove(&table->waiters[i].waiter);
        file_put(table->waiters[i].file);
    }
    heap_free(table->waiters);
}

static int wait_for_any(struct files *files, struct poll_item *items,
    unsigned count, uint64_t deadline_ns, struct poll_table *table)
{
    int slept = 0;
    for (bool first = true;; first = false) {
        thread_prepare(SLEEP_INTERRUPTIBLE);
        int found = look_at_all(files, items, count, first ? table : NULL);
        if (found || slept == -ETIMEDOUT)
            return found;
        if (slept)
            return -ERESTART_UNHANDLED;
        slept = thread_sleep(deadline_ns);
    }
}

int poll_files(struct files *files, struct poll_item *items, unsigned count,
    uint64_t deadline_ns)
{
    int found = look_at_all(files, items, count, NULL);
    if (found || deadline_ns == 0)
        return found;
    struct poll_table table = { .count = count };
    table.waiters = heap_alloc_zeroed(
        (count ? count : 1) * sizeof *table.waiters);
    if (!table.waiters)
        return -ENOMEM;
    for (unsigned i = 0; i < count; i++)
        list_init(&table.waiters[i].waiter.link);
    found = wait_for_any(files, items, count, deadline_ns, &table);
    thread_unprepare();
    unqueue(&table);
    return found;
}
