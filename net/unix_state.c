/* SPDX-License-Identifier: MIT */
/* What a local socket is ready for, what its halves are, what it is called. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "net/unix.h"
#include "net/unix_init.h"
#include "vfs/control.h"

/* A datagram socket can send no more than its peer takes. The relay stays with
 * the peer for as long as it is one. */
static bool peer_is_full(struct unix_socket *self, bool waits)
    must_hold(self->lock)
{
    struct unix_socket *peer = self->peer;
    if (self->socket.type != SOCKET_DATAGRAM || !peer || peer == self ||
        atomic_load(&peer->peer) == self || !unix_datagrams_are_many(peer))
        return false;
    if (waits && !self->relay.queue)
        wait_queue_add(&peer->senders, &self->relay);
    return unix_datagrams_are_many(peer);
}

static unsigned error_events(struct unix_socket *self)
{
    bool has_bounds = self->socket.type != SOCKET_STREAM;
    if (!atomic_load(&self->socket.error))
        return 0;
    return has_bounds &&
            atomic_load(&self->socket.switches) & SWITCH_ERRORS_ARE_PRIORITY
        ? READY_ERROR | READY_PRIORITY
        : READY_ERROR;
}

static unsigned poll_locked(struct unix_socket *self, bool waits)
    must_hold(self->lock)
{
    unsigned ready = error_events(self);
    if (self->shut == SHUT_BOTH)
        ready |= READY_HANGUP;
    if (self->shut & SHUT_RECEIVE)
        ready |= READY_READ_HANGUP | READY_IN;
    if (self->packet_count || self->embryo_count)
        ready |= READY_IN;
    if (self->urgent)
        ready |= READY_PRIORITY;
    if (unix_is_connection(self) && self->state == UNIX_IDLE)
        ready |= READY_HANGUP;
    if (self->state != UNIX_LISTENS && unix_is_writable(self) &&
        !peer_is_full(self, waits))
        ready |= READY_OUT | READY_WRITE_BAND;
    return ready;
}

unsigned unix_poll(struct socket *socket, struct waiter *waiter)
{
    struct unix_socket *self = unix_of(socket);
    if (waiter)
        wait_queue_add(&self->pollers, waiter);
    spin_lock(&self->lock);
    unsigned ready = poll_locked(self, waiter);
    spin_unlock(&self->lock);
    return ready;
}

static void shut_halves(
    struct unix_socket *self, unsigned halves, unsigned tell)
{
    spin_lock(&self->lock);
    unsigned shut = self->shut | halves;
    atomic_store(&self->shut, shut);
    spin_unlock(&self->lock);
    unsigned events = READY_OUT | READY_IN | READY_READ_HANGUP | tell;
    unix_wake_all(self, shut == SHUT_BOTH ? events | READY_HANGUP : events);
}

int unix_shutdown(struct socket *socket, unsigned halves)
{
    struct unix_socket *self = unix_of(socket);
    struct unix_socket *peer = unix_peer(self);
    shut_halves(self, halves, 0);
    if (peer && unix_is_connection(self)) {
        unsigned other_side = (halves & SHUT_RECEIVE ? SHUT_SEND : 0) |
            (halves & SHUT_SEND ? SHUT_RECEIVE : 0);
        unsigned tell = other_side == SHUT_BOTH ? TELL_HANGUP
            : other_side & SHUT_RECEIVE         ? TELL_IN
                                                : 0;
        shut_halves(peer, other_side, unix_tells(peer, tell));
    }
    unix_put(peer);
    return 0;
}

/* What a read would give now. */
static long bytes_ready(struct unix_socket *self, int *bytes)
{
    long result = 0;
    spin_lock(&self->lock);
    struct packet *first = list_first(&self->packets, struct packet, link);
    if (self->state == UNIX_LISTENS)
        result = -EINVAL;
    else if (unix_is_connection(self))
        *bytes = self->bytes;
    else
        *bytes = first ? first->bytes : 0;
    spin_unlock(&self->lock);
    return result;
}

