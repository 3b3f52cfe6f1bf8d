/* SPDX-License-Identifier: MIT */
/* Spaces, forks and stores against a model: random mapping, unmapping,
 * protection, moves, truncation and holes; every byte read must be the model's,
 * every refusal too, and at the end no page may be lost.
 *
 *     space_model [seed [rounds]] */
#include "memory.h"

enum { PAGES = 96, SPACES = 4, STORES = 3, STORE_PAGES = 40 };
/* Two bytes of each page are used, near its beginning. */
enum { BYTES = 2, FIRST_BYTE = 7, BYTES_APART = 60 };
#define WINDOW 0x7f00001d0000ul /* over the edge of a page table */

struct cell { /* a page of a space */
    bool is_mapped, is_shared;
    bool is_copy; /* of the store's page */
    unsigned rights, index;
    int store; /* or -1 */
    unsigned char values[BYTES];
};
static const struct cell nothing = { .store = -1 };

static struct modelled {
    struct space *space;
    struct cell cells[PAGES];
} spaces[SPACES];

static struct {
    struct store *store;
    unsigned pages;
    unsigned char values[STORE_PAGES][BYTES];
} stores[STORES];

static unsigned seed = 1;

extern int atoi(const char *);

static unsigned pick(unsigned below)
{
    return rand_r(&seed) % below;
}

static uintptr_t address_of(unsigned cell)
{
    return WINDOW + cell * PAGE_BYTES;
}

/* What the bytes of a page are, or NULL and the error. */
static unsigned char *values_of(struct cell *cell, bool writes, int *error)
{
    *error = 0;
    if (!cell->is_mapped)
        *error = -EFAULT;
    else if (!(cell->rights & (writes ? AREA_WRITE : 7)))
        *error = -EACCES;
    else if (cell->store < 0 || cell->is_copy)
        return cell->values;
    else if (cell->index >= stores[cell->store].pages)
        *error = -EIO;
    if (*error)
        return NULL;
    unsigned char *values = stores[cell->store].values[cell->index];
    if (!writes || cell->is_shared)
        return values;
    cell->is_copy = true;
    return memcpy(cell->values, values, BYTES);
}

static void use(struct modelled *m, unsigned i)
{
    bool writes = pick(2);
    unsigned char byte = pick(256), written = byte;
    unsigned which = pick(BYTES);
    uintptr_t at = address_of(i) + FIRST_BYTE + which * BYTES_APART;
    int error, wanted;
    unsigned char *values = values_of(&m->cells[i], writes, &wanted);
    if (pick(3)) {
        error = cpu_access(m->space, at, &byte, writes);
    } else {
        size_t moved = writes ? space_write(m->space, at, &byte, 1)
                              : space_read(m->space, at, &byte, 1);
        error = moved ? 0 : wanted ? wanted : -EINVAL;
    }
    if (error != wanted)
        panic("page %u: %d, not %d", i, error, wanted);
    if (values && writes)
        values[which] = written;
    else if (values && values[which] != byte)
        panic("page %u holds %u, not %u", i, byte, values[which]);
}

static void map_anonymous(struct modelled *m, unsigned first, unsigned count)
{
    unsigned rights = pick(8);
    struct mapping mapping = {
        .start = address_of(first),
        .bytes = count * PAGE_BYTES - pick(PAGE_BYTES),
        .flags = rights | MAY_ALL | (pick(4) ? 0 : AREA_POPULATE),
        .place = PLACE_FIXED,
    };
    uintptr_t at;
    is(space_map(m->space, &mapping, &at), 0);
    for (unsigned i = first; i < first + count; i++)
        m->cells[i] = (struct cell){
            .is_mapped = true, .rights = rights, .store = -1
        };
}

static void map_store(struct modelled *m, unsigned first, unsigned count)
{
    unsigned number = pick(STORES), index = pick(STORE_PAGES);
    count = min(count, STORE_PAGES - index);
    struct cell cell = {
        .is_mapped = true,
        .is_shared = pick(2),
        .rights = pick(8),
        .store = number,
    };
    struct mapping mapping = {
        .start = address_of(first),
        .bytes = count * PAGE_BYTES,
        .flags = cell.rights | MAY_ALL | (cell.is_shared ? AREA_SHARED : 0),
        .place = PLACE_FIXED,
        .store = stores[number].store,
        .offset = index * PAGE_BYTES,
    };
    uintptr_t at;
    is(space_map(m->space, &mapping, &at), 0);
    for (unsigned i = 0; i < count; i++) {
        cell.index = index + i;
        m->cells[first + i] = cell;
    }
}

