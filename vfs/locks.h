/* SPDX-License-Identifier: MIT */
/* Record locks: POSIX's (owned by a descriptor table), open-file-description
 * locks (owned by a file), flock's. */
#ifndef VFS_LOCKS_H
#define VFS_LOCKS_H

#include "vfs/file.h"

enum lock_type { LOCK_READ, LOCK_WRITE, LOCK_NONE };
enum lock_family { LOCK_POSIX, LOCK_FILE /* OFD */, LOCK_FLOCK };

struct record {
    enum lock_type type;
    uint64_t start, end; /* inclusive; UINT64_MAX >> 1 is "to the end" */
    int pid;             /* of the holder, for F_GETLK; -1 for OFD */
};

/* 0, -EAGAIN (if !wait), -EDEADLK, -ERESTART, -ENOLCK. */
int lock_set(struct file *file, enum lock_family family, const void *owner,
    const struct record *record, bool wait);
/* Fills record with the first conflicting lock or sets its type LOCK_NONE. */
void lock_query(struct file *file, enum lock_family family, const void *owner,
    struct record *record);
/* A descriptor of the inode was closed by owner (a struct files *): its POSIX
 * locks go. The last put of a file: its OFD and flock locks go. */
void lock_drop_owner(struct inode *inode, enum lock_family family, const void *owner);
/* The last put of a file: what it owns, and POSIX locks set through it that a
 * racing close could not see. */
void lock_drop_file(struct file *file);
/* The locks of file, and of owner (a struct files *) through it: how many there
 * are, of which as many as there is room for are told. */
struct lock_shown {
    enum lock_family family;
    enum lock_type type;
    uint64_t start, end;
    int pid;
    bool is_blocked;        /* it waits for the one before that is not */
    uint64_t device, inode; /* lock_list_all: of the file */
};
unsigned lock_list(struct file *file, const void *owner, struct lock_shown *to,
    unsigned room);
/* All there are, and who waits: calls give, with room for `room` at a time and
 * no lock held, until it is false. */
void lock_list_all(struct lock_shown *room, unsigned count,
    bool (*give)(const struct lock_shown *lock, void *data), void *data);

#endif
