/* SPDX-License-Identifier: MIT */
/* sendfile and copy_file_range: positions, limits, kinds of files. */
#include "who.h"

#include <sys/sendfile.h>
#include <sys/resource.h>

static char text[200000];
static int in, out;

static bool holds(int fd, off_t at, const char *wanted)
{
    size_t bytes = strlen(wanted);
    memset(text, 0, bytes + 1);
    return pread(fd, text, bytes, at) == (ssize_t)bytes
        && !memcmp(text, wanted, bytes);
}

static void start(void)
{
    ftruncate(in, 0), ftruncate(out, 0);
    pwrite(in, "0123456789", 10, 0);
    lseek(in, 0, SEEK_SET), lseek(out, 0, SEEK_SET);
}

static void sending(void)
{
    start();
    off_t at = 3;
    is(sendfile(out, in, NULL, 4), 4);
    is(lseek(in, 0, SEEK_CUR), 4);
    is(lseek(out, 0, SEEK_CUR), 4);
    is(sendfile(out, in, &at, 2), 2);
    is(at, 5);
    is(lseek(in, 0, SEEK_CUR), 4);
    ok(holds(out, 0, "012334"));
    is(sendfile(out, in, &at, 100), 5);
    is(at, 10);
    is(sendfile(out, in, &at, 100), 0);
    at = 1000;
    is(sendfile(out, in, &at, 100), 0);
    is(at, 1000);
    is(sendfile(out, in, NULL, 0), 0);
    at = -1;
    fails_with(EINVAL, sendfile(out, in, &at, 1));
    fails_with(EBADF, sendfile(-1, in, NULL, 1));
    fails_with(EBADF, sendfile(out, -1, NULL, 1));
    fails_with(EFAULT, syscall(SYS_sendfile, out, in, 8, 1));
    int reader = open("out", O_RDONLY), writer = open("in", O_WRONLY);
    fails_with(EBADF, sendfile(reader, in, NULL, 1));
    fails_with(EBADF, sendfile(out, writer, NULL, 1));
    close(reader), close(writer);
    int append = open("out", O_WRONLY | O_APPEND);
    lseek(in, 0, SEEK_SET);
    fails_with(EINVAL, sendfile(append, in, NULL, 1));
    close(append);
    int d = open(".", O_RDONLY);
    fails_with(EINVAL, sendfile(out, d, NULL, 1));
    close(d);
}

static void sending_to_pipes(void)
{
    int ends[2];
    start();
    pipe(ends);
    is(sendfile(ends[1], in, NULL, 5), 5);
    is(read(ends[0], text, 10), 5);
    ok(!memcmp(text, "01234", 5));
    off_t at = 0;
    fails_with(ESPIPE, sendfile(out, ends[0], &at, 1));
    fails_with(EINVAL, sendfile(out, ends[0], NULL, 1));
    /* A pipe takes what fits if it may not wait. */
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    memset(text, 'x', sizeof text);
    pwrite(in, text, sizeof text, 0);
    at = 0;
    is(sendfile(ends[1], in, &at, sizeof text), 65536);
    is(at, 65536);
    fails_with(EAGAIN, sendfile(ends[1], in, &at, 1));
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    fails_with(EPIPE, sendfile(ends[1], in, &at, 1));
    close(ends[1]);
    int null = open("/dev/null", O_WRONLY);
    at = 0;
    is(sendfile(null, in, &at, sizeof text), sizeof text);
    close(null);
    /* From what has no pages of its own. */
    int proc = open("/proc/version", O_RDONLY);
    lseek(out, 0, SEEK_SET);
    ok(sendfile(out, proc, NULL, 4096) > 10);
    close(proc);
    ok(holds(out, 0, "Linux version "));
}

