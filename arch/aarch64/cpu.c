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

enum { /* of CTR and CLIDR */
    CTR_IDC = 1 << 28,
    CTR_DIC = 1 << 29,
    CLIDR_UNIFIED_INNER = 21,
    CLIDR_COHERENT = 24,
    CLIDR_UNIFIED = 27,
};

static unsigned field(uint64_t value, unsigned shift)
{
    return value >> shift & 15;
}

/* Nothing is to be cleaned for code's sake where caches of data and of code
 * meet at once: the CPU says so by IDC, or by no level before they meet. */
static uint64_t cache_type(void)
{
    uint64_t type = register_read(ctr_el0), levels = register_read(clidr_el1);
    unsigned meets = (levels >> CLIDR_UNIFIED | levels >> CLIDR_UNIFIED_INNER) & 7;
    if (!meets || !(levels >> CLIDR_COHERENT & 7))
        type |= CTR_IDC;
    return type;
}

void cpu_detect(void)
{
    struct cpu_features *has = &cpu_features;
    uint64_t caches = has->caches = cache_type();
    has->has_pan = field(register_read(id_aa64mmfr1_el1), 20);
    has->has_random = field(register_read(id_aa64isar0_el1), 60);
    has->asid_bits = field(register_read(id_aa64mmfr0_el1), 4) == 2 ? 16 : 8;
    has->data_is_coherent = caches & CTR_IDC;
    has->code_is_coherent = caches & CTR_DIC;
    has->data_line_bytes = 4 << field(caches, 16);
    hwcap_detect();
}

/* User code reads CTR by itself, if that says all; else it is told (emulate.c). */
static void tell_caches(void)
{
    if (cpu_features.caches != register_read(ctr_el0))
        register_write(
            sctlr_el1, register_read(sctlr_el1) & ~(uint64_t)SCTLR_USER_CTR);
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
    tell_caches();
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
