/* SPDX-License-Identifier: MIT */
/* Descriptor tables.
 *
 * The hard part is that slots are read without locks while the table grows.
 * So the slots live in chunks of 64 that never move; growing replaces only the
 * array that points at them, and the old array goes after a grace period.  The
 * lowest free number is found by bitmap: one word per chunk, and one bit in
 * `full` for each chunk without room. */
#include "vfs/files.h"

#include "arch/atomic.h"
#include "lib/bitmap.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/files_table.h"
#include "vfs/locks.h"

static unsigned number_limit = FILES_NUMBERS; /* [atomic] */

uint64_t files_number_limit(void)
{
    return atomic_load(&number_limit);
}

void files_set_number_limit(unsigned limit)
{
    atomic_store(&number_limit, limit);
}

/* Of RLIMIT_NOFILE, the setting, and what a table can hold. */
static uint64_t below_all_limits(uint64_t limit)
{
    limit = min(limit, files_number_limit());
    return min(limit, (uint64_t)TABLE_NUMBERS);
}

/* Chunks and the array. */

static struct file_slots *slots_new(unsigned chunk_count)
{
    struct file_slots *slots = heap_alloc_zeroed(sizeof *slots
        + chunk_count * sizeof slots->chunks[0]
        + bitmap_longs(chunk_count) * sizeof(unsigned long));
    if (!slots)
        return NULL;
    slots->chunk_count = chunk_count;
    slots->full = (unsigned long *)&slots->chunks[chunk_count];
    return slots;
}

static void slots_free(struct grace *grace)
{
    heap_free(container_of(grace, struct file_slots, grace));
}

struct files *files_new_with(unsigned chunk_count)
{
    struct files *files = heap_alloc_zeroed(sizeof *files);
    if (!files)
        return NULL;
    refcount_init(&files->refs);
    files->users = 1;
    spin_init(&files->lock, RANK_FILES);
    files->slots = slots_new(chunk_count);
    if (!files->slots) {
        heap_free(files);
        return NULL;
    }
    return files;
}

struct files *files_new(void)
{
    return files_new_with(FIRST_CHUNKS);
}

struct files *files_get(struct files *files)
{
    refcount_get(&files->refs);
    return files;
}

struct files *files_share(struct files *files)
{
    atomic_add(&files->users, 1);
    return files_get(files);
}

bool files_are_shared(const struct files *files)
{
    return atomic_load(&files->users) > 1;
}

/* What closing means for one who is not in the table any more. */
void file_leaves_table(struct files *files, struct file *file)
{
    if (file->inode && !list_is_empty(&file->inode->locks))
        lock_drop_owner(file->inode, LOCK_POSIX, files);
    if (file->ops->flush)
        file->ops->flush(file);
    file_put(file);
}

/* Nobody opens any more; but some may still look. */
static void close_all(struct files *files)
{
    struct file_slots *slots = files->slots;
    for (unsigned i = 0; i < slots->chunk_count; i++) {
        struct file_chunk *chunk = slots->chunks[i];
        for (unsigned j = 0; chunk && j < CHUNK_SLOTS; j++) {
            struct file *file = chunk->files[j];
            if (!file)
                continue;
            atomic_store(&chunk->files[j], NULL);
            file_leaves_table(files, file);
        }
        if (chunk)
            thread_breathe();
    }
}

void files_put(struct files *files)
{
    if (!files || !refcount_put(&files->refs))
        return;
    if (files->users) /* one that no thread got */
        close_all(files);
    struct file_slots *slots = files->slots;
    for (unsigned i = 0; i < slots->chunk_count; i++)
        heap_free(slots->chunks[i]);
    heap_free(slots);
    heap_free(files);
}

void files_leave(struct files *files)
{
    if (files && atomic_sub(&files->users, 1) == 1)
        close_all(files);
    files_put(files);
}

