/* SPDX-License-Identifier: MIT */
/* select, pselect6: made of poll.
 *
 * The hard part is that the three sets and poll's events do not say quite the
 * same: poll also returns for a hang-up that no set of select asked about.
 * Such a descriptor is then left out, and the wait goes on. */
#include <linux/time_types.h>

#include "abi/linux/arguments.h"
#include "lib/bitmap.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/poll.h"

enum set { SET_READ, SET_WRITE, SET_EXCEPTION, SETS };

static const unsigned wanted_of[SETS] = {
    [SET_READ] = READY_IN | READY_READ_BAND,
    [SET_WRITE] = READY_OUT | READY_WRITE_BAND,
    [SET_EXCEPTION] = READY_PRIORITY,
};
static const unsigned counts_as[SETS] = {
    [SET_READ] = READY_IN | READY_READ_BAND | READY_HANGUP | READY_ERROR,
    [SET_WRITE] = READY_OUT | READY_WRITE_BAND | READY_ERROR,
    [SET_EXCEPTION] = READY_PRIORITY,
};

struct selection {
    unsigned bits;       /* in each set */
    size_t set_bytes;
    void __user *at[SETS];
    unsigned long *sets[SETS]; /* one heap block, then the items */
    struct poll_item *items;
    unsigned item_count;
};

static int sets_argument(struct selection *s)
{
    char *block = heap_alloc_zeroed(SETS * s->set_bytes + 1);
    if (!block)
        return -ENOMEM;
    for (int i = 0; i < SETS; i++) {
        s->sets[i] = (unsigned long *)(block + i * s->set_bytes);
        if (s->at[i] && s->set_bytes && user_read(s->sets[i], s->at[i], s->set_bytes)) {
            heap_free(block);
            return -EFAULT;
        }
    }
    return 0;
}

static unsigned wanted(const struct selection *s, unsigned fd)
{
    unsigned events = 0;
    for (int i = 0; i < SETS; i++)
        if (bitmap_has(s->sets[i], fd))
            events |= wanted_of[i];
    return events;
}

static int make_items(struct selection *s)
{
    unsigned count = 0;
    for (unsigned fd = 0; fd < s->bits; fd++)
        count += wanted(s, fd) != 0;
    s->items = heap_alloc((count + 1) * sizeof *s->items);
    if (!s->items)
        return -ENOMEM;
    s->item_count = 0;
    for (unsigned fd = 0; fd < s->bits; fd++) {
        unsigned events = wanted(s, fd);
        if (events)
            s->items[s->item_count++] =
                (struct poll_item){ .fd = fd, .wanted = events };
    }
    return 0;
}

/* What counts among the answers; those that do not are not asked again. */
static long count_answers(struct selection *s)
{
    long count = 0;
    for (unsigned i = 0; i < s->item_count; i++) {
        struct poll_item *item = &s->items[i];
        if (item->fd < 0 || !item->ready)
            continue;
        if (item->ready & READY_INVALID)
            return -EBADF;
        unsigned before = count;
        for (int set = 0; set < SETS; set++)
            count += bitmap_has(s->sets[set], item->fd) &&
                item->ready & counts_as[set];
        if (count == before)
            item->fd = -1;
    }
    return count;
}

static long wait(struct selection *s, uint64_t deadline_ns)
{
    for (;;) {
        long result =
            poll_files(current->files, s->items, s->item_count, deadline_ns);
        if (result <= 0)
            return result;
        result = count_answers(s);
        if (result)
            return result;
    }
}

/* The sets become the answer. */
static int sets_give(struct selection *s)
{
    for (int set = 0; set < SETS; set++)
        memset(s->sets[set], 0, s->set_bytes);
    for (unsigned i = 0; i < s->item_count; i++)
        for (int set = 0; set < SETS; set++)
            if (s->items[i].fd >= 0 &&
                s->items[i].wanted & wanted_of[set] &&
                s->items[i].ready & counts_as[set])
                bitmap_add(s->sets[set], s->items[i].fd);
    for (int set = 0; set < SETS; set++)
        if (s->at[set] && s->set_bytes &&
            user_write(s->at[set], s->sets[set], s->set_bytes))
            return -EFAULT;
    return 0;
}

static long select_until(int count, void __user *const at[SETS],
    uint64_t deadline_ns)
{
    if (count < 0)
        return -EINVAL;
    /* No descriptor is beyond the table, and a huge count costs nothing. */
    struct selection s = {
        .bits = min((unsigned)count, files_capacity(current->files)),
        .at = { at[SET_READ], at[SET_WRITE], at[SET_EXCEPTION] },
    };
    s.set_bytes = bitmap_longs(s.bits) * sizeof(unsigned long);
    int error = sets_argument(&s);
    if (error)
        return error;
    long result = make_items(&s);
    if (!result)
        result = wait(&s, deadline_ns);
    if (result >= 0 && sets_give(&s))
        result = -EFAULT;
    heap_free(s.items);
    heap_free(s.sets[0]);
    return result;
}

long sys_select(int count, void __user *reads, void __user *writes,
    void __user *exceptions, void __user *timeout)
{
    void __user *const at[SETS] = { reads, writes, exceptions };
    uint64_t deadline_ns = FOREVER;
    if (timeout) {
        struct __kernel_old_timeval given;
        if (user_read(&given, timeout, sizeof given))
            return -EFAULT;
        /* Whole seconds of microseconds are fine here, in either direction. */
        int64_t seconds, rest = given.tv_usec % 1000000;
        if (__builtin_add_overflow(
                given.tv_sec, given.tv_usec / 1000000, &seconds) ||
            seconds < 0 || rest < 0)
            return -EINVAL;
        uint64_t ns = seconds > INT64_MAX / (int64_t)NS_PER_SECOND - 1
            ? INT64_MAX
            : seconds * NS_PER_SECOND + rest * 1000;
        deadline_ns = ns ? deadline_after(ns) : 0;
    }
    long result = select_until(count, at, deadline_ns);
    if (timeout && timeval_left_give(timeout, deadline_ns) &&
        result == -ERESTART_UNHANDLED)
        return -EINTR;
    return result;
}

/* The sixth argument: registers are out, so it points at two words. */
struct mask_and_size {
    uintptr_t mask;
    size_t bytes;
};

long sys_pselect6(int count, void __user *reads, void __user *writes,
    void __user *exceptions, void __user *timeout, const void __user *packed)
{
    void __user *const at[SETS] = { reads, writes, exceptions };
    struct mask_and_size how = { 0 };
    signal_set mask;
    uint64_t deadline_ns;
    if (packed && user_read(&how, packed, sizeof how))
        return -EFAULT;
    int error = deadline_argument(timeout, &deadline_ns);
    if (!error && how.mask)
        error = mask_argument(
            (const void __user *)how.mask, how.bytes, &mask);
    if (error)
        return error;
    if (how.mask)
        signal_set_blocked_meanwhile(mask);
    long result = select_until(count, at, deadline_ns);
    if (how.mask && result != -ERESTART_UNHANDLED)
        signal_meanwhile_over();
    if (timeout && time_left_give(timeout, deadline_ns) &&
        result == -ERESTART_UNHANDLED)
        return -EINTR;
    return result;
}
