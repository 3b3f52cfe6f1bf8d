/* SPDX-License-Identifier: MIT */
/* A timer as a file: a read takes how often it expired.
 *
 * One with an interval is armed again when that is asked for, not when it
 * fires, so that a tiny interval floods nobody.  The deadline is kept in the
 * timer's own clock: whatever that one is set to, it is counted from there.
 * The timer's own function and the real-time clock's queue call with
 * interrupts off; setting a timer waits for the function, and so it is a mutex
 * that keeps others from setting it. */
#include "vfs/timerfd.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "mm/heap.h"
#include "sched/timer.h"
#include "vfs/control.h"

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
    uint64_t deadline_ns, interval_ns;
    unsigned flags;
    bool is_real;     /* the deadline is a moment of the real-time clock */
    bool is_armed;    /* it is to fire */
    bool has_expired; /* an interval is to be counted from the deadline */
    bool hears_of_clock, was_cancelled;
};

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a + b < a || a + b == FOREVER ? FOREVER - 1 : a + b;
}

static uint64_t now_of(const struct timerfd *timerfd)
{
    return clock_ns() + (timerfd->is_real ? clock_real_offset() : 0);
}

static void arm(struct timerfd *timerfd) must_hold(timerfd->lock)
{
    int64_t offset = timerfd->is_real ? clock_real_offset() : 0;
    int64_t ns = timerfd->deadline_ns - offset;
    timerfd->is_armed = true;
    timer_arm(&timerfd->timer, ns > 0 ? ns : 1);
}

static void expired(struct timer *timer)
{
    struct timerfd *timerfd = container_of(timer, struct timerfd, timer);
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    bool is_due =
        timerfd->is_armed && now_of(timerfd) >= timerfd->deadline_ns;
    if (is_due) {
        timerfd->is_armed = false;
        timerfd->has_expired = true;
        timerfd->ticks++;
    }
    spin_unlock_irq(&timerfd->lock, irq_state);
    if (is_due)
        wait_queue_wake_one(&timerfd->queue, READY_READ);
}

/* How many intervals are over, the one whose end was seen among them; none if
 * the clock was set back before it. */
static uint64_t forward(struct timerfd *timerfd) must_hold(timerfd->lock)
{
    uint64_t now = now_of(timerfd);
    if (now < timerfd->deadline_ns)
        return 0;
    uint64_t times =
        (now - timerfd->deadline_ns) / timerfd->interval_ns + 1;
    timerfd->deadline_ns =
        add_saturated(timerfd->deadline_ns, times * timerfd->interval_ns);
    return times;
}

/* Expiries since the one that was seen are counted; the next one is armed. */
static void catch_up(struct timerfd *timerfd) must_hold(timerfd->lock)
{
    if (!timerfd->has_expired || !timerfd->interval_ns)
        return;
    timerfd->has_expired = false;
    timerfd->ticks += forward(timerfd) - 1;
    arm(timerfd);
}

/* The real-time clock was set, under its queue's lock. */
static bool clock_was_set(struct waiter *waiter, unsigned events)
{
    struct timerfd *timerfd =
        container_of(waiter, struct timerfd, clock_waiter);
    spin_lock(&timerfd->lock);
    bool hears = timerfd->hears_of_clock;
    if (hears) {
        timerfd->was_cancelled = true;
        timerfd->ticks++;
    }
    if (timerfd->is_real && timerfd->is_armed)
        arm(timerfd);
    spin_unlock(&timerfd->lock);
    if (hears)
        wait_queue_wake_one(&timerfd->queue, READY_READ);
    return true;
}

/* That the clock was set is told once. */
static bool take_cancel(struct timerfd *timerfd) must_hold(timerfd->lock)
{
    bool is_told = timerfd->hears_of_clock && timerfd->was_cancelled;
    if (is_told)
        timerfd->was_cancelled = false;
    return is_told;
}

enum take { TAKE_NONE, TAKE_TICKS, TAKE_CANCEL };

/* TAKE_TICKS may give none: the clock was set back. */
static enum take take(struct timerfd *timerfd, uint64_t *ticks)
{
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    enum take taken = TAKE_NONE;
    if (take_cancel(timerfd)) {
        timerfd->has_expired = false;
        taken = TAKE_CANCEL;
    } else if (timerfd->ticks) {
        catch_up(timerfd);
        timerfd->has_expired = false;
        taken = TAKE_TICKS;
    }
    *ticks = timerfd->ticks;
    if (taken)
        timerfd->ticks = 0;
    spin_unlock_irq(&timerfd->lock, irq_state);
    return taken;
}

static ssize_t timerfd_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct timerfd *timerfd = file->private;
    bool may_wait = !(atomic_load(&file->flags) & OPEN_NONBLOCK);
    uint64_t ticks;
    if (t->left < sizeof ticks)
        return -EINVAL;
    enum take taken = take(timerfd, &ticks);
    int error = taken || !may_wait
        ? 0
        : wait_until(&timerfd->queue, SLEEP_INTERRUPTIBLE, FOREVER,
              (taken = take(timerfd, &ticks)));
    if (error)
        return error;
    if (taken == TAKE_CANCEL)
        return -ECANCELED;
    if (taken == TAKE_NONE || !ticks)
        return may_wait ? 0 : -EAGAIN;
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

