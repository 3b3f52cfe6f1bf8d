/* SPDX-License-Identifier: MIT */
/* Options of local sockets that stand beside the common ones: when a packet was
 * sent, who the other side is, numbers that are only kept. */
#include "sockets.h"

#include <grp.h>
#include <linux/time_types.h>
#include <time.h>

enum { /* asm-generic/socket.h */
    BSDCOMPAT = 14, PEERNAME = 28, TIME_OLD = 29, TIME_NS_OLD = 35, MARK = 36,
    RXQ_OVFL = 40, WIFI_STATUS = 41, NOFCS = 43, SELECT_ERR_QUEUE = 45,
    COOKIE = 57, PEERGROUPS = 59, TIME_NEW = 63, TIME_NS_NEW = 64,
    RCVMARK = 75,
};

static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

/* Switches. */

static void switches(void)
{
    static const int kept[] = { RXQ_OVFL, WIFI_STATUS, NOFCS,
        SELECT_ERR_QUEUE, RCVMARK };
    int fds[2];
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < 5; i++) {
            socketpair(AF_UNIX, types[t], 0, fds);
            is(option(fds[0], kept[i]), 0);
            is(set_option(fds[0], kept[i], 7), 0);
            is(option(fds[0], kept[i]), 1);
            is(option(fds[1], kept[i]), 0);
            is(set_option(fds[0], kept[i], 0), 0);
            is(option(fds[0], kept[i]), 0);
            close(fds[0]);
            close(fds[1]);
        }
}

static void forgotten(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    is(set_option(fd, BSDCOMPAT, 1), 0);
    is(option(fd, BSDCOMPAT), 0);
    close(fd);
}

static void mark_of_user(void *data)
{
    int fd = *(int *)data;
    if (setresuid(1000, 1000, 1000))
        _exit(1);
    bool is_refused = set_option(fd, MARK, 5) == -1 && errno == EPERM;
    _exit(!is_refused || option(fd, MARK) != -2);
}

static void mark(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    is(option(fd, MARK), 0);
    is(set_option(fd, MARK, -2), 0);
    is(option(fd, MARK), -2);
    is(in_child(mark_of_user, &fd), 0);
    close(fd);
}

/* An error that waits is urgent, if that is asked for: not for streams. */
static void errors_first(void)
{
    for (int t = 0; t < 3; t++) {
        int fds[2];
        socketpair(AF_UNIX, types[t], 0, fds);
        is(write(fds[1], "x", 1), 1);
        close(fds[0]); /* with what was not read: ECONNRESET */
        is(ready(fds[1], POLLPRI) & (POLLERR | POLLPRI),
            types[t] == SOCK_DGRAM ? 0 : POLLERR);
        is(set_option(fds[1], SELECT_ERR_QUEUE, 1), 0);
        is(ready(fds[1], POLLPRI) & (POLLERR | POLLPRI),
            types[t] == SOCK_DGRAM       ? 0
                : types[t] == SOCK_STREAM ? POLLERR
                                          : POLLERR | POLLPRI);
        close(fds[1]);
    }
}

/* Time stamps. */

static const struct form {
    int option;
    bool in_ns;
} forms[] = {
    { TIME_OLD, false },
    { TIME_NEW, false },
    { TIME_NS_OLD, true },
    { TIME_NS_NEW, true },
};
enum { FORMS = 4 };

