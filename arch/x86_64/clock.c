/* SPDX-License-Identifier: MIT */
/* Time by the CPU's counter, alarms by the timer of its interrupt controller.
 *
 * The hard problem is the counter's rate: where nobody tells it, it is measured
 * for a millisecond at boot, so that the boot is not slowed down, and again by
 * timer interrupts later.  Then only the rate changes, from that moment on, and
 * readers never see time go backwards. */
#include "arch/clock.h"
#include "arch/atomic.h"
#include "arch/irq.h"
#include "lib/log.h"
#include "machine/apic.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/interrupts.h"
#include "machine/pit.h"
#include "machine/registers.h"

#define HZ_ASSUMED  1000000000ull
#define BOOT_WINDOW_TICKS (PIT_HZ / 1000)

static struct {
    uint32_t sequence; /* [atomic] odd while the others change */
    uint64_t base_count, base_ns;
    uint64_t ns_per_count; /* times 2^32 */
} now_is;

static uint64_t count_hz;
static uint64_t timer_per_ns; /* timer counts, times 2^32 */
static uint64_t wall_seconds;
static void (*fired_handler)(void);

/* For refining: where the measure began. */
static struct pit_sample first;
static unsigned stage;
static const struct {
    uint64_t from_ns, to_ns; /* later the measure would be ambiguous */
} stages[] = {
    { 100 * NS_PER_MS, 20 * NS_PER_SECOND },
    { 3 * NS_PER_SECOND, 1000 * NS_PER_SECOND },
};

static uint64_t scale(uint64_t value, uint64_t factor)
{
    return (unsigned __int128)value * factor >> 32;
}

uint64_t clock_ns(void)
{
    for (;;) {
        uint32_t sequence = atomic_load_acquire(&now_is.sequence);
        uint64_t count = tsc_read();
        int64_t passed = count - atomic_load(&now_is.base_count);
        uint64_t ns = atomic_load(&now_is.base_ns) +
                      scale(passed > 0 ? passed : 0,
                          atomic_load(&now_is.ns_per_count));
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (!(sequence & 1) && sequence == atomic_load(&now_is.sequence))
            return ns;
        cpu_relax();
    }
}

uint64_t clock_boot_wall_seconds(void)
{
    return wall_seconds;
}

uint64_t clock_hz(void)
{
    return count_hz;
}

void clock_wait(uint64_t ns)
{
    if (!count_hz)
        return; /* the end comes before the clock */
    uint64_t end = clock_ns() + ns;
    while (clock_ns() < end)
        cpu_relax();
}

/* ------------------------------------------------------------ the rate */

/* From now on the counter has this rate. Interrupts off. */
static void set_rate(uint64_t hz)
{
    uint32_t sequence = atomic_load(&now_is.sequence);
    atomic_store(&now_is.sequence, sequence + 1);
    memory_barrier();
    uint64_t count = tsc_read();
    uint64_t ns = now_is.base_ns +
                  scale(count - now_is.base_count, now_is.ns_per_count);
    atomic_store(&now_is.base_ns, ns);
    atomic_store(&now_is.base_count, count);
    atomic_store(&now_is.ns_per_count, (NS_PER_SECOND << 32) / hz);
    atomic_store_release(&now_is.sequence, sequence + 2);
    count_hz = hz;
}

/* What the CPU or the hypervisor says; 0: nothing. */
static uint64_t told_hz(void)
{
    if (cpu_features.is_virtual && !cpu_features.is_tcg &&
        cpu_leaf(0x40000010, 0).eax)
        return cpu_leaf(0x40000010, 0).eax * 1000ull;
    struct cpuid leaf = cpu_leaf(0x15, 0);
    if (leaf.eax && leaf.ebx && leaf.ecx)
        return (uint64_t)leaf.ecx * leaf.ebx / leaf.eax;
    return 0;
}

