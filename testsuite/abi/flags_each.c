/* SPDX-License-Identifier: MIT */
/* Each flag by itself, of the calls that wait for events, move messages, advise,
 * and rule the system: what it does, or that it does nothing. */
#include "sockets.h"
#include "proc.h"

#include <linux/reboot.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum { PLAIN = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM };

/* Events. */

/* What is always told, and what only who asks is told. */
static const struct kind {
    const char *name;
    int always, ready;
    bool is_ready_always; /* as files are: epoll does not take it */
} kinds[] = {
    { "a file", 0, PLAIN, true },
    { "a directory", 0, PLAIN, true },
    { "/dev/null", 0, PLAIN, true },
    { "a pipe to read", 0, 0, false },
    { "a pipe to write", 0, POLLOUT | POLLWRNORM, false },
    { "a pipe without writers", POLLHUP, 0, false },
    { "a pipe without readers", POLLERR, POLLOUT | POLLWRNORM, false },
    { "a socket", 0, POLLOUT | POLLWRNORM | POLLWRBAND, false },
    { "a socket left alone", POLLHUP, PLAIN | POLLWRBAND | POLLRDHUP, false },
    { "a socket of nobody", POLLHUP, POLLOUT | POLLWRNORM | POLLWRBAND, false },
    { "an event counter", 0, POLLOUT, false },
    { "a path", POLLNVAL, 0, false },
    { "nothing", POLLNVAL, 0, false },
};
enum { KINDS = sizeof kinds / sizeof *kinds };
static int fds[KINDS];

static int end_of(int ends[2], int which, bool closes_other)
{
    if (closes_other)
        close(ends[!which]);
    return ends[which];
}

static int pipe_end(int which, bool closes_other)
{
    int ends[2];
    pipe(ends);
    return end_of(ends, which, closes_other);
}

static int pair_end(bool closes_other)
{
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    return end_of(ends, 0, closes_other);
}

static void make_kinds(void)
{
    const int made[KINDS] = { open("file", O_RDWR | O_CREAT, 0600),
        open(".", O_RDONLY), open("/dev/null", O_RDWR), pipe_end(0, false),
        pipe_end(1, false), pipe_end(0, true), pipe_end(1, true),
        pair_end(false), pair_end(true), socket(AF_UNIX, SOCK_STREAM, 0),
        eventfd(0, 0), open("file", O_PATH), 777 };
    memcpy(fds, made, sizeof fds);
}

/* -1: not what poll(2) says it is. */
static int poll_one(int fd, int events, bool by_ppoll)
{
    struct pollfd item = { fd, events, 0x7fff };
    struct timespec none = { 0, 0 };
    long count = -1;
    if (by_ppoll)
        count = raw(ppoll, &item, 1, &none, NULL, 8l);
#ifdef SYS_poll
    else
        count = raw(poll, &item, 1, 0);
#else
    else
        count = poll(&item, 1, 0);
#endif
    return count == !!item.revents ? item.revents : -1;
}

static void poll_each(const struct kind *kind, int fd, bool by_ppoll)
{
    char text[80];
    int wrong = 0;
    for (int bit = 1; bit < 0x8000; bit <<= 1)
        if (poll_one(fd, bit, by_ppoll) != ((bit & kind->ready) | kind->always))
            wrong |= bit;
    snprintf(text, sizeof text, "%s, each event of %s",
        by_ppoll ? "ppoll" : "poll", kind->name);
    if (!tap_case(!wrong, text))
        note("wrong: %#x", wrong);
}

static bool epoll_is_right(const struct kind *kind, int fd, uint32_t bit)
{
    struct epoll_event event = { bit, { 0 } }, got = { 0, { 0 } };
    int epoll = epoll_create1(0);
    int error = epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? errno : 0;
    int count = epoll_wait(epoll, &got, 1, 0);
    int wanted = (bit & kind->ready) | kind->always;
    close(epoll);
    if (kind->always & POLLNVAL)
        return error == EBADF;
    if (kind->is_ready_always)
        return error == EPERM;
    return !error && count == !!wanted && (int)got.events == wanted;
}

static void epoll_each(const struct kind *kind, int fd)
{
    char text[80];
    int wrong = 0;
    for (int bit = 1; bit < 0x8000; bit <<= 1)
        if (!epoll_is_right(kind, fd, bit))
            wrong |= bit;
    snprintf(text, sizeof text, "epoll_ctl, each event of %s", kind->name);
    if (!tap_case(!wrong, text))
        note("wrong: %#x", wrong);
}