static void one_form_at_a_time(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    for (int i = 0; i < FORMS; i++) {
        is(set_option(fd, forms[i].option, 1), 0);
        for (int k = 0; k < FORMS; k++)
            /* Of the new ones, that of nanoseconds sets the other too. */
            is(option(fd, forms[k].option),
                k == i || (forms[i].option == TIME_NS_NEW &&
                              forms[k].option == TIME_NEW));
    }
    is(set_option(fd, TIME_OLD, 0), 0); /* whichever it was */
    for (int k = 0; k < FORMS; k++)
        is(option(fd, forms[k].option), 0);
    close(fd);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What came with the next message: the count of such, the time of the last. */
static int stamps(
    int fd, const struct form *form, int flags, int64_t *when_ns)
{
    union {
        struct cmsghdr align;
        char bytes[256];
    } room;
    char byte;
    struct iovec vector = { &byte, 1 };
    struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1,
        .msg_control = &room, .msg_controllen = sizeof room };
    int count = 0;
    if (recvmsg(fd, &header, flags) != 1)
        return -errno;
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&header); at;
        at = CMSG_NXTHDR(&header, at)) {
        int64_t time[2];
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != form->option ||
            at->cmsg_len != CMSG_LEN(sizeof time))
            continue;
        memcpy(time, CMSG_DATA(at), sizeof time);
        *when_ns = time[0] * 1000000000 + time[1] * (form->in_ns ? 1 : 1000);
        count++;
    }
    return count;
}

/* Within what a clock of microseconds rounds away. */
static bool is_between(int64_t ns, int64_t from_ns, int64_t to_ns)
{
    return ns >= from_ns - 1000 && ns <= to_ns;
}

static void of_packets(const struct form *form, int type)
{
    int fds[2];
    int64_t when_ns = 0, again_ns = 0;
    socketpair(AF_UNIX, type, 0, fds);
    is(set_option(fds[1], form->option, 1), 0);
    int64_t from_ns = now_ns();
    is(send(fds[0], "x", 1, 0), 1);
    int64_t to_ns = now_ns();
    usleep(2000);
    is(stamps(fds[1], form, MSG_PEEK, &again_ns), 1);
    is(stamps(fds[1], form, 0, &when_ns), 1);
    ok(is_between(when_ns, from_ns, to_ns));
    is(again_ns, when_ns);
    is(send(fds[1], "x", 1, 0), 1); /* the other way nobody asked */
    is(stamps(fds[0], form, 0, &when_ns), 0);
    close(fds[0]);
    close(fds[1]);
}

/* One that was there before is stamped when it is first looked at. */
static void of_earlier_packets(const struct form *form)
{
    int fds[2];
    int64_t when_ns = 0, again_ns = 0;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    is(send(fds[0], "x", 1, 0), 1);
    usleep(2000);
    is(set_option(fds[1], form->option, 1), 0);
    int64_t from_ns = now_ns();
    is(stamps(fds[1], form, MSG_PEEK, &again_ns), 1);
    int64_t to_ns = now_ns();
    is(stamps(fds[1], form, 0, &when_ns), 1);
    ok(is_between(when_ns, from_ns, to_ns));
    is(again_ns, when_ns);
    close(fds[0]);
    close(fds[1]);
}

static void of_streams(const struct form *form)
{
    int fds[2];
    int64_t when_ns;
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    is(set_option(fds[1], form->option, 1), 0);
    is(send(fds[0], "x", 1, 0), 1);
    is(stamps(fds[1], form, 0, &when_ns), 0);
    close(fds[0]);
    close(fds[1]);
}

static void times(void)
{
    for (int i = 0; i < FORMS; i++) {
        of_packets(&forms[i], SOCK_DGRAM);
        of_packets(&forms[i], SOCK_SEQPACKET);
        of_earlier_packets(&forms[i]);
        of_streams(&forms[i]);
    }
}

/* The time comes first, credentials next, descriptors last. */
static void order(void)
{
    int fds[2];
    struct parcel parcel;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    set_option(fds[1], TIME_OLD, 1);
    set_option(fds[1], SO_PASSCRED, 1);
    int sent = 0;
    is(send_fds(fds[0], "x", &sent, 1), 1);
    int types_seen[4] = { 0 }, count = 0;
    is(recvmsg(fds[1], parcel_for(&parcel, NULL, sizeof parcel.control), 0), 1);
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&parcel.header); at && count < 4;
        at = CMSG_NXTHDR(&parcel.header, at)) {
        types_seen[count++] = at->cmsg_type;
        if (at->cmsg_type == SCM_RIGHTS)
            close(*(int *)CMSG_DATA(at));
    }
    is(count, 3);
    is(types_seen[0], TIME_OLD);
    is(types_seen[1], SCM_CREDENTIALS);
    is(types_seen[2], SCM_RIGHTS);
    close(fds[0]);
    close(fds[1]);
}

