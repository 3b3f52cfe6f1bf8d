/* SPDX-License-Identifier: MIT */
/* Calls between CPUs, each of which takes its interrupt when it looks. */
#ifndef RACES_INTERRUPTS_H
#define RACES_INTERRUPTS_H

#include "races.h"
#include "arch/common/smp_call.c"

static bool is_called[CPUS]; /* [atomic] the interrupt */

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

#endif
