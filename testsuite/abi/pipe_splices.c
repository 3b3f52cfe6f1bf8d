/* SPDX-License-Identifier: MIT */
/* splice, tee, vmsplice and sendfile move buffers of pipes: what fits counts
 * these, and what came so shares none with a later write. */
#include "pipe_tools.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int a[2], b[2];

static void begin(void)
{
    pipe2(a, O_NONBLOCK);
    pipe2(b, O_NONBLOCK);
}

static void end(void)
{
    close_both(a);
    close_both(b);
}

static int data_file(void)
{
    int file = open("file", O_CREAT | O_RDWR | O_TRUNC, 0600);
    write(file, data, sizeof data);
    lseek(file, 0, SEEK_SET);
    unlink("file");
    return file;
}

/* The pages of a file, as far as they are wanted. */
static void from_files(void)
{
    int file = data_file();
    off_t offset = 100;
    begin();
    is(splice(file, &offset, a[1], NULL, 70000, 0), 65436);
    is(offset, 65536);
    is(ready(a[1], POLLOUT), 0);
    fails_with(EAGAIN, splice(file, &offset, a[1], NULL, 1, 0));
    is(read(a[0], got, sizeof got), 65436);
    is(memcmp(got, data + 100, 65436), 0);
    fcntl(a[1], F_SETPIPE_SZ, 8192);
    offset = 4000;
    is(splice(file, &offset, a[1], NULL, 200, 0), 200);
    is(ready(a[1], POLLOUT), 0);
    fails_with(EAGAIN, write(a[1], data, 1));
    is(there(a[0]), 200);
    is(read(a[0], got, sizeof got), 200);
    is(memcmp(got, data + 4000, 200), 0);
    is(splice(file, NULL, a[1], NULL, 10, 0), 10);
    is(write(a[1], data, 10), 10);
    is(ready(a[1], POLLOUT), 0);
    is(write(a[1], data, 10), 10);
    is(read(a[0], got, sizeof got), 30);
    fcntl(a[1], F_SETPIPE_SZ, 1 << 18);
    offset = 0;
    is(splice(file, &offset, a[1], NULL, 1 << 20, 0), sizeof data);
    is(splice(file, &offset, a[1], NULL, 1 << 20, 0), 0);
    is(read(a[0], got, sizeof got), sizeof data);
    is(memcmp(got, data, sizeof data), 0);
    end();
    close(file);
}

static void sent_files(void)
{
    int file = data_file(), ends[2];
    off_t offset = 100;
    is(pipe(ends), 0);
    is(sendfile(ends[1], file, &offset, 100000), 65436);
    is(offset, 65536);
    is(read(ends[0], got, sizeof got), 65436);
    is(memcmp(got, data + 100, 65436), 0);
    is(sendfile(ends[1], file, NULL, 100), 100);
    is(lseek(file, 0, SEEK_CUR), 100);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    fails_with(EAGAIN, sendfile(ends[1], file, NULL, 100));
    is(lseek(file, 0, SEEK_CUR), 100);
    is(read(ends[0], got, sizeof got), 100);
    close_both(ends);
    close(file);
}

/* Who has the whole buffer may write on behind it. */
static void between_pipes(void)
{
    begin();
    fcntl(b[1], F_SETPIPE_SZ, 4096);
    fcntl(a[1], F_SETPIPE_SZ, 4096);
    is(write(a[1], "abcdef", 6), 6);
    is(splice(a[0], NULL, b[1], NULL, 3, 0), 3);
    fails_with(EAGAIN, write(b[1], "x", 1));
    is(write(a[1], "ghi", 3), 3);
    is(read(b[0], got, 100), 3);
    is(memcmp(got, "abc", 3), 0);
    is(splice(a[0], NULL, b[1], NULL, 100, 0), 6);
    fails_with(EAGAIN, splice(a[0], NULL, b[1], NULL, 100, 0));
    is(write(b[1], "jkl", 3), 3);
    is(ready(a[1], POLLOUT), POLLOUT);
    is(read(b[0], got, 100), 9);
    is(memcmp(got, "defghijkl", 9), 0);
    end();
}

static void copied(void)
{
    begin();
    fcntl(a[1], F_SETPIPE_SZ, 4096);
    fcntl(b[1], F_SETPIPE_SZ, 4096);
    is(write(a[1], "abcdef", 6), 6);
    is(tee(a[0], b[1], 4, 0), 4);
    fails_with(EAGAIN, tee(a[0], b[1], 4, 0));
    fails_with(EAGAIN, write(b[1], "x", 1));
    is(write(a[1], "ghi", 3), 3);
    is(read(b[0], got, 100), 4);
    is(memcmp(got, "abcd", 4), 0);
    is(tee(a[0], b[1], 100, 0), 9);
    is(there(a[0]), 9);
    is(read(a[0], got, 100), 9);
    is(write(a[1], "XXXXXXXXX", 9), 9);
    is(read(b[0], got, 100), 9);
    is(memcmp(got, "abcdefghi", 9), 0);
    end();
}

static void counted(void)
{
    begin();
    fcntl(a[1], F_SETFL, O_NONBLOCK | O_DIRECT);
    for (int i = 0; i < 16; i++)
        is(write(a[1], data + i, 1), 1);
    fcntl(b[1], F_SETPIPE_SZ, 8192);
    is(tee(a[0], b[1], 100, 0), 2);
    is(splice(b[0], NULL, b[1], NULL, 100, 0), -1);
    fails_with(EAGAIN, splice(a[0], NULL, b[1], NULL, 100, 0));
    is(read(b[0], got, 1), 1);
    is(splice(a[0], NULL, b[1], NULL, 100, 0), 1);
    is(there(a[0]), 15);
    is(ready(a[1], POLLOUT), POLLOUT);
    fcntl(b[1], F_SETPIPE_SZ, 1 << 17);
    is(tee(a[0], b[1], 7, 0), 7);
    is(splice(a[0], NULL, b[1], NULL, 100, 0), 15);
    is(there(b[0]), 24);
    end();
}

