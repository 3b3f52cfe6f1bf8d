/* SPDX-License-Identifier: MIT */
/* Each bit of the flags of each call that refuses what it does not know, by
 * itself: which are taken is what the table says.  The other arguments are such
 * that a call that takes the bit does nothing lasting. */
#include "calls.h"
#include "cpu.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum {
    F = -1000, /* the flags */
    TYPE,      /* with SOCK_STREAM */
    BUFFER,
    PART,      /* one struct iovec */
    OPEN,      /* a file */
    PATH,      /* its path */
    ABSENT,    /* those of nothing */
    FRESH,
    NAME,      /* of an attribute */
    MEMORY,
    HERE = AT_FDCWD,
    NOBODY = 0x7fffffff,
    PAGE = 4096,
};

/* Beside CALL's: the bits that are taken. */
static const struct call calls[] = {
    CALL(newfstatat, 0x7900, HERE, ABSENT, BUFFER, F),
    CALL(statx, 0x7900, HERE, ABSENT, F, 0x7ff, BUFFER),
    CALL(statx, 0x7fffffff, HERE, PATH, 0, F, BUFFER),
    CALL(fchownat, 0x1100, HERE, ABSENT, 0, 0, F),
    CALL(linkat, 0x1400, HERE, ABSENT, HERE, FRESH, F),
    CALL(unlinkat, 0x200, HERE, ABSENT, F),
    CALL(faccessat, 7, HERE, ABSENT, F),
    CALL(faccessat2, 0x1300, HERE, ABSENT, 0, F),
    CALL(faccessat2, 7, HERE, ABSENT, F, 0),
    CALL(utimensat, 0x1100, HERE, ABSENT, 0, F),
    CALL(execveat, 0x1100, HERE, ABSENT, BUFFER, BUFFER, F),
    CALL(name_to_handle_at, 0x1400, HERE, ABSENT, BUFFER, BUFFER, F),
    CALL(umount2, 0xf, ABSENT, F),
    CALL(renameat2, 7, HERE, ABSENT, HERE, FRESH, F),
    CALL(setxattr, 3, PATH, NAME, BUFFER, 0, F),
    CALL(inotify_add_watch, 0xf700efff, -1, ABSENT, F),
    CALL(fallocate, 1, OPEN, F, 0, 1),
    CALL(sync_file_range, 7, OPEN, 0, 0, F),
    CALL(copy_file_range, 0, OPEN, 0, OPEN, 0, 0, F),
    CALL(preadv2, 0x17, OPEN, PART, 1, 0, 0, F),
    CALL(pwritev2, 0x17, OPEN, PART, 1, 0, 0, F),
    CALL(splice, 15, -1, 0, -1, 0, 1, F),
    CALL(tee, 15, -1, -1, 1, F),
    CALL(vmsplice, 15, -1, PART, 1, F),
    CALL(socket, O_NONBLOCK | O_CLOEXEC | 0xf, AF_UNIX, TYPE, 0),
    CALL(socketpair, O_NONBLOCK | O_CLOEXEC | 0xf, AF_UNIX, TYPE, 0, 8),
    CALL(pipe2, O_NONBLOCK | O_CLOEXEC | O_DIRECT | O_EXCL, 8, F),
    CALL(dup3, O_CLOEXEC, -1, 5, F),
    CALL(close_range, 6, 1000, 1001, F),
    CALL(eventfd2, O_NONBLOCK | O_CLOEXEC | 1, 0, F),
    CALL(epoll_create1, O_CLOEXEC, F),
    CALL(inotify_init1, O_NONBLOCK | O_CLOEXEC, F),
    CALL(signalfd4, O_NONBLOCK | O_CLOEXEC, -1, BUFFER, 8, F),
    CALL(timerfd_create, O_NONBLOCK | O_CLOEXEC, 1, F),
    CALL(timerfd_settime, 3, -1, F, BUFFER, 0),
    CALL(pidfd_open, O_NONBLOCK, NOBODY, F),
    CALL(pidfd_getfd, 0, -1, 0, F),
    CALL(pidfd_send_signal, 0, -1, 0, 0, F),
    CALL(wait4, 0xe000000b, NOBODY, 0, F, 0),
    CALL(waitid, 0xe, 1, NOBODY, 0, F, 0),
    CALL(getrandom, 7, BUFFER, 1, F),
    CALL(mremap, 1, MEMORY, PAGE, PAGE, F, 0),
    CALL(msync, 7, MEMORY, PAGE, F),
    CALL(mlock2, 1, MEMORY, PAGE, F),
};

