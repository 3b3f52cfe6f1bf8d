/* SPDX-License-Identifier: MIT */
/* A timer as a file: a read takes how often it expired.
 *
 * One with an interval is armed again when that is asked for, not when it
 * fires, so that a tiny interval floods nobody.  The timer's own function and
 * the real-time clock's queue call with interrupts off; setting a timer waits
 * for the function, and so it is a mutex that keeps others from setting it. */
#include "vfs/timerfd.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "mm/heap.h"
#include "sched/timer.h"

struct timerfd {
    struct mutex setting; /* RANK_TIMERFD_SETTING */
    struct timer timer;
    struct waiter clock_waiter; /* queued while it matters */
    struct wait_queue queue;    /* RANK_TIMERFD_QUEUE */
    enum timerfd_clock clock;
    int clock_number;

    struct spinlock lock; /* RANK_TIMERFD, with interrupts off */
    /* Under lock: */
    uint64_t ticks;
    uint64_t deadline_ns, interval_ns; /* monotonic */
    uint64_t real_ns;                  /* the deadline as it was said, or 0 */
    unsigned flags;
    bool is_on, has_expired; /* expired: not armed again yet */
    bool was_cancelled;
};

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a + b < a || a + b == FOREVER ? FOREVER - 1 : a + b;
}

static void expired(struct timer *timer)
{
    struct timerfd *timerfd = container_of(timer, struct timerfd, timer);
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    bool is_due = timerfd->is_on && !timerfd->has_expired &&
        clock_ns() >= timerfd->deadline_ns;
    if (is_due) {
        timerfd->has_expired = true;
        timerfd->ticks++;
    }
    spin_unlock_irq(&timerfd->lock, irq_state);
    if (is_due)
        wait_queue_wake_one(&timerfd->queue, READY_READ);
}

/* Expiries since the one that was seen are counted; the next one is armed. */
static void catch_up(struct timerfd *timerfd) must_hold(timerfd->lock)
{
    uint64_t now = clock_ns();
    if (!timerfd->has_expired || !timerfd->interval_ns)
        return;
    timerfd->has_expired = false;
    uint64_t times = (now - timerfd->deadline_ns) / timerfd->interval_ns;
    timerfd->ticks += times;
    timerfd->deadline_ns = add_saturated(
        timerfd->deadline_ns, (times + 1) * timerfd->interval_ns);
    timer_arm(&timerfd->timer, timerfd->deadline_ns);
}

static uint64_t monotonic_from_real(uint64_t real_ns)
{
    int64_t ns = real_ns - clock_real_offset();
    return ns > 0 ? ns : 1;
}

/* The real-time clock was set, under its queue's lock. */
static bool clock_was_set(struct waiter *waiter, unsigned events)
{
    struct timerfd *timerfd =
        container_of(waiter, struct timerfd, clock_waiter);
    spin_lock(&timerfd->lock);
    bool is_cancelled = timerfd->flags & TIMERFD_CANCEL_ON_SET;
    if (is_cancelled) {
        timerfd->was_cancelled = true;
        timerfd->ticks++;
    }
    if (timerfd->real_ns && timerfd->is_on && !timerfd->has_expired) {
        timerfd->deadline_ns = monotonic_from_real(timerfd->real_ns);
        timer_arm(&timerfd->timer, timerfd->deadline_ns);
    }
    spin_unlock(&timerfd->lock);
    if (is_cancelled)
        wait_queue_wake_one(&timerfd->queue, READY_READ);
    return true;
}

/* The ticks; 0: none; -ECANCELED. */
static int64_t take(struct timerfd *timerfd)
{
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    int64_t taken = 0;
    if (timerfd->was_cancelled) {
        timerfd->was_cancelled = timerfd->has_expired = false;
        timerfd->ticks = 0;
        taken = -ECANCELED;
    } else if (timerfd->ticks) {
        catch_up(timerfd);
        taken = timerfd->ticks;
        timerfd->ticks = 0;
    }
    spin_unlock_irq(&timerfd->lock, irq_state);
    return taken;
}

static ssize_t timerfd_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct timerfd *timerfd = file->private;
    if (t->left < sizeof(uint64_t))
        return -EINVAL;
    int64_t ticks = take(timerfd);
    if (!ticks && atomic_load(&file->flags) & OPEN_NONBLOCK)
        return -EAGAIN;
    int error = ticks ? 0
                      : wait_until(&timerfd->queue, SLEEP_INTERRUPTIBLE,
                            FOREVER, (ticks = take(timerfd)));
    if (error || ticks < 0)
        return error ? error : ticks;
    if (transfer_give(t, &ticks, sizeof ticks) < sizeof ticks)
        return -EFAULT;
    return sizeof ticks;
}

static unsigned timerfd_poll(struct file *file, struct waiter *waiter)
{
    struct timerfd *timerfd = file->private;
    if (waiter)
        wait_queue_add(&timerfd->queue, waiter);
    return atomic_load(&timerfd->ticks) ? READY_READ : 0;
}

/* Setting and asking. */

static void get_locked(struct timerfd *timerfd, struct timerfd_setting *now)
{
    uint64_t time = clock_ns();
    catch_up(timerfd);
    now->interval_ns = timerfd->interval_ns;
    now->value_ns = 0;
    if (timerfd->is_on && !timerfd->has_expired)
        now->value_ns = timerfd->deadline_ns > time
            ? timerfd->deadline_ns - time
            : 1;
}

