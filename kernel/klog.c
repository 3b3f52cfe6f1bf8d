/* SPDX-License-Identifier: MIT */
/* The log for klogd and dmesg.
 *
 * There is one place for all who read without looking at numbers: what one of
 * them got, no other gets.  It may lie in the middle of a record, when somebody
 * had too little room for the whole. */
#include "kernel/klog.h"

#include "arch/atomic.h"
#include "kernel/procfs_node.h"
#include "lib/errno.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "sched/log_news.h"
#include "vfs/file.h"

static struct spinlock place_lock = SPINLOCK_INIT(RANK_LEAF);
static uint64_t next_sequence; /* [atomic to read] of the first record … */
static size_t bytes_read;      /* … of which these were read */

bool klog_may_read(void)
{
    return credentials_can(current->credentials, CAPABLE_SYSLOG) ||
        credentials_can(current->credentials, CAPABLE_SYS_ADMIN);
}

static bool has_unread(void)
{
    return atomic_load(&next_sequence) < log_next_sequence();
}

/* The next bytes, at *from in line: a whole record's, or, if none fits and none
 * came before, what there is room for. */
static size_t take(char *line, size_t room, bool is_first, size_t *from)
{
    spin_lock(&place_lock);
    uint64_t sequence = next_sequence;
    size_t bytes = log_read(&sequence, line, LOG_LINE_BYTES);
    if (sequence != next_sequence + 1)
        bytes_read = 0; /* the others were overtaken */
    *from = min(bytes_read, bytes);
    bytes -= *from;
    if (bytes <= room) {
        atomic_store(&next_sequence, sequence);
        bytes_read = 0;
    } else if (is_first) {
        atomic_store(&next_sequence, sequence - 1);
        bytes_read += room;
        bytes = room;
    } else {
        bytes = 0;
    }
    spin_unlock(&place_lock);
    return bytes;
}

static ssize_t give_unread(struct transfer *t, char *line)
{
    size_t bytes, from;
    while (t->left && (bytes = take(line, t->left, !t->moved, &from))) {
        if (transfer_give(t, line + from, bytes) < bytes)
            return transfer_result(t, -EFAULT);
        thread_breathe();
    }
    return t->moved;
}

ssize_t klog_read(struct transfer *t)
{
    char *line = heap_alloc(LOG_LINE_BYTES);
    ssize_t result = line ? 0 : -ENOMEM;
    while (line && !result && t->left) {
        result = wait_until(
            &log_news, SLEEP_INTERRUPTIBLE, FOREVER, has_unread());
        if (!result)
            result = give_unread(t, line);
    }
    heap_free(line);
    return result;
}

/* The bytes of all records from sequence on, before `end`. */
static size_t bytes_between(uint64_t sequence, uint64_t end, char *line)
{
    size_t bytes = 0, length;
    while (sequence < end &&
        (length = log_read(&sequence, line, LOG_LINE_BYTES))) {
        bytes += length;
        thread_breathe();
    }
    return bytes;
}

static ssize_t give_all(struct transfer *t, char *line)
{
    uint64_t sequence = log_first_sequence(), end = log_next_sequence();
    size_t bytes = bytes_between(sequence, end, line);
    while (bytes > t->left && sequence < end)
        bytes -= min(bytes, log_read(&sequence, line, LOG_LINE_BYTES));
    while (sequence < end) {
        bytes = log_read(&sequence, line, LOG_LINE_BYTES);
        if (!bytes || bytes > t->left)
            break;
        if (transfer_give(t, line, bytes) < bytes)
            return transfer_result(t, -EFAULT);
        thread_breathe();
    }
    return t->moved;
}

ssize_t klog_read_all(struct transfer *t)
{
    char *line = heap_alloc(LOG_LINE_BYTES);
    if (!line)
        return -ENOMEM;
    ssize_t result = give_all(t, line);
    heap_free(line);
    return result;
}

long klog_unread_bytes(void)
{
    char *line = heap_alloc(LOG_LINE_BYTES);
    if (!line)
        return -ENOMEM;
    spin_lock(&place_lock);
    uint64_t from = next_sequence;
    size_t before = bytes_read;
    spin_unlock(&place_lock);
    if (from < log_oldest_sequence())
        before = 0;
    size_t bytes = bytes_between(from, log_next_sequence(), line);
    heap_free(line);
    return bytes > before ? bytes - before : 0;
}

/* /proc/kmsg. */

static ssize_t kmsg_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    if (file->flags & OPEN_NONBLOCK && !has_unread())
        return -EAGAIN;
    return klog_read(t);
}

static unsigned kmsg_poll(struct file *file, struct waiter *waiter)
{
    if (waiter)
        wait_queue_add(&log_news, waiter);
    return has_unread() ? READY_IN : 0;
}

static const struct file_ops kmsg_ops = {
    .read = kmsg_read,
    .poll = kmsg_poll,
    .map = proc_map_nothing,
    .is_stream = true,
};

int klog_open(const struct proc_subject *subject, struct file *file)
{
    if (!klog_may_read())
        return -EPERM;
    file->ops = &kmsg_ops;
    return 0;
}
