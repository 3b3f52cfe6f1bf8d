/* SPDX-License-Identifier: MIT */
/* Every call that makes descriptors where there is room for none, for one, or
 * for two: what it says, that the new ones have the lowest numbers, and that
 * nothing is kept of those that fail.  A row is a call, a column the room. */
#include "letters.h"

#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#ifndef CLONE_DETACHED
#define CLONE_DETACHED 0x00400000
#endif

/* A library may try another way, or look itself. */
#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

/* Descriptors that stay; from `next` on nothing is open. */
static int file, spare, listener, fresh, client, signals, self, master, next;
static int ends[2], number;
static int *unwritable, *across; /* the second word is nowhere */
static char long_path[5000];
static uint64_t none;
static struct open_how how;
static struct {
    unsigned bytes;
    int type;
    char data[128];
} handle = { .bytes = sizeof handle.data };

static long openat2(int at, const char *path, uint64_t resolve, size_t size)
{
    how.resolve = resolve;
    return syscall(SYS_openat2, at, path, &how, size);
}

static long open_by_handle(int at)
{
    return syscall(SYS_open_by_handle_at, at, &handle, O_RDONLY);
}

static long signalfd4(int fd, void *set, size_t size, int flags)
{
    return syscall(SYS_signalfd4, fd, set, size, flags);
}

static int connect_one(void)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    close(client); /* its number is the lowest now */
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    getsockname(listener, (void *)&name, &length);
    return connect(client, (void *)&name, length);
}

static bool has_caller(int fd)
{
    struct pollfd { int fd; short events, seen; } one = { fd, 1, 0 };
    struct timespec now = { 0, 0 };
    return syscall(SYS_ppoll, &one, 1, &now, NULL, 0) == 1;
}

/* One calls, who stays in the queue until there is room. */
static long accept_one(void)
{
    if (!has_caller(listener) && connect_one())
        return -2;
    return accept(listener, NULL, NULL);
}

/* A child that was made ends, and is waited for. */
static long ended(long child)
{
    if (!child)
        _exit(0);
    int error = errno;
    if (child > 0)
        waitpid(child, NULL, __WALL);
    else if (waitpid(-1, NULL, __WALL | WNOHANG) != -1 || errno != ECHILD)
        note("there is a child");
    errno = error;
    return child;
}

static long clone_with(unsigned long flags, int *pidfd)
{
    return ended(syscall(SYS_clone, flags | SIGCHLD, 0, pidfd, 0, 0));
}

static long clone3_with(uint64_t flags, int *pidfd)
{
    uint64_t arguments[8] = { flags, (uintptr_t)pidfd, 0, 0, SIGCHLD };
    return ended(syscall(SYS_clone3, arguments, sizeof arguments));
}

#include "descriptor_makers.h"
ROWS_OF_CALLS

enum { COLUMNS = 3, MOST = 64 };
static const char *const room_names[] = { "none", "one", "two" };
static rlim_t hard;

static void leave_room(int count)
{
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ next + count, hard });
}

static void leave_all(void)
{
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ hard, hard });
}

static uint64_t open_ones(void)
{
    uint64_t set = 0;
    for (int i = 0; i < MOST; i++)
        set |= (uint64_t)(fcntl(i, F_GETFD) >= 0) << i;
    return set;
}

/* What there is now and was not: how many from the lowest on, or '!'. */
static char made_of(uint64_t before)
{
    uint64_t made = open_ones() ^ before;
    return !made                          ? '.'
        : made == (uint64_t)1 << next     ? '1'
        : made == (uint64_t)1 << (next + 1) ? '+'
        : made == (uint64_t)3 << next     ? '2'
                                          : '!';
}

static char try(int row, int room)
{
    uint64_t before = open_ones();
    number = -1;
    leave_room(room);
    errno = 0;
    long result = do_call(row);
    char said = result == -1 && errno ? letter_of(errno) : '.';
    leave_all();
    char made = made_of(before);
    syscall(SYS_close_range, next, MOST, 0);
    dup2(file, spare);
    return said == '.' ? made : made == '.' && number == -1 ? said : '!';
}

static const char *meaning_of(char letter)
{
    return letter == '1' ? "one, the lowest"
        : letter == '2'  ? "two, the lowest"
        : letter == '+'  ? "one, the next but one"
        : letter == '!'  ? "something is kept"
                         : name_of_letter(letter);
}

static void try_row(int row)
{
    const char *expected = rows[row].expected[0];
    char text[200], got[COLUMNS + 1] = { 0 };
    for (int i = 0; i < COLUMNS; i++) {
        got[i] = try(row, i);
        snprintf(text, sizeof text, "%s, room for %s: %s", rows[row].text,
            room_names[i], meaning_of(expected[i]));
        if (!tap_case(got[i] == expected[i], text))
            note("it is %s", meaning_of(got[i]));
    }
    note_row(rows[row].text, got, expected);
}

