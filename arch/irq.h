/* SPDX-License-Identifier: MIT */
/* Device interrupts.  Handlers run with interrupts off on a per-CPU stack:
 * acknowledge, queue, wake, nothing else. */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include "lib/types.h"

static inline unsigned long irq_save(void); /* off; returns the state before */
static inline void irq_restore(unsigned long state);
static inline void irq_on(void);
static inline bool irq_is_on(void);
#include "machine/irq.h"

typedef void (*irq_handler_fn)(void *data);

enum irq_trigger { IRQ_EDGE, IRQ_LEVEL };

/* Routes global interrupt `number` (GSI, INTID) to CPU 0 and unmasks it.
 * -EINVAL no such line, -EBUSY taken. */
int irq_register(unsigned number, enum irq_trigger trigger,
    irq_handler_fn handler, void *data);
bool irq_is_inside(void); /* are we in a handler on this CPU? */
bool irq_came_from_user(void); /* in a handler: did it interrupt user code? */
/* For /proc/interrupts-like uses: how many came in all. */
uint64_t irq_count(void);

#endif
