/* SPDX-License-Identifier: MIT */
/* What surrounds a block of the heap where accesses are checked (CONFIG_KASAN).
 * A slot is the block, what nobody may touch, and a note of who had it:
 *
 *     slab: | lead | block …… red zone, note | block …… red zone, note | …
 *
 * What is freed waits in its CPU's quarantine before it is given again.  All of
 * it is nothing in other builds. */
#ifndef MM_HEAP_GUARD_H
#define MM_HEAP_GUARD_H

#include "lib/callers.h"
#include "lib/types.h"

#ifdef CONFIG_KASAN

enum {
    HEAP_LEAD_BYTES = 64,
    HEAP_GUARD_BYTES = 32,
    HEAP_QUARANTINE_BYTES = 256 << 10, /* of each CPU */
};

struct heap_quarantine {
    void *first, *last; /* each begins with a pointer to the next */
    size_t bytes;
};

/* A fresh slab: where its first slot begins. */
void *heap_guard_slab(void *slab, size_t bytes);
void heap_guard_take(void *block, size_t bytes, size_t slot_bytes);
/* Panics if it does not begin a slot (misplaced), or was freed already. */
void heap_guard_free(void *block, size_t misplaced, size_t slot_bytes);
void heap_guard_large(void *block, size_t bytes, size_t whole);
/* As many bytes as were asked for. */
size_t heap_guard_size(const void *block, size_t slot_bytes);
size_t heap_guard_large_size(const void *block, size_t whole);

/* Each block allocated in the present period and not freed. */
void heap_guard_visit(
    void (*visit)(void *data, callers who, size_t bytes), void *data);
void heap_guard_begin_period(void);
/* Is it in one of those? */
bool heap_guard_is_new(const void *at);
/* What a report says of the memory there. */
void heap_guard_describe(const void *at);
/* The heap knows: the slot that holds an address, NULL for none, its size. */
void *heap_slot_of(const void *at);
size_t heap_slot_bytes(const void *block);

void heap_quarantine_add(
    struct heap_quarantine *quarantine, void *block, size_t slot_bytes);
/* The oldest one if there is more than `most`, or NULL. */
void *heap_quarantine_take(struct heap_quarantine *quarantine, size_t most);

#else

enum { HEAP_LEAD_BYTES = 0, HEAP_GUARD_BYTES = 0, HEAP_QUARANTINE_BYTES = 0 };

struct heap_quarantine {
    void *block; /* the one that is passed through */
};

static inline void *heap_guard_slab(void *slab, size_t bytes)
{
    return slab;
}

static inline void heap_guard_take(void *block, size_t bytes, size_t slot_bytes)
{
}

static inline void heap_guard_free(
    void *block, size_t misplaced, size_t slot_bytes)
{
}

static inline void heap_guard_large(void *block, size_t bytes, size_t whole)
{
}

static inline size_t heap_guard_size(const void *block, size_t slot_bytes)
{
    return slot_bytes;
}

static inline size_t heap_guard_large_size(const void *block, size_t whole)
{
    return whole;
}

static inline void heap_quarantine_add(
    struct heap_quarantine *quarantine, void *block, size_t slot_bytes)
{
    quarantine->block = block;
}

static inline void *heap_quarantine_take(
    struct heap_quarantine *quarantine, size_t most)
{
    void *block = quarantine->block;
    quarantine->block = NULL;
    return block;
}

#endif
#endif