/* Makes room for fd; afterwards the caller looks again, under the lock. */
static int grow(struct files *files, unsigned fd)
{
    unsigned index = fd / CHUNK_SLOTS;
    unsigned wanted = atomic_load_acquire(&files->slots)->chunk_count;
    while (wanted <= index)
        wanted *= 2;
    struct file_chunk *chunk = heap_alloc_zeroed(sizeof *chunk);
    struct file_slots *fresh = slots_new(wanted), *old = NULL;
    if (!chunk || !fresh) {
        heap_free(chunk);
        heap_free(fresh);
        return -ENOMEM;
    }
    spin_lock(&files->lock);
    struct file_slots *slots = files->slots;
    if (slots->chunk_count <= index) {
        memcpy(fresh->chunks, slots->chunks,
            slots->chunk_count * sizeof slots->chunks[0]);
        memcpy(fresh->full, slots->full,
            bitmap_longs(slots->chunk_count) * sizeof(unsigned long));
        atomic_store_release(&files->slots, fresh); /* slot_in_section */
        old = slots;
        slots = fresh;
        fresh = NULL;
    }
    if (!slots->chunks[index]) {
        atomic_store_release(&slots->chunks[index], chunk); /* the same */
        chunk = NULL;
    }
    spin_unlock(&files->lock);
    heap_free(chunk);
    heap_free(fresh);
    if (old)
        grace_call(&old->grace, slots_free);
    return 0;
}

/* Under files->lock: */

static struct file_chunk *chunk_of(struct files *files, unsigned fd)
{
    struct file_slots *slots = files->slots;
    unsigned index = fd / CHUNK_SLOTS;
    return index < slots->chunk_count ? slots->chunks[index] : NULL;
}

struct file *files_slot_locked(struct files *files, unsigned fd)
{
    struct file_chunk *chunk = chunk_of(files, fd);
    return chunk ? chunk->files[fd % CHUNK_SLOTS] : NULL;
}

static bool is_taken(struct files *files, unsigned fd)
{
    struct file_chunk *chunk = chunk_of(files, fd);
    return chunk && chunk->in_use >> fd % CHUNK_SLOTS & 1;
}

static void set_close_on_exec(struct file_chunk *chunk, unsigned fd, bool on)
{
    uint64_t bit = 1ull << fd % CHUNK_SLOTS;
    chunk->close_on_exec = on ? chunk->close_on_exec | bit
                              : chunk->close_on_exec & ~bit;
}

static void take(struct files *files, unsigned fd, unsigned fd_flags)
{
    struct file_chunk *chunk = chunk_of(files, fd);
    chunk->in_use |= 1ull << fd % CHUNK_SLOTS;
    set_close_on_exec(chunk, fd, fd_flags & FD_CLOSE_ON_EXEC);
    if (chunk->in_use == UINT64_MAX)
        bitmap_add(files->slots->full, fd / CHUNK_SLOTS);
    if (fd == files->first_free)
        files->first_free = fd + 1;
}

static void give_back(struct files *files, unsigned fd)
{
    struct file_chunk *chunk = chunk_of(files, fd);
    chunk->in_use &= ~(1ull << fd % CHUNK_SLOTS);
    set_close_on_exec(chunk, fd, false);
    bitmap_remove(files->slots->full, fd / CHUNK_SLOTS);
    if (fd < files->first_free)
        files->first_free = fd;
}

struct file *files_take_out_locked(struct files *files, unsigned fd)
{
    struct file *file = files_slot_locked(files, fd);
    if (!file)
        return NULL;
    atomic_store(&chunk_of(files, fd)->files[fd % CHUNK_SLOTS], NULL);
    give_back(files, fd);
    return file;
}

/* The lowest free number >= from; its chunk may be missing. */
static unsigned lowest_free(struct files *files, unsigned from)
{
    const struct file_slots *slots = files->slots;
    unsigned fd = max(from, files->first_free);
    unsigned index = fd / CHUNK_SLOTS;
    if (index < slots->chunk_count && slots->chunks[index]) {
        uint64_t free = ~slots->chunks[index]->in_use
            & (UINT64_MAX << fd % CHUNK_SLOTS);
        if (free)
            return index * CHUNK_SLOTS + __builtin_ctzll(free);
        index = bitmap_find_clear(slots->full, slots->chunk_count, index + 1);
        fd = index * CHUNK_SLOTS;
        if (index < slots->chunk_count && slots->chunks[index])
            fd += __builtin_ctzll(~slots->chunks[index]->in_use);
    }
    return fd;
}

/* Numbers. */

int files_reserve(
    struct files *files, unsigned from, uint64_t limit, unsigned fd_flags)
{
    if (from && from >= limit)
        return -EINVAL;
    limit = below_all_limits(limit);
    for (;;) {
        spin_lock(&files->lock);
        unsigned fd = lowest_free(files, from);
        bool has_room = fd < limit && chunk_of(files, fd);
        if (has_room) {
            take(files, fd, fd_flags);
            if (from <= files->first_free)
                files->first_free = fd + 1;
        }
        spin_unlock(&files->lock);
        if (has_room)
            return fd;
        if (fd >= limit)
            return -EMFILE;
        int error = grow(files, fd);
        if (error)
            return error;
    }
}

