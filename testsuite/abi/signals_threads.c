/* SPDX-License-Identifier: MIT */
/* Signals in a process of several threads: who takes them, in which order, on
 * which stack; and all of them stopped at once. */
#include "futex_tools.h"

static sigset_t set_of(int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
}

static void mask(int how, int number)
{
    sigset_t set = set_of(number);
    pthread_sigmask(how, &set, NULL);
}

static volatile int taken_by, times, depth, deepest;

static void takes(int number)
{
    (void)number;
    taken_by = my_tid();
    times++;
}

/* Threads that block a signal, or not, and do what they are told. */
struct worker {
    volatile int tid, must_block, must_unblock, may_end;
    pthread_t thread;
};

static void *works(void *data)
{
    struct worker *w = data;
    mask(w->must_block ? SIG_BLOCK : SIG_UNBLOCK, SIGUSR1);
    w->tid = my_tid();
    while (!w->may_end) {
        if (w->must_unblock)
            mask(SIG_UNBLOCK, SIGUSR1);
        w->must_unblock = 0;
        usleep(500);
    }
    return NULL;
}

static void begin(struct worker *w, int count, int blocking)
{
    for (int i = 0; i < count; i++) {
        w[i] = (struct worker){ .must_block = i < blocking };
        pthread_create(&w[i].thread, NULL, works, &w[i]);
        while (!w[i].tid)
            usleep(500);
    }
}

static void end(struct worker *w, int count)
{
    for (int i = 0; i < count; i++)
        w[i].may_end = 1;
    for (int i = 0; i < count; i++)
        pthread_join(w[i].thread, NULL);
}

/* Whoever does not block it. */
static void chosen(void)
{
    struct worker w[4];
    int good = 0;
    mask(SIG_BLOCK, SIGUSR1);
    signal(SIGUSR1, takes);
    begin(w, 4, 3);
    for (int i = 0; i < 50; i++) {
        taken_by = 0;
        kill(getpid(), SIGUSR1);
        while (!taken_by)
            usleep(200);
        good += taken_by == w[3].tid;
    }
    is(good, 50);
    end(w, 4);
}

/* Nobody takes it: it stays with the process, until one does not block it. */
static void left(void)
{
    struct worker w[3];
    sigset_t pending;
    mask(SIG_BLOCK, SIGUSR1);
    begin(w, 3, 3);
    taken_by = 0;
    kill(getpid(), SIGUSR1);
    usleep(20000);
    is(taken_by, 0);
    sigpending(&pending);
    is(sigismember(&pending, SIGUSR1), 1);
    w[1].must_unblock = 1;
    while (!taken_by)
        usleep(500);
    is(taken_by == w[1].tid, 1);
    sigpending(&pending);
    is(sigismember(&pending, SIGUSR1), 0);
    /* One's own stays one's own. */
    taken_by = 0;
    syscall(SYS_tgkill, getpid(), w[0].tid, SIGUSR1);
    usleep(20000);
    is(taken_by, 0);
    sigpending(&pending);
    is(sigismember(&pending, SIGUSR1), 0);
    w[0].must_unblock = 1;
    while (!taken_by)
        usleep(500);
    is(taken_by == w[0].tid, 1);
    end(w, 3);
    mask(SIG_UNBLOCK, SIGUSR1);
}

/* It is left to one who blocks it just then: another gets it. */
enum { BLOCKINGS = 500 };
static volatile int turn;

static void pass_time(int length)
{
    for (volatile int i = 0; i < length * 10; i++)
        ;
}

static void *sends(void *none)
{
    for (int i = 1; i <= BLOCKINGS; i++) {
        while (turn < i)
            sched_yield();
        pass_time(i % 23);
        kill(getpid(), SIGUSR1);
    }
    return none;
}

static void handed_over(void)
{
    struct worker w[1];
    pthread_t thread;
    mask(SIG_BLOCK, SIGUSR1);
    times = turn = 0;
    begin(w, 1, 0);
    pthread_create(&thread, NULL, sends, NULL);
    for (int i = 1; i <= BLOCKINGS; i++) {
        mask(SIG_UNBLOCK, SIGUSR1);
        turn = i;
        pass_time(i % 29);
        mask(SIG_BLOCK, SIGUSR1);
        while (times < i)
            usleep(100);
    }
    pthread_join(thread, NULL);
    is(times, BLOCKINGS);
    end(w, 1);
    mask(SIG_UNBLOCK, SIGUSR1);
}

static void *awaits(void *data)
{
    siginfo_t info;
    sigset_t set = set_of(SIGUSR1);
    ((struct worker *)data)->tid = my_tid();
    int number = syscall(SYS_rt_sigtimedwait, &set, &info, NULL, 8);
    return (void *)(intptr_t)(number == SIGUSR1 ? info.si_value.sival_int : -1);
}

/* All block it, and one waits for it. */
static void awaited(void)
{
    int sum = 0;
    void *value;
    mask(SIG_BLOCK, SIGUSR1);
    for (int i = 0; i < 4; i++) {
        struct worker w = { 0 };
        pthread_create(&w.thread, NULL, awaits, &w);
        wait_asleep(&w.tid);
        sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 1 << i });
        pthread_join(w.thread, &value);
        sum += (intptr_t)value;
    }
    is(sum, 15);
    mask(SIG_UNBLOCK, SIGUSR1);
}

static volatile int order[20], places;

static void notes(int number, siginfo_t *info, void *context)
{
    (void)context;
    order[places++] = (number - SIGRTMIN) * 10 + info->si_value.sival_int;
}

static void queue_thread(int number, int value)
{
    siginfo_t info = { .si_code = SI_QUEUE };
    info.si_pid = getpid();
    info.si_value.sival_int = value;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), my_tid(), number, &info);
}

