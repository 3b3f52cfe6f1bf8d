/* SPDX-License-Identifier: MIT */
/* Grace periods.
 *
 * A period begins by raising `epoch`; a CPU that is quiescent notes the epoch
 * it sees.  The period is over when every CPU noted this one or a later one, or
 * sleeps.  A sleeping CPU is left alone: it may be interrupted, but a handler
 * that reads marks the CPU awake first (grace_read), and then either we see the
 * mark or it sees what was unlinked before.
 *
 * Callbacks wait on the CPU that gave them; a work item takes all of them, has
 * a period pass by looking again every millisecond, and runs them. */
#include "sched/watch.h"
#include "sched/grace.h"

#include "sched/run_queue.h"
#include "sched/timer.h"
#include "sched/work.h"

enum {
    LOOK_NS = 1000000,
    WAIT_NS = 200000,      /* grace_wait is in a hurry */
    CALLBACKS_MANY = 1000, /* so many on a CPU: do not wait politely */
};

struct grace_cpu {
    uint64_t seen; /* [atomic] */
    bool sleeps;   /* [atomic] */

    struct spinlock lock; /* taken with interrupts off */
    struct grace *first, **end;
    unsigned count;
} aligned_to(64);

static void advance(struct work *work);
static void look_again(struct timer *timer);

static struct grace_cpu grace_cpus[CPU_MAX];
static uint64_t epoch; /* [atomic] */
static bool is_advancing; /* [atomic] somebody runs, or will run, advance() */
static struct work advance_work = { .run = advance };

/* Of advance(), which is never run twice at once: */
static struct timer look_timer = { .expired = look_again };
static struct grace *batch;
static uint64_t batch_epoch; /* 0: there is no batch */
static unsigned looks;

void grace_init_cpu(unsigned cpu)
{
    struct grace_cpu *mine = &grace_cpus[cpu];
    spin_init(&mine->lock, RANK_GRACE);
    mine->end = &mine->first;
}

void grace_quiescent(void)
{
    /* What was unlinked before begin_period is not found from here on; has_passed
     * takes it that what was read until now is read. */
    uint64_t seen = atomic_load_acquire(&epoch);
    atomic_store_release(&grace_cpus[cpu_id()].seen, seen);
    watch_progress();
}

void grace_idle(void)
{
    assert(!current->read_sections);
    atomic_store_release(&grace_cpus[cpu_id()].sleeps, true); /* has_passed */
}

void grace_idle_done(void)
{
    atomic_store(&grace_cpus[cpu_id()].sleeps, false);
    memory_barrier(); /* before it reads: late_cpus' */
}

void grace_read(void)
{
    if (unlikely(atomic_load(&grace_cpus[cpu_id()].sleeps)))
        grace_idle_done(); /* in an interrupt handler */
#ifdef CONFIG_DEBUG
    current->read_sections++;
#endif
}

void grace_read_done(void)
{
#ifdef CONFIG_DEBUG
    assert(current->read_sections);
    current->read_sections--;
#endif
}

/* What is unlinked now is not found by read sections that begin later. */
static uint64_t begin_period(void)
{
    uint64_t mine = atomic_add(&epoch, 1) + 1;
    grace_quiescent(); /* we do not read */
    return mine;
}

static bool has_passed(unsigned cpu, uint64_t wanted)
{
    struct grace_cpu *that = &grace_cpus[cpu];
    return atomic_load_acquire(&that->sleeps) ||
        atomic_load_acquire(&that->seen) >= wanted;
}

static cpu_mask late_cpus(uint64_t wanted)
{
    cpu_mask late = 0;
    memory_barrier(); /* what was unlinked, then who sleeps: grace_idle_done's */
    for (cpu_mask left = atomic_load(&sched_online); left; left &= left - 1) {
        unsigned cpu = __builtin_ctz(left);
        if (!has_passed(cpu, wanted))
            late |= (cpu_mask)1 << cpu;
    }
    return late;
}

