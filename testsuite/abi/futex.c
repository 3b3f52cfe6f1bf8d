/* SPDX-License-Identifier: MIT */
/* futex, by raw calls: every operation that knows no priority inheritance, its
 * errors and timeouts, what is private and what is shared, robust lists. */
#include "tap.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

static long futex(volatile uint32_t *word, int operation, uint32_t value,
    const struct timespec *timeout, volatile uint32_t *word2, uint32_t value3)
{
    return syscall(SYS_futex, word, operation, value, timeout, word2, value3);
}

static volatile uint32_t word, other;
static volatile uint32_t *shared;
#define BAD ((uint32_t *)8)
#define UNALIGNED ((uint32_t *)((char *)&word + 1))
#define KERNEL ((uint32_t *)-4096l)

static void errors(void)
{
    static const int waits[] = { FUTEX_WAIT, FUTEX_WAIT_BITSET,
        FUTEX_WAIT_PRIVATE, FUTEX_WAIT_BITSET_PRIVATE };
    struct timespec bad_ns = { 0, 1000000000 }, bad_s = { -1, 0 };
    word = 1;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        fails_with(EAGAIN, futex(&word, waits[i], 2, NULL, NULL, 1));
        fails_with(EINVAL, futex(UNALIGNED, waits[i], 1, NULL, NULL, 1));
        fails_with(EFAULT, futex(BAD, waits[i], 1, NULL, NULL, 1));
        fails_with(EFAULT, futex(KERNEL, waits[i], 1, NULL, NULL, 1));
        fails_with(EINVAL, futex(&word, waits[i], 1, &bad_ns, NULL, 1));
        fails_with(EINVAL, futex(&word, waits[i], 1, &bad_s, NULL, 1));
        fails_with(EFAULT, futex(&word, waits[i], 1, (void *)8, NULL, 1));
    }
    fails_with(EINVAL, futex(&word, FUTEX_WAIT_BITSET, 1, NULL, NULL, 0));
    fails_with(EINVAL, futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
    fails_with(EINVAL, futex(UNALIGNED, FUTEX_WAKE, 1, NULL, NULL, 0));
    fails_with(EFAULT, futex(BAD, FUTEX_WAKE, 1, NULL, NULL, 0));
    fails_with(EFAULT, futex(KERNEL, FUTEX_WAKE, 1, NULL, NULL, 0));
    fails_with(EFAULT, futex(KERNEL, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
    is(futex(BAD, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
    is(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    is(futex(&word, FUTEX_WAKE, 0, NULL, NULL, 0), 0);
    is(futex(&word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0), 0);
    is(futex(&word, FUTEX_WAKE, -1, NULL, NULL, 0), 0);
    fails_with(ENOSYS, futex(&word, 14, 1, NULL, NULL, 0));
    fails_with(ENOSYS, futex(&word, 100, 1, NULL, NULL, 0));
    fails_with(ENOSYS, futex(&word, FUTEX_FD, 1, NULL, NULL, 0));
    fails_with(ENOSYS,
        futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
    fails_with(ENOSYS,
        futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
}

static void requeue_errors(void)
{
    void *one = (void *)1, *minus = (void *)-1;
    fails_with(EAGAIN, futex(&word, FUTEX_CMP_REQUEUE, 1, one, &other, 9));
    fails_with(EINVAL, futex(&word, FUTEX_CMP_REQUEUE, -1, one, &other, 1));
    fails_with(EINVAL, futex(&word, FUTEX_CMP_REQUEUE, 1, minus, &other, 1));
    fails_with(EINVAL, futex(&word, FUTEX_REQUEUE, -1, one, &other, 1));
    fails_with(EINVAL, futex(&word, FUTEX_CMP_REQUEUE, 1, one, UNALIGNED, 1));
    fails_with(EFAULT, futex(&word, FUTEX_CMP_REQUEUE, 1, one, BAD, 1));
    fails_with(EFAULT, futex(BAD, FUTEX_CMP_REQUEUE, 1, one, &word, 1));
    is(futex(&word, FUTEX_CMP_REQUEUE, 1, one, &other, 1), 0);
    is(futex(&word, FUTEX_REQUEUE, 0, 0, &other, 0), 0);
    fails_with(EFAULT, futex(&word, FUTEX_WAKE_OP, 1, one, BAD, 0));
    fails_with(EINVAL, futex(&word, FUTEX_WAKE_OP, 1, one, UNALIGNED, 0));
    fails_with(EFAULT, futex(BAD, FUTEX_WAKE_OP, 1, one, &word, 0));
    fails_with(ENOSYS, futex(&word, FUTEX_WAKE_OP, 1, one, &other, 7 << 28));
    fails_with(ENOSYS, futex(&word, FUTEX_WAKE_OP, 1, one, &other, 6 << 24));
}

static void timeouts(void)
{
    struct timespec none = { 0, 0 }, some = { 0, 20000000 }, now;
    word = 1;
    fails_with(ETIMEDOUT, futex(&word, FUTEX_WAIT, 1, &none, NULL, 0));
    fails_with(ETIMEDOUT, futex(&word, FUTEX_WAIT, 1, &some, NULL, 0));
    fails_with(ETIMEDOUT, futex(&word, FUTEX_WAIT_PRIVATE, 1, &some, NULL, 0));
    /* A time in the past; of either clock. */
    fails_with(ETIMEDOUT, futex(&word, FUTEX_WAIT_BITSET, 1, &none, NULL, 1));
    fails_with(ETIMEDOUT, futex(&word,
        FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 1, &some, NULL, 1));
    static const struct {
        clockid_t clock;
        int flag;
    } clocks[] = {
        { CLOCK_MONOTONIC, 0 },
        { CLOCK_REALTIME, FUTEX_CLOCK_REALTIME },
    };
    for (int i = 0; i < 2; i++) {
        struct timespec until;
        clock_gettime(clocks[i].clock, &until);
        until.tv_nsec += 20000000;
        if (until.tv_nsec >= 1000000000)
            until.tv_sec++, until.tv_nsec -= 1000000000;
        fails_with(ETIMEDOUT, futex(&word, FUTEX_WAIT_BITSET | clocks[i].flag,
            1, &until, NULL, -1));
        clock_gettime(clocks[i].clock, &now);
        ok(now.tv_sec > until.tv_sec || (now.tv_sec == until.tv_sec &&
            now.tv_nsec >= until.tv_nsec));
    }
}

/* Threads that wait on a word and count when they are awake. */
struct waiter {
    volatile uint32_t *word;
    int operation;
    uint32_t mask;
    volatile int tid;
    long result;
    int error;
    pthread_t thread;
};
static volatile int awake;

static void *waits(void *data)
{
    struct waiter *waiter = data;
    waiter->tid = syscall(SYS_gettid);
    waiter->result = futex(waiter->word, waiter->operation, *waiter->word, NULL,
        NULL, waiter->mask);
    waiter->error = errno;
    __sync_fetch_and_add(&awake, 1);
    return NULL;
}

static char state_of(int tid)
{
    char path[64], text[200] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    FILE *file = fopen(path, "r");
    if (!file)
        return '?';
    fgets(text, sizeof text, file);
    fclose(file);
    char *end = strrchr(text, ')');
    return end ? end[2] : '?';
}

static void begin(struct waiter *waiter, volatile uint32_t *at, int operation,
    uint32_t mask)
{
    *waiter = (struct waiter){ .word = at, .operation = operation,
        .mask = mask };
    pthread_create(&waiter->thread, NULL, waits, waiter);
    while (!waiter->tid || state_of(waiter->tid) != 'S')
        sched_yield();
}

static void begin_all(struct waiter *waiters, int count)
{
    awake = 0;
    for (int i = 0; i < count; i++)
        begin(&waiters[i], &word, FUTEX_WAIT_BITSET_PRIVATE, 1 << i);
}

static void wait_awake(int count)
{
    while (awake < count)
        sched_yield();
}

static void join_all(struct waiter *waiters, int count)
{
    bool all_fine = true;
    for (int i = 0; i < count; i++) {
        pthread_join(waiters[i].thread, NULL);
        all_fine &= !waiters[i].result;
    }
    ok(all_fine);
}

static void counts(void)
{
    struct waiter w[6];
    begin_all(w, 6);
    is(futex(&other, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 0);
    is(futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0), 0); /* they are private */
    is(futex(&word, FUTEX_WAKE_PRIVATE, 0, NULL, NULL, 0), 1);
    is(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1);
    is(futex(&word, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0), 2);
    wait_awake(4);
    is(awake, 4);
    is(futex(&word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0), 2);
    is(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
    join_all(w, 6);
}

static void order(void)
{
    struct waiter w[4];
    begin_all(w, 4);
    for (int i = 0; i < 4; i++) {
        is(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1);
        pthread_join(w[i].thread, NULL); /* first come, first woken */
        is(awake, i + 1);
    }
}

static void bits(void)
{
    struct waiter w[6];
    begin_all(w, 6);
    is(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 1 << 10), 0);
    is(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 1 << 4), 1);
    pthread_join(w[4].thread, NULL);
    is(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 6), 1);
    pthread_join(w[1].thread, NULL);
    is(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, 14), 2);
    pthread_join(w[2].thread, NULL);
    pthread_join(w[3].thread, NULL);
    is(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 9, NULL, NULL, -1), 2);
    pthread_join(w[0].thread, NULL);
    pthread_join(w[5].thread, NULL);
    is(awake, 6);
}

static void requeues(void)
{
    struct waiter w[6];
    word = 5;
    begin_all(w, 6);
    fails_with(EAGAIN,
        futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)9, &other, 6));
    is(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &other, 5), 3);
    wait_awake(1);
    is(futex(&other, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 2);
    wait_awake(3);
    is(futex(&word, FUTEX_REQUEUE_PRIVATE, 0, (void *)9, &other, 0), 3);
    is(futex(&word, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 0);
    is(futex(&other, FUTEX_REQUEUE_PRIVATE, 1, (void *)9, &other, 0), 3);
    wait_awake(4);
    is(futex(&other, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 2);
    join_all(w, 6);
    word = 1;
}

/* FUTEX_WAKE_OP: what it does to the second word, and when it wakes there. */
static void operations(void)
{
    static const struct {
        uint32_t before, operation, after;
        long woken; /* if one waits on each */
    } rows[] = {
        { 5, FUTEX_OP(FUTEX_OP_SET, 9, FUTEX_OP_CMP_EQ, 5), 9, 2 },
        { 5, FUTEX_OP(FUTEX_OP_SET, -1, FUTEX_OP_CMP_EQ, 6), -1, 1 },
        { 5, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_NE, 5), 8, 1 },
        { 5, FUTEX_OP(FUTEX_OP_ADD, -6, FUTEX_OP_CMP_NE, 6), -1, 2 },
        { 5, FUTEX_OP(FUTEX_OP_OR, 10, FUTEX_OP_CMP_LT, 6), 15, 2 },
        { 5, FUTEX_OP(FUTEX_OP_ANDN, 4, FUTEX_OP_CMP_LT, 5), 1, 1 },
        { 5, FUTEX_OP(FUTEX_OP_XOR, 6, FUTEX_OP_CMP_LE, 5), 3, 2 },
        { -3, FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_LT, 0), 1, 2 },
        { -3, FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_GT, -4), 1, 2 },
        { 5, FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_GE, 6), 1, 1 },
        { 5, FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_GE, 5), 1, 2 },
        { 5, FUTEX_OP((FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT), 10,
            FUTEX_OP_CMP_EQ, 0), 1024, 1 },
        { 0x7ff, FUTEX_OP((FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT), 31,
            FUTEX_OP_CMP_EQ, 0x7ff), 0x800007ff, 2 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct waiter w[2];
        other = rows[i].before;
        begin(&w[0], &word, FUTEX_WAIT_PRIVATE, 0);
        begin(&w[1], &other, FUTEX_WAIT_PRIVATE, 0);
        if (!is(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &other,
                   rows[i].operation), rows[i].woken))
            note("row %zu", i);
        ok(other == rows[i].after);
        futex(&other, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0);
        pthread_join(w[0].thread, NULL);
        pthread_join(w[1].thread, NULL);
    }
}

