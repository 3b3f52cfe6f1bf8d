/* SPDX-License-Identifier: MIT */
/* What common/serial.c asks of the driver of the serial line. */
#ifndef COMMON_SERIAL_H
#define COMMON_SERIAL_H

#include "arch/console.h"
#include "arch/irq.h"

enum { SERIAL_POLLS_MOST = 1 << 24 }; /* who reads may be slow, not for ever */

bool serial_is_there(void);
/* Nobody else writes meanwhile; what finds no room in time is lost. */
void serial_write(const char *bytes, size_t count);
/* The next byte received, or -1. */
int serial_read(void);
/* The line has been seen to interrupt: it may do so again. */
void serial_acknowledge(void);
unsigned serial_interrupt(enum irq_trigger *trigger);
void serial_listen(void); /* from now on it interrupts */

#endif
