/* SPDX-License-Identifier: MIT */
/* The other CPUs: starting them, interrupting them, stopping them. */
#include "arch/smp.h"
#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/common/kernel_map.h"
#include "arch/common/smp_call.h"
#include "arch/common/smp_start.h"
#include "arch/irq.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/empty_table.h"
#include "machine/gic.h"
#include "machine/machine.h"
#include "machine/power_call.h"
#include "machine/smp_stop.h"

static bool must_stop;   /* [atomic] */
static unsigned stopped; /* [atomic] */

extern uint64_t secondary_root;
extern const char secondary_entry[];

/* ------------------------------------------------------------ starting */

noreturn_fn void smp_machine_park(void)
{
    for (;;)
        __asm__ volatile("msr daifset, #0xf\n\twfi" ::: "memory");
}

void smp_machine_begin(void)
{
    user_table_load_empty();
    gic_init_cpu();
    clock_init_cpu();
}

/* It begins without MMU and caches: what it reads there must be in RAM. */
static void tell_root(void)
{
    secondary_root = kernel_root;
    __asm__ volatile("dsb ish\n\tdc civac, %0\n\tdsb sy"
                     :
                     : "r"(&secondary_root)
                     : "memory");
}

unsigned smp_machine_cpus(void)
{
    return machine.cpu_count;
}

uint64_t smp_machine_name(unsigned i)
{
    return machine.cpus[i];
}

bool smp_machine_is_first(unsigned i)
{
    return machine.cpus[i] == cpu_locals[0].affinity;
}

long smp_machine_start(unsigned i, unsigned cpu)
{
    tell_root();
    return power_do(POWER_CPU_ON, machine.cpus[i],
        pointer_to_physical(secondary_entry), cpu);
}

/* It might come yet, on the stack of its number. */
bool smp_machine_call_off(unsigned i)
{
    return false;
}

/* ------------------------------------------------------------ interrupting */

void smp_send_call(unsigned cpu)
{
    gic_send(cpu, GIC_CALL);
}

void smp_kick(unsigned cpu)
{
    gic_send(cpu, GIC_KICK);
}

/* ------------------------------------------------------------ stopping */

void smp_stop_here(void)
{
    if (!atomic_load(&must_stop))
        return;
    atomic_add(&stopped, 1u);
    smp_machine_park();
}

/* A CPU that has its interrupts off comes by when it turns them on. */
void smp_stop_others(void)
{
    enum { WAIT_NS = 10 * NS_PER_MS, STEP_NS = 20000 };
    if (cpu_count() < 2 || atomic_exchange(&must_stop, true))
        return;
    for (unsigned i = 0; i < cpu_count(); i++)
        if (i != cpu_id())
            gic_send(i, GIC_STOP);
    for (uint64_t waited = 0; waited < WAIT_NS; waited += STEP_NS) {
        if (atomic_load(&stopped) + 1 >= cpu_count())
            return;
        clock_wait(STEP_NS);
    }
}

/* An interrupt ends the wait though it is masked; then it is let in. */
void cpu_idle(void)
{
    __asm__ volatile("dsb sy\n\t"
                     "wfi\n\t"
                     "msr daifclr, #2\n\t"
                     "isb\n\t"
                     "msr daifset, #2" ::: "memory");
}
