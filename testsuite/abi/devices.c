/* SPDX-License-Identifier: MIT */
/* /dev/null, zero, full, random, urandom; getrandom; the names in /dev. */
#include "cpu.h"
#include "who.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

static char text[8192];

static bool all_are(const char *at, size_t bytes, char value)
{
    for (size_t i = 0; i < bytes; i++)
        if (at[i] != value)
            return false;
    return true;
}

static void numbers(void)
{
    static const struct {
        const char *path;
        unsigned major, minor, mode;
    } nodes[] = {
        { "/dev/null", 1, 3, 0666 }, { "/dev/zero", 1, 5, 0666 },
        { "/dev/full", 1, 7, 0666 }, { "/dev/random", 1, 8, 0666 },
        { "/dev/urandom", 1, 9, 0666 }, { "/dev/kmsg", 1, 11, 0644 },
        { "/dev/tty", 5, 0, 0666 }, { "/dev/console", 5, 1, 0600 },
        { "/dev/ptmx", 5, 2, 0666 }, { "/dev/" CONSOLE_NAME, CONSOLE_MAJOR, 64, 0600 },
    };
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        struct stat s;
        int result = stat(nodes[i].path, &s);
        if (!tap_case(!result && S_ISCHR(s.st_mode)
                    && (s.st_mode & 07777) == nodes[i].mode
                    && major(s.st_rdev) == nodes[i].major
                    && minor(s.st_rdev) == nodes[i].minor, nodes[i].path))
            note("mode %#o, %u:%u", s.st_mode, major(s.st_rdev),
                minor(s.st_rdev));
    }
}

static void null(void)
{
    int fd = open("/dev/null", O_RDWR);
    is(read(fd, text, sizeof text), 0);
    is(write(fd, text, sizeof text), sizeof text);
    is(lseek(fd, 1000, SEEK_SET), 0);
    is(lseek(fd, 1000, SEEK_END), 0);
    is(pread(fd, text, 10, 500), 0);
    is(pwrite(fd, text, 10, 500), 10);
    is(write(fd, (void *)8, 100), 100);
    struct iovec v[2] = { { text, 10 }, { text, 20 } };
    is(writev(fd, v, 2), 30);
    fails_with(ENODEV, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
    fails_with(EINVAL, ftruncate(fd, 0));
    close(fd);
}

static void zero(void)
{
    int fd = open("/dev/zero", O_RDWR);
    memset(text, 1, sizeof text);
    is(read(fd, text, sizeof text), sizeof text);
    ok(all_are(text, sizeof text, 0));
    is(write(fd, text, 100), 100);
    is(lseek(fd, 1000, SEEK_SET), 0);
    fails_with(EFAULT, read(fd, (void *)8, 100));
    char *at = mmap(
        NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    ok(at != MAP_FAILED && all_are(at, 8192, 0));
    at[0] = 1;
    munmap(at, 8192);
    at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ok(at != MAP_FAILED && all_are(at, 8192, 0));
    pid_t child = fork();
    if (!child) {
        at[5000] = 7;
        _exit(0);
    }
    waitpid(child, NULL, 0);
    is(at[5000], 7);
    munmap(at, 8192);
    close(fd);
}

static void full(void)
{
    int fd = open("/dev/full", O_RDWR);
    memset(text, 1, sizeof text);
    is(read(fd, text, sizeof text), sizeof text);
    ok(all_are(text, sizeof text, 0));
    fails_with(ENOSPC, write(fd, "x", 1));
    is(lseek(fd, 5, SEEK_SET), 0);
    close(fd);
}

static void randomness(const char *path)
{
    static char a[4096], b[4096];
    int fd = open(path, O_RDWR), count = -1;
    is(read(fd, a, sizeof a), sizeof a);
    is(read(fd, b, sizeof b), sizeof b);
    ok(memcmp(a, b, sizeof a));
    int bits = 0;
    for (size_t i = 0; i < sizeof a; i++)
        bits += __builtin_popcount((unsigned char)a[i]);
    ok(bits > 15500 && bits < 17300);
    is(write(fd, "noise", 5), 5);
    is(ioctl(fd, 0x80045200 /* RNDGETENTCNT */, &count), 0);
    is(count, 256);
    struct pollfd item = { fd, POLLIN | POLLOUT, 0 };
    is(poll(&item, 1, 0), 1);
    fails_with(EFAULT, read(fd, (void *)8, 10));
    is(read(fd, a, 0), 0);
    become(USER, GROUP);
    struct {
        int bits, bytes;
        char data[4];
    } pool = { 0, 4, "abc" };
    fails_with(EPERM, ioctl(fd, 0x40085203 /* RNDADDENTROPY */, &pool));
    become_root();
    is(ioctl(fd, 0x40085203, &pool), 0);
    close(fd);
}

static void get_random(void)
{
    static char a[1000], b[1000];
    is(getrandom(a, sizeof a, 0), sizeof a);
    is(getrandom(b, sizeof b, GRND_NONBLOCK), sizeof b);
    ok(memcmp(a, b, sizeof a));
    is(getrandom(a, 10, GRND_RANDOM), 10);
    is(getrandom(a, 10, 4 /* GRND_INSECURE */), 10);
    is(getrandom(a, 0, 0), 0);
    fails_with(EINVAL, getrandom(a, 10, 8));
    fails_with(EINVAL, getrandom(a, 10, GRND_RANDOM | 4));
    fails_with(EFAULT, getrandom((void *)8, 10, 0));
}

static void names(void)
{
    char target[64] = "";
    is(mkdir("/dev/fresh", 0755), 0);
    is(mknod("/dev/fresh/null", S_IFCHR | 0666, makedev(1, 3)), 0);
    int fd = open("/dev/fresh/null", O_WRONLY);
    is(write(fd, "x", 1), 1);
    close(fd);
    is(symlink("/proc/self/fd", "/dev/fresh/fd"), 0);
    is(readlink("/dev/fresh/fd", target, sizeof target), 13);
    unlink("/dev/fresh/fd"), unlink("/dev/fresh/null");
    is(rmdir("/dev/fresh"), 0);
}

static void run(void)
{
    numbers();
    null();
    zero();
    full();
    randomness("/dev/random");
    randomness("/dev/urandom");
    get_random();
    names();
}
TEST_MAIN