static void events(void)
{
    make_kinds();
    for (int i = 0; i < KINDS; i++) {
        poll_each(&kinds[i], fds[i], false);
        poll_each(&kinds[i], fds[i], true);
        epoll_each(&kinds[i], fds[i]);
    }
    for (int i = 0; i < KINDS; i++)
        close(fds[i]);
    unlink("file");
}

/* Messages. */

enum { SEND = 3, SENT = 3, SOUGHT = 2, ZEROCOPY = 26, COMPATIBLE = 31 };
static const char *const moves[] = { "sendto", "sendmsg", "sendmmsg",
    "recvfrom", "recvmsg", "recvmmsg" };
static char bytes[16];

/* The bytes, or minus an error; what recvmsg says beside. */
static int move(int fd, int how, int flags, int *said)
{
    struct iovec part = { bytes, how < SEND ? SENT : SOUGHT };
    struct mmsghdr m = { .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } };
    long result = -1;
    m.msg_hdr.msg_flags = -1;
    switch (how) {
    case 0:
        result = raw(sendto, fd, bytes, 3l, flags, NULL, 0);
        break;
    case 1:
        result = raw(sendmsg, fd, &m.msg_hdr, flags);
        break;
    case 2:
        result = raw(sendmmsg, fd, &m, 1, flags);
        break;
    case 3:
        result = raw(recvfrom, fd, bytes, 2l, flags, NULL, NULL);
        break;
    case 4:
        result = raw(recvmsg, fd, &m.msg_hdr, flags);
        break;
    case 5:
        result = raw(recvmmsg, fd, &m, 1, flags, NULL);
        break;
    }
    *said = how > SEND && result != -1 ? m.msg_hdr.msg_flags : 0;
    if (result == -1)
        return -errno;
    return how % SEND == 2 ? (int)m.msg_len : (int)result;
}

static int wanted_move(int type, int how, int bit)
{
    int flag = (int)(1u << bit);
    if (flag == MSG_OOB && type != SOCK_STREAM)
        return -EOPNOTSUPP;
    if (flag == MSG_OOB && how >= SEND)
        return -EINVAL; /* nothing is urgent */
    if (bit == COMPATIBLE && how % SEND)
        return -EINVAL;
    if (how < SEND)
        return SENT;
    return flag == MSG_TRUNC && type != SOCK_STREAM ? SENT : SOUGHT;
}

static int wanted_word(int type, int how, int flag)
{
    if (how <= SEND)
        return 0;
    return (flag & MSG_CMSG_CLOEXEC) | (type != SOCK_STREAM ? MSG_TRUNC : 0);
}

/* What the next who reads gets: of what was sent, or what is left of three bytes
 * when two were taken. */
static int wanted_rest(int type, int how, int result, int flag)
{
    if (how < SEND && result < 0)
        return -EAGAIN;
    if (how < SEND && flag == MSG_OOB)
        return SENT - 1; /* the last byte goes its own way */
    if (how < SEND || result < 0 || flag == MSG_PEEK)
        return SENT;
    return type == SOCK_STREAM ? SENT - SOUGHT : -EAGAIN;
}

static bool move_is_right(int type, int how, int bit)
{
    int ends[2], said, flag = (int)(1u << bit);
    int wanted = wanted_move(type, how, bit);
    socketpair(AF_UNIX, type, 0, ends);
    if (how >= SEND)
        write(ends[1], "abc", SENT);
    int result = move(ends[0], how, flag, &said);
    int to = how < SEND;
    int left = recv(ends[to], bytes, sizeof bytes, MSG_DONTWAIT);
    if (left < 0)
        left = -errno;
    close(ends[0]), close(ends[1]);
    return result == wanted && left == wanted_rest(type, how, result, flag) &&
        (result < 0 || said == wanted_word(type, how, flag));
}

static void messages(void)
{
    static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
    static const char *const names[] = { "stream", "datagram", "packets" };
    char text[80];
    for (int t = 0; t < 3; t++)
        for (int how = 0; how < 2 * SEND; how++) {
            unsigned wrong = 0;
            for (int bit = 0; bit < 32; bit++)
                if (bit != ZEROCOPY && !move_is_right(types[t], how, bit))
                    wrong |= 1u << bit;
            snprintf(text, sizeof text, "%s, each flag, %s", moves[how],
                names[t]);
            if (!tap_case(!wrong, text))
                note("wrong: %#x", wrong);
        }
}

