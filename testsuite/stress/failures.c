/* SPDX-License-Identifier: MIT */
/* Files, memory and processes without memory: see failures.h. */
#include "failures.h"

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

enum { NAME_BYTES = 180 };
static char long_name[NAME_BYTES + 1];

/* ------------------------------------------------------------ operations */

/* Each makes one system call that may fail, after wish(), and undoes it. */

OPEN_LIKE(try_open, open("/tests/list", O_RDONLY))
OPEN_LIKE(try_open_path, open("/proc/self/status", O_RDONLY))
OPEN_LIKE(try_create, open(long_name, O_RDWR | O_CREAT, 0600))
OPEN_LIKE(try_temporary, open("/tmp", O_RDWR | O_TMPFILE, 0600))
OPEN_LIKE(try_epoll, epoll_create1(0))
OPEN_LIKE(try_eventfd, eventfd(0, 0))
OPEN_LIKE(try_memfd, memfd_create("failures", 0))
OPEN_LIKE(try_socket, socket(AF_UNIX, SOCK_STREAM, 0))
OPEN_LIKE(try_terminal, open("/dev/ptmx", O_RDWR | O_NOCTTY))
OPEN_LIKE(try_high, fcntl(0, F_DUPFD, 700))

ATTEMPT(try_pipe, int ends[2], pipe(ends), result ? NOTHING : close_both(ends))

ATTEMPT(try_pair, int ends[2], socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends),
    result ? NOTHING : close_both(ends))

static char data[6000];
WITH_ENDS(try_send, socketpair(AF_UNIX, SOCK_STREAM, 0, ends),
    send(ends[0], data, sizeof data, MSG_NOSIGNAL))

WITH_ENDS(try_pipe_write, pipe(ends), write(ends[1], data, sizeof data))

static struct epoll_event any_event = { .events = EPOLLIN };
ATTEMPT(try_watch, int epoll = epoll_create1(0); int ends[2];
    if (epoll < 0 || pipe(ends)) return -1,
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &any_event),
    close_both(ends); close(epoll))

static int try_poll(int nth)
{
    struct pollfd fds[300];
    for (int i = 0; i < 300; i++)
        fds[i] = (struct pollfd){ .fd = i % 3, .events = POLLOUT };
    wish(nth);
    return poll(fds, 300, 0);
}

static int try_map(int nth)
{
    wish(nth);
    void *at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return -1;
    return munmap(at, 1 << 16);
}

static int try_map_shared(int nth)
{
    wish(nth);
    char *at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (at == MAP_FAILED)
        return -1;
    return munmap(at, 1 << 16);
}

/* The middle of a mapping changed or taken away: areas are cut in three. */
static int cut_map(int nth, int takes_away)
{
    char *at = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return -1;
    at[2 * 4096] = 1;
    wish(nth);
    int result = takes_away ? munmap(at + 2 * 4096, 4096)
                            : mprotect(at + 2 * 4096, 4096, PROT_READ);
    int error = errno;
    munmap(at, 5 * 4096);
    errno = error;
    return result;
}

static int try_unmap(int nth)
{
    return cut_map(nth, 1);
}

static int try_protect(int nth)
{
    return cut_map(nth, 0);
}

static int try_remap(int nth)
{
    size_t bytes = 2 * 4096;
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    wish(nth);
    void *moved = mremap(at, bytes, 1 << 20, MREMAP_MAYMOVE);
    int error = errno;
    munmap(moved == MAP_FAILED ? at : moved,
        moved == MAP_FAILED ? bytes : 1 << 20);
    errno = error;
    return moved == MAP_FAILED ? -1 : 0;
}

/* A fault that finds no memory must not be the end of anybody. */
static int try_touch(int nth)
{
    char *at = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("/dev/zero", O_RDONLY);
    wish(nth);
    int result = read(fd, at + (2 << 20), 8192);
    int error = errno;
    close(fd);
    munmap(at, 4 << 20);
    errno = error;
    return result;
}

ATTEMPT(try_fork, NOTHING, syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL),
    result ? wait_for_child(result) : _exit(0))

/* In a child, which tells whether it failed, how, and whether it was to. */
static int exec_program(const char *path, int nth)
{
    char *const words[] = { (char *)"true", (char *)"one", NULL };
    char *const variables[] = { (char *)"NAME=value", NULL };
    int told[2] = { 0, 0 }, ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    pid_t child = fork();
    if (!child) {
        wish(nth);
        execve(path, words, variables);
        told[0] = errno;
        write(ends[1], told, sizeof told);
        _exit(1);
    }
    close(ends[1]);
    ssize_t bytes = read(ends[0], told, sizeof told);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (bytes == sizeof told) {
        errno = told[0];
        return -1;
    }
    /* Beyond the point of no return, only its end can tell. */
    if (WIFSIGNALED(status)) {
        errno = WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV
            ? ENOMEM : EDOM;
        return -1;
    }
    return 0;
}

