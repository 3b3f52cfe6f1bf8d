/* SPDX-License-Identifier: MIT */
/* Root, working directory and umask (CLONE_FS's part), and the walk from a
 * path to a place. */
#ifndef VFS_PATHS_H
#define VFS_PATHS_H

#include "vfs/mount.h"

struct files;

enum { PATH_BYTES_MAX = 4096, LINKS_MAX = 40 };

struct paths {
    struct refcount refs;
    unsigned users; /* [atomic] threads that have it; who only looks is none */
    struct spinlock lock;
    /* Under lock: */
    struct place root, cwd;
    unsigned umask;
};

struct paths *paths_new(struct place root);
struct paths *paths_get(struct paths *paths);
void paths_put(struct paths *paths); /* may sleep */
/* The same for a thread that is to have it, or has it no longer. */
struct paths *paths_share(struct paths *paths);
void paths_leave(struct paths *paths); /* may sleep */
bool paths_are_shared(const struct paths *paths);
struct paths *paths_copy(struct paths *paths);
struct place paths_root(struct paths *paths); /* with references */
struct place paths_cwd(struct paths *paths);
void paths_set_root(struct paths *paths, struct place root); /* takes its own references */
void paths_set_cwd(struct paths *paths, struct place cwd);
unsigned paths_set_umask(struct paths *paths, unsigned umask); /* the old one */
unsigned paths_umask(struct paths *paths);

/* For whom and from where a walk goes. */
struct walk {
    struct paths *paths;
    const struct credentials *who;
    struct place from; /* relative paths start here: cwd or a directory fd */
    unsigned flags;
};
enum walk_flags {
    WALK_FOLLOW = 1,        /* a final symlink too */
    WALK_DIRECTORY = 2,     /* the end must be one: -ENOTDIR */
    WALK_EMPTY = 4,         /* "" is `from` itself */
    WALK_NO_LINKS = 8,      /* openat2's resolve words: -ELOOP */
    WALK_BENEATH = 16,      /* -EXDEV when leaving `from` */
    WALK_IN_ROOT = 32,      /* `from` is / */
    WALK_NO_MOUNTS = 64,    /* -EXDEV */
    WALK_NO_MAGIC = 128,    /* -ELOOP */
    WALK_CACHED = 256,      /* -EAGAIN */
};

/* The place of path, with references. All of Linux's order of errors. */
int path_find(const struct walk *walk, const char *path, struct place *found);
/* For create, unlink, rename: the directory, and the last component as it
 * stands in path (counted, trailing slashes off and noted). */
enum last_kind { LAST_NAME, LAST_DOT, LAST_DOT_DOT, LAST_ROOT };
struct last {
    enum last_kind kind;
    const char *name;
    size_t bytes;
    bool has_slash;
};
int path_find_parent(const struct walk *walk, const char *path,
    struct place *directory, struct last *last);

/* The name of a place as seen from root, into buffer, NUL-ended; returns where
 * it starts in buffer (it is built from the end) or NULL: too long. An
 * unlinked one ends in " (deleted)"; unreachable ones start "(unreachable)". */
char *place_path(struct place place, struct place root, char *buffer,
    size_t capacity);
/* The same without a word for those that root does not reach: they are named
 * from the top of what they are in. */
char *place_path_from_top(struct place place, struct place root, char *buffer,
    size_t capacity);

/* Changing the tree; all checks of permission, mounts, read-only inside.
 * Modes have the umask taken off already where it applies. */
int path_make(const struct walk *walk, const char *path, enum inode_type type,
    unsigned mode, uint64_t special, const char *target);
/* The same, and where it is then, with references. */
int path_make_place(const struct walk *walk, const char *path,
    enum inode_type type, unsigned mode, struct place *made);
int path_link(const struct walk *from, const char *old_path,
    const struct walk *to, const char *new_path);
int path_unlink(const struct walk *walk, const char *path);
int path_rmdir(const struct walk *walk, const char *path);
enum {
    RENAME_KEEP = 1,  /* RENAME_NOREPLACE */
    RENAME_SWAP = 2,  /* RENAME_EXCHANGE */
    RENAME_LEAVE = 4, /* RENAME_WHITEOUT: a device 0:0 under the old name */
};
int path_rename(const struct walk *from, const char *old_path,
    const struct walk *to, const char *new_path, unsigned how);
/* open(O_CREAT): finds what is there (symlinks followed as walk says, dangling
 * ones too; never a directory: -EISDIR), or makes a regular file. The umask is
 * taken off mode inside. flags: OPEN_EXCLUSIVE: -EEXIST if anything is there. */
int path_open_create(const struct walk *walk, const char *path,
    unsigned flags, unsigned mode, struct place *found, bool *created);
/* O_TMPFILE in the directory path. The umask is taken off mode inside. The
 * inode is_linkable. */
int path_make_unnamed(const struct walk *walk, const char *path, unsigned mode,
    struct place *found);
/* inode_change where the mount allows it: -EROFS. */
int place_change(struct place place, unsigned mask,
    const struct attributes *attributes, const struct credentials *who);
/* truncate(2) of a place: all its checks. */
int place_truncate(
    struct place place, uint64_t bytes, const struct credentials *who);
/* The text's length, cut to capacity, without a NUL. */
int path_read_link(
    const struct walk *walk, const char *path, char *buffer, size_t capacity);

#endif
