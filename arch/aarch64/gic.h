/* SPDX-License-Identifier: MIT */
/* The interrupt controller: version 2, all registers in memory, or version 3,
 * where each CPU has a part of its own and registers for it. */
#ifndef MACHINE_GIC_H
#define MACHINE_GIC_H

#include "lib/types.h"

/* What CPUs send each other, by number. */
enum { GIC_CALL, GIC_KICK, GIC_STOP };

enum { GIC_SPURIOUS = 1020 };

struct gic {
    void (*init)(void);     /* the shared part */
    void (*init_cpu)(void); /* the calling CPU's */
    uint32_t (*acknowledge)(void);
    void (*end)(uint32_t token);
    void (*send)(unsigned cpu, unsigned number);
    /* Registers of the part that has the CPU's own lines, 0 to 31. */
    volatile void *(*own_lines)(void);
    void (*route)(unsigned number); /* to CPU 0 */
};
extern const struct gic gic_v2, gic_v3;

/* Registers of the distributor, for both. */
extern volatile void *gic_distributor;
enum {
    DISTRIBUTOR_CONTROL = 0x000,
    DISTRIBUTOR_TYPE = 0x004,
    GIC_GROUP = 0x080,
    GIC_ENABLE = 0x100,
    GIC_DISABLE = 0x180,
    GIC_CLEAR_PENDING = 0x280,
    GIC_PRIORITY = 0x400,
    GIC_TARGETS = 0x800,
    GIC_TRIGGER = 0xc00,
    DISTRIBUTOR_SEND = 0xf00,
    DISTRIBUTOR_ROUTES = 0x6000,
    GIC_PRIORITY_ALL = 0xa0a0a0a0,
    GIC_GROUP_1 = 0xffffffff,
};
unsigned gic_lines(void); /* how many, from 0 */

void gic_init(void);
void gic_init_cpu(void);
/* -EINVAL: no such line. */
int gic_route(unsigned number, bool is_level);
/* A line of the calling CPU's own. */
void gic_enable_own(unsigned number);

uint32_t gic_acknowledge(void);
void gic_end(uint32_t token);
void gic_send(unsigned cpu, unsigned number);

static inline unsigned gic_number(uint32_t token)
{
    return token & 0x3ff;
}

#endif
