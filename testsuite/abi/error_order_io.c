/* SPDX-License-Identifier: MIT */
/* More of error_order: what goes through pipes, sockets and timers. */
#include "tap.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>

enum { PAGE = 4096 };

static char *room; /* a page before a hole */
static int file, path_fd, counter, ends[2], others[2];

static void *before_hole(size_t bytes)
{
    return room + PAGE - bytes;
}

static void *in_hole(void)
{
    return room + PAGE;
}

/* The kernel's half. */
static void *nowhere(void)
{
    return (void *)-0x80000000l;
}

static void splices(void)
{
    off_t start = 0, negative = -1, *at = &start;
    /* A pipe has no places, before all else. */
    fails_with(ESPIPE, splice(ends[0], in_hole(), file, in_hole(), 1, 0));
    fails_with(EBADF, splice(ends[1], at, path_fd, in_hole(), 1, 0));
    fails_with(ESPIPE, splice(ends[1], at, ends[1], in_hole(), 1, 0));
    fails_with(ESPIPE, splice(counter, in_hole(), ends[1], in_hole(), 1, 0));
    fails_with(ESPIPE, splice(counter, in_hole(), ends[0], at, 1, 0));
    fails_with(ESPIPE, splice(ends[0], at, ends[1], in_hole(), 1, 0));
    /* Then what cannot be read, though it is of no use. */
    fails_with(EFAULT, splice(counter, in_hole(), file, at, 1, 0));
    fails_with(EFAULT, splice(counter, at, file, in_hole(), 1, 0));
    fails_with(EFAULT, splice(counter, in_hole(), ends[1], NULL, 1, 0));
    fails_with(EFAULT, splice(counter, in_hole(), ends[0], NULL, 1, 0));
    fails_with(EFAULT, splice(ends[0], NULL, counter, in_hole(), 1, 0));
    fails_with(EFAULT, splice(ends[1], NULL, counter, in_hole(), 1, 0));
    /* Then the modes. */
    fails_with(EBADF, splice(ends[1], NULL, counter, at, 1, 0));
    fails_with(EBADF, splice(counter, at, ends[0], NULL, 1, 0));
    fails_with(EBADF, splice(path_fd, in_hole(), ends[1], in_hole(), 1, 0));
    fails_with(EINVAL, splice(ends[0], NULL, counter, at, 1, 0));
    fails_with(EINVAL, splice(counter, at, ends[1], NULL, 1, 0));
    fails_with(EINVAL, splice(file, &negative, ends[1], NULL, 1, 0));
    fails_with(EINVAL, splice(ends[0], NULL, file, &negative, 1, 0));
    fails_with(EINVAL, splice(counter, &negative, file, &negative, 1, 0));
    fails_with(EBADF, splice(path_fd, NULL, -1, NULL, 1, 0));
    is(splice(-1, NULL, -1, NULL, 0, 99), 0);
}

/* Only 32 bits of the count are looked at. */
static void counts(void)
{
    struct iovec one = { (void *)"x", 1 };
    is(vmsplice(ends[1], &one, 1ul << 63, 0), 0);
    is(vmsplice(ends[1], in_hole(), 1ul << 32, 0), 0);
    is(vmsplice(ends[1], &one, (1ul << 32) + 1, 0), 1);
    fails_with(EINVAL, vmsplice(ends[1], &one, -1, 0));
    is(syscall(SYS_writev, ends[1], &one, 1ul << 32), 0);
    is(syscall(SYS_writev, ends[1], &one, (1ul << 32) + 1), 1);
    is(syscall(SYS_readv, file, &one, 1ul << 32), 0);
    is(syscall(SYS_preadv, file, &one, 1ul << 32, 0l, 0l), 0);
    fails_with(EINVAL, vmsplice(file, &one, -1, 0));
    fails_with(EFAULT, vmsplice(file, in_hole(), 1, 0));
    fails_with(EBADF, vmsplice(file, &one, 1, 0));
    is(vmsplice(file, NULL, 0, 0), 0);
    fails_with(EBADF, vmsplice(path_fd, NULL, 0, 0));
    char two[2];
    is(read(ends[0], two, 2), 2);
}

static void pairs(void)
{
    int *fds = (int *)room, first = dup(0);
    close(first);
    fails_with(EINVAL, socketpair(1, 99 << 4, 99, in_hole()));
    fails_with(EFAULT, socketpair(1, SOCK_STREAM, 99, in_hole()));
    fails_with(EFAULT, socketpair(1, SOCK_STREAM, 0, before_hole(4)));
    fails_with(EFAULT, socketpair(99, SOCK_STREAM, 0, in_hole()));
    fails_with(EFAULT, socketpair(1, 12, 0, in_hole()));
    fds[0] = fds[1] = -1;
    fails_with(EPROTONOSUPPORT, socketpair(1, SOCK_STREAM, 99, fds));
    is(fds[0], first); /* what they would have been */
    is(fds[1], first + 1);
    fds[0] = fds[1] = -1;
    fails_with(EAFNOSUPPORT, socketpair(99, SOCK_STREAM, 0, fds));
    is(fds[0], first);
    fails_with(EBADF, fcntl(first, F_GETFD));
    fails_with(EBADF, fcntl(first + 1, F_GETFD));
    is(dup(0), first);
    close(first);
}

