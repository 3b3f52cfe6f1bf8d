/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_FULL */
/* Calls between CPUs: what the caller wrote is there for the called, and what
 * they wrote for the caller. */
#include "races.h"
#include "arch/common/smp_call.c"

enum { ROUNDS = 1500 };

static bool is_called[CPUS]; /* [atomic] the interrupt */
static unsigned at_work = CPUS; /* [atomic] */
static struct { unsigned asked, answers[CPUS]; } words[CPUS];

void smp_send_call(unsigned cpu)
{
    __atomic_store_n(&is_called[cpu], true, __ATOMIC_RELAXED);
}

unsigned cpu_count(void)
{
    return CPUS;
}

static void take_interrupt(void)
{
    if (__atomic_exchange_n(&is_called[cpu_id()], false, __ATOMIC_RELAXED))
        smp_call_interrupt();
}

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