static void unmap(struct modelled *m, unsigned first, unsigned count)
{
    is(space_unmap(m->space, address_of(first), count * PAGE_BYTES), 0);
    for (unsigned i = first; i < first + count; i++)
        m->cells[i] = nothing;
}

static void protect(struct modelled *m, unsigned first, unsigned count)
{
    unsigned rights = pick(8), i = first;
    for (; i < first + count && m->cells[i].is_mapped; i++)
        m->cells[i].rights = rights;
    int wanted = i < first + count ? -ENOMEM : 0;
    is(space_protect(m->space, address_of(first), count * PAGE_BYTES, rights),
        wanted);
}

static void forget(struct modelled *m, unsigned first, unsigned count)
{
    int wanted = 0;
    for (unsigned i = first; i < first + count; i++) {
        if (!m->cells[i].is_mapped)
            wanted = -ENOMEM;
        m->cells[i].is_copy = false;
        memset(m->cells[i].values, 0, BYTES);
    }
    is(space_advise(m->space, address_of(first), count * PAGE_BYTES,
           ADVICE_DONT_NEED), wanted);
}

/* To a place within the window, larger or smaller. */
static void move(struct modelled *m, unsigned first, unsigned count)
{
    unsigned to = pick(PAGES), wanted = min(1 + pick(12), PAGES - to);
    uintptr_t start = address_of(first), end = start + count * PAGE_BYTES, at;
    struct area *area = area_find(m->space, start);
    bool begins = area && area->start <= start;
    bool is_whole = begins && area->end >= end;
    int error = space_remap(m->space, start, count * PAGE_BYTES,
        wanted * PAGE_BYTES, REMAP_MAY_MOVE | REMAP_FIXED, address_of(to), &at);
    if (!begins) {
        is(error, -EFAULT);
        return;
    }
    if (to + wanted > first && to < first + count) {
        is(error, -EINVAL);
        return;
    }
    unsigned kept = min(wanted, count);
    for (unsigned i = first + kept; i < first + count; i++)
        m->cells[i] = nothing; /* cut off before all else */
    if (error) {
        is(error, -EFAULT);
        is(is_whole, false);
        return;
    }
    struct cell moved[PAGES];
    for (unsigned i = 0; i < wanted; i++) {
        moved[i] = m->cells[first + (i < kept ? i : 0)];
        if (i < kept)
            continue;
        moved[i].is_copy = false;
        memset(moved[i].values, 0, BYTES);
        moved[i].index += i;
    }
    for (unsigned i = first; i < first + kept; i++)
        m->cells[i] = nothing;
    for (unsigned i = 0; i < wanted; i++) {
        m->cells[to + i] = moved[i];
        if (moved[i].store >= 0 && moved[i].index >= STORE_PAGES)
            unmap(m, to + i, 1); /* beyond what the model knows */
    }
}

static void resize(void)
{
    unsigned number = pick(STORES), pages = pick(STORE_PAGES + 1);
    store_resize(
        stores[number].store, pages ? pages * PAGE_BYTES - pick(4000) : 0);
    stores[number].pages = pages;
    for (unsigned i = pages; i < STORE_PAGES; i++)
        memset(stores[number].values[i], 0, BYTES);
    for (unsigned i = 0; i < SPACES * PAGES; i++) {
        struct cell *cell = &spaces[i / PAGES].cells[i % PAGES];
        if (cell->store == (int)number && cell->index >= pages)
            cell->is_copy = false;
    }
}

static void punch(void)
{
    unsigned number = pick(STORES), from = pick(STORE_PAGES);
    unsigned to = from + 1 + pick(STORE_PAGES - from);
    store_punch(stores[number].store, from * PAGE_BYTES, to * PAGE_BYTES);
    for (unsigned i = from; i < to; i++)
        memset(stores[number].values[i], 0, BYTES);
}

