/* SPDX-License-Identifier: MIT */
/* The look at a process' CPU time: however looks, its timer and its end come
 * together, each reference is put once. */
#include "unit.h"
#include "hosted/locks.h"
#include "lib/refcount.c"
#include "kernel/cpu_timers.c"

static struct process process;
static struct work *queued;
static bool is_armed, has_alarm, is_freed;
static unsigned puts_of_none; /* what was not there to be put */
static void (*meanwhile)(void); /* once, in a look that has not locked yet */

struct process *process_get(struct process *got)
{
    refcount_get(&got->refs);
    return got;
}

void process_put(struct process *put)
{
    if (!refcount_read(&put->refs))
        puts_of_none++;
    else
        is_freed = refcount_put(&put->refs);
}

void timer_init(struct timer *timer, timer_fn expired)
{
    timer->expired = expired;
}

void timer_arm(struct timer *timer, uint64_t deadline_ns)
{
    is_armed = true;
}

bool timer_cancel(struct timer *timer)
{
    bool was_armed = is_armed;
    is_armed = false;
    return was_armed;
}

void work_init(struct work *work, void (*run)(struct work *work))
{
    work->run = run;
}

bool work_queue(struct work *work)
{
    if (work->is_queued)
        return false;
    work->is_queued = true;
    queued = work;
    return true;
}

static void goes_off(void)
{
    if (is_armed) {
        is_armed = false;
        process.cpu_timer.expired(&process.cpu_timer);
    }
}

static void work(void)
{
    if (queued) {
        struct work *run = queued;
        queued = NULL;
        run->is_queued = false;
        run->run(run);
    }
}

void process_usage(struct process *of, struct usage *usage)
{
    void (*now)(void) = meanwhile;
    *usage = (struct usage){ 0 };
    meanwhile = NULL;
    if (now)
        now();
}

uint64_t cpu_alarms_look_locked(
    struct process *of, uint64_t used_ns, uint64_t user_ns)
{
    return has_alarm ? 1000 : FOREVER;
}

int signal_send_process(struct process *to, const struct signal_info *info)
{
    return 0;
}

void signal_info_kernel(struct signal_info *info, int number)
{
}

unsigned cpu_count(void)
{
    return 1;
}

uint64_t clock_ns(void)
{
    return 1;
}

static void start(void)
{
    spin_lock(&process.cpu_lock);
    cpu_timers_arm_locked(&process);
    spin_unlock(&process.cpu_lock);
}

static void looks_again(void)
{
    start();
    goes_off();
    work();
}

static void is_queued_again(void)
{
    start();
    goes_off();
}

static void ends(void)
{
    start();
    cpu_timers_end(&process);
}

static void ends_when_queued(void)
{
    start();
    goes_off();
    cpu_timers_end(&process);
}

/* All is over, and one reference is left: who asks. */
static bool is_kept_by(void (*event)(void), bool goes_on)
{
    process = (struct process){ .limits[LIMIT_CPU] = { LIMIT_NONE, LIMIT_NONE } };
    refcount_init(&process.refs);
    is_freed = false;
    puts_of_none = 0;
    has_alarm = goes_on;
    meanwhile = event;
    start();
    goes_off();
    work();
    has_alarm = false;
    goes_off();
    work();
    cpu_timers_end(&process);
    goes_off();
    work();
    return !is_freed && !puts_of_none && refcount_read(&process.refs) == 1;
}

static void run(void)
{
    for (int goes_on = 0; goes_on < 2; goes_on++) {
        ok(is_kept_by(NULL, goes_on));
        ok(is_kept_by(looks_again, goes_on));
        ok(is_kept_by(is_queued_again, goes_on));
        ok(is_kept_by(ends, goes_on));
        ok(is_kept_by(ends_when_queued, goes_on));
    }
}

UNIT_MAIN
