/* SPDX-License-Identifier: MIT */
/* Threads by the hundred: storms of them, of signals between them, of futexes;
 * and programs started while they run. */
#include "stress.h"
#include <linux/futex.h>
#include <sched.h>

enum { STORM = 400, SIGNALLED = 8, PLAYERS = 8, FEW = 10 };

static const char *own_path;
static long counter;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void *count_once(void *data)
{
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void storms(void)
{
    bool held;
    stress_begin();
    do {
        counter = 0;
        held = stress_threads(STORM, count_once, NULL) && counter == STORM;
    } while (held && stress_goes_on());
    tap_case(held, "storms of threads, all of which run");
}

static void *count_much(void *data)
{
    while (stress_goes_on())
        for (int i = 0; i < 100; i++) {
            pthread_mutex_lock(&mutex);
            counter++;
            pthread_mutex_unlock(&mutex);
            __atomic_add_fetch((long *)data, 1, __ATOMIC_SEQ_CST);
        }
    return NULL;
}

static void contention(void)
{
    long atomically = 0;
    stress_begin();
    counter = 0;
    ok(stress_threads(PLAYERS, count_much, &atomically));
    is(counter - atomically, 0);
}

/* A round is over when all have come; the last one wakes all others. */
static int waiting, rounds;

static void *meet(void *data)
{
    pthread_mutex_lock(&mutex);
    while (!stress_is_over) {
        int round = rounds;
        if (++waiting == PLAYERS) {
            waiting = 0;
            rounds++;
            if (rounds > FEW && !stress_goes_on())
                stress_is_over = 1;
            pthread_cond_broadcast(&condition);
        }
        while (round == rounds)
            pthread_cond_wait(&condition, &mutex);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void meetings(void)
{
    stress_begin();
    waiting = rounds = 0;
    ok(stress_threads(PLAYERS, meet, NULL));
    ok(rounds > FEW);
}

/* Signals from everybody to everybody. */
static volatile int tids[SIGNALLED];
static long caught;

static void on_signal(int number)
{
    __atomic_add_fetch(&caught, 1, __ATOMIC_RELAXED);
}

static void *shoot(void *data)
{
    int own = __atomic_fetch_add((int *)data, 1, __ATOMIC_SEQ_CST);
    unsigned random = stress_seed() + own;
    int ends[2];
    pipe(ends);
    tids[own] = syscall(SYS_gettid);
    while (stress_goes_on() || __atomic_load_n(&caught, __ATOMIC_RELAXED) <= FEW) {
        int target = tids[stress_random(&random) % SIGNALLED];
        int number = SIGRTMIN + stress_random(&random) % 4;
        if (target)
            syscall(SYS_tgkill, getpid(), target, number);
        struct timespec nap = { 0, stress_random(&random) % 200000 };
        char byte;
        switch (stress_random(&random) % 4) {
        case 0:
            nanosleep(&nap, NULL);
            break;
        case 1:
            write(ends[1], "x", 1);
            read(ends[0], &byte, 1);
            break;
        case 2:
            sched_yield();
        }
    }
    close(ends[0]);
    close(ends[1]);
    return NULL;
}

static void shooting(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    int number = 0;
    for (int i = 0; i < 4; i++) {
        action.sa_flags = i & 1 ? SA_RESTART : 0;
        sigaction(SIGRTMIN + i, &action, NULL);
    }
    memset((void *)tids, 0, sizeof tids);
    caught = 0;
    stress_begin();
    ok(stress_threads(SIGNALLED, shoot, &number));
    ok(caught > FEW);
}

/* ---------------------------------------------------- ends of all kinds */

static void *spin(void *data)
{
    for (;;)
        switch ((long)data) {
        case 0:
            break;
        case 1:
            getppid();
            break;
        case 2:
            pause();
            break;
        case 3: {
            struct timespec nap = { 0, 10000 };
            nanosleep(&nap, NULL);
            break;
        }
        case 4: {
            int word = 0;
            syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL);
            break;
        }
        case 5:
            munmap(mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0),
                65536);
            break;
        }
    return NULL;
}

static void start_spinners(int count)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 16384);
    for (int i = 0; i < count; i++)
        pthread_create(&thread, &attributes, spin, (void *)(long)(i % 6));
}

