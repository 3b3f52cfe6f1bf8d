/* SPDX-License-Identifier: MIT */
/* mm/ on the build machine: all its sources, sleeping locks that spin, page
 * tables in RAM that is a mapping, and a CPU that reads and writes a byte.
 *
 * No header of the C library may come with the kernel's, so what is needed of
 * it is declared here. */
#ifndef RACES_H
#define CONFIG_DEBUG 1
#include "lib/spinlock.c"
#endif
#include "lib/refcount.c"
#include "lib/tree.c"
#include "mm/area.c"
#include "mm/buddy.c"
#include "mm/fault.c"
#include "mm/heap.c"
#include "mm/heap_poison.c"
#include "mm/page_guard.c"
#include "mm/pages.c"
#include "mm/shrink.c"
#include "mm/space.c"
#include "mm/space_access.c"
#include "mm/space_advise.c"
#include "mm/space_copy.c"
#include "mm/space_lock.c"
#include "mm/space_map.c"
#include "mm/space_protect.c"
#include "mm/space_remap.c"
#include "mm/store.c"
#include "mm/store_change.c"
#include "mm/store_tree.c"
#include "mm/tables.c"
#include "mm/zap.c"

#ifndef RACES_H /* which has locks, panic and the C library of its own */
extern int printf(const char *, ...), vprintf(const char *, va_list);
extern int rand_r(unsigned *), sched_yield(void), fflush(void *);
extern noreturn_fn void abort(void);

void panic(const char *how, ...)
{
    va_list list;
    va_start(list, how);
    vprintf(how, list);
    printf("\n");
    fflush(NULL);
    abort();
}
#endif
extern void *mmap(void *, size_t, int, int, int, long);

char *hosted_ram, *hosted_page_array;
__thread unsigned hosted_cpu;
__thread struct thread *hosted_thread;
static __thread struct thread hosted_thread_itself;

bool panic_is_under_way(void)
{
    return false;
}

bool irq_is_inside(void)
{
    return false;
}

void thread_breathe(void)
{
}

void thread_defer(struct deferred *deferred)
{
    deferred->run(deferred);
}

void mutex_init(struct mutex *mutex, enum lock_rank rank)
{
    mutex->owner = NULL;
}

void mutex_lock(struct mutex *mutex)
{
    while (!atomic_replace(&mutex->owner, (struct thread *)NULL, hosted_thread))
        sched_yield();
}

void mutex_unlock(struct mutex *mutex)
{
    atomic_store_release(&mutex->owner, NULL);
}

void rwlock_init(struct rwlock *lock, enum lock_rank rank)
{
    *lock = (struct rwlock){ 0 };
}

void rwlock_read(struct rwlock *lock)
{
    for (;; sched_yield()) {
        int32_t holders = atomic_load(&lock->holders);
        if (holders >= 0 && !atomic_load(&lock->writers_waiting) &&
            atomic_replace(&lock->holders, holders, holders + 1))
            return;
    }
}

void rwlock_read_done(struct rwlock *lock)
{
    atomic_sub(&lock->holders, 1);
}

void rwlock_write(struct rwlock *lock)
{
    atomic_add(&lock->writers_waiting, 1);
    while (!atomic_replace(&lock->holders, 0, -1))
        sched_yield();
    atomic_sub(&lock->writers_waiting, 1);
}

void rwlock_write_done(struct rwlock *lock)
{
    atomic_store_release(&lock->holders, 0);
}

/* Four levels of 512 entries, as on x86_64. */
uint64_t pte_no_execute = 1ull << 63;
static const struct table_pages *tables;

void pagetable_set_pages(const struct table_pages *pages)
{
    tables = pages;
}

int pagetable_init(struct pagetable *table)
{
    *table = (struct pagetable){ .root = tables->alloc(), .pages = 1 };
    return table->root ? 0 : -ENOMEM;
}

static pte_t *hosted_entry(uint64_t at, uintptr_t address, unsigned level)
{
    pte_t *entries = physical_to_pointer(at);
    return entries + (address >> (PAGE_SHIFT + 9 * (level - 1)) & 511);
}

pte_t *pagetable_lock_find(struct pagetable *table, uintptr_t address)
{
    uint64_t at = table->root;
    for (unsigned level = 4; at && level > 1; level--)
        at = pte_physical(
            atomic_load_acquire(hosted_entry(at, address, level)));
    if (!at)
        return NULL;
    spin_lock(tables->lock(at));
    return hosted_entry(at, address, 1);
}

static uint64_t hosted_below(
    struct pagetable *table, uint64_t at, pte_t *entry)
{
    uint64_t below = pte_physical(atomic_load_acquire(entry));
    uint64_t fresh = below ? 0 : tables->alloc();
    if (!fresh)
        return below;
    spin_lock(tables->lock(at));
    below = pte_physical(*entry);
    if (!below)
        atomic_store_release(entry, fresh | PTE_PRESENT);
    spin_unlock(tables->lock(at));
    if (below) {
        tables->free(fresh);
        return below;
    }
    atomic_add(&table->pages, 1);
    return fresh;
}

