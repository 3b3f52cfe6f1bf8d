/* SPDX-License-Identifier: MIT */
/* A CPU's set-up: what it can do, its block, what user code may do. */
#include "arch/cpu.h"
#include "arch/common/kernel_map.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/layout.h"

char cpu_local_version;
struct cpu_local cpu_locals[CPU_MAX];
struct cpu_features cpu_features;

extern const char vectors[];

enum {
    TIMER_USER_COUNTER = 2,       /* CNTKCTL: user code may read CNTVCT */
    EVENT_STREAM_ON = 4,
    EVENT_BIT_SHIFT = 4,
    EVENT_BIT_MOST = 15,
    EVENTS_PER_SECOND = 10000,
};
#define MPIDR_AFFINITY 0xff00ffffffull

static unsigned field(uint64_t value, unsigned shift)
{
    return value >> shift & 15;
}

void cpu_detect(void)
{
    struct cpu_features *has = &cpu_features;
    uint64_t caches = register_read(ctr_el0);
    has->has_pan = field(register_read(id_aa64mmfr1_el1), 20);
    has->has_random = field(register_read(id_aa64isar0_el1), 60);
    has->asid_bits = field(register_read(id_aa64mmfr0_el1), 4) == 2 ? 16 : 8;
    has->data_is_coherent = caches >> 28 & 1;
    has->code_is_coherent = caches >> 29 & 1;
    has->data_line_bytes = 4 << field(caches, 16);
    hwcap_detect();
}

/* A bit of the counter whose steps end a WFE, about each tenth of a
 * millisecond: who waits for a word looks at it again. */
static uint64_t event_stream(void)
{
    uint64_t ticks = register_read(cntfrq_el0) / EVENTS_PER_SECOND;
    unsigned bit = 0;
    while (bit < EVENT_BIT_MOST && ticks >> (bit + 2))
        bit++;
    return EVENT_STREAM_ON | bit << EVENT_BIT_SHIFT;
}

void cpu_init(unsigned id)
{
    struct cpu_local *cpu = &cpu_locals[id];
    cpu->id = id;
    cpu->deadline_ns = UINT64_MAX;
    cpu->affinity = register_read(mpidr_el1) & MPIDR_AFFINITY;
    cpu->identity = register_read(midr_el1);
    register_write(tpidr_el1, (uint64_t)cpu);
    register_write(tpidrro_el0, 0);
    register_write(vbar_el1, (uint64_t)vectors);
    register_write(cntkctl_el1, TIMER_USER_COUNTER | event_stream());
    if (cpu_features.has_pan)
        __asm__ volatile(".inst 0xd500419f" ::: "memory"); /* MSR PAN, #1 */
    isb();
}

bool cpu_make_stacks(unsigned id)
{
    struct cpu_local *cpu = &cpu_locals[id];
    cpu->idle_stack_top = kernel_stack_make(KERNEL_STACK_BYTES);
    cpu->irq_stack_top = kernel_stack_make(KERNEL_STACK_BYTES);
    cpu->fatal_stack_top = kernel_stack_make(KERNEL_STACK_BYTES);
    return cpu->idle_stack_top && cpu->irq_stack_top && cpu->fatal_stack_top;
}

bool cpu_random(uint64_t *number)
{
    if (!cpu_features.has_random)
        return false;
    for (unsigned tries = 0; tries < 16; tries++) {
        bool is_good;
        /* RNDR: Z says that there was none. */
        __asm__ volatile("mrs %0, s3_3_c2_c4_0"
                         : "=r"(*number), "=@ccne"(is_good));
        if (is_good)
            return true;
    }
    return false;
}

uint64_t cpu_cycles(void)
{
    return register_read(cntvct_el0);
}

uint64_t cpu_hwcap(void)
{
    return cpu_features.hwcap;
}

uint64_t cpu_hwcap2(void)
{
    return cpu_features.hwcap2;
}

const char *cpu_platform(void)
{
    return "aarch64";
}
