/* SPDX-License-Identifier: MIT */
/* What calls cost.  The first program of a machine whose clock is the
 * instructions it runs (calls.py): for each kind the least that one of them took,
 * several times over. */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMES = 2000, ROUNDS = 7 };

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void need(long result)
{
    if (result >= 0)
        return;
    perror("calls");
    exit(1);
}

static void nothing(void) {}
static void number(void) { syscall(SYS_getpid); }
static void clock_by_call(void)
{
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
}
static void clock_by_library(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
}

static uint32_t word;
static void wakes_nobody(void)
{
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
}
static void wakes_nobody_shared(void)
{
    syscall(SYS_futex, &word, FUTEX_WAKE, 1);
}
static void does_not_wait(void)
{
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL);
}
static void yields(void) { sched_yield(); }

static int own[2];
static void through_own_pipe(void)
{
    char byte = 0;
    need(write(own[1], &byte, 1));
    need(read(own[0], &byte, 1));
}

static char data[65536];
static void page_through_own_pipe(void)
{
    need(write(own[1], data, 4096));
    need(read(own[0], data, 4096));
}
static void pipeful_through_own_pipe(void)
{
    need(write(own[1], data, sizeof data));
    need(read(own[0], data, sizeof data));
}
static void lines_through_own_pipe(void)
{
    for (int i = 0; i < 64; i++)
        need(write(own[1], data, 80));
    need(read(own[0], data, sizeof data));
}
static void makes_pipe(void)
{
    int ends[2];
    need(pipe(ends));
    close(ends[0]);
    close(ends[1]);
}

static void handles(int signal) { (void)signal; }
static void signals_itself(void)
{
    syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
}

static int there[2], back[2];
static void by_pipe(void)
{
    char byte = 0;
    need(write(there[1], &byte, 1));
    need(read(back[0], &byte, 1));
}

static void *answers_by_pipe(void *none)
{
    char byte;
    while (read(there[0], &byte, 1) == 1)
        need(write(back[1], &byte, 1));
    return none;
}

static volatile uint32_t ball, is_over;
static void pass(uint32_t mine, uint32_t other)
{
    ball = other;
    syscall(SYS_futex, &ball, FUTEX_WAKE_PRIVATE, 1);
    while (ball != mine)
        syscall(SYS_futex, &ball, FUTEX_WAIT_PRIVATE, other, NULL);
}
static void by_futex(void) { pass(0, 1); }

static void *answers_by_futex(void *none)
{
    while (ball != 1)
        syscall(SYS_futex, &ball, FUTEX_WAIT_PRIVATE, 0, NULL);
    while (!is_over)
        pass(1, 0);
    ball = 0;
    return none;
}

static void *ends(void *none) { return none; }
static void makes_thread(void)
{
    pthread_t thread;
    need(-pthread_create(&thread, NULL, ends, NULL));
    pthread_join(thread, NULL);
}

static void makes_process(void)
{
    pid_t child = fork();
    need(child);
    if (!child)
        _exit(0);
    waitpid(child, NULL, 0);
}

static void maps(void)
{
    volatile char *at = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    at[0] = 1;
    munmap((void *)at, 65536);
}

static void measure(const char *name, void (*once)(void), int times)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t begun = now_ns();
        for (int j = 0; j < times; j++)
            once();
        uint64_t each = (now_ns() - begun) / times;
        least = each < least ? each : least;
    }
    printf("%s %llu\n", name, (unsigned long long)least);
}

static void measure_switches(void)
{
    pthread_t thread;
    need(pipe(there));
    need(pipe(back));
    pthread_create(&thread, NULL, answers_by_pipe, NULL);
    measure("pipe_there_and_back", by_pipe, TIMES);
    close(there[1]);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, answers_by_futex, NULL);
    measure("futex_there_and_back", by_futex, TIMES);
    is_over = ball = 1;
    syscall(SYS_futex, &ball, FUTEX_WAKE_PRIVATE, 1);
    pthread_join(thread, NULL);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGUSR1, handles);
    need(pipe(own));
    measure("loop", nothing, TIMES);
    measure("getpid", number, TIMES);
    measure("clock_gettime_library", clock_by_library, TIMES);
    measure("clock_gettime_call", clock_by_call, TIMES);
    measure("futex_wake_nobody", wakes_nobody, TIMES);
    measure("futex_wake_nobody_shared", wakes_nobody_shared, TIMES);
    measure("futex_wait_differs", does_not_wait, TIMES);
    measure("sched_yield_alone", yields, TIMES);
    measure("own_pipe", through_own_pipe, TIMES);
    measure("own_pipe_page", page_through_own_pipe, TIMES / 4);
    measure("own_pipe_full", pipeful_through_own_pipe, TIMES / 40);
    measure("own_pipe_64_lines", lines_through_own_pipe, TIMES / 40);
    measure("pipe_made_and_closed", makes_pipe, TIMES / 4);
    measure("signal_handled", signals_itself, TIMES);
    measure_switches();
    measure("mmap_touch_munmap", maps, TIMES / 4);
    measure("thread_create_join", makes_thread, TIMES / 10);
    measure("fork_wait", makes_process, TIMES / 40);
    if (getpid() == 1)
        reboot(RB_POWER_OFF);
    return 0;
}
