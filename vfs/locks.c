/* SPDX-License-Identifier: MIT */
/* Record locks.
 *
 * The hard parts are the splitting and merging that fcntl(2) promises, and to
 * refuse a wait that would close a circle (EDEADLK).  Each waiter writes down
 * whom it waits for; before sleeping it follows that chain.  Waiters sleep on
 * one of a few queues, by inode, and try again after each change there. */
#include "vfs/locks_held.h"

#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/once.h"
#include "mm/heap.h"

enum { QUEUES = 64, OWNER_BUCKETS = 64, CHAIN_MAX = 64 };

/* One that waits; the first three are for POSIX locks alone. */
struct wait {
    struct list link; /* in waits, by owner */
    const void *owner, *blocker;
    struct blocked blocked;
};

static struct wait_queue queues[QUEUES];
static struct list waits[OWNER_BUCKETS];
static struct spinlock waits_lock = SPINLOCK_INIT(RANK_LEAF);
static struct once is_ready;

static void get_ready(void)
{
    if (likely(!once_begin(&is_ready)))
        return;
    for (unsigned i = 0; i < QUEUES; i++)
        wait_queue_init(&queues[i]);
    for (unsigned i = 0; i < OWNER_BUCKETS; i++)
        list_init(&waits[i]);
    once_end(&is_ready);
}

static struct wait_queue *queue_of(const struct inode *inode)
{
    return &queues[hash_number((uintptr_t)inode) % QUEUES];
}

static void wake(struct inode *inode)
{
    if (once_is_done(&is_ready))
        wait_queue_wake_all(queue_of(inode), READY_OUT);
}

/* Conflicts. */

static bool is_mine(
    const struct held *held, enum lock_family family, const void *owner)
{
    return held->family == family && held->owner == owner;
}

static bool conflicts(const struct held *held, enum lock_family family,
    const void *owner, const struct record *record)
{
    if ((held->family == LOCK_FLOCK) != (family == LOCK_FLOCK))
        return false;
    if (is_mine(held, family, owner))
        return false;
    if (held->start > record->end || held->end < record->start)
        return false;
    return held->type == LOCK_WRITE || record->type == LOCK_WRITE;
}

static struct held *find_conflict(struct inode *inode,
    enum lock_family family, const void *owner, const struct record *record)
{
    struct held *held;
    if (record->type == LOCK_NONE)
        return NULL;
    list_for_each(held, &inode->locks, link)
        if (conflicts(held, family, owner, record))
            return held;
    return NULL;
}

void lock_query(struct file *file, enum lock_family family, const void *owner,
    struct record *record)
{
    struct inode *inode = file->inode;
    spin_lock(&inode->lock);
    const struct held *held = find_conflict(inode, family, owner, record);
    if (held)
        *record = (struct record){
            .type = held->type,
            .start = held->start,
            .end = held->end,
            .pid = held->family == LOCK_FILE ? -1 : held->pid,
        };
    else
        record->type = LOCK_NONE;
    spin_unlock(&inode->lock);
}

/* Setting: under inode->lock, with two spare records, which are used up as
 * needed and taken from the end. */

struct setting {
    struct inode *inode;
    struct file *file;
    enum lock_family family;
    const void *owner;
    struct record record;
    struct held *spare[2];
    struct list removed; /* to be freed after the lock */
};

static struct held *take_spare(struct setting *set)
{
    struct held **slot = set->spare[1] ? &set->spare[1] : &set->spare[0];
    struct held *held = *slot;
    *slot = NULL;
    return held;
}

static void drop_locked(struct setting *set, struct held *held)
{
    held_forget(held);
    list_remove(&held->link);
    list_add(&set->removed, &held->link);
}

