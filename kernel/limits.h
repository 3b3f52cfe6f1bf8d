/* SPDX-License-Identifier: MIT */
/* Resource limits, numbered as in getrlimit(2) on every Linux CPU we run on
 * (asserted in abi/linux/layouts.c). */
#ifndef KERNEL_LIMITS_H
#define KERNEL_LIMITS_H

#include "vfs/users.h"

enum limit_kind {
    LIMIT_CPU, LIMIT_FILE_BYTES, LIMIT_DATA, LIMIT_STACK, LIMIT_CORE,
    LIMIT_RESIDENT, LIMIT_PROCESSES, LIMIT_FILES, LIMIT_LOCKED, LIMIT_SPACE,
    LIMIT_LOCKS, LIMIT_SIGNALS, LIMIT_QUEUES, LIMIT_NICE, LIMIT_REAL_TIME,
    LIMIT_REAL_TIME_US, LIMIT_KINDS
};
#define LIMIT_NONE UINT64_MAX

struct limit {
    uint64_t soft, hard;
};

struct process;
uint64_t process_limit(struct process *process, enum limit_kind kind); /* soft */
/* prlimit: old and wanted may be NULL. -EINVAL, -EPERM. Also tells the space. */
int process_set_limit(struct process *process, enum limit_kind kind,
    const struct limit *wanted, struct limit *old);
/* Current ran in real time: SIGXCPU or SIGKILL if that was too long. */
void limits_check_realtime(void);
void limits_init_first(struct limit limits[LIMIT_KINDS]);
/* All threads of the system, against what memory allows. -EAGAIN */
void limits_init_threads(uint64_t memory_pages);
unsigned limits_most_threads(void);
void limits_set_most_threads(unsigned most); /* those there are stay */
int all_threads_count(void);
void all_threads_uncount(void);
unsigned all_threads(void);

/* How many processes (threads) a user has, against LIMIT_PROCESSES. -EAGAIN. */
static inline int user_count_thread(
    uint32_t uid, uint64_t limit, bool is_privileged)
{
    return user_count(uid, USER_THREADS, is_privileged ? LIMIT_NONE : limit);
}
static inline void user_uncount_thread(uint32_t uid)
{
    user_uncount(uid, USER_THREADS);
}
static inline void user_move_thread(uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    /* Without memory for the new user's count he has one too few: better than
     * one that never goes. */
    (void)user_count(to, USER_THREADS, LIMIT_NONE);
    user_uncount(from, USER_THREADS);
}
/* Queued signals: -EAGAIN. */
static inline int user_count_signal(uint32_t uid, uint64_t limit)
{
    return user_count(uid, USER_SIGNALS, limit);
}
static inline void user_uncount_signal(uint32_t uid)
{
    user_uncount(uid, USER_SIGNALS);
}
static inline unsigned user_signals(uint32_t uid)
{
    return user_has(uid, USER_SIGNALS);
}

#endif
