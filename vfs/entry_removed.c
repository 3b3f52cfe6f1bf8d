/* SPDX-License-Identifier: MIT */
/* Entries whose name was removed while somebody refers to them: each filesystem
 * that has handles knows its own, so that they are found by handle. */
#include "vfs/entry_names.h"

void names_remove_locked(struct entry *entry)
{
    struct filesystem *filesystem = entry->filesystem;
    names_unhash_locked(entry);
    if (!entry->inode || entry->is_removed || !filesystem->type->has_handles)
        return;
    entry->is_removed = true;
    list_add_first(&filesystem->removed, &entry->removed_link);
}

void entry_remove(struct entry *entry)
{
    spin_lock(&names_lock);
    names_remove_locked(entry);
    spin_unlock(&names_lock);
}

void names_forget_removed(struct entry *entry)
{
    spin_lock(&names_lock);
    list_remove(&entry->removed_link);
    spin_unlock(&names_lock);
}

static struct entry *next_locked(
    struct filesystem *filesystem, struct list *link) must_hold(names_lock)
{
    while ((link = link->next) != &filesystem->removed) {
        struct entry *entry = container_of(link, struct entry, removed_link);
        if (refcount_get_unless_zero(&entry->refs))
            return entry;
    }
    return NULL;
}

struct entry *entry_next_removed(
    struct filesystem *filesystem, struct entry *at)
{
    spin_lock(&names_lock);
    struct entry *next = next_locked(
        filesystem, at ? &at->removed_link : &filesystem->removed);
    spin_unlock(&names_lock);
    entry_put(at);
    return next;
}
