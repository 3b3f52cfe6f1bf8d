/* SPDX-License-Identifier: MIT */
/* The victim when memory is out: the process whose end frees most, shifted by
 * what its owner said (oom_score_adj).  It gets SIGKILL and the reserve, and its
 * memory is taken at once, for it may be asleep for long. */
#include "kernel/oom.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "kernel/process.h"
#include "lib/log.h"
#include "mm/pages.h"
#include "mm/shrink.h"
#include "mm/space.h"
#include "sched/work.h"

enum {
    NEVER = -1000,
    PAUSE_MS = 10,      /* for a victim, or another chooser, to finish */
    PATIENCE = 50,      /* pauses for a victim that does not end */
};

static struct thread *chooser; /* [atomic] one at a time */
static unsigned waited;        /* under chooser: pauses since the last kill */

/* A worker takes the memory: the chooser may hold locks of its own space. */
static struct work reap_work;
static struct space *reaped; /* [atomic] set by the chooser, cleared there */

static void reap(struct work *work)
{
    struct space *space = atomic_load_acquire(&reaped);
    space_reap(space);
    space_put(space);
    atomic_store_release(&reaped, NULL);
}

static void reap_later(struct space *space)
{
    if (atomic_load_acquire(&reaped))
        return; /* its own end does the same, later */
    atomic_store_release(&reaped, space_get(space));
    work_queue(&reap_work);
}

struct victim {
    struct process *process;
    struct space *space;
    int64_t points;
};

static void victim_put(struct victim *victim)
{
    space_put(victim->space);
    process_put(victim->process);
}

/* A living thread's space, for the leader may have ended. */
static struct space *space_of(struct process *process)
{
    struct space *space = NULL;
    int tid = 0;
    struct thread *thread;
    while (!space && (thread = process_next_thread(process, tid))) {
        space = thread_space(thread);
        tid = thread_number(thread) + 1;
        thread_put(thread);
    }
    return space;
}

int64_t oom_points(struct process *process, struct space *space)
{
    struct page_totals totals;
    page_totals(&totals);
    int adjust = atomic_load(&process->oom_adjust);
    if (adjust == NEVER)
        return 0;
    int64_t points = (int64_t)space_weight(space) +
        adjust * ((int64_t)totals.total / 1000);
    return max(points, (int64_t)1);
}

/* Takes the references of process over. True: someone is dying already. */
static bool consider(struct victim *best, struct process *process)
{
    struct victim one = { .process = process, .space = space_of(process) };
    bool is_dying = false;
    if (one.space && process != process_first()) {
        is_dying = atomic_load(&one.space->is_dying);
        one.points = is_dying ? 0 : oom_points(process, one.space);
    }
    if (one.points > best->points) {
        struct victim old = *best;
        *best = one;
        one = old;
    }
    victim_put(&one);
    return is_dying;
}

static bool find_victim(struct victim *best)
{
    bool is_dying = false;
    struct pid *pid;
    for (int number = 1; (pid = pid_next_get(number)) != NULL;
         number = pid->number + 1, pid_put(pid)) {
        struct process *process = pid_process(pid);
        if (process)
            is_dying |= consider(best, process);
    }
    return is_dying;
}

static void end_victim(struct victim *victim)
{
    struct process *process = victim->process;
    struct thread *thread = process_next_thread(process, 0);
    struct signal_info info;
    log_error("Out of memory: Killed process %d (%s) total-vm:%lukB, "
              "anon-rss:%lukB, oom_score_adj:%d",
        process_number(process), thread ? thread->comm : "",
        (unsigned long)(victim->space->mapped_bytes / 1024),
        (unsigned long)(atomic_load(&victim->space->resident_anonymous) *
            PAGE_BYTES / 1024),
        process->oom_adjust);
    if (thread)
        thread_put(thread);
    signal_info_kernel(&info, SIGKILL);
    signal_send_process(process, &info);
    atomic_store(&victim->space->is_dying, true);
    reap_later(victim->space);
}

static bool is_dying_myself(void)
{
    return atomic_load(&current->work) & WORK_KILL;
}

static bool choose_now(void)
{
    struct victim victim = { 0 };
    bool is_dying = find_victim(&victim);
    bool goes_on = true;
    if (is_dying && waited++ < PATIENCE) {
        thread_sleep_until(clock_ns() + PAUSE_MS * NS_PER_MS, SLEEP_KILLABLE);
    } else if (victim.process) {
        waited = 0;
        end_victim(&victim);
    } else {
        goes_on = is_dying;
    }
    victim_put(&victim);
    return goes_on;
}

static bool choose(void)
{
    if (!current->process || is_dying_myself())
        return false;
    if (!atomic_replace(&chooser, NULL, current)) {
        thread_sleep_until(clock_ns() + PAUSE_MS * NS_PER_MS, SLEEP_KILLABLE);
        return !is_dying_myself();
    }
    bool goes_on = choose_now();
    atomic_store_release(&chooser, NULL);
    return goes_on && !is_dying_myself();
}

void oom_init(void)
{
    work_init(&reap_work, reap);
    memory_set_victim_chooser(choose);
}
