/* SPDX-License-Identifier: MIT */
/* All locks there are, for /proc/locks.
 *
 * One list has them, oldest first; who waits for one stands behind it.  There
 * may be many, so that a reader has a mark of its own in the list and takes some
 * at a time; what is in front of the mark when it goes on was told, and what comes
 * behind the last one there was is not. */
#include "vfs/locks_held.h"

#include "vfs/inode.h"

static struct spinlock all_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list all = LIST_INIT(all);

static struct lock_node *node_of(struct list *link)
{
    return container_of(link, struct lock_node, link);
}

void held_tell(struct held *held)
{
    held->node.kind = NODE_HELD;
    held->last_blocked = NULL;
    spin_lock(&all_lock);
    list_add(&all, &held->node.link);
    spin_unlock(&all_lock);
}

/* What waits for it looks again soon. */
void held_forget(struct held *held)
{
    spin_lock(&all_lock);
    struct list *link = held->node.link.next;
    while (held->last_blocked) {
        struct lock_node *node = node_of(link);
        link = link->next;
        if (node->kind != NODE_BLOCKED)
            continue;
        struct blocked *blocked = container_of(node, struct blocked, node);
        if (blocked == held->last_blocked)
            held->last_blocked = NULL;
        blocked->holder = NULL;
        list_remove(&node->link);
    }
    list_remove(&held->node.link);
    spin_unlock(&all_lock);
}

static void forget_locked(struct blocked *blocked)
{
    struct held *holder = blocked->holder;
    if (!holder)
        return;
    if (holder->last_blocked == blocked) {
        struct lock_node *before = node_of(blocked->node.link.prev);
        while (before->kind == NODE_CURSOR)
            before = node_of(before->link.prev);
        holder->last_blocked = before->kind == NODE_BLOCKED
            ? container_of(before, struct blocked, node)
            : NULL;
    }
    list_remove(&blocked->node.link);
    blocked->holder = NULL;
}

void blocked_tell(struct blocked *blocked, struct held *holder)
{
    spin_lock(&all_lock);
    if (blocked->holder != holder) {
        forget_locked(blocked);
        blocked->node.kind = NODE_BLOCKED;
        list_add_first(holder->last_blocked
                ? &holder->last_blocked->node.link
                : &holder->node.link,
            &blocked->node.link);
        blocked->holder = holder;
        holder->last_blocked = blocked;
    }
    spin_unlock(&all_lock);
}

void blocked_forget(struct blocked *blocked)
{
    spin_lock(&all_lock);
    forget_locked(blocked);
    spin_unlock(&all_lock);
}

/* Its file is open, so that the inode is there. */
static struct lock_shown shown_of(struct lock_node *node)
{
    struct lock_shown shown;
    const struct inode *inode;
    if (node->kind == NODE_BLOCKED) {
        struct blocked *blocked = container_of(node, struct blocked, node);
        shown = blocked->shown;
        shown.is_blocked = true;
        inode = blocked->inode;
    } else {
        struct held *held = container_of(node, struct held, node);
        shown = (struct lock_shown){
            .family = held->family,
            .type = held->type,
            .start = held->start,
            .end = held->end,
            .pid = held->pid,
        };
        inode = held->inode;
    }
    if (shown.family == LOCK_FILE)
        shown.pid = -1;
    shown.device = inode->filesystem->device;
    shown.inode = inode->number;
    return shown;
}

/* Some between the marks, of which the first goes behind them. */
static unsigned take_locked(struct lock_node *mark, const struct lock_node *end,
    struct lock_shown *room, unsigned count)
{
    unsigned taken = 0;
    struct list *link = mark->link.next;
    for (; link != &end->link && taken < count; link = link->next)
        if (node_of(link)->kind != NODE_CURSOR)
            room[taken++] = shown_of(node_of(link));
    list_remove(&mark->link);
    list_add(link, &mark->link);
    return taken;
}

void lock_list_all(struct lock_shown *room, unsigned count,
    bool (*give)(const struct lock_shown *lock, void *data), void *data)
{
    struct lock_node mark = { .kind = NODE_CURSOR }, end = mark;
    bool goes_on = true;
    spin_lock(&all_lock);
    list_add_first(&all, &mark.link);
    list_add(&all, &end.link);
    while (goes_on) {
        unsigned taken = take_locked(&mark, &end, room, count);
        spin_unlock(&all_lock);
        goes_on = taken;
        for (unsigned i = 0; goes_on && i < taken; i++)
            goes_on = give(&room[i], data);
        thread_breathe();
        spin_lock(&all_lock);
    }
    list_remove(&mark.link);
    list_remove(&end.link);
    spin_unlock(&all_lock);
}
