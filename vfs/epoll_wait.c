/* SPDX-License-Identifier: MIT */
/* From what becomes ready to who waits for it.
 *
 * The ready list says where to look, no more: an entry is taken out, its file
 * asked, and what is ready indeed is given to the program.  One that is level
 * triggered goes back to the end, and so comes round again after all others; a
 * call looks at no more entries than there were when it began, so that it sees
 * none twice.  Whoever leaves ready entries behind wakes the next sleeper, so
 * each wake-up is passed on until nobody or nothing is left. */
#include "arch/atomic.h"
#include "vfs/epoll_entries.h"

/* Called under the queue of the entry's file, where the interrupts are off. */
static bool add_ready(struct epoll_entry *entry)
{
    struct epoll *epoll = entry->epoll;
    if (epoll_entry_is_ready(entry))
        return false;
    list_add(&epoll->ready, &entry->ready_link);
    epoll_count_ready(epoll, 1);
    return true;
}

static void wake(struct epoll *epoll)
{
    wait_queue_wake_one(&epoll->sleepers, READY_IN);
    wait_queue_wake_one(&epoll->pollers, READY_IN);
}

void epoll_make_ready(struct epoll_entry *entry)
{
    struct epoll *epoll = entry->epoll;
    unsigned long irq_state = spin_lock_irq(&epoll->ready_lock);
    bool is_news = add_ready(entry);
    spin_unlock_irq(&epoll->ready_lock, irq_state);
    if (is_news)
        wake(epoll);
}

/* May an exclusive entry say that it took care of it? */
static bool may_take(unsigned wanted, unsigned events)
{
    switch (events & (READY_READ | READY_WRITE)) {
    case READY_READ:
        return wanted & READY_READ;
    case READY_WRITE:
        return wanted & READY_WRITE;
    case 0:
        return true;
    }
    return false;
}

bool epoll_entry_woken(struct waiter *waiter, unsigned events)
{
    struct epoll_entry *entry =
        container_of(waiter, struct epoll_entry, waiter);
    struct epoll *epoll = entry->epoll;
    bool took = false;
    spin_lock(&epoll->ready_lock);
    unsigned wanted = entry->interest.events;
    bool is_wanted = wanted & ~EPOLL_PRIVATE && 
        (!events || events & wanted & READY_ALL);
    if (is_wanted)
        add_ready(entry);
    spin_unlock(&epoll->ready_lock);
    if (is_wanted) {
        took = !wait_queue_is_empty(&epoll->sleepers) && may_take(wanted, events);
        wake(epoll);
    }
    if (events & READY_FREE)
        waiter_unlink(waiter);
    return took;
}

static struct epoll_entry *take_first(struct epoll *epoll)
{
    unsigned long irq_state = spin_lock_irq(&epoll->ready_lock);
    struct epoll_entry *entry =
        list_first(&epoll->ready, struct epoll_entry, ready_link);
    if (entry) {
        list_remove(&entry->ready_link);
        epoll_count_ready(epoll, -1);
    }
    spin_unlock_irq(&epoll->ready_lock, irq_state);
    return entry;
}

static void put_back(struct epoll_entry *entry)
{
    struct epoll *epoll = entry->epoll;
    unsigned long irq_state = spin_lock_irq(&epoll->ready_lock);
    add_ready(entry);
    spin_unlock_irq(&epoll->ready_lock, irq_state);
}

static void put_back_first(struct epoll_entry *entry)
{
    struct epoll *epoll = entry->epoll;
    unsigned long irq_state = spin_lock_irq(&epoll->ready_lock);
    if (epoll_entry_is_ready(entry))
        list_remove(&entry->ready_link);
    else
        epoll_count_ready(epoll, 1);
    list_add_first(&epoll->ready, &entry->ready_link);
    spin_unlock_irq(&epoll->ready_lock, irq_state);
}

static bool has_ready(struct epoll *epoll)
{
    return atomic_load(&epoll->ready.next) != &epoll->ready;
}

static unsigned entry_poll(struct epoll_entry *entry)
{
    unsigned wanted = entry->interest.events;
    if (!(wanted & ~EPOLL_PRIVATE))
        return 0;
    return file_poll(entry->file, NULL) & wanted;
}

/* The entry was given: what becomes of it now. */
static void entry_given(struct epoll_entry *entry)
{
    unsigned events = entry->interest.events;
    if (events & EPOLL_ONCE) {
        unsigned long irq_state = spin_lock_irq(&entry->epoll->ready_lock);
        entry->interest.events &= EPOLL_PRIVATE;
        spin_unlock_irq(&entry->epoll->ready_lock, irq_state);
    } else if (!(events & EPOLL_EDGE)) {
        put_back(entry);
    }
}

static int give_ready(struct epoll *epoll, unsigned most, epoll_give_fn give,
    void *data) must_hold(epoll->lock)
{
    struct epoll_entry *entry;
    int given = 0;
    for (unsigned left = atomic_load(&epoll->ready_count);
         left && (unsigned)given < most && (entry = take_first(epoll));
         left--) {
        struct epoll_interest event = { .events = entry_poll(entry),
            .data = entry->interest.data };
        if (!event.events)
            continue;
        int error = give(data, given, &event);
        if (error) {
            put_back_first(entry);
            return given ? given : error;
        }
        entry_given(entry);
        given++;
    }
    return given;
}

static int harvest(
    struct epoll *epoll, unsigned most, epoll_give_fn give, void *data)
{
    mutex_lock(&epoll->lock);
    int given = give_ready(epoll, most, give, data);
    mutex_unlock(&epoll->lock);
    if (has_ready(epoll))
        wait_queue_wake_one(&epoll->sleepers, READY_IN);
    return given;
}

int epoll_wait(struct file *file, unsigned most, uint64_t deadline_ns,
    epoll_give_fn give, void *data)
{
    if (!file_is_epoll(file))
        return -EINVAL;
    struct epoll *epoll = epoll_of(file);
    int slept = deadline_ns ? 0 : -ETIMEDOUT;
    for (;;) {
        int given = harvest(epoll, most, give, data);
        if (given)
            return given;
        if (slept == -ETIMEDOUT)
            return 0;
        if (slept)
            return -EINTR;
        slept = wait_until_exclusive(&epoll->sleepers, SLEEP_INTERRUPTIBLE,
            deadline_ns, has_ready(epoll));
    }
}

/* An epoll is readable if an entry is ready indeed; those that are not any more
 * leave the list.  The recursion through inner epolls is as deep as they may
 * be nested. */
unsigned epoll_poll(struct file *file, struct waiter *waiter)
{
    struct epoll *epoll = epoll_of(file);
    struct epoll_entry *entry;
    unsigned ready = 0;
    if (waiter)
        wait_queue_add(&epoll->pollers, waiter);
    /* Who harvests has entries in his hands that he may put back. */
    mutex_lock(&epoll->lock);
    for (unsigned left = atomic_load(&epoll->ready_count);
         left && !ready && (entry = take_first(epoll)); left--)
        if (entry_poll(entry)) {
            put_back_first(entry);
            ready = READY_IN;
        }
    mutex_unlock(&epoll->lock);
    return ready;
}
