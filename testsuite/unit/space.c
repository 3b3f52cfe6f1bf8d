/* SPDX-License-Identifier: MIT */
/* Address spaces: what each change answers, and what it leaves. */
#include "memory.h"

#define PAGE PAGE_BYTES
static struct space *space;
static unsigned char byte;

static int map(uintptr_t start, size_t bytes, unsigned flags, int place,
    uintptr_t *at)
{
    struct mapping mapping = {
        .start = start,
        .bytes = bytes,
        .flags = flags | MAY_ALL,
        .place = place,
    };
    return space_map(space, &mapping, at);
}

static int put(uintptr_t at, unsigned char value)
{
    return cpu_access(space, at, &value, true);
}

/* The byte, or the error. */
static int get(uintptr_t at)
{
    int error = cpu_access(space, at, &byte, false);
    return error ? error : byte;
}

static uintptr_t set_break(struct space *of, uintptr_t at)
{
    return space_set_break(of, at, AREA_READ | AREA_WRITE);
}

static void places_are_chosen_from_the_top(void)
{
    uintptr_t at, other;
    space->map_top = 0x7fff00000000;
    is(map(0, 1, READ_WRITE_AREA, PLACE_HINT, &at), 0);
    is(at, 0x7ffefffff000);
    is(map(0, 1, READ_WRITE_AREA, PLACE_HINT, &at), 0);
    is(at, 0x7ffeffffe000);
    is(space->area_count, 1);
    is(map(0x10000000, 1, READ_WRITE_AREA, PLACE_HINT, &other), 0);
    is(other, 0x10000000);
    is(map(0x10000000, 1, READ_WRITE_AREA, PLACE_HINT, &other), 0);
    is(other, 0x7ffeffffd000);
    is(map(at, PAGE, READ_WRITE_AREA, PLACE_FIXED_FREE, &other), -EEXIST);
    is(map(at + 1, PAGE, READ_WRITE_AREA, PLACE_FIXED, &other), -EINVAL);
    is(map(0, PAGE, READ_WRITE_AREA, PLACE_FIXED, &other), -EPERM);
    is(map(USER_END, PAGE, READ_WRITE_AREA, PLACE_FIXED, &other), -ENOMEM);
    is(map(0, 0, READ_WRITE_AREA, PLACE_HINT, &other), -EINVAL);
    is(map(0, ~0ul, READ_WRITE_AREA, PLACE_HINT, &other), -ENOMEM);
    is(map(0, USER_END, READ_WRITE_AREA, PLACE_HINT, &other), -ENOMEM);
    is(map(0, 200ul << 20, READ_WRITE_AREA, PLACE_HINT, &other), -ENOMEM);
    is(space_unmap(space, at, 0), -EINVAL);
    is(space_unmap(space, at + 1, PAGE), -EINVAL);
    is(space_unmap(space, at, ~0ul), -EINVAL);
    is(space_unmap(space, 0x1000000, PAGE), 0);
}

static void places_are_chosen_from_the_bottom(void)
{
    enum { COUNT = 200 };
    uintptr_t at, bottom = 0x2aaa00000000;
    space->map_bottom = bottom;
    for (unsigned i = 0; i < COUNT; i++) /* each two apart from the next */
        map(bottom + i * 3 * PAGE, PAGE, READ_WRITE_AREA, PLACE_FIXED, &at);
    is(map(0, 3 * PAGE, READ_WRITE_AREA, PLACE_HINT, &at), 0);
    is(at, bottom + ((COUNT - 1) * 3 + 1) * PAGE);
    is(space_unmap(space, at, 3 * PAGE), 0);
    for (unsigned i = 0; i < COUNT - 1; i++) {
        map(0, 2 * PAGE, READ_WRITE_AREA, PLACE_HINT, &at);
        if (at != bottom + (i * 3 + 1) * PAGE)
            is(i, COUNT);
    }
    is(map(0, PAGE, READ_WRITE_AREA, PLACE_HINT, &at), 0);
    is(at, bottom + ((COUNT - 1) * 3 + 1) * PAGE);
    is(space_unmap(space, bottom + 30 * PAGE, PAGE), 0);
    is(map(0, PAGE, READ_WRITE_AREA, PLACE_HINT, &at), 0);
    is(at, bottom + 30 * PAGE);
    space->map_bottom = bottom + 40 * PAGE; /* none is below it */
    is(space_unmap(space, bottom + 20 * PAGE, 30 * PAGE), 0);
    is(map(0, 2 * PAGE, READ_WRITE_AREA, PLACE_HINT, &at), 0);
    is(at, bottom + 40 * PAGE);
    is(space_unmap(space, bottom, 3 * COUNT * PAGE), 0);
    space->map_bottom = 0;
}