/* One of the owner's own: makes room for the new one, or joins it. */
static void yield_to(struct setting *set, struct held *held)
{
    struct record *record = &set->record;
    bool touches = held->end != END_OF_FILE && held->end + 1 == record->start;
    touches |= record->end != END_OF_FILE && record->end + 1 == held->start;
    bool overlaps = held->start <= record->end && held->end >= record->start;
    if (held->type == record->type && (touches || overlaps)) {
        record->start = min(record->start, held->start);
        record->end = max(record->end, held->end);
        drop_locked(set, held);
        return;
    }
    if (!overlaps)
        return;
    if (held->start < record->start && held->end > record->end) {
        struct held *rest = take_spare(set);
        *rest = *held;
        rest->start = record->end + 1;
        list_add_first(&held->link, &rest->link);
        held_tell(rest);
        held->end = record->start - 1;
    } else if (held->start < record->start) {
        held->end = record->start - 1;
    } else if (held->end > record->end) {
        held->start = record->end + 1;
    } else {
        drop_locked(set, held);
    }
}

/* Before the owner's next one; a newcomer's goes to the end of the list. */
static void insert(struct setting *set)
{
    struct held *held, *fresh = take_spare(set);
    struct list *before = &set->inode->locks;
    *fresh = (struct held){
        .inode = set->inode,
        .family = set->family,
        .owner = set->owner,
        .by = set->file,
        .type = set->record.type,
        .start = set->record.start,
        .end = set->record.end,
        .pid = set->record.pid,
    };
    bool seen = false;
    list_for_each(held, &set->inode->locks, link) {
        bool mine = is_mine(held, set->family, set->owner);
        if ((mine && held->start > fresh->start) || (seen && !mine)) {
            before = &held->link;
            break;
        }
        seen |= mine;
    }
    list_add(before, &fresh->link);
    held_tell(fresh);
}

static void apply(struct setting *set)
{
    struct held *held, *after;
    enum lock_type type = set->record.type;
    list_for_each_safe(held, after, &set->inode->locks, link)
        if (is_mine(held, set->family, set->owner))
            yield_to(set, held);
    if (type != LOCK_NONE)
        insert(set);
}

/* flock(2) gives the old lock up first, even if the new one then has to wait.
 * True: there is nothing more to do. */
static bool convert_flock(struct setting *set)
{
    struct held *held, *after;
    list_for_each_safe(held, after, &set->inode->locks, link) {
        if (!is_mine(held, LOCK_FLOCK, set->owner))
            continue;
        if (held->type == set->record.type)
            return true;
        drop_locked(set, held);
    }
    return set->record.type == LOCK_NONE;
}

/* Deadlock: under waits_lock. */

static struct list *bucket_of(const void *owner)
{
    return &waits[hash_number((uintptr_t)owner) % OWNER_BUCKETS];
}

static const void *who_blocks(const void *owner)
{
    const struct wait *wait;
    list_for_each(wait, bucket_of(owner), link)
        if (wait->owner == owner)
            return wait->blocker;
    return NULL;
}

static bool is_circle(const void *owner, const void *blocker)
{
    for (int i = 0; blocker && i < CHAIN_MAX; i++) {
        if (blocker == owner)
            return true;
        blocker = who_blocks(blocker);
    }
    return false;
}

static void forget_wait(struct wait *wait)
{
    if (list_is_empty(&wait->link))
        return;
    spin_lock(&waits_lock);
    list_remove(&wait->link);
    spin_unlock(&waits_lock);
}

/* -EAGAIN, or -EDEADLK: only owners that are processes can be in a circle. */
static int note_wait(
    struct wait *wait, const struct setting *set, const struct held *blocker)
{
    if (set->family != LOCK_POSIX || blocker->family != LOCK_POSIX)
        return -EAGAIN;
    spin_lock(&waits_lock);
    list_remove(&wait->link);
    bool circle = is_circle(set->owner, blocker->owner);
    if (!circle) {
        wait->owner = set->owner;
        wait->blocker = blocker->owner;
        list_add(bucket_of(set->owner), &wait->link);
    }
    spin_unlock(&waits_lock);
    return circle ? -EDEADLK : -EAGAIN;
}

