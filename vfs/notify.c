/* SPDX-License-Identifier: MIT */
/* From what happens to a file to those who watch it or its directory.
 *
 * A watch hangs at its inode, under the inode's lock; so does telling it.  One
 * that ends by what it tells is unhooked there and freed afterwards. */
#include "vfs/notify.h"

#include "lib/string.h"
#include "vfs/inotify.h"

unsigned notify_watches;

uint32_t notify_cookie(void)
{
    static uint32_t last; /* [atomic] */
    return atomic_add(&last, 1) + 1;
}

unsigned notify_of_change(unsigned mask)
{
    const unsigned read = SET_ACCESSED | SET_ACCESSED_NOW;
    const unsigned written = SET_MODIFIED | SET_MODIFIED_NOW;
    unsigned events = 0;
    if (mask & (SET_MODE | SET_UID | SET_GID | SET_OWNER_AGAIN) ||
        (mask & read && mask & written))
        events |= NOTIFY_ATTRIBUTES;
    else if (mask & read)
        events |= NOTIFY_ACCESS;
    else if (mask & written)
        events |= NOTIFY_MODIFY;
    return mask & SET_BYTES ? events | NOTIFY_MODIFY : events;
}

/* What is said, and of what. */
struct news {
    unsigned events;
    const char *name; /* NULL: of the inode itself */
    size_t bytes;
    uint32_t cookie;
    bool is_unlinked; /* by an open file whose name is gone already */
};

static bool concerns(const struct watch *watch, const struct news *news)
{
    if (!(watch->events & news->events & NOTIFY_ALL))
        return false;
    return !(news->is_unlinked && watch->events & WATCH_ONLY_LINKED);
}

static void free_all(struct list *dead)
{
    struct watch *watch, *after;
    list_for_each_safe(watch, after, dead, inode_link)
    {
        list_remove(&watch->inode_link);
        watch_free(watch);
    }
}

static void end_watch(struct watch *watch, struct list *dead)
{
    watch_tell(watch, NOTIFY_IGNORED, NULL, 0, 0);
    watch_take_out(watch);
    list_add(dead, &watch->inode_link);
}

static void tell(struct inode *inode, const struct news *news)
{
    struct list dead = LIST_INIT(dead);
    struct watch *watch, *after;
    spin_lock(&inode->lock);
    list_for_each_safe(watch, after, &inode->watches, inode_link)
    {
        if (!concerns(watch, news))
            continue;
        watch_tell(watch, news->events, news->name, news->bytes, news->cookie);
        if (watch->events & WATCH_ONCE)
            end_watch(watch, &dead);
    }
    spin_unlock(&inode->lock);
    free_all(&dead);
}

static bool is_watched(const struct inode *inode)
{
    return inode && atomic_load(&inode->watches.next) != &inode->watches;
}

static unsigned kind_of(const struct inode *inode)
{
    return inode->type == INODE_DIRECTORY ? NOTIFY_DIRECTORY : 0;
}

void notify_inode_now(struct inode *inode, unsigned events)
{
    if (!is_watched(inode))
        return;
    struct news news = { .events = events | kind_of(inode) };
    tell(inode, &news);
}

void notify_name_now(struct inode *directory, unsigned events,
    const char *name, size_t bytes, uint32_t cookie)
{
    struct news news = { events, name, bytes, cookie, false };
    if (is_watched(directory))
        tell(directory, &news);
}

/* The directory the entry is in, if it is watched, with a reference, and the
 * name there. */
static struct inode *watched_parent(
    struct entry *entry, char name[NAME_BYTES_MAX + 1], size_t *bytes)
{
    struct inode *directory = NULL;
    names_hold();
    if (entry->parent != entry && is_watched(entry->parent->inode)) {
        directory = inode_get(entry->parent->inode);
        *bytes = min((size_t)entry->name_bytes, (size_t)NAME_BYTES_MAX);
        memcpy(name, entry->name, *bytes);
    }
    names_release();
    return directory;
}

static void tell_parent(struct entry *entry, struct news news)
{
    char name[NAME_BYTES_MAX + 1];
    news.name = name;
    struct inode *directory = watched_parent(entry, name, &news.bytes);
    if (!directory)
        return;
    tell(directory, &news);
    inode_put(directory);
}

void notify_entry_now(struct entry *entry, unsigned events)
{
    struct inode *inode = entry->inode;
    if (!inode)
        return;
    struct news news = { .events = events | kind_of(inode) };
    tell_parent(entry, news);
    if (is_watched(inode))
        tell(inode, &news);
}

/* What goes through pipes and devices is not the directory's to know. */
static bool is_of_directory(const struct inode *inode, unsigned events)
{
    bool is_content =
        inode->type == INODE_REGULAR || inode->type == INODE_DIRECTORY;
    return is_content || !(events & (NOTIFY_ACCESS | NOTIFY_MODIFY));
}

void notify_file_now(struct entry *entry, unsigned events)
{
    struct inode *inode = entry->inode;
    if (!inode)
        return;
    struct news news = {
        .events = events | kind_of(inode),
        .is_unlinked = entry_is_dropped(entry),
    };
    if (is_of_directory(inode, events))
        tell_parent(entry, news);
    if (is_watched(inode))
        tell(inode, &news);
}

/* All watches of the inode end, with a last word. */
static void end_all(struct inode *inode, unsigned last)
{
    struct list dead = LIST_INIT(dead);
    struct watch *watch, *after;
    unsigned kind = kind_of(inode);
    spin_lock(&inode->lock);
    list_for_each_safe(watch, after, &inode->watches, inode_link)
    {
        if (last & (watch->events | NOTIFY_UNMOUNT))
            watch_tell(watch, last | kind, NULL, 0, 0);
        end_watch(watch, &dead);
    }
    spin_unlock(&inode->lock);
    free_all(&dead);
}

void notify_deleted_now(struct inode *inode)
{
    if (is_watched(inode))
        end_all(inode, NOTIFY_DELETE_SELF);
}

void notify_unmounted_now(const struct filesystem *filesystem)
{
    struct inode *inode;
    while ((inode = watch_first_of(filesystem))) {
        end_all(inode, NOTIFY_UNMOUNT);
        inode_put(inode);
    }
}
