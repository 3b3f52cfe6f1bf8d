/* SPDX-License-Identifier: MIT */
/* Entries in their directories: pinned, moved, swapped, frozen.
 *
 * The hard part of a rename is that it must look like one step: whoever looks
 * finds the old name or the new one, and never neither.  All links change under
 * names_lock inside one odd sequence; a new name is a block of its own, so
 * that readers compare either name whole. */
#include "arch/atomic.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/entry_names.h"

/* The tree of children, by cookie. */

static void add_child(struct entry *parent, struct entry *entry)
{
    struct tree_node **link = &parent->children.root, *above = NULL;
    while (*link) {
        above = *link;
        link = entry->cookie
                < container_of(above, struct entry, child_node)->cookie
            ? &above->left
            : &above->right;
    }
    tree_insert(&parent->children, &entry->child_node, above, link);
}

void entry_pin(struct entry *entry)
{
    entry_get(entry);
    entry->is_pinned = true;
    entry->cookie = entry->parent->next_cookie++;
    add_child(entry->parent, entry);
}

void entry_unpin(struct entry *entry)
{
    if (!entry->is_pinned)
        return;
    entry->is_pinned = false;
    tree_remove(&entry->parent->children, &entry->child_node);
    entry_put(entry);
}

/* Against mounts. */

bool entry_freeze(struct entry *entry)
{
    spin_lock(&names_lock);
    bool is_free = !entry->mounts;
    if (is_free)
        entry->is_frozen = true;
    spin_unlock(&names_lock);
    return is_free;
}

void entry_thaw(struct entry *entry)
{
    spin_lock(&names_lock);
    entry->is_frozen = false;
    spin_unlock(&names_lock);
}

bool entry_add_mount(struct entry *entry)
{
    spin_lock(&names_lock);
    bool is_there = !entry->is_frozen && !entry_is_dropped(entry);
    if (is_there)
        atomic_store(&entry->mounts, entry->mounts + 1);
    spin_unlock(&names_lock);
    return is_there;
}

void entry_remove_mount(struct entry *entry)
{
    spin_lock(&names_lock);
    atomic_store(&entry->mounts, entry->mounts - 1);
    spin_unlock(&names_lock);
}

/* Names. */

struct entry_name *entry_name_copy(const struct entry *entry)
{
    struct entry_name *copy =
        heap_alloc(sizeof *copy + entry->name_bytes + 1);
    if (copy)
        memcpy(copy->text, entry->name, entry->name_bytes + 1);
    return copy;
}

void entry_name_free(struct entry_name *name)
{
    heap_free(name);
}

static void free_name(struct grace *grace)
{
    heap_free(container_of(grace, struct entry_name, grace));
}

/* Where an entry is to be. */
struct spot {
    struct entry *parent;
    struct entry_name *name;
    uint32_t name_bytes;
    uint64_t hash, cookie;
};

static struct spot spot_of(const struct entry *entry, struct entry_name *name)
{
    return (struct spot){
        .parent = entry->parent,
        .name = name,
        .name_bytes = entry->name_bytes,
        .hash = entry->hash,
        .cookie = entry->cookie,
    };
}

/* What was replaced, to be given back without the lock. */
struct leftover {
    struct entry *parent;
    struct entry_name *name;
};

static void place_locked(
    struct entry *entry, struct spot spot, struct leftover *left)
{
    left->parent = entry->parent;
    left->name = entry->long_name;
    names_unhash_locked(entry);
    atomic_store(&entry->parent, entry_get(spot.parent));
    entry->long_name = spot.name;
    atomic_store_release(&entry->name, spot.name->text); /* is_named */
    entry->name_bytes = spot.name_bytes;
    atomic_store(&entry->hash, spot.hash);
    names_hash_locked(entry);
}

static void give_back(const struct leftover *left)
{
    if (left->name)
        grace_call(&left->name->grace, free_name);
    entry_put(left->parent);
}

/* From one directory's tree to another's; in the same one it keeps its place,
 * so that a reader of the directory meets it once. */
static void move_child(
    struct entry *entry, struct entry *old_parent, uint64_t cookie)
{
    if (!entry->is_pinned || entry->parent == old_parent)
        return;
    tree_remove(&old_parent->children, &entry->child_node);
    entry->cookie = cookie ? cookie : entry->parent->next_cookie++;
    add_child(entry->parent, entry);
}

void entry_move(
    struct entry *entry, struct entry *target, struct entry_name *name,
    struct entry *left)
{
    struct leftover old;
    struct entry *old_parent = entry->parent;
    spin_lock(&names_lock);
    names_begin_move();
    names_remove_locked(target);
    place_locked(entry, spot_of(target, name), &old);
    if (left)
        names_hash_locked(left);
    names_end_move();
    spin_unlock(&names_lock);
    move_child(entry, old_parent, 0);
    give_back(&old);
}

/* Both leave before either comes: a cookie is one child's at a time. */
static void swap_children(struct entry *a, struct entry *b)
{
    struct entry *old_of_a = b->parent, *old_of_b = a->parent;
    uint64_t cookie = a->cookie;
    if (old_of_a == old_of_b || !a->is_pinned || !b->is_pinned)
        return;
    tree_remove(&old_of_a->children, &a->child_node);
    tree_remove(&old_of_b->children, &b->child_node);
    a->cookie = b->cookie;
    b->cookie = cookie;
    add_child(a->parent, a);
    add_child(b->parent, b);
}

void entry_swap(struct entry *a, struct entry *b, struct entry_name *name_of_a,
    struct entry_name *name_of_b)
{
    struct leftover left_of_a, left_of_b;
    spin_lock(&names_lock);
    struct spot spot_of_a = spot_of(a, name_of_a);
    struct spot spot_of_b = spot_of(b, name_of_b);
    names_begin_move();
    place_locked(a, spot_of_b, &left_of_a);
    place_locked(b, spot_of_a, &left_of_b);
    names_end_move();
    spin_unlock(&names_lock);
    swap_children(a, b);
    give_back(&left_of_a);
    give_back(&left_of_b);
}

bool entry_is_ancestor(const struct entry *ancestor, const struct entry *entry)
{
    bool is_ancestor;
    uint32_t start;
    do {
        const struct entry *at = entry, *above;
        grace_read();
        start = names_sequence();
        while (at != ancestor && (above = atomic_load_acquire(&at->parent)) != at)
            at = above;
        is_ancestor = at == ancestor;
        read_barrier(); /* names_begin_move's and names_end_move's */
        grace_read_done();
    } while (names_sequence() != start);
    return is_ancestor;
}
