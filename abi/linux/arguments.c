/* SPDX-License-Identifier: MIT */
/* Arguments made into native things. */
#include <linux/fcntl.h>
#include <linux/time_types.h>

#include "abi/linux/arguments.h"
#include "abi/linux/personality.h"
#include "arch/clock.h"
#include "lib/string.h"
#include "mm/heap.h"

/* Only the empty path is content with what is no directory. */
static struct place place_of_fd(int fd, bool is_any_right, int *error)
{
    struct place none = { 0 };
    struct file *file = files_find(current->files, fd);
    if (!file) {
        *error = -EBADF;
        return none;
    }
    struct place place = none;
    if (is_any_right || file->inode->type == INODE_DIRECTORY)
        place = place_get(file->place);
    else
        *error = -ENOTDIR;
    file_put(file);
    return place;
}

int path_text(struct path_argument *argument, const char __user *path,
    unsigned walk_flags)
{
    int error = user_string_new(&argument->text, path, PATH_BYTES_MAX);
    argument->walk.flags = walk_flags;
    if (error || *argument->text || walk_flags & WALK_EMPTY)
        return error;
    heap_free(argument->text);
    return -ENOENT;
}

int path_start(struct path_argument *argument, int at)
{
    int error = 0;
    const char *text = argument->text;
    bool is_from_here =
        *text == '/' && !(argument->walk.flags & WALK_IN_ROOT);
    argument->walk.paths = current->paths;
    argument->walk.who = current->credentials;
    if (at == AT_FDCWD || is_from_here)
        argument->walk.from = paths_cwd(current->paths);
    else
        argument->walk.from = place_of_fd(at, !*text, &error);
    if (error)
        heap_free(argument->text);
    return error;
}

int path_argument(struct path_argument *argument, int at,
    const char __user *path, unsigned walk_flags)
{
    int error = path_text(argument, path, walk_flags);
    return error ? error : path_start(argument, at);
}

void path_argument_done(struct path_argument *argument)
{
    place_put(argument->walk.from);
    heap_free(argument->text);
}

int place_argument(int at, const char __user *path, unsigned walk_flags,
    struct place *place)
{
    struct path_argument from;
    int error = path_argument(&from, at, path, walk_flags);
    if (error)
        return error;
    error = path_find(&from.walk, from.text, place);
    path_argument_done(&from);
    return error;
}

static bool is_empty(const char __user *path, int *error)
{
    char first;
    *error = user_read(&first, path, 1);
    return !*error && !first;
}

int inode_argument(int at, const char __user *path, unsigned walk_flags,
    struct place *place, struct inode **inode)
{
    int error = 0;
    if (walk_flags & WALK_EMPTY && at != AT_FDCWD && is_empty(path, &error)) {
        struct file *file = files_find(current->files, at);
        if (!file)
            return -EBADF;
        *inode = inode_get(file->inode);
        *place = file->place.mount ? place_get(file->place)
                                   : (struct place){ 0 };
        file_put(file);
        return 0;
    }
    if (!error)
        error = place_argument(at, path, walk_flags, place);
    if (!error)
        *inode = inode_get(place->entry->inode);
    return error;
}

void inode_argument_done(struct place *place, struct inode *inode)
{
    inode_put(inode);
    if (place->mount)
        place_put(*place);
}

struct file *file_argument_any(int fd, bool *has_reference)
{
    return files_borrow(current->files, fd, has_reference);
}

struct file *file_argument(int fd, bool *has_reference)
{
    struct file *file = files_borrow(current->files, fd, has_reference);
    if (file && unlikely(file->flags & OPEN_PATH)) {
        files_return(file, *has_reference);
        return NULL;
    }
    return file;
}

uint64_t files_limit(void)
{
    return process_limit(current->process, LIMIT_FILES);
}

unsigned fd_flags_from(int flags)
{
    return flags & O_CLOEXEC ? FD_CLOSE_ON_EXEC : 0;
}

long fd_give(struct file *file, unsigned fd_flags)
{
    return files_add(current->files, file, files_limit(), fd_flags);
}

