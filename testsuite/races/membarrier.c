/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_FULL NO_CALL */
/* membarrier: a program's CPUs in pairs, of which one calls it, and the other
 * orders nothing itself; each sees what the other did before. */
#define LATE_STORES
#include "interrupts.h"
#ifdef PLANT_NO_CALL
/* The others are not made to pass. */
#define smp_call(mask, call, data) (void)(mask), (void)(call)
#endif
#include "abi/linux/membarrier.c"

enum { ROUNDS = 2000 };

static struct space space;
static unsigned at_work = CPUS; /* [atomic] */

static struct pair {
    unsigned sent, answer, saw; /* plain, but for whose turn it is */
    unsigned sent_turn, answer_turn; /* [atomic] without an order */
    unsigned slow, quick; /* [atomic] both are set, then the other's is read */
} pairs[CPUS / 2];

void thread_must_resume(void)
{
}

static void pass_all(void)
{
    must(!sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
}

static void await(const unsigned *turn, unsigned round)
{
    while (__atomic_load_n(turn, __ATOMIC_RELAXED) != round)
        cpu_relax();
}

static void call(struct pair *pair, unsigned round)
{
    atomic_store(&pair->slow, round);
    pair->sent = round;
    pass_all();
    bool saw = atomic_load(&pair->quick) == round;
    __atomic_store_n(&pair->sent_turn, round, __ATOMIC_RELAXED);
    await(&pair->answer_turn, round);
    pass_all();
    must(pair->answer == round);
    must(saw || pair->saw == round);
}

static void answer(struct pair *pair, unsigned round)
{
    atomic_store(&pair->quick, round);
    pair->saw = atomic_load(&pair->slow);
    await(&pair->sent_turn, round);
    must(pair->sent == round);
    pair->answer = round;
    __atomic_store_n(&pair->answer_turn, round, __ATOMIC_RELAXED);
}

static void work(unsigned cpu)
{
    races_relaxed = take_interrupt;
    current->space = &space;
    for (unsigned i = 1; i <= ROUNDS; i++)
        (cpu % 2 ? answer : call)(&pairs[cpu / 2], i);
    __atomic_fetch_sub(&at_work, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE))
        cpu_relax();
}

int main(void)
{
    hosted_thread = &races_threads[0];
    current->space = &space;
    must(sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == -EPERM);
    must(!sys_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
    races_run(CPUS, work);
}
