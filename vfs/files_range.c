/* SPDX-License-Identifier: MIT */
/* Many descriptors at once: copies, ranges, exec. */
#include "arch/atomic.h"
#include "lib/bitmap.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "vfs/files_table.h"

/* The lowest fd >= from whose file is there, UINT_MAX if none; skips chunks
 * that were never needed. */
static unsigned next_locked(struct files *files, unsigned from)
{
    const struct file_slots *slots = files->slots;
    unsigned index = from / CHUNK_SLOTS;
    uint64_t mask = UINT64_MAX << from % CHUNK_SLOTS;
    for (; index < slots->chunk_count; index++, mask = UINT64_MAX) {
        const struct file_chunk *chunk = slots->chunks[index];
        uint64_t used = chunk ? chunk->in_use & mask : 0;
        for (; used; used &= used - 1) {
            unsigned slot = __builtin_ctzll(used);
            if (chunk->files[slot])
                return index * CHUNK_SLOTS + slot;
        }
    }
    return ~0u;
}

int files_next(struct files *files, unsigned from)
{
    spin_lock(&files->lock);
    unsigned fd = next_locked(files, from);
    spin_unlock(&files->lock);
    return fd == ~0u ? -1 : (int)fd;
}

unsigned files_capacity(struct files *files)
{
    spin_lock(&files->lock);
    unsigned chunks = files->slots->chunk_count;
    while (chunks > 1 && !files->slots->chunks[chunks - 1])
        chunks--;
    unsigned capacity = chunks * CHUNK_SLOTS;
    spin_unlock(&files->lock);
    return capacity;
}

int files_close_range(struct files *files, unsigned first, unsigned last)
{
    while (first <= last) {
        spin_lock(&files->lock);
        unsigned fd = next_locked(files, first);
        struct file *file =
            fd <= last ? files_take_out_locked(files, fd) : NULL;
        spin_unlock(&files->lock);
        if (!file)
            break;
        file_leaves_table(files, file);
        thread_breathe();
        first = fd + 1;
    }
    return 0;
}

/* The slots of the chunk that starts at `start` and lie in [first, last]. */
static uint64_t mask_of(unsigned start, unsigned first, unsigned last)
{
    uint64_t mask = UINT64_MAX;
    if (last < start || first > start + CHUNK_SLOTS - 1)
        return 0;
    if (first > start)
        mask &= UINT64_MAX << (first - start);
    if (last < start + CHUNK_SLOTS - 1)
        mask &= UINT64_MAX >> (start + CHUNK_SLOTS - 1 - last);
    return mask;
}

int files_mark_range(struct files *files, unsigned first, unsigned last)
{
    spin_lock(&files->lock);
    struct file_slots *slots = files->slots;
    for (unsigned i = first / CHUNK_SLOTS; i < slots->chunk_count; i++) {
        struct file_chunk *chunk = slots->chunks[i];
        if (last / CHUNK_SLOTS < i)
            break;
        if (chunk)
            chunk->close_on_exec |=
                chunk->in_use & mask_of(i * CHUNK_SLOTS, first, last);
    }
    spin_unlock(&files->lock);
    return 0;
}

/* The lowest fd >= from that exec closes. */
static unsigned next_to_close(struct files *files, unsigned from)
{
    const struct file_slots *slots = files->slots;
    unsigned index = from / CHUNK_SLOTS;
    uint64_t mask = UINT64_MAX << from % CHUNK_SLOTS;
    for (; index < slots->chunk_count; index++, mask = UINT64_MAX) {
        const struct file_chunk *chunk = slots->chunks[index];
        uint64_t marked = chunk ? chunk->close_on_exec & mask : 0;
        if (marked)
            return index * CHUNK_SLOTS + __builtin_ctzll(marked);
    }
    return ~0u;
}

