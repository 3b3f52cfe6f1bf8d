/* SPDX-License-Identifier: MIT */
/* Pipes of packets: O_DIRECT. */
#include "pipe_tools.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

static void flags(void)
{
    int ends[2];
    is(pipe2(ends, O_DIRECT), 0);
    is(fcntl(ends[0], F_GETFL), 0);
    is(fcntl(ends[1], F_GETFL), O_DIRECT | O_WRONLY);
    close_both(ends);
    is(pipe2(ends, O_DIRECT | O_NONBLOCK | O_CLOEXEC), 0);
    is(fcntl(ends[0], F_GETFL), O_NONBLOCK);
    is(fcntl(ends[1], F_GETFL), O_DIRECT | O_NONBLOCK | O_WRONLY);
    is(fcntl(ends[1], F_SETFL, 0), 0);
    is(fcntl(ends[1], F_GETFL), O_WRONLY);
    is(fcntl(ends[0], F_SETFL, O_DIRECT), 0);
    is(fcntl(ends[0], F_GETFL), O_DIRECT);
    /* It is the writer's that counts. */
    is(write(ends[1], "ab", 2), 2);
    is(write(ends[1], "cd", 2), 2);
    is(read(ends[0], got, 3), 3);
    is(read(ends[0], got, 3), 1);
    close_both(ends);
}

