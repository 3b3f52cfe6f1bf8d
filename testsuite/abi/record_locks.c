/* SPDX-License-Identifier: MIT */
/* POSIX record locks and those of open file descriptions: splitting, merging,
 * conflicts, waiting, deadlock, who loses them when. */
#include "asleep.h"
#include "who.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>

#ifndef F_OFD_GETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif

static int fd;

static int set(int to, int command, int type, off_t start, off_t length)
{
    struct flock lock = {
        .l_type = type, .l_start = start, .l_len = length,
    };
    return fcntl(to, command, &lock);
}

/* What another process is told of a lock on [start, start + length). */
static struct flock *shared;

struct question {
    int command, type;
    off_t start, length;
};

static void ask(void *data)
{
    struct question *q = data;
    int mine = open("f", O_RDWR);
    *shared = (struct flock){
        .l_type = q->type, .l_start = q->start, .l_len = q->length,
    };
    if (fcntl(mine, q->command, shared))
        _exit(1);
}

static const char *other_sees(int type, off_t start, off_t length)
{
    static char text[64];
    struct question q = { F_GETLK, type, start, length };
    if (in_child(ask, &q))
        return "failed";
    if (shared->l_type == F_UNLCK)
        return "free";
    snprintf(text, sizeof text, "%s %lld+%lld%s",
        shared->l_type == F_RDLCK ? "read" : "write",
        (long long)shared->l_start, (long long)shared->l_len,
        shared->l_pid == getpid() ? "" : " of someone");
    return text;
}

