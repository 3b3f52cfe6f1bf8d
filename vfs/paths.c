/* SPDX-License-Identifier: MIT */
/* Root, working directory and umask: the part that CLONE_FS shares. */
#include "vfs/paths.h"

#include "arch/atomic.h"
#include "mm/heap.h"

static struct paths *paths_of(struct place root, struct place cwd, unsigned mask)
{
    struct paths *paths = heap_alloc_zeroed(sizeof *paths);
    if (!paths) {
        place_put(root);
        place_put(cwd);
        return NULL;
    }
    refcount_init(&paths->refs);
    paths->users = 1;
    spin_init(&paths->lock, RANK_PATHS);
    paths->root = root;
    paths->cwd = cwd;
    paths->umask = mask;
    return paths;
}

struct paths *paths_new(struct place root)
{
    return paths_of(place_get(root), place_get(root), 022);
}

struct paths *paths_get(struct paths *paths)
{
    refcount_get(&paths->refs);
    return paths;
}

void paths_put(struct paths *paths)
{
    if (!paths || !refcount_put(&paths->refs))
        return;
    place_put(paths->cwd);
    place_put(paths->root);
    heap_free(paths);
}

struct paths *paths_share(struct paths *paths)
{
    atomic_add(&paths->users, 1);
    return paths_get(paths);
}

void paths_leave(struct paths *paths)
{
    if (paths)
        atomic_sub(&paths->users, 1);
    paths_put(paths);
}

bool paths_are_shared(const struct paths *paths)
{
    return atomic_load(&paths->users) > 1;
}

struct paths *paths_copy(struct paths *paths)
{
    spin_lock(&paths->lock);
    struct place root = place_get(paths->root);
    struct place cwd = place_get(paths->cwd);
    unsigned mask = paths->umask;
    spin_unlock(&paths->lock);
    return paths_of(root, cwd, mask);
}

struct place paths_root(struct paths *paths)
{
    spin_lock(&paths->lock);
    struct place root = place_get(paths->root);
    spin_unlock(&paths->lock);
    return root;
}

struct place paths_cwd(struct paths *paths)
{
    spin_lock(&paths->lock);
    struct place cwd = place_get(paths->cwd);
    spin_unlock(&paths->lock);
    return cwd;
}

static void replace(struct paths *paths, struct place *what, struct place with)
{
    place_get(with);
    spin_lock(&paths->lock);
    struct place old = *what;
    *what = with;
    spin_unlock(&paths->lock);
    place_put(old);
}

void paths_set_root(struct paths *paths, struct place root)
{
    replace(paths, &paths->root, root);
}

void paths_set_cwd(struct paths *paths, struct place cwd)
{
    replace(paths, &paths->cwd, cwd);
}

unsigned paths_set_umask(struct paths *paths, unsigned umask)
{
    spin_lock(&paths->lock);
    unsigned old = paths->umask;
    paths->umask = umask;
    spin_unlock(&paths->lock);
    return old;
}

unsigned paths_umask(struct paths *paths)
{
    spin_lock(&paths->lock);
    unsigned umask = paths->umask;
    spin_unlock(&paths->lock);
    return umask;
}
