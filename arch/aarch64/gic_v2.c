/* SPDX-License-Identifier: MIT */
/* Version 2 of the interrupt controller: at most 8 CPUs, each with the same
 * window to its own part. */
#include "arch/pagetable.h"
#include "lib/panic.h"
#include "machine/cpu_local.h"
#include "machine/gic.h"
#include "machine/machine.h"
#include "machine/registers.h"

enum {
    CPU_CONTROL = 0x00,
    CPU_PRIORITY = 0x04,
    CPU_ACKNOWLEDGE = 0x0c,
    CPU_END = 0x10,
    PRIORITY_LOWEST = 0xf0,
    SEND_TARGET_SHIFT = 16,
};

static volatile void *window; /* [c] */

static void v2_init(void)
{
    window =
        device_map(machine.gic_registers.start, machine.gic_registers.bytes);
    if (!window)
        panic("no memory for the interrupt controller's map");
    device_write(gic_distributor, DISTRIBUTOR_CONTROL, 1);
}

/* A CPU reads its own bit as the target of its own lines. */
static void v2_init_cpu(void)
{
    uint32_t targets = 0;
    for (unsigned i = 0; !targets && i < 32; i += 4)
        targets = device_read(gic_distributor, GIC_TARGETS + i);
    targets |= targets >> 16;
    targets |= targets >> 8;
    cpu_local()->gic_mask = targets ? targets & 0xff : 1; /* one CPU: none */
    device_write(window, CPU_PRIORITY, PRIORITY_LOWEST);
    device_write(window, CPU_CONTROL, 1);
}

static uint32_t v2_acknowledge(void)
{
    return device_read(window, CPU_ACKNOWLEDGE);
}

static void v2_end(uint32_t token)
{
    device_write(window, CPU_END, token);
}

/* What was written for the other CPU comes before: device_write sees to it. */
static void v2_send(unsigned cpu, unsigned number)
{
    device_write(gic_distributor, DISTRIBUTOR_SEND,
        (uint32_t)cpu_locals[cpu].gic_mask << SEND_TARGET_SHIFT | number);
}

static volatile void *v2_own_lines(void)
{
    return gic_distributor;
}

static void v2_route(unsigned number)
{
    unsigned at = GIC_TARGETS + number / 4 * 4, shift = number % 4 * 8;
    uint32_t word = device_read(gic_distributor, at);
    device_write(gic_distributor, at,
        (word & ~(0xffu << shift)) |
            (uint32_t)cpu_locals[0].gic_mask << shift);
}

const struct gic gic_v2 = {
    .init = v2_init,
    .init_cpu = v2_init_cpu,
    .acknowledge = v2_acknowledge,
    .end = v2_end,
    .send = v2_send,
    .own_lines = v2_own_lines,
    .route = v2_route,
};