/* Packets stay packets, and parts of them. */
static void packets(void)
{
    int file = open("file", O_CREAT | O_RDWR | O_TRUNC, 0600);
    begin();
    fcntl(a[1], F_SETFL, O_NONBLOCK | O_DIRECT);
    is(write(a[1], "hello", 5), 5);
    is(write(a[1], "you", 3), 3);
    is(tee(a[0], b[1], 6, 0), 6);
    is(read(b[0], got, 2), 2);
    is(read(b[0], got, 100), 1);
    is(splice(a[0], NULL, b[1], NULL, 3, 0), 3);
    is(splice(a[0], NULL, b[1], NULL, 100, 0), 5);
    is(read(b[0], got, 100), 3);
    is(memcmp(got, "hel", 3), 0);
    is(read(b[0], got, 100), 2);
    is(memcmp(got, "lo", 2), 0);
    is(read(b[0], got, 100), 3);
    is(write(a[1], "hello", 5), 5);
    is(write(a[1], "you", 3), 3);
    is(splice(a[0], NULL, file, NULL, 6, 0), 6);
    is(read(a[0], got, 100), 2);
    is(memcmp(got, "ou", 2), 0);
    is(pread(file, got, 100, 0), 6);
    is(memcmp(got, "helloy", 6), 0);
    struct iovec back = { got, 100 };
    is(write(a[1], "hello", 5), 5);
    is(write(a[1], "you", 3), 3);
    is(vmsplice(a[0], &back, 1, 0), 8);
    is(memcmp(got, "helloyou", 8), 0);
    close(file);
    unlink("file");
    end();
}

static void from_memory(void)
{
    struct iovec much = { data + 100, 70000 }, some[20];
    struct iovec over[3] = { { data + 4090, 10 }, { data, 0 }, { data, 3 } };
    begin();
    is(vmsplice(a[1], &much, 1, 0), 65436);
    is(ready(a[1], POLLOUT), 0);
    fails_with(EAGAIN, vmsplice(a[1], &much, 1, SPLICE_F_NONBLOCK));
    is(read(a[0], got, sizeof got), 65436);
    is(memcmp(got, data + 100, 65436), 0);
    for (int i = 0; i < 20; i++)
        some[i] = (struct iovec){ data + i, 1 };
    is(vmsplice(a[1], some, 20, SPLICE_F_GIFT), 16);
    is(there(a[0]), 16);
    is(read(a[0], got, 100), 16);
    is(memcmp(got, data, 16), 0);
    fcntl(a[1], F_SETPIPE_SZ, 16384);
    is(vmsplice(a[1], over, 3, 0), 13);
    is(write(a[1], data, 1), 1);
    is(ready(a[1], POLLOUT), 0);
    is(write(a[1], data, 1), 1);
    is(read(a[0], got, 100), 15);
    is(memcmp(got, data + 4090, 10), 0);
    end();
}

/* That the pipe is O_NONBLOCK is not asked. */
static void from_memory_waits(void)
{
    struct iovec one = { data, 1 };
    int status;
    begin();
    is(write(a[1], data, 65536), 65536);
    pid_t child = fork();
    if (!child) {
        usleep(20000);
        _exit(read(a[0], got, 5000) == 5000 ? 0 : 1);
    }
    is(vmsplice(a[1], &one, 1, 0), 1);
    waitpid(child, &status, 0);
    is(status, 0);
    is(there(a[0]), 65536 - 5000 + 1);
    is(read(a[0], got, sizeof got), 65536 - 5000 + 1);
    child = fork();
    if (!child) {
        usleep(20000);
        _exit(write(a[1], data, 5) == 5 ? 0 : 1);
    }
    one.iov_base = got;
    is(vmsplice(a[0], &one, 1, 0), 1);
    waitpid(child, &status, 0);
    is(status, 0);
    end();
}

/* A datagram for each buffer, a stream as a whole. */
static void to_sockets(void)
{
    int pair[2], kinds[] = { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM };
    for (int i = 0; i < 3; i++) {
        begin();
        socketpair(AF_UNIX, kinds[i] | SOCK_NONBLOCK, 0, pair);
        is(write(a[1], data, 3000), 3000);
        is(write(a[1], data + 3000, 3000), 3000);
        is(splice(a[0], NULL, pair[0], NULL, 5000, 0), 5000);
        is(there(a[0]), 1000);
        is(recv(pair[1], got, sizeof got, 0),
            kinds[i] == SOCK_STREAM ? 5000 : 3000);
        is(memcmp(got, data, 3000), 0);
        if (kinds[i] != SOCK_STREAM)
            is(recv(pair[1], got, sizeof got, 0), 2000);
        is(write(pair[1], data, 10), 10);
        fcntl(b[1], F_SETPIPE_SZ, 8192);
        is(splice(pair[0], NULL, b[1], NULL, 100, 0), 10);
        is(write(b[1], data, 1), 1);
        is(ready(b[1], POLLOUT), 0);
        close_both(pair);
        end();
    }
}

static void run(void)
{
    fill_data();
    from_files();
    sent_files();
    between_pipes();
    copied();
    counted();
    packets();
    from_memory();
    from_memory_waits();
    to_sockets();
}
TEST_MAIN
