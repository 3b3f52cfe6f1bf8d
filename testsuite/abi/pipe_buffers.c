/* SPDX-License-Identifier: MIT */
/* A pipe is a ring of buffers of a page each: what fits follows from that, and
 * from which writes share one. */
#include "pipe_tools.h"

#include <sys/mman.h>
#include <sys/uio.h>

/* Writes of so many bytes till no more go in. */
static void fills(size_t bytes, int whole, size_t in_all)
{
    int ends[2], count = 0;
    size_t sum = 0;
    ssize_t put;
    is(pipe2(ends, O_NONBLOCK), 0);
    while ((put = write(ends[1], data, bytes)) > 0) {
        count += put == (ssize_t)bytes;
        sum += put;
    }
    is(errno, EAGAIN);
    is(count, whole);
    is(sum, in_all);
    is(there(ends[0]), in_all);
    is(ready(ends[1], POLLOUT), 0);
    is(read(ends[0], got, sizeof got), in_all);
    is(ready(ends[1], POLLOUT), POLLOUT);
    close_both(ends);
}

static void what_fits(void)
{
    fills(1, 65536, 65536);
    fills(100, 640, 64000);
    fills(2000, 32, 64000);
    fills(2048, 32, 65536);
    fills(2049, 16, 16 * 2049);
    fills(3000, 16, 48000);
    fills(4095, 16, 16 * 4095);
    fills(4096, 16, 65536);
    fills(4097, 10, 45066);
    fills(5000, 10, 54096);
    fills(6000, 10, 64096);
    fills(8192, 8, 65536);
    fills(10000, 6, 64096);
    fills(100000, 0, 65536);
}

/* What is over goes to the last buffer first, if it fits there whole. */
static void shared(void)
{
    int ends[2];
    is(pipe2(ends, O_NONBLOCK), 0);
    for (int i = 0; i < 16; i++)
        is(write(ends[1], data + i, 4000), 4000);
    is(ready(ends[1], POLLOUT), 0);
    fails_with(EAGAIN, write(ends[1], data, 97));
    is(write(ends[1], data, 96), 96);
    fails_with(EAGAIN, write(ends[1], data, 1));
    is(read(ends[0], got, 3999), 3999);
    fails_with(EAGAIN, write(ends[1], data, 1));
    is(ready(ends[1], POLLOUT), 0);
    is(read(ends[0], got, 1), 1);
    is(ready(ends[1], POLLOUT), POLLOUT);
    /* The last one is full: this takes the slot. */
    is(write(ends[1], data, 1), 1);
    is(ready(ends[1], POLLOUT), 0);
    is(write(ends[1], data, 4095), 4095);
    is(read(ends[0], got, sizeof got), 15 * 4000 + 96 + 4096);
    is(memcmp(got, data + 1, 4000), 0);
    is(memcmp(got + 14 * 4000, data + 15, 4000), 0);
    is(memcmp(got + 15 * 4000, data, 96), 0);
    is(memcmp(got + 15 * 4000 + 97, data, 4095), 0);
    /* 4097 bytes: one to the last buffer, the others to one of their own. */
    is(write(ends[1], data, 4095), 4095);
    for (int i = 0; i < 14; i++)
        is(write(ends[1], data, 4096), 4096);
    is(write(ends[1], data, 4095), 4095);
    fails_with(EAGAIN, write(ends[1], data, 4096));
    is(write(ends[1], data + 10, 4097), 1);
    fails_with(EAGAIN, write(ends[1], data, 4097));
    close_both(ends);
}

/* Where a buffer was read from does not make room at its front. */
static void read_from(void)
{
    int ends[2];
    is(pipe2(ends, O_NONBLOCK), 0);
    is(fcntl(ends[0], F_SETPIPE_SZ, 4096), 4096);
    is(write(ends[1], data, 4000), 4000);
    is(read(ends[0], got, 3990), 3990);
    fails_with(EAGAIN, write(ends[1], data, 97));
    is(write(ends[1], data, 96), 96);
    is(there(ends[0]), 106);
    is(read(ends[0], got, sizeof got), 106);
    is(memcmp(got, data + 3990, 10), 0);
    is(memcmp(got + 10, data, 96), 0);
    is(write(ends[1], data, 4096), 4096);
    close_both(ends);
}

