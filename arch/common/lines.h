/* SPDX-License-Identifier: MIT */
/* Device lines: who handles which. */
#ifndef COMMON_LINES_H
#define COMMON_LINES_H

#include "arch/irq.h"

/* The interrupt controller's: routes a line to CPU 0 and unmasks it; -EINVAL:
 * there is no such line. */
int line_route(unsigned number, enum irq_trigger trigger);

/* In the interrupt of a line. */
void line_interrupt(unsigned number);

#endif
