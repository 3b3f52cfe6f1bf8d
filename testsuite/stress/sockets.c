/* SPDX-License-Identifier: MIT */
/* Local sockets under those who use them badly, many at once: peers that vanish
 * half way, listeners that close over those who connect, rings of sockets in
 * each other, full tables, urgent bytes for whom nobody is left.  Nothing may
 * stay behind: the runner counts. */
#include "../abi/sockets.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

enum { THREADS = 4, ROUNDS = 400 };

static void run_all(void *(*main)(void *))
{
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, main, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* Each thread has a parcel of its own: send_fds of the tests has but one. */
static ssize_t pass(int to, const int *which, int count, int flags)
{
    struct parcel parcel;
    size_t bytes = count * sizeof(int);
    struct msghdr *header = parcel_for(&parcel, "x", CMSG_SPACE(bytes));
    struct cmsghdr *first = CMSG_FIRSTHDR(header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(first), which, bytes);
    return sendmsg(to, header, flags | MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What comes is closed again; how many came. */
static int take(int from, int flags)
{
    struct parcel parcel;
    struct msghdr *header = parcel_for(&parcel, NULL, 512);
    if (recvmsg(from, header, flags | MSG_DONTWAIT) < 0)
        return -1;
    struct cmsghdr *first = CMSG_FIRSTHDR(header);
    if (!first || first->cmsg_type != SCM_RIGHTS)
        return 0;
    int count = (first->cmsg_len - CMSG_LEN(0)) / sizeof(int), fd;
    for (int i = 0; i < count; i++) {
        memcpy(&fd, CMSG_DATA(first) + i * sizeof fd, sizeof fd);
        close(fd);
    }
    return count;
}

/* One of the two closes while the other is still at it. */
static void *send_to_the_end(void *data)
{
    int fd = (long)data, both[2] = { fd, 0 };
    for (int i = 0; i < 1000; i++) {
        if (pass(fd, both, 2, i % 5 ? 0 : MSG_OOB) < 0 && errno != EAGAIN)
            break;
        if (take(fd, i % 3 ? 0 : MSG_PEEK) < 0 && errno == ECONNRESET)
            break;
        recv(fd, both + 1, 0, MSG_OOB | MSG_DONTWAIT);
        both[1] = 0;
    }
    close(fd);
    return NULL;
}

static void *vanish(void *data)
{
    static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
    unsigned seed = (long)data;
    for (int i = 0; i < ROUNDS / 4; i++) {
        int fds[2];
        pthread_t other;
        socketpair(AF_UNIX, types[i % 3], 0, fds);
        fcntl(fds[1], F_SETOWN, getpid());
        pthread_create(&other, NULL, send_to_the_end, (void *)(long)fds[0]);
        for (int turns = rand_r(&seed) % 20; turns; turns--) {
            take(fds[1], turns % 4 ? 0 : MSG_PEEK);
            pass(fds[1], &fds[1], 1, 0);
        }
        if (i % 2)
            shutdown(fds[1], SHUT_RD);
        close(fds[1]);
        pthread_join(other, NULL);
    }
    return NULL;
}

/* Sockets in themselves, in each other, in a ring through a third. */
static void *rings(void *data)
{
    unsigned seed = (long)data;
    for (int i = 0; i < ROUNDS; i++) {
        int a[2], b[2], c[2];
        socketpair(AF_UNIX, SOCK_STREAM, 0, a);
        socketpair(AF_UNIX, SOCK_DGRAM, 0, b);
        socketpair(AF_UNIX, SOCK_SEQPACKET, 0, c);
        pass(a[0], &a[1], 1, 0);
        pass(b[0], c, 2, 0);
        pass(c[0], b, 2, rand_r(&seed) % 2 ? MSG_OOB : 0);
        pass(a[1], b, 2, 0);
        if (rand_r(&seed) % 2)
            pass(c[1], a, 2, 0);
        if (rand_r(&seed) % 3 == 0)
            take(b[1], MSG_PEEK);
        int *all[] = { a, b, c };
        for (int k = rand_r(&seed) % 3, n = 0; n < 3; n++, k = (k + 1) % 3) {
            close(all[k][1]);
            close(all[k][0]);
        }
    }
    return NULL;
}

static void *connect_all(void *data)
{
    char name[32];
    snprintf(name, sizeof name, "@stress-%ld", (long)data % 2);
    for (int i = 0; i < ROUNDS; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM | (i % 2 ? SOCK_NONBLOCK : 0), 0);
        if (!connect_to(fd, name)) {
            pass(fd, &fd, 1, 0);
            send(fd, "!", 1, MSG_OOB | MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        close(fd);
    }
    return NULL;
}

static void *listen_a_while(void *data)
{
    char name[32];
    snprintf(name, sizeof name, "@stress-%ld", (long)data % 2);
    for (int i = 0; i < ROUNDS / 4; i++) {
        int fd = listen_at(SOCK_STREAM, name, i % 3);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        for (int k = 0; k < i % 7; k++) {
            int got = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
            if (got >= 0) {
                take(got, 0);
                close(got);
            }
            sched_yield();
        }
        close(fd);
    }
    return NULL;
}

static void listeners_close(void)
{
    pthread_t threads[4];
    pthread_create(&threads[0], NULL, listen_a_while, (void *)0);
    pthread_create(&threads[1], NULL, listen_a_while, (void *)1);
    pthread_create(&threads[2], NULL, connect_all, (void *)0);
    pthread_create(&threads[3], NULL, connect_all, (void *)1);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

/* Descriptors for which there is no number any more. */
static void *overfill(void *data)
{
    int fds[2], many[30];
    (void)data;
    for (int i = 0; i < ROUNDS / 4; i++) {
        if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fds))
            continue;
        for (int k = 0; k < 30; k++)
            many[k] = fds[k % 2];
        pass(fds[0], many, 30, 0);
        pass(fds[0], many, 30, 0);
        take(fds[1], MSG_PEEK);
        take(fds[1], 0);
        close(fds[0]);
        close(fds[1]);
    }
    return NULL;
}

static int open_count(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void run(void)
{
    struct rlimit few = { 40, 1024 }, many = { 1024, 1024 };
    int before = open_count();
    signal(SIGURG, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_NOFILE, &many);
    run_all(vanish);
    is(open_count(), before);
    run_all(rings);
    is(open_count(), before);
    listeners_close();
    is(open_count(), before);
    setrlimit(RLIMIT_NOFILE, &few);
    run_all(overfill);
    setrlimit(RLIMIT_NOFILE, &many);
    is(open_count(), before);
}
TEST_MAIN