/* The thread's before the process', low numbers before high ones, first in
 * first out; a frame for each, so that the last begun runs first. */
static void queued(void)
{
    static const int expected[] = { 33, 21, 20, 14, 12, 5, 4 };
    struct sigaction action = { .sa_sigaction = notes, .sa_flags = SA_SIGINFO };
    sigset_t all;
    sigfillset(&all);
    action.sa_mask = all;
    for (int i = 0; i < 4; i++)
        sigaction(SIGRTMIN + i, &action, NULL);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 0 });
    sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 1 });
    queue_thread(SIGRTMIN + 1, 2);
    queue_thread(SIGRTMIN, 4);
    queue_thread(SIGRTMIN + 1, 4);
    queue_thread(SIGRTMIN, 5);
    sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 3 });
    places = 0;
    sigemptyset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    is(places, 7);
    bool forward = true;
    for (int i = 0; i < 7; i++)
        forward &= order[i] == expected[6 - i];
    ok(forward);
}

static void nests(int number)
{
    depth++;
    deepest = depth > deepest ? depth : deepest;
    if (times++ < 2)
        raise(number);
    depth--;
}

static void nested(void)
{
    struct sigaction action = { .sa_handler = nests };
    for (int i = 0; i < 3; i++) {
        action.sa_flags = i ? SA_NODEFER : 0;
        if (i == 2) /* its own mask still counts */
            sigaddset(&action.sa_mask, SIGUSR2);
        sigaction(SIGUSR2, &action, NULL);
        times = depth = deepest = 0;
        raise(SIGUSR2);
        is(times, 3);
        is(deepest, i == 1 ? 3 : 1);
    }
    /* At most once, and it may come again inside at once. */
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESETHAND | SA_NODEFER;
    action.sa_handler = takes;
    sigaction(SIGUSR2, &action, NULL);
    times = 0;
    raise(SIGUSR2);
    is(times, 1);
    sigaction(SIGUSR2, NULL, &action);
    ok(action.sa_handler == SIG_DFL);
}

static char stacks[2][65536];
static volatile int on_stack, state_inside;

static void looks_at_stack(int number)
{
    char here;
    char *volatile at = &here;
    stack_t now;
    (void)number;
    on_stack = 9;
    for (int i = 0; i < 2; i++)
        if (at > stacks[i] && at < stacks[i] + sizeof stacks[i])
            on_stack = i;
    sigaltstack(NULL, &now);
    state_inside = now.ss_flags;
}

static void *has_own_stack(void *none)
{
    stack_t stack = { .ss_sp = stacks[1], .ss_size = sizeof stacks[1] }, old;
    sigaltstack(NULL, &old); /* a new thread has none */
    is(old.ss_flags, SS_DISABLE);
    raise(SIGUSR1);
    is(on_stack, 9);
    sigaltstack(&stack, NULL);
    raise(SIGUSR1);
    is(on_stack, 1);
    is(state_inside, SS_ONSTACK);
    return none;
}

static void alternate_stacks(void)
{
    enum { AUTODISARM = 1u << 31 };
    struct sigaction action = { .sa_handler = looks_at_stack,
        .sa_flags = SA_ONSTACK };
    stack_t stack = { .ss_sp = stacks[0], .ss_size = sizeof stacks[0] }, now;
    pthread_t thread;
    sigaction(SIGUSR1, &action, NULL);
    sigaltstack(&stack, NULL);
    pthread_create(&thread, NULL, has_own_stack, NULL);
    pthread_join(thread, NULL);
    raise(SIGUSR1);
    is(on_stack, 0);
    is(state_inside, SS_ONSTACK);
    stack.ss_flags = AUTODISARM;
    is(sigaltstack(&stack, NULL), 0);
    raise(SIGUSR1);
    is(on_stack, 0);
    is(state_inside, SS_DISABLE); /* inside, for who leaves by a jump */
    sigaltstack(NULL, &now);
    is(now.ss_flags, (int)AUTODISARM);
    ok(now.ss_sp == stacks[0]);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, NULL);
    raise(SIGUSR1);
    is(on_stack, 9);
}

/* Counters of threads, in memory that the parent sees. */
static volatile long *counters;

static void *counts(void *data)
{
    for (;;)
        counters[(intptr_t)data]++;
    return NULL;
}

static void *naps(void *data)
{
    for (;;) {
        counters[(intptr_t)data]++;
        usleep(100);
    }
    return NULL;
}

static bool all_move(int count)
{
    for (int i = 0; i < count; i++) {
        long before = counters[i];
        while (counters[i] == before)
            usleep(500);
    }
    return true;
}

static void stopped(void)
{
    enum { MANY = 6 };
    long before[MANY];
    int status, still = 0;
    counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        for (intptr_t i = 0; i < MANY; i++)
            pthread_create(&thread, NULL, i > 1 ? naps : counts, (void *)i);
        syscall(SYS_exit, 0); /* the leader's stop is not waited for */
    }
    all_move(MANY);
    for (int round = 0; round < 5; round++) {
        kill(child, SIGSTOP);
        waitpid(child, &status, WUNTRACED);
        for (int i = 0; i < MANY; i++)
            before[i] = counters[i];
        usleep(5000);
        for (int i = 0; i < MANY; i++)
            still += counters[i] == before[i];
        kill(child, SIGCONT);
        waitpid(child, &status, WCONTINUED);
        all_move(MANY);
    }
    is(still, 5 * MANY);
    kill(child, SIGSTOP);
    waitpid(child, &status, WUNTRACED);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    is(status, SIGKILL);
}

static void run(void)
{
    chosen();
    left();
    handed_over();
    awaited();
    queued();
    nested();
    alternate_stacks();
    stopped();
}
TEST_MAIN