static void reservations_cost_nothing(void)
{
    uintptr_t at, middle;
    unsigned before = space->area_count;
    is(map(0, 16ul << 40, AREA_NO_RESERVE, PLACE_HINT, &at), 0);
    middle = at + (1ul << 40);
    is(get(at), -EACCES);
    is(space_protect(space, middle, 2 * PAGE, READ_WRITE_AREA), 0);
    is(put(middle, 5), 0);
    is(space->area_count, before + 3);
    is(space_protect(space, middle, 2 * PAGE, 0), 0);
    is(space->area_count, before + 1);
    is(get(middle), -EACCES);
    is(space_protect(space, middle, 2 * PAGE, AREA_READ), 0);
    is(get(middle), 5);
    is(space_unmap(space, at, 16ul << 40), 0);
    is(get(middle), -EFAULT);
}

static void remapping(void)
{
    uintptr_t at, there = 0x20001000;
    enum { MOVE_TO = REMAP_MAY_MOVE | REMAP_FIXED };
    enum { KEEP = REMAP_MAY_MOVE | REMAP_KEEP_OLD };
    uintptr_t low = 0x7ffeffffd000; /* three pages below the top */
    is(space_remap(space, there, PAGE, 2 * PAGE, 0, 0, &at), -EFAULT);
    is(space_remap(space, low, PAGE, 2 * PAGE, 0, 0, &at), -ENOMEM);
    is(space_remap(space, low, PAGE, 0, 0, 0, &at), -EINVAL);
    is(space_remap(space, low, 4 * PAGE, 5 * PAGE, REMAP_MAY_MOVE, 0, &at),
        -EFAULT);
    is(put(0x10000000, 9), 0);
    is(space_remap(space, 0x10000000, PAGE, 10 * PAGE, 0, 0, &at), 0);
    is(at, 0x10000000);
    is(put(0x10009000, 10), 0);
    is(space_remap(space, 0x10000000, 10 * PAGE, 600 * PAGE, MOVE_TO, there,
           &at), 0);
    is(get(there + 9 * PAGE), 10);
    is(get(0x10000000), -EFAULT);
    is(space_resident_pages(space), 2);
    is(space_remap(space, there, 600 * PAGE, 600 * PAGE, KEEP, 0, &at), 0);
    is(get(at), 9);
    is(get(there), 0);
}

static void the_break(void)
{
    space->break_start = space->break_end = 0x30000123;
    is(set_break(space, 0), 0x30000123);
    is(set_break(space, 0x30010001), 0x30010001);
    is(put(0x30010fff, 3), 0);
    is(put(0x30000fff, 3), -EFAULT);
    is(set_break(space, ~0ul), 0x30010001);
    is(set_break(space, 0x30000123), 0x30000123);
    is(put(0x30010000, 3), -EFAULT);
}

static void stacks_grow_and_keep_their_distance(void)
{
    uintptr_t at, start = 0x50000000, top = start + 2 * PAGE;
    uintptr_t lowest = top - (1 << 20);
    char text[6];
    space->limit_stack_bytes = 1 << 20;
    is(map(start, 2 * PAGE, READ_WRITE_AREA | AREA_GROWS_DOWN | AREA_STACK,
           PLACE_FIXED, &at), 0);
    is(put(lowest, 7), 0);
    is(put(lowest - 1, 7), -EFAULT);
    is(space_write(space, top - (1 << 19), "hello", 6), 6);
    is(space_read(space, top - (1 << 19), text, 6), 6);
    is(memcmp(text, "hello", 6), 0);
    uintptr_t below = lowest - STACK_GUARD_BYTES + PAGE;
    is(map(below, PAGE, READ_WRITE_AREA, PLACE_HINT, &at), 0);
    is(at == below, false);
    is(map(below, PAGE, READ_WRITE_AREA, PLACE_FIXED, &at), 0);
    space->limit_stack_bytes = UINT64_MAX;
    is(put(lowest - PAGE, 7), -EFAULT);
    is(space_protect(space, start, PAGE,
           READ_WRITE_AREA | AREA_EXECUTE | AREA_GROWS_DOWN), 0);
    is(area_find(space, lowest)->flags & AREA_EXECUTE, AREA_EXECUTE);
}

