/* SPDX-License-Identifier: MIT */
/* Sockets as open files: made, read, written, waited for. */
#include "net/socket.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "sched/pid.h"
#include "vfs/control.h"
#include "vfs/file.h"

static socket_make_fn families[FAMILY_COUNT];
static void (*ask_user)(struct socket_user *user);
static void (*tell_owner)(struct file *file);
static const struct file_ops socket_file_ops, silent_file_ops;

void socket_register(enum socket_family family, socket_make_fn make)
{
    families[family] = make;
}

void socket_set_user(void (*ask)(struct socket_user *user))
{
    ask_user = ask;
}

void socket_user_now(struct socket_user *user)
{
    ask_user(user);
}

void socket_set_urgent(void (*tell)(struct file *file))
{
    tell_owner = tell;
}

/* A file that is being closed has its memory till the end of the section. */
void socket_tell_urgent(struct socket *socket)
{
    grace_read();
    struct file *file = atomic_load(&socket->file);
    bool is_open = file && file_get_unless_zero(file);
    grace_read_done();
    if (!is_open)
        return;
    tell_owner(file);
    file_put(file);
}

void socket_lacks_room(struct socket *socket)
{
    if (atomic_load(&socket->file->flags) & OPEN_ASYNC)
        atomic_store(&socket->lacks_room, true);
}

unsigned socket_tells_room(struct socket *socket)
{
    bool is_news = atomic_load(&socket->lacks_room) &&
        atomic_exchange(&socket->lacks_room, false);
    return is_news ? TELL_OUT : 0;
}

void socket_init(struct socket *socket, enum socket_family family,
    enum socket_type type, const struct socket_ops *ops)
{
    socket->family = family;
    socket->type = type;
    socket->ops = ops;
    socket->receive_least = 1;
    socket->peek_offset = -1;
    socket->send_buffer = SOCKET_BUFFER_DEFAULT;
    socket->receive_buffer = SOCKET_BUFFER_DEFAULT;
}

struct socket *file_socket(const struct file *file)
{
    bool is_one =
        file->ops == &socket_file_ops || file->ops == &silent_file_ops;
    return is_one ? file->private : NULL;
}

/* Making. */

static int make(unsigned family, unsigned type, int protocol,
    const struct socket_user *user, struct socket **made)
{
    if (family >= FAMILY_COUNT)
        return -EAFNOSUPPORT;
    if (type >= SOCKET_TYPES)
        return -EINVAL;
    if (!families[family])
        return -EAFNOSUPPORT;
    return families[family](type, protocol, user, made);
}

int socket_open_file(struct socket *socket, unsigned flags,
    const struct credentials *who, struct file **opened)
{
    char name[32];
    struct inode *inode = inode_new_unnamed(INODE_SOCKET, 0777, who);
    int error = -ENFILE;
    if (inode) {
        format(name, sizeof name, "socket:[%lu]", (unsigned long)inode->number);
        error = file_open_unnamed(name, inode,
            socket->ops->breaks_silently ? &silent_file_ops : &socket_file_ops,
            socket, flags | OPEN_READ | OPEN_WRITE, who, opened);
    }
    if (error)
        socket->ops->release(socket);
    else
        atomic_store(&socket->file, *opened);
    return error;
}

int socket_open(unsigned family, unsigned type, int protocol, unsigned flags,
    const struct socket_user *user, struct file **opened)
{
    struct socket *socket;
    int error = make(family, type, protocol, user, &socket);
    return error ? error : socket_open_file(socket, flags, user->who, opened);
}

static int make_pair(unsigned family, unsigned type, int protocol,
    const struct socket_user *user, struct socket *made[2])
{
    int error = make(family, type, protocol, user, &made[0]);
    if (error)
        return error;
    error = made[0]->ops->pair
        ? make(family, type, protocol, user, &made[1])
        : -EOPNOTSUPP;
    if (error) {
        made[0]->ops->release(made[0]);
        return error;
    }
    error = made[0]->ops->pair(made[0], made[1], user);
    for (int i = 0; error && i < 2; i++)
        made[i]->ops->release(made[i]);
    return error;
}

int socket_open_pair(unsigned family, unsigned type, int protocol,
    unsigned flags, const struct socket_user *user, struct file *opened[2])
{
    struct socket *pair[2];
    int error = make_pair(family, type, protocol, user, pair);
    if (error)
        return error;
    error = socket_open_file(pair[0], flags, user->who, &opened[0]);
    if (error) {
        pair[1]->ops->release(pair[1]);
        return error;
    }
    error = socket_open_file(pair[1], flags, user->who, &opened[1]);
    if (error)
        file_put(opened[0]);
    return error;
}

