/* SPDX-License-Identifier: MIT */
/* poll(2): one waiter per descriptor, all waking one thread.
 *
 * The hard part is not to lose what becomes ready between looking at a file
 * and sleeping: the waiter is queued by the first look, so that a wake in
 * between is remembered, and a second look then finds it.  It is remembered in
 * the table and not by the thread alone, for looking at a file may sleep. */
#include "vfs/poll.h"

#include "arch/atomic.h"
#include "mm/heap.h"
#include "vfs/files.h"

struct poll_table {
    struct poll_waiter {
        struct waiter waiter;
        struct poll_table *table;
        struct file *file; /* with a reference, while we wait */
        unsigned wanted;
    } *waiters;
    unsigned count;
    struct thread *thread;
    bool was_woken; /* [atomic] since the last look began */
};

static bool wake_poller(struct waiter *waiter, unsigned events)
{
    struct poll_waiter *mine =
        container_of(waiter, struct poll_waiter, waiter);
    struct poll_table *table = mine->table;
    bool took = false;
    if (!events || events & (mine->wanted | READY_FREE)) {
        atomic_store(&table->was_woken, true);
        took = thread_wake(table->thread);
    }
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
    unsigned wanted = (unsigned short)item->wanted | READY_ERROR
        | READY_HANGUP | READY_INVALID;
    if (waiter) {
        waiter->file = file;
        waiter->wanted = wanted;
    }
    unsigned ready = file_poll(file, waiter ? &waiter->waiter : NULL);
    if (!waiter)
        file_put(file);
    return ready & wanted;
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
            waiter->table = table;
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
        atomic_store(&table->was_woken, false);
        memory_barrier(); /* then looks; wake_poller comes after the change */
        int found = look_at_all(files, items, count, first ? table : NULL);
        if (found || slept == -ETIMEDOUT)
            return found;
        if (slept)
            return -ERESTART_UNHANDLED;
        thread_prepare(SLEEP_INTERRUPTIBLE);
        slept = atomic_load(&table->was_woken) ? 0 : thread_sleep(deadline_ns);
    }
}

int poll_files(struct files *files, struct poll_item *items, unsigned count,
    uint64_t deadline_ns)
{
    int found = look_at_all(files, items, count, NULL);
    if (found || deadline_ns == 0)
        return found;
    struct poll_table table = { .count = count, .thread = current };
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