static void stores(void)
{
    struct store *store = store_new(NULL, NULL);
    store_resize(store, PAGE + 1);
    struct mapping mapping = {
        .bytes = 4 * PAGE,
        .flags = AREA_READ | AREA_SHARED | AREA_MAY_READ,
        .store = store,
    };
    uintptr_t at;
    unsigned char vector[4];
    struct space_key key;
    is(space_map(space, &mapping, &at), 0);
    is(get(at), 0);
    is(get(at + 2 * PAGE - 1), 0);
    is(get(at + 2 * PAGE), -EIO);
    is(put(at, 1), -EACCES);
    is(space_protect(space, at, PAGE, READ_WRITE_AREA), -EACCES);
    is(space_key(space, at + 4, false, &key), 0);
    is(key.is_shared, true);
    is(key.offset, 4);
    is(space_key(space, at + 4, true, &key), -EFAULT);
    is(space_key(space, 0x1000, false, &key), -EFAULT);
    is(space_resident(space, at, 4, vector), 0);
    is(vector[0], true);
    is(vector[3], false);
    is(space_resident(space, 0x70000000, 4, vector), -ENOMEM);
    is(space_sync(space, at, 4 * PAGE, false), 0);
    is(space_sync(space, 0x70000000, PAGE, false), -ENOMEM);
    is(space_advise(space, at, PAGE, ADVICE_FREE), -EINVAL);
    is(space_advise(space, 0x10000, PAGE, ADVICE_NONE), -ENOMEM);
    store_put(store);
}

static void locked_memory(void)
{
    uintptr_t at = 0x7ffeffffd000;
    space->limit_locked_bytes = 2 * PAGE;
    is(space_lock_range(space, at, 3 * PAGE, true), -ENOMEM);
    is(space->locked_bytes, 0);
    is(space_lock_range(space, at, PAGE, true), 0);
    is(space->locked_bytes, PAGE);
    is(space_advise(space, at, PAGE, ADVICE_DONT_NEED), -EINVAL);
    is(space_lock_range(space, at, PAGE, false), 0);
    is(space->locked_bytes, 0);
}

static void shared_anonymous_memory(void)
{
    uintptr_t at, second;
    is(map(0, 2 * PAGE, READ_WRITE_AREA | AREA_SHARED, PLACE_HINT, &at), 0);
    is(put(at + PAGE, 42), 0);
    struct space *child = space_copy(space);
    is(cpu_access(child, at + PAGE, &byte, false), 0);
    is(byte, 42);
    is(space_advise(child, at, 2 * PAGE, ADVICE_REMOVE), 0);
    is(get(at + PAGE), 0);
    is(space_remap(space, at, 0, 2 * PAGE, REMAP_MAY_MOVE, 0, &second), 0);
    is(put(second, 8), 0);
    is(cpu_access(child, at, &byte, false), 0);
    is(byte, 8);
    space_put(child);
}

static void areas_are_not_without_end(void)
{
    enum { MANY = 70000 };
    uintptr_t at;
    int error = 0;
    is(map(0x100000000, MANY * 2 * PAGE, 0, PLACE_FIXED, &at), 0);
    for (unsigned long i = 0; i < MANY && !error; i++)
        error = space_protect(space, at + i * 2 * PAGE, PAGE, AREA_READ);
    is(error, -ENOMEM);
    is(space->area_count, AREAS_MAX);
    is(space_unmap(space, at, MANY * 2 * PAGE), 0);
}

int main(void)
{
    hosted_boot(100ul << 20);
    uint64_t free_at_first = hosted_free_pages();
    space = space_new();
    places_are_chosen_from_the_top();
    places_are_chosen_from_the_bottom();
    reservations_cost_nothing();
    remapping();
    the_break();
    stacks_grow_and_keep_their_distance();
    stores();
    locked_memory();
    shared_anonymous_memory();
    areas_are_not_without_end();
    is(space_protect(space, 0x60000000, PAGE, READ_WRITE_AREA), -ENOMEM);
    space_put(space);
    is(hosted_free_pages(), free_at_first);
    is(memory_committed_bytes(), 0);
    return hosted_failures != 0;
}
