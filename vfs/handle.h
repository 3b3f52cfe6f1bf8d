/* SPDX-License-Identifier: MIT */
/* Handles: numbers by which a file is found again, whatever it is called then
 * (name_to_handle_at), in file systems whose type has them. */
#ifndef VFS_HANDLE_H
#define VFS_HANDLE_H

#include "vfs/inode.h"

/* Laid out as Linux's tmpfs does. */
enum { HANDLE_WORDS = 3 };
struct handle {
    uint32_t words[HANDLE_WORDS]; /* a mark, the number, its upper half */
};

int handle_make(const struct inode *inode, struct handle *handle); /* -EOPNOTSUPP */
/* A name of it, or one that it had and by which somebody has it open, with a
 * reference: a search, which a signal ends. -ESTALE, -ERESTART. */
int handle_find(struct filesystem *filesystem, const struct handle *handle,
    struct entry **found);

#endif
