/* SPDX-License-Identifier: MIT */
/* Mutexes, conditions and barriers between processes; an owner that dies. */
#include "tap.h"

#include <pthread.h>
#include <sys/mman.h>

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    pthread_barrier_t barrier;
    volatile int value;
};

static struct shared *make_shared(bool is_robust)
{
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t how;
    pthread_condattr_t how_condition;
    pthread_barrierattr_t how_barrier;
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    if (is_robust)
        is(pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST), 0);
    pthread_mutex_init(&shared->mutex, &how);
    pthread_condattr_init(&how_condition);
    pthread_condattr_setpshared(&how_condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->condition, &how_condition);
    pthread_barrierattr_init(&how_barrier);
    pthread_barrierattr_setpshared(&how_barrier, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->barrier, &how_barrier, 2);
    return shared;
}

static void between_processes(void)
{
    struct shared *shared = make_shared(false);
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < 500; i++) {
            pthread_mutex_lock(&shared->mutex);
            while (!(shared->value & 1))
                pthread_cond_wait(&shared->condition, &shared->mutex);
            shared->value++;
            pthread_cond_signal(&shared->condition);
            pthread_mutex_unlock(&shared->mutex);
        }
        pthread_barrier_wait(&shared->barrier);
        _exit(3);
    }
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&shared->mutex);
        while (shared->value & 1)
            pthread_cond_wait(&shared->condition, &shared->mutex);
        shared->value++;
        pthread_cond_signal(&shared->condition);
        pthread_mutex_unlock(&shared->mutex);
    }
    pthread_barrier_wait(&shared->barrier);
    is(shared->value, 1000);
    int status;
    waitpid(child, &status, 0);
    is(status, 3 << 8);
    munmap(shared, sizeof *shared);
}

static void owner_dies(void)
{
    struct shared *shared = make_shared(true);
    int status;
    pid_t child = fork();
    if (!child) {
        pthread_mutex_lock(&shared->mutex);
        pthread_barrier_wait(&shared->barrier);
        usleep(30000);
        kill(getpid(), SIGKILL);
    }
    pthread_barrier_wait(&shared->barrier);
    is(pthread_mutex_lock(&shared->mutex), EOWNERDEAD);
    is(pthread_mutex_consistent(&shared->mutex), 0);
    is(pthread_mutex_unlock(&shared->mutex), 0);
    is(pthread_mutex_lock(&shared->mutex), 0);
    is(pthread_mutex_unlock(&shared->mutex), 0);
    waitpid(child, &status, 0);
    child = fork();
    if (!child) {
        pthread_mutex_lock(&shared->mutex);
        _exit(0);
    }
    waitpid(child, &status, 0);
    is(pthread_mutex_lock(&shared->mutex), EOWNERDEAD);
    is(pthread_mutex_unlock(&shared->mutex), 0);
    is(pthread_mutex_lock(&shared->mutex), ENOTRECOVERABLE);
    munmap(shared, sizeof *shared);
}

static void run(void)
{
    between_processes();
    owner_dies();
}
TEST_MAIN
