/* SPDX-License-Identifier: MIT */
/* How big pipes may be, and how many slots a user has in all his. */
#include "pipe_tools.h"

#include <sys/stat.h>

enum { USER = 4242, PIPES_MOST = 40 };

static const char most_bytes[] = "/proc/sys/fs/pipe-max-size";
static const char soft[] = "/proc/sys/fs/pipe-user-pages-soft";
static const char hard[] = "/proc/sys/fs/pipe-user-pages-hard";

static long setting(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY);
    read(fd, text, sizeof text - 1);
    close(fd);
    return atol(text);
}

static int set(const char *path, const char *value)
{
    int fd = open(path, O_WRONLY);
    int result = write(fd, value, strlen(value)) < 0 ? -1 : 0;
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static void settings(void)
{
    is(setting(most_bytes), 1 << 20);
    is(setting(soft), 16384);
    is(setting(hard), 0);
    is(set(most_bytes, "5000"), 0);
    is(setting(most_bytes), 8192);
    is(set(most_bytes, "0\n"), 0);
    is(setting(most_bytes), 4096);
    fails_with(EINVAL, set(most_bytes, "2147483649"));
    fails_with(EINVAL, set(most_bytes, "-1"));
    fails_with(EINVAL, set(most_bytes, "x"));
    is(set(most_bytes, "1048576"), 0);
    struct stat state;
    is(stat(most_bytes, &state), 0);
    is(state.st_mode & 07777, 0644);
    is(stat(soft, &state), 0);
    is(state.st_mode & 07777, 0644);
}

static void as_user(void (*what)(void))
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        setresgid(USER, USER, USER);
        setresuid(USER, USER, USER);
        int before = tap_failures;
        what();
        fflush(stdout);
        _exit(tap_failures == before ? 0 : 1);
    }
    waitpid(child, &status, 0);
    is(status, 0);
}

/* Cases of a child would be counted nowhere. */
#define must(claim)                                                            \
    do {                                                                       \
        if (!(claim)) {                                                        \
            tap_failures++;                                                    \
            note("%d: " #claim " (errno %d)", __LINE__, errno);                \
        }                                                                      \
    } while (0)

static int pipes[PIPES_MOST][2];

static void close_pipes(int count)
{
    while (count--)
        close_both(pipes[count]);
}

static long size_of(int i)
{
    return fcntl(pipes[i][0], F_GETPIPE_SZ);
}

static long resize(int i, long bytes)
{
    return fcntl(pipes[i][0], F_SETPIPE_SZ, bytes);
}

static void beyond_most(void)
{
    must(!pipe(pipes[0]));
    must(size_of(0) == 65536);
    must(resize(0, 1 << 20) == 1 << 20);
    must(resize(0, (1 << 20) + 1) == -1 && errno == EPERM);
    must(resize(0, 4096) == 4096);
    close_pipes(1);
}

static void least(void)
{
    must(!pipe(pipes[0]));
    must(size_of(0) == 8192);
    must(resize(0, 8193) == -1 && errno == EPERM);
    must(resize(0, 4096) == 4096);
    must(resize(0, 8192) == 8192);
    close_pipes(1);
}

/* With room for three and a half. */
static void beyond_soft(void)
{
    for (int i = 0; i < 6; i++)
        must(!pipe(pipes[i]));
    for (int i = 0; i < 6; i++)
        must(size_of(i) == (i < 3 ? 65536 : 8192));
    must(resize(5, 16384) == 16384); /* 56 in all */
    must(resize(5, 32768) == -1 && errno == EPERM);
    must(resize(5, 8192) == 8192);
    must(resize(0, 4096) == 4096);
    must(resize(5, 65536) == 65536);
    must(resize(4, 8192) == 8192);
    close_pipes(6);
    must(!pipe(pipes[0]));
    must(size_of(0) == 65536);
    close_pipes(1);
}

static void beyond_hard(void)
{
    for (int i = 0; i < 3; i++)
        must(!pipe(pipes[i]));
    must(pipe(pipes[3]) == -1 && errno == ENFILE);
    must(!mkfifo("/tmp/limited-fifo", 0600));
    must(open("/tmp/limited-fifo", O_RDWR) == -1 && errno == ENOMEM);
    must(!unlink("/tmp/limited-fifo"));
    must(resize(0, 131072) == -1 && errno == EPERM);
    must(resize(0, 4096) == 4096);
    must(resize(1, 65536) == 65536);
    must(!pipe(pipes[3]));
    must(size_of(3) == 65536);
    close_pipes(4);
}

static void beyond_both(void)
{
    for (int i = 0; i < 4; i++)
        must(!pipe(pipes[i]));
    must(size_of(0) == 65536 && size_of(1) == 8192);
    must(pipe(pipes[4]) == -1 && errno == ENFILE);
    close_pipes(4);
}

static void root(void)
{
    is(pipe(pipes[0]), 0);
    is(size_of(0), 65536);
    is(resize(0, 1 << 21), 1 << 21);
    close_pipes(1);
}

static void run(void)
{
    mkdir("/tmp", 0777);
    chmod("/tmp", 01777);
    settings();
    as_user(beyond_most);
    is(set(most_bytes, "8192"), 0);
    as_user(least);
    root();
    is(set(most_bytes, "1048576"), 0);
    is(set(soft, "56"), 0);
    as_user(beyond_soft);
    root();
    is(set(soft, "0"), 0);
    is(set(hard, "63"), 0);
    as_user(beyond_hard);
    root();
    is(set(soft, "16"), 0);
    is(set(hard, "22"), 0);
    as_user(beyond_both);
    is(set(soft, "16384"), 0);
    is(set(hard, "0"), 0);
    as_user(beyond_most);
}
TEST_MAIN
