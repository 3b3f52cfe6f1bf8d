/* SPDX-License-Identifier: MIT */
/* Time by the CPU's counter, alarms by the timer of its interrupt controller.
 *
 * The hard problem is the counter's rate: where nobody tells it, it is measured
 * for a millisecond at boot, so that the boot is not slowed down (an emulator's
 * timer tells it in a fifth of that), and again by timer interrupts later.  Then
 * only the rate changes, from that moment on, and readers never see time go
 * backwards. */
#include "arch/clock.h"
#include "arch/atomic.h"
#include "arch/common/alarm.h"
#include "arch/irq.h"
#include "lib/log.h"
#include "lib/spinlock.h"
#include "machine/apic.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/interrupts.h"
#include "machine/pit.h"
#include "machine/registers.h"

#define HZ_ASSUMED  1000000000ull
#define BOOT_WINDOW_TICKS (PIT_HZ / 1000)
enum { BOOT_CERTAINTY = 100, BOOT_TRIES = 100 };

static struct clock_scale now_is;
static struct clock_scale *published; /* [lock] programs' copy, or NULL */
static struct spinlock scale_lock = SPINLOCK_INIT(RANK_CLOCK);

static uint64_t count_hz;
static uint64_t timer_per_ns; /* timer counts, times 2^32 */
static uint64_t wall_seconds;

/* For refining: where the measure began, and after how many counts one could
 * no longer tell how often the old timer wrapped. */
static struct pit_sample first;
static uint64_t trusted_counts;
static unsigned stage;
static const struct {
    uint64_t ms;        /* a measure over so long */
    uint64_t certainty; /* is good if it is that much longer than its error */
} stages[] = {
    { 100, 10000 },
    { 3000, 200000 },
};

static uint64_t scale(uint64_t value, uint64_t factor)
{
    return (unsigned __int128)value * factor >> 32;
}

uint64_t clock_ns(void)
{
    return clock_scale_ns(&now_is, tsc_read);
}

uint64_t clock_boot_wall_seconds(void)
{
    return wall_seconds;
}

/* Both copies are odd before either changes, and even after both did. */
static void change_scale(uint64_t ns_per_count)
{
    unsigned long irq_state = spin_lock_irq(&scale_lock);
    struct clock_scale *copy = published;
    clock_scale_step(&now_is);
    if (copy)
        clock_scale_step(copy);
    uint64_t count = tsc_read();
    struct clock_scale next = { .base_count = count,
        .base_ns = now_is.base_ns +
                   scale(count - now_is.base_count, now_is.ns_per_count),
        .ns_per_count = ns_per_count };
    clock_scale_set(&now_is, &next);
    if (copy) {
        clock_scale_set(copy, &next);
        clock_scale_step(copy);
    }
    clock_scale_step(&now_is);
    spin_unlock_irq(&scale_lock, irq_state);
}

