/* SPDX-License-Identifier: MIT */
/* The inside of a descriptor table, for files.c and files_range.c. */
#ifndef VFS_FILES_TABLE_H
#define VFS_FILES_TABLE_H

#include "vfs/files.h"

enum { CHUNK_SLOTS = 64, FIRST_CHUNKS = 4, TABLE_NUMBERS = 1 << 27 };

struct file_chunk {
    struct file *files[CHUNK_SLOTS]; /* [atomic] */
    uint64_t in_use;                 /* taken, though perhaps not filled yet */
    uint64_t close_on_exec;
};

struct file_slots {
    struct grace grace;
    unsigned chunk_count;
    unsigned long *full;         /* chunks without a free number */
    struct file_chunk *chunks[]; /* [atomic] made when first needed */
};

struct files *files_new_with(unsigned chunk_count);
/* Locks it had through this inode go, flush is told, the reference is put. */
void file_leaves_table(struct files *files, struct file *file);
/* Under files->lock; what was taken out is the caller's to put. */
struct file *files_slot_locked(struct files *files, unsigned fd);
struct file *files_take_out_locked(struct files *files, unsigned fd);

#endif
