/* SPDX-License-Identifier: MIT */
/* Seals: what nobody may do to a file in memory any more (memfd_create). */
#ifndef VFS_SEALS_H
#define VFS_SEALS_H

#include "arch/atomic.h"
#include "vfs/file.h"

enum seal {
    SEAL_SEAL = 1,  /* no more seals */
    SEAL_SHRINK = 2,
    SEAL_GROW = 4,
    SEAL_WRITE = 8,
    SEAL_FUTURE_WRITE = 16, /* but through mappings that are there already */
    SEALS_ALL = 31,
};

int file_seals(struct file *file); /* -EINVAL: no such file */
/* -EPERM, -EINVAL, -EBUSY (a mapping may write) */
int file_add_seals(struct file *file, unsigned seals);
/* May the size become `bytes`? 0 or -EPERM. With inode->change. */
int seals_allow_size(const struct inode *inode, uint64_t bytes);
static inline bool seals_allow_write(const struct inode *inode)
{
    return !(atomic_load(&inode->seals) & (SEAL_WRITE | SEAL_FUTURE_WRITE));
}

#endif
