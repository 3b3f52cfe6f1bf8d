/* SPDX-License-Identifier: MIT */
/* memfd_create, and the seals of files in memory. */
#include "who.h"

#include <sys/mman.h>
#include <sys/statfs.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif

static void memory_files(void)
{
    char path[64], text[300] = "";
    struct stat s;
    struct statfs t;
    int fd = memfd_create("name", 0);
    ok(fd >= 0);
    is(fcntl(fd, F_GETFD), 0);
    fstat(fd, &s);
    is(s.st_mode, S_IFREG | 0777);
    is(s.st_nlink, 0);
    is(s.st_size, 0);
    fstatfs(fd, &t);
    is(t.f_type, 0x01021994);
    is(write(fd, "hello", 5), 5);
    is(ftruncate(fd, 10000), 0);
    char *at = mmap(
        NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ok(!memcmp(at, "hello", 5));
    munmap(at, 4096);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    readlink(path, text, sizeof text - 1);
    is_text(text, "/memfd:name (deleted)");
    int again = open(path, O_RDONLY);
    is(read(again, text, 5), 5);
    fails_with(EBADF, write(again, "x", 1));
    close(again);
    fails_with(EXDEV, linkat(fd, "", AT_FDCWD, "x", AT_EMPTY_PATH));
    close(fd);
    fd = memfd_create("", MFD_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
    memset(text, 'n', sizeof text);
    text[250] = 0;
    fails_with(EINVAL, memfd_create(text, 0));
    text[249] = 0;
    fd = memfd_create(text, 0);
    ok(fd >= 0);
    close(fd);
    fails_with(EINVAL, memfd_create("x", 0x100));
    fails_with(EFAULT, memfd_create((char *)8, 0));
}

static void sealing(void)
{
    int fd = memfd_create("x", 0);
    is(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL);
    fails_with(EPERM, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(fd);
    fd = memfd_create("x", MFD_ALLOW_SEALING);
    is(fcntl(fd, F_GET_SEALS), 0);
    is(ftruncate(fd, 4096), 0);
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    is(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK);
    fails_with(EPERM, ftruncate(fd, 100));
    fails_with(EPERM, ftruncate(fd, 4095));
    is(ftruncate(fd, 4096), 0);
    is(ftruncate(fd, 8192), 0);
    fails_with(EPERM, ftruncate(fd, 8191));
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
    fails_with(EPERM, ftruncate(fd, 8193));
    is(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW);
    fails_with(EPERM, ftruncate(fd, 10000));
    is(ftruncate(fd, 8192), 0);
    fails_with(EPERM, fallocate(fd, 0, 0, 10000));
    is(pwrite(fd, "abc", 3, 8190), 2);
    fails_with(EPERM, pwrite(fd, "abc", 3, 8192));
    is(fcntl(fd, F_ADD_SEALS, 0), 0);
    fails_with(EINVAL, fcntl(fd, F_ADD_SEALS, 0x100));
    /* A mapping that can be written stands in the way. */
    char *at = mmap(
        NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    fails_with(EBUSY, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    munmap(at, 4096);
    at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    at[0] = 1;
    munmap(at, 4096);
    fails_with(EPERM, write(fd, "x", 1));
    fails_with(EPERM, fallocate(fd, 3, 0, 4096));
    fails_with(EPERM,
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    ok(at != MAP_FAILED);
    fails_with(EACCES, mprotect(at, 4096, PROT_READ | PROT_WRITE));
    munmap(at, 4096);
    at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    ok(at != MAP_FAILED);
    munmap(at, 4096);
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0);
    fails_with(EPERM, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    is(fcntl(fd, F_GET_SEALS),
        F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int reader = open(path, O_RDONLY);
    fails_with(EPERM, fcntl(reader, F_ADD_SEALS, F_SEAL_WRITE));
    ok(fcntl(reader, F_GET_SEALS) & F_SEAL_WRITE);
    close(reader), close(fd);
}

static void sealing_the_future(void)
{
    int fd = memfd_create("x", MFD_ALLOW_SEALING);
    ftruncate(fd, 4096);
    char *at = mmap(
        NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0);
    at[0] = 'x';
    fails_with(EPERM, write(fd, "x", 1));
    fails_with(EPERM,
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    char *reading = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    ok(reading != MAP_FAILED && reading[0] == 'x');
    fails_with(EACCES, mprotect(reading, 4096, PROT_READ | PROT_WRITE));
    munmap(reading, 4096), munmap(at, 4096);
    close(fd);
    /* Files of any other kind have none. */
    fd = open("f", O_RDWR | O_CREAT, 0600);
    is(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL);
    fails_with(EPERM, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(fd);
    fd = open("/dev/null", O_RDWR);
    fails_with(EINVAL, fcntl(fd, F_GET_SEALS));
    fails_with(EINVAL, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(fd);
}

static void run(void)
{
    memory_files();
    sealing();
    sealing_the_future();
}
TEST_MAIN