static void *end_all(void *data)
{
    switch ((long)data) {
    case 0:
        _exit(7);
    case 1:
        kill(getpid(), SIGKILL);
        break;
    case 2:
        *(volatile char *)8 = 1;
        break;
    case 3: {
        char *arguments[] = { "threads", "exit", NULL };
        execv(own_path, arguments);
        break;
    }
    case 4:
        syscall(SYS_exit, 0);
    }
    return NULL;
}

/* Which one wins is open; that all end is not. */
static void race(int first, int second)
{
    pthread_t threads[2];
    start_spinners(10);
    pthread_create(&threads[0], NULL, end_all, (void *)(long)first);
    pthread_create(&threads[1], NULL, end_all, (void *)(long)second);
    for (;;)
        pause();
}

static bool try_race(int first, int second)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        alarm(tap_seconds());
        race(first, second);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    return status == 7 << 8 || status == SIGKILL || status == SIGSEGV ||
        status == (SIGSEGV | 0x80);
}

static void races(void)
{
    bool held = true;
    stress_begin();
    do
        for (int i = 0; held && i < 16; i++)
            held = try_race(i / 4, i % 4);
    while (held && stress_goes_on());
    tap_case(held, "exec, exit_group, SIGKILL and SIGSEGV at once");
}

/* A thread starts a program, which then has the process' number. */
static void *exec_check(void *data)
{
    char number[20];
    snprintf(number, sizeof number, "%d", getpid());
    char *arguments[] = { "threads", "pid", number, NULL };
    execv(own_path, arguments);
    _exit(1);
}

static void exec_among(void *data)
{
    pthread_t thread;
    start_spinners(12);
    pthread_create(&thread, NULL, exec_check, NULL);
    if (data)
        pthread_exit(NULL); /* the leader has gone */
    for (;;)
        pause();
}

static void execs(void)
{
    bool held = true;
    stress_begin();
    for (int i = 0; held && stress_goes_on(); i++)
        held = in_child(exec_among, i & 1 ? "gone" : NULL) == 7 << 8;
    tap_case(held, "exec of a thread among others");
}

/* All leave by exit; one of them waits for the leader's end, when its word is
 * cleared, so that the leader's status is not the last. */
static volatile int leader_word;

static void *leave(void *data)
{
    struct timespec nap = { 0, (long)data * 100000 };
    nanosleep(&nap, NULL);
    while (!data && leader_word)
        syscall(SYS_futex, &leader_word, FUTEX_WAIT, 1, NULL);
    syscall(SYS_exit, 5);
    return NULL;
}

static void leave_all(void *data)
{
    pthread_t thread;
    leader_word = 1;
    syscall(SYS_set_tid_address, &leader_word);
    for (int i = 0; i < 20; i++)
        pthread_create(&thread, NULL, leave, (void *)(long)i);
    syscall(SYS_exit, 9);
}

static void leaving(void)
{
    bool held = true;
    stress_begin();
    while (held && stress_goes_on())
        held = in_child(leave_all, NULL) == 5 << 8;
    tap_case(held, "threads leave one by one, the leader first");
}

/* Stopped and continued all the time, while threads come and go. */
static void busy(void *data)
{
    for (;;)
        stress_threads(4, count_once, NULL);
}

static void stops(void)
{
    fflush(stdout);
    stress_begin();
    pid_t child = fork();
    if (!child)
        busy(NULL);
    bool held = true;
    int status;
    while (held && stress_goes_on()) {
        kill(child, SIGSTOP);
        held = waitpid(child, &status, WUNTRACED) == child &&
            WIFSTOPPED(status);
        kill(child, SIGCONT);
        held = held && waitpid(child, &status, WCONTINUED) == child &&
            WIFCONTINUED(status);
    }
    kill(child, SIGKILL);
    held = waitpid(child, &status, 0) == child && status == SIGKILL && held;
    tap_case(held, "stopped and continued while threads come and go");
}

static void run(void)
{
    storms();
    contention();
    meetings();
    shooting();
    races();
    execs();
    leaving();
    stops();
}

static int tap_main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}

int main(int argc, char **argv)
{
    own_path = argv[0];
    if (argc == 2)
        return 7;
    if (argc == 3)
        return atoi(argv[2]) == getpid() && syscall(SYS_gettid) == getpid() ? 7
                                                                         : 8;
    return tap_main();
}