static uint64_t measured_hz(void)
{
    struct pit_sample sample;
    pit_start();
    if (!pit_read(&first))
        return 0;
    do
        if (!pit_read(&sample))
            return 0;
    while ((uint16_t)(first.ticks - sample.ticks) < BOOT_WINDOW_TICKS);
    return (sample.count - first.count) * PIT_HZ /
           (uint16_t)(first.ticks - sample.ticks);
}

static void refine(uint64_t ns)
{
    if (ns < stages[stage].from_ns)
        return;
    struct pit_sample sample;
    if (ns <= stages[stage].to_ns && pit_read(&sample)) {
        /* The ticks wrap; by the clock we know how often they did. */
        uint64_t counts = sample.count - first.count;
        uint64_t expected = counts / 1000 * PIT_HZ / (count_hz / 1000);
        uint64_t ticks = (uint16_t)(first.ticks - sample.ticks);
        ticks += (expected - ticks + 0x8000) & ~(uint64_t)0xffff;
        set_rate(counts * PIT_HZ / ticks);
    }
    if (++stage == array_size(stages))
        pit_stop();
}

/* ------------------------------------------------------------ the timer */

static void measure_timer(void)
{
    enum { WINDOW_NS = 200000 };
    apic_timer_start(UINT32_MAX);
    uint64_t begin = clock_ns(), end;
    uint32_t left_begin = apic_timer_left();
    do {
        cpu_relax();
        end = clock_ns();
    } while (end - begin < WINDOW_NS);
    uint32_t counts = left_begin - apic_timer_left();
    apic_timer_start(0);
    timer_per_ns = ((uint64_t)counts << 32) / (end - begin);
    /* Emulators count nanoseconds. */
    if (cpu_features.is_virtual && timer_per_ns > (99ull << 32) / 100 &&
        timer_per_ns < (101ull << 32) / 100)
        timer_per_ns = 1ull << 32;
}

static void program(uint64_t deadline_ns)
{
    uint64_t now = clock_ns();
    uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
    if (cpu_features.has_tsc_deadline) {
        uint64_t counts = scale(min(left, 60 * NS_PER_SECOND),
            (count_hz << 16) / NS_PER_SECOND << 16);
        msr_write(MSR_TSC_DEADLINE,
            deadline_ns == UINT64_MAX ? 0 : tsc_read() + counts + 1);
        return;
    }
    if (deadline_ns == UINT64_MAX)
        return apic_timer_start(0);
    uint64_t counts = scale(min(left, 4 * NS_PER_SECOND), timer_per_ns) + 1;
    apic_timer_start(min(counts, (uint64_t)UINT32_MAX));
}

void clock_arm(uint64_t deadline_ns)
{
    unsigned long irq_state = irq_save();
    struct cpu_local *cpu = cpu_local();
    if (cpu->deadline_ns != deadline_ns) {
        cpu->deadline_ns = deadline_ns;
        program(deadline_ns);
    }
    irq_restore(irq_state);
}

void clock_set_handler(void (*fired)(void))
{
    fired_handler = fired;
}

void clock_interrupt(void)
{
    struct cpu_local *cpu = cpu_local();
    uint64_t ns = clock_ns();
    if (cpu->id == 0 && stage < array_size(stages))
        refine(ns);
    if (cpu->deadline_ns == UINT64_MAX)
        return;
    if (ns < cpu->deadline_ns)
        return program(cpu->deadline_ns);
    cpu->deadline_ns = UINT64_MAX;
    if (fired_handler)
        fired_handler();
}

void clock_init_cpu(void)
{
    if (cpu_features.has_tsc_deadline)
        apic_timer_use_deadline();
}

void clock_init(void)
{
    uint64_t start = tsc_read();
    uint64_t hz = told_hz();
    if (hz)
        stage = array_size(stages);
    else
        hz = measured_hz();
    if (!hz) {
        log_warning("clock: nothing to measure the CPU's counter with");
        hz = HZ_ASSUMED;
        stage = array_size(stages);
    }
    set_rate(hz);
    now_is.base_count = start;
    wall_seconds = rtc_seconds();
    if (!cpu_features.has_tsc_deadline)
        measure_timer();
    clock_init_cpu();
}