static void write_store(void)
{
    unsigned number = pick(STORES), index = pick(STORE_PAGES);
    unsigned char byte = pick(256), read = 0;
    if (index >= stores[number].pages)
        return;
    uint64_t position = index * PAGE_BYTES + FIRST_BYTE;
    store_read(stores[number].store, position, &read, 1);
    is(read, stores[number].values[index][0]);
    is(store_write(stores[number].store, position, &byte, 1), 1);
    stores[number].values[index][0] = byte;
}

static void begin_space(struct modelled *m)
{
    const struct modelled *maker = &spaces[pick(SPACES)];
    if (maker->space) {
        memcpy(m->cells, maker->cells, sizeof m->cells);
        m->space = space_copy(maker->space);
    } else {
        for (unsigned i = 0; i < PAGES; i++)
            m->cells[i] = nothing;
        m->space = space_new();
    }
}

static void end_space(struct modelled *m)
{
    space_put(m->space);
    m->space = NULL;
}

static void check_tree(const struct space *space)
{
    uintptr_t end = USER_START;
    uint64_t bytes = 0;
    unsigned count = 0;
    const struct area *area = area_first(space);
    for (; area; area = area_next(area)) {
        if (area->start < end || area->gap_before != area->start - end)
            panic("the gap before %lx is wrong", area->start);
        end = area->end;
        bytes += area->end - area->start;
        count++;
    }
    if (count != space->area_count || bytes != space->mapped_bytes)
        panic("areas are counted wrongly");
}

static void change(struct modelled *m)
{
    static void (*const changes[])(struct modelled *, unsigned, unsigned) = {
        map_anonymous, map_anonymous, map_store, map_store, unmap,
        protect, protect, protect, forget, move, move,
    };
    static void (*const store_changes[])(void) = { resize, punch, write_store };
    unsigned first = pick(PAGES), what = pick(24);
    unsigned count = min(1 + pick(pick(3) ? 8 : 40), PAGES - first);
    if (what < array_size(changes))
        changes[what](m, first, count);
    else if (what - array_size(changes) < array_size(store_changes))
        store_changes[what - array_size(changes)]();
    else if (!pick(40))
        end_space(m);
    else
        for (unsigned i = first; i < first + count; i++)
            use(m, i);
}

static void sparse_store(void)
{
    enum { MANY = 200 };
    struct store *store = store_new(NULL, NULL);
    for (unsigned i = 0; i < MANY; i++) {
        uint64_t index =
            i < MANY / 2 ? pick(5000) : (uint64_t)pick(1 << 30) << pick(22);
        struct page *page = store_make(store, index, 0);
        *(uint64_t *)page_pointer(page) = index;
        page_unpin(page);
    }
    uint64_t found = 0, index = 0;
    for (; (index = store_next_page(store, index)) != UINT64_MAX; index++) {
        struct page *page = store_find(store, index);
        is(*(uint64_t *)page_pointer(page), index);
        page_unpin(page);
        uint64_t hole = store_next_hole(store, index);
        is(store_find(store, hole), NULL);
        is(store_next_page(store, hole - 1), hole - 1);
        found++;
    }
    is(found, store->page_count);
    store_put(store);
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? atoi(argv[1]) : 1;
    unsigned rounds = argc > 2 ? atoi(argv[2]) : 30000;
    hosted_boot(200ul << 20);
    uint64_t free_at_first = hosted_free_pages();
    for (unsigned i = 0; i < STORES; i++) {
        stores[i].store = store_new(NULL, NULL);
        stores[i].pages = STORE_PAGES / 2;
        store_resize(stores[i].store, stores[i].pages * PAGE_BYTES);
    }
    for (unsigned i = 0; i < rounds; i++) {
        struct modelled *m = &spaces[pick(SPACES)];
        if (!m->space)
            begin_space(m);
        change(m);
        if (m->space)
            check_tree(m->space);
    }
    for (unsigned i = 0; i < SPACES; i++)
        if (spaces[i].space)
            end_space(&spaces[i]);
    for (unsigned i = 0; i < STORES; i++)
        store_put(stores[i].store);
    sparse_store();
    is(hosted_free_pages(), free_at_first);
    is(memory_committed_bytes(), 0);
    return hosted_failures != 0;
}
