/* SPDX-License-Identifier: MIT */
/* A PL011: output by polling, input by interrupt. */
#include "arch/console.h"
#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/irq.h"
#include "arch/pagetable.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/spinlock.h"
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
    CHUNK_BYTES = 256, /* written with interrupts off at a time */
    POLLS_MOST = 1 << 24,
    BLOCK_BYTES = 2 << 20,
};

static struct spinlock lock = SPINLOCK_INIT(RANK_CONSOLE);
static volatile void *registers; /* NULL: there is none (yet) */
static void (*receive)(const unsigned char *bytes, size_t count);

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

/* Whoever reads the line may be slow, but not for ever. */
static bool wait_for_room(void)
{
    for (unsigned i = 0; i < POLLS_MOST; i++) {
        if (!(device_read(registers, FLAGS) & FLAGS_FULL))
            return true;
        cpu_relax();
    }
    return false;
}

static void write_chunk(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!wait_for_room())
            return;
        device_write(registers, DATA, (unsigned char)bytes[i]);
    }
}

void console_write(const char *bytes, size_t count)
{
    while (registers && count) {
        size_t chunk = min(count, (size_t)CHUNK_BYTES);
        if (panic_is_under_way()) { /* the owner may have been stopped */
            write_chunk(bytes, chunk);
        } else {
            unsigned long irq_state = spin_lock_irq(&lock);
            write_chunk(bytes, chunk);
            spin_unlock_irq(&lock, irq_state);
        }
        bytes += chunk;
        count -= chunk;
    }
}

static void drain(void *data)
{
    unsigned char bytes[64];
    size_t count = 0;
    device_write(registers, INTERRUPTS_CLEAR, ON_RECEIVED | ON_TIMEOUT);
    while (!(device_read(registers, FLAGS) & FLAGS_NOTHING_RECEIVED)) {
        bytes[count++] = device_read(registers, DATA);
        if (count == sizeof bytes) {
            receive(bytes, count);
            count = 0;
        }
    }
    if (count)
        receive(bytes, count);
}

void console_set_input(void (*input)(const unsigned char *bytes, size_t count))
{
    receive = input;
    if (!registers)
        return;
    if (irq_register(machine.console_line, IRQ_LEVEL, drain, NULL)) {
        log_error("console: interrupt %u is taken", machine.console_line);
        return;
    }
    unsigned long irq_state = irq_save();
    device_write(registers, INTERRUPTS, ON_RECEIVED | ON_TIMEOUT);
    drain(NULL); /* what came before */
    irq_restore(irq_state);
}

const char *console_name(void)
{
    return "ttyAMA0";
}