/* One try: 0, -EAGAIN, -EDEADLK. */
static int try(struct setting *set, struct wait *wait)
{
    int error = 0;
    spin_lock(&set->inode->lock);
    bool is_done = set->family == LOCK_FLOCK && convert_flock(set);
    if (!is_done) {
        struct held *blocker = find_conflict(
            set->inode, set->family, set->owner, &set->record);
        if (!blocker)
            apply(set);
        else
            error = wait ? note_wait(wait, set, blocker) : -EAGAIN;
        if (wait && error == -EAGAIN)
            blocked_tell(&wait->blocked, blocker);
    }
    spin_unlock(&set->inode->lock);
    return error;
}

static void free_list(struct list *removed)
{
    struct held *held, *after;
    list_for_each_safe(held, after, removed, link)
        heap_free(held);
}

static void wait_init(struct wait *wait, const struct setting *set)
{
    list_init(&wait->link);
    wait->blocked = (struct blocked){
        .inode = set->inode,
        .shown = { set->family, set->record.type, set->record.start,
            set->record.end, set->record.pid },
    };
}

static int set_or_wait(struct setting *set, bool may_wait)
{
    struct wait wait;
    wait_init(&wait, set);
    int error = try(set, may_wait ? &wait : NULL);
    if (error == -EAGAIN && may_wait) {
        if (!list_is_empty(&set->removed))
            wake(set->inode); /* a flock was given up */
        int slept = wait_until(queue_of(set->inode), SLEEP_INTERRUPTIBLE,
            FOREVER, (error = try(set, &wait)) != -EAGAIN);
        if (slept)
            error = slept;
    }
    forget_wait(&wait);
    blocked_forget(&wait.blocked);
    return error;
}

int lock_set(struct file *file, enum lock_family family, const void *owner,
    const struct record *record, bool may_wait)
{
    struct setting set = {
        .inode = file->inode,
        .file = file,
        .family = family,
        .owner = owner,
        .record = *record,
        .spare = { heap_alloc(sizeof(struct held)),
            heap_alloc(sizeof(struct held)) },
    };
    list_init(&set.removed);
    get_ready();
    int error = set.spare[0] && set.spare[1] ? set_or_wait(&set, may_wait)
                                             : -ENOLCK;
    heap_free(set.spare[0]);
    heap_free(set.spare[1]);
    free_list(&set.removed);
    wake(file->inode);
    return error;
}

/* Dropping. */

static void drop_if(struct inode *inode,
    bool (*goes)(const struct held *held, const void *whose), const void *whose)
{
    struct held *held, *after;
    struct list removed = LIST_INIT(removed);
    spin_lock(&inode->lock);
    list_for_each_safe(held, after, &inode->locks, link) {
        if (!goes(held, whose))
            continue;
        held_forget(held);
        list_remove(&held->link);
        list_add(&removed, &held->link);
    }
    spin_unlock(&inode->lock);
    if (list_is_empty(&removed))
        return;
    free_list(&removed);
    wake(inode);
}

static bool is_posix_of(const struct held *held, const void *owner)
{
    return is_mine(held, LOCK_POSIX, owner);
}

static bool is_file_of(const struct held *held, const void *owner)
{
    return is_mine(held, LOCK_FILE, owner);
}

static bool is_flock_of(const struct held *held, const void *owner)
{
    return is_mine(held, LOCK_FLOCK, owner);
}

void lock_drop_owner(
    struct inode *inode, enum lock_family family, const void *owner)
{
    drop_if(inode,
        family == LOCK_POSIX      ? is_posix_of
            : family == LOCK_FILE ? is_file_of
                                  : is_flock_of,
        owner);
}

static bool is_through(const struct held *held, const void *file)
{
    return held->by == file;
}

void lock_drop_file(struct file *file)
{
    drop_if(file->inode, is_through, file);
}