void files_install(struct files *files, int fd, struct file *file)
{
    spin_lock(&files->lock);
    /* Its content must be there for those who read the slot without a lock. */
    atomic_store_release(
        &chunk_of(files, fd)->files[fd % CHUNK_SLOTS], file);
    spin_unlock(&files->lock);
}

void files_release(struct files *files, int fd)
{
    spin_lock(&files->lock);
    give_back(files, fd);
    spin_unlock(&files->lock);
}

int files_add(
    struct files *files, struct file *file, uint64_t limit, unsigned fd_flags)
{
    int fd = files_reserve(files, 0, limit, fd_flags);
    if (fd < 0)
        file_put(file);
    else
        files_install(files, fd, file);
    return fd;
}

/* Finding. */

static struct file *slot_in_section(struct files *files, unsigned fd)
{
    struct file_slots *slots = atomic_load_acquire(&files->slots);
    unsigned index = fd / CHUNK_SLOTS;
    if (index >= slots->chunk_count)
        return NULL;
    struct file_chunk *chunk = atomic_load_acquire(&slots->chunks[index]);
    return chunk ? atomic_load_acquire(&chunk->files[fd % CHUNK_SLOTS]) : NULL;
}

struct file *files_find(struct files *files, int fd)
{
    if (fd < 0)
        return NULL;
    grace_read();
    struct file *file = slot_in_section(files, fd);
    if (file && !file_get_unless_zero(file))
        file = NULL; /* closed while we looked: so it was not open */
    grace_read_done();
    return file;
}

struct file *files_borrow(struct files *files, int fd, bool *has_reference)
{
    /* With one user there is no one else who could close or grow. */
    *has_reference = refcount_read(&files->refs) != 1;
    if (*has_reference)
        return files_find(files, fd);
    return fd < 0 ? NULL : slot_in_section(files, fd);
}

/* One descriptor. */

int files_close(struct files *files, int fd)
{
    if (fd < 0)
        return -EBADF;
    spin_lock(&files->lock);
    struct file *file = files_take_out_locked(files, fd);
    spin_unlock(&files->lock);
    if (!file)
        return -EBADF;
    file_leaves_table(files, file);
    return 0;
}

/* Puts the file of `from` at `to`; 0, or why not, -EAGAIN: room is missing. */
static int duplicate_locked(struct files *files, unsigned from, unsigned to,
    unsigned fd_flags, struct file **old)
{
    struct file *file = files_slot_locked(files, from);
    if (!file)
        return -EBADF;
    if (!chunk_of(files, to))
        return -EAGAIN;
    *old = files_slot_locked(files, to);
    if (!*old && is_taken(files, to))
        return -EBUSY; /* another thread's open is about to fill it */
    take(files, to, fd_flags);
    atomic_store_release(
        &chunk_of(files, to)->files[to % CHUNK_SLOTS], file_get(file));
    return 0;
}

int files_duplicate(
    struct files *files, int from, int to, unsigned fd_flags, uint64_t limit)
{
    struct file *old = NULL;
    limit = below_all_limits(limit);
    if (from < 0 || to < 0 || (unsigned)to >= limit)
        return -EBADF;
    for (;;) {
        spin_lock(&files->lock);
        int error = from == to
            ? (files_slot_locked(files, from) ? 0 : -EBADF)
            : duplicate_locked(files, from, to, fd_flags, &old);
        spin_unlock(&files->lock);
        if (error == -EAGAIN)
            error = grow(files, to);
        else if (!error)
            break;
        if (error)
            return error;
    }
    if (old)
        file_leaves_table(files, old);
    return to;
}

int files_flags(struct files *files, int fd)
{
    int flags = -EBADF;
    if (fd < 0)
        return -EBADF;
    spin_lock(&files->lock);
    if (files_slot_locked(files, fd))
        flags = chunk_of(files, fd)->close_on_exec >> fd % CHUNK_SLOTS & 1
            ? FD_CLOSE_ON_EXEC
            : 0;
    spin_unlock(&files->lock);
    return flags;
}

int files_set_flags(struct files *files, int fd, unsigned fd_flags)
{
    int error = -EBADF;
    if (fd < 0)
        return -EBADF;
    spin_lock(&files->lock);
    if (files_slot_locked(files, fd)) {
        set_close_on_exec(
            chunk_of(files, fd), fd, fd_flags & FD_CLOSE_ON_EXEC);
        error = 0;
    }
    spin_unlock(&files->lock);
    return error;
}
