/* SPDX-License-Identifier: MIT */
/* Options of sockets that are about devices and filters, neither of which there
 * is any, and about memory. */
#include <asm-generic/socket.h>
#include <linux/filter.h>

#include "abi/linux/arguments.h"
#include "abi/linux/socket_options.h"
#include "arch/atomic.h"
#include "lib/string.h"
#include "vfs/control.h"

/* "" is none, which it is bound to already. */
int socket_set_device(const void __user *name, int bytes)
{
    char first = 0;
    if (bytes && user_read(&first, name, sizeof first))
        return -EFAULT;
    return first ? -ENODEV : 0;
}

static int lock_filter(struct socket *socket, bool is_on)
{
    if (!is_on && atomic_load(&socket->switches) & SWITCH_FILTER_LOCKED)
        return -EPERM;
    if (is_on)
        atomic_or(&socket->switches, SWITCH_FILTER_LOCKED);
    return 0;
}

/* A program to run over what comes: what is none at all is said to be wrong. */
static int attach_filter(const void __user *from, int bytes)
{
    struct sock_fprog program;
    if (bytes != sizeof program)
        return -EINVAL;
    if (user_read(&program, from, sizeof program))
        return -EFAULT;
    bool is_none =
        !program.len || program.len > BPF_MAXINSNS || !program.filter;
    return is_none ? -EINVAL : -ENOPROTOOPT;
}

static int detach_filter(struct socket *socket)
{
    bool is_locked = atomic_load(&socket->switches) & SWITCH_FILTER_LOCKED;
    return is_locked ? -EPERM : -ENOENT;
}

static int set_busy_poll(struct socket *socket, int us)
{
    if ((unsigned)us > atomic_load(&socket->busy_poll_us) &&
        !i_can(CAPABLE_NET_ADMIN))
        return -EPERM;
    if (us < 0)
        return -EINVAL;
    atomic_store(&socket->busy_poll_us, us);
    return 0;
}

int socket_set_beside(struct socket *socket, int option, int number,
    const void __user *from, int bytes)
{
    switch (option) {
    case SO_LOCK_FILTER:
        return lock_filter(socket, number);
    case SO_ATTACH_FILTER:
        return attach_filter(from, bytes);
    case SO_DETACH_FILTER:
        return detach_filter(socket);
    case SO_BUSY_POLL:
        return set_busy_poll(socket, number);
    case SO_ZEROCOPY:
        return -EOPNOTSUPP;
    case SO_BUF_LOCK:
        if (number & ~(SEND_BUFFER_SET | RECEIVE_BUFFER_SET))
            return -EINVAL;
        atomic_store(&socket->buffers_set, number);
        return 0;
    }
    return -ENOPROTOOPT;
}

int socket_get_beside(struct socket *socket, int option, int *number)
{
    switch (option) {
    case SO_LOCK_FILTER:
        *number = !!(atomic_load(&socket->switches) & SWITCH_FILTER_LOCKED);
        break;
    case SO_BUSY_POLL:
        *number = atomic_load(&socket->busy_poll_us);
        break;
    case SO_BUF_LOCK:
        *number = atomic_load(&socket->buffers_set);
        break;
    case SO_ZEROCOPY:
        *number = 0;
        break;
    default:
        return -ENOPROTOOPT;
    }
    return sizeof *number;
}

/* What was sent counts with the sender until it is read. */
void socket_memory(struct socket *socket, uint32_t words[MEMORY_WORDS])
{
    enum { RECEIVE_MOST = 1, SENT = 2, SEND_MOST = 3 };
    int sent = 0;
    memset(words, 0, MEMORY_WORDS * sizeof *words);
    if (socket->ops->control)
        socket->ops->control(socket, CONTROL_BYTES_QUEUED, (uintptr_t)&sent);
    words[RECEIVE_MOST] = atomic_load(&socket->receive_buffer);
    words[SENT] = sent;
    words[SEND_MOST] = atomic_load(&socket->send_buffer);
}
