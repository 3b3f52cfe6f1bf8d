/* SPDX-License-Identifier: MIT */
/* splice, tee, vmsplice. */
#include "tap.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static char text[70000] __attribute__((aligned(4096))), got[140000];

static void errors(void)
{
    int a[2], b[2], file = open("file", O_CREAT | O_RDWR, 0600);
    int append = open("file", O_WRONLY | O_APPEND), event = eventfd(1, 0);
    int directory = open(".", O_RDONLY);
    off_t offset = 0, negative = -1;
    pipe(a);
    pipe(b);
    is(splice(-1, NULL, -1, NULL, 0, 99), 0);
    fails_with(EINVAL, splice(a[0], NULL, file, NULL, 1, 16));
    fails_with(EBADF, splice(-1, NULL, a[1], NULL, 1, 0));
    fails_with(EBADF, splice(a[0], NULL, -1, NULL, 1, 0));
    fails_with(EBADF, splice(a[1], NULL, file, NULL, 1, 0));
    fails_with(EBADF, splice(file, NULL, a[0], NULL, 1, 0));
    fails_with(EINVAL, splice(a[0], NULL, a[1], NULL, 1, 0));
    fails_with(EINVAL, splice(file, NULL, file, NULL, 1, 0));
    fails_with(ESPIPE, splice(a[0], &offset, file, NULL, 1, 0));
    fails_with(ESPIPE, splice(file, NULL, a[1], &offset, 1, 0));
    fails_with(ESPIPE, splice(a[0], &offset, b[1], NULL, 1, 0));
    fails_with(EINVAL, splice(a[0], NULL, append, NULL, 1, 0));
    fails_with(EINVAL, splice(event, NULL, a[1], NULL, 8, 0));
    fails_with(EINVAL, splice(a[0], NULL, event, NULL, 8, 0));
    fails_with(EINVAL, splice(directory, NULL, a[1], NULL, 8, 0));
    fails_with(EINVAL, splice(file, &negative, a[1], NULL, 8, 0));
    fails_with(EFAULT, splice(file, (off_t *)8, a[1], NULL, 8, 0));
    fails_with(EAGAIN, splice(a[0], NULL, file, NULL, 8, SPLICE_F_NONBLOCK));
    fails_with(EINVAL, tee(a[0], a[1], 1, 0));
    fails_with(EINVAL, tee(a[0], file, 1, 0));
    fails_with(EBADF, tee(a[1], b[1], 1, 0));
    fails_with(EINVAL, tee(a[0], b[1], 1, 16));
    is(tee(a[0], b[1], 0, 0), 0);
    fails_with(EAGAIN, tee(a[0], b[1], 1, SPLICE_F_NONBLOCK));
    struct iovec vector = { text, 5 };
    fails_with(EBADF, vmsplice(file, &vector, 1, 0));
    fails_with(EBADF, vmsplice(-1, &vector, 1, 0));
    fails_with(EINVAL, vmsplice(a[1], &vector, 1, 16));
    fails_with(EINVAL, vmsplice(a[1], &vector, 1025, 0));
    fails_with(EFAULT, vmsplice(a[1], (void *)8, 1, 0));
    is(vmsplice(a[1], &vector, 0, 0), 0);
    close(a[1]);
    is(splice(a[0], NULL, file, NULL, 8, 0), 0); /* the end */
    is(tee(a[0], b[1], 8, 0), 0);
    signal(SIGPIPE, SIG_IGN);
    close(b[0]);
    fails_with(EPIPE, splice(file, NULL, b[1], NULL, 8, 0));
    fails_with(EPIPE, vmsplice(b[1], &vector, 1, 0));
    close(a[0]);
    close(b[1]);
    close(file);
    close(append);
    close(event);
    close(directory);
    unlink("file");
}

static void files(void)
{
    int ends[2], file = open("file", O_CREAT | O_RDWR, 0600);
    int other = open("other", O_CREAT | O_RDWR, 0600);
    off_t offset = 100;
    write(file, text, sizeof text);
    lseek(file, 0, SEEK_SET);
    pipe(ends);
    is(splice(file, NULL, ends[1], NULL, 10, 0), 10);
    is(lseek(file, 0, SEEK_CUR), 10);
    is(splice(file, &offset, ends[1], NULL, 10, 0), 10);
    is(offset, 110);
    is(lseek(file, 0, SEEK_CUR), 10);
    is(splice(ends[0], NULL, other, NULL, 15, 0), 15);
    is(lseek(other, 0, SEEK_CUR), 15);
    offset = 1000;
    is(splice(ends[0], NULL, other, &offset, 100, 0), 5);
    is(offset, 1005);
    is(pread(other, got, 2000, 0), 1005);
    is(memcmp(got, text, 10), 0);
    is(memcmp(got + 10, text + 100, 5), 0);
    is(memcmp(got + 1000, text + 105, 5), 0);
    /* Not more than the pipe takes; the position moves by that. */
    lseek(file, 0, SEEK_SET);
    is(splice(file, NULL, ends[1], NULL, sizeof text, 0), 65536);
    is(lseek(file, 0, SEEK_CUR), 65536);
    fails_with(EAGAIN,
        splice(file, NULL, ends[1], NULL, 1, SPLICE_F_NONBLOCK));
    lseek(other, 0, SEEK_SET);
    is(splice(ends[0], NULL, other, NULL, 100000, 0), 65536);
    lseek(file, 0, SEEK_END);
    is(splice(file, NULL, ends[1], NULL, 10, SPLICE_F_NONBLOCK), 0);
    is(pread(other, got, sizeof got, 0), 65536);
    is(memcmp(got, text, 65536), 0);
    int null = open("/dev/null", O_RDWR);
    write(ends[1], text, 10);
    is(splice(ends[0], NULL, null, NULL, 10, 0), 10);
    close(null);
    close(file);
    close(other);
    close(ends[0]);
    close(ends[1]);
    unlink("file");
    unlink("other");
}

