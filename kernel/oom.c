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
    PROGRESS_PAGES = 64, /* that came free: it is about to end */
};

static struct thread *chooser; /* [atomic] one at a time */
static unsigned waited;        /* under chooser: pauses without progress */
static size_t seen_free;       /* under chooser: pages, at the last pause */

/* A worker takes the memory: the chooser may hold locks of its own space. */
static struct work reap_work;
static struct space *reaped; /* [atomic] set by the chooser, cleared there */

static void reap(struct work *work)
{
    struct space *space = atomic_load_acquire(&reaped);
    space_reap(space);
    space_put(space);
    atomic_store_release(&reaped, NULL); /* reap_later may fill it again */
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

/* Takes the references of process over. */
static void consider(struct victim *best, struct process *process,
    const struct space *spared)
{
    struct victim one = { .process = process, .space = space_of(process) };
    if (one.space && one.space != spared &&
        !atomic_load(&one.space->is_dying))
        one.points = oom_points(process, one.space);
    if (one.points > best->points) {
        struct victim old = *best;
        *best = one;
        one = old;
    }
    victim_put(&one);
}

/* The next process from number on, with a reference; NULL. */
static struct process *next_process(int *number)
{
    struct process *process = NULL;
    struct pid *pid;
    while (!process && (pid = pid_next_get(*number)) != NULL) {
        *number = pid->number + 1;
        process = pid_process(pid);
        pid_put(pid);
    }
    return process;
}

/* Whoever runs in the first process' space, as after vfork, is spared as well:
 * without its memory there would be no system left. */
static void find_victim(struct victim *best)
{
    struct space *spared = space_of(process_first());
    struct process *process;
    int number = 1;
    while ((process = next_process(&number)))
        consider(best, process, spared);
    space_put(spared);
}

static void tell(const struct victim *victim)
{
    struct thread *thread = process_next_thread(victim->process, 0);
    log_error("Out of memory: Killed process %d (%s) total-vm:%lukB, "
              "anon-rss:%lukB, oom_score_adj:%d",
        process_number(victim->process), thread ? thread->comm : "",
        (unsigned long)(victim->space->mapped_bytes / 1024),
        (unsigned long)(atomic_load(&victim->space->resident_anonymous) *
            PAGE_BYTES / 1024),
        victim->process->oom_adjust);
    if (thread)
        thread_put(thread);
}

/* All who run in that space: it is of no use to anyone any more. */
static void kill_users(const struct space *space)
{
    struct signal_info info;
    struct process *process;
    int number = 1;
    while ((process = next_process(&number))) {
        struct space *its = space_of(process);
        signal_info_kernel(&info, SIGKILL);
        if (its == space)
            signal_send_process(process, &info);
        space_put(its);
        process_put(process);
    }
}

static void end_victim(struct victim *victim)
{
    tell(victim);
    space_condemn(victim->space);
    kill_users(victim->space);
    reap_later(victim->space);
}

static bool is_dying_myself(void)
{
    return atomic_load(&current->work) & WORK_KILL;
}

static bool should_wait(void)
{
    struct page_totals totals;
    page_totals(&totals);
    if (totals.free >= seen_free + PROGRESS_PAGES)
        waited = 0;
    seen_free = totals.free;
    return spaces_dying() && waited++ < PATIENCE;
}

static bool choose_now(enum victim_choice choice)
{
    struct victim victim = { 0 };
    if (should_wait()) {
        thread_sleep_until(clock_ns() + PAUSE_MS * NS_PER_MS, SLEEP_KILLABLE);
        return true;
    }
    if (choice == VICTIM_AWAIT_ONLY)
        return false;
    waited = 0;
    find_victim(&victim);
    bool is_found = victim.process != NULL;
    if (is_found)
        end_victim(&victim);
    victim_put(&victim);
    return is_found || spaces_dying();
}

static bool choose(enum victim_choice choice)
{
    if (!current->process || is_dying_myself())
        return false;
    if (!atomic_replace(&chooser, NULL, current)) {
        thread_sleep_until(clock_ns() + PAUSE_MS * NS_PER_MS, SLEEP_KILLABLE);
        return !is_dying_myself();
    }
    bool goes_on = choose_now(choice);
    atomic_store_release(&chooser, NULL); /* for the next one's atomic_replace */
    return goes_on && !is_dying_myself();
}

void oom_init(void)
{
    work_init(&reap_work, reap);
    memory_set_victim_chooser(choose);
}
