/* SPDX-License-Identifier: MIT */
/* Inodes: what a file is, apart from its names and its opens. */
#ifndef VFS_INODE_H
#define VFS_INODE_H

#include "lib/list.h"
#include "lib/refcount.h"
#include "mm/store.h"
#include "sched/grace.h"
#include "sched/mutex.h"
#include "vfs/credentials.h"

struct entry;
struct file;
struct file_ops;
struct inode;
struct mount;
struct filesystem;
struct pipe;

enum inode_type { /* the S_IFMT nibble of st_mode, by DT_ numbers */
    INODE_FIFO = 1, INODE_CHARACTER = 2, INODE_DIRECTORY = 4, INODE_BLOCK = 6,
    INODE_REGULAR = 8, INODE_SYMLINK = 10, INODE_SOCKET = 12,
};

/* Permission bits have Unix' octal values: 07777. */
enum { MODE_SETUID = 04000, MODE_SETGID = 02000, MODE_STICKY = 01000 };

struct attributes {
    enum inode_type type;
    unsigned mode;              /* 07777 */
    uint64_t inode, links, bytes, blocks; /* blocks of 512 bytes */
    uint32_t uid, gid, block_bytes;
    uint64_t device, special;   /* (major << 32 | minor) */
    int64_t accessed_ns, modified_ns, changed_ns, born_ns; /* real time */
};

enum attribute_mask { /* what a change sets */
    SET_MODE = 1, SET_UID = 2, SET_GID = 4, SET_BYTES = 8,
    SET_ACCESSED = 16, SET_MODIFIED = 32,
    SET_ACCESSED_NOW = 64, SET_MODIFIED_NOW = 128,
    SET_OWNER_AGAIN = 256, /* chown to what it is: what that takes away goes */
};

/* Directory reading: return false when the reader's buffer is full. */
typedef bool (*list_fn)(void *data, const char *name, size_t length,
    uint64_t inode, enum inode_type type, uint64_t next_cookie);

/* NULL entries: -EPERM, -ENOTDIR or -EINVAL as fits. `directory` is locked
 * (inode.change) by the caller for those that change it. Names are counted. */
struct inode_ops {
    /* Fills entry (entry_fill) with the inode of its name, or leaves it
     * negative. 0 or error. tmpfs has none: its names are all in the cache. */
    int (*lookup)(struct inode *directory, struct entry *entry);
    /* A cached entry may be stale (procfs): false drops it. */
    bool (*still_valid)(struct entry *entry);
    /* Makes an inode and fills the negative entry with it. special for
     * devices; target for symlinks. */
    int (*create)(struct inode *directory, struct entry *entry,
        enum inode_type type, unsigned mode, uint64_t special,
        const char *target, const struct credentials *who);
    int (*link)(struct inode *directory, struct entry *entry, struct inode *inode);
    /* Also rmdir: entry names a directory then (empty: checked inside). */
    int (*unlink)(struct inode *directory, struct entry *entry);
    /* Moves from to the place of to, replacing what is there (checked). */
    int (*rename)(struct inode *from_directory, struct entry *from,
        struct inode *to_directory, struct entry *to, bool exchange);
    /* O_TMPFILE: a regular file that no directory knows; fills entry, which
     * is not hashed. NULL: -EOPNOTSUPP. */
    int (*make_unnamed)(struct inode *directory, struct entry *entry,
        unsigned mode, const struct credentials *who);
    /* Symlink text, NUL-ended, into a fresh heap block; its length or -E. */
    int (*read_link)(struct inode *inode, char **target);
    /* A magic link (/proc/PID/exe, fd): goes straight to a place with
     * references; instead of read_link when following. */
    int (*follow)(struct inode *inode, struct mount **mount, struct entry **entry);
    void (*attributes)(struct inode *inode, struct attributes *attributes);
    /* Before the generic part sets what mask says; SET_BYTES is wholly its
     * affair. NULL: a store is resized. */
    int (*set_attributes)(struct inode *inode, unsigned mask,
        const struct attributes *attributes);
    /* Beyond the mode bits, e.g. /proc of others; NULL: vfs/permission.c. */
    int (*permission)(struct inode *inode, unsigned rights,
        const struct credentials *who);
    /* After the generic part of open: may replace file->ops, private. */
    int (*open)(struct inode *inode, struct file *file);
    /* The last reference is gone: frees what is private. The inode itself and
     * its store go afterwards. */
    void (*free)(struct inode *inode);
    bool keeps_extended; /* vfs/extended.h */
    bool is_immutable; /* -EPERM for whoever would change it */
    bool can_be_sealed;  /* vfs/seals.h */
};

struct inode {
    struct refcount refs;
    const struct inode_ops *ops;
    const struct file_ops *file_ops; /* for files opened here */
    struct filesystem *filesystem;
    uint64_t number;
    enum inode_type type;
    struct store *store; /* content of regular files, or NULL */
    void *private;
    struct extended *extended; /* [change] vfs/extended.c */
    unsigned seals;            /* [change, atomic] enum seal */
    unsigned lifetime_hint;    /* [atomic] of its content; nothing heeds it */
    struct mutex change; /* directories: names; files: size and writes */