static void buffers(void)
{
    socklen_t bytes = 10;
    fails_with(EFAULT, recvfrom(-1, nowhere(), 10, 0, NULL, NULL));
    fails_with(EFAULT, recvfrom(file, nowhere(), 10, 0, NULL, NULL));
    fails_with(EBADF, recvfrom(-1, room, 10, 0, in_hole(), &bytes));
    fails_with(ENOTSOCK, recvfrom(file, in_hole(), 10, 0, NULL, NULL));
    fails_with(EFAULT, sendto(-1, nowhere(), 10, 0, in_hole(), 10));
    fails_with(EFAULT, sendto(file, nowhere(), 10, 0, NULL, 0));
    fails_with(EBADF, sendto(-1, room, 10, 0, in_hole(), 10));
    fails_with(ENOTSOCK, sendto(file, room, 10, 0, in_hole(), 1000));
    fails_with(EINVAL, sendto(others[0], room, 10, 0, in_hole(), 1000));
    fails_with(EINVAL, sendto(others[0], room, 10, 0, in_hole(), -1));
    fails_with(EFAULT, sendto(others[0], room, 10, 0, in_hole(), 10));
    fails_with(ENOTSOCK, sendto(file, room, -1, 0, NULL, 0));
    fails_with(EAGAIN,
        recvfrom(others[0], room, 10, MSG_DONTWAIT, in_hole(), in_hole()));
    /* Nothing is copied to anywhere. */
    bytes = 0;
    is(getsockname(others[0], nowhere(), &bytes), 0);
    is(bytes, 2);
    char name[65];
    gethostname(name, sizeof name);
    is(sethostname(nowhere(), 0), 0);
    is(sethostname(name, strlen(name)), 0);
}

/* A library looks at what it passes on. */
static long send_raw(struct msghdr *message, int flags)
{
    return syscall(SYS_sendmsg, others[0], message, flags);
}

static long receive_raw(struct msghdr *message, int flags)
{
    return syscall(SYS_recvmsg, others[0], message, flags);
}

static void messages(void)
{
    struct iovec one = { room, 1 };
    struct msghdr message = { .msg_iov = in_hole(), .msg_iovlen = 1025 };
    fails_with(EMSGSIZE, send_raw(&message, 0));
    fails_with(EMSGSIZE, receive_raw(&message, 0));
    message.msg_name = in_hole();
    message.msg_namelen = 10;
    fails_with(EFAULT, send_raw(&message, 0));
    fails_with(EMSGSIZE, receive_raw(&message, 0));
    message.msg_namelen = -1;
    fails_with(EINVAL, send_raw(&message, 0));
    fails_with(EINVAL, receive_raw(&message, 0));
    message.msg_name = NULL;
    fails_with(EMSGSIZE, receive_raw(&message, 0));
    fails_with(EMSGSIZE, send_raw(&message, 0));
    message.msg_iovlen = 1;
    fails_with(EFAULT, send_raw(&message, 0));
    message.msg_controllen = -1;
    fails_with(EFAULT, send_raw(&message, 0));
    message.msg_iov = &one;
    fails_with(ENOBUFS, send_raw(&message, 0));
    message.msg_controllen = 20480;
    fails_with(ENOBUFS, send_raw(&message, 0));
    message.msg_controllen = 20479;
    fails_with(EFAULT, send_raw(&message, 0));
    message.msg_control = in_hole();
    fails_with(EFAULT, send_raw(&message, 0));
    message.msg_controllen = 10;
    fails_with(EFAULT, send_raw(&message, 0));
    message.msg_control = room; /* too short for anything */
    is(send_raw(&message, 0), 1);
    message.msg_controllen = 0;
    fails_with(EFAULT, send_raw(in_hole(), 0));
    fails_with(EFAULT, receive_raw(in_hole(), 0));
    fails_with(EBADF, syscall(SYS_sendmsg, -1, in_hole(), 0));
    is(send_raw(&message, 0), 1);
    is(read(others[1], room, 10), 2);
}

/* Both halves of a setting are read first, and then looked at. */
static void timers(void)
{
    struct itimerspec *half = before_hole(16);
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    half->it_interval.tv_sec = -1;
    half->it_interval.tv_nsec = -1;
    fails_with(EFAULT, timerfd_settime(timer, 0, half, NULL));
    fails_with(EFAULT, timerfd_settime(-1, 77, half, NULL));
    struct itimerspec odd = { { -1, 0 }, { 0, 0 } };
    fails_with(EINVAL, timerfd_settime(-1, 0, &odd, NULL));
    fails_with(EINVAL, timerfd_settime(file, 77, &odd, NULL));
    odd.it_interval.tv_sec = 0;
    fails_with(EBADF, timerfd_settime(-1, 0, &odd, NULL));
    fails_with(EINVAL, timerfd_settime(file, 0, &odd, NULL));
    fails_with(EFAULT, timerfd_settime(timer, 0, &odd, in_hole()));
    fails_with(EBADF, timerfd_gettime(-1, in_hole()));
    fails_with(EINVAL, timerfd_gettime(file, in_hole()));
    fails_with(EFAULT, timerfd_gettime(timer, before_hole(16)));
    close(timer);
}