static void run_between(void);

static void run(void)
{
    shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    errors();
    requeue_errors();
    timeouts();
    counts();
    order();
    bits();
    requeues();
    operations();
    run_between();
}

/* Between processes: by the page's identity, not by its address. */
static void between_processes(void)
{
    int status;
    volatile uint32_t *again =
        mremap((void *)shared, 0, 8192, MREMAP_MAYMOVE);
    ok(again != MAP_FAILED && again != shared);
    pid_t child = fork();
    if (!child) {
        shared[1] = 1;
        alarm(10);
        _exit(futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0) ? 1 : 5);
    }
    while (!futex(again, FUTEX_WAKE, 1, NULL, NULL, 0))
        sched_yield();
    waitpid(child, &status, 0);
    is(status, 5 << 8);
    munmap((void *)again, 8192);
    /* Private memory is each one's own. */
    child = fork();
    if (!child) {
        struct timespec some = { 0, 100000000 };
        _exit(futex(&word, FUTEX_WAIT, 1, &some, NULL, 0) &&
            errno == ETIMEDOUT ? 6 : 1);
    }
    while (!waitpid(child, &status, WNOHANG))
        futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0);
    is(status, 6 << 8);
    /* A file's page too. */
    int fd = open("page", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 4096);
    volatile uint32_t *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    child = fork();
    if (!child) {
        munmap((void *)page, 4096);
        mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
        alarm(10);
        _exit(futex(page + 3, FUTEX_WAIT, 0, NULL, NULL, 0) ? 1 : 7);
    }
    while (!futex(page + 3, FUTEX_WAKE, 1, NULL, NULL, 0))
        sched_yield();
    waitpid(child, &status, 0);
    is(status, 7 << 8);
    munmap((void *)page, 4096);
    close(fd);
}

