/* SPDX-License-Identifier: MIT */
/* What both versions of the interrupt controller have: the distributor, which
 * has the lines of devices, from 32 on. */
#include "machine/gic.h"
#include "arch/pagetable.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "machine/machine.h"
#include "machine/registers.h"

enum { OWN_LINES = 32, LINE_BITS = 32, TRIGGER_EDGE = 2 };

volatile void *gic_distributor; /* [c] */
static const struct gic *gic;   /* [c] */

unsigned gic_lines(void)
{
    unsigned lines =
        ((device_read(gic_distributor, DISTRIBUTOR_TYPE) & 31) + 1) * LINE_BITS;
    return min(lines, (unsigned)GIC_SPURIOUS);
}

static void set_bit(volatile void *base, unsigned at, unsigned number)
{
    device_write(base, at + number / LINE_BITS * 4, 1u << number % LINE_BITS);
}

static void set_trigger(volatile void *base, unsigned number, bool is_level)
{
    unsigned at = GIC_TRIGGER + number / 16 * 4;
    uint32_t edge = (uint32_t)TRIGGER_EDGE << number % 16 * 2;
    uint32_t word = device_read(base, at);
    device_write(base, at, is_level ? word & ~edge : word | edge);
}

void gic_init(void)
{
    gic = machine.gic_is_v3 ? &gic_v3 : &gic_v2;
    gic_distributor =
        device_map(machine.gic_distributor.start, machine.gic_distributor.bytes);
    if (!gic_distributor)
        panic("no memory for the interrupt controller's map");
    device_write(gic_distributor, DISTRIBUTOR_CONTROL, 0);
    for (unsigned n = OWN_LINES; n < gic_lines(); n += LINE_BITS) {
        device_write(gic_distributor, GIC_DISABLE + n / 8, UINT32_MAX);
        device_write(gic_distributor, GIC_CLEAR_PENDING + n / 8, UINT32_MAX);
        for (unsigned i = 0; i < LINE_BITS; i += 4)
            device_write(
                gic_distributor, GIC_PRIORITY + n + i, GIC_PRIORITY_ALL);
    }
    gic->init();
    gic_init_cpu();
}

void gic_init_cpu(void)
{
    gic->init_cpu();
    volatile void *own = gic->own_lines();
    device_write(own, GIC_DISABLE, 0xffff0000);
    device_write(own, GIC_ENABLE, 0x0000ffff);
    for (unsigned i = 0; i < OWN_LINES; i += 4)
        device_write(own, GIC_PRIORITY + i, GIC_PRIORITY_ALL);
}

int gic_route(unsigned number, bool is_level)
{
    if (number < OWN_LINES || number >= gic_lines())
        return -EINVAL;
    set_trigger(gic_distributor, number, is_level);
    gic->route(number);
    set_bit(gic_distributor, GIC_ENABLE, number);
    return 0;
}

void gic_enable_own(unsigned number)
{
    set_bit(gic->own_lines(), GIC_ENABLE, number);
}

uint32_t gic_acknowledge(void)
{
    return gic->acknowledge();
}

void gic_end(uint32_t token)
{
    gic->end(token);
}

void gic_send(unsigned cpu, unsigned number)
{
    gic->send(cpu, number);
}
