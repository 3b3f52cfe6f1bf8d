/* SPDX-License-Identifier: MIT */
/* What the end of one thread does to others: the signal for a parent's death is
 * each thread's own, vfork stops only who called it, words are cleared. */
#include "asleep.h"
#include "clone.h"
#include "cpu.h"
#include "proc.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* Seen by all processes of a case. */
static struct shared {
    volatile int values[8];
} *shared;

static void wait_for(volatile int *value)
{
    while (!*value)
        usleep(1000);
}

static volatile int has_asked;

static void *asks_for_signal(void *stays)
{
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    has_asked = 1;
    for (intptr_t i = 0; stays; i++)
        usleep(1000);
    return NULL;
}

static void *has_none(void *none)
{
    int signal = -1;
    prctl(PR_GET_PDEATHSIG, &signal);
    shared->values[3] = signal;
    return none;
}

static void *asks_and_makes(void *none)
{
    pthread_t thread;
    prctl(PR_SET_PDEATHSIG, SIGUSR2);
    pthread_create(&thread, NULL, has_none, NULL);
    pthread_join(thread, NULL);
    return none;
}

/* A thread may be joined a little before it is gone, and then still asks. */
static void until_alone(void)
{
    while (number_of("/proc/self/status", "Threads") > 1)
        usleep(1000);
}

/* The child of one that ends: what it waits for comes, or does not. */
static void child_of_dying(bool stays, int parent)
{
    pthread_t thread;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, asks_for_signal, stays ? &thread : NULL);
    if (stays) {
        int signal = 0;
        wait_for(&has_asked);
        prctl(PR_GET_PDEATHSIG, &signal); /* of the other alone */
        shared->values[1] = signal == 0;
    } else {
        pthread_join(thread, NULL);
        pthread_create(&thread, NULL, asks_and_makes, NULL);
        pthread_join(thread, NULL);
        until_alone();
    }
    shared->values[0] = 1;
    while (getppid() == parent)
        usleep(1000);
    siginfo_t info;
    shared->values[2] =
        sigtimedwait(&set, &info, &(struct timespec){ stays ? 20 : 0, 0 });
    shared->values[4] = 1;
    _exit(0);
}

static void death_signals(void)
{
    for (int stays = 0; stays < 2; stays++) {
        memset(shared, 0, sizeof *shared);
        shared->values[3] = -1;
        pid_t child = fork();
        if (!child) {
            pid_t me = getpid();
            if (!fork())
                child_of_dying(stays, me);
            wait_for(&shared->values[0]);
            _exit(0);
        }
        waitpid(child, NULL, 0);
        wait_for(&shared->values[4]);
        is(shared->values[2], stays ? SIGUSR1 : -1);
        is(shared->values[stays ? 1 : 3], stays);
    }
}

static void waits_for_signal(int value)
{
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    shared->values[value]++;
    shared->values[4] =
        sigtimedwait(&set, &info, &(struct timespec){ 20, 0 });
    shared->values[5] = 1;
    _exit(7);
}

static void *makes_child(void *child)
{
    *(pid_t *)child = fork();
    if (!*(pid_t *)child)
        waits_for_signal(0);
    for (;;)
        pause();
    return NULL;
}

static void *starts_program(void *child)
{
    char text[60];
    snprintf(text, sizeof text, "wait %d; exit 5", *(pid_t *)child);
    execl("/bin/sh", "sh", "-c", text, NULL);
    _exit(9);
}

/* exec ends the other threads: whose children hear of it, and are kept. */
static void death_by_exec(void)
{
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        volatile pid_t grandchild = 0;
        pthread_create(&thread, NULL, makes_child, (void *)&grandchild);
        wait_for(&shared->values[0]);
        wait_for(&grandchild);
        pthread_create(&thread, NULL, starts_program, (void *)&grandchild);
        for (;;)
            pause();
    }
    is(ended(child), 5);
    wait_for(&shared->values[5]);
    is(shared->values[4], SIGUSR1);
}

static volatile int goes_on, said;

static void *counts_on(void *none)
{
    while (!said)
        goes_on++;
    return none;
}

static void *makes_by_vfork(void *none)
{
    (void)none;
    pid_t child = vfork_here();
    if (!child) {
        /* The others go on meanwhile, and this one does not. */
        int before = goes_on;
        while (goes_on - before < 1000)
            ;
        shared->values[0] = 1;
        _exit(4);
    }
    shared->values[1] = shared->values[0];
    int status;
    waitpid(child, &status, 0);
    return (void *)(intptr_t)status;
}

static void vfork_of_one(void)
{
    pthread_t counter, maker;
    void *status;
    memset(shared, 0, sizeof *shared);
    goes_on = said = 0;
    pthread_create(&counter, NULL, counts_on, NULL);
    pthread_create(&maker, NULL, makes_by_vfork, NULL);
    pthread_join(maker, &status);
    said = 1;
    pthread_join(counter, NULL);
    is((intptr_t)status, 4 << 8);
    is(shared->values[1], 1);
}

static int *word;
static void *waits_for_word(void *none)
{
    (void)none;
    int seen = *(volatile int *)word;
    while (seen && seen == *(volatile int *)word)
        syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL);
    _exit(*word ? 8 : 6);
}

/* The leader ends first, and its word is cleared and told. */
static void leader_clears(void *none)
{
    (void)none;
    pthread_t thread;
    word = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *word = 77;
    syscall(SYS_set_tid_address, word);
    pthread_create(&thread, NULL, waits_for_word, NULL);
    usleep(20000);
    syscall(SYS_exit, 1);
}

static void *ends_without_word(void *none)
{
    (void)none;
    int *gone = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    syscall(SYS_set_tid_address, gone);
    munmap(gone, 4096);
    goes_on = 1;
    syscall(SYS_exit, 0);
    return NULL;
}

static void *ends_with_odd_word(void *none)
{
    (void)none;
    syscall(SYS_set_tid_address, (char *)shared + 4094);
    goes_on = 1;
    syscall(SYS_exit, 0);
    return NULL;
}

static void without_word(void *body)
{
    pthread_t thread;
    goes_on = 0;
    pthread_create(&thread, NULL, body, NULL);
    while (!goes_on)
        usleep(1000);
    usleep(20000);
    _exit(3);
}

/* A leader's end is nobody else's, nor that of whoever waits for it. */
static void *outlives(void *none)
{
    (void)none;
    while (kill(getpid(), 0) || shared->values[0] == 0)
        usleep(1000);
    _exit(11);
}

static void leader_waited_for(void)
{
    siginfo_t info;
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, NULL, outlives, NULL);
        syscall(SYS_exit, 1);
    }
    info.si_pid = 5;
    until_state(child, 'Z');
    is(waitid(P_PID, child, &info, WEXITED | WNOHANG), 0);
    is(info.si_pid, 0);
    is(kill(child, 0), 0);
    shared->values[0] = 1;
    is(ended(child), 11);
}

static void run(void)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    death_signals();
    death_by_exec();
    vfork_of_one();
    is(WEXITSTATUS(in_child(leader_clears, NULL)), 6);
    is(WEXITSTATUS(in_child(without_word, ends_without_word)), 3);
    is(WEXITSTATUS(in_child(without_word, ends_with_odd_word)), 3);
    leader_waited_for();
}
TEST_MAIN
