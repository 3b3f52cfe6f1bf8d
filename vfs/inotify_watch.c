/* SPDX-License-Identifier: MIT */
/* Watches: each hangs at an inode and at the file that is told.  The inode's
 * lock comes first; a watch that is out of both is freed without any. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "vfs/inotify_queue.h"
#include "vfs/users.h"

static struct spinlock all_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list all = LIST_INIT(all); /* [all_lock] watches */

/* As Linux: one in a hundred pages may hold what watches cost. */
static uint64_t usual_watches(void)
{
    enum { COST = 1280, LEAST = 8192, MOST = 1048576 };
    struct page_totals totals;
    page_totals(&totals);
    uint64_t most = totals.total / 100 * PAGE_BYTES / COST;
    return max(min(most, (uint64_t)MOST), (uint64_t)LEAST);
}

static int64_t limits[] = { /* [atomic] -1: what is usual */
    [INOTIFY_EVENTS] = 16384,
    [INOTIFY_FILES] = 128,
    [INOTIFY_WATCHES] = -1,
};

uint64_t inotify_most(enum inotify_limit what)
{
    if (atomic_load(&limits[what]) < 0)
        atomic_replace(&limits[what], -1, (int64_t)usual_watches());
    return atomic_load(&limits[what]);
}

void inotify_set_most(enum inotify_limit what, uint32_t most)
{
    atomic_store(&limits[what], (int64_t)most);
}

static struct watch *find_locked(struct inotify *inotify, int number)
{
    struct tree_node *node = inotify->watches.root;
    while (node) {
        struct watch *watch = container_of(node, struct watch, node);
        if (watch->number == number)
            return watch;
        node = number < watch->number ? node->left : node->right;
    }
    return NULL;
}

static int next_number_locked(struct inotify *inotify)
{
    do
        inotify->last_number =
            inotify->last_number == INT32_MAX ? 1 : inotify->last_number + 1;
    while (find_locked(inotify, inotify->last_number));
    return inotify->last_number;
}

/* As on Linux, a watch too many has had its number. */
static void waste_number(struct inotify *inotify)
{
    spin_lock(&inotify->lock);
    next_number_locked(inotify);
    spin_unlock(&inotify->lock);
}

static void enter_locked(struct inotify *inotify, struct watch *watch)
{
    struct tree_node **link = &inotify->watches.root, *parent = NULL;
    watch->number = next_number_locked(inotify);
    while (*link) {
        parent = *link;
        link = watch->number < container_of(parent, struct watch, node)->number
            ? &parent->left
            : &parent->right;
    }
    tree_insert(&inotify->watches, &watch->node, parent, link);
}

void watch_take_out(struct watch *watch)
{
    list_remove(&watch->inode_link);
    spin_lock(&watch->inotify->lock);
    tree_remove(&watch->inotify->watches, &watch->node);
    spin_unlock(&watch->inotify->lock);
    spin_lock(&all_lock);
    list_remove(&watch->all_link);
    spin_unlock(&all_lock);
}

void watch_free(struct watch *watch)
{
    atomic_sub(&notify_watches, 1);
    user_uncount(watch->uid, USER_INOTIFY_WATCHES);
    inode_put(watch->inode);
    heap_free(watch);
}

struct inode *watch_first_of(const struct filesystem *filesystem)
{
    struct inode *inode = NULL;
    struct watch *watch;
    spin_lock(&all_lock);
    list_for_each(watch, &all, all_link)
        if (watch->inode->filesystem == filesystem) {
            inode = inode_get(watch->inode);
            break;
        }
    spin_unlock(&all_lock);
    return inode;
}

static struct watch *watch_new(struct inotify *inotify, struct inode *inode,
    unsigned events, const struct credentials *who, int *error)
{
    *error = user_count(who->uid, USER_INOTIFY_WATCHES, inotify_most(INOTIFY_WATCHES))
        ? -ENOSPC
        : 0;
    if (*error)
        return NULL;
    struct watch *watch = heap_alloc_zeroed(sizeof *watch);
    if (!watch) {
        user_uncount(who->uid, USER_INOTIFY_WATCHES);
        *error = -ENOMEM;
        return NULL;
    }
    watch->inotify = inotify;
    watch->inode = inode_get(inode);
    watch->events = events;
    watch->uid = who->uid;
    atomic_add(&notify_watches, 1);
    return watch;
}

static struct watch *watch_of(struct inode *inode, const struct inotify *of)
    must_hold(inode->lock)
{
    struct watch *watch;
    list_for_each(watch, &inode->watches, inode_link)
        if (watch->inotify == of)
            return watch;
    return NULL;
}

