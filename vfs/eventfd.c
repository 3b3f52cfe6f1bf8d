/* SPDX-License-Identifier: MIT */
/* A number as a file: writes add to it, a read takes it (or one, from a
 * semaphore); who would make it negative, or too large, waits.
 *
 * Each write is an event of its own, even if there was something to read
 * before: event loops never read the eventfd they are woken by. */
#include "vfs/eventfd.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "mm/heap.h"

#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
    struct spinlock lock; /* RANK_LEAF */
    uint64_t count;       /* [lock] */
    enum eventfd_kind kind;
    unsigned id; /* for fdinfo: which descriptors are of the same one */
    struct wait_queue queue; /* readers, writers and pollers */
};

static bool take(struct eventfd *eventfd, uint64_t *taken)
{
    spin_lock(&eventfd->lock);
    *taken = eventfd->kind == EVENTFD_SEMAPHORE && eventfd->count
        ? 1
        : eventfd->count;
    eventfd->count -= *taken;
    spin_unlock(&eventfd->lock);
    return *taken;
}

static bool add(struct eventfd *eventfd, uint64_t number)
{
    spin_lock(&eventfd->lock);
    bool fits = number <= COUNT_MAX - eventfd->count;
    if (fits)
        eventfd->count += number;
    spin_unlock(&eventfd->lock);
    return fits;
}

static ssize_t eventfd_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct eventfd *eventfd = file->private;
    uint64_t taken;
    if (t->left < sizeof taken)
        return -EINVAL;
    if (!take(eventfd, &taken)) {
        if (file->flags & OPEN_NONBLOCK || t->waits_not)
            return -EAGAIN;
        int error = wait_until(&eventfd->queue, SLEEP_INTERRUPTIBLE, FOREVER,
            take(eventfd, &taken));
        if (error)
            return error;
    }
    wait_queue_wake_one(&eventfd->queue, READY_WRITE);
    if (transfer_give(t, &taken, sizeof taken) < sizeof taken)
        return -EFAULT;
    return sizeof taken;
}

static ssize_t eventfd_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct eventfd *eventfd = file->private;
    uint64_t number;
    if (t->left < sizeof number)
        return -EINVAL;
    if (transfer_take(t, &number, sizeof number) < sizeof number)
        return -EFAULT;
    if (number == UINT64_MAX)
        return -EINVAL;
    if (!add(eventfd, number)) {
        if (file->flags & OPEN_NONBLOCK)
            return -EAGAIN;
        int error = wait_until(&eventfd->queue, SLEEP_INTERRUPTIBLE, FOREVER,
            add(eventfd, number));
        if (error)
            return error;
    }
    wait_queue_wake_one(&eventfd->queue, READY_READ);
    return sizeof number;
}

static uint64_t count_of(struct eventfd *eventfd)
{
    spin_lock(&eventfd->lock);
    uint64_t count = eventfd->count;
    spin_unlock(&eventfd->lock);
    return count;
}

static unsigned eventfd_poll(struct file *file, struct waiter *waiter)
{
    struct eventfd *eventfd = file->private;
    if (waiter)
        wait_queue_add(&eventfd->queue, waiter);
    uint64_t count = count_of(eventfd);
    return (count ? READY_READ : 0) | (count < COUNT_MAX ? READY_WRITE : 0);
}

static size_t eventfd_describe(
    struct file *file, char *buffer, size_t capacity)
{
    struct eventfd *eventfd = file->private;
    return format(buffer, capacity, "eventfd-count: %16lx\neventfd-id: %u\n",
        (unsigned long)count_of(eventfd), eventfd->id);
}

static void eventfd_release(struct file *file)
{
    heap_free(file->private);
}

static const struct file_ops eventfd_ops = {
    .read = eventfd_read,
    .write = eventfd_write,
    .poll = eventfd_poll,
    .describe = eventfd_describe,
    .release = eventfd_release,
    .seek = file_seek_nowhere,
    .takes_no_wait = true,
    .writes_by_segment = true,
    .cannot_be_copied_to = true,
    .cannot_seek = true,
    .cannot_copy = true,
    .is_stream = true,
};

int eventfd_open(uint64_t count, enum eventfd_kind kind, unsigned flags,
    const struct credentials *who, struct file **opened)
{
    static unsigned last_id; /* [atomic] */
    struct eventfd *eventfd = heap_alloc_zeroed(sizeof *eventfd);
    if (!eventfd)
        return -ENOMEM;
    spin_init(&eventfd->lock, RANK_LEAF);
    wait_queue_init(&eventfd->queue);
    eventfd->count = count;
    eventfd->kind = kind;
    eventfd->id = atomic_add(&last_id, 1) & INT32_MAX;
    int error = file_open_unnamed("anon_inode:[eventfd]", NULL, &eventfd_ops,
        eventfd, flags | OPEN_READ | OPEN_WRITE, who, opened);
    if (error)
        heap_free(eventfd);
    return error;
}