static int check_zeros(const unsigned char __user *at, size_t bytes)
{
    unsigned char some[8];
    while (bytes) {
        /* By words, for what is before a hole is looked at first. */
        size_t now = min(bytes, 8 - ((uintptr_t)at & 7));
        if (user_read(some, at, now))
            return -EFAULT;
        for (size_t i = 0; i < now; i++)
            if (some[i])
                return -E2BIG;
        at += now;
        bytes -= now;
    }
    return 0;
}

int struct_argument(
    void *to, size_t known_bytes, const void __user *from, size_t bytes)
{
    if (bytes > PAGE_BYTES)
        return -E2BIG;
    size_t both = min(known_bytes, bytes);
    memset(to, 0, known_bytes);
    /* As a number, for it may be anything. */
    int error = check_zeros(
        (const unsigned char __user *)((uintptr_t)from + both), bytes - both);
    return error ? error : user_read(to, from, both);
}

static uint64_t nanoseconds(uint64_t seconds, uint64_t ns)
{
    /* INT64_MAX, so that sums of two still fit. */
    if (seconds > INT64_MAX / NS_PER_SECOND - 1)
        return INT64_MAX;
    return seconds * NS_PER_SECOND + ns;
}

int time_argument(const void __user *from, uint64_t *ns)
{
    struct __kernel_timespec time;
    if (user_read(&time, from, sizeof time))
        return -EFAULT;
    if (time.tv_sec < 0 || (uint64_t)time.tv_nsec >= NS_PER_SECOND)
        return -EINVAL;
    *ns = nanoseconds(time.tv_sec, time.tv_nsec);
    return 0;
}

int timeval_argument(const void __user *from, uint64_t *ns)
{
    struct __kernel_old_timeval time;
    if (user_read(&time, from, sizeof time))
        return -EFAULT;
    if (time.tv_sec < 0 || (uint64_t)time.tv_usec >= 1000000)
        return -EINVAL;
    *ns = nanoseconds(time.tv_sec, time.tv_usec * 1000);
    return 0;
}

uint64_t deadline_after(uint64_t ns)
{
    uint64_t now = clock_ns();
    return ns >= INT64_MAX - now ? FOREVER : now + ns;
}

int deadline_argument(const void __user *from, uint64_t *deadline_ns)
{
    uint64_t ns;
    *deadline_ns = FOREVER;
    if (!from)
        return 0;
    int error = time_argument(from, &ns);
    if (!error)
        *deadline_ns = ns ? deadline_after(ns) : 0;
    return error;
}

uint64_t time_left(uint64_t deadline_ns)
{
    uint64_t now = clock_ns();
    return deadline_ns > now ? deadline_ns - now : 0;
}

int time_give(void __user *to, uint64_t ns)
{
    struct __kernel_timespec time = {
        .tv_sec = ns / NS_PER_SECOND,
        .tv_nsec = ns % NS_PER_SECOND,
    };
    return user_write(to, &time, sizeof time);
}

int timeval_give(void __user *to, uint64_t ns)
{
    struct __kernel_old_timeval time = {
        .tv_sec = ns / NS_PER_SECOND,
        .tv_usec = ns % NS_PER_SECOND / 1000,
    };
    return user_write(to, &time, sizeof time);
}

int time_left_give(void __user *to, uint64_t deadline_ns)
{
    return personality_keeps_timeouts()
        ? -EFAULT
        : time_give(to, time_left(deadline_ns));
}

int timeval_left_give(void __user *to, uint64_t deadline_ns)
{
    return personality_keeps_timeouts()
        ? -EFAULT
        : timeval_give(to, time_left(deadline_ns));
}

int mask_argument(const void __user *from, size_t bytes, signal_set *mask)
{
    if (bytes != sizeof *mask)
        return -EINVAL;
    if (user_read(mask, from, sizeof *mask))
        return -EFAULT;
    *mask &= ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
    return 0;
}

bool i_can(unsigned capability)
{
    return credentials_can(current->credentials, capability);
}

struct thread *thread_argument(int tid)
{
    return tid ? thread_find(tid) : thread_get(current);
}
