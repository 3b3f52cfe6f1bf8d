/* SPDX-License-Identifier: MIT */
/* The end of the machine: each way that may be there is tried in turn. */
#include "arch/power.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "lib/log.h"
#include "machine/acpi.h"
#include "machine/clock.h"
#include "machine/registers.h"

enum {
    SLEEP_ENABLE = 1 << 13,
    SLEEP_TYPE_SHIFT = 10,
    REDUCED_SLEEP_ENABLE = 1 << 5,
    REDUCED_SLEEP_TYPE_SHIFT = 2,
    KEYBOARD = 0x64,
    KEYBOARD_RESET = 0xfe,
    RESET_CONTROL = 0xcf9,
    DEBUG_EXIT = 0xf4,
    DEBUG_EXIT_FAILURE = 1,
    PANIC_DEVICE = 0x505,
    PANIC_PANICKED = 1,
};

void power_halt(void)
{
    irq_off();
    smp_stop_others();
    for (;;)
        __asm__ volatile("cli; hlt");
}

void power_off(void)
{
    irq_off();
    smp_stop_others();
    if (acpi.has_s5) {
        acpi_register_write(&acpi.sleep, REDUCED_SLEEP_ENABLE |
                acpi.sleep_type << REDUCED_SLEEP_TYPE_SHIFT);
        uint16_t word = SLEEP_ENABLE | acpi.sleep_type << SLEEP_TYPE_SHIFT;
        if (acpi.pm1a_control)
            port_write16(acpi.pm1a_control, word);
        if (acpi.pm1b_control)
            port_write16(acpi.pm1b_control, word);
        clock_wait(100 * NS_PER_MS);
    }
    log_notice("System halted: it may be switched off now.");
    power_halt();
}

/* No table of traps: the next one resets the CPU. */
static noreturn_fn void triple_fault(void)
{
    static const char nothing[10];
    __asm__ volatile("lidt %0; int3" : : "m"(nothing));
    for (;;)
        __asm__ volatile("cli; hlt");
}

void power_reset(void)
{
    irq_off();
    smp_stop_others();
    if (acpi.reset.is_there) {
        acpi_register_write(&acpi.reset, acpi.reset_value);
        clock_wait(10 * NS_PER_MS);
    }
    if (port_read8(KEYBOARD) != 0xff) {
        port_write8(KEYBOARD, KEYBOARD_RESET);
        clock_wait(10 * NS_PER_MS);
    }
    port_write8(RESET_CONTROL, 0x02);
    port_write8(RESET_CONTROL, 0x06);
    clock_wait(10 * NS_PER_MS);
    triple_fault();
}

void power_fail(void)
{
    port_write32(DEBUG_EXIT, DEBUG_EXIT_FAILURE);
    if (port_read8(PANIC_DEVICE) != 0xff)
        port_write8(PANIC_DEVICE, PANIC_PANICKED);
}
