/* SPDX-License-Identifier: MIT */
/* Packets whose bounds the reader sees: datagrams to whoever is named, and
 * packets through a connection. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "net/unix.h"

enum { BYTES_BESIDE = 32 }; /* of the buffer that no datagram may fill */

bool unix_datagrams_are_many(const struct unix_socket *to)
{
    return atomic_load(&to->packet_count) > UNIX_QUEUE_MAX;
}

/* 0; -EAGAIN: to has many already; -ECONNREFUSED: it is gone. */
static int deliver(
    struct unix_socket *self, struct unix_socket *to, struct packet *packet)
{
    int error = 0;
    spin_lock(&to->lock);
    if (to->peer && to->peer != self)
        error = -EPERM;
    else if (to->state == UNIX_GONE)
        error = unix_is_connection(self) ? -EPIPE : -ECONNREFUSED;
    else if (to->shut & SHUT_RECEIVE)
        error = -EPIPE;
    else if (to != self && to->peer != self && unix_datagrams_are_many(to))
        error = -EAGAIN;
    else
        packet_enqueue_locked(to, packet);
    spin_unlock(&to->lock);
    if (!error)
        packet_arrived(to);
    return error;
}

static bool takes_more(struct unix_socket *to)
{
    return !unix_datagrams_are_many(to) ||
        atomic_load(&to->shut) & SHUT_RECEIVE;
}

static int deliver_or_wait(struct unix_socket *self, struct unix_socket *to,
    struct packet *packet, uint64_t deadline_ns)
{
    for (;;) {
        int error = deliver(self, to, packet);
        if (error != -EAGAIN || !deadline_ns)
            return error;
        error = wait_until_exclusive(&to->senders, SLEEP_INTERRUPTIBLE,
            deadline_ns, takes_more(to));
        if (error)
            return socket_wait_error(error, deadline_ns);
    }
}

/* The peer turned out to be gone: it is none any more. */
static void lose_peer(struct unix_socket *self, struct unix_socket *to)
{
    spin_lock(&self->lock);
    bool was_peer = self->peer == to;
    if (was_peer) {
        self->peer = NULL;
        self->state = UNIX_IDLE;
        wait_queue_remove(&self->relay);
    }
    spin_unlock(&self->lock);
    if (was_peer)
        unix_forget_peer(self, to);
}

/* To the message's address, or to the peer. */
static int send_packet(struct unix_socket *self, struct unix_socket *peer,
    struct packet *packet, struct message *message, uint64_t deadline_ns)
{
    struct unix_socket *to = peer;
    int error = packet_fill(packet, message);
    if (!error && !to)
        error = unix_find(
            message->address, self->socket.type, message->user, &to);
    if (error)
        return error;
    packet_sign(packet, self, to, message);
    packet_stamp(packet, to);
    error = deliver_or_wait(self, to, packet, deadline_ns);
    if (error == -ECONNREFUSED)
        lose_peer(self, to);
    if (!peer)
        unix_put(to);
    return error;
}

static int check(struct unix_socket *self, struct message *message)
{
    if (self->socket.type == SOCKET_PACKETS) {
        int error = socket_take_error(&self->socket);
        if (error)
            return error;
        if (atomic_load(&self->state) != UNIX_CONNECTED)
            return -ENOTCONN;
        message->address = NULL;
    }
    if (message->flags & MESSAGE_OUT_OF_BAND)
        return -EOPNOTSUPP;
    return message->address ? unix_check_address(message->address) : 0;
}

static ssize_t send_to(struct unix_socket *self, struct unix_socket *peer,
    struct message *message, uint64_t deadline_ns)
{
    size_t bytes = message->data->left;
    unsigned switches = atomic_load(&self->socket.switches);
    int error = 0;
    if (switches & SWITCH_PASS_CREDENTIALS)
        error = unix_bind_any(self);
    if (error)
        return error;
    if (bytes + BYTES_BESIDE > atomic_load(&self->socket.send_buffer))
        return -EMSGSIZE;
    struct packet *packet = packet_new(self, bytes, deadline_ns, &error);
    if (!packet)
        return error;
    error = packet_dress(packet, message);
    if (!error)
        error = send_packet(self, peer, packet, message, deadline_ns);
    if (error)
        packet_free(packet);
    return error ? error : (ssize_t)bytes;
}

