/* SPDX-License-Identifier: MIT */
/* Grace periods.  Kernel code is not preempted, so a read section is code that
 * does not yield; a CPU is quiescent when it yields, idles or is in user code.
 * What was unlinked before grace_call is freed after every CPU was quiescent. */
#ifndef SCHED_GRACE_H
#define SCHED_GRACE_H

#include "lib/types.h"

struct grace {
    struct grace *next;
    void (*run)(struct grace *grace);
};

/* Marks for readers and the debug build (which asserts no sleep inside). */
void grace_read(void);
void grace_read_done(void);
/* run(grace) later, in a worker thread; may be called anywhere but in an
 * interrupt handler. */
void grace_call(struct grace *grace, void (*run)(struct grace *grace));
/* Sleeps until all read sections that were under way are over. */
void grace_wait(void);
/* All callbacks queued before have run: for tests and accounts. */
void grace_drain(void);
/* From the scheduler: this CPU is quiescent. */
void grace_quiescent(void);

#endif
