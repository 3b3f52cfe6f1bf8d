/* SPDX-License-Identifier: MIT */
/* mmap, munmap, mprotect, mremap, brk, madvise, mincore, msync. */
#include "tap.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
enum { PAGE = 4096 };
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)

static char *map(size_t bytes)
{
    return mmap(NULL, bytes, RW, ANON, -1, 0);
}

static void errors(void)
{
    fails_with(EINVAL, mmap(NULL, 0, RW, ANON, -1, 0));
    fails_with(EINVAL, mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0));
    fails_with(EINVAL, syscall(SYS_mmap, 0, PAGE, RW, ANON, -1, 100));
    fails_with(EBADF, mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0));
    fails_with(ENOMEM, mmap(NULL, 1ul << 47, RW, ANON, -1, 0));
    fails_with(EINVAL, munmap((void *)1, PAGE));
    fails_with(EINVAL, munmap((void *)PAGE, 0));
    is(munmap((void *)0x10000000, PAGE), 0);
    fails_with(EINVAL, syscall(SYS_mprotect, 1, PAGE, RW));
    fails_with(ENOMEM, mprotect((void *)0x10000000, PAGE, RW));
    int fd = open("/dev", O_RDONLY);
    fails_with(ENODEV, mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
    close(fd);
    fd = open("f", O_RDONLY | O_CREAT, 0600);
    fails_with(EACCES, mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
    ok(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0) != MAP_FAILED);
    close(fd);
    unlink("f");
}

