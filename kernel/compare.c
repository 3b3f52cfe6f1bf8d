/* SPDX-License-Identifier: MIT */
/* Comparing what two threads have, without telling where it is. */
#include "kernel/compare.h"

#include "kernel/io_context.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "mm/space.h"
#include "vfs/epoll.h"
#include "vfs/files.h"

/* A number of its own for each address: an odd factor loses nothing. */
static uint64_t disguise(const void *object)
{
    static uint64_t mask, factor; /* [once] */
    if (!factor) {
        mask = random_number();
        factor = random_number() | 1;
    }
    return ((uintptr_t)object ^ mask) * factor;
}

static int compare(const void *first, const void *second)
{
    if (first == second)
        return 0;
    return disguise(first) < disguise(second) ? 1 : 2;
}

static int compare_spaces(struct thread *first, struct thread *second)
{
    struct space *a = thread_space(first), *b = thread_space(second);
    int result = compare(a, b);
    space_put(a);
    space_put(b);
    return result;
}

static int compare_files(struct thread *first, struct thread *second)
{
    struct files *a = thread_files(first), *b = thread_files(second);
    int result = compare(a, b);
    files_put(a);
    files_put(b);
    return result;
}

static int compare_paths(struct thread *first, struct thread *second)
{
    struct paths *a = thread_paths(first), *b = thread_paths(second);
    int result = compare(a, b);
    paths_put(a);
    paths_put(b);
    return result;
}

static int compare_io(struct thread *first, struct thread *second)
{
    struct io_context *a = thread_io_context(first);
    struct io_context *b = thread_io_context(second);
    int result = compare(a, b);
    io_context_put(a);
    io_context_put(b);
    return result;
}

int thread_compare(
    struct thread *first, struct thread *second, enum compared part)
{
    switch (part) {
    case COMPARE_SPACE:
        return compare_spaces(first, second);
    case COMPARE_FILES:
        return compare_files(first, second);
    case COMPARE_PATHS:
        return compare_paths(first, second);
    case COMPARE_HANDLERS:
        return compare(first->handlers, second->handlers);
    case COMPARE_IO:
        return compare_io(first, second);
    case COMPARE_NOTHING:
        break;
    }
    return 0;
}

static struct file *file_of(struct thread *thread, unsigned fd)
{
    struct files *files = thread_files(thread);
    struct file *file =
        files && fd <= INT32_MAX ? files_find(files, fd) : NULL;
    files_put(files);
    return file;
}

int thread_compare_files(struct thread *first, unsigned first_fd,
    struct thread *second, unsigned second_fd)
{
    struct file *a = file_of(first, first_fd);
    struct file *b = file_of(second, second_fd);
    int result = a && b ? compare(a, b) : -EBADF;
    file_put(a);
    file_put(b);
    return result;
}

int thread_compare_watched(struct thread *first, unsigned first_fd,
    struct thread *second, const struct watched *watched)
{
    struct file *file = file_of(first, first_fd);
    struct file *epoll = file ? file_of(second, watched->epoll_fd) : NULL;
    int result = -EBADF;
    if (epoll && !file_is_epoll(epoll)) {
        result = -EINVAL;
    } else if (epoll) {
        const struct file *other =
            epoll_watched(epoll, watched->fd, watched->index);
        result = other ? compare(file, other) : -ENOENT;
    }
    file_put(file);
    file_put(epoll);
    return result;
}
