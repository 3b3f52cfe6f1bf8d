/* SPDX-License-Identifier: MIT */
/* mounts, mountinfo, mountstats as open files: what they are about is the root
 * that the process had when they were opened.  The first two tell of each change
 * once, to those who poll them. */
#include "arch/atomic.h"
#include "kernel/procfs_mounts.h"
#include "kernel/procfs_node.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "vfs/file.h"
#include "vfs/paths.h"

struct mounts_file {
    struct mutex lock; /* of the text */
    struct text text;
    bool is_made;
    enum mounts_form form;
    struct place root;
    struct mounts *mounts; /* NULL: the root was unmounted */
    unsigned seen;         /* [atomic] changes that were told */
};

static int make_text(struct mounts_file *self)
{
    text_free(&self->text);
    self->is_made = false;
    int error = mounts_text(&self->text, self->root, self->form);
    if (!error)
        error = self->text.error;
    self->is_made = !error;
    return error;
}

static ssize_t read_mounts(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct mounts_file *self = file->private;
    ssize_t result = 0;
    mutex_lock(&self->lock);
    if (!*position || !self->is_made)
        result = make_text(self);
    if (!result)
        result = text_give(&self->text, t, position);
    mutex_unlock(&self->lock);
    return result;
}

static unsigned poll_mounts(struct file *file, struct waiter *waiter)
{
    struct mounts_file *self = file->private;
    if (!self->mounts)
        return READY_IN;
    if (waiter)
        mounts_wait(self->mounts, waiter);
    unsigned changes = mounts_changes(self->mounts);
    bool is_news = atomic_exchange(&self->seen, changes) != changes;
    return READY_IN | (is_news ? READY_ERROR | READY_PRIORITY : 0);
}

static void close_mounts(struct file *file)
{
    struct mounts_file *self = file->private;
    if (!self)
        return;
    text_free(&self->text);
    place_put(self->root);
    mounts_put(self->mounts);
    heap_free(self);
}

static const struct file_ops stats_ops = {
    .seek = proc_seek_forwards,
    .cannot_write_at = true,
    .read = read_mounts,
    .release = close_mounts,
};
static const struct file_ops mounts_ops = {
    .seek = proc_seek_forwards,
    .cannot_write_at = true,
    .read = read_mounts,
    .poll = poll_mounts,
    .release = close_mounts,
};

static int root_of(const struct proc_subject *subject, struct place *root)
{
    struct thread *thread = subject_thread(subject);
    struct paths *paths = thread ? thread_paths(thread) : NULL;
    if (thread)
        thread_put(thread);
    if (!paths)
        return -EINVAL;
    *root = paths_root(paths);
    paths_put(paths);
    return 0;
}

static int open_form(const struct proc_subject *subject, struct file *file,
    enum mounts_form form)
{
    struct place root;
    file->private = NULL;
    int error = root_of(subject, &root);
    if (error)
        return error;
    struct mounts_file *self = heap_alloc_zeroed(sizeof *self);
    if (!self) {
        place_put(root);
        return -ENOMEM;
    }
    struct mounts *mounts = atomic_load(&root.mount->mounts);
    mutex_init(&self->lock, RANK_NONE);
    self->form = form;
    self->root = root;
    self->mounts = mounts ? mounts_get(mounts) : NULL;
    self->seen = mounts ? mounts_changes(mounts) : 0;
    file->private = self;
    file->ops = form == MOUNTS_STATS ? &stats_ops : &mounts_ops;
    return 0;
}

int mounts_open(const struct proc_subject *subject, struct file *file)
{
    return open_form(subject, file, MOUNTS_PLAIN);
}

int mounts_open_info(const struct proc_subject *subject, struct file *file)
{
    return open_form(subject, file, MOUNTS_INFO);
}

int mounts_open_stats(const struct proc_subject *subject, struct file *file)
{
    return open_form(subject, file, MOUNTS_STATS);
}
