/* SPDX-License-Identifier: MIT */
/* What an archive's entries become: files, directories, links, devices. */
#ifndef INITRAMFS_TREE_H
#define INITRAMFS_TREE_H

#include "initramfs/cpio.h"
#include "vfs/paths.h"

enum { LINK_BUCKETS = 256 };

struct tree_maker {
    struct walk walk;
    const struct credentials *who;
    struct list links[LINK_BUCKETS]; /* first names of files with several */
    struct list directories;         /* whose times are set at the end */
    uint64_t files, bytes;
};

struct tree_maker *tree_maker_new(struct paths *root); /* NULL */
void tree_maker_free(struct tree_maker *maker); /* sets the last times */
/* Makes what entry says, its content coming from s. 0, -ENOMEM, -ENOSPC, or
 * -EINVAL with *problem. What cannot be made is left out, as Linux does. */
int tree_make(struct tree_maker *maker, const struct cpio_entry *entry,
    struct stream *s, const char **problem);
/* The end of an archive: inode numbers mean other files from here on. */
void tree_forget_links(struct tree_maker *maker);

#endif