/* Advice, which changes nothing that can be seen. */
static void advice(void)
{
    int file = open("file", O_RDWR | O_CREAT, 0600), ends[2];
    write(file, "hello", 5);
    pipe(ends);
    for (int i = 0; i < 8; i++) {
        bool is_known = i < 6;
        int error = raw(fadvise64, file, 0l, 0l, i) ? errno : 0;
        is(error, is_known ? 0 : EINVAL);
        fails_with(ESPIPE, raw(fadvise64, ends[0], 0l, 0l, i));
        fails_with(EBADF, raw(fadvise64, 777, 0l, 0l, i));
        fails_with(EINVAL, raw(fadvise64, file, 0l, -1l, i));
    }
    is(pread(file, bytes, sizeof bytes, 0), 5);
    close(file), close(ends[0]), close(ends[1]);
    unlink("file");
}

/* The system. */

static const unsigned ways_to_end[] = {
    LINUX_REBOOT_CMD_RESTART, LINUX_REBOOT_CMD_HALT, LINUX_REBOOT_CMD_CAD_ON,
    LINUX_REBOOT_CMD_CAD_OFF, LINUX_REBOOT_CMD_POWER_OFF,
    LINUX_REBOOT_CMD_RESTART2, LINUX_REBOOT_CMD_SW_SUSPEND,
    LINUX_REBOOT_CMD_KEXEC,
};
enum { WAYS = sizeof ways_to_end / sizeof *ways_to_end };

static long end_system(unsigned command, unsigned second)
{
    return raw(reboot, LINUX_REBOOT_MAGIC1, second, command, NULL);
}

/* Only with the right words is it done at all. */
static void odd_words(void)
{
    for (int i = 0; i < WAYS; i++)
        fails_with(EINVAL, end_system(ways_to_end[i], 1));
    is(end_system(LINUX_REBOOT_CMD_CAD_ON, LINUX_REBOOT_MAGIC2), 0);
    is(end_system(LINUX_REBOOT_CMD_CAD_OFF, LINUX_REBOOT_MAGIC2A), 0);
    fails_with(EINVAL, end_system(LINUX_REBOOT_CMD_KEXEC, LINUX_REBOOT_MAGIC2B));
    fails_with(EINVAL, end_system(1, LINUX_REBOOT_MAGIC2C));
}

static long log_call(int action, long bytes)
{
    static char text[64];
    return raw(syslog, action, bytes ? text : NULL, bytes);
}

/* The first that waits is left out: 2.  The console says no more than before. */
static void log_of_root(void)
{
    int level = atoi(whole("/proc/sys/kernel/printk"));
    is(log_call(0, 0), 0);
    is(log_call(1, 0), 0);
    ok(log_call(3, 9) >= 0);
    fails_with(EINVAL, log_call(2, -1));
    fails_with(EINVAL, log_call(3, -1));
    fails_with(EINVAL, log_call(3, 0));
    fails_with(EINVAL, log_call(4, 0));
    is(log_call(5, 0), 0);
    is(log_call(8, 7), 0);
    fails_with(EINVAL, log_call(8, 0));
    fails_with(EINVAL, log_call(8, 9));
    ok(log_call(9, 0) >= 0);
    ok(log_call(10, 0) > 0);
    fails_with(EINVAL, log_call(11, 0));
    fails_with(EINVAL, log_call(-1, 0));
    is(log_call(6, 0), 0);
    is(log_call(7, 0), 0);
    is(log_call(8, level), 0);
    is(atoi(whole("/proc/sys/kernel/printk")), level);
}

static void as_nobody(void *data)
{
    (void)data;
    if (setresuid(1000, 1000, 1000))
        _exit(1);
    for (int i = 0; i < WAYS; i++)
        if (end_system(ways_to_end[i], LINUX_REBOOT_MAGIC2) != -1 ||
            errno != EPERM || end_system(ways_to_end[i], 1) != -1 ||
            errno != EPERM)
            _exit(2);
    for (int i = -1; i < 12; i++)
        if (log_call(i, 9) != -1 || errno != EPERM)
            _exit(3);
}

static void run(void)
{
    events();
    messages();
    advice();
    odd_words();
    log_of_root();
    is(in_child(as_nobody, NULL), 0);
}
TEST_MAIN
