/* SPDX-License-Identifier: MIT */
/* Many threads at one epoll: each event wakes one, and none is lost. */
#include "asleep.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>

enum { THREADS = 4, ROUNDS = 1500, SOURCES = 16 };

static int add(int epoll, int fd, unsigned events)
{
    struct epoll_event event = { .events = events, .data.fd = fd };
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static int change(int epoll, int fd, unsigned events)
{
    struct epoll_event event = { .events = events, .data.fd = fd };
    return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

static void put(int fd)
{
    uint64_t one = 1;
    write(fd, &one, 8);
}

static void pause_ms(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&time, NULL);
}

static int shared, woken;

/* Threads that wait once each: for an event, or until all are let go.  One whose
 * time is over would find what it was never woken for. */
enum { PATIENCE_MS = 10000 };
static struct waiter {
    pthread_t thread;
    int epoll;
    volatile int tid;
} waiters[THREADS];
static int let_go;

static void *wait_once(void *data)
{
    struct waiter *self = data;
    struct epoll_event event;
    self->tid = syscall(SYS_gettid);
    int n = epoll_wait(self->epoll, &event, 1, -1);
    if (n == 1 && event.data.fd != let_go)
        __atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* All are asleep in there when it returns. */
static void begin_waiting(const int *epolls)
{
    woken = 0;
    let_go = eventfd(0, 0);
    for (int i = 0; i < THREADS; i++) {
        waiters[i] = (struct waiter){ .epoll = epolls[i] };
        pthread_create(&waiters[i].thread, NULL, wait_once, &waiters[i]);
        while (!waiters[i].tid)
            pause_ms(1);
        until_asleep(waiters[i].tid);
    }
}

static void await_woken(int count)
{
    for (int ms = 0; ms < PATIENCE_MS; ms++) {
        if (__atomic_load_n(&woken, __ATOMIC_SEQ_CST) >= count)
            break;
        pause_ms(1);
    }
}

/* How many an event woke: so many are awaited, and then no more are to come. */
static int end_waiting(int count)
{
    await_woken(count);
    pause_ms(50);
    int result = __atomic_load_n(&woken, __ATOMIC_SEQ_CST);
    for (int i = 0; i < THREADS; i++)
        add(waiters[i].epoll, let_go, EPOLLIN); /* again, if it is the same */
    put(let_go);
    for (int i = 0; i < THREADS; i++)
        pthread_join(waiters[i].thread, NULL);
    close(let_go);
    return result;
}

static void one_edge_one_thread(void)
{
    int fd = eventfd(0, 0), all[THREADS];
    shared = epoll_create1(0);
    for (int i = 0; i < THREADS; i++)
        all[i] = shared;
    is(add(shared, fd, EPOLLIN | EPOLLET), 0);
    begin_waiting(all);
    put(fd);
    is(end_waiting(1), 1);
    begin_waiting(all); /* as many edges as threads */
    for (int i = 0; i < THREADS; i++) {
        put(fd);
        await_woken(i + 1);
    }
    is(end_waiting(THREADS), THREADS);
    close(fd);
    /* A level is said to one after the other while it lasts. */
    fd = eventfd(0, 0);
    is(add(shared, fd, EPOLLIN), 0);
    begin_waiting(all);
    put(fd);
    is(end_waiting(THREADS), THREADS);
    close(fd);
    /* Several that are ready at once wake as many. */
    int many[THREADS];
    for (int i = 0; i < THREADS; i++) {
        many[i] = eventfd(0, 0);
        add(shared, many[i], EPOLLIN | EPOLLET);
    }
    begin_waiting(all);
    for (int i = 0; i < THREADS; i++)
        put(many[i]);
    is(end_waiting(THREADS), THREADS);
    for (int i = 0; i < THREADS; i++)
        close(many[i]);
    close(shared);
}

/* Each thread waits in an epoll of its own: one source wakes all of them, or
 * one. */
static int woken_by(int fd, unsigned flags, int count)
{
    int own[THREADS];
    for (int i = 0; i < THREADS; i++) {
        own[i] = epoll_create1(0);
        add(own[i], fd, EPOLLIN | flags);
    }
    begin_waiting(own);
    put(fd);
    int result = end_waiting(count);
    for (int i = 0; i < THREADS; i++)
        close(own[i]);
    return result;
}

static void exclusive(void)
{
    int fd = eventfd(0, 0);
    is(woken_by(fd, 0, THREADS), THREADS);
    uint64_t value;
    read(fd, &value, 8);
    is(woken_by(fd, EPOLLEXCLUSIVE, 1), 1);
    close(fd);
}

/* Tokens through pipes; each is armed for one thread at a time. */
static int pipes[SOURCES][2], taken, done;

static void *consume(void *data)
{
    (void)data;
    while (!__atomic_load_n(&done, __ATOMIC_SEQ_CST)) {
        struct epoll_event events[3];
        int n = epoll_wait(shared, events, 3, 100);
        for (int i = 0; i < n; i++) {
            char text[64];
            ssize_t bytes;
            int fd = events[i].data.fd;
            while ((bytes = read(fd, text, sizeof text)) > 0)
                if (__atomic_add_fetch(&taken, bytes, __ATOMIC_SEQ_CST) ==
                    ROUNDS * THREADS)
                    __atomic_store_n(&done, 1, __ATOMIC_SEQ_CST);
            change(shared, fd, EPOLLIN | EPOLLET | EPOLLONESHOT);
        }
    }
    return NULL;
}

static void *produce(void *data)
{
    unsigned random = (uintptr_t)data * 7919 + 1;
    for (int i = 0; i < ROUNDS; i++) {
        random = random * 1103515245 + 12345;
        while (write(pipes[(random >> 16) % SOURCES][1], "x", 1) != 1)
            ;
    }
    return NULL;
}

static void tokens(void)
{
    pthread_t consumers[THREADS], producers[THREADS];
    shared = epoll_create1(0);
    for (int i = 0; i < SOURCES; i++) {
        pipe2(pipes[i], O_NONBLOCK);
        add(shared, pipes[i][0], EPOLLIN | EPOLLET | EPOLLONESHOT);
    }
    for (intptr_t i = 0; i < THREADS; i++) {
        pthread_create(&consumers[i], NULL, consume, NULL);
        pthread_create(&producers[i], NULL, produce, (void *)i);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(producers[i], NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(consumers[i], NULL);
    is(taken, ROUNDS * THREADS);
    for (int i = 0; i < SOURCES; i++) {
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
    close(shared);
}

/* Two threads that wake each other, through an inner epoll as well. */
static int ping[2], nested;

static void *answer(void *data)
{
    (void)data;
    int epoll = epoll_create1(0);
    add(epoll, ping[0], EPOLLIN | EPOLLET);
    for (int i = 0; i < ROUNDS; i++) {
        struct epoll_event event;
        if (epoll_wait(epoll, &event, 1, 5000) != 1)
            return (void *)1;
        put(ping[1]);
    }
    close(epoll);
    return NULL;
}

static void ping_pong(bool through_nested)
{
    pthread_t thread;
    int outer = epoll_create1(0), inner = epoll_create1(0), rounds = 0;
    ping[0] = eventfd(0, 0);
    ping[1] = eventfd(0, 0);
    nested = inner;
    add(inner, ping[1], EPOLLIN | EPOLLET);
    add(outer, inner, EPOLLIN | EPOLLET);
    pthread_create(&thread, NULL, answer, NULL);
    for (; rounds < ROUNDS; rounds++) {
        struct epoll_event event;
        put(ping[0]);
        if (through_nested && epoll_wait(outer, &event, 1, 5000) != 1)
            break;
        if (epoll_wait(inner, &event, 1, 5000) != 1)
            break;
    }
    void *result;
    pthread_join(thread, &result);
    ok(!result);
    is(rounds, ROUNDS);
    close(ping[0]);
    close(ping[1]);
    close(inner);
    close(outer);
}

/* Entries come and go, files and epolls are closed, while others wait. */
static int table[SOURCES];

static void *wait_a_lot(void *data)
{
    struct epoll_event events[4];
    (void)data;
    while (!__atomic_load_n(&done, __ATOMIC_SEQ_CST))
        if (epoll_wait(shared, events, 4, 1) < 0)
            return (void *)1;
    return NULL;
}

static void *churn(void *data)
{
    unsigned random = (uintptr_t)data * 7919 + 5;
    for (int i = 0; i < ROUNDS; i++) {
        random = random * 1103515245 + 12345;
        int *slot = &table[(random >> 16) % SOURCES];
        int fd = (random >> 28) % 3 ? eventfd(1, 0) : epoll_create1(0);
        add(shared, fd, EPOLLIN);
        int old = __atomic_exchange_n(slot, fd, __ATOMIC_SEQ_CST);
        if (old >= 0) {
            if (random >> 27 & 1)
                epoll_ctl(shared, EPOLL_CTL_DEL, old, NULL);
            close(old);
        }
    }
    return NULL;
}

static void coming_and_going(void)
{
    pthread_t waiters[2], others[2];
    void *result;
    shared = epoll_create1(0);
    done = 0;
    for (int i = 0; i < SOURCES; i++)
        table[i] = -1;
    for (intptr_t i = 0; i < 2; i++) {
        pthread_create(&waiters[i], NULL, wait_a_lot, NULL);
        pthread_create(&others[i], NULL, churn, (void *)i);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(others[i], NULL);
    for (int i = 0; i < SOURCES; i++)
        close(table[i]);
    struct epoll_event events[4];
    is(epoll_wait(shared, events, 4, 0), 0);
    done = 1;
    for (int i = 0; i < 2; i++) {
        pthread_join(waiters[i], &result);
        ok(!result);
    }
    close(shared);
}

/* An epoll of the same files again and again, with files that go first. */
static void *epolls_go(void *data)
{
    for (int i = 0; i < 200; i++) {
        int epoll = epoll_create1(0), fd = eventfd(1, 0);
        add(epoll, fd, EPOLLIN);
        for (int j = 0; j < SOURCES; j++)
            add(epoll, table[j], EPOLLIN);
        if (i & 1) {
            close(fd);
            close(epoll);
        } else {
            close(epoll);
            close(fd);
        }
        put(table[i % SOURCES]);
    }
    return data;
}

static void ends_together(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < SOURCES; i++)
        table[i] = eventfd(0, EFD_NONBLOCK);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, epolls_go, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    uint64_t sum = 0, value;
    for (int i = 0; i < SOURCES; i++) {
        if (read(table[i], &value, 8) == 8)
            sum += value;
        close(table[i]);
    }
    is(sum, THREADS * 200);
}

/* What epoll_wait costs must not grow with what is watched. */
static void many_watched(void)
{
    enum { MANY = 900 };
    struct rlimit limit = { 1024, 1024 };
    setrlimit(RLIMIT_NOFILE, &limit);
    static int fds[MANY];
    int epoll = epoll_create1(0), found = 0;
    for (int i = 0; i < MANY; i++) {
        fds[i] = eventfd(0, 0);
        add(epoll, fds[i], EPOLLIN | EPOLLET);
    }
    for (int i = 0; i < MANY; i++) {
        struct epoll_event events[8];
        put(fds[(i * 7) % MANY]);
        if (epoll_wait(epoll, events, 8, 0) == 1 &&
            events[0].data.fd == fds[(i * 7) % MANY])
            found++;
    }
    is(found, MANY);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    close(epoll);
}

static void run(void)
{
    one_edge_one_thread();
    exclusive();
    tokens();
    ping_pong(false);
    ping_pong(true);
    coming_and_going();
    ends_together();
    many_watched();
}
TEST_MAIN