    /* Under lock: */
    struct spinlock lock;
    unsigned mode;
    uint32_t uid, gid, links;
    int64_t accessed_ns, modified_ns, changed_ns, born_ns;
    uint64_t special; /* device number */
    int writers;      /* open for writing (>0) or denied by exec (<0) */
    struct pipe *pipe; /* of a FIFO that is open */
    bool is_linkable;  /* though it has no links: O_TMPFILE */
    uint64_t tally;    /* [atomic] tmpfs: pages, or names in a directory */
    struct list locks; /* vfs/locks.c */
    struct list watches; /* vfs/inotify.h */
    struct grace grace;
};

/* One mounted (or mountable) tree. */
struct filesystem {
    struct refcount refs; /* mounts and other users of the whole tree */
    int64_t inodes;       /* [atomic] that live; -1: the tree is gone as well */
    const struct filesystem_type *type;
    uint64_t device;     /* st_dev */
    struct entry *root;  /* owned */
    void *private;
    /* [atomic] MOUNT_READ_ONLY and those that no mount has for itself. */
    unsigned flags;
    int writers;         /* [atomic] of all its mounts */
    int orphans;         /* [atomic] inodes that live without a name */
    uint64_t next_inode; /* [atomic] */
    uint32_t mark;       /* in handles, so that those of others open nothing */
    struct mutex rename; /* renames that move directories */
    struct list removed; /* [names] of entry_remove, newest first */
    uint64_t max_pages, used_pages, max_inodes, used_inodes; /* tmpfs; [atomic] */
};

struct filesystem_totals {
    uint64_t magic, block_bytes, blocks, free_blocks, inodes, free_inodes;
    unsigned name_max;
};

enum place_state { PLACE_STAYS, PLACE_MAY_END, PLACE_HAS_ENDED };

struct filesystem_type {
    const char *name;
    bool needs_no_device;
    bool has_handles; /* vfs/handle.h: its names stay in the tree */
    bool never_executes; /* like MOUNT_NO_EXECUTE, however it is mounted */
    bool has_whiteouts;  /* RENAME_LEAVE; else -EINVAL */
    bool has_near_ends;  /* no position in its files is beyond 2 GiB */
    /* options: mount(2)'s data string, may be NULL. -EINVAL on unknown ones. */
    int (*make)(const char *options, struct filesystem **made);
    void (*totals)(struct filesystem *filesystem, struct filesystem_totals *t);
    /* What /proc/mounts shows, each with a comma before: ",size=4k". */
    void (*options)(struct filesystem *fs, char *buffer, size_t capacity);
    int (*remount)(struct filesystem *filesystem, const char *options);
    /* NULL: its names stay until they are removed. Else what is mounted on one
     * that has ended is taken off by mounts_prune. */
    enum place_state (*place_state)(const struct entry *entry);
    /* The last put: takes the tree down; root is put afterwards. */
    void (*destroy)(struct filesystem *filesystem);
};
/* One reference, a device number of its own, no root yet. NULL. */
struct filesystem *filesystem_new(const struct filesystem_type *type);
/* statfs: what the type says, or what is true of any. */
void filesystem_totals(
    struct filesystem *filesystem, struct filesystem_totals *totals);
int filesystem_register(const struct filesystem_type *type);
const struct filesystem_type *filesystem_type_find(const char *name);
const struct filesystem_type *filesystem_type_at(unsigned index); /* for /proc */
struct filesystem *filesystem_get(struct filesystem *filesystem);
void filesystem_put(struct filesystem *filesystem); /* may sleep */
void filesystem_drop_inode(struct filesystem *filesystem); /* of inode_put */
uint64_t device_number_new(void); /* anonymous: major 0 */

struct inode *inode_new(struct filesystem *filesystem, enum inode_type type,
    unsigned mode, const struct credentials *owner); /* NULL */
/* Of no tree: pipes, eventfds; type 0 is an anonymous inode. st_dev of an
 * internal filesystem for its type. NULL. (vfs/unnamed.c) */
struct inode *inode_new_unnamed(enum inode_type type, unsigned mode,
    const struct credentials *owner);
struct inode *inode_get(struct inode *inode);
void inode_put(struct inode *inode); /* may sleep */
void inode_attributes(struct inode *inode, struct attributes *attributes);
void inode_touch(struct inode *inode, unsigned which); /* TOUCH_… with now */
enum { TOUCH_ACCESSED = 1, TOUCH_MODIFIED = 2, TOUCH_CHANGED = 4 };

/* Rights for inode_permission: */
enum { MAY_EXECUTE = 1, MAY_WRITE = 2, MAY_READ = 4 };
int inode_permission(struct inode *inode, unsigned rights,
    const struct credentials *who);
/* Owner or CAPABLE_FOWNER. */
bool inode_is_owned(const struct inode *inode, const struct credentials *who);
/* May `who` remove what victim is from directory, as far as the sticky bit
 * says? */
bool inode_sticky_allows(const struct inode *directory,
    const struct inode *victim, const struct credentials *who);
/* chmod, chown, utimensat, truncate with all of Linux's rules (setgid bits,
 * -EPERM …), then the inode's own set_attributes. Takes inode->change. Rights
 * to write for SET_BYTES are the caller's affair: see place_truncate. */
int inode_change(struct inode *inode, unsigned mask,
    const struct attributes *attributes, const struct credentials *who);
/* What a write or truncate does to setuid and setgid programs. */
void inode_drop_set_ids(struct inode *inode, const struct credentials *who);
/* Writers against execution: -ETXTBSY. */
int inode_allow_write(struct inode *inode);
void inode_end_write(struct inode *inode);
int inode_deny_write(struct inode *inode);
void inode_end_deny(struct inode *inode);

#endif
