/* SPDX-License-Identifier: MIT */
/* personality: each flag is kept and told, and what comes of those that change
 * something for programs of 64 bits. */
#include "who.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/select.h>
#include <sys/utsname.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
#define ASK 0xffffffff

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE };

static void flags(void)
{
    static const unsigned known[] = { UNAME26, ADDR_NO_RANDOMIZE,
        FDPIC_FUNCPTRS, MMAP_PAGE_ZERO, ADDR_COMPAT_LAYOUT, READ_IMPLIES_EXEC,
        ADDR_LIMIT_32BIT, SHORT_INODE, WHOLE_SECONDS, STICKY_TIMEOUTS,
        ADDR_LIMIT_3GB };
    unsigned before = 0;
    is(raw(personality, 0), 0);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        is(raw(personality, known[i]), before);
        is(raw(personality, ASK), known[i]);
        before = known[i];
    }
    is(raw(personality, 0x80010000), before); /* whatever it is */
    is(raw(personality, PER_SVR4), 0x80010000);
    is(raw(personality, PER_LINUX), PER_SVR4);
}

static void names(void)
{
    struct utsname usual, other;
    unsigned minor = 0, third = 0;
    uname(&usual);
    sscanf(usual.release, "%*u.%u", &minor);
    raw(personality, UNAME26);
    uname(&other);
    is(sscanf(other.release, "2.6.%u", &third), 1);
    is(third == 60 + minor, 1);
    is_text(strchr(other.release, '-') ?: "", strchr(usual.release, '-') ?: "");
    is(!strcmp(other.machine, usual.machine), 1);
    raw(personality, 0);
    uname(&other);
    is(!strcmp(other.release, usual.release), 1);
#ifdef __x86_64__
    raw(personality, PER_LINUX32);
    uname(&other);
    is_text(other.machine, "i686");
    raw(personality, PER_LINUX);
    uname(&other);
    is_text(other.machine, "x86_64");
#endif
}

static bool is_kept(const struct timespec *time)
{
    return time->tv_sec == 0 && time->tv_nsec == 5000000;
}

static void timeouts(void)
{
    struct timespec time = { 0, 5000000 };
    raw(personality, STICKY_TIMEOUTS);
    is(raw(pselect6, 0, NULL, NULL, NULL, &time, NULL), 0);
    is(is_kept(&time), 1);
    is(raw(ppoll, NULL, 0, &time, NULL, 0), 0);
    is(is_kept(&time), 1);
#ifdef SYS_select
    struct timeval old = { 0, 5000 };
    is(raw(select, 0, NULL, NULL, NULL, &old), 0);
    is(old.tv_sec == 0 && old.tv_usec == 5000, 1);
#endif
    raw(personality, 0);
    is(raw(pselect6, 0, NULL, NULL, NULL, &time, NULL), 0);
    is(time.tv_sec == 0 && time.tv_nsec == 0, 1);
}

/* "rwx" of the mapping that has the address. */
static const char *rights_at(void *at)
{
    static char found[5];
    char line[256];
    FILE *maps = fopen("/proc/self/maps", "r");
    strcpy(found, "none");
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        char rights[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3 &&
            (unsigned long)at >= start && (unsigned long)at < end)
            strcpy(found, rights);
    }
    fclose(maps);
    return found;
}

static char *map(int prot, int flags, int fd)
{
    return mmap(NULL, PAGE, prot, flags, fd, 0);
}

static void reading(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, PAGE);
    char *before = map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    char *heap = (char *)raw(brk, 0);
    raw(personality, READ_IMPLIES_EXEC);
    raw(brk, heap + 4 * PAGE);
    is_text(rights_at(heap + 2 * PAGE), "rwxp");
    is_text(rights_at(before), "r--p");
    char *at = map(BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    is_text(rights_at(at), "rwxp");
    mprotect(at, PAGE, PROT_READ);
    is_text(rights_at(at), "r-xp");
    mprotect(at, PAGE, PROT_WRITE);
    is_text(rights_at(at), "-w-p");
    munmap(at, PAGE);
    at = map(PROT_NONE, MAP_SHARED, fd);
    is_text(rights_at(at), "---s");
    mprotect(at, PAGE, BOTH);
    is_text(rights_at(at), "rwxs");
    munmap(at, PAGE);
    at = map(PROT_READ, MAP_PRIVATE, fd);
    is_text(rights_at(at), "r-xp");
    munmap(at, PAGE);
    mprotect(before, PAGE, PROT_READ);
    is_text(rights_at(before), "r-xp");
    munmap(before, PAGE);
    raw(personality, 0);
    close(fd);
    unlink("file");
}

/* Run anew: what the program finds then. */
static int again(const char *what)
{
    unsigned persona = raw(personality, ASK);
    if (!strcmp(what, "upwards")) { /* far below the stack, and growing */
        char *one = mmap(NULL, 64 * PAGE, PROT_NONE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        char *two = mmap(NULL, 64 * PAGE, PROT_READ,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return persona != ADDR_COMPAT_LAYOUT || two < one ||
            (uintptr_t)two > (uintptr_t)&persona / 4 * 3;
    }
    if (!strcmp(what, "fixed")) /* reading is executing no longer */
        return persona != ADDR_NO_RANDOMIZE;
    return persona != (UNAME26 | STICKY_TIMEOUTS);
}

static int run_with(unsigned persona, const char *what)
{
    int status;
    pid_t child = fork();
    if (!child) {
        raw(personality, persona);
        execl("/proc/self/exe", "personality", what, NULL);
        _exit(99);
    }
    waitpid(child, &status, 0);
    return status;
}

static void run(void)
{
    flags();
    names();
    timeouts();
    reading();
    is(run_with(ADDR_COMPAT_LAYOUT, "upwards"), 0);
    is(run_with(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE, "fixed"), 0);
    is(run_with(UNAME26 | STICKY_TIMEOUTS, "kept"), 0);
}

int main(int count, char **words)
{
    if (count > 1)
        return again(words[1]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}
