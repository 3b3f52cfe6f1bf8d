/* SPDX-License-Identifier: MIT */
/* Each CPU's alarm: the deadline that counts is in its block, for it may come
 * too early, and a late one's interrupt may be under way still. */
#include "arch/common/alarm.h"
#include "arch/clock.h"
#include "arch/irq.h"
#include "machine/cpu_local.h"

static void (*fired_handler)(void);

void clock_set_handler(void (*fired)(void))
{
    fired_handler = fired;
}

void clock_arm(uint64_t deadline_ns)
{
    unsigned long irq_state = irq_save();
    struct cpu_local *cpu = cpu_local();
    if (cpu->deadline_ns != deadline_ns) {
        cpu->deadline_ns = deadline_ns;
        alarm_program(deadline_ns);
    }
    irq_restore(irq_state);
}

void alarm_interrupt(void)
{
    struct cpu_local *cpu = cpu_local();
    uint64_t deadline_ns = cpu->deadline_ns;
    if (deadline_ns != UINT64_MAX && clock_ns() < deadline_ns)
        return alarm_program(deadline_ns);
    cpu->deadline_ns = UINT64_MAX;
    if (alarm_stays_on)
        alarm_program(UINT64_MAX);
    if (deadline_ns != UINT64_MAX && fired_handler)
        fired_handler();
}
