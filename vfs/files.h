/* SPDX-License-Identifier: MIT */
/* Descriptor tables (CLONE_FILES's part).  Threads of a process share one; fork
 * copies it.  Slots are read without locks inside a grace section; an open
 * file's memory is reused only after a grace period. */
#ifndef VFS_FILES_H
#define VFS_FILES_H

#include "sched/grace.h"
#include "vfs/file.h"

struct file_slots; /* the array, replaced whole when it grows */

struct files {
    struct refcount refs;
    unsigned users; /* [atomic] threads that have it; who only looks is none */
    struct spinlock lock;
    struct file_slots *slots; /* [grace] */
    /* Under lock: */
    unsigned first_free; /* no free fd is lower */
};

enum { FD_CLOSE_ON_EXEC = 1 };

/* No table has a number as high as this: /proc/sys/fs/nr_open. */
enum {
    FILES_NUMBERS_LEAST = 64,
    FILES_NUMBERS = 1 << 20, /* until somebody sets it */
    FILES_NUMBERS_MOST = INT32_MAX - 63,
};
uint64_t files_number_limit(void); /* as set */
void files_set_number_limit(unsigned limit);

struct files *files_new(void);
struct files *files_get(struct files *files);
void files_put(struct files *files); /* may sleep: closes all */
/* The same for a thread that is to have it, or has it no longer: the last of them
 * closes all, even if somebody still looks. */
struct files *files_share(struct files *files);
void files_leave(struct files *files); /* may sleep */
bool files_are_shared(const struct files *files);
/* -ENOMEM; -EMFILE: it has numbers that are above the limit by now. */
int files_copy(struct files *files, struct files **copy);
/* Copies only [0, first) and what lies above last: close_range's unshare. */
int files_copy_except(
    struct files *files, unsigned first, unsigned last, struct files **copy);

/* The open file of fd with a reference for the caller, or NULL. */
struct file *files_find(struct files *files, int fd);
/* Without a reference when the table has one user (then it cannot go), else
 * with one: files_return undoes either. */
struct file *files_borrow(struct files *files, int fd, bool *has_reference);
static inline void files_return(struct file *file, bool has_reference)
{
    if (has_reference)
        file_put(file);
}

/* The lowest free fd >= from is taken but empty, until files_install or
 * files_release. limit: RLIMIT_NOFILE. -EMFILE, -ENOMEM; -EINVAL from>=limit */
int files_reserve(struct files *files, unsigned from, uint64_t limit, unsigned fd_flags);
void files_install(struct files *files, int fd, struct file *file); /* takes the reference */
void files_release(struct files *files, int fd);
/* Both in one; the file's reference is taken even on failure (put). */
int files_add(struct files *files, struct file *file, uint64_t limit, unsigned fd_flags);

int files_close(struct files *files, int fd); /* -EBADF */
int files_duplicate(struct files *files, int from, int to, unsigned fd_flags, uint64_t limit);
int files_close_range(struct files *files, unsigned first, unsigned last);
int files_mark_range(struct files *files, unsigned first, unsigned last); /* close on exec */
void files_close_on_exec(struct files *files);
int files_flags(struct files *files, int fd); /* FD_CLOSE_ON_EXEC or 0, -EBADF */
int files_set_flags(struct files *files, int fd, unsigned fd_flags);
/* The lowest used fd >= from, or -1; for /proc. */
int files_next(struct files *files, unsigned from);
unsigned files_capacity(struct files *files); /* slots, for FDSize */

#endif
