/* SPDX-License-Identifier: MIT */
/* The other CPUs: starting them, interrupting them, stopping them. */
#include "arch/smp.h"
#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/common/smp_call.h"
#include "arch/common/smp_start.h"
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

static bool must_stop; /* [atomic] */

uint64_t trampoline_stack, trampoline_cpu;

/* ------------------------------------------------------------ starting */

noreturn_fn void smp_machine_park(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

void smp_machine_begin(void)
{
    apic_init_cpu();
    clock_init_cpu();
}

unsigned smp_machine_cpus(void)
{
    return acpi.cpu_count;
}

uint64_t smp_machine_name(unsigned i)
{
    return acpi.cpus[i];
}

bool smp_machine_is_first(unsigned i)
{
    return acpi.cpus[i] == cpu_locals[0].apic_id;
}

static void send_startup(unsigned i)
{
    apic_send(acpi.cpus[i], APIC_STARTUP | TRAMPOLINE >> 12);
}

long smp_machine_start(unsigned i, unsigned cpu)
{
    memcpy(physical_to_pointer(TRAMPOLINE), trampoline_start,
        trampoline_end - trampoline_start);
    trampoline_stack = cpu_locals[cpu].idle_stack_top - 16;
    trampoline_cpu = cpu;
    memory_barrier(); /* it finds them when it is called */
    apic_send(acpi.cpus[i], APIC_INIT);
    if (!cpu_features.is_virtual)
        clock_wait(10 * NS_PER_MS);
    send_startup(i);
    if (!smp_has_come(cpu, 10 * NS_PER_MS))
        send_startup(i);
    return 0;
}

/* It waits for a further start. */
bool smp_machine_call_off(unsigned i)
{
    apic_send(acpi.cpus[i], APIC_INIT);
    return true;
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
    smp_machine_park();
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
