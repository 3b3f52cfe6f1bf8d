/* SPDX-License-Identifier: MIT */
/* The inside of a node, for procfs_tree.c and procfs_list.c. */
#ifndef KERNEL_PROCFS_NODE_H
#define KERNEL_PROCFS_NODE_H

#include "arch/atomic.h"
#include "kernel/procfs_tree.h"
#include "vfs/file.h"

struct node { /* inode->private */
    const struct proc_entry *what;
    struct proc_subject subject;
    bool is_raw; /* PROC_RAW, or below one that is */
};

static inline bool subject_is_gone(const struct proc_subject *subject)
{
    return subject->pid && !atomic_load(&subject->pid->thread);
}

/* The same inode number for the same thing, as far as it is worth. */
uint64_t node_number(
    const struct proc_entry *what, const struct proc_subject *subject);

/* Is it in /sys? */
bool proc_is_of_sys(const struct inode *inode);

extern const struct file_ops proc_directory_ops, proc_content_ops;
/* file_ops.seek: to a place, or on from here. */
int64_t proc_seek_forwards(
    struct file *file, int64_t offset, enum seek_from from);
/* The same for what ends where files did without O_LARGEFILE. */
int64_t proc_seek_near(struct file *file, int64_t offset, enum seek_from from);
/* file_ops.map of what is of no process: -EIO. */
int proc_map_nothing(struct file *file, struct mapping *mapping);
/* Of the system's files and directories: as whoever last changed it wanted it,
 * or as it was made. (kernel/procfs_kept.c) */
void proc_kept_apply(struct inode *inode, const struct proc_entry *what);
int proc_kept_set(const struct proc_entry *what, unsigned mask,
    const struct attributes *wanted); /* -ENOMEM */
/* An open regular file that has show and store. -ENOMEM */
int proc_content_open(const struct node *node, struct file *file);

#endif
