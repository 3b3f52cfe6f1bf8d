/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE NO_FULL NO_ATOMIC */
/* CPUs come up, some of them late: each number has one CPU, which finds what was
 * made for it, and who sees that it is there finds it ready.  CPU 0 starts, the
 * last one looks on. */
#include "races.h"
#include <setjmp.h>
#include <string.h>
#include "arch/common/smp_start.c"

enum { ROUNDS = 60, OTHERS = CPUS - 2 };

struct cpu_local cpu_locals[CPU_MAX];
static struct machine_cpu {
    unsigned told;      /* [atomic] the number it is to start as, or 0 */
    bool is_called_off; /* [atomic] */
    bool is_done;       /* [atomic] it came and went, or was parked */
} machine[OTHERS + 1]; /* the first is CPU 0 */
static bool is_over; /* [atomic] */
static unsigned came; /* [atomic] how many began, in this round */
static unsigned chance; /* another one in each round */
static __thread jmp_buf end;

/* Set and read so that nothing is ordered by it. */
#define quiet_load(p)     __atomic_load_n(p, __ATOMIC_RELAXED)
#define quiet_store(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)

/* ------------------------------------------------------------- the machine */

unsigned smp_machine_cpus(void)
{
    return OTHERS + 1;
}

uint64_t smp_machine_name(unsigned i)
{
    return i;
}

bool smp_machine_is_first(unsigned i)
{
    return !i;
}

long smp_machine_start(unsigned i, unsigned cpu)
{
    quiet_store(&machine[i].told, cpu);
    return 0;
}

bool smp_machine_call_off(unsigned i)
{
    quiet_store(&machine[i].is_called_off, true);
    return i % 2;
}

void smp_machine_begin(void)
{
    cpu_locals[hosted_cpu].apic_id = 4711;
}

noreturn_fn void smp_machine_park(void)
{
    longjmp(end, 1);
}

void clock_wait(uint64_t ns)
{
    if (!races_random(2000))
        sched_yield();
}

void cpu_init(unsigned cpu)
{
    hosted_cpu = cpu_locals[cpu].id;
    must(hosted_cpu == cpu);
}

bool cpu_make_stacks(unsigned cpu)
{
    cpu_locals[cpu].idle_stack_top = 4712;
    return true;
}

void log_at(enum log_level level, const char *how, ...)
{
}

/* ---------------------------------------------------------------- the CPUs */

static noreturn_fn void begin(unsigned cpu)
{
    must(cpu_locals[cpu].idle_stack_top == 4712);
    __atomic_fetch_add(&came, 1, __ATOMIC_RELAXED);
    longjmp(end, 1);
}

/* Mostly soon; or about when nobody waits any more; or later. */
static void dawdle(const struct machine_cpu *self)
{
    races_state += chance;
    unsigned how = races_random(8);
    for (unsigned i = races_random(how ? 20 : 400); i; i--)
        sched_yield();
    while (how == 1 && !quiet_load(&self->is_called_off) && !quiet_load(&is_over))
        sched_yield();
}

static void come(unsigned i)
{
    struct machine_cpu *self = &machine[i];
    unsigned told;
    while (!(told = quiet_load(&self->told)))
        if (quiet_load(&is_over))
            return;
        else
            sched_yield();
    dawdle(self);
    if (!setjmp(end))
        smp_enter(told);
    quiet_store(&self->is_done, true);
}

/* What is needed to call another CPU. */
static void look_on(void)
{
    while (!quiet_load(&is_over)) {
        for (unsigned i = 1; i < cpu_count(); i++)
            must(cpu_locals[i].apic_id == 4711);
        sched_yield();
    }
}

static void start_all(void)
{
    smp_start(CPU_MAX, begin);
    for (unsigned i = 1; i <= OTHERS; i++)
        while (quiet_load(&machine[i].told) && !quiet_load(&machine[i].is_done))
            sched_yield();
    must(cpu_count() == 1 + quiet_load(&came));
    quiet_store(&is_over, true);
}

static void work(unsigned cpu)
{
    if (cpu == CPUS - 1)
        look_on();
    else if (cpu)
        come(cpu);
    else
        start_all();
}

int main(void)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        races_run(CPUS, work);
        memset(machine, 0, sizeof machine);
        memset(cpu_locals, 0, sizeof cpu_locals);
        is_over = false;
        came = 0;
        online = 1;
        chance = round;
    }
}
