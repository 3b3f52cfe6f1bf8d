/* SPDX-License-Identifier: MIT */
/* Calls that are a little more than a sibling which has its test elsewhere:
 * symlinkat, mlock2. */
#include "who.h"
#include <sys/mman.h>
#include <sys/resource.h>

enum { PAGE = 4096 };

static void symlinks(void)
{
    char text[16] = { 0 };
    mkdir("d", 0755);
    int directory = open("d", O_RDONLY), file = open("f", O_CREAT | O_RDWR, 0644);
    is(symlinkat("target", directory, "link"), 0);
    is(readlink("d/link", text, sizeof text), 6);
    is_text(text, "target");
    is(symlinkat("/f", AT_FDCWD, "d/other"), 0);
    is(symlinkat("x", -1, "/tmp/t/absolute"), 0);
    fails_with(EEXIST, symlinkat("target", directory, "link"));
    fails_with(EEXIST, symlinkat("target", directory, "."));
    fails_with(ENOENT, symlinkat("", directory, "x"));
    fails_with(ENOENT, symlinkat("target", directory, ""));
    fails_with(ENOENT, symlinkat("target", directory, "none/x"));
    fails_with(ENOENT, symlinkat("target", directory, "x/"));
    fails_with(ENOTDIR, symlinkat("target", file, "x"));
    fails_with(ENOTDIR, symlinkat("target", directory, "../f/x"));
    fails_with(EBADF, symlinkat("target", -1, "x"));
    fails_with(EFAULT, symlinkat((char *)8, directory, "x"));
    fails_with(EFAULT, symlinkat("target", directory, (char *)8));
    chmod("d", 0555);
    become(USER, GROUP);
    fails_with(EACCES, symlinkat("target", directory, "x"));
    become_root();
    unlink("d/link");
    unlink("d/other");
    rmdir("d");
    fails_with(ENOENT, symlinkat("target", directory, "x"));
    close(directory);
    close(file);
}

static void locks(void)
{
    char *at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char present[4];
    is(syscall(SYS_mlock2, at, PAGE, 0), 0);
    is(mincore(at, PAGE, present), 0);
    is(present[0] & 1, 1);
    is(syscall(SYS_mlock2, at + PAGE, PAGE, MLOCK_ONFAULT), 0);
    is(syscall(SYS_mlock2, at + 1, 1, 0), 0);
    is(syscall(SYS_mlock2, at, 0, 0), 0);
    fails_with(EINVAL, syscall(SYS_mlock2, at, PAGE, 2));
    fails_with(EINVAL, syscall(SYS_mlock2, at, PAGE, -1));
    munmap(at + 2 * PAGE, PAGE);
    fails_with(ENOMEM, syscall(SYS_mlock2, at, 4 * PAGE, 0));
    fails_with(ENOMEM, syscall(SYS_mlock2, at + 2 * PAGE, PAGE, MLOCK_ONFAULT));
    is(munlock(at, 2 * PAGE), 0);
    struct rlimit none = { 0, 0 }, old;
    getrlimit(RLIMIT_MEMLOCK, &old);
    setrlimit(RLIMIT_MEMLOCK, &none);
    become(USER, GROUP);
    fails_with(EPERM, syscall(SYS_mlock2, at, PAGE, 0));
    become_root();
    setrlimit(RLIMIT_MEMLOCK, &old);
    munmap(at, 4 * PAGE);
}

static void run(void)
{
    symlinks();
    locks();
}
TEST_MAIN