/* Numbers that go round. */
static void long_times(void)
{
#ifdef SYS_select
    struct timeval most = { INT64_MAX, 1000000 }, back = { 1, -1000000 };
    struct timeval less = { 0, -1000000 }, odd = { 1, -1 };
    fails_with(EINVAL, syscall(SYS_select, 0, NULL, NULL, NULL, &most));
    fails_with(EINVAL, syscall(SYS_select, 0, NULL, NULL, NULL, &less));
    fails_with(EINVAL, syscall(SYS_select, 0, NULL, NULL, NULL, &odd));
    is(syscall(SYS_select, 0, NULL, NULL, NULL, &back), 0);
#endif
    fails_with(EINVAL, sync_file_range(file, INT64_MAX, INT64_MAX, 0));
    fails_with(EINVAL, sync_file_range(file, INT64_MAX, 1, 0));
    is(sync_file_range(file, INT64_MAX, 0, 0), 0);
}

static long futex(int operation, void *timeout)
{
    return syscall(SYS_futex, room, operation, 0, timeout, room, 0);
}

/* A time is read before the operation is looked at. */
static void futex_times(void)
{
    struct timespec odd = { 0, -1 }, now = { 0, 0 };
    const int real = FUTEX_CLOCK_REALTIME;
    static const int operations[] = { FUTEX_WAIT, FUTEX_LOCK_PI };
    for (int i = 0; i < 2; i++) {
        fails_with(EFAULT, futex(operations[i] | real, in_hole()));
        fails_with(EINVAL, futex(operations[i] | real, &odd));
        fails_with(ENOSYS, futex(operations[i] | real, &now));
        fails_with(ENOSYS, futex(operations[i] | real, NULL));
    }
    fails_with(ENOSYS, futex(FUTEX_WAKE | real, in_hole()));
    fails_with(ENOSYS, futex(99, in_hole()));
    fails_with(EINVAL, futex(FUTEX_LOCK_PI2 | real, &odd));
    fails_with(EINVAL, futex(FUTEX_WAIT_BITSET, &odd));
    fails_with(EINVAL, futex(FUTEX_WAIT_REQUEUE_PI, &odd));
}

static long queue(pid_t process, pid_t tid, int code, int number)
{
    siginfo_t info = { .si_code = code };
    return syscall(SYS_rt_tgsigqueueinfo, process, tid, number, &info);
}

static void *from_a_thread(void *leader)
{
    pid_t self = getpid(), me = syscall(SYS_gettid);
    siginfo_t info = { .si_code = SI_USER };
    /* What may only come from the kernel one may tell oneself: the thread. */
    is(queue(self, me, SI_USER, SIGURG), 0);
    is(queue(self, me, SI_TKILL, SIGURG), 0);
    fails_with(EPERM, queue(self, *(pid_t *)leader, SI_USER, SIGURG));
    is(queue(self, *(pid_t *)leader, SI_QUEUE, SIGURG), 0);
    fails_with(EPERM, syscall(SYS_rt_sigqueueinfo, self, SIGURG, &info));
    return NULL;
}

static void queued_signals(void)
{
    pid_t self = getpid();
    pthread_t thread;
    is(queue(self, self, SI_USER, SIGURG), 0);
    fails_with(ESRCH, queue(INT32_MAX, self, SI_USER, SIGURG));
    fails_with(ESRCH, queue(INT32_MAX, self, SI_USER, 99));
    fails_with(EPERM, queue(self, INT32_MAX, SI_USER, 99));
    fails_with(ESRCH, queue(self, INT32_MAX, SI_QUEUE, 99));
    fails_with(EINVAL, queue(self, self, SI_USER, 99));
    pthread_create(&thread, NULL, from_a_thread, &self);
    pthread_join(thread, NULL);
}

static void run(void)
{
    /* Low: two gigabytes from there are all addresses of the program's. */
    room = mmap((void *)0x20000000, 3 * PAGE, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(room, PAGE, PROT_READ | PROT_WRITE);
    file = open("f", O_RDWR | O_CREAT, 0644);
    path_fd = open("f", O_PATH);
    counter = eventfd(0, 0);
    pipe(ends);
    socketpair(AF_UNIX, SOCK_STREAM, 0, others);
    splices();
    counts();
    pairs();
    buffers();
    messages();
    timers();
    long_times();
    futex_times();
    queued_signals();
}
TEST_MAIN