/* Another mask for one that is there. 0: there is none. */
static int change_locked(struct inode *inode, struct inotify *inotify,
    unsigned events, enum watch_how how) must_hold(inode->lock)
{
    struct watch *watch = watch_of(inode, inotify);
    if (!watch)
        return 0;
    if (how == WATCH_NEW)
        return -EEXIST;
    watch->events = how == WATCH_ADD ? watch->events | events : events;
    return watch->number;
}

static int change(struct inode *inode, struct inotify *inotify,
    unsigned events, enum watch_how how)
{
    spin_lock(&inode->lock);
    int result = change_locked(inode, inotify, events, how);
    spin_unlock(&inode->lock);
    return result;
}

int inotify_watch(struct file *file, struct inode *inode, unsigned events,
    enum watch_how how, const struct credentials *who)
{
    struct inotify *inotify = file->private;
    int error, number = change(inode, inotify, events, how);
    if (number)
        return number;
    struct watch *watch = watch_new(inotify, inode, events, who, &error);
    if (error == -ENOSPC)
        waste_number(inotify);
    if (!watch)
        return error;
    spin_lock(&inode->lock);
    number = change_locked(inode, inotify, events, how); /* it came meanwhile */
    if (!number) {
        spin_lock(&inotify->lock);
        enter_locked(inotify, watch);
        spin_unlock(&inotify->lock);
        spin_lock(&all_lock);
        list_add(&all, &watch->all_link);
        spin_unlock(&all_lock);
        list_add(&inode->watches, &watch->inode_link);
        number = watch->number;
        watch = NULL;
    }
    spin_unlock(&inode->lock);
    if (watch)
        watch_free(watch);
    return number;
}

/* The first with a number of at least `number`. */
static struct watch *first_from(struct inotify *inotify, int number)
    must_hold(inotify->lock)
{
    struct tree_node *node = inotify->watches.root;
    struct watch *best = NULL;
    while (node) {
        struct watch *watch = container_of(node, struct watch, node);
        if (watch->number >= number)
            best = watch;
        node = watch->number >= number ? node->left : node->right;
    }
    return best;
}

static struct watch *last_below(struct inotify *inotify, int number)
    must_hold(inotify->lock)
{
    struct tree_node *node = inotify->watches.root;
    struct watch *best = NULL;
    while (node) {
        struct watch *watch = container_of(node, struct watch, node);
        if (watch->number < number)
            best = watch;
        node = watch->number < number ? node->right : node->left;
    }
    return best;
}

static bool copy_of(const struct watch *watch, struct watch *copy)
{
    if (!watch)
        return false;
    copy->number = watch->number;
    copy->events = watch->events;
    copy->inode = inode_get(watch->inode);
    return true;
}

bool inotify_look_from(
    struct inotify *inotify, int number, struct watch *copy)
{
    spin_lock(&inotify->lock);
    bool is_there = copy_of(first_from(inotify, number), copy);
    spin_unlock(&inotify->lock);
    return is_there;
}

bool inotify_look_below(
    struct inotify *inotify, int number, struct watch *copy)
{
    spin_lock(&inotify->lock);
    bool is_there = copy_of(last_below(inotify, number), copy);
    spin_unlock(&inotify->lock);
    return is_there;
}

int inotify_set_next(struct inotify *inotify, long number)
{
    if (number < 1 || number > INT32_MAX)
        return -EINVAL;
    spin_lock(&inotify->lock);
    inotify->last_number = number - 1;
    spin_unlock(&inotify->lock);
    return 0;
}

bool inotify_end_watch(
    struct inotify *inotify, struct inode *inode, int number)
{
    spin_lock(&inode->lock);
    struct watch *watch = watch_of(inode, inotify);
    bool is_there = watch && watch->number == number;
    if (is_there) {
        watch_tell(watch, NOTIFY_IGNORED, NULL, 0, 0);
        watch_take_out(watch);
    }
    spin_unlock(&inode->lock);
    if (is_there)
        watch_free(watch);
    return is_there;
}

int inotify_forget(struct file *file, int number)
{
    struct inotify *inotify = file->private;
    if (!file_is_inotify(file) || number <= 0)
        return -EINVAL;
    struct watch watch;
    if (!inotify_look_from(inotify, number, &watch))
        return -EINVAL;
    bool was_there = watch.number == number &&
        inotify_end_watch(inotify, watch.inode, number);
    inode_put(watch.inode);
    return was_there ? 0 : -EINVAL;
}
