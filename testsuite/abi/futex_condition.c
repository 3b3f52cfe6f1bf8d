/* SPDX-License-Identifier: MIT */
/* FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: condition variables whose
 * lock has priority inheritance.  And futex_waitv. */
#include "futex_tools.h"

#define BAD       ((void *)8)
#define UNALIGNED ((void *)((char *)&words[1] + 1))

static volatile uint32_t condition, lock, words[4];

static long requeue(int wake, long most, uint32_t expected)
{
    return futex(&condition, FUTEX_CMP_REQUEUE_PI_PRIVATE, wake, (void *)most,
        &lock, expected);
}

static void errors(void)
{
    fails_with(EINVAL, requeue(0, 1, 0));
    fails_with(EINVAL, requeue(2, 1, 0));
    fails_with(EINVAL, requeue(1, -1, 0));
    fails_with(EAGAIN, requeue(1, 1, 9));
    is(requeue(1, 1, 0), 0);
    fails_with(EINVAL, futex(&lock, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &lock,
        0));
    fails_with(EFAULT, futex(&lock, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, BAD,
        0));
    fails_with(EFAULT, futex(BAD, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &lock,
        0));
    fails_with(EINVAL, futex(&lock, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0));
    fails_with(EAGAIN, futex(&condition, FUTEX_WAIT_REQUEUE_PI, 7, NULL, &lock,
        0));
    fails_with(EFAULT, futex(&condition, FUTEX_WAIT_REQUEUE_PI, 0, NULL, BAD,
        0));
    fails_with(EINVAL, futex(UNALIGNED, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock,
        0));
    struct timespec past = { 0, 0 };
    fails_with(ETIMEDOUT, futex(&condition, FUTEX_WAIT_REQUEUE_PI, 0, &past,
        &lock, 0));
}

struct waiter {
    int priority, flags;
    const struct timespec *until;
    volatile uint32_t *goal;
    volatile int tid, has, may_go;
    long result;
    int error;
    pthread_t thread;
};
static volatile int turn;

static void *waits(void *data)
{
    struct waiter *w = data;
    if (w->priority)
        set_fifo(0, w->priority);
    w->tid = my_tid();
    w->result = futex(&condition, FUTEX_WAIT_REQUEUE_PI_PRIVATE | w->flags, 0,
        w->until, w->goal ? w->goal : &lock, 0);
    w->error = errno;
    w->has = ++turn;
    while (!w->may_go)
        usleep(1000);
    if (!w->result)
        futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    return NULL;
}

static void begin(struct waiter *w)
{
    pthread_create(&w->thread, NULL, waits, w);
    wait_asleep(&w->tid);
}

static void end(struct waiter *w)
{
    w->may_go = 1;
    pthread_join(w->thread, NULL);
}

