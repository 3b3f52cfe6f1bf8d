/* SPDX-License-Identifier: MIT */
/* Flags of calls on memory, one by one: what is taken and what comes of it; and
 * the errors of having too many mappings. */
#include "setting.h"

#include <sys/mman.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif
#define PROT_SEM_      0x8
#define MAP_UNINITIALIZED_ 0x4000000

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE };

static int fd;

static int unmapped(long at)
{
    if (at == -1)
        return errno;
    munmap((void *)at, PAGE);
    return 0;
}

static int map_file(int prot, int flags)
{
    return unmapped(raw(mmap, NULL, PAGE, prot, flags, fd, 0));
}

static int map_none(int prot, int flags)
{
    return unmapped(raw(mmap, NULL, PAGE, prot, flags | MAP_ANONYMOUS, -1, 0));
}

/* Flags that nothing comes of. */
static void hints(void)
{
    static const int flags[] = { MAP_DENYWRITE, MAP_EXECUTABLE, MAP_NONBLOCK,
        MAP_STACK, MAP_NONBLOCK | MAP_POPULATE, MAP_NORESERVE, MAP_SYNC,
        MAP_UNINITIALIZED_ };
    int writer = open("mapped", O_RDWR | O_CREAT, 0600);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        is(map_file(PROT_READ, MAP_PRIVATE | flags[i]), 0);
        is(map_file(BOTH, MAP_SHARED | flags[i]), 0);
        is(map_none(BOTH, MAP_PRIVATE | flags[i]), 0);
        is(map_none(BOTH, MAP_SHARED | flags[i]), 0);
    }
    /* It may be written to, and is written to already. */
    void *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE, fd, 0);
    int other = open("mapped", O_WRONLY);
    is(other >= 0, 1);
    is(write(other, "x", 1), 1);
    munmap(at, PAGE);
    close(other), close(writer);
}

static void validated(void)
{
    is(map_file(PROT_READ, MAP_SHARED_VALIDATE), 0);
    is(map_file(PROT_READ, MAP_SHARED_VALIDATE | MAP_DENYWRITE), 0);
    is(map_file(PROT_READ, MAP_SHARED_VALIDATE | MAP_STACK), 0);
    is(map_file(PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC), EOPNOTSUPP);
    is(map_file(PROT_READ, MAP_SHARED_VALIDATE | MAP_UNINITIALIZED_), 0);
    is(map_file(PROT_READ, MAP_SHARED_VALIDATE | 0x200000), EOPNOTSUPP);
    is(map_none(PROT_READ, MAP_SHARED_VALIDATE), EINVAL);
    is(map_file(PROT_READ, 0), EINVAL);
    is(map_none(PROT_READ, 0), EINVAL);
    is(map_none(PROT_READ, 4), EINVAL);
    is(map_none(PROT_READ, 15), EINVAL);
    is(map_none(PROT_READ, MAP_HUGETLB | MAP_PRIVATE), ENOMEM);
    is(map_file(PROT_READ, MAP_HUGETLB | MAP_PRIVATE), EINVAL);
}

/* Rights that mmap does not know are not looked at; mprotect looks. */
static void rights(void)
{
    static const int more[] = { PROT_SEM_, PROT_GROWSDOWN, PROT_GROWSUP,
        0x40000000 };
    for (int i = 0; i < 4; i++) {
        is(map_none(BOTH | more[i], MAP_PRIVATE), 0);
        is(map_file(BOTH | more[i], MAP_SHARED), 0);
    }
    char *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    is(raw(mprotect, at, PAGE, BOTH | PROT_SEM_), 0);
    *at = 1;
    fails_with(EINVAL, raw(mprotect, at, PAGE, BOTH | 0x40000000));
    fails_with(EINVAL, raw(mprotect, at, PAGE, BOTH | PROT_GROWSDOWN));
    fails_with(EINVAL, raw(mprotect, at, PAGE, BOTH | PROT_GROWSUP));
    fails_with(EINVAL, raw(mprotect, at + 1, PAGE, BOTH));
    munmap(at, PAGE);
    fails_with(ENOMEM, raw(mprotect, at, PAGE, BOTH));
}

static void advices(void)
{
    char *at = mmap(NULL, PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fails_with(EINVAL, raw(madvise, at, PAGE, 5));
    fails_with(EINVAL, raw(madvise, at, PAGE, 99));
    fails_with(EINVAL, raw(madvise, at, PAGE, -1));
    fails_with(EINVAL, raw(madvise, at + 1, PAGE, MADV_NORMAL));
    fails_with(EINVAL, raw(madvise, at, -1l, MADV_NORMAL));
    fails_with(EINVAL, raw(madvise, at, PAGE, MADV_REMOVE));
    is(raw(madvise, at, 0, MADV_DONTNEED), 0);
    is(raw(madvise, at, PAGE, MADV_WILLNEED), 0); /* no file, and no error */
    munmap(at, PAGE);
    fails_with(ENOMEM, raw(madvise, at, PAGE, MADV_NORMAL));
    fails_with(ENOMEM, raw(madvise, at, PAGE, MADV_DONTNEED));
}

/* More mappings than a process may have: all that would make one more. */
static void too_many(void)
{
    char *at = mmap(NULL, 3 * PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *middle = at + PAGE;
    const struct setting most = setting_of("/proc/sys/vm/max_map_count");
    const struct setting *const all[] = { &most };
    int until = guard(all, 1);
    is(say(&most, "3"), 0);
    fails_with(ENOMEM, raw(munmap, middle, PAGE));
    fails_with(ENOMEM, raw(mprotect, middle, PAGE, PROT_READ));
    fails_with(EAGAIN, raw(madvise, middle, PAGE, MADV_DONTFORK));
    fails_with(ENOMEM, raw(mlock, middle, PAGE));
    fails_with(ENOMEM, raw(mremap, middle, PAGE, PAGE,
        MREMAP_MAYMOVE | MREMAP_FIXED, at + (1 << 30)));
    fails_with(ENOMEM, raw(mmap, NULL, PAGE, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    is(raw(munmap, at, 3 * PAGE), 0); /* all of it is none the more */
    unguard(until);
    at = mmap(NULL, 3 * PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    is(raw(munmap, at + PAGE, PAGE), 0);
    is(raw(munmap, at, 3 * PAGE), 0);
}

static void run(void)
{
    fd = open("mapped", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, PAGE);
    hints();
    validated();
    rights();
    advices();
    too_many();
    unlink("mapped");
    close(fd);
}
TEST_MAIN
