/* SPDX-License-Identifier: MIT */
/* A file that tells what happened to what it watches.
 *
 * A watch belongs to its file (by number) and to its inode (whose lock comes
 * first).  It ends from either side: the file forgets it or is closed, the
 * inode is deleted; whoever takes it out of both frees it.  The queue is
 * bounded; what does not fit is told as one overflow. */
#include "vfs/inotify.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "vfs/control.h"
#include "vfs/users.h"

struct event {
    struct list link;
    struct watch_record record;
    char name[];
};

struct inotify {
    uint32_t uid; /* who has it */
    struct wait_queue queue;
    struct spinlock lock; /* RANK_NOTIFY */
    /* Under lock: */
    struct tree watches; /* by number */
    int last_number;
    struct list events;
    unsigned event_count; /* [atomic to read] */
    size_t bytes;         /* that reads would give */
    struct event overflow; /* its own, so that it never lacks memory */
};

static const struct file_ops inotify_ops;
static struct spinlock all_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list all = LIST_INIT(all); /* [all_lock] watches */

/* As Linux: one in a hundred pages may hold what watches cost. */
uint64_t inotify_watches_max(void)
{
    enum { COST = 1280, LEAST = 8192, MOST = 1048576 };
    struct page_totals totals;
    page_totals(&totals);
    uint64_t most = totals.total / 100 * PAGE_BYTES / COST;
    return max(min(most, (uint64_t)MOST), (uint64_t)LEAST);
}

bool file_is_inotify(const struct file *file)
{
    return file->ops == &inotify_ops;
}

/* Events. */

/* A name takes whole records, with at least one NUL. */
static size_t padded(size_t name_bytes)
{
    return name_bytes
        ? align_up(name_bytes + 1, sizeof(struct watch_record))
        : 0;
}

/* Nothing new: the same is the last that is queued. */
static bool is_told(const struct inotify *inotify, int number, unsigned events,
    const char *name, size_t bytes)
{
    const struct event *last = list_last(&inotify->events, struct event, link);
    return last && last->record.watch == number &&
        last->record.events == events && last->record.bytes == padded(bytes) &&
        !(events & NOTIFY_IGNORED) &&
        (!bytes ||
            (!memcmp(last->name, name, bytes) && !last->name[bytes]));
}

static void queue_locked(struct inotify *inotify, struct event *event)
{
    list_add(&inotify->events, &event->link);
    atomic_store(&inotify->event_count, inotify->event_count + 1);
    inotify->bytes += sizeof event->record + event->record.bytes;
}

static struct event *event_new(int number, unsigned events, const char *name,
    size_t bytes, uint32_t cookie)
{
    size_t room = padded(bytes);
    struct event *event = heap_alloc(sizeof *event + room);
    if (!event)
        return NULL;
    event->record = (struct watch_record){ number, events, cookie, room };
    memset(event->name, 0, room);
    memcpy(event->name, name, bytes);
    return event;
}

static void tell_overflow(struct inotify *inotify)
{
    if (list_is_empty(&inotify->overflow.link))
        queue_locked(inotify, &inotify->overflow);
}

void watch_tell(const struct watch *watch, unsigned events, const char *name,
    size_t bytes, uint32_t cookie)
{
    struct inotify *inotify = watch->inotify;
    if (events & (NOTIFY_DELETE_SELF | NOTIFY_MOVE_SELF))
        events &= ~(unsigned)NOTIFY_DIRECTORY;
    spin_lock(&inotify->lock);
    if (inotify->event_count >= INOTIFY_EVENTS_MAX) {
        tell_overflow(inotify);
    } else if (!is_told(inotify, watch->number, events, name, bytes)) {
        struct event *event =
            event_new(watch->number, events, name, bytes, cookie);
        if (event)
            queue_locked(inotify, event);
        else
            tell_overflow(inotify);
    }
    spin_unlock(&inotify->lock);
    wait_queue_wake_one(&inotify->queue, READY_IN);
}

/* Reading. */

/* The next event, taken out; NULL: none, or (*is_too_long) no room for it. */
static struct event *take_event(
    struct inotify *inotify, size_t room, bool *is_too_long)
{
    spin_lock(&inotify->lock);
    struct event *event = list_first(&inotify->events, struct event, link);
    size_t bytes = event ? sizeof event->record + event->record.bytes : 0;
    *is_too_long = bytes > room;
    if (event && !*is_too_long) {
        list_remove(&event->link);
        atomic_store(&inotify->event_count, inotify->event_count - 1);
        inotify->bytes -= bytes;
    } else {
        event = NULL;
    }
    spin_unlock(&inotify->lock);
    return event;
}

static void event_free(struct inotify *inotify, struct event *event)
{
    if (event != &inotify->overflow)
        heap_free(event);
}

static bool give(struct transfer *t, const struct event *event)
{
    size_t bytes = event->record.bytes;
    return transfer_give(t, &event->record, sizeof event->record) ==
        sizeof event->record &&
        transfer_give(t, event->name, bytes) == bytes;
}

/* All that is there and fits. 0: nothing is there. */
static ssize_t read_some(struct inotify *inotify, struct transfer *t)
{
    struct event *event;
    bool is_too_long;
    while ((event = take_event(inotify, t->left, &is_too_long))) {
        bool is_given = give(t, event);
        event_free(inotify, event);
        if (!is_given)
            return -EFAULT;
    }
    return t->moved ? (ssize_t)t->moved : is_too_long ? -EINVAL : 0;
}

