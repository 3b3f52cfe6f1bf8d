/* SPDX-License-Identifier: MIT */
/* mlockall, munlockall: what there is, and what is mapped from now on. */
#include "who.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum { DONTNEED_LOCKED = 24, COLLAPSE = 25 };
enum { PAGE = 4096, ONFAULT = 4, KNOWN = MCL_CURRENT | MCL_FUTURE | ONFAULT };

static long locked_kib(void)
{
    static char text[4096];
    int status = open("/proc/self/status", O_RDONLY);
    ssize_t bytes = read(status, text, sizeof text - 1);
    close(status);
    text[bytes > 0 ? bytes : 0] = 0;
    const char *line = strstr(text, "VmLck:");
    return line ? atol(line + 6) : -1;
}

static char *fresh(int pages)
{
    return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int resident(char *at, int pages)
{
    unsigned char there[16];
    int sum = 0;
    if (mincore(at, pages * PAGE, there))
        return -1;
    for (int i = 0; i < pages; i++)
        sum += there[i] & 1;
    return sum;
}

static void limit(rlim_t most)
{
    setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ most, RLIM_INFINITY });
}

static void run_errors(void)
{
    fails_with(EINVAL, raw(mlockall, 0));
    fails_with(EINVAL, raw(mlockall, ONFAULT));
    fails_with(EINVAL, raw(mlockall, KNOWN + 1));
    fails_with(EINVAL, raw(mlockall, -1));
    limit(0);
    become(USER, GROUP);
    fails_with(EPERM, raw(mlockall, MCL_CURRENT));
    fails_with(EPERM, raw(mlockall, MCL_FUTURE | ONFAULT));
    fails_with(EINVAL, raw(mlockall, 0)); /* looked at first */
    is(raw(munlockall), 0);
    become_root();
    limit(2 * PAGE);
    become(USER, GROUP);
    fails_with(ENOMEM, raw(mlockall, MCL_CURRENT));
    fails_with(ENOMEM, raw(mlockall, KNOWN));
    is(locked_kib(), 0);
    is(raw(munlockall), 0);
    become_root();
    limit(RLIM_INFINITY);
}

static void run_present(void)
{
    char *rw = fresh(4), *none = fresh(2);
    mprotect(none, 2 * PAGE, PROT_NONE);
    is(resident(rw, 4), 0);
    is(raw(mlockall, MCL_CURRENT), 0);
    is(resident(rw, 4), 4);
    is(resident(none, 2), 0);
    ok(locked_kib() >= 6 * PAGE / 1024);
    fails_with(EINVAL, madvise(rw, PAGE, MADV_DONTNEED));
    fails_with(EBUSY, msync(rw, PAGE, MS_INVALIDATE));
    is(madvise(rw + PAGE, PAGE, DONTNEED_LOCKED), 0);
    is(resident(rw, 4), 3);
    is(locked_kib() >= 6 * PAGE / 1024, 1);
    rw[PAGE] = 1;
    fails_with(EINVAL, madvise(rw, PAGE, COLLAPSE)); /* too small to be one */
    fails_with(ENOMEM, madvise((void *)0x70000000, PAGE, COLLAPSE));
    fails_with(EINVAL, madvise(rw + 1, PAGE, COLLAPSE));
    char *later = fresh(4);
    is(resident(later, 4), 0); /* only what there was */
    is(munlock(rw, PAGE), 0);
    is(madvise(rw, PAGE, MADV_DONTNEED), 0);
    is(resident(rw, 4), 3);
    is(raw(munlockall), 0);
    is(locked_kib(), 0);
    is(resident(rw, 4), 3);
    munmap(rw, 4 * PAGE);
    munmap(none, 2 * PAGE);
    munmap(later, 4 * PAGE);
}

static void run_future(void)
{
    char *before = fresh(4);
    is(raw(mlockall, MCL_FUTURE), 0);
    is(resident(before, 4), 0);
    is(locked_kib(), 0);
    char *at = fresh(4);
    is(resident(at, 4), 4);
    is(locked_kib(), 4 * PAGE / 1024);
    char *none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    is(locked_kib(), 5 * PAGE / 1024);
    is(resident(none, 1), 0);
    char *more = mremap(at, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    is(resident(more, 8), 8);
    is(locked_kib(), 9 * PAGE / 1024);
    char *end = (char *)raw(brk, 0);
    end = (char *)(((uintptr_t)end + PAGE - 1) & -PAGE);
    is(raw(brk, end + 2 * PAGE) == (long)(end + 2 * PAGE), 1);
    is(resident(end, 2), 2);
    is(raw(brk, end) == (long)end, 1);
    is(raw(munlockall), 0);
    is(locked_kib(), 0);
    char *after = fresh(4);
    is(resident(after, 4), 0);
    munmap(before, 4 * PAGE);
    munmap(more, 8 * PAGE);
    munmap(none, PAGE);
    munmap(after, 4 * PAGE);
}

static void run_on_fault(void)
{
    char *before = fresh(4);
    is(raw(mlockall, KNOWN), 0);
    is(resident(before, 4), 0);
    char *at = fresh(4);
    is(resident(at, 4), 0);
    fails_with(EINVAL, madvise(at, PAGE, MADV_DONTNEED));
    at[PAGE] = 1;
    is(resident(at, 4), 1);
    char *now = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    is(resident(now, 1), 0);
    is(raw(mlockall, MCL_CURRENT), 0); /* and nothing from now on */
    is(resident(before, 4), 4);
    char *after = fresh(4);
    is(resident(after, 4), 0);
    is(raw(munlockall), 0);
    munmap(before, 4 * PAGE);
    munmap(at, 4 * PAGE);
    munmap(now, PAGE);
    munmap(after, 4 * PAGE);
}

static void run_limit(void)
{
    limit(2 * PAGE);
    become(USER, GROUP);
    is(raw(mlockall, MCL_FUTURE), 0);
    fails_with(EAGAIN, mmap(NULL, 3 * PAGE, PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    long end = raw(brk, 0);
    is(raw(brk, end + 3 * PAGE) == end, 1);
    char *at = fresh(2);
    is(resident(at, 2), 2);
    fails_with(EAGAIN, mremap(at, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE));
    is(raw(munlockall), 0);
    munmap(at, 2 * PAGE);
    become_root();
    limit(RLIM_INFINITY);
}

/* A child has neither. */
static void run_fork(void)
{
    char *at = fresh(2);
    is(raw(mlockall, MCL_CURRENT | MCL_FUTURE), 0);
    pid_t child = fork();
    if (!child)
        _exit(locked_kib() ? 1 : resident(fresh(2), 2) ? 2 : 0);
    int status = -1;
    waitpid(child, &status, 0);
    is(status, 0);
    ok(locked_kib() > 0);
    is(raw(munlockall), 0);
    munmap(at, 2 * PAGE);
}

static void run(void)
{
    run_errors();
    run_present();
    run_future();
    run_on_fault();
    run_limit();
    run_fork();
}
TEST_MAIN
