/* SPDX-License-Identifier: MIT */
/* Locks with priority inheritance under load: many of them in chains, with
 * threads of all priorities, owners that end, waits that time out, requeueing;
 * cancelled waits; identities changed while threads come and go. */
#include "stress.h"
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

enum { LOCKS = 4, TAKERS = 12, ENDERS = 8, WAITERS = 6 };

static uint32_t words[LOCKS], condition;
static int inside[LOCKS], went_wrong;
static int next_number;

static long futex(uint32_t *at, int operation, uint32_t value,
    const void *timeout, uint32_t *at2, uint32_t value3)
{
    return syscall(SYS_futex, at, operation | FUTEX_PRIVATE_FLAG, value,
        timeout, at2, value3);
}

static void set_priority(int priority)
{
    struct sched_param param = { .sched_priority = priority };
    syscall(SYS_sched_setscheduler, 0, priority ? SCHED_FIFO : SCHED_OTHER,
        &param);
}

/* As C libraries do it: the kernel is asked only when the lock is taken. */
static bool take(int i, uint32_t me, const struct timespec *until)
{
    uint32_t none = 0;
    if (!__atomic_compare_exchange_n(&words[i], &none, me, false,
            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) &&
        futex(&words[i], FUTEX_LOCK_PI, 0, until, NULL, 0)) {
        if (!until || errno != ETIMEDOUT)
            went_wrong = 1;
        return false;
    }
    if (__atomic_add_fetch(&inside[i], 1, __ATOMIC_SEQ_CST) != 1)
        went_wrong = 2;
    return true;
}

static void give(int i, uint32_t me)
{
    __atomic_sub_fetch(&inside[i], 1, __ATOMIC_SEQ_CST);
    uint32_t mine = me;
    if (!__atomic_compare_exchange_n(&words[i], &mine, 0, false,
            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) &&
        futex(&words[i], FUTEX_UNLOCK_PI, 0, NULL, NULL, 0))
        went_wrong = 3;
}

/* Several locks at once, always upwards, so that no ring closes. */
static void *takes_some(void *none)
{
    uint32_t me = syscall(SYS_gettid);
    unsigned state = __sync_add_and_fetch(&next_number, 1) + stress_seed();
    do {
        bool has[LOCKS] = { false };
        set_priority(stress_random(&state) % 5);
        for (int i = 0; i < LOCKS; i++) {
            unsigned choice = stress_random(&state) % 4;
            struct timespec until;
            if (choice < 2)
                continue;
            clock_gettime(CLOCK_REALTIME, &until);
            has[i] = take(i, me, choice == 2 ? NULL : &until);
        }
        for (int i = LOCKS - 1; i >= 0; i--)
            if (has[i])
                give(i, me);
        set_priority(0);
        sched_yield();
    } while (stress_goes_on() && !went_wrong);
    return none;
}

static void chains(void)
{
    stress_begin();
    ok(stress_threads(TAKERS, takes_some, NULL));
    is(went_wrong, 0);
    for (int i = 0; i < LOCKS; i++)
        is(words[i] & FUTEX_TID_MASK, 0);
}

/* Owners that end: each takes the lock over and ends with it. */
struct lock {
    struct lock *next;
    uint32_t word;
};
static struct lock left;
static int had;

static void *ends_with_it(void *none)
{
    static __thread struct robust_list_head head;
    head.list.next = (void *)&head;
    head.futex_offset = offsetof(struct lock, word);
    head.list_op_pending = (void *)((uintptr_t)&left | 1);
    syscall(SYS_set_robust_list, &head, sizeof head);
    if (!futex(&left.word, FUTEX_LOCK_PI, 0, NULL, NULL, 0))
        __sync_add_and_fetch(&had, 1);
    return none;
}

static void enders(void)
{
    bool held = true;
    stress_begin();
    do {
        had = 0;
        left.word = 0;
        held = stress_threads(ENDERS, ends_with_it, NULL) && had == ENDERS;
    } while (held && stress_goes_on());
    tap_case(held, "a lock outlives all its owners");
    ok((left.word & FUTEX_TID_MASK) == 0 && left.word & FUTEX_OWNER_DIED);
}

static int arrived, woken;

static void *waits(void *none)
{
    uint32_t me = syscall(SYS_gettid);
    while (!stress_is_over) {
        uint32_t seen = __atomic_load_n(&condition, __ATOMIC_SEQ_CST);
        __sync_add_and_fetch(&arrived, 1);
        if (!futex(&condition, FUTEX_WAIT_REQUEUE_PI, seen, NULL, &words[0],
                0)) {
            if (__sync_add_and_fetch(&inside[0], 1) != 1)
                went_wrong = 4;
            __sync_add_and_fetch(&woken, 1);
            give(0, me);
        } else if (errno != EAGAIN) {
            went_wrong = 5;
        }
    }
    return none;
}

static void requeueing(void)
{
    pthread_t threads[WAITERS];
    uint32_t me = syscall(SYS_gettid);
    stress_begin();
    for (int i = 0; i < WAITERS; i++)
        pthread_create(&threads[i], NULL, waits, NULL);
    do {
        bool has = take(0, me, NULL);
        uint32_t now = __sync_add_and_fetch(&condition, 1);
        if (futex(&condition, FUTEX_CMP_REQUEUE_PI, 1, (void *)99l, &words[0],
                now) < 0)
            went_wrong = 6;
        if (has)
            give(0, me);
        sched_yield();
    } while (stress_goes_on() && !went_wrong);
    stress_is_over = 1;
    for (int i = 0; i < WAITERS; i++) {
        while (pthread_tryjoin_np(threads[i], NULL)) {
            uint32_t now = __sync_add_and_fetch(&condition, 1);
            futex(&condition, FUTEX_CMP_REQUEUE_PI, 1, (void *)99l, &words[0],
                now);
            sched_yield();
        }
    }
    is(went_wrong, 0);
    ok(woken > 0);
    is(words[0] & FUTEX_TID_MASK, 0);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void unlocks(void *data)
{
    pthread_mutex_unlock(data);
}

static void *waits_for_ever(void *none)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlocks, &mutex);
    for (;;)
        pthread_cond_wait(&never, &mutex);
    pthread_cleanup_pop(1);
    return none;
}

static void cancellation(void)
{
    bool held = true;
    stress_begin();
    do {
        pthread_t threads[WAITERS];
        void *result;
        for (int i = 0; i < WAITERS; i++)
            pthread_create(&threads[i], NULL, waits_for_ever, NULL);
        pthread_cond_broadcast(&never);
        for (int i = 0; i < WAITERS; i++)
            pthread_cancel(threads[i]);
        for (int i = 0; i < WAITERS; i++)
            held &= !pthread_join(threads[i], &result) &&
                result == PTHREAD_CANCELED;
    } while (held && stress_goes_on());
    tap_case(held, "cancelled waits end, and leave their mutex");
    is(pthread_mutex_trylock(&mutex), 0);
}

static void *returns(void *data)
{
    return data;
}

static void *comes_and_goes(void *none)
{
    while (stress_goes_on())
        stress_threads(2, returns, none);
    return none;
}

/* The library makes every thread do it, by a signal to each. */
static void identities(void)
{
    pthread_t threads[3];
    bool held = true;
    stress_begin();
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, comes_and_goes, NULL);
    do
        held &= !setresgid(-1, -1, -1) && !setreuid(-1, -1);
    while (held && stress_goes_on());
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    tap_case(held, "identities change while threads come and go");
}

static void run(void)
{
    chains();
    enders();
    requeueing();
    cancellation();
    identities();
}
TEST_MAIN