static void fixed(void)
{
    char *at = map(4 * PAGE);
    at[0] = at[PAGE] = 1;
    fails_with(EEXIST,
        mmap(at, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
    is(at[0], 1);
    ok(mmap(at, PAGE, RW, ANON | MAP_FIXED, -1, 0) == at);
    is(at[0], 0);
    is(at[PAGE], 1);
    is(munmap(at + PAGE, PAGE), 0);
    ok(mmap(at + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) ==
        at + PAGE);
    is(at[PAGE], 0);
    ok(mmap(at, PAGE, RW, ANON, -1, 0) != at);
    munmap(at, 4 * PAGE);
}

static void files(void)
{
    char text[8] = "";
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    write(fd, "hello", 5);
    char *shared = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    is_text(shared, "hello");
    shared[0] = 'j';
    is(private[0], 'j');
    private[1] = 'X';
    is_text(shared, "jello");
    pread(fd, text, 5, 0);
    is_text(text, "jello");
    pwrite(fd, "HE", 2, 0);
    is_text(shared, "HEllo");
    is_text(private, "jXllo");
    is(msync(shared, PAGE, MS_SYNC), 0);
    fails_with(EINVAL, msync(shared, PAGE, MS_SYNC | MS_ASYNC));
    fails_with(ENOMEM, msync((void *)0x10000000, PAGE, MS_SYNC));
    is(ftruncate(fd, 2), 0);
    is(shared[3], 0);
    is_text(private, "jXllo");
    munmap(shared, PAGE);
    munmap(private, PAGE);
    fails_with(EINVAL, mmap(NULL, PAGE, RW, MAP_SHARED, fd, 1));
    close(fd);
    unlink("f");
}

static void remaps(void)
{
    char *at = map(2 * PAGE);
    at[0] = 1, at[PAGE] = 2;
    char *bigger = mremap(at, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    ok(bigger != MAP_FAILED);
    is(bigger[0] * 10 + bigger[PAGE], 12);
    is(bigger[63 * PAGE], 0);
    ok(mremap(bigger, 64 * PAGE, PAGE, 0) == bigger);
    fails_with(EFAULT, mremap(bigger, 64 * PAGE, 65 * PAGE, MREMAP_MAYMOVE));
    char *place = map(8 * PAGE);
    ok(mremap(bigger, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
           place + PAGE) == place + PAGE);
    is(place[PAGE], 1);
    fails_with(EFAULT, mremap(bigger, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    fails_with(EINVAL, mremap(place + 1, PAGE, PAGE, 0));
    fails_with(EINVAL, mremap(place, PAGE, 0, 0));
    fails_with(EINVAL, mremap(place, PAGE, PAGE, 99));
    fails_with(ENOMEM, mremap(place, PAGE, 2 * PAGE, 0));
    munmap(place, 8 * PAGE);
}

static void second_mappings(void)
{
    char *at = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    at[PAGE] = 3;
    char *again = mremap(at, 0, 2 * PAGE, MREMAP_MAYMOVE);
    ok(again != MAP_FAILED && again != at);
    is(again[PAGE], 3);
    again[0] = 4;
    is(at[0], 4);
    munmap(again, 2 * PAGE);
    /* Over itself nothing is left to map again. */
    fails_with(EFAULT,
        mremap(at, 0, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at));
    ok(mremap(at, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
    is(at[3 * PAGE], 0);
    munmap(at, 4 * PAGE);
    at = map(PAGE);
    fails_with(EINVAL, mremap(at, 0, PAGE, MREMAP_MAYMOVE));
    munmap(at, PAGE);
}

static void breaks(void)
{
    char *old = sbrk(0);
    ok(syscall(SYS_brk, 0) == (long)old);
    ok(syscall(SYS_brk, old + 3 * PAGE) == (long)(old + 3 * PAGE));
    old[2 * PAGE] = 1;
    is(old[2 * PAGE], 1);
    ok(syscall(SYS_brk, old) == (long)old);
    ok(syscall(SYS_brk, 1ul << 46) == (long)old);
    ok(syscall(SYS_brk, old + 3 * PAGE) == (long)(old + 3 * PAGE));
    is(old[2 * PAGE], 0);
    syscall(SYS_brk, old);
}

static void advice(void)
{
    unsigned char there[4];
    char *at = map(4 * PAGE);
    at[0] = at[PAGE] = 7;
    is(mincore(at, 4 * PAGE, there), 0);
    is((there[0] & 1) + (there[1] & 1) + (there[2] & 1), 2);
    is(madvise(at, PAGE, MADV_DONTNEED), 0);
    is(at[0], 0);
    is(at[PAGE], 7);
    is(madvise(at, PAGE, MADV_NORMAL), 0);
    fails_with(EINVAL, madvise(at, PAGE, 12345));
    fails_with(EINVAL, madvise(at + 1, PAGE, MADV_DONTNEED));
    fails_with(ENOMEM, madvise((void *)0x10000000, PAGE, MADV_DONTNEED));
    is(madvise(at, 0, MADV_DONTNEED), 0);
    fails_with(ENOMEM, mincore((void *)0x10000000, PAGE, there));
    fails_with(EFAULT, mincore(at, PAGE, (void *)8));
    munmap(at, 4 * PAGE);
}

static void reads(void *at) { _exit(*(volatile char *)at); }
static void writes(void *at) { *(volatile char *)at = 1; }

static void protection(void)
{
    char *at = map(3 * PAGE);
    at[PAGE] = 5;
    is(mprotect(at + PAGE, PAGE, PROT_READ), 0);
    is(in_child(reads, at + PAGE), 5 << 8);
    is(in_child(writes, at + PAGE) & 0x7f, SIGSEGV);
    is(in_child(writes, at + 2 * PAGE), 0);
    is(mprotect(at + PAGE, PAGE, PROT_NONE), 0);
    is(in_child(reads, at + PAGE) & 0x7f, SIGSEGV);
    int ends[2];
    pipe(ends);
    fails_with(EFAULT, write(ends[1], at + PAGE, 1));
    is(mprotect(at, 3 * PAGE, RW), 0);
    is(at[PAGE], 5);
    munmap(at, 3 * PAGE);
    close(ends[0]);
    close(ends[1]);
}

static void huge_reservations(void)
{
    char *at = mmap(NULL, 1ul << 44, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    ok(at != MAP_FAILED);
    is(mprotect(at + (1ul << 43), PAGE, RW), 0);
    at[1ul << 43] = 3;
    is(at[1ul << 43], 3);
    is(munmap(at, 1ul << 44), 0);
    fails_with(ENOMEM, mmap(NULL, 1ul << 45, RW, ANON, -1, 0));
}

static int deep(int n)
{
    volatile char room[4000];
    room[0] = n;
    return n ? deep(n - 1) + room[0] * 0 : 1;
}

static void deeper(void *n) { _exit(deep((int)(intptr_t)n)); }

static void stack_grows(void)
{
    is(in_child(deeper, (void *)1000), 1 << 8);
    is(in_child(deeper, (void *)4000) & 0x7f, SIGSEGV);
}

static void copies_on_write(void)
{
    char *at = map(100 * PAGE);
    for (int i = 0; i < 100; i++)
        at[i * PAGE] = i;
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < 100; i++)
            at[i * PAGE]++;
        for (int i = 0; i < 100; i++)
            if (at[i * PAGE] != i + 1)
                _exit(1);
        _exit(0);
    }
    int status, same = 0;
    waitpid(child, &status, 0);
    is(status, 0);
    for (int i = 0; i < 100; i++)
        same += at[i * PAGE] == i;
    is(same, 100);
    munmap(at, 100 * PAGE);
}

static void run(void)
{
    errors();
    fixed();
    files();
    remaps();
    second_mappings();
    breaks();
    advice();
    protection();
    huge_reservations();
    stack_grows();
    copies_on_write();
}
TEST_MAIN
