/* SPDX-License-Identifier: MIT */
/* Open files: what descriptors refer to; shared by dup and fork. */
#ifndef VFS_FILE_H
#define VFS_FILE_H

#include "sched/wait.h"
#include "vfs/mount.h"
#include "vfs/paths.h"
#include "vfs/transfer.h"

enum open_flags {
    OPEN_READ = 1, OPEN_WRITE = 2,
    OPEN_APPEND = 4, OPEN_NONBLOCK = 8, OPEN_SYNC = 16, OPEN_DATA_SYNC = 32,
    OPEN_DIRECT = 64, OPEN_ASYNC = 128, OPEN_NO_ATIME = 256,
    OPEN_PATH = 512,
    /* of the call only: */
    OPEN_CREATE = 1 << 12, OPEN_EXCLUSIVE = 1 << 13, OPEN_TRUNCATE = 1 << 14,
    OPEN_DIRECTORY = 1 << 15, OPEN_NO_FOLLOW = 1 << 16, OPEN_NO_TTY = 1 << 17,
    OPEN_UNNAMED = 1 << 18 /* O_TMPFILE */, OPEN_EXECUTE = 1 << 19,
    OPEN_LARGE = 1 << 20, /* remembered for F_GETFL alone */
};

enum seek_from { SEEK_START, SEEK_CURRENT, SEEK_END_OF, SEEK_TO_DATA, SEEK_TO_HOLE };

/* How file_ops.allocate changes what is stored. */
enum allocate_how {
    ALLOCATE_KEEP_SIZE = 1,
    ALLOCATE_PUNCH = 2, /* with KEEP_SIZE: a hole */
    ALLOCATE_ZERO = 4, ALLOCATE_COLLAPSE = 8, ALLOCATE_INSERT = 16,
    ALLOCATE_UNSHARE = 32,
};

/* Whom a file's owner_pid stands for. */
enum file_owner { OWNER_THREAD, OWNER_PROCESS, OWNER_GROUP };

struct file;
struct area;
struct mapping;

/* NULL: -EINVAL, or for read/write -EINVAL; poll NULL: always ready. Reads and
 * writes get the position to use and to move on (files that cannot seek ignore
 * it). They return bytes, or -E…; partial progress wins over errors. */
struct file_ops {
    ssize_t (*read)(struct file *, struct transfer *, uint64_t *position);
    ssize_t (*write)(struct file *, struct transfer *, uint64_t *position);
    /* What it is ready for now; waiter, if not NULL, is queued first (once, by
     * wait_queue_add on the file's queue). */
    unsigned (*poll)(struct file *, struct waiter *);
    long (*control)(struct file *, unsigned verb, uintptr_t argument);
    int (*map)(struct file *, struct mapping *); /* sets store, checks */
    int (*list)(struct file *, uint64_t *cookie, list_fn, void *data);
    int64_t (*seek)(struct file *, int64_t offset, enum seek_from);
    int (*sync)(struct file *);
    void (*flush)(struct file *);   /* each close of a descriptor */
    void (*release)(struct file *); /* the last put; may sleep */
    /* O_ASYNC is asked for: the TELL_… that its owner is to hear of, or -E….
     * It may offer an owner. NULL: there is no such thing, as for most. */
    int (*async)(struct file *);
    int (*allocate)(struct file *, unsigned how, uint64_t from, uint64_t bytes);
    /* For /proc/PID/fdinfo: more lines. */
    size_t (*describe)(struct file *, char *buffer, size_t capacity);
    bool cannot_seek; /* pipes, terminals: -ESPIPE, lseek too without seek */
    bool cannot_write_at; /* pwrite: -ESPIPE */
    bool cannot_copy; /* sendfile, splice from it: -EINVAL */
    bool cannot_be_copied_to; /* the other way */
    bool is_stream;   /* no position lock needed */
    bool reads_by_segment; /* readv is a read for each */
    bool writes_by_segment; /* and takes no RWF flags, as with reads */
    bool takes_no_wait; /* RWF_NOWAIT: transfer.waits_not is heeded */
    bool takes_direct; /* open with OPEN_DIRECT is not -EINVAL */
    bool breaks_silently; /* -EPIPE of a write raises no signal */
};