/* What a call that finds no room has not done either. */
static void run_effects(void)
{
    struct stat status;
    struct sockaddr_un *nowhere = (void *)unwritable;
    socklen_t length = sizeof *nowhere;
    pwrite(file, "words", 5, 0);
    leave_room(0);
    fails_with(EMFILE, open("made", O_RDWR | O_CREAT, 0600));
    fails_with(ENOENT, stat("made", &status));
    fails_with(EMFILE, open("file", O_RDWR | O_TRUNC));
    is((stat("file", &status), status.st_size), 5);
    fails_with(EMFILE, open("/dev/ptmx", O_RDWR | O_NOCTTY));
    fails_with(ENOENT, stat("/dev/pts/1", &status));
    ok(!connect_one());
    fails_with(EMFILE, accept(listener, NULL, NULL));
    ok(has_caller(listener));
    fails_with(EMFILE, accept(listener, (void *)nowhere, &length));
    ok(has_caller(listener));
    leave_room(1);
    uint64_t before = open_ones();
    /* Who called is lost, though: that it cannot be told who it is, is seen late. */
    fails_with(EFAULT, accept(listener, (void *)nowhere, &length));
    ok(!has_caller(listener));
    char byte;
    is(recv(client, &byte, 1, 0), 0);
    is(open_ones(), before);
    leave_all();
}

/* Descriptors in a message, of which there are two. */
static int pair[2];
static struct msghdr message;
static char control[CMSG_SPACE(2 * sizeof(int))], text_of[4];
static struct iovec part = { text_of, sizeof text_of };

static void send_two(void)
{
    message = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof control };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(head), (int[]){ 0, 1 }, 2 * sizeof(int));
    ok(sendmsg(pair[0], &message, 0) == sizeof text_of);
    memset(control, 0, sizeof control);
}

/* How many came; the flags in *flags. */
static int receive(int room, void *into, int *flags)
{
    uint64_t before = open_ones();
    message.msg_control = into;
    message.msg_controllen = sizeof control;
    leave_room(2 + room);
    ssize_t bytes = recvmsg(pair[1], &message, 0);
    leave_all();
    *flags = message.msg_flags & MSG_CTRUNC;
    int came = __builtin_popcountll(open_ones() ^ before);
    syscall(SYS_close_range, next + 2, MOST, 0);
    return bytes == sizeof text_of ? came : -1;
}

static void run_rights(void)
{
    int flags;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    struct cmsghdr *head = (void *)control;
    send_two();
    is(receive(0, control, &flags), 0);
    is(flags, MSG_CTRUNC);
    is(message.msg_controllen, 0);
    send_two();
    is(receive(1, control, &flags), 1);
    is(flags, MSG_CTRUNC);
    is(head->cmsg_len, CMSG_LEN(sizeof(int)));
    is(*(int *)CMSG_DATA(head), next + 2);
    send_two();
    is(receive(2, control, &flags), 2);
    is(flags, 0);
    is(head->cmsg_len, CMSG_LEN(2 * sizeof(int)));
    send_two();
    is(receive(2, unwritable, &flags), 0);
    is(flags, MSG_CTRUNC);
    close(pair[0]);
    close(pair[1]);
}

static void prepare(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    struct rlimit limit;
    int mount, off = 0;
    getrlimit(RLIMIT_NOFILE, &limit);
    hard = limit.rlim_max;
    syscall(SYS_close_range, 3, ~0u, 0);
    file = open("file", O_RDWR | O_CREAT, 0600);
    mkfifo("fifo", 0600);
    spare = dup(file);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bind(listener, (void *)&name, sizeof name.sun_family);
    listen(listener, 1);
    fresh = socket(AF_UNIX, SOCK_STREAM, 0);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    signals = signalfd4(-1, &none, 8, 0);
    self = syscall(SYS_pidfd_open, getpid(), 0);
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ioctl(master, TIOCSPTLCK, &off);
    syscall(SYS_name_to_handle_at, AT_FDCWD, "file", &handle, &mount, 0);
    next = dup(1);
    close(next);
    memset(long_path, 'x', sizeof long_path - 1);
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(pages + 4096, 4096, PROT_READ);
    unwritable = (void *)(pages + 4096);
    across = unwritable - 1;
}

static void run(void)
{
    prepare();
    for (int i = 0; i < ROWS; i++)
        try_row(i);
    run_effects();
    run_rights();
}
TEST_MAIN
