/* SPDX-License-Identifier: MIT */
/* Descriptors and credentials through local sockets. */
#include "sockets.h"

static void descriptors(void)
{
    int fds[2], ends[2], told;
    char text[8] = "";
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    pipe(ends);
    is(send_fds(fds[0], "x", &ends[0], 1), 1);
    close(ends[0]); /* it lives on in flight */
    is(write(ends[1], "still", 5), 5);
    int fd = receive_fd(fds[1], MSG_CMSG_CLOEXEC, &told);
    ok(fd >= 0);
    is(told, MSG_CMSG_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(read(fd, text, 8), 5);
    close(fd);
    close(ends[1]);

    /* A peek makes a descriptor of its own. */
    int null = open("/dev/null", O_RDWR), path = open("/", O_PATH);
    is(send_fds(fds[0], "x", &null, 1), 1);
    int first = receive_fd(fds[1], MSG_PEEK, NULL);
    fd = receive_fd(fds[1], 0, NULL);
    ok(first >= 0 && fd >= 0 && first != fd);
    is(fcntl(fd, F_GETFD), 0);
    close(first);
    close(fd);
    is(send_fds(fds[0], "x", &path, 1), 1);
    fd = receive_fd(fds[1], 0, NULL);
    fails_with(EBADF, read(fd, text, 1));
    close(fd);

    /* Without room they are closed, and it is said. */
    struct parcel parcel;
    is(send_fds(fds[0], "y", &null, 1), 1);
    is(recvmsg(fds[1], parcel_for(&parcel, NULL, 0), 0), 1);
    is(parcel.header.msg_flags, MSG_CTRUNC);
    is(send_fds(fds[0], "y", &null, 1), 1);
    is(read(fds[1], text, 8), 1);
    int two[2] = { null, null };
    is(send_fds(fds[0], "y", two, 2), 1);
    fd = receive_fd(fds[1], 0, &told);
    is(told, 0); /* CMSG_SPACE is padded: there is room for two */
    close(fd);
    close(fd + 1);
    close(null);
    close(path);
    close(fds[0]);
    close(fds[1]);
}

static void errors(void)
{
    int fds[2], bad = 99, many[254];
    struct parcel parcel;
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    fails_with(EBADF, send_fds(fds[0], "x", &bad, 1));
    for (int i = 0; i < 254; i++)
        many[i] = 1;
    fails_with(EINVAL, send_fds(fds[0], "x", many, 254));
    is(send_fds(fds[0], "x", many, 253), 1);
    is(recv(fds[1], &bad, 1, 0), 1);
    struct msghdr *header = parcel_for(&parcel, "x", CMSG_SPACE(4));
    struct cmsghdr *first = CMSG_FIRSTHDR(header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = 77;
    first->cmsg_len = CMSG_LEN(4);
    fails_with(EINVAL, sendmsg(fds[0], header, 0));
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = 8;
    fails_with(EINVAL, sendmsg(fds[0], header, 0));
    first->cmsg_len = CMSG_LEN(100);
    fails_with(EINVAL, sendmsg(fds[0], header, 0));
    first->cmsg_len = CMSG_LEN(4);
    first->cmsg_level = 6; /* not for sockets at large: not ours */
    is(sendmsg(fds[0], header, 0), 1);
    header->msg_control = (void *)8;
    fails_with(EFAULT, syscall(SYS_sendmsg, fds[0], header, 0));
    close(fds[0]);
    close(fds[1]);
}

/* A read stops after the bytes that descriptors came with. */
static void in_streams(void)
{
    int fds[2], null = open("/dev/null", O_RDWR);
    char text[16];
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    write(fds[0], "ab", 2);
    send_fds(fds[0], "cd", &null, 1);
    write(fds[0], "ef", 2);
    is(recv(fds[1], text, 16, 0), 4);
    is(recv(fds[1], text, 16, 0), 2);
    send_fds(fds[0], "gh", &null, 1);
    struct parcel parcel;
    struct msghdr *header = parcel_for(&parcel, NULL, CMSG_SPACE(4));
    parcel.vector.iov_len = 1;
    is(recvmsg(fds[1], header, 0), 1);
    int fd;
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(header)), 4);
    close(fd);
    is(receive_fd(fds[1], 0, NULL), -1); /* they came with the first byte */
    close(null);
    close(fds[0]);
    close(fds[1]);
}

