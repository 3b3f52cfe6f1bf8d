/* SPDX-License-Identifier: MIT */
/* What each user has in all his processes, counted against limits. */
#ifndef VFS_USERS_H
#define VFS_USERS_H

#include "lib/types.h"

enum user_count {
    USER_THREADS, USER_SIGNALS, USER_EPOLL_ENTRIES, USER_FILES_IN_FLIGHT,
    USER_INOTIFY_FILES, USER_INOTIFY_WATCHES, USER_PIPE_SLOTS, USER_COUNTS
};

/* One more, unless there are `limit` already: -EAGAIN (no memory, too). Spins
 * with interrupts off; not for interrupt handlers. */
int user_count(uint32_t uid, enum user_count what, uint64_t limit);
void user_uncount(uint32_t uid, enum user_count what);
/* So many more, without a limit; *all: with them. -EAGAIN: no memory. */
int user_count_many(
    uint32_t uid, enum user_count what, unsigned count, uint64_t *all);
void user_uncount_many(uint32_t uid, enum user_count what, unsigned count);
uint64_t user_has(uint32_t uid, enum user_count what);

#endif
