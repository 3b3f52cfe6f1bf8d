/* SPDX-License-Identifier: MIT */
/* Signals of files on several CPUs: each write is told, once; and files that
 * begin, end, close and change owners while others write to them. */
#include "../abi/sigio.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { WRITERS = 4, WRITES = 200, ROUNDS = 300 };

static int ends[2];
static int shared_fds[2];
static volatile bool is_over;

static void *write_often(void *data)
{
    (void)data;
    for (int i = 0; i < WRITES; i++)
        write(ends[1], "1", 1);
    return NULL;
}

static int count_news(void)
{
    sigset_t set = news_set();
    siginfo_t info;
    int count = 0;
    while (sigtimedwait(&set, &info, &(struct timespec){ 0 }) == NEWS)
        count += info.si_code == POLL_IN && info.si_fd == ends[0];
    return count;
}

static void each_is_told(void)
{
    pthread_t threads[WRITERS];
    struct rlimit most = { 10000, 10000 };
    setrlimit(RLIMIT_SIGPENDING, &most);
    pipe(ends);
    tell_us(ends[0], NEWS);
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, write_often, NULL);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    is(count_news(), WRITERS * WRITES);
    close(ends[0]), close(ends[1]);
}

static void *write_and_read(void *data)
{
    char bytes[64];
    (void)data;
    while (!is_over) {
        for (int i = 0; i < 2; i++) {
            write(shared_fds[i], bytes, sizeof bytes);
            read(shared_fds[!i], bytes, sizeof bytes);
        }
        sched_yield();
    }
    return NULL;
}

static void *change_owner(void *data)
{
    struct f_owner_ex me = { F_OWNER_TID, syscall(SYS_gettid) };
    (void)data;
    while (!is_over) {
        fcntl(shared_fds[0], F_SETOWN_EX, &me);
        fcntl(shared_fds[0], F_SETSIG, NEWS);
        fcntl(shared_fds[0], F_SETFL, O_ASYNC | O_NONBLOCK);
        fcntl(shared_fds[0], F_SETOWN, getpid());
        fcntl(shared_fds[0], F_SETSIG, 0);
        news();
        fcntl(shared_fds[0], F_SETFL, O_NONBLOCK);
        sched_yield();
    }
    return NULL;
}

static void open_pair(int round)
{
    int fds[2];
    if (round & 1)
        pipe2(fds, O_NONBLOCK);
    else
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFL, O_ASYNC | O_NONBLOCK);
        dup2(fds[i], shared_fds[i]);
        close(fds[i]);
    }
}

static void everything_changes(void)
{
    pthread_t threads[4];
    signal(SIGPIPE, SIG_IGN);
    pipe2(shared_fds, O_NONBLOCK);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, i < 2 ? write_and_read : change_owner,
            NULL);
    for (int round = 0; round < ROUNDS; round++) {
        open_pair(round);
        sched_yield();
    }
    is_over = true;
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    close(shared_fds[0]), close(shared_fds[1]);
    news();
    ok(is_over);
}

static void run(void)
{
    block_news();
    each_is_told();
    everything_changes();
}
TEST_MAIN