/* What cannot be read, or written to, but by programs themselves. */
static void unfit(void)
{
    int ends[2], file = open("file", O_CREAT | O_RDWR, 0600);
    int zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR);
    int log = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
    pipe2(ends, O_NONBLOCK);
    write(ends[1], text, 10);
    write(file, text, 10);
    fails_with(EINVAL, splice(ends[0], NULL, zero, NULL, 4, 0));
    fails_with(EINVAL, splice(ends[0], NULL, full, NULL, 4, 0));
    fails_with(EINVAL, splice(ends[0], NULL, log, NULL, 4, 0));
    fails_with(EINVAL, splice(log, NULL, ends[1], NULL, 4, 0));
    off_t offset = 1;
    fails_with(EINVAL, sendfile(zero, file, &offset, 4));
    fails_with(EINVAL, sendfile(file, log, NULL, 4));
    is(offset, 1);
    int random = open("/dev/urandom", O_RDONLY);
    is(sendfile(file, random, &offset, 4), 4);
    is(offset, 1); /* it has no places */
    int memory = memfd_create("m", 0), event = eventfd(1, 0);
    write(memory, text, 10);
    fails_with(EXDEV, copy_file_range(memory, &offset, file, NULL, 4, 0));
    fails_with(EXDEV, copy_file_range(memory, &offset, file, NULL, 0, 0));
    fails_with(EINVAL, copy_file_range(memory, &offset, random, NULL, 0, 0));
    is(sendfile(file, event, NULL, 0), 0);
    fails_with(EINVAL, sendfile(file, event, NULL, 1));
    fails_with(EINVAL, sendfile(file, ends[0], NULL, 0));
    close(zero), close(full), close(log), close(random), close(memory);
    close(event), close(file), close(ends[0]), close(ends[1]);
    unlink("file");
}

/* From a socket into a pipe, and nowhere else. */
static void sent_from_sockets(void)
{
    int pair[2], ends[2], file = open("file", O_CREAT | O_RDWR, 0600);
    off_t offset = 0;
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    pipe2(ends, O_NONBLOCK);
    write(pair[1], text, 10);
    fails_with(EINVAL, sendfile(file, pair[0], NULL, 4));
    fails_with(ESPIPE, sendfile(ends[1], pair[0], &offset, 4));
    is(sendfile(ends[1], pair[0], NULL, 0), 0);
    is(sendfile(ends[1], pair[0], NULL, 4), 4);
    is(read(ends[0], got, 10), 4);
    is(memcmp(got, text, 4), 0);
    is(sendfile(ends[1], pair[0], NULL, 100), 6);
    fails_with(EAGAIN, sendfile(ends[1], pair[0], NULL, 100));
    fails_with(EINVAL, sendfile(ends[1], ends[0], NULL, 4));
    close(pair[0]), close(pair[1]), close(ends[0]), close(ends[1]);
    close(file);
    unlink("file");
}