static ssize_t inotify_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct inotify *inotify = file->private;
    for (;;) {
        ssize_t result = read_some(inotify, t);
        if (result)
            return result;
        if (atomic_load(&file->flags) & OPEN_NONBLOCK)
            return -EAGAIN;
        result = wait_until(&inotify->queue, SLEEP_INTERRUPTIBLE, FOREVER,
            atomic_load(&inotify->event_count));
        if (result)
            return result;
    }
}

static unsigned inotify_poll(struct file *file, struct waiter *waiter)
{
    struct inotify *inotify = file->private;
    if (waiter)
        wait_queue_add(&inotify->queue, waiter);
    return atomic_load(&inotify->event_count) ? READY_IN : 0;
}

static long inotify_control(
    struct file *file, unsigned verb, uintptr_t argument)
{
    struct inotify *inotify = file->private;
    if (verb != CONTROL_BYTES_READY)
        return -ENOTTY;
    *(int *)argument = atomic_load(&inotify->bytes);
    return 0;
}

/* Watches. */

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

static void enter_locked(struct inotify *inotify, struct watch *watch)
{
    struct tree_node **link = &inotify->watches.root, *parent = NULL;
    do
        inotify->last_number =
            inotify->last_number == INT32_MAX ? 1 : inotify->last_number + 1;
    while (find_locked(inotify, inotify->last_number));
    watch->number = inotify->last_number;
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
    *error = user_count(who->uid, USER_INOTIFY_WATCHES, inotify_watches_max())
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

/* That watch's number, events and inode, this with a reference; false: none. */
static bool look_from(struct inotify *inotify, int number, struct watch *copy)
{
    spin_lock(&inotify->lock);
    struct watch *watch = first_from(inotify, number);
    if (watch) {
        copy->number = watch->number;
        copy->events = watch->events;
        copy->inode = inode_get(watch->inode);
    }
    spin_unlock(&inotify->lock);
    return watch;
}

/* False: it ended meanwhile by itself. */
static bool end_watch(
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
    if (file->ops != &inotify_ops || number <= 0)
        return -EINVAL;
    struct watch watch;
    if (!look_from(inotify, number, &watch))
        return -EINVAL;
    bool was_there = watch.number == number &&
        end_watch(inotify, watch.inode, number);
    inode_put(watch.inode);
    return was_there ? 0 : -EINVAL;
}

/* The file. */

static void inotify_release(struct file *file)
{
    struct inotify *inotify = file->private;
    struct watch watch;
    struct event *event;
    bool is_too_long;
    while (look_from(inotify, 1, &watch)) {
        end_watch(inotify, watch.inode, watch.number);
        inode_put(watch.inode);
        thread_breathe();
    }
    while ((event = take_event(inotify, SIZE_MAX, &is_too_long)))
        event_free(inotify, event);
    user_uncount(inotify->uid, USER_INOTIFY_FILES);
    heap_free(inotify);
}

static size_t describe_watch(
    const struct watch *watch, char *buffer, size_t capacity)
{
    struct attributes attributes;
    inode_attributes(watch->inode, &attributes);
    return format(buffer, capacity,
        "inotify wd:%x ino:%lx sdev:%lx mask:%x ignored_mask:0\n",
        watch->number, (unsigned long)attributes.inode,
        (unsigned long)((attributes.device >> 32) << 20 |
            (attributes.device & 0xfffff)),
        watch->events);
}

static size_t inotify_describe(struct file *file, char *buffer, size_t capacity)
{
    struct inotify *inotify = file->private;
    struct watch watch = { .number = 0 };
    size_t bytes = 0;
    while (look_from(inotify, watch.number + 1, &watch)) {
        size_t room = bytes < capacity ? capacity - bytes : 0;
        bytes += describe_watch(&watch, room ? buffer + bytes : NULL, room);
        inode_put(watch.inode);
    }
    return bytes;
}

static const struct file_ops inotify_ops = {
    .read = inotify_read,
    .poll = inotify_poll,
    .control = inotify_control,
    .describe = inotify_describe,
    .release = inotify_release,
    .cannot_seek = true,
    .stays = true,
    .is_stream = true,
};

static struct inotify *inotify_new(const struct credentials *who)
{
    struct inotify *inotify = heap_alloc_zeroed(sizeof *inotify);
    if (!inotify)
        return NULL;
    inotify->uid = who->uid;
    wait_queue_init(&inotify->queue);
    spin_init(&inotify->lock, RANK_NOTIFY);
    list_init(&inotify->events);
    list_init(&inotify->overflow.link);
    inotify->overflow.record =
        (struct watch_record){ .watch = -1, .events = NOTIFY_OVERFLOW };
    return inotify;
}

int inotify_open(
    unsigned flags, const struct credentials *who, struct file **opened)
{
    if (user_count(who->uid, USER_INOTIFY_FILES, INOTIFY_FILES_MAX))
        return -EMFILE;
    struct inotify *inotify = inotify_new(who);
    int error = inotify
        ? file_open_unnamed("anon_inode:inotify", NULL, &inotify_ops, inotify,
              flags | OPEN_READ, who, opened)
        : -ENOMEM;
    if (error) {
        heap_free(inotify);
        user_uncount(who->uid, USER_INOTIFY_FILES);
    }
    return error;
}
