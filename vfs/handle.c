/* SPDX-License-Identifier: MIT */
/* Handles of files.
 *
 * A handle is made of the inode's number, which no other of its file system ever
 * has, and of a random mark of that.  So nothing need be remembered of those that
 * were given out; to find one again, which few ask for, the whole tree of names
 * is searched, and then those that were removed and are still open. */
#include "vfs/handle.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "vfs/entry.h"

int handle_make(const struct inode *inode, struct handle *handle)
{
    const struct filesystem *filesystem = inode->filesystem;
    if (!filesystem->type->has_handles)
        return -EOPNOTSUPP;
    *handle = (struct handle){ { filesystem->mark,
        (uint32_t)inode->number, (uint32_t)(inode->number >> 32) } };
    return 0;
}

/* The child with the least cookie from `from` on, with a reference. */
static struct entry *child_from(struct entry *directory, uint64_t from)
{
    struct entry *best = NULL;
    mutex_lock(&directory->inode->change);
    struct tree_node *node = directory->children.root;
    while (node) {
        struct entry *entry = container_of(node, struct entry, child_node);
        if (entry->cookie >= from)
            best = entry;
        node = entry->cookie >= from ? node->left : node->right;
    }
    if (best)
        entry_get(best);
    mutex_unlock(&directory->inode->change);
    return best;
}

static bool is_directory(const struct entry *entry)
{
    return entry->inode && entry->inode->type == INODE_DIRECTORY;
}

/* The one after `at` in the whole tree, parents first. Takes at's reference
 * over. NULL: the end, or at was moved away. */
static struct entry *next_of(struct filesystem *filesystem, struct entry *at)
{
    const struct entry *root = filesystem->root;
    struct entry *next = is_directory(at) ? child_from(at, 0) : NULL;
    while (!next && at != root) {
        struct entry *parent = entry_parent(at);
        next = child_from(parent, at->cookie + 1);
        entry_put(at);
        at = parent;
    }
    entry_put(at);
    return next;
}

static bool is_it(const struct entry *entry, uint64_t number)
{
    return entry->inode && entry->inode->number == number;
}

/* The first from `at` on, whose reference is taken over. *at is NULL: none. */
static int search_from(struct entry **at, uint64_t number,
    struct entry *next(struct filesystem *filesystem, struct entry *at))
{
    while (*at && !is_it(*at, number)) {
        if (thread_is_interrupted()) {
            entry_put(*at);
            return -ERESTART;
        }
        *at = next((*at)->filesystem, *at);
        thread_breathe();
    }
    return 0;
}

static int search_names(
    struct filesystem *filesystem, uint64_t number, struct entry **found)
{
    uint32_t sequence;
    int error;
    do {
        sequence = names_sequence();
        *found = entry_get(filesystem->root);
        error = search_from(found, number, next_of);
        /* What was moved meanwhile may have been missed. */
    } while (!error && !*found && names_sequence() != sequence);
    return error;
}

/* A name is taken away, and the entry put among those that were removed, under
 * the directory's lock: who missed it there finds it here. */
static int search_removed(
    struct filesystem *filesystem, uint64_t number, struct entry **found)
{
    *found = entry_next_removed(filesystem, NULL);
    return search_from(found, number, entry_next_removed);
}

int handle_find(struct filesystem *filesystem, const struct handle *handle,
    struct entry **found)
{
    uint64_t number = (uint64_t)handle->words[2] << 32 | handle->words[1];
    if (!filesystem->type->has_handles || handle->words[0] != filesystem->mark)
        return -ESTALE;
    int error = search_names(filesystem, number, found);
    if (!error && !*found)
        error = search_removed(filesystem, number, found);
    return !error && !*found ? -ESTALE : error;
}
