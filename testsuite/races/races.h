/* SPDX-License-Identifier: MIT */
/* Races: one kernel source under ThreadSanitizer, several threads that are CPUs
 * at once, locks that order what a lock orders and nothing more.
 *
 *     // PLANTS: NO_RELEASE NO_ACQUIRE
 *     #include "races.h"
 *     #include "lib/thing.c"
 *     static void work(unsigned cpu) { … }
 *     RACES_MAIN(3, work)
 *
 * The line of plants says which weaker orders (arch/atomic.h here) must be
 * reported: by the sanitizer, or by must().  The locks are not planted. */
#ifndef RACES_H
#define RACES_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/atomic.h"
#include "arch/irq.h"
#include "lib/panic.h"
#include "lib/spinlock.h"
#include "sched/thread.h"

enum { REPORTED = 66, CPUS = 4 }; /* the sanitizer's exit status */

#define must(claim)                                                            \
    do {                                                                       \
        if (!(claim)) {                                                        \
            printf("REPORT: not so: %s (line %d)\n", #claim, __LINE__);        \
            fflush(stdout);                                                    \
            _Exit(REPORTED);                                                   \
        }                                                                      \
    } while (0)

void panic(const char *how, ...)
{
    puts(how);
    must(!"a panic");
    abort();
}

#ifndef WITH_REAL_LOCKS
void spin_init(struct spinlock *lock, enum lock_rank rank)
{
    *lock = (struct spinlock)SPINLOCK_INIT(rank);
}

void spin_lock(struct spinlock *lock)
{
    while (__atomic_exchange_n(&lock->is_held, 1, __ATOMIC_ACQUIRE))
        cpu_relax();
}

void spin_unlock(struct spinlock *lock)
{
    atomic_pause();
    late_store_now();
    __atomic_store_n(&lock->is_held, 0, __ATOMIC_RELEASE);
}

unsigned long spin_lock_irq(struct spinlock *lock)
{
    spin_lock(lock);
    return irq_save();
}

void spin_unlock_irq(struct spinlock *lock, unsigned long irq_state)
{
    irq_restore(irq_state);
    spin_unlock(lock);
}

void spin_lock_two(struct spinlock *a, struct spinlock *b)
{
    spin_lock(a < b ? a : b);
    if (a != b)
        spin_lock(a < b ? b : a);
}

void spin_unlock_two(struct spinlock *a, struct spinlock *b)
{
    spin_unlock(a);
    if (a != b)
        spin_unlock(b);
}
#endif

/* Random, another sequence on each CPU. */
static __thread unsigned races_state __attribute__((unused));

static inline unsigned races_random(unsigned below)
{
    races_state = races_state * 1103515245u + 12345;
    return (races_state >> 16) % below;
}

static void (*races_body)(unsigned cpu);
static unsigned races_to_come; /* threads that have not started yet */
static struct thread races_threads[CPUS];

static void *races_start(void *cpu)
{
    hosted_cpu = (uintptr_t)cpu;
    hosted_thread = &races_threads[hosted_cpu];
    races_state = hosted_cpu * 77 + 1;
    late_store.random = hosted_cpu + 1;
    __atomic_fetch_sub(&races_to_come, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&races_to_come, __ATOMIC_ACQUIRE))
        sched_yield();
    races_body(hosted_cpu);
    late_store_now();
    return NULL;
}

static inline void races_run(unsigned count, void (*body)(unsigned cpu))
{
    pthread_t threads[CPUS];
    races_body = body;
    races_to_come = count;
    for (uintptr_t i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, races_start, (void *)i))
            abort();
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

#endif
