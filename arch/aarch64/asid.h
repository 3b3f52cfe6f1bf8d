/* SPDX-License-Identifier: MIT */
/* Numbers by which the TLBs tell address spaces apart. */
#ifndef MACHINE_ASID_H
#define MACHINE_ASID_H

#include "arch/pagetable.h"

/* The number for table, to be loaded on this CPU now.  Interrupts off. */
uint64_t asid_use(struct pagetable *table);
/* This CPU has none loaded any more.  Interrupts off. */
void asid_leave(void);
/* The number that TLBs may know table by; 0: none. */
uint64_t asid_of(const struct pagetable *table);

#endif