static void set_locked(struct timerfd *timerfd, unsigned flags,
    const struct timerfd_setting *wanted) must_hold(timerfd->lock)
{
    bool is_absolute = flags & TIMERFD_ABSOLUTE;
    timerfd->flags = flags;
    timerfd->interval_ns = wanted->interval_ns;
    timerfd->ticks = 0;
    timerfd->has_expired = false;
    timerfd->is_on = wanted->value_ns;
    timerfd->real_ns = 0;
    if (!timerfd->is_on)
        return;
    timerfd->deadline_ns = is_absolute
        ? wanted->value_ns
        : add_saturated(clock_ns(), wanted->value_ns);
    if (is_absolute && timerfd->clock == TIMERFD_REAL) {
        timerfd->real_ns = wanted->value_ns;
        timerfd->deadline_ns = monotonic_from_real(wanted->value_ns);
    }
    timer_arm(&timerfd->timer, timerfd->deadline_ns);
}

/* Stops it, telling what it was: nothing of the old setting is to come. */
static void stop(struct timerfd *timerfd, struct timerfd_setting *old)
{
    wait_queue_remove(&timerfd->clock_waiter);
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    get_locked(timerfd, old);
    timerfd->is_on = false;
    spin_unlock_irq(&timerfd->lock, irq_state);
    timer_cancel(&timerfd->timer);
}

static bool cares_for_clock(const struct timerfd *timerfd, unsigned flags)
{
    return timerfd->clock == TIMERFD_REAL && flags & TIMERFD_ABSOLUTE;
}

static const struct file_ops timerfd_ops;

int timerfd_set(struct file *file, unsigned flags,
    const struct timerfd_setting *wanted, struct timerfd_setting *old)
{
    struct timerfd *timerfd = file->private;
    if (file->ops != &timerfd_ops)
        return -EINVAL;
    mutex_lock(&timerfd->setting);
    stop(timerfd, old);
    /* Before the deadline is computed: no setting is missed in between. */
    if (cares_for_clock(timerfd, flags))
        wait_queue_add(clock_set_queue(), &timerfd->clock_waiter);
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    bool was_cancelled = timerfd->was_cancelled;
    timerfd->was_cancelled = false;
    set_locked(timerfd, flags, wanted);
    spin_unlock_irq(&timerfd->lock, irq_state);
    mutex_unlock(&timerfd->setting);
    return was_cancelled && wanted->value_ns ? -ECANCELED : 0;
}

int timerfd_get(struct file *file, struct timerfd_setting *now)
{
    struct timerfd *timerfd = file->private;
    if (file->ops != &timerfd_ops)
        return -EINVAL;
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    get_locked(timerfd, now);
    spin_unlock_irq(&timerfd->lock, irq_state);
    return 0;
}

static size_t timerfd_describe(struct file *file, char *buffer, size_t capacity)
{
    struct timerfd *timerfd = file->private;
    struct timerfd_setting now = { 0 };
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    unsigned long ticks = timerfd->ticks;
    unsigned flags = timerfd->flags;
    get_locked(timerfd, &now);
    spin_unlock_irq(&timerfd->lock, irq_state);
    return format(buffer, capacity,
        "clockid: %d\nticks: %lu\nsettime flags: 0%o\n"
        "it_value: (%lu, %lu)\nit_interval: (%lu, %lu)\n",
        timerfd->clock_number, ticks, flags,
        (unsigned long)(now.value_ns / NS_PER_SECOND),
        (unsigned long)(now.value_ns % NS_PER_SECOND),
        (unsigned long)(now.interval_ns / NS_PER_SECOND),
        (unsigned long)(now.interval_ns % NS_PER_SECOND));
}

static void timerfd_release(struct file *file)
{
    struct timerfd *timerfd = file->private;
    struct timerfd_setting unused;
    stop(timerfd, &unused);
    heap_free(timerfd);
}

static const struct file_ops timerfd_ops = {
    .read = timerfd_read,
    .poll = timerfd_poll,
    .describe = timerfd_describe,
    .release = timerfd_release,
    .cannot_seek = true,
    .cannot_copy = true,
    .seek = file_seek_nowhere,
    .is_stream = true,
};

int timerfd_open(enum timerfd_clock clock, int number, unsigned flags,
    const struct credentials *who, struct file **opened)
{
    struct timerfd *timerfd = heap_alloc_zeroed(sizeof *timerfd);
    if (!timerfd)
        return -ENOMEM;
    mutex_init(&timerfd->setting, RANK_TIMERFD_SETTING);
    spin_init(&timerfd->lock, RANK_TIMERFD);
    wait_queue_init_ranked(&timerfd->queue, RANK_TIMERFD_QUEUE);
    timer_init(&timerfd->timer, expired);
    list_init(&timerfd->clock_waiter.link);
    timerfd->clock_waiter.woken = clock_was_set;
    timerfd->clock = clock;
    timerfd->clock_number = number;
    int error = file_open_unnamed("anon_inode:[timerfd]", NULL, &timerfd_ops,
        timerfd, flags | OPEN_READ | OPEN_WRITE, who, opened);
    if (error)
        heap_free(timerfd);
    return error;
}
