/* SPDX-License-Identifier: MIT */
/* getsockopt: what every socket tells, at the level SOL_SOCKET. */
#include <asm-generic/socket.h>
#include <linux/time_types.h>

#include "abi/linux/arguments.h"
#include "abi/linux/socket_options.h"
#include "arch/atomic.h"
#include "lib/string.h"
#include "sched/pid.h"

union option_value {
    int number;
    int linger[2];
    struct __kernel_old_timeval time;
    struct linux_ucred who;
    uint64_t cookie;
    uint32_t memory[MEMORY_WORDS];
};

static struct socket_peer peer_of(struct socket *socket)
{
    return socket->ops->peer ? socket->ops->peer(socket)
                             : (struct socket_peer){ 0 };
}

static int get_peer(struct socket *socket, struct linux_ucred *to)
{
    struct socket_peer peer = peer_of(socket);
    *to = (struct linux_ucred){ 0, UINT32_MAX, UINT32_MAX };
    if (peer.pid)
        *to = (struct linux_ucred){ peer.pid->number, peer.who->euid,
            peer.who->egid };
    socket_peer_put(&peer);
    return sizeof *to;
}

static unsigned get_switch(struct socket *socket, int option)
{
    const struct time_form *form = time_form_of(option);
    unsigned all = atomic_load(&socket->switches);
    if (!form)
        return !!(all & switch_of(option));
    return (all & form->told_by) == form->bits;
}

static int get_number(struct socket *socket, int option, int *number)
{
    switch (option) {
    case SO_TYPE:
        *number = socket->type;
        break;
    case SO_DOMAIN:
        *number = socket->family;
        break;
    case SO_PROTOCOL:
        *number = socket->protocol;
        break;
    case SO_ERROR:
        *number = -socket_take_error(socket);
        break;
    case SO_SNDBUF:
        *number = socket->send_buffer;
        break;
    case SO_RCVBUF:
        *number = socket->receive_buffer;
        break;
    case SO_RCVLOWAT:
        *number = socket->receive_least;
        break;
    case SO_SNDLOWAT:
        *number = 1;
        break;
    case SO_PRIORITY:
        *number = socket->priority;
        break;
    case SO_PEEK_OFF:
        if (!socket->ops->set_peek_offset)
            return -EOPNOTSUPP;
        *number = atomic_load(&socket->peek_offset);
        break;
    case SO_ACCEPTCONN:
        *number = socket->ops->listens && socket->ops->listens(socket);
        break;
    case SO_BSDCOMPAT:
        *number = 0;
        break;
    case SO_MARK:
        *number = socket->mark;
        break;
    default:
        if (!switch_of(option) && !time_form_of(option))
            return socket_get_beside(socket, option, number);
        *number = get_switch(socket, option);
    }
    return sizeof *number;
}

/* The bytes of the value, or -E…. */
static int get_option(
    struct socket *socket, int option, union option_value *value)
{
    uint64_t timeout_ns = socket->receive_timeout_ns;
    switch (option) {
    case SO_LINGER:
        value->linger[0] = socket->lingers;
        value->linger[1] = socket->linger_seconds;
        return sizeof value->linger;
    case SO_SNDTIMEO_OLD:
    case SO_SNDTIMEO_NEW:
        timeout_ns = socket->send_timeout_ns;
        /* fallthrough */
    case SO_RCVTIMEO_OLD:
    case SO_RCVTIMEO_NEW:
        value->time.tv_sec = timeout_ns / NS_PER_SECOND;
        value->time.tv_usec = timeout_ns % NS_PER_SECOND / 1000;
        return sizeof value->time;
    case SO_PEERCRED:
        return get_peer(socket, &value->who);
    case SO_COOKIE:
        value->cookie = socket_cookie(socket);
        return sizeof value->cookie;
    case SO_MEMINFO:
        socket_memory(socket, value->memory);
        return sizeof value->memory;
    case SO_BINDTODEVICE:
    case SO_ATTACH_FILTER: /* SO_GET_FILTER */
        return 0;
    }
    return get_number(socket, option, &value->number);
}

/* What has any length. */

static long give_peer_groups(
    struct socket *socket, void __user *to, int room, int __user *bytes_at)
{
    struct socket_peer peer = peer_of(socket);
    int bytes = peer.pid ? peer.who->group_count * sizeof *peer.who->groups : 0;
    long result = 0;
    if (!peer.pid)
        result = -ENODATA;
    else if (room < bytes)
        result = -ERANGE;
    else if (bytes && user_write(to, peer.who->groups, bytes))
        result = -EFAULT;
    socket_peer_put(&peer);
    if (result && result != -ERANGE)
        return result;
    return user_write(bytes_at, &bytes, sizeof bytes) ? -EFAULT : result;
}

/* As much of it as is asked for: no more than there is. */
static long give_peer_name(
    struct socket *socket, void __user *to, int room, int __user *bytes_at)
{
    struct socket_address address = { 0 };
    if (!socket->ops->name ||
        socket->ops->name(socket, SOCKET_PEER_NAME, &address))
        return -ENOTCONN;
    if (address.bytes < (unsigned)room)
        return -EINVAL;
    if (user_write(to, address.raw, room))
        return -EFAULT;
    return user_write(bytes_at, &room, sizeof room);
}

static long give_option(struct socket *socket, int option, void __user *to,
    int __user *bytes_at)
{
    union option_value value;
    int room;
    if (user_read(&room, bytes_at, sizeof room))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if (option == SO_PEERGROUPS)
        return give_peer_groups(socket, to, room, bytes_at);
    if (option == SO_PEERNAME)
        return give_peer_name(socket, to, room, bytes_at);
    if (option == SO_COOKIE && (size_t)room < sizeof value.cookie)
        return -EINVAL; /* no part of it is of any use */
    memset(&value, 0, sizeof value);
    int bytes = get_option(socket, option, &value);
    if (bytes < 0)
        return bytes;
    bytes = min(bytes, room);
    if (user_write(to, &value, bytes))
        return -EFAULT;
    return user_write(bytes_at, &bytes, sizeof bytes);
}

long sys_getsockopt(
    int fd, int level, int option, void __user *to, void __user *bytes_at)
{
    struct file *file;
    bool has_reference;
    int error;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    long result = level == SOL_SOCKET
        ? give_option(socket, option, to, bytes_at)
        : -EOPNOTSUPP;
    files_return(file, has_reference);
    return result;
}
