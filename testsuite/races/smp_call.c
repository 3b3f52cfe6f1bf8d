/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_FULL */
/* Calls between CPUs: what the caller wrote is there for the called, and what
 * they wrote for the caller. */
#include "interrupts.h"

enum { ROUNDS = 1500 };

static unsigned at_work = CPUS; /* [atomic] */
static struct { unsigned asked, answers[CPUS]; } words[CPUS];

/* Who waits for an answer takes interrupts. */
static void answer(void *data)
{
    unsigned caller = (uintptr_t)data;
    words[caller].answers[cpu_id()] = words[caller].asked;
}

static void call(unsigned cpu, unsigned round)
{
    words[cpu].asked = round;
    smp_call(~(cpu_mask)0, answer, (void *)(uintptr_t)cpu);
    for (unsigned i = 0; i < CPUS; i++)
        must(i == cpu || words[cpu].answers[i] == round);
}

static void work(unsigned cpu)
{
    races_relaxed = take_interrupt;
    for (unsigned i = 1; i <= ROUNDS; i++) {
        if (cpu % 2)
            call(cpu, i);
        cpu_relax();
    }
    __atomic_fetch_sub(&at_work, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE))
        cpu_relax();
}

int main(void)
{
    races_run(CPUS, work);
}
