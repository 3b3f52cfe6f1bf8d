/* SPDX-License-Identifier: MIT */
/* The calls at fixed addresses that x86_64 programs from before the vDSO make.
 * Other CPUs never had them. */
#include "tap.h"

#ifndef __x86_64__
static void run(void)
{
    ok(1);
}
#else

#include <sched.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

enum { PAGE = 4096 };
static const uintptr_t page = 0xffffffffff600000;

static sigjmp_buf back;
static siginfo_t seen;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    seen = *info;
    siglongjmp(back, 1);
}

/* Whether calling there ends in SIGSEGV. */
static int faults(uintptr_t offset, void *first, void *second)
{
    long (*call)(void *, void *, void *) = (void *)(page + offset);
    if (sigsetjmp(back, 1))
        return 1;
    call(first, second, NULL);
    return 0;
}

static void what_they_say(void)
{
    long (*gettimeofday_at)(struct timeval *, void *) = (void *)page;
    long (*time_at)(long *) = (void *)(page + 1024);
    long (*getcpu_at)(unsigned *, unsigned *, void *) = (void *)(page + 2048);
    struct timeval before, then = { 0 }, after;
    struct timezone zone = { 5, 5 };
    syscall(SYS_gettimeofday, &before, NULL);
    is(gettimeofday_at(&then, &zone), 0);
    syscall(SYS_gettimeofday, &after, NULL);
    ok(!timercmp(&then, &before, <) && !timercmp(&then, &after, >));
    is(zone.tz_minuteswest, 0);
    is(gettimeofday_at(NULL, NULL), 0);
    long told = 0;
    long now = time_at(&told);
    ok(now == told && now >= before.tv_sec && now <= after.tv_sec + 60);
    ok(time_at(NULL) >= now);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    sched_setaffinity(0, sizeof set, &set);
    unsigned cpu = 77, node = 77;
    is(getcpu_at(&cpu, &node, NULL), 0);
    is(cpu, 0);
    is(node, 0);
}

static void what_faults(void)
{
    struct sigaction action = { .sa_sigaction = handler,
        .sa_flags = SA_SIGINFO | SA_NODEFER };
    sigaction(SIGSEGV, &action, NULL);
    is(faults(1, NULL, NULL), 1);
    is(faults(3072, NULL, NULL), 1);
    is(faults(PAGE - 1, NULL, NULL), 1);
    is(faults(0, (void *)8, NULL), 1);
    is(faults(1024, (void *)8, NULL), 1);
    is(faults(2048, (void *)8, NULL), 1);
    is(faults(1024, NULL, NULL), 0);
    /* It is not there to be read. */
    if (!sigsetjmp(back, 1)) {
        (void)*(volatile char *)page;
        ok(0);
    }
    is(seen.si_signo, SIGSEGV);
    ok(seen.si_addr == (void *)page);
    /* Nor does a write tell of it. */
    is(write(-1, (void *)page, 1), -1);
    int ends[2];
    pipe(ends);
    fails_with(EFAULT, write(ends[1], (void *)page, 1));
    close(ends[0]), close(ends[1]);
}

static void listed(void)
{
    char line[256], last[256] = "";
    FILE *file = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, file))
        strcpy(last, line);
    fclose(file);
    is_text(last,
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0"
        "                  [vsyscall]\n");
}

static void run(void)
{
    what_they_say();
    what_faults();
    listed();
}
#endif
TEST_MAIN
