/* SPDX-License-Identifier: MIT */
/* COM1, a 16550: it takes 16 bytes a poll. */
#include "arch/common/serial.h"
#include "arch/atomic.h"
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
};

static bool is_there;

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

bool serial_is_there(void)
{
    return is_there;
}

static bool wait_until_empty(void)
{
    for (unsigned i = 0; i < SERIAL_POLLS_MOST; i++) {
        if (port_read8(STATUS) & STATUS_EMPTY)
            return true;
        cpu_relax();
    }
    return false;
}

void serial_write(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i % FIFO_BYTES == 0 && !wait_until_empty())
            return;
        port_write8(DATA, bytes[i]);
    }
}

int serial_read(void)
{
    return port_read8(STATUS) & STATUS_RECEIVED ? port_read8(DATA) : -1;
}

void serial_acknowledge(void)
{
    /* It has been, when there is nothing more to read. */
}

unsigned serial_interrupt(enum irq_trigger *trigger)
{
    *trigger = IRQ_EDGE;
    return isa_line(COM1_LINE);
}

void serial_listen(void)
{
    port_write8(INTERRUPTS, 1);
}

const char *console_name(void)
{
    return "ttyS0";
}
