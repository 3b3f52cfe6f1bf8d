/* SPDX-License-Identifier: MIT */
/* Version 3 of the interrupt controller: CPUs are called by their affinity;
 * each finds its redistributor in a row of them. */
#include "arch/pagetable.h"
#include "lib/panic.h"
#include "machine/cpu_local.h"
#include "machine/gic.h"
#include "machine/machine.h"
#include "machine/registers.h"

enum {
    CONTROL_AFFINITY = 0x10, /* routes go by affinity */
    CONTROL_GROUP_1 = 0x02,
    REDISTRIBUTOR_TYPE = 0x08,
    REDISTRIBUTOR_WAKER = 0x14,
    TYPE_VIRTUAL = 1 << 1,
    TYPE_LAST = 1 << 4,
    TYPE_AFFINITY_SHIFT = 32,
    WAKER_SLEEPS = 1 << 1,
    WAKER_IS_ASLEEP = 1 << 2,
    FRAME_BYTES_EACH = 0x10000,
    OWN_LINES_FRAME = FRAME_BYTES_EACH,
    PRIORITY_LOWEST = 0xf0,
    POLLS_MOST = 1 << 20,
};

static volatile void *row; /* [c] */

/* MPIDR has the highest level above a gap. */
static uint32_t packed_affinity(uint64_t affinity)
{
    return (affinity >> 8 & 0xff000000) | (affinity & 0xffffff);
}

static void v3_init(void)
{
    row = device_map(machine.gic_registers.start, machine.gic_registers.bytes);
    if (!row)
        panic("no memory for the interrupt controller's map");
    for (unsigned n = 32; n < gic_lines(); n += 32)
        device_write(gic_distributor, GIC_GROUP + n / 8, GIC_GROUP_1);
    device_write(gic_distributor, DISTRIBUTOR_CONTROL,
        CONTROL_AFFINITY | CONTROL_GROUP_1);
}

static volatile void *find_redistributor(uint32_t affinity)
{
    uint64_t type;
    for (uint64_t at = 0; at < machine.gic_registers.bytes;
         at += (type & TYPE_VIRTUAL ? 4 : 2) * FRAME_BYTES_EACH) {
        volatile void *base = (volatile char *)row + at;
        type = device_read64(base, REDISTRIBUTOR_TYPE);
        if (type >> TYPE_AFFINITY_SHIFT == affinity)
            return base;
        if (type & TYPE_LAST)
            break;
    }
    panic("CPU %u has no part in the interrupt controller", cpu_id());
}

static void wake(volatile void *redistributor)
{
    uint32_t waker = device_read(redistributor, REDISTRIBUTOR_WAKER);
    device_write(redistributor, REDISTRIBUTOR_WAKER,
        waker & ~(uint32_t)WAKER_SLEEPS);
    for (unsigned i = 0; i < POLLS_MOST; i++) {
        if (!(device_read(redistributor, REDISTRIBUTOR_WAKER) &
                WAKER_IS_ASLEEP))
            return;
        cpu_relax();
    }
}

static volatile void *v3_own_lines(void)
{
    return (volatile char *)cpu_local()->redistributor + OWN_LINES_FRAME;
}

static void v3_init_cpu(void)
{
    struct cpu_local *cpu = cpu_local();
    cpu->redistributor = find_redistributor(packed_affinity(cpu->affinity));
    wake(cpu->redistributor);
    device_write(v3_own_lines(), GIC_GROUP, GIC_GROUP_1);
    register_write(s3_0_c12_c12_5, register_read(s3_0_c12_c12_5) | 1); /* SRE */
    isb();
    register_write(s3_0_c4_c6_0, PRIORITY_LOWEST); /* ICC_PMR */
    register_write(s3_0_c12_c12_4, 0);             /* ICC_CTLR */
    register_write(s3_0_c12_c12_7, 1);             /* ICC_IGRPEN1 */
    isb();
}

static uint32_t v3_acknowledge(void)
{
    uint32_t token = register_read(s3_0_c12_c12_0); /* ICC_IAR1 */
    __asm__ volatile("dsb sy" ::: "memory");
    return token;
}

static void v3_end(uint32_t token)
{
    register_write(s3_0_c12_c12_1, token); /* ICC_EOIR1 */
    isb();
}

/* What was written for the other CPU must be seen there before it comes. */
static void v3_send(unsigned cpu, unsigned number)
{
    uint64_t affinity = cpu_locals[cpu].affinity;
    uint64_t order = (affinity >> 32 & 0xff) << 48 |
                     (affinity >> 16 & 0xff) << 32 |
                     (affinity >> 8 & 0xff) << 16 | (uint64_t)number << 24 |
                     (affinity >> 4 & 0xf) << 44 | 1ull << (affinity & 0xf);
    __asm__ volatile("dsb ishst" ::: "memory");
    register_write(s3_0_c12_c11_5, order); /* ICC_SGI1R */
    isb();
}

static void v3_route(unsigned number)
{
    device_write64(gic_distributor, DISTRIBUTOR_ROUTES + number * 8,
        cpu_locals[0].affinity);
}

const struct gic gic_v3 = {
    .init = v3_init,
    .init_cpu = v3_init_cpu,
    .acknowledge = v3_acknowledge,
    .end = v3_end,
    .send = v3_send,
    .own_lines = v3_own_lines,
    .route = v3_route,
};
