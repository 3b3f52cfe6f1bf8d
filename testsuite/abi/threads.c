/* SPDX-License-Identifier: MIT */
/* Threads as the library makes them: create, join, detach, cancel, mutexes,
 * conditions, barriers; a process whose leader is gone. */
#include "asleep.h"
#include "proc.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

enum { MANY = 8, ROUNDS = 2000 };

static void *gives_back(void *value)
{
    return value;
}

static void create_and_join(void)
{
    pthread_t threads[MANY];
    void *result;
    for (intptr_t i = 0; i < MANY; i++)
        is(pthread_create(&threads[i], NULL, gives_back, (void *)(i + 5)), 0);
    for (intptr_t i = 0; i < MANY; i++) {
        is(pthread_join(threads[i], &result), 0);
        is((intptr_t)result, i + 5);
    }
}

static void *tells_numbers(void *data)
{
    pid_t *numbers = data;
    numbers[0] = getpid();
    numbers[1] = syscall(SYS_gettid);
    numbers[2] = getppid();
    return NULL;
}

static void numbers(void)
{
    pthread_t thread;
    pid_t told[3];
    pthread_create(&thread, NULL, tells_numbers, told);
    pthread_join(thread, NULL);
    ok(told[0] == getpid());
    ok(told[1] != getpid() && told[1] > 0);
    ok(told[2] == getppid());
    is(syscall(SYS_gettid) == getpid(), 1);
}

static volatile int ended;
static void *ends(void *none)
{
    (void)none;
    __sync_fetch_and_add(&ended, 1);
    return NULL;
}

static int tasks(void)
{
    return number_of("/proc/self/status", "Threads");
}

/* Thousands, a few at a time: nothing may be left of those that went. */
static void detached(void)
{
    pthread_attr_t how;
    pthread_t thread;
    int made = 0;
    pthread_attr_init(&how);
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    for (int i = 1; i <= ROUNDS; i++) {
        while (made - ended > 20)
            sched_yield();
        made += !pthread_create(&thread, &how, ends, NULL);
        if (i % 250 == 0)
            is(made, i);
    }
    while (ended < ROUNDS)
        sched_yield();
    while (tasks() > 1)
        usleep(1000);
    is(tasks(), 1);
}

static __thread int own = 3;
static void *changes_own(void *none)
{
    (void)none;
    int before = own;
    own = 4;
    return (void *)(intptr_t)before;
}

static void thread_local_memory(void)
{
    pthread_t thread;
    void *result;
    own = 7;
    pthread_create(&thread, NULL, changes_own, NULL);
    pthread_join(thread, &result);
    is((intptr_t)result, 3);
    is(own, 7);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static void *counts(void *none)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
    }
    return none;
}

static void run_many(void *(*body)(void *), int count)
{
    pthread_t threads[MANY];
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, body, (void *)(intptr_t)i);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void mutexes(void)
{
    counter = 0;
    run_many(counts, MANY);
    is(counter, MANY * ROUNDS);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    pthread_mutex_lock(&mutex);
    is(pthread_mutex_trylock(&mutex), EBUSY);
    is(pthread_mutex_timedlock(&mutex, &until), ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
}

static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn;
static void *takes_turns(void *number)
{
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&mutex);
        while (turn % 4 != (intptr_t)number)
            pthread_cond_wait(&condition, &mutex);
        turn++;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void conditions(void)
{
    turn = 0;
    run_many(takes_turns, 4);
    is(turn, 800);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    pthread_mutex_lock(&mutex);
    is(pthread_cond_timedwait(&condition, &mutex, &until), ETIMEDOUT);
    is(pthread_mutex_trylock(&mutex), EBUSY);
    pthread_mutex_unlock(&mutex);
}

static pthread_barrier_t barrier;
static volatile int serials;
static void *meets(void *none)
{
    for (int i = 0; i < 200; i++)
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __sync_fetch_and_add(&serials, 1);
    return none;
}

static void barriers(void)
{
    pthread_barrier_init(&barrier, NULL, MANY);
    run_many(meets, MANY);
    is(serials, 200);
    pthread_barrier_destroy(&barrier);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static long pair[2];
static volatile int torn;
static void *reads_or_writes(void *number)
{
    for (int i = 0; i < ROUNDS; i++) {
        if ((intptr_t)number & 1) {
            pthread_rwlock_wrlock(&rwlock);
            pair[0]++, pair[1]++;
        } else {
            pthread_rwlock_rdlock(&rwlock);
            if (pair[0] != pair[1])
                torn++;
        }
        pthread_rwlock_unlock(&rwlock);
    }
    return NULL;
}

static void read_write_locks(void)
{
    run_many(reads_or_writes, 6);
    is(torn, 0);
    is(pair[0], 3 * ROUNDS);
}

static sem_t semaphores[2];
static void *answers(void *none)
{
    for (int i = 0; i < ROUNDS; i++) {
        sem_wait(&semaphores[0]);
        sem_post(&semaphores[1]);
    }
    return none;
}

static void semaphore_game(void)
{
    pthread_t thread;
    sem_init(&semaphores[0], 0, 0);
    sem_init(&semaphores[1], 0, 0);
    pthread_create(&thread, NULL, answers, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        sem_post(&semaphores[0]);
        sem_wait(&semaphores[1]);
    }
    ok(!pthread_join(thread, NULL));
}

static volatile int cleaned;
static void cleans(void *none) { (void)none, cleaned++; }

static void *waits_for_pipe(void *fd)
{
    char byte;
    pthread_cleanup_push(cleans, NULL);
    read(*(int *)fd, &byte, 1);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *waits_for_condition(void *none)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(cleans, NULL);
    for (;;)
        pthread_cond_wait(&condition, &mutex);
    pthread_cleanup_pop(0);
    return none;
}

static void *spins(void *none)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;)
        ;
    return none;
}

