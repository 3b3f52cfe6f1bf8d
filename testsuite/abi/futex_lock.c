/* SPDX-License-Identifier: MIT */
/* Futex locks with priority inheritance: FUTEX_LOCK_PI and its kin; robust
 * ones. */
#include "futex_tools.h"

#define BAD       ((void *)8)
#define UNALIGNED ((void *)((char *)&words[1] + 1))

static volatile uint32_t words[8], *shared;

static void errors(void)
{
    uint32_t me = my_tid();
    struct timespec wrong = { 0, 1000000000 };
    static const int operations[] = { FUTEX_LOCK_PI, FUTEX_LOCK_PI2,
        FUTEX_TRYLOCK_PI, FUTEX_UNLOCK_PI };
    for (int i = 0; i < 4; i++) {
        if (i < 3)
            fails_with(EINVAL, futex(UNALIGNED, operations[i], 0, 0, 0, 0));
        fails_with(EFAULT, futex(BAD, operations[i], 0, 0, 0, 0));
    }
    fails_with(EINVAL, futex(words, FUTEX_LOCK_PI, 0, &wrong, 0, 0));
    fails_with(EFAULT, futex(words, FUTEX_LOCK_PI, 0, BAD, 0, 0));
    fails_with(ENOSYS,
        futex(words, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, 0, 0, 0));
    fails_with(ENOSYS,
        futex(words, FUTEX_TRYLOCK_PI | FUTEX_CLOCK_REALTIME, 0, 0, 0, 0));
    words[0] = me;
    fails_with(EDEADLK, futex(words, FUTEX_LOCK_PI, 0, 0, 0, 0));
    fails_with(EDEADLK, futex(words, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
    words[0] = 0;
    fails_with(EPERM, futex(words, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
    fails_with(EPERM, futex(UNALIGNED, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
    words[0] = me + 1;
    fails_with(EPERM, futex(words, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
    /* Nobody has that number. */
    words[0] = 0x3ffffff;
    fails_with(ESRCH, futex(words, FUTEX_LOCK_PI, 0, 0, 0, 0));
    is(words[0], 0x3ffffff | FUTEX_WAITERS);
    fails_with(ESRCH, futex(words, FUTEX_TRYLOCK_PI, 0, 0, 0, 0));
    words[0] = 0;
}

/* Of what nobody has or waits for. */
static void free_ones(void)
{
    uint32_t me = my_tid();
    static const uint32_t before[] = { 0, FUTEX_WAITERS, FUTEX_OWNER_DIED };
    for (int i = 0; i < 3; i++) {
        words[0] = before[i];
        is(futex(words, FUTEX_LOCK_PI, 0, 0, 0, 0), 0);
        ok(words[0] == (me | (before[i] & FUTEX_OWNER_DIED)));
        is(futex(words, FUTEX_UNLOCK_PI, 0, 0, 0, 0), 0);
        is(words[0], 0);
        words[0] = before[i];
        is(futex(words, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
        ok(words[0] == (me | (before[i] & FUTEX_OWNER_DIED)));
        is(futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
        is(words[0], 0);
    }
    words[0] = me | FUTEX_WAITERS;
    is(futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    is(words[0], 0);
    struct timespec past = { 0, 0 };
    is(futex(words, FUTEX_LOCK_PI2_PRIVATE, 0, &past, 0, 0), 0);
    is(futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
}

/* Threads that lock a word, say so, and unlock when they are told to. */
struct taker {
    volatile uint32_t *word, *held; /* held: it locks that first, or NULL */
    int operation, priority;
    volatile int tid, has, may_go;
    const struct timespec *until;
    long result;
    int error;
    pthread_t thread;
};
static volatile int turn;

static void *takes(void *data)
{
    struct taker *t = data;
    if (t->priority)
        set_fifo(0, t->priority);
    if (t->held)
        futex(t->held, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    t->tid = my_tid();
    t->result = futex(t->word, t->operation, 0, t->until, 0, 0);
    t->error = errno;
    t->has = ++turn;
    while (!t->may_go)
        usleep(1000);
    if (!t->result)
        futex(t->word, FUTEX_UNLOCK_PI | (t->operation & FUTEX_PRIVATE_FLAG),
            0, 0, 0, 0);
    if (t->held)
        futex(t->held, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    return NULL;
}

static void begin(struct taker *t)
{
    pthread_create(&t->thread, NULL, takes, t);
    wait_asleep(&t->tid);
}

static void handed_over(void)
{
    uint32_t me = my_tid();
    struct taker t[3] = { 0 };
    futex(words, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    turn = 0;
    for (int i = 0; i < 3; i++) {
        t[i] = (struct taker){ .word = words,
            .operation = i == 1 ? FUTEX_LOCK_PI2_PRIVATE
                                : FUTEX_LOCK_PI_PRIVATE };
        begin(&t[i]);
    }
    ok(words[0] == (me | FUTEX_WAITERS));
    fails_with(EINVAL, futex(words, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    fails_with(EINVAL, futex(words, FUTEX_REQUEUE_PRIVATE, 0, (void *)1,
        &words[1], 0));
    fails_with(EINVAL, futex(&words[1], FUTEX_WAKE_OP_PRIVATE, 1, (void *)1,
        words, FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_NE, 0)));
    is(futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    for (int i = 0; i < 3; i++) {
        while (!t[i].has)
            usleep(1000);
        is(t[i].result, 0);
        is(t[i].has, i + 1); /* first come, first served */
        ok((words[0] & FUTEX_TID_MASK) == (uint32_t)t[i].tid);
        fails_with(EAGAIN, futex(words, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
        fails_with(EPERM, futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
        t[i].may_go = 1;
        pthread_join(t[i].thread, NULL);
    }
    is(words[0], 0);
}

static void times(void)
{
    static const struct {
        int operation;
        clockid_t clock;
    } rows[] = {
        { FUTEX_LOCK_PI_PRIVATE, CLOCK_REALTIME },
        { FUTEX_LOCK_PI2_PRIVATE, CLOCK_MONOTONIC },
        { FUTEX_LOCK_PI2_PRIVATE | FUTEX_CLOCK_REALTIME, CLOCK_REALTIME },
        { FUTEX_LOCK_PI, CLOCK_REALTIME },
    };
    for (int i = 0; i < 4; i++) {
        struct timespec until = time_after(rows[i].clock, 30), now;
        struct taker t = { .word = words, .operation = rows[i].operation,
            .until = &until, .may_go = 1 };
        futex(words, rows[i].operation, 0, 0, 0, 0);
        begin(&t);
        pthread_join(t.thread, NULL);
        is(t.result, -1);
        is(t.error, ETIMEDOUT);
        clock_gettime(rows[i].clock, &now);
        ok(now.tv_sec > until.tv_sec ||
            (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec));
        ok(words[0] == ((uint32_t)my_tid() | FUTEX_WAITERS));
        is(futex(words, FUTEX_UNLOCK_PI | (rows[i].operation & 128), 0, 0, 0,
            0), 0);
        is(words[0], 0);
    }
}

static volatile int handled;
static void handler(int signal) { (void)signal, handled++; }

/* It waits on after a signal, whatever the handler says. */
static void signals(void)
{
    struct sigaction action = { .sa_handler = handler };
    struct taker t = { .word = words, .operation = FUTEX_LOCK_PI_PRIVATE };
    sigaction(SIGUSR1, &action, NULL);
    futex(words, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    begin(&t);
    handled = 0;
    pthread_kill(t.thread, SIGUSR1);
    while (!handled)
        usleep(1000);
    wait_asleep(&t.tid);
    is(t.has, 0);
    futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    while (!t.has)
        usleep(1000);
    is(t.result, 0);
    t.may_go = 1;
    pthread_join(t.thread, NULL);
}

/* The most urgent waiter first, and the owner runs as urgently as he. */
static void inheritance(void)
{
    int me = my_tid();
    struct taker t[3];
    static const int priorities[3] = { 10, 30, 20 }, turns[3] = { 3, 1, 2 };
    static const int runs_with[3] = { -11, -31, -31 };
    is(priority_of(me), 20);
    futex(words, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    turn = 0;
    for (int i = 0; i < 3; i++) {
        t[i] = (struct taker){ .word = words, .may_go = 1,
            .operation = FUTEX_LOCK_PI_PRIVATE, .priority = priorities[i] };
        begin(&t[i]);
        is(priority_of(me), runs_with[i]);
        is(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
        is(stat_field(me, 40), 0);
    }
    is(set_fifo(t[0].tid, 40), 0); /* changed while it waits */
    is(priority_of(me), -41);
    is(set_fifo(t[0].tid, 5), 0);
    is(priority_of(me), -31);
    is(futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    is(priority_of(me), 20);
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i].thread, NULL);
        is(t[i].has, turns[i]);
    }
}

/* A time that runs out takes the loan back: again, with more time, if it was
 * over before anybody looked. */
static void loan_in_time(void)
{
    int me = my_tid(), with = 0;
    struct taker stays = { .word = words, .priority = 3, .may_go = 1,
        .operation = FUTEX_LOCK_PI_PRIVATE };
    futex(words, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    begin(&stays);
    for (long ms = 250; with != -8 && ms <= 8000; ms *= 2) {
        struct timespec until = time_after(CLOCK_REALTIME, ms);
        struct taker late = { .word = words, .operation = FUTEX_LOCK_PI_PRIVATE,
            .priority = 7, .until = &until, .may_go = 1 };
        begin(&late);
        with = priority_of(me);
        pthread_join(late.thread, NULL);
    }
    is(with, -8);
    is(priority_of(me), -4);
    futex(words, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    pthread_join(stays.thread, NULL);
    is(priority_of(me), 20);
}

/* I have 0; A has 1 and waits for 0; B has 2 and waits for 1; … */
static void chains(void)
{
    int me = my_tid();
    struct taker t[4], first;
    futex(&words[0], FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    for (int i = 0; i < 4; i++) {
        t[i] = (struct taker){ .word = &words[i], .held = &words[i + 1],
            .operation = FUTEX_LOCK_PI_PRIVATE, .may_go = 1 };
        begin(&t[i]);
    }
    first = (struct taker){ .word = &words[4], .priority = 50,
        .operation = FUTEX_LOCK_PI_PRIVATE, .may_go = 1 };
    begin(&first);
    is(priority_of(me), -51);
    for (int i = 0; i < 4; i++)
        is(priority_of(t[i].tid), -51);
    for (int i = 1; i < 5; i++) /* the ring would close */
        fails_with(EDEADLK,
            futex(&words[i], FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    is(set_fifo(first.tid, 60), 0);
    is(priority_of(me), -61);
    /* Two locks at once: the better of both. */
    struct taker other = { .word = &words[5], .priority = 70, .may_go = 1,
        .operation = FUTEX_LOCK_PI_PRIVATE };
    futex(&words[5], FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    begin(&other);
    is(priority_of(me), -71);
    is(priority_of(t[0].tid), -61);
    futex(&words[5], FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    is(priority_of(me), -61);
    futex(&words[0], FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    is(priority_of(me), 20);
    pthread_join(other.thread, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i].thread, NULL);
    pthread_join(first.thread, NULL);
    for (int i = 0; i < 6; i++)
        is(words[i], 0);
}

static void run_ends(void);

static void run(void)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    errors();
    free_ones();
    handed_over();
    times();
    signals();
    inheritance();
    loan_in_time();
    chains();
    run_ends();
}

/* An owner that ends. */
struct lock {
    struct lock *next;
    uint32_t word;
};
enum { LOCK_OFFSET = offsetof(struct lock, word) };

struct ender {
    volatile uint32_t *word;
    struct lock *robust; /* or NULL */
    volatile int tid, may_end;
};

static void *ends(void *data)
{
    struct ender *e = data;
    static struct robust_list_head head;
    futex(e->word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    if (e->robust) {
        e->robust->next = (void *)&head;
        head.list.next = (void *)((uintptr_t)e->robust | 1);
        head.futex_offset = LOCK_OFFSET;
        head.list_op_pending = NULL;
        syscall(SYS_set_robust_list, &head, sizeof head);
    }
    e->tid = my_tid();
    while (!e->may_end)
        usleep(1000);
    return NULL;
}

static void owner_ends(bool is_robust)
{
    static struct lock lock;
    pthread_t thread;
    struct taker t[2];
    struct ender e = { .word = &lock.word, .robust = is_robust ? &lock : NULL };
    memset(&lock, 0, sizeof lock);
    pthread_create(&thread, NULL, ends, &e);
    while (!e.tid)
        usleep(1000);
    turn = 0;
    for (int i = 0; i < 2; i++) {
        t[i] = (struct taker){ .word = &lock.word, .priority = i,
            .operation = FUTEX_LOCK_PI_PRIVATE };
        begin(&t[i]);
    }
    e.may_end = 1;
    pthread_join(thread, NULL);
    while (!t[1].has)
        usleep(1000);
    is(t[1].result, 0);
    ok(lock.word == ((uint32_t)t[1].tid | FUTEX_WAITERS | FUTEX_OWNER_DIED));
    is(t[0].has, 0);
    t[1].may_go = 1;
    pthread_join(t[1].thread, NULL);
    while (!t[0].has)
        usleep(1000);
    ok((lock.word & FUTEX_TID_MASK) == (uint32_t)t[0].tid);
    t[0].may_go = 1;
    pthread_join(t[0].thread, NULL);
    is(lock.word, 0);
    /* Nobody waited: a robust one can be had, another is lost. */
    memset(&lock, 0, sizeof lock);
    e.tid = 0;
    pthread_create(&thread, NULL, ends, &e);
    pthread_join(thread, NULL);
    if (is_robust) {
        is(lock.word, FUTEX_OWNER_DIED);
        is(futex(&lock.word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
        ok(lock.word == ((uint32_t)my_tid() | FUTEX_OWNER_DIED));
        is(futex(&lock.word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0), 0);
    } else {
        ok(lock.word == (uint32_t)e.tid);
        fails_with(ESRCH,
            futex(&lock.word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    }
}

/* Between processes; the owner is killed. */
static void owner_is_killed(void)
{
    int status;
    shared[0] = 0;
    pid_t owner = fork();
    if (!owner) {
        futex(&shared[0], FUTEX_LOCK_PI, 0, 0, 0, 0);
        shared[1] = 1;
        for (;;)
            pause();
    }
    while (!shared[1])
        usleep(1000);
    volatile pid_t taker = fork();
    if (!taker) {
        long result = futex(&shared[0], FUTEX_LOCK_PI, 0, 0, 0, 0);
        _exit(result ? 1 : shared[0] == ((uint32_t)getpid() | FUTEX_WAITERS |
            FUTEX_OWNER_DIED) ? 7 : 2);
    }
    while (!(shared[0] & FUTEX_WAITERS))
        usleep(1000);
    /* The bit comes first: asleep, it is queued. */
    wait_asleep(&taker);
    kill(owner, SIGKILL);
    waitpid(owner, &status, 0);
    is(status, SIGKILL);
    waitpid(taker, &status, 0);
    is(status, 7 << 8);
    /* exec lets go what one has. */
    shared[0] = shared[1] = 0;
    owner = fork();
    if (!owner) {
        futex(&shared[0], FUTEX_LOCK_PI, 0, 0, 0, 0);
        shared[1] = 1;
        while (!shared[2])
            usleep(1000);
        execl("/bin/sh", "sh", "-c", "exit 5", NULL);
        _exit(1);
    }
    while (!shared[1])
        usleep(1000);
    struct taker t = { .word = &shared[0], .operation = FUTEX_LOCK_PI };
    begin(&t);
    shared[2] = 1;
    while (!t.has)
        usleep(1000);
    is(t.result, 0);
    ok(shared[0] == ((uint32_t)t.tid | FUTEX_WAITERS | FUTEX_OWNER_DIED));
    t.may_go = 1;
    pthread_join(t.thread, NULL);
    waitpid(owner, &status, 0);
    is(status, 5 << 8);
}

static void run_ends(void)
{
    owner_ends(true);
    owner_ends(false);
    owner_is_killed();
}
TEST_MAIN
