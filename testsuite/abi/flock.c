/* SPDX-License-Identifier: MIT */
/* flock: locks of open file descriptions. */
#include "asleep.h"
#include "who.h"

#include <sys/file.h>

static int a, b;

static void kinds(void)
{
    is(flock(a, LOCK_SH), 0);
    is(flock(b, LOCK_SH), 0);
    fails_with(EAGAIN, flock(a, LOCK_EX | LOCK_NB));
    is(flock(b, LOCK_UN), 0);
    is(flock(a, LOCK_EX | LOCK_NB), 0);
    fails_with(EAGAIN, flock(b, LOCK_SH | LOCK_NB));
    fails_with(EAGAIN, flock(b, LOCK_EX | LOCK_NB));
    is(flock(a, LOCK_SH), 0);
    is(flock(b, LOCK_SH | LOCK_NB), 0);
    is(flock(a, LOCK_UN), 0);
    is(flock(a, LOCK_UN), 0);
    is(flock(b, LOCK_UN | LOCK_NB), 0);
}

static void errors(void)
{
    fails_with(EBADF, flock(-1, LOCK_SH));
    fails_with(EINVAL, flock(a, 0));
    fails_with(EINVAL, flock(a, LOCK_NB));
    fails_with(EINVAL, flock(a, 64));
    fails_with(EINVAL, flock(a, LOCK_SH | LOCK_EX));
}

/* A conversion that fails has given the old lock up. */
static void conversions(void)
{
    flock(a, LOCK_SH), flock(b, LOCK_SH);
    fails_with(EAGAIN, flock(a, LOCK_EX | LOCK_NB));
    is(flock(b, LOCK_EX | LOCK_NB), 0);
    flock(b, LOCK_UN);
}

static void tries_third(void *data)
{
    int third = open("f", O_RDWR);
    bool free = !flock(third, LOCK_EX | LOCK_NB);
    _exit(free != *(bool *)data);
}

static void unlocks_shared(void *data)
{
    flock(*(int *)data, LOCK_UN);
}

static void who_holds(void)
{
    bool no = false, yes = true;
    flock(a, LOCK_EX);
    int same = dup(a);
    is(in_child(tries_third, &no), 0);
    close(a);
    is(in_child(tries_third, &no), 0);
    close(open("f", O_RDWR));
    is(in_child(tries_third, &no), 0);
    close(same);
    is(in_child(tries_third, &yes), 0);
    a = open("f", O_RDWR);
    flock(a, LOCK_EX);
    /* A child's unlock of what it inherited is everyone's. */
    is(in_child(unlocks_shared, &a), 0);
    is(in_child(tries_third, &yes), 0);
}

static void apart_from_records(void)
{
    struct flock lock = { .l_type = F_WRLCK };
    flock(a, LOCK_EX);
    is(fcntl(b, F_SETLK, &lock), 0);
    lock.l_type = F_UNLCK;
    fcntl(b, F_SETLK, &lock);
    flock(a, LOCK_UN);
}

static void on_signal(int number)
{
    (void)number;
}

static void waits(void *data)
{
    (void)data;
    int mine = open("f", O_RDWR);
    _exit(flock(mine, LOCK_EX) != 0);
}

static void waiting(void)
{
    int status;
    flock(a, LOCK_EX);
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        waits(NULL);
    until_asleep(child);
    is(waitpid(child, &status, WNOHANG), 0);
    flock(a, LOCK_UN);
    waitpid(child, &status, 0);
    is(status, 0);
    flock(a, LOCK_EX);
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &action, NULL);
    child = fork();
    if (!child) {
        int mine = open("f", O_RDWR);
        _exit(flock(mine, LOCK_EX) == -1 && errno == EINTR ? 0 : 1);
    }
    until_asleep(child);
    kill(child, SIGUSR1);
    waitpid(child, &status, 0);
    is(status, 0);
    flock(a, LOCK_UN);
    /* Readers need no write access. */
    int reader = open("f", O_RDONLY);
    is(flock(reader, LOCK_EX), 0);
    close(reader);
    int d = open(".", O_RDONLY);
    is(flock(d, LOCK_EX), 0);
    close(d);
}

static void run(void)
{
    a = open("f", O_RDWR | O_CREAT, 0600), b = open("f", O_RDWR);
    kinds();
    errors();
    conversions();
    who_holds();
    apart_from_records();
    waiting();
}
TEST_MAIN
