/* SPDX-License-Identifier: MIT */
/* The console on a serial line: output by polling, input by interrupt. */
#include "arch/common/serial.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/spinlock.h"

enum { CHUNK_BYTES = 256 }; /* written with interrupts off at a time */

static struct spinlock lock = SPINLOCK_INIT(RANK_CONSOLE);
static void (*receive)(const unsigned char *bytes, size_t count);

void console_write(const char *bytes, size_t count)
{
    while (serial_is_there() && count) {
        size_t chunk = min(count, (size_t)CHUNK_BYTES);
        if (panic_is_under_way()) { /* the owner may have been stopped */
            serial_write(bytes, chunk);
        } else {
            unsigned long irq_state = spin_lock_irq(&lock);
            serial_write(bytes, chunk);
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
    int byte;
    serial_acknowledge();
    while ((byte = serial_read()) >= 0) {
        bytes[count++] = byte;
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
    if (!serial_is_there())
        return;
    enum irq_trigger trigger;
    unsigned line = serial_interrupt(&trigger);
    if (irq_register(line, trigger, drain, NULL)) {
        log_error("console: interrupt %u is taken", line);
        return;
    }
    unsigned long irq_state = irq_save();
    serial_listen();
    drain(NULL); /* what came before */
    irq_restore(irq_state);
}
