/* SPDX-License-Identifier: MIT */
/* How well work spreads over the CPUs.  The first program of a machine: does a
 * fixed amount of work of two kinds, several times, and says the least time that
 * each took, in nanoseconds; balance.py compares machines.
 *
 * compute: eight threads that only count.
 * pipes: six lines of three threads; a token goes through a pipe to the second,
 * which counts a little, tells the third by a futex, which counts and sends it
 * back. */
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { COUNTERS = 8, COUNTS = 2500000 };
enum { LINES = 6, TOKENS = 80, TOKEN_COUNTS = 20000 };

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void count(int times)
{
    for (volatile int i = 0; i < times; i++)
        ;
}

static void *counter(void *none)
{
    count(COUNTS);
    return none;
}

static void compute(void)
{
    pthread_t threads[COUNTERS];
    for (int i = 0; i < COUNTERS; i++)
        if (pthread_create(&threads[i], NULL, counter, NULL))
            exit(1);
    for (int i = 0; i < COUNTERS; i++)
        pthread_join(threads[i], NULL);
}

struct line {
    int there[2], back[2];
    int word; /* how many tokens came to the second */
};

static void *first(void *data)
{
    struct line *line = data;
    char token = 1;
    for (int i = 0; i < TOKENS; i++)
        if (write(line->there[1], &token, 1) != 1 ||
            read(line->back[0], &token, 1) != 1)
            exit(1);
    return NULL;
}

static void *second(void *data)
{
    struct line *line = data;
    char token;
    for (int i = 0; i < TOKENS; i++) {
        if (read(line->there[0], &token, 1) != 1)
            exit(1);
        count(TOKEN_COUNTS);
        __atomic_add_fetch(&line->word, 1, __ATOMIC_SEQ_CST);
        syscall(SYS_futex, &line->word, FUTEX_WAKE_PRIVATE, 1);
    }
    return NULL;
}

static void *third(void *data)
{
    struct line *line = data;
    char token = 1;
    for (int i = 0; i < TOKENS; i++) {
        while (__atomic_load_n(&line->word, __ATOMIC_SEQ_CST) == i)
            syscall(SYS_futex, &line->word, FUTEX_WAIT_PRIVATE, i, NULL);
        count(TOKEN_COUNTS);
        if (write(line->back[1], &token, 1) != 1)
            exit(1);
    }
    return NULL;
}

static void pipes(void)
{
    static void *(*const bodies[])(void *) = { first, second, third };
    static struct line lines[LINES];
    pthread_t threads[LINES][3];
    for (int i = 0; i < LINES; i++) {
        lines[i].word = 0;
        if (pipe(lines[i].there) || pipe(lines[i].back))
            exit(1);
        for (int j = 0; j < 3; j++)
            if (pthread_create(&threads[i][j], NULL, bodies[j], &lines[i]))
                exit(1);
    }
    for (int i = 0; i < LINES; i++) {
        for (int j = 0; j < 3; j++)
            pthread_join(threads[i][j], NULL);
        close(lines[i].there[0]), close(lines[i].there[1]);
        close(lines[i].back[0]), close(lines[i].back[1]);
    }
}

static void measure(const char *name, void (*work)(void), int rounds)
{
    uint64_t least_ns = UINT64_MAX;
    for (int i = 0; i < rounds; i++) {
        uint64_t begun = now_ns();
        work();
        uint64_t ns = now_ns() - begun;
        least_ns = ns < least_ns ? ns : least_ns;
    }
    printf("%s %llu\n", name, (unsigned long long)least_ns);
}

int main(void)
{
    const char *text = getenv("ROUNDS");
    int rounds = text ? atoi(text) : 3;
    setvbuf(stdout, NULL, _IOLBF, 0);
    measure("compute", compute, rounds);
    measure("pipes", pipes, rounds);
    if (getpid() == 1)
        reboot(RB_POWER_OFF);
    return 0;
}
