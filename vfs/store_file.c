/* SPDX-License-Identifier: MIT */
/* Regular files in memory: read and write copy from the very pages that mmap
 * maps.
 *
 * The hard part is that user memory may fault in the middle.  Pages are pinned
 * meanwhile, writes are serialised by inode->change (which no fault needs), and
 * the size grows only over bytes that have arrived. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/control.h"
#include "vfs/seals.h"
#include "vfs/tmpfs.h"

static uint64_t size_of(const struct inode *inode)
{
    return atomic_load(&inode->store->bytes);
}

/* Reading. */

/* At most the rest of one page. Bytes given, fewer at a fault. */
static size_t read_page(
    struct store *store, struct transfer *t, uint64_t position, size_t bytes)
{
    size_t offset = position % PAGE_BYTES;
    struct page *page = store_find(store, position / PAGE_BYTES);
    if (!page)
        return transfer_give_zeros(t, bytes);
    size_t given =
        transfer_give(t, (char *)page_pointer(page) + offset, bytes);
    page_unpin(page);
    return given;
}

static ssize_t store_file_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    ssize_t result = 0;
    while (t->left) {
        uint64_t size = size_of(file->inode);
        if (*position >= size)
            break;
        size_t chunk = min(PAGE_BYTES - *position % PAGE_BYTES, t->left);
        chunk = min((uint64_t)chunk, size - *position);
        size_t given = read_page(file->inode->store, t, *position, chunk);
        *position += given;
        if (given < chunk) {
            result = -EFAULT;
            break;
        }
        thread_breathe();
    }
    file_touch_accessed(file);
    return transfer_result(t, result);
}

/* Writing: under inode->change. */

/* NULL, and why: the filesystem is full, or memory is. */
static struct page *page_for(struct inode *inode, uint64_t index, int *error)
{
    struct page *page = store_make(inode->store, index, PAGE_MAY_WAIT);
    if (!page)
        *error = tmpfs_shortage(inode);
    return page;
}

static void grow_to(struct inode *inode, uint64_t end)
{
    struct store *store = inode->store;
    spin_lock(&store->lock);
    if (end > store->bytes)
        atomic_store(&store->bytes, end);
    spin_unlock(&store->lock);
}

/* At most the rest of one page: bytes taken, or -ENOSPC, -ENOMEM, -EFAULT,
 * -EPERM. */
static ssize_t write_page(
    struct inode *inode, struct transfer *t, uint64_t position, size_t bytes)
{
    int error = 0;
    size_t offset = position % PAGE_BYTES;
    if (inode->seals & SEAL_GROW && position + bytes > size_of(inode))
        return -EPERM;
    /* Fault the source in before a page is made for nothing. */
    size_t ready = transfer_prepare(t, bytes, false);
    if (!ready)
        return -EFAULT;
    struct page *page = page_for(inode, position / PAGE_BYTES, &error);
    if (!page)
        return error;
    size_t taken =
        transfer_take(t, (char *)page_pointer(page) + offset, ready);
    atomic_or(&page->flags, PAGE_FLAG_DIRTY);
    page_unpin(page);
    if (!taken)
        return -EFAULT;
    grow_to(inode, position + taken);
    return taken;
}

/* How much of it may be written there: -EFBIG if nothing. */
static ssize_t check_limits(uint64_t position, size_t bytes)
{
    uint64_t limit = min(file_size_limit(), (uint64_t)INT64_MAX);
    if (position >= limit)
        return -EFBIG;
    return min((uint64_t)bytes, limit - position);
}

static ssize_t write_locked(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct inode *inode = file->inode;
    if (file->flags & OPEN_APPEND || t->appends)
        *position = size_of(inode);
    if (!t->left)
        return 0;
    if (!seals_allow_write(inode))
        return -EPERM;
    ssize_t allowed = check_limits(*position, t->left);
    if (allowed < 0)
        return allowed;
    ssize_t moved = 0;
    inode_drop_set_ids(inode, file->opener);
    inode_touch(inode, TOUCH_MODIFIED | TOUCH_CHANGED);
    while (allowed) {
        size_t chunk =
            min(PAGE_BYTES - *position % PAGE_BYTES, (size_t)allowed);
        moved = write_page(inode, t, *position, chunk);
        if (moved <= 0)
            break;
        *position += moved;
        allowed -= moved;
        thread_breathe();
    }
    return transfer_result(t, moved);
}

static ssize_t store_file_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    mutex_lock(&file->inode->change);
    ssize_t result = write_locked(file, t, position);
    mutex_unlock(&file->inode->change);
    return result;
}

/* The rest. */

/* A file sealed against writing is shared with readers for ever. */
static int check_seals(const struct inode *inode, struct mapping *mapping)
{
    if (!(mapping->flags & AREA_SHARED) || seals_allow_write(inode))
        return 0;
    mapping->flags &= ~AREA_MAY_WRITE;
    return mapping->flags & AREA_WRITE ? -EPERM : 0;
}

static int store_file_map(struct file *file, struct mapping *mapping)
{
    int error = check_seals(file->inode, mapping);
    if (error)
        return error;
    mapping->store = file->inode->store;
    mapping->backing = &file_backing;
    mapping->object = file;
    return 0;
}

static uint64_t next_data(struct store *store, uint64_t offset)
{
    uint64_t index = store_next_page(store, offset / PAGE_BYTES);
    if (index == UINT64_MAX)
        return UINT64_MAX;
    return max(offset, index * PAGE_BYTES);
}

static uint64_t next_hole(struct store *store, uint64_t offset)
{
    uint64_t index = store_next_hole(store, offset / PAGE_BYTES);
    return max(offset, index * PAGE_BYTES);
}