/* No descriptor is free: what could be given was. */
static void full_table(void)
{
    int fds[2], two[2] = { 0, 1 }, taken[1024], count = 0, told;
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    is(send_fds(fds[0], "x", two, 2), 1);
    while (count < 1024 && (taken[count] = dup(0)) >= 0)
        count++;
    is(errno, EMFILE);
    close(taken[--count]);
    struct parcel parcel;
    is(recvmsg(fds[1], parcel_for(&parcel, NULL, CMSG_SPACE(8)), 0), 1);
    is(parcel.header.msg_flags, MSG_CTRUNC);
    struct cmsghdr *first = CMSG_FIRSTHDR(&parcel.header);
    is(first->cmsg_len, CMSG_LEN(4));
    memcpy(&told, CMSG_DATA(first), 4);
    is(told, taken[count]);
    close(told);
    while (count--)
        close(taken[count]);
    close(fds[0]);
    close(fds[1]);
}

static struct ucred *claim(struct msghdr *header)
{
    struct cmsghdr *first = CMSG_FIRSTHDR(header);
    if (!first || first->cmsg_type != SCM_CREDENTIALS)
        return NULL;
    return (struct ucred *)CMSG_DATA(first);
}

static ssize_t send_claim(int fd, pid_t pid, uid_t uid, gid_t gid)
{
    struct parcel parcel;
    struct ucred mine = { pid, uid, gid };
    struct msghdr *header = parcel_for(&parcel, "x", CMSG_SPACE(sizeof mine));
    struct cmsghdr *first = CMSG_FIRSTHDR(header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_CREDENTIALS;
    first->cmsg_len = CMSG_LEN(sizeof mine);
    memcpy(CMSG_DATA(first), &mine, sizeof mine);
    return sendmsg(fd, header, 0);
}

static void as_user(void *data)
{
    int fd = *(int *)data;
    if (setgid(1000) || setuid(1001))
        _exit(1);
    if (send_claim(fd, getpid(), 0, 1000) != -1 || errno != EPERM)
        _exit(2);
    if (send_claim(fd, getpid(), 1001, 0) != -1 || errno != EPERM)
        _exit(3);
    if (send_claim(fd, getppid(), 1001, 1000) != -1 || errno != EPERM)
        _exit(4);
    if (send_claim(fd, getpid(), 1001, 1000) != 1)
        _exit(5);
    if (write(fd, "y", 1) != 1)
        _exit(6);
}

static void credentials(void)
{
    int fds[2];
    struct parcel parcel;
    struct msghdr *header;
    struct ucred *who;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    write(fds[0], "before", 6);
    set_option(fds[1], SO_PASSCRED, 1);
    header = parcel_for(&parcel, NULL, 256);
    is(recvmsg(fds[1], header, 0), 6);
    who = claim(header);
    ok(who && who->pid == 0 && who->uid == 65534 && who->gid == 65534);
    is(header->msg_controllen, CMSG_SPACE(sizeof *who));
    is(in_child(as_user, &fds[0]), 0);
    for (int i = 0; i < 2; i++) {
        header = parcel_for(&parcel, NULL, 256);
        is(recvmsg(fds[1], header, 0), 1);
        who = claim(header);
        ok(who && who->uid == 1001 && who->gid == 1000);
    }
    is(send_claim(fds[0], 1, 5, 6), 1); /* root may say what it wants */
    header = parcel_for(&parcel, NULL, 20);
    is(recvmsg(fds[1], header, 0), 1);
    is(header->msg_flags, MSG_CTRUNC);
    is(header->msg_controllen, 20);
    fails_with(ESRCH, send_claim(fds[0], 99999, 0, 0));
    write(fds[0], "z", 1);
    header = parcel_for(&parcel, NULL, 0);
    header->msg_control = NULL;
    is(recvmsg(fds[1], header, 0), 1);
    is(header->msg_flags, MSG_CTRUNC);
    close(fds[0]);
    close(fds[1]);
}

static void connect_as_user(void *data)
{
    (void)data;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct ucred who;
    socklen_t bytes = sizeof who;
    if (setgid(1000) || setuid(1001) || connect_to(fd, "@peer"))
        _exit(1);
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &bytes);
    if (who.pid != getppid() || who.uid || who.gid)
        _exit(2);
}