static char buffer[PAGE], *memory;
static int file;

static long value_of(long argument, long flags)
{
    static char byte;
    static struct iovec part = { &byte, 1 };
    switch (argument) {
    case F:
        return flags;
    case TYPE:
        return flags | SOCK_STREAM;
    case BUFFER:
        return (long)buffer;
    case PART:
        return (long)&part;
    case OPEN:
        return file;
    case PATH:
        return (long)"file";
    case ABSENT:
        return (long)"absent";
    case FRESH:
        return (long)"fresh";
    case NAME:
        return (long)"trusted.x";
    case MEMORY:
        return (long)memory;
    }
    return argument;
}

static bool is_taken(const struct call *call, long flags)
{
    long a[6];
    memset(buffer, 0, sizeof buffer);
    for (int i = 0; i < 6; i++)
        a[i] = value_of(call->arguments[i], flags);
    errno = 0;
    long result = syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result > 2 && result < 100)
        close(result); /* a descriptor */
    return result != -1 || (errno != EINVAL && errno != EOPNOTSUPP);
}

static void try(const struct call *call)
{
    char text[120];
    unsigned taken = 0;
    for (int bit = 0; bit < 32; bit++)
        if (is_taken(call, (int)(1u << bit)))
            taken |= 1u << bit;
    snprintf(text, sizeof text, "%s, argument %d: %#x", call->text,
        call_position(call, F) + call_position(call, TYPE), call->what);
    if (!tap_case(taken == call->what, text))
        note("takes %#x", taken);
}

/* What F_SETFL changes of all kinds of files, and what it refuses to. */
static void status_flags(const char *what, int fd, int kept, int refused)
{
    int first = fcntl(fd, F_GETFL), all_kept = 0, all_refused = 0;
    for (int bit = 0; bit < 32; bit++) {
        int flag = (int)(1u << bit);
        if (fcntl(fd, F_SETFL, flag))
            all_refused |= flag;
        else
            all_kept |= fcntl(fd, F_GETFL) & ~first;
        fcntl(fd, F_SETFL, first);
    }
    bool is_right = fcntl(fd, F_GETFL) == first && all_kept == kept &&
        all_refused == refused;
    if (!tap_case(is_right, what))
        note("keeps %#x, refuses %#x", all_kept, all_refused);
    close(fd);
}

static void all_status_flags(void)
{
    const int plain = O_APPEND | O_NONBLOCK | O_NOATIME, most = plain | O_ASYNC;
    int ends[2];
    status_flags("of a file", open("file", O_RDWR), plain, O_DIRECT);
    status_flags("of a directory", open(".", O_RDONLY), plain, O_DIRECT);
    status_flags("of null", open("/dev/null", O_RDWR), plain, O_DIRECT);
    status_flags("of zero", open("/dev/zero", O_RDWR), plain, O_DIRECT);
    status_flags("of proc", open("/proc/version", O_RDONLY), plain, O_DIRECT);
    status_flags("of sys", open("/sys", O_RDONLY), plain, O_DIRECT);
    status_flags(
        "of a memfd", syscall(SYS_memfd_create, "", 0), plain, O_DIRECT);
    status_flags("of epoll", syscall(SYS_epoll_create1, 0), plain, O_DIRECT);
    status_flags("of eventfd", syscall(SYS_eventfd2, 0, 0), plain, O_DIRECT);
    status_flags("of inotify", syscall(SYS_inotify_init1, 0), most, O_DIRECT);
    pipe(ends);
    status_flags("of a pipe", ends[0], most | O_DIRECT, 0);
    status_flags("of its other end", ends[1], most | O_DIRECT, 0);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    status_flags("of a socket", ends[0], most, O_DIRECT);
    close(ends[1]);
}

/* Three ways to open. */
static long by_openat(const char *path, int flags)
{
    return syscall(SYS_openat, HERE, path, flags, 0600);
}

