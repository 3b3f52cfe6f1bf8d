/* SPDX-License-Identifier: MIT */
/* Turns: who reads or writes something that is done by one at a time has the
 * turn; those who wait for it can be interrupted. */
#ifndef KERNEL_TURN_H
#define KERNEL_TURN_H

#include "sched/wait.h"

/* 0 when it is the caller's; -EAGAIN if it may not wait, -ERESTART.  Others who
 * wait in the queue are woken too, and look again. */
int turn_take(uint32_t *turn, struct wait_queue *queue, bool blocks);
void turn_end(uint32_t *turn, struct wait_queue *queue);

#endif