ssize_t unix_send_datagram(struct socket *socket, struct message *message)
{
    struct unix_socket *self = unix_of(socket), *peer = NULL;
    uint64_t deadline_ns = socket_send_deadline(socket, message->flags);
    ssize_t result = check(self, message);
    if (result)
        return result;
    if (!message->address) {
        peer = unix_peer(self);
        if (!peer)
            return -ENOTCONN;
    }
    result = send_to(self, peer, message, deadline_ns);
    unix_put(peer);
    return result;
}

/* Receiving. */

/* A packet, but for its first `skip` bytes. */
static ssize_t take(struct unix_socket *self, struct packet *packet,
    size_t skip, struct message *message)
{
    struct transfer *t = message->data;
    size_t there = packet->bytes - skip, bytes = min(there, t->left);
    if (transfer_give(t, packet->data + skip, bytes) < bytes)
        return -EFAULT;
    packet_tell(self, packet, message);
    packet_tell_time(self, packet, message);
    packet_tell_rights(self, packet, message);
    if (bytes < there)
        message->told |= MESSAGE_CUT;
    if (message->flags & MESSAGE_PEEK)
        unix_peek_forward(self, bytes);
    else
        unix_peek_back(self, packet->bytes);
    return message->flags & MESSAGE_TELL_WHOLE ? there : bytes;
}

/* The first, or that which a peek has come to: where in it, too. */
static struct packet *choose(
    struct unix_socket *self, unsigned flags, size_t *skip, unsigned *seen)
{
    struct packet *packet, *found = NULL;
    bool passes_by = flags & MESSAGE_PEEK && self->socket.peek_offset >= 0;
    *skip = unix_peek_offset(self, flags);
    spin_lock(&self->lock);
    *seen = self->arrivals;
    list_for_each(packet, &self->packets, link) {
        bool is_past = passes_by && *skip >= packet->bytes &&
            (*skip || packet->was_peeked);
        if (!is_past) {
            found = packet;
            break;
        }
        *skip -= packet->bytes;
    }
    spin_unlock(&self->lock);
    return found;
}

static ssize_t receive_now(
    struct unix_socket *self, struct message *message, unsigned *seen)
{
    size_t skip;
    bool is_peek = message->flags & MESSAGE_PEEK;
    ssize_t result = socket_take_error(&self->socket);
    if (result)
        return result;
    mutex_lock(&self->reading);
    struct packet *packet = choose(self, message->flags, &skip, seen);
    result = packet ? take(self, packet, skip, message) : -EAGAIN;
    if (packet && is_peek)
        packet->was_peeked = true;
    else if (packet)
        packet_consume(self, packet);
    mutex_unlock(&self->reading);
    if (packet && !is_peek)
        wait_queue_wake_one(&self->senders, READY_OUT | READY_WRITE_BAND);
    return result;
}

/* Nothing came, and nothing will: the end, but for a datagram socket that does
 * not wait, which is told to come again. */
static bool is_end(const struct unix_socket *self, uint64_t deadline_ns)
{
    return atomic_load(&self->shut) & SHUT_RECEIVE &&
        (deadline_ns || self->socket.type == SOCKET_PACKETS);
}

ssize_t unix_receive_datagram(struct socket *socket, struct message *message)
{
    struct unix_socket *self = unix_of(socket);
    uint64_t deadline_ns = socket_receive_deadline(socket, message->flags);
    unsigned seen = 0;
    ssize_t result;
    if (socket->type == SOCKET_PACKETS &&
        atomic_load(&self->state) != UNIX_CONNECTED)
        return -ENOTCONN;
    if (message->flags & MESSAGE_OUT_OF_BAND)
        return -EOPNOTSUPP;
    for (;;) {
        result = receive_now(self, message, &seen);
        if (result != -EAGAIN)
            break;
        if (is_end(self, deadline_ns))
            return 0;
        if (!deadline_ns)
            break;
        unix_pass_wake(self, message->flags);
        int error = wait_until_exclusive(&self->readable, SLEEP_INTERRUPTIBLE,
            deadline_ns, unix_has_news(self, seen));
        result = socket_wait_error(error, deadline_ns);
        if (result)
            break;
    }
    if (atomic_load(&self->packet_count))
        wait_queue_wake_one(&self->readable, READY_IN);
    return result;
}
