/* SPDX-License-Identifier: MIT */
/* What the scheduler's switch calls beside it, where that does nothing. */
#ifndef RACES_NO_NEIGHBOURS_H
#define RACES_NO_NEIGHBOURS_H

void refcount_init(struct refcount *refs) { }
size_t string_copy(char *to, const char *from, size_t bytes) { return 0; }
void grace_quiescent(void) { }
void grace_idle(void) { }
void grace_idle_done(void) { }
void grace_init_cpu(unsigned cpu) { }
void timers_init_cpu(unsigned cpu) { }
void timer_init(struct timer *timer, timer_fn expired) { }
void timer_arm(struct timer *timer, uint64_t deadline_ns) { }
bool timer_cancel(struct timer *timer) { return true; }
void tick_limit(struct run_queue *queue, uint64_t deadline_ns) { }
void tick_stop(struct run_queue *queue) { }
void load_wake(void) { }
void deferred_leave(struct thread *thread) { }

#endif
