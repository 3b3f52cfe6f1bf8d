/* SPDX-License-Identifier: MIT */
/* Character devices: by number, opened through any inode that bears it; and
 * devfs, the tree that is born with a name for each. */
#ifndef VFS_DEVICE_H
#define VFS_DEVICE_H

#include "vfs/file.h"

#define device_number(major, minor) ((uint64_t)(major) << 32 | (minor))
#define device_major(number)        ((unsigned)((number) >> 32))
#define device_minor(number)        ((unsigned)(number))

struct device {
    struct list link;
    const char *name; /* "null", "pts/0" is not one: devpts does its own */
    uint64_t number;
    unsigned mode;    /* of its node in devfs */
    const struct file_ops *ops;
    /* Called in open, after ops was set; may replace file->ops. NULL: none. */
    int (*open)(struct device *device, struct file *file);
    void *private;
};
/* Before or after devfs is mounted: nodes appear either way. */
int device_register(struct device *device);
struct device *device_find(enum inode_type type, uint64_t number);
/* inode_ops.open for character (and block: -ENXIO) nodes of every filesystem. */
int device_open(struct inode *inode, struct file *file);
/* Types "devtmpfs" (one shared instance), and null zero full random urandom
 * kmsg. devices_init registers them. */
void devices_init(void);

#endif
