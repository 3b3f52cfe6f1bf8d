/* SPDX-License-Identifier: MIT */
/* The debug build's list of the sleeping locks that a thread holds: taken in
 * order of rank (two of one rank are the caller's affair), never under a spin
 * lock or in a read section. */
#ifndef SCHED_MUTEX_DEBUG_H
#define SCHED_MUTEX_DEBUG_H

#include "sched/thread.h"

#ifdef CONFIG_DEBUG
void sleeping_lock_take(enum lock_rank rank, const void *lock);
void sleeping_lock_drop(const void *lock);
#else
#define sleeping_lock_take(rank, lock) ((void)0)
#define sleeping_lock_drop(lock)       ((void)0)
#endif

#endif
