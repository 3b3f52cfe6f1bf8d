/* SPDX-License-Identifier: MIT */
/* Which open files an epoll watches, for those who compare. */
#include "vfs/epoll_entries.h"

enum { BREATHE_EVERY = 256 };

const struct file *epoll_watched(
    struct file *epoll_file, int fd, unsigned index)
{
    struct epoll *epoll = epoll_of(epoll_file);
    const struct file *found = NULL;
    unsigned seen = 0;
    mutex_lock(&epoll->lock);
    struct tree_node *node = tree_first(&epoll->entries);
    for (; node && !found; node = tree_next(node)) {
        const struct epoll_entry *entry =
            container_of(node, struct epoll_entry, node);
        if (entry->fd == fd && !index--)
            found = entry->file;
        if (!(++seen % BREATHE_EVERY))
            thread_breathe();
    }
    mutex_unlock(&epoll->lock);
    return found;
}
