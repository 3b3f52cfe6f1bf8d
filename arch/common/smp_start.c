/* SPDX-License-Identifier: MIT */
/* Starting the other CPUs, one after the other.
 *
 * The hard part is one that comes late, for a host may be slow to run it: it may
 * find that nobody waits for it any more, and its number given to another.  So
 * the one that is to come is noted in one word, which is taken by the CPU when
 * it comes, or by who has waited for long: one of them has it.  A CPU that took
 * it is waited for, however long it takes to begin. */
#include "arch/common/smp_start.h"

#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/smp.h"
#include "lib/log.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/features.h"

static unsigned online = 1; /* [atomic] */
static noreturn_fn void (*cpu_main)(unsigned cpu);
static unsigned awaited; /* [atomic] the CPU that is to come, or 0 */

/* Who sees that a CPU is there sees what it needs to call it. */
unsigned cpu_count(void)
{
    return atomic_load_acquire(&online);
}

noreturn_fn void smp_enter(unsigned cpu)
{
    if (!atomic_replace(&awaited, cpu, 0))
        smp_machine_park();
    cpu_init(cpu);
    smp_machine_begin();
    atomic_store_release(&cpu_locals[cpu].is_online, true); /* wait_online */
    cpu_main(cpu);
}

bool smp_has_come(unsigned cpu, uint64_t longest_ns)
{
    enum { STEP_NS = 20000 };
    for (uint64_t waited = 0; waited < longest_ns; waited += STEP_NS) {
        if (atomic_load_acquire(&cpu_locals[cpu].is_online))
            return true;
        clock_wait(STEP_NS);
    }
    return false;
}

static bool wait_online(unsigned cpu)
{
    if (smp_has_come(cpu, 5 * NS_PER_SECOND))
        return true;
    if (atomic_replace(&awaited, cpu, 0))
        return false;
    while (!atomic_load_acquire(&cpu_locals[cpu].is_online))
        cpu_relax();
    return true;
}

/* False: no CPU can have this number any more. */
static bool start(unsigned i, unsigned cpu)
{
    if (!cpu_locals[cpu].idle_stack_top && !cpu_make_stacks(cpu)) {
        log_error("CPU %u: no memory for its stacks", cpu);
        return false;
    }
    cpu_locals[cpu].id = cpu;
    atomic_store_release(&awaited, cpu); /* smp_enter's atomic_replace */
    long error = smp_machine_start(i, cpu);
    if (!error && wait_online(cpu)) {
        atomic_store_release(&online, cpu + 1); /* cpu_count */
        return true;
    }
    log_error("the CPU that the machine calls %#lx does not start (%ld)",
        (unsigned long)smp_machine_name(i), error);
    return smp_machine_call_off(i);
}

void smp_start(unsigned most, noreturn_fn void (*main)(unsigned cpu))
{
    cpu_main = main;
    for (unsigned i = 0; i < smp_machine_cpus(); i++) {
        unsigned cpu = cpu_count();
        if (cpu >= most || cpu >= CPU_MAX)
            return;
        if (!smp_machine_is_first(i) && !start(i, cpu))
            return;
    }
}
