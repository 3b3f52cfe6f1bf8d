/* SPDX-License-Identifier: MIT */
/* What C libraries build of threads: posix_spawn beside other threads, mutexes
 * that lend priorities, cancelled waits of all kinds, identities that change for
 * every thread. */
#include "futex_tools.h"

#include <semaphore.h>
#include <spawn.h>
#include <sys/resource.h>

extern char **environ;

static volatile long counter;
static volatile bool is_over;

static void *counts(void *none)
{
    while (!is_over)
        counter++;
    return none;
}

static int status_of(pid_t child)
{
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

#define SH(text) ((char *[]){ "sh", "-c", text, NULL })

static void spawned(void)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t how;
    pid_t child = -1;
    sigset_t set;
    int ends[2];
    char said[40] = "";
    pipe(ends);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addopen(&actions, 9, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF |
        POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&how, &set);
    sigaddset(&set, SIGUSR1);
    posix_spawnattr_setsigdefault(&how, &set);
    posix_spawnattr_setpgroup(&how, 0);
    signal(SIGUSR1, SIG_IGN);
    is(posix_spawn(&child, "/bin/sh", &actions, &how,
           SH("test -e /proc/self/fd/9 && echo yes; kill -USR1 $$; exit 3"),
           environ), 0);
    is(status_of(child), SIGUSR1);
    is(read(ends[0], said, sizeof said), 4);
    is_text(said, "yes\n");
    signal(SIGUSR1, SIG_DFL);
    is(posix_spawn(&child, "/nowhere", NULL, NULL, SH(""), environ), ENOENT);
    is(posix_spawnp(&child, "nowhere", NULL, NULL, SH(""), environ), ENOENT);
    is(posix_spawnp(&child, "sh", NULL, NULL, SH("exit 4"), environ), 0);
    is(status_of(child), 4 << 8);
    posix_spawn_file_actions_addclose(&actions, 77);
    posix_spawn_file_actions_adddup2(&actions, 78, 1);
    is(posix_spawn(&child, "/bin/sh", &actions, NULL, SH(""), environ), EBADF);
    fails_with(ECHILD, waitpid(-1, NULL, 0));
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&how);
    close(ends[0]), close(ends[1]);
}

static void *spawns(void *good)
{
    pid_t child;
    for (int i = 0; i < 10; i++)
        if (!posix_spawn(&child, "/bin/true", NULL, NULL, SH(""), environ) &&
            !status_of(child))
            __sync_fetch_and_add((int *)good, 1);
    return NULL;
}

static void spawned_by_many(void)
{
    pthread_t counting, threads[4];
    int good = 0;
    is_over = false;
    pthread_create(&counting, NULL, counts, NULL);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, spawns, &good);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    is_over = true;
    pthread_join(counting, NULL);
    is(good, 40);
}

static pthread_mutex_t lending;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static long sum;

static void *adds(void *none)
{
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&lending);
        sum++;
        if (i % 50 == 0)
            sched_yield(); /* so that others come to wait */
        pthread_mutex_unlock(&lending);
    }
    return none;
}

static volatile int waiter;
static void *wants_it(void *none)
{
    struct sched_param high = { .sched_priority = 30 };
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &high);
    waiter = my_tid();
    pthread_mutex_lock(&lending);
    sum = 7;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&lending);
    return none;
}

static void lending_mutexes(void)
{
    pthread_mutexattr_t how;
    pthread_t threads[6];
    pthread_mutexattr_init(&how);
    is(pthread_mutexattr_setprotocol(&how, PTHREAD_PRIO_INHERIT), 0);
    pthread_mutex_init(&lending, &how);
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, adds, NULL);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    is(sum, 3000);
    pthread_mutex_lock(&lending);
    is(pthread_mutex_trylock(&lending), EBUSY);
    struct timespec until = time_after(CLOCK_REALTIME, 10);
    pthread_create(&threads[0], NULL, wants_it, NULL);
    wait_asleep(&waiter);
    is(priority_of(my_tid()), -31);
    while (sum != 7)
        pthread_cond_wait(&condition, &lending);
    is(priority_of(my_tid()), 20);
    is(pthread_cond_timedwait(&condition, &lending, &until), ETIMEDOUT);
    pthread_mutex_unlock(&lending);
    pthread_join(threads[0], NULL);
    pthread_mutex_destroy(&lending);
}

static void *takes_and_ends(void *mutex)
{
    pthread_mutex_lock(mutex);
    return NULL;
}

