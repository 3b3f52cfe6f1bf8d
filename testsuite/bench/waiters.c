/* SPDX-License-Identifier: MIT */
/* What those cost who wait for something else.  The first program of a machine
 * whose clock is the instructions it runs: for each thing that threads do with
 * futexes, what it costs alone and what beside a crowd of waiters that are none
 * of its business; and the same for locks with priority inheritance, where the
 * crowd waits for the same lock. */
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CALL_WAITV = 449 }; /* older libraries do not know it */
enum { ROUNDS = 5, TIMES = 400 };
enum { WORDS = 128, CROWD_MOST = 100000, GROUPS_MOST = CROWD_MOST / WORDS + 1 };
enum { LOCKERS = 2000, FEW = 100 };

static uint32_t words[GROUPS_MOST][WORDS];
static int groups;
static uint32_t ball, lone, others, lock;

static uint64_t clock_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static long futex(uint32_t *at, int operation, uint32_t value, uint32_t *at2)
{
    return syscall(SYS_futex, at, operation | FUTEX_PRIVATE_FLAG, value,
        operation == FUTEX_REQUEUE ? (void *)1 : NULL, at2, 0);
}

static void start(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 16384);
    if (pthread_create(&thread, &attributes, body, argument))
        exit(1);
    pthread_detach(thread);
}

/* 128 of the crowd: waits for as many words at once. */
static void *waits(void *mine)
{
    struct futex_waitv all[WORDS];
    memset(all, 0, sizeof all);
    for (int i = 0; i < WORDS; i++) {
        all[i].uaddr = (uintptr_t)mine + i * sizeof(uint32_t);
        all[i].flags = FUTEX_32 | FUTEX_PRIVATE_FLAG;
    }
    if (syscall(CALL_WAITV, all, WORDS, 0, NULL, 0) < 0)
        exit(1);
    return NULL;
}

static void settle(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}

static void grow_crowd(int count)
{
    for (; groups * WORDS < count; groups++)
        start(waits, words[groups]);
    settle();
}

static void *answers(void *none)
{
    for (;;) {
        while (__atomic_load_n(&ball, __ATOMIC_ACQUIRE) != 1)
            futex(&ball, FUTEX_WAIT, 0, NULL);
        __atomic_store_n(&ball, 0, __ATOMIC_RELEASE);
        futex(&ball, FUTEX_WAKE, 1, NULL);
    }
    return none;
}

static void there_and_back(void)
{
    __atomic_store_n(&ball, 1, __ATOMIC_RELEASE);
    futex(&ball, FUTEX_WAKE, 1, NULL);
    while (__atomic_load_n(&ball, __ATOMIC_ACQUIRE))
        futex(&ball, FUTEX_WAIT, 1, NULL);
}

static void wakes_nobody(void)
{
    futex(&lone, FUTEX_WAKE, 1, NULL);
}

static void moves_nobody(void)
{
    futex(&lone, FUTEX_REQUEUE, 1, &others);
}

static void measure(const char *name, void (*once)(void), int crowd)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t begun = clock_of(CLOCK_MONOTONIC);
        for (int j = 0; j < TIMES; j++)
            once();
        uint64_t each = (clock_of(CLOCK_MONOTONIC) - begun) / TIMES;
        least = each < least ? each : least;
    }
    printf("%s %d %llu\n", name, crowd, (unsigned long long)least);
}

static void *locks(void *none)
{
    futex(&lock, FUTEX_LOCK_PI, 0, NULL);
    futex(&lock, FUTEX_UNLOCK_PI, 0, NULL);
    return none;
}

/* The CPU time of some that come to wait for the lock, each. */
static uint64_t few_come(void)
{
    uint64_t begun = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < FEW; i++)
        start(locks, NULL);
    settle();
    return (clock_of(CLOCK_PROCESS_CPUTIME_ID) - begun) / FEW;
}

static void measure_lock(void)
{
    futex(&lock, FUTEX_LOCK_PI, 0, NULL);
    few_come(); /* stacks and the like are there from now on */
    for (int come = FEW; come < LOCKERS; come += FEW) {
        uint64_t each = few_come();
        if (come == FEW || come == LOCKERS - FEW)
            printf("lock_comes %d %llu\n", come == FEW ? 0 : come,
                (unsigned long long)each);
    }
}

int main(void)
{
    static const int crowds[] = { 0, 10000, CROWD_MOST };
    setvbuf(stdout, NULL, _IOLBF, 0);
    start(answers, NULL);
    for (int i = 0; i < 3; i++) {
        grow_crowd(crowds[i]);
        measure("wake_nobody", wakes_nobody, crowds[i]);
        measure("requeue_nobody", moves_nobody, crowds[i]);
        measure("there_and_back", there_and_back, crowds[i]);
    }
    measure_lock();
    printf("end 0 1\n");
    if (getpid() == 1)
        reboot(RB_POWER_OFF);
    return 0;
}
