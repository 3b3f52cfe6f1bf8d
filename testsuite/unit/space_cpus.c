/* SPDX-License-Identifier: MIT */
/* One space on three CPUs: each has a byte of its own in every page, which no
 * fork, fault, protection or unmapping of the others may lose; a fourth cuts
 * the store that is mapped beside. */
#include "memory.h"
#include <pthread.h>

enum { PAGES = 40, STORE_PAGES = 16, WRITERS = 3, ROUNDS = 6000 };
#define AREA_AT  0x7f00000f0000ul /* over the edge of a page table */
#define STORE_AT (AREA_AT + 0x400000)

static struct space *space;
static struct store *store;
static bool is_over; /* [atomic] */

struct writer {
    unsigned number, seed;
    unsigned char values[PAGES];
};

static unsigned pick(struct writer *w, unsigned below)
{
    return rand_r(&w->seed) % below;
}

static void use_own_byte(struct writer *w)
{
    unsigned i = pick(w, PAGES);
    uintptr_t at = AREA_AT + i * PAGE_BYTES + w->number;
    unsigned char byte = rand_r(&w->seed);
    if (pick(w, 2)) {
        if (cpu_access(space, at, &byte, true))
            panic("cannot write");
        w->values[i] = byte;
        return;
    }
    if (cpu_access(space, at, &byte, false) || byte != w->values[i])
        panic("page %u is %u, not %u", i, byte, w->values[i]);
}

static void use_store(struct writer *w)
{
    uintptr_t at = STORE_AT + pick(w, STORE_PAGES) * PAGE_BYTES;
    unsigned char byte = 1;
    int error = cpu_access(space, at + w->number, &byte, pick(w, 2));
    if (error && error != -EIO)
        panic("store: %d", error);
}

static void fork_and_look(struct writer *w)
{
    struct space *child = space_copy(space);
    if (!child)
        panic("cannot fork");
    for (unsigned i = 0; i < PAGES; i++) {
        uintptr_t at = AREA_AT + i * PAGE_BYTES + w->number;
        unsigned char byte;
        if (cpu_access(child, at, &byte, false) || byte != w->values[i])
            panic("page %u of a child is %u", i, byte);
        if (i % 3 == 0)
            cpu_access(child, at, &byte, true);
    }
    space_put(child);
}

static void map_and_unmap(struct writer *w)
{
    struct mapping mapping = {
        .bytes = (1 + pick(w, 50)) * PAGE_BYTES,
        .flags = READ_WRITE_AREA | MAY_ALL,
    };
    uintptr_t at;
    unsigned char byte = 1;
    if (space_map(space, &mapping, &at) ||
        cpu_access(space, at, &byte, true) ||
        space_unmap(space, at, mapping.bytes))
        panic("cannot map and unmap");
}

static void protect(struct writer *w)
{
    unsigned rights = READ_WRITE_AREA | (pick(w, 2) ? AREA_EXECUTE : 0);
    uintptr_t at = AREA_AT + pick(w, PAGES) * PAGE_BYTES;
    if (space_protect(space, at, PAGE_BYTES, rights))
        panic("cannot protect");
}

static void *write_and_read(void *data)
{
    struct writer *w = data;
    hosted_become_cpu(w->number);
    for (unsigned i = 0; i < ROUNDS; i++) {
        use_own_byte(w);
        if (!pick(w, 4))
            use_store(w);
        if (!pick(w, 512))
            fork_and_look(w);
        if (!pick(w, 256))
            map_and_unmap(w);
        if (!pick(w, 200))
            protect(w);
    }
    return NULL;
}

static void *cut(void *data)
{
    unsigned seed = 99;
    hosted_become_cpu(WRITERS);
    while (!atomic_load(&is_over)) {
        store_resize(store, rand_r(&seed) % (STORE_PAGES + 1) * PAGE_BYTES);
        store_punch(store, PAGE_BYTES, 5 * PAGE_BYTES);
    }
    return NULL;
}

static void map_all(void)
{
    struct mapping mapping = {
        .start = AREA_AT,
        .bytes = PAGES * PAGE_BYTES,
        .flags = READ_WRITE_AREA | MAY_ALL,
        .place = PLACE_FIXED,
    };
    uintptr_t at;
    is(space_map(space, &mapping, &at), 0);
    mapping.bytes = STORE_PAGES / 2 * PAGE_BYTES;
    mapping.start = STORE_AT;
    mapping.store = store;
    mapping.flags |= AREA_SHARED;
    is(space_map(space, &mapping, &at), 0);
    mapping.start += mapping.bytes;
    mapping.offset = mapping.bytes;
    mapping.flags &= ~AREA_SHARED;
    is(space_map(space, &mapping, &at), 0);
}

static void accounts_agree(void)
{
    uint64_t anonymous = 0, shared = 0;
    uintptr_t end = STORE_AT + STORE_PAGES * PAGE_BYTES;
    for (uintptr_t at = AREA_AT; at < end; at += PAGE_BYTES) {
        pte_t *entry = pagetable_lock_find(&space->table, at);
        if (!entry)
            continue;
        if (!pte_is_empty(*entry)) {
            const struct page *page = page_at(pte_physical(*entry));
            *(page->use == PAGE_ANONYMOUS ? &anonymous : &shared) += 1;
            /* What was cut off the store is mapped no more. */
            is(page->use == PAGE_STORE && page->store != store, false);
        }
        pagetable_unlock(&space->table, at, entry);
    }
    is(space->resident_anonymous, anonymous);
    is(space->resident_shared, shared);
}

int main(void)
{
    hosted_boot(100ul << 20);
    uint64_t free_at_first = hosted_free_pages();
    space = space_new();
    store = store_new(NULL, NULL);
    store_resize(store, STORE_PAGES * PAGE_BYTES);
    map_all();

    static struct writer writers[WRITERS];
    pthread_t threads[WRITERS], cutter;
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i].number = writers[i].seed = i;
        pthread_create(&threads[i], NULL, write_and_read, &writers[i]);
    }
    pthread_create(&cutter, NULL, cut, NULL);
    for (unsigned i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    atomic_store(&is_over, true);
    pthread_join(cutter, NULL);

    accounts_agree();
    space_put(space);
    store_put(store);
    is(hosted_free_pages(), free_at_first);
    return hosted_failures != 0;
}