pte_t *pagetable_lock_make(struct pagetable *table, uintptr_t address)
{
    uint64_t at = table->root;
    for (unsigned level = 4; at && level > 1; level--)
        at = hosted_below(table, at, hosted_entry(at, address, level));
    if (!at)
        return NULL;
    spin_lock(tables->lock(at));
    return hosted_entry(at, address, 1);
}

void pagetable_unlock(struct pagetable *table, uintptr_t address, pte_t *entry)
{
    uintptr_t start = align_down((uintptr_t)entry, PAGE_BYTES);
    spin_unlock(tables->lock(pointer_to_physical((void *)start)));
}

uintptr_t pagetable_stretch_end(struct pagetable *table, uintptr_t address)
{
    unsigned level = 4;
    for (uint64_t at = table->root; level > 2; level--) {
        at = pte_physical(
            atomic_load_acquire(hosted_entry(at, address, level)));
        if (!at)
            break;
    }
    uintptr_t bytes = 1ul << (PAGE_SHIFT + 9 * (level - 1));
    return align_down(address, bytes) + bytes;
}

static void hosted_free(uint64_t table, unsigned level)
{
    const pte_t *entries = physical_to_pointer(table);
    for (unsigned i = 0; i < 512; i++) {
        if (entries[i] && level == 1)
            panic("a page is still mapped in a table that is freed");
        if (entries[i])
            hosted_free(pte_physical(entries[i]), level - 1);
    }
    tables->free(table);
}

void pagetable_destroy(struct pagetable *table)
{
    hosted_free(table->root, 4);
}

unsigned long pagetable_pages(const struct pagetable *table)
{
    return table->pages;
}

void pagetable_switch(struct pagetable *table)
{
}

void pagetable_sync_code(void *page, size_t bytes)
{
}

int pagetable_map_kernel(
    uintptr_t address, uint64_t physical, size_t bytes, unsigned access)
{
    return 0; /* the page array is there */
}

void flush_finish(struct flush *flush)
{
    assert(!lock_spins_held());
    sched_yield();
    flush_init(flush, flush->table);
}

/* What a CPU does with one byte: 0 or what space_fault said. */
static int cpu_access(
    struct space *space, uintptr_t address, unsigned char *byte, bool writes)
{
    for (;;) {
        pte_t *entry = pagetable_lock_find(&space->table, address);
        pte_t pte = entry ? pte_read(entry) : 0;
        bool may = pte_access(pte) & (writes ? ACCESS_WRITE : ACCESS_READ);
        if (may) {
            struct page *page = page_at(pte_physical(pte));
            if (!page->mappings || page->use < PAGE_ANONYMOUS)
                panic("%lx is mapped to a page of use %d", address, page->use);
            unsigned char *at = page_pointer(page);
            at += address & (PAGE_BYTES - 1);
            if (writes) {
                *at = *byte;
                atomic_or(entry, PTE_DIRTY);
            } else {
                *byte = *at;
            }
        }
        if (entry)
            pagetable_unlock(&space->table, address, entry);
        if (may)
            return 0;
        int result =
            space_fault(space, address, writes ? FAULT_WRITE : FAULT_READ);
        if (result)
            return result;
    }
}

static void hosted_become_cpu(unsigned cpu)
{
    hosted_cpu = cpu;
    hosted_thread = &hosted_thread_itself;
}

static void hosted_boot(uint64_t bytes)
{
    static struct boot_info boot;
    enum { PRIVATE_ANONYMOUS = 0x22, NO_RESERVE = 0x4000, READ_WRITE = 3 };
    hosted_ram = mmap(NULL, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    hosted_page_array = mmap(
        NULL, 1ul << 30, READ_WRITE, PRIVATE_ANONYMOUS | NO_RESERVE, -1, 0);
    hosted_become_cpu(0);
    boot.range_count = 2;
    boot.ranges[0] = (struct boot_range){ 0x1000, 0x9f000 };
    boot.ranges[1] = (struct boot_range){ 0x300000, bytes };
    boot.initrd_start = 0x2400800;
    boot.initrd_bytes = 0x30000;
    pages_init(&boot);
    pages_release_range(0x2400000, 0x2431000);
}

/* No threads, no stacks. */
void stacks_drain(void)
{
}

/* Free pages when nothing is cached anywhere. */
static uint64_t hosted_free_pages(void)
{
    struct page_totals totals;
    heap_drain();
    pages_drain();
    page_totals(&totals);
    return totals.free;
}

/* Checks that go on after a failure; done() is main's result. */
static int hosted_failures __attribute__((unused));
#define is(expression, wanted)                                                 \
    do {                                                                       \
        long is_had = (long)(expression), is_wanted = (long)(wanted);          \
        if (is_had != is_wanted && ++hosted_failures)                          \
            printf("line %d: %s is %ld, not %ld\n", __LINE__, #expression,     \
                is_had, is_wanted);                                            \
    } while (0)
#define READ_WRITE_AREA (AREA_READ | AREA_WRITE)
#define MAY_ALL         (AREA_MAY_READ | AREA_MAY_WRITE | AREA_MAY_EXECUTE)