static int try_exec(int nth)
{
    return exec_program("/bin/true", nth);
}

static int try_exec_script(int nth)
{
    static const char text[] = "#!/bin/true\n";
    int fd = open("script", O_RDWR | O_CREAT, 0700);
    write(fd, text, sizeof text - 1);
    close(fd);
    int result = exec_program("./script", nth), error = errno;
    unlink("script");
    errno = error;
    return result;
}

/* Of a file; the pages of the program are private ones. */
static int try_map_file(int nth)
{
    int fd = open("/tests/list", O_RDONLY);
    wish(nth);
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    close_it(fd);
    return at == MAP_FAILED ? -1 : munmap(at, 4096);
}

#define FROM close_it(open("from", O_RDWR | O_CREAT, 0600))
ATTEMPT(try_name, FROM; unlink(long_name), link("from", long_name), unlink("from"))

WITH_FILE(try_allocate, fallocate(fd, 0, 0, 1 << 16))

ATTEMPT(try_directory, NOTHING, mkdir("d", 0700), rmdir("d"))

ATTEMPT(try_link, NOTHING, symlink(long_name, "s"), unlink("s"))

ATTEMPT(try_rename, FROM, rename("from", long_name),
    unlink("from"); unlink(long_name))

ATTEMPT(try_remove, FROM, unlink("from"), unlink("from"))

WITH_FILE(try_grow, pwrite(fd, "x", 1, 1 << 24))

static char buffer[4096];
ATTEMPT(try_list, int fd = open("/proc", O_RDONLY | O_DIRECTORY),
    syscall(SYS_getdents64, fd, buffer, 2048), close(fd))

ATTEMPT(try_read_proc, int fd = open("/proc/self/maps", O_RDONLY),
    read(fd, buffer, sizeof buffer), close(fd))

static struct flock some_lock = { .l_type = F_WRLCK, .l_start = 5, .l_len = 10 };
WITH_FILE(try_lock, fcntl(fd, F_SETLK, &some_lock))

static struct sigevent no_event = { .sigev_notify = SIGEV_NONE };
ATTEMPT(try_timer, int timer,
    syscall(SYS_timer_create, CLOCK_MONOTONIC, &no_event, &timer),
    if (!result) syscall(SYS_timer_delete, timer))

ATTEMPT(try_mount, mkdir("m", 0700), mount("none", "m", "tmpfs", 0, "size=64k"),
    umount("m"); rmdir("m"))

ATTEMPT(try_groups, gid_t groups[40] = {}, syscall(SYS_setgroups, 40, groups),
    syscall(SYS_setgroups, 0, NULL))

/* ------------------------------------------------------------ the walk */

static const struct operation operations[] = {
    { "open", try_open, 0 },
    { "open in proc", try_open_path, 0 },
    { "create", try_create, ENOSPC },
    { "temporary file", try_temporary, ENOSPC },
    { "epoll_create1", try_epoll, 0 },
    { "eventfd", try_eventfd, 0 },
    { "memfd_create", try_memfd, 0 },
    { "socket", try_socket, ENFILE },
    { "pseudo terminal", try_terminal, ENOSPC },
    { "F_DUPFD", try_high, EMFILE },
    { "pipe", try_pipe, ENFILE },
    { "socketpair", try_pair, ENFILE },
    { "send", try_send, ENOBUFS },
    { "write to a pipe", try_pipe_write, 0 },
    { "epoll_ctl", try_watch, ENOSPC },
    { "poll", try_poll, 0 },
    { "mmap", try_map, 0 },
    { "mmap, shared", try_map_shared, 0 },
    { "munmap", try_unmap, 0 },
    { "mprotect", try_protect, 0 },
    { "mremap", try_remap, 0 },
    { "a fault", try_touch, EFAULT },
    { "fork", try_fork, EAGAIN },
    { "execve", try_exec, EAGAIN },
    { "execve of a script", try_exec_script, EAGAIN },
    { "mmap of a file", try_map_file, 0 },
    { "link", try_name, ENOSPC },
    { "fallocate", try_allocate, ENOSPC },
    { "mkdir", try_directory, ENOSPC },
    { "symlink", try_link, ENOSPC },
    { "rename", try_rename, ENOSPC },
    { "unlink", try_remove, 0 },
    { "write", try_grow, ENOSPC },
    { "getdents", try_list, 0 },
    { "read of maps", try_read_proc, 0 },
    { "F_SETLK", try_lock, ENOLCK },
    { "timer_create", try_timer, EAGAIN },
    { "mount", try_mount, 0 },
    { "setgroups", try_groups, 0 },
};

static void run(void)
{
    memset(long_name, 'n', NAME_BYTES);
    walk_all(operations, sizeof operations / sizeof *operations);
    unlink(long_name);
}
TEST_MAIN
