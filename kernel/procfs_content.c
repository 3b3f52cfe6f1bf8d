/* SPDX-License-Identifier: MIT */
/* The files of /proc and /sys: content made at the first read, and what is
 * written given to who knows what it means.  What each can besides differs as
 * on Linux, where they are made in several ways. */
#include "kernel/procfs_node.h"

#include "lib/errno.h"
#include "mm/heap.h"

enum { WRITE_BYTES_MAX = 4096 };

struct proc_file { /* file->private of a regular file */
    struct mutex lock;
    struct text text;
    bool is_made;
    unsigned seen; /* [atomic] changes that were told */
};


static int make_content(struct proc_file *content, const struct node *node)
{
    text_free(&content->text);
    content->is_made = false;
    if (!node->what->show)
        return -EINVAL;
    if (subject_is_gone(&node->subject))
        return -ESRCH;
    int error = node->what->show(&content->text, &node->subject);
    if (!error)
        error = content->text.error;
    content->is_made = !error;
    return error;
}

static ssize_t read_content(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct proc_file *content = file->private;
    ssize_t result = 0;
    mutex_lock(&content->lock);
    if (!*position || !content->is_made)
        result = make_content(content, file->inode->private);
    if (!result)
        result = text_give(&content->text, t, position);
    mutex_unlock(&content->lock);
    return result;
}

static ssize_t write_content(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct node *node = file->inode->private;
    if (!node->what->store)
        return -EIO;
    if (!t->left && !node->is_raw)
        return 0;
    if (t->left >= WRITE_BYTES_MAX)
        return -EINVAL;
    char *value = heap_alloc(t->left + 1);
    if (!value)
        return -ENOMEM;
    size_t wanted = t->left;
    size_t bytes = transfer_take(t, value, wanted);
    value[bytes] = 0;
    if (bytes && value[bytes - 1] == '\n')
        value[bytes - 1] = 0;
    int error = -EFAULT;
    if (bytes == wanted)
        error = subject_is_gone(&node->subject) ? -ESRCH
                                        : node->what->store(value, &node->subject);
    heap_free(value);
    if (error)
        return error;
    *position += bytes;
    return bytes;
}

static void release_content(struct file *file)
{
    struct proc_file *content = file->private;
    if (!content)
        return;
    text_free(&content->text);
    heap_free(content);
}

/* Each change is told once. */
static unsigned poll_content(struct file *file, struct waiter *waiter)
{
    struct proc_file *content = file->private;
    const struct node *node = file->inode->private;
    unsigned changes = node->what->changes(waiter);
    bool is_news = atomic_exchange(&content->seen, changes) != changes;
    return READY_IN | (is_news ? READY_ERROR | READY_PRIORITY : READY_OUT);
}

/* What is of no process can be waited for, and is always ready. */
static unsigned poll_system(struct file *file, struct waiter *waiter)
{
    return READY_IN | READY_OUT;
}

/* Linux makes most of them a line at a time, forwards. */
int64_t proc_seek_forwards(
    struct file *file, int64_t offset, enum seek_from from)
{
    if (from != SEEK_START && from != SEEK_CURRENT)
        return -EINVAL;
    int64_t base = from == SEEK_CURRENT ? file->position : 0;
    if (__builtin_add_overflow(base, offset, &base) || base < 0)
        return -EINVAL;
    file->position = base;
    return base;
}

int64_t proc_seek_near(struct file *file, int64_t offset, enum seek_from from)
{
    uint64_t before = file->position;
    int64_t result = file_seek_plainly(file, offset, from);
    if (result <= INT32_MAX)
        return result;
    file->position = before;
    return -EINVAL;
}

/* What can be read from anywhere has such ends, but for settings. */
static int64_t seek_raw(struct file *file, int64_t offset, enum seek_from from)
{
    const struct node *node = file->inode->private;
    bool is_setting = node->what->flags & PROC_FAR ||
        (!node->subject.pid && !proc_is_of_sys(file->inode));
    return is_setting ? file_seek_plainly(file, offset, from)
                      : proc_seek_near(file, offset, from);
}

#define CONTENT_OPS                                                            \
    .read = read_content, .write = write_content, .release = release_content
int proc_map_nothing(struct file *file, struct mapping *mapping)
{
    return -EIO;
}

#define FORWARDS .seek = proc_seek_forwards, .cannot_write_at = true
#define UNSENT   .cannot_copy = true, .cannot_be_copied_to = true

/* Of a process … */
const struct file_ops proc_content_ops = { CONTENT_OPS, FORWARDS, UNSENT };
static const struct file_ops raw_ops = { CONTENT_OPS, UNSENT, .seek = seek_raw };
/* … and of the system. */
static const struct file_ops system_ops = {
    CONTENT_OPS,
    FORWARDS,
    .map = proc_map_nothing,
    .poll = poll_system,
    .cannot_be_copied_to = true,
};
static const struct file_ops system_raw_ops = {
    CONTENT_OPS,
    .seek = seek_raw,
    .poll = poll_system,
};
static const struct file_ops watched_ops = {
    CONTENT_OPS,
    .poll = poll_content,
};

static const struct file_ops *ops_of(const struct node *node)
{
    if (node->what->changes)
        return &watched_ops;
    if (node->subject.pid && !(node->what->flags & PROC_SYSTEM))
        return node->is_raw ? &raw_ops : &proc_content_ops;
    return node->is_raw ? &system_raw_ops : &system_ops;
}

int proc_content_open(const struct node *node, struct file *file)
{
    struct proc_file *content = heap_alloc_zeroed(sizeof *content);
    if (!content)
        return -ENOMEM;
    mutex_init(&content->lock, RANK_NONE);
    if (node->what->changes)
        content->seen = node->what->changes(NULL);
    file->private = content;
    file->ops = ops_of(node);
    return 0;
}
