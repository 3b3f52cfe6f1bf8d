/* SPDX-License-Identifier: MIT */
/* What the debug build writes into objects of the heap.  A free object is its
 * chain pointer, a mark made of its address, and poison. */
#ifndef MM_HEAP_POISON_H
#define MM_HEAP_POISON_H

#include "lib/types.h"

#ifdef CONFIG_DEBUG
void heap_poison(void *object, size_t bytes); /* free from the start */
void heap_poison_freed(void *object, size_t bytes); /* panics: freed twice */
void heap_unpoison(void *object, size_t bytes); /* panics: written since */
#else
static inline void heap_poison(void *object, size_t bytes)
{
}

static inline void heap_poison_freed(void *object, size_t bytes)
{
}

static inline void heap_unpoison(void *object, size_t bytes)
{
}
#endif

#endif
