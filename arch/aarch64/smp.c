/* SPDX-License-Identifier: MIT */
/* The other CPUs: starting them, interrupting them, stopping them. */
#include "arch/smp.h"
#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/common/kernel_map.h"
#include "arch/common/smp_call.h"
#include "arch/irq.h"
#include "lib/log.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/empty_table.h"
#include "machine/features.h"
#include "machine/gic.h"
#include "machine/machine.h"
#include "machine/power_call.h"
#include "machine/smp_stop.h"

static unsigned online = 1; /* [atomic] */
static noreturn_fn void (*cpu_main)(unsigned cpu);
static unsigned awaited; /* [atomic] the CPU that is to come, or 0 */
static bool must_stop;   /* [atomic] */
static unsigned stopped; /* [atomic] */

extern uint64_t secondary_root;
extern const char secondary_entry[];
noreturn_fn void smp_enter(uint64_t cpu);

unsigned cpu_count(void)
{
    return atomic_load(&online);
}

/* ------------------------------------------------------------ starting */

static noreturn_fn void park(void)
{
    for (;;)
        __asm__ volatile("msr daifset, #0xf\n\twfi" ::: "memory");
}

noreturn_fn void smp_enter(uint64_t cpu)
{
    /* Whoever comes when it is no longer waited for has no place here. */
    if (!atomic_replace(&awaited, (unsigned)cpu, 0))
        park();
    cpu_init(cpu);
    user_table_load_empty();
    gic_init_cpu();
    clock_init_cpu();
    atomic_store_release(&cpu_locals[cpu].is_online, true);
    cpu_main(cpu);
}

/* A host may be slow to run a CPU: one that has come is waited for. */
static bool wait_online(const struct cpu_local *cpu)
{
    enum { STEP_NS = 20000 };
    const uint64_t longest_ns = 5 * NS_PER_SECOND;
    for (uint64_t waited = 0; waited < longest_ns; waited += STEP_NS) {
        if (atomic_load_acquire(&cpu->is_online))
            return true;
        clock_wait(STEP_NS);
    }
    if (atomic_replace(&awaited, cpu->id, 0))
        return false;
    while (!atomic_load_acquire(&cpu->is_online))
        cpu_relax();
    return true;
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

static bool start_cpu(unsigned id, uint64_t affinity)
{
    if (!cpu_locals[id].idle_stack_top && !cpu_make_stacks(id)) {
        log_error("CPU %u: no memory for its stacks", id);
        return false;
    }
    tell_root();
    cpu_locals[id].id = id;
    atomic_store_release(&awaited, id);
    long error = power_do(POWER_CPU_ON, affinity,
        pointer_to_physical(secondary_entry), id);
    if (!error && wait_online(&cpu_locals[id]))
        return true;
    log_error("the CPU with affinity %#lx does not start (%ld)",
        (unsigned long)affinity, error);
    return false;
}

void smp_start(unsigned most, noreturn_fn void (*main)(unsigned cpu))
{
    cpu_main = main;
    for (unsigned i = 0; i < machine.cpu_count; i++) {
        unsigned id = cpu_count();
        if (id >= most || id >= CPU_MAX)
            return;
        if (machine.cpus[i] == cpu_locals[0].affinity)
            continue;
        if (!start_cpu(id, machine.cpus[i]))
            return; /* it might come yet, on the stack of its number */
        atomic_store_release(&online, id + 1);
    }
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
    park();
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
