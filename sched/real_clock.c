/* SPDX-License-Identifier: MIT */
/* The real-time clock: the monotonic one and an offset. */
#include "sched/run_queue.h"
#include "sched/timer.h"
#include "sched/wait.h"

static int64_t offset_ns; /* [atomic] one word: readers need no lock */
static struct wait_queue set_queue = WAIT_QUEUE_INIT(set_queue);

void real_clock_init(void)
{
    uint64_t wall_ns = clock_boot_wall_seconds() * NS_PER_SECOND;
    atomic_store(&offset_ns, (int64_t)wall_ns);
}

uint64_t clock_real_ns(void)
{
    return clock_ns() + atomic_load(&offset_ns);
}

int64_t clock_real_offset(void)
{
    return atomic_load(&offset_ns);
}

void clock_set_real_ns(uint64_t real_ns)
{
    atomic_store(&offset_ns, (int64_t)(real_ns - clock_ns()));
    wait_queue_wake_all(&set_queue, READY_READ);
}

struct wait_queue *clock_set_queue(void)
{
    return &set_queue;
}
