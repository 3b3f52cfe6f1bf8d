/* SPDX-License-Identifier: MIT */
/* Telling those who watch files and directories what happens to them.
 *
 * The hooks cost one read of a counter as long as nobody watches anything. */
#ifndef VFS_NOTIFY_H
#define VFS_NOTIFY_H

#include "arch/atomic.h"
#include "vfs/file.h"

/* What happens: inotify(7)'s bits of the same names. */
enum notify_event {
    NOTIFY_ACCESS = 0x1, NOTIFY_MODIFY = 0x2, NOTIFY_ATTRIBUTES = 0x4,
    NOTIFY_CLOSE_WRITTEN = 0x8, NOTIFY_CLOSE_OTHER = 0x10, NOTIFY_OPEN = 0x20,
    NOTIFY_MOVED_FROM = 0x40, NOTIFY_MOVED_TO = 0x80, NOTIFY_CREATE = 0x100,
    NOTIFY_DELETE = 0x200, NOTIFY_DELETE_SELF = 0x400,
    NOTIFY_MOVE_SELF = 0x800,
    NOTIFY_ALL = 0xfff,
    NOTIFY_UNMOUNT = 0x2000, NOTIFY_OVERFLOW = 0x4000,
    NOTIFY_IGNORED = 0x8000, /* the watch is gone */
    NOTIFY_DIRECTORY = 0x40000000, /* with another: of a directory */
};

/* One inode watched by one file (vfs/inotify.c). */
struct watch;

extern unsigned notify_watches; /* [atomic] there are in all */

void notify_entry_now(struct entry *entry, unsigned events);
void notify_file_now(struct entry *entry, unsigned events);
void notify_inode_now(struct inode *inode, unsigned events);
void notify_name_now(struct inode *directory, unsigned events,
    const char *name, size_t bytes, uint32_t cookie);
void notify_deleted_now(struct inode *inode);
void notify_unmounted_now(const struct filesystem *filesystem);
/* What a change of attributes (enum attribute_mask) is to those who watch. */
unsigned notify_of_change(unsigned mask);
uint32_t notify_cookie(void); /* a number that ties the two of a move */

static inline bool notify_is_wanted(void)
{
    return unlikely(atomic_load(&notify_watches));
}

/* To who watches the file itself or the directory it is in. NULL: nobody. */
static inline void notify_entry(struct entry *entry, unsigned events)
{
    if (notify_is_wanted() && entry)
        notify_entry_now(entry, events);
}

/* What is done by means of the open file. */
static inline void notify_file(const struct file *file, unsigned events)
{
    if (notify_is_wanted() && file->place.entry)
        notify_file_now(file->place.entry, events);
}

/* To who watches the inode itself. */
static inline void notify_inode(struct inode *inode, unsigned events)
{
    if (notify_is_wanted())
        notify_inode_now(inode, events);
}

/* To who watches the directory: of a name in it. */
static inline void notify_name(struct inode *directory, unsigned events,
    const char *name, size_t bytes)
{
    if (notify_is_wanted())
        notify_name_now(directory, events, name, bytes, 0);
}

/* The last name of the inode, and all who had it open, are gone. */
static inline void notify_deleted(struct inode *inode)
{
    if (notify_is_wanted())
        notify_deleted_now(inode);
}

static inline void notify_unmounted(const struct filesystem *filesystem)
{
    if (notify_is_wanted())
        notify_unmounted_now(filesystem);
}

#endif
