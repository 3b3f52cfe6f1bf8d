/* SPDX-License-Identifier: MIT */
/* Faults on demand, so that a test can see the report of each checker of the
 * debug build: a name written to /proc/tenon-plant commits the fault.  That file
 * exists in debug builds only. */
#include "kernel/debug.h"

#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/refcount.h"
#include "lib/shadow.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "mm/user.h"
#include "sched/thread.h"
#include "sched/timer.h"
#include "sched/watch.h"

enum { BLOCK_BYTES = 100, LARGE_BYTES = 5000, HEAP_ROUNDS = 20000, PAGE_ROUNDS = 200,
    A_WHILE = 20 };

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

/* What was freed is not given to the next that ask. */
static void heap_read_freed_later(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES));
    heap_free(block);
    for (unsigned i = 0; i < A_WHILE; i++)
        sink = !heap_alloc(BLOCK_BYTES);
    sink = hide(block)[8];
}

static void page_read_freed_later(void)
{
    struct page *page = page_alloc(PAGE_KERNEL, 0);
    char *bytes = hide(page_pointer(page));
    pages_free(page);
    for (unsigned i = 0; i < A_WHILE; i++)
        sink = !page_alloc(PAGE_KERNEL, 0);
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

/* Writes that no check sees, but whoever gets the memory next. */
static void heap_write_freed(void)
{
    char *block = hide(heap_alloc(BLOCK_BYTES));
    heap_free(block);
    memory_fill(hide(block) + 50, 0, 8);
    for (unsigned i = 0; i < HEAP_ROUNDS; i++)
        heap_free(heap_alloc(BLOCK_BYTES));
}

static void page_write_freed(void)
{
    struct page *page = page_alloc(PAGE_KERNEL, 0);
    char *bytes = hide(page_pointer(page));
    pages_free(page);
    memory_fill(bytes + 100, 0, 8);
    for (unsigned i = 0; i < PAGE_ROUNDS; i++)
        if ((page = page_alloc(PAGE_KERNEL, 0)))
            pages_free(page);
}

static __attribute__((noinline)) unsigned descend(unsigned depth)
{
    volatile char room[128];
    room[depth % sizeof room] = 1;
    return depth ? descend(depth - 1) + room[0] : 0;
}

static void stack_overflow(void)
{
    sink = descend(10000);
}

static void reference_too_many(void)
{
    struct refcount *refs = heap_alloc(sizeof *refs);
    refs->count = 0x80000000u;
    refcount_get(refs);
}

static void reference_to_nothing(void)
{
    struct refcount *refs = heap_alloc(sizeof *refs);
    refcount_init(refs);
    if (refcount_put(refs))
        refcount_get(refs);
}

static void reference_put_twice(void)
{
    struct refcount *refs = heap_alloc(sizeof *refs);
    refcount_init(refs);
    if (refcount_put(refs) && refcount_put(refs))
        heap_free(refs);
}

static struct spinlock first_lock = SPINLOCK_INIT(RANK_FILES);
static struct spinlock second_lock = SPINLOCK_INIT(RANK_PATHS);

static void sleep_under_lock(void)
{
    spin_lock(&first_lock);
    (void)thread_sleep_until(clock_ns() + NS_PER_SECOND, SLEEP_BOUNDED);
}

static void lock_out_of_order(void)
{
    spin_lock(&second_lock);
    spin_lock(&first_lock);
}

static void user_access_under_lock(void)
{
    char byte;
    spin_lock(&first_lock);
    sink = user_read(&byte, (const void __user *)USER_START, 1);
}

static void read_user(struct timer *timer)
{
    char byte;
    sink = user_read(&byte, (const void __user *)USER_START, 1);
}

static void user_access_in_interrupt(void)
{
    static struct timer timer;
    timer_init(&timer, read_user);
    timer_arm(&timer, clock_ns());
    (void)thread_sleep_until(clock_ns() + NS_PER_SECOND, SLEEP_BOUNDED);
}

static void stay_in_kernel(void)
{
    watch_set_limit(10);
    for (;;)
        cpu_relax();
}

static void shift_too_far(void)
{
    hidden_offset = 77;
    sink = 1 << hidden_offset;
}

static void lose_block(void)
{
    sink = !heap_alloc(BLOCK_BYTES);
}

static void lose_page(void)
{
    sink = !page_alloc(PAGE_KERNEL, 0);
}

static void lose_reference(void)
{
    struct pid *pid = pid_get(current->pid);
    sink = !pid;
}

static void wait_for_long(void)
{
    watch_look_often();
    (void)thread_sleep_until(
        clock_ns() + 600 * NS_PER_SECOND, SLEEP_BOUNDED);
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
    { "heap_read_freed_later", heap_read_freed_later },
    { "page_read_freed_later", page_read_freed_later },
    { "stack_write_behind", stack_write_behind },
    { "stack_read_ended", stack_read_ended },
    { "global_read_behind", global_read_behind },
    { "heap_write_freed", heap_write_freed },
    { "page_write_freed", page_write_freed },
    { "stack_overflow", stack_overflow },
    { "reference_too_many", reference_too_many },
    { "reference_to_nothing", reference_to_nothing },
    { "reference_put_twice", reference_put_twice },
    { "sleep_under_lock", sleep_under_lock },
    { "lock_out_of_order", lock_out_of_order },
    { "user_access_under_lock", user_access_under_lock },
    { "user_access_in_interrupt", user_access_in_interrupt },
    { "stay_in_kernel", stay_in_kernel },
    { "wait_for_long", wait_for_long },
    { "shift_too_far", shift_too_far },
    { "lose_block", lose_block },
    { "lose_page", lose_page },
    { "lose_reference", lose_reference },
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
