/* SPDX-License-Identifier: MIT */
/* Links of a process to files: exe, cwd, root and its descriptors; fdinfo. */
#include "arch/atomic.h"
#include "kernel/abi.h"
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/files.h"
#include "vfs/paths.h"

enum { DESCRIBE_BYTES = 1024 };

/* The path of a place, as current sees it; takes the references over. */
static int place_to_text(struct place place, char **target)
{
    struct place root = paths_root(current->paths);
    char *buffer = heap_alloc(PATH_BYTES_MAX);
    int result = -ENOMEM;
    if (buffer) {
        char *path = place_path_from_top(place, root, buffer, PATH_BYTES_MAX);
        result = path ? (int)strlen(path) : -ENAMETOOLONG;
        if (path)
            memmove(buffer, path, result + 1);
    }
    place_put(root);
    place_put(place);
    if (result < 0)
        heap_free(buffer);
    else
        *target = buffer;
    return result;
}

static struct paths *subject_paths(const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    struct paths *paths = thread ? thread_paths(thread) : NULL;
    if (thread)
        thread_put(thread);
    return paths;
}

int follow_cwd(const struct proc_subject *subject, struct place *place)
{
    struct paths *paths = subject_paths(subject);
    if (!paths)
        return -ENOENT;
    *place = paths_cwd(paths);
    paths_put(paths);
    return 0;
}

int follow_root(const struct proc_subject *subject, struct place *place)
{
    struct paths *paths = subject_paths(subject);
    if (!paths)
        return -ENOENT;
    *place = paths_root(paths);
    paths_put(paths);
    return 0;
}

int follow_exe(const struct proc_subject *subject, struct place *place)
{
    struct space *space = subject_space(subject);
    if (!space)
        return -ENOENT;
    rwlock_read(&space->lock); /* the program may say it is another */
    struct file *program = space->program;
    if (program)
        *place = place_get(program->place);
    rwlock_read_done(&space->lock);
    space_put(space);
    return program ? 0 : -ENOENT;
}

int read_link_cwd(const struct proc_subject *subject, char **target)
{
    struct place place;
    int error = follow_cwd(subject, &place);
    return error ? error : place_to_text(place, target);
}

int read_link_root(const struct proc_subject *subject, char **target)
{
    struct place place;
    int error = follow_root(subject, &place);
    return error ? error : place_to_text(place, target);
}

int read_link_exe(const struct proc_subject *subject, char **target)
{
    struct place place;
    int error = follow_exe(subject, &place);
    return error ? error : place_to_text(place, target);
}

/* Descriptors. */

static struct files *subject_files(const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    struct files *files = thread ? thread_files(thread) : NULL;
    if (thread)
        thread_put(thread);
    return files;
}

/* With a reference, or NULL. */
static struct file *subject_file(const struct proc_subject *subject)
{
    struct files *files = subject_files(subject);
    struct file *file = files ? files_find(files, subject->number) : NULL;
    files_put(files);
    return file;
}

static int next_fd(const struct proc_subject *subject, int from)
{
    struct files *files = subject_files(subject);
    int fd = files ? files_next(files, from) : -1;
    files_put(files);
    return fd;
}

static int find_fd(const struct proc_subject *subject, int number,
    struct proc_subject *child)
{
    *child = *subject;
    child->number = number;
    struct file *file = subject_file(child);
    if (!file)
        return -ENOENT;
    file_put(file);
    pid_get(child->pid);
    return 0;
}

static unsigned fd_mode(const struct proc_subject *subject)
{
    struct file *file = subject_file(subject);
    unsigned flags = file ? atomic_load(&file->flags) : 0;
    unsigned mode = 0100;
    if (flags & OPEN_READ)
        mode |= 0400;
    if (flags & OPEN_WRITE)
        mode |= 0200;
    if (file)
        file_put(file);
    return mode;
}

static int read_link_fd(const struct proc_subject *subject, char **target)
{
    struct file *file = subject_file(subject);
    if (!file)
        return -ENOENT;
    struct place place = place_get(file->place);
    file_put(file);
    return place_to_text(place, target);
}

static int follow_fd(const struct proc_subject *subject, struct place *place)
{
    struct file *file = subject_file(subject);
    if (!file)
        return -ENOENT;
    *place = place_get(file->place);
    file_put(file);
    return 0;
}

/* As much as the file has to tell: that may become more meanwhile. */
static void add_description(struct text *text, struct file *file)
{
    size_t room = DESCRIBE_BYTES, bytes = 0;
    char *more = heap_alloc(room);
    while (more && (bytes = file->ops->describe(file, more, room)) >= room) {
        heap_free(more);
        room = bytes + DESCRIBE_BYTES;
        more = heap_alloc(room);
    }
    if (more)
        text_add(text, more, bytes);
    heap_free(more);
}

static int show_fdinfo(struct text *text, const struct proc_subject *subject)
{
    struct files *files = subject_files(subject);
    struct file *file = files ? files_find(files, subject->number) : NULL;
    int fd_flags = files ? files_flags(files, subject->number) : 0;
    if (!file) {
        files_put(files);
        return -ENOENT;
    }
    text_print(text, "pos:\t%lu\nflags:\t0%lo\n", file->position,
        the_abi->open_flags(atomic_load(&file->flags),
            max(fd_flags, 0) & FD_CLOSE_ON_EXEC));
    text_print(text, "mnt_id:\t%d\nino:\t%lu\n",
        file->place.mount ? file->place.mount->id : 0,
        file->inode ? file->inode->number : 0);
    add_locks(text, file, files);
    files_put(files);
    if (file->ops->describe)
        add_description(text, file);
    file_put(file);
    return 0;
}

static const struct proc_entry fd_link = {
    .type = INODE_SYMLINK,
    .mode = 0700,
    .flags = PROC_INSPECT,
    .read_link = read_link_fd,
    .follow = follow_fd,
    .link_mode = fd_mode,
};

static const struct proc_entry fdinfo_file = {
    .type = INODE_REGULAR,
    .mode = 0444,
    .flags = PROC_INSPECT,
    .show = show_fdinfo,
};

const struct proc_numbers proc_fds = {
    .child = &fd_link,
    .next = next_fd,
    .find = find_fd,
};
const struct proc_numbers proc_fdinfos = {
    .child = &fdinfo_file,
    .next = next_fd,
    .find = find_fd,
};
