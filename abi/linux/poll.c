/* SPDX-License-Identifier: MIT */
/* poll, ppoll: an array of descriptors with what is wanted of each. */
#include <asm/poll.h>

#include "abi/linux/arguments.h"
#include "mm/heap.h"
#include "vfs/poll.h"

static_assert(sizeof(struct poll_item) == sizeof(struct pollfd) &&
        offsetof(struct poll_item, wanted) == offsetof(struct pollfd, events) &&
        offsetof(struct poll_item, ready) == offsetof(struct pollfd, revents),
    "a struct pollfd is copied as it is");

static int items_argument(
    struct poll_item **items, const void __user *from, unsigned count)
{
    if (count > files_limit())
        return -EINVAL;
    size_t bytes = count * sizeof **items;
    *items = heap_alloc(bytes ? bytes : 1);
    if (!*items)
        return -ENOMEM;
    if (!user_read(*items, from, bytes))
        return 0;
    heap_free(*items);
    return -EFAULT;
}

/* Only what came: the program may change the rest meanwhile. */
static int items_give(
    const struct poll_item *items, void __user *to, unsigned count)
{
    struct poll_item __user *at = to;
    if (!user_range_is_ok(to, count * sizeof *items)) /* even of nothing */
        return -EFAULT;
    for (unsigned i = 0; i < count; i++)
        if (user_write(&at[i].ready, &items[i].ready, sizeof items[i].ready))
            return -EFAULT;
    return 0;
}

static long poll_until(void __user *fds, unsigned count, uint64_t deadline_ns)
{
    struct poll_item *items;
    int error = items_argument(&items, fds, count);
    if (error)
        return error;
    long result = poll_files(current->files, items, count, deadline_ns);
    if (result >= 0 && items_give(items, fds, count))
        result = -EFAULT;
    heap_free(items);
    return result;
}

static long poll_again(struct thread *thread);

static long poll_or_restart(
    void __user *fds, unsigned count, uint64_t deadline_ns)
{
    long result = poll_until(fds, count, deadline_ns);
    if (result != -ERESTART_UNHANDLED)
        return result;
    current->restart.again = poll_again;
    current->restart.deadline_ns = deadline_ns;
    current->restart.a = (uintptr_t)fds;
    current->restart.b = count;
    return -ERESTART_BLOCK;
}

static long poll_again(struct thread *thread)
{
    return poll_or_restart((void __user *)thread->restart.a,
        thread->restart.b, thread->restart.deadline_ns);
}

long sys_poll(void __user *fds, unsigned count, int timeout_ms)
{
    uint64_t deadline_ns = FOREVER;
    if (timeout_ms >= 0)
        deadline_ns = timeout_ms ? deadline_after(timeout_ms * NS_PER_MS) : 0;
    return poll_or_restart(fds, count, deadline_ns);
}

long sys_ppoll(void __user *fds, unsigned count, void __user *timeout,
    const void __user *mask_at, size_t mask_bytes)
{
    signal_set mask;
    uint64_t deadline_ns;
    int error = deadline_argument(timeout, &deadline_ns);
    if (!error && mask_at)
        error = mask_argument(mask_at, mask_bytes, &mask);
    if (error)
        return error;
    if (mask_at)
        signal_set_blocked_meanwhile(mask);
    long result = poll_until(fds, count, deadline_ns);
    /* A signal's frame still has to see the mask of before. */
    if (mask_at && result != -ERESTART_UNHANDLED)
        signal_meanwhile_over();
    /* Without the time left in its place the call cannot be restarted. */
    if (timeout && time_left_give(timeout, deadline_ns) &&
        result == -ERESTART_UNHANDLED)
        return -EINTR;
    return result;
}
