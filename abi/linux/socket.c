/* SPDX-License-Identifier: MIT */
/* socket(2) and the life of a connection: bind, listen, accept, connect,
 * shutdown, names. */
#include <linux/fcntl.h>
#include <linux/socket.h>
#include <linux/un.h>

#include "abi/linux/arguments.h"
#include "abi/linux/socket.h"
#include "vfs/file_count.h"

static_assert(sizeof(struct sockaddr_un) ==
        sizeof(uint16_t) + UNIX_PATH_MAX, "a family, then a path");
static_assert(sizeof((struct socket_address *)0)->raw == _K_SS_MAXSIZE,
    "the longest address");
static_assert(SOCK_NONBLOCK == O_NONBLOCK && SOCK_CLOEXEC == O_CLOEXEC,
    "flags of sockets are those of files");

struct socket *socket_argument(
    int fd, struct file **file, bool *has_reference, int *error)
{
    *file = file_argument(fd, has_reference);
    *error = -EBADF;
    if (!*file)
        return NULL;
    struct socket *socket = file_socket(*file);
    if (socket)
        return socket;
    files_return(*file, *has_reference);
    *error = -ENOTSOCK;
    return NULL;
}

int address_argument(
    struct socket_address *address, const void __user *from, int bytes)
{
    if (bytes < 0 || (size_t)bytes > sizeof address->raw)
        return -EINVAL;
    address->bytes = bytes;
    address->family = FAMILY_NONE;
    return bytes ? user_read(address->raw, from, bytes) : 0;
}

int address_give(const struct socket_address *address, void __user *to,
    int __user *bytes_at)
{
    int room, bytes = address->bytes;
    if (user_read(&room, bytes_at, sizeof room))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if (user_write(to, address->raw, min(room, bytes)))
        return -EFAULT;
    return user_write(bytes_at, &bytes, sizeof bytes);
}

static unsigned open_flags_of(int type)
{
    return type & SOCK_NONBLOCK ? OPEN_NONBLOCK : 0;
}

static bool has_bad_flags(int type)
{
    return type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC);
}

long sys_socket(int family, int type, int protocol)
{
    struct socket_user user;
    struct file *file;
    if (has_bad_flags(type))
        return -EINVAL;
    socket_user_now(&user);
    int error = socket_open(family, type & SOCK_TYPE_MASK, protocol,
        open_flags_of(type), &user, &file);
    return error ? error : fd_give(file, fd_flags_from(type));
}

/* Two descriptors, or none of the two. */
static int reserve_pair(int fds[2], unsigned fd_flags)
{
    for (int i = 0; i < 2; i++) {
        fds[i] = files_reserve(current->files, 0, files_limit(), fd_flags);
        if (fds[i] >= 0)
            continue;
        if (i)
            files_release(current->files, fds[0]);
        return fds[i];
    }
    return 0;
}

long sys_socketpair(int family, int type, int protocol, void __user *to)
{
    struct socket_user user;
    struct file *files[2];
    int fds[2];
    if (has_bad_flags(type))
        return -EINVAL;
    int error = reserve_pair(fds, fd_flags_from(type));
    if (error)
        return error;
    /* The program is told the numbers first, even if nothing comes of it. */
    error = user_write(to, fds, sizeof fds);
    socket_user_now(&user);
    if (!error)
        error = socket_open_pair(family, type & SOCK_TYPE_MASK, protocol,
            open_flags_of(type), &user, files);
    for (int i = 0; i < 2; i++) {
        if (error)
            files_release(current->files, fds[i]);
        else
            files_install(current->files, fds[i], files[i]);
    }
    return error;
}

enum address_use { BIND, CONNECT };

static int use_address(struct socket *socket, enum address_use use,
    const struct socket_address *address)
{
    struct socket_user user;
    socket_user_now(&user);
    if (use == BIND)
        return socket->ops->bind ? socket->ops->bind(socket, address, &user)
                                 : -EOPNOTSUPP;
    if (!socket->ops->connect)
        return -EOPNOTSUPP;
    bool waits = !(socket->file->flags & OPEN_NONBLOCK);
    return socket->ops->connect(
        socket, address, &user, waits ? 0 : MESSAGE_DO_NOT_WAIT);
}

