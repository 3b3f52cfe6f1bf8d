/* SPDX-License-Identifier: MIT */
/* Names: the cache of (parent, name) → inode, hashed.  A tmpfs directory is
 * this tree itself: its entries stay (each has a reference of its own). */
#ifndef VFS_ENTRY_H
#define VFS_ENTRY_H

#include "lib/list.h"
#include "lib/refcount.h"
#include "lib/spinlock.h"
#include "lib/tree.h"
#include "sched/grace.h"

enum { NAME_BYTES_MAX = 255 };

struct inode;
struct filesystem;
struct entry_name;

struct entry {
    struct refcount refs;
    uint32_t name_bytes;
    uint64_t hash;
    struct entry *parent; /* [names, grace] with a reference; itself: a root */
    char *name;           /* [names, grace] NUL-ended; short_name or a heap block */
    struct inode *inode;  /* with a reference; NULL: negative */
    struct filesystem *filesystem;
    struct entry *hash_next, **hash_from; /* [names, grace] the hash chain */
    union {
        struct tree_node child_node;     /* in parent's children, by cookie */
        struct list removed_link;        /* [names] if is_removed */
    };
    struct tree children;        /* [parent inode's change mutex] */
    uint64_t cookie, next_cookie; /* stable, of readdir; 3 is the first child */
    uint32_t mounts;              /* [names] mounts on this entry */
    bool is_hashed, is_pinned;    /* pinned: lives in a tmpfs-like directory */
    bool is_frozen;               /* [names] about to be removed or renamed */
    bool is_removed;              /* [names] see entry_remove; to the end */
    struct grace grace;
    struct entry_name *long_name; /* what name points into if it is not short */
    char short_name[32];
};

/* A root. The inode's reference moves in, unless NULL: want of memory. */
struct entry *entry_new_root(struct filesystem *filesystem, struct inode *root);
/* A child that no lookup finds: of O_TMPFILE. NULL for want of memory. */
struct entry *entry_new_unhashed(
    struct entry *parent, const char *name, size_t bytes);
struct entry *entry_get(struct entry *entry);
void entry_put(struct entry *entry); /* may sleep */
uint64_t entry_hash(
    const struct entry *parent, const char *name, size_t bytes);
/* The child of that name if the cache has it (negative perhaps, stale
 * perhaps), with a reference; or NULL. No locks. */
struct entry *entry_find_cached(
    const struct entry *directory, const char *name, size_t bytes);
/* May the cached entry be used? If not it is dropped. */
bool entry_is_valid(struct entry *entry);
/* The child of that name, cached or looked up (then directory->change is taken
 * inside), negative perhaps, with a reference. -ENOENT (directory gone),
 * -ENOTDIR, -ENAMETOOLONG, -EACCES is the caller's, -ENOMEM. */
int entry_find(struct entry *directory, const char *name, size_t bytes,
    struct entry **found);
/* As above with directory->inode->change held. */
int entry_find_locked(struct entry *directory, const char *name, size_t bytes,
    struct entry **found);
struct entry *entry_parent(struct entry *entry); /* with a reference */
/* For inode_ops: gives a negative entry its inode (reference moves in). */
void entry_fill(struct entry *entry, struct inode *inode);
/* tmpfs-like directories: the entry stays until entry_unpin. */
void entry_pin(struct entry *entry);
void entry_unpin(struct entry *entry);
/* The name is gone: unhashed; the object lives on while referenced. */
void entry_drop(struct entry *entry);
bool entry_is_dropped(const struct entry *entry); /* had a name, has none now */
/* As entry_drop, of what is pinned no more or never was: handles still find it
 * (vfs/handle.h). For those whose name was removed, and for O_TMPFILE. */
void entry_remove(struct entry *entry);
/* The one after `at`, whose reference is taken over, of those that were removed
 * from filesystem and live, with a reference; after NULL the newest. NULL. */
struct entry *entry_next_removed(
    struct filesystem *filesystem, struct entry *at);

/* A removal or rename is under way: nothing can be mounted here until
 * entry_thaw. False: something is mounted. */
bool entry_freeze(struct entry *entry);
void entry_thaw(struct entry *entry);
/* One mount more on the entry; false: the name is going or gone. */
bool entry_add_mount(struct entry *entry);
void entry_remove_mount(struct entry *entry);

/* Rename, under both directories' change, and filesystem->rename if there are
 * two: entry takes the place of target, whose name is then gone (_move), or
 * both take each other's (_swap). The names are made beforehand by
 * entry_name_copy, so that this cannot fail, and are consumed. What is left
 * where the entry was, unless NULL, is unhashed, and is found from now on. */
struct entry_name *entry_name_copy(const struct entry *entry); /* NULL */
void entry_name_free(struct entry_name *name);
void entry_move(
    struct entry *entry, struct entry *target, struct entry_name *name,
    struct entry *left);
void entry_swap(struct entry *a, struct entry *b, struct entry_name *name_of_a,
    struct entry_name *name_of_b);
/* Also true if they are the same. */
bool entry_is_ancestor(const struct entry *ancestor, const struct entry *entry);

/* Names and parents stand still between these (a spin lock): for paths. */
void names_hold(void);
void names_release(void);
/* The table of names becomes as small as it can be. */
void names_drain(void);
/* Changes with every rename. */
uint32_t names_sequence(void);

#endif
