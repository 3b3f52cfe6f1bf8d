/* SPDX-License-Identifier: MIT */
/* What the tests of local sockets have in common. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "tap.h"

#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { NAME_HEAD = offsetof(struct sockaddr_un, sun_path) };

/* "@name" is abstract. */
static inline struct sockaddr_un address_of(const char *name, socklen_t *bytes)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    if (*name == '@')
        address.sun_path[0] = '\0';
    *bytes = NAME_HEAD + length + (*name != '@');
    return address;
}

static inline int bind_to(int fd, const char *name)
{
    socklen_t bytes;
    struct sockaddr_un address = address_of(name, &bytes);
    return bind(fd, (struct sockaddr *)&address, bytes);
}

static inline int connect_to(int fd, const char *name)
{
    socklen_t bytes;
    struct sockaddr_un address = address_of(name, &bytes);
    return connect(fd, (struct sockaddr *)&address, bytes);
}

static inline ssize_t send_to(
    int fd, const void *data, size_t count, int flags, const char *name)
{
    socklen_t bytes;
    struct sockaddr_un address = address_of(name, &bytes);
    return sendto(
        fd, data, count, flags, (struct sockaddr *)&address, bytes);
}

static inline int listen_at(int type, const char *name, int backlog)
{
    int fd = socket(AF_UNIX, type, 0);
    if (fd < 0 || bind_to(fd, name) || listen(fd, backlog))
        note("listen_at %s: %s", name, strerror(errno));
    return fd;
}

/* The name as address_of takes it; "" for none. */
static inline const char *name_text(
    const struct sockaddr_un *address, socklen_t bytes)
{
    static char text[128];
    memset(text, 0, sizeof text);
    if (bytes > NAME_HEAD)
        memcpy(text, address->sun_path, bytes - NAME_HEAD);
    if (bytes > NAME_HEAD && !text[0])
        text[0] = '@';
    return text;
}

static inline const char *own_name(int fd)
{
    struct sockaddr_un address;
    socklen_t bytes = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &bytes))
        return strerror(errno);
    return name_text(&address, bytes);
}

static inline const char *peer_name(int fd)
{
    struct sockaddr_un address;
    socklen_t bytes = sizeof address;
    if (getpeername(fd, (struct sockaddr *)&address, &bytes))
        return strerror(errno);
    return name_text(&address, bytes);
}

static inline int option(int fd, int which)
{
    int value = -1;
    socklen_t bytes = sizeof value;
    if (getsockopt(fd, SOL_SOCKET, which, &value, &bytes))
        return -errno;
    return value;
}

static inline int set_option(int fd, int which, int value)
{
    return setsockopt(fd, SOL_SOCKET, which, &value, sizeof value);
}

static inline int ready(int fd, int events)
{
    struct pollfd item = { .fd = fd, .events = events };
    return poll(&item, 1, 0) < 0 ? -errno : item.revents;
}

/* A message with room for descriptors and credentials. */
struct parcel {
    char data[64];
    struct iovec vector;
    struct msghdr header;
    union {
        struct cmsghdr align;
        char bytes[2048];
    } control;
};

static inline struct msghdr *parcel_for(
    struct parcel *parcel, const char *text, size_t control_bytes)
{
    memset(parcel, 0, sizeof *parcel);
    if (text)
        strcpy(parcel->data, text);
    parcel->vector.iov_base = parcel->data;
    parcel->vector.iov_len = text ? strlen(text) : sizeof parcel->data;
    parcel->header.msg_iov = &parcel->vector;
    parcel->header.msg_iovlen = 1;
    parcel->header.msg_control = parcel->control.bytes;
    parcel->header.msg_controllen = control_bytes;
    return &parcel->header;
}

static inline ssize_t send_fds(int to, const char *text, int *fds, int count)
{
    static struct parcel parcel;
    size_t bytes = count * sizeof(int);
    struct msghdr *header = parcel_for(&parcel, text, CMSG_SPACE(bytes));
    struct cmsghdr *first = CMSG_FIRSTHDR(header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(first), fds, bytes);
    /* The C library has a limit of its own. */
    return syscall(SYS_sendmsg, to, header, MSG_NOSIGNAL);
}

/* The first descriptor that comes; -1: none. */
static inline int receive_fd(int from, int flags, int *told)
{
    static struct parcel parcel;
    int fd = -1;
    struct msghdr *header =
        parcel_for(&parcel, NULL, CMSG_SPACE(sizeof fd));
    ssize_t got = recvmsg(from, header, flags);
    if (told)
        *told = header->msg_flags;
    struct cmsghdr *first = got >= 0 ? CMSG_FIRSTHDR(header) : NULL;
    if (first && first->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(first), sizeof fd);
    return fd;
}

#endif
