/* SPDX-License-Identifier: MIT */
/* Checked accesses (CONFIG_KASAN).  The compiler looks, before each access of
 * the kernel's code, at the shadow byte of its eight: 0, all may be accessed; 1
 * to 7, only the first so many; else none, for the reason that it names.  Who
 * gives out memory says here what it is good for. */
#ifndef LIB_SHADOW_H
#define LIB_SHADOW_H

#include "lib/types.h"

enum shadow_kind {
    /* The compiler's own, around and in the frames of functions: */
    SHADOW_STACK_LEFT = 0xf1,
    SHADOW_STACK_MIDDLE = 0xf2,
    SHADOW_STACK_RIGHT = 0xf3,
    SHADOW_OUT_OF_SCOPE = 0xf8,
    /* Ours: */
    SHADOW_STACK_FREE = 0xf5, /* a thread's stack without its thread */
    SHADOW_GLOBAL = 0xf9,     /* behind a variable */
    SHADOW_HEAP_AROUND = 0xfa,
    SHADOW_HEAP_FREE = 0xfd,
    SHADOW_PAGE_AROUND = 0xfe, /* behind a block of whole pages */
    SHADOW_PAGE_FREE = 0xff,
};

#ifdef CONFIG_KASAN

/* `at` is a multiple of 8, and the end is rounded up to one. */
void shadow_poison(const void *at, size_t bytes, enum shadow_kind kind);
/* The same, but the end may be anywhere: what is behind it stays forbidden. */
void shadow_unpoison(const void *at, size_t bytes);
/* For accesses that the compiler does not see.  Reports, and panics. */
void shadow_check_read(const void *at, size_t bytes);
void shadow_check_write(const void *at, size_t bytes);
/* Does something forbid accesses there? 0: nothing does. */
uint8_t shadow_at(const void *at);
/* An end of a bad access that was found otherwise. */
noreturn_fn void shadow_report(const void *at, const char *what);

/* Gives a shadow of their own to fresh kernel addresses that have none; what
 * had one keeps it.  False: no memory. */
bool shadow_cover(uintptr_t address, size_t bytes);
/* Once at boot: where zeroed pages for that come from, then the checks begin. */
void shadow_set_pages(uint64_t (*alloc)(void));
void shadow_begin(void);
uint64_t shadow_pages(void); /* given by alloc so far; they stay */

/* Adds to a report what is known of the memory; mm/ does. */
void shadow_set_describe(void (*describe)(const void *at));

/* The usual functions unchecked, for memory that nobody may access. */
void *memory_copy(void *to, const void *from, size_t bytes);
void *memory_move(void *to, const void *from, size_t bytes);
void *memory_fill(void *at, int byte, size_t bytes);

#else

static inline void shadow_poison(
    const void *at, size_t bytes, enum shadow_kind kind)
{
}

static inline void shadow_unpoison(const void *at, size_t bytes)
{
}

static inline void shadow_check_read(const void *at, size_t bytes)
{
}

static inline void shadow_check_write(const void *at, size_t bytes)
{
}

static inline bool shadow_cover(uintptr_t address, size_t bytes)
{
    return true;
}

static inline uint64_t shadow_pages(void)
{
    return 0;
}

#define memory_copy memcpy
#define memory_move memmove
#define memory_fill memset

#endif
#endif
