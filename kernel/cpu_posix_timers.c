/* SPDX-License-Identifier: MIT */
/* Timers of timer_create(2) on clocks of CPU time.
 *
 * Who takes the signal may not ask what time a process has used, because of its
 * locks.  So a timer goes on by itself while its signal waits, and counts its
 * overruns; it cannot flood anybody, for nothing looks at it all too often.  What
 * a thread has used can be asked, and what came since the last look is counted. */
#include "kernel/posix_timer.h"

#include "arch/atomic.h"
#include "kernel/process.h"
#include "lib/errno.h"

static void expired(struct cpu_alarm *alarm, uint64_t now_ns)
{
    struct posix_timer *timer = container_of(alarm, struct posix_timer, alarm);
    uint64_t due_ns = timer->deadline_ns, interval_ns = timer->interval_ns;
    uint64_t times = 0;
    if (interval_ns) {
        times = (now_ns - due_ns) / interval_ns;
        due_ns += (times + 1) * interval_ns;
        alarm->expires_ns = timer->deadline_ns = due_ns;
    }
    if (timer->notice == NOTICE_NONE)
        return;
    timer->overruns += times + timer->is_told;
    if (timer->is_told)
        return;
    timer->is_told = true;
    signal_send_queued(&timer->signal, timer->process, timer->thread);
}

void cpu_posix_timer_init(struct posix_timer *timer)
{
    cpu_alarm_init(&timer->alarm, &timer->cpu, expired);
}

int cpu_posix_timer_set(struct posix_timer *timer, enum timer_when when,
    const struct interval *wanted, const struct cpu_moment *moment)
{
    uint64_t due_ns = wanted->left_ns;
    if (moment->is_gone)
        return -ESRCH;
    if (due_ns && when == TIMER_RELATIVE)
        due_ns = due_ns + moment->now_ns < due_ns ? FOREVER
                                                  : due_ns + moment->now_ns;
    cpu_alarm_set(&timer->alarm, 0, 0); /* now it is ours */
    timer->interval_ns = wanted->interval_ns;
    timer->deadline_ns = due_ns;
    timer->last_overrun = timer->overruns = 0;
    timer->is_told = false;
    cpu_alarm_set(&timer->alarm, due_ns, moment->now_ns);
    return 0;
}

void cpu_posix_timer_get(const struct posix_timer *timer,
    const struct cpu_moment *moment, struct interval *now)
{
    uint64_t due_ns = atomic_load(&timer->alarm.expires_ns);
    *now = (struct interval){ 0 };
    if (moment->is_gone)
        return;
    now->interval_ns = timer->interval_ns;
    if (due_ns)
        now->left_ns = due_ns > moment->now_ns ? due_ns - moment->now_ns : 1;
}

uint64_t cpu_posix_timer_taken(struct posix_timer *timer)
{
    struct spinlock *lock = &timer->cpu.process->cpu_lock;
    spin_lock(lock);
    if (timer->is_told && timer->interval_ns)
        cpu_alarm_look_locked(&timer->alarm);
    uint64_t overruns = timer->overruns;
    timer->overruns = 0;
    timer->is_told = false;
    spin_unlock(lock);
    return overruns;
}
