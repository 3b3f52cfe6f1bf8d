/* SPDX-License-Identifier: MIT */
/* timer_create(2) and its kin.
 *
 * A timer is armed again when its signal is taken (then overruns are counted),
 * not when it fires.  process->lock guards all of it but what the interrupt
 * does, which is to send the one block the timer has.  A timer is deleted in
 * three steps: it is unlinked and marked, so that nothing arms it; it is
 * cancelled; its signal is taken back.  Then nobody knows it. */
#include "kernel/posix_timer.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "kernel/process.h"
#include "kernel/signal_queue.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "mm/heap.h"
#include "vfs/credentials.h"

enum { IGNORED_PAUSE_NS = 4000000, TIMER_BUCKETS = 256 };

static struct spinlock table_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list table[TIMER_BUCKETS];

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a + b < a || a + b == FOREVER ? FOREVER - 1 : a + b;
}

static struct list *bucket_of(const struct process *process, int id)
{
    struct list *bucket =
        &table[hash_number((uintptr_t)process + id) % TIMER_BUCKETS];
    if (!bucket->next)
        list_init(bucket);
    return bucket;
}

/* Under process->lock. */
static struct posix_timer *find(struct process *process, int id)
{
    struct posix_timer *timer, *found = NULL;
    spin_lock(&table_lock);
    list_for_each(timer, bucket_of(process, id), hash_link)
        if (timer->process == process && timer->id == id)
            found = timer;
    spin_unlock(&table_lock);
    return found;
}

static void fired(struct timer *at)
{
    struct posix_timer *timer = container_of(at, struct posix_timer, timer);
    if (timer->notice == NOTICE_NONE)
        return;
    signal_send_queued(&timer->signal, timer->process, timer->thread);
}

/* Past expiries are left behind; how many beyond the first. */
static uint64_t move_on(struct posix_timer *timer, uint64_t now)
{
    if (now < timer->deadline_ns)
        return 0;
    uint64_t times = (now - timer->deadline_ns) / timer->interval_ns;
    timer->deadline_ns = add_saturated(
        timer->deadline_ns, (times + 1) * timer->interval_ns);
    return times;
}

static void taken(struct queued_signal *queued, struct signal_info *info)
{
    struct posix_timer *timer =
        container_of(queued, struct posix_timer, signal);
    struct process *process = timer->process;
    spin_lock(&process->lock);
    uint64_t overrun = 0, now = clock_ns();
    if (timer->clock == TIMER_CPU) {
        overrun = cpu_posix_timer_taken(timer);
    } else if (timer->is_on && timer->interval_ns && !timer->is_deleted &&
        !timer->timer.is_armed) {
        overrun = move_on(timer, now);
        timer_arm(&timer->timer, info ? timer->deadline_ns
                : max(timer->deadline_ns, now + IGNORED_PAUSE_NS));
    }
    if (info) {
        timer->last_overrun = min(overrun, (uint64_t)INT32_MAX);
        info->timer.overrun = timer->last_overrun;
    }
    spin_unlock(&process->lock);
}

/* The real-time clock was set; under its queue's lock. */
static bool clock_was_set(struct waiter *waiter, unsigned events)
{
    struct posix_timer *timer =
        container_of(waiter, struct posix_timer, clock_waiter);
    int64_t deadline = timer->real_deadline_ns - clock_real_offset();
    if (timer->timer.is_armed) {
        timer->deadline_ns = max(deadline, (int64_t)1);
        timer_arm(&timer->timer, timer->deadline_ns);
    }
    return true;
}

static int find_target(struct posix_timer *timer, const struct timer_event *event)
{
    if (event->notice == NOTICE_NONE)
        return 0;
    if (event->signal < 1 || event->signal > SIGNAL_COUNT)
        return -EINVAL;
    if (event->notice != NOTICE_THREAD_ID)
        return 0;
    timer->thread = thread_find(event->tid);
    if (!timer->thread || timer->thread->process != current->process)
        return -EINVAL;
    return 0;
}

static void free_timer(struct posix_timer *timer)
{
    if (timer->thread)
        thread_put(timer->thread);
    cpu_clock_drop(&timer->cpu);
    heap_free(timer);
}