static void pipes(void)
{
    int a[2], b[2];
    pipe(a);
    pipe(b);
    write(a[1], "hello world", 11);
    is(tee(a[0], b[1], 5, 0), 5);
    is(splice(a[0], NULL, b[1], NULL, 100, 0), 11);
    is(read(b[0], got, 100), 16);
    is(memcmp(got, "hellohello world", 16), 0);
    fcntl(b[1], F_SETPIPE_SZ, 4096);
    write(a[1], text, 10000);
    is(splice(a[0], NULL, b[1], NULL, 10000, 0), 4096);
    fails_with(EAGAIN,
        splice(a[0], NULL, b[1], NULL, 10000, SPLICE_F_NONBLOCK));
    is(read(b[0], got, 10000), 4096);
    is(memcmp(got, text, 4096), 0);
    is(read(a[0], got, 10000), 10000 - 4096);
    is(memcmp(got, text + 4096, 10000 - 4096), 0);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static void sockets(void)
{
    int ends[2], fds[2];
    pipe(ends);
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    write(fds[0], "through", 7);
    is(splice(fds[1], NULL, ends[1], NULL, 100, 0), 7);
    is(splice(ends[0], NULL, fds[1], NULL, 100, 0), 7);
    is(read(fds[0], got, 100), 7);
    fails_with(EAGAIN,
        splice(fds[1], NULL, ends[1], NULL, 100, SPLICE_F_NONBLOCK));
    close(fds[0]);
    write(ends[1], "kept", 4);
    fails_with(EPIPE, splice(ends[0], NULL, fds[1], NULL, 100, 0));
    close(fds[1]);
    close(ends[0]);
    close(ends[1]);
}

/* What the other side does not take stays, in its place and its order. */
static void kept(void)
{
    int ends[2], fds[2], bytes = 0;
    pipe(ends);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    close(fds[1]);
    is(write(ends[1], text, 65536), 65536);
    fails_with(EPIPE, splice(ends[0], NULL, fds[0], NULL, 10000, 0));
    ioctl(ends[0], FIONREAD, &bytes);
    is(bytes, 65536);
    struct pollfd room = { ends[1], POLLOUT, 0 };
    is(poll(&room, 1, 0), 0);
    fails_with(EAGAIN, write(ends[1], text, 1));
    fails_with(EPIPE, splice(ends[0], NULL, fds[0], NULL, 70000, 0));
    is(read(ends[0], got, 20000), 20000);
    is(memcmp(got, text, 20000), 0);
    is(write(ends[1], text + 100, 5000), 5000);
    fails_with(EPIPE, splice(ends[0], NULL, fds[0], NULL, 70000, 0));
    is(write(ends[1], text + 200, 3000), 3000);
    is(read(ends[0], got, sizeof got), 65536 - 20000 + 8000);
    is(memcmp(got, text + 20000, 65536 - 20000), 0);
    is(memcmp(got + 65536 - 20000, text + 100, 5000), 0);
    is(memcmp(got + 65536 - 15000, text + 200, 3000), 0);
    close(fds[0]);
    close(ends[0]);
    close(ends[1]);
}

static void memory(void)
{
    int ends[2];
    char in[4], more[16] = "";
    struct iovec out[2] = { { "abc", 3 }, { "defgh", 5 } };
    struct iovec back[2] = { { in, 4 }, { more, 16 } };
    pipe(ends);
    is(vmsplice(ends[1], out, 2, SPLICE_F_GIFT), 8);
    is(vmsplice(ends[0], back, 2, 0), 8);
    is(memcmp(in, "abcd", 4), 0);
    is_text(more, "efgh");
    fails_with(EAGAIN, vmsplice(ends[0], back, 2, SPLICE_F_NONBLOCK));
    struct iovec much = { text, sizeof text };
    is(vmsplice(ends[1], &much, 1, 0), 65536); /* what there is room for */
    fails_with(EAGAIN, vmsplice(ends[1], &much, 1, SPLICE_F_NONBLOCK));
    is(read(ends[0], got, sizeof got), 65536);
    is(memcmp(got, text, 65536), 0);
    struct iovec bad = { (void *)8, 5 };
    fails_with(EFAULT, vmsplice(ends[1], &bad, 1, 0));
    struct iovec some[3] = { { "abc", 3 }, { "defgh", 5 }, { (void *)8, 5 } };
    is(vmsplice(ends[1], some, 3, 0), 8);
    is(read(ends[0], got, sizeof got), 8);
    char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + 4096, 4096);
    struct iovec over = { edge + 4000, 200 };
    is(vmsplice(ends[1], &over, 1, 0), 96);
    is(read(ends[0], got, sizeof got), 96);
    munmap(edge, 4096);
    close(ends[0]);
    close(ends[1]);
}

static void *write_later(void *data)
{
    usleep(30000);
    write(*(int *)data, "late", 4);
    return NULL;
}

static void waiting(void)
{
    int a[2], b[2], file = open("file", O_CREAT | O_RDWR, 0600);
    pthread_t thread;
    pipe(a);
    pipe(b);
    pthread_create(&thread, NULL, write_later, &a[1]);
    is(splice(a[0], NULL, file, NULL, 100, 0), 4);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, write_later, &a[1]);
    is(tee(a[0], b[1], 100, 0), 4);
    pthread_join(thread, NULL);
    fcntl(a[0], F_SETFL, O_NONBLOCK);
    read(a[0], got, 4);
    fails_with(EAGAIN, splice(a[0], NULL, b[1], NULL, 1, 0));
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
    close(file);
    unlink("file");
}

static void run(void)
{
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = i * 31 + i / 256;
    errors();
    files();
    unfit();
    sent_from_sockets();
    pipes();
    sockets();
    kept();
    memory();
    waiting();
}
TEST_MAIN
