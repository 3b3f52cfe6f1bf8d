/* SPDX-License-Identifier: MIT */
/* The inside of epoll, for the vfs/epoll*.c.
 *
 * An entry belongs to its epoll (which owns it) and to the open file it watches,
 * of which it has no reference: the file's last put removes it.  Removing is
 * done under epoll->lock, and an entry leaves file->watchers last; so whoever
 * finds one there, under file->lock, finds its epoll alive. */
#ifndef VFS_EPOLL_ENTRIES_H
#define VFS_EPOLL_ENTRIES_H

#include "arch/atomic.h"
#include "vfs/epoll.h"

enum { EPOLL_DEPTH_MAX = 4 }; /* steps from an epoll to the innermost */

struct epoll {
    struct refcount refs; /* its file's, and those who look at entries */
    uint32_t uid;         /* who has the entries */

    struct mutex lock; /* RANK_EPOLL_ENTRIES; outer epolls first */
    struct tree entries;  /* [lock] by file and number */

    struct spinlock ready_lock; /* RANK_EPOLL, with interrupts off */
    struct list ready;          /* [ready_lock] entries to look at */
    unsigned ready_count;       /* [ready_lock to change it, atomic] */

    struct wait_queue sleepers; /* in epoll_wait: exclusive */
    struct wait_queue pollers;  /* of this epoll's own file */

    /* Under epoll_nesting: */
    struct list inners; /* nests of epolls that this one watches */
    struct list outers; /* nests of those that watch this one */
    uint64_t walk;      /* the last one that came by */
    int walk_depth;     /* and what it found */
};

/* Of an entry whose file is an epoll itself. */
struct epoll_nest {
    struct list inner_link, outer_link; /* outer->inners, inner->outers */
    struct epoll *outer, *inner;
    struct epoll_entry *entry;
};

struct epoll_entry {
    struct tree_node node; /* [epoll->lock] */
    struct waiter waiter;  /* in the file's queue */
    struct list ready_link;   /* [ready_lock] */
    struct list watcher_link; /* [file->lock] */
    struct epoll *epoll;
    struct file *file;
    struct epoll_nest *nest; /* or NULL */
    struct epoll_interest interest; /* [lock and ready_lock: either to read] */
    int fd;
};

extern struct mutex epoll_nesting; /* RANK_EPOLL_NESTING */

static inline struct epoll *epoll_of(const struct file *file)
{
    return file->private;
}

static inline bool epoll_entry_is_ready(const struct epoll_entry *entry)
{
    return !list_is_empty(&entry->ready_link);
}

/* Under ready_lock. */
static inline void epoll_count_ready(struct epoll *epoll, int more)
{
    atomic_store(&epoll->ready_count, epoll->ready_count + more);
}

/* What of `events` is not said by the program but to us. */
#define EPOLL_PRIVATE                                                          \
    (EPOLL_EXCLUSIVE | EPOLL_WAKE_UP | EPOLL_ONCE | EPOLL_EDGE)

/* epoll.c, under epoll->lock: */
void epoll_remove_entry(struct epoll_entry *entry);
/* epoll_wait.c: */
void epoll_make_ready(struct epoll_entry *entry); /* at the end, and wakes */
unsigned epoll_poll(struct file *file, struct waiter *waiter);
bool epoll_entry_woken(struct waiter *waiter, unsigned events);

/* epoll_nesting.c, under epoll_nesting: */
/* Would epoll watch itself through inner, or the chain be too long? -ELOOP */
int epoll_check_loop(struct epoll *epoll, struct epoll *inner);
/* Is there for some file too many a path upwards through the entry's epoll, or
 * too long a one? -EINVAL. Takes locks of inner epolls; entry->epoll->lock must
 * be held. */
int epoll_check_paths(struct epoll_entry *entry);
void epoll_nest(struct epoll_nest *nest, struct epoll_entry *entry);
void epoll_unnest(struct epoll_entry *entry);

#endif
