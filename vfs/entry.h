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

struct entry {
    struct refcount refs;
    uint32_t name_bytes;
    uint64_t hash;
    struct entry *parent; /* [names, grace] with a reference; itself: a root */
    char *name;           /* counted and NUL-ended; replaced by rename */
    struct inode *inode;  /* with a reference; NULL: negative */
    struct filesystem *filesystem;
    struct list hash_link;
    struct tree_node child_node; /* in parent's children, by cookie */
    struct tree children;        /* [parent inode's change mutex] */
    uint64_t cookie, next_cookie; /* stable, of readdir; 3 is the first child */
    uint32_t mounts;             /* [atomic] mounts on this entry */
    bool is_hashed, is_pinned;   /* pinned: lives in a tmpfs-like directory */
    uint32_t sequence;           /* odd while rename changes it */
    struct grace grace;
    char short_name[32];
};

/* A root, or a child not yet hashed. NULL for want of memory. */
struct entry *entry_new_root(struct filesystem *filesystem, struct inode *root);
struct entry *entry_get(struct entry *entry);
void entry_put(struct entry *entry); /* may sleep */
uint64_t entry_hash(
    const struct entry *parent, const char *name, size_t bytes);
/* The child of that name, cached or looked up (then directory->change is taken
 * inside), negative perhaps, with a reference. -ENOENT (directory gone),
 * -ENOTDIR, -EACCES is the caller's, -ENOMEM. */
int entry_find(struct entry *directory, const char *name, size_t bytes,
    struct entry **found);
/* As above with directory->inode->change held. */
int entry_find_locked(struct entry *directory, const char *name, size_t bytes,
    struct entry **found);
/* For inode_ops: gives a negative entry its inode (reference moves in). */
void entry_fill(struct entry *entry, struct inode *inode);
/* tmpfs-like directories: the entry stays until entry_unpin. */
void entry_pin(struct entry *entry);
void entry_unpin(struct entry *entry);
/* The name is gone: unhashed; the object lives on while referenced. */
void entry_drop(struct entry *entry);
/* Rename, under both directories' change and filesystem->rename. -ENOMEM */
int entry_move(struct entry *entry, struct entry *new_parent, const char *name,
    size_t bytes);
bool entry_is_ancestor(const struct entry *ancestor, const struct entry *entry);

#endif