#ifdef SYS_openat2
static long by_openat2(const char *path, int flags)
{
    const int makes = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);
    uint64_t how[3] = { (unsigned)flags, flags & makes ? 0600 : 0, 0 };
    return syscall(SYS_openat2, HERE, path, how, sizeof how);
}
#endif

static long by_handle(const char *path, int flags)
{
    struct file_handle *handle = (void *)buffer;
    int mount;
    handle->handle_bytes = 128;
    if (name_to_handle_at(HERE, path, handle, &mount, 0))
        note("no handle of %s", path);
    return syscall(SYS_open_by_handle_at, HERE, handle, flags);
}

/* What an open keeps of each bit beside `how`, and what it refuses. */
static void open_flags_by(long (*open_it)(const char *, int),
    const char *what, const char *path, int how, int kept, int refused)
{
    int all_kept = 0, all_refused = 0;
    for (int bit = 0; bit < 32; bit++) {
        int flag = (int)(1u << bit);
        int fd = open_it(path, how | flag);
        if (fd < 0)
            all_refused |= flag;
        else if (flag != LARGE)
            all_kept |= fcntl(fd, F_GETFL) & flag;
        close(fd);
    }
    if (!tap_case(all_kept == kept && all_refused == refused, what))
        note("keeps %#x, refuses %#x", all_kept, all_refused);
}

static void open_flags(
    const char *what, const char *path, int how, int kept, int refused)
{
    open_flags_by(by_openat, what, path, how, kept, refused);
}

/* One flag of two bits. */
static void synchronous(long (*open_it)(const char *, int))
{
    int fd = open_it("file", O_RDWR | O_SYNC);
    is(fcntl(fd, F_GETFL), O_RDWR | O_SYNC | LARGE);
    close(fd);
}

static void all_open_flags(void)
{
    const int kept = O_APPEND | O_NONBLOCK | O_SYNC | O_ASYNC | O_NOFOLLOW |
        O_NOATIME | O_PATH;
    const int unnamed = O_TMPFILE & ~O_DIRECTORY, both = O_WRONLY | O_RDWR;
    const int refused = O_DIRECT | unnamed | O_DIRECTORY;
    open_flags("a file", "file", O_RDWR, kept | both, refused);
    open_flags("null", "/dev/null", O_RDWR, kept | both, refused);
    open_flags("proc", "/proc/version", O_RDONLY, kept | both, refused);
    open_flags("a directory", ".", O_RDONLY, kept | O_DIRECTORY,
        O_DIRECT | unnamed | both | O_CREAT | O_TRUNC);
    open_flags("a path", "file", O_PATH, O_PATH | O_NOFOLLOW, O_DIRECTORY);
    synchronous(by_openat);
    synchronous(by_handle);
#ifdef SYS_openat2
    synchronous(by_openat2);
#endif
    open_flags_by(by_handle, "a file by its handle", "file", O_RDWR,
        kept | both, refused);
    open_flags_by(by_handle, "a directory by its handle", ".", O_RDONLY,
        kept | O_DIRECTORY, O_DIRECT | unnamed | both | O_CREAT | O_TRUNC);
    open_flags_by(by_handle, "a path by its handle", "file", O_PATH,
        O_PATH | O_NOFOLLOW, O_DIRECTORY);
#ifdef SYS_openat2
    const int taken = kept | both | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC |
        O_CLOEXEC | LARGE | 1 << 26; /* that is the kernel's own */
    open_flags_by(by_openat2, "a file by openat2", "file", O_RDWR,
        (kept | both) & ~O_PATH, ~taken | O_PATH | refused);
    open_flags_by(by_openat2, "a directory by openat2", ".", O_RDONLY,
        (kept | O_DIRECTORY), ~(taken | O_DIRECTORY) | O_DIRECT | both |
            O_CREAT | O_TRUNC);
    open_flags_by(by_openat2, "a path by openat2", "file", O_PATH,
        O_PATH | O_NOFOLLOW, ~(O_PATH | O_NOFOLLOW | O_CLOEXEC | 1 << 26));
#endif
}

static void run(void)
{
    file = open("file", O_RDWR | O_CREAT, 0600);
    write(file, "hello", 5);
    memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        try(&calls[i]);
    all_status_flags();
    all_open_flags();
}
TEST_MAIN
