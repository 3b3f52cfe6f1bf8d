/* SPDX-License-Identifier: MIT */
/* setitimer's timers.  As on Linux the real one is armed again when its signal
 * is taken, not when it fires, so that a tiny interval cannot flood anybody. */
#include "kernel/timers.h"

#include "arch/clock.h"
#include "kernel/process.h"
#include "kernel/signal_queue.h"
#include "lib/errno.h"

/* An ignored signal is not taken: the timer still goes on, but not faster. */
enum { IGNORED_PAUSE_NS = 4000000 };

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a + b < a || a + b == FOREVER ? FOREVER - 1 : a + b;
}

void real_timer_expired(struct timer *timer)
{
    struct interval_timer *real =
        container_of(timer, struct interval_timer, timer);
    signal_send_queued(&real->signal, real->process, NULL);
}

static void real_taken(struct queued_signal *queued, struct signal_info *info)
{
    struct interval_timer *real =
        container_of(queued, struct interval_timer, signal);
    struct process *process = real->process;
    spin_lock(&process->lock);
    if (real->deadline_ns && real->interval_ns && !real->timer.is_armed &&
        !process->timers_are_over) {
        uint64_t now = clock_ns();
        uint64_t late = now > real->deadline_ns ? now - real->deadline_ns : 0;
        uint64_t times = late / real->interval_ns + 1;
        real->deadline_ns =
            add_saturated(real->deadline_ns, times * real->interval_ns);
        timer_arm(&real->timer, info ? real->deadline_ns
                : max(real->deadline_ns, now + IGNORED_PAUSE_NS));
    }
    spin_unlock(&process->lock);
}

static void init_real(struct process *process)
{
    struct interval_timer *real = &process->real_timer;
    if (real->signal.is_preallocated)
        return;
    real->process = process;
    timer_init(&real->timer, real_timer_expired);
    signal_info_kernel(&real->signal.info, SIGALRM);
    list_init(&real->signal.link);
    real->signal.is_preallocated = true;
    real->signal.taken = real_taken;
}

static void get_real(struct process *process, struct interval *now)
{
    struct interval_timer *real = &process->real_timer;
    now->interval_ns = real->interval_ns;
    now->left_ns = 0;
    if (!real->timer.is_armed)
        return;
    uint64_t time = clock_ns();
    now->left_ns = real->deadline_ns > time ? real->deadline_ns - time : 1000;
}

/* True: of what was set before a signal is still to come. */
static bool set_real(struct process *process, const struct interval *wanted)
{
    struct interval_timer *real = &process->real_timer;
    init_real(process);
    timer_cancel(&real->timer);
    bool is_under_way = queued_is_under_way(&real->signal);
    real->interval_ns = wanted->interval_ns;
    real->deadline_ns =
        wanted->left_ns ? add_saturated(clock_ns(), wanted->left_ns) : 0;
    if (real->deadline_ns)
        timer_arm(&real->timer, real->deadline_ns);
    return is_under_way;
}

static void get_cpu(
    uint64_t expires_ns, uint64_t interval_ns, uint64_t used_ns,
    struct interval *now)
{
    now->interval_ns = interval_ns;
    now->left_ns = 0;
    if (expires_ns)
        now->left_ns = expires_ns > used_ns ? expires_ns - used_ns : 1000;
}

/* What the timer's clock says. No locks held. */
static uint64_t cpu_clock(struct process *process, enum interval_kind kind)
{
    struct usage usage = { 0 };
    if (kind == INTERVAL_REAL)
        return 0;
    process_usage(process, &usage);
    return usage.user_ns + (kind == INTERVAL_PROFILE ? usage.system_ns : 0);
}

static void get_locked(struct process *process, enum interval_kind kind,
    uint64_t used_ns, struct interval *now)
{
    switch (kind) {
    case INTERVAL_REAL:
        get_real(process, now);
        break;
    case INTERVAL_VIRTUAL:
        get_cpu(process->virtual_timer_ns, process->virtual_interval_ns,
            used_ns, now);
        break;
    case INTERVAL_PROFILE:
        get_cpu(process->profile_timer_ns, process->profile_interval_ns,
            used_ns, now);
        break;
    }
}

int process_interval_get(enum interval_kind kind, struct interval *now)
{
    struct process *process = current->process;
    if (kind > INTERVAL_PROFILE)
        return -EINVAL;
    uint64_t used_ns = cpu_clock(process, kind);
    spin_lock(&process->lock);
    get_locked(process, kind, used_ns, now);
    spin_unlock(&process->lock);
    return 0;
}

static void set_cpu(uint64_t *expires_ns, uint64_t *interval_ns,
    uint64_t used_ns, const struct interval *wanted)
{
    *interval_ns = wanted->interval_ns;
    *expires_ns =
        wanted->left_ns ? add_saturated(used_ns, wanted->left_ns) : 0;
}

int process_interval_set(enum interval_kind kind, const struct interval *wanted,
    struct interval *old)
{
    struct process *process = current->process;
    struct interval before;
    bool is_under_way = false;
    if (kind > INTERVAL_PROFILE)
        return -EINVAL;
    uint64_t used_ns = cpu_clock(process, kind);
    spin_lock(&process->lock);
    get_locked(process, kind, used_ns, &before);
    if (kind == INTERVAL_REAL)
        is_under_way = set_real(process, wanted);
    else if (kind == INTERVAL_VIRTUAL)
        set_cpu(&process->virtual_timer_ns, &process->virtual_interval_ns,
            used_ns, wanted);
    else
        set_cpu(&process->profile_timer_ns, &process->profile_interval_ns,
            used_ns, wanted);
    if (kind != INTERVAL_REAL)
        cpu_timers_start_locked(process);
    spin_unlock(&process->lock);
    if (is_under_way)
        signal_send_all_waiting();
    if (old)
        *old = before;
    return 0;
}

void process_timers_exec(void)
{
    posix_timers_delete_all(current->process);
}

void process_timers_end(struct process *process)
{
    struct interval_timer *real = &process->real_timer;
    spin_lock(&process->lock);
    process->timers_are_over = true;
    real->deadline_ns = 0;
    bool was_used = real->signal.is_preallocated;
    if (was_used)
        timer_cancel(&real->timer);
    spin_unlock(&process->lock);
    if (was_used)
        signal_unqueue(&real->signal, process, NULL);
    cpu_timers_end(process);
    posix_timers_delete_all(process);
}
