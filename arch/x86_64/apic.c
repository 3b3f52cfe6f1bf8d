/* SPDX-License-Identifier: MIT */
/* The interrupt controller in each CPU: IPIs and the timer. */
#include "machine/apic.h"
#include "arch/atomic.h"
#include "arch/irq.h"
#include "arch/pagetable.h"
#include "lib/panic.h"
#include "machine/cpu_local.h"
#include "machine/interrupts.h"
#include "machine/layout.h"
#include "machine/registers.h"
#include "machine/traps.h"

enum {
    APIC_ID = 0x20,
    APIC_TASK_PRIORITY = 0x80,
    APIC_EOI = 0xb0,
    APIC_SPURIOUS = 0xf0,
    APIC_ERROR_STATUS = 0x280,
    APIC_COMMAND_LOW = 0x300,
    APIC_COMMAND_HIGH = 0x310,
    APIC_TIMER = 0x320,
    APIC_LINT0 = 0x350,
    APIC_LINT1 = 0x360,
    APIC_ERROR = 0x370,
    APIC_TIMER_INITIAL = 0x380,
    APIC_TIMER_CURRENT = 0x390,
    APIC_TIMER_DIVIDE = 0x3e0,

    APIC_ENABLED = 0x100,
    APIC_MASKED = 0x10000,
    APIC_TIMER_DEADLINE = 0x40000,
    APIC_DIVIDE_BY_1 = 0xb,
    APIC_BUSY = 0x1000,
    APIC_ALL_OTHERS = 0xc0000,
    APIC_LINT_NMI = 0x400,
    APIC_BASE_X2 = 0x400,
    APIC_BASE_ON = 0x800,
    APIC_BASE_MODE = APIC_BASE_ON | APIC_BASE_X2,
};

static volatile uint32_t *registers; /* [c] */

static uint32_t apic_read(unsigned at)
{
    return registers[at / sizeof *registers];
}

static void apic_write(unsigned at, uint32_t value)
{
    registers[at / sizeof *registers] = value;
}

uint32_t apic_id(void)
{
    return apic_read(APIC_ID) >> 24;
}

void apic_acknowledge(void)
{
    apic_write(APIC_EOI, 0);
}

/* High and low half belong together: an interrupt handler may send too. */
static void send(uint32_t target, uint32_t command)
{
    unsigned long irq_state = irq_save();
    while (apic_read(APIC_COMMAND_LOW) & APIC_BUSY)
        cpu_relax();
    apic_write(APIC_COMMAND_HIGH, target << 24);
    apic_write(APIC_COMMAND_LOW, command);
    irq_restore(irq_state);
}

void apic_send(uint32_t target, uint32_t message)
{
    send(target, message);
}

void apic_send_others(uint32_t message)
{
    send(0, message | APIC_ALL_OTHERS);
}

void apic_timer_start(uint32_t count)
{
    apic_write(APIC_TIMER_INITIAL, count);
}

uint32_t apic_timer_left(void)
{
    return apic_read(APIC_TIMER_CURRENT);
}

void apic_timer_use_deadline(void)
{
    apic_write(APIC_TIMER, VECTOR_TIMER | APIC_TIMER_DEADLINE);
    memory_barrier(); /* the mode is set before the MSR is written */
}

void apic_init_cpu(void)
{
    apic_write(APIC_TASK_PRIORITY, 0);
    apic_write(APIC_LINT0, APIC_MASKED);
    apic_write(APIC_LINT1, APIC_LINT_NMI);
    apic_write(APIC_ERROR, VECTOR_APIC_ERROR);
    apic_write(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_1);
    apic_write(APIC_TIMER, VECTOR_TIMER);
    apic_write(APIC_TIMER_INITIAL, 0);
    apic_write(APIC_SPURIOUS, APIC_ENABLED | VECTOR_SPURIOUS);
    cpu_local()->apic_id = apic_id();
}

/* The old controller is moved away from the exceptions and shut. */
static void shut_old_controllers(void)
{
    static const uint8_t words[][2] = { /* port, byte */
        { 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, VECTOR_OLD_PIC },
        { 0xa1, VECTOR_OLD_PIC + 8 }, { 0x21, 4 }, { 0xa1, 2 }, { 0x21, 1 },
        { 0xa1, 1 }, { 0x21, 0xff }, { 0xa1, 0xff },
    };
    for (unsigned i = 0; i < array_size(words); i++)
        port_write8(words[i][0], words[i][1]);
}

void apic_init(void)
{
    uint64_t base = msr_read(MSR_APIC_BASE);
    if (base & APIC_BASE_X2) /* back to registers in memory, by way of off */
        msr_write(MSR_APIC_BASE, base & ~(uint64_t)APIC_BASE_MODE);
    base = (base & ~(uint64_t)APIC_BASE_MODE) | APIC_BASE_ON;
    msr_write(MSR_APIC_BASE, base);
    registers = device_map(base & PTE_ADDRESS, PAGE_BYTES);
    if (!registers)
        panic("no memory for the interrupt controller's map");
    shut_old_controllers();
    apic_init_cpu();
    lines_init();
}
