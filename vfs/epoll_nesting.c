/* SPDX-License-Identifier: MIT */
/* Epolls that watch epolls.
 *
 * An event climbs from epoll to epoll under the queues of all below it, and a
 * look into one goes down through all that it watches.  So there must be no
 * circle, no long way, and not too many ways for one event; the bounds are
 * Linux's, and so is what is said when they are passed. */
#include "mm/heap.h"
#include "vfs/epoll_entries.h"

struct mutex epoll_nesting = {
    .queue = WAIT_QUEUE_INIT(epoll_nesting.queue),
#ifdef CONFIG_DEBUG
    .rank = RANK_EPOLL_NESTING,
#endif
};

static uint64_t walks; /* [epoll_nesting] */

void epoll_nest(struct epoll_nest *nest, struct epoll_entry *entry)
{
    nest->entry = entry;
    nest->outer = entry->epoll;
    nest->inner = epoll_of(entry->file);
    list_add(&nest->outer->inners, &nest->inner_link);
    list_add(&nest->inner->outers, &nest->outer_link);
}

void epoll_unnest(struct epoll_entry *entry)
{
    list_remove(&entry->nest->inner_link);
    list_remove(&entry->nest->outer_link);
    heap_free(entry->nest);
    entry->nest = NULL;
}

/* How long a chain becomes. */

enum { DEPTH_LOOP = 1000 };

/* Epolls below `at`, in the deepest line; DEPTH_LOOP if `wanted` is there. */
static int depth_below(struct epoll *at, const struct epoll *wanted)
{
    struct epoll_nest *nest;
    int deepest = 0;
    if (at == wanted)
        return DEPTH_LOOP;
    if (at->walk == walks)
        return at->walk_depth;
    list_for_each(nest, &at->inners, inner_link) {
        deepest = max(deepest, depth_below(nest->inner, wanted) + 1);
        if (deepest > EPOLL_DEPTH_MAX)
            break;
    }
    at->walk = walks;
    at->walk_depth = deepest;
    return deepest;
}

static int depth_above(struct epoll *at)
{
    struct epoll_nest *nest;
    int highest = 0;
    if (at->walk == walks)
        return at->walk_depth;
    list_for_each(nest, &at->outers, outer_link)
        highest = max(highest, depth_above(nest->outer) + 1);
    at->walk = walks;
    at->walk_depth = highest;
    return highest;
}

int epoll_check_loop(struct epoll *epoll, struct epoll *inner)
{
    walks++;
    int below = depth_below(inner, epoll);
    if (below > EPOLL_DEPTH_MAX)
        return -ELOOP;
    return below + 1 + depth_above(epoll) > EPOLL_DEPTH_MAX ? -ELOOP : 0;
}

/* How many ways there are upwards. */

static const int most_paths[EPOLL_DEPTH_MAX + 1] = { 1000, 500, 100, 50, 10 };

struct paths_count {
    int paths[EPOLL_DEPTH_MAX + 1];
};

/* Ways from an epoll, `depth` above the file, to those that nobody watches. */
static bool has_too_many(
    struct epoll *at, unsigned depth, struct paths_count *count)
{
    struct epoll_nest *nest;
    if (list_is_empty(&at->outers))
        return depth && ++count->paths[depth] > most_paths[depth];
    if (depth >= EPOLL_DEPTH_MAX)
        return true;
    list_for_each(nest, &at->outers, outer_link)
        if (has_too_many(nest->outer, depth + 1, count))
            return true;
    return false;
}

static int check_file(struct file *file)
{
    struct paths_count count = { { 0 } };
    struct epoll_entry *entry;
    int error = 0;
    spin_lock(&file->lock);
    list_for_each(entry, &file->watchers, watcher_link)
        if (has_too_many(entry->epoll, 0, &count)) {
            error = -EINVAL;
            break;
        }
    spin_unlock(&file->lock);
    return error;
}

/* Of all files that inner and what it watches have. */
static int check_files_below(struct epoll *inner)
{
    struct epoll_nest *nest;
    int error = 0;
    if (inner->walk == walks)
        return 0;
    inner->walk = walks;
    mutex_lock(&inner->lock);
    for (struct tree_node *node = tree_first(&inner->entries); node && !error;
         node = tree_next(node)) {
        struct epoll_entry *entry =
            container_of(node, struct epoll_entry, node);
        if (!entry->nest)
            error = check_file(entry->file);
    }
    mutex_unlock(&inner->lock);
    list_for_each(nest, &inner->inners, inner_link) {
        if (error)
            break;
        error = check_files_below(nest->inner);
    }
    return error;
}

int epoll_check_paths(struct epoll_entry *entry)
{
    if (!entry->nest)
        return check_file(entry->file);
    walks++;
    return check_files_below(entry->nest->inner);
}
