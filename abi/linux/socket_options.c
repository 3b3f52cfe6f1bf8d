/* SPDX-License-Identifier: MIT */
/* setsockopt: what every socket has, at the level SOL_SOCKET. */
#include <asm-generic/socket.h>
#include <linux/time_types.h>

#include "abi/linux/arguments.h"
#include "abi/linux/socket_options.h"
#include "arch/atomic.h"

/* Switches: on or off. */
static const struct {
    int option;
    unsigned bit;
} switches[] = {
    { SO_DEBUG, SWITCH_DEBUG },
    { SO_REUSEADDR, SWITCH_REUSE_ADDRESS },
    { SO_REUSEPORT, SWITCH_REUSE_PORT },
    { SO_KEEPALIVE, SWITCH_KEEP_ALIVE },
    { SO_DONTROUTE, SWITCH_DO_NOT_ROUTE },
    { SO_BROADCAST, SWITCH_BROADCAST },
    { SO_OOBINLINE, SWITCH_OUT_OF_BAND_INLINE },
    { SO_NO_CHECK, SWITCH_NO_CHECK },
    { SO_PASSCRED, SWITCH_PASS_CREDENTIALS },
    { SO_PASSSEC, SWITCH_PASS_SECURITY },
    { SO_RXQ_OVFL, SWITCH_COUNT_LOST },
    { SO_WIFI_STATUS, SWITCH_WIFI_STATUS },
    { SO_NOFCS, SWITCH_NO_CHECKSUM_FRAMES },
    { SO_RCVMARK, SWITCH_MARK },
    { SO_SELECT_ERR_QUEUE, SWITCH_ERRORS_ARE_PRIORITY },
};

static const struct time_form time_forms[] = {
    { SO_TIMESTAMP_OLD, SWITCH_TIME, TIME_SWITCHES },
    { SO_TIMESTAMP_NEW, SWITCH_TIME | SWITCH_TIME_NEW,
        SWITCH_TIME | SWITCH_TIME_NEW },
    { SO_TIMESTAMPNS_OLD, SWITCH_TIME | SWITCH_TIME_NS, TIME_SWITCHES },
    { SO_TIMESTAMPNS_NEW, TIME_SWITCHES, TIME_SWITCHES },
};

const struct time_form *time_form_of(int option)
{
    for (size_t i = 0; i < array_size(time_forms); i++)
        if (time_forms[i].option == option)
            return &time_forms[i];
    return NULL;
}

unsigned switch_of(int option)
{
    for (size_t i = 0; i < array_size(switches); i++)
        if (switches[i].option == option)
            return switches[i].bit;
    return 0;
}

/* Setting. */

static void set_send_buffer(struct socket *socket, unsigned bytes)
{
    atomic_or(&socket->buffers_set, SEND_BUFFER_SET);
    atomic_store(&socket->send_buffer,
        max(min(bytes, (unsigned)INT32_MAX / 2) * 2,
            (unsigned)SOCKET_SEND_LEAST));
    if (socket->ops->buffers_changed)
        socket->ops->buffers_changed(socket);
}

static void set_receive_buffer(struct socket *socket, unsigned bytes)
{
    atomic_or(&socket->buffers_set, RECEIVE_BUFFER_SET);
    atomic_store(&socket->receive_buffer,
        max(min(bytes, (unsigned)INT32_MAX / 2) * 2,
            (unsigned)SOCKET_RECEIVE_LEAST));
}

static int set_switch(struct socket *socket, int option, bool is_on)
{
    unsigned bit = switch_of(option);
    if (!bit)
        return -ENOPROTOOPT;
    if (option == SO_DEBUG && is_on && !i_can(CAPABLE_NET_ADMIN))
        return -EACCES;
    if (option == SO_REUSEPORT && is_on && !socket->ops->has_ports)
        return -EOPNOTSUPP;
    if (is_on)
        atomic_or(&socket->switches, bit);
    else
        atomic_and(&socket->switches, ~bit);
    return 0;
}

/* What turns it off leaves which layout it had. */
static void set_time_form(
    struct socket *socket, const struct time_form *form, bool is_on)
{
    if (!is_on) {
        atomic_and(&socket->switches, ~(SWITCH_TIME | SWITCH_TIME_NS));
        return;
    }
    atomic_or(&socket->switches, form->bits);
    atomic_and(&socket->switches, form->bits | ~TIME_SWITCHES);
}

