/* SPDX-License-Identifier: MIT */
/* pipe, pipe2, FIFOs: what blocks, what is whole, what ends. */
#include "tap.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

static char big[70000];

static void ends_and_flags(void)
{
    int ends[2];
    fails_with(EINVAL, pipe2(ends, O_CREAT));
    fails_with(EFAULT, syscall(SYS_pipe2, (void *)8, 0));
    is(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    is(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    ok(fcntl(ends[0], F_GETFL) == O_NONBLOCK);
    ok(fcntl(ends[1], F_GETFL) == (O_NONBLOCK | O_WRONLY));
    fails_with(EBADF, write(ends[0], "x", 1));
    fails_with(EBADF, read(ends[1], big, 1));
    fails_with(ESPIPE, lseek(ends[0], 0, SEEK_SET));
    fails_with(EAGAIN, read(ends[0], big, 1));
    is(write(ends[1], big, sizeof big), 65536);
    fails_with(EAGAIN, write(ends[1], big, 1));
    int ready;
    is(ioctl(ends[0], FIONREAD, &ready), 0);
    is(ready, 65536);
    is(read(ends[0], big, 4096), 4096);
    is(write(ends[1], big, 5000), 4096);
    close(ends[1]);
    is(read(ends[0], big, sizeof big), 65536);
    is(read(ends[0], big, sizeof big), 0);
    close(ends[0]);
}

static void broken(void)
{
    int ends[2];
    pipe(ends);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    fails_with(EPIPE, write(ends[1], "x", 1));
    struct pollfd item = { .fd = ends[1], .events = POLLOUT };
    is(poll(&item, 1, 0), 1);
    ok(item.revents & POLLERR);
    signal(SIGPIPE, SIG_DFL);
    close(ends[1]);
}

static void dies(void *data)
{
    (void)data;
    int ends[2];
    pipe(ends);
    close(ends[0]);
    if (write(ends[1], "x", 1))
        _exit(1);
}

static void polls(void)
{
    int ends[2];
    pipe(ends);
    struct pollfd items[2] = { { .fd = ends[0], .events = POLLIN },
        { .fd = ends[1], .events = POLLOUT } };
    is(poll(items, 2, 0), 1);
    is(items[0].revents, 0);
    is(items[1].revents, POLLOUT);
    is(write(ends[1], "abc", 3), 3);
    is(poll(items, 1, -1), 1);
    is(items[0].revents, POLLIN);
    close(ends[1]);
    is(poll(items, 1, -1), 1);
    is(items[0].revents, POLLIN | POLLHUP);
    is(read(ends[0], big, 10), 3);
    is(poll(items, 1, -1), 1);
    is(items[0].revents, POLLHUP);
    close(ends[0]);
}

static void blocked_reader_wakes(void)
{
    int ends[2];
    char got[8] = "";
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        usleep(20000);
        write(ends[1], "late", 4);
        _exit(0);
    }
    is(read(ends[0], got, sizeof got), 4);
    is_text(got, "late");
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

static void capacity(void)
{
    int ends[2];
    pipe2(ends, O_NONBLOCK);
    is(fcntl(ends[0], F_GETPIPE_SZ), 65536);
    is(fcntl(ends[0], F_SETPIPE_SZ, 5000), 8192);
    is(fcntl(ends[1], F_GETPIPE_SZ), 8192);
    is(write(ends[1], big, 10000), 8192);
    fails_with(EBUSY, fcntl(ends[0], F_SETPIPE_SZ, 4096));
    is(fcntl(ends[0], F_SETPIPE_SZ, 16384), 16384);
    is(read(ends[0], big, sizeof big), 8192);
    fails_with(EBADF, fcntl(1000, F_GETPIPE_SZ));
    close(ends[0]);
    close(ends[1]);
}

static void vectors(void)
{
    int ends[2];
    char a[3] = "", b[5] = "";
    pipe(ends);
    struct iovec out[3] = { { "ab", 2 }, { NULL, 0 }, { "cdef", 4 } };
    struct iovec in[2] = { { a, 2 }, { b, 4 } };
    is(writev(ends[1], out, 3), 6);
    is(readv(ends[0], in, 2), 6);
    is_text(a, "ab");
    is_text(b, "cdef");
    fails_with(EINVAL, writev(ends[1], out, -1));
    fails_with(EINVAL, writev(ends[1], out, 1025));
    is(writev(ends[1], out, 0), 0);
    struct iovec bad[2] = { { "ab", 2 }, { (void *)8, 4 } };
    fails_with(EFAULT, writev(ends[1], bad, 2));
    fails_with(EFAULT, write(ends[1], (void *)8, 4));
    is(write(ends[1], "z", 1), 1);
    is(read(ends[0], a, 3), 1);
    close(ends[0]);
    close(ends[1]);
}

static void fifos(void)
{
    is(mkfifo("fifo", 0600), 0);
    fails_with(EEXIST, mkfifo("fifo", 0600));
    fails_with(ENXIO, open("fifo", O_WRONLY | O_NONBLOCK));
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    ok(reader >= 0);
    is(read(reader, big, 1), 0);
    int writer = open("fifo", O_WRONLY);
    ok(writer >= 0);
    fails_with(EAGAIN, read(reader, big, 1));
    is(write(writer, "hello", 5), 5);
    is(read(reader, big, 10), 5);
    close(writer);
    is(read(reader, big, 1), 0);
    close(reader);
    pid_t child = fork();
    if (!child) {
        int fd = open("fifo", O_WRONLY);
        _exit(write(fd, "x", 1) == 1 ? 0 : 1);
    }
    reader = open("fifo", O_RDONLY);
    is(read(reader, big, 1), 1);
    close(reader);
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    struct stat state;
    is(stat("fifo", &state), 0);
    ok(S_ISFIFO(state.st_mode));
    unlink("fifo");
}

/* Access mode 3 is neither end. */
static void for_neither(void)
{
    char path[64];
    int ends[2];
    is(mkfifo("fifo", 0600), 0);
    fails_with(EINVAL, open("fifo", 3));
    fails_with(EINVAL, open("fifo", 3 | O_NONBLOCK));
    int both = open("fifo", O_RDWR);
    fails_with(EINVAL, open("fifo", 3));
    fails_with(EINVAL, open("fifo", 3 | O_NONBLOCK));
    is(write(both, "x", 1), 1);
    close(both);
    is(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    fails_with(EINVAL, open(path, 3));
    close(ends[0]);
    close(ends[1]);
    unlink("fifo");
}

static void run(void)
{
    ends_and_flags();
    broken();
    is(in_child(dies, NULL), SIGPIPE);
    polls();
    blocked_reader_wakes();
    capacity();
    vectors();
    fifos();
    for_neither();
}
TEST_MAIN