void files_close_on_exec(struct files *files)
{
    for (unsigned from = 0;;) {
        spin_lock(&files->lock);
        unsigned fd = next_to_close(files, from);
        struct file *file =
            fd != ~0u ? files_take_out_locked(files, fd) : NULL;
        spin_unlock(&files->lock);
        if (fd == ~0u)
            return;
        if (file)
            file_leaves_table(files, file);
        from = fd + 1;
    }
}

/* Copies. */

/* Gives the copy a chunk for each that the original has; under no lock, for it
 * allocates. False: no memory. */
static bool make_chunks(struct files *copy, struct files *files)
{
    struct file_slots *to = copy->slots;
    for (unsigned i = 0; i < to->chunk_count; i++) {
        grace_read();
        struct file_slots *slots = atomic_load_acquire(&files->slots); /* grow */
        bool is_there =
            i < slots->chunk_count && atomic_load(&slots->chunks[i]);
        grace_read_done();
        if (!is_there || to->chunks[i])
            continue;
        to->chunks[i] = heap_alloc_zeroed(sizeof *to->chunks[i]);
        if (!to->chunks[i])
            return false;
    }
    return true;
}

/* Numbers that were taken but not filled are free in the copy. */
static void copy_chunk(
    struct file_chunk *to, const struct file_chunk *from, uint64_t mask)
{
    for (uint64_t used = from->in_use & mask; used; used &= used - 1) {
        unsigned slot = __builtin_ctzll(used);
        if (!from->files[slot])
            continue;
        to->files[slot] = file_get(from->files[slot]);
        to->in_use |= 1ull << slot;
    }
    to->close_on_exec = from->close_on_exec & to->in_use;
}

/* False: the original has grown since its chunks were counted. */
static bool copy_locked(
    struct files *copy, struct files *files, unsigned first, unsigned last)
{
    struct file_slots *to = copy->slots, *from = files->slots;
    if (from->chunk_count > to->chunk_count)
        return false;
    for (unsigned i = 0; i < from->chunk_count; i++)
        if (from->chunks[i] && !to->chunks[i])
            return false;
    for (unsigned i = 0; i < from->chunk_count; i++) {
        if (!from->chunks[i])
            continue;
        uint64_t left_out = mask_of(i * CHUNK_SLOTS, first, last);
        copy_chunk(to->chunks[i], from->chunks[i], ~left_out);
        if (to->chunks[i]->in_use == UINT64_MAX)
            bitmap_add(to->full, i);
    }
    return true;
}

/* The numbers that a copy must have: whole words of bits. Only a range that goes
 * to the end makes them fewer. */
static uint64_t numbers_needed(
    struct files *files, unsigned first, unsigned last)
{
    int highest = 0;
    for (int fd = files_next(files, 0); fd >= 0;) {
        highest = fd;
        fd = files_next(files, fd + 1u);
    }
    if (last >= (unsigned)highest && first <= last)
        highest = first ? min((unsigned)highest, first - 1) : 0;
    return (highest / CHUNK_SLOTS + 1ull) * CHUNK_SLOTS;
}

int files_copy_except(
    struct files *files, unsigned first, unsigned last, struct files **copied)
{
    uint64_t most = align_down(files_number_limit(), CHUNK_SLOTS);
    for (;;) {
        spin_lock(&files->lock);
        unsigned chunk_count = files->slots->chunk_count;
        spin_unlock(&files->lock);
        if (chunk_count * (uint64_t)CHUNK_SLOTS > most &&
            numbers_needed(files, first, last) > most)
            return -EMFILE;
        struct files *copy = files_new_with(chunk_count);
        if (!copy)
            return -ENOMEM;
        if (!make_chunks(copy, files)) {
            files_put(copy);
            return -ENOMEM;
        }
        spin_lock(&files->lock);
        bool is_done = copy_locked(copy, files, first, last);
        spin_unlock(&files->lock);
        *copied = copy;
        if (is_done)
            return 0;
        files_put(copy);
    }
}

int files_copy(struct files *files, struct files **copy)
{
    return files_copy_except(files, 1, 0, copy);
}