/* The other side. */

static long get(int fd, int which, void *to, socklen_t *bytes)
{
    return getsockopt(fd, SOL_SOCKET, which, to, bytes) ? -errno : 0;
}

static void peer_names(void)
{
    int a = listen_at(SOCK_STREAM, "@options-peer", 1);
    int b = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name;
    socklen_t bytes = sizeof name;
    is(get(b, PEERNAME, &name, &bytes), -ENOTCONN);
    is(connect_to(b, "@options-peer"), 0);
    is(get(b, PEERNAME, &name, &bytes), -EINVAL); /* more than it has */
    bytes = NAME_HEAD + 13;
    is(get(b, PEERNAME, &name, &bytes), 0);
    is(bytes, NAME_HEAD + 13);
    is_text(name_text(&name, bytes), "@options-peer");
    memset(&name, 0, sizeof name);
    bytes = NAME_HEAD + 4;
    is(get(b, PEERNAME, &name, &bytes), 0);
    is(bytes, NAME_HEAD + 4);
    is_text(name_text(&name, bytes), "@opt");
    bytes = 4;
    is(get(b, PEERNAME, (void *)8, &bytes), -EFAULT);
    fails_with(ENOPROTOOPT, set_option(b, PEERNAME, 1));
    close(a);
    close(b);
}

static void with_groups(void *data)
{
    (void)data;
    gid_t groups[3] = { 5, 9, 70000 }, got[4] = { 0 };
    int fds[2];
    socklen_t bytes = sizeof got;
    if (setgroups(3, groups) || socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
        _exit(1);
    if (setgroups(0, NULL) || get(fds[0], PEERGROUPS, got, &bytes) ||
        bytes != sizeof groups || memcmp(got, groups, sizeof groups))
        _exit(2);
    bytes = 8;
    if (get(fds[0], PEERGROUPS, got, &bytes) != -ERANGE ||
        bytes != sizeof groups)
        _exit(3);
    if (get(fds[0], PEERGROUPS, (void *)8, &bytes) != -EFAULT)
        _exit(4);
    _exit(0);
}

static void peer_groups(void)
{
    int fds[2];
    gid_t got[4];
    socklen_t bytes = sizeof got;
    int alone = socket(AF_UNIX, SOCK_STREAM, 0);
    is(get(alone, PEERGROUPS, got, &bytes), -ENODATA);
    close(alone);
    is(in_child(with_groups, NULL), 0);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    fails_with(ENOPROTOOPT, set_option(fds[0], PEERGROUPS, 1));
    close(fds[0]);
    close(fds[1]);
}

static void cookies(void)
{
    int fds[2];
    uint64_t a = 0, b = 0, again = 0;
    socklen_t bytes = sizeof a;
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    is(get(fds[0], COOKIE, &a, &bytes), 0);
    is(bytes, 8);
    is(get(fds[1], COOKIE, &b, &bytes), 0);
    is(get(fds[0], COOKIE, &again, &bytes), 0);
    ok(a && b && a != b);
    is(again, a);
    bytes = 4;
    is(get(fds[0], COOKIE, &b, &bytes), -EINVAL);
    fails_with(ENOPROTOOPT, set_option(fds[0], COOKIE, 1));
    close(fds[0]);
    close(fds[1]);
}

static void run(void)
{
    switches();
    forgotten();
    mark();
    errors_first();
    one_form_at_a_time();
    times();
    order();
    peer_names();
    peer_groups();
    cookies();
}

TEST_MAIN
