/* SPDX-License-Identifier: MIT */
/* What the long tests share: how long they go on, and random numbers that are
 * the same each time.  The kernel's command line may say STRESS_SECONDS=20 and
 * STRESS_SEED=7, which become the environment of the tests. */
#ifndef STRESS_H
#define STRESS_H

#include "../abi/tap.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { PAGE = 4096, NOBODY = 65534 };

static volatile int stress_is_over;
static struct timespec stress_end;

static inline int stress_seconds(void)
{
    const char *text = getenv("STRESS_SECONDS");
    return text ? atoi(text) : 1;
}

static inline unsigned stress_seed(void)
{
    const char *text = getenv("STRESS_SEED");
    return text ? atoi(text) : 1;
}

/* A case begins: it has as long as it is to go on, and time to clean up. */
static inline void stress_begin(void)
{
    alarm(tap_seconds() + 2 * stress_seconds());
    stress_is_over = 0;
    clock_gettime(CLOCK_MONOTONIC, &stress_end);
    stress_end.tv_sec += stress_seconds();
}

static inline bool stress_goes_on(void)
{
    struct timespec now;
    if (stress_is_over)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec > stress_end.tv_sec ||
        (now.tv_sec == stress_end.tv_sec && now.tv_nsec > stress_end.tv_nsec))
        stress_is_over = 1;
    return !stress_is_over;
}

static inline unsigned stress_random(unsigned *state)
{
    *state = *state * 1103515245 + 12345;
    return *state >> 8;
}

/* Threads with small stacks; they all run the same. */
static inline bool stress_threads(
    int count, void *(*run)(void *), void *argument)
{
    pthread_t threads[count];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    int made = 0;
    while (made < count &&
        !pthread_create(&threads[made], &attributes, run, argument))
        made++;
    if (made < count)
        stress_is_over = 1;
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    pthread_attr_destroy(&attributes);
    return made == count;
}

static inline void *stress_map(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

/* Seen by children too. */
static inline void *stress_map_shared(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

/* Children of body(number), all at once; true if all exited with 0. */
static inline bool stress_processes(int count, void (*body)(int))
{
    int good = 0, made = 0;
    fflush(stdout);
    for (; made < count; made++) {
        pid_t child = fork();
        if (child < 0)
            break;
        if (!child) {
            alarm(tap_seconds() + 2 * stress_seconds());
            body(made);
            _exit(0);
        }
    }
    for (int i = 0; i < made; i++) {
        int status;
        while (wait(&status) < 0 && errno == EINTR)
            ;
        good += status == 0;
    }
    return made == count && good == count;
}

/* Root is not held to limits. */
static inline void become_nobody(void)
{
    if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
        _exit(90);
}

static inline void set_limit(int which, rlim_t value)
{
    struct rlimit limit = { value, value };
    if (setrlimit(which, &limit))
        _exit(91);
}

#endif
