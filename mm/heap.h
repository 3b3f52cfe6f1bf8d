/* SPDX-License-Identifier: MIT */
/* The kernel's heap: size classes with per-CPU caches, whole pages above. */
#ifndef MM_HEAP_H
#define MM_HEAP_H

#include "lib/types.h"

/* 16-byte aligned (a power of two from 64 on: naturally aligned); NULL for want
 * of memory or absurd sizes. Never waits; not for interrupt handlers.
 * heap_free(NULL) is nothing. */
void *heap_alloc(size_t bytes);
void *heap_alloc_zeroed(size_t bytes);
void heap_free(void *block);
size_t heap_size(const void *block); /* what is usable */
/* Contents move; NULL leaves the old block as it was. */
void *heap_resize(void *block, size_t bytes);
char *heap_copy_string(const char *text);
void *heap_copy(const void *from, size_t bytes);

struct heap_class_totals {
    size_t object_bytes;
    uint64_t used, capacity;
};
unsigned heap_classes(void);
void heap_class_totals(unsigned index, struct heap_class_totals *totals);
void heap_init(void); /* by pages_init */
void heap_drain(void); /* per-CPU caches back to the slabs, empty slabs freed */

/* Kernel stacks over guard pages, recycled without unmapping. */
void *stack_alloc(void); /* KERNEL_STACK_BYTES; NULL */
void stack_free(void *stack);
void stacks_drain(void); /* gives the spare ones back; may sleep */

#endif
