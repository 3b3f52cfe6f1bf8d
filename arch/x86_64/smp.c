/* SPDX-License-Identifier: MIT */
/* The other CPUs: starting them, interrupting them, stopping them. */
#include "arch/smp.h"
#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/common/smp_call.h"
#include "arch/irq.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/smp_stop.h"
#include "machine/trampoline.h"
#include "machine/traps.h"

static unsigned online = 1; /* [atomic] */
static noreturn_fn void (*cpu_main)(unsigned cpu);
static bool must_stop; /* [atomic] */

uint64_t trampoline_stack, trampoline_cpu;

unsigned cpu_count(void)
{
    return atomic_load(&online);
}

/* ------------------------------------------------------------ starting */

noreturn_fn void smp_enter(unsigned cpu)
{
    cpu_init(cpu);
    apic_init_cpu();
    clock_init_cpu();
    atomic_store_release(&cpu_locals[cpu].is_online, true);
    cpu_main(cpu);
}

static bool wait_online(const struct cpu_local *cpu, uint64_t ns)
{
    enum { STEP_NS = 20000 };
    for (uint64_t waited = 0; waited < ns; waited += STEP_NS) {
        if (atomic_load_acquire(&cpu->is_online))
            return true;
        clock_wait(STEP_NS);
    }
    return atomic_load_acquire(&cpu->is_online);
}

static bool start_cpu(unsigned id, uint32_t apic_id)
{
    if (!cpu_locals[id].idle_stack_top && !cpu_make_stacks(id)) {
        log_error("CPU %u: no memory for its stacks", id);
        return false;
    }
    trampoline_stack = cpu_locals[id].idle_stack_top - 16;
    trampoline_cpu = id;
    memory_barrier();
    apic_send(apic_id, APIC_INIT);
    if (!cpu_features.is_virtual)
        clock_wait(10 * NS_PER_MS);
    apic_send(apic_id, APIC_STARTUP | TRAMPOLINE >> 12);
    if (wait_online(&cpu_locals[id], 10 * NS_PER_MS))
        return true;
    apic_send(apic_id, APIC_STARTUP | TRAMPOLINE >> 12);
    if (wait_online(&cpu_locals[id], NS_PER_SECOND))
        return true;
    /* It might come later and must not find another's stack. */
    log_error("the CPU with APIC id %u does not start", (unsigned)apic_id);
    apic_send(apic_id, APIC_INIT);
    return false;
}

void smp_start(unsigned most, noreturn_fn void (*main)(unsigned cpu))
{
    cpu_main = main;
    void *page = physical_to_pointer(TRAMPOLINE);
    for (unsigned i = 0; i < acpi.cpu_count; i++) {
        unsigned id = cpu_count();
        if (id >= most || id >= CPU_MAX)
            return;
        if (acpi.cpus[i] == cpu_locals[0].apic_id)
            continue;
        memcpy(page, trampoline_start, trampoline_end - trampoline_start);
        if (start_cpu(id, acpi.cpus[i]))
            atomic_store_release(&online, id + 1);
    }
}

/* ------------------------------------------------------------ calling */

void smp_send_call(unsigned cpu)
{
    apic_send(cpu_locals[cpu].apic_id, APIC_FIXED | VECTOR_CALL);
}

void smp_kick(unsigned cpu)
{
    apic_send(cpu_locals[cpu].apic_id, APIC_FIXED | VECTOR_KICK);
}

/* ------------------------------------------------------------ stopping */

void smp_nmi(void)
{
    if (!atomic_load(&must_stop)) {
        log_warning("CPU %u: an NMI of unknown origin", cpu_id());
        return;
    }
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* By NMI: they may spin with interrupts off. */
void smp_stop_others(void)
{
    if (cpu_count() < 2 || atomic_exchange(&must_stop, true))
        return;
    apic_send_others(APIC_NMI);
    clock_wait(NS_PER_MS);
}

void cpu_idle(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}
