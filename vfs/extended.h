/* SPDX-License-Identifier: MIT */
/* Extended attributes: names with small values that an inode keeps in memory,
 * if its kind of filesystem does (inode_ops.keeps_extended). */
#ifndef VFS_EXTENDED_H
#define VFS_EXTENDED_H

#include "vfs/inode.h"

enum { EXTENDED_VALUE_MAX = 65536, EXTENDED_NAME_MAX = 255 };

/* Whose they are, which the first word of their names says. */
enum extended_kind {
    EXTENDED_TRUSTED,  /* seen and set by CAPABLE_SYS_ADMIN alone */
    EXTENDED_SECURITY, /* set by it */
    EXTENDED_KINDS,
};

struct extended_name {
    enum extended_kind kind;
    const char *text; /* after the first word; not empty */
};

enum extended_how { EXTENDED_ANYHOW, EXTENDED_NEW, EXTENDED_KNOWN };

/* All of these: -EOPNOTSUPP where none are kept. They may sleep. */

/* -EPERM, -EEXIST (new), -ENODATA (known), -ENOMEM */
int extended_set(struct inode *inode, struct extended_name name,
    const void *value, size_t bytes, enum extended_how how,
    const struct credentials *who);
/* The value's length; nothing is copied if capacity is 0. -ENODATA, -ERANGE */
int extended_get(struct inode *inode, struct extended_name name, void *value,
    size_t capacity, const struct credentials *who);
int extended_remove(struct inode *inode, struct extended_name name,
    const struct credentials *who);
/* Calls visit with each that `who` may see. */
void extended_for_each(struct inode *inode,
    void (*visit)(void *data, struct extended_name name), void *data,
    const struct credentials *who);
/* With the inode's last reference. */
void extended_free(struct inode *inode);

#endif
