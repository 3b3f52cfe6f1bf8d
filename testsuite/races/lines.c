/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* A line gets its handler while its interrupts come in. */
#include "races.h"
#include "arch/common/lines.c"

enum { FIRST = 1 };

struct cpu_local cpu_locals[CPU_MAX];
static struct device { unsigned line; } devices[LINES_KNOWN];
static unsigned current_line; /* [atomic] about to be registered */

static void handle(void *data)
{
    struct device *device = data;
    must(device->line);
}

int line_route(unsigned number, enum irq_trigger trigger)
{
    return number % 8 ? 0 : -EINVAL;
}

static void add(unsigned number)
{
    bool is_there = number % 8;
    if (is_there) /* else no interrupt comes from it */
        __atomic_store_n(&current_line, number, __ATOMIC_RELAXED);
    sched_yield();
    devices[number].line = number;
    int error = irq_register(number, IRQ_EDGE, handle, &devices[number]);
    must(error == (is_there ? 0 : -EINVAL));
    if (is_there)
        must(irq_register(number, IRQ_EDGE, handle, NULL) == -EBUSY);
}

static void work(unsigned cpu)
{
    for (unsigned i = FIRST; !cpu && i < LINES_KNOWN; i++)
        add(i);
    unsigned line = 0;
    while (cpu && line < LINES_KNOWN - 1) {
        line = __atomic_load_n(&current_line, __ATOMIC_RELAXED);
        line_interrupt(line);
    }
}

int main(void)
{
    races_run(2, work);
}
