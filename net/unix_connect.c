/* SPDX-License-Identifier: MIT */
/* Connections: listened for, made, accepted; peers of datagram sockets.
 *
 * The connecting side makes the socket that will be accepted and hangs it onto
 * the listener; from then on it can send.  What waits there has no file. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "net/unix.h"
#include "sched/pid.h"

/* Listening and accepting. */

int unix_listen(
    struct socket *socket, unsigned backlog, const struct socket_user *user)
{
    struct unix_socket *self = unix_of(socket);
    struct socket_peer listener = socket_peer_new(user);
    int error = 0;
    if (!unix_is_connection(self))
        error = -EOPNOTSUPP;
    spin_lock(&self->lock);
    if (!error && (!self->name ||
            (self->state != UNIX_IDLE && self->state != UNIX_LISTENS)))
        error = -EINVAL;
    if (!error) {
        struct socket_peer old = self->peer_user;
        self->state = UNIX_LISTENS;
        atomic_store(&self->backlog, backlog);
        self->peer_user = listener;
        listener = old;
    }
    spin_unlock(&self->lock);
    socket_peer_put(&listener);
    if (!error)
        wait_queue_wake_all(&self->senders, READY_OUT);
    return error;
}

struct unix_socket *unix_take_embryo(struct unix_socket *self)
{
    spin_lock(&self->lock);
    struct unix_socket *embryo =
        list_first(&self->embryos, struct unix_socket, embryo_link);
    if (embryo) {
        list_remove(&embryo->embryo_link);
        atomic_store(&self->embryo_count, self->embryo_count - 1);
    }
    spin_unlock(&self->lock);
    return embryo;
}

static bool has_embryo(struct unix_socket *self)
{
    return atomic_load(&self->embryo_count) ||
        atomic_load(&self->shut) & SHUT_RECEIVE;
}

int unix_accept(
    struct socket *socket, unsigned message_flags, struct socket **made)
{
    struct unix_socket *self = unix_of(socket), *embryo;
    uint64_t deadline_ns = socket_receive_deadline(socket, message_flags);
    if (!unix_is_connection(self))
        return -EOPNOTSUPP;
    if (atomic_load(&self->state) != UNIX_LISTENS)
        return -EINVAL;
    while (!(embryo = unix_take_embryo(self))) {
        if (atomic_load(&self->shut) & SHUT_RECEIVE)
            return -EINVAL;
        if (!deadline_ns)
            return -EAGAIN;
        int error = wait_until_exclusive(&self->readable, SLEEP_INTERRUPTIBLE,
            deadline_ns, has_embryo(self));
        if (error)
            return socket_wait_error(error, deadline_ns);
    }
    wait_queue_wake_one(&self->senders, READY_OUT);
    if (has_embryo(self))
        wait_queue_wake_one(&self->readable, READY_IN);
    atomic_or(&embryo->socket.switches,
        atomic_load(&socket->switches) & SWITCH_PASS_CREDENTIALS);
    *made = &embryo->socket;
    return 0;
}

/* Connecting. */

static bool is_full(const struct unix_socket *to)
{
    return atomic_load(&to->embryo_count) > atomic_load(&to->backlog);
}

static void become_peers(struct unix_socket *a, struct unix_socket *b)
{
    a->peer = unix_get(b);
    b->peer = unix_get(a);
    a->state = b->state = UNIX_CONNECTED;
}

/* Both locks are held. */
static int check_both(struct unix_socket *self, struct unix_socket *to)
{
    if (to->state != UNIX_LISTENS || to->shut & SHUT_RECEIVE)
        return -ECONNREFUSED;
    if (is_full(to))
        return -EAGAIN;
    if (self->state == UNIX_IDLE)
        return 0;
    return self->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
}

static int join(struct unix_socket *self, struct unix_socket *to,
    struct unix_socket *embryo, const struct socket_peer *user)
{
    spin_lock_two(&self->lock, &to->lock);
    int error = check_both(self, to);
    if (!error) {
        /* Nobody else knows the embryo yet. */
        become_peers(self, embryo);
        if (to->name) {
            refcount_get(&to->name->refs);
            embryo->name = to->name;
        }
        embryo->peer_user = socket_peer_get(user);
        self->peer_user = socket_peer_get(&to->peer_user);
        list_add(&to->embryos, &embryo->embryo_link);
        atomic_store(&to->embryo_count, to->embryo_count + 1);
    }
    spin_unlock_two(&self->lock, &to->lock);
    return error;
}

