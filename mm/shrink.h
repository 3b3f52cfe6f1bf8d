/* SPDX-License-Identifier: MIT */
/* Shortage of memory: caches that can give pages back, and the choice of a
 * victim, which is kernel/'s. */
#ifndef MM_SHRINK_H
#define MM_SHRINK_H

#include "lib/list.h"

struct shrinker {
    struct list link;
    const char *name;
    /* Frees up to `pages` pages' worth; returns about how many it freed. May
     * sleep. */
    size_t (*shrink)(struct shrinker *shrinker, size_t pages);
};
void shrinker_add(struct shrinker *shrinker);
size_t shrink_all(size_t pages);

/* Set by kernel/: waits for who was ended before, or ends one process (taking
 * its memory at once), and says whether the caller should try again; false: the
 * caller itself must die or fail. */
enum victim_choice { VICTIM_AWAIT_ONLY, VICTIM_CHOOSE };
void memory_set_victim_chooser(bool (*choose)(enum victim_choice choice));
bool memory_choose_victim(enum victim_choice choice);

/* Linux's default heuristic for mmap and friends: refuses only what can never
 * be (more than all memory at once). 0 or -ENOMEM. */
int memory_may_commit(uint64_t bytes);
uint64_t memory_committed_bytes(void);

#endif
