/* SPDX-License-Identifier: MIT */
/* Files in memory: the root, /tmp, /dev/shm, memfd. Also "ramfs". */
#ifndef VFS_TMPFS_H
#define VFS_TMPFS_H

#include "vfs/inode.h"

extern const struct filesystem_type tmpfs_type, ramfs_type, rootfs_type;
/* The generic parts that devfs and others borrow. */
extern const struct inode_ops tmpfs_directory_ops, tmpfs_file_ops,
    tmpfs_symlink_ops, tmpfs_special_ops;
int tmpfs_make(const char *options, struct filesystem **made);
/* Pages were freed, or could not be had: used_pages is made true again. */
void tmpfs_settle(struct inode *inode);
/* Why there is no page for a file of it: -ENOSPC or -ENOMEM. */
int tmpfs_shortage(struct inode *inode);
/* At boot, once: for tmpfs_unnamed. False: want of memory. */
bool tmpfs_init(void);
/* An unnamed regular file of an internal tmpfs (memfd, shared memory). */
struct inode *tmpfs_unnamed(const struct credentials *who);

#endif