static void ranges(void)
{
    start();
    loff_t from = 2, to = 5;
    is(copy_file_range(in, NULL, out, NULL, 4, 0), 4);
    is(lseek(in, 0, SEEK_CUR), 4);
    is(lseek(out, 0, SEEK_CUR), 4);
    is(copy_file_range(in, &from, out, &to, 3, 0), 3);
    is(from, 5);
    is(to, 8);
    is(lseek(in, 0, SEEK_CUR), 4);
    is(lseek(out, 0, SEEK_CUR), 4);
    ok(holds(out, 5, "234"));
    from = 8;
    is(copy_file_range(in, &from, out, &to, 100, 0), 2);
    is(copy_file_range(in, &from, out, &to, 100, 0), 0);
    fails_with(EINVAL, copy_file_range(in, NULL, out, NULL, 4, 1));
    fails_with(EBADF, copy_file_range(-1, NULL, out, NULL, 4, 0));
    fails_with(EBADF, copy_file_range(in, NULL, -1, NULL, 4, 0));
    int reader = open("out", O_RDONLY), writer = open("in", O_WRONLY);
    int append = open("out", O_WRONLY | O_APPEND), d = open(".", O_RDONLY);
    int null = open("/dev/null", O_RDWR), ends[2];
    pipe(ends);
    fails_with(EBADF, copy_file_range(in, NULL, reader, NULL, 4, 0));
    fails_with(EBADF, copy_file_range(writer, NULL, out, NULL, 4, 0));
    fails_with(EBADF, copy_file_range(in, NULL, append, NULL, 4, 0));
    fails_with(EISDIR, copy_file_range(d, NULL, out, NULL, 4, 0));
    fails_with(EINVAL, copy_file_range(null, NULL, out, NULL, 4, 0));
    fails_with(EINVAL, copy_file_range(in, NULL, null, NULL, 4, 0));
    fails_with(EINVAL, copy_file_range(ends[0], NULL, out, NULL, 4, 0));
    close(reader), close(writer), close(append), close(d), close(null);
    close(ends[0]), close(ends[1]);
    /* Within one file: not over itself. */
    int both = open("in", O_RDWR);
    from = 0, to = 5;
    fails_with(EINVAL, copy_file_range(both, &from, both, &to, 6, 0));
    is(copy_file_range(both, &from, both, &to, 5, 0), 5);
    ok(holds(in, 0, "0123401234"));
    close(both);
    from = -1, to = 0;
    fails_with(EOVERFLOW, copy_file_range(in, &from, out, &to, 1, 0));
    from = -5, to = 0;
    fails_with(EINVAL, copy_file_range(in, &from, out, &to, 1, 0));
    from = 0, to = -5;
    fails_with(EINVAL, copy_file_range(in, &from, out, &to, 1, 0));
}

static void large(void)
{
    start();
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i * 7;
    pwrite(in, text, sizeof text, 0);
    off_t at = 0;
    size_t done = 0;
    ssize_t got;
    while ((got = sendfile(out, in, &at, sizeof text)) > 0)
        done += got;
    is(done, sizeof text);
    memset(text, 0, sizeof text);
    pread(out, text, sizeof text, 0);
    bool same = true;
    for (size_t i = 0; i < sizeof text; i++)
        same &= text[i] == (char)(i * 7);
    ok(same);
}

static void limits(void)
{
    struct rlimit old, few;
    start();
    getrlimit(RLIMIT_FSIZE, &old);
    few = (struct rlimit){ 4, old.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &few);
    loff_t from = 0, to = 0;
    is(copy_file_range(in, &from, out, &to, 10, 0), 4);
    fails_with(EFBIG, copy_file_range(in, &from, out, &to, 1, 0));
    setrlimit(RLIMIT_FSIZE, &old);
}

static void run(void)
{
    in = open("in", O_RDWR | O_CREAT, 0600);
    out = open("out", O_RDWR | O_CREAT, 0600);
    sending();
    sending_to_pipes();
    ranges();
    large();
    limits();
}
TEST_MAIN
