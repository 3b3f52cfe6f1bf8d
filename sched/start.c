/* SPDX-License-Identifier: MIT */
/* The beginning of the scheduler, on the boot CPU. */
#include "sched/run_queue.h"

void sched_init(void)
{
    pid_init_table();
    real_clock_init();
    tick_init();
    load_init();
}
