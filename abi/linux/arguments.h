/* SPDX-License-Identifier: MIT */
/* What most handlers begin with: arguments made into native things. */
#ifndef ABI_LINUX_ARGUMENTS_H
#define ABI_LINUX_ARGUMENTS_H

#include "abi/linux/syscall_prototypes.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "mm/user.h"
#include "sched/thread.h"
#include "vfs/files.h"
#include "vfs/paths.h"

enum { IO_BYTES_MAX = 0x7ffff000, IO_SEGMENTS_MAX = 1024 };

/* A path with the place its walk starts at.  `at` is a descriptor of a
 * directory or AT_FDCWD.  -EFAULT, -ENAMETOOLONG, -ENOENT (empty without
 * WALK_EMPTY), -EBADF, -ENOTDIR, -ENOMEM; after 0 path_argument_done. */
struct path_argument {
    char *text;
    struct walk walk;
};
int path_argument(struct path_argument *argument, int at,
    const char __user *path, unsigned walk_flags);
/* The same in two steps: what comes of the text, then of `at`; after an error of
 * either nothing is kept. */
int path_text(struct path_argument *argument, const char __user *path,
    unsigned walk_flags);
int path_start(struct path_argument *argument, int at);
void path_argument_done(struct path_argument *argument);
/* The place itself, with references. */
int place_argument(int at, const char __user *path, unsigned walk_flags,
    struct place *place);
/* The inode that (at, path) means; an empty path with WALK_EMPTY is that of the
 * descriptor, whatever it is.  *mount: borrowed, for its flags and number, from
 * `place`, which the caller puts. */
int inode_argument(int at, const char __user *path, unsigned walk_flags,
    struct place *place, struct inode **inode);
void inode_argument_done(struct place *place, struct inode *inode);

/* The open file of a descriptor, or NULL; without those opened by O_PATH,
 * which are good for little, unless _any. Undone by files_return. */
struct file *file_argument(int fd, bool *has_reference);
struct file *file_argument_any(int fd, bool *has_reference);

/* current's RLIMIT_NOFILE. */
uint64_t files_limit(void);
/* O_CLOEXEC, in any of the names it goes by. */
unsigned fd_flags_from(int flags);
/* A descriptor for a fresh file, whose reference is taken even on failure. */
long fd_give(struct file *file, unsigned fd_flags);

/* Structures that grew with time (openat2, clone3, sched_setattr): what the
 * program does not give is zero, what we do not know has to be: -E2BIG. */
int struct_argument(
    void *to, size_t known_bytes, const void __user *from, size_t bytes);

/* struct timespec, timeval: nanoseconds that saturate. -EFAULT, -EINVAL */
int time_argument(const void __user *from, uint64_t *ns);
int timeval_argument(const void __user *from, uint64_t *ns);
/* A relative timeout as a deadline; NULL: FOREVER. */
int deadline_argument(const void __user *from, uint64_t *deadline_ns);
uint64_t deadline_after(uint64_t ns);
uint64_t time_left(uint64_t deadline_ns);
int time_give(void __user *to, uint64_t ns);
int timeval_give(void __user *to, uint64_t ns);
/* The same with what is left until then, for calls that tell it in the place of
 * the timeout, unless the personality does not want it: -EFAULT as well. */
int time_left_give(void __user *to, uint64_t deadline_ns);
int timeval_left_give(void __user *to, uint64_t deadline_ns);

/* A signal mask of the size Linux wants: -EINVAL, -EFAULT. */
int mask_argument(const void __user *from, size_t bytes, signal_set *mask);

/* Whether current's effective capabilities have it. */
bool i_can(unsigned capability);

/* The thread of a number, 0 being current, with a reference; NULL. */
struct thread *thread_argument(int tid);

#endif
