/* SPDX-License-Identifier: MIT */
/* Edges: writers on four threads, one waiter, and none may be lost; epolls in
 * epolls; files that are closed, and numbers used again, while others wait.
 *
 * A waiter that sleeps though something arrived after it last looked is found
 * by its time-out. */
#include "stress.h"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

enum { WRITERS = 4, ENOUGH = 100, PATIENCE_MS = 20000 };

/* Each writer waits until its edge was seen before the next: so a lost one
 * stops it for good. */
struct source {
    int in, out;
    volatile unsigned seen, sent;
    enum { BYTES, COUNTER, TIMER } kind; /* the last two are left unread */
};

static struct source sources[WRITERS];
static volatile bool is_over;
static int epoll_fd;

static void send_one(struct source *source)
{
    uint64_t one = 1;
    struct itimerspec soon = { .it_value.tv_nsec = 1 };
    bool is_sent = source->kind == TIMER
        ? !timerfd_settime(source->in, 0, &soon, NULL)
        : write(source->in, &one, source->kind == COUNTER ? 8 : 1) > 0;
    if (!is_sent)
        note("an edge: %s", strerror(errno));
}

static void *write_edges(void *data)
{
    struct source *source = data;
    while (!is_over) {
        unsigned next = source->sent + 1;
        __atomic_store_n(&source->sent, next, __ATOMIC_SEQ_CST);
        send_one(source);
        while (__atomic_load_n(&source->seen, __ATOMIC_SEQ_CST) != next &&
            !is_over)
            sched_yield();
    }
    return NULL;
}

static void make_sources(void)
{
    for (int i = 0; i < WRITERS; i++) {
        int fds[2];
        struct source *source = &sources[i];
        *source = (struct source){ 0 };
        if (i % 4 == 0) {
            fds[0] = fds[1] = eventfd(0, EFD_NONBLOCK);
            source->kind = COUNTER;
        } else if (i % 4 == 1) {
            fds[0] = fds[1] = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
            source->kind = TIMER;
        } else if (i % 4 == 2) {
            pipe2(fds, O_NONBLOCK);
        } else {
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
        }
        source->out = fds[0];
        source->in = fds[1];
    }
}

static void close_sources(void)
{
    for (int i = 0; i < WRITERS; i++) {
        close(sources[i].out);
        if (sources[i].in != sources[i].out)
            close(sources[i].in);
    }
}

static void watch_sources(int through)
{
    for (int i = 0; i < WRITERS; i++) {
        struct epoll_event event = { .events = EPOLLIN | EPOLLET,
            .data.u32 = i };
        if (epoll_ctl(through, EPOLL_CTL_ADD, sources[i].out, &event))
            note("epoll_ctl: %s", strerror(errno));
    }
}

/* Never read from: each write is an edge of its own. False: one was lost. */
static bool see_edges(int at, int inner, unsigned long *edges)
{
    struct epoll_event events[WRITERS];
    int ready = epoll_wait(at, events, WRITERS, PATIENCE_MS);
    if (ready > 0 && inner >= 0)
        ready = epoll_wait(inner, events, WRITERS, 0);
    if (ready < 0 || (!ready && inner < 0))
        return false;
    for (int i = 0; i < ready; i++) {
        struct source *source = &sources[events[i].data.u32];
        char bytes[64];
        unsigned sent = __atomic_load_n(&source->sent, __ATOMIC_SEQ_CST);
        if (source->kind == BYTES) /* it would fill up */
            while (read(source->out, bytes, sizeof bytes) > 0)
                ;
        *edges += source->seen != sent;
        __atomic_store_n(&source->seen, sent, __ATOMIC_SEQ_CST);
    }
    return true;
}

static void run_edges(int at, int inner, const char *what)
{
    pthread_t threads[WRITERS];
    unsigned long edges = 0;
    bool is_good = true;
    is_over = false;
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, write_edges, &sources[i]);
    stress_begin();
    while (is_good && (stress_goes_on() || edges < ENOUGH))
        is_good = see_edges(at, inner, &edges);
    is_over = true;
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    if (!is_good)
        note("%s: %lu edges", what, edges);
    ok(is_good);
}

static void no_edge_is_lost(void)
{
    make_sources();
    epoll_fd = epoll_create1(0);
    watch_sources(epoll_fd);
    run_edges(epoll_fd, -1, "one epoll");
    close(epoll_fd);
    close_sources();
}

static void nor_in_nested_ones(void)
{
    int outer = epoll_create1(0), middle = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN };
    make_sources();
    epoll_fd = epoll_create1(0);
    watch_sources(epoll_fd);
    epoll_ctl(middle, EPOLL_CTL_ADD, epoll_fd, &event);
    epoll_ctl(outer, EPOLL_CTL_ADD, middle, &event);
    run_edges(outer, epoll_fd, "three epolls");
    close(outer);
    close(middle);
    close(epoll_fd);
    close_sources();
}

/* Numbers are closed and used again under those who wait for them. */
static void *churn(void *data)
{
    unsigned seed = (unsigned)(uintptr_t)data;
    while (!is_over) {
        int fds[2], kind = rand_r(&seed) % 4;
        if (kind == 0)
            socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
        else if (kind == 1)
            pipe(fds);
        else if (kind == 2)
            fds[0] = eventfd(1, 0), fds[1] = dup(fds[0]);
        else
            fds[0] = timerfd_create(CLOCK_MONOTONIC, 0), fds[1] = dup(fds[0]);
        struct epoll_event event = { .events = EPOLLIN | EPOLLOUT |
                (rand_r(&seed) & 1 ? EPOLLET : 0) };
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[0], &event);
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[1], &event);
        if (rand_r(&seed) & 1)
            epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fds[0], &event);
        if (rand_r(&seed) & 1)
            epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fds[1], &event);
        close(fds[0]);
        close(fds[1]);
    }
    return NULL;
}

static void *wait_there(void *data)
{
    (void)data;
    struct epoll_event events[8];
    while (!is_over)
        epoll_wait(epoll_fd, events, 8, 1);
    return NULL;
}

static void closing_while_waiting(void)
{
    pthread_t threads[5];
    is_over = false;
    epoll_fd = epoll_create1(0);
    for (int i = 0; i < 5; i++)
        pthread_create(&threads[i], NULL, i < 3 ? churn : wait_there,
            (void *)(uintptr_t)(i + 1));
    stress_begin();
    while (stress_goes_on())
        usleep(10000);
    is_over = true;
    for (int i = 0; i < 5; i++)
        pthread_join(threads[i], NULL);
    struct epoll_event event;
    is(epoll_wait(epoll_fd, &event, 1, 0), 0); /* nothing was left in it */
    close(epoll_fd);
}

static void run(void)
{
    no_edge_is_lost();
    nor_in_nested_ones();
    closing_while_waiting();
}
TEST_MAIN