long unix_control(struct socket *socket, unsigned verb, uintptr_t argument)
{
    struct unix_socket *self = unix_of(socket);
    switch (verb) {
    case CONTROL_BYTES_READY:
        return bytes_ready(self, (int *)argument);
    case CONTROL_BYTES_QUEUED:
        *(int *)argument = atomic_load(&self->sent);
        return 0;
    case CONTROL_AT_MARK:
        if (socket->type != SOCKET_STREAM)
            return -EOPNOTSUPP;
        *(int *)argument = unix_at_mark(self);
        return 0;
    }
    return -ENOTTY;
}

static int tell_name(struct socket *socket, enum socket_name which,
    struct socket_address *address)
{
    struct unix_socket *self = unix_of(socket), *of = unix_get(self);
    if (which == SOCKET_PEER_NAME) {
        unix_put(of);
        of = unix_peer(self);
        if (!of)
            return -ENOTCONN;
    }
    spin_lock(&of->lock);
    unix_name_tell(of->name, address);
    spin_unlock(&of->lock);
    unix_put(of);
    return 0;
}

static struct socket_peer tell_peer(struct socket *socket)
{
    struct unix_socket *self = unix_of(socket);
    spin_lock(&self->lock);
    struct socket_peer peer = socket_peer_get(&self->peer_user);
    spin_unlock(&self->lock);
    return peer;
}

static bool listens(struct socket *socket)
{
    return atomic_load(&unix_of(socket)->state) == UNIX_LISTENS;
}

/* More room is news to who waits for it. */
static void buffers_changed(struct socket *socket)
{
    struct unix_socket *self = unix_of(socket);
    if (unix_is_writable(self)) {
        wait_queue_wake_all(&self->writable, READY_OUT);
        wait_queue_wake_all(&self->pollers,
            READY_OUT | READY_WRITE_BAND | socket_tells_room(&self->socket));
    }
}

static void set_peek_offset(struct socket *socket, int offset)
{
    struct unix_socket *self = unix_of(socket);
    mutex_lock(&self->reading);
    atomic_store(&socket->peek_offset, offset);
    mutex_unlock(&self->reading);
}

static unsigned rights_waiting(struct socket *socket)
{
    struct unix_socket *self = unix_of(socket);
    const struct packet *packet;
    unsigned count = 0;
    spin_lock(&self->lock);
    list_for_each(packet, &self->packets, link)
        count += packet->rights ? packet->rights->count : 0;
    spin_unlock(&self->lock);
    return count;
}

/* It may have been the last way to it but those in flight. */
static void closed(struct socket *socket)
{
    if (atomic_load(&unix_of(socket)->in_flight))
        in_flight_collect_later();
}

#define OPS_OF_ALL                                                             \
    .bind = unix_bind, .pair = unix_pair, .name = tell_name,                   \
    .poll = unix_poll, .shutdown = unix_shutdown, .control = unix_control,     \
    .peer = tell_peer, .listens = listens,                                     \
    .buffers_changed = buffers_changed, .release = unix_release,               \
    .set_peek_offset = set_peek_offset, .rights_waiting = rights_waiting,   \
    .closed = closed

const struct socket_ops unix_stream_ops = {
    OPS_OF_ALL,
    .connect = unix_connect_stream,
    .listen = unix_listen,
    .accept = unix_accept,
    .send = unix_send_stream,
    .receive = unix_receive_stream,
    .protocol = "UNIX-STREAM",
};

const struct socket_ops unix_packet_ops = {
    OPS_OF_ALL,
    .connect = unix_connect_stream,
    .listen = unix_listen,
    .accept = unix_accept,
    .send = unix_send_datagram,
    .receive = unix_receive_datagram,
    .protocol = "UNIX",
    .breaks_silently = true,
};

const struct socket_ops unix_datagram_ops = {
    OPS_OF_ALL,
    .connect = unix_connect_datagram,
    .listen = unix_listen,
    .accept = unix_accept,
    .send = unix_send_datagram,
    .receive = unix_receive_datagram,
    .protocol = "UNIX",
    .breaks_silently = true,
};
