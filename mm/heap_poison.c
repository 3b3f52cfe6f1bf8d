/* SPDX-License-Identifier: MIT */
/* The debug build's watch over free objects of the heap. */
#include "mm/heap_poison.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "lib/string.h"

#ifdef CONFIG_DEBUG
enum { FREE_BYTE = 0xde, FRESH_BYTE = 0xa5, HEAD_BYTES = 16 };

static uint64_t mark_of(const void *object)
{
    return (uintptr_t)object * 0x9e3779b97f4a7c15ull ^ 0x6672656564ull;
}

static uint64_t *mark_at(void *object)
{
    return (uint64_t *)object + 1;
}

static bool is_poisoned(const void *object, size_t bytes)
{
    const unsigned char *at = object;
    for (size_t i = HEAD_BYTES; i < bytes; i++)
        if (at[i] != FREE_BYTE)
            return false;
    return true;
}

void heap_poison(void *object, size_t bytes)
{
    memory_fill(object, FREE_BYTE, bytes);
    *mark_at(object) = mark_of(object);
}

void heap_poison_freed(void *object, size_t bytes)
{
    if (*mark_at(object) == mark_of(object) && is_poisoned(object, bytes))
        panic("heap block %p of %zu bytes is freed twice", object, bytes);
    heap_poison(object, bytes);
}

void heap_unpoison(void *object, size_t bytes)
{
    if (*mark_at(object) != mark_of(object) || !is_poisoned(object, bytes))
        panic("heap block %p of %zu bytes was written to after it was freed",
            object, bytes);
    memory_fill(object, FRESH_BYTE, bytes);
}
#endif
