/* SPDX-License-Identifier: MIT */
/* The memory of threads: one heap block for the thread and its FP state, and a
 * kernel stack. */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include "sched/thread.h"

/* State THREAD_NEW, one reference, all else empty; started it calls
 * start(argument). NULL for want of memory. */
struct thread *thread_new(void (*start)(void *), void *argument);
/* Space, files and paths of current, or of a thread that never ran: under
 * process->lock, so that others who look find them or do not. May sleep. */
void thread_drop_parts(struct thread *thread);
struct space;
/* exec: current goes over to space, whose reference moves in. May sleep. */
void thread_enter_space(struct space *space);
/* The same of descriptors. */
struct files;
void thread_enter_files(struct files *files);
void threads_init(void); /* the free functions of sched/ */
void thread_set_comm(struct thread *thread, const char *name);

/* current's rseq area and its signature; 0: none. */
void thread_set_rseq(uintptr_t area, uint32_t signature);

#endif
