/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* Names are found without a lock while others come, go and are swapped, and the
 * table of them is made anew: what is there all the time is always found. */
#include "grace.h"
#include <string.h>

#include "lib/hash.c"
#include "lib/refcount.c"
#include "lib/tree.c"
#include "vfs/entry.c"
#define give_back give_back_moved
#include "vfs/entry_move.c"
#include "vfs/entry_removed.c"

enum { ROUNDS = 400 };

unsigned notify_watches;

void notify_deleted_now(struct inode *inode)
{
}

void inode_put(struct inode *inode)
{
}

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void *heap_alloc(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

static pthread_mutex_t change = PTHREAD_MUTEX_INITIALIZER;

void mutex_lock(struct mutex *mutex)
{
    pthread_mutex_lock(&change);
}

void mutex_unlock(struct mutex *mutex)
{
    pthread_mutex_unlock(&change);
}

static const struct inode_ops ops;
static struct inode directory = { .type = INODE_DIRECTORY, .ops = &ops,
    .links = 1 };
static struct entry *root, *always[2];
static const char *const names[] = { "one", "and a name that is a long one" };

static struct entry *find(const char *name)
{
    struct entry *entry;
    int error = entry_find(root, name, strlen(name), &entry);
    must(!error);
    return entry;
}

/* Negative entries live as long as somebody has them. */
static void come_and_go(unsigned round)
{
    char name[40];
    snprintf(name, sizeof name, "%u%s", round % 3, round % 2 ? names[1] : "");
    entry_put(find(name));
}

static void swap(void)
{
    pthread_mutex_lock(&change);
    entry_swap(always[0], always[1], entry_name_copy(always[0]),
        entry_name_copy(always[1]));
    pthread_mutex_unlock(&change);
}

static void look(void)
{
    const char *name = names[races_random(2)];
    struct entry *entry = entry_find_cached(root, name, strlen(name));
    must(entry == always[0] || entry == always[1]);
    must(entry_is_ancestor(root, entry));
    entry_put(entry);
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (cpu == 2)
            swap();
        if (cpu == 2 && i % 16 == 0)
            resize_table(FIRST_CHAINS << i / 16 % 2);
        for (unsigned j = 0; j < 10; j++)
            if (cpu == 1)
                look();
            else
                come_and_go(i + j);
        grace_quiescent();
    }
}

int main(void)
{
    root = entry_new_root(NULL, &directory);
    for (unsigned i = 0; i < 2; i++)
        always[i] = find(names[i]);
    races_run_graceful(work);
}