/* The owner ends: with each kind of lock. */
static void left_locked(void)
{
    for (int i = 0; i < 2; i++) {
        pthread_mutexattr_t how;
        pthread_mutex_t mutex;
        pthread_t thread;
        pthread_mutexattr_init(&how);
        pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
        if (i)
            pthread_mutexattr_setprotocol(&how, PTHREAD_PRIO_INHERIT);
        pthread_mutex_init(&mutex, &how);
        pthread_create(&thread, NULL, takes_and_ends, &mutex);
        pthread_join(thread, NULL);
        is(pthread_mutex_lock(&mutex), EOWNERDEAD);
        is(pthread_mutex_consistent(&mutex), 0);
        is(pthread_mutex_unlock(&mutex), 0);
        is(pthread_mutex_lock(&mutex), 0);
        is(pthread_mutex_unlock(&mutex), 0);
        pthread_mutex_destroy(&mutex);
    }
}

static int empty[2];
static sem_t none_left;
static volatile int canceled;

static void *waits_in(void *data)
{
    char byte;
    canceled = my_tid();
    switch ((intptr_t)data) {
    case 0:
        read(empty[0], &byte, 1);
        break;
    case 1:
        sem_wait(&none_left);
        break;
    case 2:
        pause();
        break;
    case 3:
        sleep(1000);
        break;
    case 4:
        pthread_mutex_lock(&lending);
        pthread_cond_wait(&condition, &lending);
        break;
    case 5:
        waitpid(-1, NULL, 0);
        break;
    case 6: {
        struct timespec until = time_after(CLOCK_REALTIME, 1000000);
        sem_timedwait(&none_left, &until);
        break;
    }
    }
    return NULL;
}

static void cancelled(void)
{
    pthread_t thread;
    void *result;
    int good = 0;
    pid_t child = fork();
    if (!child)
        for (;;)
            pause();
    pipe(empty);
    sem_init(&none_left, 0, 0);
    for (intptr_t i = 0; i < 7; i++) {
        pthread_mutex_init(&lending, NULL);
        canceled = 0;
        pthread_create(&thread, NULL, waits_in, (void *)i);
        wait_asleep(&canceled);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        if (result == PTHREAD_CANCELED)
            good++;
        else
            note("%d was not cancelled", (int)i);
    }
    is(good, 7);
    kill(child, SIGKILL);
    is(status_of(child), SIGKILL);
    close(empty[0]), close(empty[1]);
}

enum { MANY = 6 };
static volatile int uids[MANY], gids[MANY], has_changed;
static pthread_barrier_t all_are_there;

static void *tells_identity(void *data)
{
    intptr_t own = (intptr_t)data;
    pthread_barrier_wait(&all_are_there);
    while (!has_changed)
        own & 1 ? (void)usleep(1000) : (void)0;
    uids[own] = syscall(SYS_getuid);
    gids[own] = syscall(SYS_getgid);
    return NULL;
}

static void identities(void *none)
{
    pthread_t threads[MANY];
    int good = 0;
    (void)none;
    pthread_barrier_init(&all_are_there, NULL, MANY + 1);
    for (intptr_t i = 0; i < MANY; i++)
        pthread_create(&threads[i], NULL, tells_identity, (void *)i);
    pthread_barrier_wait(&all_are_there);
    if (setgid(2222) || setuid(1111))
        _exit(1);
    has_changed = 1;
    for (int i = 0; i < MANY; i++) {
        pthread_join(threads[i], NULL);
        good += uids[i] == 1111 && gids[i] == 2222;
    }
    _exit(good == MANY ? 5 : 2);
}

/* Made with a policy of its own. */
static void *tells_policy(void *none)
{
    (void)none;
    struct sched_param param;
    int policy;
    pthread_getschedparam(pthread_self(), &policy, &param);
    return (void *)(intptr_t)(policy * 100 + param.sched_priority);
}

static void policies(void)
{
    pthread_attr_t how;
    pthread_t thread;
    void *result;
    struct sched_param param = { .sched_priority = 12 };
    pthread_attr_init(&how);
    pthread_attr_setinheritsched(&how, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&how, SCHED_RR);
    pthread_attr_setschedparam(&how, &param);
    is(pthread_create(&thread, &how, tells_policy, NULL), 0);
    pthread_join(thread, &result);
    is((intptr_t)result, SCHED_RR * 100 + 12);
    pthread_create(&thread, NULL, tells_policy, NULL);
    pthread_join(thread, &result);
    is((intptr_t)result, SCHED_OTHER);
}

static void run(void)
{
    spawned();
    spawned_by_many();
    lending_mutexes();
    left_locked();
    cancelled();
    is(in_child(identities, NULL), 5 << 8);
    policies();
}
TEST_MAIN