static bool may_try_again(struct unix_socket *to)
{
    return !is_full(to) || atomic_load(&to->shut) & SHUT_RECEIVE ||
        atomic_load(&to->state) != UNIX_LISTENS;
}

/* 0; or -EAGAIN after a wait: look it up again. */
static int join_or_wait(struct unix_socket *self, struct unix_socket *to,
    struct unix_socket *embryo, const struct socket_peer *user,
    uint64_t deadline_ns, bool *is_over)
{
    int error = join(self, to, embryo, user);
    *is_over = error != -EAGAIN || !deadline_ns;
    if (*is_over)
        return error;
    error = wait_until_exclusive(
        &to->senders, SLEEP_INTERRUPTIBLE, deadline_ns, may_try_again(to));
    *is_over = error;
    return socket_wait_error(error, deadline_ns);
}

static int connect_embryo(struct unix_socket *self,
    const struct socket_address *address, const struct socket_user *user,
    struct unix_socket *embryo, uint64_t deadline_ns)
{
    struct socket_peer connecting = socket_peer_new(user);
    bool is_over;
    int error;
    do {
        struct unix_socket *to;
        error = unix_find(address, self->socket.type, user, &to);
        if (error)
            break;
        error = join_or_wait(
            self, to, embryo, &connecting, deadline_ns, &is_over);
        if (!error && is_over) {
            wait_queue_wake_one(&to->readable, READY_IN);
            wait_queue_wake_one(&to->pollers, READY_IN | TELL_IN);
        }
        unix_put(to);
    } while (!is_over);
    socket_peer_put(&connecting);
    return error;
}

static int bind_if_asked(struct unix_socket *self)
{
    bool is_asked =
        atomic_load(&self->socket.switches) & SWITCH_PASS_CREDENTIALS;
    return is_asked ? unix_bind_any(self) : 0;
}

int unix_connect_stream(struct socket *socket,
    const struct socket_address *address, const struct socket_user *user,
    unsigned message_flags)
{
    struct unix_socket *self = unix_of(socket);
    int error = unix_check_address(address);
    if (!error)
        error = bind_if_asked(self);
    if (error)
        return error;
    struct unix_socket *embryo = unix_new(socket->type);
    if (!embryo)
        return -ENOMEM;
    error = connect_embryo(self, address, user, embryo,
        socket_send_deadline(socket, message_flags));
    if (error)
        unix_release(&embryo->socket);
    return error;
}

int unix_pair(struct socket *a, struct socket *b, const struct socket_user *user)
{
    struct unix_socket *one = unix_of(a), *other = unix_of(b);
    one->peer_user = socket_peer_new(user);
    other->peer_user = socket_peer_new(user);
    become_peers(one, other);
    return 0;
}

/* Datagram sockets. */

void unix_forget_peer(struct unix_socket *self, struct unix_socket *peer)
{
    bool has_lost = atomic_load(&self->packet_count);
    if (has_lost) {
        packets_purge(self);
        wait_queue_wake_all(&self->senders, READY_OUT);
        spin_lock(&peer->lock);
        bool was_mutual = peer->peer == self;
        spin_unlock(&peer->lock);
        if (was_mutual) {
            atomic_store(&peer->socket.error, ECONNRESET);
            unix_wake_all(peer, READY_ERROR);
        }
    }
    unix_put(peer);
}

/* Takes over to's reference; NULL: none from now on. */
static void change_peer(struct unix_socket *self, struct unix_socket *to)
{
    spin_lock(&self->lock);
    struct unix_socket *old = self->peer;
    self->peer = to;
    self->state = to ? UNIX_CONNECTED : UNIX_IDLE;
    wait_queue_remove(&self->relay);
    spin_unlock(&self->lock);
    if (old && old != to)
        unix_forget_peer(self, old);
    else
        unix_put(old);
}

int unix_connect_datagram(struct socket *socket,
    const struct socket_address *address, const struct socket_user *user,
    unsigned message_flags)
{
    struct unix_socket *self = unix_of(socket), *to;
    if (address->bytes >= sizeof address->family &&
        address->family == FAMILY_NONE) {
        change_peer(self, NULL);
        return 0;
    }
    int error = unix_check_address(address);
    if (!error)
        error = bind_if_asked(self);
    if (!error)
        error = unix_find(address, socket->type, user, &to);
    if (error)
        return error;
    spin_lock(&to->lock);
    if (to->peer && to->peer != self)
        error = -EPERM;
    spin_unlock(&to->lock);
    if (error)
        unix_put(to);
    else
        change_peer(self, to);
    return error;
}
