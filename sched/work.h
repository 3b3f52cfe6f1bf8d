/* SPDX-License-Identifier: MIT */
/* Work for a thread to do soon: each CPU has a worker, started by kernel/. */
#ifndef SCHED_WORK_H
#define SCHED_WORK_H

#include "lib/list.h"

struct work {
    struct list link;
    void (*run)(struct work *work); /* may sleep, may free the work */
    bool is_queued;
};

void work_init(struct work *work, void (*run)(struct work *work));
/* Any context, interrupts included. Queued already: nothing happens, false. */
bool work_queue(struct work *work);
/* The body of a worker thread: thread_start_kernel("worker/N", work_main, …). */
void work_main(void *cpu);
void work_init_cpus(void);
/* Sleeps until the work queued before has run. */
void work_drain(void);

#endif
