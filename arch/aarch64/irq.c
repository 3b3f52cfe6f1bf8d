/* SPDX-License-Identifier: MIT */
/* What each interrupt means. */
#include "arch/irq.h"
#include "arch/common/alarm.h"
#include "arch/common/lines.h"
#include "arch/common/smp_call.h"
#include "arch/trap.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/gic.h"
#include "machine/smp_stop.h"
#include "machine/traps.h"

int line_route(unsigned number, enum irq_trigger trigger)
{
    return gic_route(number, trigger == IRQ_LEVEL);
}

static void handle_one(unsigned number)
{
    if (number == clock_interrupt_number())
        alarm_interrupt();
    else if (number == GIC_CALL)
        smp_call_interrupt();
    else if (number == GIC_KICK)
        smp_kick_interrupt();
    else if (number == GIC_STOP)
        smp_stop_here();
    else
        line_interrupt(number);
}

void irq_handle(const struct frame *frame)
{
    struct cpu_local *cpu = cpu_local();
    uint32_t token = gic_acknowledge();
    if (gic_number(token) >= GIC_SPURIOUS)
        return;
    cpu->irq_count++;
    cpu->irq_is_from_user = frame_is_user(frame);
    handle_one(gic_number(token));
    gic_end(token);
}
