/* SPDX-License-Identifier: MIT */
/* Maps of /dev/zero: memory of one's own when private, memory to share when
 * shared, and what /proc/self/maps tells of both. */
#include "proc.h"
#include "tap.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { PAGE = 4096, READ_WRITE = PROT_READ | PROT_WRITE };

static int zero;
static char wanted_file[64]; /* device, number and name of /dev/zero */

/* The line of maps that begins at an address, after the addresses. */
static const char *line_at(const void *address, size_t bytes)
{
    static char line[512];
    char begin[64];
    snprintf(begin, sizeof begin, "%08lx-%08lx ", (unsigned long)address,
        (unsigned long)address + bytes);
    const char *at = strstr(whole("/proc/self/maps"), begin);
    if (!at)
        return "";
    at += strlen(begin);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

/* With nothing on either side. */
static char *map(size_t bytes, int rights, int flags, off_t offset)
{
    char *room = mmap(NULL, bytes + 2 * PAGE, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(room, PAGE);
    munmap(room + PAGE + bytes, PAGE);
    return mmap(room + PAGE, bytes, rights, flags | MAP_FIXED, zero, offset);
}

static bool is_shown(const char *at, size_t bytes, const char *rights)
{
    char line[512];
    snprintf(line, sizeof line, "%s", line_at(at, bytes));
    bool is_it = !strncmp(line, rights, strlen(rights)) &&
        strstr(line, wanted_file) && strstr(line, " /dev/zero") &&
        !strstr(line, "deleted");
    if (!is_it)
        note("line: %s, wanted %s %s", line, rights, wanted_file);
    return is_it;
}

static void shown(void)
{
    char *at = map(4 * PAGE, READ_WRITE, MAP_PRIVATE, 0);
    ok(is_shown(at, 4 * PAGE, "rw-p 00000000 "));
    mprotect(at + PAGE, PAGE, PROT_READ);
    ok(is_shown(at, PAGE, "rw-p 00000000 "));
    ok(is_shown(at + PAGE, PAGE, "r--p 00001000 "));
    ok(is_shown(at + 2 * PAGE, 2 * PAGE, "rw-p 00002000 "));
    mprotect(at + PAGE, PAGE, READ_WRITE);
    ok(is_shown(at, 4 * PAGE, "rw-p 00000000 "));
    munmap(at, PAGE);
    ok(is_shown(at + PAGE, 3 * PAGE, "rw-p 00001000 "));
    munmap(at + PAGE, 3 * PAGE);
    at = map(2 * PAGE, PROT_READ, MAP_PRIVATE, 16 * PAGE);
    ok(is_shown(at, 2 * PAGE, "r--p 00010000 "));
    is(at[0], 0);
    munmap(at, 2 * PAGE);
    at = map(2 * PAGE, PROT_READ, MAP_SHARED, 0);
    ok(strstr(line_at(at, 2 * PAGE), "r--s 00000000 "));
    ok(strstr(line_at(at, 2 * PAGE), " /dev/zero (deleted)"));
    munmap(at, PAGE);
    ok(strstr(line_at(at + PAGE, PAGE), "r--s 00001000 "));
    munmap(at + PAGE, PAGE);
}

/* Two that meet are one if their offsets meet too; plain memory is another. */
static void merged(void)
{
    char *at = map(4 * PAGE, READ_WRITE, MAP_PRIVATE, 0);
    mmap(at + PAGE, PAGE, READ_WRITE, MAP_PRIVATE | MAP_FIXED, zero, PAGE);
    ok(is_shown(at, 4 * PAGE, "rw-p 00000000 "));
    mmap(at + PAGE, PAGE, READ_WRITE, MAP_PRIVATE | MAP_FIXED, zero, 0);
    ok(is_shown(at, PAGE, "rw-p 00000000 "));
    ok(is_shown(at + PAGE, PAGE, "rw-p 00000000 "));
    ok(is_shown(at + 2 * PAGE, 2 * PAGE, "rw-p 00002000 "));
    mmap(at + PAGE, PAGE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
        -1, 0);
    ok(is_shown(at, PAGE, "rw-p 00000000 "));
    ok(!strncmp(line_at(at + PAGE, PAGE), "rw-p 00000000 00:00 0", 21));
    munmap(at, 4 * PAGE);
}

static void remapped(void)
{
    char *at = map(2 * PAGE, READ_WRITE, MAP_PRIVATE, PAGE);
    at[0] = 'a', at[PAGE] = 'b';
    char *there = mremap(at, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    ok(is_shown(there, 4 * PAGE, "rw-p 00001000 "));
    ok(there[0] == 'a' && there[PAGE] == 'b' && !there[2 * PAGE]);
    at = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ok(mremap(there + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at) == at);
    ok(is_shown(at, PAGE, "rw-p 00002000 "));
    is(at[0], 'b');
    munmap(there, 4 * PAGE);
    munmap(at, PAGE);
}

static void calls(void)
{
    unsigned char in[4];
    char *at = map(4 * PAGE, READ_WRITE, MAP_PRIVATE, 0);
    at[PAGE] = 1;
    is(mincore(at, 4 * PAGE, in), 0);
    is(in[0] & 1, 0);
    is(in[1] & 1, 1);
    is(msync(at, 4 * PAGE, MS_SYNC), 0);
    is(msync(at, 4 * PAGE, MS_ASYNC | MS_INVALIDATE), 0);
    is(at[PAGE], 1);
    fails_with(EACCES, madvise(at, PAGE, MADV_REMOVE));
    is(madvise(at + PAGE, PAGE, MADV_FREE), 0);
    at[PAGE] = 2;
    is(madvise(at + PAGE, PAGE, MADV_DONTNEED), 0);
    is(at[PAGE], 0);
    fails_with(EINVAL, madvise(at, PAGE, MADV_WIPEONFORK));
    is(madvise(at, PAGE, MADV_KEEPONFORK), 0);
    is(madvise(at, PAGE, MADV_WILLNEED), 0);
    munmap(at, 4 * PAGE);
    at = map(PAGE, READ_WRITE, MAP_SHARED, 0);
    at[0] = 3;
    is(madvise(at, PAGE, MADV_REMOVE), 0);
    is(at[0], 0);
    munmap(at, PAGE);
}

/* The open file is the map's as well; another's memory is another's. */
static void forked(void)
{
    int fd = zero, status;
    zero = open("/dev/zero", O_RDWR);
    char *own = map(PAGE, READ_WRITE, MAP_PRIVATE, 0);
    char *both = map(PAGE, READ_WRITE, MAP_SHARED, 0);
    close(zero);
    zero = fd;
    own[0] = both[0] = 1;
    pid_t child = fork();
    if (!child) {
        int bad = own[0] != 1 || both[0] != 1;
        own[0] = both[0] = 2;
        _exit(bad || !is_shown(own, PAGE, "rw-p 00000000 "));
    }
    is(waitpid(child, &status, 0), child);
    is(status, 0);
    is(own[0], 1);
    is(both[0], 2);
    munmap(own, PAGE), munmap(both, PAGE);
}

static sigjmp_buf out;

static void jump(int signal)
{
    siglongjmp(out, signal);
}

/* What is shared is as large as it was when it was mapped, from offset 0. */
static void beyond(void)
{
    char *at = map(2 * PAGE, READ_WRITE, MAP_SHARED, PAGE);
    ok(strstr(line_at(at, 2 * PAGE), "rw-s 00001000 "));
    signal(SIGBUS, jump);
    at[0] = 1;
    is(at[0], 1);
    int got = sigsetjmp(out, 1);
    if (!got)
        at[PAGE] = 1;
    is(got, SIGBUS);
    signal(SIGBUS, SIG_DFL);
    munmap(at, 2 * PAGE);
}

static void rights(void)
{
    int keep = zero;
    zero = open("/dev/zero", O_RDONLY);
    char *at = map(PAGE, READ_WRITE, MAP_PRIVATE, 0);
    ok(at != MAP_FAILED);
    at[0] = 1;
    munmap(at, PAGE);
    fails_with(EACCES, (long)map(PAGE, READ_WRITE, MAP_SHARED, 0));
    at = map(PAGE, PROT_READ, MAP_SHARED, 0);
    fails_with(EACCES, mprotect(at, PAGE, READ_WRITE));
    munmap(at, PAGE);
    close(zero);
    zero = open("/dev/zero", O_WRONLY);
    fails_with(EACCES, (long)map(PAGE, PROT_WRITE, MAP_PRIVATE, 0));
    close(zero);
    zero = keep;
}

static void run(void)
{
    struct stat s;
    zero = open("/dev/zero", O_RDWR);
    fstat(zero, &s);
    snprintf(wanted_file, sizeof wanted_file, " %02x:%02x %lu ", major(s.st_dev),
        minor(s.st_dev), (unsigned long)s.st_ino);
    shown();
    merged();
    remapped();
    calls();
    forked();
    beyond();
    rights();
    close(zero);
}
TEST_MAIN