static void init_waiting(struct posix_timer *timer)
{
    timer_init(&timer->timer, fired);
    list_init(&timer->clock_waiter.link);
    timer->clock_waiter.woken = clock_was_set;
    cpu_posix_timer_init(timer);
}

static struct posix_timer *new_timer(enum timer_clock clock,
    const struct cpu_clock *cpu, const struct timer_event *event, int *error)
{
    struct posix_timer *timer = heap_alloc_zeroed(sizeof *timer);
    *error = -EAGAIN;
    if (!timer)
        return NULL;
    timer->clock = clock;
    if (clock == TIMER_CPU)
        timer->cpu = cpu_clock_copy(cpu);
    timer->notice = event->notice;
    timer->process = current->process;
    timer->uid = current->credentials->uid;
    *error = find_target(timer, event);
    if (!*error)
        *error = user_count_signal(
            timer->uid, process_limit(timer->process, LIMIT_SIGNALS));
    if (*error) {
        free_timer(timer);
        return NULL;
    }
    init_waiting(timer);
    list_init(&timer->signal.link);
    timer->signal.is_preallocated = true;
    timer->signal.taken = taken;
    timer->signal.info = (struct signal_info){
        .number = event->signal,
        .code = SI_TIMER,
        .shape = SHAPE_TIMER,
        .timer.value = event->value,
    };
    return timer;
}

/* A number nobody has: they count up, and wrap after a long time. */
static void enter(struct posix_timer *timer, bool value_is_id)
{
    struct process *process = timer->process;
    spin_lock(&process->lock);
    do {
        timer->id = process->next_timer_id;
        process->next_timer_id = (process->next_timer_id + 1) & INT32_MAX;
    } while (find(process, timer->id));
    timer->signal.info.timer.id = timer->id;
    if (value_is_id)
        timer->signal.info.timer.value = timer->id;
    list_add(&process->posix_timers, &timer->link);
    process->has_cpu_alarms |= timer->clock == TIMER_CPU;
    spin_lock(&table_lock);
    list_add(bucket_of(process, timer->id), &timer->hash_link);
    spin_unlock(&table_lock);
    spin_unlock(&process->lock);
}

int posix_timer_create(enum timer_clock clock, const struct cpu_clock *cpu,
    const struct timer_event *event, int *id)
{
    static const struct timer_event usual = { NOTICE_SIGNAL, SIGALRM, 0, 0 };
    int error;
    struct posix_timer *timer =
        new_timer(clock, cpu, event ? event : &usual, &error);
    if (!timer)
        return error;
    enter(timer, !event);
    *id = timer->id;
    return 0;
}

/* To be asked before process->lock is taken: its locks come first. */
static struct cpu_moment cpu_moment_of(struct process *process, int id)
{
    struct cpu_moment moment = { 0 };
    struct cpu_clock cpu = { 0 };
    if (!atomic_load(&process->has_cpu_alarms))
        return moment;
    spin_lock(&process->lock);
    struct posix_timer *timer = find(process, id);
    if (timer && timer->clock == TIMER_CPU)
        cpu = cpu_clock_copy(&timer->cpu);
    spin_unlock(&process->lock);
    if (!cpu.process)
        return moment;
    moment.now_ns = cpu_clock_ns(&cpu);
    moment.is_gone = cpu_clock_is_gone(&cpu);
    cpu_clock_drop(&cpu);
    return moment;
}

static void get_locked(struct posix_timer *timer,
    const struct cpu_moment *moment, struct interval *now)
{
    uint64_t time = clock_ns();
    if (timer->clock == TIMER_CPU) {
        cpu_posix_timer_get(timer, moment, now);
        return;
    }
    now->interval_ns = timer->interval_ns;
    now->left_ns = 0;
    if (!timer->is_on)
        return;
    if (timer->interval_ns && !timer->timer.is_armed)
        move_on(timer, time);
    if (timer->deadline_ns > time)
        now->left_ns = timer->deadline_ns - time;
    else if (timer->timer.is_armed && timer->notice != NOTICE_NONE)
        now->left_ns = 1;
}

