/* SPDX-License-Identifier: MIT */
/* Interrupt controllers: the one in each CPU and those of the devices. */
#ifndef MACHINE_APIC_H
#define MACHINE_APIC_H

#include "lib/types.h"

void apic_init(void);     /* on the first CPU */
void apic_init_cpu(void); /* on each */
uint32_t apic_id(void);   /* of the calling CPU */

enum apic_message {
    APIC_FIXED = 0x00000, /* | vector */
    APIC_NMI = 0x00400,
    APIC_INIT = 0x04500,
    APIC_STARTUP = 0x04600, /* | page */
};
void apic_send(uint32_t apic_id, uint32_t message);
void apic_send_others(uint32_t message);

/* The timer counts down from count and interrupts once; 0 stops it. */
void apic_timer_start(uint32_t count);
uint32_t apic_timer_left(void);
void apic_timer_use_deadline(void); /* TSC-deadline mode, this CPU */

/* The global line behind a line of the old controller. */
unsigned isa_line(unsigned line);

#endif
