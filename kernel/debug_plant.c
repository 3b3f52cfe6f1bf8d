/* SPDX-License-Identifier: MIT */
/* Faults on demand, so that a test can see the report of each checker of the
 * debug build: a name written to /proc/tenon-plant commits the fault.  That file
 * exists in debug builds only. */
#include "kernel/debug.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/refcount.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "sched/thread.h"

enum { BLOCK_BYTES = 100, LARGE_BYTES = 5000 };

/* What the compiler must not see through. */
static volatile size_t hidden_offset;
static volatile char sink;
static char global_before[24], global_text[40];

static char *hide(void *block)
{
    __asm__ volatile("" : "+r"(block) : : "memory");
    return block;
}

static void heap_write_behind(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES));
    block[BLOCK_BYTES] = 1;
}

static void heap_read_before(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES));
    sink = block[-1];
}

static void heap_read_freed(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES));
    heap_free(block);
    sink = hide(block)[8];
}

static void heap_copy_too_much(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES)), other[BLOCK_BYTES + 8] = "";
    hidden_offset = sizeof other;
    memcpy(block, hide(other), hidden_offset);
}

static void heap_free_twice(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES));
    heap_free(block);
    heap_free(hide(block));
}

static void heap_free_inside(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES));
    heap_free(block + 16);
}

static void large_write_behind(void)
{
    char *block = hide(heap_alloc(LARGE_BYTES));
    block[LARGE_BYTES] = 1;
}

static void page_read_freed(void)
{
    struct page *page = page_alloc(PAGE_KERNEL, 0);
    char *bytes = hide(page_pointer(page));
    pages_free(page);
    sink = bytes[100];
}

static void stack_write_behind(void)
{
    char text[20];
    hidden_offset = sizeof text;
    hide(text)[hidden_offset] = 1;
}

static void stack_read_ended(void)
{
    char *lost;
    {
        char text[20] = "scope";
        lost = hide(text);
    }
    sink = lost[0];
}

static void global_read_behind(void)
{
    hide(global_before)[0] = 1;
    hidden_offset = sizeof global_text;
    sink = hide(global_text)[hidden_offset];
}

static const struct plant {
    const char *name;
    void (*commit)(void);
} plants[] = {
    { "heap_write_behind", heap_write_behind },
    { "heap_read_before", heap_read_before },
    { "heap_read_freed", heap_read_freed },
    { "heap_copy_too_much", heap_copy_too_much },
    { "heap_free_twice", heap_free_twice },
    { "heap_free_inside", heap_free_inside },
    { "large_write_behind", large_write_behind },
    { "page_read_freed", page_read_freed },
    { "stack_write_behind", stack_write_behind },
    { "stack_read_ended", stack_read_ended },
    { "global_read_behind", global_read_behind },
};

int store_plant(const char *value, const struct proc_subject *subject)
{
    for (size_t i = 0; i < array_size(plants); i++)
        if (!strcmp(plants[i].name, value)) {
            plants[i].commit();
            return 0;
        }
    return -EINVAL;
}

int show_plant(struct text *text, const struct proc_subject *subject)
{
    for (size_t i = 0; i < array_size(plants); i++)
        text_print(text, "%s\n", plants[i].name);
    return 0;
}