static void hurry(cpu_mask late)
{
    for (; late; late &= late - 1)
        cpu_hurry(__builtin_ctz(late));
}

static void start_advancing(void)
{
    if (!atomic_load(&is_advancing) && !atomic_exchange(&is_advancing, true))
        work_queue(&advance_work);
}

void grace_call(struct grace *grace, void (*run)(struct grace *grace))
{
    grace->next = NULL;
    grace->run = run;
    unsigned long irq_state = irq_save();
    struct grace_cpu *mine = &grace_cpus[cpu_id()];
    spin_lock(&mine->lock);
    atomic_store(mine->end, grace); /* looked at without the lock */
    mine->end = &grace->next;
    mine->count++;
    spin_unlock_irq(&mine->lock, irq_state);
    memory_barrier(); /* advance() clears the flag, then looks at the lists */
    start_advancing();
}

/* Moves a CPU's callbacks to **end; where the list ends then. */
static struct grace **collect_from(
    struct grace_cpu *from, struct grace **end, bool *are_many)
{
    unsigned long irq_state = spin_lock_irq(&from->lock);
    if (from->first) {
        *end = from->first;
        end = from->end;
        atomic_store(&from->first, NULL);
        from->end = &from->first;
    }
    *are_many |= from->count >= CALLBACKS_MANY;
    from->count = 0;
    spin_unlock_irq(&from->lock, irq_state);
    return end;
}

static void collect(void)
{
    struct grace **end = &batch;
    bool are_many = false;
    batch = NULL;
    for (cpu_mask left = atomic_load(&sched_online); left; left &= left - 1)
        end = collect_from(
            &grace_cpus[__builtin_ctz(left)], end, &are_many);
    if (!batch)
        return;
    batch_epoch = begin_period();
    looks = are_many; /* the first look is skipped */
}

static void run_batch(void)
{
    struct grace *next = batch;
    batch = NULL;
    batch_epoch = 0;
    while (next) {
        struct grace *grace = next;
        next = grace->next;
        grace->run(grace);
        thread_breathe();
    }
}

static bool has_callbacks(void)
{
    memory_barrier(); /* grace_call's: a callback, then the flag */
    for (cpu_mask left = atomic_load(&sched_online); left; left &= left - 1)
        if (atomic_load(&grace_cpus[__builtin_ctz(left)].first))
            return true;
    return false;
}

static void look_again(struct timer *timer)
{
    work_queue(&advance_work);
}

static void advance(struct work *work)
{
    for (;;) {
        if (!batch_epoch)
            collect();
        if (!batch_epoch)
            break;
        cpu_mask late = late_cpus(batch_epoch);
        if (late) {
            if (looks++)
                hurry(late);
            timer_arm(&look_timer, clock_ns() + LOOK_NS);
            return;
        }
        run_batch();
    }
    atomic_store(&is_advancing, false);
    if (has_callbacks())
        start_advancing();
}

void grace_wait(void)
{
    uint64_t wanted = begin_period();
    cpu_mask late;
    while ((late = late_cpus(wanted))) {
        hurry(late);
        (void)thread_sleep_until(clock_ns() + WAIT_NS, SLEEP_BOUNDED);
    }
}

struct drain {
    struct grace grace;
    struct thread *waiting;
    bool is_done; /* [atomic] */
};

static void drained(struct grace *grace)
{
    struct drain *drain = container_of(grace, struct drain, grace);
    struct thread *thread = thread_get(drain->waiting);
    atomic_store_release(&drain->is_done, true); /* the last touch: drain_once */
    thread_wake(thread);
    thread_put(thread);
}

static void drain_once(void)
{
    struct drain mark = { .waiting = current };
    grace_call(&mark.grace, drained);
    for (;;) {
        thread_prepare(SLEEP_BOUNDED);
        if (atomic_load_acquire(&mark.is_done))
            break;
        (void)thread_sleep(FOREVER);
    }
    thread_unprepare();
}

/* Ours may run before others of its batch: a second one comes after them. */
void grace_drain(void)
{
    drain_once();
    drain_once();
}