static void cancellation(void)
{
    static void *(*const bodies[])(void *) = { waits_for_pipe,
        waits_for_condition, spins };
    pthread_t thread;
    void *result;
    int ends[2];
    ok(!pipe(ends));
    for (int i = 0; i < 3; i++) {
        result = NULL;
        pthread_create(&thread, NULL, bodies[i], ends);
        usleep(20000);
        is(pthread_cancel(thread), 0);
        is(pthread_join(thread, &result), 0);
        ok(result == PTHREAD_CANCELED);
    }
    is(cleaned, 2);
    is(pthread_mutex_trylock(&mutex), EBUSY); /* held by whom it was given */
    pthread_mutex_init(&mutex, NULL);
    close(ends[0]), close(ends[1]);
}

/* The process goes on without its first thread. */
static void *outlives(void *ends)
{
    until_state(getpid(), 'Z');
    char letter = 0;
    char path[64], text[300] = "";
    pid_t child = fork();
    if (!child)
        _exit(4);
    int status;
    waitpid(child, &status, 0);
    snprintf(path, sizeof path, "/proc/%d/stat", getpid());
    FILE *file = fopen(path, "r");
    fgets(text, sizeof text, file);
    char *end = strrchr(text, ')');
    letter = end ? end[2] : '?';
    if (status == 4 << 8)
        write(((int *)ends)[1], &letter, 1);
    exit(6);
}

static void without_leader(void)
{
    int ends[2], status;
    char letter = 0;
    pipe(ends);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, NULL, outlives, ends);
        syscall(SYS_exit, 0);
    }
    is(read(ends[0], &letter, 1), 1);
    is(letter, 'Z');
    /* No zombie to wait for until all are gone. */
    ok(waitpid(child, &status, 0) == child);
    is(status, 6 << 8);
    /* A signal to the process reaches who is left. */
    child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, NULL, spins, NULL);
        write(ends[1], "x", 1);
        syscall(SYS_exit, 1);
    }
    read(ends[0], &letter, 1);
    until_state(child, 'Z');
    kill(child, SIGTERM);
    ok(waitpid(child, &status, 0) == child);
    is(status, SIGTERM);
    close(ends[0]), close(ends[1]);
}

static void *exits(void *code)
{
    usleep(10000);
    _exit((intptr_t)code);
}

static void *crashes(void *none)
{
    signal(SIGSEGV, SIG_DFL);
    *(volatile int *)none = 1;
    return none;
}

static void *ends_alone(void *none)
{
    until_state(getpid(), 'Z'); /* the first one */
    syscall(SYS_exit, 13);
    return none;
}

/* One thread's end is that of all, when it is exit_group or a signal. */
static void all_go(void)
{
    int status;
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        if (!child) {
            pthread_t thread;
            for (int j = 0; j < 5; j++)
                pthread_create(&thread, NULL, j & 1 ? spins : counts, NULL);
            pthread_create(&thread, NULL, i & 1 ? exits : crashes,
                i & 1 ? (void *)9L : NULL);
            for (;;)
                pause();
        }
        ok(waitpid(child, &status, 0) == child);
        is(status & ~0x80, i & 1 ? 9 << 8 : SIGSEGV);
    }
    /* The status of a process whose threads end one by one is the last one's. */
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, NULL, ends_alone, NULL);
        syscall(SYS_exit, 12);
    }
    ok(waitpid(child, &status, 0) == child);
    is(status, 13 << 8);
}

static void run(void)
{
    create_and_join();
    numbers();
    detached();
    thread_local_memory();
    mutexes();
    conditions();
    barriers();
    read_write_locks();
    semaphore_game();
    cancellation();
    without_leader();
    all_go();
}
TEST_MAIN