static int set_mark(struct socket *socket, unsigned mark)
{
    if (!i_can(CAPABLE_NET_ADMIN))
        return -EPERM;
    socket->mark = mark;
    return 0;
}

static int set_priority(struct socket *socket, int priority)
{
    enum { ANYBODYS_MAX = 6 };
    if ((priority < 0 || priority > ANYBODYS_MAX) && !i_can(CAPABLE_NET_ADMIN))
        return -EPERM;
    socket->priority = priority;
    return 0;
}

static int set_number(struct socket *socket, int option, int number)
{
    switch (option) {
    case SO_TYPE:
    case SO_DOMAIN:
    case SO_PROTOCOL:
    case SO_ERROR:
        return -ENOPROTOOPT;
    case SO_BSDCOMPAT:
        return 0; /* remembered by nobody */
    case SO_MARK:
        return set_mark(socket, number);
    case SO_SNDBUF:
        set_send_buffer(socket, min((unsigned)number, SOCKET_BUFFER_MAX + 0u));
        return 0;
    case SO_RCVBUF:
        set_receive_buffer(
            socket, min((unsigned)number, SOCKET_BUFFER_MAX + 0u));
        return 0;
    case SO_SNDBUFFORCE:
    case SO_RCVBUFFORCE:
        if (!i_can(CAPABLE_NET_ADMIN))
            return -EPERM;
        if (option == SO_SNDBUFFORCE)
            set_send_buffer(socket, max(number, 0));
        else
            set_receive_buffer(socket, max(number, 0));
        return 0;
    case SO_RCVLOWAT:
        atomic_store(&socket->receive_least,
            number < 0 ? INT32_MAX : number ? number : 1);
        return 0;
    case SO_PRIORITY:
        return set_priority(socket, number);
    case SO_PEEK_OFF:
        if (!socket->ops->set_peek_offset)
            return -EOPNOTSUPP;
        socket->ops->set_peek_offset(socket, number);
        return 0;
    }
    const struct time_form *form = time_form_of(option);
    if (!form)
        return set_switch(socket, option, number);
    set_time_form(socket, form, number);
    return 0;
}

static int set_linger(struct socket *socket, const void __user *from, int bytes)
{
    int linger[2]; /* struct linger: on or off, seconds */
    if ((size_t)bytes < sizeof linger)
        return -EINVAL;
    if (user_read(linger, from, sizeof linger))
        return -EFAULT;
    socket->lingers = linger[0];
    if (linger[0])
        socket->linger_seconds = linger[1];
    return 0;
}

/* 0: for ever; what is negative does not wait at all. */
static int set_timeout(uint64_t *timeout_ns, const void __user *from, int bytes)
{
    struct __kernel_old_timeval time;
    if ((size_t)bytes < sizeof time)
        return -EINVAL;
    if (user_read(&time, from, sizeof time))
        return -EFAULT;
    if (time.tv_usec < 0 || time.tv_usec >= 1000000)
        return -EDOM;
    if (time.tv_sec < 0)
        *timeout_ns = 1;
    else if (time.tv_sec > INT32_MAX)
        *timeout_ns = 0;
    else
        *timeout_ns = time.tv_sec * NS_PER_SECOND + time.tv_usec * 1000;
    return 0;
}

static int set_option(
    struct socket *socket, int option, const void __user *from, int bytes)
{
    int number;
    if (option == SO_BINDTODEVICE)
        return socket_set_device(from, bytes);
    if ((size_t)bytes < sizeof number)
        return -EINVAL;
    if (user_read(&number, from, sizeof number))
        return -EFAULT;
    switch (option) {
    case SO_LINGER:
        return set_linger(socket, from, bytes);
    case SO_RCVTIMEO_OLD:
    case SO_RCVTIMEO_NEW:
        return set_timeout(&socket->receive_timeout_ns, from, bytes);
    case SO_SNDTIMEO_OLD:
    case SO_SNDTIMEO_NEW:
        return set_timeout(&socket->send_timeout_ns, from, bytes);
    }
    int error = socket_set_beside(socket, option, number, from, bytes);
    return error == -ENOPROTOOPT ? set_number(socket, option, number) : error;
}

long sys_setsockopt(
    int fd, int level, int option, const void __user *from, int bytes)
{
    struct file *file;
    bool has_reference;
    int error;
    if (bytes < 0)
        return -EINVAL;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    error = level == SOL_SOCKET ? set_option(socket, option, from, bytes)
                                : -EOPNOTSUPP;
    files_return(file, has_reference);
    return error;
}