void clock_publish(struct clock_scale *copy)
{
    unsigned long irq_state = spin_lock_irq(&scale_lock);
    clock_scale_set(copy, &now_is);
    published = copy;
    spin_unlock_irq(&scale_lock, irq_state);
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
    change_scale((NS_PER_SECOND << 32) / hz);
    count_hz = hz;
    log_debug("clock: counter at %lu kHz", (unsigned long)(hz / 1000));
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

/* The old timer wraps after 55 ms: an error of 20 ms is tolerable. */
static uint64_t trust(
    uint64_t counts, const struct pit_sample *last, uint64_t hz)
{
    return counts / (first.width + last->width) * (hz / 50);
}

/* One window; how much longer it was than its error, 0: no timer. */
static uint64_t measure(uint64_t *hz)
{
    struct pit_sample sample;
    if (!pit_read(&first))
        return 0;
    do
        if (!pit_read(&sample))
            return 0;
    while ((uint16_t)(first.ticks - sample.ticks) < BOOT_WINDOW_TICKS);
    uint64_t counts = sample.count - first.count;
    *hz = counts * PIT_HZ / (uint16_t)(first.ticks - sample.ticks);
    trusted_counts = trust(counts, &sample, *hz);
    return counts / (first.width + sample.width) + 1;
}

/* A busy host takes the CPU away in the middle: then once more, for nothing
 * could mend a rate that is wrong by a factor later. */
static uint64_t measured_hz(void)
{
    uint64_t hz = 0, certainty;
    pit_start();
    for (unsigned try = 0; try < BOOT_TRIES; try++) {
        certainty = measure(&hz);
        if (!certainty)
            return 0;
        if (certainty >= BOOT_CERTAINTY)
            break;
    }
    return hz;
}

static void refine(void)
{
    struct pit_sample now;
    if ((tsc_read() - first.count) / (count_hz / 1000) < stages[stage].ms ||
        !pit_read(&now))
        return;
    uint64_t counts = now.count - first.count;
    if (counts > trusted_counts) {
        first = now;
        return;
    }
    if (counts / (first.width + now.width) < stages[stage].certainty)
        return; /* the host took the CPU away: another time */

    uint64_t expected = counts / 1000 * PIT_HZ / (count_hz / 1000);
    uint64_t ticks = (uint16_t)(first.ticks - now.ticks);
    ticks += (expected - ticks + 0x8000) & ~(uint64_t)0xffff;
    set_rate(counts * PIT_HZ / ticks);
    trusted_counts = trust(counts, &now, count_hz);
    if (++stage == array_size(stages))
        pit_stop();
}

/* ------------------------------------------------------------ the timer */

/* What the timer had left when the counter was `at`, or half a `width` off. */
struct timer_sample {
    uint64_t at, width;
    uint32_t left;
};

/* Of some tries the quickest counts. */
static struct timer_sample sample_timer(void)
{
    struct timer_sample best = { .width = UINT64_MAX };
    for (unsigned i = 0; i < 5; i++) {
        uint64_t before = tsc_read();
        uint32_t left = apic_timer_left();
        uint64_t width = tsc_read() - before;
        if (width < best.width)
            best = (struct timer_sample){ before + width / 2, width, left };
    }
    return best;
}

/* Timer counts, and the counter's in *counts, of about a fifth of a ms; how much
 * longer that was than its error in *certainty. */
static uint32_t run_timer(uint64_t *counts, uint64_t *certainty)
{
    enum { WINDOW = 400000, TIMER_WINDOW = 200000 };
    struct timer_sample begin, end;
    apic_timer_start(UINT32_MAX);
    begin = sample_timer();
    do {
        cpu_relax();
        end = sample_timer();
        *counts = end.at - begin.at;
    } while (*counts < WINDOW && begin.left - end.left < TIMER_WINDOW);
    apic_timer_start(0);
    *certainty = *counts / (begin.width + end.width + 1);
    return begin.left - end.left;
}

static void measure_timer(void)
{
    uint64_t counts, certainty;
    uint32_t timer_counts = run_timer(&counts, &certainty);
    timer_per_ns =
        ((uint64_t)timer_counts << 32) / scale(counts, now_is.ns_per_count);
    /* Emulators count nanoseconds. */
    if (cpu_features.is_virtual && timer_per_ns > (98ull << 32) / 100 &&
        timer_per_ns < (102ull << 32) / 100)
        timer_per_ns = 1ull << 32;
}

/* An emulator's timer counts nanoseconds.  It is a measure where the old timer
 * is missing, too; 0: neither is. */
static uint64_t emulated_hz(uint64_t *certainty)
{
    uint64_t counts;
    if (!cpu_features.is_virtual)
        return 0;
    uint32_t ns = run_timer(&counts, certainty);
    return ns ? counts * NS_PER_SECOND / ns : 0;
}

/* As measured_hz, but sooner: only the refining has to do with the old timer.
 * 0: ask that one. */
static uint64_t tcg_hz(void)
{
    uint64_t certainty = 0;
    uint64_t hz = cpu_features.is_tcg ? emulated_hz(&certainty) : 0;
    if (certainty < BOOT_CERTAINTY)
        return 0;
    timer_per_ns = 1ull << 32;
    pit_start();
    if (pit_read(&first))
        trusted_counts = certainty * (hz / 50);
    else
        stage = array_size(stages);
    return hz;
}

static uint64_t found_hz(void)
{
    uint64_t certainty, hz = told_hz();
    if (!hz && (hz = tcg_hz() ?: measured_hz()))
        return hz;
    stage = array_size(stages);
    return hz ?: emulated_hz(&certainty);
}

void alarm_program(uint64_t deadline_ns)
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

const bool alarm_stays_on = false;

void clock_interrupt(void)
{
    if (cpu_id() == 0 && stage < array_size(stages))
        refine();
    alarm_interrupt();
}

void clock_init_cpu(void)
{
    if (cpu_features.has_tsc_deadline)
        apic_timer_use_deadline();
}

void clock_init(void)
{
    uint64_t start = tsc_read();
    uint64_t hz = found_hz();
    if (!hz) {
        log_warning("clock: nothing to measure the CPU's counter with");
        hz = HZ_ASSUMED;
    }
    set_rate(hz);
    now_is.base_count = start;
    wall_seconds = rtc_seconds();
    if (!cpu_features.has_tsc_deadline && !timer_per_ns)
        measure_timer();
    clock_init_cpu();
}
