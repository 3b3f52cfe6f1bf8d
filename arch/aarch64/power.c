/* SPDX-License-Identifier: MIT */
/* The end of the machine, by PSCI; and the emulator's exit status. */
#include "arch/power.h"
#include "arch/common/fixup.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "lib/log.h"
#include "machine/machine.h"
#include "machine/power_call.h"
#include "machine/user_access.h"

enum { SEMIHOSTING_EXIT = 0x18, FAILURE = 1 };
#define SEMIHOSTING_BY_PROGRAM 0x20026ull

long power_do(enum power_function function, uint64_t a, uint64_t b, uint64_t c)
{
    /* Read first: the checks of a debug build use the registers below. */
    enum power_call by = machine.power_call;
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;
    if (by == POWER_BY_HVC)
        __asm__ volatile("hvc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                         :
                         : "memory");
    else if (by == POWER_BY_SMC)
        __asm__ volatile("smc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                         :
                         : "memory");
    else
        return -1;
    return (int)x0;
}

void power_halt(void)
{
    irq_off();
    smp_stop_others();
    for (;;)
        __asm__ volatile("wfi");
}

void power_off(void)
{
    irq_off();
    smp_stop_others();
    power_do(POWER_SYSTEM_OFF, 0, 0, 0);
    log_notice("System halted: it may be switched off now.");
    power_halt();
}

void power_reset(void)
{
    irq_off();
    smp_stop_others();
    power_do(POWER_SYSTEM_RESET, 0, 0, 0);
    power_halt();
}

/* Without a debugger or emulator that takes it, it is not an instruction. */
void power_fail(void)
{
    static const uint64_t reason[2] = { SEMIHOSTING_BY_PROGRAM, FAILURE };
    register uint64_t x0 __asm__("x0") = SEMIHOSTING_EXIT;
    register const uint64_t *x1 __asm__("x1") = reason;
    __asm__ goto volatile("1: hlt #0xf000\n" FIXUP("1b", "%l[none]", 1)
                          :
                          : "r"(x0), "r"(x1)
                          : "memory"
                          : none);
none:
    return;
}