static void read_only(void)
{
    uint32_t *page = mmap(NULL, 4096, PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct timespec some = { 0, 1000000 };
    fails_with(ETIMEDOUT, futex(page, FUTEX_WAIT_PRIVATE, 0, &some, NULL, 0));
    fails_with(EAGAIN, futex(page, FUTEX_WAIT_PRIVATE, 1, &some, NULL, 0));
    is(futex(page, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
    fails_with(EFAULT, futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, page,
        FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0)));
    mprotect(page, 4096, PROT_NONE);
    fails_with(EFAULT, futex(page, FUTEX_WAIT_PRIVATE, 0, &some, NULL, 0));
    fails_with(EFAULT, futex(page, FUTEX_WAIT, 0, &some, NULL, 0));
    munmap(page, 4096);
}

static volatile int handled;
static void handler(int signal) { (void)signal, handled++; }

static void signals(void)
{
    struct sigaction action = { .sa_handler = handler };
    struct waiter w;
    sigaction(SIGUSR1, &action, NULL);
    handled = 0;
    begin(&w, &word, FUTEX_WAIT_PRIVATE, 0);
    pthread_kill(w.thread, SIGUSR1);
    pthread_join(w.thread, NULL);
    is(w.result, -1);
    is(w.error, EINTR);
    is(handled, 1);
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
    begin(&w, &word, FUTEX_WAIT_PRIVATE, 0);
    pthread_kill(w.thread, SIGUSR1);
    while (handled < 2 || state_of(w.tid) != 'S')
        sched_yield();
    is(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1);
    pthread_join(w.thread, NULL);
    is(w.result, 0);
    /* Started again it looks at the word again. */
    begin(&w, &word, FUTEX_WAIT_PRIVATE, 0);
    word = 2;
    pthread_kill(w.thread, SIGUSR1);
    pthread_join(w.thread, NULL);
    is(w.result, -1);
    is(w.error, EAGAIN);
    word = 1;
}

static void run_between(void)
{
    between_processes();
    read_only();
    signals();
}

/* Robust lists: what a thread that ends does to the locks it holds. */
TEST_MAIN