static void moved_to_a_free_lock(void)
{
    struct waiter w[3] = { 0 };
    turn = 0;
    for (int i = 0; i < 3; i++)
        begin(&w[i]);
    fails_with(EINVAL, futex(&condition, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    fails_with(EINVAL, futex(&condition, FUTEX_REQUEUE_PRIVATE, 1, (void *)1,
        &words[0], 0));
    fails_with(EINVAL, futex(&condition, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1,
        (void *)1, &words[0], 0)); /* another lock than they said */
    is(requeue(1, 0, 0), 1); /* the first has it at once */
    while (!w[0].has)
        usleep(1000);
    is(w[0].result, 0);
    ok((lock & FUTEX_TID_MASK) == (uint32_t)w[0].tid);
    is(requeue(1, 10, 0), 2);
    ok(lock == ((uint32_t)w[0].tid | FUTEX_WAITERS));
    end(&w[0]);
    while (!w[1].has)
        usleep(1000);
    is(w[1].result, 0);
    is(w[1].has, 2);
    ok((lock & FUTEX_TID_MASK) == (uint32_t)w[1].tid);
    end(&w[1]);
    end(&w[2]);
    is(w[2].has, 3);
    is(lock, 0);
}

static void moved_to_a_taken_lock(void)
{
    struct waiter w[3] = { { .priority = 20 }, { .priority = 40 },
        { .priority = 30 } };
    turn = 0;
    futex(&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    for (int i = 0; i < 3; i++)
        begin(&w[i]);
    is(priority_of(my_tid()), 20);
    is(requeue(1, 0, 0), 1); /* the most urgent one */
    is(priority_of(my_tid()), -41);
    is(requeue(1, 99, 0), 2);
    is(requeue(1, 99, 0), 0);
    ok(lock == ((uint32_t)my_tid() | FUTEX_WAITERS));
    is(turn, 0);
    futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    is(priority_of(my_tid()), 20);
    static const int order[] = { 1, 2, 0 };
    for (int i = 0; i < 3; i++) {
        while (!w[order[i]].has)
            usleep(1000);
        is(w[order[i]].result, 0);
        is(w[order[i]].has, i + 1);
        end(&w[order[i]]);
    }
    is(lock, 0);
}

static void times(void)
{
    static const struct {
        int flags;
        clockid_t clock;
    } rows[] = {
        { 0, CLOCK_MONOTONIC },
        { FUTEX_CLOCK_REALTIME, CLOCK_REALTIME },
    };
    for (int i = 0; i < 2; i++) {
        struct timespec until = time_after(rows[i].clock, 30);
        struct waiter w = { .flags = rows[i].flags, .until = &until,
            .may_go = 1 };
        begin(&w);
        pthread_join(w.thread, NULL);
        is(w.result, -1);
        is(w.error, ETIMEDOUT);
        /* Moved, and it does not get the lock in time: again, with more time,
         * if that was over before it was moved. */
        futex(&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
        int moved = 0;
        for (long ms = 250; !moved && ms <= 8000; ms *= 2) {
            until = time_after(rows[i].clock, ms);
            w = (struct waiter){ .flags = rows[i].flags, .until = &until,
                .may_go = 1 };
            begin(&w);
            moved = requeue(1, 1, 0);
            pthread_join(w.thread, NULL);
        }
        is(moved, 1);
        is(w.result, -1);
        is(w.error, ETIMEDOUT);
        futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
        is(lock, 0);
    }
}

static volatile int handled;
static void handler(int signal) { (void)signal, handled++; }

static void signals(void)
{
    struct sigaction action = { .sa_handler = handler };
    struct waiter w = { 0 };
    sigaction(SIGUSR1, &action, NULL);
    handled = 0;
    begin(&w);
    pthread_kill(w.thread, SIGUSR1);
    while (!handled)
        usleep(1000);
    wait_asleep(&w.tid); /* it waits again */
    is(w.has, 0);
    futex(&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
    is(requeue(1, 1, 0), 1);
    pthread_kill(w.thread, SIGUSR1); /* moved, it does not */
    while (!w.has)
        usleep(1000);
    is(w.result, -1);
    is(w.error, EAGAIN);
    futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    end(&w);
    /* Woken in the plain way from a plain wait there. */
    condition = 1;
    fails_with(EAGAIN, futex(&condition, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, 0,
        &lock, 0));
    condition = 0;
}

/* futex_waitv. */
struct vector_item {
    uint64_t value, address;
    uint32_t flags, reserved;
};

static long wait_many(const void *items, unsigned count, unsigned flags,
    const void *until, int clock)
{
    return syscall(449, items, count, flags, until, clock);
}

static struct vector_item items[129];

static void many_errors(void)
{
    struct timespec past = { 0, 0 }, wrong = { 0, -1 };
    for (int i = 0; i < 129; i++)
        items[i] = (struct vector_item){ .address = (uintptr_t)&words[i % 4],
            .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG };
    fails_with(EINVAL, wait_many(items, 0, 0, NULL, 0));
    fails_with(EINVAL, wait_many(items, 129, 0, NULL, 0));
    fails_with(EINVAL, wait_many(NULL, 1, 0, NULL, 0));
    fails_with(EINVAL, wait_many(items, 1, 1, NULL, 0));
    fails_with(EINVAL, wait_many(items, 1, 0, &past, 2));
    fails_with(EINVAL, wait_many(items, 1, 0, &wrong, 1));
    fails_with(EFAULT, wait_many(items, 1, 0, BAD, 1));
    fails_with(EFAULT, wait_many(BAD, 1, 0, NULL, 1));
    fails_with(ETIMEDOUT, wait_many(items, 128, 0, &past, CLOCK_MONOTONIC));
    fails_with(ETIMEDOUT, wait_many(items, 1, 0, &past, CLOCK_REALTIME));
    items[2].flags = FUTEX_PRIVATE_FLAG;
    fails_with(EINVAL, wait_many(items, 3, 0, &past, 1));
    items[2].flags = FUTEX_32 | 1;
    fails_with(EINVAL, wait_many(items, 3, 0, &past, 1));
    items[2].flags = FUTEX_32;
    items[2].reserved = 1;
    fails_with(EINVAL, wait_many(items, 3, 0, &past, 1));
    items[2].reserved = 0;
    items[2].value = 1;
    fails_with(EAGAIN, wait_many(items, 3, 0, &past, 1));
    items[2].value = 1ull << 32; /* the rest of it is not looked at */
    fails_with(ETIMEDOUT, wait_many(items, 3, 0, &past, 1));
    items[2].address = 8;
    fails_with(EFAULT, wait_many(items, 3, 0, &past, 1));
    items[2].address = (uintptr_t)UNALIGNED;
    fails_with(EINVAL, wait_many(items, 3, 0, &past, 1));
    items[2].value = 0;
    items[2].address = (uintptr_t)&words[2];
    items[2].flags = FUTEX_32 | FUTEX_PRIVATE_FLAG;
}

struct many {
    volatile int tid;
    long result;
    int error;
};

static void *waits_for_many(void *data)
{
    struct many *many = data;
    many->tid = my_tid();
    many->result = wait_many(items, 4, 0, NULL, 0);
    many->error = errno;
    return NULL;
}

static void many_wakes(void)
{
    struct sigaction action = { .sa_handler = handler };
    for (int i = 0; i < 4; i++) {
        struct many many = { 0 };
        pthread_t thread;
        pthread_create(&thread, NULL, waits_for_many, &many);
        wait_asleep(&many.tid);
        is(futex(&words[i], FUTEX_WAKE, 1, 0, 0, 0), 0); /* a private one */
        is(futex(&words[i], FUTEX_WAKE_PRIVATE, 9, 0, 0, 0), 1);
        pthread_join(thread, NULL);
        is(many.result, i);
        is(futex(&words[(i + 1) % 4], FUTEX_WAKE_PRIVATE, 9, 0, 0, 0), 0);
    }
    sigaction(SIGUSR1, &action, NULL);
    struct many many = { 0 };
    pthread_t thread;
    pthread_create(&thread, NULL, waits_for_many, &many);
    wait_asleep(&many.tid);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    is(many.result, -1);
    is(many.error, EINTR);
}

/* Both are woken before it comes to run: it hears of the last. */
static void two_of_many(void)
{
    cpu_set_t all, first;
    pthread_t thread;
    struct many many = { 0 };
    struct sched_param urgent = { .sched_priority = 1 }, usual = { 0 };
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    pthread_create(&thread, NULL, waits_for_many, &many);
    wait_asleep(&many.tid);
    syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &urgent);
    is(futex(&words[1], FUTEX_WAKE_PRIVATE, 9, 0, 0, 0), 1);
    is(futex(&words[2], FUTEX_WAKE_PRIVATE, 9, 0, 0, 0), 1);
    syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &usual);
    pthread_join(thread, NULL);
    is(many.result, 2);
    sched_setaffinity(0, sizeof all, &all);
}

static void run(void)
{
    errors();
    moved_to_a_free_lock();
    moved_to_a_taken_lock();
    times();
    signals();
    many_errors();
    many_wakes();
    two_of_many();
}
TEST_MAIN
