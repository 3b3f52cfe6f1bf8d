/* SPDX-License-Identifier: MIT */
/* The kernel's half: RAM linearly in 2 MiB pages, the image with the rights of
 * its parts, and top-level entries for all that comes later, since every space
 * copies them.
 *
 * Nothing but RAM is in the linear map: a stray access elsewhere faults. */
#include "arch/common/kernel_map.h"
#include "arch/common/shadow.h"
#include "arch/common/tables.h"
#include "arch/boot.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "lib/spinlock.h"
#include "lib/string.h"

uint64_t kernel_root;

static uint64_t pool_next; /* [atomic] pages of the boot pool */
static uint64_t pool_end;
static unsigned long later_pages; /* [atomic] beyond the pool */

static struct spinlock devices_lock = SPINLOCK_INIT(RANK_PAGE_TABLE);
static uintptr_t devices_next = DEVICES_BASE; /* under devices_lock */

extern const char text_start[], text_end[], rodata_start[], rodata_end[];
extern const char data_start[], image_end[];

static uint64_t table_page(void)
{
    /* Callers of pagetable_map_kernel have locks, but not one and the same. */
    uint64_t next = atomic_load(&pool_next);
    while (next < pool_end)
        if (atomic_replace(&pool_next, next, next + PAGE_BYTES)) {
            memset(physical_to_pointer(next), 0, PAGE_BYTES);
            return next;
        } else {
            next = atomic_load(&pool_next);
        }
    uint64_t later = table_pages ? table_pages->alloc() : 0;
    if (later)
        atomic_add(&later_pages, 1);
    return later;
}

unsigned long pagetable_kernel_pages(void)
{
    return atomic_load(&later_pages);
}

/* The entry for address at `level`, tables above it made; NULL: no memory. */
static pte_t *kernel_entry(uintptr_t address, unsigned level)
{
    uint64_t at = kernel_root;
    for (unsigned i = TABLE_LEVELS; i > level; i--) {
        pte_t *entry = table_entry(at, address, i);
        if (!*entry || shadow_is_shared(*entry)) {
            uint64_t fresh = table_page();
            if (!fresh)
                return NULL;
            shadow_copy_table(fresh, *entry);
            atomic_store_release(entry, table_link(fresh)); /* the MMU */
        }
        at = pte_physical(*entry);
    }
    return table_entry(at, address, level);
}

int pagetable_map_kernel(
    uintptr_t address, uint64_t physical, size_t bytes, unsigned access)
{
    for (size_t done = 0; done < bytes; done += PAGE_BYTES) {
        pte_t *entry = kernel_entry(address + done, 1);
        if (!entry)
            return -ENOMEM;
        pte_t pte = pte_make_kernel(physical + done, access);
        if (*entry)
            pte_replace_kernel(entry, address + done, pte);
        else
            pte_install(entry, pte);
    }
    return 0;
}

uint64_t pagetable_unmap_kernel(uintptr_t address)
{
    return pte_physical(pte_take(kernel_entry(address, 1)));
}

static void map_at_boot(
    uintptr_t address, uint64_t physical, size_t bytes, unsigned access)
{
    if (pagetable_map_kernel(address, physical, bytes, access))
        panic("no memory for the kernel's own page tables");
}

static void map_ram(uint64_t start, uint64_t end)
{
    while (start < end) {
        uintptr_t address = LINEAR_BASE + start;
        if (start % LARGE_PAGE_BYTES || end - start < LARGE_PAGE_BYTES) {
            map_at_boot(
                address, start, PAGE_BYTES, ACCESS_READ | ACCESS_WRITE);
            start += PAGE_BYTES;
            continue;
        }
        pte_t *entry = kernel_entry(address, 2);
        if (!entry)
            panic("no memory for the linear map");
        *entry = pte_make_large(start, ACCESS_READ | ACCESS_WRITE);
        start += LARGE_PAGE_BYTES;
    }
}

static void map_image(const char *from, const char *to, unsigned access)
{
    uintptr_t start = align_down((uintptr_t)from, PAGE_BYTES);
    map_at_boot(start, pointer_to_physical((void *)start),
        align_up((uintptr_t)to, PAGE_BYTES) - start, access);
}

uint64_t kernel_map_pages_needed(const struct boot_range *ram, unsigned count)
{
    uint64_t image = image_end - text_start;
    uint64_t pages = 48 + image / LARGE_PAGE_BYTES;
    for (unsigned i = 0; i < count; i++) {
        uint64_t bytes = ram[i].end - ram[i].start;
        /* Two ragged ends; a table per GiB, a higher one per 512. */
        pages += 2 + (bytes >> 30) + 2 + (bytes >> 39) + 2;
        /* 32 bytes a page make 8 MiB of page array per GiB of RAM. */
        pages += (bytes >> 28) + 2;
        pages += shadow_tables_needed(bytes);
    }
    return pages;
}

void kernel_map_make(const struct boot_range *ram, unsigned count,
    uint64_t pool, uint64_t pool_pages)
{
    static const uintptr_t shared[] = { PAGES_BASE, STACKS_BASE, DEVICES_BASE };
    pool_next = pool;
    pool_end = pool + pool_pages * PAGE_BYTES;
    kernel_root = table_page();
    shadow_enter(kernel_root);

    for (unsigned i = 0; i < array_size(shared); i++)
        if (!kernel_entry(shared[i], TABLE_LEVELS - 1))
            panic("no memory for the kernel's map");
    for (unsigned i = 0; i < count; i++)
        map_ram(ram[i].start, ram[i].end);
    map_image(text_start, text_end, ACCESS_READ | ACCESS_EXECUTE);
    map_image(rodata_start, rodata_end, ACCESS_READ);
    map_image(data_start, image_end, ACCESS_READ | ACCESS_WRITE);
    kernel_table_load(kernel_root);
}

/* Fresh addresses, with a page before them that is never mapped. */
static uintptr_t reserve_addresses(size_t bytes)
{
    uintptr_t at = devices_next + PAGE_BYTES;
    if (bytes > DEVICES_END - at)
        return 0;
    devices_next = at + bytes;
    return at;
}

volatile void *device_map(uint64_t physical, size_t bytes)
{
    uint64_t start = align_down(physical, PAGE_BYTES);
    size_t whole = align_up(physical + bytes, PAGE_BYTES) - start;
    spin_lock(&devices_lock);
    uintptr_t at = reserve_addresses(whole);
    if (at && pagetable_map_kernel(at, start, whole,
                  ACCESS_READ | ACCESS_WRITE | ACCESS_DEVICE))
        at = 0;
    spin_unlock(&devices_lock);
    return at ? (volatile void *)(at + (physical - start)) : NULL;
}

uintptr_t kernel_stack_make(size_t bytes)
{
    spin_lock(&devices_lock);
    uintptr_t at = reserve_addresses(bytes);
    for (size_t done = 0; at && done < bytes; done += PAGE_BYTES) {
        uint64_t page = table_page();
        if (!page || pagetable_map_kernel(at + done, page, PAGE_BYTES,
                         ACCESS_READ | ACCESS_WRITE))
            at = 0;
    }
    spin_unlock(&devices_lock);
    if (at && !shadow_cover(at, bytes))
        at = 0;
    return at ? at + bytes : 0;
}

void kernel_map_devices(uintptr_t *from, uintptr_t *to)
{
    *from = DEVICES_BASE;
    *to = devices_next;
}

bool kernel_has_code(uintptr_t address)
{
    return address >= (uintptr_t)text_start && address < (uintptr_t)text_end;
}