static void sizes(void)
{
    int ends[2];
    is(pipe2(ends, O_NONBLOCK), 0);
    is(fcntl(ends[0], F_SETPIPE_SZ, 0), 4096);
    is(fcntl(ends[0], F_SETPIPE_SZ, 1), 4096);
    is(fcntl(ends[0], F_SETPIPE_SZ, 4097), 8192);
    is(fcntl(ends[0], F_SETPIPE_SZ, 3 * 4096), 16384);
    fails_with(EINVAL, fcntl(ends[0], F_SETPIPE_SZ, 0x80000001));
    fails_with(EINVAL, fcntl(ends[0], F_SETPIPE_SZ, -1));
    fails_with(EINVAL, fcntl(ends[0], F_SETPIPE_SZ, 1l << 32 | 4096));
    fails_with(ENOMEM, fcntl(ends[0], F_SETPIPE_SZ, 1l << 31));
    is(fcntl(ends[0], F_SETPIPE_SZ, 16384), 16384);
    /* Buffers count, not what is in them. */
    for (int i = 0; i < 3; i++)
        is(write(ends[1], data, 2049), 2049);
    fails_with(EBUSY, fcntl(ends[0], F_SETPIPE_SZ, 8192));
    is(fcntl(ends[0], F_GETPIPE_SZ), 16384);
    is(read(ends[0], got, 2048), 2048);
    fails_with(EBUSY, fcntl(ends[0], F_SETPIPE_SZ, 8192));
    is(read(ends[0], got, 1), 1);
    is(fcntl(ends[0], F_SETPIPE_SZ, 8192), 8192);
    is(ready(ends[1], POLLOUT), 0);
    is(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
    is(ready(ends[1], POLLOUT), POLLOUT);
    is(write(ends[1], data, 2047), 2047); /* it may still be shared */
    is(fcntl(ends[1], F_SETPIPE_SZ, 8192), 8192);
    is(read(ends[0], got, sizeof got), 2 * 2049 + 2047);
    is(memcmp(got + 2049, data, 2049), 0);
    is(memcmp(got + 2 * 2049, data, 2047), 0);
    close_both(ends);
}

/* A fault leaves an empty buffer: it is readable, and nothing comes of it. */
static void faults(void)
{
    int ends[2];
    char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + 4096, 4096);
    is(pipe2(ends, O_NONBLOCK), 0);
    fails_with(EFAULT, write(ends[1], edge + 4000, 200));
    is(there(ends[0]), 0);
    is(ready(ends[0], POLLIN), POLLIN);
    fails_with(EAGAIN, read(ends[0], got, 10));
    is(ready(ends[0], POLLIN), 0);
    fails_with(EFAULT, write(ends[1], edge + 4000, 200));
    is(write(ends[1], data, 100), 100);
    fails_with(EFAULT, write(ends[1], edge + 4000, 200));
    is(there(ends[0]), 100);
    is(read(ends[0], got, sizeof got), 100);
    /* Whole pages that went in count. */
    char *three = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(three + 4 * 4096, 4096);
    is(write(ends[1], three + 100, 5 * 4096 - 200), 3 * 4096);
    is(read(ends[0], got, sizeof got), 3 * 4096);
    /* What is read into memory that is not there stays, by the buffer. */
    is(write(ends[1], data, 4096), 4096);
    is(write(ends[1], data + 7, 4096), 4096);
    fails_with(EFAULT, read(ends[0], edge + 4000, 200));
    is(there(ends[0]), 8192);
    is(read(ends[0], three + 2 * 4096, 3 * 4096), 8192);
    is(memcmp(three + 3 * 4096, data + 7, 4096), 0);
    is(write(ends[1], data, 4096), 4096);
    is(write(ends[1], data + 7, 4096), 4096);
    is(read(ends[0], three + 2 * 4096 + 1, 8192), 4096);
    is(there(ends[0]), 4096);
    is(read(ends[0], got, sizeof got), 4096);
    is(memcmp(got, data + 7, 4096), 0);
    munmap(edge, 4096);
    munmap(three, 4 * 4096);
    close_both(ends);
}

static void in_pieces(void)
{
    int ends[2];
    struct iovec pieces[3] = { { data, 1000 }, { data + 1000, 3000 },
        { data + 4000, 96 } };
    is(pipe2(ends, O_NONBLOCK), 0);
    is(fcntl(ends[0], F_SETPIPE_SZ, 4096), 4096);
    is(writev(ends[1], pieces, 3), 4096);
    fails_with(EAGAIN, writev(ends[1], pieces, 3));
    struct iovec back[2] = { { got, 10 }, { got + 10, 5000 } };
    is(readv(ends[0], back, 2), 4096);
    is(memcmp(got, data, 4096), 0);
    close_both(ends);
}

/* A writer that waits goes on as slots come free, in the order of its bytes. */
static void waits(void)
{
    int ends[2];
    is(pipe(ends), 0);
    is(fcntl(ends[0], F_SETPIPE_SZ, 8192), 8192);
    is(write(ends[1], data, 3000), 3000);
    pid_t child = fork();
    if (!child)
        _exit(write(ends[1], data + 3000, 40000) == 40000 ? 0 : 1);
    close(ends[1]);
    size_t sum = 0;
    ssize_t more;
    while ((more = read(ends[0], got + sum, 1000)) > 0)
        sum += more;
    is(sum, 43000);
    is(memcmp(got, data, 43000), 0);
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    close(ends[0]);
}

/* The last reader goes while a writer waits for slots. */
static void write_while_it_breaks(int signal_action)
{
    int ends[2], status;
    is(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        signal(SIGPIPE, signal_action ? SIG_IGN : SIG_DFL);
        close(ends[0]);
        _exit(write(ends[1], data, 100000) == 69632 ? 0 : 1);
    }
    /* The write has filled it all and waits; a page more goes in. */
    struct pollfd item = { .fd = ends[1], .events = POLLOUT };
    do
        usleep(1000);
    while (poll(&item, 1, 0));
    is(read(ends[0], got, 4096), 4096);
    while (there(ends[0]) < 65536)
        usleep(1000);
    close_both(ends);
    waitpid(child, &status, 0);
    is(status, signal_action ? 0 : SIGPIPE);
}

static void run(void)
{
    fill_data();
    what_fits();
    shared();
    read_from();
    sizes();
    faults();
    in_pieces();
    waits();
    write_while_it_breaks(0);
    write_while_it_breaks(1);
}
TEST_MAIN