static long use_address_of_fd(
    int fd, enum address_use use, const void __user *from, int bytes)
{
    struct socket_address address;
    struct file *file;
    bool has_reference;
    int error;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    error = address_argument(&address, from, bytes);
    if (!error)
        error = use_address(socket, use, &address);
    files_return(file, has_reference);
    return error;
}

long sys_bind(int fd, const void __user *from, int bytes)
{
    return use_address_of_fd(fd, BIND, from, bytes);
}

long sys_connect(int fd, const void __user *from, int bytes)
{
    struct socket_address address;
    /* An address is looked at even if this is no socket. */
    long result = use_address_of_fd(fd, CONNECT, from, bytes);
    int error = result == -ENOTSOCK ? address_argument(&address, from, bytes)
                                    : 0;
    return error ? error : result;
}

long sys_listen(int fd, int backlog)
{
    struct socket_user user;
    struct file *file;
    bool has_reference;
    int error;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    unsigned most = min((unsigned)backlog, (unsigned)SOCKET_BACKLOG_MAX);
    socket_user_now(&user);
    error = socket->ops->listen ? socket->ops->listen(socket, most, &user)
                                : -EOPNOTSUPP;
    files_return(file, has_reference);
    return error;
}

static int give_name(struct socket *socket, enum socket_name which,
    void __user *to, int __user *bytes_at)
{
    struct socket_address address;
    if (!socket->ops->name)
        return -EINVAL;
    int error = socket->ops->name(socket, which, &address);
    return error ? error : address_give(&address, to, bytes_at);
}

static int accept_file(struct socket *socket, void __user *to,
    int __user *bytes_at, unsigned flags, struct file **file)
{
    struct socket_user user;
    /* Who called stays in the queue, too, where no file may be made. */
    int error = file_count_check(current->credentials);
    if (error)
        return error;
    socket_user_now(&user);
    error = socket_accept(socket, flags, &user, file);
    if (error || !to)
        return error;
    error = give_name(file_socket(*file), SOCKET_PEER_NAME, to, bytes_at);
    if (error)
        file_put(*file);
    return error;
}

/* The number is taken first: where there is none, who called stays in the
 * queue. */
static long accept_from(struct socket *socket, void __user *to,
    int __user *bytes_at, int flags)
{
    struct file *file;
    int fd = files_reserve(
        current->files, 0, files_limit(), fd_flags_from(flags));
    if (fd < 0)
        return fd;
    int error = !socket
        ? -ENOTSOCK
        : accept_file(socket, to, bytes_at, open_flags_of(flags), &file);
    if (error)
        files_release(current->files, fd);
    else
        files_install(current->files, fd, file);
    return error ? error : fd;
}

long sys_accept4(int fd, void __user *to, void __user *bytes_at, int flags)
{
    struct file *file;
    bool has_reference;
    int error;
    bool is_odd = flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket && error != -ENOTSOCK)
        return error;
    long result = is_odd ? -EINVAL : accept_from(socket, to, bytes_at, flags);
    if (socket)
        files_return(file, has_reference);
    return result;
}

long sys_accept(int fd, void __user *to, void __user *bytes_at)
{
    return sys_accept4(fd, to, bytes_at, 0);
}

static long name_of_fd(
    int fd, enum socket_name which, void __user *to, void __user *bytes_at)
{
    struct file *file;
    bool has_reference;
    int error;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    error = give_name(socket, which, to, bytes_at);
    files_return(file, has_reference);
    return error;
}

long sys_getsockname(int fd, void __user *to, void __user *bytes_at)
{
    return name_of_fd(fd, SOCKET_OWN_NAME, to, bytes_at);
}

long sys_getpeername(int fd, void __user *to, void __user *bytes_at)
{
    return name_of_fd(fd, SOCKET_PEER_NAME, to, bytes_at);
}

long sys_shutdown(int fd, int how)
{
    enum { HOW_READ, HOW_WRITE, HOW_BOTH };
    static const unsigned halves[] = {
        [HOW_READ] = SHUT_RECEIVE,
        [HOW_WRITE] = SHUT_SEND,
        [HOW_BOTH] = SHUT_BOTH,
    };
    struct file *file;
    bool has_reference;
    int error;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    if ((unsigned)how >= array_size(halves))
        error = -EINVAL;
    else
        error = socket->ops->shutdown
            ? socket->ops->shutdown(socket, halves[how])
            : -EOPNOTSUPP;
    files_return(file, has_reference);
    return error;
}
