/* SPDX-License-Identifier: MIT */
/* Handles of files.
 *
 * A handle is made of the inode's number, which no other of its file system ever
 * has, and of a random mark of that.  So nothing need be remembered of those that
 * were given out; to find one again, which few ask for, the whole tree of names
 * is searched. */
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
static struct entry *next_of(struct entry *at, const struct entry *root)
{
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

static int search(
    struct filesystem *filesystem, uint64_t number, struct entry **found)
{
    uint32_t sequence;
    do {
        sequence = names_sequence();
        struct entry *at = entry_get(filesystem->root);
        while (at && !is_it(at, number)) {
            if (thread_is_interrupted()) {
                entry_put(at);
                return -ERESTART;
            }
            at = next_of(at, filesystem->root);
            thread_breathe();
        }
        *found = at;
        /* What was moved meanwhile may have been missed. */
    } while (!*found && names_sequence() != sequence);
    return *found ? 0 : -ESTALE;
}

int handle_find(struct filesystem *filesystem, const struct handle *handle,
    struct entry **found)
{
    uint64_t number = (uint64_t)handle->words[2] << 32 | handle->words[1];
    if (!filesystem->type->has_handles || handle->words[0] != filesystem->mark)
        return -ESTALE;
    return search(filesystem, number, found);
}
