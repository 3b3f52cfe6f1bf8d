/* SPDX-License-Identifier: MIT */
/* A file that tells what happened to what it watches.
 *
 * A watch belongs to its file (by number) and to its inode (whose lock comes
 * first).  It ends from either side: the file forgets it or is closed, the
 * inode is deleted; whoever takes it out of both frees it.  The queue is
 * bounded; what does not fit is told as one overflow. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/control.h"
#include "vfs/handle.h"
#include "vfs/inotify_queue.h"
#include "vfs/users.h"

static const struct file_ops inotify_ops;

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

static bool tell_overflow(struct inotify *inotify)
{
    bool is_news = list_is_empty(&inotify->overflow.link);
    if (is_news)
        queue_locked(inotify, &inotify->overflow);
    return is_news;
}

/* False: it is told already. */
static bool tell_locked(struct inotify *inotify, int number, unsigned events,
    const char *name, size_t bytes, uint32_t cookie)
{
    if (inotify->event_count >= inotify->most_events)
        return tell_overflow(inotify);
    if (is_told(inotify, number, events, name, bytes))
        return false;
    struct event *event = event_new(number, events, name, bytes, cookie);
    if (!event)
        return tell_overflow(inotify);
    queue_locked(inotify, event);
    return true;
}

void watch_tell(const struct watch *watch, unsigned events, const char *name,
    size_t bytes, uint32_t cookie)
{
    struct inotify *inotify = watch->inotify;
    if (events & (NOTIFY_DELETE_SELF | NOTIFY_MOVE_SELF))
        events &= ~(unsigned)NOTIFY_DIRECTORY;
    spin_lock(&inotify->lock);
    bool is_news =
        tell_locked(inotify, watch->number, events, name, bytes, cookie);
    spin_unlock(&inotify->lock);
    if (is_news)
        wait_queue_wake_one(&inotify->queue, READY_IN | TELL_IN);
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

static int inotify_async(struct file *file)
{
    return TELL_IN;
}

static long inotify_control(
    struct file *file, unsigned verb, uintptr_t argument)
{
    struct inotify *inotify = file->private;
    if (verb == CONTROL_SET_NEXT_WATCH)
        return inotify_set_next(inotify, argument);
    if (verb != CONTROL_BYTES_READY)
        return -ENOTTY;
    *(int *)argument = atomic_load(&inotify->bytes);
    return 0;
}

/* The file. */

static void inotify_release(struct file *file)
{
    struct inotify *inotify = file->private;
    struct watch watch;
    struct event *event;
    bool is_too_long;
    while (inotify_look_from(inotify, 1, &watch)) {
        inotify_end_watch(inotify, watch.inode, watch.number);
        inode_put(watch.inode);
        thread_breathe();
    }
    while ((event = take_event(inotify, SIZE_MAX, &is_too_long)))
        event_free(inotify, event);
    user_uncount(inotify->uid, USER_INOTIFY_FILES);
    heap_free(inotify);
}

/* The inode's handle; where there is no such thing, its number and none. */
static void handle_text(const struct inode *inode, char *text, size_t capacity)
{
    struct handle handle = { { (uint32_t)inode->number } };
    unsigned bytes = 2 * sizeof handle.words[0];
    if (!handle_make(inode, &handle))
        bytes = sizeof handle;
    size_t used = format(text, capacity,
        "fhandle-bytes:%x fhandle-type:1 f_handle:", bytes);
    for (unsigned i = 0; i < bytes; i++)
        used += format(text + used, capacity - used, "%02x",
            ((const unsigned char *)&handle)[i]);
}

static size_t describe_watch(
    const struct watch *watch, char *buffer, size_t capacity)
{
    const unsigned shown = NOTIFY_ALL | WATCH_ONLY_LINKED | WATCH_ONCE;
    struct attributes attributes;
    char handle[80];
    inode_attributes(watch->inode, &attributes);
    handle_text(watch->inode, handle, sizeof handle);
    return format(buffer, capacity,
        "inotify wd:%x ino:%lx sdev:%lx mask:%x ignored_mask:0 %s\n",
        watch->number, (unsigned long)attributes.inode,
        (unsigned long)((attributes.device >> 32) << 20 |
            (attributes.device & 0xfffff)),
        watch->events & shown, handle);
}

/* The newest first. */
static size_t inotify_describe(struct file *file, char *buffer, size_t capacity)
{
    struct inotify *inotify = file->private;
    struct watch watch = { .number = INT32_MAX };
    size_t bytes = 0;
    bool is_there = inotify_look_from(inotify, INT32_MAX, &watch) ||
        inotify_look_below(inotify, INT32_MAX, &watch);
    for (; is_there;
         is_there = inotify_look_below(inotify, watch.number, &watch)) {
        size_t room = bytes < capacity ? capacity - bytes : 0;
        bytes += describe_watch(&watch, room ? buffer + bytes : NULL, room);
        inode_put(watch.inode);
    }
    return bytes;
}

static const struct file_ops inotify_ops = {
    .read = inotify_read,
    .poll = inotify_poll,
    .async = inotify_async,
    .control = inotify_control,
    .describe = inotify_describe,
    .release = inotify_release,
    .cannot_seek = true,
    .cannot_copy = true,
    .seek = file_seek_nowhere,
    .is_stream = true,
    .reads_by_segment = true,
};

static struct inotify *inotify_new(const struct credentials *who)
{
    struct inotify *inotify = heap_alloc_zeroed(sizeof *inotify);
    if (!inotify)
        return NULL;
    inotify->uid = who->uid;
    inotify->most_events = inotify_most(INOTIFY_EVENTS);
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
    if (user_count(who->uid, USER_INOTIFY_FILES, inotify_most(INOTIFY_FILES)))
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