/* TFD_IOC_SET_TICKS. */
static int give_ticks(struct timerfd *timerfd, uint64_t ticks)
{
    if (!ticks)
        return -EINVAL;
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    bool was_cancelled = take_cancel(timerfd);
    if (!was_cancelled)
        atomic_store(&timerfd->ticks, ticks);
    spin_unlock_irq(&timerfd->lock, irq_state);
    if (was_cancelled)
        return -ECANCELED;
    wait_queue_wake_one(&timerfd->queue, READY_READ);
    return 0;
}

static long timerfd_control(
    struct file *file, unsigned verb, uintptr_t argument)
{
    if (verb != CONTROL_SET_TICKS)
        return -ENOTTY;
    return give_ticks(file->private, *(const uint64_t *)argument);
}

/* Setting and asking. */

static void get_locked(struct timerfd *timerfd, struct timerfd_setting *now)
    must_hold(timerfd->lock)
{
    uint64_t time = now_of(timerfd);
    now->interval_ns = timerfd->interval_ns;
    now->value_ns =
        timerfd->deadline_ns > time ? timerfd->deadline_ns - time : 0;
}

/* True: nobody has heard yet that the clock was set. */
static bool set_locked(struct timerfd *timerfd, unsigned flags,
    const struct timerfd_setting *wanted) must_hold(timerfd->lock)
{
    bool is_absolute = flags & TIMERFD_ABSOLUTE;
    timerfd->is_real = timerfd->clock == TIMERFD_REAL_ALARM ||
        (timerfd->clock == TIMERFD_REAL && is_absolute);
    timerfd->interval_ns = wanted->interval_ns;
    timerfd->deadline_ns = is_absolute || !wanted->value_ns
        ? wanted->value_ns
        : add_saturated(now_of(timerfd), wanted->value_ns);
    timerfd->ticks = 0;
    timerfd->has_expired = false;
    if (wanted->value_ns) {
        arm(timerfd);
        if (take_cancel(timerfd))
            return true;
    }
    timerfd->flags = flags;
    return false;
}

/* Stops it, telling what it was: nothing of the old setting is to come. */
static void stop(struct timerfd *timerfd, struct timerfd_setting *old)
{
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    if (timerfd->has_expired && timerfd->interval_ns)
        forward(timerfd);
    get_locked(timerfd, old);
    timerfd->is_armed = false;
    spin_unlock_irq(&timerfd->lock, irq_state);
    timer_cancel(&timerfd->timer);
}

/* Before the deadline is computed: no setting of the clock is missed. */
static void listen(struct timerfd *timerfd, unsigned flags)
{
    bool is_absolute = flags & TIMERFD_ABSOLUTE;
    bool is_listening = atomic_load(&timerfd->clock_waiter.queue);
    bool cares = timerfd->clock == TIMERFD_REAL_ALARM ||
        (timerfd->clock == TIMERFD_REAL && is_absolute);
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    timerfd->hears_of_clock =
        cares && is_absolute && flags & TIMERFD_CANCEL_ON_SET;
    spin_unlock_irq(&timerfd->lock, irq_state);
    if (cares && !is_listening)
        wait_queue_add(clock_set_queue(), &timerfd->clock_waiter);
    else if (!cares)
        wait_queue_remove(&timerfd->clock_waiter);
}

static const struct file_ops timerfd_ops;

int timerfd_set(struct file *file, unsigned flags,
    const struct timerfd_setting *wanted, struct timerfd_setting *old)
{
    struct timerfd *timerfd = file->private;
    mutex_lock(&timerfd->setting);
    listen(timerfd, flags);
    stop(timerfd, old);
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    bool was_cancelled = set_locked(timerfd, flags, wanted);
    spin_unlock_irq(&timerfd->lock, irq_state);
    mutex_unlock(&timerfd->setting);
    return was_cancelled ? -ECANCELED : 0;
}

void timerfd_get(struct file *file, struct timerfd_setting *now)
{
    struct timerfd *timerfd = file->private;
    unsigned long irq_state = spin_lock_irq(&timerfd->lock);
    catch_up(timerfd);
    get_locked(timerfd, now);
    spin_unlock_irq(&timerfd->lock, irq_state);
}

int timerfd_clock_number(const struct file *file)
{
    const struct timerfd *timerfd = file->private;
    return file->ops == &timerfd_ops ? timerfd->clock_number : -EINVAL;
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
    wait_queue_remove(&timerfd->clock_waiter);
    stop(timerfd, &unused);
    heap_free(timerfd);
}

static const struct file_ops timerfd_ops = {
    .read = timerfd_read,
    .poll = timerfd_poll,
    .control = timerfd_control,
    .describe = timerfd_describe,
    .release = timerfd_release,
    .cannot_seek = true,
    .cannot_copy = true,
    .seek = file_seek_nowhere,
    .is_stream = true,
    .reads_by_segment = true,
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
