/* SPDX-License-Identifier: MIT */
/* On which CPU threads go on while a real-time thread has one to itself. */
#define _GNU_SOURCE
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

enum { LONG_MS = 800 }; /* less than real-time threads may have of a second */

static void use_cpu(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        note("sched_setaffinity: %s", strerror(errno));
}

static void use_all(void)
{
    cpu_set_t set;
    memset(&set, 0xff, sizeof set);
    if (sched_setaffinity(0, sizeof set, &set))
        note("sched_setaffinity: %s", strerror(errno));
}

static void become_realtime(int priority)
{
    struct sched_param param = { .sched_priority = priority };
    if (syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param))
        note("sched_setscheduler: %s", strerror(errno));
}

static long long used_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000ll + time.tv_nsec / 1000000;
}

static int go, goes_on, is_over; /* [atomic] */

/* Real-time, on the first CPU, until the other has gone on or it has taken too
 * long. */
static void *hog(void *priority)
{
    use_cpu(0);
    become_realtime((long)priority);
    long long until_ms = used_ms() + LONG_MS;
    __atomic_store_n(&go, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&goes_on, __ATOMIC_SEQ_CST) &&
        used_ms() < until_ms)
        ;
    return NULL;
}

/* What the other CPUs have to do meanwhile. */
static void *idler(void *cpu)
{
    use_cpu((long)cpu);
    while (!__atomic_load_n(&is_over, __ATOMIC_SEQ_CST))
        ;
    return NULL;
}

static void *wakes(void *fd)
{
    char byte;
    use_cpu(0); /* so that this is where it was last */
    become_realtime(10);
    use_all();
    if (read((long)fd, &byte, 1) == 1)
        __atomic_store_n(&goes_on, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* It has worked on that CPU before it comes to be in somebody's way. */
static void *works(void *none)
{
    use_cpu(0);
    use_all();
    while (!__atomic_load_n(&go, __ATOMIC_SEQ_CST))
        ;
    __atomic_store_n(&goes_on, 1, __ATOMIC_SEQ_CST);
    return none;
}

static int others(pthread_t *threads, int most)
{
    int cpus = sysconf(_SC_NPROCESSORS_ONLN), count = 0;
    for (long cpu = 1; cpu < cpus && count < most; cpu++)
        pthread_create(&threads[count++], NULL, idler, (void *)cpu);
    return count;
}

static void begin(void)
{
    go = goes_on = is_over = 0;
}

static void end(pthread_t *threads, int count)
{
    __atomic_store_n(&is_over, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

/* A real-time thread that is woken takes a CPU from one that is none. */
static void wakes_elsewhere(void)
{
    pthread_t threads[32], first, second;
    int fds[2];
    begin();
    int count = others(threads, 32);
    if (pipe(fds))
        note("pipe: %s", strerror(errno));
    pthread_create(&second, NULL, wakes, (void *)(long)fds[0]);
    usleep(20000);
    pthread_create(&first, NULL, hog, (void *)20l);
    while (!__atomic_load_n(&go, __ATOMIC_SEQ_CST))
        usleep(1000);
    is(write(fds[1], "x", 1), 1);
    pthread_join(first, NULL);
    ok(__atomic_load_n(&goes_on, __ATOMIC_SEQ_CST));
    pthread_join(second, NULL);
    end(threads, count);
    close(fds[0]);
    close(fds[1]);
}

/* Who was there before a real-time thread came goes on elsewhere. */
static void moves_away(void)
{
    pthread_t threads[32], first, second;
    begin();
    int count = others(threads, 32);
    pthread_create(&second, NULL, works, NULL);
    usleep(20000);
    pthread_create(&first, NULL, hog, (void *)20l);
    pthread_join(first, NULL);
    ok(__atomic_load_n(&goes_on, __ATOMIC_SEQ_CST));
    pthread_join(second, NULL);
    end(threads, count);
}

/* A thread goes on when it has made another one for its CPU. */
static void *tells(void *ran)
{
    __atomic_store_n((int *)ran, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static long long now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

/* A machine that had something else to do meanwhile says nothing: a try counts
 * if it was quick. */
static void makers_go_on(void)
{
    int quick = 0, first_to_go = 0;
    use_cpu(0);
    for (int i = 0; i < 2000 && quick < 100; i++) {
        pthread_t thread;
        int ran = 0;
        long long until = used_ms() + 5; /* it has used what there was */
        while (used_ms() < until)
            ;
        long long began = now_us();
        pthread_create(&thread, NULL, tells, &ran);
        bool is_first = !__atomic_load_n(&ran, __ATOMIC_SEQ_CST);
        if (now_us() - began < 1000) {
            quick++;
            first_to_go += is_first;
        }
        pthread_join(thread, NULL);
    }
    use_all();
    if (!ok(first_to_go > 50))
        note("of %d makers %d went on", quick, first_to_go);
}

static void run(void)
{
    use_all();
    makers_go_on();
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        skip("threads go on elsewhere", "there is one CPU");
        return;
    }
    wakes_elsewhere();
    moves_away();
}

TEST_MAIN
