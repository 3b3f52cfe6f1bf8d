/* SPDX-License-Identifier: MIT */
/* A file's news by signals (O_ASYNC): one more waiter in the file's queue, which
 * hears the TELL_ events of its wakes.
 *
 * The hard part is that signals are sent under locks that come long before a
 * queue's.  So the waiter only counts what came, and two are asked to tell it:
 * the thread that did it, on its way to user code, so that the signal is there
 * when its call returns; and a worker, for a thread that goes on to sleep, or an
 * interrupt.  Whoever comes first tells, under `change`, which the other waits
 * for, and so does who ends it all. */
#include "vfs/async.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "sched/pid.h"
#include "sched/work.h"

static const unsigned kinds[] = {
    TELL_URGENT, TELL_IN, TELL_OUT, TELL_HANGUP,
};

struct async {
    struct waiter waiter;
    struct file *file; /* whose last put waits until nobody looks at us */
    int fd;
    unsigned hears; /* TELL_… */
    struct list link; /* in `untold` or a teller's, [untold_lock] */
    unsigned counts[array_size(kinds)]; /* [untold_lock] of what is untold */
};

static void run_work(struct work *work);

/* Begin, end, and telling. */
static struct mutex change = {
    .queue = WAIT_QUEUE_INIT(change.queue),
#ifdef CONFIG_DEBUG
    .rank = RANK_ASYNC_CHANGE,
#endif
};
static struct spinlock untold_lock = SPINLOCK_INIT(RANK_ASYNC);
static struct list untold = LIST_INIT(untold);
static struct work work = { .link = LIST_INIT(work.link), .run = run_work };
static void (*teller)(struct file *file, int fd, unsigned what);

void async_set_teller(void (*tell)(struct file *file, int fd, unsigned what))
{
    teller = tell;
}

/* What comes. */

static void count(struct async *async, unsigned events)
{
    unsigned long irq_state = spin_lock_irq(&untold_lock);
    for (unsigned i = 0; i < array_size(kinds); i++)
        async->counts[i] += !!(events & kinds[i]);
    if (list_is_empty(&async->link))
        list_add(&untold, &async->link);
    spin_unlock_irq(&untold_lock, irq_state);
}

static bool woken(struct waiter *waiter, unsigned events)
{
    struct async *async = container_of(waiter, struct async, waiter);
    unsigned heard = events & async->hears;
    if (heard & ~TELL_NO_MORE) {
        count(async, heard);
        thread_ask(WORK_TELL);
        work_queue(&work);
    }
    if (heard & TELL_NO_MORE)
        atomic_and(&async->file->flags, ~OPEN_ASYNC);
    if (heard & TELL_NO_MORE || events & READY_FREE)
        waiter_unlink(waiter);
    return false;
}

/* Telling, under `change`. */

static void take_counts(struct async *async, unsigned *counts)
{
    unsigned long irq_state = spin_lock_irq(&untold_lock);
    for (unsigned i = 0; i < array_size(kinds); i++) {
        counts[i] = async->counts[i];
        async->counts[i] = 0;
    }
    list_remove(&async->link);
    spin_unlock_irq(&untold_lock, irq_state);
}

static void tell_all_of(struct async *async)
{
    unsigned counts[array_size(kinds)];
    take_counts(async, counts);
    for (unsigned i = 0; i < array_size(kinds); i++)
        while (counts[i]--) {
            teller(async->file, async->fd, kinds[i]);
            thread_breathe();
        }
}

/* What is there now; who adds to it comes by himself. */
void async_tell(void)
{
    struct list mine;
    struct async *async;
    list_init(&mine);
    mutex_lock(&change);
    unsigned long irq_state = spin_lock_irq(&untold_lock);
    list_splice(&mine, &untold);
    spin_unlock_irq(&untold_lock, irq_state);
    while ((async = list_first(&mine, struct async, link)))
        tell_all_of(async);
    mutex_unlock(&change);
}

static void run_work(struct work *work)
{
    if (atomic_load(&untold.next) != &untold)
        async_tell();
}

/* Begin and end. */

static struct async *async_new(struct file *file, int fd, unsigned hears)
{
    struct async *async = heap_alloc_zeroed(sizeof *async);
    if (!async)
        return NULL;
    list_init(&async->waiter.link);
    async->waiter.woken = woken;
    async->file = file;
    async->fd = fd;
    async->hears = hears;
    list_init(&async->link);
    return async;
}

static void drop(struct file *file)
{
    struct async *async = file->async;
    if (!async)
        return;
    wait_queue_remove(&async->waiter);
    tell_all_of(async);
    heap_free(async);
    file->async = NULL;
}

static int begin(struct file *file, int fd)
{
    int hears = file->ops->async(file);
    if (hears < 0)
        return hears;
    drop(file); /* what a hang-up left */
    file->async = async_new(file, fd, hears);
    if (!file->async)
        return -ENOMEM;
    atomic_or(&file->flags, OPEN_ASYNC);
    if (file->ops->poll)
        file->ops->poll(file, &file->async->waiter);
    return 0;
}

int async_begin(struct file *file, int fd)
{
    mutex_lock(&change);
    int error =
        atomic_load(&file->flags) & OPEN_ASYNC ? 0 : begin(file, fd);
    mutex_unlock(&change);
    return error;
}

/* One that was opened with the flag keeps it, as on Linux, to no effect. */
void async_end(struct file *file)
{
    mutex_lock(&change);
    if (file->async) {
        atomic_and(&file->flags, ~OPEN_ASYNC);
        drop(file);
    }
    mutex_unlock(&change);
}

void async_forget(struct file *file)
{
    mutex_lock(&change);
    drop(file);
    mutex_unlock(&change);
}

/* Owners. */

/* Nobody leaves who said so last. */
void file_set_owner(struct file *file, struct pid *pid, enum file_owner kind,
    const struct credentials *who)
{
    const struct credentials *old_setter = NULL;
    spin_lock(&file->lock);
    struct pid *old = file->owner_pid;
    file->owner_pid = pid;
    file->owner_kind = kind;
    if (pid) {
        old_setter = file->owner_setter;
        file->owner_setter = credentials_get(who);
    }
    spin_unlock(&file->lock);
    pid_put(old);
    credentials_put(old_setter);
}

void file_offer_owner(struct file *file, struct pid *pid, enum file_owner kind,
    const struct credentials *who)
{
    spin_lock(&file->lock);
    bool is_taken = !file->owner_pid;
    if (is_taken) {
        file->owner_pid = pid;
        file->owner_kind = kind;
        credentials_put(file->owner_setter);
        file->owner_setter = credentials_get(who);
    }
    spin_unlock(&file->lock);
    if (!is_taken)
        pid_put(pid);
}