static void ranges(void)
{
    is(set(fd, F_SETLK, F_WRLCK, 10, 10), 0);
    is_text(other_sees(F_RDLCK, 0, 10), "free");
    is_text(other_sees(F_RDLCK, 0, 11), "write 10+10");
    is_text(other_sees(F_RDLCK, 19, 1), "write 10+10");
    is_text(other_sees(F_RDLCK, 20, 1), "free");
    is_text(other_sees(F_RDLCK, 0, 0), "write 10+10");
    /* Split by an unlock. */
    is(set(fd, F_SETLK, F_UNLCK, 14, 2), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 10+4");
    is_text(other_sees(F_RDLCK, 14, 2), "free");
    is_text(other_sees(F_RDLCK, 15, 0), "write 16+4");
    /* Split by another type. */
    is(set(fd, F_SETLK, F_WRLCK, 10, 10), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 10+10");
    is(set(fd, F_SETLK, F_RDLCK, 12, 2), 0);
    is_text(other_sees(F_WRLCK, 12, 2), "read 12+2");
    is_text(other_sees(F_RDLCK, 12, 2), "free");
    is_text(other_sees(F_RDLCK, 0, 0), "write 10+2");
    /* Merged with its neighbours. */
    is(set(fd, F_SETLK, F_WRLCK, 12, 2), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 10+10");
    is(set(fd, F_SETLK, F_WRLCK, 20, 5), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 10+15");
    is(set(fd, F_SETLK, F_WRLCK, 5, 5), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 5+20");
    is(set(fd, F_SETLK, F_WRLCK, 0, 0), 0);
    is_text(other_sees(F_RDLCK, 1 << 20, 1), "write 0+0");
    is(set(fd, F_SETLK, F_UNLCK, 100, 0), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 0+100");
    is(set(fd, F_SETLK, F_UNLCK, 0, 0), 0);
    is_text(other_sees(F_WRLCK, 0, 0), "free");
}

static void origins(void)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_END,
        .l_start = -10, .l_len = 5 };
    ftruncate(fd, 100);
    is(fcntl(fd, F_SETLK, &lock), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 90+5");
    set(fd, F_SETLK, F_UNLCK, 0, 0);
    lseek(fd, 50, SEEK_SET);
    lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_CUR,
        .l_start = 2, .l_len = -5 };
    is(fcntl(fd, F_SETLK, &lock), 0);
    is_text(other_sees(F_RDLCK, 0, 0), "write 47+5");
    set(fd, F_SETLK, F_UNLCK, 0, 0);
    lock = (struct flock){ .l_type = F_WRLCK, .l_start = 5, .l_len = -6 };
    fails_with(EINVAL, fcntl(fd, F_SETLK, &lock));
    lock.l_start = -1, lock.l_len = 1;
    fails_with(EINVAL, fcntl(fd, F_SETLK, &lock));
    lock.l_start = 0, lock.l_whence = 9;
    fails_with(EINVAL, fcntl(fd, F_SETLK, &lock));
    lock.l_whence = SEEK_SET, lock.l_type = 9;
    fails_with(EINVAL, fcntl(fd, F_SETLK, &lock));
    lock.l_type = F_WRLCK, lock.l_start = 1, lock.l_len = INT64_MAX;
    is(fcntl(fd, F_SETLK, &lock), 0);
    set(fd, F_SETLK, F_UNLCK, 0, 0);
    lock.l_start = 2, lock.l_len = INT64_MAX;
    fails_with(EOVERFLOW, fcntl(fd, F_SETLK, &lock));
}

static void errors(void)
{
    int reader = open("f", O_RDONLY), writer = open("f", O_WRONLY);
    struct flock lock = { .l_type = F_UNLCK };
    fails_with(EBADF, set(reader, F_SETLK, F_WRLCK, 0, 1));
    fails_with(EBADF, set(writer, F_SETLK, F_RDLCK, 0, 1));
    fails_with(EBADF, set(-1, F_SETLK, F_RDLCK, 0, 1));
    fails_with(EFAULT, fcntl(fd, F_SETLK, (void *)8));
    fails_with(EFAULT, fcntl(fd, F_GETLK, (void *)8));
    fails_with(EINVAL, fcntl(fd, F_GETLK, &lock));
    lock = (struct flock){ .l_type = F_WRLCK, .l_pid = 1 };
    fails_with(EINVAL, fcntl(fd, F_OFD_SETLK, &lock));
    close(reader), close(writer);
    /* One's own never stand in one's way. */
    set(fd, F_SETLK, F_WRLCK, 0, 10);
    lock = (struct flock){ .l_type = F_WRLCK };
    is(fcntl(fd, F_GETLK, &lock), 0);
    is(lock.l_type, F_UNLCK);
    set(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void cannot_lock(void *data)
{
    int mine = open("f", O_RDWR);
    if (set(mine, F_SETLK, *(int *)data, 5, 1) != -1 || errno != EAGAIN)
        _exit(1);
}

static void can_lock(void *data)
{
    int mine = open("f", O_RDWR);
    if (set(mine, F_SETLK, *(int *)data, 5, 1))
        _exit(1);
}

/* A child has none of its parent's; closing any descriptor of the file drops
 * them; exec and dup do not. */
static void who_loses(void)
{
    int type = F_WRLCK, reading = F_RDLCK;
    set(fd, F_SETLK, F_WRLCK, 0, 10);
    is(in_child(cannot_lock, &type), 0);
    is(in_child(cannot_lock, &reading), 0);
    int same = dup(fd);
    is(in_child(cannot_lock, &type), 0);
    close(same);
    is(in_child(can_lock, &type), 0);
    set(fd, F_SETLK, F_WRLCK, 0, 10);
    close(open("f", O_RDONLY));
    is(in_child(can_lock, &type), 0);
    set(fd, F_SETLK, F_RDLCK, 0, 10);
    is(in_child(can_lock, &reading), 0);
    is(in_child(cannot_lock, &type), 0);
    int elsewhere = open("/dev/null", O_RDONLY);
    dup2(elsewhere, same = dup(fd));
    is(in_child(can_lock, &type), 0);
    close(same), close(elsewhere);
    set(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void naps(void)
{
    usleep(1000);
}

static void waits(void *data)
{
    int *state = data, mine = open("f", O_RDWR);
    state[0] = 1;
    if (set(mine, F_SETLKW, F_WRLCK, 0, 1))
        _exit(1);
    if (!state[1])
        _exit(2);
}

static void on_signal(int number)
{
    (void)number;
}

static void waits_interrupted(void *data)
{
    (void)data;
    struct sigaction action = { .sa_handler = on_signal };
    struct itimerspec often = { { 0, 20000000 }, { 0, 20000000 } };
    timer_t timer;
    sigaction(SIGUSR1, &action, NULL);
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
        .sigev_signo = SIGUSR1 };
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &often, NULL);
    int mine = open("f", O_RDWR);
    if (set(mine, F_SETLKW, F_WRLCK, 0, 1) != -1 || errno != EINTR)
        _exit(1);
}

static void waiting(void)
{
    int *state = (int *)shared;
    state[0] = state[1] = 0;
    set(fd, F_SETLK, F_WRLCK, 0, 10);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        waits(state);
        _exit(0);
    }
    while (!*(volatile int *)state)
        naps();
    until_asleep(child);
    state[1] = 1;
    set(fd, F_SETLK, F_UNLCK, 0, 10);
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    set(fd, F_SETLK, F_WRLCK, 0, 10);
    is(in_child(waits_interrupted, NULL), 0);
    set(fd, F_SETLK, F_UNLCK, 0, 0);
}

/* Two that wait for each other: the second is told. */
static void deadlock(void)
{
    int *state = (int *)shared;
    state[0] = 0;
    set(fd, F_SETLK, F_WRLCK, 0, 1);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        int mine = open("f", O_RDWR);
        set(mine, F_SETLK, F_WRLCK, 1, 1);
        state[0] = 1;
        _exit(set(mine, F_SETLKW, F_WRLCK, 0, 1) ? 1 : 0);
    }
    while (!*(volatile int *)state)
        naps();
    until_asleep(child);
    fails_with(EDEADLK, set(fd, F_SETLKW, F_WRLCK, 1, 1));
    set(fd, F_SETLK, F_UNLCK, 0, 1);
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    is(set(fd, F_SETLKW, F_WRLCK, 1, 1), 0);
    set(fd, F_SETLK, F_UNLCK, 0, 0);
}

/* Those of an open file description go with it, and children share them. */
static void descriptions(void)
{
    int other = open("f", O_RDWR), same = dup(fd), type = F_WRLCK;
    is(set(fd, F_OFD_SETLK, F_WRLCK, 0, 10), 0);
    fails_with(EAGAIN, set(other, F_OFD_SETLK, F_WRLCK, 5, 1));
    fails_with(EAGAIN, set(other, F_SETLK, F_WRLCK, 5, 1));
    is(set(same, F_OFD_SETLK, F_WRLCK, 5, 1), 0);
    is(in_child(cannot_lock, &type), 0);
    struct flock lock = { .l_type = F_RDLCK };
    is(fcntl(other, F_OFD_GETLK, &lock), 0);
    is(lock.l_type, F_WRLCK);
    is(lock.l_pid, -1);
    is(lock.l_len, 10);
    close(open("f", O_RDWR));
    fails_with(EAGAIN, set(other, F_OFD_SETLK, F_WRLCK, 5, 1));
    is(set(same, F_OFD_SETLK, F_UNLCK, 0, 5), 0);
    is(set(other, F_OFD_SETLK, F_WRLCK, 0, 5), 0);
    close(same);
    fails_with(EAGAIN, set(other, F_OFD_SETLK, F_WRLCK, 5, 1));
    int third = open("f", O_RDWR);
    is(set(third, F_OFD_SETLK, F_RDLCK, 20, 1), 0);
    is(set(other, F_OFD_SETLK, F_RDLCK, 20, 1), 0);
    fails_with(EAGAIN, set(fd, F_OFD_SETLK, F_WRLCK, 20, 1));
    close(third), close(other);
    is(set(fd, F_OFD_SETLK, F_WRLCK, 0, 0), 0);
    set(fd, F_OFD_SETLK, F_UNLCK, 0, 0);
}

static void many(void)
{
    bool right = true;
    for (int i = 0; i < 500; i++)
        right &= !set(fd, F_SETLK, F_WRLCK, i * 2, 1);
    ok(right);
    is_text(other_sees(F_RDLCK, 901, 0), "write 902+1");
    is_text(other_sees(F_RDLCK, 901, 1), "free");
    is(set(fd, F_SETLK, F_WRLCK, 0, 1000), 0);
    is_text(other_sees(F_RDLCK, 901, 1), "write 0+1000");
    set(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void run(void)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fd = open("f", O_RDWR | O_CREAT, 0600);
    ranges();
    origins();
    errors();
    who_loses();
    waiting();
    deadlock();
    descriptions();
    many();
}
TEST_MAIN