struct file {
    struct refcount refs;
    const struct file_ops *ops;
    struct place place;   /* with references */
    struct inode *inode;  /* place.entry's, with a reference */
    unsigned flags;       /* [atomic] enum open_flags that last */
    const struct credentials *opener;
    void *private;
    struct mutex position_lock;
    uint64_t position;
    /* F_SETOWN, under lock: who is told of news by a signal, and who said so. */
    struct pid *owner_pid;
    enum file_owner owner_kind;
    const struct credentials *owner_setter;
    int owner_signal;
    struct async *async; /* [vfs/async.c] it tells, or NULL */
    bool is_writer; /* counted by inode_allow_write and mount_begin_write */
    struct list watchers;  /* epoll's entries, under `lock` */
    struct spinlock lock;
    struct deferred deferred;
    struct grace grace;
};

/* What is done without a seek of the file's own. */
int64_t file_seek_plainly(
    struct file *file, int64_t offset, enum seek_from from);
/* For devices and counters, which have no position: a seek that changes
 * nothing. */
int64_t file_seek_nowhere(
    struct file *file, int64_t offset, enum seek_from from);

/* All of open(2) behind the flags' translation. */
int file_open(const struct walk *walk, const char *path, unsigned flags,
    unsigned mode, struct file **opened);
/* A file on an inode without a name of its own (pipe ends, memfd, eventfd);
 * name is shown in /proc/PID/fd, e.g. "anon_inode:[eventfd]". Takes inode's
 * reference if inode is not NULL, else makes an anonymous one. */
int file_open_unnamed(const char *name, struct inode *inode,
    const struct file_ops *ops, void *private, unsigned flags,
    const struct credentials *opener, struct file **opened);
/* Another one on its inode, by its name. -ENFILE, -ENOMEM */
int file_open_beside(struct file *first, const struct file_ops *ops,
    void *private, unsigned flags, const struct credentials *opener,
    struct file **opened);
/* An already resolved place: exec, /proc/self/fd reopen. */
int file_open_place(struct place place, unsigned flags,
    const struct credentials *who, struct file **opened);
/* A half-made one without operations, which file_put frees with all it has by
 * then; NULL for want of memory. For those that open: it has been counted
 * (file_count_take), and file_put takes that back. */
struct file *file_new(unsigned flags, const struct credentials *opener);
struct file *file_get(struct file *file);
bool file_get_unless_zero(struct file *file); /* in a grace section */
/* Defers the last put to the way back to user space: any context that is not
 * an interrupt. */
void file_put(struct file *file);

/* With position == NULL the file's own is used, locked and moved. */
ssize_t file_read(struct file *file, struct transfer *t, uint64_t *position);
ssize_t file_write(struct file *file, struct transfer *t, uint64_t *position);
ssize_t file_read_kernel(
    struct file *file, void *to, size_t bytes, uint64_t *position);
ssize_t file_write_kernel(
    struct file *file, const void *from, size_t bytes, uint64_t *position);
int64_t file_seek(struct file *file, int64_t offset, enum seek_from from);
int file_truncate(struct file *file, uint64_t bytes);
int file_list(struct file *file, list_fn give, void *data);
unsigned file_poll(struct file *file, struct waiter *waiter);
long file_control(struct file *file, unsigned verb, uintptr_t argument);
/* sendfile, splice's base: from in's position (or *position) to out. */
ssize_t file_copy(struct file *in, uint64_t *in_position, struct file *out,
    uint64_t *out_position, size_t bytes);
/* fallocate(2) with its checks: -EBADF, -EINVAL, -ESPIPE, -ENODEV, -EFBIG. */
int file_allocate(
    struct file *file, unsigned how, uint64_t from, uint64_t bytes);
int file_sync(struct file *file); /* -EINVAL: cannot be synchronised */
/* Fills mapping's store, backing and object for mmap, after checking the rights
 * the file was opened with; mapping->flags has the wished AREA_ bits, and loses
 * the AREA_MAY_ ones that the file does not give. -EACCES, -ENODEV, -EPERM.
 * space_map takes references, so the caller keeps its own. */
int file_map(struct file *file, struct mapping *mapping);
extern const struct backing file_backing; /* object: struct file */
/* Reading touches the access time, as the mount and the flags say. */
void file_touch_accessed(struct file *file);
/* RLIMIT_FSIZE of current, asked by writes of regular files: kernel/ sets it. */
void file_set_size_limit(uint64_t (*limit)(void));
uint64_t file_size_limit(void);
/* What /proc/PID/fd shows: place_path as seen from root, or the name that an
 * unnamed file was given. root {0}: the root of the file's mounts. */
char *file_path(
    struct file *file, struct place root, char *buffer, size_t capacity);

/* Regular files over inode->store: what tmpfs uses. */
extern const struct file_ops store_file_ops;

#endif
