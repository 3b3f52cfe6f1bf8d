/* SPDX-License-Identifier: MIT */
/* Time by the generic timer: one counter for all CPUs at a rate that the CPU
 * tells, and an alarm of each CPU's own that compares with it. */
#include "arch/clock.h"
#include "arch/atomic.h"
#include "arch/common/alarm.h"
#include "arch/irq.h"
#include "arch/pagetable.h"
#include "lib/panic.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/gic.h"
#include "machine/machine.h"
#include "machine/registers.h"

enum { ALARM_OFF = 0, ALARM_ON = 1 };

static uint64_t first_count, count_hz;
static uint64_t ns_per_count, counts_per_ns;          /* [c] times 2^32 */
static uint64_t wall_seconds;                         /* [c] */

/* Not before what was done before it: the counter is read early else. */
static uint64_t count_now(void)
{
    isb();
    return register_read(cntvct_el0);
}

uint64_t clock_ns(void)
{
    if (!count_hz)
        return 0;
    return (unsigned __int128)(count_now() - first_count) * ns_per_count >> 32;
}

uint64_t clock_boot_wall_seconds(void)
{
    return wall_seconds;
}

uint64_t clock_hz(void)
{
    return count_hz;
}

void clock_publish(struct clock_scale *copy)
{
    copy->base_count = first_count;
    copy->ns_per_count = ns_per_count;
}

void clock_wait(uint64_t ns)
{
    if (!count_hz)
        return; /* the end comes before the clock */
    uint64_t end = clock_ns() + ns;
    while (clock_ns() < end)
        cpu_relax();
}

/* At or after the deadline: what is left is rounded up. */
void alarm_program(uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX) {
        register_write(cntv_ctl_el0, ALARM_OFF);
        isb();
        return;
    }
    uint64_t now_ns = clock_ns();
    uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    left_ns = min(left_ns, 3600 * NS_PER_SECOND);
    uint64_t counts = (unsigned __int128)left_ns * counts_per_ns >> 32;
    register_write(cntv_cval_el0, count_now() + counts + 1);
    register_write(cntv_ctl_el0, ALARM_ON);
    isb();
}

unsigned clock_interrupt_number(void)
{
    return machine.timer_line;
}

/* Its line stays up while it is not later. */
const bool alarm_stays_on = true;

void clock_init_cpu(void)
{
    alarm_program(UINT64_MAX);
    gic_enable_own(machine.timer_line);
}

/* A PL031 counts the seconds in its first register. */
static uint64_t rtc_seconds(void)
{
    if (!machine.rtc.bytes)
        return 0;
    volatile void *registers =
        device_map(machine.rtc.start, machine.rtc.bytes);
    return registers ? device_read(registers, 0) : 0;
}

void clock_init(void)
{
    first_count = count_now();
    uint64_t hz = register_read(cntfrq_el0);
    if (!hz)
        panic("the timer's rate is not told");
    ns_per_count = (NS_PER_SECOND << 32) / hz;
    counts_per_ns = (hz << 32) / NS_PER_SECOND;
    count_hz = hz;
    wall_seconds = rtc_seconds();
    clock_init_cpu();
}