static int64_t seek_sparse(
    struct file *file, int64_t offset, enum seek_from from)
{
    struct store *store = file->inode->store;
    uint64_t size = size_of(file->inode), found;
    if (offset < 0 || (uint64_t)offset >= size)
        return -ENXIO;
    found = from == SEEK_TO_DATA ? next_data(store, offset)
                                 : min(next_hole(store, offset), size);
    if (found > size || (from == SEEK_TO_DATA && found >= size))
        return -ENXIO;
    file->position = found;
    return found;
}

static int64_t store_file_seek(
    struct file *file, int64_t offset, enum seek_from from)
{
    int64_t base = 0;
    if (from == SEEK_TO_DATA || from == SEEK_TO_HOLE)
        return seek_sparse(file, offset, from);
    if (from == SEEK_CURRENT)
        base = file->position;
    else if (from == SEEK_END_OF)
        base = size_of(file->inode);
    if (__builtin_add_overflow(base, offset, &base) || base < 0)
        return -EINVAL;
    file->position = base;
    return base;
}

/* Memory is always as safe as it gets. */
static int store_file_sync(struct file *file)
{
    return 0;
}

/* Making pages for a range, all or none: the holes that were filled are kept in
 * mind, to be punched again. */
struct filling {
    struct inode *inode;
    unsigned count, room;
    struct hole {
        uint64_t first, end;
    } *holes;
};

static int note_hole(struct filling *filling, uint64_t first, uint64_t end)
{
    enum { AT_FIRST = 8 };
    if (filling->count == filling->room) {
        unsigned room = filling->room ? filling->room * 2 : AT_FIRST;
        struct hole *more = heap_alloc(room * sizeof *more);
        if (!more)
            return -ENOMEM;
        if (filling->count)
            memcpy(more, filling->holes, filling->count * sizeof *more);
        heap_free(filling->holes);
        filling->holes = more;
        filling->room = room;
    }
    filling->holes[filling->count++] = (struct hole){ first, end };
    return 0;
}

static int fill_hole(struct filling *filling, uint64_t first, uint64_t end)
{
    int error = note_hole(filling, first, end);
    for (uint64_t index = first; !error && index < end; index++) {
        struct page *page = page_for(filling->inode, index, &error);
        if (page)
            page_unpin(page);
        if (!error && thread_is_interrupted())
            error = -EINTR;
        thread_breathe();
    }
    return error;
}

/* What someone mapped and wrote to meanwhile stays. */
static void empty_page(struct store *store, uint64_t index)
{
    struct page *page = store_find(store, index);
    if (!page)
        return;
    bool is_written = atomic_load(&page->flags) & PAGE_FLAG_DIRTY;
    page_unpin(page);
    if (!is_written)
        store_punch(store, index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
}

static void empty_again(struct filling *filling)
{
    struct store *store = filling->inode->store;
    for (unsigned i = 0; i < filling->count; i++) {
        uint64_t index = filling->holes[i].first;
        while ((index = store_next_page(store, index)) < filling->holes[i].end)
            empty_page(store, index++);
        thread_breathe();
    }
    tmpfs_settle(filling->inode);
}

static int make_pages(struct inode *inode, uint64_t from, uint64_t end)
{
    struct filling filling = { .inode = inode };
    uint64_t index = from / PAGE_BYTES;
    uint64_t last = (end + PAGE_BYTES - 1) / PAGE_BYTES;
    uint64_t most = atomic_load(&inode->filesystem->max_pages);
    int error = most && last - index > most ? -ENOSPC : 0;
    while (!error && (index = store_next_hole(inode->store, index)) < last) {
        uint64_t next = min(store_next_page(inode->store, index), last);
        error = fill_hole(&filling, index, next);
        index = next;
    }
    if (error)
        empty_again(&filling);
    heap_free(filling.holes);
    return error;
}

static int punch_locked(struct inode *inode, uint64_t from, uint64_t end)
{
    if (!seals_allow_write(inode))
        return -EPERM;
    store_punch(inode->store, from, end);
    tmpfs_settle(inode);
    return 0;
}

static int allocate_locked(
    struct inode *inode, unsigned how, uint64_t from, uint64_t end)
{
    bool grows = end > size_of(inode);
    if (grows && end > file_size_limit())
        return -EFBIG;
    if (grows && inode->seals & SEAL_GROW)
        return -EPERM;
    int error = make_pages(inode, from, end);
    if (!error && !(how & ALLOCATE_KEEP_SIZE))
        grow_to(inode, end);
    return error;
}

static int store_file_allocate(
    struct file *file, unsigned how, uint64_t from, uint64_t bytes)
{
    struct inode *inode = file->inode;
    uint64_t end = from + bytes;
    int error = 0;
    if (how & ~(ALLOCATE_KEEP_SIZE | ALLOCATE_PUNCH))
        return -EOPNOTSUPP;
    mutex_lock(&inode->change);
    error = how & ALLOCATE_PUNCH ? punch_locked(inode, from, end)
                                 : allocate_locked(inode, how, from, end);
    if (!error) {
        inode_drop_set_ids(inode, file->opener);
        inode_touch(inode, TOUCH_MODIFIED | TOUCH_CHANGED);
    }
    mutex_unlock(&inode->change);
    return error;
}

static long store_file_control(
    struct file *file, unsigned verb, uintptr_t argument)
{
    if (verb != CONTROL_BYTES_READY)
        return -ENOTTY;
    int64_t rest = size_of(file->inode) - file->position;
    *(int *)argument = rest > INT32_MAX ? INT32_MAX : (int)rest;
    return 0;
}

const struct file_ops store_file_ops = {
    .read = store_file_read,
    .write = store_file_write,
    .control = store_file_control,
    .map = store_file_map,
    .seek = store_file_seek,
    .sync = store_file_sync,
    .allocate = store_file_allocate,
};