/* process->lock held. The wait queue of the clock comes after it in rank. */
static void set_locked(struct posix_timer *timer, enum timer_when when,
    const struct interval *wanted)
{
    wait_queue_remove(&timer->clock_waiter);
    timer_cancel(&timer->timer);
    timer->interval_ns = wanted->interval_ns;
    timer->last_overrun = 0;
    timer->is_on = wanted->left_ns != 0;
    if (!timer->is_on)
        return;
    if (when == TIMER_RELATIVE) {
        timer->deadline_ns = add_saturated(clock_ns(), wanted->left_ns);
    } else if (timer->clock == TIMER_REAL) {
        int64_t offset = clock_real_offset();
        timer->real_deadline_ns = wanted->left_ns;
        timer->deadline_ns = (int64_t)wanted->left_ns > offset
            ? wanted->left_ns - offset
            : 1;
    } else {
        timer->deadline_ns = wanted->left_ns;
    }
    timer_arm(&timer->timer, timer->deadline_ns);
    if (when == TIMER_ABSOLUTE && timer->clock == TIMER_REAL)
        wait_queue_add(clock_set_queue(), &timer->clock_waiter);
}

int posix_timer_set(int id, enum timer_when when, const struct interval *wanted,
    struct interval *old)
{
    struct process *process = current->process;
    struct cpu_moment moment = cpu_moment_of(process, id);
    struct interval before;
    bool is_under_way = false;
    int error = -EINVAL;
    spin_lock(&process->lock);
    struct posix_timer *timer = find(process, id);
    if (timer) {
        error = 0;
        get_locked(timer, &moment, &before);
        if (timer->clock == TIMER_CPU)
            error = cpu_posix_timer_set(timer, when, wanted, &moment);
        else
            set_locked(timer, when, wanted);
        is_under_way = queued_is_under_way(&timer->signal);
    }
    spin_unlock(&process->lock);
    if (is_under_way)
        signal_send_all_waiting();
    if (!error && old)
        *old = before;
    return error;
}

int posix_timer_get(int id, struct interval *now)
{
    struct process *process = current->process;
    struct cpu_moment moment = cpu_moment_of(process, id);
    spin_lock(&process->lock);
    struct posix_timer *timer = find(process, id);
    if (timer)
        get_locked(timer, &moment, now);
    spin_unlock(&process->lock);
    return timer ? 0 : -EINVAL;
}

int posix_timer_overrun(int id)
{
    struct process *process = current->process;
    spin_lock(&process->lock);
    struct posix_timer *timer = find(process, id);
    int result = timer ? (int)timer->last_overrun : -EINVAL;
    spin_unlock(&process->lock);
    return result;
}

/* process->lock held: nobody finds it, nothing arms it. */
static void unlink_timer(struct posix_timer *timer)
{
    timer->is_deleted = true;
    list_remove(&timer->link);
    spin_lock(&table_lock);
    list_remove(&timer->hash_link);
    spin_unlock(&table_lock);
}

static void end_timer(struct posix_timer *timer)
{
    wait_queue_remove(&timer->clock_waiter);
    timer_cancel(&timer->timer);
    if (timer->clock == TIMER_CPU)
        cpu_alarm_set(&timer->alarm, 0, 0);
    signal_unqueue(&timer->signal, timer->process, timer->thread);
    user_uncount_signal(timer->uid);
    free_timer(timer);
}

int posix_timer_delete(int id)
{
    struct process *process = current->process;
    spin_lock(&process->lock);
    struct posix_timer *timer = find(process, id);
    if (timer)
        unlink_timer(timer);
    spin_unlock(&process->lock);
    if (!timer)
        return -EINVAL;
    end_timer(timer);
    return 0;
}

void posix_timers_delete_all(struct process *process)
{
    for (;;) {
        spin_lock(&process->lock);
        struct posix_timer *timer =
            list_first(&process->posix_timers, struct posix_timer, link);
        if (timer)
            unlink_timer(timer);
        spin_unlock(&process->lock);
        if (!timer)
            return;
        end_timer(timer);
    }
}
