/* SPDX-License-Identifier: MIT */
/* A PL011. */
#include "arch/common/serial.h"
#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/pagetable.h"
#include "machine/console.h"
#include "machine/machine.h"
#include "machine/registers.h"

enum {
    DATA = 0x00,
    FLAGS = 0x18,
    FORMAT = 0x2c,
    CONTROL = 0x30,
    INTERRUPT_LEVELS = 0x34,
    INTERRUPTS = 0x38,
    INTERRUPTS_CLEAR = 0x44,
    FLAGS_NOTHING_RECEIVED = 0x10,
    FLAGS_FULL = 0x20,
    FORMAT_8N1_FIFO = 0x70,
    CONTROL_ON = 0x301, /* with both directions */
    ON_RECEIVED = 0x10,
    ON_TIMEOUT = 0x40, /* fewer received than are worth an interrupt */
    ALL_INTERRUPTS = 0x7ff,
    BLOCK_BYTES = 2 << 20,
};

static volatile void *registers; /* NULL: there is none (yet) */

extern pte_t boot_image[];

static void set_up(void)
{
    device_write(registers, CONTROL, 0);
    device_write(registers, INTERRUPTS, 0);
    device_write(registers, INTERRUPTS_CLEAR, ALL_INTERRUPTS);
    device_write(registers, FORMAT, FORMAT_8N1_FIFO);
    device_write(registers, INTERRUPT_LEVELS, 0);
    device_write(registers, CONTROL, CONTROL_ON);
}

void console_init_early(void)
{
    uint64_t start = machine.console.start;
    if (!machine.console.bytes)
        return;
    pte_t block = pte_make(align_down(start, (uint64_t)BLOCK_BYTES),
        ACCESS_READ | ACCESS_WRITE | ACCESS_DEVICE);
    pte_install(&boot_image[511], block & ~PTE_PAGE);
    isb();
    registers = (volatile void *)(BOOT_DEVICE_BASE + start % BLOCK_BYTES);
    set_up();
}

void console_init(void)
{
    registers = NULL;
    if (machine.console.bytes)
        registers = device_map(machine.console.start, machine.console.bytes);
}

bool serial_is_there(void)
{
    return registers;
}

static bool wait_for_room(void)
{
    for (unsigned i = 0; i < SERIAL_POLLS_MOST; i++) {
        if (!(device_read(registers, FLAGS) & FLAGS_FULL))
            return true;
        cpu_relax();
    }
    return false;
}

void serial_write(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!wait_for_room())
            return;
        device_write(registers, DATA, (unsigned char)bytes[i]);
    }
}

int serial_read(void)
{
    if (device_read(registers, FLAGS) & FLAGS_NOTHING_RECEIVED)
        return -1;
    return device_read(registers, DATA) & 0xff; /* errors stand above */
}

void serial_acknowledge(void)
{
    device_write(registers, INTERRUPTS_CLEAR, ON_RECEIVED | ON_TIMEOUT);
}

unsigned serial_interrupt(enum irq_trigger *trigger)
{
    *trigger = IRQ_LEVEL;
    return machine.console_line;
}

void serial_listen(void)
{
    device_write(registers, INTERRUPTS, ON_RECEIVED | ON_TIMEOUT);
}

const char *console_name(void)
{
    return "ttyAMA0";
}
