/* SPDX-License-Identifier: MIT */
/* What vfs/tmpfs.c and its directories and options share. */
#ifndef VFS_TMPFS_TREE_H
#define VFS_TMPFS_TREE_H

#include "vfs/file.h"
#include "vfs/tmpfs.h"

/* What mount was told; filesystem->private. */
struct tmpfs_options {
    unsigned mode;
    uint32_t uid, gid;
    uint64_t max_pages, max_inodes; /* 0: no limit */
    bool has_pages, has_inodes;     /* said, not the default */
};

/* -EINVAL; options may be NULL. */
int tmpfs_parse(const char *options, struct tmpfs_options *parsed);
void tmpfs_show_options(
    struct filesystem *filesystem, char *buffer, size_t capacity);
uint64_t tmpfs_default_limit(void); /* of pages and inodes: half the memory */

extern const struct file_ops tmpfs_directory_file_ops;

/* An inode of any type, counted against the limit, setgid rules applied.
 * -ENOSPC, -ENOMEM */
int tmpfs_new_inode(struct filesystem *filesystem, struct inode *directory,
    enum inode_type type, unsigned mode, const struct credentials *who,
    struct inode **made);
/* One name or inode more or less in the account. */
int tmpfs_take_inode(struct filesystem *filesystem); /* -ENOSPC */
void tmpfs_return_inode(struct filesystem *filesystem);
/* It has no link left, and is counted as an orphan until it gets one (then the
 * caller takes it from the count) or is freed. */
void tmpfs_lose_last_name(struct inode *inode);
/* The last of an inode: out of the accounts. */
void tmpfs_forget(struct inode *inode);

#endif
