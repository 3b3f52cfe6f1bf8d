/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE NO_NOTE */
/* Timers that are armed, moved and cancelled from anywhere while they expire:
 * none is in two trees, none is lost, and behind a cancel the function does not
 * run any more. */
#include "races.h"
#ifdef PLANT_NO_NOTE
/* Nobody is told whose function runs. */
#undef atomic_store
#define atomic_store(p, v)                                                     \
    _Generic((p), struct timer **: (void)0,                                    \
        default: atomic_store_as(p, v, __ATOMIC_RELAXED, 0))
#endif
#include "lib/tree.c"
#include "sched/timer.c"

enum { ROUNDS = 4000, SHARED = 3, WAITS = 400000 };

/* Cancelled by who owns it at the moment, and then used without a lock. */
static struct owned {
    struct timer timer;
    bool is_taken; /* [atomic] by an owner */
    unsigned runs; /* plain */
} owned[CPUS];

/* Who arms and who cancels those do not know of each other. */
static struct shared {
    struct timer timer;
    unsigned runs; /* [atomic] */
} shared[SHARED];

static uint64_t now_ns = 1;     /* [atomic] */
static unsigned at_work = CPUS + 1; /* [atomic] */

uint64_t clock_ns(void)
{
    return __atomic_add_fetch(&now_ns, 1, __ATOMIC_RELAXED);
}

struct run_queue run_queues[CPU_MAX];

void tick_arm(struct run_queue *queue)
{
}

static void interrupt(void)
{
    if (!irq_is_on())
        return;
    unsigned long irq_state = irq_save();
    timers_run();
    irq_restore(irq_state);
}

static uint64_t soon_ns(void)
{
    return __atomic_load_n(&now_ns, __ATOMIC_RELAXED) + races_random(20);
}

static void owned_expired(struct timer *timer)
{
    struct owned *self = container_of(timer, struct owned, timer);
    self->runs++;
    atomic_pause();
    if (self->runs % 3)
        timer_arm(timer, soon_ns());
}

static void shared_expired(struct timer *timer)
{
    struct shared *self = container_of(timer, struct shared, timer);
    __atomic_add_fetch(&self->runs, 1, __ATOMIC_RELAXED);
}

static void own(struct owned *self)
{
    if (__atomic_exchange_n(&self->is_taken, true, __ATOMIC_ACQUIRE))
        return;
    if (races_random(2))
        timer_arm(&self->timer, soon_ns());
    interrupt();
    if (races_random(2)) {
        timer_cancel(&self->timer);
        self->runs++;
        timer_init(&self->timer, owned_expired);
    }
    __atomic_store_n(&self->is_taken, false, __ATOMIC_RELEASE);
}

static void share(struct shared *self)
{
    if (races_random(3))
        timer_arm(&self->timer, soon_ns());
    else
        timer_cancel(&self->timer);
}

/* The last that arms it is obeyed: it runs on whatever CPU it is. */
static void none_is_lost(void)
{
    for (unsigned i = 0; i < SHARED; i++) {
        timer_cancel(&shared[i].timer);
        unsigned before = __atomic_load_n(&shared[i].runs, __ATOMIC_RELAXED);
        timer_arm(&shared[i].timer, soon_ns());
        for (unsigned j = 0; __atomic_load_n(&shared[i].runs,
                 __ATOMIC_RELAXED) == before; j++) {
            must(j < WAITS);
            cpu_relax();
        }
    }
}

static void work(unsigned cpu)
{
    races_relaxed = interrupt;
    for (unsigned i = 0; i < ROUNDS; i++) {
        own(&owned[races_random(CPUS)]);
        share(&shared[races_random(SHARED)]);
        interrupt();
    }
    __atomic_sub_fetch(&at_work, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE) > 1)
        cpu_relax();
    if (!cpu) {
        none_is_lost();
        __atomic_sub_fetch(&at_work, 1, __ATOMIC_ACQ_REL);
    }
    while (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE))
        cpu_relax();
}

int main(void)
{
    for (unsigned i = 0; i < CPUS; i++) {
        timers_init_cpu(i);
        timer_init(&owned[i].timer, owned_expired);
    }
    for (unsigned i = 0; i < SHARED; i++)
        timer_init(&shared[i].timer, shared_expired);
    races_run(CPUS, work);
}
