/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* Lists that only grow are read while they do: shrinkers, types of filesystems. */
#include "races.h"
#include "lib/refcount.c"
#include "mm/shrink.c"
#include "vfs/filesystem.c"

enum { MARK = 4711 };

static struct thing {
    struct shrinker shrinker;
    struct filesystem_type type;
    unsigned mark; /* plain */
} things[TYPES_MAX - 2];

static bool is_over; /* [atomic] */
const struct filesystem_type tmpfs_type = { .name = "tmpfs" };
const struct filesystem_type ramfs_type = { .name = "ramfs" };

static size_t shrink_one(struct shrinker *shrinker, size_t pages)
{
    must(container_of(shrinker, struct thing, shrinker)->mark == MARK);
    return 1;
}

static void add(unsigned i)
{
    static char names[array_size(things)][4];
    struct thing *thing = &things[i];
    thing->mark = MARK;
    thing->shrinker.shrink = shrink_one;
    names[i][0] = 'a' + i % 26;
    names[i][1] = 'a' + i / 26;
    thing->type.name = names[i];
    shrinker_add(&thing->shrinker);
    must(!filesystem_register(&thing->type));
}

static void look(void)
{
    must(shrink_all(2 * array_size(things)) <= array_size(things));
    const struct filesystem_type *type;
    for (unsigned i = 2; (type = filesystem_type_at(i)); i++)
        must(container_of(type, struct thing, type)->mark == MARK);
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; !cpu && i < array_size(things); i++) {
        add(i);
        cpu_relax();
    }
    if (!cpu)
        __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        look();
        cpu_relax();
    }
}

int main(void)
{
    races_run(3, work);
    look();
    must(shrink_all(2 * array_size(things)) == array_size(things));
}

/* ------------------------------------------------------- what is not tried */

unsigned notify_watches;

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

void page_totals(struct page_totals *totals)
{
    *totals = (struct page_totals){ 0 };
}

void entry_put(struct entry *entry) { }
void mutex_init(struct mutex *mutex, enum lock_rank rank) { }
void notify_unmounted_now(const struct filesystem *filesystem) { }