int socket_accept(struct socket *socket, unsigned flags,
    const struct socket_user *user, struct file **opened)
{
    struct socket *made;
    if (!socket->ops->accept)
        return -EOPNOTSUPP;
    unsigned waits = atomic_load(&socket->file->flags) & OPEN_NONBLOCK
        ? MESSAGE_DO_NOT_WAIT
        : 0;
    int error = socket->ops->accept(socket, waits, &made);
    return error ? error : socket_open_file(made, flags, user->who, opened);
}

/* Waiting. */

static uint64_t deadline_for(uint64_t timeout_ns, unsigned message_flags)
{
    if (message_flags & MESSAGE_DO_NOT_WAIT)
        return 0;
    return timeout_ns ? clock_ns() + timeout_ns : FOREVER;
}

uint64_t socket_receive_deadline(
    const struct socket *socket, unsigned message_flags)
{
    return deadline_for(socket->receive_timeout_ns, message_flags);
}

uint64_t socket_send_deadline(
    const struct socket *socket, unsigned message_flags)
{
    return deadline_for(socket->send_timeout_ns, message_flags);
}

int socket_wait_error(int error, uint64_t deadline_ns)
{
    if (error == -ETIMEDOUT)
        return -EAGAIN;
    /* Some of the time is spent: the call cannot be made again. */
    return error == -ERESTART && deadline_ns != FOREVER ? -EINTR : error;
}

int socket_take_error(struct socket *socket)
{
    return -atomic_exchange(&socket->error, 0);
}

/* Moving. */

ssize_t socket_send(struct socket *socket, struct message *message)
{
    if (atomic_load(&socket->file->flags) & OPEN_NONBLOCK)
        message->flags |= MESSAGE_DO_NOT_WAIT;
    return socket->ops->send(socket, message);
}

ssize_t socket_receive(struct socket *socket, struct message *message)
{
    if (atomic_load(&socket->file->flags) & OPEN_NONBLOCK)
        message->flags |= MESSAGE_DO_NOT_WAIT;
    return socket->ops->receive(socket, message);
}

static ssize_t socket_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct message message = { .data = t };
    if (!t->left)
        return 0;
    ssize_t result = socket_receive(file->private, &message);
    rights_free(message.rights);
    identity_put(&message.identity);
    return result;
}

static ssize_t socket_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct socket_user user;
    struct message message = { .data = t, .user = &user };
    ask_user(&user);
    return socket_send(file->private, &message);
}

struct socket_peer socket_peer_new(const struct socket_user *user)
{
    return (struct socket_peer){ pid_get(user->pid),
        credentials_get(user->who) };
}

struct socket_peer socket_peer_get(const struct socket_peer *peer)
{
    if (peer->pid) {
        pid_get(peer->pid);
        credentials_get(peer->who);
    }
    return *peer;
}

void socket_peer_put(struct socket_peer *peer)
{
    if (!peer->pid)
        return;
    pid_put(peer->pid);
    credentials_put(peer->who);
    *peer = (struct socket_peer){ 0 };
}

uint64_t socket_cookie(struct socket *socket)
{
    static uint64_t last; /* [atomic] */
    if (!atomic_load(&socket->cookie))
        (void)atomic_replace(&socket->cookie, 0, atomic_add(&last, 1) + 1);
    return atomic_load(&socket->cookie);
}

static unsigned socket_poll(struct file *file, struct waiter *waiter)
{
    struct socket *socket = file->private;
    return socket->ops->poll(socket, waiter);
}

static int socket_async(struct file *file)
{
    return TELL_URGENT | TELL_IN | TELL_OUT | TELL_HANGUP;
}

static long socket_control(
    struct file *file, unsigned verb, uintptr_t argument)
{
    struct socket *socket = file->private;
    return socket->ops->control ? socket->ops->control(socket, verb, argument)
                                : -ENOTTY;
}

static void socket_flush(struct file *file)
{
    struct socket *socket = file->private;
    if (socket->ops->closed)
        socket->ops->closed(socket);
}

static size_t socket_describe(
    struct file *file, char *buffer, size_t capacity)
{
    struct socket *socket = file->private;
    if (!socket->ops->rights_waiting)
        return 0;
    return format(buffer, capacity, "scm_fds: %u\n",
        socket->ops->rights_waiting(socket));
}

static void socket_release(struct file *file)
{
    struct socket *socket = file->private;
    socket->ops->release(socket);
}

#define SOCKET_FILE_OPS                                                        \
    .read = socket_read, .write = socket_write, .poll = socket_poll,           \
    .control = socket_control, .async = socket_async,                          \
    .release = socket_release,                                                 \
    .describe = socket_describe, .flush = socket_flush,                        \
    .cannot_seek = true, .is_stream = true

static const struct file_ops socket_file_ops = { SOCKET_FILE_OPS };
static const struct file_ops silent_file_ops = {
    SOCKET_FILE_OPS,
    .breaks_silently = true,
};