static void peers(void)
{
    int listener = listen_at(SOCK_STREAM, "@peer", 3), fds[2];
    struct ucred who;
    socklen_t bytes = sizeof who;
    is(in_child(connect_as_user, NULL), 0);
    int server = accept(listener, NULL, NULL);
    is(getsockopt(server, SOL_SOCKET, SO_PEERCRED, &who, &bytes), 0);
    is(bytes, sizeof who);
    is(who.uid, 1001);
    is(who.gid, 1000);
    close(server);
    close(listener);
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds);
    is(getsockopt(fds[0], SOL_SOCKET, SO_PEERCRED, &who, &bytes), 0);
    ok(who.pid == getpid() && !who.uid && !who.gid);
    close(fds[0]);
    close(fds[1]);
    int lonely = socket(AF_UNIX, SOCK_STREAM, 0);
    is(getsockopt(lonely, SOL_SOCKET, SO_PEERCRED, &who, &bytes), 0);
    ok(who.pid == 0 && who.uid == (uid_t)-1 && who.gid == (gid_t)-1);
    fails_with(ENOPROTOOPT, set_option(lonely, SO_PEERCRED, 1));
    close(lonely);
}

/* What each of these leaves behind is looked for after the test. */
static void cycles(void)
{
    int fds[2], others[2];
    for (int i = 0; i < 20; i++) { /* a socket through itself */
        socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
        send_fds(fds[0], "x", &fds[1], 1);
        send_fds(fds[0], "x", &fds[0], 1);
        close(fds[0]);
        close(fds[1]);
    }
    for (int i = 0; i < 20; i++) { /* two pairs through each other */
        socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
        socketpair(AF_UNIX, SOCK_STREAM, 0, others);
        send_fds(fds[0], "x", &others[1], 1);
        send_fds(others[0], "x", &fds[1], 1);
        close(fds[0]);
        close(fds[1]);
        close(others[0]);
        close(others[1]);
    }
    /* A listener through the connection that waits at it. */
    int listener = listen_at(SOCK_STREAM, "@cycle", 3);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    connect_to(client, "@cycle");
    is(send_fds(client, "x", &listener, 1), 1);
    is(send_fds(client, "x", &client, 1), 1);
    close(listener);
    close(client);
    /* One that is held by a living queue stays. */
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    socketpair(AF_UNIX, SOCK_STREAM, 0, others);
    send_fds(others[0], "x", &others[1], 1);
    send_fds(fds[0], "x", &others[0], 1);
    send_fds(fds[0], "y", &others[1], 1);
    close(others[0]);
    close(others[1]);
    close(socket(AF_UNIX, SOCK_STREAM, 0));
    int alive = receive_fd(fds[1], 0, NULL);
    int there = receive_fd(fds[1], 0, NULL);
    int inner = receive_fd(there, 0, NULL);
    ok(alive >= 0 && there >= 0 && inner >= 0);
    is(write(alive, "z", 1), 1);
    char byte;
    is(read(inner, &byte, 1), 1);
    close(alive);
    close(there);
    close(inner);
    close(fds[0]);
    close(fds[1]);
}

/* One in another in another …, closed at once. */
static void chains(void)
{
    enum { LONG = 400 };
    int fds[2], last = -1;
    for (int i = 0; i < LONG; i++) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
        if (last >= 0 && send_fds(fds[0], "x", &last, 1) != 1)
            note("chain broke at %d: %s", i, strerror(errno));
        if (last >= 0)
            close(last);
        close(fds[0]);
        last = fds[1];
    }
    int next = receive_fd(last, 0, NULL);
    ok(next >= 0);
    close(next);
    is(close(last), 0);
}

static void run(void)
{
    descriptors();
    errors();
    in_streams();
    full_table();
    credentials();
    peers();
    cycles();
    chains();
}
TEST_MAIN