static void one_by_one(void)
{
    int ends[2];
    is(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
    is(write(ends[1], "hello", 5), 5);
    is(write(ends[1], "x", 1), 1);
    is(write(ends[1], "", 0), 0);
    is(write(ends[1], "world!", 6), 6);
    is(there(ends[0]), 12);
    is(read(ends[0], got, 0), 0);
    is(read(ends[0], got, 100), 5);
    is(memcmp(got, "hello", 5), 0);
    is(read(ends[0], got, 100), 1);
    is(there(ends[0]), 6);
    is(read(ends[0], got, 2), 2); /* and the rest is gone */
    is(memcmp(got, "wo", 2), 0);
    is(there(ends[0]), 0);
    fails_with(EAGAIN, read(ends[0], got, 100));
    struct iovec pieces[2] = { { "abc", 3 }, { "defg", 4 } };
    struct iovec back[3] = { { got, 1 }, { got + 1, 4 }, { got + 5, 100 } };
    is(writev(ends[1], pieces, 2), 7);
    is(writev(ends[1], pieces, 1), 3);
    is(readv(ends[0], back, 3), 7);
    is(memcmp(got, "abcdefg", 7), 0);
    is(readv(ends[0], back, 1), 1);
    fails_with(EAGAIN, readv(ends[0], back, 3));
    close_both(ends);
}

static void how_many(void)
{
    int ends[2];
    is(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
    for (int i = 0; i < 16; i++)
        is(write(ends[1], data + i, 1 + i), 1 + i);
    fails_with(EAGAIN, write(ends[1], data, 1));
    is(ready(ends[1], POLLOUT), 0);
    is(there(ends[0]), 16 * 17 / 2);
    fails_with(EBUSY, fcntl(ends[1], F_SETPIPE_SZ, 32768));
    is(fcntl(ends[1], F_SETPIPE_SZ, 131072), 131072);
    is(write(ends[1], data + 16, 17), 17);
    for (int i = 0; i < 17; i++)
        is(read(ends[0], got, 100), 1 + i);
    is(memcmp(got, data + 16, 17), 0);
    fails_with(EAGAIN, read(ends[0], got, 1));
    close_both(ends);
}

/* What is bigger is cut into packets of a page. */
static void big_ones(void)
{
    int ends[2];
    is(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
    is(write(ends[1], data, 4096), 4096);
    is(write(ends[1], data, 4097), 4097);
    is(write(ends[1], data, 10000), 10000);
    is(read(ends[0], got, 10000), 4096);
    is(read(ends[0], got, 10000), 4096);
    is(read(ends[0], got, 10000), 1);
    is(*got, data[4096]);
    is(read(ends[0], got, 4095), 4095);
    is(read(ends[0], got, 10000), 4096);
    is(memcmp(got, data + 4096, 4096), 0);
    is(read(ends[0], got, 10000), 10000 - 8192);
    is(memcmp(got, data + 8192, 10000 - 8192), 0);
    is(write(ends[1], data, 100000), 65536);
    fails_with(EAGAIN, write(ends[1], data, 1));
    is(read(ends[0], got, 1), 1);
    is(there(ends[0]), 65536 - 4096);
    is(write(ends[1], data, 5000), 4096);
    close_both(ends);
}

/* What was written keeps its nature. */
static void changed(void)
{
    int ends[2];
    is(pipe2(ends, O_NONBLOCK), 0);
    is(write(ends[1], "ab", 2), 2);
    is(fcntl(ends[1], F_SETFL, O_DIRECT | O_NONBLOCK), 0);
    is(write(ends[1], "cd", 2), 2); /* shares the buffer before it */
    is(write(ends[1], data, 4096), 4096);
    is(write(ends[1], "ef", 2), 2);
    is(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    is(write(ends[1], "gh", 2), 2);
    is(write(ends[1], "ij", 2), 2);
    is(read(ends[0], got, 3), 3);
    is(memcmp(got, "abc", 3), 0);
    is(read(ends[0], got, 10000), 4097); /* up to the end of a packet */
    is(memcmp(got + 1, data, 4096), 0);
    is(read(ends[0], got, 1), 1);
    is(read(ends[0], got, 10000), 4);
    is(memcmp(got, "ghij", 4), 0);
    close_both(ends);
}

static void ends_of_it(void)
{
    int ends[2];
    is(pipe2(ends, O_DIRECT), 0);
    is(write(ends[1], "last", 4), 4);
    close(ends[1]);
    is(ready(ends[0], POLLIN), POLLIN | POLLHUP);
    is(read(ends[0], got, 100), 4);
    is(read(ends[0], got, 100), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    is(pipe2(ends, O_DIRECT), 0);
    close(ends[0]);
    fails_with(EPIPE, write(ends[1], "x", 1));
    is(write(ends[1], "x", 0), 0);
    close(ends[1]);
}

static void waits(void)
{
    int ends[2], status;
    is(pipe2(ends, O_DIRECT), 0);
    pid_t child = fork();
    if (!child) {
        for (int i = 1; i <= 200; i++)
            if (write(ends[1], data + i, i) != i)
                _exit(1);
        _exit(write(ends[1], data, 100000) == 100000 ? 0 : 2);
    }
    close(ends[1]);
    bool is_whole = true;
    for (int i = 1; i <= 200; i++)
        is_whole &= read(ends[0], got, 10000) == i && !memcmp(got, data + i, i);
    ok(is_whole);
    for (int i = 0; i < 24; i++)
        is_whole &= read(ends[0], got, 10000) == 4096;
    ok(is_whole);
    is(read(ends[0], got, 10000), 100000 - 24 * 4096);
    is(read(ends[0], got, 10000), 0);
    waitpid(child, &status, 0);
    is(status, 0);
    close(ends[0]);
}

static void fifos(void)
{
    is(mkfifo("fifo", 0600), 0);
    fails_with(EINVAL, open("fifo", O_RDWR | O_DIRECT | O_NONBLOCK));
    int both = open("fifo", O_RDWR | O_NONBLOCK);
    ok(both >= 0);
    is(fcntl(both, F_SETFL, O_DIRECT | O_NONBLOCK), 0);
    is(fcntl(both, F_GETFL) & (O_DIRECT | O_NONBLOCK), O_DIRECT | O_NONBLOCK);
    is(write(both, "ab", 2), 2);
    is(write(both, "cd", 2), 2);
    int other = open("fifo", O_WRONLY | O_NONBLOCK);
    is(write(other, "ef", 2), 2);
    is(write(other, "gh", 2), 2);
    is(read(both, got, 100), 2);
    is(read(both, got, 1), 1);
    is(read(both, got, 100), 4);
    close(both);
    close(other);
    unlink("fifo");
}

static void faults(void)
{
    int ends[2];
    char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + 4096, 4096);
    is(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
    is(write(ends[1], data, 200), 200);
    is(write(ends[1], data, 10), 10);
    fails_with(EFAULT, read(ends[0], edge + 4000, 200));
    is(there(ends[0]), 210);
    is(read(ends[0], got, 100), 100);
    is(read(ends[0], got, 100), 10);
    fails_with(EFAULT, write(ends[1], edge + 4000, 200));
    is(there(ends[0]), 0);
    is(write(ends[1], data, 10), 10);
    is(read(ends[0], got, 100), 0); /* what the fault left behind */
    is(read(ends[0], got, 100), 10);
    fails_with(EAGAIN, read(ends[0], got, 100));
    munmap(edge, 4096);
    close_both(ends);
}

static void run(void)
{
    fill_data();
    flags();
    one_by_one();
    how_many();
    big_ones();
    changed();
    ends_of_it();
    waits();
    fifos();
    faults();
}
TEST_MAIN
