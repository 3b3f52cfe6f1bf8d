/* SPDX-License-Identifier: MIT */
/* COM1, a 16550: output by polling, 16 bytes a poll; input by interrupt. */
#include "arch/console.h"
#include "arch/atomic.h"
#include "arch/irq.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/spinlock.h"
#include "machine/apic.h"
#include "machine/console.h"
#include "machine/registers.h"

enum {
    COM1 = 0x3f8,
    COM1_LINE = 4, /* of the old interrupt controller */
    DATA = COM1,
    DIVISOR_LOW = COM1,
    DIVISOR_HIGH = COM1 + 1,
    INTERRUPTS = COM1 + 1,
    FIFO = COM1 + 2,
    FORMAT = COM1 + 3,
    MODEM = COM1 + 4,
    STATUS = COM1 + 5,
    STATUS_RECEIVED = 0x01,
    STATUS_EMPTY = 0x20,
    FIFO_BYTES = 16,
    CHUNK_BYTES = 256, /* written with interrupts off at a time */
    POLLS_MOST = 1 << 24,
};

static struct spinlock lock = SPINLOCK_INIT(RANK_CONSOLE);
static bool is_there;
static void (*receive)(const unsigned char *bytes, size_t count);

void console_init(void)
{
    is_there = port_read8(STATUS) != 0xff;
    if (!is_there)
        return;
    port_write8(INTERRUPTS, 0);
    port_write8(FORMAT, 0x80);
    port_write8(DIVISOR_LOW, 1); /* 115200 */
    port_write8(DIVISOR_HIGH, 0);
    port_write8(FORMAT, 0x03); /* 8N1 */
    port_write8(FIFO, 0x07);   /* on, emptied, interrupt from the first byte */
    port_write8(MODEM, 0x0b);  /* DTR, RTS, and the interrupt's gate */
}

/* Whoever reads the line may be slow, but not for ever. */
static bool wait_until_empty(void)
{
    for (unsigned i = 0; i < POLLS_MOST; i++) {
        if (port_read8(STATUS) & STATUS_EMPTY)
            return true;
        cpu_relax();
    }
    return false;
}

static void write_chunk(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i % FIFO_BYTES == 0 && !wait_until_empty())
            return;
        port_write8(DATA, bytes[i]);
    }
}

void console_write(const char *bytes, size_t count)
{
    while (is_there && count) {
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
    while (port_read8(STATUS) & STATUS_RECEIVED) {
        bytes[count++] = port_read8(DATA);
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
    if (!is_there)
        return;
    if (irq_register(isa_line(COM1_LINE), IRQ_EDGE, drain, NULL)) {
        log_error("console: interrupt line %u is taken", isa_line(COM1_LINE));
        return;
    }
    unsigned long irq_state = irq_save();
    port_write8(INTERRUPTS, 1);
    drain(NULL); /* what came before */
    irq_restore(irq_state);
}

const char *console_name(void)
{
    return "ttyS0";
}
